"""Medicines by name: every name finds its own record, and no slip of one letter ever gives another key."""

import re
import shutil
import string
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommend.answers import QUESTIONS
from recommend.knowledge import Ruleset
from recommend.loading import DATA, RulesetError
from recommend.medicines import (
    FILE,
    MIN_LETTERS_TO_CORRECT,
    Medicine,
    Medicines,
    comparable_name,
    load_medicines,
)
from recommend.text import LANGUAGES

MEDICINES = load_medicines()
ALL = list(MEDICINES.by_id.values())
NAMES = [(name, medicine) for medicine in ALL for _, name in medicine.names()]
LETTERS = string.ascii_lowercase


def ids(medicines: tuple[Medicine, ...]) -> set[str]:
    return {medicine.id for medicine in medicines}


def edits_of(name: str) -> set[str]:
    """Every text one letter away: one left out, added, replaced, or two neighbours swapped."""
    cuts = [(name[:place], name[place:]) for place in range(len(name) + 1)]
    left_out = {before + after[1:] for before, after in cuts if after}
    added = {before + letter + after for before, after in cuts for letter in LETTERS}
    replaced = {before + letter + after[1:] for before, after in cuts if after for letter in LETTERS}
    swapped = {before + after[1] + after[0] + after[2:] for before, after in cuts if len(after) > 1}
    return (left_out | added | replaced | swapped) - {name}


def crosses(typed: str, meant: Medicine) -> bool:
    """Whether a search takes a medicine of another key without as much as naming the one that was meant."""
    found = MEDICINES.find(typed)
    if found.outcome in ("question", "nothing"):
        return False
    named = ids(found.medicines) | ids(found.similar)
    return any(medicine.key != meant.key for medicine in found.medicines) and meant.id not in named


def test_every_name_finds_exactly_its_own_record() -> None:
    for name, medicine in NAMES:
        found = MEDICINES.find(f" {name.upper().replace(' ', '-')} ")
        assert (found.outcome, ids(found.medicines)) == ("found", {medicine.id}), name


@settings(max_examples=500)
@given(st.data())
def test_a_slip_of_one_letter_gives_the_same_key_or_a_question_or_nothing(data: st.DataObject) -> None:
    name, medicine = data.draw(st.sampled_from(NAMES))
    typed = data.draw(st.sampled_from(sorted(edits_of(comparable_name(name)))))
    assert not crosses(typed, medicine), typed


def test_no_slip_in_the_shortest_names_crosses_keys() -> None:
    short = [(name, medicine) for name, medicine in NAMES if len(comparable_name(name)) < MIN_LETTERS_TO_CORRECT]
    assert [
        typed for name, medicine in short for typed in edits_of(comparable_name(name)) if crosses(typed, medicine)
    ] == []


@pytest.mark.parametrize(
    ("typed", "outcome", "expected"),
    [
        ("Thyrax", "found", {"levothyroxine"}),
        ("THYRAX 25 mcg", "found", {"levothyroxine"}),
        ("paracetamol 500mg tabletten", "found", {"paracetamol"}),
        ("nitrofurantoine", "found", {"nitrofurantoin"}),
        ("Doxycicline", "corrected", {"doxycycline"}),
        ("furosemdie", "corrected", {"furosemide"}),
        ("omeprazol sandoz 20 mg", "question", {"omeprazole"}),
        ("semaglutide", "question", {"semaglutide-oral", "semaglutide-injection"}),
        ("neomycine", "question", {"neomycin-oral", "neomycin-drops-or-ointment"}),
        ("xyzzy", "nothing", set()),
        ("", "nothing", set()),
        ("a", "nothing", set()),
        ("   ", "nothing", set()),
        ("9999999", "nothing", set()),
        ("digoxine" * 20, "nothing", set()),
    ],
)
def test_a_name_is_found_as_people_type_it(typed: str, outcome: str, expected: set[str]) -> None:
    found = MEDICINES.find(typed)
    assert (found.outcome, ids(found.medicines)) == (outcome, expected)


@pytest.mark.parametrize(
    ("typed", "found", "similar"),
    [
        ("Burinex", "bumetanide", "bumetanide-amiloride"),
        ("Burinex A", "bumetanide-amiloride", "bumetanide"),
        ("Ascal", "carbasalate-calcium", "calcium-carbonate"),
        ("Adcal", "calcium-carbonate", "carbasalate-calcium"),
        ("ciprofloxacine", "ciprofloxacin", "ciprofloxacin-eye-or-ear-drops"),
        ("tobramycine", "tobramycin", "tobramycin-eye-drops"),
    ],
)
def test_a_name_that_resembles_another_names_the_other_as_well(typed: str, found: str, similar: str) -> None:
    search = MEDICINES.find(typed)
    assert ids(search.medicines) == {found}
    assert similar in ids(search.similar)


@given(st.text())
def test_any_text_is_an_answer(typed: str) -> None:
    found = MEDICINES.find(typed)
    assert bool(found.medicines) == (found.outcome != "nothing")


def test_the_list_is_the_register() -> None:
    assert len(ALL) == 759
    assert len(MEDICINES.names) == 2662
    assert {medicine.key for medicine in ALL} == {*QUESTIONS["medicines"].values, "none"} - {"unknown"}


@pytest.mark.parametrize(
    ("id_", "before", "after"),
    [("doxycycline", 6, 2), ("levothyroxine", 4, 4), ("alendronic-acid", 4, 4), ("sotorasib", 10, 4)],
)
def test_hours_are_those_of_magnesium_before_and_after_the_medicine(id_: str, before: int, after: int) -> None:
    separation = MEDICINES.by_id[id_].separation
    assert separation
    assert (separation.before_h, separation.after_h) == (before, after)


