"""An import: read the file, plan every row, write the plan in one transaction; and the file of refused rows."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

import msgspec
from msgspec import Struct, field
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalog.db.bulk import rare_collections
from catalog.edits.brands import add_named_brand
from catalog.edits.edit import Author
from catalog.edits.fetched_pictures import queue_addresses
from catalog.edits.store import begin_writing, open_batch, write
from catalog.exchange.columns import REASON_COLUMNS
from catalog.exchange.planning import BrandAddress, ImportPlanner, PlannedRow, RowOutcome, SkuStore
from catalog.exchange.reading import Cell, Table
from catalog.exchange.row_errors import RowError
from catalog.exchange.row_reader import RowReader
from catalog.exchange.writers import TableWriter, open_writer
from catalog.models import Product, Status
from catalog.search.update import DeferredIndexing
from recommend.knowledge import Ruleset
from recommend.text import Language

Observer = Callable[[PlannedRow], None]
Progress = Callable[[int, int], None]
"""Called with the number of rows done and of all rows."""


def no_progress(_done: int, _rows: int) -> None:
    """Progress of an import that nobody watches."""


class ImportCallbacks(Struct):
    """Reports of a running import: every row that is not unchanged, every gone SKU, and the progress."""

    row: Observer = lambda _planned: None
    gone: Callable[[str], None] = lambda _sku: None
    progress: Progress = no_progress


class Summary(Struct):
    """The counts of an import or dry run. `batch_id` is None when nothing was written.

    `other_addresses` are the brands whose address in the file differs from the one in the catalogue.
    """

    counts: Counter[RowOutcome] = field(default_factory=Counter)
    gone: int = 0
    batch_id: int | None = None
    other_addresses: tuple[BrandAddress, ...] = ()

    @property
    def refused(self) -> int:
        return self.counts[RowOutcome.REFUSED]


class StalePlanError(Exception):
    """The catalogue, the rules or the mapping changed after the plan was made; nothing was written."""


class Import:
    """One file against the catalogue of a session. The caller commits or rolls back.

    `correct_addresses` lets the file change the address of a brand that has one.
    """

    def __init__(
        self,
        session: Session,
        table: Table,
        reader: RowReader,
        ruleset: Ruleset,
        *,
        correct_addresses: bool = False,
    ) -> None:
        self._session, self._table, self._reader, self._ruleset = session, table, reader, ruleset
        self._correct_addresses = correct_addresses

    def dry_run(self, author: Author, callbacks: ImportCallbacks) -> Summary:
        """Report the result of the import without writing. Raises FileRefusedError."""
        with rare_collections():
            return self._run(author, callbacks, lambda _planned: None)

    def apply(
        self,
        author: Author,
        label: str,
        callbacks: ImportCallbacks,
        *,
        skip_bad: bool = False,
        revision: int | None = None,
    ) -> Summary:
        """Write all rows; none when one is refused, unless `skip_bad`.

        Raises FileRefusedError, and StalePlanError when the catalogue is no longer at the planned `revision`. Without a
        batch in the summary the caller must roll back.
        """
        found = begin_writing(self._session) - 1
        if revision is not None and found != revision:
            raise StalePlanError
        writer = _Writer(self._session, author, label, self._ruleset.directory, skip_bad=skip_bad)
        with rare_collections():
            summary = self._run(author, callbacks, writer.write)
            writer.finish()
        if not summary.refused or skip_bad:
            summary.batch_id = writer.batch_id
        return summary

    def _run(
        self, author: Author, callbacks: ImportCallbacks, write_chunk: Callable[[list[PlannedRow]], None]
    ) -> Summary:
        summary = Summary()
        newest = self._session.scalar(select(func.max(Product.id))) or 0
        skus = SkuStore(self._table, self._reader.sku_of, lambda rows: callbacks.progress(0, rows))
        with closing(skus):
            planner = ImportPlanner(
                self._session,
                self._reader,
                skus,
                self._ruleset,
                author.at,
                correct_addresses=self._correct_addresses,
            )
            done = 0
            for chunk in planner.plan(self._table):
                write_chunk(chunk)
                for planned in chunk:
                    outcome = planned.outcome
                    summary.counts[outcome] += 1
                    if outcome is not RowOutcome.UNCHANGED:
                        callbacks.row(planned)
                done += len(chunk)
                callbacks.progress(done, skus.rows)
            for sku in skus.missing(self._offered_skus(planner.suppliers, newest)):
                summary.gone += 1
                callbacks.gone(sku)
        summary.other_addresses = tuple(planner.other_addresses.values())
        return summary

    def _offered_skus(self, suppliers: set[str], newest: int) -> Iterator[str]:
        """The SKUs of these suppliers' products that are not archived and existed before the import."""
        query = (
            select(Product.sku)
            .where(Product.id <= newest, Product.supplier.in_(suppliers), Product.status != Status.ARCHIVED)
            .order_by(Product.id)
            .execution_options(yield_per=1000)
        )
        yield from self._session.scalars(query)


