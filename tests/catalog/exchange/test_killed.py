"""An import that is killed at any moment leaves the catalogue as it was, or as it should become."""

import csv
import io
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from catalog.database import open_engine
from tests.catalog.exchange.files import exported
from tests.conftest import settings_in

ROWS = 700
COMMAND = [sys.executable, "-c", "from shop.cli import main; main()", "catalog", "import"]


@pytest.fixture
def instance(sample_instance: Path, tmp_path: Path) -> Path:
    """The sample catalogue in a folder of its own."""
    return Path(shutil.copytree(sample_instance, tmp_path / "instance"))


def catalogue(instance: Path) -> bytes:
    engine = open_engine(settings_in(instance).database_url)
    with Session(engine) as session:
        content = exported(session)
    engine.dispose()
    return content


def larger(content: bytes, rows: int) -> str:
    """The same catalogue with other prices, and many more products."""
    products = list(csv.DictReader(io.StringIO(content.decode())))
    file = io.StringIO()
    writer = csv.DictWriter(file, products[0], lineterminator="\n")
    writer.writeheader()
    for product in products:
        writer.writerow(product | {"price_eur": "11.11"})
    for number in range(rows):
        writer.writerow(products[number % len(products)] | {"sku": f"K-{number}", "slug": f"k-{number}"})
    return file.getvalue()


def start(instance: Path, file: Path) -> subprocess.Popen[bytes]:
    environment = os.environ | {"SHOP_INSTANCE": str(instance)}
    return subprocess.Popen([*COMMAND, str(file)], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def kill_when_written(instance: Path, file: Path, size: int) -> bool:
    """Kill an import with SIGKILL once its journal is so large; whether it was still at work then."""
    journal = instance / "shop.db-wal"
    process = start(instance, file)
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        if journal.exists() and journal.stat().st_size > size:
            break
        time.sleep(0.005)
    at_work = process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.communicate()
    return at_work


def test_an_import_killed_at_any_moment_leaves_the_old_catalogue_or_the_new_one(instance: Path, tmp_path: Path) -> None:
    before = catalogue(instance)
    file = tmp_path / "larger.csv"
    file.write_text(larger(before, ROWS), encoding="utf-8")
    killed_at_work = 0
    for size in (100_000, 1_000_000):
        killed_at_work += kill_when_written(instance, file, size)
        assert catalogue(instance) == before
    assert killed_at_work == 2
    process = start(instance, file)
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    assert f"{ROWS} new, ".encode() in output
    assert catalogue(instance).count(b"\n") == before.count(b"\n") + ROWS
