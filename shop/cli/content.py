"""`shop content`: the register of claims, and what a text may not say in this shop, sentence by sentence."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from recommend.claims.check import check_text
from recommend.claims.compiled import open_copy, save_copy
from recommend.loading import RulesetError
from recommend.text import LANGUAGES, Language
from shop.cli.faults import plain_faults
from shop.cli.loading import CommandsByName
from shop.copy_check.documents import Passage, Place, UnreadableError
from shop.copy_check.opening import files_in, open_document
from shop.copy_check.reports import REPORTS, Report
from shop.settings import read_cache_dir, read_rules_dir, read_settings

_BLOCKED = 1
_WRONG_INPUT = 2


@click.group(
    cls=CommandsByName,
    commands_by_name={"check": "shop.cli.content:check", "claims": "shop.cli.claims:claims"},
)
def content() -> None:
    """Check what the shop's words claim, and search the register of claims."""


@click.command()
@click.argument("files", nargs=-1, metavar="FILE...")
@click.option(
    "--site", is_flag=True, help="Check every public page in both languages and all interface texts, instead of files."
)
@click.option("--column", "columns", multiple=True, metavar="NAME", help="A column of a CSV to check; can be repeated.")
@click.option("--lang", "language", type=click.Choice(LANGUAGES), default="nl", show_default=True)
@click.option("--format", "form", type=click.Choice(list(REPORTS)), default="text", show_default=True)
def check(files: tuple[str, ...], site: bool, columns: tuple[str, ...], language: Language, form: str) -> None:
    """Check every sentence of FILE... (- reads standard input) against the EU list of health claims.

    FILE is a text, Markdown, HTML, .docx, .pdf or .csv (with --column), or a folder: its files of these kinds are read,
    those of its subfolders as well.

    Exit status: 0 nothing blocked, 1 something blocked, 2 wrong use, or a file that could not be read or not as a
    whole; all others are checked.
    """
    if site == bool(files):
        raise click.UsageError("name files, or ask for --site")
    report = REPORTS[form](click.echo)
    rules, cache = read_rules_dir(), read_cache_dir()
    has_copy = open_copy(rules, cache)
    try:
        if site:
            _check_site(report, rules)
        else:
            _check_files(report, files, columns, language, rules)
        if not has_copy:
            save_copy(rules, cache)
    except RulesetError as error:
        raise _Refused(str(error)) from error
    report.close()
    if report.unread:
        raise click.exceptions.Exit(_WRONG_INPUT)
    if report.severities["block"]:
        raise click.exceptions.Exit(_BLOCKED)


def _check_files(report: Report, names: Sequence[str], columns: Sequence[str], language: Language, rules: Path) -> None:
    """Check files and the files of folders; one that cannot be read does not stop the others."""
    for name in _files(report, names):
        shown = click.format_filename(name)
        try:
            document = open_document(name, columns)
            report.open()
            for passage in document.passages:
                _check_passage(report, shown, passage, language, rules)
            for part in document.unread:
                _report_unread(report, name, part)
        except UnreadableError as error:
            _report_unread(report, name, str(error))


def _check_passage(report: Report, name: str, passage: Passage, language: Language, rules: Path) -> None:
    findings = check_text(passage.text, language, rules)
    places = passage.places([finding.start for finding in findings])
    for finding, place in zip(findings, places, strict=True):
        report.add(name, finding, place)


def _files(report: Report, names: Sequence[str]) -> Iterator[str]:
    """Files by name, those in folders included; a file of another kind there is named and passed over."""
    for name in names:
        if not Path(name).is_dir():
            yield name
            continue
        found = 0
        for path, is_readable in files_in(Path(name), lambda path, why: _report_unread(report, str(path), why)):
            if is_readable:
                found += 1
                yield str(path)
            else:
                click.echo(f"{click.format_filename(path)}: skipped, no text, .docx, .pdf or .csv", err=True)
        if not found:
            _report_unread(report, name, "no file that can be read is in this folder")


def _report_unread(report: Report, name: str, why: str) -> None:
    shown = click.format_filename(name)
    report.add_unread(shown, why)
    click.echo(f"Error: {shown}: {why}", err=True)


def _check_site(report: Report, rules: Path) -> None:
    from shop.app import create_app
    from shop.copy_check.crawl import BrokenPageError, public_pages
    from shop.copy_check.messages import answer_messages, check_message, interface_messages
    from shop.web.database import prepare_catalogue
    from shop.web.services import services_of

    with plain_faults():
        settings = read_settings()
        prepare_catalogue(settings)
        app = create_app(settings)
    report.open()
    try:
        for page in public_pages(app):
            _check_passage(report, page.address, Passage(page.html), page.language, rules)
    except BrokenPageError as error:
        raise _Refused(str(error)) from error
    finally:
        services_of(app).dispose()
    for message in (*interface_messages(), *answer_messages()):
        for finding in check_message(message, rules):
            report.add(message.place, finding, Place())


class _Refused(click.ClickException):
    exit_code = _WRONG_INPUT
