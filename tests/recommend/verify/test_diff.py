"""Difference between rulesets, checked against counting answer sets one by one."""

from collections import Counter
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from recommend.answers import Answers
from recommend.conditions import Condition, read_condition
from recommend.engine import advise
from recommend.knowledge import Note, Rule, Ruleset
from recommend.space import ALL_ANSWER_SETS, NEUTRAL, TooLargeError, distance_from_neutral
from recommend.verify.diff import Change, compare, dose_of, first_form_of, notes_of, status_of
from tests.recommend.shoppers import MANY
from tests.recommend.verify.rulesets import change, edited

pytestmark = pytest.mark.exhaustive

OUTCOMES = {"status": status_of, "first_form": first_form_of, "notes": notes_of, "dose": dose_of}

# A small part of the questionnaire: every combination is tried.
STOMACH = ("none", "mild", "strong")
AGE = ("under_18", "18_64", "65_plus", "unknown")
CONDITIONS = ((), ("kidney_unknown",), ("pregnant",), ("kidney_unknown", "pregnant"))
SEX = ("female", "male", "unspecified")
AMOUNTS = 5002  # unknown too
ASKED = {"stomach", "age_group", "sex", "supplement_mg"}
BOXES = {"kidney_unknown", "pregnant"}
REDUCED = len(STOMACH) * len(AGE) * len(CONDITIONS) * len(SEX) * AMOUNTS


def everybody() -> list[tuple[Answers, int]]:
    """All answers to the reduced questions; from 40 mg on nothing changes, so one amount represents the rest."""
    return [
        (
            structs.replace(
                NEUTRAL, stomach=stomach, age_group=age, conditions=conditions, sex=sex, supplement_mg=amount
            ),
            1 if amount < 40 else AMOUNTS - 40,
        )
        for stomach, age, conditions, sex, amount in product(STOMACH, AGE, CONDITIONS, SEX, range(41))
    ]


def reduced(ruleset: Ruleset) -> Ruleset:
    """Ruleset limited to the reduced questions, with limits of 30 and 20 mg, so that counting is quick."""
    fitting = structs.replace(
        ruleset, rules=tuple(filter(_fits, ruleset.rules)), notes=tuple(filter(_fits, ruleset.notes))
    )
    lower = with_condition(
        without_notes(fitting, "enough-already"), "limit-reached", {"answer": "supplement_mg", "at_least": 30}
    )
    return with_dose(lower, upper_limit_mg=30, own_limit_mg=20)


def _fits(record: Rule | Note) -> bool:
    atoms = record.when.depends_on() if record.when is not None else ()
    return all(atom.answer in ASKED or (isinstance(atom.detail, frozenset) and atom.detail <= BOXES) for atom in atoms)


def with_condition(ruleset: Ruleset, key: str, when: Any) -> Ruleset:
    """Ruleset with another condition for one rule or note."""
    condition: Condition = read_condition(when)

    def changed(record: Any) -> Any:
        return structs.replace(record, when=condition) if record.id == key else record

    return structs.replace(ruleset, rules=tuple(map(changed, ruleset.rules)), notes=tuple(map(changed, ruleset.notes)))


def with_dose(ruleset: Ruleset, **limits: Any) -> Ruleset:
    manifest = structs.replace(ruleset.manifest, dose=structs.replace(ruleset.manifest.dose, **limits))
    return structs.replace(ruleset, manifest=manifest)


def without_notes(ruleset: Ruleset, *keys: str) -> Ruleset:
    return structs.replace(ruleset, notes=tuple(note for note in ruleset.notes if note.id not in keys))


def with_severity(ruleset: Ruleset, key: str, severity: Any) -> Ruleset:
    notes = [structs.replace(note, severity=severity) if note.id == key else note for note in ruleset.notes]
    return structs.replace(ruleset, notes=tuple(notes))


PREGNANT = {"answer": "conditions", "includes": ["pregnant"]}
OLDER = {"answer": "age_group", "is": ["65_plus"]}
STRONG = {"answer": "stomach", "is": ["strong"]}

