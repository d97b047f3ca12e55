"""Search: from the text of a query to the products that have all of its words and none of its negated words.

Words are compared in Python, cut and stemmed by `catalog.search.tokens`, so that both databases give the same hits.
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
from catalog.search.tokens import INGREDIENT, TEXT, lookup_terms, whole_parts_of

SHORTEST_MISSPELT, TWO_ERRORS_FROM = 4, 8
SHORTEST_PART = 3
MOST_PARTS = 4
MOST_LIKE = 3


class ResolvedWord(Struct, frozen=True):
    """A query word resolved against the index.

    `needs` has one group of terms for a plain word, and one for each part of a compound; a product must have a term of
    every group. It is empty when no product has the word. `read_as` is the indexed word that replaced a misspelt one,
    `like` are other indexed words that resemble it.
    """

    parsed: ParsedWord
    needs: tuple[tuple[str, ...], ...]
    read_as: str | None = None
    like: tuple[str, ...] = ()

    @property
    def word(self) -> str:
        return self.read_as or self.parsed.word


class WithoutWord(Struct, frozen=True):
    """A query without one of its words, and the hits of the rest."""

    word: str
    rest: str
    hits: BitMap


class Search(Struct, frozen=True):
    """A resolved query, with its hits among the published products."""

    words: tuple[ResolvedWord, ...]
    hits: BitMap
    loosened: tuple["WithoutWord", ...]
    """Without hits: the query without each one of its words that then has hits."""

    @property
    def text(self) -> str:
        """The query with its misspelt words corrected."""
        return _as_text(self.words)

    @property
    def misread(self) -> list[ResolvedWord]:
        """The words that another word replaced."""
        return [word for word in self.words if word.read_as]

    @property
    def unknown(self) -> list[str]:
        """The words without any match, not even a similar word."""
        return [word.word for word in self.words if not word.needs]

    @property
    def suggestions(self) -> list[str]:
        """The query with a misspelt word replaced by each other similar word."""
        return [
            _as_text(ResolvedWord(one.parsed, one.needs, like) if one is word else one for one in self.words)
            for word in self.words
            for like in word.like
        ]


def _as_text(words: Iterable[ResolvedWord]) -> str:
    return " ".join(f"{word.parsed.negation} {word.word}".strip() for word in words)


def search(session: Session, index: IndexSnapshot, text: str) -> Search | None:
    """The hits of a query, from a snapshot read with `words=True`; None when the query has no word to look for."""
    words = tuple(_resolve(index, parsed) for parsed in parse_query(text))
    if not words:
        return None
    postings = _postings(session, {term for word in words for group in word.needs for term in group})
    hits = _hits(index, words, postings)
    loosened: list[WithoutWord] = []
    if not hits and len(words) > 1:
        for dropped in words:
            rest = [word for word in words if word is not dropped]
            if found := _hits(index, rest, postings):
                loosened.append(WithoutWord(_as_text([dropped]), _as_text(rest), found))
    return Search(words, hits, tuple(loosened))


def _postings(session: Session, terms: set[str]) -> dict[str, BitMap]:
    found: dict[str, BitMap] = {}
    query = select(WordPosting.term, WordPosting.products).where(WordPosting.term.in_(sorted(terms)))
    for term, products in session.execute(query):
        found.setdefault(term, BitMap()).update(products)
    return found


def _hits(index: IndexSnapshot, words: Iterable[ResolvedWord], postings: dict[str, BitMap]) -> BitMap:
    hits = index.listed
    for word in words:
        having = (
            reduce(and_, (_union(group, postings) for group in word.needs), index.listed) if word.needs else BitMap()
        )
        hits = hits - having if word.parsed.negation else hits & having
    return hits


def _union(group: Iterable[str], postings: dict[str, BitMap]) -> BitMap:
    return BitMap.union(BitMap(), *(postings[term] for term in group if term in postings))


def _resolve(index: IndexSnapshot, parsed: ParsedWord) -> ResolvedWord:
    """Look a word up as it is, else as a compound of indexed words, else as the most similar indexed word.

    Names and descriptions come first, so that "poeder" finds powders and not products with beetroot powder. A negated
    word is looked up in the ingredients alone, since a description may say "without gelatine".
    """
    places = (INGREDIENT,) if parsed.negation else (TEXT, INGREDIENT)
    parts = whole_parts_of(parsed.word)
    for place in places:
        needs = tuple(_indexed_terms(index, part, place) for part in parts)
        if all(needs):
            return ResolvedWord(parsed, needs)
    for place in places:
        if compound := _as_compound(index, parsed.word, place):
            return ResolvedWord(parsed, compound)
    for place in places:
        if like := list(_resembling(index, parsed.word, place)):
            return ResolvedWord(parsed, (_indexed_terms(index, like[0], place),), like[0], tuple(like[1:]))
    return ResolvedWord(parsed, ())


def _indexed_terms(index: IndexSnapshot, word: str, place: str) -> tuple[str, ...]:
    """The terms of a word that the index has, in either language."""
    return tuple(term for term in lookup_terms(word, place) if index.has_word(term))


def _as_compound(index: IndexSnapshot, word: str, place: str) -> tuple[tuple[str, ...], ...]:
    """The fewest indexed words that make up this one: "magnesiumcitraatpoeder" is magnesium, citraat and poeder."""
    best: dict[int, tuple[tuple[str, ...], ...]] = {0: ()}
    for end in range(SHORTEST_PART, len(word) + 1):
        for start in range(end - SHORTEST_PART, -1, -1):
            if start not in best or len(best[start]) == MOST_PARTS:
                continue
            if end in best and len(best[end]) <= len(best[start]) + 1:
                continue
            if terms := _indexed_terms(index, word[start:end], place):
                best[end] = (*best[start], terms)
    return best.get(len(word), ())


def _resembling(index: IndexSnapshot, word: str, place: str) -> Iterator[str]:
    """Indexed words one or two typing errors away, the nearest first, then the most frequent."""
    if len(word) < SHORTEST_MISSPELT or not word.isalpha():
        return
    errors = 1 if len(word) < TWO_ERRORS_FROM else 2
    counts: dict[str, int] = {}
    for term, (shown, count) in index.words.items():
        if count > 0 and term[2] == place:
            counts[shown] = max(counts.get(shown, 0), count)
    near = process.extract(word, counts.keys(), scorer=OSA.distance, score_cutoff=errors, limit=None)
    for similar, _, _ in sorted(near, key=lambda found: (found[1], -counts[found[0]], found[0]))[:MOST_LIKE]:
        yield similar
