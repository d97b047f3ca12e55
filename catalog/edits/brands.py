"""Brands, with the address of the business that is responsible for their products."""

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.edits.store import begin_writing
from catalog.edits.validation import LONGEST_ADDRESS, text_problems
from catalog.models import Brand
from catalog.product_problems import ProductProblem, RefusedError
from recommend.claims.product import check_product
from recommend.loading import DATA


def address_problems(address: str, known_address: str = "", directory: Path = DATA) -> Iterator[ProductProblem]:
    """Reasons to refuse a brand's address: too long, not plain text, a claim, or different from `known_address`.

    The one check for form, import and every writer; an empty address passes, and publishing refuses it. `directory` has
    the rules of the content check.
    """
    yield from text_problems("brand_address", address, LONGEST_ADDRESS)
    for found in check_product({"brand_address": address}, None, directory):
        if found.blocks:
            yield ProductProblem("brand_address", "blocked-text", {"text": address.strip(), "why": found.finding.why})
            break
    if known_address.strip() and known_address.strip() != address.strip():
        yield ProductProblem("brand_address", "other-address", {"known": known_address})


def add_brand(
    session: Session, name: str, address: str, *, invented: bool | None = None, directory: Path = DATA
) -> Brand:
    """Add a brand, or change the address of the brand with that name; `invented=None` leaves that mark unchanged.

    Raises RefusedError for an address that a brand cannot have.
    """
    if problems := list(address_problems(address, directory=directory)):
        raise RefusedError(problems)
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
