"""Which products have which facet values, kept in memory and brought up to date by what changed since.

Sets of ids are bitmaps, so that a count is one intersection and never reads products.
"""

from collections.abc import Iterable, Mapping
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from msgspec import Struct, field
from pyroaring import BitMap
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from catalog.facets import Facet
from catalog.indexed import LISTED, facet_term
from catalog.models import FacetPosting, IndexState
from catalog.models.search import BLOCK_BITS, UNCOMMITTED

NONE = BitMap()


class Holders(Struct, frozen=True):
    """The published products of every facet value, as of one revision of the index. Never changed once made."""

    epoch: str
    revision: int
    sets: Mapping[str, BitMap]

    @property
    def listed(self) -> BitMap:
        return self.sets.get(LISTED, NONE)

    def having(self, facet: Facet, value: str) -> BitMap:
        """The products that have a value; of `without`, those that do not contain it."""
        found = self.sets.get(facet_term(facet, value), NONE)
        return self.listed - found if facet is Facet.WITHOUT else found

    def holds(self, facet: Facet, value: str) -> bool:
        """Whether some published product has the value itself: for `without`, contains it."""
        return bool(self.sets.get(facet_term(facet, value), NONE))

    def values(self, facet: Facet) -> list[str]:
        """The values that some published product has, in alphabetical order."""
        start = facet_term(facet, "")
        return sorted(term.removeprefix(start) for term, found in self.sets.items() if found and term.startswith(start))


_NOTHING = Holders("", -1, {})
_kept: WeakKeyDictionary[Engine, Holders] = WeakKeyDictionary()
_lock = Lock()


def holders(session: Session) -> Holders:
    """The sets as this session's transaction sees them, at the cost of one query and of what changed."""
    if session.info.get(UNCOMMITTED):  # what nobody else may see is not kept
        return _read(session, _NOTHING)
    engine = session.get_bind()
    assert isinstance(engine, Engine)  # noqa: S101 - sessions here are always bound to an engine
    known = _kept.get(engine, _NOTHING)
    now = _read(session, known)
    if now is not known:
        with _lock:
            _kept[engine] = now
    return now


def _read(session: Session, known: Holders) -> Holders:
    changed = (
        select(IndexState.epoch, IndexState.revision, FacetPosting.term, FacetPosting.block, FacetPosting.products)
        .select_from(IndexState)
        .outerjoin(FacetPosting, (FacetPosting.revision > known.revision) | (IndexState.epoch != known.epoch))
    )
    rows: list[Any] = list(session.execute(changed))
    epoch, revision = rows[0][0], rows[0][1]
    if (epoch, revision) == (known.epoch, known.revision):
        return known
    if epoch == known.epoch and revision < known.revision:  # a backup was put back: nothing known can be trusted
        return _read(session, _NOTHING)
    sets = dict(known.sets) if epoch == known.epoch else {}
    whole: set[str] = set()
    for _epoch, _revision, term, block, products in rows:
        if block is None:  # changed, but no set with it
            continue
        if term not in whole:
            sets[term] = BitMap(sets.get(term, NONE))
            whole.add(term)
        sets[term].remove_range(block << BLOCK_BITS, (block + 1) << BLOCK_BITS)
        sets[term].update(products)
    return Holders(epoch, revision, sets)


class Filters(Struct, frozen=True):
    """The facet values that a product must have: one of those chosen of each facet, none of those of `without`."""

    chosen: Mapping[Facet, tuple[str, ...]] = field(default_factory=dict)

    def without(self, facet: Facet, value: str | None = None) -> "Filters":
        """The same without a value, or without anything of a facet."""
        left = tuple(one for one in self.chosen.get(facet, ()) if value is not None and one != value)
        rest = {key: values for key, values in self.chosen.items() if key is not facet}
        return Filters(rest | {facet: left} if left else rest)


class Found(Struct, frozen=True):
    """The products that pass, and for every facet those that pass all the other facets."""

    products: BitMap
    others: Mapping[Facet, BitMap]
    holders: Holders

    def count(self, facet: Facet, value: str) -> int:
        """How many products have the value and pass the other facets."""
        base = self.others[facet]
        term = self.holders.sets.get(facet_term(facet, value), NONE)
        having = base.intersection_cardinality(term)
        return len(base) - having if facet is Facet.WITHOUT else having


def find(holders: Holders, filters: Filters, among: BitMap | None = None) -> Found:
    """Apply filters to all published products, or to those `among` them."""
    start = holders.listed if among is None else holders.listed & among
    passing = {facet: _passing(holders, facet, values) for facet, values in filters.chosen.items() if values}
    every = _intersection(start, passing.values())
    others = {
        facet: _intersection(start, (found for key, found in passing.items() if key is not facet))
        if facet in passing
        else every
        for facet in Facet
    }
    return Found(every, others, holders)


def _passing(holders: Holders, facet: Facet, values: Iterable[str]) -> BitMap:
    sets = [holders.having(facet, value) for value in values]
    return BitMap.intersection(*sets) if facet is Facet.WITHOUT else BitMap.union(*sets)


def _intersection(start: BitMap, sets: Iterable[BitMap]) -> BitMap:
    for found in sets:
        start = start & found
    return start
