"""Backups of both kinds of database, restored into both, while the shop is serving; and moves between them."""

import os
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from zipfile import ZipFile

import msgspec
import pytest
from sqlalchemy import (
    URL,
    Column,
    DateTime,
    Engine,
    Integer,
    MetaData,
    Table,
    event,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from catalog.db.backup import BackupError, backup, move, restore
from catalog.db.copying import Extent, copy_into, extent, fill, lines_of, tables
from catalog.db.engine import for_writing, migrate, newest_revision, open_engine
from catalog.models import Brand, CatalogueState, IndexState, Product, SlugRedirect, table_of
from catalog.other_actives import read_other_actives
from catalog.samples.sample import load_sample
from recommend.knowledge import Ruleset
from tests import databases
from tests.catalog.conftest import MakeEngine
from tests.factories import make_product


@pytest.fixture(scope="module")
def filled(make_engine: MakeEngine, tmp_path_factory: pytest.TempPathFactory, ruleset: Ruleset) -> Callable[[str], URL]:
    """A function that returns a database of a kind with the sample catalogue and a blend, to be copied."""

    @cache
    def fill_once(kind: str) -> URL:
        engine = make_engine(kind, tmp_path_factory.mktemp("filled"))
        with Session(engine) as session:
            load_sample(session, ruleset)
            make_product(session, vegan=None, other_actives=read_other_actives("vitamin_b6 1.4 mg; zinc 5 mg"))
            session.commit()
        engine.dispose()
        return engine.url

    return fill_once


@pytest.fixture(params=["sqlite", "postgresql"])
def full(request: pytest.FixtureRequest, filled: Callable[[str], URL], tmp_path: Path) -> Iterator[Engine]:
    """The sample catalogue and a blend on either kind of database."""
    engine = open_engine(databases.copy(filled(request.param), tmp_path))
    yield engine
    engine.dispose()
    databases.drop(engine.url)


@pytest.fixture(params=["sqlite", "postgresql"])
def other(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """Another database of either kind, without tables."""
    file = f"sqlite:///{tmp_path}/other.db"
    engine = open_engine(databases.new_on_postgresql() if request.param == "postgresql" else file)
    yield engine
    engine.dispose()


def products(engine: Engine) -> list[tuple[object, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(select(Product.__table__).order_by(Product.id))]


def state(engine: Engine) -> tuple[int, str]:
    with Session(engine) as session:
        return session.scalars(select(CatalogueState.revision)).one(), session.scalars(select(IndexState.epoch)).one()


def test_a_backup_restores_into_either_kind_and_takes_new_products(full: Engine, other: Engine, tmp_path: Path) -> None:
    file = tmp_path / "backup.zip"
    made = backup(full, file)
    assert file.stat().st_mode & 0o777 == 0o600
    assert restore(other, file) == made
    assert products(other) == products(full)
    with Session(other) as session:
        make_product(session)
        session.commit()
    assert len(products(other)) == len(products(full)) + 1


on_sqlite = pytest.mark.parametrize("full", ["sqlite"], indirect=True)


@on_sqlite
def test_a_backup_is_a_zip_of_a_manifest_and_a_line_of_json_for_each_row(full: Engine, tmp_path: Path) -> None:
    """As shops of this version restore it, and those to come."""
    file = tmp_path / "backup.zip"
    made = backup(full, file)
    with ZipFile(file) as archive:
        manifest = msgspec.json.decode(archive.read("manifest.json"))
        lines = archive.read("brand.jsonl").splitlines(keepends=True)
        assert {*archive.namelist()} == {"manifest.json", *(f"{name}.jsonl" for name in made.tables)}
    assert (manifest["format"], manifest["revision"]) == ("magnesiumwijzer-backup-1", newest_revision())
    with full.connect() as connection:
        found = connection.execute(select(Brand.__table__).order_by(Brand.id)).mappings()
        rows = [[*(row | {"aliases": ""}).values()] for row in map(dict, found)]
    assert [msgspec.json.decode(line) for line in lines] == rows
    assert all(line.endswith(b"]\n") for line in lines)


@on_sqlite
def test_a_backup_is_whole_and_on_the_disk_before_it_has_its_name(
    full: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "backup.zip"
    synced: list[tuple[int, bool]] = []

    def note(descriptor: int) -> None:
        synced.append((os.fstat(descriptor).st_size, file.exists()))

    monkeypatch.setattr(os, "fsync", note)
    backup(full, file)
    assert synced == [(file.stat().st_size, False)]
    assert list(tmp_path.glob(".backup*")) == []


def test_a_move_gives_the_same_rows_and_the_same_backup(full: Engine, other: Engine, tmp_path: Path) -> None:
    moved = move(full, other)
    assert moved.rows > 100
    assert products(other) == products(full)
    after = backup(other, tmp_path / "after.zip").tables
    assert {name for name in after if after[name] != moved.tables[name]} == {"catalogue_state", "index_state"}


def test_a_backup_is_of_one_moment_while_edits_go_on(full: Engine, tmp_path: Path) -> None:
    """Every edit sets all prices at once: a backup during half an edit would have two prices."""
    begun, over = threading.Event(), threading.Event()

    def edit() -> None:
        for price in range(1, 10_000):
            if over.is_set():
                return
            with for_writing(full).begin() as connection:
                connection.execute(update(Product).values(price_cents=price))
            begun.set()

    editor = threading.Thread(target=edit)
    editor.start()
    assert begun.wait(10)
    for number in range(3):
        file = tmp_path / f"{number}.zip"
        backup(full, file)
        with ZipFile(file) as archive:
            rows = [msgspec.json.decode(line) for line in archive.read("product.jsonl").splitlines()]
        assert len({row[list(Product.__table__.columns.keys()).index("price_cents")] for row in rows}) == 1
    over.set()
    editor.join()


def test_a_database_in_use_is_replaced_only_by_force_and_then_whole(full: Engine, tmp_path: Path) -> None:
    file = tmp_path / "backup.zip"
    backup(full, file)
    before = products(full)
    with Session(for_writing(full)) as session:
        make_product(session)
        session.commit()
    with pytest.raises(BackupError, match="--force"):
        restore(full, file)
    assert len(products(full)) == len(before) + 1
    revision, epoch = state(full)
    restore(full, file, force=True)
    assert products(full) == before
    assert state(full)[0] == revision + 1  # cached copies in workers become invalid
    assert state(full)[1] != epoch
    assert len(state(full)[1]) == 16
    restore(full, file, force=True)
    assert state(full)[0] == revision + 2


def rewritten(file: Path, **members: bytes) -> Path:
    """A copy of a backup with members replaced; keyword names have underscores for dots."""
    changed = file.with_name("changed.zip")
    with ZipFile(file) as old, ZipFile(changed, "w") as new:
        for name in old.namelist():
            new.writestr(name, members.get(name.replace(".", "_"), old.read(name)))
    return changed


@on_sqlite
def test_a_database_in_use_is_moved_into_only_by_force(full: Engine, tmp_path: Path) -> None:
    other = open_engine(f"sqlite:///{tmp_path}/other.db")
    move(full, other)
    before = state(other)
    with pytest.raises(BackupError, match="--force"):
        move(full, other)
    assert state(other) == before
    assert move(full, other, force=True).rows > 100
    assert state(other) != before
    other.dispose()


@on_sqlite
@pytest.mark.parametrize("here", ["a before", "z after"])
def test_a_backup_and_a_database_of_another_version_are_refused_with_both_revisions(
    here: str, full: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "backup.zip"
    backup(full, file)
    before, there = products(full), newest_revision()
    assert "a before" < there < "z after"
    monkeypatch.setattr("catalog.db.backup.newest_revision", lambda _migrations=None: here)
    with pytest.raises(BackupError, match=rf"by an older version of the shop \(revision {there}, here {here}\)"):
        restore(full, file, force=True)
    with pytest.raises(BackupError, match=f"is at revision {there}, this shop at {here}"):
        backup(full, file)
    assert products(full) == before


@pytest.mark.parametrize(
    "fault",
    [
        "cut short",
        "no backup",
        "locked",
        "row lost",
        "newer",
        "foreign",
        "other format",
        "earlier format",
        "table lost",
        "unknown field",
    ],
)
def test_what_is_no_whole_backup_of_this_shop_changes_nothing(fault: str, full: Engine, tmp_path: Path) -> None:
    file = tmp_path / "backup.zip"
    manifest = msgspec.to_builtins(backup(full, file))
    before = products(full)
    if fault == "cut short":
        file.write_bytes(file.read_bytes()[:-300])
    elif fault == "no backup":
        file.write_text("not a ZIP")
    elif fault == "locked":  # the bit for a required password
        whole = bytearray(file.read_bytes())
        whole[whole.index(b"PK\x01\x02") + 8] |= 1
        file.write_bytes(whole)
    elif fault == "row lost":
        with ZipFile(file) as archive:
            rows = archive.read("brand.jsonl").splitlines(keepends=True)
        file = rewritten(file, brand_jsonl=b"".join(rows[:-1]))
    else:
        changes = {
            "newer": {"revision": "9999"},
            "unknown field": {"key": "of no use here"},
            "foreign": {"tables": []},
            "other format": {"format": "magnesiumwijzer-backup-99"},
            "earlier format": {"format": "magnesiumwijzer-backup-0"},
            "table lost": {"tables": {}},
        }
        file = rewritten(file, manifest_json=msgspec.json.encode(manifest | changes[fault]))
    with pytest.raises(BackupError, match="by a newer version of" if fault == "newer" else "format|damaged"):
        restore(full, file, force=True)
    assert products(full) == before


def test_a_restore_that_fails_half_way_leaves_everything_as_it_was(
    full: Engine, tmp_path: Path, ruleset: Ruleset
) -> None:
    """The rows are complete and match their checksums, but refer to a missing brand."""
    file = tmp_path / "backup.zip"
    manifest = backup(full, file)
    nothing = msgspec.structs.replace(manifest.tables["brand"], rows=0, sha256=extent([]).sha256)
    tables = manifest.tables | {"brand": nothing}
    changed = msgspec.json.encode(msgspec.structs.replace(manifest, tables=tables))
    before = products(full)
    with pytest.raises(SQLAlchemyError):
        restore(full, rewritten(file, brand_jsonl=b"", manifest_json=changed), force=True)
    assert products(full) == before


def test_a_database_that_is_not_ours_is_refused(other: Engine, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="no database of this shop"):
        backup(other, tmp_path / "backup.zip")
    assert not (tmp_path / "backup.zip").exists()
    assert list(tmp_path.glob(".backup*")) == []


def test_new_rows_are_numbered_after_the_moved_ones(full: Engine, other: Engine) -> None:
    migrate(other)
    with for_writing(full).begin() as connection:
        connection.execute(insert(Brand).values(id=500, name="Z", address="Z", invented=True))
    move(full, other)
    with Session(for_writing(other)) as session:
        session.add(Brand(name="Y", address="Y", invented=True))
        session.commit()
        assert session.scalar(select(func.max(Brand.id))) == 501


def test_a_database_without_rows_is_moved_too_and_numbered_from_the_beginning(engine: Engine, other: Engine) -> None:
    revision, _ = state(engine)
    move(engine, other)
    assert state(other)[0] == revision + 1
    with Session(for_writing(other)) as session:
        session.add(Brand(name="Y", address="Y", invented=True))
        session.commit()
        assert session.scalars(select(Brand.id)).all() == [1]


def test_rows_are_sorted_by_the_bytes_of_their_keys_whatever_the_language_of_the_database(engine: Engine) -> None:
    """The servers of the tests know no language, so the words of the query have to do."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement.partition("ORDER BY ")[2])

    event.listen(engine, "before_cursor_execute", note)
    with engine.connect() as connection:
        for model in (SlugRedirect, Brand):
            assert list(lines_of(connection, table_of(model))) == []
    by_bytes = ' COLLATE "C"' if engine.dialect.name == "postgresql" else ""
    assert [order for order in asked if order] == [f"slug_redirect.slug{by_bytes}", "brand.id"]


def test_times_of_a_column_with_zones_are_the_same_lines_in_either_kind_and_whatever_the_zone(engine: Engine) -> None:
    table = Table("call", MetaData(), Column("id", Integer, primary_key=True), Column("at", DateTime(timezone=True)))
    lines = [b'[1,"2026-06-30T12:00:00"]\n', b"[2,null]\n"]
    with for_writing(engine).begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SET TIME ZONE 'Asia/Tokyo'"))
        table.create(connection)
        fill(connection, table, lines)
        assert list(lines_of(connection, table)) == lines
        if engine.dialect.name == "postgresql":
            assert connection.scalar(select(table.c.at).limit(1)) == datetime(2026, 6, 30, 12, tzinfo=UTC)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_thousand_rows_at_a_time_are_written(engine: Engine) -> None:
    taken = 0
    written: list[tuple[int, int]] = []

    def lines() -> Iterator[bytes]:
        nonlocal taken
        for number in range(1, 2501):
            taken += 1
            yield msgspec.json.encode([number, f"brand {number}", "Street 1", True, "", 1, "", "", None, ""])

    def note(_connection: object, _cursor: object, _statement: str, parameters: list[object], *_: object) -> None:
        written.append((len(parameters), taken))

    with for_writing(engine).begin() as connection:
        event.listen(connection, "before_cursor_execute", note)
        fill(connection, table_of(Brand), lines())
    assert written == [(1000, 1000), (1000, 2000), (500, 2500)]


@pytest.mark.parametrize("full", ["postgresql"], indirect=True)
def test_edits_wait_for_a_restore_and_readers_do_not(full: Engine) -> None:
    before = products(full)
    tried = []

    def parts() -> Iterator[tuple[Table, list[bytes], Extent]]:
        assert products(full) == before
        with full.connect() as editor, pytest.raises(OperationalError, match="could not obtain lock"):
            editor.execute(text("LOCK TABLE brand IN ROW EXCLUSIVE MODE NOWAIT"))
        tried.append("brand")
        yield from ()

    with for_writing(full).connect() as connection, connection.begin() as transaction:
        copy_into(connection, tables(), parts())
        transaction.rollback()
    assert tried == ["brand"]
    assert products(full) == before
