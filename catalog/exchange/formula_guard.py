"""Formula guard: an apostrophe before cells that a spreadsheet would run as a formula; reading removes it.

Only a guarding apostrophe is removed, so that “'s avonds” remains unchanged. Also line breaks as backslash n.
"""

import re

FORMULA = tuple("=+-@\t\r\n＝＋－＠")
GUARD = "'"
_GUARDED = tuple(GUARD + first for first in (*FORMULA, GUARD))
# Every character that some program reads as a line end, and all control characters except the tab.
_BREAKS = re.compile("[\\\\\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")
_ESCAPED = re.compile(r"\\(?:\\|n|r|u[0-9a-f]{4})")
_SHORT = {"\\": "\\\\", "\n": "\\n", "\r": "\\r"}
_LONG = {escaped: plain for plain, escaped in _SHORT.items()}


def guarded(cell: str) -> str:
    """A cell that no spreadsheet runs; `unguarded` restores every text."""
    return GUARD + cell if cell.startswith(FORMULA) or cell.startswith(_GUARDED) else cell


def unguarded(cell: str) -> str:
    """The inverse of `guarded`."""
    return cell[1:] if cell.startswith(_GUARDED) else cell


def on_one_line(cell: str) -> str:
    """Line breaks as backslash n, so that a product is one physical line; `in_lines` is the inverse."""
    return _BREAKS.sub(_escape, cell)


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    return _SHORT.get(character) or f"\\u{ord(character):04x}"


def in_lines(cell: str) -> str:
    """The inverse of `on_one_line`; a backslash before any other character remains."""
    if "\\" not in cell:
        return cell
    return _ESCAPED.sub(lambda match: _LONG.get(match[0]) or chr(int(match[0][2:], 16)), cell)
