"""SQL for hundreds of keys or thousands of rows in one statement, and the memory that they take."""

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, CursorResult, Dialect, Result, Table, any_, bindparam, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute, Session


def column_in(
    session: Session, column: ColumnElement[Any] | InstrumentedAttribute[Any], keys: Iterable[Any]
) -> ColumnElement[bool]:
    """`IN (…)` for hundreds of texts or numbers as one bound parameter (JSON array on SQLite, ANY on PostgreSQL).

    Binding one parameter for each key takes longer than finding its row.
    """
    if session.get_bind().dialect.name == "postgresql":
        return column == any_(bindparam(None, list(keys), ARRAY(column.type)))
    listed = func.json_each(msgspec.json.encode(list(keys)).decode()).table_valued("value")
    return column.in_(select(listed.c.value))


Binder = Callable[[Any], Any]


def insert_rows(session: Session, table: Table, columns: tuple[str, ...], rows: Sequence[Iterable[Any]]) -> None:
    """Insert rows whose values are in the order of the columns."""
    if not rows:
        return
    connection = session.connection()
    statement, order, binders = _prepared(table, columns, connection.dialect)
    values: list[Iterable[Any]] = list(zip(*rows, strict=True))
    for place, binder in binders:
        values[place] = _bound(values[place], binder)
    if not connection.dialect.positional:
        parameters: list[Any] = [dict(zip(columns, row, strict=True)) for row in zip(*values, strict=True)]
    else:
        parameters = list(zip(*(values[place] for place in order), strict=True))
    connection.exec_driver_sql(statement, parameters)


def _bound(values: Iterable[Any], binder: Binder) -> Iterable[Any]:
    """A column's values converted for the driver; each different value (a moment or a choice) once."""
    different = {value: binder(value) for value in set(values)}
    return map(different.__getitem__, values)


@lru_cache(maxsize=64)
def _prepared(
    table: Table, columns: tuple[str, ...], dialect: Dialect
) -> tuple[str, tuple[int, ...], tuple[tuple[int, Binder], ...]]:
    """The statement, the order of its parameters, and the converters of values by position."""
    values = {name: bindparam(name, type_=table.c[name].type) for name in columns}
    compiled = insert(table).values(values).compile(dialect=dialect)
    names = tuple(getattr(compiled, "positiontup", None) or columns)
    order = tuple(map(columns.index, names))
    kinds = ((place, table.c[name].type.dialect_impl(dialect)) for place, name in enumerate(columns))
    found = ((place, kind.bind_processor(dialect)) for place, kind in kinds)
    return str(compiled), order, tuple((place, binder) for place, binder in found if binder is not None)


def rows_changed(result: Result[Any]) -> int:
    """The number of rows that an UPDATE or DELETE matched."""
    return result.rowcount if isinstance(result, CursorResult) else 0


def insert_new(session: Session, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows but those whose unique values another row has, also one of a transaction at the same time."""
    engine = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    session.execute(engine.insert(table).on_conflict_do_nothing(), list(rows))


_COLLECTED_AT = 50_000
"""New objects at which the collector looks for cycles while thousands of rows are handled, which makes hardly any."""
_USUAL_THRESHOLDS = gc.get_threshold()


@contextmanager
def rare_collections() -> Iterator[None]:
    """Span in which the collector leaves old objects alone and looks at new ones less often, since both are in vain."""
    gc.freeze()
    gc.set_threshold(_COLLECTED_AT, *_USUAL_THRESHOLDS[1:])
    try:
        yield
    finally:
        gc.set_threshold(*_USUAL_THRESHOLDS)
        gc.unfreeze()
