"""Answers to searches: found by their words, refused when their data points nowhere, and free of claims."""

import shutil
from pathlib import Path

import pytest

from recommend.claims.check import check_text
from recommend.loading import DATA, RulesetError
from recommend.medicines import load_medicines
from recommend.search_answers import FILE, GENERAL_NOTE, load_search_answers
from recommend.text import LANGUAGES


def found(text: str, products: str = "") -> list[str]:
    answers = load_search_answers().find(text.split(), lambda part: " ".join(part) in products.split(","))
    return [one.answer.id for one in answers]


def test_words_beginnings_and_phrases_ask_for_an_answer() -> None:
    assert found("magnesium slaapprobleem") == ["sleep"]
    assert found("restless legs at night") == ["restless_legs", "sleep"]
    assert found("gratis verzending") == ["shipping"]
    assert found("korting") == ["discount"]
    assert found("magnesium citraat") == []


def test_a_medicine_is_found_by_exact_names_unless_it_is_something_to_buy() -> None:
    assert found("magnesium en pantoprazol") == ["medicine"]
    assert found("magnesiumoxide", products="magnesiumoxide") == []
    misspelt = load_search_answers().misspelt_medicine("pantoprazool")
    assert misspelt
    assert misspelt.notes == ("proton-pump-inhibitor",)
    assert load_search_answers().misspelt_medicine("asdfghjkl") is None


def test_every_medicine_leads_to_a_note() -> None:
    answers = load_search_answers()
    notes = {medicine.key: answers.notes_of(medicine) for medicine in load_medicines().by_id.values()}
    assert notes["bisphosphonate"] == ("bisphosphonate",)
    assert notes["none"] == (GENERAL_NOTE,)


def test_a_kind_that_some_product_has_is_no_longer_called_unsold() -> None:
    assert found("bruistabletten") == ["other_kinds"]
    assert found("bruistabletten", products="bruistabletten") == []


def test_no_answer_makes_a_claim_in_either_language() -> None:
    for answer in load_search_answers().by_id.values():
        for language in LANGUAGES:
            for text in (answer.title, answer.text, *(link.label for link in answer.links)):
                findings = check_text(text.in_language(language), language)
                assert not [finding for finding in findings if finding.blocks], (answer.id, language)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("notes: [kidney-disease]", "notes: [kidneys]", "no note is called 'kidneys'"),
        ('to: "guide#food"', 'to: "guide#foot"', "'guide#foot' is no page, form, note or section"),
        ("nl: [kramp*,", "nl: [Kramp*,", "'Kramp*' has more than small letters"),
        ("nl: [kramp*,", "nl: [moe, kramp*,", "'moe' also asks for cramps"),
    ],
)
def test_data_that_points_nowhere_is_refused_with_its_place(tmp_path: Path, old: str, new: str, message: str) -> None:
    data = tmp_path / "data"
    shutil.copytree(DATA, data)
    text = (data / FILE).read_text(encoding="utf-8")
    assert old in text
    (data / FILE).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(RulesetError, match=r"search_answers\.yaml, line \d+") as refused:
        load_search_answers(data)
    assert message in str(refused.value)
