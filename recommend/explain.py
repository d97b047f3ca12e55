"""Why each form stands where it stands, and what a single other answer would change: ids and values, no wording."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any, Literal

from msgspec import Struct, structs

from recommend.answers import QUESTIONS, Answers
from recommend.conditions import Condition
from recommend.engine import Advice, RankedForm, rank_forms
from recommend.knowledge import NeverFirst, Rule, Ruleset
from recommend.space import Axis, Cone, set_answer

ChangeKind = Literal["wish", "circumstance"]

WISHES = ("budget", "absorption")
"""What a shopper may simply want otherwise. All other answers are facts about a person."""

CHANGE_ORDER = (*WISHES, "stomach", "bowel", *QUESTIONS)
"""In this order single changes are tried: wishes first, then what is nearest to a wish, then the rest."""


class ChangedAnswer(Struct, frozen=True):
    """One answer given otherwise. Of a list one box: `value` ticked (True in `ticked`) or not (False).

    Of kind `circumstance` it says how sensitive the ranking is, and is never something to be advised.
    """

    question: str
    value: str | int | bool
    kind: ChangeKind
    ticked: bool | None = None


class WhyNotFirst(Struct, frozen=True):
    """What separates a form from the one on the first place.

    `ahead` are the rules that gave the first form more, `behind` those that took more from this one. What the same
    condition gives both alike is left out. Both are empty when only the declared order decided (`tie`).
    """

    form: str
    tie: bool
    ahead: tuple[Rule, ...]
    behind: tuple[Rule, ...]
    never_first: NeverFirst | None
    change: ChangedAnswer | None


class Cell(Struct, frozen=True):
    """Which form comes first for one combination of wishes; `own` marks the visitor's."""

    stomach: str
    absorption: str
    budget: str
    first: str
    own: bool


class DecisionMap(Struct, frozen=True):
    """The first form for each stomach, absorption and budget; rows are stomach by absorption, columns budget."""

    cells: tuple[Cell, ...]

    def cell(self, stomach: str, absorption: str, budget: str) -> Cell:
        """Raises StopIteration for values that the questions do not have."""
        wanted = (stomach, absorption, budget)
        return next(cell for cell in self.cells if (cell.stomach, cell.absorption, cell.budget) == wanted)


def why_not_first(answers: Answers, advice: Advice) -> tuple[WhyNotFirst, ...]:
    """For every form behind the first: what separates it, and the single change that would put it first."""
    first, *others = advice.forms
    changes = single_changes(answers, advice.ruleset)
    leaders = [(change, rank_forms(changed, advice.ruleset)[0].form.id) for change, changed in changes]
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
    """The conditions whose rules together give the first form more points than this one; none in a tie."""
    if ranked.score == first.score:
        return set()
    lead: Counter[Condition] = Counter()
    for rule in first.reasons:
        lead[rule.when] += rule.points
    for rule in ranked.reasons:
        lead[rule.when] -= rule.points
    return {when for when, points in lead.items() if points > 0}


def single_changes(answers: Answers, ruleset: Ruleset) -> Iterator[tuple[ChangedAnswer, Answers]]:
    """Every way to change one answer that some rule looks at: wishes before facts, the nearest values first."""
    cone = Cone(frozenset().union(*(rule.when.depends_on() for rule in ruleset.rules)))
    for axis in sorted(cone.axes, key=lambda axis: CHANGE_ORDER.index(axis.answer)):
        kind: ChangeKind = "wish" if axis.answer in WISHES else "circumstance"
        for box in axis.boxes:
            ticked = box not in getattr(answers, axis.answer)
            yield ChangedAnswer(axis.answer, box, kind, ticked), set_answer(answers, axis.answer, box, ticked)
        if not axis.boxes:
            for value in _other_values(axis, getattr(answers, axis.answer)):
                yield ChangedAnswer(axis.answer, value, kind), set_answer(answers, axis.answer, None, value)


def _other_values(axis: Axis, own: Any) -> list[Any]:
    """The values that rules tell from `own`, the nearest first; of a range of amounts the nearest in it."""
    order = QUESTIONS[axis.answer].values
    if isinstance(own, int) and not isinstance(own, bool):
        ranges = [(start, start + weight - 1) for start, weight in zip(axis.values, axis.weights, strict=True)]
        others = [min(max(own, start), end) for start, end in ranges if not start <= own <= end]
        return sorted(others, key=lambda amount: abs(amount - own))
    others = [value for value in axis.values if value != own]
    return sorted(others, key=lambda value: abs(order.index(value) - order.index(own)) if order else 0)


def decision_map(answers: Answers, ruleset: Ruleset) -> DecisionMap:
    """The first form for every combination of wishes, with all other answers as given."""
    questions = ("stomach", "absorption", "budget")
    own = tuple(getattr(answers, question) for question in questions)
    cells = []
    for stomach, absorption, budget in product(*(QUESTIONS[question].values for question in questions)):
        wished = structs.replace(answers, stomach=stomach, absorption=absorption, budget=budget)
        first = rank_forms(wished, ruleset)[0].form.id
        cells.append(Cell(stomach, absorption, budget, first, own=(stomach, absorption, budget) == own))
    return DecisionMap(tuple(cells))
