"""Passwords: their requirements, and their hashes (argon2id)."""

import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from catalog.accounts.refusals import AccountError, Refusal

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 256
FEWEST_DIFFERENT = 5
SHORTEST_NAME = 4
SHOP_NAME = "magnesium"

_hasher = PasswordHasher()  # RFC 9106's parameters for machines with little memory: 64 MiB, three passes
_OF_NOBODY = _hasher.hash("nobody has this password")


def hash_password(password: str) -> str:
    return _hasher.hash(_normal(password))


def is_right(password_hash: str | None, password: str) -> bool:
    """Whether the hash belongs to the password; without a hash it takes as long and is False."""
    if len(password) > LONGEST_PASSWORD:
        return False
    try:
        _hasher.verify(password_hash or _OF_NOBODY, _normal(password))
    except (Argon2Error, InvalidHashError):
        return False
    return password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """Whether the hash has weaker parameters than today's."""
    return _hasher.check_needs_rehash(password_hash)


def require_good(password: str, email: str) -> None:
    """Raise AccountError for a password that is too short, long or uniform, or contains the address or the shop."""
    if len(password) < SHORTEST_PASSWORD:
        raise AccountError(Refusal.PASSWORD_SHORT)
    if len(password) > LONGEST_PASSWORD:
        raise AccountError(Refusal.PASSWORD_LONG)
    lowered = _normal(password).casefold()
    names = [SHOP_NAME, *email.casefold().replace("@", ".").split(".")]
    if any(name in lowered for name in names if len(name) >= SHORTEST_NAME):
        raise AccountError(Refusal.PASSWORD_NAMES_ACCOUNT)
    if len(set(lowered)) < FEWEST_DIFFERENT:
        raise AccountError(Refusal.PASSWORD_PLAIN)


def _normal(password: str) -> str:
    """One form for a password that keyboards may send in two (é as one character or as two)."""
    return unicodedata.normalize("NFKC", password.encode(errors="replace").decode())
