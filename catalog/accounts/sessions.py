"""Sessions of signed-in browsers, stored in the database so that they can be ended from anywhere."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from catalog.accounts.required_factor import read_roles, value_of_setting
from catalog.accounts.tokens import hash_token, new_token
from catalog.db.bulk import rows_changed
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


NAME_CHARACTERS = 16


class SignedInUser(Struct, frozen=True):
    """The account of the browser, as of this request."""

    account_id: int
    email: str
    role: Role
    has_second_factor: bool
    has_passkey: bool
    created_at: datetime
    last_seen_at: datetime
    confirmed_at: datetime
    needs_second_factor: bool = False
    """Whether the role requires a second factor that the account does not have."""

    def is_confirmed(self, now: datetime) -> bool:
        """Whether the password was entered a moment ago."""
        return now - self.confirmed_at < CONFIRMED


def start_session(
    session: Session, account: Account, now: datetime, *, awaits_code: bool = False, device: str = "", network: str = ""
) -> str:
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
            device=device,
            network=network,
        )
    )
    session.flush()
    return token


def signed_in_user(session: Session, token: str, now: datetime) -> SignedInUser | None:
    """The user of a token: None once idle for 30 minutes, 12 hours old, ended, or the account is closed."""
    row = session.execute(
        select(AdminSession, Account, value_of_setting())
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
    admin_session, account, required_of = row
    return SignedInUser(
        account_id=account.id,
        email=account.email,
        role=account.role,
        has_second_factor=account.has_second_factor,
        has_passkey=account.has_passkey,
        created_at=admin_session.created_at,
        last_seen_at=admin_session.last_seen_at,
        confirmed_at=admin_session.confirmed_at,
        needs_second_factor=account.role in read_roles(required_of) and not account.has_second_factor,
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


def touch_session(session: Session, token: str, now: datetime, network: str) -> None:
    """Record that the session is in use at this moment, from this network."""
    used = update(AdminSession).where(AdminSession.token_hash == hash_token(token))
    session.execute(used.values(last_seen_at=now, network=network))


def confirm(session: Session, token: str, now: datetime) -> None:
    """Record that the password was entered again."""
    session.execute(update(AdminSession).where(AdminSession.token_hash == hash_token(token)).values(confirmed_at=now))


class OpenSession(Struct, frozen=True):
    """A signed-in browser, as its owner sees it."""

    name: str
    """The beginning of the token's hash, by which the session is ended; the token cannot be made from it."""
    device: str
    network: str
    created_at: datetime
    last_seen_at: datetime
    is_here: bool
    """Whether it is the browser that asks."""


def open_sessions(session: Session, account_id: int, token: str, now: datetime) -> Sequence[OpenSession]:
    """The signed-in browsers of an account, the last used first; `token` is that of the browser that asks."""
    rows = session.scalars(
        select(AdminSession)
        .where(
            AdminSession.account_id == account_id,
            AdminSession.last_seen_at > now - IDLE,
            AdminSession.created_at > now - ABSOLUTE,
            AdminSession.awaits_code.is_(False),
        )
        .order_by(AdminSession.last_seen_at.desc(), AdminSession.token_hash)
    )
    here = hash_token(token)
    return [
        OpenSession(
            name=row.token_hash[:NAME_CHARACTERS],
            device=row.device,
            network=row.network,
            created_at=row.created_at,
            last_seen_at=row.last_seen_at,
            is_here=row.token_hash == here,
        )
        for row in rows
    ]


def end_open_session(session: Session, account_id: int, name: str) -> bool:
    """End one browser of an account; whether there was one of that name."""
    if len(name) != NAME_CHARACTERS or not name.isalnum():
        return False
    named = AdminSession.token_hash.startswith(name)
    return bool(rows_changed(session.execute(delete(AdminSession).where(AdminSession.account_id == account_id, named))))


def end_session(session: Session, token: str) -> None:
    session.execute(delete(AdminSession).where(AdminSession.token_hash == hash_token(token)))


def end_all_sessions(session: Session, account_id: int) -> None:
    """Sign an account out everywhere."""
    session.execute(delete(AdminSession).where(AdminSession.account_id == account_id))
