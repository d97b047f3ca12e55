"""`shop db`: backup, restore and move, on the command line."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any
from zipfile import ZipFile

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
    (tmp_path / "reviews.json").write_text("signed")
    made = db(tmp_path, "backup", str(file))
    assert (made.exit_code, made.stderr) == (0, "")
    assert "product: 99 rows, sha256 " in made.stdout
    restored = db(new, "restore", str(file))
    assert (restored.exit_code, restored.stdout) == (0, made.stdout)
    assert (new / "shop.db").stat().st_mode & 0o777 == 0o600
    assert (new / "reviews.json").read_text() == "signed"
    assert (new / "reviews.json").stat().st_mode & 0o777 == 0o600
    (new / "reviews.json").write_text("others")
    again = db(new, "restore", str(file))
    assert (again.exit_code, again.stdout) == (1, "")
    assert "--force" in again.stderr
    assert (new / "reviews.json").read_text() == "others"
    assert db(new, "restore", "--force", str(file)).exit_code == 0
    assert (new / "reviews.json").read_text() == "signed"
    assert not list(new.glob(".reviews*"))


@pytest.fixture(scope="module")
def backup(sample_instance: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of the sample catalogue, read only."""
    file = tmp_path_factory.mktemp("backup") / "backup.zip"
    assert db(sample_instance, "backup", str(file)).exit_code == 0
    return file


@pytest.fixture
def instance(sample_instance: Path, tmp_path: Path) -> Path:
    """An instance folder of this test's own whose products have no stock: what is restored would show."""
    copied = Path(shutil.copytree(sample_instance, tmp_path / "instance"))
    with closing(sqlite3.connect(copied / "shop.db")) as database:
        database.execute("UPDATE product SET stock = 0")
        database.commit()
    return copied


def contents(instance: Path) -> str:
    """Every table of a database with its count and checksum."""
    made = db(instance, "backup", str(instance / "contents.zip"))
    assert made.exit_code == 0
    return made.stdout


Members = dict[str, bytes]
"""The members of a backup file, by name."""
BRANDS = "brand.jsonl"


def manifest(members: Members) -> Any:
    return json.loads(members["manifest.json"])


def with_manifest(members: Members, manifest: object) -> Members:
    return members | {"manifest.json": json.dumps(manifest).encode()}


def with_brands(members: Members, lines: list[bytes]) -> Members:
    return members | {BRANDS: b"".join(lines)}


def summed_up_again(members: Members) -> Members:
    """The same with a count and a checksum that fit the brands as they now are."""
    changed = manifest(members)
    lines = members[BRANDS].splitlines()
    changed["tables"]["brand"] = {"rows": len(lines), "sha256": sha256(members[BRANDS]).hexdigest()}
    return with_manifest(members, changed)


def counted_as(members: Members, **extent: Any) -> Members:
    changed = manifest(members)
    changed["tables"]["brand"] |= extent
    return with_manifest(members, changed)


def without_table(members: Members, name: str) -> Members:
    changed = manifest(members)
    del changed["tables"][name]
    return with_manifest(members, changed)


def brands(members: Members) -> list[bytes]:
    return members[BRANDS].splitlines(keepends=True)


