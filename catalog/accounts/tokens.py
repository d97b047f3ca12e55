"""Random tokens, their hashes, and encryption with the shop's key."""

import base64
import hashlib
import hmac
import secrets
from enum import StrEnum

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def new_token() -> str:
    """256 random bits, fit for a URL."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> str:
    """The stored hash of a random token. It needs no salt or slowness: the token cannot be guessed."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


class Purpose(StrEnum):
    """The use that a sealed value is made for; sealed for one, it opens for no other."""

    SECOND_FACTOR = "account secrets"
    """The stored secret of a second factor. Its text may not change: stored secrets would no longer open."""
    SET_UP = "set up a second factor"
    """A new secret that travels in the form until a code proves that the app has it."""
    INTERRUPTED_FORM = "interrupted form"
    KNOWN_BROWSER = "known browser"
    REVIEWS = "reviews of rules and notes"


class Vault:
    """Encryption and keyed hashes with the shop's key; each purpose has a key of its own."""

    def __init__(self, secret_key: str) -> None:
        self._secret_key = secret_key
        self._fingerprint_key = _derive(secret_key, b"account fingerprints")

    def seal(self, purpose: Purpose, secret: str, *, owner: str = "") -> str:
        """The encrypted secret; with an `owner`, such as the id of an account, it opens for that owner only."""
        return self._fernet(purpose, owner).encrypt(secret.encode()).decode()

    def unseal(
        self, purpose: Purpose, sealed: str, *, owner: str = "", within_seconds: int | None = None
    ) -> str | None:
        """The secret; None when sealed with another key, for another purpose or owner, or too long ago."""
        try:
            return self._fernet(purpose, owner).decrypt(sealed.encode(errors="replace"), ttl=within_seconds).decode()
        except InvalidToken:
            return None

    def fingerprint(self, text: str) -> str:
        """A keyed hash of a guessable text, such as an address."""
        return hmac.new(self._fingerprint_key, text.encode(errors="replace"), hashlib.sha256).hexdigest()

    def signature(self, purpose: Purpose, data: bytes) -> str:
        """A keyed hash that nobody makes without the shop's key, for a file that is kept in the open."""
        return hmac.new(_derive(self._secret_key, purpose.value.encode()), data, hashlib.sha256).hexdigest()

    def _fernet(self, purpose: Purpose, owner: str) -> Fernet:
        info = f"{purpose.value}: {owner}" if owner else purpose.value
        return Fernet(base64.urlsafe_b64encode(_derive(self._secret_key, info.encode())))


def _derive(secret_key: str, info: bytes) -> bytes:
    return HKDF(SHA256(), length=32, salt=None, info=info).derive(secret_key.encode())
