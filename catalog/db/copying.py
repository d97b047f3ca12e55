"""All rows of a database as lines of JSON, and back: what a backup and a move to another database are made of.

The lines are the same whichever database they come from, so that their checksums can be compared.
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

from catalog.models import Base, CatalogueState, IndexState, table_of

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
    """How much a table holds: the number of rows and the checksum of its lines."""

    rows: int
    sha256: str


class NotTheSameError(ValueError):
    """A table that does not hold what was copied into it."""


def tables() -> Sequence[Table]:
    """Every table of the models, those that others refer to first."""
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
    """PostgreSQL sorts text by the rules of a language, SQLite by its bytes."""
    if connection.dialect.name == "postgresql" and isinstance(_plain(column), String):
        return type_coerce(column, String).collate("C")
    return column


def _plain(column: Column[Any]) -> TypeEngine[Any]:
    """The type as the database has it, without our own on top."""
    kind: TypeEngine[Any] = column.type
    while isinstance(kind, TypeDecorator):
        kind = kind.impl_instance
    return String() if isinstance(kind, Enum) else kind


def _without_zone(value: Any) -> Any:
    """Times in UTC: PostgreSQL tells the zone, SQLite cannot."""
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC).replace(tzinfo=None)
    return value


def fill(connection: Connection, table: Table, lines: Iterable[bytes]) -> None:
    """Add rows from their lines. Raises msgspec.ValidationError for what does not fit the columns."""
    decoder = msgspec.json.Decoder(tuple[*(_expected(column) for column in table.columns)])  # type: ignore[misc] # made at run time
    plain = Table(table.name, type(table.metadata)(), *(Column(c.name, _plain(c)) for c in table.columns))
    zoned = [column.name for column in table.columns if getattr(_plain(column), "timezone", False)]
    names = [column.name for column in table.columns]
    waiting = iter(lines)
    while batch := list(islice(waiting, BATCH)):
        rows = [dict(zip(names, decoder.decode(line), strict=True)) for line in batch]
        for row in rows:
            row |= {name: row[name].replace(tzinfo=UTC) for name in zoned if row[name] is not None}
        connection.execute(insert(plain), rows)


def _expected(column: Column[Any]) -> Any:
    kind = _plain(column)
    python = next((python for sql, python in _PYTHON if isinstance(kind, sql)), Any)
    return python | None if column.nullable else python


def extent(lines: Iterable[bytes]) -> Extent:
    """Count and sum up lines."""
    rows, digest = 0, sha256()
    for line in lines:
        rows += 1
        digest.update(line)
    return Extent(rows, digest.hexdigest())


def copy_into(connection: Connection, parts: Iterable[tuple[Table, Iterable[bytes], Extent]]) -> None:
    """Replace everything by the tables and lines given, in the transaction of the connection.

    Raises NotTheSameError when a table then does not hold just that; the caller rolls back.
    """
    if connection.dialect.name == "postgresql":
        names = ", ".join(f'"{table.name}"' for table in tables())
        connection.execute(text(f"LOCK TABLE {names} IN EXCLUSIVE MODE"))  # edits wait, reads go on
    for table in reversed(tables()):
        connection.execute(table.delete())
    for table, lines, expected in parts:
        fill(connection, table, lines)
        _continue_numbering(connection, table)
        if extent(lines_of(connection, table)) != expected:
            raise NotTheSameError(table.name)


def _continue_numbering(connection: Connection, table: Table) -> None:
    """Let PostgreSQL number new rows after the highest that was copied; SQLite does so by itself."""
    numbered = table.autoincrement_column
    if connection.dialect.name != "postgresql" or numbered is None:
        return
    sequence = connection.scalar(select(func.pg_get_serial_sequence(f'"{table.name}"', numbered.name)))
    if sequence is not None:
        highest = connection.scalar(select(func.max(numbered)))
        connection.execute(select(func.setval(sequence, highest or 1, literal_column(str(highest is not None)))))


def is_empty(connection: Connection) -> bool:
    """Whether no table has a row but those that migrations put there."""
    states = {table_of(CatalogueState), table_of(IndexState)}
    mine = (table for table in tables() if table not in states)
    return all(connection.execute(select(1).select_from(table).limit(1)).first() is None for table in mine)


def catalogue_revision_of(connection: Connection) -> int:
    return connection.scalar(select(CatalogueState.revision)) or 0


def invalidate_caches(connection: Connection, revision_before: int) -> None:
    """Let whoever keeps something of the catalogue that was there before see that everything may have changed."""
    revision = max(revision_before, catalogue_revision_of(connection)) + 1
    connection.execute(update(table_of(CatalogueState)).values(revision=revision))
    connection.execute(update(table_of(IndexState)).values(epoch=secrets.token_hex(8)))
