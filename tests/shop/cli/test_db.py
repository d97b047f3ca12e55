"""`shop db`: backup, restore and move, on the command line."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from shop.cli import main
from shop.settings import read_settings
from shop.web.database import prepare_catalogue
from tests import databases


def db(instance: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["db", *arguments], env={"SHOP_INSTANCE": str(instance)})


def test_what_is_backed_up_is_restored_into_a_new_shop(tmp_path: Path) -> None:
    prepare_catalogue(read_settings({"SHOP_INSTANCE": str(tmp_path)}))
    file, new = tmp_path / "backup.zip", tmp_path / "new"
    made = db(tmp_path, "backup", str(file))
    assert (made.exit_code, made.stderr) == (0, "")
    assert "product: 71 rows, sha256 " in made.stdout
    restored = db(new, "restore", str(file))
    assert (restored.exit_code, restored.stdout) == (0, made.stdout)
    assert (new / "shop.db").stat().st_mode & 0o777 == 0o600
    again = db(new, "restore", str(file))
    assert (again.exit_code, again.stdout) == (1, "")
    assert "--force" in again.stderr
    assert db(new, "restore", "--force", str(file)).exit_code == 0


def test_an_embedded_catalogue_moves_to_postgresql_and_back(tmp_path: Path) -> None:
    prepare_catalogue(read_settings({"SHOP_INSTANCE": str(tmp_path)}))
    url = databases.new_on_postgresql().render_as_string()
    there = db(tmp_path, "move", f"sqlite:///{tmp_path}/shop.db", url)
    assert (there.exit_code, there.stderr) == (0, "")
    back = db(tmp_path, "move", url, f"sqlite:///{tmp_path}/back.db")
    assert (back.exit_code, back.stderr) == (0, "")
    changed = set(there.stdout.splitlines()) ^ set(back.stdout.splitlines())
    assert {line.split(":")[0] for line in changed} == {"catalogue_state", "index_state"}


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
    assert (result.exit_code, result.stdout) == (code, "")
    assert named in result.stderr.splitlines()[-1]
    assert "Traceback" not in result.stderr
    assert "secret" not in result.stderr
