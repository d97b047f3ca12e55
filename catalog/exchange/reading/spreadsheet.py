"""XLSX: the first sheet, read row by row. The unpacked size is checked before anything is unpacked."""

import datetime as dt
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, BinaryIO

from openpyxl import load_workbook

from catalog.exchange.formula_guard import unguarded
from catalog.exchange.reading.table import Cell, Row, Table, fitted, heading
from catalog.exchange.row_errors import FileRefusedError

MAX_UNPACKED = 1_000_000_000
MAX_IN_MEMORY = 100_000_000
"""Bytes of a part that is not streamed, such as the table of texts."""
MAX_RATIO = 200
_ALWAYS_FINE = 1_000_000


class SpreadsheetTable(Table):
    """An XLSX file. Raises FileRefusedError for an invalid one, and for a ZIP bomb."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        _check_archive(file)
        first = next(self._records(), None)
        if first is None:
            raise FileRefusedError("empty")
        self.columns = heading(_without_trailing_blanks(first[1]))

    def __iter__(self) -> Iterator[Row]:
        records = self._records()
        next(records)
        width = len(self.columns)
        for number, cells in records:
            padded = [*cells, *[None] * (width - len(cells))]
            row = fitted(number, _without_trailing_blanks(padded, width), width)
            if row is not None:
                yield row

    def _records(self) -> Iterator[tuple[int, list[Cell]]]:
        self._file.seek(0)
        number = 1
        try:
            book = load_workbook(self._file, read_only=True, data_only=True, keep_links=False)
            try:
                for number, cells in enumerate(book.worksheets[0].iter_rows(values_only=True), 1):
                    yield number, [_cell(value) for value in cells]
            finally:
                book.close()
        except FileRefusedError:
            raise
        except Exception as error:  # openpyxl, zipfile and expat raise many kinds for a damaged file
            raise FileRefusedError("broken-xlsx", row=number) from error


def _check_archive(file: BinaryIO) -> None:
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise FileRefusedError("broken-xlsx") from error
    if not any(member.filename == "xl/workbook.xml" for member in members):
        raise FileRefusedError("other-format", declared="XLSX", found="ZIP")
    for member in members:
        swells = member.file_size > max(_ALWAYS_FINE, MAX_RATIO * member.compress_size)
        in_memory = not member.filename.startswith("xl/worksheets/") and member.file_size > MAX_IN_MEMORY
        if swells or in_memory:
            raise FileRefusedError("inflates")
    if sum(member.file_size for member in members) > MAX_UNPACKED:
        raise FileRefusedError("inflates")


def _cell(value: Any) -> Cell:
    if value is None or isinstance(value, bool | int | Decimal):
        return value
    if isinstance(value, str):
        return unguarded(value)
    if isinstance(value, float):
        return Decimal(repr(value))  # the shortest digits of this number: those typed
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    return str(value)


def _without_trailing_blanks(cells: list[Cell], least: int = 0) -> list[Cell]:
    end = len(cells)
    while end > least and cells[end - 1] in (None, ""):
        end -= 1
    return cells[:end]
