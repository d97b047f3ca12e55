"""Driver of a load test, a process of its own: a plan as JSON on each line in, its outcome on a line out."""

from gevent import monkey

monkey.patch_all()

import random
import resource
import sys
import time
from contextlib import suppress
from urllib.parse import urlsplit

import gevent
import msgspec
import psutil
from gevent.pool import Pool

from shop.cli.loadtest.plan import WARM_UP, Asked, Outcome, Plan
from shop.cli.loadtest.visits import VISITS, Browser, Left

MOST_AT_ONCE = 2000
"""Visits under way; with more, the next one begins too late, which counts against the rate."""
OPEN_FILES = 8192


class Step:
    """One step of a test while it runs."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.asked: list[Asked] = []
        self.begun: list[str] = []
        self.ended: list[str] = []
        self.left: list[str] = []
        self.late = 0.0
        self._chance = random.Random(plan.seed)  # noqa: S311 - the same day each time
        self._start = time.perf_counter()
        self._pool = Pool(MOST_AT_ONCE)
        self._shop = _processes_at(plan.address)
        self._counted_from = (0.0, time.process_time(), _busy(), _shop_seconds(self._shop))

    def run(self) -> Outcome:
        """Begin visits at the plan's rate until its time is over; those that have no end then are broken off."""
        gevent.spawn_later(self.plan.seconds * WARM_UP, self._begin_to_count)
        kinds, weights = list(self.plan.shares), list(self.plan.shares.values())
        due = 0.0
        while True:
            due += self._chance.expovariate(self.plan.visits_an_hour / 3600)
            if due >= self.plan.seconds:
                break
            gevent.sleep(max(0, due - self._now()))
            self.late = max(self.late, self._now() - due)
            self._pool.spawn(self._visit, self._chance.choices(kinds, weights)[0], self._chance.getrandbits(32))
        gevent.sleep(max(0, self.plan.seconds - self._now()))
        under_way, used = len(self._pool), self._used()
        self._pool.kill()
        asked = [one for one in self.asked if self._counts(one.at)]
        return Outcome(asked, self.begun, self.ended, self.left, under_way, self.late, *used)

    def _begin_to_count(self) -> None:
        self._counted_from = (self._now(), time.process_time(), _busy(), _shop_seconds(self._shop))

    def _used(self) -> tuple[float, float, float | None]:
        """Processor time since the warm-up: of the driver, of the machine (all cores), of the shop if it is here."""
        begun, driver, machine, shop = self._counted_from
        seconds = self._now() - begun
        served = (_shop_seconds(self._shop) - shop) / seconds if self._shop else None
        return (time.process_time() - driver) / seconds, _share(machine, _busy()), served

    def _visit(self, kind: str, seed: int) -> None:
        if self._counts(self._now()):
            self.begun.append(kind)
        browser = Browser(self.plan, random.Random(seed), self.asked.append, self._start)  # noqa: S311 - likewise
        try:
            VISITS[kind](browser)
        except Left as reason:
            self.left.append(f"{kind}: {reason}")
        else:
            if self._counts(self._now()):
                self.ended.append(kind)
        finally:
            browser.close()

    def _counts(self, moment: float) -> bool:
        return self.plan.seconds * WARM_UP <= moment <= self.plan.seconds

    def _now(self) -> float:
        return time.perf_counter() - self._start


def _processes_at(address: str) -> list[psutil.Process]:
    """The processes of this machine that listen at an address, and what they started: the shop, where it is here."""
    port = urlsplit(address).port
    with suppress(psutil.AccessDenied):
        found = psutil.net_connections("tcp")
        pids = {one.pid for one in found if one.status == psutil.CONN_LISTEN and one.laddr.port == port and one.pid}
        mains = [psutil.Process(pid) for pid in pids]
        return list({*mains, *(child for main in mains for child in main.children(recursive=True))})
    return []


def _shop_seconds(processes: list[psutil.Process]) -> float:
    """Processor time of processes so far."""
    total = 0.0
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            total += times.user + times.system
    return total


def _busy() -> tuple[float, float]:
    """Processor time of the machine: all, and that in which it did nothing."""
    times = psutil.cpu_times()
    return sum(times[:8]), times.idle + times.iowait


def _share(before: tuple[float, float], after: tuple[float, float]) -> float:
    whole = after[0] - before[0]
    return 1 - (after[1] - before[1]) / whole if whole else 0.0


def main() -> None:
    _limit, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if most == resource.RLIM_INFINITY else min(OPEN_FILES, most)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
    for line in sys.stdin:
        outcome = Step(msgspec.json.decode(line, type=Plan)).run()
        sys.stdout.write(msgspec.json.encode(outcome).decode() + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
