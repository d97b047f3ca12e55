"""Copies of products, and the removal of products that no shopper ever saw."""

from collections.abc import Iterable

import msgspec
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from catalog.edits.edit import Author
from catalog.edits.products import add_draft, free_value, product_to_edit, was_ever_public
from catalog.edits.store import ConflictError, begin_writing
from catalog.models import (
    AcceptedWarning,
    Base,
    CatalogueState,
    Change,
    ClaimOverride,
    Component,
    FormDraft,
    FormTag,
    PictureAddress,
    PictureFile,
    PlannedChange,
    Product,
    Proposal,
    SlugRedirect,
    Status,
    table_of,
)
from catalog.pictures import picture_of
from catalog.product_problems import ProductProblem, RefusedError
from catalog.product_state import from_json, state_of_product
from recommend.knowledge import Ruleset

_ROWS_OF_A_PRODUCT: tuple[type[Base], ...] = (
    Component,
    FormTag,
    FormDraft,
    SlugRedirect,
    AcceptedWarning,
    ClaimOverride,
    PictureAddress,
    Proposal,
    PlannedChange,
    Change,
)


def copy_product(session: Session, product_id: int, author: Author, ruleset: Ruleset) -> int:
    """Add a draft like a product, pictures included; returns its id. Raises RefusedError and NoResultFound.

    SKU and address get a number; EAN, stock and reduction are those of one article, and stay behind.
    """
    begin_writing(session)
    state = state_of_product(product_to_edit(session, product_id))
    copy = msgspec.structs.replace(
        state,
        sku=free_value(session, "sku", state.sku),
        slug=free_value(session, "slug", state.slug),
        ean=None,
        stock=0,
        reduced=False,
    )
    return add_draft(session, copy, {}, author, ruleset)


def may_be_deleted(session: Session, product: Product) -> bool:
    """Whether a product can be removed: no shopper ever saw it."""
    return product.status is not Status.PUBLISHED and not was_ever_public(session, product.id)


def delete_draft(session: Session, product_id: int, version: int) -> None:
    """Remove a product that was never public, with its history; the index has public products alone.

    Raises ConflictError when somebody changed it since `version`, RefusedError when it was ever public, and
    NoResultFound.
    """
    begin_writing(session)
    product = product_to_edit(session, product_id)
    if product.version != version:
        raise ConflictError([product_id])
    if not may_be_deleted(session, product):
        raise RefusedError([ProductProblem("status", "was-public")], product.sku)
    names = _pictures_ever(session, product)
    for model in _ROWS_OF_A_PRODUCT:
        table = table_of(model)
        session.execute(delete(table).where(table.c.product_id == product_id))
    table = table_of(Product)
    session.execute(delete(table).where(table.c.id == product_id))
    _delete_pictures(session, names)
    state = session.scalars(select(CatalogueState)).one()
    state.highest_deleted_id = max(state.highest_deleted_id, product_id)
    session.flush()
    session.expire_all()


def _pictures_ever(session: Session, product: Product) -> set[str]:
    """The names of all pictures that a product has or had in any version."""
    states = [state_of_product(product)]
    states += map(from_json, session.scalars(select(Change.state).where(Change.product_id == product.id)))
    return {picture.name for state in states for picture in state.pictures}


def _delete_pictures(session: Session, names: Iterable[str]) -> None:
    """Delete the files of pictures that no version and no proposal of another product names.

    Every version of a product has its state in full, so its changes name all its pictures.
    """
    for picture in filter(None, map(picture_of, names)):
        uses = [
            select(table.product_id).where(table.state.contains(picture.name)).limit(1) for table in (Change, Proposal)
        ]
        if all(session.scalar(use) is None for use in uses):
            files = [picture.file(width) for width in picture.widths]
            session.execute(delete(table_of(PictureFile)).where(PictureFile.name.in_(files)))
