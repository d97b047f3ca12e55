"""Contract of the design on the ranking of the five forms, for every combination of answers it mentions."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given

from recommend.answers import Answers, parse_answers
from recommend.engine import RankedForm, advise, first_form, rank_forms, weakest_certainty
from recommend.knowledge import Ruleset
from tests.recommend.shoppers import ONE, anybody, beside, every

FIVE = {"citrate", "bisglycinate", "glycinate", "oxide", "taurate"}
GLYCINATES = {"bisglycinate", "glycinate"}
PRICES: dict[str, dict[str, int]] = {
    "unknown prices": {},
    "equal prices": {"oxide": 30, "citrate": 30},
    "oxide cheaper": {"oxide": 29, "citrate": 30},
    "citrate cheaper": {"oxide": 30, "citrate": 29},
}
"""Lowest prices, in tenths of a cent per 100 mg; every line of the contract holds at all of them."""
every_price = pytest.mark.parametrize("prices", PRICES.values(), ids=PRICES)
COMBINATIONS = [
    parse_answers(given)
    for given in every(
        stomach=ONE["stomach"],
        budget=ONE["budget"],
        absorption=ONE["absorption"],
        bowel=ONE["bowel"],
        medicines=([], ["proton_pump_inhibitor"]),
        conditions=([], ["bowel_resection"], ["bowel_disease"]),
    )
]


def calm(answers: Answers) -> bool:
    """Whether stomach and bowel make no demand; otherwise their rules go before those on money."""
    return answers.stomach == "none" and answers.bowel != "loose" and not answers.conditions


def upset(answers: Answers) -> bool:
    return answers.stomach == "strong" or answers.bowel == "loose"


def without_acid(answers: Answers) -> bool:
    return "proton_pump_inhibitor" in answers.medicines


def no_special_need(answers: Answers) -> bool:
    return calm(answers) and answers.budget != "low" and answers.absorption == "normal" and not without_acid(answers)


def low_budget(absorption: str) -> Callable[[Answers], bool]:
    return lambda answers: calm(answers) and answers.budget == "low" and answers.absorption == absorption


Names = Sequence[str]
LINES: dict[str, tuple[Callable[[Answers], bool], Callable[[Names], bool]]] = {
    "no special need: citrate and the glycinates lead": (
        no_special_need,
        lambda names: set(names[:3]) == {"citrate"} | GLYCINATES,
    ),
    "low budget, normal absorption: oxide and citrate lead, unless a medicine hinders oxide": (
        lambda answers: low_budget("normal")(answers) and not without_acid(answers),
        lambda names: set(names[:2]) == {"oxide", "citrate"},
    ),
    "low budget, important absorption: citrate leads": (
        low_budget("important"),
        lambda names: names[0] == "citrate",
    ),
    "mild stomach: the glycinates lead": (
        lambda answers: answers.stomach == "mild",
        lambda names: set(names[:2]) == GLYCINATES,
    ),
    "strong stomach or loose stools: glycinates, then citrate and taurate, oxide last": (
        upset,
        lambda names: set(names[:2]) == GLYCINATES and names[2:] == ["citrate", "taurate", "oxide"],
    ),
    "part of the bowel removed, or a bowel disease: the glycinates lead": (
        lambda answers: bool(answers.conditions),
        lambda names: set(names[:2]) == GLYCINATES,
    ),
    "important absorption: oxide is never first": (
        lambda answers: answers.absorption == "important",
        lambda names: names[0] != "oxide",
    ),
    "proton-pump inhibitor: oxide is never first": (without_acid, lambda names: names[0] != "oxide"),
    "important absorption: taurate is never first": (
        lambda answers: answers.absorption == "important",
        lambda names: names[0] != "taurate",
    ),
    "low budget: taurate is never first": (
        lambda answers: answers.budget == "low",
        lambda names: names[0] != "taurate",
    ),
}


def names_of(forms: Sequence[RankedForm]) -> list[str]:
    return [form.form.id for form in forms]


@every_price
@pytest.mark.parametrize(("speaks_of", "holds"), LINES.values(), ids=LINES)
def test_a_line_holds_for_every_combination_it_speaks_of(
    speaks_of: Callable[[Answers], bool], holds: Callable[[Names], bool], prices: dict[str, int], ruleset: Ruleset
) -> None:
    spoken_of = [answers for answers in COMBINATIONS if speaks_of(answers)]
    assert spoken_of
    broken = [answers for answers in spoken_of if not holds(names_of(advise(answers, ruleset, prices).forms))]
    assert broken == []


def test_on_a_low_budget_the_cheaper_of_oxide_and_citrate_leads_and_citrate_at_equal_prices(ruleset: Ruleset) -> None:
    leaders = {"oxide cheaper": "oxide", "citrate cheaper": "citrate", "equal prices": "citrate"}
    for answers in COMBINATIONS:
        if low_budget("normal")(answers) and not without_acid(answers):
            for order, leader in leaders.items():
                first = advise(answers, ruleset, PRICES[order]).forms[0]
                assert first.form.id == leader
                assert first.certainty in {"moderate", "weak", "none"}


def test_prices_change_nothing_but_a_low_budget_with_normal_absorption(ruleset: Ruleset) -> None:
    for answers in COMBINATIONS:
        if answers.budget != "low" or answers.absorption != "normal":
            without = advise(answers, ruleset)
            assert all(advise(answers, ruleset, prices).forms == without.forms for prices in PRICES.values())


@given(answers=anybody())
def test_the_five_forms_are_always_there_once_ranked_from_1_to_5(answers: dict[str, Any], ruleset: Ruleset) -> None:
    forms = advise(beside(answers, {}), ruleset).forms
    assert set(names_of(forms)) == FIVE
    assert [form.rank for form in forms] == [1, 2, 3, 4, 5]
    assert [form.score for form in forms] == sorted((form.score for form in forms), reverse=True)


@given(answers=anybody())
def test_the_first_form_is_found_as_the_ranking_has_it(answers: dict[str, Any], ruleset: Ruleset) -> None:
    everything = beside(answers, {})
    assert first_form(everything, ruleset) == rank_forms(everything, ruleset)[0].form.id


@given(answers=anybody())
def test_every_form_says_why_it_stands_where_it_stands(answers: dict[str, Any], ruleset: Ruleset) -> None:
    for form in advise(beside(answers, {}), ruleset).forms:
        assert form.reasons
        assert all(reason.citations for reason in form.reasons)


@given(answers=anybody())
def test_some_form_is_always_suitable(answers: dict[str, Any], ruleset: Ruleset) -> None:
    best = advise(beside(answers, {}), ruleset).forms[0]
    assert best.suitable


def test_glycinate_and_bisglycinate_stand_together_with_one_score_and_one_set_of_reasons(ruleset: Ruleset) -> None:
    for answers in COMBINATIONS:
        by_name = {form.form.id: form for form in rank_forms(answers, ruleset)}
        bisglycinate, glycinate = by_name["bisglycinate"], by_name["glycinate"]
        assert glycinate.rank == bisglycinate.rank + 1
        assert glycinate.score == bisglycinate.score
        assert glycinate.reasons == bisglycinate.reasons
        assert (glycinate.suitable, glycinate.certainty) == (bisglycinate.suitable, bisglycinate.certainty)


def test_glycinate_and_bisglycinate_share_one_fact_record_and_a_note_that_says_so(ruleset: Ruleset) -> None:
    assert ruleset.forms["glycinate"].record == "bisglycinate"
    assert ruleset.fraction_of("glycinate") == ruleset.fraction_of("bisglycinate")
    assert ruleset.fraction_of("glycinate") is not None
    notes = [note for note in ruleset.form_notes("glycinate") if note in ruleset.form_notes("bisglycinate")]
    assert any("twee namen" in note.text.nl and "two names" in note.text.en for note in notes)


def test_oxide_carries_its_honest_note_and_says_that_less_is_absorbed_wherever_it_leads(ruleset: Ruleset) -> None:
    led = [advise(answers, ruleset, PRICES["oxide cheaper"]) for answers in COMBINATIONS]
    led = [advice for advice in led if advice.forms[0].form.id == "oxide"]
    assert led
    for advice in led:
        assert "oxide-honest" in {note.id for note in advice.notes}
        assert any("minder van op" in reason.reason.nl for reason in advice.forms[0].reasons)
        assert any("absorb less" in reason.reason.en for reason in advice.forms[0].reasons)


def test_taurate_without_a_study_of_people_never_stands_above_citrate(ruleset: Ruleset) -> None:
    for answers in COMBINATIONS:
        forms = advise(answers, ruleset).forms
        names = names_of(forms)
        assert names.index("citrate") < names.index("taurate")
        assert forms[names.index("taurate")].certainty == "none"


def test_taurate_is_level_with_citrate_where_side_effects_count(ruleset: Ruleset) -> None:
    for answers in filter(upset, COMBINATIONS):
        if answers.budget != "low":
            scores = {form.form.id: form.score for form in rank_forms(answers, ruleset)}
            assert scores["taurate"] == scores["citrate"]


def test_oxide_is_not_suitable_after_a_bowel_operation_or_with_a_bowel_disease(ruleset: Ruleset) -> None:
    for answers in COMBINATIONS:
        if answers.conditions:
            assert not next(form for form in rank_forms(answers, ruleset) if form.form.id == "oxide").suitable


def test_the_forms_that_the_ruleset_says_are_never_first_never_are(ruleset: Ruleset) -> None:
    leading = {
        advise(answers, ruleset, prices).forms[0].form.id for answers in COMBINATIONS for prices in PRICES.values()
    }
    assert leading == FIVE - {entry.form for entry in ruleset.manifest.never_first}


def test_without_any_reason_nothing_is_certain() -> None:
    assert weakest_certainty(()) == "none"
