"""The admin's list of products: search, filters and orders over all of them, whatever their status."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from catalog.edits.state import TEXTS
from catalog.models import Brand, FormTag, Product, Status

ROWS = 50


class Order(StrEnum):
    """The orders of the list; ties are broken by id."""

    NEWEST = "newest"
    SKU = "sku"
    NAME = "name"
    PER_DAY = "per_day"
    PER_100MG = "per_100mg"
    STOCK = "stock"


class Trouble(StrEnum):
    """What may be wrong with a product."""

    BLOCKED = "blocked"
    WARNINGS = "warnings"
    CLAIM_CONDITION = "claim_condition"
    FORM_NOT_PERMITTED = "form_not_permitted"
    NO_AMOUNT = "no_amount"
    DUTCH_MISSING = "dutch_missing"
    ENGLISH_MISSING = "english_missing"
    SOLD_OUT = "sold_out"


class Filter(Struct, frozen=True):
    """What the list is narrowed to; an empty value narrows nothing."""

    search: str = ""
    status: Status | None = None
    form: str = ""
    brand: str = ""
    trouble: Trouble | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = []
        if self.status is not None:
            found.append(Product.status == self.status)
        if self.form:
            tagged = select(FormTag.product_id).where(FormTag.form == self.form)
            found.append(Product.id.in_(tagged))
        if self.brand:
            found.append(Product.brand_id.in_(select(Brand.id).where(Brand.name == self.brand)))
        if self.trouble is not None:
            found += troubled(self.trouble)
        found += [_says(word) for word in self.search.split()[:8]]
        return found


def _says(word: str) -> ColumnElement[bool]:
    """Whether a product's name, SKU, EAN or brand has this in it."""
    if "\0" in word:
        return Product.id.is_(None)  # no text holds it, and PostgreSQL takes it in no query
    texts = (Product.name_nl, Product.name_en, Product.sku, Product.ean)
    named = select(Brand.id).where(Brand.name.icontains(word, autoescape=True))
    return or_(*(text.icontains(word, autoescape=True) for text in texts), Product.brand_id.in_(named))


def _missing(language: str) -> ColumnElement[bool]:
    return or_(*(getattr(Product, f"{name}_{language}") == "" for name in TEXTS))


def troubled(trouble: Trouble) -> list[ColumnElement[bool]]:
    """The conditions of a product with this trouble; an archived one has none any more."""
    conditions: Mapping[Trouble, ColumnElement[bool]] = {
        Trouble.BLOCKED: Product.blocked_texts > 0,
        Trouble.WARNINGS: Product.open_warnings > 0,
        Trouble.CLAIM_CONDITION: Product.portion_too_small.is_(True),
        Trouble.FORM_NOT_PERMITTED: Product.form_not_permitted.is_(True),
        Trouble.NO_AMOUNT: Product.magnesium_ug == 0,
        Trouble.DUTCH_MISSING: _missing("nl"),
        Trouble.ENGLISH_MISSING: _missing("en"),
        Trouble.SOLD_OUT: Product.stock == 0,
    }
    archived_too = trouble not in (Trouble.SOLD_OUT,)
    return [
        conditions[trouble],
        Product.status != Status.ARCHIVED if archived_too else Product.status == Status.PUBLISHED,
    ]


_ORDERS: Mapping[Order, tuple[Any, ...]] = {
    Order.NEWEST: (Product.id.desc(),),
    Order.SKU: (Product.sku,),
    Order.NAME: (func.lower(Product.name_nl), Product.id),
    Order.PER_DAY: ((Product.magnesium_ug * Product.units_per_day).desc(), Product.id),
    Order.PER_100MG: (Product.tenth_cents_per_100mg == 0, Product.tenth_cents_per_100mg.expression, Product.id),
    Order.STOCK: (Product.stock.expression, Product.id),
}


class Rows(Struct, frozen=True):
    """One page of the list; `total` counts all pages together."""

    products: Sequence[Product]
    total: int
    page: int
    pages: int


def product_rows(session: Session, wanted: Filter, order: Order, page: int) -> Rows:
    """A page of products; past the end it is the last one."""
    matching = _ids(wanted)
    total = session.scalar(select(func.count()).select_from(matching.subquery())) or 0
    pages = max(1, -(-total // ROWS))
    page = min(max(page, 1), pages)
    # The ids alone first: what is skipped over must not be read in full.
    ids = session.scalars(matching.order_by(*_ORDERS[order]).limit(ROWS).offset((page - 1) * ROWS)).all()
    shown = {product.id: product for product in session.scalars(_shown().where(Product.id.in_(ids)))}
    return Rows([shown[id_] for id_ in ids], total, page, pages)


def _ids(wanted: Filter) -> Select[int]:
    return select(Product.id).where(*wanted.conditions())


def _shown() -> Select[Product]:
    return select(Product).options(joinedload(Product.brand), selectinload(Product.tags))


def chosen_versions(session: Session, ids: Sequence[int] | Filter) -> list[tuple[int, int]]:
    """The products (id, version) of a selection, or all that match a filter, in order of id."""
    query = select(Product.id, Product.version).order_by(Product.id)
    if isinstance(ids, Filter):
        return [(row[0], row[1]) for row in session.execute(query.where(*ids.conditions()))]
    found = []
    for start in range(0, len(ids), 1000):
        part = query.where(Product.id.in_(ids[start : start + 1000]))
        found += [(row[0], row[1]) for row in session.execute(part)]
    return sorted(found)
