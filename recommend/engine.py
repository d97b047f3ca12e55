"""Rule engine: an advice with its reasons, from answers and a ruleset."""

from collections.abc import Collection, Iterable, Sequence
from typing import Literal

from msgspec import Struct

from recommend.answers import Answers
from recommend.knowledge import CERTAINTIES, Certainty, Form, LowestPrices, Note, Rule, Ruleset, Severity
from recommend.schedule import DayPlan, plan_day

Status = Literal["suggested", "withheld"]
CERTAINTY_RANK: dict[Certainty, int] = {certainty: place for place, certainty in enumerate(CERTAINTIES)}
"""Rank of each certainty; 0 is the strongest."""


class JudgedForm(Struct, frozen=True, gc=False):
    """A form with the rules that fired for it, most specific first; not suitable when one advises against it."""

    form: Form
    suitable: bool
    certainty: Certainty
    reasons: tuple[Rule, ...]


class RankedForm(JudgedForm, frozen=True, gc=False):
    """A form with its rank (from 1) and points."""

    rank: int
    score: int


class Dose(Struct, frozen=True, gc=False):
    """Daily amounts in mg elemental magnesium; `suggested_mg` comes on top of `already_taken_mg`."""

    reference_intake_mg: int | None
    upper_limit_mg: int
    already_taken_mg: int
    suggested_mg: int


class Advice(Struct, frozen=True, gc=False):
    """An advice without products: status, ranked forms, safety notes, dose, and the other forms that the shop sells.

    `ruleset` is the one it follows from, at the prices it was given.
    """

    status: Status
    forms: tuple[RankedForm, ...]
    notes: tuple[Note, ...]
    dose: Dose
    ruleset: Ruleset
    other_forms: tuple[JudgedForm, ...] = ()

    @property
    def withheld(self) -> bool:
        """Whether a stop note withholds products and dose."""
        return self.status == "withheld"

    @property
    def schedule(self) -> DayPlan | None:
        """Day plan for medicines that need hours between; None without one, and when the advice is withheld."""
        return None if self.withheld else plan_day(self.notes, self.ruleset)

    def notes_of(self, severity: Severity) -> tuple[Note, ...]:
        """Notes of one severity, in order."""
        return tuple(note for note in self.notes if note.severity == severity)


def advise(answers: Answers, ruleset: Ruleset, prices: LowestPrices | None = None) -> Advice:
    """Ranked forms, safety notes and dose for these answers; withheld exactly when a stop note fires.

    Without `prices` no rule on prices counts, and no other form is known to be for sale.
    """
    if prices is not None:
        ruleset = ruleset.at_prices(prices)
    notes = safety_notes(answers, ruleset)
    withheld = any(note.severity == "stop" for note in notes)
    return Advice(
        status="withheld" if withheld else "suggested",
        forms=rank_forms(answers, ruleset),
        notes=notes,
        dose=set_dose(answers, ruleset, withheld=withheld),
        ruleset=ruleset,
        other_forms=judge_other_forms(answers, ruleset, prices) if prices else (),
    )


def safety_notes(answers: Answers, ruleset: Ruleset) -> tuple[Note, ...]:
    """Notes that apply to these answers: emergencies first, then stop, caution, info, each with personal ones first."""
    return tuple(ruleset.note_matcher.matching(answers))


def rank_forms(answers: Answers, ruleset: Ruleset) -> tuple[RankedForm, ...]:
    """All ranked forms, best first: by the sum of points, ties by the declared order of the ruleset."""
    reasons: dict[str, list[Rule]] = {record: [] for record in ruleset.ranked_records.values()}
    for rule in ruleset.rule_matcher.matching(answers):
        for record in rule.forms:
            reasons[record].append(rule)
    scores = {record: _score(rules) for record, rules in reasons.items()}
    score_of = {form: scores[record] for form, record in ruleset.ranked_records.items()}
    best_first = sorted(score_of.items(), key=_points, reverse=True)  # stable sort: ties keep the declared order
    return tuple(
        [
            RankedForm(ruleset.forms[form], found.suitable, found.certainty, found.reasons, rank, found.score)
            for rank, (form, found) in enumerate(best_first, start=1)
        ]
    )


def first_form(answers: Answers, ruleset: Ruleset) -> str:
    """Id of the form that `rank_forms` has first, in a fifth of its time: for questions on many other answers."""
    records = ruleset.ranked_records
    points = dict.fromkeys(records.values(), 0)
    for rule in ruleset.points_matcher.matching(answers):
        for record in rule.forms:
            points[record] += rule.points
    most = max(points.values())
    return next(form for form, record in records.items() if points[record] == most)  # ties: the declared order


def judge_other_forms(answers: Answers, ruleset: Ruleset, sold: Collection[str]) -> tuple[JudgedForm, ...]:
    """The sold forms that are not ranked, best known first; none that the law forbids for these answers."""
    forbidden = forms_not_for(answers.conditions, ruleset)
    rules = ruleset.other_rule_matcher.matching(answers)
    judged = []
    for form in ruleset.other_forms:
        if form.id in sold and form.id not in forbidden:
            score = _score([rule for rule in rules if form.record in rule.forms])
            judged.append(JudgedForm(form, score.suitable, score.certainty, score.reasons))
    return tuple(sorted(judged, key=lambda other: (not other.suitable, CERTAINTY_RANK[other.certainty])))


class _Score(Struct, frozen=True, gc=False):
    """Score of one record of facts by the rules that fired; forms that share the record have the same score."""

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
    """Certainty of a chain of reasons: that of the weakest; `none` without reasons."""
    certainty: Certainty = "strong" if rules else "none"
    for rule in rules:
        if CERTAINTY_RANK[rule.certainty] > CERTAINTY_RANK[certainty]:
            certainty = rule.certainty
    return certainty


def _points(form: tuple[str, _Score]) -> int:
    return form[1].score


def forms_not_for(conditions: Iterable[str], ruleset: Ruleset) -> frozenset[str]:
    """Ids of the forms that the law forbids for people with any of these conditions."""
    forbidden = {form.id for form in ruleset.forms.values() if {*form.not_for} & {*conditions}}
    return frozenset(form.id for form in ruleset.forms.values() if form.record in forbidden)


def set_dose(answers: Answers, ruleset: Ruleset, *, withheld: bool) -> Dose:
    """Dose for these answers: at most the shop's own limit, and within the upper limit with the amount already taken.

    The upper limit is 250 mg a day from supplements (SCF 2001); magnesium in food does not count. 0 mg when withheld.
    """
    limits = ruleset.manifest.dose
    room = min(limits.own_limit_mg, limits.upper_limit_mg - answers.counted_supplement_mg)
    return Dose(
        reference_intake_mg=limits.reference_intake_mg.get(answers.sex),  # type: ignore[call-overload] # "unspecified" has none
        upper_limit_mg=limits.upper_limit_mg,
        already_taken_mg=answers.counted_supplement_mg,
        suggested_mg=0 if withheld else max(0, room),
    )
