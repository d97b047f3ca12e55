"""`shop content check`: what a text may not say in this shop, sentence by sentence."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from recommend.claims.check import check_text
from recommend.claims.findings import Finding
from recommend.loading import RulesetError
from recommend.text import LANGUAGES, Language
from shop.cli.faults import plain_faults
from shop.copy_check.messages import check_message, interface_messages
from shop.settings import read_rules_dir, read_settings

_BLOCKED = 1
_WRONG_INPUT = 2
_STANDARD_INPUT = "-"
_JSON_KEYS = ("text", "start", "end", "verdict", "claims", "severity", "why", "suggestion")


@click.group()
def content() -> None:
    """Check what the shop's words claim."""


@content.command()
@click.argument("files", nargs=-1, metavar="FILE...")
@click.option(
    "--site", is_flag=True, help="Check every public page in both languages and all interface texts, instead of files."
)
@click.option("--lang", "language", type=click.Choice(LANGUAGES), default="nl", show_default=True)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def check(files: tuple[str, ...], site: bool, language: Language, form: str) -> None:
    """Check every sentence of FILE... (- reads standard input) against the EU list of health claims.

    Exit status: 0 nothing blocked, 1 something blocked, 2 wrong use.
    """
    if site == bool(files):
        raise click.UsageError("name files, or ask for --site")
    rules = read_rules_dir()
    try:
        texts = list(_site()) if site else [(name, _read(name), language) for name in files]
        checked = [(name, finding) for name, text, spoken in texts for finding in check_text(text, spoken, rules)]
        if site:
            checked += [
                (message.place, finding)
                for message in interface_messages()
                for finding in check_message(message, rules)
            ]
    except RulesetError as error:
        raise _Refused(str(error)) from error
    if form == "json":
        click.echo(json.dumps([_as_dict(name, finding) for name, finding in checked], ensure_ascii=False, indent=2))
    else:
        _show(checked)
    if any(finding.blocks for _, finding in checked):
        raise click.exceptions.Exit(_BLOCKED)


def _site() -> Iterator[tuple[str, str, Language]]:
    from shop.app import create_app
    from shop.copy_check.crawl import BrokenPageError, public_pages
    from shop.web.database import prepare_catalogue
    from shop.web.services import services_of

    with plain_faults():
        settings = read_settings()
        prepare_catalogue(settings)
        app = create_app(settings)
    try:
        for page in public_pages(app):
            yield page.address, page.html, page.language
    except BrokenPageError as error:
        raise _Refused(str(error)) from error
    finally:
        services_of(app).databases.dispose()


class _Refused(click.ClickException):
    exit_code = _WRONG_INPUT


def _read(name: str) -> str:
    """The text of a file; bytes that are no UTF-8 are read as U+FFFD, so that any file can be checked."""
    try:
        raw = sys.stdin.buffer.read() if name == _STANDARD_INPUT else Path(name).read_bytes()
    except OSError as error:
        raise _Refused(f"{name}: {error.strerror}") from error
    return raw.decode("utf-8", errors="replace")


def _as_dict(name: str, finding: Finding) -> dict[str, Any]:
    return {"file": name} | {key: getattr(finding, key) for key in _JSON_KEYS}


def _show(checked: list[tuple[str, Finding]]) -> None:
    """The findings that ask for something, and how many sentences there were."""
    for name, finding in checked:
        if finding.severity == "ok":
            continue
        text = " ".join(finding.text.split())
        claims = f" ({', '.join(finding.claims)})" if finding.claims else ""
        click.echo(f"{name}:{finding.start}-{finding.end}: {finding.severity}: {finding.verdict}{claims}: {text}")
        click.echo(f"    {finding.why}")
        if finding.suggestion:
            click.echo(f"    → {finding.suggestion}")
    severities = [finding.severity for _, finding in checked]
    click.echo(f"{len(checked)} checked, {severities.count('block')} blocked, {severities.count('warn')} to look at")
