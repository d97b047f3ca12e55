"""In-memory copy of the index: product ids by facet value, and all words; refreshed from what changed since its
revision.

Sets of ids are bitmaps, so that a count is one intersection and reads no products.
"""

import sqlite3
from collections.abc import Callable, Hashable, Mapping
from heapq import nlargest
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from msgspec import Struct, field
from pyroaring import BitMap
from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Integer,
    String,
    bindparam,
    case,
    cast,
    event,
    null,
    select,
    true,
    union_all,
)
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from catalog.models import CatalogueState, FacetPosting, IndexState, Word
from catalog.models.search_index import BLOCK_BITS, STAMP, UNCOMMITTED, ProductSet
from catalog.search.facets import ALL_APPLY, STATED, Facet, facet_term
from catalog.search.terms import LISTED

NONE = BitMap()
MOST_KEPT = 4_000
"""Most things that a process keeps of one state of the catalogue."""
_TO_BE_FOUND = "stamp to be found"
"""Of a session: the stamp that its transaction must have when it begins."""
NEVER = -1
"""A revision before all revisions."""


Derived = TypeVar("Derived")
CatalogueStamp = tuple[int, str]
"""The catalogue's revision and the epoch of its index; another catalogue has another stamp."""


def catalogue_stamp(session: Session) -> CatalogueStamp:
    """The stamp in this session's transaction; a transaction that writes may see newer rows later."""
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        return _asked_of_sqlite(connection.connection.cursor())
    both = select(CatalogueState.revision, IndexState.epoch).join(IndexState, true())  # one row each
    revision, epoch = session.execute(both).one()
    return revision, epoch


def newest_stamp(session: Session) -> CatalogueStamp:
    """The stamp of the newest committed write, read first, so that everything read later is at least as new.

    PostgreSQL is asked on the session's own connection, since another one may lead to a standby that is further on.
    SQLite is one file, and a query outside a transaction takes a tenth of the time.
    """
    engine = session.get_bind()
    if engine.dialect.name != "sqlite" or not isinstance(engine, Engine):
        session.info[STAMP] = stamp = catalogue_stamp(session)
        return stamp
    raw = engine.raw_connection()
    try:
        return _asked_of_sqlite(raw.cursor())
    finally:
        raw.close()


def note_stamp(session: Session) -> CatalogueStamp:
    """The stamp of a session that only reads, kept with it: nothing that follows has to ask again."""
    if STAMP not in session.info:
        session.info[STAMP] = catalogue_stamp(session)
    return stamp_in_use(session)


class CatalogueMovedError(Exception):
    """The catalogue changed after a look at its stamp and before the first reading: what is known of it is too old."""


def note_newest_stamp(session: Session) -> CatalogueStamp:
    """The newest stamp, kept with a session that only reads, without beginning its transaction yet.

    Beginning and ending one takes longer than all else that a page needs of a catalogue that it knows. The first
    statement begins it, and raises CatalogueMovedError if the catalogue is not in that state any more.
    """
    if STAMP not in session.info:
        is_late = session.get_bind().dialect.name == "sqlite" and not session.in_transaction()
        session.info[STAMP] = stamp = newest_stamp(session) if is_late else catalogue_stamp(session)
        if is_late:
            session.info[_TO_BE_FOUND] = stamp
    return stamp_in_use(session)


@event.listens_for(Session, "after_begin")
def _find_the_same_state(session: Session, _transaction: object, connection: Connection) -> None:
    stamp = session.info.pop(_TO_BE_FOUND, None)
    if stamp is None or stamp != session.info.get(STAMP):
        return
    if _asked_of_sqlite(connection.connection.cursor()) != stamp:
        raise CatalogueMovedError


def stamp_in_use(session: Session) -> CatalogueStamp:
    """The stamp that this session works with already, else the newest."""
    found: CatalogueStamp | None = session.info.get(STAMP)
    return newest_stamp(session) if found is None else found


_known: WeakKeyDictionary[Engine, tuple[CatalogueStamp, dict[Hashable, Any]]] = WeakKeyDictionary()
"""By engine: what is known of the catalogue in one state, and the stamp of that state."""


def once_per_state(session: Session, key: Hashable, make: Callable[[Session], Derived]) -> Derived:
    """Something that follows from the whole catalogue and the key alone, made once for each state of it."""
    if not session.info.get(UNCOMMITTED):
        note_stamp(session)
    made: Derived | None = known_of_state(session, key)
    if made is None:
        made = make(session)
        keep_for_state(session, key, made)
    return made


