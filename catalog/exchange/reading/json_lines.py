"""JSON Lines: one object on each line. Numbers keep their decimal digits, never binary fractions."""

import json
import re
from collections.abc import Collection, Iterator
from decimal import Decimal
from typing import Any, BinaryIO

from catalog.exchange.reading.heading import column_names
from catalog.exchange.reading.table import Cell, Row, Table, TableChoice, is_blank
from catalog.exchange.row_errors import FileRefusedError, RowError
from recommend.text import Text

MAX_LINE = 1_000_000
_SAMPLE_ROWS = 1000
_MOST_DIGITS = 30
_SINGLE = Text("een losse waarde", "a single value")
_HALF_CHARACTER = re.compile("[\ud800-\udfff]")


class _NotAnObjectError(ValueError):
    def __init__(self, what: str | Text) -> None:
        self.what = what


class JsonLinesTable(Table):
    """A JSON Lines file. Its columns are the keys of the first thousand lines; a later key is an error of its row."""

    def __init__(self, file: BinaryIO, choice: TableChoice, vocabulary: Collection[str]) -> None:  # noqa: ARG002 - has no heading row
        self._file = file
        keys: dict[str, None] = {}
        for (_, record), _place in zip(self._records(), range(_SAMPLE_ROWS), strict=False):
            if isinstance(record, dict):
                keys.update(dict.fromkeys(record))
        if not keys:
            number, first = next(self._records(), (0, None))
            if first is None:
                raise FileRefusedError("empty")
            raise FileRefusedError("not-json", row=number, what="{}" if isinstance(first, dict) else first)
        self._keys = tuple(keys)
        self.columns = column_names(self._keys, 0)
        self.encoding = "utf-8"

    def __iter__(self) -> Iterator[Row]:
        keys = set(self._keys)
        for number, record in self._records():
            if not isinstance(record, dict):
                yield Row(number, (), RowError("not-json", {"what": record}, number))
            elif unknown := [key for key in record if key not in keys]:
                yield Row(number, (), RowError("not-json", {"what": f"{unknown[0]!r}?"}, number))
            else:
                cells = [record.get(key) for key in self._keys]
                if not all(map(is_blank, cells)):
                    yield Row(number, cells)

    def _records(self) -> Iterator[tuple[int, dict[str, Cell] | str | Text]]:
        """The objects with their line numbers; for a line without an object, the reason."""
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


def _record(line: bytes) -> dict[str, Cell] | str | Text:
    try:
        record = json.loads(
            line.decode("utf-8-sig"),
            parse_float=Decimal,
            parse_constant=_refuse_constant,
            object_pairs_hook=_without_duplicate_keys,
        )
    except (ValueError, RecursionError) as error:
        return _reason(error)
    if not isinstance(record, dict):
        return Text("tekst", "text") if isinstance(record, str) else _nested(record) or _SINGLE
    wrong = (_at_key(key, what) for key, value in record.items() if (what := _unreadable(value)))
    return next(wrong, record)


def _reason(error: Exception) -> str | Text:
    """The reason why a line is no JSON."""
    if isinstance(error, _NotAnObjectError):
        return error.what
    if isinstance(error, json.JSONDecodeError):
        place = error.pos + 1
        return Text(f"niet te lezen vanaf teken {place}", f"cannot be read from character {place} on")
    if isinstance(error, UnicodeDecodeError):
        return Text("geen UTF-8", "no UTF-8")
    if isinstance(error, RecursionError):
        return Text("te diep genest", "nested too deep")
    return Text("een getal met te veel cijfers", "a number with too many digits")


def _unreadable(value: Any) -> str | Text | None:
    """The reason why a value is no cell, None for a valid one."""
    if isinstance(value, Decimal) and not (value.is_finite() and abs(value.adjusted()) < _MOST_DIGITS):
        return str(value)
    if isinstance(value, str) and _HALF_CHARACTER.search(value):
        return Text("een half teken", "half a character")
    return _nested(value)


def _nested(value: Any) -> Text | None:
    if isinstance(value, dict):
        return Text("een object", "an object")
    if isinstance(value, list):
        return Text("een lijst", "a list")
    return None


def _at_key(key: str, what: str | Text) -> str | Text:
    return f"{key}: {what}" if isinstance(what, str) else Text(f"{key}: {what.nl}", f"{key}: {what.en}")


def _refuse_constant(name: str) -> Any:
    raise _NotAnObjectError(name)


def _without_duplicate_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) != len(pairs):
        twice = next(key for place, (key, _value) in enumerate(pairs) if key in dict(pairs[:place]))
        raise _NotAnObjectError(_at_key(twice, Text("staat er twee keer", "stands there twice")))
    return record
