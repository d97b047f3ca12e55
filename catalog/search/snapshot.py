"""What every process keeps of the index: who has which facet value, and all words. Brought up to date by what changed.

Sets of ids are bitmaps, so that a count is one intersection and never reads products.
"""

import sqlite3
from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

from msgspec import Struct
from pyroaring import BitMap
from sqlalchemy import ColumnElement, Engine, Integer, String, bindparam, case, cast, null, select, true, union_all
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from catalog.models import CatalogueState, FacetPosting, IndexState, Word
from catalog.models.search_index import BLOCK_BITS, STAMP, UNCOMMITTED, ProductSet
from catalog.search.facets import Facet
from catalog.search.terms import LISTED, facet_term

NONE = BitMap()
NEVER = -1


CatalogueStamp = tuple[int, str]
"""How many times it was written, and the epoch of its index; another catalogue has another stamp."""


def catalogue_stamp(session: Session) -> CatalogueStamp:
    """The stamp of what this session's transaction sees; one that writes may see newer things later."""
    both = select(CatalogueState.revision, IndexState.epoch).join(IndexState, true())  # one row each
    revision, epoch = session.execute(both).one()
    return revision, epoch


def newest_stamp(session: Session) -> CatalogueStamp:
    """The stamp of the newest committed write, asked before anything else: what is read after it is at least as new.

    Elsewhere than in SQLite this is asked on the session's own connection, since another one may lead to a standby
    that is further on. All of SQLite is one file, and asking it without a transaction takes a tenth of the time.
    """
    engine = session.get_bind()
    if engine.dialect.name != "sqlite" or not isinstance(engine, Engine):
        session.info[STAMP] = stamp = catalogue_stamp(session)
        return stamp
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        cursor.execute(_SQLITE)
        revision, epoch = cursor.fetchone() or (0, "")
        return revision, epoch
    except sqlite3.Error as error:
        raise OperationalError(_SQLITE, None, error) from error
    finally:
        raw.close()


_SQLITE = "SELECT revision, epoch FROM catalogue_state CROSS JOIN (SELECT epoch FROM index_state)"


class IndexSnapshot(Struct, frozen=True):
    """The index as of one revision; the words may be older until a search asks for them. Never changed once made."""

    epoch: str
    revision: int
    sets: Mapping[str, BitMap]
    words_revision: int
    words: Mapping[str, tuple[str, int]]
    """Every term of the words, with how it was written and how many products have it."""

    @property
    def listed(self) -> BitMap:
        """All published products."""
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

    def has_word(self, term: str) -> bool:
        return self.words.get(term, ("", 0))[1] > 0


_NOTHING = IndexSnapshot("", NEVER, {}, NEVER, {})
_kept: WeakKeyDictionary[Engine, tuple[IndexSnapshot, CatalogueStamp | None]] = WeakKeyDictionary()
"""The index, and the newest stamp that was known before it was read: None when nobody had asked. Put there together,
so that no thread takes an older index for that of a newer stamp."""


def current_snapshot(session: Session, *, words: bool = False) -> IndexSnapshot:
    """The index as this session's transaction sees it, at the cost of what changed, and of one query at most."""
    engine = session.get_bind()
    if session.info.get(UNCOMMITTED) or not isinstance(engine, Engine):  # what nobody else may see is not kept
        return _read(session, _NOTHING, with_words=words)
    known, read_at = _kept.get(engine, (_NOTHING, None))
    stamp = session.info.get(STAMP)
    has_words = known.words_revision == known.revision
    if stamp is not None and stamp == read_at and (has_words or not words):
        return known  # nothing was written since it was read
    now = _read(session, known, with_words=words)
    _kept[engine] = now, stamp
    return now


def read_snapshot(session: Session) -> IndexSnapshot:
    """The index and its words, read anew."""
    return _read(session, _NOTHING, with_words=True)


def _read(session: Session, known: IndexSnapshot, *, with_words: bool) -> IndexSnapshot:
    asked: dict[str, Any] = {"epoch": known.epoch, "facets_revision": known.revision}
    if with_words:
        asked["words_revision"] = known.words_revision
    rows: list[Any] = list(session.execute(_FACETS_AND_WORDS if with_words else _FACETS, asked))
    epoch, revision = rows[0][0], rows[0][1]
    words_revision = revision if with_words else known.words_revision
    if (epoch, revision, words_revision) == (known.epoch, known.revision, known.words_revision):
        return known
    if epoch == known.epoch and revision < known.revision:  # a backup was put back: nothing known can be trusted
        return _read(session, _NOTHING, with_words=with_words)
    if epoch != known.epoch:
        known = _NOTHING
        words_revision = revision if with_words else NEVER
    words = dict(known.words)
    words |= {term: (shown, count) for _, _, term, _, _, shown, count in rows if shown is not None}
    sets = _with_blocks(known.sets, [(row[2], row[3], row[4]) for row in rows if row[3] is not None])
    return IndexSnapshot(epoch, revision, sets, words_revision, words)


def _newer_than(name: str) -> ColumnElement[int]:
    """The revision after which something changed: any at all when the index was made anew. One range of an index."""
    return case((IndexState.epoch == bindparam("epoch"), bindparam(name)), else_=NEVER)


def _statements() -> tuple[Any, Any]:
    """What changed of the facets, and of facets and words; the state of the index comes along in every row."""
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


def _with_blocks(known: Mapping[str, BitMap], blocks: list[tuple[str, int, BitMap]]) -> dict[str, BitMap]:
    sets = dict(known)
    for term in {term for term, _, _ in blocks}:
        sets[term] = BitMap(sets.get(term, NONE))
    for term, block, products in blocks:
        sets[term].remove_range(block << BLOCK_BITS, (block + 1) << BLOCK_BITS)
        sets[term].update(products)
    return sets
