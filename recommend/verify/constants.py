"""Constants: severities, emergencies, telephone numbers, hours, limits and ages are those of the design."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from recommend.conditions import AllOf, AnyOf, AtLeast, Condition
from recommend.knowledge import Note, Ruleset
from recommend.verify.design import (
    AGES,
    AMOUNTS,
    AMOUNTS_FROM,
    EMERGENCY_NOTES,
    LABEL_REFERENCE_MG,
    LIMITS_MG,
    NOT_FOR,
    NOT_PERMITTED,
    OWN_LIMIT_MG,
    PAGE_NOTES,
    PHONES,
    SEPARATIONS,
    SEVERITY_OF,
    SHARES_PERCENT,
    UPPER_LIMIT_MG,
)
from recommend.verify.proof import Broken, Proof, prove_records

SEVERITIES = {note: severity for severity, notes in SEVERITY_OF.items() for note in notes}


def prove_constants(ruleset: Ruleset) -> Iterator[Proof]:
    """Proofs that a record has the values of the design, one by one, and that the design names no other record."""
    notes = {note.id: note for note in ruleset.notes}
    yield _same("every note has its severity", {name: note.severity for name, note in notes.items()}, SEVERITIES)
    yield _same("the notes on whom to call first", _all_of(notes, "emergency"), dict.fromkeys(EMERGENCY_NOTES, True))
    yield _same("the notes on every product page", _all_of(notes, "always"), dict.fromkeys(PAGE_NOTES, True))
    yield _same("telephone numbers of notes", _facts(notes.values(), "phone"), PHONES)
    yield _same("hours between a medicine and magnesium", _facts(notes.values(), "separation"), SEPARATIONS)
    limits = {name: (*note.facts.own_mg, *note.facts.limit_mg) for name, note in notes.items()}
    yield _same("limits that notes name", _given(limits), LIMITS_MG)
    amounts = {name: (*note.facts.amount_mg, *note.facts.amount_g) for name, note in notes.items()}
    yield _same("other amounts that notes name", _given(amounts), AMOUNTS)
    yield _same("ages that notes name", _facts(notes.values(), "age_years"), AGES)
    shares = {f"notes/{note.id}": note.facts.share_percent for note in ruleset.notes}
    shares |= {f"rules/{rule.id}": rule.facts.share_percent for rule in ruleset.rules}
    yield _same("percentages that notes and rules name", _given(shares), SHARES_PERCENT)
    yield _same("amounts already taken from which notes fire", _amounts_from(ruleset.notes), AMOUNTS_FROM)
    forms = ruleset.forms.values()
    yield _same("conditions that exclude a form", _given({form.id: form.not_for for form in forms}), NOT_FOR)
    missing = [form.id for form in forms if form.annex_ii is None and form.same_as is None]
    yield _same("forms not permitted", dict.fromkeys(missing, True), dict.fromkeys(NOT_PERMITTED, True))
    dose = ruleset.manifest.dose
    found = {"label": dose.label_reference_mg, "upper limit": dose.upper_limit_mg, "own limit": dose.own_limit_mg}
    expected = {"label": LABEL_REFERENCE_MG, "upper limit": UPPER_LIMIT_MG, "own limit": OWN_LIMIT_MG}
    yield _same("limits of the dose and the reference on labels", found, expected)


def _same(subject: str, found: Mapping[str, Any], expected: Mapping[str, Any]) -> Proof:
    """Proof that both mappings are equal; a fault for every record that has another value, or none, on one side."""
    faults = [
        (name, None if found.get(name) == expected.get(name) else Broken(_differs(found.get(name), expected.get(name))))
        for name in found.keys() | expected.keys()
    ]
    return prove_records("constants", f"{subject}: as in the design", sorted(faults, key=_name), unit="records")


def _name(fault: tuple[str, Broken | None]) -> str:
    return fault[0]


def _differs(found: Any, expected: Any) -> str:
    return f"{_words(found)}, in the design {_words(expected)}"


def _words(value: Any) -> str:
    return "nothing" if value is None else str(value)


def _given(values: Mapping[str, tuple[Any, ...]]) -> dict[str, tuple[Any, ...]]:
    """Records that have any value."""
    return {name: value for name, value in values.items() if value}


def _all_of(notes: Mapping[str, Note], flag: str) -> dict[str, bool]:
    return {name: True for name, note in notes.items() if getattr(note, flag)}


def _facts(notes: Iterable[Note], field: str) -> dict[str, tuple[Any, ...]]:
    return _given({note.id: getattr(note.facts, field) for note in notes})


def _amounts_from(notes: Iterable[Note]) -> dict[str, int]:
    return {note.id: amount for note in notes for amount in _amounts_in(note.when)}


def _amounts_in(condition: Condition | None) -> Iterator[int]:
    match condition:
        case AtLeast(_, minimum):
            yield minimum
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from _amounts_in(part)
