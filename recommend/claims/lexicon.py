"""Lexicon: the concepts that a sequence of words names.

Notation of words in the data: `kramp` matches by stem, `=moe` exactly, `kramp*` at the start, `*kramp` at the end and
`*kramp*` anywhere in a compound; several words form a phrase in which `...` matches up to four words. Topics of the
other language match as well, since Dutch pages contain "sleep" and "stress relief".
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, get_args

import Stemmer
from msgspec import Struct

from recommend.claims.records import TOPICS, Claims, Concept, ConceptKind, load_claims
from recommend.claims.tokens import Token, digits_as_letters, normalised, phonetic
from recommend.loading import DATA
from recommend.text import LANGUAGES, Language

_GAP = "..."
_MAX_GAP = 4
_VOWELS = "aeiou"
_LONGEST_HASHTAG, _SHORTEST_IN_HASHTAG = 40, 2  # letters
_ROOT_KEY = 3
_FUZZY_FROM, _FUZZY_TWO_FROM, _SWAPPED_FROM = 7, 11, 5
_PHONETIC_FROM = 5
_FOREIGN_FROM = 5  # a shorter word of the other language is probably a different word
# A match of one kind suppresses matches of these kinds inside it: "nierziekte" is a reason to ask a doctor, not any
# "ziekte".
_HIDDEN_KINDS: dict[ConceptKind, frozenset[ConceptKind]] = {
    "idiom": frozenset(get_args(ConceptKind)) - {"idiom"},
    "condition": frozenset(["complaint", "health", "process"]),
    "side_effect": frozenset(["complaint", "health", "process"]),
    "remedy": TOPICS | {"function"},
    "general": frozenset(["process"]),
}
_STEMMERS = {"nl": "dutch_porter", "en": "english"}


class Mention(Struct, frozen=True, gc=False):
    """A concept in a sentence, from token index `first` up to and including `last`."""

    concept: Concept
    first: int
    last: int


class _Phrase(Struct, frozen=True):
    """A phrase as a sequence of word pattern numbers; `_ANY` for a gap."""

    concept: Concept
    elements: tuple[int, ...]
    is_exception: bool


_ANY = -1
_MINERAL = "nutrient"  # its misspellings are read as well: `magneisum`


class _Starting(Struct, frozen=True):
    """Phrases that start with one word, each with its place in the data: single words, by second word, with a gap."""

    words: list[tuple[int, _Phrase]]
    by_second: dict[int, list[tuple[int, _Phrase]]]
    with_gap: list[tuple[int, _Phrase]]


def _order(numbered: tuple[int, _Phrase]) -> int:
    return numbered[0]


def _starting(phrases: Sequence[_Phrase]) -> _Starting:
    """Phrases with one first word, sorted by what follows it."""
    starting = _Starting([], defaultdict(list), [])
    for number, phrase in enumerate(phrases):
        if len(phrase.elements) == 1:
            starting.words.append((number, phrase))
        elif phrase.elements[1] == _ANY:
            starting.with_gap.append((number, phrase))
        else:
            starting.by_second[phrase.elements[1]].append((number, phrase))
    return starting


class _WordPatterns:
    """Word patterns of one language, each with a number."""

    def __init__(self, language: Language, is_foreign: bool) -> None:
        self.language, self.is_foreign = language, is_foreign
        self.stemmer = Stemmer.Stemmer(_STEMMERS[language])
        self.numbers: dict[str, int] = {}
        self.words: dict[int, str] = {}
        self.exact: dict[str, set[int]] = defaultdict(set)  # `=één` and `=een` are alike
        self.stems: dict[str, set[int]] = defaultdict(set)
        self.roots: dict[str, list[tuple[str, bool, bool, int]]] = defaultdict(list)
        self.phonetic_roots: dict[str, list[tuple[str, bool, bool, int]]] = defaultdict(list)
        self.endings: set[int] = set()  # a suffix pattern (`*end`) does not give a word its meaning
        self.short: dict[str, int] = {}
        self.fuzzy: dict[tuple[str, int], list[tuple[str, int]]] = defaultdict(list)

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"stemmer": self.language}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__ |= state
        self.stemmer = Stemmer.Stemmer(_STEMMERS[self.language])

    def number(self, pattern: str, first: int, fuzzy: bool) -> int:
        """Number of a word pattern, added when new; numbers of another language start at `first`."""
        if pattern in self.numbers:
            return self.numbers[pattern]
        number = self.numbers[pattern] = first + len(self.numbers)
        word = self.words[number] = normalised(pattern.strip("=*")) or pattern.strip("=*")
        if pattern.startswith("=") or (self.is_foreign and len(word) < _FOREIGN_FROM):
            self.exact[word].add(number)
        elif "*" in pattern:
            if len(word) <= _ROOT_KEY:
                self.endings.add(number)
            self.roots[word[:_ROOT_KEY]].append((word, not pattern.startswith("*"), not pattern.endswith("*"), number))
        else:
            stem = self.stemmer.stemWord(word)
            self.stems[word].add(number)
            if not self.is_foreign or len(stem) >= _FOREIGN_FROM:
                self.stems[stem].add(number)
        if fuzzy and len(phonetic_roots := phonetic(word)) >= _PHONETIC_FROM:
            at_start, at_end = not pattern.startswith("*"), not pattern.endswith("*")
            self.phonetic_roots[phonetic_roots[:_ROOT_KEY]].append((phonetic_roots, at_start, at_end, number))
        if fuzzy and _SWAPPED_FROM <= len(word) < _FUZZY_FROM:
            self.short[word] = number
        if fuzzy and len(word) >= _FUZZY_FROM:
            self.fuzzy[word[0], len(word)].append((word, number))
        return number

    def find(self, word: str) -> set[int]:
        """Numbers of the patterns that match a word exactly, by stem or as part of a compound."""
        found = set(self.stems.get(word, ()))
        found |= self.stems.get(self.stemmer.stemWord(word), set())
        is_long = _has_long_vowel(word) if self.language == "nl" and found else None
        if is_long is not None:
            found = {number for number in found if _has_long_vowel(self.words[number]) in (is_long, None)}
        found |= self.exact.get(word, set())
        return found | _roots_in(word, self.roots)

    def exactly(self, word: str) -> set[int]:
        """Numbers of the patterns that are this very word."""
        return {number for name in (word, f"={word}") if (number := self.numbers.get(name)) is not None}

    def resembling(self, word: str) -> set[int]:
        """Numbers of the topics that a word probably misspells: the same sound, or one typo (two in a long word)."""
        if len(word) < _PHONETIC_FROM:
            return set()
        by_sound = _roots_in(phonetic(word), self.phonetic_roots)
        if by_sound:
            return by_sound
        typos = 2 if len(word) >= _FUZZY_TWO_FROM else 1
        if len(word) < _FUZZY_FROM:
            return {self.short[swapped] for swapped in _with_letters_swapped(word) if swapped in self.short}
        from rapidfuzz.distance import OSA

        return {
            number
            for length in range(len(word) - typos, len(word) + typos + 1)
            for known, number in self.fuzzy.get((word[0], length), ())
            if OSA.distance(word, known, score_cutoff=typos) <= typos
        }


def _with_letters_swapped(word: str) -> Iterator[str]:
    """Words with two neighbouring letters in each other's place: `muscle` for `mucsle`."""
    for place in range(1, len(word) - 1):
        yield word[:place] + word[place + 1] + word[place] + word[place + 2 :]


