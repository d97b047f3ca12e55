"""What a page about a form shows of the catalogue."""

from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from catalog.models import FormTag, Product
from catalog.queries.published import PUBLISHED

SHOWN = 6


class OfForm(Struct, frozen=True):
    """The best placed products that count as a form, and how many there are."""

    products: Sequence[Product]
    total: int


def products_of_form(session: Session, form: str, *, shown: int = SHOWN) -> OfForm:
    """Published products of which at least half of the magnesium comes from the form, in the shop's own order."""
    counting = select(FormTag.product_id).where(FormTag.form == form, FormTag.counts_as_form)
    matching = select(Product).where(PUBLISHED, Product.id.in_(counting))
    total = session.scalar(select(func.count()).select_from(matching.subquery())) or 0
    first = (
        matching.order_by(Product.stock == 0, Product.tenth_cents_per_100mg, Product.sku)
        .limit(shown)
        .options(joinedload(Product.brand), selectinload(Product.tags))
    )
    return OfForm(products=session.scalars(first).all() if total else (), total=total)


class OnOffer(Struct, frozen=True):
    """How many published products count as a form, and the lowest price of 100 mg magnesium among them."""

    total: int
    lowest_tenth_cents_per_100mg: int


def forms_on_offer(session: Session) -> dict[str, OnOffer]:
    """Per form that any published product counts as."""
    query = (
        select(FormTag.form, func.count(), func.min(Product.tenth_cents_per_100mg))
        .join(Product, Product.id == FormTag.product_id)
        .where(PUBLISHED, FormTag.counts_as_form)
        .group_by(FormTag.form)
    )
    return {form: OnOffer(total, lowest) for form, total, lowest in session.execute(query)}
