"""Passkeys (WebAuthn) as a second factor: adding, using and removing them.

The library is imported where it is used: it takes memory that most processes never need.
"""

import json
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct
from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from catalog.accounts.second_factor import ISSUER, drop_recovery_codes
from catalog.accounts.tokens import hash_token
from catalog.db.bulk import rows_changed
from catalog.models import Account, Passkey, PasskeyChallenge

ANSWER_WITHIN = timedelta(minutes=5)
MOST_PASSKEYS = 10
LONGEST_NAME = 60
_CHALLENGE_BYTES = 32


class Ceremony(Struct, frozen=True):
    """An exchange with a browser: whose account, in which session, at which site, when."""

    account: Account
    token: str
    """That of the session, signed in or awaiting its second factor."""
    host: str
    """The name to which passkeys are bound."""
    origin: str
    """Scheme, host and port of the page, which the browser signs along."""
    now: datetime


def passkeys_of(session: Session, account_id: int) -> Sequence[Passkey]:
    """The passkeys of an account, the oldest first."""
    return session.scalars(select(Passkey).where(Passkey.account_id == account_id).order_by(Passkey.id)).all()


def questions_for_new(session: Session, ceremony: Ceremony) -> dict[str, Any]:
    """The options with which a browser makes a passkey; those that the account has are not made again."""
    from webauthn import generate_registration_options, options_to_json
    from webauthn.helpers.structs import AuthenticatorSelectionCriteria, ResidentKeyRequirement

    account = ceremony.account
    options = generate_registration_options(
        rp_id=ceremony.host,
        rp_name=ISSUER,
        user_name=account.email,
        user_id=f"{ISSUER} {account.id}".encode(),
        challenge=_new_challenge(session, ceremony, adds=True),
        authenticator_selection=AuthenticatorSelectionCriteria(resident_key=ResidentKeyRequirement.PREFERRED),
        exclude_credentials=_descriptors(session, account),
    )
    return _as_json(options_to_json(options))


def questions_for_use(session: Session, ceremony: Ceremony) -> dict[str, Any]:
    """The options with which a browser signs by a passkey of the account."""
    from webauthn import generate_authentication_options, options_to_json

    options = generate_authentication_options(
        rp_id=ceremony.host,
        challenge=_new_challenge(session, ceremony, adds=False),
        allow_credentials=_descriptors(session, ceremony.account),
    )
    return _as_json(options_to_json(options))


def add_passkey(session: Session, ceremony: Ceremony, answer: str, name: str) -> Passkey | None:
    """Store a new passkey; None when the answer is not to this session's question, or there are ten already."""
    from webauthn import verify_registration_response
    from webauthn.helpers import bytes_to_base64url, parse_registration_credential_json

    faults = _faults()
    try:
        credential = parse_registration_credential_json(answer)
        verified = verify_registration_response(
            credential=credential,
            expected_challenge=_spend(session, ceremony, credential.response.client_data_json, adds=True),
            expected_rp_id=ceremony.host,
            expected_origin=ceremony.origin,
        )
    except faults:
        return None
    passkey = Passkey(
        account_id=ceremony.account.id,
        name=name,
        credential_id=bytes_to_base64url(verified.credential_id),
        public_key=bytes_to_base64url(verified.credential_public_key),
        sign_count=verified.sign_count,
        created_at=ceremony.now,
    )
    if _count(session, ceremony.account) >= MOST_PASSKEYS:
        return None
    try:
        with session.begin_nested():
            session.add(passkey)
    except IntegrityError:  # the key is registered, perhaps by another account
        return None
    session.expire(ceremony.account, ["has_passkey"])
    return passkey


