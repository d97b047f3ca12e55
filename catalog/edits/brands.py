"""Brands, with the address of the business that answers for their products."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.edits.store import begin_writing
from catalog.models import Brand


def add_brand(session: Session, name: str, address: str, *, invented: bool | None = None) -> Brand:
    """Add a brand, or give the one of that name this address; whether it is invented stays as it is unless told."""
    begin_writing(session)
    brand = session.scalars(select(Brand).where(Brand.name == name)).one_or_none()
    if brand is None:
        brand = Brand(name=name, address=address, invented=False)
        session.add(brand)
    brand.address = address
    if invented is not None:
        brand.invented = invented
    session.flush()
    return brand
