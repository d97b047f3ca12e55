"""Rows of a database as lines of JSON, and back; the basis of backups and moves.

The lines are the same on both kinds of database, so that their checksums can be compared.
"""

import secrets
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import sha256
from itertools import islice
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Enum,
    Float,
    Integer,
    LargeBinary,
    Numeric,
    String,
    Table,
    TypeDecorator,
    func,
    insert,
    literal_column,
    select,
    text,
    type_coerce,
    update,
)
from sqlalchemy.types import TypeEngine

from catalog.models import Base, CatalogueState, IndexState, PeopleEvent, PeopleLogState, table_of

BATCH = 1000
_PYTHON: tuple[tuple[type[TypeEngine[Any]], Any], ...] = (
    (Boolean, bool),
    (Integer, int),
    (Float, float),
    (Numeric, Decimal),
    (DateTime, datetime),
    (Date, date),
    (LargeBinary, bytes),
    (String, str),
)


class Extent(Struct, frozen=True):
    """The number of rows of a table, and the checksum of their lines."""

    rows: int
    sha256: str


class NotTheSameError(ValueError):
    """A table that differs from the lines copied into it."""


def tables() -> Sequence[Table]:
    """Every table of the models, referenced tables first."""
    return Base.metadata.sorted_tables


def lines_of(connection: Connection, table: Table) -> Iterator[bytes]:
    """The rows in the order of their key, each as a JSON array with a line end."""
    values = [type_coerce(column, _plain(column)).label(column.name) for column in table.columns]
    order = [_sorted_by_bytes(connection, column) for column in _key(table)]
    rows = connection.execute(select(*values).order_by(*order).execution_options(yield_per=BATCH))
    for row in rows:
        yield msgspec.json.encode([_without_zone(value) for value in row]) + b"\n"


def _key(table: Table) -> list[Column[Any]]:
    return list(table.primary_key.columns) or list(table.columns)


def _sorted_by_bytes(connection: Connection, column: Column[Any]) -> Any:
    """Sort order by bytes: PostgreSQL sorts text by language rules, SQLite by bytes."""
    if connection.dialect.name == "postgresql" and isinstance(_plain(column), String):
        return type_coerce(column, String).collate("C")
    return column


def _plain(column: Column[Any]) -> TypeEngine[Any]:
    """The type of the database column, without our own type around it."""
    kind: TypeEngine[Any] = column.type
    while isinstance(kind, TypeDecorator):
        kind = kind.impl_instance
    return String() if isinstance(kind, Enum) else kind


def _without_zone(value: Any) -> Any:
    """Times in UTC without a zone: PostgreSQL returns the zone, SQLite cannot."""
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC).replace(tzinfo=None)
    return value


def fill(connection: Connection, table: Table, lines: Iterable[bytes]) -> None:
    """Add rows from their lines. Raises msgspec.ValidationError for values that do not fit the columns."""
    decoder = msgspec.json.Decoder(tuple[*(_expected(column) for column in table.columns)])  # type: ignore[misc] # made at run time
    plain = Table(table.name, type(table.metadata)(), *(Column(c.name, _plain(c)) for c in table.columns))
    zoned = [column.name for column in table.columns if getattr(_plain(column), "timezone", False)]
    names = [column.name for column in table.columns]
    remaining = iter(lines)
    while batch := list(islice(remaining, BATCH)):
        rows = [dict(zip(names, decoder.decode(line), strict=True)) for line in batch]
        for row in rows:
            row |= {name: row[name].replace(tzinfo=UTC) for name in zoned if row[name] is not None}
        connection.execute(insert(plain), rows)


def _expected(column: Column[Any]) -> Any:
    kind = _plain(column)
    python = next((python for sql, python in _PYTHON if isinstance(kind, sql)), Any)
    return python | None if column.nullable else python


def extent(lines: Iterable[bytes]) -> Extent:
    """Count the lines and compute their checksum."""
    rows, digest = 0, sha256()
    for line in lines:
        rows += 1
        digest.update(line)
    return Extent(rows, digest.hexdigest())


def copy_into(
    connection: Connection, replaced: Sequence[Table], parts: Iterable[tuple[Table, Iterable[bytes], Extent]]
) -> None:
    """Replace all rows of tables by the given lines of each, in the transaction of the connection.

    Raises NotTheSameError when a table then differs from its lines; the caller rolls back.
    """
    if connection.dialect.name == "postgresql":
        names = ", ".join(f'"{table.name}"' for table in replaced)
        connection.execute(text(f"LOCK TABLE {names} IN EXCLUSIVE MODE"))  # edits wait, reads go on
    if table_of(PeopleEvent) in replaced:
        # The log of people, which refuses to lose a row, is replaced as a whole like every other table.
        connection.execute(update(table_of(PeopleLogState)).values(removable_before=datetime.max.replace(tzinfo=UTC)))
        connection.execute(table_of(PeopleEvent).delete())
    for table in reversed(replaced):
        connection.execute(table.delete())
    for table, lines, expected in parts:
        fill(connection, table, lines)
        _continue_numbering(connection, table)
        if extent(lines_of(connection, table)) != expected:
            raise NotTheSameError(table.name)


def _continue_numbering(connection: Connection, table: Table) -> None:
    """Let PostgreSQL number new rows after the highest copied one; SQLite does so by itself."""
    numbered = table.autoincrement_column
    if connection.dialect.name != "postgresql" or numbered is None:
        return
    sequence = connection.scalar(select(func.pg_get_serial_sequence(f'"{table.name}"', numbered.name)))
    if sequence is not None:
        highest = connection.scalar(select(func.max(numbered)))
        connection.execute(select(func.setval(sequence, highest or 1, literal_column(str(highest is not None)))))


def initial_tables() -> frozenset[Table]:
    """The catalogue's tables that have rows from the migrations on."""
    return frozenset({table_of(CatalogueState), table_of(IndexState), table_of(PeopleLogState)})


def is_empty(connection: Connection, looked_at: Iterable[Table]) -> bool:
    """Whether no table has a row."""
    return all(connection.execute(select(1).select_from(table).limit(1)).first() is None for table in looked_at)


def catalogue_revision_of(connection: Connection) -> int:
    return connection.scalar(select(CatalogueState.revision)) or 0


def invalidate_caches(connection: Connection, revision_before: int) -> None:
    """Raise the revision and change the epoch, so that every cached copy is discarded."""
    revision = max(revision_before, catalogue_revision_of(connection)) + 1
    connection.execute(update(table_of(CatalogueState)).values(revision=revision))
    index = table_of(IndexState)
    index_format, dot, _ = connection.execute(select(index.c.epoch)).scalar_one().rpartition(".")
    connection.execute(update(index).values(epoch=f"{index_format}{dot}{secrets.token_hex(7)}"))
