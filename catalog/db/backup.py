"""Backup, restore and move of all databases of a shop, the catalogue's and that of orders, while it is serving.

A backup is a ZIP of `manifest.json`, one file of JSON lines for each table and some files of the instance, and can be
restored into either kind of database. SQLite's own backup of its file is not used: only SQLite could read the result.
"""

import os
import tempfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
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
    initial_tables,
    invalidate_caches,
    is_empty,
    lines_of,
    tables,
)
from catalog.db.engine import (
    CATALOGUE,
    Migrations,
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


class Part(Struct, frozen=True):
    """The tables of one database that belong together; `initial` ones have rows from the migrations on."""

    engine: Engine
    migrations: Migrations
    tables: Sequence[Table]
    initial: frozenset[Table] = frozenset()


def _all_parts(engine: Engine, others: Sequence[Part]) -> list[Part]:
    return [Part(engine, CATALOGUE, tables(), initial_tables()), *others]


class Manifest(Struct, frozen=True, forbid_unknown_fields=True):
    """The contents of a backup; `revision` is the migration of the catalogue, `others` those of other parts."""

    format: str
    revision: str
    tables: dict[str, Extent]
    others: dict[str, str] = {}
    files: dict[str, str] = {}
    """Files of the instance in the backup, each with its SHA-256."""

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables.values())

    def revision_of(self, migrations: Migrations) -> str | None:
        """The migration of a part; None when the backup, of an earlier version, has it not."""
        return self.revision if migrations == CATALOGUE else self.others.get(migrations.version_table)


def _manifest(
    parts: Sequence[Part], extents: dict[str, Extent], files: Mapping[str, bytes] = MappingProxyType({})
) -> Manifest:
    others = {part.migrations.version_table: newest_revision(part.migrations) for part in parts[1:]}
    sums = {name: sha256(content).hexdigest() for name, content in files.items()}
    return Manifest(FORMAT, newest_revision(), extents, others, sums)


def backup(engine: Engine, file: Path, others: Sequence[Part] = (), files: Sequence[Path] = ()) -> Manifest:
    """Write all databases, each as of one moment, to a file readable by its owner only; it appears when complete.

    Of `files`, small ones of the instance, those that exist go along.

    Raises BackupError, OSError or SQLAlchemyError.
    """
    parts = _all_parts(engine, others)
    descriptor, name = tempfile.mkstemp(dir=file.absolute().parent, prefix=f".{file.name}.")  # mode 600
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as raw:
            with ZipFile(raw, "w", ZIP_DEFLATED) as archive:
                extents: dict[str, Extent] = {}
                for part in parts:
                    with _snapshot(part) as source:
                        extents |= {table.name: _write(source, table, archive) for table in part.tables}
                contents = {path.name: path.read_bytes() for path in files if path.is_file()}
                for member, content in contents.items():
                    archive.writestr(_file_member(member), content)
                manifest = _manifest(parts, extents, contents)
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


def _file_member(name: str) -> str:
    return f"files/{name}"


_DAMAGED_FILE_ERRORS = (BadZipFile, EOFError, KeyError, RuntimeError, zlib.error, msgspec.DecodeError)
"""Errors from reading a damaged file; RuntimeError stands for a required password or unknown compression."""


def restore(
    engine: Engine, file: Path, others: Sequence[Part] = (), files: Sequence[Path] = (), *, force: bool = False
) -> Manifest:
    """Fill all databases and `files` from a backup, all or nothing; `force` replaces their contents.

    A part or file that a backup of an earlier version has not stays as it is. Raises BackupError, OSError or
    SQLAlchemyError.
    """
    try:
        with ZipFile(file) as archive:
            parts = _all_parts(engine, others)
            manifest = _read_manifest(archive, file, parts)
            parts = [part for part in parts if manifest.revision_of(part.migrations) is not None]
            for table in (table for part in parts for table in part.tables):
                if extent(_lines(archive, table)) != manifest.tables[table.name]:
                    raise BackupError(f"{file} is damaged: {_member(table.name)} is not what was written")
            with ExitStack() as prepared:
                ready = [prepared.enter_context(one) for one in _files_from(archive, file, manifest, files, force)]
                _replace([(part, _from_archive(archive, part, manifest)) for part in parts], force)
                for new, path in ready:
                    new.replace(path)
    except _DAMAGED_FILE_ERRORS as error:
        raise BackupError(f"{file} is damaged, or no backup of this shop") from error
    return manifest


