"""Search: from the text of a query to the products with all of its wishes and words, and the answers that it asks for.

Wishes and answers are read before words are looked up. Words are compared in Python, cut and stemmed by
`catalog.search.tokens`, so that both databases give the same hits.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cache, reduce
from operator import and_

from msgspec import Struct
from pyroaring import BitMap
from rapidfuzz import process
from rapidfuzz.distance import OSA
from sqlalchemy.orm import Session

from catalog.search.codes import Code, products_with_code, read_code
from catalog.search.facets import ALL_APPLY, Facet, facet_term
from catalog.search.limits import postings_and_limits
from catalog.search.snapshot import NONE, IndexSnapshot
from catalog.search.tokens import INGREDIENT, TEXT, lookup_terms, whole_parts_of
from catalog.search.wish_words import Choice, Ingredients, Named, left_out_things, named_things, word_set
from catalog.search.wishes import (
    LONGEST_QUERY,
    MOST_WORDS,
    UG_PER_MG,
    CheapFirst,
    Has,
    Item,
    Lacks,
    Limit,
    ParsedWord,
    Quantity,
    Unread,
    compound_parts,
    is_choice_between_forms,
    read_items,
    words_of,
)
from recommend.search_answers import MOST_ANSWERS, FoundAnswer, SearchAnswers, load_search_answers

SHORTEST_MISSPELT, TWO_ERRORS_FROM = 4, 8
SHORTEST_NAME_MISSPELT, TWO_ERRORS_IN_A_NAME = 5, 10
SHORTEST_PART = 3
MOST_PARTS = 4
MOST_LIKE = 3
ABOUT = Decimal("0.1")
"""How far an amount may be from one that no product names, as a share of it."""


class WordTerms(Struct, frozen=True):
    """A word resolved against the index: a product must have a term of every group; without groups none has it."""

    needs: tuple[tuple[str, ...], ...] = ()
    read_as: str = ""
    like: tuple[str, ...] = ()


class ReadAs(Struct, frozen=True):
    """A misspelt word, and the word that it was taken for."""

    typed: str
    read_as: str


class WithoutPart(Struct, frozen=True):
    """A query without one of its parts, and the hits of the rest."""

    word: str
    items: tuple[Item, ...]
    rest: str
    hits: BitMap


class Search(Struct, frozen=True):
    """A query as read, with its hits among the published products."""

    items: tuple[Item, ...]
    hits: BitMap
    loosened: tuple[WithoutPart, ...] = ()
    """Without hits: the query without each one of its parts that then has hits."""
    answers: tuple[FoundAnswer, ...] = ()
    misread: tuple[ReadAs, ...] = ()
    unknown: tuple[str, ...] = ()
    """Words that no product has, not even nearly."""
    suggestions: tuple[str, ...] = ()
    """The query with a misspelt word replaced by each other similar word."""
    code: Code | None = None

    @property
    def text(self) -> str:
        """The query with its misspelt words corrected."""
        return _as_text(self.items)

    @property
    def unread(self) -> list[str]:
        """Words of a limit or a negation that belong to nothing."""
        return [item.meaning.word for item in self.items if isinstance(item.meaning, Unread)]

    @property
    def is_understood(self) -> bool:
        """Whether every word is the catalogue's or of a wish: no question, number, misspelt or unknown word."""
        odd = self.answers or self.misread or self.unknown or self.suggestions or self.unread or self.code
        return bool(self.items) and not odd

    @property
    def is_only_a_question(self) -> bool:
        """Whether no product was asked for, so that none is shown."""
        return any(found.answer.kind != "not_sold" for found in self.answers) and not _wishes(self.items)

    @property
    def cheap_first(self) -> bool:
        return any(isinstance(item.meaning, CheapFirst) for item in self.items)

    @property
    def forms(self) -> list[str]:
        """The forms that were asked for."""
        has = [item.meaning for item in self.items if isinstance(item.meaning, Has) and not item.meaning.without]
        return [value for one in has if one.choice.facet is Facet.FORM for value in one.choice.values]

    def without(self, dropped: Item) -> str:
        """The query without one of its parts."""
        return _as_text(item for item in self.items if item is not dropped)


class _Requirement(Struct, frozen=True):
    """Items that products must meet together: one of several forms, or a word, or what is left out."""

    items: tuple[Item, ...]
    products: BitMap
    without: bool = False


def _as_text(items: Iterable[Item]) -> str:
    return " ".join(item.phrase for item in items)