def accept_passkey(session: Session, ceremony: Ceremony, answer: str) -> bool:
    """Whether a passkey of the account signed the question of this session; each question counts once."""
    from webauthn import base64url_to_bytes, verify_authentication_response
    from webauthn.helpers import bytes_to_base64url, parse_authentication_credential_json

    try:
        credential = parse_authentication_credential_json(answer)
        challenge = _spend(session, ceremony, credential.response.client_data_json, adds=False)
        passkey = session.scalar(
            select(Passkey).where(
                Passkey.account_id == ceremony.account.id,
                Passkey.credential_id == bytes_to_base64url(credential.raw_id),
            )
        )
        if passkey is None:
            return False
        verified = verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=ceremony.host,
            expected_origin=ceremony.origin,
            credential_public_key=base64url_to_bytes(passkey.public_key),
            credential_current_sign_count=passkey.sign_count,
        )
    except _faults():
        return False
    counted = update(Passkey).where(Passkey.id == passkey.id, Passkey.sign_count == passkey.sign_count)
    values = {"sign_count": verified.new_sign_count, "last_used_at": ceremony.now}
    return rows_changed(session.execute(counted.values(values))) == 1


def remove_passkey(session: Session, account: Account, passkey_id: int) -> None:
    """Delete a passkey; with the last factor the recovery codes go too."""
    session.execute(delete(Passkey).where(Passkey.id == passkey_id, Passkey.account_id == account.id))
    session.expire(account, ["has_passkey"])
    if not account.has_second_factor:
        drop_recovery_codes(session, account)


def is_only_factor(session: Session, account: Account) -> bool:
    """Whether the account would be without a second factor once a passkey is removed."""
    return not account.has_app and _count(session, account) == 1


def _count(session: Session, account: Account) -> int:
    return session.scalar(select(func.count()).select_from(Passkey).where(Passkey.account_id == account.id)) or 0


def _new_challenge(session: Session, ceremony: Ceremony, *, adds: bool) -> bytes:
    """A question; an earlier one of the same session, and all that ran out, are answered no more."""
    challenge = secrets.token_bytes(_CHALLENGE_BYTES)
    in_session = hash_token(ceremony.token)
    session.execute(
        delete(PasskeyChallenge).where(
            or_(
                PasskeyChallenge.made_at <= ceremony.now - ANSWER_WITHIN,
                (PasskeyChallenge.session_hash == in_session) & (PasskeyChallenge.adds == adds),
            )
        )
    )
    session.add(
        PasskeyChallenge(
            challenge_hash=hash_token(challenge.hex()), session_hash=in_session, adds=adds, made_at=ceremony.now
        )
    )
    session.flush()
    return challenge


def _spend(session: Session, ceremony: Ceremony, client_data: bytes, *, adds: bool) -> bytes:
    """The question that an answer names, which no other answer can name from now on.

    Raises WebAuthnException for one that this session did not ask, or too long ago.
    """
    from webauthn.helpers import parse_client_data_json
    from webauthn.helpers.exceptions import WebAuthnException

    challenge = parse_client_data_json(client_data).challenge
    spent = delete(PasskeyChallenge).where(
        PasskeyChallenge.challenge_hash == hash_token(challenge.hex()),
        PasskeyChallenge.session_hash == hash_token(ceremony.token),
        PasskeyChallenge.adds == adds,
        PasskeyChallenge.made_at > ceremony.now - ANSWER_WITHIN,
    )
    if rows_changed(session.execute(spent)) != 1:
        raise WebAuthnException("no open question of this session")
    return challenge


def _descriptors(session: Session, account: Account) -> list[Any]:
    from webauthn import base64url_to_bytes
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

    return [
        PublicKeyCredentialDescriptor(id=base64url_to_bytes(passkey.credential_id))
        for passkey in passkeys_of(session, account.id)
    ]


def _as_json(options: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(options)
    return found


def _faults() -> tuple[type[Exception], ...]:
    """All that the library raises for an answer that somebody made up."""
    from webauthn.helpers.exceptions import WebAuthnException

    return (WebAuthnException, ValueError, TypeError, KeyError, AttributeError, RecursionError)
