"""`shop rules diff`: what a change of rules would change for shoppers."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from msgspec import to_builtins

from recommend.knowledge import Ruleset
from recommend.loading import RulesetError, load_logic, load_ruleset
from recommend.space import ALL_ANSWER_SETS, TooLargeError, answers_as_dict
from recommend.verify.diff import Change, Diff, compare

DIRECTORY = click.Path(exists=True, file_okay=False, path_type=Path)
PARTS = ("status", "first_form", "notes", "dose")


@click.group()
def rules() -> None:
    """Look at the rules."""


@rules.command()
@click.argument("old_dir", type=DIRECTORY)
@click.argument("new_dir", type=DIRECTORY)
@click.option("--json", "as_document", is_flag=True, help="Print JSON instead of text.")
def diff(old_dir: Path, new_dir: Path, as_document: bool) -> None:
    """Compare two rulesets over all possible answers: status, first form, notes and dose.

    The old one may be of an earlier version of the program.
    """
    old, new = _load_old(old_dir), _load(new_dir)
    try:
        found = compare(old, new)
    except TooLargeError as error:
        raise click.ClickException(f"cannot be counted: {error}") from error
    if as_document:
        click.echo(json.dumps(_document(old, new, found), ensure_ascii=False, indent=2))
    else:
        for line in _lines(old, new, found):
            click.echo(line)


def _load(directory: Path) -> Ruleset:
    try:
        return load_ruleset(directory.absolute())
    except RulesetError as error:
        raise click.ClickException(f"{directory}: {error}") from error


def _load_old(directory: Path) -> Ruleset:
    """A ruleset of this version, or the logic of an earlier one; what does not load here is said on standard error."""
    try:
        return load_ruleset(directory.absolute())
    except RulesetError as error:
        try:
            old = load_logic(directory.absolute())
        except RulesetError:
            raise click.ClickException(f"{directory}: {error}") from error
        click.echo(f"{directory}: {error}", err=True)
        click.echo("So its rules, notes, forms and limits are compared, without its questions and texts.", err=True)
        return old


def _document(old: Ruleset, new: Ruleset, found: Diff) -> dict[str, Any]:
    return {
        "old": _identity(old),
        "new": _identity(new),
        "answer_sets": ALL_ANSWER_SETS,
        "changes": {part: _change(getattr(found, part)) for part in PARTS},
    }


def _identity(ruleset: Ruleset) -> dict[str, str]:
    return {"version": ruleset.manifest.version, "sha256": ruleset.sha256}


def _change(change: Change) -> dict[str, Any]:
    return {
        "answer_sets": change.answer_sets,
        "examples": [
            {
                "answers": answers_as_dict(example.answers),
                "old": to_builtins(example.old),
                "new": to_builtins(example.new),
            }
            for example in change.examples
        ],
    }


def _lines(old: Ruleset, new: Ruleset, found: Diff) -> Iterator[str]:
    yield f"from {old.manifest.version} ({old.sha256[:12]}) to {new.manifest.version} ({new.sha256[:12]})"
    for part in PARTS:
        change = _change(getattr(found, part))
        name = part.replace("_", " ")
        yield f"{name}: {change['answer_sets']:,} of {ALL_ANSWER_SETS:,} answer sets change"
        for example in change["examples"]:
            yield f"  {json.dumps(example['answers'])}"
            yield f"    {_difference(example['old'], example['new'])}"


def _difference(old: Any, new: Any) -> str:
    """The two outcomes; of outcomes with several parts only the parts that differ."""
    if not isinstance(old, dict):
        return f"{old} -> {new}"
    keys = [key for key in old | new if old.get(key) != new.get(key)]
    return ", ".join(f"{key}: {old.get(key, 'not shown')} -> {new.get(key, 'not shown')}" for key in keys)
