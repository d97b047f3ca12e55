"""Space of all answer sets, and cones: the small part of it that one output depends on.

The space has tens of quadrillions of points. An output depends on few answers, so its cone is enough: every point of a
cone represents all answer sets that agree with it there.
"""

from bisect import bisect
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations, product
from math import prod
from typing import Any, TypeVar

from msgspec import Struct, structs

from recommend.answers import QUESTIONS, SUPPLEMENT_MG_MAX, UNKNOWN_SUPPLEMENT_MG, Answers, Question
from recommend.conditions import Atom, Condition

T = TypeVar("T")

NEUTRAL = Answers(stomach="none", budget="medium", absorption="normal", age_group="18_64", conditions=(), medicines=())
"""A healthy adult without wishes; the answers outside a cone."""

POINTS_MAX = 2_000_000
"""Largest number of points to enumerate; above it an unusual ruleset gets an error instead of hours of work."""


class TooLargeError(ValueError):
    """An output that depends on too many answers at once to enumerate them."""


class Axis(Struct, frozen=True):
    """One answer with its values, the neutral one first; for a list, some `boxes`: none ticked (False) or any (True).

    `weights` are the numbers of raw values behind each value: all mg between two thresholds, with an amount in words
    among them unless a condition names it, or all ways to tick at least one of the boxes that no condition
    distinguishes.
    """

    answer: str
    boxes: tuple[str, ...]
    values: tuple[Any, ...]
    weights: tuple[int, ...]

    @property
    def box(self) -> str | None:
        """Box that represents all `boxes`; None when the answer is no list."""
        return self.boxes[0] if self.boxes else None

    def read(self, answers: Answers) -> Any:
        """Value of the answers on this axis; for a list, whether any of the boxes is ticked."""
        value = getattr(answers, self.answer)
        return any(box in value for box in self.boxes) if self.boxes else value

    @property
    def total(self) -> int:
        """Number of raw values on this axis."""
        return sum(self.weights)


class Cone:
    """Answers that an output depends on; all other answers are those of `base`."""

    def __init__(self, atoms: Iterable[Atom], *, base: Answers = NEUTRAL, without: Iterable[str] = ()) -> None:
        """Leave out the atoms of the answers in `without`; those answers are the ones of `base`."""
        self.atoms = frozenset(atom for atom in atoms if atom.answer not in without)
        self.base = base
        self.axes = tuple(axis for key in QUESTIONS for axis in _axes_of(QUESTIONS[key], self.atoms))
        self.answers = {axis.answer for axis in self.axes}
        self.points = prod(len(axis.values) for axis in self.axes)
        self.total = prod(axis.total for axis in self.axes)

    def __iter__(self) -> Iterator[Answers]:
        """One representative per point, nearest to `base` first. Raises TooLargeError."""
        if self.points > POINTS_MAX:
            raise TooLargeError(f"{self.points} points hang together: {', '.join(map(_name, self.axes))}")
        yield from self.nearest()

    def nearest(self) -> Iterator[Answers]:
        """The same points without a limit on their number, for callers that stop early."""
        for changes in range(len(self.axes) + 1):
            for changed in combinations(self.axes, changes):
                for values in product(*(axis.values[1:] for axis in changed)):
                    yield self._answers(changed, values)

    def weight(self, answers: Answers) -> int:
        """Number of raw points (each mg its own) that this representative represents."""
        return prod(axis.weights[axis.values.index(axis.read(answers))] for axis in self.axes)

    def copy(self, source: Answers, onto: Answers) -> Answers:
        """`onto` with the answers of this cone replaced by those of `source`."""
        for axis in self.axes:
            onto = set_answer(onto, axis.answer, axis.box, axis.read(source))
        return onto

    def _answers(self, changed: tuple[Axis, ...], values: tuple[Any, ...]) -> Answers:
        fields: dict[str, Any] = {}
        for axis, value in zip(changed, values, strict=True):
            fields[axis.answer] = value if axis.box is None else (*fields.get(axis.answer, ()), axis.box)
        return structs.replace(self.base, **fields)


def _name(axis: Axis) -> str:
    return axis.answer if axis.box is None else f"{axis.answer}.{axis.box}"


