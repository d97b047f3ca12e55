"""Random tokens, their hashes, and encryption with the shop's key."""

import hashlib
import hmac
import secrets
from enum import StrEnum

from cryptography.fernet import InvalidToken

from catalog.ciphers import Cipher, derive_key, make_cipher


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
        self._fingerprint_key = derive_key(secret_key, b"account fingerprints")

    def seal(self, purpose: Purpose, secret: str, *, owner: str = "") -> str:
        """The encrypted secret; with an `owner`, such as the id of an account, it opens for that owner only."""
        return self._cipher(purpose, owner).encrypt(secret.encode()).decode()

    def unseal(
        self, purpose: Purpose, sealed: str, *, owner: str = "", within_seconds: int | None = None
    ) -> str | None:
        """The secret; None when sealed with another key, for another purpose or owner, or too long ago."""
        try:
            return self._cipher(purpose, owner).decrypt(sealed.encode(errors="replace"), ttl=within_seconds).decode()
        except InvalidToken:
            return None

    def fingerprint(self, text: str) -> str:
        """A keyed hash of a guessable text, such as an address."""
        return hmac.new(self._fingerprint_key, text.encode(errors="replace"), hashlib.sha256).hexdigest()

    def signature(self, purpose: Purpose, data: bytes) -> str:
        """A keyed hash that nobody makes without the shop's key, for a file that is kept in the open."""
        return hmac.new(derive_key(self._secret_key, purpose.value.encode()), data, hashlib.sha256).hexdigest()

    def _cipher(self, purpose: Purpose, owner: str) -> Cipher:
        info = f"{purpose.value}: {owner}" if owner else purpose.value
        return make_cipher(self._secret_key, info.encode())
