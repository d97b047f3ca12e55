"""The refused rows as a file of the same layout with the reasons behind, to be mended and sent again."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

from catalog.exchange.columns import REASON_COLUMNS
from catalog.exchange.reading import Cell
from catalog.exchange.row_errors import RowError
from catalog.exchange.writers import TableWriter, open_writer
from recommend.text import Language

REASON = {"nl": "reden", "en": "reason"}


class _Row(Protocol):
    """A refused row: its cells as they stood in the file, and what is wrong with them."""

    @property
    def cells(self) -> Sequence[Cell]: ...

    @property
    def faults(self) -> Sequence[RowError]: ...


class RefusedRows:
    """Writes refused rows; the reason column of an earlier round is left out."""

    def __init__(self, file: BinaryIO, name: str, columns: Sequence[str], language: Language) -> None:
        self._kept = [place for place, column in enumerate(columns) if column.casefold() not in REASON_COLUMNS]
        self._language = language
        kept = [columns[place] for place in self._kept]
        self._writer: TableWriter = open_writer(file, name, [*kept, REASON[language]])

    def write(self, row: _Row) -> None:
        cells = [row.cells[place] if place < len(row.cells) else None for place in self._kept]
        self._writer.write([*cells, worded(row.faults, self._language)])

    def close(self) -> None:
        self._writer.close()


def worded(faults: Iterable[RowError], language: Language) -> str:
    """All that is wrong with a row, on one line."""
    return "; ".join(
        f"{fault.column}: {fault.text(language)}" if fault.column else fault.text(language) for fault in faults
    )


@contextmanager
def refused_file(file: Path | None, columns: Sequence[str], language: Language = "en") -> Iterator[RefusedRows | None]:
    """A file of refused rows while an import runs; none when no file is asked for."""
    if file is None:
        yield None
        return
    with file.open("wb") as opened:
        rows = RefusedRows(opened, file.name, columns, language)
        yield rows
        rows.close()
