"""Unsafe rulesets: a missing or narrowed stop breaks a claim, with answers that show it."""

from pathlib import Path
from typing import Any, NamedTuple

import pytest
from msgspec import structs

from recommend.answers import Answers
from recommend.conditions import Atom, Condition
from recommend.engine import Dose, advise, safety_notes
from recommend.knowledge import Note, Ruleset
from recommend.space import NEUTRAL, Cone
from recommend.verify.design import CAUTIONS, STOPS
from recommend.verify.proof import Proof
from recommend.verify.safety import prove_safety
from tests.recommend.verify.rulesets import broken_claims, change, edited


def without(ruleset: Ruleset, given: Condition, severities: set[str]) -> Ruleset:
    """Ruleset without the notes of these severities that the condition alone fires."""
    alone = next(filter(given.holds, Cone(given.depends_on())))
    brought = {note.id for note in safety_notes(alone, ruleset) if note.severity in severities}
    assert brought
    return structs.replace(ruleset, notes=tuple(note for note in ruleset.notes if note.id not in brought))


def counter_example(proof: Proof, number: int = 0) -> Answers:
    assert proof.broken is not None
    return proof.broken.answers[number]


@pytest.mark.parametrize("name", STOPS)
def test_a_missing_stop_is_found_with_answers_that_get_a_suggestion(name: str, ruleset: Ruleset) -> None:
    broken = without(ruleset, STOPS[name], {"stop"})
    proof = broken_claims(prove_safety(broken))[f"{name} withholds the advice, whatever else is answered"]
    answers = counter_example(proof)
    assert STOPS[name].holds(answers)
    assert advise(answers, broken).status == "suggested"
    assert advise(answers, ruleset).status == "withheld"


@pytest.mark.parametrize("name", CAUTIONS)
def test_a_missing_caution_is_found(name: str, ruleset: Ruleset) -> None:
    broken = without(ruleset, CAUTIONS[name], {"caution"})
    proof = broken_claims(prove_safety(broken))[f"{name} brings a caution, whatever else is answered"]
    answers = counter_example(proof)
    assert CAUTIONS[name].holds(answers)
    assert {note.severity for note in safety_notes(answers, broken)} == {"info"}


class Narrowed(NamedTuple):
    """A stop note whose condition misses somebody, and the smallest answers it misses."""

    file: str
    note: str
    when: Any
    stop: str
    answers: dict[str, Any]


NARROWED = (
    Narrowed(
        "notes/intake.yaml",
        "enough-already",
        {"answer": "supplement_mg", "at_least": 202},
        "less than 50 mg left up to the upper limit",
        {"supplement_mg": 201},
    ),
    Narrowed(
        "notes/conditions.yaml",
        "kidney-unknown-older",
        {"all": [{"answer": "conditions", "includes": ["kidney_unknown"]}, {"answer": "age_group", "is": ["65_plus"]}]},
        "unknown kidneys at 65 or over, or at an unknown age",
        {"conditions": ("kidney_unknown",), "age_group": "unknown"},
    ),
    Narrowed(
        "notes/conditions.yaml",
        "heart-conduction",
        {"all": [{"answer": "conditions", "includes": ["heart_conduction"]}, {"answer": "stomach", "is": ["none"]}]},
        "a conduction disorder of the heart",
        {"conditions": ("heart_conduction",), "stomach": "mild"},
    ),
)


@pytest.mark.parametrize("narrowed", NARROWED, ids=lambda narrowed: narrowed.note)
def test_a_stop_that_became_too_narrow_is_found_with_the_smallest_answers(narrowed: Narrowed, tmp_path: Path) -> None:
    broken = edited(tmp_path, narrowed.file, change(narrowed.note, when=narrowed.when))
    proof = broken_claims(prove_safety(broken))[f"{narrowed.stop} withholds the advice, whatever else is answered"]
    assert counter_example(proof) == structs.replace(NEUTRAL, **narrowed.answers)
    assert advise(counter_example(proof), broken).status == "suggested"


def test_a_stop_that_another_stop_happens_to_cover_for_the_neutral_answers_is_still_missed(tmp_path: Path) -> None:
    """A stop on a medium budget hides the missing stop from a proof that tries neutral answers only."""
    hiding = change("myasthenia", when={"answer": "budget", "is": ["medium"]})
    broken = edited(tmp_path, "notes/conditions.yaml", hiding)
    proof = broken_claims(prove_safety(broken))["myasthenia withholds the advice, whatever else is answered"]
    answers = counter_example(proof)
    assert answers.budget != "medium"
    assert advise(answers, broken).status == "suggested"


def test_a_stop_that_holds_for_everybody_withholds_what_it_must_but_suggests_nothing(tmp_path: Path) -> None:
    broken = edited(tmp_path, "notes/conditions.yaml", change("myasthenia", when="always"))
    claims = broken_claims(prove_safety(broken))
    assert "myasthenia withholds the advice, whatever else is answered" not in claims
    assert "each caution alone still suggests a form" in claims


def test_a_caution_that_became_a_stop_is_found(tmp_path: Path) -> None:
    broken = edited(tmp_path, "notes/conditions.yaml", change("heart-other", severity="stop"))
    proof = broken_claims(prove_safety(broken))["each caution alone still suggests a form"]
    assert counter_example(proof).conditions == ("heart_other",)


def test_a_dose_with_a_stop_is_found(ruleset: Ruleset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recommend.engine.set_dose", lambda *_, **__: Dose(None, 250, 0, suggested_mg=1))
    proof = broken_claims(prove_safety(ruleset))["no product, price or dose leaves with a stop"]
    assert advise(counter_example(proof), ruleset).withheld


def test_a_price_in_the_advice_is_found(ruleset: Ruleset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recommend.verify.safety.advice_as_dict", lambda *_: {"status": "withheld", "price": 1})
    proof = broken_claims(prove_safety(ruleset))["no product, price or dose leaves with a stop"]
    assert proof.broken is not None
    assert "price" in proof.broken.why


class Excludes(Condition):
    """A negation, which the vocabulary lacks on purpose: true while a box is not ticked."""

    def __init__(self, condition: str) -> None:
        self.condition = condition

    def holds(self, answers: Answers) -> bool:
        return self.condition not in answers.conditions

    def depends_on(self) -> frozenset[Atom]:
        return frozenset({Atom("conditions", frozenset({self.condition}))})


@pytest.mark.parametrize(
    ("severity", "claims"),
    [
        ("info", {"ticking one more condition, medicine or sign never removes a note"}),
        (
            "stop",
            {
                "ticking one more condition, medicine or sign never removes a note",
                "ticking one more condition, medicine or sign never turns withheld into suggested",
            },
        ),
    ],
)
def test_a_note_that_ticking_takes_away_is_found(severity: Any, claims: set[str], ruleset: Ruleset) -> None:
    negated: Note = structs.replace(ruleset.notes[0], id="negated", severity=severity, when=Excludes("pregnant"))
    broken = structs.replace(ruleset, notes=(*ruleset.notes, negated))
    found = broken_claims(prove_safety(broken))
    assert claims <= found.keys()
    for claim in claims:
        before, after = counter_example(found[claim]), counter_example(found[claim], 1)
        assert after == structs.replace(before, conditions=("pregnant",))
        assert negated in safety_notes(before, broken)
        assert negated not in safety_notes(after, broken)
