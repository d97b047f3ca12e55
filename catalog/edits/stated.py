"""A product with the reasons that somebody gives for its warnings, stored together."""

from collections.abc import Mapping

import msgspec
from sqlalchemy.orm import Session

from catalog.edits.edit import Author
from catalog.edits.products import accept_warning, add_product, save_product
from catalog.edits.state import ProductState
from catalog.models import Status
from recommend.knowledge import Ruleset


def add_draft(
    session: Session, state: ProductState, reasons: Mapping[str, str], author: Author, ruleset: Ruleset
) -> int:
    """Add a product as a draft; returns its id. Raises RefusedError."""
    product = add_product(session, msgspec.structs.replace(state, status=Status.DRAFT), author, ruleset)
    id_ = product.id
    if reasons:
        _accept(session, id_, reasons, author)
        save_product(
            session, id_, 1, msgspec.structs.replace(state, status=Status.DRAFT), author=author, ruleset=ruleset
        )
    return id_


def save_with_reasons(
    session: Session,
    product_id: int,
    version: int,
    state: ProductState,
    reasons: Mapping[str, str],
    *,
    author: Author,
    ruleset: Ruleset,
) -> int:
    """`save_product`, after recording the reasons by finding. Raises as that does; nothing may be committed then."""
    _accept(session, product_id, reasons, author)
    return save_product(session, product_id, version, state, author=author, ruleset=ruleset)


def _accept(session: Session, product_id: int, reasons: Mapping[str, str], author: Author) -> None:
    for finding, reason in reasons.items():
        accept_warning(session, product_id, finding, reason, author)
