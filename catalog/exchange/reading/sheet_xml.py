"""Rows of one XLSX sheet, parsed as a stream: flat in memory, whatever `<dimension>` says."""

import datetime as dt
import re
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import BinaryIO
from xml.parsers import expat

from msgspec import Struct
from openpyxl.utils.cell import column_index_from_string
from openpyxl.utils.datetime import WINDOWS_EPOCH, from_excel

from catalog.exchange.formula_guard import unguarded
from catalog.exchange.reading.table import Cell
from catalog.exchange.row_errors import FileRefusedError

_CHUNK = 1 << 16
_EMPTY_RUN = 5_000
"""Empty rows in a row, after which the rest is first searched for any content."""
_MOST_EMPTY = 200_000
"""Empty rows in a row before others, for which a file is read on."""
_CONTENT = (b"<v>", b"<v ", b"<is>", b"<f>", b"<f ", b":v>", b":is>", b":f>")
_END = b"sheetData>"
_OVERLAP = len(_END)
_REFERENCE = re.compile("[A-Z]+")
_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")

SheetRow = tuple[int, list[Cell], dict[int, str]]
"""The number of a row, its cells, and the codes of cells without a usable value by their place."""


class Workbook(Struct):
    """The parts of a workbook that its cells refer to; `format_of` gives the number format of a style."""

    strings: Sequence[str]
    format_of: Callable[[int], "NumberFormat"]
    epoch: dt.datetime = WINDOWS_EPOCH


class NumberFormat(Struct, frozen=True):
    """The part of a number format that changes the meaning of a number: `{}` in `pattern` stands for the digits."""

    pattern: str = "{}"
    digits: int = 0
    """Least number of digits: 5 for 00000."""
    is_date: bool = False