def known_of_state(session: Session, key: Hashable) -> Any:
    """The value kept under this key for the catalogue as this session sees it; None without one."""
    return _of_state(session).get(key)


def keep_for_state(session: Session, key: Hashable, made: object) -> None:
    """Keep something for the next session that sees the catalogue as this one does, in the place of what was kept."""
    known = _of_state(session)
    if len(known) >= MOST_KEPT:
        known.clear()
    known[key] = made


def can_keep(session: Session) -> bool:
    """Whether `keep_for_state` keeps anything: the session's state is known, and it has no uncommitted changes."""
    return _state_of(session) is not None


def _state_of(session: Session) -> tuple[Engine, CatalogueStamp] | None:
    """The database of a session and the stamp of its state; None where that is not known, or changing."""
    engine, stamp = session.get_bind(), session.info.get(STAMP)
    if stamp is None or session.info.get(UNCOMMITTED) or not isinstance(engine, Engine):
        return None
    return engine, stamp


def _of_state(session: Session) -> dict[Hashable, Any]:
    """All kept values; none for a session that cannot keep any."""
    state = _state_of(session)
    if state is None:
        return {}
    engine, stamp = state
    known_stamp, known = _known.get(engine, (None, {}))
    if known_stamp != stamp:
        _known[engine] = stamp, (known := {})
    return known


def _asked_of_sqlite(cursor: DBAPICursor) -> CatalogueStamp:
    """The stamp by the driver alone, which takes a tenth of the time of a statement."""
    try:
        cursor.execute(_SQLITE_STAMP)
        revision, epoch = cursor.fetchone() or (0, "")
    except sqlite3.Error as error:
        raise OperationalError(_SQLITE_STAMP, None, error) from error
    return revision, epoch


_SQLITE_STAMP = "SELECT revision, epoch FROM catalogue_state CROSS JOIN (SELECT epoch FROM index_state)"


class IndexSnapshot(Struct, frozen=True):
    """The index as of one revision, immutable; the words may be older until a search asks for them."""

    epoch: str
    revision: int
    sets: Mapping[str, BitMap]
    words_revision: int
    words: Mapping[str, tuple[str, int]]
    """By term: the word as written, and the number of products that have it."""
    _derived: dict[Hashable, Any] = field(default_factory=dict)
    """Values that `once` has made, which many requests ask of one snapshot."""

    @property
    def listed(self) -> BitMap:
        """All published products."""
        return self.sets.get(LISTED, NONE)

    def once(self, key: Hashable, make: Callable[[], Derived]) -> Derived:
        """Something that follows from this snapshot and the key alone, made when it is first asked for."""
        if key not in self._derived:
            self._derived[key] = make()
        made: Derived = self._derived[key]
        return made

    def of_facet(self, facet: Facet) -> dict[str, BitMap]:
        """The products that have each value themselves: of ALL_APPLY, hold it."""
        return self.once(("facet", facet), lambda: self._of_facet(facet_term(facet, "")))

    def _of_facet(self, start: str) -> dict[str, BitMap]:
        return {term.removeprefix(start): ids for term, ids in self.sets.items() if ids and term.startswith(start)}

    def having(self, facet: Facet, value: str) -> BitMap:
        """The products that have a value; of ALL_APPLY those that say what they hold, and do not hold it."""
        found = self.sets.get(facet_term(facet, value), NONE)
        return self.stated(facet) - found if facet in ALL_APPLY else found

    def stated(self, facet: Facet) -> BitMap:
        """The products that say what they hold, of a facet of ALL_APPLY."""
        return self.sets.get(facet_term(facet, STATED), NONE)

    def holds(self, facet: Facet, value: str) -> bool:
        """Whether a published product has the value itself: of ALL_APPLY, holds it."""
        return bool(self.sets.get(facet_term(facet, value), NONE))

    def values(self, facet: Facet, most: int | None = None) -> tuple[str, ...]:
        """The values of a facet that some published product has, in alphabetical order; of many the commonest."""
        return self.once(("values", facet, most), lambda: self._commonest(facet, most))

    def _commonest(self, facet: Facet, most: int | None) -> tuple[str, ...]:
        sizes = {value: len(ids) for value, ids in sorted(self.of_facet(facet).items())}
        return tuple(sorted(nlargest(most, sizes, key=sizes.__getitem__))) if most else tuple(sizes)

    def has_word(self, term: str) -> bool:
        return self.words.get(term, ("", 0))[1] > 0


