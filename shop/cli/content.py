"""`shop content check`: what a text may not say in this shop, sentence by sentence."""

import json
import sys
from pathlib import Path
from typing import Any

import click

from recommend.claims.checking import check_text
from recommend.claims.findings import Finding
from recommend.consistency import RulesetError
from recommend.text import LANGUAGES, Language

_BLOCKED = 1
_WRONG_INPUT = 2
_STANDARD_INPUT = "-"
_JSON_KEYS = ("text", "start", "end", "verdict", "claims", "severity", "why", "suggestion")


@click.group()
def content() -> None:
    """Check what the shop's words claim."""


@content.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--lang", "language", type=click.Choice(LANGUAGES), default="nl", show_default=True)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def check(files: tuple[str, ...], language: Language, form: str) -> None:
    """Check every sentence of FILE... (- reads standard input) against the EU list of health claims.

    Exit status: 0 nothing blocked, 1 something blocked, 2 wrong use.
    """
    texts = [(name, _read(name)) for name in files]
    try:
        checked = [(name, finding) for name, text in texts for finding in check_text(text, language)]
    except RulesetError as error:
        raise _Refused(str(error)) from error
    if form == "json":
        click.echo(json.dumps([_as_dict(name, finding) for name, finding in checked], ensure_ascii=False, indent=2))
    else:
        _show(checked)
    if any(finding.blocks for _, finding in checked):
        raise click.exceptions.Exit(_BLOCKED)


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