CHANGES: dict[str, Callable[[Ruleset], Ruleset]] = {
    "nothing": lambda ruleset: ruleset,
    "a stop for fewer people": lambda ruleset: with_condition(ruleset, "under-18", {"all": [OLDER, PREGNANT]}),
    "a stop at another amount": lambda ruleset: with_condition(
        ruleset, "limit-reached", {"answer": "supplement_mg", "at_least": 22}
    ),
    "a stop removed": lambda ruleset: without_notes(ruleset, "under-18"),
    "a caution that became a stop": lambda ruleset: with_severity(ruleset, "pregnant", "stop"),
    "two notes that hang together": lambda ruleset: with_condition(
        without_notes(ruleset, "kidney-unknown"), "pregnant", {"all": [OLDER, PREGNANT]}
    ),
    "a lower margin": lambda ruleset: with_dose(ruleset, own_limit_mg=15),
    "another reference intake": lambda ruleset: with_dose(ruleset, reference_intake_mg={"female": 310, "male": 350}),
    "a note on any of two boxes": lambda ruleset: with_condition(
        ruleset, "pregnant", {"answer": "conditions", "includes": ["kidney_unknown", "pregnant"]}
    ),
    "a rule for others": lambda ruleset: with_condition(ruleset, "citrate-start", {"any": [STRONG, PREGNANT]}),
    "much at once": lambda ruleset: with_dose(
        with_condition(without_notes(ruleset, "limit-reached", "pregnant"), "bisglycinate-start", STRONG),
        own_limit_mg=10,
    ),
}


@pytest.fixture(scope="module")
def unchanged(ruleset: Ruleset) -> list[dict[str, Any]]:
    """The advice to everybody before a change."""
    old = reduced(ruleset)
    return [parts_of(answers, old) for answers, _weight in everybody()]


@pytest.mark.parametrize("changed", CHANGES.values(), ids=CHANGES)
def test_the_counts_are_those_of_counting_one_by_one(
    changed: Callable[[Ruleset], Ruleset], ruleset: Ruleset, unchanged: list[dict[str, Any]]
) -> None:
    old = reduced(ruleset)
    new = changed(old)
    counted: Counter[str] = Counter()
    for (answers, weight), before in zip(everybody(), unchanged, strict=True):
        after = parts_of(answers, new)
        counted.update({part: weight for part in before if before[part] != after[part]})
    found = compare(old, new)
    for part in OUTCOMES:
        assert getattr(found, part).answer_sets * REDUCED == counted[part] * ALL_ANSWER_SETS, part


def parts_of(answers: Answers, ruleset: Ruleset) -> dict[str, Any]:
    advice = advise(answers, ruleset)
    orders: tuple[dict[str, int], ...] = ({}, {"oxide": 1, "citrate": 2}, {"oxide": 2, "citrate": 1})
    return {
        "status": advice.status,
        "first_form": [advise(answers, ruleset, prices).forms[0].form.id for prices in orders],
        "notes": {(note.id, note.severity) for note in advice.notes},
        "dose": advice.dose,
    }


@pytest.mark.parametrize("changed", CHANGES.values(), ids=CHANGES)
def test_examples_really_differ_and_come_smallest_first(
    changed: Callable[[Ruleset], Ruleset], ruleset: Ruleset
) -> None:
    new = changed(ruleset)
    found = compare(ruleset, new)
    for part, outcome in OUTCOMES.items():
        change: Change = getattr(found, part)
        assert len(change.examples) == (5 if change.answer_sets else 0), part
        for example in change.examples:
            assert (example.old, example.new) == (outcome(example.answers, ruleset), outcome(example.answers, new))
            assert example.old != example.new
        sizes = [distance_from_neutral(example.answers) for example in change.examples]
        assert sizes == sorted(sizes)


def test_a_change_of_points_shows_in_the_first_form_alone(ruleset: Ruleset, tmp_path: Path) -> None:
    new = edited(tmp_path, "rules/budget.yaml", change("oxide-cheap-on-low-budget", points=0))
    found = compare(ruleset, new)
    assert found.status.answer_sets == found.notes.answer_sets == found.dose.answer_sets == 0
    # Oxide led on a low budget, without special needs of stomach, bowel or absorption: 1/3 x 1/3 x 2/3 x 1/2 x 1/2,
    # and without five medicines that it hinders and two bowel conditions: 1/128.
    assert found.first_form.answer_sets * 54 * 128 == ALL_ANSWER_SETS
    assert found.first_form.examples[0].answers == structs.replace(NEUTRAL, budget="low")
    assert (found.first_form.examples[0].old, found.first_form.examples[0].new) == ("citrate or oxide", "citrate")


def test_a_note_on_everything_at_once_is_refused_in_words(ruleset: Ruleset) -> None:
    boxes = [{"answer": key, "includes": [value]} for key, values in MANY.items() for value in values]
    everything = {"all": boxes}
    with pytest.raises(TooLargeError, match="points hang together"):
        compare(ruleset, with_condition(ruleset, "goal-sport", everything))
