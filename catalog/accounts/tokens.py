"""Random tokens, their hashes, and encryption with the shop's key."""

import base64
import hashlib
import hmac
import secrets

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def new_token() -> str:
    """256 random bits, fit for a URL."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> str:
    """The stored hash of a random token. It needs no salt or slowness: the token cannot be guessed."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


class Vault:
    """Encryption and keyed hashes with the shop's key."""

    def __init__(self, secret_key: str) -> None:
        self._fernet = Fernet(base64.urlsafe_b64encode(_derive(secret_key, b"account secrets")))
        self._fingerprint_key = _derive(secret_key, b"account fingerprints")

    def seal(self, secret: str) -> str:
        return self._fernet.encrypt(secret.encode()).decode()

    def unseal(self, sealed: str, *, within_seconds: int | None = None) -> str | None:
        """The secret; None when it was sealed with another key, or earlier than `within_seconds` ago."""
        try:
            return self._fernet.decrypt(sealed.encode(errors="replace"), ttl=within_seconds).decode()
        except InvalidToken:
            return None

    def fingerprint(self, text: str) -> str:
        """A keyed hash of a guessable text, such as an address."""
        return hmac.new(self._fingerprint_key, text.encode(errors="replace"), hashlib.sha256).hexdigest()


def _derive(secret_key: str, purpose: bytes) -> bytes:
    return HKDF(SHA256(), length=32, salt=None, info=purpose).derive(secret_key.encode())
