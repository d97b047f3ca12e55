"""Cells of a CSV as passages: those of the columns that are asked for, read as the catalogue's import reads a file."""

from collections.abc import Iterator, Sequence
from typing import BinaryIO

from catalog.exchange.columns import HEADING_WORDS, plain_header
from catalog.exchange.reading.delimited import DelimitedTable
from catalog.exchange.reading.table import GUESSED, Row, text
from catalog.exchange.row_errors import FileRefusedError, RowError
from shop.copy_check.documents import Cell, Passage, UnreadableError


def cells_of(file: BinaryIO, columns: Sequence[str]) -> Iterator[Passage]:
    """Passages of the cells of some columns, by their headings. Raises UnreadableError, also while they are read.

    A heading may be written in other capitals. A row with more or fewer cells than the heading is refused: its words
    may stand in another column than they should.
    """
    try:
        table = DelimitedTable(file, GUESSED, HEADING_WORDS | set(map(plain_header, columns)))
    except FileRefusedError as error:
        raise UnreadableError(_with_row(error.error)) from error
    places = {name.casefold(): place for place, name in enumerate(table.columns)}
    known = ", ".join(table.columns)
    if not columns:
        raise UnreadableError(f"name the column to check with --column; the columns are: {known}")
    for name in columns:
        if name.strip().casefold() not in places:
            raise UnreadableError(f"there is no column {name!r}; the columns are: {known}")
    return _passages(table, [places[name.strip().casefold()] for name in columns])


def _passages(table: DelimitedTable, places: Sequence[int]) -> Iterator[Passage]:
    breaks = table.heading_breaks
    try:
        for row in table:
            if row.error:
                raise UnreadableError(f"{_with_row(row.error)}; it and the rows below it are not checked")
            cells = [text(cell) for cell in row.cells]
            for place in sorted(set(places)):
                line = row.number + breaks + _breaks_before(row, place)
                cell = Cell(row.number, table.columns[place])
                yield Passage(cells[place], first_line=line, is_in_file=True, cell=cell)
            breaks += _breaks_before(row, len(cells))
    except FileRefusedError as error:
        raise UnreadableError(_with_row(error.error)) from error


def _with_row(error: RowError) -> str:
    return f"row {error.row}: {error.text('en')}" if error.row else error.text("en")


def _breaks_before(row: Row, place: int) -> int:
    """Number of line breaks in the cells before a place of the row."""
    return sum(cell.count("\n") for cell in row.cells[:place] if isinstance(cell, str))
