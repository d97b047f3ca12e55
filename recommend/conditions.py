"""Conditions on answers: the closed vocabulary of a rule's or note's `when`, and an index over many of them.

There is no negation on purpose: ticking one more condition, medicine or warning sign can never remove a safety note. A
condition that these kinds cannot express needs a new kind, with its test.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from recommend.answers import QUESTIONS, SUPPLEMENT_MG_MAX, Answers, Question, QuestionKind, amount_of


class Atom(NamedTuple):
    """Smallest part of the answers that a condition depends on.

    `detail` is None for the answer to a one-choice question or an amount given in words, a set of boxes for "at least
    one of these is ticked", and a threshold in mg for "the amount reaches this".
    """

    answer: str
    detail: frozenset[str] | int | None = None


class Condition(ABC):
    """Predicate over answers."""

    __slots__ = ()

    @abstractmethod
    def holds(self, answers: Answers) -> bool:
        """Whether the condition is true for these answers."""

    @abstractmethod
    def depends_on(self) -> frozenset[Atom]:
        """Atoms that can change the result; the proofs of `verify` depend on their completeness."""


@dataclass(frozen=True, slots=True)
class Always(Condition):
    """True for all answers."""

    def holds(self, answers: Answers) -> bool:  # noqa: ARG002 - the answer is the same for all
        return True

    def depends_on(self) -> frozenset[Atom]:
        return frozenset()


@dataclass(frozen=True, slots=True)
class Is(Condition):
    """True when the chosen value is one of `values`."""

    answer: str
    values: frozenset[str]

    def holds(self, answers: Answers) -> bool:
        return getattr(answers, self.answer) in self.values

    def depends_on(self) -> frozenset[Atom]:
        return frozenset({Atom(self.answer)})


@dataclass(frozen=True, slots=True)
class Includes(Condition):
    """True when at least one of `values` is ticked."""

    answer: str
    values: frozenset[str]

    def holds(self, answers: Answers) -> bool:
        return not self.values.isdisjoint(getattr(answers, self.answer))

    def depends_on(self) -> frozenset[Atom]:
        return frozenset({Atom(self.answer, self.values)})


@dataclass(frozen=True, slots=True)
class AtLeast(Condition):
    """True when the amount that counts, in mg, is `minimum` or more."""

    answer: str
    minimum: int

    def holds(self, answers: Answers) -> bool:
        return amount_of(getattr(answers, self.answer)) >= self.minimum

    def depends_on(self) -> frozenset[Atom]:
        return frozenset({Atom(self.answer, self.minimum)})


@dataclass(frozen=True, slots=True)
class AllOf(Condition):
    """True when all `parts` are true."""

    parts: tuple[Condition, ...]

    def holds(self, answers: Answers) -> bool:
        return all(part.holds(answers) for part in self.parts)

    def depends_on(self) -> frozenset[Atom]:
        return _atoms_of(self.parts)


@dataclass(frozen=True, slots=True)
class AnyOf(Condition):
    """True when at least one of `parts` is true."""

    parts: tuple[Condition, ...]

    def holds(self, answers: Answers) -> bool:
        return any(part.holds(answers) for part in self.parts)

    def depends_on(self) -> frozenset[Atom]:
        return _atoms_of(self.parts)


def _atoms_of(parts: tuple[Condition, ...]) -> frozenset[Atom]:
    return frozenset().union(*(part.depends_on() for part in parts))


def read_condition(data: Any) -> Condition:
    """Condition from its YAML form, e.g. `{answer: stomach, is: [mild, strong]}`.

    Raises ValueError with the reason and the part of the condition.
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


def _values(question: Question, data: Any, kinds: Iterable[QuestionKind], key: str) -> frozenset[str]:
    if question.kind not in kinds:
        raise ValueError(f"{key} does not fit the answer {question.key}")
    if not isinstance(data, list) or not data:
        raise ValueError(f"{key} needs a list of values of {question.key}")
    for value in data:
        if value not in question.values:
            raise ValueError(f"{value!r} is no value of {question.key}")
    return frozenset(data)


def _read_is(question: Question, data: Any) -> Condition:
    return Is(question.key, _values(question, data, ("one", "milligrams"), "is"))


