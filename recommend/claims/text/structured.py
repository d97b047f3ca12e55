"""The texts of structured data (JSON-LD): every string value, each character with its place in the source."""

import json
import re
from collections.abc import Iterator

_STRING = re.compile(r"\"((?:[^\"\\]|\\.)*+)\"(\s*+:)?", re.DOTALL)
_ESCAPE = re.compile(
    r"\\(?:u(?P<high>[dD][89abAB][0-9a-fA-F]{2})\\u(?P<low>[dD][c-fC-F][0-9a-fA-F]{2})|u(?P<code>[0-9a-fA-F]{4})|(?P<sign>.))",
    re.DOTALL,
)
_SIGNS = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
_HIGH, _LOW, _PLANE = 0xD800, 0xDC00, 0x10000

Run = tuple[str, int, int]
"""Characters as they are shown, with the place in the source that they stand for."""


def is_readable(text: str) -> bool:
    """Whether this is JSON; what is not is no structured data to anyone, and is read as plain text instead."""
    try:
        json.loads(text)
    except (ValueError, RecursionError):  # nested deeper than any parser reads
        return False
    return True


def string_values(text: str, offset: int) -> Iterator[list[Run]]:
    """Each string that is no key, as runs; `offset` is where the text begins in its source."""
    for match in _STRING.finditer(text):
        if match[2] is None and match[1]:
            yield list(_runs(match[1], offset + match.start(1)))


def _runs(written: str, offset: int) -> Iterator[Run]:
    position = 0
    for escape in _ESCAPE.finditer(written):
        start, end = escape.span()
        if position < start:
            yield written[position:start], offset + position, offset + start
        yield _meant(escape), offset + start, offset + end
        position = end
    if position < len(written):
        yield written[position:], offset + position, offset + len(written)


def _meant(escape: re.Match[str]) -> str:
    if escape["high"]:
        high, low = int(escape["high"], 16), int(escape["low"], 16)
        return chr(_PLANE + ((high - _HIGH) << 10) + (low - _LOW))
    if escape["code"]:
        return chr(int(escape["code"], 16))
    return _SIGNS.get(escape["sign"], escape["sign"])