class _SheetHandler:
    """Collects the rows of the XML events that expat reports."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self.rows: list[SheetRow] = []
        self.is_done = False
        self._row, self._column = 0, 0
        self._cells: list[Cell] = []
        self._faults: dict[int, str] = {}
        self._type, self._style = "n", 0
        self._has_formula = False
        self._is_text, self._is_phonetic = False, False
        self._pieces: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if name == "c":
            reference = attributes.get("r")
            found = _REFERENCE.match(reference) if reference else None
            self._column = column_index_from_string(found[0]) if found else self._column + 1
            self._type, self._style = attributes.get("t", "n"), int(attributes.get("s") or 0)
            self._has_formula, self._pieces = False, []
        elif name in ("v", "t"):
            self._is_text = not self._is_phonetic
        elif name == "f":
            self._has_formula = True
        elif name == "rPh":
            self._is_phonetic = True
        elif name == "row":
            number = attributes.get("r")
            self._row = int(float(number)) if number else self._row + 1
            self._column, self._cells, self._faults = 0, [], {}

    def text(self, data: str) -> None:
        if self._is_text:
            self._pieces.append(data)

    def end(self, name: str) -> None:
        name = name.rpartition(":")[2]
        if name == "c":
            self._end_cell()
        elif name in ("v", "t"):
            self._is_text = False
        elif name == "rPh":
            self._is_phonetic = False
        elif name == "row":
            self.rows.append((self._row, self._cells, self._faults))
        elif name == "sheetData":
            self.is_done = True

    def _end_cell(self) -> None:
        text = "".join(self._pieces)
        place = self._column - 1
        if not text and not self._has_formula:
            return
        self._cells.extend([None] * (place - len(self._cells)))
        value, fault = self._value(text)
        self._cells.append(value)
        if fault:
            self._faults[place] = fault

    def _value(self, text: str) -> tuple[Cell, str | None]:
        if self._has_formula and not text and self._type != "str":
            return None, "unstored-formula"
        if self._type in ("s", "str", "inlineStr"):
            string = self._book.strings[int(text)] if self._type == "s" else text
            return unguarded(decoded(string)), None
        if self._type == "b":
            return text.strip() == "1", None
        fault = {"e": "error-cell", "d": "date-cell"}.get(self._type)
        return (text, fault) if fault else self._number(text)

    def _number(self, text: str) -> tuple[Cell, str | None]:
        try:
            number = int(text) if text.removeprefix("-").isdigit() else Decimal(repr(float(text)))
        except ValueError:
            return text, "error-cell"
        if not self._style:
            return number, None
        shape = self._book.format_of(self._style)
        if shape.is_date:
            return _as_date(number, self._book.epoch), "date-cell"
        if isinstance(number, int) and number >= 0 and len(str(number)) < shape.digits:
            return str(number).zfill(shape.digits), None
        if shape.pattern == "{}":
            return number, None
        return shape.pattern.format(f"{number:f}" if isinstance(number, Decimal) else number), None


def _as_date(number: int | Decimal, epoch: dt.datetime) -> str:
    try:
        moment = from_excel(float(number), epoch)
    except (OverflowError, ValueError):
        return str(number)
    return str(moment.isoformat()) if isinstance(moment, dt.datetime | dt.date | dt.time) else str(moment)


def decoded(text: str) -> str:
    """A text with its control characters, which XLSX writes as _x000D_."""
    if "_x" not in text:
        return text
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text).replace("\r\n", "\n")


def number_format(code: str, *, is_date: bool) -> NumberFormat:
    """The meaning that a number format adds: leading zeros, a percent sign, a currency or a unit.

    The euro and blanks add nothing.
    """
    if is_date:
        return NumberFormat(is_date=True)
    code = code.partition(";")[0]
    if re.fullmatch("0{2,}", code):
        return NumberFormat(digits=len(code))
    shown = re.sub(r"\[\$([^\]-]*)[^\]]*\]", r'"\1"', code)
    shown = re.sub(r"\[[^\]]*\]|[_*].", "", shown)
    number = re.search(r"[0#?](?:[0#?.,]*[0#?])?(?:E[+-]0+)?", shown)
    if number is None or "%" in shown:
        return NumberFormat("{} %" if "%" in shown else "{}")  # a share, never an amount
    before, after = (_literals(part) for part in (shown[: number.start()], shown[number.end() :]))
    if {before, after} <= {"", "€", "EUR"}:
        return NumberFormat()
    return NumberFormat(" ".join(filter(None, (_escaped(before), "{}", _escaped(after)))))


def _literals(part: str) -> str:
    """The characters that a part of a number format shows beside the digits."""
    pieces = re.findall(r'"([^"]*)"|\\(.)|([^\s\\",.+()-])', part)
    return " ".join("".join(piece for pieces_ in pieces for piece in pieces_).split())


def _escaped(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def sheet_rows(open_part: Callable[[], BinaryIO], book: Workbook) -> Iterator[SheetRow]:
    """The rows of a sheet that have an element; `open_part` opens its XML anew. Raises what expat and zipfile raise."""
    handler = _SheetHandler(book)
    parser = _parser(handler)
    read, empty, is_searched = 0, 0, False
    with open_part() as part:
        while chunk := part.read(_CHUNK):
            read += len(chunk)
            parser.Parse(chunk, False)
            for row in handler.rows:
                empty = 0 if row[1] else empty + 1
                yield row
            handler.rows.clear()
            if handler.is_done:
                return
            if empty > _MOST_EMPTY:
                raise FileRefusedError("empty-rows", count=str(_MOST_EMPTY))
            if empty > _EMPTY_RUN and not is_searched:
                if not _has_content_after(open_part, read):
                    return
                is_searched = True
        parser.Parse(b"", True)


def _parser(handler: _SheetHandler) -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = handler.start
    parser.EndElementHandler = handler.end
    parser.CharacterDataHandler = handler.text
    parser.EntityDeclHandler = _refuse_entities
    return parser


def _refuse_entities(*_declaration: object) -> None:
    raise ValueError("a sheet declares entities")


def _has_content_after(open_part: Callable[[], BinaryIO], place: int) -> bool:
    """Whether anything from a place on could be a value; an inexact search, for which any doubt is content."""
    with open_part() as part:
        remaining = place
        while remaining > 0 and (chunk := part.read(min(_CHUNK, remaining))):
            remaining -= len(chunk)
        tail = b""
        while chunk := part.read(_CHUNK * 16):
            sheet, end, _ = (tail + chunk).partition(_END)
            if any(mark in sheet for mark in _CONTENT):
                return True
            if end:
                break
            tail = chunk[-_OVERLAP:]
    return False
