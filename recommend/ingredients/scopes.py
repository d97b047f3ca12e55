"""Scopes of words in a list: present, possibly present, absent, or named only in directions."""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from recommend.ingredients.lexicon import fits
from recommend.ingredients.normal_form import words_of
from recommend.ingredients.structure import Word
from recommend.ingredients.vocabulary import Phrases

_ANY_WORDS = "..."
_MOST_BETWEEN = 40
_NEAR = 2
_WITHOUT = ("vrij", "vrije", "free")
_FREE_FROM = ("van", "from", "of")
_SCOPE_KINDS = frozenset({"traces", "traces_before", "doubts", "free", "apart", "contains"})
_IS = ("is", "zijn", "are", "be", "always", "altijd", "100")


class Scope(Enum):
    """Presence of a thing according to a text."""

    CONTAINS = "contains"
    TRACES = "traces"
    FREE = "free"
    APART = "apart"


class Phrase(NamedTuple):
    """A turn of phrase at a place: positions of its first and last word, and its kind."""

    first: int
    last: int
    kind: str
    gap: bool


class PhraseFinder:
    """Finder of the turns of phrase of a vocabulary."""

    def __init__(self, phrases: Phrases) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for kind in ("traces", "traces_before", "doubts", "free", "apart", "contains", "not_vegan", "vegan"):
            for phrase in getattr(phrases, kind):
                words = words_of(phrase)
                self._by_first.setdefault(words[0], []).append((words, kind))
        for found in self._by_first.values():
            found.sort(key=lambda one: len(one[0]), reverse=True)

    def phrases_in(self, words: Sequence[Word], first: int, end: int, kinds: Set[str]) -> list[Phrase]:
        """Phrases of these kinds in one sentence, the longest at each place."""
        found: list[Phrase] = []
        free_from = first
        for place in range(first, end):
            if place < free_from:
                continue
            for phrase, kind in self._by_first.get(words[place].text, ()):
                if kind in kinds:
                    last = _end_of(phrase, words, place, end)
                    if last is not None:
                        found.append(Phrase(place, last, kind, _ANY_WORDS in phrase))
                        free_from = place + ([*phrase, _ANY_WORDS].index(_ANY_WORDS))
                        break
        return found


def _end_of(phrase: Sequence[str], words: Sequence[Word], place: int, end: int) -> int | None:
    """Position of the last word of a phrase that begins at a place; None if it does not stand there."""
    at = place
    for number, pattern in enumerate(phrase[1:], start=1):
        if pattern == _ANY_WORDS:
            continue
        candidates = range(at + 1, min(at + 2 + (_MOST_BETWEEN if phrase[number - 1] == _ANY_WORDS else 0), end))
        next_place = next((one for one in candidates if fits(words[one].text, pattern)), None)
        if next_place is None:
            return None
        at = next_place
    return at


class ScopeReader:
    """Reader of scopes with the phrases of a vocabulary."""

    def __init__(self, phrases: Phrases) -> None:
        self.finder = PhraseFinder(phrases)
        self._joiners = frozenset(phrases.free_joiners)
        self._absent = frozenset(word for phrase in phrases.absent_things for word in words_of(phrase))

    def scopes(self, words: Sequence[Word], things: Set[int], goods: Set[int]) -> list[Scope]:
        """Scope of every word. `things` are places of allergens and animal matter, `goods` those of actives."""
        scopes = [Scope.CONTAINS] * len(words)
        first = 0
        while first < len(words):
            end = first
            while end < len(words) and words[end].sentence == words[first].sentence:
                end += 1
            _Sentence(self, words, first, end, things, goods, scopes).read()
            first = end
        self._mark_free_words(words, things, scopes)
        return scopes

    def is_absent_thing(self, word: str) -> bool:
        """Whether a word can stand in a row of what is absent."""
        return word in self._absent

    def is_joiner(self, word: str) -> bool:
        """Whether a word joins the last of a row."""
        return word in self._joiners

    def _mark_free_words(self, words: Sequence[Word], things: Set[int], scopes: list[Scope]) -> None:
        """Mark `glutenvrij`, `gluten-free` and the words joined to them: `gluten-, milk and soy-free`."""
        for place, word in enumerate(words):
            if word.text in _WITHOUT:
                following = words[place + 1].text if place + 1 < len(words) else ""
                if place == 0 or word.cut_before or following in _FREE_FROM or words[place - 1].text in _IS:
                    continue
                self._mark_joined(words, place - 1, things, scopes)
            elif word.text.endswith(_WITHOUT):
                self._mark_joined(words, place, things, scopes)

    def _mark_joined(self, words: Sequence[Word], place: int, things: Set[int], scopes: list[Scope]) -> None:
        while place >= 0:
            scopes[place] = Scope.FREE
            before = place - 1
            joined = before >= 0 and self.is_joiner(words[before].text)
            if joined:
                before -= 1
            if before < 0 or words[before].sentence != words[place].sentence:
                return
            known = before in things or self.is_absent_thing(words[before].text)
            if not (words[before].dangling or (joined and known and not words[place].cut_before)):
                return
            place = before


