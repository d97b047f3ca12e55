"""Settings from the environment, and the instance folder that holds what this shop makes for itself."""

import contextlib
import os
import re
import secrets
import tempfile
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from recommend.loading import DATA
from shop.seller import Seller, read_seller


class SettingsError(ValueError):
    """A setting that is missing or cannot be used; the message names its variable."""


class Settings(Struct, frozen=True):
    """Where this shop keeps its data, and the key that signs and encrypts its cookies."""

    instance: Path
    database_url: URL
    secret_key: str
    rules_dir: Path
    seller: Seller = Seller()
    public_url: str | None = None
    """Scheme and host under which the world reaches the shop; None: as the request says."""


def read_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the SHOP_ variables; make the instance folder and, for the embedded database, the signing key.

    Raises SettingsError.
    """
    instance = Path(environ.get("SHOP_INSTANCE") or "instance").absolute()
    try:
        instance.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"SHOP_INSTANCE: cannot make the folder {instance}: {error.strerror}") from error
    url = environ.get("SHOP_DATABASE_URL")
    key = environ.get("SHOP_SECRET_KEY")
    if url and not key:
        raise SettingsError("SHOP_SECRET_KEY: needed with SHOP_DATABASE_URL, so that all shop processes share it")
    return Settings(
        instance=instance,
        database_url=_database_url(url) if url else URL.create("sqlite", database=str(instance / "shop.db")),
        secret_key=key or _own_key(instance / "secret_key"),
        rules_dir=read_rules_dir(environ),
        seller=_seller(environ),
        public_url=_public_url(environ),
    )


def read_rules_dir(environ: Mapping[str, str] = os.environ) -> Path:
    """Where the ruleset is; for what needs no catalogue, and so no instance folder either."""
    return Path(environ.get("SHOP_RULES_DIR") or DATA).absolute()


def _own_key(file: Path) -> str:
    """The key kept in the instance folder, made at the first call; several processes may call at once."""
    if not file.exists():
        # Written aside and then linked, so that nobody ever reads half a key and the first one stays.
        descriptor, aside = tempfile.mkstemp(dir=file.parent, prefix=file.name)
        with os.fdopen(descriptor, "w", encoding="ascii") as new:
            new.write(secrets.token_urlsafe(48))
        with contextlib.suppress(FileExistsError):
            os.link(aside, file)
        Path(aside).unlink()
    return file.read_text(encoding="ascii").strip()


def _database_url(url: str) -> URL:
    try:
        return make_url(url)
    except ArgumentError as error:
        raise SettingsError(f"SHOP_DATABASE_URL: {error}") from error


def _seller(environ: Mapping[str, str]) -> Seller:
    try:
        return read_seller(environ)
    except ValueError as error:
        raise SettingsError(str(error)) from error


def _public_url(environ: Mapping[str, str]) -> str | None:
    given = environ.get("SHOP_PUBLIC_URL", "").rstrip("/")
    if not given:
        return None
    if not re.fullmatch(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?", given):
        raise SettingsError(f"SHOP_PUBLIC_URL: {given!r} is not a scheme and a host, such as https://shop.example")
    return given
