"""When a rule or note applies: a closed vocabulary of conditions on answers, one frozen class each.

There is no negation on purpose: ticking one more condition, medicine or sign can then never take a safety
note away. What cannot be said with these kinds gets a new kind, with its test.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from recommend.answers import QUESTIONS, SUPPLEMENT_MG_MAX, Answers, Kind, Question


class Atom(NamedTuple):
    """The smallest piece of the answers that a condition looks at.

    A one-choice answer as a whole (`detail` is None), whether any of some boxes of a list is ticked (those boxes),
    or whether an amount reaches a threshold (mg).
    """

    answer: str
    detail: frozenset[str] | int | None = None


class Condition(ABC):
    """A question about answers that is either true or false."""

    __slots__ = ()

    @abstractmethod
    def holds(self, answers: Answers) -> bool: ...

    @abstractmethod
    def depends_on(self) -> frozenset[Atom]:
        """Everything of the answers that can make a difference; the verifier's proofs rest on this."""


@dataclass(frozen=True, slots=True)
class Always(Condition):
    """True for every set of answers."""

    def holds(self, answers: Answers) -> bool:  # noqa: ARG002 - the answer is the same for all
        return True

    def depends_on(self) -> frozenset[Atom]:
        return frozenset()


@dataclass(frozen=True, slots=True)
class Is(Condition):
    """The one choice made is among `values`."""

    answer: str
    values: frozenset[str]

    def holds(self, answers: Answers) -> bool:
        return getattr(answers, self.answer) in self.values

    def depends_on(self) -> frozenset[Atom]:
        return frozenset({Atom(self.answer)})


@dataclass(frozen=True, slots=True)
class Includes(Condition):
    """At least one of `values` is ticked."""

    answer: str
    values: frozenset[str]

    def holds(self, answers: Answers) -> bool:
        return not self.values.isdisjoint(getattr(answers, self.answer))

    def depends_on(self) -> frozenset[Atom]:
        return frozenset({Atom(self.answer, self.values)})


@dataclass(frozen=True, slots=True)
class AtLeast(Condition):
    """The amount answered, in mg, is `minimum` or more."""

    answer: str
    minimum: int

    def holds(self, answers: Answers) -> bool:
        amount: int = getattr(answers, self.answer)
        return amount >= self.minimum

    def depends_on(self) -> frozenset[Atom]:
        return frozenset({Atom(self.answer, self.minimum)})


@dataclass(frozen=True, slots=True)
class AllOf(Condition):
    """Every one of `parts` holds."""

    parts: tuple[Condition, ...]

    def holds(self, answers: Answers) -> bool:
        return all(part.holds(answers) for part in self.parts)

    def depends_on(self) -> frozenset[Atom]:
        return _atoms_of(self.parts)


@dataclass(frozen=True, slots=True)
class AnyOf(Condition):
    """At least one of `parts` holds."""

    parts: tuple[Condition, ...]

    def holds(self, answers: Answers) -> bool:
        return any(part.holds(answers) for part in self.parts)

    def depends_on(self) -> frozenset[Atom]:
        return _atoms_of(self.parts)


def _atoms_of(parts: tuple[Condition, ...]) -> frozenset[Atom]:
    return frozenset().union(*(part.depends_on() for part in parts))


def read_condition(data: Any) -> Condition:
    """Read a condition as YAML writes it, e.g. `{answer: stomach, is: [mild, strong]}`.

    Raises ValueError that says what is wrong and where in the condition.
    """
    if data == "always":
        return Always()
    if not isinstance(data, dict):
        raise ValueError(f"a condition is 'always' or a mapping, not {data!r}")
    if data.keys() == {"all"}:
        return AllOf(_parts(data["all"], "all"))
    if data.keys() == {"any"}:
        return AnyOf(_parts(data["any"], "any"))
    kinds = data.keys() - {"answer"}
    if "answer" not in data or len(kinds) != 1 or not kinds <= _READERS.keys():
        raise ValueError(f"a condition has the keys answer and one of {', '.join(_READERS)}; not {list(data)!r}")
    if not isinstance(data["answer"], str) or data["answer"] not in QUESTIONS:
        raise ValueError(f"unknown answer {data['answer']!r}")
    kind = kinds.pop()
    return _READERS[kind](QUESTIONS[data["answer"]], data[kind])


def _parts(data: Any, key: str) -> tuple[Condition, ...]:
    if not isinstance(data, list) or len(data) < 2:  # noqa: PLR2004 - one part needs no combination
        raise ValueError(f"{key} needs a list of two or more conditions")
    return tuple(read_condition(part) for part in data)


def _values(question: Question, data: Any, kind: Kind, key: str) -> frozenset[str]:
    if question.kind != kind:
        raise ValueError(f"{key} does not fit the answer {question.key}")
    if not isinstance(data, list) or not data:
        raise ValueError(f"{key} needs a list of values of {question.key}")
    for value in data:
        if value not in question.values:
            raise ValueError(f"{value!r} is no value of {question.key}")
    return frozenset(data)


def _read_is(question: Question, data: Any) -> Condition:
    return Is(question.key, _values(question, data, "one", "is"))


def _read_includes(question: Question, data: Any) -> Condition:
    return Includes(question.key, _values(question, data, "many", "includes"))


def _read_at_least(question: Question, data: Any) -> Condition:
    if question.kind != "milligrams":
        raise ValueError(f"at_least does not fit the answer {question.key}")
    if not isinstance(data, int) or isinstance(data, bool) or not 0 < data <= SUPPLEMENT_MG_MAX:
        raise ValueError(f"at_least needs a whole number from 1 to {SUPPLEMENT_MG_MAX}, not {data!r}")
    return AtLeast(question.key, data)


_READERS: dict[str, Callable[[Question, Any], Condition]] = {
    "is": _read_is,
    "includes": _read_includes,
    "at_least": _read_at_least,
}


def condition_as_data(condition: Condition) -> Any:
    """A condition as YAML writes it, which `read_condition` reads back; values in the order of the vocabulary."""
    match condition:
        case Always():
            return "always"
        case Is(answer, values):
            return {"answer": answer, "is": [value for value in QUESTIONS[answer].values if value in values]}
        case Includes(answer, values):
            return {"answer": answer, "includes": [value for value in QUESTIONS[answer].values if value in values]}
        case AtLeast(answer, minimum):
            return {"answer": answer, "at_least": minimum}
        case AllOf(parts):
            return {"all": [condition_as_data(part) for part in parts]}
        case AnyOf(parts):
            return {"any": [condition_as_data(part) for part in parts]}
    raise TypeError(f"no data for {type(condition).__name__}")
