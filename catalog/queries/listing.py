"""The listing: a page of published products."""

from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from catalog.models import FormTag, Product
from catalog.queries.published import PUBLISHED
from recommend.text import Language

PAGE_SIZE = 24


class Sort(StrEnum):
    """The orders of the listing; ties are always broken by SKU."""

    RECOMMENDED = "recommended"
    PRICE_PER_100MG = "price_per_100mg"
    PRICE = "price"
    NAME = "name"


class Listing(Struct, frozen=True):
    """One page of products; `total` counts all pages together."""

    products: Sequence[Product]
    total: int
    page: int
    pages: int


def listing(
    session: Session, *, forms: Collection[str] = (), sort: Sort = Sort.RECOMMENDED, page: int = 1, language: Language
) -> Listing | None:
    """A page of published products that have any of the forms; None when there is no such page.

    An empty result has one page, without products.
    """
    matching = select(Product).where(PUBLISHED)
    if forms:
        tagged = select(FormTag.product_id).where(FormTag.form.in_(sorted(forms)))
        matching = matching.where(Product.id.in_(tagged))
    total = session.scalar(select(func.count()).select_from(matching.subquery())) or 0
    pages = max(1, -(-total // PAGE_SIZE))
    if not 1 <= page <= pages:
        return None
    shown = (
        matching.order_by(*_order(sort, language), Product.sku)
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
        .options(joinedload(Product.brand), selectinload(Product.tags))
    )
    return Listing(products=session.scalars(shown).all(), total=total, page=page, pages=pages)


def _order(sort: Sort, language: Language) -> tuple[ColumnElement[Any], ...]:
    name = Product.name_nl if language == "nl" else Product.name_en
    orders: dict[Sort, tuple[ColumnElement[Any], ...]] = {
        Sort.RECOMMENDED: (Product.stock == 0, Product.tenth_cents_per_100mg.expression),
        Sort.PRICE_PER_100MG: (Product.tenth_cents_per_100mg.expression,),
        Sort.PRICE: (Product.price_cents.expression,),
        Sort.NAME: (func.lower(name),),
    }
    return orders[sort]


def products_per_form(session: Session) -> dict[str, int]:
    """How many published products have each form in them."""
    counted = (
        select(FormTag.form, func.count())
        .join(Product, Product.id == FormTag.product_id)
        .where(PUBLISHED)
        .group_by(FormTag.form)
    )
    return {row[0]: row[1] for row in session.execute(counted)}
