"""One product with all that its page shows."""

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from catalog.models import Product
from catalog.queries.published import PUBLISHED


def product_by_slug(session: Session, slug: str) -> Product | None:
    """A published product with all that its page shows."""
    query = (
        select(Product)
        .where(PUBLISHED, Product.slug == slug)
        .options(joinedload(Product.brand), selectinload(Product.components), selectinload(Product.tags))
    )
    return session.scalars(query).one_or_none()
