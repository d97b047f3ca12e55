"""Faults in the engine: the proofs run the real engine, so they find them with the real rules."""

from typing import Any

import pytest
from msgspec import structs

from recommend.answers import Answers
from recommend.engine import Dose, RankedForm, advise, rank_forms
from recommend.knowledge import Ruleset
from recommend.verify.dose import prove_dose
from recommend.verify.totality import prove_totality
from tests.recommend.verify.rulesets import broken_claims


def test_a_tie_decided_by_chance_is_found(ruleset: Ruleset, monkeypatch: pytest.MonkeyPatch) -> None:
    def swapped(answers: Answers, given: Ruleset) -> tuple[RankedForm, ...]:
        first, second, *others = rank_forms(answers, given)
        return (structs.replace(second, rank=1), structs.replace(first, rank=2), *others)

    monkeypatch.setattr("recommend.verify.totality.rank_forms", swapped)
    claim = "citrate and bisglycinate: the points decide, and the declared order when they are equal"
    assert claim in broken_claims(prove_totality(ruleset))


def test_a_status_that_ignores_the_stop_notes_is_found(ruleset: Ruleset, monkeypatch: pytest.MonkeyPatch) -> None:
    def lax(answers: Answers, given: Ruleset) -> Any:
        return structs.replace(advise(answers, given), status="suggested")

    monkeypatch.setattr("recommend.verify.totality.advise", lax)
    claim = "every answer set has one status: withheld when a stop note fires, suggested otherwise"
    assert claim in broken_claims(prove_totality(ruleset))


def test_a_dose_that_grows_or_stays_with_a_stop_is_found(ruleset: Ruleset, monkeypatch: pytest.MonkeyPatch) -> None:
    def growing(answers: Answers, *_: object, withheld: bool) -> Dose:
        return Dose(None, 250, answers.supplement_mg, min(answers.supplement_mg, 100))

    monkeypatch.setattr("recommend.engine.set_dose", growing)
    broken = broken_claims(prove_dose(ruleset))
    proof = broken["more already taken never raises the suggested dose"]
    assert proof.prop == "monotony"
    assert proof.broken is not None
    assert [answers.supplement_mg for answers in proof.broken.answers] == [0, 1]
    assert "nothing is suggested when the advice is withheld" in broken
