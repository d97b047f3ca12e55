"""Cells of a sheet that are merged over rows: a person sees their value in each of them, the file has it once."""

import re
from collections.abc import Callable, Mapping
from typing import BinaryIO

from openpyxl.utils.cell import column_index_from_string

from catalog.exchange.reading.table import Cell, Row, is_blank
from catalog.exchange.row_errors import FileRefusedError

_CHUNK = 1 << 20
_MOST = 100_000
_MARK = b"mergeCell "
_MERGED = re.compile(rb"""mergeCell [^>]*?ref=["']\$?([A-Z]{1,3})\$?([0-9]{1,7}):\$?[A-Z]{1,3}\$?([0-9]{1,7})["']""")
_LONGEST = 200
"""Bytes of an element that a chunk may cut in two."""

Spans = Mapping[int, Mapping[int, int]]
"""The last row by the first row, by the place from 0 of the column."""


def merged_over_rows(open_part: Callable[[], BinaryIO]) -> Spans:
    """The merged cells that span rows, by their leftmost column; `open_part` opens the XML of a sheet."""
    found: dict[int, dict[int, int]] = {}
    count, tail = 0, b""
    with open_part() as part:
        while chunk := part.read(_CHUNK):
            sheet = tail + chunk
            for letters, first, last in _MERGED.findall(sheet) if _MARK in sheet else ():
                if int(first) < int(last):
                    found.setdefault(column_index_from_string(letters.decode()) - 1, {})[int(first)] = int(last)
                    count += 1
            if count > _MOST:
                raise FileRefusedError("inflates")
            tail = sheet[-_LONGEST:]
    return found


class MergedFiller:
    """Gives each row of a sheet, in their order, the values that merged cells above show in it."""

    def __init__(self, spans: Spans) -> None:
        self._spans = spans
        self._shown: dict[int, tuple[int, Cell, str | None]] = {}

    def filled(self, row: Row) -> Row:
        """The row with its blank cells filled where a merged cell covers them, with the fault of that cell."""
        if not self._spans:
            return row
        cells, faults = list(row.cells), dict(row.faults)
        for place, ends in self._spans.items():
            if place >= len(cells):
                continue
            if row.number in ends:
                self._shown[place] = ends[row.number], cells[place], faults.get(place)
                continue
            last, value, fault = self._shown.get(place, (0, None, None))
            if row.number <= last and is_blank(cells[place]) and place not in faults:
                cells[place] = value
                if fault:
                    faults[place] = fault
        return row._replace(cells=cells, faults=faults)
