"""Brands, with the address of the business that answers for their products."""

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.edits.field_limits import LONGEST_ADDRESS, text_problems
from catalog.edits.store import begin_writing
from catalog.models import Brand
from catalog.product_problems import ProductProblem, RefusedError
from recommend.claims.product import check_product
from recommend.loading import DATA


def address_problems(address: str, known: str = "", directory: Path = DATA) -> Iterator[ProductProblem]:
    """Reasons why a brand cannot have this address: too long, no plain text, a claim, or not the `known` one.

    The one check for form, import and every writer; `directory` has the rules of the content check.
    """
    yield from text_problems("brand_address", address, LONGEST_ADDRESS)
    for found in check_product({"brand_address": address}, None, directory):
        if found.blocks:
            yield ProductProblem("brand_address", "blocked-text", {"text": address.strip(), "why": found.finding.why})
            break
    if known.strip() and known.strip() != address.strip():
        yield ProductProblem("brand_address", "other-address", {"known": known})


def add_brand(
    session: Session, name: str, address: str, *, invented: bool | None = None, directory: Path = DATA
) -> Brand:
    """Add a brand, or give the one of that name this address; without `invented` that mark stays as it is.

    Raises RefusedError for an address that no brand can have.
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
