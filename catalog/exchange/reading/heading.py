"""The heading of a table: which row it is, and its names."""

from collections.abc import Collection, Iterable, Sequence

from catalog.brand_names import clean_name
from catalog.exchange.columns import plain_header
from catalog.exchange.reading.table import Cell, is_blank, text
from catalog.exchange.row_errors import FileRefusedError

MAX_COLUMNS = 300
LOOKED_AT = 60
"""Rows of a file among which the heading is looked for."""
_SHOWN_ROWS = 20
_SHORT = 60
_CERTAIN = 2
"""Known headings in a row that make it the heading, whatever stands above it."""

Numbered = tuple[int, Sequence[Cell]]
"""A row: its number and its cells."""


def clean_heading(cell: Cell) -> str:
    """A heading on one line with single blanks, without invisible characters and the dash of a broken word."""
    return clean_name(text(cell).replace("-\r\n", "").replace("-\n", ""))


def column_names(cells: Sequence[Cell], row: int) -> tuple[str, ...]:
    """The headings, without empty ones at the end; an empty one between others becomes its number.

    Raises FileRefusedError for more than MAX_COLUMNS.
    """
    end = len(cells)
    while end and is_blank(cells[end - 1]):
        end -= 1
    if end > MAX_COLUMNS:
        raise FileRefusedError("many-columns", row=row, count=str(end), most=str(MAX_COLUMNS))
    return tuple(clean_heading(cell) or f"({place})" for place, cell in enumerate(cells[:end], 1))


def known_headings(cells: Iterable[Cell], vocabulary: Collection[str]) -> int:
    """The number of different cells that are a heading of the vocabulary, which is in the form of `plain_header`."""
    texts = (plain_header(cell.replace("_", " ")) for cell in cells if isinstance(cell, str) and cell)
    return len({heading for heading in texts if heading in vocabulary})


def find_heading(rows: Sequence[Numbered], vocabulary: Collection[str]) -> int:
    """The number of the row that is most likely the heading; 0 without rows.

    It is the row with the most known headings. Without two of them in one row it is the first row with texts alone
    that is at least half as wide as the widest, since titles are narrow and data have numbers.
    """
    filled = [(number, [cell for cell in cells if not is_blank(cell)]) for number, cells in rows]
    filled = [(number, cells) for number, cells in filled if cells]
    if not filled:
        return 0
    best, known = max(
        ((number, known_headings(cells, vocabulary)) for number, cells in filled), key=lambda found: found[1]
    )
    if known >= _CERTAIN:
        return best
    widest = max(len(cells) for _, cells in filled)
    wide = [(number, cells) for number, cells in filled if 2 * len(cells) >= widest]
    if known and best in dict(wide):
        return best
    return next((number for number, cells in wide if all(map(_is_words, cells))), filled[0][0])


def in_short(rows: Sequence[Numbered]) -> tuple[tuple[int, str], ...]:
    """The first rows with their numbers, as text of at most _SHORT characters."""
    shown = (
        (number, " · ".join(clean_heading(cell) for cell in cells if not is_blank(cell))) for number, cells in rows
    )
    return tuple((number, text[:_SHORT]) for number, text in shown)[:_SHOWN_ROWS]


def _is_words(cell: Cell) -> bool:
    return isinstance(cell, str) and any(map(str.isalpha, cell))
