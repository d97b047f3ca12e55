"""Explanation of a ranking: ids and values that separate the forms, and the effect of a single other answer."""

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import product
from typing import Any, Literal

from msgspec import Struct, structs

from recommend.answers import QUESTIONS, Answers
from recommend.conditions import Condition
from recommend.engine import Advice, RankedForm, first_form
from recommend.knowledge import NeverFirst, Rule, Ruleset
from recommend.space import Axis, Cone, set_answer

ChangeKind = Literal["wish", "circumstance"]

WISHES = ("budget", "absorption")
"""Questions on preferences; all other questions are on facts about a person."""

CHANGE_ORDER = (*WISHES, "stomach", "bowel", *QUESTIONS)
"""Order in which single changes are tried: preferences, then the questions nearest to them, then all others."""


class ChangedAnswer(Struct, frozen=True):
    """One changed answer; for a list, one box (`value`) ticked or not (`ticked`).

    A change of kind `circumstance` shows how sensitive the ranking is; it is never advice to act on.
    """

    question: str
    value: str | int | bool
    kind: ChangeKind
    ticked: bool | None = None


class WhyNotFirst(Struct, frozen=True):
    """Explanation why a form is not first.

    `ahead` are rules that gave the first form more points, `behind` rules that took more points from this form; rules
    whose condition treats both alike are left out. Both are empty when only the declared order decided (`tie`).
    `change` is the single changed answer that would put this form first, if there is one.
    """

    form: str
    tie: bool
    ahead: tuple[Rule, ...]
    behind: tuple[Rule, ...]
    never_first: NeverFirst | None
    change: ChangedAnswer | None


class Cell(Struct, frozen=True):
    """First form for one combination of preferences; `own` marks the combination of the visitor."""

    stomach: str
    absorption: str
    budget: str
    first: str
    own: bool


class DecisionMap(Struct, frozen=True):
    """First form by stomach, absorption and budget; rows are stomach by absorption, columns budget."""

    cells: tuple[Cell, ...]

    def cell(self, stomach: str, absorption: str, budget: str) -> Cell:
        """Cell of one combination. Raises StopIteration for values that the questions do not have."""
        wanted = (stomach, absorption, budget)
        return next(cell for cell in self.cells if (cell.stomach, cell.absorption, cell.budget) == wanted)


def why_not_first(answers: Answers, advice: Advice) -> tuple[WhyNotFirst, ...]:
    """Explanation for every form behind the first, with the single change that would put it first."""
    first, *others = advice.forms
    changes = single_changes(answers, advice.ruleset)
    leaders = [(change, first_form(changed, advice.ruleset)) for change, changed in changes]
    return tuple(_explain(ranked, first, leaders, advice.ruleset) for ranked in others)


def _explain(
    ranked: RankedForm, first: RankedForm, leaders: Sequence[tuple[ChangedAnswer, str]], ruleset: Ruleset
) -> WhyNotFirst:
    declared = (entry for entry in ruleset.manifest.never_first if entry.form == ranked.form.id)
    separates = _separating_conditions(ranked, first)
    return WhyNotFirst(
        form=ranked.form.id,
        tie=ranked.score == first.score,
        ahead=tuple(rule for rule in first.reasons if rule.points > 0 and rule.when in separates),
        behind=tuple(rule for rule in ranked.reasons if rule.points < 0 and rule.when in separates),
        never_first=next(declared, None),
        change=next((change for change, leader in leaders if leader == ranked.form.id), None),
    )


def _separating_conditions(ranked: RankedForm, first: RankedForm) -> set[Condition]:
    """Conditions whose rules together give the first form more points than this one; none in a tie."""
    if ranked.score == first.score:
        return set()
    lead: Counter[Condition] = Counter()
    for rule in first.reasons:
        lead[rule.when] += rule.points
    for rule in ranked.reasons:
        lead[rule.when] -= rule.points
    return {when for when, points in lead.items() if points > 0}


def single_changes(answers: Answers, ruleset: Ruleset) -> Iterator[tuple[ChangedAnswer, Answers]]:
    """All changes of one answer that some rule depends on: preferences before facts, nearest values first."""
    for axis in _axes(ruleset):
        kind: ChangeKind = "wish" if axis.answer in WISHES else "circumstance"
        for box in axis.boxes:
            ticked = box not in getattr(answers, axis.answer)
            yield ChangedAnswer(axis.answer, box, kind, ticked), set_answer(answers, axis.answer, box, ticked)
        if not axis.boxes:
            for value in _other_values(axis, getattr(answers, axis.answer)):
                yield ChangedAnswer(axis.answer, value, kind), set_answer(answers, axis.answer, None, value)


@lru_cache(16)
def _axes(ruleset: Ruleset) -> Sequence[Axis]:
    """Answers that some rule depends on, in the order in which they are changed."""
    cone = Cone(frozenset().union(*(rule.when.depends_on() for rule in ruleset.rules)))
    return sorted(cone.axes, key=lambda axis: CHANGE_ORDER.index(axis.answer))


def _other_values(axis: Axis, own: Any) -> list[Any]:
    """Other values that rules distinguish from `own`, nearest first; for a range of amounts its nearest amount."""
    order = QUESTIONS[axis.answer].values
    if isinstance(own, int) and not isinstance(own, bool):
        ranges = [(start, start + weight - 1) for start, weight in zip(axis.values, axis.weights, strict=True)]
        others = [min(max(own, start), end) for start, end in ranges if not start <= own <= end]
        return sorted(others, key=lambda amount: abs(amount - own))
    others = [value for value in axis.values if value != own]
    return sorted(others, key=lambda value: abs(order.index(value) - order.index(own)) if order else 0)


def decision_map(answers: Answers, ruleset: Ruleset) -> DecisionMap:
    """First form for every combination of stomach, absorption and budget, other answers unchanged."""
    questions = ("stomach", "absorption", "budget")
    own = tuple(getattr(answers, question) for question in questions)
    cells = []
    for stomach, absorption, budget in product(*(QUESTIONS[question].values for question in questions)):
        wished = structs.replace(answers, stomach=stomach, absorption=absorption, budget=budget)
        first = first_form(wished, ruleset)
        cells.append(Cell(stomach, absorption, budget, first, own=(stomach, absorption, budget) == own))
    return DecisionMap(tuple(cells))
