"""`shop catalog sample`, as a process of its own."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

SHOP = str(Path(sys.executable).with_name("shop"))


def sample(instance: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [SHOP, "catalog", "sample", *options],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"SHOP_INSTANCE": str(instance)},
        timeout=60,
    )


def test_it_fills_an_empty_catalogue_silently_and_only_once(tmp_path: Path) -> None:
    first = sample(tmp_path / "new", "--count", "30", "--seed", "5")
    assert (first.returncode, first.stdout, first.stderr) == (0, "", "")
    with closing(sqlite3.connect(tmp_path / "new" / "shop.db")) as database:
        assert database.execute("SELECT count(*) FROM product WHERE status = 'published'").fetchone() == (30,)
    again = sample(tmp_path / "new", "--count", "30", "--seed", "5")
    assert (again.returncode, again.stdout) == (1, "")
    assert "holds 30 products already" in again.stderr


def test_the_sample_of_71_products_counts_as_a_catalogue_too(sample_instance: Path) -> None:
    refused = sample(sample_instance, "--count", "5")
    assert refused.returncode == 1
    assert "only an empty one can be filled" in refused.stderr


def test_a_count_of_nothing_is_wrong_use(tmp_path: Path) -> None:
    refused = sample(tmp_path, "--count", "0")
    assert refused.returncode == 2
    assert "--count" in refused.stderr
