"""Monotony: an answer against a form never improves its rank or score."""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from msgspec import structs

from recommend.answers import QUESTIONS, Answers
from recommend.engine import RankedForm, rank_forms
from recommend.knowledge import Ruleset
from recommend.space import Cone
from recommend.verify.firing import form_atoms
from recommend.verify.proof import Broken, Proof, merge_proofs, prove

STOMACH = QUESTIONS["stomach"].values
ABSORPTION = QUESTIONS["absorption"].values
BUDGET = tuple(reversed(QUESTIONS["budget"].values))


def prove_monotony(ruleset: Ruleset) -> Iterator[Proof]:
    """Proofs on stomach, absorption and budget."""
    yield _never_raises("a more sensitive stomach never raises oxide", "oxide", "stomach", STOMACH, ruleset)
    yield _never_raises("a more sensitive stomach never raises citrate", "citrate", "stomach", STOMACH, ruleset)
    yield _never_raises("asking for absorption never raises oxide", "oxide", "absorption", ABSORPTION, ruleset)
    dearest = dearest_form(ruleset)
    yield _never_raises(f"a lower budget never raises the dearest form, {dearest}", dearest, "budget", BUDGET, ruleset)


def dearest_form(ruleset: Ruleset) -> str:
    """Id of the ranked form with the least magnesium per gram: the same amount takes the most grams of it."""
    share = {form.id: ruleset.fraction_of(form.id) for form in ruleset.ranked}
    return min((form for form in share if share[form]), key=lambda form: share[form] or 1)


def _never_raises(claim: str, form: str, answer: str, steps: Sequence[str], ruleset: Ruleset) -> Proof:
    """Proof that the form improves neither in rank nor in points along `steps`, for all other answers."""
    others = Cone(form_atoms(ruleset), without={answer})
    proofs = (prove("monotony", claim, others, _raised(form, answer, step, ruleset)) for step in pairwise(steps))
    return merge_proofs("monotony", claim, proofs)


def _raised(form: str, answer: str, step: tuple[str, str], ruleset: Ruleset) -> Callable[[Answers], Broken | None]:
    def fault(answers: Answers) -> Broken | None:
        before, after = (structs.replace(answers, **{answer: value}) for value in step)
        old, new = (_standing(form, point, ruleset) for point in (before, after))
        if new.rank < old.rank:
            return Broken(f"{form} goes from place {old.rank} to place {new.rank}", (before, after))
        if new.score > old.score:
            return Broken(f"{form} goes from {old.score} to {new.score} points", (before, after))
        return None

    return fault


def _standing(form: str, answers: Answers, ruleset: Ruleset) -> RankedForm:
    return next(ranked for ranked in rank_forms(answers, ruleset) if ranked.form.id == form)