def _wishes(items: Iterable[Item]) -> list[Item]:
    return [item for item in items if not isinstance(item.meaning, CheapFirst | Unread)]


def search(session: Session, index: IndexSnapshot, text: str) -> Search | None:
    """The hits of a query, from a snapshot read with `words=True`; None when the query has nothing to look for."""
    text = text[:LONGEST_QUERY]
    code = read_code(text)
    if code and (found := _with_code(session, index, code)):
        return found
    words = words_of(text)
    answers = _answers(index, text, words)
    asks = any(one.answer.kind != "not_sold" for one in answers)
    items = read_items(text, _positions(answers, words))
    if not items and not answers:
        return Search((), index.listed) if any(map(str.isalnum, text)) and _is_about_magnesium(words) else None
    if asks:  # the words around a question say nothing of a product
        items = [item for item in items if not isinstance(item.meaning, ParsedWord | Unread)]
    reading = _Reading(index, _at_most(items))
    if not asks and not answers and (medicine := reading.medicine(load_search_answers())):
        return Search(tuple(_wishes(reading.items_but_unknown())), NONE, answers=(medicine,))
    return reading.search(session, tuple(answers))


def _is_about_magnesium(words: Sequence[str]) -> bool:
    """Whether a query of words that say nothing of a product has letters at all, such as "beste magnesium"."""
    return any(word in ("magnesium", "beste", "best", "supplement", "supplementen", "supplements") for word in words)


def _at_most(items: list[Item]) -> list[Item]:
    kept, words = [], 0
    for item in items:
        words += isinstance(item.meaning, ParsedWord)
        if not isinstance(item.meaning, ParsedWord) or words <= MOST_WORDS:
            kept.append(item)
    return kept


def load_search_data() -> None:
    """Load the names and answers of searches, which the first search would do.

    A server does so before it has threads: msgspec prepares a type without a lock, and a thread that meets one half
    prepared by another ends the process.
    """
    left_out_things()
    load_search_answers()


def _with_code(session: Session, index: IndexSnapshot, code: Code) -> Search | None:
    products = products_with_code(session, code) & index.listed
    return Search((), products, code=code) if products or code.certain else None


def _answers(index: IndexSnapshot, text: str, words: Sequence[str]) -> list[FoundAnswer]:
    answers = load_search_answers()

    def is_product(part: Sequence[str]) -> bool:
        thing = tuple(part) in left_out_things() or (len(part) == 1 and compound_parts(part[0]) is not None)
        return thing or all(any(map(index.has_word, lookup_terms(word, TEXT))) for word in part)

    found = answers.find(words, is_product)
    if is_choice_between_forms(text) and all(one.answer.id != "difference" for one in found):
        found.append(FoundAnswer(answers.by_id["difference"], (), ()))
    return found[:MOST_ANSWERS]


_BEFORE_A_QUESTION = word_set(
    "zonder geen niet tegen voor bij met tijdens van door without no not for against with during from and en"
)


def _positions(answers: Iterable[FoundAnswer], words: Sequence[str]) -> set[int]:
    """The positions of answered words, with the "zonder" or "tegen" before them."""
    taken = {position for found in answers for position in found.positions}
    for found in answers:
        if found.answer.kind == "question":
            taken |= {at - 1 for at in found.positions if at and words[at - 1] in _BEFORE_A_QUESTION}
    return taken


