"""How often a sign-in may be tried, counted in the database: for all workers, and across restarts."""

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
    """A keyed hash under which attempts are counted, and how many of them the window admits."""

    key: str
    most: int


def counted_for(vault: Vault, email: str, address: str) -> Sequence[Counted]:
    """The account first, then the network address. Neither is kept in the clear."""
    return (
        Counted(vault.fingerprint(f"account {email.strip().lower()}"), TRIES_PER_ACCOUNT),
        Counted(vault.fingerprint(f"address {address}"), TRIES_PER_ADDRESS),
    )


def wait_before_trying(session: Session, counted: Sequence[Counted], now: datetime) -> timedelta:
    """How long to wait before the next attempt; zero when it may be made."""
    return max(_wait(session, each.key, each.most, now) for each in counted)


def wait_after_recording(session: Session, counted: Sequence[Counted], now: datetime) -> timedelta:
    """The same once this attempt counts itself: of many made at the same instant, only so many pass."""
    return max(_wait(session, each.key, each.most + 1, now) for each in counted)


def record_attempt(session: Session, counted: Sequence[Counted], now: datetime) -> Sequence[int]:
    """Count an attempt before it is judged; to be committed at once. Old ones are cleared away.

    Returns the numbers under which it stands, for `take_back`.
    """
    session.execute(delete(SignInAttempt).where(SignInAttempt.tried_at <= now - WINDOW))
    attempts = [SignInAttempt(key=each.key, tried_at=now) for each in counted]
    session.add_all(attempts)
    session.flush()
    return [attempt.id for attempt in attempts]


def take_back(session: Session, recorded: Sequence[int]) -> None:
    """Count an attempt no more that was no failure. Those before it stay, such as wrong codes."""
    session.execute(delete(SignInAttempt).where(SignInAttempt.id.in_(recorded)))


def forgive(session: Session, counted: Sequence[Counted], recorded: Sequence[int]) -> None:
    """After a right sign-in: the account starts afresh, the address loses only this attempt."""
    account, _address = counted
    session.execute(delete(SignInAttempt).where(SignInAttempt.key == account.key))
    take_back(session, recorded)


def _wait(session: Session, key: str, count: int, now: datetime) -> timedelta:
    """Until fewer than `count` attempts are left in the window."""
    decisive = session.scalar(
        select(SignInAttempt.tried_at)
        .where(SignInAttempt.key == key, SignInAttempt.tried_at > now - WINDOW)
        .order_by(SignInAttempt.tried_at.desc())
        .offset(count - 1)
        .limit(1)
    )
    return timedelta(0) if decisive is None else decisive + WINDOW - now
