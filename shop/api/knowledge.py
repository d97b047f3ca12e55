"""`GET /forms` and `GET /rules`: what the shop knows, as data, so that anybody can check an advice."""

from collections.abc import Iterable

from flask import Response
from msgspec import convert

from catalog.advice.suggest import decimal_string
from recommend import knowledge
from recommend.chemistry import half_up
from recommend.knowledge import Ruleset
from recommend.presentation import citations_as_list
from recommend.text import Language
from shop.api.endpoint import ACCEPT_LANGUAGE, LANG, WRONG_LANG, Endpoint, asked_language, json_reply
from shop.api.schemas import Citation, Form, Forms, Note, Rule, Rules, RulesetId, Salt, When
from shop.web.database import get_ruleset


def forms() -> Response:
    """Every form of magnesium that a label can name."""
    ruleset, language = get_ruleset(), asked_language()
    shown = [_form(form, ruleset, language) for form in ruleset.forms.values()]
    return json_reply(Forms(forms=shown, ruleset=_identify(ruleset)))


def rules() -> Response:
    """Every rule and safety note, with its condition, its sources and who reviewed it."""
    ruleset, language = get_ruleset(), asked_language()
    return json_reply(
        Rules(
            rules=[_rule(rule, ruleset, language) for rule in ruleset.rules],
            notes=[_note(note, ruleset, language) for note in ruleset.notes],
            ruleset=_identify(ruleset),
        )
    )


FORMS = Endpoint(path="/forms", view=forms, answer=Forms, errors=WRONG_LANG, parameters=(LANG, ACCEPT_LANGUAGE))
RULES = Endpoint(path="/rules", view=rules, answer=Rules, errors=WRONG_LANG, parameters=(LANG, ACCEPT_LANGUAGE))


def _identify(ruleset: Ruleset) -> RulesetId:
    return RulesetId(version=ruleset.manifest.version, sha256=ruleset.sha256)


def _form(form: knowledge.Form, ruleset: Ruleset, language: Language) -> Form:
    record = ruleset.forms[form.record]
    return Form(
        id=form.id,
        name=form.name.in_language(language),
        short_name=form.short_name.in_language(language),
        synonyms=list(form.synonyms.in_language(language)),
        about=form.about.in_language(language),
        annex_ii=record.annex_ii.in_language(language) if record.annex_ii else None,
        permitted=record.annex_ii is not None,
        same_as=form.same_as,
        ranked=form in ruleset.ranked,
        salts=[_salt(salt, language) for salt in record.salts],
        citations=_citations(form.citations, ruleset, language),
    )


def _salt(salt: knowledge.Salt, language: Language) -> Salt:
    return Salt(
        id=salt.id,
        formula=salt.formula,
        name=salt.name.in_language(language),
        elemental_percent=decimal_string(half_up(salt.magnesium_fraction * 100 * 100), 2),
    )


def _rule(rule: knowledge.Rule, ruleset: Ruleset, language: Language) -> Rule:
    return Rule(
        id=rule.id,
        label=rule.label.in_language(language),
        when=When(rule.when),
        forms=list(rule.forms),
        points=rule.points,
        advise_against=rule.advise_against,
        certainty=rule.certainty,
        text=rule.reason.in_language(language),
        citations=_citations(rule.citations, ruleset, language),
        reviewed_on=rule.reviewed_on,
        reviewed_by=rule.reviewed_by,
    )


def _note(note: knowledge.Note, ruleset: Ruleset, language: Language) -> Note:
    return Note(
        id=note.id,
        severity=note.severity,
        emergency=note.emergency,
        label=note.label.in_language(language),
        when=When(note.when) if note.when else None,
        always=note.always,
        forms=list(note.forms),
        text=note.text.in_language(language),
        citations=_citations(note.citations, ruleset, language),
        reviewed_on=note.reviewed_on,
        reviewed_by=note.reviewed_by,
    )


def _citations(citations: Iterable[knowledge.Citation], ruleset: Ruleset, language: Language) -> list[Citation]:
    return convert(citations_as_list(citations, ruleset, language), list[Citation])
