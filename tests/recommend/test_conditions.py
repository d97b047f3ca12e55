"""Conditions: each kind at its boundary, and every invalid notation."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommend.conditions import AllOf, Always, AnyOf, AtLeast, Condition, Includes, Is, read_condition
from tests.recommend.shoppers import MANY, anybody, beside, shopper

STRONG = {"answer": "stomach", "is": ["strong"]}
LOOSE = {"answer": "bowel", "is": ["loose"]}
DIGOXIN = {"answer": "medicines", "includes": ["digoxin", "other"]}
FROM_250 = {"answer": "supplement_mg", "at_least": 250}


@pytest.mark.parametrize(
    ("condition", "answers", "holds"),
    [
        ("always", {}, True),
        (STRONG, {"stomach": "strong"}, True),
        (STRONG, {"stomach": "mild"}, False),
        ({"answer": "stomach", "is": ["mild", "strong"]}, {"stomach": "mild"}, True),
        (DIGOXIN, {"medicines": ["digoxin"]}, True),
        (DIGOXIN, {"medicines": ["unknown", "other"]}, True),
        (DIGOXIN, {"medicines": ["unknown"]}, False),
        (DIGOXIN, {"medicines": []}, False),
        (FROM_250, {"supplement_mg": 249}, False),
        (FROM_250, {"supplement_mg": 250}, True),
        (FROM_250, {"supplement_mg": 5000}, True),
        ({"all": [STRONG, LOOSE]}, {"stomach": "strong", "bowel": "loose"}, True),
        ({"all": [STRONG, LOOSE]}, {"stomach": "strong"}, False),
        ({"any": [STRONG, LOOSE]}, {"bowel": "loose"}, True),
        ({"any": [STRONG, LOOSE]}, {}, False),
        ({"all": [DIGOXIN, {"any": [STRONG, LOOSE]}]}, {"medicines": ["digoxin"], "bowel": "loose"}, True),
        ({"all": [DIGOXIN, {"any": [STRONG, LOOSE]}]}, {"medicines": ["digoxin"]}, False),
    ],
)
def test_a_condition_holds_for_exactly_the_answers_it_names(
    condition: Any, answers: dict[str, Any], holds: bool
) -> None:
    assert read_condition(condition).holds(shopper(**answers)) is holds


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("always", Always()),
        (STRONG, Is("stomach", frozenset({"strong"}))),
        (DIGOXIN, Includes("medicines", frozenset({"digoxin", "other"}))),
        (FROM_250, AtLeast("supplement_mg", 250)),
        ({"all": ["always", STRONG]}, AllOf((Always(), Is("stomach", frozenset({"strong"}))))),
        ({"any": ["always", STRONG]}, AnyOf((Always(), Is("stomach", frozenset({"strong"}))))),
    ],
)
def test_each_kind_is_read_as_written(written: Any, read: Condition) -> None:
    assert read_condition(written) == read


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        (None, "'always' or a mapping"),
        ("never", "'always' or a mapping"),
        (True, "'always' or a mapping"),
        ([STRONG], "'always' or a mapping"),
        ({}, "answer and one of"),
        ({"answer": "stomach"}, "answer and one of"),
        ({"is": ["strong"]}, "answer and one of"),
        ({"not": STRONG}, "answer and one of"),
        ({"answer": "stomach", "is_not": ["strong"]}, "answer and one of"),
        ({"answer": "stomach", "is": ["strong"], "includes": ["mild"]}, "answer and one of"),
        ({"answer": "stomach", "is": ["strong"], "note": "x"}, "answer and one of"),
        ({"all": [STRONG, LOOSE], "any": [STRONG, LOOSE]}, "answer and one of"),
        ({"all": [STRONG, LOOSE], "answer": "stomach"}, "answer and one of"),
        ({"answer": "stomac", "is": ["strong"]}, "unknown answer 'stomac'"),
        ({"answer": 5, "is": ["strong"]}, "unknown answer 5"),
        ({"answer": ["stomach"], "is": ["strong"]}, "unknown answer"),
        ({"answer": "stomach", "is": ["sore"]}, "'sore' is no value of stomach"),
        ({"answer": "stomach", "is": [["strong"]]}, "is no value of stomach"),
        ({"answer": "age_group", "is": [1864]}, "1864 is no value of age_group"),
        ({"answer": "stomach", "is": []}, "needs a list of values of stomach"),
        ({"answer": "stomach", "is": "strong"}, "needs a list of values of stomach"),
        ({"answer": "medicines", "includes": ["aspirin"]}, "'aspirin' is no value of medicines"),
        ({"answer": "medicines", "is": ["digoxin"]}, "is does not fit the answer medicines"),
        ({"answer": "stomach", "includes": ["strong"]}, "includes does not fit the answer stomach"),
        ({"answer": "stomach", "at_least": 1}, "at_least does not fit the answer stomach"),
        ({"answer": "supplement_mg", "is": [250]}, "250 is no value of supplement_mg"),
        ({"answer": "vegan", "is": ["yes"]}, "is does not fit the answer vegan"),
        ({"answer": "vegan", "is": [True]}, "is does not fit the answer vegan"),
        ({"answer": "supplement_mg", "at_least": 0}, "from 1 to 5000"),
        ({"answer": "supplement_mg", "at_least": 5001}, "from 1 to 5000"),
        ({"answer": "supplement_mg", "at_least": True}, "from 1 to 5000"),
        ({"answer": "supplement_mg", "at_least": 2.5}, "from 1 to 5000"),
        ({"answer": "supplement_mg", "at_least": "250"}, "from 1 to 5000"),
        ({"all": []}, "two or more"),
        ({"any": [STRONG]}, "two or more"),
        ({"any": STRONG}, "two or more"),
        ({"all": [STRONG, {"any": [LOOSE, "never"]}]}, "'never'"),
    ],
)
def test_a_condition_written_wrongly_is_refused_with_the_reason(written: Any, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        read_condition(written)


LEAVES = st.sampled_from(["always", STRONG, LOOSE, DIGOXIN, FROM_250]) | st.sampled_from(sorted(MANY)).flatmap(
    lambda key: st.sampled_from(MANY[key]).map(lambda value: {"answer": key, "includes": [value]})
)
WRITTEN = st.recursive(
    LEAVES,
    lambda inner: st.tuples(st.sampled_from(["all", "any"]), st.lists(inner, min_size=2, max_size=3)).map(
        lambda pair: {pair[0]: pair[1]}
    ),
    max_leaves=6,
)


@given(written=WRITTEN, answers=anybody(), key=st.sampled_from(sorted(MANY)), data=st.data())
def test_no_condition_that_can_be_written_stops_holding_when_one_more_thing_is_ticked(
    written: Any, answers: dict[str, Any], key: str, data: st.DataObject
) -> None:
    condition = read_condition(written)
    more = {key: [data.draw(st.sampled_from(MANY[key]))]}
    assert condition.holds(beside(answers, more)) >= condition.holds(beside(answers, {}))
