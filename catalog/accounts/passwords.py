"""Passwords: their requirements, and their hashes (argon2id)."""

import re
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from catalog.accounts.refusals import AccountError, Refusal

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 256
FEWEST_DIFFERENT = 5
SHORTEST_NAME = 4
LEAST_GUESSES = 1_000_000_000
"""The estimated number of guesses that a password must withstand."""
JUDGED_CHARACTERS = 72
"""The beginning of a password that is judged; zxcvbn takes no more, and its time grows with the square."""
WORDS_GUESSED_FIRST = (
    *("magnesiumwijzer", "magnesium", "supplement", "supplementen", "capsule", "capsules", "tablet", "tabletten"),
    *("citraat", "bisglycinaat", "glycinaat", "tauraat", "malaat", "oxide", "mineraal", "mineralen", "vitamine"),
    *("winkel", "webwinkel", "beheer", "beheerder", "eigenaar", "redactie", "redacteur", "uitgever", "account"),
    *("wachtwoord", "welkom", "geheim", "inloggen", "toegang", "sleutel", "admin", "gebruiker", "medewerker"),
    *("voorjaar", "lente", "zomer", "herfst", "najaar", "winter", "vakantie", "kerst", "kerstmis", "pasen"),
    *("januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober"),
    *("november", "december", "maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"),
    *("nederland", "holland", "amsterdam", "rotterdam", "utrecht", "denhaag", "ajax", "feyenoord", "oranje"),
    *("hallo", "lieverd", "schatje", "liefde", "ikhouvanjou", "voetbal", "konijn", "poes", "hond", "test"),
)
"""Words of the shop and common Dutch ones; zxcvbn's own lists are English."""
SHOP_NAME = "magnesium"

_hasher = PasswordHasher()  # RFC 9106's parameters for machines with little memory: 64 MiB, three passes
_OF_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$vJEz/35HsIfYhpHnhg0+ew$ZHkwgpTBsNfDRzwJeYSj647ObSijoffHuiap3rAmQcs"
"""The hash of a random password that nobody has. Written here: to hash one takes a fifth of a second at each start."""


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
    """Raise AccountError for a password that is too short, long, uniform or common, or has the address or the shop."""
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
    if _is_common(password, email):
        raise AccountError(Refusal.PASSWORD_COMMON)


def _is_common(password: str, email: str) -> bool:
    """Whether the password is soon guessed from lists of common passwords, words, names, dates, keys and sequences."""
    from zxcvbn import zxcvbn  # its lists take a tenth of a second to load

    words = [*WORDS_GUESSED_FIRST, *re.split(r"[^a-z0-9]+", email.casefold())]
    judged = zxcvbn(_normal(password)[:JUDGED_CHARACTERS], user_inputs=[word for word in words if word])
    return judged["guesses"] < LEAST_GUESSES


def _normal(password: str) -> str:
    """One form for a password that keyboards may send in two (é as one character or as two)."""
    return unicodedata.normalize("NFKC", password.encode(errors="replace").decode())