@pytest.mark.parametrize(
    ("id_", "condition"),
    [
        ("digoxin", "heart_other"),
        ("pyridostigmine", "myasthenia"),
        ("sevelamer", "kidney_disease"),
        ("metformin", None),
    ],
)
def test_only_an_implied_condition_of_strength_always_counts(id_: str, condition: str | None) -> None:
    assert MEDICINES.by_id[id_].counted_condition == condition


def test_what_a_pharmacist_must_read_is_not_verified() -> None:
    asked = re.compile(r"levodopa|tacrolimus|ciclosporin|finerenone|ulipristal|lithium|hydroquinine|drops")
    waiting = [medicine for medicine in ALL if asked.search(medicine.id)]
    waiting += [medicine for medicine in ALL if medicine.key in ("tetracycline_quinolone", "bisphosphonate")]
    assert len(waiting) > 30
    assert [medicine.id for medicine in waiting if medicine.verified] == []


def test_the_labels_of_the_question_name_only_medicines_that_tick_that_box(ruleset: Ruleset) -> None:
    other = ruleset.questions["medicines"].choice("other").help
    assert other
    named = [(choice.value, choice.label) for choice in ruleset.questions["medicines"].choices] + [("other", other)]
    for key, text in named:
        for language in LANGUAGES:
            listed = re.sub(r"^[^:]*: |^(?:Bijvoorbeeld|For example) ", "", text.in_language(language))
            if listed == text.in_language(language) and "(" not in listed:
                continue  # "another medicine" names none
            for name in filter(None, re.split(r", | of | or |\s*\(|\)|\.$", listed)):
                if name.casefold() not in ("ijzer", "zink", "iron", "zinc"):
                    assert {medicine.key for medicine in MEDICINES.find(name).medicines} == {key}, name


FAULTS = {
    "a name on two keys": ("brands: [Lasix", "brands: [Thyrax, Lasix", ("furosemide", "brands", "levothyroxine")),
    "the same name but for its accents and hyphens": (
        "brands: [Lasix",
        "brands: [Eu-Thyróx, Lasix",
        ("furosemide", "brands", "Eu-Thyróx"),
    ),
    "a name without letters": ("brands: [Lasix", 'brands: ["-", Lasix', ("furosemide", "brands", "no letter")),
    "a key that is no value": (
        "en: furosemide}, key: loop_thiazide_diuretic",
        "en: furosemide}, key: loop_diuretic",
        ("furosemide", "key", "'loop_diuretic'"),
    ),
    "the key of those who do not know": (
        "en: furosemide}, key: loop_thiazide_diuretic",
        "en: furosemide}, key: unknown",
        ("furosemide", "key", "'unknown'"),
    ),
    "hours without an explanation": (
        "separation: {before_h: 10, after_h: 4}, reason: needs-acid",
        "separation: {before_h: 10, after_h: 4}",
        ("sotorasib", "separation", "reason"),
    ),
    "hours without a number": (
        "separation: {before_h: 10, after_h: 4}",
        "separation: {}",
        ("sotorasib", "separation", "hours"),
    ),
    "no hours at all": ("before_h: 10", "before_h: 0", ("sotorasib", "separation.before_h")),
    "hours of a medicine without a box": (
        "en: oxazepam}, key: none",
        "en: oxazepam}, key: none, separation: {before_h: 2}, reason: binds",
        ("oxazepam", "separation", "tick"),
    ),
    "an unknown reason": ("after_h: 4}, reason: needs-acid", "after_h: 4}, reason: fate", ("reason", "'fate'")),
    "a reason of no medicine": (
        "  - id: binds\n",
        "  - id: magic\n    text: {nl: x, en: x}\n  - id: binds\n",
        ("magic",),
    ),
    "an implied condition that is none": (
        "implies: {condition: kidney_unknown, strength: always}",
        "implies: {condition: tired, strength: always}",
        ("cisplatin", "implies.condition", "'tired'"),
    ),
    "an implied condition of unknown strength": (
        "implies: {condition: kidney_unknown, strength: always}",
        "implies: {condition: kidney_unknown, strength: maybe}",
        ("cisplatin", "implies.strength", "maybe"),
    ),
    "a misspelt field": ("separation: {before_h: 10", "seperation: {before_h: 10", ("sotorasib", "seperation")),
    "two medicines with one id": ("id: oxazepam", "id: furosemide", ("furosemide", "twice")),
}


@pytest.mark.parametrize(("old", "new", "named"), FAULTS.values(), ids=FAULTS)
def test_a_fault_in_the_list_is_refused_with_its_file_record_and_key(
    old: str, new: str, named: tuple[str, ...], tmp_path: Path
) -> None:
    copy = tmp_path / "data"
    shutil.copytree(DATA, copy)
    text = (copy / FILE).read_text(encoding="utf-8")
    assert old in text
    (copy / FILE).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(RulesetError) as refused:
        load_medicines(copy)
    assert "\n" not in str(refused.value)
    for part in (FILE, "line ", *named):
        assert part in str(refused.value)


def test_a_verified_interaction_needs_a_source(tmp_path: Path) -> None:
    copy = tmp_path / "data"
    shutil.copytree(DATA, copy)
    text = (copy / FILE).read_text(encoding="utf-8")
    (copy / FILE).write_text(
        text.replace("en: oxazepam}, key: none", "en: oxazepam}, key: none, verified: true"), encoding="utf-8"
    )
    with pytest.raises(RulesetError, match="oxazepam, key verified: verified without a source"):
        load_medicines(copy)


def test_a_search_needs_no_more_than_the_list() -> None:
    one = Medicines([MEDICINES.by_id["oxazepam"]], {})
    assert one.find("Oxazepam").outcome == "found"
    assert one.reason_of(one.by_id["oxazepam"]) is None
