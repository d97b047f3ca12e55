"""Words as the search compares them: lower case without accents, cut into parts, stemmed in their language.

A term is the language, the place of the word (`:` anywhere, `/` among the ingredients) and the stem.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

import Stemmer

from recommend.text import LANGUAGES, Language

TEXT, INGREDIENT = ":", "/"
LONGEST = 40
"""Longer words are cut to this number of characters."""
_WORD = re.compile(r"[^\W_]+(?:[.,]\d+)?")
_BEFORE_UNIT = re.compile(r"(?<=\d)(?=(?:mg|mcg|ug|g|ml)\b)")
_STEMMERS = {"nl": Stemmer.Stemmer("dutch"), "en": Stemmer.Stemmer("english")}
_LEAST_PART = 4

# Parts of Dutch compounds: "magnesiumcitraatpoeder" is found by each of its parts.
PARTS = (
    *("magnesium", "calcium", "kalium", "zink", "vitamine", "bisglycinaat", "glycinaat", "citraat", "tauraat"),
    *("malaat", "oxide", "chloride", "carbonaat", "lactaat", "threonaat", "gluconaat", "sulfaat", "orotaat"),
    *("ascorbaat", "aspartaat", "pidolaat", "pyruvaat", "succinaat", "fosfaat", "hydroxide", "stearaat", "gelatine"),
    *("poeder", "capsules", "capsule", "tabletten", "tablet", "druppels", "vloeistof", "vloeibare", "vloeibaar"),
)
_PART = re.compile("|".join(sorted(PARTS, key=len, reverse=True)))


def plain(text: str) -> str:
    """Lower case without accents."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def words_in(text: str) -> list[str]:
    """The plain words of a text in their order; `0,5` is one word, `400mg` is two."""
    words: list[str] = []
    for word in _WORD.findall(plain(text)):
        if word.isalpha():
            words.append(word[:LONGEST])
        else:
            words += _split_from_unit(word)
    return words


@lru_cache(4096)
def _split_from_unit(word: str) -> tuple[str, ...]:
    """Separate a number from the unit written to it."""
    return tuple(part[:LONGEST] for part in _WORD.findall(_BEFORE_UNIT.sub(" ", word)))


@lru_cache(65536)
def stem(word: str, language: Language) -> str:
    stemmed: str = _STEMMERS[language].stemWord(word)
    return stemmed


@lru_cache(65536)
def parts_of(word: str) -> tuple[str, ...]:
    """A plain word and, of a compound, its known parts and the rests between them that are long enough."""
    found = _PART.findall(word)
    if not found or found == [word]:
        return (word,)
    others = (rest for rest in _PART.split(word) if len(rest) >= _LEAST_PART)
    return (word, *found, *others)


def whole_parts_of(word: str) -> tuple[str, ...]:
    """The parts of a compound that consists of known parts only; else the word itself."""
    found = _PART.findall(word)
    return tuple(found) if "".join(found) == word else (word,)


@lru_cache(4096)
def terms_of(text: str, language: Language, place: str) -> dict[str, str]:
    """The terms of a text, each with a word as written there."""
    terms: dict[str, str] = {}
    for word in words_in(text):
        terms |= terms_of_word(word, language, place)
    return terms


@lru_cache(16384)
def terms_of_word(word: str, language: Language, place: str) -> dict[str, str]:
    """The terms of a plain word, each with the part that it comes from."""
    return {f"{language}{place}{stem(part, language)}": part for part in parts_of(word)}


def lookup_terms(word: str, place: str) -> Iterator[str]:
    """The terms by which a plain word is found in a place, in either language."""
    for language in LANGUAGES:
        yield f"{language}{place}{stem(word, language)}"
