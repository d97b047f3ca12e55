"""XLSX: one sheet, read row by row. The unpacked size is checked before anything is unpacked."""

import zipfile
from collections.abc import Collection, Iterator
from functools import cache, cached_property
from itertools import islice
from typing import Any, BinaryIO

from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.numbers import BUILTIN_FORMATS
from openpyxl.styles.stylesheet import apply_stylesheet

from catalog.exchange.reading.heading import LOOKED_AT, Numbered, column_names, find_heading, in_short, known_headings
from catalog.exchange.reading.merged_cells import MergedFiller, Spans, merged_over_rows
from catalog.exchange.reading.sheet_xml import NumberFormat, SheetRow, Workbook, number_format, sheet_rows
from catalog.exchange.reading.table import Row, Table, TableChoice, fitted, is_blank
from catalog.exchange.row_errors import FileRefusedError

MAX_UNPACKED = 1_000_000_000
MAX_IN_MEMORY = 100_000_000
"""Bytes of a part that is not streamed, such as the table of texts."""
MAX_RATIO = 200
_ALWAYS_FINE = 1_000_000
_LOOKED_THROUGH = 500
"""Rows, blank ones included, among which the first rows are looked for."""
_STRICT = b"purl.oclc.org/ooxml"


class SpreadsheetTable(Table):
    """An XLSX file. Raises FileRefusedError for an invalid one, and for a ZIP bomb."""

    def __init__(self, file: BinaryIO, choice: TableChoice, vocabulary: Collection[str]) -> None:
        self._file = file
        _check_archive(file)
        self._book, self._paths = self._read_workbook()
        self.sheets = tuple(self._paths)
        if choice.sheet is not None and choice.sheet not in self._paths:
            raise FileRefusedError("no-sheet", sheet=choice.sheet, sheets=", ".join(self._paths))
        self.sheet = choice.sheet or self._guess_sheet(vocabulary)
        rows = self._first_rows(self.sheet)
        if not rows:
            raise FileRefusedError("empty")
        self.top = in_short(rows)
        self.heading_row = choice.heading_row or find_heading(rows, vocabulary)
        heading = next((cells for number, cells, _ in self._records(self.sheet) if number == self.heading_row), [])
        self.columns = column_names(heading, self.heading_row)
        if not self.columns:
            raise FileRefusedError("no-heading", row=self.heading_row)

    def __iter__(self) -> Iterator[Row]:
        width, heading_row = len(self.columns), self.heading_row
        assert self.sheet is not None  # noqa: S101 - set in __init__
        merged = MergedFiller(self._spans)
        for number, cells, faults in self._records(self.sheet):
            if number <= heading_row or not cells:
                continue
            if len(cells) < width:
                cells.extend([None] * (width - len(cells)))
            row = fitted(number, cells, width, faults)
            if row is not None:
                yield merged.filled(row)

    @cached_property
    def _spans(self) -> Spans:
        """The cells that are merged over rows: at the end of the sheet, so read before its rows."""
        assert self.sheet is not None  # noqa: S101 - set in __init__
        try:
            with zipfile.ZipFile(self._file) as archive:
                return merged_over_rows(lambda: archive.open(self._paths[self.sheet]))  # type: ignore[arg-type,return-value,index] # a ZipExtFile
        except FileRefusedError:
            raise
        except Exception as error:  # zipfile raises many kinds for a damaged file
            raise FileRefusedError("broken-xlsx") from error

    def _read_workbook(self) -> tuple[Workbook, dict[str, str]]:
        """The shared parts, and the paths of the visible sheets by name."""
        self._file.seek(0)
        try:
            # load_workbook would parse each sheet as a whole that has no dimension.
            reader: Any = ExcelReader(self._file, read_only=True, data_only=True, keep_links=False)
            reader.read_manifest()
            reader.read_strings()
            reader.read_workbook()
            book, strings = reader.wb, reader.shared_strings
            apply_stylesheet(reader.archive, book)
            sheets = [
                (sheet, part.target) for sheet, part in reader.parser.find_sheets() if "chartsheet" not in part.Type
            ]
            paths = {sheet.name: target for sheet, target in sheets if sheet.state == "visible"}
            paths = paths or {sheet.name: target for sheet, target in sheets}

            @cache
            def format_of(style: int) -> NumberFormat:
                is_date = style in book._date_formats or style in book._timedelta_formats
                return number_format(_format_code(book, style), is_date=is_date)

            return Workbook(strings, format_of, book.epoch), paths
        except Exception as error:  # openpyxl, zipfile and expat raise many kinds for a damaged file
            raise FileRefusedError("broken-xlsx") from error

    def _guess_sheet(self, vocabulary: Collection[str]) -> str:
        """The visible sheet with the most known headings in a row; else the first that has any row."""
        known: dict[str, tuple[int, bool]] = {}
        for sheet in self.sheets:
            rows = self._first_rows(sheet)
            known[sheet] = max((known_headings(cells, vocabulary) for _, cells in rows), default=0), bool(rows)
        if not known:
            raise FileRefusedError("empty")
        return max(known, key=lambda sheet: known[sheet])

    def _first_rows(self, sheet: str) -> list[Numbered]:
        rows = islice(self._records(sheet), _LOOKED_THROUGH)
        filled: list[Numbered] = [(number, cells) for number, cells, _ in rows if not all(map(is_blank, cells))]
        return filled[:LOOKED_AT]

    def _records(self, sheet: str) -> Iterator[SheetRow]:
        number = 1
        try:
            with zipfile.ZipFile(self._file) as archive:
                for row in sheet_rows(lambda: archive.open(self._paths[sheet]), self._book):  # type: ignore[arg-type,return-value] # a ZipExtFile
                    number = row[0]
                    yield row
        except FileRefusedError:
            raise
        except Exception as error:  # zipfile and expat raise many kinds for a damaged file
            raise FileRefusedError("broken-xlsx", row=number) from error


def _format_code(book: Any, style: int) -> str:
    """The number format of a style; empty for a style that the workbook does not have."""
    if style >= len(book._cell_styles):
        return ""
    identifier = book._cell_styles[style].numFmtId
    first_own = 164
    if identifier < first_own:
        return str(BUILTIN_FORMATS.get(identifier, "General"))
    place = identifier - first_own
    return str(book._number_formats[place]) if place < len(book._number_formats) else ""


def _check_archive(file: BinaryIO) -> None:
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            is_strict = any(_is_strict(archive, member) for member in members)
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise FileRefusedError("broken-xlsx") from error
    if any(member.filename == "mimetype" for member in members):
        raise FileRefusedError("other-spreadsheet", format="OpenDocument")
    if not any(member.filename == "xl/workbook.xml" for member in members):
        raise FileRefusedError("other-format", declared="XLSX", found="ZIP")
    if is_strict:
        raise FileRefusedError("strict-xlsx")
    for member in members:
        swells = member.file_size > max(_ALWAYS_FINE, MAX_RATIO * member.compress_size)
        in_memory = not member.filename.startswith("xl/worksheets/") and member.file_size > MAX_IN_MEMORY
        if swells or in_memory:
            raise FileRefusedError("inflates")
    if sum(member.file_size for member in members) > MAX_UNPACKED:
        raise FileRefusedError("inflates")


def _is_strict(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bool:
    """Whether the workbook is in the namespaces of Strict Open XML."""
    if member.filename != "xl/workbook.xml":
        return False
    with archive.open(member) as part:
        return _STRICT in part.read(_ALWAYS_FINE)
