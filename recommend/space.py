"""The space of all answer sets, and the small part of it (a cone) that one output really depends on.

The raw space has tens of quadrillions of points. An output looks at few of the answers, so it is enough to walk
through those: every point of a cone stands for all answer sets that agree with it there.
"""

from collections.abc import Iterable, Iterator, Mapping
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
    """One answer, or one `box` of a list, with its values: the neutral one first, the others after it.

    A value represents as many raw values as its weight says; only amounts in mg have weights above 1.
    """

    answer: str
    box: str | None
    values: tuple[Any, ...]
    weights: tuple[int, ...]

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
        self.points = prod(len(axis.values) for axis in self.axes)
        self.total = prod(axis.total for axis in self.axes)

    def __iter__(self) -> Iterator[Answers]:
        """One representative of every point, those nearest to `base` first. Raises TooLargeError."""
        if self.points > POINTS_MAX:
            raise TooLargeError(f"{self.points} points hang together: {', '.join(map(_name, self.axes))}")
        return self.nearest()

    def nearest(self) -> Iterator[Answers]:
        """The same points, but as many as asked for, however large the cone."""
        for changes in range(len(self.axes) + 1):
            for changed in combinations(self.axes, changes):
                for values in product(*(axis.values[1:] for axis in changed)):
                    yield self._answers(changed, values)

    def weight(self, answers: Answers) -> int:
        """How many points of the raw cone (each mg its own) this representative stands for."""
        return prod(
            axis.weights[axis.values.index(getattr(answers, axis.answer))] for axis in self.axes if axis.box is None
        )

    def copy(self, source: Answers, onto: Answers) -> Answers:
        """`onto`, but with the answers of this cone taken from `source`."""
        for axis in self.axes:
            value = getattr(source, axis.answer)
            onto = set_answer(onto, axis.answer, axis.box, value if axis.box is None else axis.box in value)
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
        boxes = [value for value in question.values if value in details]
        yield from (Axis(question.key, box, (False, True), (1, 1)) for box in boxes)
    elif question.kind == "milligrams":
        starts = sorted({0, *(detail for detail in details if isinstance(detail, int))})
        ends = [*starts[1:], SUPPLEMENT_MG_MAX + 1]
        weights = tuple(end - start for start, end in zip(starts, ends, strict=True))
        yield Axis(question.key, None, tuple(starts), weights)
    else:
        raw = question.values or (False, True)
        neutral = getattr(NEUTRAL, question.key)
        values = (neutral, *(value for value in raw if value != neutral))
        yield Axis(question.key, None, values, (1,) * len(values))


def atoms_of_answer(key: str) -> frozenset[Atom]:
    """Everything of one answer: all boxes of a list, every single mg of an amount."""
    question = QUESTIONS[key]
    if question.kind == "many":
        return frozenset(Atom(key, value) for value in question.values)
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


def in_components(items: Mapping[T, frozenset[Atom]]) -> list[tuple[list[T], frozenset[Atom]]]:
    """Split items into groups that share no answer (or box of a list), each with all its atoms.

    What one group does then never depends on another, so counts multiply and proofs need no mixed points.
    """
    groups: list[tuple[list[T], frozenset[Atom]]] = []
    for item, atoms in items.items():
        members, union = [item], atoms
        apart = []
        for group in groups:
            if _axis_keys(group[1]) & _axis_keys(union):
                members, union = [*group[0], *members], union | group[1]
            else:
                apart.append(group)
        groups = [*apart, (members, union)]
    return groups


def _axis_keys(atoms: frozenset[Atom]) -> set[Atom]:
    """Atoms on one axis made equal: two thresholds in mg look at the same answer."""
    return {atom if isinstance(atom.detail, str) else Atom(atom.answer) for atom in atoms}


def size(answers: Answers) -> int:
    """In how many answers (or boxes of a list) this differs from the neutral ones."""
    return sum(
        len(set(value) ^ set(neutral)) if isinstance(value, tuple) else value != neutral
        for key in QUESTIONS
        for value, neutral in [(getattr(answers, key), getattr(NEUTRAL, key))]
    )


def as_json(answers: Answers) -> dict[str, Any]:
    """The answers as `shop advise` takes them: the required ones, and what differs from the default."""
    return {
        key: list(value) if isinstance(value, tuple) else value
        for key, question in QUESTIONS.items()
        if question.required or getattr(answers, key) != question.default
        for value in [getattr(answers, key)]
    }
