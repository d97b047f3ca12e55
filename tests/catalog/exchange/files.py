"""Files for tests, and an import of one as the command line runs it."""

import io
from collections.abc import Sequence
from zipfile import ZIP_DEFLATED, ZipFile

from msgspec import Struct, field
from openpyxl import Workbook
from sqlalchemy.orm import Session

from catalog.exchange.exporting import export
from catalog.exchange.importing import Import, ImportCallbacks, Summary
from catalog.exchange.mapping import Mapping
from catalog.exchange.planning import PlannedRow, RowOutcome
from catalog.exchange.reading import Table, open_table
from catalog.exchange.row_reader import RowReader
from catalog.models import How
from catalog.queries.settings import owner_settings
from recommend.loading import load_ruleset
from recommend.naming import form_names
from tests.factories import AuthorFactory


class ImportRun(Struct):
    """The summary and the reported rows of one import."""

    summary: Summary
    rows: list[PlannedRow] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)

    @property
    def outcomes(self) -> dict[str, int]:
        return {str(outcome): count for outcome, count in self.summary.counts.items()}

    @property
    def errors(self) -> list[tuple[int, str, str]]:
        """Row, column and code of every error."""
        return [(error.row, error.column, error.code) for planned in self.rows for error in planned.row.errors]


def table_of(content: str | bytes, name: str = "file.csv") -> Table:
    data = content if isinstance(content, bytes) else content.encode()
    return open_table(io.BytesIO(data), name)


def run_import(
    session: Session,
    content: str | bytes,
    name: str = "file.csv",
    *,
    mapping: Mapping | None = None,
    dry_run: bool = False,
    skip_bad: bool = False,
    correct_addresses: bool = False,
) -> ImportRun:
    """Import a file and commit; roll back when a row is refused."""
    session.commit()  # the test's own rows
    table = table_of(content, name)
    names = form_names(answers=mapping.answers if mapping else None)
    reader = RowReader(table, names, mapping, owner_settings(session).default_texts)
    importer = Import(session, table, reader, load_ruleset(), correct_addresses=correct_addresses)
    run = ImportRun(Summary())
    callbacks = ImportCallbacks(run.rows.append, run.gone.append)
    author = AuthorFactory.build(how=How.IMPORT)
    if dry_run:
        run.summary = importer.dry_run(author, callbacks)
    else:
        run.summary = importer.apply(author, name, callbacks, skip_bad=skip_bad)
    if run.summary.batch_id is None:
        session.rollback()
    else:
        session.commit()
    return run


def exported(session: Session, name: str = "file.csv", *, versions: bool = False) -> bytes:
    file = io.BytesIO()
    export(session, file, name, versions=versions)
    return file.getvalue()


def spreadsheet(rows: Sequence[Sequence[object]]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(list(row))  # type: ignore[union-attr] # a new book has a sheet
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def zip_bomb() -> bytes:
    """An XLSX with a part that would unpack to a thousand times its size."""
    file = io.BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/sharedStrings.xml", b"0" * 50_000_000)
    return file.getvalue()


__all__ = ["RowOutcome", "exported", "run_import", "spreadsheet", "table_of", "zip_bomb"]
