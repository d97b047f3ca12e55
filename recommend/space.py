"""The space of all answer sets, and the small part of it (a cone) that one output really depends on.

The raw space has tens of quadrillions of points. An output box_sets at few of the answers, so it is enough to walk
through those: every point of a cone stands for all answer sets that agree with it there.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations, product
from math import prod
from typing import Any, TypeVar

from msgspec import Struct, structs

from recommend.answers import QUESTIONS, SUPPLEMENT_MG_MAX, Answers, Question
from recommend.conditions import Atom

T = TypeVar("T")

NEUTRAL = Answers(stomach="none", budget="medium", absorption="normal", age_group="18_64", conditions=(), medicines=())
"""A healthy adult without wishes: what every representative answers outside its cone."""

POINTS_MAX = 2_000_000
"""More points than this are not walked through, so that a strange ruleset ends in words and not in hours."""


class TooLargeError(ValueError):
    """An output that hangs on too many answers at once to be enumerated."""


class Axis(Struct, frozen=True):
    """One answer with its values, the neutral one first; of a list some `boxes`, none of them ticked or any.

    A value represents as many raw values as its weight says: of an amount all mg between two thresholds, of boxes
    that no condition tells unrelated every way to tick at least one.
    """

    answer: str
    boxes: tuple[str, ...]
    values: tuple[Any, ...]
    weights: tuple[int, ...]

    @property
    def box(self) -> str | None:
        """The box that stands for all of them; None when the answer is no list."""
        return self.boxes[0] if self.boxes else None

    def read(self, answers: Answers) -> Any:
        """Where on this axis the answers are: their value, or whether any of the boxes is ticked."""
        value = getattr(answers, self.answer)
        return any(box in value for box in self.boxes) if self.boxes else value

    @property
    def total(self) -> int:
        return sum(self.weights)


class Cone:
    """The answers that something depends on. `base` is what the answers outside it are set to."""

    def __init__(self, atoms: Iterable[Atom], *, base: Answers = NEUTRAL, without: Iterable[str] = ()) -> None:
        """Atoms of the answers in `without` are left out: those stay as they are in `base`."""
        self.atoms = frozenset(atom for atom in atoms if atom.answer not in without)
        self.base = base
        self.axes = tuple(axis for key in QUESTIONS for axis in _axes_of(QUESTIONS[key], self.atoms))
        self.answers = {axis.answer for axis in self.axes}
        self.points = prod(len(axis.values) for axis in self.axes)
        self.total = prod(axis.total for axis in self.axes)

    def __iter__(self) -> Iterator[Answers]:
        """One representative of every point, those nearest to `base` first. Raises TooLargeError."""
        if self.points > POINTS_MAX:
            raise TooLargeError(f"{self.points} points hang together: {', '.join(map(_name, self.axes))}")
        yield from self.nearest()

    def nearest(self) -> Iterator[Answers]:
        """The same points, but as many as asked for, however large the cone."""
        for changes in range(len(self.axes) + 1):
            for changed in combinations(self.axes, changes):
                for values in product(*(axis.values[1:] for axis in changed)):
                    yield self._answers(changed, values)

    def weight(self, answers: Answers) -> int:
        """How many points of the raw cone (each mg its own) this representative stands for."""
        return prod(axis.weights[axis.values.index(axis.read(answers))] for axis in self.axes)

    def copy(self, source: Answers, onto: Answers) -> Answers:
        """`onto`, but with the answers of this cone taken from `source`."""
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
        weights = tuple(end - start for start, end in zip(starts, ends, strict=True))
        yield Axis(question.key, (), tuple(starts), weights)
    else:
        raw = question.values or (False, True)
        neutral = getattr(NEUTRAL, question.key)
        values = (neutral, *(value for value in raw if value != neutral))
        yield Axis(question.key, (), values, (1,) * len(values))


def _equivalent_boxes(boxes: Iterable[str], box_sets: Sequence[frozenset[str]]) -> list[tuple[str, ...]]:
    """The boxes that someone box_sets at, those together that every look takes together."""
    classes: dict[tuple[bool, ...], list[str]] = {}
    for box in boxes:
        classes.setdefault(tuple(box in look for look in box_sets), []).append(box)
    return [tuple(alike) for seen_by, alike in classes.items() if any(seen_by)]


def atoms_of_answer(key: str) -> frozenset[Atom]:
    """Everything of one answer: all boxes of a list, every single mg of an amount."""
    question = QUESTIONS[key]
    if question.kind == "many":
        return frozenset(Atom(key, frozenset({value})) for value in question.values)
    if question.kind == "milligrams":
        return frozenset(Atom(key, amount) for amount in range(1, SUPPLEMENT_MG_MAX + 1))
    return frozenset({Atom(key)})


ALL_ANSWER_SETS = prod(Cone(atoms_of_answer(key)).total for key in QUESTIONS)
"""How many different sets of answers there are."""


def set_answer(answers: Answers, key: str, box: str | None, value: Any) -> Answers:
    """The answers with one of them changed; with a `box`, that box is ticked (True) or not (False)."""
    if box is not None:
        ticked = {*getattr(answers, key), box} if value else set(getattr(answers, key)) - {box}
        value = tuple(allowed for allowed in QUESTIONS[key].values if allowed in ticked)
    return structs.replace(answers, **{key: value})


def independent_groups(items: Mapping[T, frozenset[Atom]]) -> list[tuple[list[T], frozenset[Atom]]]:
    """Split items into groups that share no answer (or box of a list), each with all its atoms.

    What one group does then never depends on another, so counts multiply and proofs need no mixed points.
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
    """The answers, and of lists the boxes, that the atoms look at: two thresholds look at the same amount."""
    return {
        (atom.answer, box) for atom in atoms for box in (atom.detail if isinstance(atom.detail, frozenset) else (None,))
    }


def distance_from_neutral(answers: Answers) -> int:
    """In how many answers (or boxes of a list) this differs from the neutral ones."""
    return sum(
        len(set(value) ^ set(neutral)) if isinstance(value, tuple) else value != neutral
        for key in QUESTIONS
        for value, neutral in [(getattr(answers, key), getattr(NEUTRAL, key))]
    )


def answers_as_dict(answers: Answers) -> dict[str, Any]:
    """The answers as `shop advise` takes them: the required ones, and what differs from the default."""
    return {
        key: list(value) if isinstance(value, tuple) else value
        for key, question in QUESTIONS.items()
        if question.required or getattr(answers, key) != question.default
        for value in [getattr(answers, key)]
    }
