"""Report on the real ruleset: it has every property, and each proof states its reach."""

from datetime import date

import pytest
from msgspec import structs

from recommend.knowledge import Note, Ruleset
from recommend.space import ALL_ANSWER_SETS
from recommend.verify import Report, verify
from recommend.verify.design import CAUTIONS, STOPS
from recommend.verify.grounding import old_reviews
from recommend.verify.proof import ANSWER_SETS, PROPERTIES

TODAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def report(ruleset: Ruleset) -> Report:
    return verify(ruleset, TODAY)


def test_every_property_is_proven(report: Report) -> None:
    assert [proof.claim for proof in report.proofs if proof.broken] == []
    assert report.holds
    assert tuple(dict.fromkeys(proof.prop for proof in report.proofs)) == PROPERTIES


def test_a_proof_says_how_many_points_it_looked_at_and_of_how_many(report: Report) -> None:
    assert all(proof.points > 0 for proof in report.proofs)
    ranking = [proof for proof in report.proofs if proof.prop in {"totality", "monotony"}]
    assert {proof.total for proof in ranking if proof.unit == ANSWER_SETS} == {ALL_ANSWER_SETS}


def test_a_stop_is_proven_for_the_answer_sets_in_which_it_is_given_and_no_more(report: Report) -> None:
    of = {proof.claim.partition(" withholds")[0]: proof.total for proof in report.proofs if proof.prop == "safety"}
    assert of["kidney disease"] * 2 == ALL_ANSWER_SETS
    assert of["under 18"] * 4 == ALL_ANSWER_SETS
    assert of["unknown kidneys at 65 or over, or at an unknown age"] * 8 == ALL_ANSWER_SETS * 3
    assert of["less than 50 mg left up to the upper limit"] * 5002 == ALL_ANSWER_SETS * (5001 - 201)


def test_every_stop_and_caution_of_the_design_has_its_proof(report: Report) -> None:
    claims = [proof.claim for proof in report.proofs if proof.prop == "safety"]
    assert len(STOPS) == 17
    for name in STOPS:
        assert f"{name} withholds the advice, whatever else is answered" in claims
    for name in CAUTIONS:
        assert f"{name} brings a caution, whatever else is answered" in claims


def test_what_people_still_have_to_check_is_counted(report: Report, ruleset: Ruleset) -> None:
    records = len(ruleset.rules) + len(ruleset.notes)
    assert report.counts["rules and notes not reviewed by a pharmacist"] == (records, records)
    unverified, citations = report.counts["citations not verified in the source itself"]
    assert 0 < unverified < citations
    assert report.warnings == ()


@pytest.mark.parametrize(
    ("reviewed_on", "warns"),
    [
        (date(2025, 11, 21), True),
        (date(2025, 11, 22), False),
        (date(2025, 12, 1), False),
        (date(2024, 12, 1), True),
        (date(2026, 11, 22), False),
        (date(2026, 11, 23), True),
    ],
)
def test_a_review_of_more_than_a_year_ago_or_of_tomorrow_is_a_warning(
    reviewed_on: date, warns: bool, ruleset: Ruleset
) -> None:
    reviewed: Note = structs.replace(ruleset.notes[0], reviewed_on=reviewed_on, reviewed_by="A. Voorbeeld")
    warnings = list(old_reviews(structs.replace(ruleset, notes=(reviewed,), rules=()), TODAY))
    assert bool(warnings) == warns
    assert all(reviewed.id in warning for warning in warnings)