NOT_WHAT_WAS_WRITTEN = "is damaged: brand.jsonl is not what was written"
DAMAGED: dict[str, tuple[Callable[[Members], Members], str]] = {
    "line changed": (
        lambda all_: all_ | {BRANDS: all_[BRANDS].replace(b"Duinvallei", b"Duinvallej", 1)},
        NOT_WHAT_WAS_WRITTEN,
    ),
    "line cut short": (lambda all_: all_ | {BRANDS: all_[BRANDS][:-5]}, NOT_WHAT_WAS_WRITTEN),
    "line lost": (lambda all_: with_brands(all_, brands(all_)[1:]), NOT_WHAT_WAS_WRITTEN),
    "line twice": (lambda all_: with_brands(all_, [*brands(all_), brands(all_)[-1]]), NOT_WHAT_WAS_WRITTEN),
    "lines in another order": (lambda all_: with_brands(all_, brands(all_)[::-1]), NOT_WHAT_WAS_WRITTEN),
    "checksum changed": (lambda all_: counted_as(all_, sha256="0" * 64), NOT_WHAT_WAS_WRITTEN),
    "count changed": (lambda all_: counted_as(all_, rows=len(brands(all_)) + 1), NOT_WHAT_WAS_WRITTEN),
    "table missing": (lambda all_: {name: each for name, each in all_.items() if name != BRANDS}, "is damaged"),
    "table not counted": (lambda all_: without_table(all_, "brand"), "is damaged"),
    "last table not counted": (lambda all_: without_table(all_, "component"), "is damaged"),
    "no list of tables": (lambda all_: {name: all_[name] for name in all_ if name != "manifest.json"}, "is damaged"),
}
SAME_OTHERWISE_WRITTEN: dict[str, Callable[[Members], Members]] = {
    "with blanks": lambda all_: all_ | {BRANDS: all_[BRANDS].replace(b",", b", ", 1)},
    "in another order": lambda all_: with_brands(all_, brands(all_)[::-1]),
}


def rewritten(file: Path, folder: Path, change: Callable[[Members], Members]) -> Path:
    """A copy of a backup in this folder with other members."""
    with ZipFile(file) as old:
        members = {name: old.read(name) for name in old.namelist()}
    other = folder / "other.zip"
    with ZipFile(other, "w") as new:
        for name, member in change(members).items():
            new.writestr(name, member)
    assert change(members) != members
    return other


def refuses_and_changes_nothing(instance: Path, said: str, *arguments: str) -> None:
    before = contents(instance)
    refused = db(instance, *arguments)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert said in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
    assert contents(instance) == before


@pytest.mark.parametrize(("change", "said"), DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_backup_is_refused_and_the_database_left_as_it_was(
    change: Callable[[Members], Members], said: str, instance: Path, backup: Path
) -> None:
    refuses_and_changes_nothing(instance, said, "restore", "--force", str(rewritten(backup, instance, change)))


@pytest.mark.parametrize("change", SAME_OTHERWISE_WRITTEN.values(), ids=SAME_OTHERWISE_WRITTEN)
def test_a_backup_that_does_not_come_out_as_it_was_written_is_refused(
    change: Callable[[Members], Members], instance: Path, backup: Path
) -> None:
    """Count and checksum fit the file, so only a comparison with the rows themselves finds the difference."""
    file = rewritten(backup, instance, lambda members: summed_up_again(change(members)))
    said = "nothing was changed: the table brand did not come out the same"
    refuses_and_changes_nothing(instance, said, "restore", "--force", str(file))


ALTERING = {
    "changes a row": "UPDATE brand SET name = name || '!' WHERE id = NEW.id",
    "loses a row": "DELETE FROM brand WHERE id = NEW.id AND id = 1",
    "adds a row": "INSERT INTO brand (id, name, address, invented) SELECT 999, 'x', 'x', 0 WHERE NEW.id = 1",
}


@pytest.mark.parametrize("statement", ALTERING.values(), ids=ALTERING)
def test_a_database_that_keeps_something_else_than_it_was_given_is_found_out(
    statement: str, instance: Path, backup: Path, sample_instance: Path
) -> None:
    with closing(sqlite3.connect(instance / "shop.db")) as database:
        database.execute(f"CREATE TRIGGER altering AFTER INSERT ON brand BEGIN {statement}; END")
    said = "nothing was changed: the table brand did not come out the same"
    refuses_and_changes_nothing(instance, said, "restore", "--force", str(backup))
    source, target = (f"sqlite:///{folder}/shop.db" for folder in (sample_instance, instance))
    refuses_and_changes_nothing(instance, said, "move", "--force", source, target)


def test_a_whole_backup_brings_back_what_was_lost(instance: Path, backup: Path) -> None:
    made = rewritten(backup, instance, lambda members: members | {"README": b"a member that nobody asks for"})
    assert db(instance, "restore", "--force", str(made)).exit_code == 0
    with closing(sqlite3.connect(instance / "shop.db")) as database:
        assert database.execute("SELECT max(stock) > 0 FROM product").fetchone() == (1,)


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
