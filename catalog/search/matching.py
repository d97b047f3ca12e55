"""Search: from what somebody typed to the products that have all of its words and none of those they do without.

Words are compared in Python, as `catalog.search.tokens` cuts and stems them, so that databases give the same hits.
"""

from collections.abc import Iterable, Iterator
from functools import reduce
from operator import and_

from msgspec import Struct
from pyroaring import BitMap
from rapidfuzz import process
from rapidfuzz.distance import OSA
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.models import WordPosting
from catalog.search.query_words import ParsedWord, parse_query
from catalog.search.snapshot import IndexSnapshot
from catalog.search.tokens import INGREDIENT, TEXT, asked_terms, whole_parts_of

SHORTEST_MISSPELT, TWO_ERRORS_FROM = 4, 8
SHORTEST_PART = 3
MOST_PARTS = 4
MOST_LIKE = 3


class ResolvedWord(Struct, frozen=True):
    """A word of the query as the index knows it.

    `needs` holds one group of terms for a plain word and one for each part of a compound; of every group a product
    has some term. None when no product has it. `read_as` is the known word that a misspelt one was taken for, `like`
    are others that resemble it.
    """

    typed: ParsedWord
    needs: tuple[tuple[str, ...], ...]
    read_as: str | None = None
    like: tuple[str, ...] = ()

    @property
    def word(self) -> str:
        return self.read_as or self.typed.word


class WithoutWord(Struct, frozen=True):
    """A query without one of its words, and what that finds."""

    word: str
    rest: str
    hits: BitMap


class Search(Struct, frozen=True):
    """A query understood, with its hits among the published products."""

    sought: tuple[ResolvedWord, ...]
    hits: BitMap
    loosened: tuple["WithoutWord", ...]
    """When nothing was found: the query without one of its words."""

    @property
    def text(self) -> str:
        """The query with its misspelt words mended."""
        return _as_text(self.sought)

    @property
    def misread(self) -> list[ResolvedWord]:
        """The words that were taken for another."""
        return [sought for sought in self.sought if sought.read_as]

    @property
    def unknown(self) -> list[str]:
        """The words that no product has, nor anything like them."""
        return [sought.word for sought in self.sought if not sought.needs]

    @property
    def suggestions(self) -> list[str]:
        """The query with another word of those that resemble a misspelt one."""
        return [
            _as_text(ResolvedWord(one.typed, one.needs, like) if one is sought else one for one in self.sought)
            for sought in self.sought
            for like in sought.like
        ]


def _as_text(sought: Iterable[ResolvedWord]) -> str:
    return " ".join(f"{one.typed.negation} {one.word}".strip() for one in sought)


def search(session: Session, index: IndexSnapshot, text: str) -> Search | None:
    """The hits for what was typed, of an index kept with its words; None when nothing in it is a word to look for."""
    sought = tuple(_resolve(index, typed) for typed in parse_query(text))
    if not sought:
        return None
    postings = _postings(session, {term for one in sought for group in one.needs for term in group})
    hits = _hits(index, sought, postings)
    loosened: list[WithoutWord] = []
    if not hits and len(sought) > 1:
        for dropped in sought:
            rest = [one for one in sought if one is not dropped]
            if found := _hits(index, rest, postings):
                loosened.append(WithoutWord(_as_text([dropped]), _as_text(rest), found))
    return Search(sought, hits, tuple(loosened))


def _postings(session: Session, terms: set[str]) -> dict[str, BitMap]:
    found: dict[str, BitMap] = {}
    query = select(WordPosting.term, WordPosting.products).where(WordPosting.term.in_(sorted(terms)))
    for term, products in session.execute(query):
        found.setdefault(term, BitMap()).update(products)
    return found


def _hits(index: IndexSnapshot, sought: Iterable[ResolvedWord], postings: dict[str, BitMap]) -> BitMap:
    hits = index.listed
    for one in sought:
        having = reduce(and_, (_any(group, postings) for group in one.needs), index.listed) if one.needs else BitMap()
        hits = hits - having if one.typed.negation else hits & having
    return hits


def _any(group: Iterable[str], postings: dict[str, BitMap]) -> BitMap:
    return BitMap.union(BitMap(), *(postings[term] for term in group if term in postings))


def _resolve(index: IndexSnapshot, typed: ParsedWord) -> ResolvedWord:
    """A word as it stands in the index, else as a compound of known words, else as the known word most like it.

    Names and descriptions come first, so that "poeder" finds powders and not what has beetroot powder in it; what
    somebody does without is looked for among the ingredients alone, since a description may say "without gelatine".
    """
    places = (INGREDIENT,) if typed.negation else (TEXT, INGREDIENT)
    parts = whole_parts_of(typed.word)
    for place in places:
        needs = tuple(_known(index, part, place) for part in parts)
        if all(needs):
            return ResolvedWord(typed, needs)
    for place in places:
        if compound := _as_compound(index, typed.word, place):
            return ResolvedWord(typed, compound)
    for place in places:
        if like := list(_resembling(index, typed.word, place)):
            return ResolvedWord(typed, (_known(index, like[0], place),), like[0], tuple(like[1:]))
    return ResolvedWord(typed, ())


def _known(index: IndexSnapshot, word: str, place: str) -> tuple[str, ...]:
    return tuple(term for term in asked_terms(word, place) if index.has_word(term))


def _as_compound(index: IndexSnapshot, word: str, place: str) -> tuple[tuple[str, ...], ...]:
    """The fewest known words that make up this one: "magnesiumcitraatpoeder" as magnesium, citraat and poeder."""
    best: dict[int, tuple[tuple[str, ...], ...]] = {0: ()}
    for end in range(SHORTEST_PART, len(word) + 1):
        for start in range(end - SHORTEST_PART, -1, -1):
            if start not in best or len(best[start]) == MOST_PARTS:
                continue
            if end in best and len(best[end]) <= len(best[start]) + 1:
                continue
            if known := _known(index, word[start:end], place):
                best[end] = (*best[start], known)
    return best.get(len(word), ())


def _resembling(index: IndexSnapshot, word: str, place: str) -> Iterator[str]:
    """Known words with a typing error or two of difference, the nearest and then the commonest first."""
    if len(word) < SHORTEST_MISSPELT or not word.isalpha():
        return
    errors = 1 if len(word) < TWO_ERRORS_FROM else 2
    common: dict[str, int] = {}
    for term, (shown, count) in index.words.items():
        if count > 0 and term[2] == place:
            common[shown] = max(common.get(shown, 0), count)
    near = process.extract(word, common.keys(), scorer=OSA.distance, score_cutoff=errors, limit=None)
    for known, _, _ in sorted(near, key=lambda found: (found[1], -common[found[0]], found[0]))[:MOST_LIKE]:
        yield known
