"""Plan of a load test and its outcome, as both processes know them."""

from msgspec import Struct

SHARES = {"read": 30.0, "browse": 27.0, "search": 18.0, "advice": 12.0, "basket": 9.0, "order": 4.0}
"""Visits in a hundred by what they come for. Assumed, not observed: the shop has no visitors yet."""
WARM_UP = 0.25
"""The part of a step that is not counted, in which visits begin that have no end yet."""


class Plan(Struct, frozen=True):
    """A step: so many visits an hour begin, at moments by chance, whether or not the earlier ones are over."""

    address: str
    visits_an_hour: float
    seconds: float
    pause: float
    """Mean seconds between two pages of a visit."""
    shares: dict[str, float]
    seed: int = 1


class Asked(Struct, frozen=True):
    """A page or file that was asked for; `fault` says what was wrong with the answer."""

    kind: str
    at: float
    """Seconds since the step began."""
    seconds: float
    fault: str = ""


class Outcome(Struct, frozen=True):
    """Everything of a step; times are seconds since it began."""

    asked: list[Asked]
    begun: list[str]
    """The kind of each visit that was begun after the warm-up."""
    ended: list[str]
    """Likewise of each that came to its end then; an order counts once it is paid."""
    left: list[str]
    """The reason of each visit that could not go on."""
    under_way: int
    """Visits that had no end when the step was over."""
    late: float
    """The most seconds by which a visit began too late: the driver had no time for it."""
    driver_busy: float
    """Processor time of the driver, of one core."""
    machine_busy: float
    """Processor time of everything on the driver's machine, of all its cores."""
    shop_busy: float | None = None
    """Processor time of the shop, of one core, where it is on the driver's machine."""
