"""Forms, rules and notes as data: nothing left out, nothing in another language."""

from decimal import Decimal

import msgspec
import pytest
from flask.testing import FlaskClient

from recommend.conditions import read_condition
from recommend.knowledge import Ruleset
from recommend.text import LANGUAGES, Language
from shop.api.schemas import Forms


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_form_is_there_with_its_names_in_that_language(
    language: Language, client: FlaskClient, ruleset: Ruleset
) -> None:
    answer = client.get(f"/api/v1/forms?lang={language}")
    shown = msgspec.json.decode(answer.data, type=Forms)
    assert [form.id for form in shown.forms] == list(ruleset.forms)
    assert [form.name for form in shown.forms] == [form.name.in_language(language) for form in ruleset.forms.values()]
    assert (shown.ruleset.version, shown.ruleset.sha256) == (ruleset.manifest.version, ruleset.sha256)


def test_a_form_says_whether_it_is_permitted_and_how_much_magnesium_it_holds(client: FlaskClient) -> None:
    forms = {form.id: form for form in msgspec.json.decode(client.get("/api/v1/forms").data, type=Forms).forms}
    assert not forms["orotate"].permitted
    assert forms["orotate"].annex_ii is None
    assert forms["oxide"].permitted
    assert forms["oxide"].annex_ii
    assert [salt.elemental_percent for salt in forms["oxide"].salts] == ["60.3"]
    assert all(0 < Decimal(salt.elemental_percent) < 100 for form in forms.values() for salt in form.salts)
    assert [form.id for form in forms.values() if form.ranked] == [
        "citrate",
        "bisglycinate",
        "glycinate",
        "oxide",
        "taurate",
    ]


def test_glycinate_shares_the_facts_of_bisglycinate(client: FlaskClient) -> None:
    forms = {form.id: form for form in msgspec.json.decode(client.get("/api/v1/forms").data, type=Forms).forms}
    assert forms["glycinate"].same_as == "bisglycinate"
    assert forms["glycinate"].salts == forms["bisglycinate"].salts
    assert forms["glycinate"].annex_ii == forms["bisglycinate"].annex_ii


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rule_is_there_with_a_condition_that_reads_back(
    language: Language, client: FlaskClient, ruleset: Ruleset
) -> None:
    shown = client.get(f"/api/v1/rules?lang={language}").json
    assert shown
    assert [rule["id"] for rule in shown["rules"]] == [rule.id for rule in ruleset.rules]
    for data, rule in zip(shown["rules"], ruleset.rules, strict=True):
        assert read_condition(data["when"]) == rule.when
        assert (data["points"], data["certainty"], data["forms"]) == (rule.points, rule.certainty, list(rule.forms))
        assert data["advise_against"] == rule.advise_against
        assert data["text"] == rule.reason.in_language(language)
        assert len(data["citations"]) == len(rule.citations)
    assert shown["ruleset"] == {"version": ruleset.manifest.version, "sha256": ruleset.sha256}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_note_is_there_with_its_condition_or_none(
    language: Language, client: FlaskClient, ruleset: Ruleset
) -> None:
    shown = client.get(f"/api/v1/rules?lang={language}").json
    assert shown
    assert [note["id"] for note in shown["notes"]] == [note.id for note in ruleset.notes]
    for data, note in zip(shown["notes"], ruleset.notes, strict=True):
        assert (data["when"] and read_condition(data["when"])) == note.when
        assert (data["severity"], data["emergency"]) == (note.severity, note.emergency)
        assert data["text"] == note.text.in_language(language)
        assert {citation["source"] for citation in data["citations"]} <= ruleset.sources.keys()


def test_nobody_has_reviewed_anything_yet_and_the_data_say_so(client: FlaskClient) -> None:
    shown = client.get("/api/v1/rules").json
    assert shown
    assert {(record["reviewed_on"], record["reviewed_by"]) for record in shown["rules"] + shown["notes"]} == {
        (None, None)
    }


def test_the_same_rules_are_the_same_bytes(client: FlaskClient) -> None:
    for name in ("forms", "rules"):
        assert client.get(f"/api/v1/{name}").data == client.get(f"/api/v1/{name}").data
