"""Dose: with the amount already taken at most the upper limit, and nothing when the advice is withheld."""

from collections.abc import Callable, Iterator
from itertools import chain

from msgspec import structs

from recommend.answers import SUPPLEMENT_MG_MAX, Answers
from recommend.conditions import Atom
from recommend.engine import advise
from recommend.knowledge import Ruleset
from recommend.space import NEUTRAL, Cone, atoms_of_answer
from recommend.verify.design import OWN_LIMIT_MG, REFERENCE_INTAKE_MG, UPPER_LIMIT_MG
from recommend.verify.firing import silence_groups, stop_groups
from recommend.verify.proof import Broken, Proof, merge_proofs, prove

DOSE_ATOMS = atoms_of_answer("supplement_mg") | atoms_of_answer("sex")
"""Atoms that the dose depends on, next to the status."""


def prove_dose(ruleset: Ruleset) -> Iterator[Proof]:
    """Proofs on suggested amount, amount taken and reference intake (mg elemental)."""
    bases = _bases(ruleset)
    cones = [Cone(DOSE_ATOMS, base=base) for base in bases]
    claim = f"suggested and already taken together are at most {UPPER_LIMIT_MG} mg, for every amount taken"
    yield merge_proofs("dose", claim, (prove("dose", claim, cone, _above_limit(ruleset)) for cone in cones))
    claim = "nothing is suggested when the advice is withheld"
    amounts = chain.from_iterable(Cone(atoms_of_answer("supplement_mg"), base=base) for base in bases)
    yield prove("dose", claim, amounts, _suggested_anyway(ruleset))
    claim = "more already taken never raises the suggested dose"
    steps = chain.from_iterable(map(_amounts, bases))
    yield prove("monotony", claim, steps, _raised(ruleset))
    yield _reference_intake(ruleset)
    claim = f"at most {OWN_LIMIT_MG} mg is suggested, and no less than fits when nothing withholds"
    amounts = chain.from_iterable(Cone(atoms_of_answer("supplement_mg"), base=base) for base in bases)
    yield prove("dose", claim, amounts, _other_amount(ruleset))


def _bases(ruleset: Ruleset) -> list[Answers]:
    """Smallest answers that withhold nothing, and smallest answers that withhold the advice.

    Stop notes on the amount taken are left out: every amount is combined with either base.
    """
    groups = [
        group for group in stop_groups(ruleset) if all(axis.answer != "supplement_mg" for axis in group.cone.axes)
    ]
    silent = silence_groups(groups, NEUTRAL, ruleset)
    firing = (answers for group in groups for answers in group.cone if group.fires(answers, ruleset))
    return [answers for answers in (silent, next(firing, None)) if answers is not None]


def _above_limit(ruleset: Ruleset) -> Callable[[Answers], str | None]:
    def fault(answers: Answers) -> str | None:
        dose = advise(answers, ruleset).dose
        if dose.suggested_mg < 0 or (
            dose.suggested_mg and dose.suggested_mg + answers.counted_supplement_mg > UPPER_LIMIT_MG
        ):
            return f"{dose.suggested_mg} mg is suggested on top of {answers.counted_supplement_mg} mg"
        if dose.already_taken_mg != answers.counted_supplement_mg or dose.upper_limit_mg > UPPER_LIMIT_MG:
            return f"the dose says {dose.already_taken_mg} mg taken of at most {dose.upper_limit_mg} mg"
        return None

    return fault


def _suggested_anyway(ruleset: Ruleset) -> Callable[[Answers], str | None]:
    def fault(answers: Answers) -> str | None:
        advice = advise(answers, ruleset)
        wrong = advice.withheld and advice.dose.suggested_mg != 0
        return f"withheld, yet {advice.dose.suggested_mg} mg is suggested" if wrong else None

    return fault


def _other_amount(ruleset: Ruleset) -> Callable[[Answers], str | None]:
    def fault(answers: Answers) -> str | None:
        advice = advise(answers, ruleset)
        fits = 0 if advice.withheld else max(0, min(OWN_LIMIT_MG, UPPER_LIMIT_MG - answers.counted_supplement_mg))
        found = advice.dose.suggested_mg
        return None if found == fits else f"{found} mg is suggested, not {fits}"

    return fault


def _amounts(base: Answers) -> Iterator[Answers]:
    """Every amount except the highest, to compare with one mg more."""
    return (structs.replace(base, supplement_mg=amount) for amount in range(SUPPLEMENT_MG_MAX))


def _raised(ruleset: Ruleset) -> Callable[[Answers], Broken | None]:
    def fault(answers: Answers) -> Broken | None:
        more = structs.replace(answers, supplement_mg=answers.counted_supplement_mg + 1)
        old, new = (advise(point, ruleset).dose.suggested_mg for point in (answers, more))
        return Broken(f"the suggestion goes from {old} to {new} mg", (answers, more)) if new > old else None

    return fault


def _reference_intake(ruleset: Ruleset) -> Proof:
    def fault(answers: Answers) -> str | None:
        found = advise(answers, ruleset).dose.reference_intake_mg
        expected = REFERENCE_INTAKE_MG[answers.sex]
        return None if found == expected else f"the reference intake is {found} mg, not {expected}"

    return prove(
        "dose", "the reference intake is 300 mg (female), 350 mg (male) or not given", Cone({Atom("sex")}), fault
    )
