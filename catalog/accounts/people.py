"""Accounts: created, found and changed; at least one active owner remains."""

import re
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from catalog.accounts.passwords import hash_password, is_outdated, is_right, require_good
from catalog.accounts.refusals import AccountError, Refusal
from catalog.models import Account, AdminSession, PasswordReset, Role

LONGEST_EMAIL = 254
_EMAIL = re.compile(r"[^@\s\x00-\x1f]+@[^@\s\x00-\x1f.]+(\.[^@\s\x00-\x1f.]+)+")


def normal_email(email: str) -> str:
    """The stored form of an e-mail address. Raises AccountError for an invalid one."""
    email = email.strip().lower()
    if len(email) > LONGEST_EMAIL or not _EMAIL.fullmatch(email) or not email.isprintable():
        raise AccountError(Refusal.EMAIL_WRONG)
    return email


def any_account(session: Session) -> bool:
    """Whether there is an account."""
    return session.scalar(select(Account.id).limit(1)) is not None


def all_accounts(session: Session) -> Sequence[Account]:
    """All accounts, active ones first, by address; a shop has a handful."""
    return session.scalars(select(Account).order_by(Account.active.desc(), Account.email)).all()


def account_by_email(session: Session, email: str) -> Account | None:
    email = email.strip().lower()
    # PostgreSQL refuses NUL, and an unprintable text is no address.
    return session.scalar(select(Account).where(Account.email == email)) if email.isprintable() else None


def require_free(session: Session, email: str) -> None:
    """Raise AccountError when an account has the address."""
    if account_by_email(session, email):
        raise AccountError(Refusal.EMAIL_TAKEN)


def create_account(session: Session, email: str, password: str, role: Role, now: datetime) -> Account:
    """Add an account and flush it. Raises AccountError."""
    email = normal_email(email)
    require_good(password, email)
    require_free(session, email)
    account = Account(email=email, password_hash=hash_password(password), role=role, active=True, created_at=now)
    try:
        with session.begin_nested():
            session.add(account)
    except IntegrityError as error:  # a simultaneous request created it
        raise AccountError(Refusal.EMAIL_TAKEN) from error
    return account


def authenticate(session: Session, email: str, password: str) -> Account | None:
    """The active account with this address and password; an unknown address takes as long as a wrong password."""
    account = account_by_email(session, email)
    right = is_right(account.password_hash if account else None, password)
    if account is None or not right or not account.active:
        return None
    if is_outdated(account.password_hash):
        account.password_hash = hash_password(password)
    return account


def change_password(session: Session, account: Account, password: str) -> None:
    """Set a new password, end every session of the account and void its reset links. Raises AccountError."""
    require_good(password, account.email)
    account.password_hash = hash_password(password)
    session.execute(delete(PasswordReset).where(PasswordReset.account_id == account.id))
    session.execute(delete(AdminSession).where(AdminSession.account_id == account.id))


def change_role(session: Session, account: Account, role: Role) -> None:
    """Raises AccountError for the last owner."""
    if role is not Role.OWNER:
        _require_other_owner(session, account)
    account.role = role


def deactivate(session: Session, account: Account) -> None:
    """Deactivate an account, which history still refers to, end its sessions and void its reset links.

    Raises AccountError for the last owner.
    """
    _require_other_owner(session, account)
    account.active = False
    session.execute(delete(PasswordReset).where(PasswordReset.account_id == account.id))
    session.execute(delete(AdminSession).where(AdminSession.account_id == account.id))


def reactivate(account: Account) -> None:
    account.active = True


def _require_other_owner(session: Session, account: Account) -> None:
    """Lock the owners' rows, so that two owners who remove each other at once wait for one another."""
    owners = session.scalars(
        select(Account.id).where(Account.role == Role.OWNER, Account.active).order_by(Account.id).with_for_update()
    ).all()
    if set(owners) == {account.id}:
        raise AccountError(Refusal.LAST_OWNER)
