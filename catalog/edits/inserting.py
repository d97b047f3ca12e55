"""Many rows of one table straight to the driver: SQLAlchemy's own way spends longer on each than storing it takes."""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Dialect, Table, bindparam, insert
from sqlalchemy.orm import Session

Binder = Callable[[Any], Any]


def insert_rows(session: Session, table: Table, columns: tuple[str, ...], rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows whose values stand in the order of the columns."""
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
    """What the driver is given for a column's values; moments and choices, of which there are few different ones."""
    different = {value: binder(value) for value in set(values)}
    return map(different.__getitem__, values)


@lru_cache(maxsize=64)
def _prepared(
    table: Table, columns: tuple[str, ...], dialect: Dialect
) -> tuple[str, tuple[int, ...], tuple[tuple[int, Binder], ...]]:
    """The statement; the order that it wants; at which places a value is turned into the driver's, how."""
    values = {name: bindparam(name, type_=table.c[name].type) for name in columns}
    compiled = insert(table).values(values).compile(dialect=dialect)
    wanted = tuple(getattr(compiled, "positiontup", None) or columns)
    order = tuple(map(columns.index, wanted))
    kinds = ((place, table.c[name].type.dialect_impl(dialect)) for place, name in enumerate(columns))
    found = ((place, kind.bind_processor(dialect)) for place, kind in kinds)
    return str(compiled), order, tuple((place, binder) for place, binder in found if binder is not None)
