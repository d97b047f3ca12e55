"""Limits on what a stranger could do all day: looking for orders by their numbers, placing orders for others."""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from catalog.models import table_of
from catalog.orders.models import Attempt

WINDOW = timedelta(minutes=15)
MOST = 30
"""Attempts of one network address within the window; a house or an office may share it."""


def may_try(session: Session, key: str, now: datetime, *, most: int = MOST) -> bool:
    """Whether one more attempt is allowed; it is counted, and old ones are deleted."""
    session.execute(delete(Attempt).where(Attempt.at <= now - WINDOW))
    session.execute(insert(table_of(Attempt)), [{"key": key, "at": now}])
    counted = select(func.count()).where(Attempt.key == key, Attempt.at > now - WINDOW)
    return (session.scalar(counted) or 0) <= most
