"""Invitations: one-time links that create an account."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from catalog.accounts.people import any_account, create_account, normal_email, require_free
from catalog.accounts.refusals import AccountError, Refusal
from catalog.accounts.tokens import hash_token, new_token
from catalog.db.bulk import rows_changed
from catalog.models import Account, Invitation, Role

VALID = timedelta(hours=72)
"""The lifetime of a link."""
FIRST_OWNER = ""
"""The address of the first owner's invitation; that owner enters the real one."""


def invite(session: Session, email: str, role: Role, now: datetime, invited_by: str = "") -> str:
    """Create a link and return its token; an earlier link for the same address stops working. Raises AccountError."""
    email = normal_email(email)
    require_free(session, email)
    return _store_invitation(session, email, role, now, invited_by)


def invite_first_owner(session: Session, now: datetime) -> str | None:
    """Create the first owner's link and return its token; None as soon as there is an account."""
    return None if any_account(session) else _store_invitation(session, FIRST_OWNER, Role.OWNER, now, "")


def _store_invitation(session: Session, email: str, role: Role, now: datetime, invited_by: str) -> str:
    token = new_token()
    values = {"token_hash": hash_token(token), "role": role, "invited_by": invited_by, "expires_at": now + VALID}
    replace = update(Invitation).where(Invitation.email == email).values(values)
    if not rows_changed(session.execute(replace)):
        try:
            with session.begin_nested():
                session.add(Invitation(email=email, **values))
        except IntegrityError:  # a simultaneous invitation for the same address; the later link counts
            session.execute(replace)
    return token


def open_invitations(session: Session, now: datetime) -> Sequence[Invitation]:
    """Unused and unexpired invitations, without the first owner's."""
    return session.scalars(
        select(Invitation)
        .where(Invitation.expires_at > now, Invitation.email != FIRST_OWNER)
        .order_by(Invitation.email)
    ).all()


def withdraw(session: Session, email: str) -> bool:
    """Delete the link for an address; whether there was one."""
    if not email.isprintable():  # PostgreSQL refuses NUL
        return False
    return bool(rows_changed(session.execute(delete(Invitation).where(Invitation.email == email))))


def invitation_of(session: Session, token: str, now: datetime) -> Invitation | None:
    """The invitation of a usable link, None otherwise."""
    invitation = session.scalar(
        select(Invitation).where(Invitation.token_hash == hash_token(token), Invitation.expires_at > now)
    )
    if invitation is None or (invitation.email == FIRST_OWNER and any_account(session)):
        return None
    return invitation


def redeem(session: Session, token: str, email: str, password: str, now: datetime) -> Account:
    """Create the account of a link. `email` is used for the first owner only.

    The request that deletes the invitation wins; a simultaneous one is refused. Raises AccountError, after which the
    caller must roll back, or the invitation is gone.
    """
    invitation = invitation_of(session, token, now)
    if invitation is None:
        raise AccountError(Refusal.INVITATION_GONE)
    role, email = invitation.role, invitation.email or email
    if not rows_changed(session.execute(delete(Invitation).where(Invitation.token_hash == hash_token(token)))):
        raise AccountError(Refusal.INVITATION_GONE)
    return create_account(session, email, password, role, now)
