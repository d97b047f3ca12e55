"""The addresses of published products, in parts of bounded size, for crawlers."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalog.models import Product
from catalog.queries.published import PUBLISHED


def count_published(session: Session) -> int:
    return session.scalar(select(func.count()).where(PUBLISHED)) or 0


def published_slugs(session: Session, *, part: int, size: int) -> Sequence[str]:
    """The slugs of one part, counted from 1; a new product joins the last one."""
    query = select(Product.slug).where(PUBLISHED).order_by(Product.id).limit(size).offset((part - 1) * size)
    return session.scalars(query).all()
