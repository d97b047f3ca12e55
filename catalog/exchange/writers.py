"""Table writers: CSV, JSON Lines and XLSX, row by row."""

import csv
import io
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, BinaryIO

import msgspec

from catalog.exchange.formula_guard import guarded
from catalog.exchange.reading import Cell
from catalog.exchange.reading.opening import suffix_of
from catalog.exchange.reading.table import text


class TableWriter(ABC):
    """Writes rows as wide as its columns; `close` completes the file."""

    escapes_lines = False
    """Whether our own layout writes a line break as backslash n."""

    @abstractmethod
    def __init__(self, file: BinaryIO, columns: Sequence[str]) -> None: ...

    @abstractmethod
    def write(self, cells: Sequence[Cell]) -> None: ...

    @abstractmethod
    def close(self) -> None: ...


class _DelimitedWriter(TableWriter):
    """UTF-8 with commas and line feeds, and the formula guard."""

    escapes_lines = True
    delimiter = ","

    def __init__(self, file: BinaryIO, columns: Sequence[str]) -> None:
        self._text = io.TextIOWrapper(file, encoding="utf-8", newline="")
        self._writer = csv.writer(self._text, delimiter=self.delimiter, lineterminator="\n")
        # Python 3.11 puts no quotes around a lone carriage return, which would then end the row.
        self._quoting = csv.writer(self._text, delimiter=self.delimiter, lineterminator="\n", quoting=csv.QUOTE_ALL)
        self.write(columns)

    def write(self, cells: Sequence[Cell]) -> None:
        texts = [guarded(_untrimmed_text(cell)) for cell in cells]
        writer = self._quoting if any("\r" in each for each in texts) else self._writer
        writer.writerow(texts)

    def close(self) -> None:
        self._text.flush()
        self._text.detach()


class _TabWriter(_DelimitedWriter):
    delimiter = "\t"


class _JsonLinesWriter(TableWriter):
    def __init__(self, file: BinaryIO, columns: Sequence[str]) -> None:
        self._file, self._columns = file, columns

    def write(self, cells: Sequence[Cell]) -> None:
        record = dict(zip(self._columns, cells, strict=True))
        self._file.write(msgspec.json.encode(record) + b"\n")

    def close(self) -> None:
        self._file.flush()


class _SpreadsheetWriter(TableWriter):
    """Text cells with the formula guard, which protects a sheet saved as CSV later."""

    def __init__(self, file: BinaryIO, columns: Sequence[str]) -> None:
        # Late, as where a workbook is read.
        from openpyxl import Workbook
        from openpyxl.cell import WriteOnlyCell

        self._file, self._made = file, WriteOnlyCell
        self._book = Workbook(write_only=True)
        self._sheet = self._book.create_sheet("catalogue")
        self._sheet.append([self._cell(column) for column in columns])

    def write(self, cells: Sequence[Cell]) -> None:
        self._sheet.append([self._cell(cell) for cell in cells])

    def _cell(self, value: Cell) -> Any:
        if not isinstance(value, str):
            return value
        cell = self._made(self._sheet, guarded(value))
        cell.data_type = "s"
        return cell

    def close(self) -> None:
        self._book.save(self._file)


_WRITERS: dict[str, type[TableWriter]] = {
    ".csv": _DelimitedWriter,
    ".tsv": _TabWriter,
    ".jsonl": _JsonLinesWriter,
    ".xlsx": _SpreadsheetWriter,
}


def _untrimmed_text(cell: Cell) -> str:
    """A cell as text, with its blanks."""
    return cell if isinstance(cell, str) else text(cell)


def open_writer(file: BinaryIO, name: str, columns: Sequence[str]) -> TableWriter:
    """A writer for the format of a file name. Raises FileRefusedError."""
    return _WRITERS[suffix_of(name)](file, columns)