@dataclass
class _Sentence:
    """One sentence, from `first` up to `end`: its phrases in order, and how far each reaches.

    `scope` holds from a phrase to `until`, and within its brackets, `depth`; then `outer` comes back.
    """

    reader: ScopeReader
    words: Sequence[Word]
    first: int
    end: int
    things: Set[int]
    goods: Set[int]
    scopes: list[Scope]
    scope: Scope = Scope.CONTAINS
    outer: Scope = Scope.CONTAINS
    until: int = 0
    depth: int = 0
    doubting: bool = False
    free_at: int = -_NEAR

    def read(self) -> None:
        phrases = self.reader.finder.phrases_in(self.words, self.first, self.end, _SCOPE_KINDS)
        by_place = {phrase.first: phrase for phrase in phrases}
        for place in range(self.first, self.end) if phrases else ():
            if self.scope is not Scope.CONTAINS and (place > self.until or self.words[place].depth < self.depth):
                self.scope, self.outer = self.outer, Scope.CONTAINS
                self.until, self.depth = self.end, 0
            phrase = by_place.get(place)
            if phrase is not None:
                getattr(self, f"_meet_{phrase.kind}")(phrase)
            self.scopes[place] = self.scope

    def _enter(self, scope: Scope, place: int, until: int) -> None:
        self.scope, self.depth, self.until = scope, self.words[place].depth, until

    def _meet_traces(self, phrase: Phrase) -> None:
        if self.scope is Scope.FREE and phrase.first - self.free_at <= _NEAR:
            return  # "geen sporen van"
        self._enter(Scope.TRACES, phrase.first, self._end_of_traces(phrase))
        self.outer, self.doubting = Scope.CONTAINS, False

    def _meet_doubts(self, phrase: Phrase) -> None:
        self._meet_traces(phrase)
        self.doubting = True

    def _meet_free(self, phrase: Phrase) -> None:
        if self.doubting:
            return
        self.outer = self.outer if self.scope is Scope.FREE else self.scope
        self._enter(Scope.FREE, phrase.first, self._end_of_absence(phrase))
        self.free_at = phrase.last

    def _meet_apart(self, phrase: Phrase) -> None:
        self._enter(Scope.APART, phrase.first, self.end)

    def _meet_contains(self, phrase: Phrase) -> None:
        if self.scope is not Scope.APART:
            self._enter(Scope.CONTAINS, phrase.first, self.end)

    def _meet_traces_before(self, phrase: Phrase) -> None:
        if self.scope is Scope.CONTAINS:
            self._mark_before(phrase.first)

    def _is_at_start(self, place: int) -> bool:
        """Whether no ingredient stands before the place in its sentence, or in its brackets."""
        depth, commas = self.words[place].depth, 0
        for before in range(place - 1, self.first - 1, -1):
            commas += self.words[before + 1].cut_before
            if self.words[before].depth < depth:
                break
            if commas > 1 or place - before > _MOST_BETWEEN or before in self.goods or before in self.things:
                return False
        return True

    def _end_of_traces(self, phrase: Phrase) -> int:
        if phrase.gap and not self._is_at_start(phrase.first):
            return phrase.last
        return self.end

    def _end_of_absence(self, phrase: Phrase) -> int:
        """Last word of what a phrase of absence speaks of: the sentence, or within a list the row behind it."""
        if self._is_at_start(phrase.first):
            return self.end
        last_joined = place = phrase.last + 1
        in_first = True
        while place < min(self.end, phrase.last + _MOST_BETWEEN):
            word = self.words[place]
            if place > phrase.last + 1 and word.cut_before:
                in_first = False
            joins = self.reader.is_joiner(word.text)
            absent = place in self.things or self.reader.is_absent_thing(word.text)
            if not (in_first or joins or absent):
                break
            if in_first:
                last_joined = place
            if joins and place + 1 < self.end:
                last_joined = place + 1
            place += 1
        return last_joined

    def _mark_before(self, place: int) -> None:
        """Mark the words before a place back to the last good, or to the start of the sentence."""
        for before in range(place - 1, self.first - 1, -1):
            if before in self.goods or self.scopes[before] is Scope.TRACES:
                return
            if self.scopes[before] is Scope.CONTAINS:
                self.scopes[before] = Scope.TRACES
