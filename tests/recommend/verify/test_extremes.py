"""Extreme rulesets: a stop for everybody, no rules at all, or too many points to enumerate."""

from itertools import chain

import pytest
from msgspec import structs

from recommend.answers import QUESTIONS, SUPPLEMENT_MG_MAX
from recommend.conditions import AllOf, AtLeast, Condition, Includes, Is
from recommend.engine import advise
from recommend.knowledge import Ruleset
from recommend.space import NEUTRAL, TooLargeError
from recommend.verify.dose import prove_dose
from recommend.verify.liveness import prove_liveness
from recommend.verify.monotony import prove_monotony
from recommend.verify.safety import prove_safety
from recommend.verify.totality import prove_totality, status_points
from tests.recommend.shoppers import MANY
from tests.recommend.verify.rulesets import broken_claims

pytestmark = pytest.mark.exhaustive


def test_a_dose_is_tried_for_somebody_who_gets_one_even_if_the_neutral_answers_are_withheld(
    ruleset: Ruleset,
) -> None:
    dose = structs.replace(ruleset.manifest.dose, upper_limit_mg=400, own_limit_mg=400)
    stop = structs.replace(ruleset.notes[0], id="stop", severity="stop", when=Is("budget", frozenset({"medium"})))
    broken = structs.replace(
        ruleset, manifest=structs.replace(ruleset.manifest, dose=dose), notes=(*ruleset.notes, stop)
    )
    claim = "suggested and already taken together are at most 250 mg, for every amount taken"
    fault = broken_claims(prove_dose(broken))[claim].broken
    assert fault is not None
    assert fault.answers[0].budget != "medium"


def with_stop(ruleset: Ruleset, when: Condition) -> Ruleset:
    """No stop note but this one."""
    others = [note for note in ruleset.notes if note.severity != "stop"]
    stop = structs.replace(ruleset.notes[0], id="stop", severity="stop", when=when)
    return structs.replace(ruleset, notes=(*others, stop))


@pytest.mark.parametrize(
    ("when", "bases"),
    [
        (AtLeast("supplement_mg", 250), 1),
        (Is("budget", frozenset({"medium"})), 2),
        (Includes("warning_signs", frozenset(QUESTIONS["warning_signs"].values)), 2),
    ],
    ids=["the amount itself", "an answer before it in the alphabet", "an answer after it"],
)
def test_every_amount_is_tried_with_and_without_a_stop_on_another_answer(
    when: Condition, bases: int, ruleset: Ruleset
) -> None:
    proofs = {proof.claim: proof for proof in prove_dose(with_stop(ruleset, when))}
    proof = proofs["nothing is suggested when the advice is withheld"]
    assert (proof.points, proof.broken) == (bases * (SUPPLEMENT_MG_MAX + 2), None)  # and the unknown amount


def test_no_dose_fits_above_the_limit_even_where_no_note_withholds(ruleset: Ruleset) -> None:
    lax = with_stop(ruleset, Is("budget", frozenset({"low"})))
    assert advise(structs.replace(NEUTRAL, supplement_mg=300), lax).status == "suggested"
    assert broken_claims(prove_dose(lax)) == {}


@pytest.mark.parametrize("empty", ["rules", "notes"])
def test_a_ruleset_without_rules_or_notes_is_broken_in_words(empty: str, ruleset: Ruleset) -> None:
    without = structs.replace(ruleset, **{empty: ()})
    assert broken_claims(chain(prove_liveness(without), prove_safety(without), prove_monotony(without)))


def test_a_status_that_hangs_on_too_many_answers_is_proven_in_groups(ruleset: Ruleset) -> None:
    stops = tuple(structs.replace(note, severity="stop") for note in ruleset.notes if note.when is not None)
    many = structs.replace(ruleset, notes=stops[:-1])
    points = sum(1 for _ in status_points(many))
    assert points < 500
    assert next(prove_totality(many)).broken is None


def test_an_output_on_too_many_answers_cannot_be_proven_and_says_so(ruleset: Ruleset) -> None:
    boxes = tuple(Includes(key, frozenset({value})) for key, values in MANY.items() for value in values)
    stop = structs.replace(ruleset.notes[0], id="stop", severity="stop", when=AllOf(boxes))
    broken = broken_claims(prove_safety(structs.replace(ruleset, notes=(*ruleset.notes, stop))))
    fault = broken["ticking one more condition, medicine or sign never removes a note"].broken
    assert fault is not None
    assert "cannot be proven" in fault.why


def test_a_rule_on_too_many_answers_is_refused_in_words(ruleset: Ruleset) -> None:
    boxes = tuple(Includes(key, frozenset({value})) for key, values in MANY.items() for value in values)
    rule = structs.replace(ruleset.rules[0], id="wide", when=AllOf(boxes))
    with pytest.raises(TooLargeError, match="points hang together"):
        list(prove_liveness(structs.replace(ruleset, rules=(*ruleset.rules, rule))))
