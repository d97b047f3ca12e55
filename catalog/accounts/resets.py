"""Reset links: one-time links with which a person chooses a new password for an existing account."""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from catalog.accounts.people import change_password
from catalog.accounts.refusals import AccountError, Refusal
from catalog.accounts.tokens import hash_token, new_token
from catalog.db.bulk import rows_changed
from catalog.models import Account, PasswordReset

VALID = timedelta(hours=24)
"""The lifetime of a link made by an owner or on the command line."""
VALID_BY_MAIL = timedelta(hours=1)
MOST_MAILED = 3
"""The number of mailed links of an account that are valid at once; a stranger can have no more sent."""


def make_reset(session: Session, account: Account, now: datetime) -> str:
    """Create a link and return its token; all earlier links of the account stop working."""
    session.execute(delete(PasswordReset).where(PasswordReset.account_id == account.id))
    return _add(session, account, now + VALID, by_mail=False)


def make_mailed_reset(session: Session, account: Account, now: datetime) -> str | None:
    """Create a link to be mailed and return its token; earlier ones stay valid. None while there are enough of them."""
    session.execute(delete(PasswordReset).where(PasswordReset.expires_at <= now))
    live = select(func.count()).where(PasswordReset.account_id == account.id, PasswordReset.by_mail)
    if (session.scalar(live) or 0) >= MOST_MAILED:
        return None
    return _add(session, account, now + VALID_BY_MAIL, by_mail=True)


def account_of_reset(session: Session, token: str, now: datetime) -> Account | None:
    """The active account of a usable link, None otherwise."""
    return session.scalar(
        select(Account)
        .join(PasswordReset, PasswordReset.account_id == Account.id)
        .where(PasswordReset.token_hash == hash_token(token), PasswordReset.expires_at > now, Account.active)
    )


def redeem_reset(session: Session, token: str, password: str, now: datetime) -> Account:
    """Set the password of a link's account, end its sessions and void its links. Its second factor stays on.

    The request that deletes the link wins; a simultaneous one is refused. Raises AccountError, after which the caller
    must roll back, or the link is gone.
    """
    account = account_of_reset(session, token, now)
    used = delete(PasswordReset).where(PasswordReset.token_hash == hash_token(token))
    if account is None or not rows_changed(session.execute(used)):
        raise AccountError(Refusal.INVITATION_GONE)
    change_password(session, account, password)
    return account


def _add(session: Session, account: Account, expires_at: datetime, *, by_mail: bool) -> str:
    token = new_token()
    session.add(
        PasswordReset(token_hash=hash_token(token), account_id=account.id, by_mail=by_mail, expires_at=expires_at)
    )
    session.flush()
    return token
