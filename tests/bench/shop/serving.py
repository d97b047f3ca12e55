"""Catalogues to serve, and a served shop whose processor time and memory can be read."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import psutil

from catalog.db.engine import newest_revision
from tests.bench.shop.work import Job, Outcome

KEPT = Path("instance") / "bench"
SHOP = str(Path(sys.executable).with_name("shop"))
MEGABYTE = 1_000_000


def catalogue(count: int) -> Path:
    """An instance folder with that many made-up products, kept from run to run until the tables change."""
    revision = newest_revision()
    instance = KEPT / f"{count}-{revision}"
    if not instance.exists():
        making = instance.with_suffix(".making")
        subprocess.run(["rm", "-rf", str(making)], check=True)
        environ = os.environ | {"SHOP_INSTANCE": str(making)}
        subprocess.run([SHOP, "catalog", "sample", "--count", str(count), "--seed", "1"], check=True, env=environ)
        making.rename(instance)
    return instance


class Served:
    """A shop that is being served by one worker."""

    def __init__(self, process: subprocess.Popen[str], address: str, started_in: float) -> None:
        self.address, self.started_in = address, started_in
        main = psutil.Process(process.pid)
        self.worker = max(main.children(recursive=True), key=lambda child: child.memory_info().rss)

    def processor_seconds(self) -> float:
        times = self.worker.cpu_times()
        return float(times.user + times.system)

    def megabytes(self) -> float:
        """Memory of the worker: its own, and its share of what processes share (PSS)."""
        return float(self.worker.memory_full_info().pss) / MEGABYTE


@contextmanager
def serving(instance: Path, **settings: str) -> Iterator[Served]:
    """The shop on a catalogue, with the benchmark's endpoints, until the block ends."""
    environ = os.environ | {"SHOP_INSTANCE": str(instance)} | settings
    begun = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.shop.serve", "0", "1"],
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # how to become the first owner
        text=True,
    )
    try:
        assert process.stdout
        line = process.stdout.readline()
        found = re.search(r"http://\S+?(?=/\s)", line)
        if found is None:
            raise SystemExit(f"the shop did not start: {line}")
        wait_for(found[0])
        yield Served(process, found[0], time.perf_counter() - begun)
    finally:
        process.terminate()
        process.wait(timeout=60)


def wait_for(address: str) -> None:
    """Until a page of the shop is answered."""
    host, port = urlsplit(address).hostname or "", urlsplit(address).port
    for _ in range(600):
        connection = HTTPConnection(host, port, timeout=30)
        try:
            connection.request("GET", "/readyz")
            if connection.getresponse().status == HTTPStatus.OK:
                return
        except OSError:
            time.sleep(0.02)
        finally:
            connection.close()
    raise SystemExit(f"{address} never got ready")


class Driver:
    """The load driver in its own process."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.shop.load"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def drive(self, job: Job) -> Outcome:
        """Raises SystemExit when an answer was wrong: a fast wrong page counts for nothing."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(msgspec.json.encode(job).decode() + "\n")
        self.process.stdin.flush()
        outcome = msgspec.json.decode(self.process.stdout.readline(), type=Outcome)
        if outcome.faults or not outcome.times:
            raise SystemExit(f"{job.steps}: {outcome.faults or 'no answer'}")
        return outcome

    def close(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait(timeout=30)
