"""JSON Lines: one object on each line. Numbers are read as they are written, never as binary fractions."""

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, BinaryIO

from catalog.exchange.faults import Fault, FileRefusedError
from catalog.exchange.reading.table import Cell, Row, Table, heading, text

MAX_LINE = 1_000_000
_SAMPLE_ROWS = 1000
_MOST_DIGITS = 30
_HALF_CHARACTER = re.compile("[\ud800-\udfff]")


class _NotAnObjectError(ValueError):
    pass


class JsonLinesTable(Table):
    """Its columns are the keys of the first thousand lines; a key that comes later is a fault of its row."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        keys: dict[str, None] = {}
        for (_, record), _place in zip(self._records(), range(_SAMPLE_ROWS), strict=False):
            if isinstance(record, dict):
                keys.update(dict.fromkeys(record))
        if not keys:
            first = next(self._records(), None)
            if first is None:
                raise FileRefusedError("empty")
            raise FileRefusedError("not-json", row=first[0], what=str(first[1]) or "{}")
        self.columns = heading(list(keys))

    def __iter__(self) -> Iterator[Row]:
        known = set(self.columns)
        for number, record in self._records():
            if isinstance(record, str):
                yield Row(number, (), Fault("not-json", {"what": record}, number))
            elif strange := [key for key in record if key not in known]:
                yield Row(number, (), Fault("not-json", {"what": f"{strange[0]!r}?"}, number))
            else:
                cells = [record.get(column) for column in self.columns]
                if any(text(cell) for cell in cells):
                    yield Row(number, cells)

    def _records(self) -> Iterator[tuple[int, dict[str, Cell] | str]]:
        """The objects with their line numbers; of a line that is none, what is wrong with it."""
        self._file.seek(0)
        number = 0
        while line := self._file.readline(MAX_LINE):
            number += 1
            if len(line) >= MAX_LINE:
                raise FileRefusedError("long-line", row=number, most=str(MAX_LINE))
            if b"\0" in line:
                raise FileRefusedError("nul-byte", row=number)
            if line.strip():
                yield number, _record(line)


def _record(line: bytes) -> dict[str, Cell] | str:
    try:
        record = json.loads(
            line.decode("utf-8-sig"),
            parse_float=Decimal,
            parse_constant=_refuse_constant,
            object_pairs_hook=_without_doubles,
        )
    except RecursionError:
        return "nested too deep"
    except ValueError as error:
        return str(error)
    if not isinstance(record, dict):
        return type(record).__name__
    wrong = (f"{key}: {what}" for key, value in record.items() if (what := _unreadable(value)))
    return next(wrong, record)


def _unreadable(value: Any) -> str | None:
    """Why a value is no cell."""
    if isinstance(value, dict | list):
        return type(value).__name__
    if isinstance(value, Decimal) and not (value.is_finite() and abs(value.adjusted()) < _MOST_DIGITS):
        return str(value)
    if isinstance(value, str) and _HALF_CHARACTER.search(value):
        return "half a character"
    return None


def _refuse_constant(name: str) -> Any:
    raise _NotAnObjectError(name)


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) != len(pairs):
        raise _NotAnObjectError("a key stands twice")
    return record
