"""CSV with a comma, semicolon, tab or vertical bar, in UTF-8, UTF-16 with a byte order mark, or Windows-1252."""

import codecs
import contextlib
import csv
import io
import itertools
import re
from collections import Counter
from collections.abc import Collection, Iterator
from typing import BinaryIO, Literal

from catalog.exchange.formula_guard import GUARD, unguarded
from catalog.exchange.reading.heading import LOOKED_AT, Numbered, column_names, find_heading, in_short, known_headings
from catalog.exchange.reading.table import Row, Table, TableChoice, fitted, is_blank
from catalog.exchange.row_errors import FileRefusedError

DELIMITERS = ",;\t|"
MAX_LINE = 1_000_000
_PLAIN_QUOTES = "\t|"
"""Delimiters of files that may have quotation marks as plain characters."""
_HINT = re.compile(r'"?sep=(.)"?[,;\t|]*\s*', re.IGNORECASE)
"""A first line that names the delimiter, as Excel writes and reads it."""
_BEGINS_GUARDED = f"\n{GUARD}"
_CHUNK = 1 << 20
_NOT_WESTERN = (b"\x81", b"\x8d", b"\x8f", b"\x90", b"\x9d")
"""The bytes that Windows-1252 leaves undefined."""


class DelimitedTable(Table):
    """A CSV file. Raises FileRefusedError for an invalid one."""

    escapes_lines = True

    def __init__(self, file: BinaryIO, choice: TableChoice, vocabulary: Collection[str]) -> None:
        self._file = file
        self._quotes_are_plain = False
        self.encoding: str = _encoding(file)
        hint = _HINT.fullmatch(next(self._lines(), ""))
        self._hinted = hint is not None
        self.delimiter: str = hint[1] if hint else self._sniff(vocabulary)
        self._quotes_are_plain = self.delimiter in _PLAIN_QUOTES and self._is_plainly_regular()
        rows = self._first_rows(self.delimiter)
        if not rows:
            next(self._records(self.delimiter), None)  # raises where the file is broken
            raise FileRefusedError("empty")
        self.top = in_short(rows)
        self.heading_row = choice.heading_row or find_heading(rows, vocabulary)
        self.columns, self.heading_breaks = self._heading()

    def __iter__(self) -> Iterator[Row]:
        width, heading_row = len(self.columns), self.heading_row
        for number, cells in self._records(self.delimiter):
            if number <= heading_row:
                continue
            if _BEGINS_GUARDED in "\n".join(("", *cells)):  # true for few rows
                row = fitted(number, [unguarded(cell) for cell in cells], width)
            else:
                row = fitted(number, cells, width)
            if row is not None:
                yield row

    def _heading(self) -> tuple[tuple[str, ...], int]:
        """The headings, and the number of line breaks inside cells up to them."""
        breaks = 0
        for number, cells in self._records(self.delimiter):
            breaks += sum(cell.count("\n") for cell in cells)
            if number >= self.heading_row:
                names = column_names([unguarded(cell) for cell in cells], self.heading_row)
                if number == self.heading_row and names:
                    return names, breaks
                break
        raise FileRefusedError("no-heading", row=self.heading_row)

    def _first_rows(self, delimiter: str) -> list[Numbered]:
        """The first rows that are not blank, up to one that cannot be read."""
        rows: list[Numbered] = []
        with contextlib.suppress(FileRefusedError):
            records = (row for row in self._records(delimiter) if not all(map(is_blank, row[1])))
            for number, cells in itertools.islice(records, LOOKED_AT):
                if not (self._hinted and number == 1):
                    rows.append((number, cells))
        return rows

    def _sniff(self, vocabulary: Collection[str]) -> str:
        """The delimiter that gives the most known headings, and then the most regular rows."""

        def regularity(delimiter: str) -> tuple[int, bool, float, int]:
            rows = self._first_rows(delimiter)
            if not rows:
                return (0, False, 0, 0)
            width, times = Counter(len(cells) for _, cells in rows).most_common(1)[0]
            known = max(known_headings(cells, vocabulary) for _, cells in rows)
            return (known, width > 1, times / len(rows), width)

        return max(DELIMITERS, key=regularity)

    def _is_plainly_regular(self) -> bool:
        """Whether every line has the same number of delimiters, and quotation marks do not add up to cells."""
        lines, widths, quoted = 0, set(), False
        for line in self._lines():
            if line.strip():
                lines += 1
                widths.add(line.count(self.delimiter))
                quoted = quoted or '"' in line
        if not quoted or len(widths) > 1:
            return False
        try:
            return sum(1 for _ in self._records(self.delimiter)) != lines
        except FileRefusedError as refused:
            return refused.error.code == "broken-csv"

    def _records(self, delimiter: str) -> Iterator[tuple[int, list[str]]]:
        """All records with their number, from 1; empty lines count, since spreadsheets show them."""
        number = 0
        quoting: Literal[0, 3] = csv.QUOTE_NONE if self._quotes_are_plain else csv.QUOTE_MINIMAL
        reader = csv.reader(self._lines(), delimiter=delimiter, strict=True, quoting=quoting)
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                if "field limit" in str(error):
                    raise FileRefusedError("long-cell", row=number + 1, most=str(csv.field_size_limit())) from error
                raise FileRefusedError("broken-csv", row=number + 1) from error
            number += 1
            if cells:
                yield number, cells

    def _lines(self) -> Iterator[str]:
        self._file.seek(0)
        text = io.TextIOWrapper(self._file, encoding=self.encoding, newline="")
        try:
            number = 0
            while line := text.readline(MAX_LINE):
                number += 1
                if len(line) >= MAX_LINE:
                    raise FileRefusedError("long-line", row=number, most=str(MAX_LINE))
                yield line
        finally:
            with contextlib.suppress(ValueError):  # a caller that stops halfway may have closed the file
                text.detach()


def _encoding(file: BinaryIO) -> str:
    """UTF-8 if the whole file is, UTF-16 by its mark, else Windows-1252; read in chunks. Raises FileRefusedError."""
    file.seek(0)
    start = file.read(3)
    has_mark = start == codecs.BOM_UTF8
    if start[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return _whole_utf16(file)
    utf8: codecs.IncrementalDecoder | None = codecs.getincrementaldecoder("utf-8-sig")()
    is_western, row = True, 1
    file.seek(0)
    while chunk := file.read(_CHUNK):
        if (place := chunk.find(b"\0")) >= 0:
            raise FileRefusedError("nul-byte", row=row + chunk.count(b"\n", 0, place))
        row += chunk.count(b"\n")
        utf8 = utf8 if utf8 and _decodes(utf8, chunk) else None
        is_western = is_western and not any(byte in chunk for byte in _NOT_WESTERN)
        if not (utf8 or is_western):
            raise FileRefusedError("encoding", row=row)
    if utf8 and _decodes(utf8, b"", final=True):
        return "utf-8-sig" if has_mark else "utf-8"
    if not is_western:
        raise FileRefusedError("encoding", row=row)
    return "cp1252"


def _whole_utf16(file: BinaryIO) -> str:
    decoder = codecs.getincrementaldecoder("utf-16")()
    file.seek(0)
    while chunk := file.read(_CHUNK):
        if not _decodes(decoder, chunk):
            raise FileRefusedError("encoding")
    if not _decodes(decoder, b"", final=True):
        raise FileRefusedError("encoding")
    return "utf-16"


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True
