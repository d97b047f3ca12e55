"""Advice as JSON: exactly the keys of the design, in the requested language, identical every time."""

import json
import re
from typing import Any

from hypothesis import given

from recommend.answers import parse_answers
from recommend.engine import advise
from recommend.knowledge import Ruleset
from recommend.loading import DATA, load_ruleset
from recommend.presentation import advice_as_dict
from tests.recommend.shoppers import HEALTHY, MANY, ONE, anybody, beside, shopper

KEYS = {
    "advice": {"status", "forms", "other_forms", "notes", "dose", "schedule", "ruleset"},
    "form": {"form", "rank", "suitable", "certainty", "reasons"},
    "other form": {"form", "suitable", "certainty", "reasons"},
    "reason": {"rule", "text", "citations"},
    "note": {"id", "severity", "personal", "text", "citations"},
    "dose": {"reference_intake_mg", "upper_limit_mg", "already_taken_mg", "suggested_mg"},
    "schedule": {"possible", "text", "moments", "hours"},
    "moment": {"moment", "name", "at", "take"},
    "hours": {"medicine", "name", "before_h", "after_h"},
    "ruleset": {"version", "sha256"},
    "citation": {"source", "title", "place", "url", "verified", "computed"},
}
EVERYTHING_TICKED = {**HEALTHY, **{key: list(values) for key, values in MANY.items()}}


def in_both_languages(answers: dict[str, Any], ruleset: Ruleset) -> tuple[dict[str, Any], dict[str, Any]]:
    advice = advise(beside(answers, {}), ruleset, dict.fromkeys(ruleset.forms, 30))
    return advice_as_dict(advice, "nl"), advice_as_dict(advice, "en")


def judged(advice: dict[str, Any]) -> list[dict[str, Any]]:
    return [*advice["forms"], *advice["other_forms"]]


def texts(advice: dict[str, Any]) -> list[str]:
    reasons = [reason["text"] for form in judged(advice) for reason in form["reasons"]]
    plans = [advice["schedule"]["text"]] if advice["schedule"] else []
    return reasons + [note["text"] for note in advice["notes"]] + plans


def citations(advice: dict[str, Any]) -> list[dict[str, Any]]:
    reasons = [reason for form in judged(advice) for reason in form["reasons"]]
    return [citation for record in [*reasons, *advice["notes"]] for citation in record["citations"]]


@given(answers=anybody())
def test_every_object_has_exactly_the_keys_of_the_contract(answers: dict[str, Any], ruleset: Ruleset) -> None:
    for advice in in_both_languages(answers, ruleset):
        assert advice.keys() == KEYS["advice"]
        assert advice["dose"].keys() == KEYS["dose"]
        assert advice["ruleset"].keys() == KEYS["ruleset"]
        for schedule in filter(None, [advice["schedule"]]):
            assert schedule.keys() == KEYS["schedule"]
            assert all(moment.keys() == KEYS["moment"] for moment in schedule["moments"])
            assert all(hours.keys() == KEYS["hours"] for hours in schedule["hours"])
        assert all(form.keys() == KEYS["form"] for form in advice["forms"])
        assert all(form.keys() == KEYS["other form"] for form in advice["other_forms"])
        for form in judged(advice):
            assert all(reason.keys() == KEYS["reason"] for reason in form["reasons"])
        assert all(note.keys() == KEYS["note"] for note in advice["notes"])
        assert all(citation.keys() == KEYS["citation"] for citation in citations(advice))


@given(answers=anybody())
def test_values_are_of_the_kinds_of_the_contract(answers: dict[str, Any], ruleset: Ruleset) -> None:
    advice, _ = in_both_languages(answers, ruleset)
    assert advice["status"] in {"suggested", "withheld"}
    assert [type(advice["dose"][key]) for key in ("upper_limit_mg", "already_taken_mg", "suggested_mg")] == [int] * 3
    assert advice["dose"]["reference_intake_mg"] in {300, 350, None}
    assert all(form["certainty"] in {"strong", "moderate", "weak", "none"} for form in advice["forms"])
    assert all(type(form["suitable"]) is bool for form in advice["forms"])
    assert all(note["severity"] in {"info", "caution", "stop"} for note in advice["notes"])
    assert all(type(citation["verified"]) is bool for citation in citations(advice))
    computed = [citation for citation in citations(advice) if citation["computed"]]
    assert {citation["source"] for citation in computed} <= {"atomic-weights"}
    assert not any(citation["verified"] for citation in computed)
    assert all(citation["url"].startswith("https://") for citation in citations(advice))


