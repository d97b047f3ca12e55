"""A killed import leaves the old catalogue or the new one, nothing in between."""

import csv
import io
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from catalog.db.engine import open_engine
from tests.catalog.exchange.files import exported
from tests.conftest import settings_in

pytestmark = pytest.mark.exhaustive

ROWS = 700
HIGH_PORTIONS = (["OXI", "300"], ["OXI", "400"])
"""In the SKUs of products with more than 250 mg a day."""
COMMAND = [sys.executable, "-c", "from shop.cli import main; main()", "catalog", "import"]


def catalogue(instance: Path) -> bytes:
    engine = open_engine(settings_in(instance).database_url)
    with Session(engine) as session:
        content = exported(session)
    engine.dispose()
    return content


def larger(content: bytes, rows: int) -> str:
    """The same catalogue with other prices, and many more products, of those that need no reason for their portion."""
    products = list(csv.DictReader(io.StringIO(content.decode())))
    ordinary = [product for product in products if product["sku"].split("-")[1:3] not in HIGH_PORTIONS]
    file = io.StringIO()
    writer = csv.DictWriter(file, products[0], lineterminator="\n")
    writer.writeheader()
    for product in products:
        writer.writerow(product | {"price_eur": "11.11"})
    for number in range(rows):
        writer.writerow(ordinary[number % len(ordinary)] | {"sku": f"K-{number}", "slug": f"k-{number}"})
    return file.getvalue()


def start(instance: Path, file: Path) -> subprocess.Popen[bytes]:
    environment = os.environ | {"SHOP_INSTANCE": str(instance)}
    return subprocess.Popen([*COMMAND, str(file)], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def kill(instance: Path, file: Path, ready: Callable[[], bool]) -> bool:
    """Kill an import with SIGKILL once `ready`; returns whether it was still running."""
    process = start(instance, file)
    while process.poll() is None and not ready():
        time.sleep(0.005)
    at_work = process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.communicate()
    return at_work


def bytes_in(file: Path) -> int:
    try:
        return file.stat().st_size
    except FileNotFoundError:  # SQLite deletes the journal at times
        return 0


@pytest.mark.long
def test_an_import_killed_at_any_moment_leaves_the_old_catalogue_or_the_new_one(
    sample_instance: Path, tmp_path: Path
) -> None:
    before = catalogue(sample_instance)
    file = tmp_path / "larger.csv"
    file.write_text(larger(before, ROWS), encoding="utf-8")
    whole = Path(shutil.copytree(sample_instance, tmp_path / "whole"))
    began = time.monotonic()
    output, _ = start(whole, file).communicate(timeout=120)
    lasts = time.monotonic() - began
    assert f"{ROWS} new, ".encode() in output
    after = catalogue(whole)
    assert after.count(b"\n") == before.count(b"\n") + ROWS

    killed = Path(shutil.copytree(sample_instance, tmp_path / "killed"))
    half_way = time.monotonic() + lasts / 2
    kill(killed, file, lambda: time.monotonic() > half_way)  # where the machine became faster, it may have committed
    assert catalogue(killed) in (before, after)
    journal = killed / "shop.db-wal"  # grows when the transaction ends
    kill(killed, file, lambda: bytes_in(journal) > 0)
    assert catalogue(killed) in (before, after)
