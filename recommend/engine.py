"""The rule engine: from answers and a ruleset to an advice that carries its own reasons."""

from typing import Literal

from msgspec import Struct

from recommend.answers import Answers
from recommend.conditions import Always
from recommend.knowledge import CERTAINTIES, Certainty, Form, Note, Rule, Ruleset, Severity

Status = Literal["suggested", "withheld"]
SEVERITY_ORDER: dict[Severity, int] = {"stop": 0, "caution": 1, "info": 2}


class RankedForm(Struct, frozen=True):
    """One form with its place, counted from 1, and the rules that fired for it, the most specific first."""

    form: Form
    rank: int
    suitable: bool
    certainty: Certainty
    score: int
    reasons: tuple[Rule, ...]


class Dose(Struct, frozen=True):
    """Daily amounts in mg of elemental magnesium; `suggested_mg` comes on top of `already_taken_mg`."""

    reference_intake_mg: int | None
    upper_limit_mg: int
    already_taken_mg: int
    suggested_mg: int


class Advice(Struct, frozen=True):
    """What the engine returns: everything of the advice but the products."""

    status: Status
    forms: tuple[RankedForm, ...]
    notes: tuple[Note, ...]
    dose: Dose
    ruleset: Ruleset

    @property
    def withheld(self) -> bool:
        return self.status == "withheld"

    def notes_of(self, severity: Severity) -> tuple[Note, ...]:
        return tuple(note for note in self.notes if note.severity == severity)


def advise(answers: Answers, ruleset: Ruleset) -> Advice:
    """Rank the forms, collect the safety notes and set the dose. Withheld exactly when a stop note fires."""
    notes = safety_notes(answers, ruleset)
    withheld = any(note.severity == "stop" for note in notes)
    return Advice(
        status="withheld" if withheld else "suggested",
        forms=rank_forms(answers, ruleset),
        notes=notes,
        dose=set_dose(answers, ruleset, withheld=withheld),
        ruleset=ruleset,
    )


def safety_notes(answers: Answers, ruleset: Ruleset) -> tuple[Note, ...]:
    """The notes that hold for these answers: emergencies first, then stop, caution, info, then file order."""
    fired = [note for note in ruleset.notes if note.when is not None and note.when.holds(answers)]
    return tuple(sorted(fired, key=lambda note: (not note.emergency, SEVERITY_ORDER[note.severity])))


def rank_forms(answers: Answers, ruleset: Ruleset) -> tuple[RankedForm, ...]:
    """All ranked forms, best first: by the sum of points, ties by the declared order of the ruleset."""
    fired = [rule for rule in ruleset.rules if rule.when.holds(answers)]
    # Reasons about this shopper's answers come before those that hold for everybody.
    fired.sort(key=lambda rule: isinstance(rule.when, Always))
    reasons = {form.id: tuple(rule for rule in fired if form.record in rule.forms) for form in ruleset.ranked}
    score = {form: sum(rule.points for rule in rules) for form, rules in reasons.items()}
    best_first = sorted(ruleset.ranked, key=lambda form: -score[form.id])
    return tuple(
        RankedForm(
            form=form,
            rank=rank,
            suitable=not any(rule.advise_against for rule in reasons[form.id]),
            certainty=weakest(reasons[form.id]),
            score=score[form.id],
            reasons=reasons[form.id],
        )
        for rank, form in enumerate(best_first, start=1)
    )


def weakest(rules: tuple[Rule, ...]) -> Certainty:
    """A chain of reasons is as certain as its weakest one; `none` when there is no reason at all."""
    if not rules:
        return "none"
    return max((rule.certainty for rule in rules), key=CERTAINTIES.index)


def set_dose(answers: Answers, ruleset: Ruleset, *, withheld: bool) -> Dose:
    """How much more a day: at most the shop's own limit, and within the upper limit with what is already taken.

    The upper limit is for magnesium from supplements (SCF 2001), not from food.
    """
    limits = ruleset.manifest.dose
    room = min(limits.own_limit_mg, limits.upper_limit_mg - answers.supplement_mg)
    return Dose(
        reference_intake_mg=limits.reference_intake_mg.get(answers.sex),  # type: ignore[call-overload] # "unspecified" has none
        upper_limit_mg=limits.upper_limit_mg,
        already_taken_mg=answers.supplement_mg,
        suggested_mg=0 if withheld else max(0, room),
    )
