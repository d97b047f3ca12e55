"""Lexicon: names of one or more words, found in a text word by word; per domain the longest name wins.

Notation of a word: `word` itself, `word*` its beginning, `*word` its end, `*word*` any part.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from msgspec import Struct

_CACHED_WORDS = 1 << 16
_LETTERS_TO_CORRECT = 8
_LETTERS_TO_JOIN = 7
_EDGE = 3
"""Letters by which open names are indexed, since most words fit none of hundreds."""


class Name(Struct, frozen=True):
    """A name in a domain; an exception has no key, and hides shorter names of its domain."""

    words: tuple[str, ...]
    domain: str
    key: str | None

    @property
    def rank(self) -> tuple[int, int, int]:
        """Order of preference: most words, then most letters, then fewest open ends."""
        letters = sum(len(word.strip("*")) for word in self.words)
        return len(self.words), letters, -sum(word.count("*") for word in self.words)


class Match(Struct, frozen=True):
    """A name found: positions of its first and last word."""

    domain: str
    key: str
    first: int
    last: int


def fits(word: str, pattern: str) -> bool:
    """Whether a word fits the notation."""
    if pattern.endswith("*"):
        literal = pattern.strip("*")
        return literal in word if pattern.startswith("*") else word.startswith(literal)
    return word.endswith(pattern[1:]) if pattern.startswith("*") else word == pattern


def _edge(pattern: str) -> str:
    """The letters that a word must begin with, or after `*` end with, to fit an open notation; empty for any word."""
    literal = pattern.strip("*")
    if len(literal) < _EDGE or pattern[0] == pattern[-1]:
        return ""
    return literal[:_EDGE] if pattern[0] != "*" else f"*{literal[-_EDGE:]}"


class Lexicon:
    """Names of several domains, indexed by their first word.

    A word of eight letters or more that has no name may lack a letter, have one more, or two swapped.
    """

    def __init__(self, names: Iterable[Name]) -> None:
        self._exact: dict[str, list[Name]] = {}
        self._open: dict[str, list[tuple[str, Name]]] = {}
        self._long: dict[str, list[str]] = {}
        for name in names:
            word = name.words[0]
            if "*" in word:
                self._open.setdefault(_edge(word), []).append((word, name))
            else:
                self._exact.setdefault(word, []).append(name)
            literal = word.strip("*")
            if len(name.words) == 1 and len(literal) >= _LETTERS_TO_CORRECT:
                self._long.setdefault(literal[0], []).append(literal)
        self._beginning_with = lru_cache(maxsize=_CACHED_WORDS)(self._find_beginning)
        self._joined = lru_cache(maxsize=_CACHED_WORDS)(self._find_joined)

    def _find_beginning(self, word: str) -> tuple[Name, ...]:
        return self._named(word) or (self._named(self._corrected(word)) if len(word) >= _LETTERS_TO_CORRECT else ())

    def _named(self, word: str) -> tuple[Name, ...]:
        names = list(self._exact.get(word, ()))
        for edge in (word[:_EDGE], f"*{word[-_EDGE:]}", ""):
            names += [name for pattern, name in self._open.get(edge, ()) if fits(word, pattern)]
        return tuple(sorted(names, key=lambda name: name.rank, reverse=True))

    def _corrected(self, word: str) -> str:
        """The only long name from which a word lacks a letter, has one more or two swapped; else the word itself.

        A letter replaced is no slip here: it makes aspartame of aspartate and a sulphite of a sulphate.
        """
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        near = process.extract(word, self._long.get(word[0], ()), scorer=OSA.distance, score_cutoff=1, limit=None)
        names = {name for name, _, _ in near if len(name) != len(word) or sorted(name) == sorted(word)}
        return names.pop() if len(names) == 1 else word

    def _find_joined(self, word: str, following: str) -> tuple[Name, ...]:
        """Names that two words spell together: `beta-caroteen`, `kokos melk`."""
        both = word + following
        names = [name for name in self._exact.get(both, ()) if len(both) >= _LETTERS_TO_JOIN]
        for pattern, name in self._open.get(both[:_EDGE], ()):
            literal = pattern[:-1]
            if len(literal) >= _LETTERS_TO_JOIN and len(literal) > len(word) and both.startswith(literal):
                names.append(name)
        return tuple(sorted(names, key=lambda name: name.rank, reverse=True))

    def matches(self, words: Sequence[str], cut_before: Sequence[bool]) -> list[Match]:
        """Names in a row of words; no name goes across a cut. Names of different domains may overlap."""
        found: list[Match] = []
        taken: dict[str, int] = {}
        for first, word in enumerate(words):
            names = [(name, first) for name in self._beginning_with(word)]
            if first + 1 < len(words) and not cut_before[first + 1]:
                names = [*((name, first + 1) for name in self._joined(word, words[first + 1])), *names]
            for name, begun in names:
                if taken.get(name.domain, 0) > first or not _continues(name.words, words, cut_before, begun):
                    continue
                last = begun + len(name.words) - 1
                taken[name.domain] = last + 1
                if name.key is not None:
                    found.append(Match(name.domain, name.key, first, last))
        return found


def _continues(name: tuple[str, ...], words: Sequence[str], cut_before: Sequence[bool], first: int) -> bool:
    """Whether the words after the first are those of the name, without a cut between."""
    if len(name) == 1:
        return True
    if first + len(name) > len(words) or cut_before[first + 1] or not fits(words[first + 1], name[1]):
        return False
    return all(
        not cut_before[place] and fits(words[place], pattern) for place, pattern in enumerate(name[2:], start=first + 2)
    )
