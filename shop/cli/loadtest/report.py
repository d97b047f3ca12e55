"""Figures of a load test from its outcomes, and their lines of text."""

import math
from collections import Counter
from collections.abc import Sequence

from msgspec import Struct

from shop.cli.loadtest.plan import WARM_UP, Outcome, Plan

MOST_FAULTS = 0.01
"""The part of pages that may go wrong at a rate that is held."""
MOST_LATE = 0.5
HOUR = 3600
BUSIEST_HOUR = 0.1
"""The part of a day's visits in its busiest hour; assumed."""


class Figures(Struct, frozen=True):
    """One step: counts an hour, seconds until pages came."""

    visits_an_hour: float
    """As asked for."""
    begun_an_hour: float
    orders_begun_an_hour: float
    orders_an_hour: float
    """Paid."""
    pages_a_second: float
    p50: float
    p95: float
    p99: float
    longest: float
    failed: float
    """The part of pages and files that were not as they should be."""
    faults: list[tuple[str, int]]
    left: list[tuple[str, int]]
    """Reasons why visits could not go on, wrong answers among them."""
    under_way: int
    late: float
    driver_busy: float
    machine_busy: float
    shop_busy: float | None
    by_kind: dict[str, tuple[int, float, float]]
    """Pages of a kind, their p50 and p99."""

    def is_held(self, limit: float) -> bool:
        """Whether the rate was held: pages came in time, and were right."""
        return self.p99 <= limit and self.failed <= MOST_FAULTS and self.late <= MOST_LATE


def figures_of(plan: Plan, outcome: Outcome) -> Figures:
    counted = plan.seconds * (1 - WARM_UP)
    pages = [one for one in outcome.asked if one.kind != "file"]
    times = [one.seconds for one in pages]
    faults = Counter(one.fault for one in outcome.asked if one.fault)
    by_kind: dict[str, list[float]] = {}
    for one in outcome.asked:
        by_kind.setdefault(one.kind, []).append(one.seconds)
    return Figures(
        visits_an_hour=plan.visits_an_hour,
        begun_an_hour=len(outcome.begun) / counted * HOUR,
        orders_begun_an_hour=outcome.begun.count("order") / counted * HOUR,
        orders_an_hour=outcome.ended.count("order") / counted * HOUR,
        pages_a_second=len(pages) / counted,
        p50=percentile(times, 50),
        p95=percentile(times, 95),
        p99=percentile(times, 99),
        longest=max(times, default=0.0),
        failed=faults.total() / len(outcome.asked) if outcome.asked else 1.0,
        faults=faults.most_common(5),
        left=Counter(outcome.left).most_common(8),
        under_way=outcome.under_way,
        late=outcome.late,
        driver_busy=outcome.driver_busy,
        machine_busy=outcome.machine_busy,
        shop_busy=outcome.shop_busy,
        by_kind={kind: (len(each), percentile(each, 50), percentile(each, 99)) for kind, each in by_kind.items()},
    )


def percentile(times: Sequence[float], percent: int) -> float:
    """The time within which so many in a hundred came."""
    ordered = sorted(times)
    return ordered[math.ceil(len(ordered) * percent / 100) - 1] if ordered else 0.0


HEADER = (
    f"{'visits/h':>9} {'begun/h':>8} {'orders/h':>9} {'pages/s':>8} {'p50 ms':>7} {'p95 ms':>7} {'p99 ms':>7}"
    f" {'failed':>7} {'machine':>8} {'shop':>6} {'driver':>7}"
)


def line_of(one: Figures) -> str:
    return (
        f"{one.visits_an_hour:9,.0f} {one.begun_an_hour:8,.0f} {one.orders_an_hour:9,.0f} {one.pages_a_second:8.1f}"
        f" {one.p50 * 1000:7.0f} {one.p95 * 1000:7.0f} {one.p99 * 1000:7.0f} {one.failed:7.1%}"
        f" {one.machine_busy:8.0%} {'' if one.shop_busy is None else f'{one.shop_busy:.0%}':>6} {one.driver_busy:7.0%}"
    )


def lines_by_kind(one: Figures) -> list[str]:
    lines = [f"{'':10} {'asked':>7} {'p50 ms':>7} {'p99 ms':>7}"]
    for kind, (count, p50, p99) in sorted(one.by_kind.items(), key=lambda item: -item[1][0]):
        lines.append(f"{kind:10} {count:7,} {p50 * 1000:7.0f} {p99 * 1000:7.0f}")
    if one.shop_busy is not None and one.pages_a_second:
        lines.append(f"The shop took {one.shop_busy / one.pages_a_second * 1000:.1f} ms of processor for each page.")
    return lines + [f"{count} visits left: {reason}" for reason, count in one.left]


def verdict(steps: Sequence[Figures], limit: float) -> str:
    """The last rate that was held and the first that was not."""
    held = [one for one in steps if one.is_held(limit)]
    missed = [one for one in steps if not one.is_held(limit)]
    said = "Held no rate."
    if held:
        best = held[-1]
        day = best.begun_an_hour / BUSIEST_HOUR
        said = (
            f"Held {best.begun_an_hour:,.0f} visitors and {best.orders_an_hour:,.0f} paid orders an hour, p99"
            f" {best.p99 * 1000:.0f} ms. If that hour has {BUSIEST_HOUR:.0%} of a day: {day:,.0f} visitors a day."
        )
    if missed:
        said += f" Saturated at {missed[0].visits_an_hour:,.0f} an hour: {_why(missed[0], limit)}."
    return said


def _why(one: Figures, limit: float) -> str:
    if one.late > MOST_LATE:
        return f"the driver itself was {one.late:.1f} s late"
    if one.failed > MOST_FAULTS:
        return f"{one.failed:.0%} of the answers were wrong ({one.faults[0][0]})"
    return f"p99 {one.p99 * 1000:.0f} ms is above {limit * 1000:.0f}"