_EMPTY = IndexSnapshot("", NEVER, {}, NEVER, {})
_cached: WeakKeyDictionary[Engine, tuple[IndexSnapshot, CatalogueStamp | None]] = WeakKeyDictionary()
"""By engine: the snapshot, and the newest stamp known before it was read (None when nobody had asked). Stored as one
tuple, so that no thread pairs an older snapshot with a newer stamp."""


def current_snapshot(session: Session, *, words: bool = False) -> IndexSnapshot:
    """The index in this session's transaction, at the cost of what changed, and of one query at most."""
    engine = session.get_bind()
    if session.info.get(UNCOMMITTED) or not isinstance(engine, Engine):  # uncommitted changes must not be cached
        return _read(session, _EMPTY, with_words=words)
    snapshot, read_at = _cached.get(engine, (_EMPTY, None))
    stamp = session.info.get(STAMP)
    has_words = snapshot.words_revision == snapshot.revision
    if stamp is not None and stamp == read_at and (has_words or not words):
        return snapshot  # no write since it was read
    snapshot = _read(session, snapshot, with_words=words)
    _cached[engine] = snapshot, stamp
    return snapshot


def read_snapshot(session: Session) -> IndexSnapshot:
    """The index and its words, read from scratch."""
    return _read(session, _EMPTY, with_words=True)


def _read(session: Session, cached: IndexSnapshot, *, with_words: bool) -> IndexSnapshot:
    """The cached snapshot brought up to date; read from scratch after a rebuild or a restored backup."""
    parameters: dict[str, Any] = {"epoch": cached.epoch, "facets_revision": cached.revision}
    if with_words:
        parameters["words_revision"] = cached.words_revision
    rows: list[Any] = list(session.execute(_FACETS_AND_WORDS if with_words else _FACETS, parameters))
    epoch, revision = rows[0][0], rows[0][1]
    words_revision = revision if with_words else cached.words_revision
    if (epoch, revision, words_revision) == (cached.epoch, cached.revision, cached.words_revision):
        return cached
    if epoch == cached.epoch and revision < cached.revision:  # a backup was restored: the cache is invalid
        return _read(session, _EMPTY, with_words=with_words)
    if epoch != cached.epoch:
        cached = _EMPTY
        words_revision = revision if with_words else NEVER
    words = dict(cached.words)
    words |= {term: (shown, count) for _, _, term, _, _, shown, count in rows if shown is not None}
    sets = _with_blocks(cached.sets, [(row[2], row[3], row[4]) for row in rows if row[3] is not None])
    return IndexSnapshot(epoch, revision, sets, words_revision, words)


def _newer_than(name: str) -> ColumnElement[int]:
    """The revision to read after; -1 reads everything after a rebuild. One expression, so one index range scan."""
    return case((IndexState.epoch == bindparam("epoch"), bindparam(name)), else_=NEVER)


def _statements() -> tuple[Any, Any]:
    """The queries for changed facets, and for changed facets and words; every row repeats the state of the index."""
    state = (IndexState.epoch, IndexState.revision)
    posting = (FacetPosting.term, FacetPosting.block, FacetPosting.products)
    no_word = (cast(null(), String).label("shown"), cast(null(), Integer).label("count"))
    no_posting = (cast(null(), Integer).label("block"), cast(null(), ProductSet).label("products"))
    facets = select(*state, *posting, *no_word).outerjoin(
        FacetPosting, FacetPosting.revision > _newer_than("facets_revision")
    )
    words = select(*state, Word.term, *no_posting, Word.shown, Word.products).join(
        Word, Word.revision > _newer_than("words_revision")
    )
    return facets, union_all(facets, words)


_FACETS, _FACETS_AND_WORDS = _statements()


def _with_blocks(cached: Mapping[str, BitMap], blocks: list[tuple[str, int, BitMap]]) -> dict[str, BitMap]:
    sets = dict(cached)
    for term in {term for term, _, _ in blocks}:
        sets[term] = BitMap(sets.get(term, NONE))
    for term, block, products in blocks:
        sets[term].remove_range(block << BLOCK_BITS, (block + 1) << BLOCK_BITS)
        sets[term].update(products)
    return sets
