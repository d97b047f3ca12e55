"""Whether a statement found something to change: how two who act at once learn who was first."""

from typing import Any

from sqlalchemy import CursorResult, Result


def rows_changed(result: Result[Any]) -> int:
    """How many rows an UPDATE or DELETE found."""
    return result.rowcount if isinstance(result, CursorResult) else 0
