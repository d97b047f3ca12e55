"""Contract of the design on safety and dose; written here on purpose, not read from the ruleset."""

from collections.abc import Mapping
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommend.answers import Answers
from recommend.engine import advise, set_dose
from recommend.knowledge import Ruleset
from tests.recommend.shoppers import HEALTHY, MANY, ONE, anybody, beside, shopper

STOPS: Mapping[str, Mapping[str, Any]] = {
    "kidney disease": {"conditions": ["kidney_disease"]},
    "kidneys not known at 65 or over": {"conditions": ["kidney_unknown"], "age_group": "65_plus"},
    "kidneys not known at an unknown age": {"conditions": ["kidney_unknown"], "age_group": "unknown"},
    "a conduction disorder": {"conditions": ["heart_conduction"]},
    "conditions unknown at 65 or over": {"conditions": ["unknown"], "age_group": "65_plus"},
    "conditions unknown at an unknown age": {"conditions": ["unknown"], "age_group": "unknown"},
    "digoxin": {"medicines": ["digoxin"]},
    "another heart disease with a potassium-sparing diuretic": {
        "conditions": ["heart_other"],
        "medicines": ["potassium_sparing_diuretic"],
    },
    "another heart disease with unknown medicines": {"conditions": ["heart_other"], "medicines": ["unknown"]},
    "myasthenia": {"conditions": ["myasthenia"]},
    "a bowel obstruction": {"conditions": ["bowel_obstruction"]},
    "under 18": {"age_group": "under_18"},
    "an aminoglycoside": {"medicines": ["aminoglycoside"]},
    "an HIV integrase inhibitor": {"medicines": ["hiv_integrase_inhibitor"]},
    "201 mg already taken": {"supplement_mg": 201},
    "250 mg already taken": {"supplement_mg": 250},
    "5000 mg already taken": {"supplement_mg": 5000},
    "signs of an overdose": {"warning_signs": ["overdose_signs"]},
    "a seizure or fainting": {"warning_signs": ["seizure_or_fainting"]},
    "thoughts of death": {"warning_signs": ["suicidal_thoughts"]},
    "lasting bowel complaints": {"warning_signs": ["persistent_gut_trouble"]},
    "replacing a medicine": {"goal": "replace_medicine"},
}
CAUTIONS: Mapping[str, Mapping[str, Any]] = {
    "kidneys not known from 18 to 64": {"conditions": ["kidney_unknown"], "age_group": "18_64"},
    "another heart disease": {"conditions": ["heart_other"]},
    "part of the bowel removed": {"conditions": ["bowel_resection"]},
    "a bowel disease": {"conditions": ["bowel_disease"]},
    "pregnancy": {"conditions": ["pregnant"]},
    "breastfeeding": {"conditions": ["breastfeeding"]},
    "low mood": {"warning_signs": ["low_mood"]},
    "a potassium-sparing diuretic": {"medicines": ["potassium_sparing_diuretic"]},
    "a tetracycline or quinolone": {"medicines": ["tetracycline_quinolone"]},
    "a bisphosphonate": {"medicines": ["bisphosphonate"]},
    "levothyroxine": {"medicines": ["levothyroxine"]},
    "gabapentin": {"medicines": ["gabapentin"]},
    "iron or zinc": {"medicines": ["iron_zinc"]},
    "another medicine": {"medicines": ["other"]},
    "unknown medicines": {"medicines": ["unknown"]},
    "unknown conditions": {"conditions": ["unknown"], "age_group": "18_64"},
    "an unknown age": {"age_group": "unknown"},
    "an unknown amount already taken": {"supplement_mg": "unknown"},
    "a complaint as goal": {"goal": "sleep_mood_or_complaint"},
}
INFORMS: Mapping[str, Mapping[str, Any]] = {
    "nothing at all": {},
    "a loop or thiazide diuretic": {"medicines": ["loop_thiazide_diuretic"]},
    "a proton-pump inhibitor": {"medicines": ["proton_pump_inhibitor"]},
    "a muscle relaxant": {"medicines": ["muscle_relaxant"]},
    "65 or over": {"age_group": "65_plus"},
    "loose stools": {"bowel": "loose"},
    "constipation": {"bowel": "constipated"},
    "sport": {"goal": "sport"},
    "200 mg already taken": {"supplement_mg": 200},
}
IMPLIED = (
    ({"conditions": ["unknown"]}, {"conditions": ["kidney_unknown"]}),
    ({"medicines": ["digoxin"]}, {"conditions": ["heart_other"]}),
    ({"medicines": ["unknown"]}, {"medicines": ["other"]}),
)
EMERGENCIES = ("overdose_signs", "seizure_or_fainting", "suicidal_thoughts")
SMALL = [
    {**HEALTHY, **dict(zip(("stomach", "budget", "absorption", "age_group", "bowel", "goal"), values, strict=True))}
    for values in product(ONE["stomach"], ONE["budget"], ONE["absorption"], ONE["age_group"], ONE["bowel"], ONE["goal"])
]
every_stop = pytest.mark.parametrize("stop", STOPS.values(), ids=STOPS)
every_caution = pytest.mark.parametrize("caution", CAUTIONS.values(), ids=CAUTIONS)


