"""Spellings of brand names: two names with one key are one brand, everywhere."""

import unicodedata
from functools import lru_cache

_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0") | {
    chr(code) for code in range(0xFE00, 0xFE10)
}
"""Characters without a picture that Unicode does not class as format characters (Cf)."""


def clean_name(name: str) -> str:
    """A name without invisible characters (zero-width, soft hyphen), on one line with single blanks."""
    if name.isascii() and name.isprintable():
        return " ".join(name.split())
    return " ".join("".join(c for c in name if unicodedata.category(c) != "Cf" and c not in _INVISIBLE).split())


@lru_cache(16384)
def brand_key(name: str) -> str:
    """The same for all spellings of a name that differ in capitals, blanks, width or invisible characters alone.

    Cached, since every edit holds its brand against all others.
    """
    plain = unicodedata.normalize("NFKC", clean_name(name)).casefold()
    return clean_name(unicodedata.normalize("NFKC", plain))
