"""Batches: changes that were made at one press, taken back at one press."""

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

AT_ONCE = 1000


class AlreadyUndoneError(Exception):
    """A batch that was taken back before. Nothing was written."""


class Span(Struct, frozen=True):
    """The versions that a batch gave one product."""

    product_id: int
    first: int
    last: int


def undo_batch(session: Session, batch_id: int, author: Author, ruleset: Ruleset, label: str) -> int:
    """Take a batch back, as a batch of its own called `label`; returns the id of that one.

    Fields changed since by somebody else stay, as long as the batch had not touched them. A product that the batch
    added is archived. Raises NoResultFound, AlreadyUndoneError, ConflictError with the products of which somebody
    changed the same fields since, or RefusedError; nothing may be committed then.
    """
    begin_writing(session)
    batch = session.scalars(select(Batch).where(Batch.id == batch_id)).one()
    if batch.undone_by_id is not None:
        raise AlreadyUndoneError
    undoing = open_batch(session, author, label)
    within = msgspec.structs.replace(author, batch_id=undoing)
    conflicts: list[int] = []
    for spans in _spans(session, batch_id):
        merged = list(_taken_back(session, spans))
        conflicts += [wanted.product_id for wanted, overlapping in merged if overlapping]
        if not conflicts:
            change_all(session, [wanted for wanted, _overlapping in merged], within, ruleset)
    if conflicts:
        raise ConflictError(conflicts)
    # read anew: what was loaded before was let go of
    session.scalars(select(Batch).where(Batch.id == batch_id)).one().undone_by_id = undoing
    session.flush()
    return undoing


def _spans(session: Session, batch_id: int) -> Iterator[Sequence[Span]]:
    """The products of a batch, some at a time."""
    change = table_of(Change)
    query = (
        select(change.c.product_id, func.min(change.c.version), func.max(change.c.version))
        .where(change.c.batch_id == batch_id)
        .group_by(change.c.product_id)
        .order_by(change.c.product_id)
        .limit(AT_ONCE)
    )
    after = 0
    while found := session.execute(query.where(change.c.product_id > after)).all():
        yield [Span(*row) for row in found]
        after = found[-1][0]


def _taken_back(session: Session, spans: Sequence[Span]) -> Iterator[tuple[DesiredState, bool]]:
    """What each product is without the batch, and whether somebody changed the same fields since."""
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
    """The products as the batch left them and as they were before it, by id and version."""
    wanted = {(span.product_id, version) for span in spans for version in (span.first - 1, span.last)}
    change = table_of(Change)
    query = select(change.c.product_id, change.c.version, change.c.state).where(
        change.c.product_id.in_([span.product_id for span in spans]),
        change.c.version.in_({version for _id, version in wanted}),
    )
    return {(row[0], row[1]): from_json(row[2]) for row in session.execute(query) if (row[0], row[1]) in wanted}
