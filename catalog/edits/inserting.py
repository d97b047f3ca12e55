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
    statement, order, binders = _prepared(table, columns, connection.dialect)
    parameters: list[Any] = [list(row) for row in rows]
    if not parameters:
        return
    for place, binder in binders:
        for row in parameters:
            row[place] = binder(row[place])
    if not connection.dialect.positional:
        parameters = [dict(zip(columns, row, strict=True)) for row in parameters]
    else:
        parameters = [tuple([row[place] for place in order]) if order else tuple(row) for row in parameters]
    connection.exec_driver_sql(statement, parameters)


@lru_cache(maxsize=64)
def _prepared(
    table: Table, columns: tuple[str, ...], dialect: Dialect
) -> tuple[str, tuple[int, ...], tuple[tuple[int, Binder], ...]]:
    """The statement; the order that it wants, if another; at which places a value is turned into the driver's, how."""
    values = {name: bindparam(name, type_=table.c[name].type) for name in columns}
    compiled = insert(table).values(values).compile(dialect=dialect)
    wanted = tuple(getattr(compiled, "positiontup", None) or columns)
    order = () if wanted == columns else tuple(map(columns.index, wanted))
    kinds = ((place, table.c[name].type.dialect_impl(dialect)) for place, name in enumerate(columns))
    found = ((place, kind.bind_processor(dialect)) for place, kind in kinds)
    return str(compiled), order, tuple((place, binder) for place, binder in found if binder is not None)
