"""Brands, to choose from."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.models import Brand

MOST_TO_CHOOSE = 500


def brand_names(session: Session) -> list[str]:
    """The names of the first brands by alphabet."""
    query = select(Brand.name).where(Brand.name != "").order_by(Brand.name).limit(MOST_TO_CHOOSE)
    return list(session.scalars(query))


def brand_by_name(session: Session, name: str) -> Brand | None:
    return session.scalars(select(Brand).where(Brand.name == name)).one_or_none()
