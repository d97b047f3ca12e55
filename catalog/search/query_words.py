"""Parsing of a search query: the words to look for, and the negated words."""

import re
from collections.abc import Iterator

from msgspec import Struct

from catalog.search.tokens import words_in

LONGEST_QUERY = 200
MOST_WORDS = 10
"""Further words of a query are ignored."""

_NEGATIONS = frozenset(["zonder", "geen", "niet", "without", "no", "not", "sans"])
_FREE = frozenset(["vrij", "vrije", "free"])
_OF = frozenset(["van", "of", "from"])
_AND = frozenset(["en", "of", "noch", "and", "or", "nor"])
_STOP_WORDS = frozenset(
    [
        *("de", "het", "een", "van", "voor", "met", "in", "op", "bij", "per", "om", "te", "die", "dat", "ik", "wil"),
        *("mg", "the", "a", "an", "for", "with", "at", "on", "to", "that", "i", "want", "from", "is", "zijn", "are"),
    ]
)
"""Words that a search ignores."""
_FREE_OF = re.compile(r"([^\W\d_]{3,}?)(?:vrije?|free)")


class ParsedWord(Struct, frozen=True):
    """A word to look for; a `negation` ("zonder", "without") excludes the products that have it."""

    word: str
    negation: str = ""


def is_too_long(text: str) -> bool:
    """Whether part of a query is ignored."""
    return len(text) > LONGEST_QUERY or len(words_in(text)) > MOST_WORDS


def parse_query(text: str) -> list[ParsedWord]:
    """The words of a query; "zonder gelatine en melk" negates both, "glutenvrij" negates gluten."""
    found: list[ParsedWord] = []
    negation = ""
    words = words_in(text[:LONGEST_QUERY])[:MOST_WORDS]
    for position, word in enumerate(words):
        following = words[position + 1] if position + 1 < len(words) else ""
        if word in _NEGATIONS:
            negation = word
        elif word in _FREE and following in _OF:
            negation = "zonder" if following == "van" else "without"
        elif word in _FREE and found:
            found[-1] = ParsedWord(found[-1].word, "zonder" if word != "free" else "without")
        elif word in _AND and found:
            negation = found[-1].negation
        elif word not in _STOP_WORDS | _AND:
            found += _parsed(word, negation)
            negation = ""
    return list(dict.fromkeys(found))


def _parsed(word: str, negation: str) -> Iterator[ParsedWord]:
    free_of = _FREE_OF.fullmatch(word)
    if free_of and not negation:
        yield ParsedWord(free_of[1], "without" if word.endswith("free") else "zonder")
    else:
        yield ParsedWord(word, negation)
