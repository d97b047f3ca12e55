"""Undo of a batch: the changes made together are taken back together."""

from collections.abc import Iterator, Sequence

import msgspec
from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalog.edits.edit import Author
from catalog.edits.products import DesiredState, change_all, merge, products_to_edit
from catalog.edits.store import ConflictError, begin_writing, open_batch
from catalog.models import Batch, Change, Status, table_of
from catalog.product_state import ProductState, from_json, state_of_product
from recommend.knowledge import Ruleset

CHUNK = 1000
"""Products taken back at a time."""


class AlreadyUndoneError(Exception):
    """A batch that was undone before. Nothing was written."""


class Span(Struct, frozen=True):
    """The first and the last version that a batch gave one product."""

    product_id: int
    first: int
    last: int


def undo_batch(session: Session, batch_id: int, author: Author, ruleset: Ruleset, label: str) -> int:
    """Undo a batch, as a new batch called `label`; returns the id of the new one.

    Fields that somebody else changed since remain, when the batch had not changed them. A product that the batch added
    is archived. Raises NoResultFound, AlreadyUndoneError, ConflictError with the products whose same fields somebody
    else changed since, or RefusedError; the caller must roll back then.
    """
    begin_writing(session)
    batch = session.scalars(select(Batch).where(Batch.id == batch_id)).one()
    if batch.undone_by_id is not None:
        raise AlreadyUndoneError
    undoing = open_batch(session, author, label)
    batch_author = msgspec.structs.replace(author, batch_id=undoing)
    conflicts: list[int] = []
    for spans in _spans(session, batch_id):
        merged = list(_states_without_batch(session, spans))
        conflicts += [desired.product_id for desired, overlapping in merged if overlapping]
        if not conflicts:
            change_all(session, [desired for desired, _overlapping in merged], batch_author, ruleset)
    if conflicts:
        raise ConflictError(conflicts)
    # read again: the session expired it
    session.scalars(select(Batch).where(Batch.id == batch_id)).one().undone_by_id = undoing
    session.flush()
    return undoing


def _spans(session: Session, batch_id: int) -> Iterator[Sequence[Span]]:
    """The products of a batch, CHUNK at a time."""
    change = table_of(Change)
    query = (
        select(change.c.product_id, func.min(change.c.version), func.max(change.c.version))
        .where(change.c.batch_id == batch_id)
        .group_by(change.c.product_id)
        .order_by(change.c.product_id)
        .limit(CHUNK)
    )
    after = 0
    while found := session.execute(query.where(change.c.product_id > after)).all():
        yield [Span(*row) for row in found]
        after = found[-1][0]


def _states_without_batch(session: Session, spans: Sequence[Span]) -> Iterator[tuple[DesiredState, bool]]:
    """Each product's state without the batch, and whether somebody else changed the same fields since."""
    products = products_to_edit(session, [span.product_id for span in spans])
    states = _states(session, spans)
    for span in spans:
        product = products[span.product_id]
        left_by_batch = states[span.product_id, span.last]
        if span.first == 1:
            before = msgspec.structs.replace(left_by_batch, status=Status.ARCHIVED)
        else:
            before = states[span.product_id, span.first - 1]
        merged = merge(left_by_batch, before, state_of_product(product))
        yield DesiredState(product.id, product.version, merged.state), bool(merged.overlapping)


def _states(session: Session, spans: Sequence[Span]) -> dict[tuple[int, int], ProductState]:
    """The products after the batch and before it, by id and version."""
    versions = {(span.product_id, version) for span in spans for version in (span.first - 1, span.last)}
    change = table_of(Change)
    query = select(change.c.product_id, change.c.version, change.c.state).where(
        change.c.product_id.in_([span.product_id for span in spans]),
        change.c.version.in_({version for _id, version in versions}),
    )
    return {(row[0], row[1]): from_json(row[2]) for row in session.execute(query) if (row[0], row[1]) in versions}
