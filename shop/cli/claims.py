"""`shop content claims`: what the register of claims says of a substance; it needs no catalogue."""

import json
from decimal import Decimal
from typing import Any

import click

from recommend.claims.register import NotAuthorised, RegisteredClaim, SubstanceClaims, load_register
from recommend.claims.register_words import (
    LEGEND,
    NO_CLAIM,
    REFUSALS,
    STATUSES,
    condition_words,
    dutch_with_sign,
    effect_with_sign,
    english_with_sign,
    mark_words,
    permission_words,
    reference_words,
)
from recommend.loading import RulesetError
from recommend.substances import MICROGRAMS
from recommend.text import LANGUAGES, Language, Text
from shop.settings import read_rules_dir

_WRONG_INPUT = 2

_UNKNOWN = Text("onbekende stof: {name}", "unknown substance: {name}")
_NEAREST = Text("; bedoelt u: {names}", "; did you mean: {names}")


@click.command()
@click.argument("substance")
@click.option("--lang", "language", type=click.Choice(LANGUAGES), default="nl", show_default=True)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def claims(substance: str, language: Language, form: str) -> None:
    """Search the register for SUBSTANCE, by id or by any name on labels.

    Shows which claims are authorised, in which words and from which amount a day, and what was refused or is on hold.
    Exit status: 0 found, 2 an unknown substance or wrong use.
    """
    try:
        register = load_register(read_rules_dir())
    except RulesetError as error:
        raise _Refused(str(error)) from error
    found = register.find(substance)
    if not found:
        names = "; ".join(register.nearest(substance, language))
        hint = _NEAREST.in_language(language).format(names=names) if names else ""
        raise _Refused(_UNKNOWN.in_language(language).format(name=substance) + hint)
    if form == "json":
        click.echo(json.dumps([_as_dict(entry, language) for entry in found], ensure_ascii=False, indent=2))
        return
    for entry in found:
        _show(entry, language)
    click.echo(LEGEND.in_language(language))


class _Refused(click.ClickException):
    exit_code = _WRONG_INPUT


def _show(entry: SubstanceClaims, language: Language) -> None:
    click.echo(f"{entry.name.in_language(language)} ({entry.id})")
    if not entry.usable:
        click.echo(f"  {NO_CLAIM.in_language(language)}")
    for claim in entry.claims:
        record = claim.record
        wordings = [english_with_sign(claim)]
        if language == "nl" and (dutch := dutch_with_sign(claim)):
            wordings.insert(0, dutch)
        click.echo(f"  {claim.id}: {STATUSES[record.status].in_language(language)}, art. {record.article}")
        for wording in wordings:
            click.echo(f"    “{wording}”")
        click.echo(f"    {condition_words(claim, entry, language)}")
        if record.note:
            click.echo(f"    {record.note.in_language(language)}")
        references = reference_words(record.opinions)
        click.echo(f"    {mark_words(claim, language)}{'; ' + references if references else ''}")
    for one in entry.not_authorised:
        status = REFUSALS[one.status].in_language(language)
        references = reference_words((one.opinion,) if one.opinion else (), one.ids)
        click.echo(f"  {status}: {effect_with_sign(one, language)}: {permission_words(one, language)}")
        if references:
            click.echo(f"    {references}")


def _as_dict(entry: SubstanceClaims, language: Language) -> dict[str, Any]:
    return {
        "substance": entry.id,
        "name": entry.name.in_language(language),
        "claims": [_claim_as_dict(claim, entry, language) for claim in entry.claims],
        "not_authorised": [_effect_as_dict(one, language) for one in entry.not_authorised],
    }


def _claim_as_dict(claim: RegisteredClaim, entry: SubstanceClaims, language: Language) -> dict[str, Any]:
    record = claim.record
    unit = entry.substance.unit if entry.substance and claim.needed_ug is not None else None
    needed = float(claim.needed_ug / Decimal(MICROGRAMS[unit])) if unit and claim.needed_ug is not None else None
    return {
        "id": claim.id,
        "status": record.status,
        "article": record.article,
        "en": record.en,
        "en_mark": record.en_mark,
        "nl": record.nl,
        "nl_mark": record.nl_mark if record.nl else None,
        "nl_official": False,
        "condition": condition_words(claim, entry, language),
        "needed_per_day": needed,
        "unit": unit,
        "opinions": list(record.opinions),
        "note": record.note.in_language(language) if record.note else None,
    }


def _effect_as_dict(one: NotAuthorised, language: Language) -> dict[str, Any]:
    return {
        "status": one.status,
        "effect": one.effect(language),
        "area": one.area,
        "may": permission_words(one, language),
        "opinion": one.opinion,
        "ids": list(one.ids),
        "mark": one.mark,
    }
