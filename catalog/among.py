"""Rows by hundreds of keys at once. One parameter holds them all, since one for each takes longer than to find it."""

from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, any_, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute, Session


def among(
    session: Session, column: ColumnElement[Any] | InstrumentedAttribute[Any], keys: Iterable[Any]
) -> ColumnElement[bool]:
    """Whether a column is one of these texts or numbers, in the session's database."""
    if session.get_bind().dialect.name == "postgresql":
        return column == any_(bindparam(None, list(keys), ARRAY(column.type)))
    listed = func.json_each(msgspec.json.encode(list(keys)).decode()).table_valued("value")
    return column.in_(select(listed.c.value))