def the_design_withholds(answers: Answers) -> bool:
    """Whether the design withholds the advice, as one expression."""
    return (
        not {"kidney_disease", "heart_conduction", "myasthenia", "bowel_obstruction"}.isdisjoint(answers.conditions)
        or (
            not {"kidney_unknown", "unknown"}.isdisjoint(answers.conditions)
            and answers.age_group in {"65_plus", "unknown"}
        )
        or (
            "heart_other" in answers.conditions
            and not {"potassium_sparing_diuretic", "unknown"}.isdisjoint(answers.medicines)
        )
        or answers.age_group == "under_18"
        or not {"digoxin", "aminoglycoside", "hiv_integrase_inhibitor"}.isdisjoint(answers.medicines)
        or answers.counted_supplement_mg > 200
        or not {*EMERGENCIES, "persistent_gut_trouble"}.isdisjoint(answers.warning_signs)
        or answers.goal == "replace_medicine"
    )


@every_stop
def test_a_stop_withholds_with_every_small_set_of_other_answers(stop: Mapping[str, Any], ruleset: Ruleset) -> None:
    for others in SMALL:
        advice = advise(beside(others, stop), ruleset)
        assert advice.status == "withheld"
        assert advice.notes_of("stop")
        assert advice.dose.suggested_mg == 0


@given(others=anybody(), stop=st.sampled_from(list(STOPS.values())))
def test_a_stop_withholds_whatever_else_is_answered(
    others: dict[str, Any], stop: Mapping[str, Any], ruleset: Ruleset
) -> None:
    assert advise(beside(others, stop), ruleset).withheld


@given(answers=anybody())
def test_the_advice_is_withheld_exactly_when_a_stop_note_fires_and_the_design_says_so(
    answers: dict[str, Any], ruleset: Ruleset
) -> None:
    given_answers = beside(answers, {})
    advice = advise(given_answers, ruleset)
    assert advice.withheld == the_design_withholds(given_answers) == bool(advice.notes_of("stop"))


@every_caution
def test_a_caution_is_suggested_with_a_caution_note_that_a_healthy_adult_does_not_get(
    caution: Mapping[str, Any], ruleset: Ruleset
) -> None:
    advice = advise(shopper(**caution), ruleset)
    assert advice.status == "suggested"
    assert advice.notes_of("caution")
    assert advise(shopper(), ruleset).notes_of("caution") == ()


@every_caution
def test_a_caution_keeps_its_note_whatever_the_small_answers_are(caution: Mapping[str, Any], ruleset: Ruleset) -> None:
    own = {note.id for note in advise(shopper(**caution), ruleset).notes_of("caution")}
    for others in SMALL:
        answers = beside(others, caution)
        advice = advise(answers, ruleset)
        assert own <= {note.id for note in advice.notes_of("caution")}
        assert advice.withheld == the_design_withholds(answers)


@pytest.mark.parametrize("answers", INFORMS.values(), ids=INFORMS)
def test_what_is_no_stop_and_no_caution_only_informs(answers: Mapping[str, Any], ruleset: Ruleset) -> None:
    advice = advise(shopper(**answers), ruleset)
    assert advice.status == "suggested"
    assert advice.notes == advice.notes_of("info") != ()


@given(answers=anybody())
def test_notes_are_in_the_order_emergency_stop_caution_info_and_personal_before_general(
    answers: dict[str, Any], ruleset: Ruleset
) -> None:
    notes = advise(beside(answers, {}), ruleset).notes
    healthy = set(advise(shopper(), ruleset).notes)
    places = [(not note.emergency, ("stop", "caution", "info").index(note.severity), note in healthy) for note in notes]
    assert places == sorted(places)


