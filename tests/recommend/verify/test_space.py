"""Decomposition: cones cover the whole space, and outputs depend on their cone only."""

import json
from itertools import islice
from typing import Any

from hypothesis import given

from recommend.answers import QUESTIONS, parse_answers
from recommend.conditions import Atom
from recommend.engine import rank_forms, safety_notes
from recommend.knowledge import Ruleset
from recommend.space import (
    ALL_ANSWER_SETS,
    NEUTRAL,
    Cone,
    answers_as_dict,
    atoms_of_answer,
    distance_from_neutral,
    independent_groups,
)
from recommend.verify.firing import form_atoms, stop_groups
from tests.recommend.shoppers import MANY, ONE, anybody


def ticked(answer: str, *boxes: str) -> Atom:
    return Atom(answer, frozenset(boxes))


def test_the_whole_space_is_the_product_of_all_answers() -> None:
    expected = 5002 * 2  # supplement_mg, unknown too, and vegan
    for values in ONE.values():
        expected *= len(values)
    for values in MANY.values():
        expected *= 2 ** len(values)
    assert expected == ALL_ANSWER_SETS


def test_the_points_of_a_cone_weigh_as_much_as_the_cone() -> None:
    cone = Cone({Atom("stomach"), ticked("medicines", "digoxin"), Atom("supplement_mg", 1), Atom("supplement_mg", 250)})
    points = list(cone)
    assert len(points) == len(set(map(repr, points))) == cone.points == 3 * 2 * 3
    assert sum(map(cone.weight, points)) == cone.total == 3 * 2 * 5002
    assert {point.supplement_mg for point in points} == {0, 1, 250}


def test_an_unknown_amount_weighs_with_the_150_mg_that_it_counts_as_until_a_condition_tells_it_apart() -> None:
    alike = Cone({Atom("supplement_mg", 100), Atom("supplement_mg", 200)})
    assert [(point.supplement_mg, alike.weight(point)) for point in alike] == [(0, 100), (100, 101), (200, 4801)]
    apart = Cone({Atom("supplement_mg", 200), Atom("supplement_mg")})
    assert [(point.supplement_mg, apart.weight(point)) for point in apart] == [(0, 200), (200, 4801), ("unknown", 1)]


def test_boxes_that_no_condition_tells_apart_are_one_axis() -> None:
    cone = Cone({ticked("medicines", "digoxin", "other", "iron_zinc"), ticked("medicines", "other", "unknown")})
    assert [axis.boxes for axis in cone.axes] == [("digoxin", "iron_zinc"), ("other",), ("unknown",)]
    assert cone.points == 8
    assert sum(map(cone.weight, cone)) == cone.total == 2**4


def test_points_come_smallest_first() -> None:
    sizes = [distance_from_neutral(answers) for answers in Cone(atoms_of_answer("conditions") | {Atom("goal")})]
    assert sizes == sorted(sizes)
    assert sizes[0] == 0


def test_a_large_cone_can_still_be_searched_from_the_nearest_points_on() -> None:
    cone = Cone(frozenset().union(*map(atoms_of_answer, QUESTIONS)))
    assert next(islice(cone.nearest(), 1)) == NEUTRAL


def test_components_share_no_answer() -> None:
    parts = independent_groups(
        {
            "a": frozenset({Atom("age_group"), ticked("conditions", "pregnant")}),
            "b": frozenset({ticked("conditions", "myasthenia")}),
            "c": frozenset({Atom("age_group")}),
            "d": frozenset({Atom("supplement_mg", 1)}),
            "e": frozenset({Atom("supplement_mg", 250)}),
        }
    )
    assert sorted(sorted(members) for members, _ in parts) == [["a", "c"], ["b"], ["d", "e"]]


@given(given_answers=anybody())
def test_the_answers_of_a_counter_example_are_read_back_as_they_were(given_answers: dict[str, Any]) -> None:
    answers = parse_answers(given_answers)
    assert parse_answers(json.loads(json.dumps(answers_as_dict(answers)))) == answers


@given(given_answers=anybody())
def test_the_ranking_depends_on_its_cone_alone(given_answers: dict[str, Any], ruleset: Ruleset) -> None:
    answers = parse_answers(given_answers)
    representative = Cone(form_atoms(ruleset)).copy(answers, onto=NEUTRAL)
    assert rank_forms(answers, ruleset) == rank_forms(representative, ruleset)


@given(given_answers=anybody())
def test_every_note_depends_on_its_cone_alone(given_answers: dict[str, Any], ruleset: Ruleset) -> None:
    answers = parse_answers(given_answers)
    fired = safety_notes(answers, ruleset)
    for note in ruleset.notes:
        if note.when is not None:
            representative = Cone(note.when.depends_on()).copy(answers, onto=NEUTRAL)
            assert (note in safety_notes(representative, ruleset)) == (note in fired)


@given(given_answers=anybody())
def test_the_status_is_withheld_exactly_when_a_group_of_stops_fires(
    given_answers: dict[str, Any], ruleset: Ruleset
) -> None:
    answers = parse_answers(given_answers)
    withheld = any(note.severity == "stop" for note in safety_notes(answers, ruleset))
    fires = [group.fires(group.cone.copy(answers, onto=NEUTRAL), ruleset) for group in stop_groups(ruleset)]
    assert withheld == any(fires)
