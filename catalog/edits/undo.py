"""Undo of changes made together, or by one person on one day: taken back together, as a new batch."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import msgspec
from msgspec import Struct
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from catalog.edits.edit import Author
from catalog.edits.products import DesiredState, change_all, merge, products_to_edit
from catalog.edits.store import ConflictError, begin_writing, open_batch
from catalog.models import Batch, Change, Product, Status, table_of
from catalog.product_state import FIELDS, ProductState, from_json, state_of_product
from recommend.knowledge import Ruleset

CHUNK = 1000
"""Products taken back at a time."""


class AlreadyUndoneError(Exception):
    """A batch that was undone before. Nothing was written."""


class OfBatch(Struct, frozen=True):
    """The changes of a batch."""

    batch_id: int

    @property
    def condition(self) -> ColumnElement[bool]:
        return table_of(Change).c.batch_id == self.batch_id


class OfPerson(Struct, frozen=True):
    """The changes that a person made from one moment until another."""

    who: str
    begin: datetime
    end: datetime

    @property
    def condition(self) -> ColumnElement[bool]:
        change = table_of(Change)
        return (change.c.who == self.who) & (change.c.at >= self.begin) & (change.c.at < self.end)


Selection = OfBatch | OfPerson


class ChangedSince(Struct, frozen=True):
    """A product in the way of an undo: `fields` are those that somebody else changed since, `now` is its state and
    `back` its state with these fields taken back too.
    """

    product_id: int
    version: int
    fields: tuple[str, ...]
    now: ProductState
    back: ProductState


class Decision(Struct, frozen=True):
    """A decision on a product in the way as it was at a version: take its fields back too, or leave the product."""

    version: int
    back: bool


class _Touched(Struct, frozen=True):
    """The versions of one product that are taken back, newest first."""

    product_id: int
    versions: tuple[int, ...]


class _Reverted(Struct, frozen=True):
    """A product without the changes; `overlapping` are fields of them that somebody else changed since."""

    product: Product
    now: ProductState
    state: ProductState
    overlapping: tuple[str, ...]


def undo(
    session: Session,
    selection: Selection,
    author: Author,
    ruleset: Ruleset,
    *,
    label: str,
    settled: Mapping[int, Decision] | None = None,
) -> int:
    """Undo changes, as a new batch called `label`; returns its id.

    Fields that somebody else changed since remain, when the changes had not touched them. A product that they added is
    archived. `settled` has decisions on products in the way; one on another version than the present does not count.
    Raises NoResultFound, AlreadyUndoneError, ConflictError with the products in the way that are not settled, or
    RefusedError; the caller must roll back then.
    """
    begin_writing(session)
    if isinstance(selection, OfBatch) and _batch(session, selection.batch_id).undone_by_id is not None:
        raise AlreadyUndoneError
    undoing = open_batch(session, author, label)
    batch_author = msgspec.structs.replace(author, batch_id=undoing)
    unsettled: list[int] = []
    for touched in _touched(session, selection.condition):
        reverted = [(one, _decision(one, settled or {})) for one in _reverted(session, touched)]
        unsettled += [one.product.id for one, decision in reverted if decision is None]
        taken_back = [one for one, decision in reverted if decision and decision.back]
        if not unsettled:
            desired = [DesiredState(one.product.id, one.product.version, one.state) for one in taken_back]
            change_all(session, desired, batch_author, ruleset)
    if unsettled:
        raise ConflictError(unsettled)
    if isinstance(selection, OfBatch):
        _batch(session, selection.batch_id).undone_by_id = undoing  # read again: the session expired it
        session.flush()
    return undoing


def _decision(one: _Reverted, settled: Mapping[int, Decision]) -> Decision | None:
    """The decision on a product; nobody need decide on one that nothing stands in the way of."""
    if not one.overlapping:
        return Decision(one.product.version, back=True)
    found = settled.get(one.product.id)
    return found if found and found.version == one.product.version else None


def _batch(session: Session, batch_id: int) -> Batch:
    return session.scalars(select(Batch).where(Batch.id == batch_id)).one()


def changed_since(session: Session, selection: Selection) -> list[ChangedSince]:
    """The products in the way of an undo: somebody else changed the same fields since."""
    return [
        ChangedSince(one.product.id, one.product.version, one.overlapping, one.now, one.state)
        for touched in _touched(session, selection.condition)
        for one in _reverted(session, touched)
        if one.overlapping
    ]


def _touched(session: Session, changes: ColumnElement[bool]) -> Iterator[Sequence[_Touched]]:
    """The products of the changes, CHUNK at a time."""
    change = table_of(Change)
    ids = select(change.c.product_id).where(changes).distinct().order_by(change.c.product_id).limit(CHUNK)
    after = 0
    while found := session.scalars(ids.where(change.c.product_id > after)).all():
        rows = session.execute(
            select(change.c.product_id, change.c.version)
            .where(changes, change.c.product_id > after, change.c.product_id <= found[-1])
            .order_by(change.c.version.desc())
        )
        versions: dict[int, list[int]] = {product_id: [] for product_id in found}
        for product_id, version in rows:
            versions[product_id].append(version)
        yield [_Touched(product_id, tuple(each)) for product_id, each in versions.items()]
        after = found[-1]


def _reverted(session: Session, touched: Sequence[_Touched]) -> Iterator[_Reverted]:
    """Each product's state without the changes: every version is taken back by itself, the newest first, so that
    versions of others between them stay.
    """
    products = products_to_edit(session, [one.product_id for one in touched])
    states = _states(session, touched)
    for one in touched:
        product = products[one.product_id]
        now = state = state_of_product(product)
        overlapping: set[str] = set()
        for version in one.versions:
            left = states[one.product_id, version]
            if version == 1:
                before = msgspec.structs.replace(left, status=Status.ARCHIVED)
            else:
                before = states[one.product_id, version - 1]
            merged = merge(left, before, state)
            overlapping |= set(merged.overlapping)
            state = merged.state
        yield _Reverted(product, now, state, tuple(name for name in FIELDS if name in overlapping))


def _states(session: Session, touched: Sequence[_Touched]) -> dict[tuple[int, int], ProductState]:
    """The products after each change and before it, by id and version."""
    versions = {(one.product_id, version) for one in touched for each in one.versions for version in (each - 1, each)}
    change = table_of(Change)
    query = select(change.c.product_id, change.c.version, change.c.state).where(
        change.c.product_id.in_([one.product_id for one in touched]),
        change.c.version.in_({version for _id, version in versions}),
    )
    return {(row[0], row[1]): from_json(row[2]) for row in session.execute(query) if (row[0], row[1]) in versions}
