"""Faults in the engine: the proofs run the real engine, so they find them with the real rules."""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from msgspec import structs

from recommend.answers import Answers
from recommend.engine import Advice, Dose, RankedForm, advise, rank_forms, set_dose
from recommend.knowledge import Ruleset
from recommend.schedule import DayPlan, plan_day
from recommend.text import Language
from recommend.verify.dose import prove_dose
from recommend.verify.safety import prove_safety
from recommend.verify.schedule import prove_schedule
from recommend.verify.totality import prove_totality
from tests.recommend.verify.rulesets import broken_claims

pytestmark = pytest.mark.exhaustive


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
        return Dose(None, 250, answers.counted_supplement_mg, min(answers.counted_supplement_mg, 100))

    monkeypatch.setattr("recommend.engine.set_dose", growing)
    broken = broken_claims(prove_dose(ruleset))
    proof = broken["more already taken never raises the suggested dose"]
    assert proof.prop == "monotony"
    assert proof.broken is not None
    assert [answers.supplement_mg for answers in proof.broken.answers] == [0, 1]
    assert "nothing is suggested when the advice is withheld" in broken


@pytest.mark.parametrize("taken", [51, 52])
def test_a_dose_that_rises_at_any_one_milligram_is_found(
    taken: int, ruleset: Ruleset, monkeypatch: pytest.MonkeyPatch
) -> None:
    def jumping(answers: Answers, given: Ruleset, *, withheld: bool) -> Dose:
        dose = set_dose(answers, given, withheld=withheld)
        return structs.replace(dose, suggested_mg=dose.suggested_mg + 2 * (answers.supplement_mg == taken))

    monkeypatch.setattr("recommend.engine.set_dose", jumping)
    claim = "more already taken never raises the suggested dose"
    proof = next(proof for proof in prove_dose(ruleset) if proof.claim == claim)
    assert proof.broken is not None
    assert proof.broken.why == f"the suggestion goes from {251 - taken} to {252 - taken} mg"
    assert [answers.supplement_mg for answers in proof.broken.answers] == [taken - 1, taken]


ABOVE = "suggested and already taken together are at most 250 mg, for every amount taken"
WITHHELD = "nothing is suggested when the advice is withheld"
OTHER = "at most 200 mg is suggested, and no less than fits when nothing withholds"
REFERENCE = "the reference intake is 300 mg (female), 350 mg (male) or not given"


class Fault(NamedTuple):
    """A dose other than the right one, the claim it breaks, what the proof says of it, and the amount taken then."""

    dose: Callable[[Dose, bool], Dose]
    claim: str
    why: str
    taken: int


def suggests(dose: Dose, milligrams: int) -> Dose:
    return structs.replace(dose, suggested_mg=milligrams)


