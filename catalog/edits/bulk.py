"""Many rows of one table straight to the driver: SQLAlchemy's own way spends longer on each than storing it takes."""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Dialect, Table, bindparam, insert
from sqlalchemy.orm import Session

Binder = Callable[[Any], Any]


def insert_rows(session: Session, table: Table, columns: tuple[str, ...], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows whose values stand in the order of the columns."""
    connection = session.connection()
    statement, binders = _prepared(table, columns, connection.dialect)
    parameters: list[Any] = [list(row) for row in rows]
    if not parameters:
        return
    for place, binder in binders:
        for row in parameters:
            row[place] = binder(row[place])
    if not connection.dialect.positional:
        parameters = [dict(zip(columns, row, strict=True)) for row in parameters]
    else:
        parameters = list(map(tuple, parameters))
    connection.exec_driver_sql(statement, parameters)


@lru_cache(maxsize=64)
def _prepared(table: Table, columns: tuple[str, ...], dialect: Dialect) -> tuple[str, tuple[tuple[int, Binder], ...]]:
    """The statement, and at which places a value must be turned into the driver's, and how."""
    values = {name: bindparam(name, type_=table.c[name].type) for name in columns}
    compiled = insert(table).values(values).compile(dialect=dialect)
    order = getattr(compiled, "positiontup", None)
    if order is not None and tuple(order) != columns:
        raise ValueError(f"{table.name}: name the columns in the order of the table: {order}")
    binders = ((place, table.c[name].type.dialect_impl(dialect)) for place, name in enumerate(columns))
    found = ((place, kind.bind_processor(dialect)) for place, kind in binders)
    return str(compiled), tuple((place, binder) for place, binder in found if binder is not None)
