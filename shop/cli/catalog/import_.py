"""`shop catalog import`: products from a file, all or nothing unless bad rows are to be skipped."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from sqlalchemy.orm import Session

from catalog.edits.edit import Author
from catalog.exchange.importing import Import, ImportCallbacks, RefusedRows, Summary, refused_file
from catalog.exchange.mapping import Mapping, mapping_of, suppliers
from catalog.exchange.planning import PlannedRow, RowOutcome
from catalog.exchange.reading import open_table
from catalog.exchange.row_errors import FileRefusedError, RowError
from catalog.exchange.row_reader import RowReader
from catalog.models import How
from catalog.product_problems import RefusedError
from recommend.loading import load_ruleset
from recommend.naming import form_names
from shop.cli.catalog.progress import progress
from shop.cli.faults import plain_faults
from shop.cli.session import catalogue
from shop.settings import Settings, read_settings

WHO = "command line"
_BAD_ROWS = 1
_SHOWN = 60


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only say what the import would do.")
@click.option("--skip-bad", is_flag=True, help="Import the good rows and report the others.")
@click.option("--mapping", "supplier", metavar="SUPPLIER", help="Read the columns as mapped for this supplier.")
@click.option("--refused", type=click.Path(dir_okay=False, path_type=Path), help="Write the refused rows to this file.")
def import_(file: Path, dry_run: bool, skip_bad: bool, supplier: str | None, refused: Path | None) -> None:
    """Import products from FILE (.csv, .jsonl or .xlsx), laid out as `shop catalog export` does or as mapped.

    Exit status: 0 done, 1 the file or a row of it is refused; then nothing is changed, unless with --skip-bad.
    """
    with plain_faults():
        settings = read_settings()
        summary = _run(settings, file, supplier, refused, dry_run=dry_run, skip_bad=skip_bad)
    counts = ", ".join(f"{summary.counts[outcome]} {outcome}" for outcome in RowOutcome)
    unchanged = summary.refused and not skip_bad
    done = "dry run, nothing changed" if dry_run else "nothing changed" if unchanged else "imported"
    click.echo(f"{file.name}: {counts}, {summary.gone} gone: {done}")
    if summary.refused and not (skip_bad and not dry_run):
        raise click.exceptions.Exit(_BAD_ROWS)


def _run(
    settings: Settings, file: Path, supplier: str | None, refused: Path | None, *, dry_run: bool, skip_bad: bool
) -> Summary:
    ruleset = load_ruleset(settings.rules_dir)
    author = Author(who=WHO, how=How.IMPORT)
    with catalogue(settings) as session, _refusing(file), file.open("rb") as opened:
        mapping = _mapping(session, supplier)
        table = open_table(opened, file.name)
        reader = RowReader(table, form_names(ruleset.directory, mapping.answers if mapping else {}), mapping)
        run = Import(session, table, reader, ruleset)
        with refused_file(refused, table.columns) as rows, progress(file.name) as show_progress:
            callbacks = ImportCallbacks(
                _telling(rows, in_full=dry_run), _tell_gone if dry_run else lambda _sku: None, show_progress
            )
            if dry_run:
                return run.dry_run(author, callbacks)
            summary = run.apply(author, file.name, callbacks, skip_bad=skip_bad)
        if summary.batch_id is not None:
            session.commit()
        return summary


def _mapping(session: Session, supplier: str | None) -> Mapping | None:
    if supplier is None:
        return None
    mapping = mapping_of(session, supplier)
    if mapping is None:
        known = ", ".join(suppliers(session)) or "none yet"
        raise click.BadParameter(f"no columns were mapped for {supplier!r}; known: {known}", param_hint="--mapping")
    return mapping


@contextmanager
def _refusing(file: Path) -> Iterator[None]:
    """Tell in one line why a file cannot be imported."""
    try:
        yield
    except FileRefusedError as refused:
        raise click.ClickException(_worded(file, refused.error)) from refused
    except RefusedError as refused:
        raise click.ClickException(f"{file.name}: {refused}: nothing changed") from refused
    except OSError as error:
        raise click.ClickException(f"{error.filename or file}: {error.strerror}") from error


def _worded(file: Path, error: RowError) -> str:
    value = f" {error.value[:_SHOWN]!r}" if error.value else ""
    places = [file.name, f"row {error.row}" if error.row else "", f"{error.column}{value}" if error.column else ""]
    return ": ".join([*filter(None, places), error.text("en")])


def _telling(rows: RefusedRows | None, *, in_full: bool) -> Callable[[PlannedRow], None]:
    """Refused rows go to standard error, and to their file; a dry run prints every row as its result."""

    def tell(planned: PlannedRow) -> None:
        if planned.outcome is RowOutcome.REFUSED:
            for error in planned.row.errors:
                click.echo(_worded(Path("refused"), error), err=True)
            if rows is not None:
                rows.write(planned.row)
        elif in_full:
            changed = f" ({', '.join(planned.changed)})" if planned.changed else ""
            click.echo(f"{planned.outcome}: row {planned.row.number}: {planned.row.sku}{changed}")
            for notice in planned.notices:
                click.echo(f"    {notice.field}: {notice.text('en')}")

    return tell


def _tell_gone(sku: str) -> None:
    click.echo(f"gone: {sku}")
