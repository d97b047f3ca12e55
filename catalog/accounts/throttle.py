"""Limits on sign-in attempts, counted in the database: for all workers, and across restarts."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from catalog.accounts.tokens import Vault
from catalog.models import SignInAttempt

WINDOW = timedelta(minutes=15)
TRIES_PER_ACCOUNT = 10
TRIES_PER_ADDRESS = 30
"""More than for an account, since colleagues may share a network address."""


class Counted(Struct, frozen=True):
    """A keyed hash under which attempts are counted, and the number that the window allows."""

    key: str
    most: int


def counted_for(vault: Vault, email: str, address: str) -> Sequence[Counted]:
    """The counters of an attempt: account first, then network address. Neither is stored in the clear."""
    return (
        Counted(vault.fingerprint(f"account {email.strip().lower()}"), TRIES_PER_ACCOUNT),
        Counted(vault.fingerprint(f"address {address}"), TRIES_PER_ADDRESS),
    )


def wait_before_trying(session: Session, counted: Sequence[Counted], now: datetime) -> timedelta:
    """The time to wait before the next attempt; zero when it is allowed."""
    return max(_wait(session, each.key, each.most, now) for each in counted)


def wait_after_recording(session: Session, counted: Sequence[Counted], now: datetime) -> timedelta:
    """The time to wait once this attempt is counted: of many simultaneous ones, only the allowed number pass."""
    return max(_wait(session, each.key, each.most + 1, now) for each in counted)


def record_attempt(session: Session, counted: Sequence[Counted], now: datetime) -> Sequence[int]:
    """Count an attempt before checking it, and delete old ones; the caller commits at once.

    Returns the ids of the records, for `take_back`.
    """
    session.execute(delete(SignInAttempt).where(SignInAttempt.tried_at <= now - WINDOW))
    attempts = [SignInAttempt(key=each.key, tried_at=now) for each in counted]
    session.add_all(attempts)
    session.flush()
    return [attempt.id for attempt in attempts]


def take_back(session: Session, recorded: Sequence[int]) -> None:
    """Delete the records of an attempt that was no failure. Earlier ones remain, such as wrong codes."""
    session.execute(delete(SignInAttempt).where(SignInAttempt.id.in_(recorded)))


def forgive(session: Session, counted: Sequence[Counted], recorded: Sequence[int]) -> None:
    """After a right sign-in: delete all attempts of the account, and this attempt of the address."""
    account, _address = counted
    session.execute(delete(SignInAttempt).where(SignInAttempt.key == account.key))
    take_back(session, recorded)


def _wait(session: Session, key: str, count: int, now: datetime) -> timedelta:
    """The time until fewer than `count` attempts are left in the window."""
    decisive = session.scalar(
        select(SignInAttempt.tried_at)
        .where(SignInAttempt.key == key, SignInAttempt.tried_at > now - WINDOW)
        .order_by(SignInAttempt.tried_at.desc())
        .offset(count - 1)
        .limit(1)
    )
    return timedelta(0) if decisive is None else decisive + WINDOW - now
