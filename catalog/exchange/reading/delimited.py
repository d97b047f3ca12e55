"""CSV with a comma, semicolon or tab, quoted, in UTF-8 (with or without BOM) or Windows-1252."""

import codecs
import contextlib
import csv
import io
import itertools
from collections.abc import Iterator
from typing import BinaryIO

from catalog.exchange.formula_guard import GUARD, unguarded
from catalog.exchange.reading.table import Row, Table, fitted, heading
from catalog.exchange.row_errors import FileRefusedError

DELIMITERS = ",;\t"
MAX_LINE = 1_000_000
_SAMPLE_ROWS = 50
_BEGINS_GUARDED = f"\n{GUARD}"
_CHUNK = 1 << 20
_NOT_WESTERN = (b"\x81", b"\x8d", b"\x8f", b"\x90", b"\x9d")
"""The bytes that Windows-1252 leaves undefined."""


class DelimitedTable(Table):
    """A CSV file. Raises FileRefusedError for an invalid one."""

    escapes_lines = True

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.encoding = _encoding(file)
        self.delimiter = self._sniff()
        first = next(self._records(self.delimiter), None)
        if first is None:
            raise FileRefusedError("empty")
        self.columns = heading([unguarded(cell) for cell in first[1]])

    def __iter__(self) -> Iterator[Row]:
        records = self._records(self.delimiter)
        next(records)
        width = len(self.columns)
        for number, cells in records:
            if _BEGINS_GUARDED in "\n".join(("", *cells)):  # true for few rows
                row = fitted(number, [unguarded(cell) for cell in cells], width)
            else:
                row = fitted(number, cells, width)
            if row is not None:
                yield row

    def _sniff(self) -> str:
        """The delimiter that splits the heading, and then the rows most regularly."""

        def regularity(delimiter: str) -> tuple[bool, float, int]:
            widths = self._widths(delimiter)
            if not widths:
                return (False, 0, 0)
            return (widths[0] > 1, sum(width == widths[0] for width in widths) / len(widths), widths[0])

        return max(DELIMITERS, key=regularity)

    def _widths(self, delimiter: str) -> list[int]:
        """The number of cells of the first rows, as far as they can be read."""
        widths: list[int] = []
        with contextlib.suppress(FileRefusedError):
            for _, cells in itertools.islice(self._records(delimiter), _SAMPLE_ROWS):
                widths.append(len(cells))
        return widths

    def _records(self, delimiter: str) -> Iterator[tuple[int, list[str]]]:
        """All records with their number, 1 for the heading; empty lines count, since spreadsheets show them."""
        number = 0
        reader = csv.reader(self._lines(), delimiter=delimiter, strict=True)
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
    """UTF-8 if the whole file is, else Windows-1252; read once, in chunks. Raises FileRefusedError."""
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
        return "utf-8-sig"
    if not is_western:
        raise FileRefusedError("encoding", row=row)
    return "cp1252"


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True