def _axes_of(question: Question, atoms: frozenset[Atom]) -> Iterator[Axis]:
    details = {atom.detail for atom in atoms if atom.answer == question.key}
    if not details:
        return
    if question.kind == "many":
        box_sets = [boxes for boxes in details if isinstance(boxes, frozenset)]
        for boxes in _equivalent_boxes(question.values, box_sets):
            yield Axis(question.key, boxes, (False, True), (1, 2 ** len(boxes) - 1))
    elif question.kind == "milligrams":
        starts = sorted({0, *(detail for detail in details if isinstance(detail, int))})
        ends = [*starts[1:], SUPPLEMENT_MG_MAX + 1]
        weights = [end - start for start, end in zip(starts, ends, strict=True)]
        if None in details:  # a condition tells an amount in words from the number that it counts as
            yield Axis(question.key, (), (*starts, *question.values), (*weights, *(1 for _ in question.values)))
        else:
            counted = bisect(starts, UNKNOWN_SUPPLEMENT_MG) - 1
            weights[counted] += len(question.values)
            yield Axis(question.key, (), tuple(starts), tuple(weights))
    else:
        raw = question.values or (False, True)
        neutral = getattr(NEUTRAL, question.key)
        values = (neutral, *(value for value in raw if value != neutral))
        yield Axis(question.key, (), values, (1,) * len(values))


def _equivalent_boxes(boxes: Iterable[str], box_sets: Sequence[frozenset[str]]) -> list[tuple[str, ...]]:
    """Boxes that at least one set contains, grouped by the sets that contain them."""
    classes: dict[tuple[bool, ...], list[str]] = {}
    for box in boxes:
        classes.setdefault(tuple(box in box_set for box_set in box_sets), []).append(box)
    return [tuple(alike) for seen_by, alike in classes.items() if any(seen_by)]


def atoms_of_answer(key: str) -> frozenset[Atom]:
    """All atoms of one answer: every box of a list, every mg of an amount."""
    question = QUESTIONS[key]
    if question.kind == "many":
        return frozenset(Atom(key, frozenset({value})) for value in question.values)
    if question.kind == "milligrams":
        return frozenset({Atom(key), *(Atom(key, amount) for amount in range(1, SUPPLEMENT_MG_MAX + 1))})
    return frozenset({Atom(key)})


ALL_ANSWER_SETS = prod(Cone(atoms_of_answer(key)).total for key in QUESTIONS)
"""Number of different answer sets."""


def set_answer(answers: Answers, key: str, box: str | None, value: Any) -> Answers:
    """Answers with one answer changed; with `box`, that box is ticked (True) or not (False)."""
    if box is not None:
        ticked = {*getattr(answers, key), box} if value else set(getattr(answers, key)) - {box}
        value = tuple(allowed for allowed in QUESTIONS[key].values if allowed in ticked)
    return structs.replace(answers, **{key: value})


def independent_groups(items: Mapping[T, frozenset[Atom]]) -> list[tuple[list[T], frozenset[Atom]]]:
    """Groups of items that share no answer (or box of a list), each with the atoms of all its items.

    Groups never influence each other, so counts multiply and proofs need no combined points.
    """
    groups: list[tuple[list[T], frozenset[Atom]]] = []
    for item, atoms in items.items():
        members, union = [item], atoms
        unrelated = []
        for group in groups:
            if _axis_keys(group[1]) & _axis_keys(union):
                members, union = [*group[0], *members], union | group[1]
            else:
                unrelated.append(group)
        groups = [*unrelated, (members, union)]
    return groups


def _axis_keys(atoms: frozenset[Atom]) -> set[tuple[str, str | None]]:
    """Answers, and boxes of lists, that the atoms depend on; two thresholds share the same amount."""
    return {
        (atom.answer, box) for atom in atoms for box in (atom.detail if isinstance(atom.detail, frozenset) else (None,))
    }


def distance_from_neutral(answers: Answers) -> int:
    """Number of answers (or boxes of a list) that differ from the neutral ones."""
    return sum(
        len(set(value) ^ set(neutral)) if isinstance(value, tuple) else value != neutral
        for key in QUESTIONS
        for value, neutral in [(getattr(answers, key), getattr(NEUTRAL, key))]
    )


def answers_as_dict(answers: Answers) -> dict[str, Any]:
    """Answers as input of `shop advise`: the required ones, and those that differ from the default."""
    return {
        key: list(value) if isinstance(value, tuple) else value
        for key, question in QUESTIONS.items()
        if question.required or getattr(answers, key) != question.default
        for value in [getattr(answers, key)]
    }


def answer_sets_of(given: Condition) -> int:
    """Number of answer sets for which a condition is true."""
    cone = Cone(given.depends_on())
    return sum(map(cone.weight, filter(given.holds, cone))) * ALL_ANSWER_SETS // cone.total
