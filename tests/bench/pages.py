"""Speed of the shop's pages, from 10^3 to 10^6 products: `shop dev bench [--quick] [--json FILE]`.

Every figure is the median of several rounds, in which all kinds of work take turns, so that a busy machine bothers all
alike. A ratio compares the worker's processor time for a page with that for two endpoints that the same server serves
in the same run: `null`, a constant page of 30 kB, and `render`, the page's own template from data already in memory.
"""

import argparse
import json
import statistics
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct, structs

from tests.bench.shop.serving import Driver, Served, catalogue, serving
from tests.bench.shop.work import (
    ADVICE,
    BARE,
    CAPTURING,
    KEPT,
    LAST_PAGE,
    NULL,
    ONE_FACET,
    SEARCH,
    THREE_FACETS,
    WHOLE,
    Job,
    Work,
    product_page,
    rendered,
)

PERCENTILE_99 = 0.99


class Figures(Struct, frozen=True):
    """Medians over the rounds: pages a second, milliseconds until half and 99 % had come, processor time a page."""

    a_second: float
    p50_ms: float
    p99_ms: float
    processor_us: float


class Measured(Struct, frozen=True):
    """One size of catalogue; memory of the worker after the load, in megabytes, and seconds until the first page."""

    products: int
    figures: Mapping[str, Figures]
    megabytes: float
    started_in: float


def main() -> None:
    parser = argparse.ArgumentParser(prog="tests.bench pages", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two small catalogues, short rounds")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures, to compare two runs")
    parser.add_argument("--rounds", type=int, default=0)
    parser.add_argument("--sizes", type=_sizes, metavar="N,N", help="how many products, instead")
    asked = parser.parse_args(sys.argv[2:])
    sizes = asked.sizes or ((1_000, 10_000) if asked.quick else (1_000, 10_000, 100_000, 1_000_000))
    rounds, seconds = (asked.rounds or 3, 0.5) if asked.quick else (asked.rounds or 5, 1.0)
    driver = Driver()
    found = [measure(size, driver, rounds, seconds) for size in sizes]
    driver.close()
    for one in found:
        show(one)
    if asked.json:
        asked.json.write_text(json.dumps([structs.asdict(one) for one in found], default=structs.asdict, indent=2))


def _sizes(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(","))


def measure(products: int, driver: Driver, rounds: int, seconds: float) -> Measured:
    with serving(catalogue(products), SHOP_PAGE_CACHE="off") as served:
        works = works_on(products)
        for work in works:  # once before it counts: templates are compiled, and `render` learns what to render
            driver.drive(Job(served.address, work.steps, work.first, headers=CAPTURING if work.template else {}))
            driver.drive(Job(served.address, work.steps, work.first))
        works += [rendered(work) for work in works if work.template]
        taken: dict[str, list[Figures]] = {work.name: [] for work in works}
        for _ in range(rounds):
            for work in works:
                taken[work.name].append(once(work, served, driver, seconds))
        megabytes, started_in = served.megabytes(), served.started_in
    with serving(catalogue(products), SHOP_PAGE_CACHE="on") as served:
        driver.drive(Job(served.address, KEPT.steps))
        taken[KEPT.name] = [once(KEPT, served, driver, seconds) for _ in range(rounds)]
    figures = {name: median(each) for name, each in taken.items()}
    return Measured(products, figures, megabytes, started_in)


def works_on(products: int) -> list[Work]:
    works = [BARE, NULL, ONE_FACET, WHOLE, THREE_FACETS, SEARCH, product_page(first_slug(products)), ADVICE]
    return works if products < 10_000 else [*works, LAST_PAGE]


def first_slug(products: int) -> str:
    import sqlite3

    with sqlite3.connect(catalogue(products) / "shop.db") as database:
        return str(database.execute("SELECT slug FROM product WHERE id = ?", (products // 2,)).fetchone()[0])


def once(work: Work, served: Served, driver: Driver, seconds: float) -> Figures:
    before = served.processor_seconds()
    outcome = driver.drive(Job(served.address, work.steps, work.first, seconds=seconds))
    spent = served.processor_seconds() - before
    times = sorted(outcome.times)
    return Figures(
        a_second=len(times) / outcome.seconds,
        p50_ms=statistics.median(times) * 1000,
        p99_ms=times[int(len(times) * PERCENTILE_99)] * 1000,
        processor_us=spent / len(times) * 1_000_000,
    )


def median(rounds: Sequence[Figures]) -> Figures:
    return Figures(*(statistics.median(each) for each in zip(*map(structs.astuple, rounds), strict=True)))


def show(measured: Measured) -> None:
    null = measured.figures[NULL.name].processor_us
    print(
        f"\n{measured.products:,} products: first page after {measured.started_in:.2f} s,"
        f" worker {measured.megabytes:.0f} MB after the load"
    )
    print(f"{'':40} {'pages/s':>8} {'p50 ms':>8} {'p99 ms':>8} {'cpu us':>8} {'to null':>8} {'to render':>9}")
    renders = {work.name: f"render: {work.template}" for work in works_on(measured.products) if work.template}
    for name, figures in measured.figures.items():
        render = measured.figures.get(renders.get(name, ""))
        to_render = f"{render.processor_us / figures.processor_us:9.2f}" if render else ""
        print(
            f"{name:40} {figures.a_second:8.0f} {figures.p50_ms:8.2f} {figures.p99_ms:8.2f}"
            f" {figures.processor_us:8.0f} {null / figures.processor_us:8.2f} {to_render:>9}"
        )