_ONE_SYLLABLE = re.compile(r"[^aeiouy]*([aeou])(\1?)([^aeiouy]+)(e[nrs]?)?")


def _has_long_vowel(word: str) -> bool | None:
    """Whether the vowel of a Dutch word of one syllable is long, as it is spelt; None for any other word.

    The stemmer takes `slappe` for `slaap` and `veel` for `vel`.
    """
    found = _ONE_SYLLABLE.fullmatch(word)
    if not found:
        return None
    _, doubled, consonants, ending = found.groups()
    if doubled or not ending:
        return bool(doubled)
    is_pair = len(consonants) == 2 and consonants[0] == consonants[1]  # noqa: PLR2004 - a pair
    return False if is_pair else None  # `dagen` may be of `dag`


def _roots_in(word: str, roots: Mapping[str, Sequence[tuple[str, bool, bool, int]]]) -> set[int]:
    """Numbers of the roots that a word contains, at its start or end where the pattern requires that."""
    return {
        number
        for place in range(len(word) - _ROOT_KEY + 1)
        for root, at_start, at_end, number in roots.get(word[place : place + _ROOT_KEY], ())
        if not (at_start and place) and not (at_end and place + len(root) != len(word)) and word.startswith(root, place)
    }


class Lexicon:
    """All words of the data, for texts in one language."""

    def __init__(self, claims: Claims, language: Language) -> None:
        self.language = language
        self._ordinary = claims.ordinary[language]
        self.everyday = claims.everyday[language]
        self._tables = [_WordPatterns(language, False)] + [
            _WordPatterns(other, True) for other in LANGUAGES if other != language
        ]
        self._phrases_by_first: dict[int, list[_Phrase]] = defaultdict(list)
        self._topics: set[int] = set()  # numbers of words that name a topic
        for concept in claims.concepts.values():
            self._add(self._tables[0], concept, language)
            if concept.kind in TOPICS or concept.kind == "idiom":
                for table, other in zip(self._tables[1:], (o for o in LANGUAGES if o != language), strict=True):
                    self._add(table, concept, other)
        self._phrases_from: dict[int, _Starting] = {}  # made when a word is met, since most words never are
        self._elements = lru_cache(maxsize=65536)(self._elements_of)

    def __getstate__(self) -> dict[str, Any]:
        return {
            key: value for key, value in self.__dict__.items() if key not in ("_elements", "_words", "_phrases_from")
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__ |= state
        self._phrases_from = {}
        self._elements = lru_cache(maxsize=65536)(self._elements_of)

    def _add(self, table: _WordPatterns, concept: Concept, language: Language) -> None:
        first = 0 if table is self._tables[0] else 1_000_000
        fuzzy = concept.kind in TOPICS or concept.kind == "function" or concept.id == _MINERAL
        for phrases, is_exception in ((concept.phrases(language), False), (concept.exceptions(language), True)):
            for text in phrases:
                words = text.replace("-", " ").split()
                if is_exception or concept.kind == "idiom":  # matching by stem would exclude too much
                    words = [word if set("*=.") & set(word) else f"={word}" for word in words]
                is_fuzzy = fuzzy and len(words) == 1 and not is_exception
                elements = tuple(_ANY if word == _GAP else table.number(word, first, is_fuzzy) for word in words)
                self._phrases_by_first[elements[0]].append(_Phrase(concept, elements, is_exception))
                if concept.kind in TOPICS and not is_exception:
                    self._topics.update(elements)

    def _elements_of(self, word: str) -> frozenset[int]:
        """Numbers of all word patterns that match a word, corrected for disguises and misspellings."""
        if word in self._ordinary:
            return frozenset(self._tables[0].find(word) - self._topics) | self._tables[0].exactly(word)
        found = self._tables[0].find(word)
        for table in self._tables[1:]:
            found |= table.find(word)
        own = self._tables[0]
        if found <= own.endings and not word.isalpha() and not word.isdecimal():
            plain = digits_as_letters(word)
            if plain.isalpha():
                found |= set().union(*(table.find(plain) for table in self._tables))
        if found <= own.endings:
            found |= own.resembling(word)
        return frozenset(found)

    @cached_property
    def _words(self) -> frozenset[str]:
        """Single words of all concepts, in every language, without the signs of the notation."""
        return frozenset(word.strip("=*") for table in self._tables for word in table.numbers)

    def words_in_hashtag(self, word: str) -> list[str]:
        """Words of a hashtag in lower case, the fewest known ones that it consists of: `mindermoe`; else itself."""
        if word in self._words or len(word) > _LONGEST_HASHTAG or not word.isalpha():
            return [word]
        best: list[list[str] | None] = [[], *[None] * len(word)]
        for end in range(_SHORTEST_IN_HASHTAG, len(word) + 1):
            for start in range(end - _SHORTEST_IN_HASHTAG + 1):
                before, piece = best[start], word[start:end]
                if before is None or piece not in self._words:
                    continue
                reached = best[end]
                if reached is None or len(before) + 1 < len(reached):
                    best[end] = [*before, piece]
        return best[-1] or [word]

    @cached_property
    def meaningful_numbers(self) -> frozenset[str]:
        """Numbers that are words of a concept, such as 112; all other numbers are interchangeable."""
        return frozenset(word for table in self._tables for word in table.numbers if word.strip("=*").isdecimal())

    def mentions(self, tokens: Sequence[Token]) -> list[Mention]:
        """Mentions in order of their first token; words inside an idiom or an exception name no other concept."""
        elements = [frozenset[int]() if token.is_stop else self._elements(token.text) for token in tokens]
        found: list[Mention] = []
        excepted: dict[str, set[int]] = defaultdict(set)
        hidden: dict[ConceptKind, set[int]] = defaultdict(set)
        for place in range(len(tokens)):
            for phrase, last in self._phrases_at(elements, place):
                if phrase.is_exception:
                    excepted[phrase.concept.id].update(range(place, last + 1))
                    continue
                found.append(Mention(phrase.concept, place, last))
                for kind in _HIDDEN_KINDS.get(phrase.concept.kind, ()):
                    hidden[kind].update(range(place, last + 1))
            found += self._glued_at(tokens, elements, place)
        return [
            mention
            for mention in found
            if mention.first not in hidden[mention.concept.kind] and mention.first not in excepted[mention.concept.id]
        ]

    def _glued_at(self, tokens: Sequence[Token], elements: Sequence[frozenset[int]], place: int) -> Iterator[Mention]:
        """Complaint that a sign cuts in two unknown words: `migr.aine`, `kr*mp`."""
        if not place or not tokens[place].glue:
            return
        if (elements[place] or elements[place - 1]) and tokens[place].glue != "*":
            return
        before, after = tokens[place - 1].text, tokens[place].text
        middles = ("", *_VOWELS) if tokens[place].glue == "*" else ("",)
        for word in (before + middle + after for middle in middles):
            for number in self._tables[0].find(word) if len(word) > _ROOT_KEY else ():
                for phrase in self._phrases_by_first.get(number, ()):
                    if len(phrase.elements) == 1 and not phrase.is_exception and phrase.concept.kind == "complaint":
                        yield Mention(phrase.concept, place - 1, place)
                        return

    def _phrases_at(self, elements: Sequence[frozenset[int]], place: int) -> Iterator[tuple[_Phrase, int]]:
        """Phrases that start at a token, each with the index of its last token."""
        following = elements[place + 1] if place + 1 < len(elements) else ()
        for number in elements[place]:
            starting = self._phrases_from.get(number)
            if starting is None:
                starting = self._phrases_from[number] = _starting(self._phrases_by_first.get(number, ()))
            found = list(starting.words)
            for second in following:
                found += starting.by_second.get(second, ())
            found += starting.with_gap
            found.sort(key=_order)
            for _, phrase in found:
                last = _match(phrase.elements, elements, place) if len(phrase.elements) > 1 else place
                if last is not None:
                    yield phrase, last


def _match(pattern: tuple[int, ...], elements: Sequence[frozenset[int]], place: int) -> int | None:
    """Index of the last token of the phrase that starts at `place`, or None."""
    position, gap = place, 0
    for wanted in pattern[1:]:
        if wanted == _ANY:
            gap = _MAX_GAP
            continue
        for candidate in range(position + 1, min(position + 2 + gap, len(elements))):
            if wanted in elements[candidate]:
                position = candidate
                break
        else:
            return None
        gap = 0
    return position


@lru_cache(maxsize=8)
def load_lexicon(language: Language, directory: Path = DATA) -> Lexicon:
    """Lexicon for texts in one language, from the claims data in `directory`. Raises RulesetError."""
    return Lexicon(load_claims(directory), language)
