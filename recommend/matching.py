"""Finds the rules or notes that hold without asking each: through the answers that each of them waits for."""

from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import Any, Generic, Protocol, TypeVar

from recommend.answers import QUESTIONS, Answers, Kind
from recommend.conditions import AllOf, Always, AnyOf, AtLeast, Condition, Includes, Is


class Conditional(Protocol):
    """A rule or a note with a condition."""

    @property
    def when(self) -> Condition | None: ...


R = TypeVar("R", bound=Conditional)
Trigger = tuple[str, str | int]
"""An answer and a value of it (a choice, a ticked box) or a least amount in mg."""
Waiting = dict[Any, int]
"""The bits of the records that wait for each value of one answer."""


class Matcher(Generic[R]):
    """Records in a fixed order, one bit each; every answer given sets the bits of the records that wait for it."""

    def __init__(self, records: Sequence[R]) -> None:
        self._by_byte = [_by_byte(records[start : start + 8]) for start in range(0, len(records), 8)]
        self._always = 0
        self._asked: list[tuple[int, Condition]] = []
        waiting: dict[str, Waiting] = {}
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
            if not _decided_by_triggers(record.when):
                self._asked.append((bit, record.when))
        self._choices = _readers(waiting, "one", "yes_no")
        self._lists = _readers(waiting, "many")
        self._amounts = _readers(waiting, "milligrams")

    def holding(self, answers: Answers) -> list[R]:
        """The records whose condition holds, in their order."""
        found = self._always
        for read, bits in self._choices:
            found |= bits.get(read(answers), 0)
        for read, bits in self._lists:
            for value in read(answers):
                found |= bits.get(value, 0)
        for read, bits in self._amounts:
            amount = read(answers)
            for minimum in bits:
                if amount >= minimum:
                    found |= bits[minimum]
        for bit, condition in self._asked:
            if found & bit and not condition.holds(answers):
                found ^= bit
        held: list[R] = []
        for byte, records in zip(found.to_bytes(len(self._by_byte), "little"), self._by_byte, strict=True):
            held += records[byte]
        return held


def _by_byte(records: Sequence[R]) -> list[list[R]]:
    """For every value of a byte the records whose bit is set in it: eight records are collected in one look."""
    return [[record for bit, record in enumerate(records) if byte >> bit & 1] for byte in range(256)]


def _readers(waiting: dict[str, Waiting], *kinds: Kind) -> list[tuple[Callable[[Answers], Any], Waiting]]:
    """For the answers of these kinds: how to read each, and the bits that wait for each of its values."""
    return [(attrgetter(key), bits) for key, bits in waiting.items() if QUESTIONS[key].kind in kinds]


def triggers_of(condition: Condition) -> frozenset[Trigger] | None:
    """At least one of these is answered wherever the condition holds; None when nothing can be said."""
    match condition:
        case Is(answer, values) | Includes(answer, values):
            return frozenset((answer, value) for value in values)
        case AtLeast(answer, minimum):
            return frozenset({(answer, minimum)})
        case AnyOf(parts):
            return _all_triggers(map(triggers_of, parts))
        case AllOf(parts):
            known = [triggers for triggers in map(triggers_of, parts) if triggers is not None]
            return min(known, key=len, default=None)
        case _:
            return None


def _all_triggers(parts: Iterable[frozenset[Trigger] | None]) -> frozenset[Trigger] | None:
    known = list(parts)
    return None if None in known else frozenset().union(*(triggers for triggers in known if triggers is not None))


def _decided_by_triggers(condition: Condition) -> bool:
    """Whether one trigger is not only needed but enough, so that the condition itself need not be asked."""
    match condition:
        case Always() | Is() | Includes() | AtLeast():
            return True
        case AnyOf(parts):
            return all(map(_decided_by_triggers, parts))
        case _:
            return False
