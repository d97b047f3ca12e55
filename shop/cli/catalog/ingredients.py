"""`shop catalog ingredients`: what ingredient lists say, list by list; it needs no catalogue."""

import json
import sys
from pathlib import Path
from typing import Any

import click

from recommend.loading import RulesetError
from recommend.substances import read_ingredients
from recommend.text import LANGUAGES, Language
from shop.settings import read_rules_dir

_WRONG_INPUT = 2
_STANDARD_INPUT = "-"
_LONGEST_LIST = 20_000  # characters
_KEYS = ("contains", "may_contain", "vegan", "other_actives", "magnesium_forms", "sweeteners")


@click.command()
@click.argument("file")
@click.option("--lang", "language", type=click.Choice(LANGUAGES), default="nl", show_default=True)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def ingredients(file: str, language: Language, form: str) -> None:
    """Read the ingredient lists in FILE (UTF-8, one on each line; - reads standard input).

    For each: allergens it contains and may contain, whether it is vegan, other active substances, forms of magnesium
    and sweeteners.
    """
    lists = _read(file)
    rules = read_rules_dir()
    try:
        found = [_as_dict(text, language, rules) for text in lists]
    except RulesetError as error:
        raise _Refused(str(error)) from error
    if form == "json":
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        for number, one in enumerate(found, start=1):
            _show(number, one)


class _Refused(click.ClickException):
    exit_code = _WRONG_INPUT


def _read(name: str) -> list[str]:
    """Lines of a file. Raises ClickException for a file that cannot be read, is no UTF-8 or has too long a line."""
    try:
        raw = sys.stdin.buffer.read() if name == _STANDARD_INPUT else Path(name).read_bytes()
    except OSError as error:
        raise _Refused(f"{name}: {error.strerror}") from error
    except ValueError as error:
        raise _Refused(f"{name!r}: {error}") from error
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _Refused(f"{name}, line {line}: not UTF-8, byte 0x{raw[error.start]:02x}") from error
    lines = text.removesuffix("\n").split("\n") if text else []
    for number, line in enumerate(lines, start=1):
        if len(line) > _LONGEST_LIST:
            raise _Refused(f"{name}, line {number}: {len(line)} characters, at most {_LONGEST_LIST}")
    return [line.removesuffix("\r") for line in lines]


def _as_dict(text: str, language: Language, rules: Path) -> dict[str, Any]:
    found = read_ingredients(text, language, rules)
    return {"text": text} | {key: getattr(found, key) for key in _KEYS}


def _show(number: int, found: dict[str, Any]) -> None:
    """One list as a line of its text and a line for each thing found."""
    click.echo(f"{number}: {' '.join(found['text'].split())}")
    for key in _KEYS:
        value = found[key]
        click.echo(f"    {key.replace('_', ' ')}: {value if isinstance(value, str) else ', '.join(value) or '-'}")
