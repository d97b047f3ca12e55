"""Parsing of answers: valid ones are accepted, invalid ones are reported by key with the valid values."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommend.answers import QUESTIONS, AnswersError, parse_answers
from tests.recommend.shoppers import HEALTHY, MANY, ONE, anybody

REQUIRED = ("stomach", "budget", "absorption", "age_group", "conditions", "medicines")
DEFAULTS = {
    "bowel": "normal",
    "sex": "unspecified",
    "supplement_mg": 0,
    "goal": "top_up_diet",
    "warning_signs": (),
    "vegan": False,
    "dosage_form": "any",
}
WRONG_ONE = ["", "None", "NONE", "medum", 0, 1, True, None, [], ["none"], {}, 1.5]
WRONG_LIST = ["", "unknown", None, 0, False, {}, {"unknown": True}]
WRONG_ITEM: list[object] = ["", "kidney", None, 1, True, ["unknown"], {}]
WRONG_AMOUNT = [-1, 5001, 10**9, 0.0, 12.5, "12", "", None, True, False, [], float("nan"), float("inf")]
WRONG_YES_NO = ["true", "yes", 0, 1, None, [], ""]


def refused(**changes: Any) -> AnswersError:
    with pytest.raises(AnswersError) as caught:
        parse_answers({**HEALTHY, **changes})
    return caught.value


def test_the_vocabulary_is_the_one_of_the_design() -> None:
    one = {key: question.values for key, question in QUESTIONS.items() if question.kind == "one"}
    many = {key: question.values for key, question in QUESTIONS.items() if question.kind == "many"}
    assert one == ONE
    assert many == MANY
    assert QUESTIONS.keys() - one.keys() - many.keys() == {"supplement_mg", "vegan"}


def test_six_answers_are_enough_and_the_rest_has_the_defaults_of_the_design() -> None:
    answers = parse_answers(HEALTHY)
    assert HEALTHY.keys() == set(REQUIRED)
    assert {key: getattr(answers, key) for key in DEFAULTS} == DEFAULTS


@pytest.mark.parametrize("key", REQUIRED)
def test_each_of_the_six_is_required(key: str) -> None:
    with pytest.raises(AnswersError, match=f"^{key}: missing") as caught:
        parse_answers({k: value for k, value in HEALTHY.items() if k != key})
    assert (caught.value.key, caught.value.problem) == (key, "missing")


@pytest.mark.parametrize("key", ["stomac", "Stomach", "", " stomach", "name", "supplement", "products"])
def test_an_unknown_key_is_named(key: str) -> None:
    error = refused(**{key: "none"})
    assert (error.key, error.problem) == (key, "unknown_key")
    assert str(error) == f"{key}: unknown key"


def test_a_key_that_is_no_text_is_named() -> None:
    wrong: dict[object, object] = dict(HEALTHY.items()) | {5: "none"}
    with pytest.raises(AnswersError, match=r"^5: unknown key$"):
        parse_answers(wrong)


@pytest.mark.parametrize("key", ONE)
@pytest.mark.parametrize("value", WRONG_ONE)
def test_a_wrong_choice_is_named_with_what_would_fit(key: str, value: object) -> None:
    error = refused(**{key: value})
    assert (error.key, error.problem, error.value) == (key, "not_a_choice", value)
    assert str(error).startswith(f"{key}: {value!r} is not one of ")
    assert all(fitting in str(error) for fitting in ONE[key])


@pytest.mark.parametrize("key", MANY)
@pytest.mark.parametrize("value", WRONG_LIST)
def test_what_is_no_list_is_named(key: str, value: object) -> None:
    error = refused(**{key: value})
    assert (error.key, error.problem) == (key, "not_a_list")
    assert str(error).startswith(f"{key}: {value!r}")


@pytest.mark.parametrize("key", MANY)
@pytest.mark.parametrize("item", WRONG_ITEM)
def test_a_wrong_item_in_a_list_is_named_itself(key: str, item: object) -> None:
    error = refused(**{key: [MANY[key][0], item]})
    assert (error.key, error.problem, error.value) == (key, "not_a_choice", item)


@pytest.mark.parametrize("value", WRONG_AMOUNT)
def test_an_amount_is_a_whole_number_from_0_to_5000(value: object) -> None:
    error = refused(supplement_mg=value)
    assert (error.key, error.problem) == ("supplement_mg", "not_an_integer")
    assert "from 0 to 5000" in str(error)


@pytest.mark.parametrize("value", [0, 1, 249, 250, 5000])
def test_an_amount_on_the_boundary_fits(value: int) -> None:
    assert parse_answers({**HEALTHY, "supplement_mg": value}).supplement_mg == value


@pytest.mark.parametrize("value", WRONG_YES_NO)
def test_vegan_is_true_or_false(value: object) -> None:
    error = refused(vegan=value)
    assert (error.key, error.problem) == ("vegan", "not_a_boolean")
    assert "not true or false" in str(error)


@pytest.mark.parametrize("given_answers", [None, "none", 5, [], [HEALTHY], True])
def test_what_is_no_mapping_is_refused(given_answers: object) -> None:
    with pytest.raises(AnswersError, match=r"^answers: "):
        parse_answers(given_answers)


def test_a_long_wrong_value_is_cut_so_that_the_message_stays_one_line() -> None:
    error = refused(stomach="x\n" * 500_000)
    assert len(str(error)) < 200
    assert "\n" not in str(error)


@given(answers=anybody())
def test_lists_come_out_in_the_order_of_the_design_without_doubles(answers: dict[str, Any]) -> None:
    read = parse_answers(answers)
    for key, values in MANY.items():
        assert getattr(read, key) == tuple(value for value in values if value in answers[key])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(key=st.sampled_from(sorted(QUESTIONS)), value=JSON)
def test_any_json_for_an_answer_is_read_or_refused_by_name(key: str, value: object) -> None:
    try:
        parse_answers({**HEALTHY, key: value})
    except AnswersError as error:
        named = error.key
    else:
        named = key
    assert named == key


@pytest.mark.parametrize("key", ["{0}", "{x}", "a\nb", "\ud800", "x" * 10**6])
def test_a_strange_key_is_named_on_one_short_line(key: str) -> None:
    error = refused(**{key: 1})
    assert error.key == key
    assert str(error).isprintable()
    assert len(str(error)) < 200