@contextmanager
def _written_beside(path: Path, content: bytes) -> Iterator[tuple[Path, Path]]:
    """A file with the new content beside another, to take its place; removed if it does not."""
    descriptor, name = tempfile.mkstemp(dir=path.absolute().parent, prefix=f".{path.name}.")  # mode 600
    try:
        with os.fdopen(descriptor, "wb") as raw:
            raw.write(content)
            raw.flush()
            os.fsync(raw.fileno())
        yield Path(name), path
    finally:
        Path(name).unlink(missing_ok=True)


def _files_from(
    archive: ZipFile, file: Path, manifest: Manifest, files: Sequence[Path], force: bool
) -> Iterator[AbstractContextManager[tuple[Path, Path]]]:
    """The files of the backup, ready to take their places. Raises BackupError."""
    for path in files:
        expected = manifest.files.get(path.name)
        if expected is None:
            continue
        content = archive.read(_file_member(path.name))
        if sha256(content).hexdigest() != expected:
            raise BackupError(f"{file} is damaged: {_file_member(path.name)} is not what was written")
        if path.exists() and path.read_bytes() != content and not force:
            raise BackupError(f"{path} is there already: --force replaces it")
        yield _written_beside(path, content)


Lines = Iterable[tuple[Table, Iterable[bytes], Extent]]


def _from_archive(archive: ZipFile, part: Part, manifest: Manifest) -> Lines:
    return ((table, _lines(archive, table), manifest.tables[table.name]) for table in part.tables)


def _read_manifest(archive: ZipFile, file: Path, parts: Sequence[Part]) -> Manifest:
    manifest = msgspec.json.decode(archive.read(MANIFEST), type=Manifest)
    if manifest.format != FORMAT:
        raise BackupError(f"{file} has the format {manifest.format!r}, this shop reads {FORMAT!r}")
    for part in parts:
        found, here = manifest.revision_of(part.migrations), newest_revision(part.migrations)
        if found not in (None, here):
            age = "an older" if knows_revision(str(found), part.migrations) else "a newer"
            raise BackupError(
                f"{file} was made by {age} version of the shop (revision {found}, here {here}); "
                "restore it with that version"
            )
    return manifest


def _lines(archive: ZipFile, table: Table) -> Iterator[bytes]:
    with archive.open(_member(table.name)) as member:
        yield from member


def move(source: Engine, target: Engine, others: Sequence[tuple[Part, Part]] = (), *, force: bool = False) -> Manifest:
    """Copy all rows from one database into another, `others` with them, and compare counts and checksums there.

    Raises BackupError or SQLAlchemyError.
    """
    pairs = [(_all_parts(source, ())[0], _all_parts(target, ())[0]), *others]
    with ExitStack() as stack:
        extents: dict[str, Extent] = {}
        copies: list[tuple[Part, Lines]] = []
        for origin, destination in pairs:
            connection = stack.enter_context(_snapshot(origin))
            extents |= {table.name: extent(lines_of(connection, table)) for table in origin.tables}
            copies.append((destination, _from_database(connection, origin, extents)))
        _replace(copies, force)
    return _manifest([origin for origin, _destination in pairs], extents)


def _from_database(connection: Connection, part: Part, extents: dict[str, Extent]) -> Lines:
    return ((table, lines_of(connection, table), extents[table.name]) for table in part.tables)


@contextmanager
def _snapshot(part: Part) -> Iterator[Connection]:
    """A connection that sees the database as of now until closed. Raises BackupError."""
    engine, newest = part.engine, newest_revision(part.migrations)
    with for_reading(engine).connect() as connection:
        revision = revision_of(connection, part.migrations)
        if revision is None:
            raise BackupError(f"{engine.url} is no database of this shop: it has none of its tables")
        if revision != newest:
            raise BackupError(
                f"{engine.url} is at revision {revision}, this shop at {newest}: start the shop on it once"
            )
        yield connection


def _replace(copies: Sequence[tuple[Part, Lines]], force: bool) -> None:
    """Replace the rows of all parts, in transactions that are committed together once every copy is compared."""
    with migration_lock(copies[0][0].engine), ExitStack() as transactions:
        for part, _copied in copies:
            migrate(part.engine, part.migrations)
        for part, copied in copies:
            connection = transactions.enter_context(for_writing(part.engine).begin())
            if not force and not is_empty(connection, (table for table in part.tables if table not in part.initial)):
                raise BackupError(f"{part.engine.url} is not empty: --force replaces everything in it")
            _copy(connection, part, copied)


def _copy(connection: Connection, part: Part, copied: Lines) -> None:
    before = catalogue_revision_of(connection) if part.migrations == CATALOGUE else 0
    try:
        copy_into(connection, part.tables, copied)
    except NotTheSameError as error:
        raise BackupError(f"nothing was changed: the table {error} did not come out the same") from error
    if part.migrations == CATALOGUE:
        invalidate_caches(connection, before)