class _Reading:
    """The items of a query resolved against the index."""

    def __init__(self, index: IndexSnapshot, items: Iterable[Item]) -> None:
        self.index = index
        self.items: list[Item] = []
        self.terms: dict[Item, WordTerms] = {}
        self.misread: list[ReadAs] = []
        for item in items:
            self._resolve(item)

    def _resolve(self, item: Item) -> None:
        if not isinstance(item.meaning, ParsedWord):
            self.items.append(item)
            return
        word, negation = item.meaning.word, item.meaning.negation
        terms = _exact_terms(self.index, item.meaning)
        if not terms.needs and word[:1].isdigit():
            self._add_number(item, word)
            return
        if not terms.needs and (named := _nearest_name(word, left_out=bool(negation))):
            self._add_named(item, *named)
            return
        if not terms.needs:
            terms = _similar_terms(self.index, item.meaning)
        if terms.read_as:
            self.misread.append(ReadAs(word, terms.read_as))
            item = Item(item.meaning, f"{negation} {terms.read_as}".strip(), terms.read_as)
        self.items.append(item)
        self.terms[item] = terms

    def _add_number(self, item: Item, word: str) -> None:
        """An amount that no product names: about so much magnesium; a number of nothing is told."""
        if "mg" not in item.phrase.lower():
            self.items.append(Item(Unread(word), item.phrase))
            return
        amount = Decimal(word.replace(",", ".")) * UG_PER_MG
        limit = Limit(Quantity.MG_PER_DAY, int(amount * (1 - ABOUT)), int(amount * (1 + ABOUT)))
        self.items.append(Item(limit, item.phrase))

    def _add_named(self, item: Item, name: str, thing: Named) -> None:
        assert isinstance(item.meaning, ParsedWord)  # noqa: S101 - for the type checker
        negation = item.meaning.negation
        self.misread.append(ReadAs(item.meaning.word, name))
        phrase = f"{negation} {name}".strip()
        meaning = Has(thing, without=bool(negation)) if isinstance(thing, Choice) else Lacks(thing)
        self.items.append(Item(meaning, phrase, name))

    def _unknown(self) -> list[Item]:
        return [item for item, terms in self.terms.items() if not terms.needs]

    def items_but_unknown(self) -> list[Item]:
        unknown = self._unknown()
        return [item for item in self.items if item not in unknown]

    def medicine(self, answers: SearchAnswers) -> FoundAnswer | None:
        """The answer to an unknown word that is nearly the name of a medicine."""
        words = [item.meaning.word for item in self._unknown() if isinstance(item.meaning, ParsedWord)]
        return next((found for word in words if (found := answers.misspelt_medicine(word))), None)

    def search(self, session: Session, answers: tuple[FoundAnswer, ...]) -> Search | None:
        items = tuple(self.items)
        if not answers and not _wishes(items) and not any(isinstance(one.meaning, CheapFirst) for one in items):
            return None
        requirements = self._requirements(session)
        hits = _hits(self.index.listed, requirements)
        found = Search(
            items=items,
            hits=hits,
            loosened=() if hits else tuple(self._loosened(requirements)),
            answers=answers,
            misread=tuple(self.misread),
            unknown=tuple(self._words(self._unknown())),
            suggestions=tuple(self._suggestions()),
        )
        return Search(items, NONE, answers=answers) if found.is_only_a_question else found

    def _words(self, items: Iterable[Item]) -> Iterator[str]:
        yield from (item.meaning.word for item in items if isinstance(item.meaning, ParsedWord))

    def _requirements(self, session: Session) -> list[_Requirement]:
        """Requirements of the query, each with the products that meet it."""
        chosen = list(self._of_facets())
        lacking = {item: item.meaning.ingredients for item in self.items if isinstance(item.meaning, Lacks)}
        lacked = {item: _ingredient_terms(self.index, thing) for item, thing in lacking.items()}
        limits = {item: item.meaning for item in self.items if isinstance(item.meaning, Limit)}
        terms = {term for word in self.terms.values() for group in word.needs for term in group}
        terms |= {term for group in lacked.values() for term in group}
        candidates = _hits(self.index.listed, chosen)
        postings, within = postings_and_limits(session, self.index, terms, tuple(limits.values()), candidates)
        return [
            *chosen,
            *(self._of_word(item, word, postings) for item, word in self.terms.items()),
            *(_Requirement((item,), _union(group, postings), without=True) for item, group in lacked.items()),
            *(_Requirement((item,), within[limit]) for item, limit in limits.items()),
        ]

    def _of_facets(self) -> Iterator[_Requirement]:
        """Values of a facet that were asked for widen; each left out narrows."""
        together: dict[Facet, list[Item]] = {}
        for item in self.items:
            if not isinstance(item.meaning, Has):
                continue
            facet, values = item.meaning.choice.facet, item.meaning.choice.values
            if not item.meaning.without:
                together.setdefault(facet, []).append(item)
            elif facet in ALL_APPLY:
                yield _Requirement((item,), BitMap.intersection(*(self.index.having(facet, value) for value in values)))
            else:
                yield _Requirement((item,), _having(self.index, item.meaning.choice), without=True)
        for items in together.values():
            choices = [item.meaning.choice for item in items if isinstance(item.meaning, Has)]
            yield _Requirement(tuple(items), BitMap.union(*(_having(self.index, choice) for choice in choices)))

    def _of_word(self, item: Item, word: WordTerms, postings: Mapping[str, BitMap]) -> _Requirement:
        groups = (_union(group, postings) for group in word.needs)
        having = reduce(and_, groups, self.index.listed) if word.needs else NONE
        return _Requirement(
            (item,), having, without=isinstance(item.meaning, ParsedWord) and bool(item.meaning.negation)
        )

    def _loosened(self, requirements: Sequence[_Requirement]) -> Iterator[WithoutPart]:
        if len(requirements) < 2:  # noqa: PLR2004 - without its only part nothing is asked
            return
        for dropped in requirements:
            others = [one for one in requirements if one is not dropped]
            if hits := _hits(self.index.listed, others):
                rest = [item for item in self.items if item not in dropped.items]
                yield WithoutPart(_as_text(dropped.items), dropped.items, _as_text(rest), hits)

    def _suggestions(self) -> Iterator[str]:
        for item, word in self.terms.items():
            for like in word.like:
                yield _as_text(Item(item.meaning, like) if one is item else one for one in self.items)
        for item in self.items:
            if item.read_as and item not in self.terms:
                for like in list(_resembling(self.index, item.read_as, TEXT))[:MOST_LIKE]:
                    if like != item.read_as and not _is_named_by(item, like):
                        yield _as_text(Item(item.meaning, like) if one is item else one for one in self.items)


