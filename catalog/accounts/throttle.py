"""Limits on attempts to sign in or confirm, counted in the database: for all workers, and across restarts.

A stranger can use up the attempts of an account only from the stranger's own network address, and those of unknown
browsers together by a hundred a day. A browser in which the account has signed in before has attempts of its own.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from catalog.accounts.tokens import Vault
from catalog.models import SignInAttempt

WINDOW = timedelta(minutes=15)
SLOW_WINDOW = timedelta(hours=24)
TRIES_OF_ACCOUNT_AT_ADDRESS = 10
TRIES_OF_KNOWN_BROWSER = 10
TRIES_OF_SESSION = 10
TRIES_OF_ADDRESS = 30
"""More than for an account, since colleagues may share a network address."""
MAILS_OF_ADDRESS = 10
TRIES_OF_ACCOUNT_A_DAY = 100
"""From all unknown browsers together."""


class Counted(Struct, frozen=True):
    """A keyed hash under which attempts are counted, and the number that its window allows."""

    key: str
    most: int
    window: timedelta = WINDOW


class Limits(Struct, frozen=True):
    """The counters of an attempt. A right password clears the first; `account` identifies those of one account."""

    account: str
    counted: Sequence[Counted]


def account_key(vault: Vault, email: str) -> str:
    """The keyed hash of an account's e-mail address."""
    return vault.fingerprint(f"account {email.strip().lower()}")


def limits_of_sign_in(vault: Vault, email: str, address: str, known_browser: str | None = None) -> Limits:
    """The counters of an attempt to sign in: those of the known browser alone, or of account and network address.

    Neither e-mail nor network address is stored in the clear.
    """
    account = account_key(vault, email)
    if known_browser is not None:
        browser = f"browser {known_browser} {account}"
        quick = Counted(vault.fingerprint(browser), TRIES_OF_KNOWN_BROWSER)
        slow = Counted(vault.fingerprint(f"{browser} a day"), TRIES_OF_ACCOUNT_A_DAY, SLOW_WINDOW)
        return Limits(account, [quick, slow])
    return Limits(
        account,
        [
            Counted(vault.fingerprint(f"account {account} at {address}"), TRIES_OF_ACCOUNT_AT_ADDRESS),
            Counted(vault.fingerprint(f"address {address}"), TRIES_OF_ADDRESS),
            Counted(account, TRIES_OF_ACCOUNT_A_DAY, SLOW_WINDOW),
        ],
    )


def limits_of_confirming(vault: Vault, email: str, session_token: str) -> Limits:
    """The counter of a password entered again in a session, which no attempt outside the session touches."""
    key = vault.fingerprint(f"session {session_token}")
    return Limits(account_key(vault, email), [Counted(key, TRIES_OF_SESSION)])


def limits_of_mail(vault: Vault, address: str) -> Limits:
    """The counter of requests for a mail from a network address."""
    key = vault.fingerprint(f"mail from {address}")
    return Limits(key, [Counted(key, MAILS_OF_ADDRESS)])


def wait_before_trying(session: Session, limits: Limits, now: datetime) -> timedelta:
    """The time to wait before the next attempt; zero when it is allowed."""
    return max(_wait(session, each, each.most, now) for each in limits.counted)


def wait_after_recording(session: Session, limits: Limits, now: datetime) -> timedelta:
    """The time to wait once this attempt is counted: of many simultaneous ones, only the allowed number pass."""
    return max(_wait(session, each, each.most + 1, now) for each in limits.counted)


def record_attempt(session: Session, limits: Limits, now: datetime) -> Sequence[int]:
    """Count an attempt before checking it, and delete old ones; the caller commits at once.

    Returns the ids of the records, for `take_back`.
    """
    session.execute(delete(SignInAttempt).where(SignInAttempt.tried_at <= now - SLOW_WINDOW))
    attempts = [SignInAttempt(key=each.key, tried_at=now, account_key=limits.account) for each in limits.counted]
    session.add_all(attempts)
    session.flush()
    return [attempt.id for attempt in attempts]


def take_back(session: Session, recorded: Sequence[int]) -> None:
    """Delete the records of an attempt that was no failure. Earlier ones remain, such as wrong codes."""
    session.execute(delete(SignInAttempt).where(SignInAttempt.id.in_(recorded)))


def forgive(session: Session, limits: Limits, recorded: Sequence[int]) -> None:
    """After a right sign-in: delete the attempts of the first counter, and this attempt of the others."""
    session.execute(delete(SignInAttempt).where(SignInAttempt.key == limits.counted[0].key))
    take_back(session, recorded)


def unlock(session: Session, vault: Vault, email: str) -> None:
    """Delete all attempts on an account, from wherever they came."""
    session.execute(delete(SignInAttempt).where(SignInAttempt.account_key == account_key(vault, email)))


def failures_today(session: Session, vault: Vault, email: str, now: datetime) -> int:
    """The number of failed attempts on an account from unknown browsers in the last 24 hours."""
    return (
        session.scalar(
            select(func.count())
            .select_from(SignInAttempt)
            .where(SignInAttempt.key == account_key(vault, email), SignInAttempt.tried_at > now - SLOW_WINDOW)
        )
        or 0
    )


def _wait(session: Session, counted: Counted, count: int, now: datetime) -> timedelta:
    """The time until fewer than `count` attempts are left in the window."""
    decisive = session.scalar(
        select(SignInAttempt.tried_at)
        .where(SignInAttempt.key == counted.key, SignInAttempt.tried_at > now - counted.window)
        .order_by(SignInAttempt.tried_at.desc())
        .offset(count - 1)
        .limit(1)
    )
    return timedelta(0) if decisive is None else decisive + counted.window - now