@given(others=anybody(), sign=st.sampled_from(EMERGENCIES))
def test_signs_of_an_emergency_show_whom_to_call_above_everything_else(
    others: dict[str, Any], sign: str, ruleset: Ruleset
) -> None:
    first = advise(beside(others, {"warning_signs": [sign]}), ruleset).notes[0]
    assert first.emergency
    assert "112" in first.text.nl
    assert "112" in first.text.en
    assert "huisartsenspoedpost" in first.text.nl
    assert "GP" in first.text.en


@pytest.mark.parametrize("sign", ["low_mood", "suicidal_thoughts"])
def test_low_mood_and_thoughts_of_death_name_the_suicide_line_and_the_emergency_number(
    sign: str, ruleset: Ruleset
) -> None:
    first = advise(shopper(warning_signs=[sign]), ruleset).notes[0]
    for text in (first.text.nl, first.text.en):
        assert "113" in text
        assert "0800-0113" in text
        assert "112" in text


@given(answers=anybody(), implied=st.sampled_from(IMPLIED))
def test_an_answer_is_never_laxer_than_with_what_it_implies_ticked_as_well(
    answers: dict[str, Any], implied: tuple[dict[str, list[str]], dict[str, list[str]]], ruleset: Ruleset
) -> None:
    implying, more = implied
    with_both = {key: [*implying.get(key, []), *more.get(key, [])] for key in implying | more}
    alone, both = beside(answers, implying), beside(answers, with_both)
    assert set(advise(alone, ruleset).notes) == set(advise(both, ruleset).notes)


@given(answers=anybody(), key=st.sampled_from(sorted(MANY)), data=st.data())
def test_ticking_one_more_condition_medicine_or_sign_never_removes_a_note(
    answers: dict[str, Any], key: str, data: st.DataObject, ruleset: Ruleset
) -> None:
    before = advise(beside(answers, {}), ruleset)
    more = data.draw(st.sampled_from(MANY[key]))
    after = advise(beside(answers, {key: [more]}), ruleset)
    assert set(before.notes) <= set(after.notes)
    assert after.dose.suggested_mg <= before.dose.suggested_mg


def test_everybody_is_told_the_limits_the_side_effects_and_when_to_ask(ruleset: Ruleset) -> None:
    every_page = {"upper-limit", "side-effects", "too-much", "kidneys-first", "medicines-in-general"}
    assert every_page == {note.id for note in ruleset.product_notes}
    for answers in SMALL:
        assert every_page <= {note.id for note in advise(beside(answers, {}), ruleset).notes}


def test_the_notes_for_everybody_are_at_most_five_and_short(ruleset: Ruleset) -> None:
    general = [note for note in ruleset.notes if note.when is not None and not note.is_personal]
    assert len(general) <= 5
    words = {note.id: len(note.text.nl.split()) for note in general}
    assert {name: count for name, count in words.items() if count > 40} == {}


@pytest.mark.parametrize(("sex", "reference"), [("female", 300), ("male", 350), ("unspecified", None)])
def test_the_dose_follows_the_formula_for_every_amount_already_taken(
    sex: str, reference: int | None, ruleset: Ruleset
) -> None:
    for taken in range(5001):
        dose = advise(shopper(sex=sex, supplement_mg=taken), ruleset).dose
        assert dose.suggested_mg == (min(200, 250 - taken) if taken <= 200 else 0)
        assert (dose.reference_intake_mg, dose.upper_limit_mg, dose.already_taken_mg) == (reference, 250, taken)


@given(answers=anybody())
def test_what_is_suggested_and_what_is_taken_never_pass_250_mg_together(
    answers: dict[str, Any], ruleset: Ruleset
) -> None:
    advice = advise(beside(answers, {}), ruleset)
    assert 0 <= advice.dose.suggested_mg <= 200
    assert advice.withheld == (advice.dose.suggested_mg == 0)
    assert advice.withheld or advice.dose.suggested_mg + advice.dose.already_taken_mg <= 250


def test_the_dose_itself_never_goes_below_0(ruleset: Ruleset) -> None:
    assert set_dose(shopper(supplement_mg=5000), ruleset, withheld=False).suggested_mg == 0
