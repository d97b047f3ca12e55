"""Sessions of signed-in browsers, stored in the database so that they can be ended from anywhere."""

from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from catalog.accounts.tokens import hash_token, new_token
from catalog.models import Account, AdminSession, Role

IDLE = timedelta(minutes=30)
"""The longest time without a request."""
ABSOLUTE = timedelta(hours=12)
"""The longest lifetime of a session."""
AWAITING_CODE = timedelta(minutes=10)
"""The time to enter the code of the second factor."""
CONFIRMED = timedelta(minutes=10)
"""The time that an entered password remains confirmed."""
TOUCH_INTERVAL = timedelta(minutes=1)
"""The shortest time between two records of a session's use; at every request, readers would queue for writing."""


class SignedInUser(Struct, frozen=True):
    """The account of the browser, as of this request."""

    account_id: int
    email: str
    role: Role
    has_second_factor: bool
    created_at: datetime
    last_seen_at: datetime
    confirmed_at: datetime

    def is_confirmed(self, now: datetime) -> bool:
        """Whether the password was entered a moment ago."""
        return now - self.confirmed_at < CONFIRMED


def start_session(session: Session, account: Account, now: datetime, *, awaits_code: bool = False) -> str:
    """Create a session and return its token; expired sessions are deleted."""
    session.execute(
        delete(AdminSession).where(
            or_(AdminSession.last_seen_at <= now - IDLE, AdminSession.created_at <= now - ABSOLUTE)
        )
    )
    token = new_token()
    session.add(
        AdminSession(
            token_hash=hash_token(token),
            account_id=account.id,
            created_at=now,
            last_seen_at=now,
            confirmed_at=now,
            awaits_code=awaits_code,
        )
    )
    session.flush()
    return token


def signed_in_user(session: Session, token: str, now: datetime) -> SignedInUser | None:
    """The user of a token: None once idle for 30 minutes, 12 hours old, ended, or the account is closed."""
    row = session.execute(
        select(AdminSession, Account)
        .join(Account, Account.id == AdminSession.account_id)
        .where(
            AdminSession.token_hash == hash_token(token),
            AdminSession.last_seen_at > now - IDLE,
            AdminSession.created_at > now - ABSOLUTE,
            AdminSession.awaits_code.is_(False),
            Account.active,
        )
    ).first()
    if row is None:
        return None
    admin_session, account = row
    return SignedInUser(
        account_id=account.id,
        email=account.email,
        role=account.role,
        has_second_factor=account.has_second_factor,
        created_at=admin_session.created_at,
        last_seen_at=admin_session.last_seen_at,
        confirmed_at=admin_session.confirmed_at,
    )


def awaiting_code(session: Session, token: str, now: datetime) -> Account | None:
    """The account whose password was right and whose second factor is still to come."""
    return session.scalar(
        select(Account)
        .join(AdminSession, Account.id == AdminSession.account_id)
        .where(
            AdminSession.token_hash == hash_token(token),
            AdminSession.awaits_code,
            AdminSession.created_at > now - AWAITING_CODE,
            Account.active,
        )
    )


def touch_session(session: Session, token: str, now: datetime) -> None:
    """Record that the session is in use at this moment."""
    session.execute(update(AdminSession).where(AdminSession.token_hash == hash_token(token)).values(last_seen_at=now))


def confirm(session: Session, token: str, now: datetime) -> None:
    """Record that the password was entered again."""
    session.execute(update(AdminSession).where(AdminSession.token_hash == hash_token(token)).values(confirmed_at=now))


def end_session(session: Session, token: str) -> None:
    session.execute(delete(AdminSession).where(AdminSession.token_hash == hash_token(token)))


def end_all_sessions(session: Session, account_id: int) -> None:
    """Sign an account out everywhere."""
    session.execute(delete(AdminSession).where(AdminSession.account_id == account_id))