@given(answers=anybody())
def test_the_advice_survives_json_unchanged(answers: dict[str, Any], ruleset: Ruleset) -> None:
    for advice in in_both_languages(answers, ruleset):
        assert json.loads(json.dumps(advice)) == advice


@given(answers=anybody())
def test_every_reason_and_note_has_a_source(answers: dict[str, Any], ruleset: Ruleset) -> None:
    advice, _ = in_both_languages(answers, ruleset)
    records = [*advice["notes"], *(reason for form in judged(advice) for reason in form["reasons"])]
    assert all(record["citations"] for record in records)


@given(answers=anybody())
def test_texts_follow_the_language_and_nothing_else_does(answers: dict[str, Any], ruleset: Ruleset) -> None:
    dutch, english = in_both_languages(answers, ruleset)
    for nl, en in zip(texts(dutch), texts(english), strict=True):
        assert nl != en
    for advice in (dutch, english):
        for record in [*advice["notes"], *(reason for form in judged(advice) for reason in form["reasons"])]:
            record["text"] = ""
        for citation in citations(advice):
            citation["place"] = citation["title"] = ""  # laws have a title in each language
        for schedule in filter(None, [advice["schedule"]]):
            schedule["text"] = ""
            for named in [*schedule["moments"], *schedule["hours"]]:
                named["name"] = ""
    assert dutch == english


def test_the_place_in_a_source_follows_the_language_too(ruleset: Ruleset) -> None:
    advice = advise(shopper(), ruleset)
    cited = [rule.citations for form in advice.forms for rule in form.reasons]
    cited += [note.citations for note in advice.notes]
    places = [citation.place for record in cited for citation in record]
    assert [citation["place"] for citation in citations(advice_as_dict(advice, "nl"))] == [text.nl for text in places]
    assert [citation["place"] for citation in citations(advice_as_dict(advice, "en"))] == [text.en for text in places]


def test_no_dutch_word_slips_into_the_english_advice_or_the_other_way_round(ruleset: Ruleset) -> None:
    for stomach in ONE["stomach"]:
        dutch, english = in_both_languages({**EVERYTHING_TICKED, "stomach": stomach}, ruleset)
        assert not [text for text in texts(english) if re.search(r"\b(je|het|een|niet|wordt|voor|zijn)\b", text)]
        assert not [text for text in texts(dutch) if re.search(r"\b(the|your|you|which|not|with|and)\b", text)]


def test_the_ruleset_is_named_by_version_and_by_its_sha256(ruleset: Ruleset) -> None:
    named, _ = in_both_languages(dict(HEALTHY), ruleset)
    assert named["ruleset"]["version"] == ruleset.manifest.version
    assert re.fullmatch(r"[0-9a-f]{64}", named["ruleset"]["sha256"])


@given(answers=anybody())
def test_the_same_answers_get_the_same_advice(answers: dict[str, Any], ruleset: Ruleset) -> None:
    assert in_both_languages(answers, ruleset) == in_both_languages(answers, ruleset)


@given(answers=anybody())
def test_the_order_and_doubles_of_what_is_ticked_make_no_difference(answers: dict[str, Any], ruleset: Ruleset) -> None:
    twice_and_backwards = {key: [*answers[key], *answers[key]][::-1] for key in MANY}
    assert parse_answers({**answers, **twice_and_backwards}) == parse_answers(answers)


def test_a_ruleset_that_is_read_anew_gives_the_same_advice(ruleset: Ruleset) -> None:
    again = load_ruleset.__wrapped__(DATA)
    assert again is not ruleset
    for answers in (shopper(), shopper(**{key: EVERYTHING_TICKED[key] for key in MANY})):
        assert advice_as_dict(advise(answers, again), "nl") == advice_as_dict(advise(answers, ruleset), "nl")
