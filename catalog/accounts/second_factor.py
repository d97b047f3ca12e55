"""The second factor: codes of an authenticator app (TOTP, RFC 6238), and recovery codes for a lost app."""

import secrets
from datetime import datetime

import pyotp
from pyotp.exceptions import OTPVerificationError
from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from catalog.accounts.tokens import Purpose, Vault, hash_token
from catalog.db.bulk import rows_changed
from catalog.models import Account, Passkey, RecoveryCode

ISSUER = "Magnesiumwijzer"
RECOVERY_CODES = 10
STEPS_LATE_OR_EARLY = 1
"""Tolerance for wrong clocks; a step is 30 seconds."""
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP = 4, 4


def new_secret() -> str:
    """A secret for an authenticator app, 160 bits in base 32."""
    return pyotp.random_base32()


def address_for_app(secret: str, email: str) -> str:
    """The content of the QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)


def switch_on(
    session: Session, vault: Vault, account: Account, *, secret: str, code: str, now: datetime
) -> list[str] | None:
    """Store the secret once a code proves that the app has it; returns new recovery codes, None for a wrong code."""
    step = _step_of(secret, code, now)
    if step is None:
        return None
    account.totp_sealed = vault.seal(Purpose.SECOND_FACTOR, secret)
    account.totp_last_step = step
    return renew_recovery_codes(session, account)


def switch_off(session: Session, account: Account) -> None:
    """Remove the app, all passkeys and the recovery codes."""
    account.totp_sealed = account.totp_last_step = None
    session.execute(delete(Passkey).where(Passkey.account_id == account.id))
    session.expire(account, ["has_passkey"])
    drop_recovery_codes(session, account)


def drop_recovery_codes(session: Session, account: Account) -> None:
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))


def renew_recovery_codes(session: Session, account: Account) -> list[str]:
    """Replace the recovery codes; only now can they be read."""
    drop_recovery_codes(session, account)
    codes = [_recovery_code() for _ in range(RECOVERY_CODES)]
    session.add_all(RecoveryCode(code_hash=_hash(account.id, code), account_id=account.id) for code in codes)
    session.flush()
    return codes


def recovery_codes_left(session: Session, account: Account) -> int:
    return (
        session.scalar(select(func.count()).select_from(RecoveryCode).where(RecoveryCode.account_id == account.id)) or 0
    )


def accept_code(session: Session, vault: Vault, account: Account, code: str, now: datetime) -> bool:
    """Whether a code of the app or a recovery code is right; each works once, even for simultaneous requests."""
    return _accept_app_code(session, vault, account, code, now) or _accept_recovery_code(session, account, code)


def _accept_app_code(session: Session, vault: Vault, account: Account, code: str, now: datetime) -> bool:
    secret = vault.unseal(Purpose.SECOND_FACTOR, account.totp_sealed) if account.totp_sealed else None
    step = _step_of(secret, code, now) if secret else None
    if step is None:
        return False
    used = session.execute(
        update(Account)
        .where(Account.id == account.id, or_(Account.totp_last_step.is_(None), Account.totp_last_step < step))
        .values(totp_last_step=step)
    )
    return rows_changed(used) == 1


def _accept_recovery_code(session: Session, account: Account, code: str) -> bool:
    used = session.execute(
        delete(RecoveryCode).where(
            RecoveryCode.code_hash == _hash(account.id, code), RecoveryCode.account_id == account.id
        )
    )
    return rows_changed(used) == 1


def _step_of(secret: str, code: str, now: datetime) -> int | None:
    """The 30-second step of the code, None when it is wrong or not current."""
    digits = "".join(code.split())
    if not (digits.isascii() and digits.isdigit()):
        return None
    try:
        return pyotp.TOTP(secret).verify_and_get_timecode(digits, for_time=now, valid_window=STEPS_LATE_OR_EARLY)
    except OTPVerificationError:
        return None


def _recovery_code() -> str:
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS))


def _hash(account_id: int, code: str) -> str:
    """79 random bits need no slow hash; the account id makes equal codes of two accounts differ."""
    letters = "".join(character for character in code.lower() if character.isalnum())
    return hash_token(f"{account_id} {letters}")
