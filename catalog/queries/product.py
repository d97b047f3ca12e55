"""One product with all that its page shows."""

from msgspec import Struct
from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from catalog.models import Product, SlugRedirect, Status
from catalog.queries.published import PUBLISHED


def product_by_slug(session: Session, slug: str) -> Product | None:
    """A published product with all that its page shows."""
    query = (
        select(Product)
        .where(PUBLISHED, Product.slug == slug)
        .options(joinedload(Product.brand), joinedload(Product.tags), selectinload(Product.components))
    )
    return session.scalars(query).unique().one_or_none()


class Place(Struct, frozen=True):
    """Where a product is now, and whether shoppers may see it."""

    slug: str
    status: Status


def place_of(session: Session, slug: str) -> Place | None:
    """The product that has this address or had it before, whatever its status."""
    before = select(SlugRedirect.product_id).where(SlugRedirect.slug == slug)
    query = select(Product.slug, Product.status).where(or_(Product.slug == slug, Product.id.in_(before)))
    found = session.execute(query).first()
    return Place(found[0], found[1]) if found else None
