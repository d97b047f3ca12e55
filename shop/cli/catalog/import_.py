"""`shop catalog import`: products from a file, all or nothing unless bad rows are to be skipped."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import click
from msgspec import Struct, structs
from sqlalchemy.orm import Session

from catalog.edits.edit import Author
from catalog.exchange.importing import Import, ImportCallbacks, RefusedRows, Summary, refused_file
from catalog.exchange.layouts.import_table import LayoutTable, mapping_of_look
from catalog.exchange.layouts.look import look_of
from catalog.exchange.layouts.plan import LayoutPlan, plan_as_json, plan_of_file
from catalog.exchange.mapping import Mapping, assumptions, choice_of, mapping_of, suppliers
from catalog.exchange.planning import PlannedRow, RowOutcome
from catalog.exchange.reading import Table, open_table
from catalog.exchange.row_errors import FileRefusedError, RowError
from catalog.exchange.row_reader import RowReader
from catalog.models import How
from catalog.product_problems import RefusedError
from catalog.queries.settings import owner_settings
from recommend.loading import load_ruleset
from recommend.naming import FormNames, form_names
from shop.cli.catalog.progress import progress
from shop.cli.faults import plain_faults
from shop.cli.session import catalogue
from shop.settings import Settings, read_settings
from shop.web.services import system_clock

WHO = "command line"
_BAD_ROWS = 1
_SHOWN = 60


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only say what the import would do.")
@click.option("--skip-bad", is_flag=True, help="Import the good rows and report the others.")
@click.option("--mapping", "supplier", metavar="SUPPLIER", help="Read the columns as mapped for this supplier.")
@click.option("--correct-addresses", is_flag=True, help="Let the file change the addresses of brands that have one.")
@click.option("--layout", metavar="NAME|auto", help="Read a file of a shop system or wholesaler, such as Shopify.")
@click.option(
    "--supplier", "named", metavar="SUPPLIER", default="", help="With --layout: the supplier of the products."
)
@click.option("--answer", "answers", metavar="KEY=VALUE", multiple=True, help="With --layout: answer a question.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="With --layout --dry-run.")
@click.option("--refused", type=click.Path(dir_okay=False, path_type=Path), help="Write the refused rows to this file.")
def import_(  # noqa: PLR0917 - the command's options
    file: Path,
    dry_run: bool,
    skip_bad: bool,
    correct_addresses: bool,
    supplier: str | None,
    refused: Path | None,
    layout: str | None,
    named: str,
    answers: tuple[str, ...],
    form: str,
) -> None:
    """Import products from FILE (.csv, .jsonl or .xlsx), laid out as `shop catalog export` does or as mapped.

    With --layout the file is one of a shop system, a feed or a wholesaler: what it says clearly is imported, products
    that cannot be public yet as drafts, rows that are asked about or refused are reported and left out.

    Exit status: 0 done, 1 the file or a row of it is refused; then nothing is changed, unless with --skip-bad.
    """
    with plain_faults():
        settings = read_settings()
        chosen = _layout(layout, supplier, named, answers, json_plan=form == "json", dry_run=dry_run)
        if chosen is not None and form == "json":
            click.echo(json.dumps(_plan(settings, file, chosen), ensure_ascii=False, indent=1))
            return
        skip_bad = skip_bad or (chosen is not None and not dry_run)
        how = _How(dry_run, skip_bad, correct_addresses)
        summary = _run(settings, file, chosen or supplier, refused, how)
    counts = ", ".join(f"{summary.counts[outcome]} {outcome}" for outcome in RowOutcome)
    unchanged = summary.refused and not skip_bad
    done = "dry run, nothing changed" if dry_run else "nothing changed" if unchanged else "imported"
    for each in summary.other_addresses:
        click.echo(f"address of {each.brand}: {_one_line(each.known)} → {_one_line(each.given)}", err=not dry_run)
    gone = f", {summary.gone} of the same supplier not in the file, left as they are" if summary.gone else ""
    click.echo(f"{file.name}: {counts}{gone}: {done}")
    if summary.refused and not (skip_bad and not dry_run):
        raise click.exceptions.Exit(_BAD_ROWS)


class _How(Struct, frozen=True):
    """The options of an import."""

    dry_run: bool
    skip_bad: bool
    correct_addresses: bool


class _Layout(Struct, frozen=True):
    """A layout by its name or "auto", the supplier of its products, and answers on its questions by their keys."""

    name: str
    supplier: str
    answers: dict[str, str]


def _layout(
    name: str | None, mapping: str | None, supplier: str, answers: Sequence[str], *, json_plan: bool, dry_run: bool
) -> _Layout | None:
    """The layout of the options. Raises BadParameter for options that do not go together."""
    if name is None:
        if supplier or answers or json_plan:
            raise click.BadParameter("needed by --supplier, --answer and --format json", param_hint="--layout")
        return None
    if mapping is not None:
        raise click.BadParameter("a file is read by a mapping or by a layout", param_hint="--mapping")
    if json_plan and not dry_run:
        raise click.BadParameter("json shows the plan of a --dry-run", param_hint="--format")
    if not supplier.strip() and not json_plan:
        raise click.BadParameter("whose products are these?", param_hint="--supplier")
    pairs = (answer.partition("=") for answer in answers)
    return _Layout(name, " ".join(supplier.split()), {key: value for key, _, value in pairs})


def _plan(settings: Settings, file: Path, layout: _Layout) -> dict[str, Any]:
    """The plan of a file by its layout, which needs no catalogue."""
    names = form_names(load_ruleset(settings.rules_dir).directory)
    with _refusing(file), file.open("rb") as opened:
        return plan_as_json(_read(opened, file, layout, names))


def _read(opened: BinaryIO, file: Path, layout: _Layout, names: FormNames) -> LayoutPlan:
    today = system_clock().date()
    plan = plan_of_file(opened, file.name, names, today, layout=layout.name, answers=layout.answers)
    known = {question.key: question for question in (*plan.questions, *plan.offers)}
    for key, answer in layout.answers.items():
        choices = [choice.key for choice in known[key].choices] if key in known else list(known)
        if key not in known or (choices and answer not in choices):
            raise click.BadParameter(
                f"{key}={answer}: one of {', '.join(filter(None, choices))}", param_hint="--answer"
            )
    return plan


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _run(settings: Settings, file: Path, whose: str | _Layout | None, refused: Path | None, how: _How) -> Summary:
    ruleset = load_ruleset(settings.rules_dir)
    author = Author(who=WHO, how=How.IMPORT)
    with catalogue(settings) as session, _refusing(file), file.open("rb") as opened:
        table: Table
        mapping: Mapping | None
        if isinstance(whose, _Layout):
            names = form_names(ruleset.directory)
            plan = _read(opened, file, whose, names)
            _tell_assumptions(plan)
            table, mapping = (
                LayoutTable(plan, whose.supplier),
                mapping_of_look(look_of(plan), plan.answers, whose.supplier),
            )
        else:
            mapping = _mapping(session, whose)
            table = open_table(opened, file.name, choice_of(mapping))
            for assumption in assumptions(table, mapping):
                click.echo(f"{file.name}: {assumption.en}", err=True)
            names = form_names(ruleset.directory, mapping.answers if mapping else {})
        reader = RowReader(table, names, mapping, owner_settings(session).default_texts)
        run = Import(session, table, reader, ruleset, correct_addresses=how.correct_addresses)
        source = table.source if isinstance(table, LayoutTable) else table
        with refused_file(refused, source.columns) as rows, progress(file.name) as show_progress:
            callbacks = ImportCallbacks(
                _telling(rows, table, in_full=how.dry_run),
                _tell_gone if how.dry_run else lambda _sku: None,
                show_progress,
            )
            if how.dry_run:
                return run.dry_run(author, callbacks)
            summary = run.apply(author, file.name, callbacks, skip_bad=how.skip_bad)
        if summary.batch_id is not None:
            session.commit()
        return summary


def _tell_assumptions(plan: LayoutPlan) -> None:
    """Print what the file was recognised as, and each question with the answer that holds."""
    place = f", sheet {plan.table.sheet!r}" if plan.table.sheet else ""
    click.echo(f"{plan.layout.name}{place}, heading in row {plan.table.heading_row}", err=True)
    for question in (*plan.questions, *plan.offers):
        answer = plan.answers.get(question.key, question.default) or "no answer: left open"
        click.echo(f"{question.about.en} ({question.key}): {answer}; {question.why.en}", err=True)


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


def _telling(rows: RefusedRows | None, table: Table, *, in_full: bool) -> Callable[[PlannedRow], None]:
    """Refused rows go to standard error, and to their file; a dry run prints every row as its result."""

    def tell(planned: PlannedRow) -> None:
        if planned.outcome is RowOutcome.REFUSED:
            for error in planned.row.errors:
                click.echo(_worded(Path("refused"), error), err=True)
            if rows is not None:
                row = planned.row
                if isinstance(table, LayoutTable):
                    row = structs.replace(row, cells=table.source_cells(row.number))
                rows.write(row)
        elif in_full:
            changed = f" ({', '.join(planned.changed)})" if planned.changed else ""
            click.echo(f"{planned.outcome}: row {planned.row.number}: {planned.row.sku}{changed}")
            for notice in planned.notices:
                click.echo(f"    {notice.field}: {notice.text('en')}")

    return tell


def _tell_gone(sku: str) -> None:
    click.echo(f"not in the file: {sku}")
