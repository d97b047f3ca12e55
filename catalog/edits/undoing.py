"""A batch taken back at one press: what it changed becomes what it was, what it added goes into the archive."""

from collections.abc import Iterator, Sequence

import msgspec
from msgspec import Struct, field
from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from catalog.edits.edit import Author, Edit
from catalog.edits.preparing import prepare
from catalog.edits.products import product_to_edit
from catalog.edits.state import ProductState, from_json, state_of
from catalog.edits.writing import begin_writing, open_batch, write
from catalog.models import AcceptedWarning, Batch, Change, Product, Status
from catalog.problems import RefusedError
from recommend.knowledge import Ruleset

_CHUNK = 500


class Undone(Struct):
    """What an undo did. `left` are the SKUs it left alone: changed since, or no longer allowed as they were."""

    batch_id: int | None = None
    restored: int = 0
    archived: int = 0
    left: list[str] = field(default_factory=list)


def undo_batch(session: Session, batch_id: int, author: Author, ruleset: Ruleset) -> Undone | None:
    """Undo a batch; None when there is no such batch, or it was undone already.

    A product that somebody changed since stays as it is, and is named.
    """
    begin_writing(session)
    batch = session.get(Batch, batch_id, populate_existing=True)
    if batch is None or batch.undone_by_id is not None:
        return None
    undone = Undone(open_batch(session, author, batch.label))
    author = msgspec.structs.replace(author, batch_id=undone.batch_id)
    for chunk in _chunks(session, batch_id):
        _undo(session, chunk, author, ruleset, undone)
    session.get_one(Batch, batch_id).undone_by_id = undone.batch_id
    session.flush()
    return undone


def _chunks(session: Session, batch_id: int) -> Iterator[list[tuple[int, int]]]:
    """Product and version of every change of a batch, some at a time."""
    last = 0
    query = select(Change.product_id, Change.version).where(Change.batch_id == batch_id)
    while rows := session.execute(
        query.where(Change.product_id > last).order_by(Change.product_id).limit(_CHUNK)
    ).all():
        yield [(row[0], row[1]) for row in rows]
        last = rows[-1][0]


def _undo(
    session: Session, changes: Sequence[tuple[int, int]], author: Author, ruleset: Ruleset, undone: Undone
) -> None:
    earlier = _earlier(session, changes)
    edits: list[Edit] = []
    for product_id, version in changes:
        product = product_to_edit(session, product_id)
        state = earlier.get(product_id) or msgspec.structs.replace(state_of(product), status=Status.ARCHIVED)
        edit = None if product.version != version else _edit(session, product, state, ruleset)
        if edit is None:
            undone.left.append(product.sku)
            continue
        edits.append(edit)
        undone.restored += product_id in earlier
        undone.archived += product_id not in earlier
    _write(session, edits, author, undone)


def _earlier(session: Session, changes: Sequence[tuple[int, int]]) -> dict[int, ProductState]:
    """What the products were before, but for those that the batch added."""
    before = [(product_id, version - 1) for product_id, version in changes]
    query = select(Change.product_id, Change.state).where(tuple_(Change.product_id, Change.version).in_(before))
    return {row[0]: from_json(row[1]) for row in session.execute(query)}


def _edit(session: Session, product: Product, state: ProductState, ruleset: Ruleset) -> Edit | None:
    query = select(AcceptedWarning).where(AcceptedWarning.product_id == product.id)
    accepted = {row.finding: row.reason for row in session.scalars(query)}
    try:
        after = prepare(state, ruleset, accepted)
    except RefusedError:
        return None
    if state.status is Status.PUBLISHED and after.stops:
        return None
    return Edit(after, product.id, product.version, state_of(product))


def _write(session: Session, edits: Sequence[Edit], author: Author, undone: Undone) -> None:
    """Together; when one of them cannot be, such as an address that is taken since, each by itself."""
    if not edits:
        return
    try:
        with session.begin_nested():
            write(session, edits, author)
    except RefusedError:
        if len(edits) == 1:
            state = edits[0].after.state
            undone.left.append(state.sku)
            added = edits[0].version == 1
            undone.archived -= added
            undone.restored -= not added
            return
        for edit in edits:
            _write(session, [edit], author, undone)