class _Writer:
    """Writes chunks until a row is refused, or past refused rows with `skip_bad`."""

    def __init__(self, session: Session, author: Author, label: str, directory: Path, *, skip_bad: bool) -> None:
        self._session, self._author, self._label, self._skip_bad = session, author, label, skip_bad
        self._directory = directory
        self._stopped = False
        self._indexing = DeferredIndexing(session)
        self.batch_id: int | None = None

    def write(self, chunk: Sequence[PlannedRow]) -> None:
        self._stopped |= not self._skip_bad and any(planned.row.errors for planned in chunk)
        if self._stopped:
            return
        good = [planned for planned in chunk if not planned.row.errors]
        edits = [planned.edit for planned in good if planned.edit]
        if not edits and not any(planned.address or planned.pictures for planned in good):
            return
        if self.batch_id is None:
            self.batch_id = open_batch(self._session, self._author, self._label)
            self._author = msgspec.structs.replace(self._author, batch_id=self.batch_id)
        self._write_addresses(good)
        ids = iter(write(self._session, edits, self._author, self._indexing) if edits else ())
        by_row = [(next(ids) if planned.edit else planned.product_id, planned.pictures) for planned in good]
        waiting = {product_id: addresses for product_id, addresses in by_row if product_id is not None and addresses}
        if waiting:
            queue_addresses(self._session, waiting, self._author)

    def finish(self) -> None:
        """Bring the index up to date after the last chunk."""
        if not self._stopped:
            self._indexing.finish()

    def _write_addresses(self, good: Sequence[PlannedRow]) -> None:
        for planned in good:
            if found := planned.address:
                add_named_brand(
                    self._session,
                    found.brand,
                    found.given,
                    author=self._author,
                    # A brand that is known keeps its mark, whatever the file says beside another address.
                    invented=None if found.known else planned.row.values.get("brand_invented"),
                    directory=self._directory,
                )


REASON = {"nl": "reden", "en": "reason"}
"""The heading of the reason column."""


class _Row(Protocol):
    """A refused row: its original cells, and its errors."""

    @property
    def cells(self) -> Sequence[Cell]: ...

    @property
    def errors(self) -> Sequence[RowError]: ...


class RefusedRows:
    """Writes refused rows in the layout of their file, with the reasons in the last column, for correction.

    The reason column of an earlier round is left out.
    """

    def __init__(self, file: BinaryIO, name: str, columns: Sequence[str], language: Language) -> None:
        self._columns = [place for place, column in enumerate(columns) if column.casefold() not in REASON_COLUMNS]
        self._language = language
        headings = [columns[place] for place in self._columns]
        self._writer: TableWriter = open_writer(file, name, [*headings, REASON[language]])

    def write(self, row: _Row) -> None:
        cells = [row.cells[place] if place < len(row.cells) else None for place in self._columns]
        self._writer.write([*cells, errors_as_text(row.errors, self._language)])

    def close(self) -> None:
        self._writer.close()


def errors_as_text(errors: Iterable[RowError], language: Language) -> str:
    """All errors of a row, on one line."""
    return "; ".join(
        f"{error.column}: {error.text(language)}" if error.column else error.text(language) for error in errors
    )


@contextmanager
def refused_file(file: Path | None, columns: Sequence[str], language: Language = "en") -> Iterator[RefusedRows | None]:
    """A file of refused rows while an import runs; None when no file is asked for."""
    if file is None:
        yield None
        return
    with file.open("wb") as opened:
        rows = RefusedRows(opened, file.name, columns, language)
        yield rows
        rows.close()
