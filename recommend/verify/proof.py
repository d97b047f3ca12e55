"""Proof: a claim of one property, the points it was checked at, and the smallest answers that break it."""

from collections.abc import Callable, Iterable
from typing import Literal, get_args

from msgspec import Struct

from recommend.answers import Answers
from recommend.space import ALL_ANSWER_SETS, TooLargeError, distance_from_neutral

Property = Literal[
    "totality",
    "safety",
    "monotony",
    "prices",
    "dose",
    "schedule",
    "liveness",
    "constants",
    "grounding",
    "wording",
    "language",
]
PROPERTIES: tuple[Property, ...] = get_args(Property)
"""All properties, in the order of the report."""

ANSWER_SETS = "answer sets"
"""Unit of a claim on answers; other claims are on records or texts."""


class Broken(Struct, frozen=True):
    """Reason why a claim is false; `answers` show it: one set, two to compare, or none for an error in a text."""

    why: str
    answers: tuple[Answers, ...] = ()


class Proof(Struct, frozen=True):
    """One claim about the ruleset, proven or broken.

    `points` were checked one by one; they represent `total` answer sets, or `total` texts or records as `unit` says.
    """

    prop: Property
    claim: str
    points: int
    total: int = ALL_ANSWER_SETS
    unit: str = ANSWER_SETS
    broken: Broken | None = None


def prove(
    prop: Property,
    claim: str,
    points: Iterable[Answers],
    fault: Callable[[Answers], Broken | str | None],
    *,
    total: int = ALL_ANSWER_SETS,
) -> Proof:
    """Proof that `fault` returns None at every point, smallest first; stops at the first point that breaks the claim.

    A cone that is too large to enumerate breaks the claim as well.
    """
    seen = 0
    try:
        for answers in points:
            seen += 1
            found = fault(answers)
            if found is not None:
                broken = Broken(found, (answers,)) if isinstance(found, str) else found
                return Proof(prop, claim, seen, total, broken=broken)
    except TooLargeError as error:
        return Proof(prop, claim, seen, total, broken=Broken(f"cannot be proven: {error}"))
    return Proof(prop, claim, seen, total)


def merge_proofs(prop: Property, claim: str, proofs: Iterable[Proof]) -> Proof:
    """Proofs of the parts of one claim as one proof, with the smallest counter-example."""
    parts = list(proofs)
    broken = [part.broken for part in parts if part.broken is not None]
    smallest = min(
        broken, key=lambda fault: [distance_from_neutral(answers) for answers in fault.answers], default=None
    )
    total = max((part.total for part in parts), default=ALL_ANSWER_SETS)
    unit = parts[0].unit if parts else ANSWER_SETS
    points = parts[0].points if unit != ANSWER_SETS else sum(part.points for part in parts)  # records are the same ones
    return Proof(prop, claim, points, total, unit, smallest)


def prove_records(
    prop: Property, claim: str, faults: Iterable[tuple[str, Broken | None]], *, unit: str, total: int | None = None
) -> Proof:
    """Proof of a claim on records or texts, each with its address and fault; all faults are reported.

    `total` is the number they represent, when it exceeds their own number.
    """
    found = list(faults)
    wrong = [(address, fault) for address, fault in found if fault is not None]
    broken = None
    if wrong:
        why = "; ".join(f"{address}: {fault.why}" for address, fault in wrong)
        broken = Broken(why, next((fault.answers for _, fault in wrong if fault.answers), ()))
    return Proof(prop, claim, len(found), len(found) if total is None else total, unit, broken)
