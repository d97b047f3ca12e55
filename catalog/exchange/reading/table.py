"""Tables as every format is read: a heading, and rows of cells."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from msgspec import Struct

from catalog.exchange.row_errors import RowError

Cell = str | int | Decimal | bool | None
"""Text as in the file, or the value of a typed format; never a binary fraction."""

NO_FAULTS: Mapping[int, str] = MappingProxyType({})


class TableChoice(Struct, frozen=True):
    """The sheet and the row of the heading that a person chose; None leaves each to the reader's guess."""

    sheet: str | None = None
    heading_row: int | None = None


GUESSED = TableChoice()


class Row(NamedTuple):
    """An unparsed row: `number` as a spreadsheet counts, or the record's as Python's csv reader does, from 1.

    A row that cannot be split into cells has an error. `faults` has the codes of cells without a usable value, such as
    an error of a formula, by their place from 0.
    """

    number: int
    cells: Sequence[Cell]
    error: RowError | None = None
    faults: Mapping[int, str] = NO_FAULTS


class Table(ABC):
    """A file as a table. It can be iterated more than once, and is never in memory as a whole."""

    columns: tuple[str, ...]
    """The headings with single blanks, without invisible characters; a file may have one of them twice."""
    heading_row: int = 0
    """The number of the heading, counted like `Row.number`; 0 in a format without one."""
    sheet: str | None = None
    sheets: tuple[str, ...] = ()
    """The visible sheets of a spreadsheet."""
    top: tuple[tuple[int, str], ...] = ()
    """The first rows that are not blank, with their numbers, in short: among them is the heading to choose."""
    encoding: str | None = None
    delimiter: str | None = None
    escapes_lines = False
    """Whether our own layout writes a line break as backslash n."""

    @abstractmethod
    def __iter__(self) -> Iterator[Row]:
        """The rows under the heading, without empty ones. Raises FileRefusedError where the file is broken."""


def text(cell: Cell) -> str:
    """A cell as text, without surrounding blanks."""
    if isinstance(cell, str):
        return cell.strip()
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return f"{cell:f}" if isinstance(cell, Decimal) else str(cell)


def is_blank(cell: Cell) -> bool:
    """Whether a cell is empty or has nothing but blanks, no-break spaces included."""
    return cell is None or cell == "" or (isinstance(cell, str) and cell.isspace())


def fitted(number: int, cells: Sequence[Cell], width: int, faults: Mapping[int, str] = NO_FAULTS) -> Row | None:
    """A row of the heading's width, with an error when its width differs; None when it is blank."""
    if not faults and all(map(is_blank, cells)):
        return None
    if len(cells) == width:
        return Row(number, cells, None, faults)
    if len(cells) < width or not all(map(is_blank, cells[width:])):
        return Row(number, cells, RowError("cells", {"count": str(len(cells)), "wanted": str(width)}, number), faults)
    return Row(number, cells[:width], None, faults)
