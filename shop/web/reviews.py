"""File of reviews: read, signed and written; every process joins it to its ruleset as soon as it changes."""

import hmac
import logging
import os
from pathlib import Path

import msgspec
from filelock import FileLock
from flask import Flask
from msgspec import Struct

from catalog.accounts import Purpose, Vault
from recommend.loading import load_ruleset
from recommend.reviews import Review, with_reviews
from shop.settings import REVIEWS
from shop.web.services import Services, services, services_of

log = logging.getLogger("shop.reviews")


class BrokenReviewsError(Exception):
    """A file that is no list of reviews, or was not signed with the shop's key."""


class _ReviewFile(Struct, frozen=True, forbid_unknown_fields=True):
    """The file as it is stored: the reviews, and the signature over their bytes."""

    signature: str
    reviews: msgspec.Raw


def init_app(app: Flask) -> None:
    """Look at the file before each request: one question to the system, a millionth of a second."""
    refresh(services_of(app))

    @app.before_request
    def look_at_reviews() -> None:
        refresh(services())


def path_of(shared: Services) -> Path:
    return shared.settings.instance / REVIEWS


def read_reviews(path: Path, vault: Vault) -> list[Review]:
    """The reviews of the file, the oldest first; none without one. Raises BrokenReviewsError."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return []
    except OSError as error:  # a folder, or another user's: no reason to show no page at all
        raise BrokenReviewsError(error.strerror) from error
    try:
        file = msgspec.json.decode(data, type=_ReviewFile)
        signed = bytes(file.reviews)
        if not hmac.compare_digest(file.signature.encode(), vault.signature(Purpose.REVIEWS, signed).encode()):
            raise BrokenReviewsError("not signed with this shop's key")
        return msgspec.json.decode(signed, type=list[Review])
    except (msgspec.DecodeError, RecursionError) as error:
        raise BrokenReviewsError(str(error)) from error


def add_review(shared: Services, review: Review) -> None:
    """Write a review behind the earlier ones. Raises BrokenReviewsError, and then changes nothing."""
    path = path_of(shared)
    with FileLock(path.with_suffix(".lock")):
        reviews = [*read_reviews(path, shared.vault), review]
        data = msgspec.json.encode(reviews)
        file = _ReviewFile(shared.vault.signature(Purpose.REVIEWS, data), msgspec.Raw(data))
        new = path.with_suffix(".new")
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
            stream.write(msgspec.json.encode(file))
            stream.flush()
            os.fsync(stream.fileno())
        new.replace(path)
    refresh(shared)


def refresh(shared: Services) -> None:
    """Join the reviews to the ruleset when their file is another one than before; believe none of a broken file."""
    path = path_of(shared)
    try:
        found = path.stat()
        seen = (found.st_ino, found.st_mtime_ns, found.st_size)
    except FileNotFoundError:
        seen = (0, 0, 0)
    if seen == shared.reviews_seen:
        return
    try:
        reviews = read_reviews(path, shared.vault)
    except BrokenReviewsError as error:
        log.error("the file of reviews is not believed: %s", error)
        reviews = []
    shared.ruleset = with_reviews(load_ruleset(shared.settings.rules_dir), reviews)
    shared.reviews_seen = seen
