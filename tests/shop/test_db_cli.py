"""`shop db`: backup, restore and move, as processes of their own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import databases

SHOP = str(Path(sys.executable).with_name("shop"))


def db(instance: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [SHOP, "db", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"SHOP_INSTANCE": str(instance)},
        timeout=60,
    )


def test_what_is_backed_up_is_restored_into_a_new_shop(sample_instance: Path, tmp_path: Path) -> None:
    file, new = tmp_path / "backup.zip", tmp_path / "new"
    made = db(sample_instance, "backup", str(file))
    assert (made.returncode, made.stderr) == (0, "")
    assert "product: 71 rows, sha256 " in made.stdout
    restored = db(new, "restore", str(file))
    assert (restored.returncode, restored.stdout) == (0, made.stdout)
    assert (new / "shop.db").stat().st_mode & 0o777 == 0o600
    again = db(new, "restore", str(file))
    assert (again.returncode, again.stdout) == (1, "")
    assert "--force" in again.stderr
    assert db(new, "restore", "--force", str(file)).returncode == 0


def test_an_embedded_catalogue_moves_to_postgresql_and_back(sample_instance: Path, tmp_path: Path) -> None:
    url = databases.new_on_postgresql().render_as_string()
    there = db(tmp_path, "move", f"sqlite:///{sample_instance}/shop.db", url)
    assert (there.returncode, there.stderr) == (0, "")
    back = db(tmp_path, "move", url, f"sqlite:///{tmp_path}/back.db")
    assert (back.returncode, back.stdout) == (0, there.stdout)


@pytest.mark.parametrize(
    ("arguments", "code", "named"),
    [
        (["backup", "/no/such/folder/b.zip"], 1, "/no/such/folder"),
        (["restore", "no-such.zip"], 1, "no-such.zip"),
        (["move", "garbage", "sqlite://"], 2, "FROM"),
        (["move", "sqlite:///x", "sqlite:///x"], 2, "the same database"),
        (["move", "sqlite:////no/such/x.db", "sqlite:///y.db"], 1, "/no/such/x.db"),
        (["move", "postgresql+psycopg://shop:secret@127.0.0.1:9/x", "sqlite:///y.db"], 1, "127.0.0.1:9/x"),
    ],
)
def test_what_cannot_be_done_is_one_line_that_names_it(
    arguments: list[str], code: int, named: str, tmp_path: Path
) -> None:
    result = db(tmp_path, *arguments)
    assert (result.returncode, result.stdout) == (code, "")
    assert named in result.stderr.splitlines()[-1]
    assert "Traceback" not in result.stderr
    assert "secret" not in result.stderr
