"""Tables of staff accounts. Tokens and codes are stored as hashes, so that a leaked backup admits nobody."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, String, exists
from sqlalchemy.orm import Mapped, column_property, mapped_column

from catalog.models.base import Base, Moment, choice

HASH_CHARACTERS = 64
"""The length of a SHA-256 in hexadecimal."""


class Role(StrEnum):
    """The role of an account; the shop's table of permissions lists what it may do."""

    EDITOR = "editor"
    PUBLISHER = "publisher"
    PACKER = "packer"
    BOOKKEEPER = "bookkeeper"
    OWNER = "owner"
    PHARMACIST = "pharmacist"


class Passkey(Base):
    """A public key that proves a device of an account (WebAuthn), used as a second factor."""

    __tablename__ = "passkey"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    name: Mapped[str]
    """As its owner calls it."""
    credential_id: Mapped[str] = mapped_column(unique=True)
    """In base64url, as is the key."""
    public_key: Mapped[str]
    sign_count: Mapped[int] = mapped_column(BigInteger)
    """The device's own count of its uses, which never goes back; zero where it does not count."""
    created_at: Mapped[datetime] = mapped_column(Moment)
    last_used_at: Mapped[datetime | None] = mapped_column(Moment)


class Account(Base):
    """A staff member who may sign in."""

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    """Lower case."""
    password_hash: Mapped[str]
    """argon2id, with its parameters."""
    role: Mapped[Role] = mapped_column(choice(Role))
    active: Mapped[bool]
    totp_sealed: Mapped[str | None]
    """The secret of the second factor, encrypted with the shop's key; None when the factor is off."""
    totp_last_step: Mapped[int | None]
    """The newest 30-second step whose code was used, so that no code works twice."""
    created_at: Mapped[datetime] = mapped_column(Moment)

    has_passkey: Mapped[bool] = column_property(exists().where(Passkey.account_id == id).correlate_except(Passkey))
    """Whether it has a passkey; read with the row."""

    @property
    def has_app(self) -> bool:
        """Whether an authenticator app gives its codes."""
        return self.totp_sealed is not None

    @property
    def has_second_factor(self) -> bool:
        return self.has_app or bool(self.has_passkey)


class PasskeyChallenge(Base):
    """A question that a passkey signs once, in the session that asked for it."""

    __tablename__ = "passkey_challenge"

    challenge_hash: Mapped[str] = mapped_column(String(HASH_CHARACTERS), primary_key=True)
    session_hash: Mapped[str] = mapped_column(String(HASH_CHARACTERS), index=True)
    """The hash of the token of the session, which may be one that awaits its second factor."""
    adds: Mapped[bool]
    """Whether it is for a new passkey."""
    made_at: Mapped[datetime] = mapped_column(Moment)


class RecoveryCode(Base):
    """A code that replaces the second factor once."""

    __tablename__ = "recovery_code"

    code_hash: Mapped[str] = mapped_column(String(HASH_CHARACTERS), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)


class AdminSession(Base):
    """A signed-in browser, or one that still has to enter the second factor (`awaits_code`)."""

    __tablename__ = "admin_session"

    token_hash: Mapped[str] = mapped_column(String(HASH_CHARACTERS), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(Moment)
    last_seen_at: Mapped[datetime] = mapped_column(Moment)
    confirmed_at: Mapped[datetime] = mapped_column(Moment)
    """The last time that the password was entered."""
    awaits_code: Mapped[bool]
    device: Mapped[str] = mapped_column(server_default="")
    """Browser and system, such as "Firefox, Linux"; empty when unknown."""
    network: Mapped[str] = mapped_column(server_default="")
    """The prefix of the IP address at the last use, such as "192.0.2.0/24"."""


class Invitation(Base):
    """A link that creates one account, once. One per address; the first owner's has the empty address."""

    __tablename__ = "invitation"

    email: Mapped[str] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(HASH_CHARACTERS), unique=True)
    role: Mapped[Role] = mapped_column(choice(Role))
    invited_by: Mapped[str]
    """The inviting owner's address, or "" for the command line."""
    expires_at: Mapped[datetime] = mapped_column(Moment)


class PasswordReset(Base):
    """A link with which a person chooses a new password for an account, once."""

    __tablename__ = "password_reset"

    token_hash: Mapped[str] = mapped_column(String(HASH_CHARACTERS), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    by_mail: Mapped[bool]
    """Asked for on the sign-in page, by whom is not known; else made by an owner or on the command line."""
    expires_at: Mapped[datetime] = mapped_column(Moment)


class PeopleEventKind(StrEnum):
    """The kind of an event in the log of people; at most 16 characters."""

    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    PROOF_FAILED = "proof_failed"
    """A wrong password or code in a session that is signed in."""
    SIGNED_OUT = "signed_out"
    SESSIONS_ENDED = "sessions_ended"
    INVITED = "invited"
    UNINVITED = "uninvited"
    JOINED = "joined"
    ROLE_CHANGED = "role_changed"
    DEACTIVATED = "deactivated"
    REACTIVATED = "reactivated"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - an event, no password
    RESET_MADE = "reset_made"
    RESET_MAILED = "reset_mailed"
    RESET_USED = "reset_used"
    UNLOCKED = "unlocked"
    FACTOR_ON = "factor_on"
    FACTOR_OFF = "factor_off"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_REMOVED = "passkey_removed"
    FACTOR_REQUIRED = "factor_required"
    NEW_CODES = "new_codes"
    EXPORTED = "exported"
    LOG_EXPORTED = "log_exported"
    ORDERS_LISTED = "orders_listed"
    ORDER_VIEWED = "order_viewed"
    ORDERS_EXPORTED = "orders_exported"
    REVIEWED = "reviewed"
    """A rule or note, by a pharmacist."""


class PeopleEvent(Base):
    """An event in the log of people. The database refuses to change a row, and to delete one before its time."""

    __tablename__ = "people_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment, index=True)
    kind: Mapped[PeopleEventKind] = mapped_column(choice(PeopleEventKind))
    who: Mapped[str]
    """The e-mail address of the account that did it; empty for the command line and for strangers."""
    about: Mapped[str]
    """The e-mail address of the account concerned."""
    detail: Mapped[str]
    """Words such as roles or formats, separated by spaces."""
    device: Mapped[str]
    network: Mapped[str]


class PeopleLogState(Base):
    """One row: the moment before which events may be deleted."""

    __tablename__ = "people_log_state"

    id: Mapped[int] = mapped_column(primary_key=True)
    removable_before: Mapped[datetime] = mapped_column(Moment)


class SignInAttempt(Base):
    """A recent attempt to sign in or to confirm, under a keyed hash of what its counter counts."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (Index("ix_sign_in_attempt_key", "key", "tried_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(HASH_CHARACTERS))
    tried_at: Mapped[datetime] = mapped_column(Moment)
    account_key: Mapped[str] = mapped_column(String(HASH_CHARACTERS), server_default="", index=True)
    """A keyed hash of the account's e-mail address, by which the account is unlocked."""
