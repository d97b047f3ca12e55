"""Runner of the specification: every case in `tests/cases/*.yaml` is a sentence that must be true of the advice.

A case changes the `answers` of a healthy adult and states expectations; it checks nothing else.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import pytest
from msgspec import Meta, Struct

from recommend.conditions import Always
from recommend.engine import Advice, Status, advise
from recommend.knowledge import Certainty, Ruleset, Severity
from recommend.schedule import MAGNESIUM
from recommend.yaml_reading import YamlFaultError, read_yaml
from tests.recommend.shoppers import shopper

CASES = Path(__file__).parent.parent / "cases"

Order = Annotated[str, Meta(pattern=r"^[a-z]+ above [a-z]+$")]


class Case(Struct, frozen=True, forbid_unknown_fields=True):
    """A case with its closed set of keys; an unknown key fails the run."""

    name: str
    answers: dict[str, Any]
    prices: dict[str, int] | None = None
    """Lowest prices of the catalogue, in tenths of a cent per 100 mg; None when they are unknown."""
    status: Status | None = None
    first: tuple[str, ...] = ()
    """Forms of which one must be first."""
    order: tuple[Order, ...] = ()
    suitable: tuple[str, ...] = ()
    unsuitable: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    no_notes: tuple[str, ...] = ()
    severity: dict[str, Severity] = {}
    """Severity of notes that must be present."""
    shown_first: tuple[str, ...] = ()
    """Ids of the first notes, in order."""
    rules: tuple[str, ...] = ()
    no_rules: tuple[str, ...] = ()
    reasons: dict[str, tuple[str, ...]] = {}
    """Ids of all rules that a form gives as its reasons, in order."""
    certainty: dict[str, Certainty] = {}
    others: tuple[str, ...] = ()
    """Forms that are for sale (they have a price) and stand outside the ranking."""
    no_others: tuple[str, ...] = ()
    dose: dict[str, int | None] = {}
    magnesium: Literal["breakfast", "lunch", "dinner", "pharmacist", "no plan"] | None = None
    """Meal of magnesium in the day plan, or who decides without one."""

    @property
    def expected_notes(self) -> set[str]:
        return {*self.notes, *self.shown_first, *self.severity}

    @property
    def expected_rules(self) -> set[str]:
        return {*self.rules, *(rule for rules in self.reasons.values() for rule in rules)}


def read_cases(text: str) -> list[Case]:
    data = read_yaml(text)  # a key given twice is an error
    return msgspec.convert(data, list[Case], strict=True)


ALL = [case for file in sorted(CASES.glob("*.yaml")) for case in read_cases(file.read_text(encoding="utf-8"))]
every_case = pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in ALL])


def meal_of_magnesium(advice: Advice) -> str:
    plan = advice.schedule
    if plan is None:
        return "no plan"
    return next((planned.moment.id for planned in plan.moments if MAGNESIUM in planned.take), "pharmacist")


def fired_rules(advice: Advice) -> set[str]:
    return {rule.id for form in (*advice.forms, *advice.other_forms) for rule in form.reasons}


@every_case
def test_the_sentence_is_true(case: Case, ruleset: Ruleset) -> None:
    advice = advise(shopper(**case.answers), ruleset, case.prices)
    names = [form.form.id for form in advice.forms]
    notes = [note.id for note in advice.notes]

    assert case.status in {None, advice.status}
    assert not case.first or names[0] in case.first
    for upper, lower in (pair.split(" above ") for pair in case.order):
        assert names.index(upper) < names.index(lower), f"{upper} is not above {lower} in {names}"
    by_name = {form.form.id: form for form in (*advice.forms, *advice.other_forms)}
    assert set(case.suitable) <= {name for name, form in by_name.items() if form.suitable}
    assert set(case.unsuitable) <= {name for name, form in by_name.items() if not form.suitable}
    assert set(case.others) <= {form.form.id for form in advice.other_forms}
    assert set(case.no_others).isdisjoint(form.form.id for form in advice.other_forms)
    assert set(case.notes) <= set(notes)
    assert set(case.no_notes).isdisjoint(notes)
    assert notes[: len(case.shown_first)] == list(case.shown_first)
    assert case.severity.items() <= {note.id: note.severity for note in advice.notes}.items()
    assert set(case.rules) <= fired_rules(advice)
    assert set(case.no_rules).isdisjoint(fired_rules(advice))
    for form, rules in case.reasons.items():
        assert [rule.id for rule in by_name[form].reasons] == list(rules)
    for form, certainty in case.certainty.items():
        assert by_name[form].certainty == certainty
    for key, amount in case.dose.items():
        assert getattr(advice.dose, key) == amount
    assert case.magnesium in {None, meal_of_magnesium(advice)}


@every_case
def test_a_case_names_only_what_exists_and_expects_something(case: Case, ruleset: Ruleset) -> None:
    forms = set(ruleset.forms)
    assert {*case.expected_notes, *case.no_notes} <= {note.id for note in ruleset.notes}
    assert {*case.expected_rules, *case.no_rules} <= {rule.id for rule in ruleset.rules}
    assert {*case.first, *case.suitable, *case.unsuitable, *case.reasons, *case.certainty} <= forms
    assert {*case.others, *case.no_others, *(case.prices or {})} <= forms
    expected = msgspec.structs.asdict(case)
    assert any(value for key, value in expected.items() if key not in {"name", "answers", "prices"})


def test_there_are_at_least_60_cases_and_no_two_have_the_same_name() -> None:
    assert len({case.name for case in ALL}) == len(ALL) >= 60


def _missing(known: Iterable[str], covered: Iterable[set[str]]) -> set[str]:
    return set(known).difference(*covered)


def test_every_rule_is_seen_firing_in_a_case(ruleset: Ruleset) -> None:
    assert _missing((rule.id for rule in ruleset.rules), (case.expected_rules for case in ALL)) == set()


def test_every_rule_is_seen_silent_in_a_case_unless_it_always_holds(ruleset: Ruleset) -> None:
    known = (rule.id for rule in ruleset.rules if not isinstance(rule.when, Always))
    assert _missing(known, (set(case.no_rules) for case in ALL)) == set()


def test_every_note_is_seen_in_a_case_unless_it_is_never_in_an_advice(ruleset: Ruleset) -> None:
    known = (note.id for note in ruleset.notes if note.when is not None)
    assert _missing(known, (case.expected_notes for case in ALL)) == set()


def test_every_note_is_seen_missing_in_a_case_unless_it_always_holds(ruleset: Ruleset) -> None:
    known = (note.id for note in ruleset.notes if note.when is not None and not isinstance(note.when, Always))
    assert _missing(known, (set(case.no_notes) for case in ALL)) == set()


@pytest.mark.parametrize(
    "text",
    [
        "[{name: A, answers: {}, frist: [citrate]}]",
        "[{answers: {}, first: [citrate]}]",
        "[{name: A, first: [citrate]}]",
        "[{name: A, answers: {}, first: citrate}]",
        "[{name: A, answers: {}, order: [citrate below oxide]}]",
        "[{name: A, answers: {}, status: maybe}]",
        "[{name: A, answers: {}, magnesium: supper}]",
        "[{name: A, answers: {}, notes: [digoxin], notes: [pregnant]}]",
        "[{name: A, answers: {}, dose: {suggested_mg: '200'}}]",
    ],
)
def test_a_case_with_a_wrong_key_or_value_is_refused(text: str) -> None:
    with pytest.raises((msgspec.ValidationError, YamlFaultError)):
        read_cases(text)