def _is_named_by(item: Item, word: str) -> bool:
    """Whether a word is another name, such as the English one, of what was read already."""
    return isinstance(item.meaning, Has) and _single_names(left_out=False).get(word) == item.meaning.choice


def _having(index: IndexSnapshot, choice: Choice) -> BitMap:
    return BitMap.union(BitMap(), *(index.sets.get(facet_term(choice.facet, value), NONE) for value in choice.values))


def _ingredient_terms(index: IndexSnapshot, thing: Ingredients) -> tuple[str, ...]:
    return tuple(term for word in thing.words for term in _indexed_terms(index, word, INGREDIENT))


def _hits(listed: BitMap, requirements: Iterable[_Requirement]) -> BitMap:
    hits = listed
    for one in requirements:
        hits = hits - one.products if one.without else hits & one.products
    return hits


def _union(group: Iterable[str], postings: Mapping[str, BitMap]) -> BitMap:
    return BitMap.union(BitMap(), *(postings[term] for term in group if term in postings))


def _places(parsed: ParsedWord) -> tuple[str, ...]:
    """Names and descriptions come first; a negated word is looked up in the ingredients alone, since a description may
    say "without gelatine"."""
    return (INGREDIENT,) if parsed.negation else (TEXT, INGREDIENT)


def _exact_terms(index: IndexSnapshot, parsed: ParsedWord) -> WordTerms:
    """A word as it is, else as a compound of indexed words."""
    parts = whole_parts_of(parsed.word)
    for place in _places(parsed):
        needs = tuple(_indexed_terms(index, part, place) for part in parts)
        if all(needs):
            return WordTerms(needs)
    for place in _places(parsed):
        if compound := _as_compound(index, parsed.word, place):
            return WordTerms(compound)
    return WordTerms()


def _similar_terms(index: IndexSnapshot, parsed: ParsedWord) -> WordTerms:
    """The most similar indexed word; a word of names and descriptions is never taken for an ingredient."""
    place = _places(parsed)[0]
    like = list(_resembling(index, parsed.word, place))
    return WordTerms((_indexed_terms(index, like[0], place),), like[0], tuple(like[1:])) if like else WordTerms()


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


@cache
def _single_names(*, left_out: bool) -> Mapping[str, Named]:
    things: Mapping[tuple[str, ...], Named] = left_out_things() if left_out else named_things()
    singles = {phrase[0]: thing for phrase, thing in things.items() if len(phrase) == 1}
    return {name: thing for name, thing in singles.items() if len(name) >= SHORTEST_MISSPELT}


def _nearest_name(word: str, *, left_out: bool) -> tuple[str, Named] | None:
    """The name of a form, a kind or an ingredient that a word is a slip of."""
    if len(word) < SHORTEST_NAME_MISSPELT or not word.isalpha():
        return None
    errors = 1 if len(word) < TWO_ERRORS_IN_A_NAME else 2
    names = _single_names(left_out=left_out)
    near = process.extract(word, names.keys(), scorer=OSA.distance, score_cutoff=errors, limit=None)
    nearest = min(near, key=lambda found: (found[1], found[0].endswith("at"), found[0]), default=None)
    return None if nearest is None else (nearest[0], names[nearest[0]])


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