def _read_includes(question: Question, data: Any) -> Condition:
    return Includes(question.key, _values(question, data, ("many",), "includes"))


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
    """YAML form of a condition, the inverse of `read_condition`; values in the order of the vocabulary.

    Raises TypeError for an unknown kind of condition.
    """
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


class Conditional(Protocol):
    """A record with a condition: a rule or a note."""

    @property
    def when(self) -> Condition | None: ...


R = TypeVar("R", bound=Conditional)
Trigger = tuple[str, str | int]
"""Key of an answer with a value (a choice, a ticked box) or a minimum in mg."""
BitsByValue = dict[Any, int]
"""Bits of the records that one value of an answer can trigger, by value."""


class Matcher(Generic[R]):
    """Index over records in a fixed order, one bit each.

    Every answer sets the bits of the records that it triggers, so most conditions are never evaluated.
    """

    def __init__(self, records: Sequence[R]) -> None:
        self._records_by_byte = [_records_by_byte(records[start : start + 8]) for start in range(0, len(records), 8)]
        self._always = 0
        self._to_evaluate: list[tuple[int, Condition]] = []
        waiting: dict[str, BitsByValue] = {}
        for position, record in enumerate(records):
            bit = 1 << position
            if record.when is None:
                continue
            triggers = triggers_of(record.when)
            if triggers is None:
                self._always |= bit
            for answer, value in triggers or ():
                bits = waiting.setdefault(answer, {})
                bits[value] = bits.get(value, 0) | bit
            if not _triggers_suffice(record.when):
                self._to_evaluate.append((bit, record.when))
        self._choices = _getters(waiting, "one", "yes_no")
        self._lists = _getters(waiting, "many")
        self._amounts = _getters(waiting, "milligrams")

    def matching(self, answers: Answers) -> list[R]:
        """Records whose condition is true for these answers, in their order."""
        found = self._always
        for read, bits in self._choices:
            found |= bits.get(read(answers), 0)
        for read, bits in self._lists:
            for value in read(answers):
                found |= bits.get(value, 0)
        for read, bits in self._amounts:
            given = read(answers)
            amount = amount_of(given)
            for value in bits:
                if value == given or (isinstance(value, int) and amount >= value):
                    found |= bits[value]
        for bit, condition in self._to_evaluate:
            if found & bit and not condition.holds(answers):
                found ^= bit
        matches: list[R] = []
        for byte, records in zip(
            found.to_bytes(len(self._records_by_byte), "little"), self._records_by_byte, strict=True
        ):
            matches += records[byte]
        return matches


def _records_by_byte(records: Sequence[R]) -> list[list[R]]:
    """Records by the value of a byte with one bit per record: one lookup collects up to eight records."""
    return [[record for bit, record in enumerate(records) if byte >> bit & 1] for byte in range(256)]


def _getters(
    waiting: dict[str, BitsByValue], *kinds: QuestionKind
) -> list[tuple[Callable[[Answers], Any], BitsByValue]]:
    """Getter and bits by value for each answer of these kinds."""
    return [(attrgetter(key), bits) for key, bits in waiting.items() if QUESTIONS[key].kind in kinds]


def triggers_of(condition: Condition) -> frozenset[Trigger] | None:
    """Triggers of which at least one is present whenever the condition is true; None when there is no such set."""
    match condition:
        case Is(answer, values) | Includes(answer, values):
            return frozenset((answer, value) for value in values)
        case AtLeast(answer, minimum):
            return frozenset({(answer, minimum)})
        case AnyOf(parts):
            return _union_of_triggers(map(triggers_of, parts))
        case AllOf(parts):
            known = [triggers for triggers in map(triggers_of, parts) if triggers is not None]
            return min(known, key=len, default=None)
        case _:
            return None


def _union_of_triggers(parts: Iterable[frozenset[Trigger] | None]) -> frozenset[Trigger] | None:
    """Union of the triggers of all parts; None when one part has none."""
    known = list(parts)
    return None if None in known else frozenset().union(*(triggers for triggers in known if triggers is not None))


def _triggers_suffice(condition: Condition) -> bool:
    """Whether one present trigger makes the condition true, so that it need not be evaluated."""
    match condition:
        case Always() | Is() | Includes() | AtLeast():
            return True
        case AnyOf(parts):
            return all(map(_triggers_suffice, parts))
        case _:
            return False
