"""Index over conditions: it returns exactly the records whose condition is true, in their order."""

from typing import Any, NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from recommend.answers import Answers, amount_of, parse_answers
from recommend.conditions import AllOf, Always, AnyOf, AtLeast, Atom, Condition, Includes, Is, Matcher
from recommend.knowledge import Ruleset
from tests.recommend.shoppers import MANY, ONE, anybody, shopper


class Numbered(NamedTuple):
    number: int
    when: Condition | None


def subsets(values: dict[str, tuple[str, ...]]) -> st.SearchStrategy[tuple[str, frozenset[str]]]:
    return st.sampled_from(sorted(values)).flatmap(
        lambda key: st.tuples(st.just(key), st.frozensets(st.sampled_from(values[key]), min_size=1, max_size=3))
    )


def combined(parts: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    several = st.lists(parts, min_size=2, max_size=3).map(tuple)
    return several.map(AllOf) | several.map(AnyOf)


SIMPLE: st.SearchStrategy[Condition] = (
    st.just(Always())
    | subsets(dict(ONE)).map(lambda found: Is(*found))
    | subsets(dict(MANY)).map(lambda found: Includes(*found))
    | st.integers(1, 5000).map(lambda minimum: AtLeast("supplement_mg", minimum))
)
CONDITIONS: st.SearchStrategy[Condition] = st.recursive(SIMPLE, combined, max_leaves=6)


@given(conditions=st.lists(CONDITIONS | st.none(), max_size=20), given_answers=anybody())
def test_the_index_finds_what_asking_every_condition_finds(
    conditions: list[Condition | None], given_answers: dict[str, Any]
) -> None:
    answers = parse_answers(given_answers)
    records = [Numbered(number, when) for number, when in enumerate(conditions)]
    expected = [record for record in records if record.when is not None and record.when.holds(answers)]
    assert Matcher(records).matching(answers) == expected


@given(condition=CONDITIONS, one=anybody(), other=anybody())
def test_a_condition_depends_on_nothing_but_what_it_says(
    condition: Condition, one: dict[str, Any], other: dict[str, Any]
) -> None:
    """Two shoppers who agree on the declared atoms get the same result from a condition."""
    first, second = parse_answers(one), parse_answers(other)
    agree = all(_look(first, atom) == _look(second, atom) for atom in condition.depends_on())
    assert not agree or condition.holds(first) == condition.holds(second)


def _look(answers: Answers, atom: Atom) -> object:
    value = getattr(answers, atom.answer)
    if atom.detail is None:
        return value
    return amount_of(value) >= atom.detail if isinstance(atom.detail, int) else not atom.detail.isdisjoint(value)


class Weekday(Condition):
    """A kind of condition that the index does not know."""

    def holds(self, answers: Answers) -> bool:
        return answers.vegan

    def depends_on(self) -> frozenset[Atom]:
        return frozenset({Atom("vegan")})


def test_a_kind_of_condition_that_the_index_does_not_know_is_asked() -> None:
    matcher = Matcher([Numbered(0, Weekday()), Numbered(1, AnyOf((Weekday(), Is("stomach", frozenset({"mild"})))))])
    assert matcher.matching(shopper()) == []
    assert [found.number for found in matcher.matching(shopper(vegan=True))] == [0, 1]
    assert [found.number for found in matcher.matching(shopper(stomach="mild"))] == [1]


def test_reasons_about_a_shopper_come_first_then_those_for_everybody_and_last_what_only_informs(
    ruleset: Ruleset,
) -> None:
    found = ruleset.rule_matcher.matching(shopper(budget="low", absorption="important"))
    places = [(rule.points == 0, isinstance(rule.when, Always)) for rule in found]
    assert places == sorted(places)
    assert {True, False} == {informs for informs, _ in places}
