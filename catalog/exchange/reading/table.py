"""Tables as every format is read: a heading, and rows of cells."""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from catalog.exchange.row_errors import FileRefusedError, RowError

Cell = str | int | Decimal | bool | None
"""Text as in the file, or the value of a typed format; never a binary fraction."""

MAX_COLUMNS = 300


class Row(NamedTuple):
    """An unparsed row: `number` as a spreadsheet counts. A row that cannot be split into cells has an error."""

    number: int
    cells: Sequence[Cell]
    error: RowError | None = None


class Table(ABC):
    """A file as a table. It can be iterated more than once, and is never in memory as a whole."""

    columns: tuple[str, ...]
    escapes_lines = False
    """Whether our own layout writes a line break as backslash n."""

    @abstractmethod
    def __iter__(self) -> Iterator[Row]:
        """The rows under the heading, without empty ones. Raises FileRefusedError where the file is broken."""


def heading(cells: Sequence[Cell]) -> tuple[str, ...]:
    """The names of the columns; an empty heading becomes its number. Raises FileRefusedError."""
    if len(cells) > MAX_COLUMNS:
        raise FileRefusedError("many-columns", row=1, count=str(len(cells)), most=str(MAX_COLUMNS))
    names = [text(cell) or f"({place})" for place, cell in enumerate(cells, 1)]
    for name, times in Counter(name.casefold() for name in names).items():
        if times > 1:
            raise FileRefusedError("double-column", row=1, column=name)
    return tuple(names)


def text(cell: Cell) -> str:
    """A cell as text, without surrounding blanks."""
    if isinstance(cell, str):
        return cell.strip()
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return f"{cell:f}" if isinstance(cell, Decimal) else str(cell)


def fitted(number: int, cells: Sequence[Cell], width: int) -> Row | None:
    """A row of the heading's width, with an error when its width differs; None when it is empty."""
    if not any(cells) and all(cell is None or cell == "" for cell in cells):
        return None
    if len(cells) == width:
        return Row(number, cells)
    if len(cells) < width or any(text(cell) for cell in cells[width:]):
        return Row(number, cells, RowError("cells", {"count": str(len(cells)), "wanted": str(width)}, number))
    return Row(number, cells[:width])
