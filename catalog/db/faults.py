"""Database faults: the database is gone, busy or full; every other error is a bug of ours."""

from enum import Enum, auto

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError


class DatabaseFault(Enum):
    """The reason why the database did not execute a statement."""

    GONE = auto()
    """No connection, or a broken one: a commit in progress may or may not have succeeded."""
    BUSY = auto()
    """Other transactions blocked it for too long. Nothing was written."""
    FULL = auto()
    """No disk space, or no right to write. Nothing was written."""


# The low byte of https://sqlite.org/rescode.html; errors in statements (1) are ours.
_SQLITE = {
    5: DatabaseFault.BUSY,  # SQLITE_BUSY
    6: DatabaseFault.BUSY,  # SQLITE_LOCKED
    7: DatabaseFault.BUSY,  # SQLITE_NOMEM
    8: DatabaseFault.FULL,  # SQLITE_READONLY
    10: DatabaseFault.FULL,  # SQLITE_IOERR
    11: DatabaseFault.GONE,  # SQLITE_CORRUPT
    13: DatabaseFault.FULL,  # SQLITE_FULL
    14: DatabaseFault.GONE,  # SQLITE_CANTOPEN
    26: DatabaseFault.GONE,  # SQLITE_NOTADB
}
# By prefix: https://www.postgresql.org/docs/current/errcodes-appendix.html
_POSTGRESQL = {
    "08": DatabaseFault.GONE,  # connection exception
    "57P": DatabaseFault.GONE,  # shutdown, starting up, dropped
    "25006": DatabaseFault.GONE,  # read-only: this server is no longer the primary
    "53100": DatabaseFault.FULL,  # disk full
    "58": DatabaseFault.FULL,  # the operating system's errors, input and output among them
    "53": DatabaseFault.BUSY,  # no memory, too many connections
    "40": DatabaseFault.BUSY,  # serialization, deadlock
    "55P03": DatabaseFault.BUSY,  # no lock in time
    "57014": DatabaseFault.BUSY,  # statement time-out
}


def fault_of(error: SQLAlchemyError) -> DatabaseFault | None:
    """The fault behind an error; None for a wrong statement, which fails again when repeated."""
    if isinstance(error, PoolTimeoutError):
        return DatabaseFault.BUSY
    if not isinstance(error, DBAPIError):
        return None
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return _SQLITE.get(code & 0xFF)
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return next((fault for start, fault in _POSTGRESQL.items() if state.startswith(start)), None)
    # Without a code no server answered.
    return (
        DatabaseFault.GONE if error.connection_invalidated or type(error.orig).__name__ == "OperationalError" else None
    )
