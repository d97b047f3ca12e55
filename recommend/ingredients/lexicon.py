"""Lexicon: names of one or more words, found in a text word by word; per domain the longest name wins.

Notation of a word: `word` itself, `word*` its beginning, `*word` its end, `*word*` any part.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from msgspec import Struct

_CACHED_WORDS = 1 << 16


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


class Lexicon:
    """Names of several domains, indexed by their first word."""

    def __init__(self, names: Iterable[Name]) -> None:
        self._exact: dict[str, list[Name]] = {}
        self._open: list[tuple[str, Name]] = []
        for name in names:
            if "*" in name.words[0]:
                self._open.append((name.words[0], name))
            else:
                self._exact.setdefault(name.words[0], []).append(name)
        self._beginning_with = lru_cache(maxsize=_CACHED_WORDS)(self._find_beginning)

    def _find_beginning(self, word: str) -> tuple[Name, ...]:
        names = [*self._exact.get(word, ()), *(name for pattern, name in self._open if fits(word, pattern))]
        return tuple(sorted(names, key=lambda name: name.rank, reverse=True))

    def matches(self, words: Sequence[str], cut_before: Sequence[bool]) -> list[Match]:
        """Names in a row of words; no name goes across a cut. Names of different domains may overlap."""
        found: list[Match] = []
        taken: dict[str, int] = {}
        for first, word in enumerate(words):
            for name in self._beginning_with(word):
                if taken.get(name.domain, 0) > first or not _continues(name.words, words, cut_before, first):
                    continue
                end = first + len(name.words)
                taken[name.domain] = end
                if name.key is not None:
                    found.append(Match(name.domain, name.key, first, end - 1))
        return found


def _continues(name: tuple[str, ...], words: Sequence[str], cut_before: Sequence[bool], first: int) -> bool:
    """Whether the words after the first are those of the name, without a cut between."""
    if first + len(name) > len(words):
        return False
    return all(
        not cut_before[place] and fits(words[place], pattern) for place, pattern in enumerate(name[1:], start=first + 1)
    )
