"""The rule engine: from answers and a ruleset to an advice that carries its own reasons."""

from collections.abc import Iterable, Sequence
from typing import Literal

from msgspec import Struct

from recommend.answers import Answers
from recommend.knowledge import CERTAINTIES, Certainty, Form, Note, Rule, Ruleset, Severity

Status = Literal["suggested", "withheld"]
CERTAINTY_RANK: dict[Certainty, int] = {certainty: place for place, certainty in enumerate(CERTAINTIES)}


class RankedForm(Struct, frozen=True, gc=False):
    """One form with its place, counted from 1, and the rules that fired for it, the most specific first."""

    form: Form
    rank: int
    suitable: bool
    certainty: Certainty
    score: int
    reasons: tuple[Rule, ...]


class Dose(Struct, frozen=True, gc=False):
    """Daily amounts in mg of elemental magnesium; `suggested_mg` comes on top of `already_taken_mg`."""

    reference_intake_mg: int | None
    upper_limit_mg: int
    already_taken_mg: int
    suggested_mg: int


class Advice(Struct, frozen=True, gc=False):
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
    return tuple(ruleset.note_matcher.matching(answers))


def rank_forms(answers: Answers, ruleset: Ruleset) -> tuple[RankedForm, ...]:
    """All ranked forms, best first: by the sum of points, ties by the declared order of the ruleset."""
    reasons: dict[str, list[Rule]] = {record: [] for record in ruleset.ranked_records.values()}
    for rule in ruleset.rule_matcher.matching(answers):
        for record in rule.forms:
            reasons[record].append(rule)
    scores = {record: _score(rules) for record, rules in reasons.items()}
    score_of = {form: scores[record] for form, record in ruleset.ranked_records.items()}
    best_first = sorted(score_of.items(), key=_points, reverse=True)  # a stable sort: ties keep the declared order
    return tuple(
        [
            RankedForm(ruleset.forms[form], rank, found.suitable, found.certainty, found.score, found.reasons)
            for rank, (form, found) in enumerate(best_first, start=1)
        ]
    )


class _Score(Struct, frozen=True, gc=False):
    """What the rules that fired say of one record of facts; forms that share the record stand alike."""

    score: int
    suitable: bool
    certainty: Certainty
    reasons: tuple[Rule, ...]


def _score(rules: list[Rule]) -> _Score:
    score, suitable = 0, True
    for rule in rules:
        score += rule.points
        if rule.advise_against:
            suitable = False
    return _Score(score, suitable, weakest_certainty(rules), tuple(rules))


def weakest_certainty(rules: Sequence[Rule]) -> Certainty:
    """A chain of reasons is as certain as its weakest_certainty one; `none` when there is no reason at all."""
    certainty: Certainty = "strong" if rules else "none"
    for rule in rules:
        if CERTAINTY_RANK[rule.certainty] > CERTAINTY_RANK[certainty]:
            certainty = rule.certainty
    return certainty


def _points(form: tuple[str, _Score]) -> int:
    return form[1].score


def forms_not_for(conditions: Iterable[str], ruleset: Ruleset) -> frozenset[str]:
    """The forms that the law keeps away from people with any of these conditions."""
    forbidden = {form.id for form in ruleset.forms.values() if {*form.not_for} & {*conditions}}
    return frozenset(form.id for form in ruleset.forms.values() if form.record in forbidden)


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
