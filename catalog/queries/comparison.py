"""Products to hold against each other."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from catalog.models import FormTag, Product
from catalog.queries.published import PUBLISHED


def products_by_slugs(session: Session, slugs: Collection[str]) -> dict[str, Product]:
    """The published ones among these slugs, in the order asked."""
    if not slugs:
        return {}
    query = (
        select(Product)
        .where(PUBLISHED, Product.slug.in_(sorted(slugs)))
        .options(joinedload(Product.brand), selectinload(Product.tags))
    )
    found = {product.slug: product for product in session.scalars(query)}
    return {slug: found[slug] for slug in slugs if slug in found}


def products_like(session: Session, forms: Collection[str], without: Collection[str], *, shown: int) -> list[Product]:
    """A few others that share one of the forms, in the shop's own order."""
    tagged = select(FormTag.product_id).where(FormTag.form.in_(sorted(forms)), FormTag.counts_as_form)
    query = (
        select(Product)
        .where(PUBLISHED, Product.id.in_(tagged), Product.slug.not_in(sorted(without)))
        .order_by(Product.stock == 0, Product.tenth_cents_per_100mg, Product.sku)
        .limit(shown)
        .options(joinedload(Product.brand))
    )
    return list(session.scalars(query))
