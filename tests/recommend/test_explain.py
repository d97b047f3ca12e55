"""Explanation of a ranking: rules that separate forms, single changes, and the decision map."""

from typing import Any

import pytest
from hypothesis import given
from msgspec import structs

from recommend.answers import QUESTIONS, Answers, parse_answers
from recommend.conditions import AtLeast
from recommend.engine import advise, rank_forms
from recommend.explain import ChangedAnswer, WhyNotFirst, decision_map, single_changes, why_not_first
from recommend.knowledge import Ruleset
from recommend.space import set_answer
from tests.recommend.shoppers import anybody, shopper

CHEAP_OXIDE = {"oxide": 29, "citrate": 30}


def explained(ruleset: Ruleset, **answers: Any) -> dict[str, WhyNotFirst]:
    given_answers = shopper(**answers)
    return {why.form: why for why in why_not_first(given_answers, advise(given_answers, ruleset))}


def applied(change: ChangedAnswer, answers: Answers) -> Answers:
    if change.ticked is None:
        return structs.replace(answers, **{change.question: change.value})
    return set_answer(answers, change.question, str(change.value), change.ticked)


def test_oxide_would_be_first_on_a_low_budget_where_it_is_cheaper_than_citrate(ruleset: Ruleset) -> None:
    assert explained(ruleset)["oxide"].change is None
    oxide = explained(ruleset.at_prices(CHEAP_OXIDE))["oxide"]
    assert oxide.change == ChangedAnswer("budget", "low", "wish")
    assert [rule.id for rule in oxide.ahead] == ["citrate-start"]
    assert oxide.behind == ()
    assert not oxide.tie


def test_a_tie_is_decided_by_the_declared_order_and_by_no_rule(ruleset: Ruleset) -> None:
    bisglycinate = explained(ruleset)["bisglycinate"]
    assert (bisglycinate.tie, bisglycinate.ahead, bisglycinate.behind) == (True, (), ())


def test_a_change_in_a_fact_about_a_person_says_that_it_is_no_wish(ruleset: Ruleset) -> None:
    assert explained(ruleset)["bisglycinate"].change == ChangedAnswer("stomach", "mild", "circumstance")
    assert explained(ruleset, stomach="strong")["citrate"].change == ChangedAnswer("stomach", "none", "circumstance")


def test_a_box_to_untick_is_told_as_such(ruleset: Ruleset) -> None:
    cheap = ruleset.at_prices(CHEAP_OXIDE)
    change = explained(cheap, budget="low", medicines=["proton_pump_inhibitor", "other"])["oxide"].change
    assert change == ChangedAnswer("medicines", "proton_pump_inhibitor", "circumstance", ticked=False)


def test_a_form_that_no_single_answer_puts_first_says_none(ruleset: Ruleset) -> None:
    assert explained(ruleset, stomach="strong", absorption="important")["oxide"].change is None


def test_a_form_that_is_never_first_says_why_that_is_meant(ruleset: Ruleset) -> None:
    why = explained(ruleset)
    for form in ("glycinate", "taurate"):
        declared = why[form].never_first
        assert declared is not None
        assert declared.form == form
        assert why[form].change is None
    assert why["oxide"].never_first is None


def test_what_a_condition_gives_both_forms_separates_nothing(ruleset: Ruleset) -> None:
    citrate = explained(ruleset, stomach="strong")["citrate"]
    assert [rule.id for rule in citrate.ahead] == ["bisglycinate-when-stomach-strong-or-bowel-loose"]
    assert [rule.id for rule in citrate.behind] == ["citrate-when-stomach-strong-or-bowel-loose"]


@given(given_answers=anybody())
def test_a_single_change_is_true_and_wishes_come_before_facts(given_answers: dict[str, Any], ruleset: Ruleset) -> None:
    answers = parse_answers(given_answers)
    advice = advise(answers, ruleset)
    found = why_not_first(answers, advice)
    assert [why.form for why in found] == [ranked.form.id for ranked in advice.forms[1:]]
    for why in found:
        leaders = {
            (change.question, change.value): rank_forms(changed, ruleset)[0].form.id
            for change, changed in single_changes(answers, ruleset)
        }
        if why.change is None:
            assert why.form not in leaders.values()
            continue
        assert rank_forms(applied(why.change, answers), ruleset)[0].form.id == why.form
        if why.change.kind == "circumstance":
            wishes = [leader for (question, _), leader in leaders.items() if question in {"budget", "absorption"}]
            assert why.form not in wishes


@given(given_answers=anybody())
def test_separating_rules_fired_for_one_of_the_two_forms(given_answers: dict[str, Any], ruleset: Ruleset) -> None:
    answers = parse_answers(given_answers)
    advice = advise(answers, ruleset)
    reasons = {ranked.form.id: set(ranked.reasons) for ranked in advice.forms}
    for why in why_not_first(answers, advice):
        assert set(why.ahead) <= reasons[advice.forms[0].form.id]
        assert set(why.behind) <= reasons[why.form]
        assert why.tie == (not why.ahead and not why.behind)


def test_amounts_change_to_the_nearest_amount_that_a_rule_tells_apart(ruleset: Ruleset) -> None:
    rules = [
        structs.replace(ruleset.rules[0], id=f"from-{amount}", when=AtLeast("supplement_mg", amount))
        for amount in (100, 200)
    ]
    changed = structs.replace(ruleset, rules=tuple(rules))
    amounts = [change.value for change, _ in single_changes(shopper(supplement_mg=150), changed)]
    assert amounts == [200, 99]


@pytest.mark.parametrize("own", [{}, {"stomach": "strong", "budget": "low", "absorption": "important"}])
def test_the_map_has_a_cell_for_every_combination_and_marks_the_own_one(own: dict[str, str], ruleset: Ruleset) -> None:
    answers = shopper(bowel="loose", **own)
    found = decision_map(answers, ruleset)
    assert len(found.cells) == 3 * 2 * 3
    for stomach in QUESTIONS["stomach"].values:
        for absorption in QUESTIONS["absorption"].values:
            for budget in QUESTIONS["budget"].values:
                cell = found.cell(stomach, absorption, budget)
                wished = structs.replace(answers, stomach=stomach, absorption=absorption, budget=budget)
                assert cell.first == rank_forms(wished, ruleset)[0].form.id
                assert cell.own == (wished == answers)


def test_the_map_keeps_the_other_answers_of_the_visitor(ruleset: Ruleset) -> None:
    low_budget = ("none", "normal", "low")
    assert decision_map(shopper(), ruleset).cell(*low_budget).first == "citrate"
    cheap_oxide = ruleset.at_prices(CHEAP_OXIDE)
    assert decision_map(shopper(), cheap_oxide).cell(*low_budget).first == "oxide"
    with_inhibitor = shopper(medicines=["proton_pump_inhibitor"])
    assert decision_map(with_inhibitor, cheap_oxide).cell(*low_budget).first == "citrate"
