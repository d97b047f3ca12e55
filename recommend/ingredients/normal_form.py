"""Normal form of label text: one spelling of every sign, with the place of each character in the original."""

import html
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from msgspec import Struct

_MARKUP = re.compile(
    r"<(?P<line>br|/p|/li|/div|/tr)\b[^<>]{0,80}>|</?[a-z][^<>]{0,200}>|&#?\w{2,10};|\*+|_{2,}"
    r"|(?<=\w)[-‐]\s*\n\s*(?=[a-zà-ÿ])",  # a word that a line break cut
    re.IGNORECASE,
)
_SIGNS = str.maketrans(dict.fromkeys("‐‑‒–—−", "-") | dict.fromkeys("’‘´`ʼ", "'") | {"\r": "\n", "\u2028": "\n"})
_SOFT_HYPHEN = "\u00ad"
_ANY = "\uffff"
WORD = (
    r"(?<![^\W_])(?:e[ -]?\d{3,4}(?: ?[a-i](?![^\W_]))?(?![^\W_])"  # e 470 b
    r"|(?:b[ -]?(?:1[12]?|[235-9])|d[ -]?[23]|k[ -]?[12]|q[ -]?10)(?![^\W_])(?! ?(?:[µμ]g|mcg|mg|ug|ie|iu|%)))"
    r"|[^\W_]+"
)
"""A word in normal form: E-numbers and vitamins such as `B 12` are one."""
_NAME_WORD = re.compile(rf"{_ANY}?(?:{WORD}){_ANY}?|\.\.\.")
_GAPS = re.compile(r"[ -]+")


class NormalText(Struct, frozen=True):
    """Label text in lower case without accents and markup; `places` has the original place of every character."""

    text: str
    places: Sequence[int]


def normal_text(text: str) -> NormalText:
    """Normal form of a label text as people paste it: HTML, emphasis, ligatures and words cut by a line break."""
    if text.isascii() and not _MARKUP.search(text):
        return NormalText(text.lower().translate(_SIGNS), range(len(text) + 1))
    characters: list[str] = []
    places: list[int] = []

    def take(first: int, last: int) -> None:
        for place in range(first, last):
            folded = _folded(text[place])
            characters.append(folded)
            places.extend([place] * len(folded))

    position = 0
    for match in _MARKUP.finditer(text):
        take(position, match.start())
        left = "\n" if match["line"] else html.unescape(match[0]) if match[0].startswith("&") else ""
        folded = "".join(map(_folded, left))
        characters.append(folded)
        places.extend([match.start()] * len(folded))
        position = match.end()
    take(position, len(text))
    return NormalText("".join(characters), [*places, len(text)])


@lru_cache(maxsize=4096)
def _folded(character: str) -> str:
    """One character in lower case, compatibility forms resolved, accents dropped."""
    if character == _SOFT_HYPHEN:
        return ""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", character).casefold())
    return "".join(c for c in plain if not unicodedata.combining(c)).translate(_SIGNS)


def joined(word: str) -> str:
    """A word of `WORD` without the blanks and hyphens in it."""
    return _GAPS.sub("", word)


def words_of(name: str) -> tuple[str, ...]:
    """Words of a name in normal form; a `*` at either end of a word and `...` are kept."""
    plain = "".join(map(_folded, name.replace("*", _ANY)))
    return tuple(joined(word).replace(_ANY, "*") for word in _NAME_WORD.findall(plain))
