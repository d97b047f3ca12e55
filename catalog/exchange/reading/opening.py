"""Format of a file, by its suffix; the first bytes must agree."""

from collections.abc import Collection
from pathlib import PurePath
from typing import BinaryIO

from catalog.exchange.columns import HEADING_WORDS
from catalog.exchange.reading.delimited import DelimitedTable
from catalog.exchange.reading.json_lines import JsonLinesTable
from catalog.exchange.reading.table import GUESSED, Table, TableChoice
from catalog.exchange.row_errors import FileRefusedError
from recommend.text import Text

NAMES = {".csv": "CSV", ".tsv": "TSV", ".jsonl": "JSON Lines", ".xlsx": "XLSX"}
_OTHER_SPREADSHEETS = {
    ".xls": "Excel 97",
    ".xlsb": "XLSB",
    ".xlsm": "XLSM",
    ".ods": "OpenDocument",
    ".numbers": "Numbers",
}
_SIGNATURES = {
    b"PK\x03\x04": "XLSX/ZIP",
    b"PK\x05\x06": "ZIP",
    b"\xd0\xcf\x11\xe0": "XLS (Excel 97)",
    b"%PDF": "PDF",
    b"\x1f\x8b": "GZIP",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"{\\rtf": "RTF",
}


def suffix_of(name: str) -> str:
    """The suffix of the format. Raises FileRefusedError for an unknown one."""
    suffix = PurePath(name).suffix.lower()
    if suffix in _OTHER_SPREADSHEETS:
        raise FileRefusedError("other-spreadsheet", format=_OTHER_SPREADSHEETS[suffix])
    if suffix not in NAMES:
        raise FileRefusedError("unknown-suffix")
    return suffix


def open_table(
    file: BinaryIO, name: str, choice: TableChoice = GUESSED, vocabulary: Collection[str] = HEADING_WORDS
) -> Table:
    """Read an open file in the format of its name. Raises FileRefusedError.

    Sheet and heading row are guessed by the words of `vocabulary` where `choice` does not name them.
    """
    suffix = suffix_of(name)
    file.seek(0)
    start = file.read(512)
    if not start.strip():
        raise FileRefusedError("empty")
    found = _looks_like(start, suffix)
    if found is not None:
        raise FileRefusedError("other-format", declared=NAMES[suffix], found=found)
    if suffix == ".xlsx":
        # Late: few processes read a workbook, and openpyxl takes 12 MB of each.
        from catalog.exchange.reading.spreadsheet import SpreadsheetTable

        return SpreadsheetTable(file, choice, vocabulary)
    if suffix == ".jsonl":
        return JsonLinesTable(file, choice, vocabulary)
    return DelimitedTable(file, choice, vocabulary)


def _looks_like(start: bytes, suffix: str) -> str | Text | None:
    """The format that the first bytes show, None when it agrees with the suffix."""
    for signature, name in _SIGNATURES.items():
        if start.startswith(signature):
            return None if suffix == ".xlsx" and name == "XLSX/ZIP" else name
    if suffix == ".xlsx":
        return Text("geen XLSX", "no XLSX") if start[:1] not in b"{[<" else Text("tekst", "text")
    first = start.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if suffix in (".csv", ".tsv") and first in (b"{", b"["):
        return "JSON"
    if suffix in (".csv", ".tsv") and first == b"<":
        return "HTML/XML"
    if suffix == ".jsonl" and first != b"{":
        return Text("een JSON-lijst", "a JSON array") if first == b"[" else Text("geen JSON", "no JSON")
    return None
