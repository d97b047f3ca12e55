"""Normal form of label text: one spelling of every sign, with the place of each character in the original."""

import html
import re
import unicodedata
from functools import lru_cache

from msgspec import Struct

_NO_TEXT = re.compile(
    r"<(br|/p|/li|/div|/tr)\b[^<>]{0,80}>|</?[a-z][^<>]{0,200}>|&#?\w{2,10};|\*+|_{2,}", re.IGNORECASE
)
_LINE_ENDS = ("br", "/p", "/li", "/div", "/tr")
_BROKEN_WORD = re.compile(r"(?<=\w)[-‐]\s*\n\s*(?=[a-zà-ÿ])")
_SOFT_HYPHEN = "\u00ad"
_HYPHENS = str.maketrans(dict.fromkeys("‐‑‒–—−", "-") | dict.fromkeys("’‘´`ʼ", "'") | {"\r": "\n", "\u2028": "\n"})
_E_NUMBER = re.compile(r"(?<!\w)e[ -]?(\d{3,4})(?: ?([a-i])\b)?(?:\([ivx]+\))?(?!\d)")
_WORD = re.compile(r"[^\W_]+")


class NormalText(Struct, frozen=True):
    """Label text in lower case without accents and markup; `places` has the original place of every character."""

    text: str
    places: list[int]
    capital: list[bool]


def normal_text(text: str) -> NormalText:
    """Normal form of a label text as people paste it: HTML, emphasis, ligatures, broken words and all."""
    characters: list[str] = []
    places: list[int] = []
    capital: list[bool] = []

    def take(piece: str, place: int) -> None:
        for character in piece:
            characters.append(character)
            places.append(place)
            capital.append(False)

    position = 0
    skips = [(match.start(), match.end(), _replacement(match)) for match in _NO_TEXT.finditer(text)]
    skips += [(match.start(), match.end(), "") for match in _BROKEN_WORD.finditer(text)]
    for start, end, replacement in [*sorted(skips), (len(text), len(text), "")]:
        if start < position:
            continue
        for place in range(position, start):
            folded = _folded(text[place])
            if not folded and characters and unicodedata.combining(text[place]):
                continue
            characters.extend(folded)
            places.extend([place] * len(folded))
            capital.extend([text[place].isupper()] * len(folded))
        for character in replacement:
            take(_folded(character), start)
        position = end
    return NormalText("".join(characters), [*places, len(text)], capital)


def _replacement(match: re.Match[str]) -> str:
    """Text that markup leaves behind: a line break, the sign of an entity, or nothing."""
    if match[1]:
        return "\n"
    if match[0].startswith("&"):
        return html.unescape(match[0])
    return ""


@lru_cache(maxsize=4096)
def _folded(character: str) -> str:
    """One character in lower case, compatibility forms resolved, accents dropped."""
    if character == _SOFT_HYPHEN:
        return ""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", character).casefold())
    return "".join(c for c in plain if not unicodedata.combining(c)).translate(_HYPHENS)


def words_of(name: str) -> tuple[str, ...]:
    """Words of a name in normal form; an E-number is one word. A `*` at either end of a word is kept."""
    plain = normal_words(name.replace("*", "\uffff"))
    return tuple(word.replace("\uffff", "*") for word in re.findall(r"\uffff?[^\W_]+\uffff?|\.\.\.", plain))


def normal_words(text: str) -> str:
    """Text in normal form, without the places."""
    return joined_e_numbers(normal_text(text).text)


def joined_e_numbers(text: str) -> str:
    """Text in normal form with every E-number as one word: `e 470 b` and `e-470b` are `e470b`."""
    return _E_NUMBER.sub(lambda match: f"e{match[1]}{match[2] or ''}", text)