FAULTS = {
    "nothing is taken off": Fault(
        lambda dose, withheld: suggests(dose, 0 if withheld else 200), ABOVE, "200 mg is suggested on top of 51 mg", 51
    ),
    "a milligram too much on top of what is taken": Fault(
        lambda dose, withheld: suggests(dose, dose.suggested_mg + (dose.already_taken_mg == 60 and not withheld)),
        ABOVE,
        "191 mg is suggested on top of 60 mg",
        60,
    ),
    "too much for men alone": Fault(
        lambda dose, _: suggests(dose, dose.suggested_mg + 5 * (dose.reference_intake_mg == 350)),
        ABOVE,
        "205 mg is suggested on top of 46 mg",
        46,
    ),
    "less than nothing": Fault(
        lambda dose, _: suggests(dose, -1 if dose.already_taken_mg == 250 else dose.suggested_mg),
        ABOVE,
        "-1 mg is suggested on top of 250 mg",
        250,
    ),
    "another amount taken": Fault(
        lambda dose, _: structs.replace(dose, already_taken_mg=dose.already_taken_mg + 1),
        ABOVE,
        "the dose says 1 mg taken of at most 250 mg",
        0,
    ),
    "another amount taken, by somebody who takes some": Fault(
        lambda dose, _: structs.replace(dose, already_taken_mg=min(dose.already_taken_mg, 6)),
        ABOVE,
        "the dose says 6 mg taken of at most 250 mg",
        7,
    ),
    "a higher upper limit": Fault(
        lambda dose, _: structs.replace(dose, upper_limit_mg=251),
        ABOVE,
        "the dose says 0 mg taken of at most 251 mg",
        0,
    ),
    "a milligram although withheld": Fault(
        lambda dose, withheld: suggests(dose, 1 if withheld else dose.suggested_mg),
        WITHHELD,
        "withheld, yet 1 mg is suggested",
        201,
    ),
    "less than nothing when withheld": Fault(
        lambda dose, withheld: suggests(dose, -1 if withheld else dose.suggested_mg),
        WITHHELD,
        "withheld, yet -1 mg is suggested",
        201,
    ),
    "a milligram more than the own limit": Fault(
        lambda dose, _: suggests(dose, dose.suggested_mg + (dose.suggested_mg == 200)),
        OTHER,
        "201 mg is suggested, not 200",
        0,
    ),
    "a milligram less than fits": Fault(
        lambda dose, _: suggests(dose, max(0, dose.suggested_mg - (dose.already_taken_mg == 51))),
        OTHER,
        "198 mg is suggested, not 199",
        51,
    ),
    "a milligram where none fits": Fault(
        lambda dose, _: suggests(dose, dose.suggested_mg + (dose.already_taken_mg == 250)),
        OTHER,
        "1 mg is suggested, not 0",
        250,
    ),
    "a reference intake for everybody": Fault(
        lambda dose, _: structs.replace(dose, reference_intake_mg=dose.reference_intake_mg or 300),
        REFERENCE,
        "the reference intake is 300 mg, not None",
        0,
    ),
    "another reference intake for men": Fault(
        lambda dose, _: structs.replace(dose, reference_intake_mg=dose.reference_intake_mg and 300),
        REFERENCE,
        "the reference intake is 300 mg, not 350",
        0,
    ),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_dose_other_than_the_right_one_is_found_at_the_smallest_amount_that_shows_it(
    fault: Fault, ruleset: Ruleset, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(answers: Answers, given: Ruleset, *, withheld: bool) -> Dose:
        return fault.dose(set_dose(answers, given, withheld=withheld), withheld)

    monkeypatch.setattr("recommend.engine.set_dose", wrong)
    proof = next(proof for proof in prove_dose(ruleset) if proof.claim == fault.claim)
    assert proof.prop == "dose"
    broken = proof.broken
    assert broken is not None
    assert (broken.why, [answers.supplement_mg for answers in broken.answers]) == (fault.why, [fault.taken])


def test_a_lower_upper_limit_than_the_law_allows_is_no_fault(ruleset: Ruleset, monkeypatch: pytest.MonkeyPatch) -> None:
    def careful(answers: Answers, given: Ruleset, *, withheld: bool) -> Dose:
        return structs.replace(set_dose(answers, given, withheld=withheld), upper_limit_mg=249)

    monkeypatch.setattr("recommend.engine.set_dose", careful)
    proof = next(prove_dose(ruleset))
    assert (proof.claim, proof.broken) == (ABOVE, None)


@pytest.mark.parametrize(
    ("check", "claim", "medicines"),
    [
        (
            "_fits",
            "a plan keeps the widest hours between magnesium and every dose, the next day's included",
            ("tetracycline_quinolone",),
        ),
        (
            "_keep_apart",
            "a plan puts fasting medicines before the first meal, and keeps medicines apart",
            ("tetracycline_quinolone", "bisphosphonate"),
        ),
    ],
)
def test_a_plan_that_skips_a_check_is_found(
    check: str, claim: str, medicines: tuple[str, ...], ruleset: Ruleset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"recommend.schedule.{check}", lambda *_: True)
    broken = broken_claims(prove_schedule(ruleset))[claim].broken
    assert broken is not None
    assert [answers.medicines for answers in broken.answers] == [medicines]


def test_magnesium_without_a_meal_is_found(ruleset: Ruleset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recommend.schedule._meal_that_fits", lambda *_: ruleset.schedule.moments[-1])
    claim = "a plan has every medicine as often as it may be taken in a day, and magnesium once, with a meal"
    broken = broken_claims(prove_schedule(ruleset))[claim].broken
    assert broken is not None
    assert broken.why == "magnesium is taken without a meal"


def test_a_plan_that_does_not_say_its_moments_is_found(ruleset: Ruleset, monkeypatch: pytest.MonkeyPatch) -> None:
    def vague(self: DayPlan, language: Language) -> str:
        return "Vraag je apotheker." if language == "nl" else "Ask your pharmacist."

    monkeypatch.setattr("recommend.schedule.DayPlan.summary", vague)
    claim = "a plan says in both languages what to take when, or that the pharmacist decides"
    broken = broken_claims(prove_schedule(ruleset))[claim].broken
    assert broken is not None
    assert "does not say" in broken.why


def test_a_plan_beside_a_stop_is_found(ruleset: Ruleset, monkeypatch: pytest.MonkeyPatch) -> None:
    def lax(self: Advice) -> DayPlan | None:
        return plan_day(self.notes, self.ruleset)

    monkeypatch.setattr("recommend.engine.Advice.schedule", property(lax))
    assert "a plan exists exactly for a suggestion beside a medicine with hours" in broken_claims(
        prove_schedule(ruleset)
    )


def test_notes_for_everybody_above_a_note_on_an_answer_are_found(
    ruleset: Ruleset, monkeypatch: pytest.MonkeyPatch
) -> None:
    def general_first(answers: Answers, given: Ruleset) -> Advice:
        advice = advise(answers, given)
        return structs.replace(advice, notes=tuple(reversed(advice.notes)))

    monkeypatch.setattr("recommend.verify.safety.advise", general_first)
    assert "a note on an answer comes before the notes for everybody" in broken_claims(prove_safety(ruleset))
