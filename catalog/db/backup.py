"""Backup, restore and move of a whole database, while the shop is serving.

A backup is a ZIP of `manifest.json` and one file of JSON lines for each table, and can be restored into either kind of
database. SQLite's own backup of its file is not used: only SQLite could read the result.
"""

import os
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, Engine, Table

from catalog.db.copying import (
    Extent,
    NotTheSameError,
    catalogue_revision_of,
    copy_into,
    extent,
    invalidate_caches,
    is_empty,
    lines_of,
    tables,
)
from catalog.db.engine import (
    for_reading,
    for_writing,
    knows_revision,
    migrate,
    migration_lock,
    newest_revision,
    revision_of,
)

FORMAT = "magnesiumwijzer-backup-1"
MANIFEST = "manifest.json"


class BackupError(Exception):
    """A backup, restore or move that is not possible; the message has the reason."""


class Manifest(Struct, frozen=True, forbid_unknown_fields=True):
    """The contents of a backup; `revision` is the migration of its tables."""

    format: str
    revision: str
    tables: dict[str, Extent]

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables.values())


def backup(engine: Engine, file: Path) -> Manifest:
    """Write the whole database, as of one moment, to a file readable by its owner only; it appears when complete.

    Raises BackupError, OSError or SQLAlchemyError.
    """
    descriptor, name = tempfile.mkstemp(dir=file.absolute().parent, prefix=f".{file.name}.")  # mode 600
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as raw:
            with _snapshot(engine) as source, ZipFile(raw, "w", ZIP_DEFLATED) as archive:
                extents = {table.name: _write(source, table, archive) for table in tables()}
                manifest = Manifest(FORMAT, newest_revision(), extents)
                archive.writestr(MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)))
            raw.flush()
            os.fsync(raw.fileno())
        temporary.replace(file)
    finally:
        temporary.unlink(missing_ok=True)
    return manifest


def _write(source: Connection, table: Table, archive: ZipFile) -> Extent:
    with archive.open(_member(table.name), "w", force_zip64=True) as member:
        return extent(_tee(lines_of(source, table), member))


def _tee(lines: Iterable[bytes], member: IO[bytes]) -> Iterator[bytes]:
    """Write each line to the member while passing it on."""
    for line in lines:
        member.write(line)
        yield line


def _member(table: str) -> str:
    return f"{table}.jsonl"


_DAMAGED_FILE_ERRORS = (BadZipFile, EOFError, KeyError, RuntimeError, zlib.error, msgspec.DecodeError)
"""Errors from reading a damaged file; RuntimeError stands for a required password or unknown compression."""


def restore(engine: Engine, file: Path, *, force: bool = False) -> Manifest:
    """Fill a database from a backup, all or nothing; `force` replaces its contents.

    Raises BackupError, OSError or SQLAlchemyError.
    """
    try:
        with ZipFile(file) as archive:
            manifest = _read_manifest(archive, file)
            for table in tables():
                if extent(_lines(archive, table)) != manifest.tables[table.name]:
                    raise BackupError(f"{file} is damaged: {_member(table.name)} is not what was written")
            _replace(
                engine, ((table, _lines(archive, table), manifest.tables[table.name]) for table in tables()), force
            )
    except _DAMAGED_FILE_ERRORS as error:
        raise BackupError(f"{file} is damaged, or no backup of this shop") from error
    return manifest


def _read_manifest(archive: ZipFile, file: Path) -> Manifest:
    manifest = msgspec.json.decode(archive.read(MANIFEST), type=Manifest)
    if manifest.format != FORMAT:
        raise BackupError(f"{file} has the format {manifest.format!r}, this shop reads {FORMAT!r}")
    if manifest.revision != newest_revision():
        age = "an older" if knows_revision(manifest.revision) else "a newer"
        raise BackupError(
            f"{file} was made by {age} version of the shop (revision {manifest.revision}, here {newest_revision()}); "
            "restore it with that version"
        )
    return manifest


def _lines(archive: ZipFile, table: Table) -> Iterator[bytes]:
    with archive.open(_member(table.name)) as member:
        yield from member


def move(source: Engine, target: Engine, *, force: bool = False) -> Manifest:
    """Copy all rows from one database into another, and compare counts and checksums there.

    Raises BackupError or SQLAlchemyError.
    """
    with _snapshot(source) as connection:
        extents = {table.name: extent(lines_of(connection, table)) for table in tables()}
        _replace(target, ((table, lines_of(connection, table), extents[table.name]) for table in tables()), force)
    return Manifest(FORMAT, newest_revision(), extents)


@contextmanager
def _snapshot(engine: Engine) -> Iterator[Connection]:
    """A connection that sees the database as of now until closed. Raises BackupError."""
    with for_reading(engine).connect() as connection:
        revision = revision_of(connection)
        if revision is None:
            raise BackupError(f"{engine.url} is no database of this shop: it has none of its tables")
        if revision != newest_revision():
            raise BackupError(
                f"{engine.url} is at revision {revision}, this shop at {newest_revision()}: start the shop on it once"
            )
        yield connection


def _replace(engine: Engine, parts: Iterable[tuple[Table, Iterable[bytes], Extent]], force: bool) -> None:
    with migration_lock(engine):
        migrate(engine)
        with for_writing(engine).begin() as connection:
            if not force and not is_empty(connection):
                raise BackupError(f"{engine.url} is not empty: --force replaces everything in it")
            before = catalogue_revision_of(connection)
            try:
                copy_into(connection, parts)
            except NotTheSameError as error:
                raise BackupError(f"nothing was changed: the table {error} did not come out the same") from error
            invalidate_caches(connection, before)
