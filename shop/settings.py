"""Settings from the environment, and the instance folder with the shop's own database and key."""

import contextlib
import os
import re
import secrets
import tempfile
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

from msgspec import Struct

from recommend.loading import DATA
from shop.seller import EMAIL, Seller, read_seller

if TYPE_CHECKING:
    from sqlalchemy import URL  # commands without a database do not wait for SQLAlchemy

    from catalog.picture_fetching import Allowed

# Use of several hosts in one URL: https://www.postgresql.org/docs/current/libpq-connect.html
WRITES = {"target_session_attrs": "read-write"}
READS = {"target_session_attrs": "prefer-standby", "load_balance_hosts": "random"}


LEAST_KEY = 32
"""Characters of the signing key: 128 bits where each is a hexadecimal digit."""
PUBLIC_URL = re.compile(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?", re.ASCII)
"""A scheme and a host, with a port or without."""


class SettingsError(ValueError):
    """A setting that is missing or cannot be used; the message names its variable."""


class SmtpSecurity(StrEnum):
    """The encryption of the way to the mail server."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


class Smtp(Struct, frozen=True):
    """The server that mail is handed to."""

    host: str
    port: int
    security: SmtpSecurity
    user: str = ""
    password: str = ""
    sender: str | None = None
    """The address that mail comes from; None: the seller's."""


class PaymentsSetting(StrEnum):
    """The provider of payments: the shop's own trial, which moves no money, or Mollie."""

    TRIAL = "trial"
    MOLLIE = "mollie"


class Settings(Struct, frozen=True):
    """The places of the shop's data, and the key that signs and encrypts its cookies."""

    instance: Path
    database_url: "URL"
    secret_key: str
    rules_dir: Path
    database_read_url: "URL | None" = None
    """The database for anonymous reads; without it they use the primary."""
    seller: Seller = Seller()
    public_url: str | None = None
    """Scheme and host under which the world reaches the shop; None: as the owner's settings or the request say."""
    smtp: Smtp | None = None
    """None: no mail is sent."""
    audit_days: int = 365
    """The number of days that the log of people is kept."""
    outbox_days: int = 90
    """The number of days that done jobs of the outbox are kept; their sums stay."""
    page_cache: bool = True
    picture_sources: "Allowed | None" = None
    """Hosts that pictures of imported files may be fetched from; None for none."""
    orders_database_url: "URL | None" = None
    """The database of orders; None: `orders.db` beside the catalogue, or the catalogue's own on a server."""
    payments: "PaymentsSetting | None" = None
    """The provider of payments; None: the trial one for invented products, and none for real ones."""
    mollie_key: str = ""
    hold_outbox: bool = False
    """Whether nothing is sent: no mail, no refund, no call to a provider, as in a restored copy."""
    guarantee_notices: Path | None = None
    """The folder with the official notice on the legal guarantee as a picture, in each language."""
    served_at: str | None = None
    """The address that `shop serve` listens on, for links in mails while no public address is set."""
    proxies: int = 0
    """The number of proxies in front, trusted on the visitor's address, host and TLS."""

    @property
    def orders_url(self) -> "URL":
        """The database of orders."""
        return self.orders_database_url or orders_url_beside(self.database_url)


def orders_url_beside(url: "URL") -> "URL":
    """The database of orders of a catalogue: a file beside an SQLite one, else the same database."""
    if url.get_backend_name() != "sqlite":
        return url
    return url.set(database=str(Path(url.database or "").with_name("orders.db")))


REVIEWS = "reviews.json"
"""The signed file of reviews in the instance, which a backup has beside the databases."""
HELD = "outbox.held"
"""The file of an instance folder while its outbox waits, after a restore, until SHOP_OUTBOX says to send."""


def read_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the SHOP_ variables; make the instance folder and, for the embedded database, the signing key.

    Raises SettingsError.
    """
    instance = Path(environ.get("SHOP_INSTANCE") or "instance").absolute()
    try:
        instance.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"SHOP_INSTANCE: cannot make the folder {instance}: {error.strerror}") from error
    import sqlalchemy

    url = environ.get("SHOP_DATABASE_URL")
    url_for_reads = environ.get("SHOP_DATABASE_READ_URL")
    key = environ.get("SHOP_SECRET_KEY")
    if url and not key:
        raise SettingsError("SHOP_SECRET_KEY: needed with SHOP_DATABASE_URL, so that all shop processes share it")
    if url_for_reads and not url:
        raise SettingsError("SHOP_DATABASE_READ_URL: needs SHOP_DATABASE_URL, the primary that its data come from")
    embedded = sqlalchemy.URL.create("sqlite", database=str(instance / "shop.db"))
    return Settings(
        instance=instance,
        database_url=_database_url("SHOP_DATABASE_URL", url, **WRITES) if url else embedded,
        secret_key=_key_of_environment(key) if key else _own_key(instance / "secret_key"),
        rules_dir=read_rules_dir(environ),
        database_read_url=_database_url("SHOP_DATABASE_READ_URL", url_for_reads, **READS) if url_for_reads else None,
        page_cache=_switch(environ, "SHOP_PAGE_CACHE", default=True),
        proxies=_count(environ, "SHOP_PROXIES"),
        picture_sources=_picture_sources(environ),
        seller=_seller(environ),
        public_url=_public_url(environ),
        smtp=_smtp(environ),
        audit_days=_days(environ, "SHOP_AUDIT_DAYS", 365),
        outbox_days=_days(environ, "SHOP_OUTBOX_DAYS", 90),
        **_orders(environ, instance),
    )


def _orders(environ: Mapping[str, str], instance: Path) -> dict[str, Any]:
    """The settings of ordering, by field."""
    url, given = environ.get("SHOP_ORDERS_DATABASE_URL"), environ.get("SHOP_PAYMENTS", "")
    if given not in ("", *PaymentsSetting):
        raise SettingsError(f"SHOP_PAYMENTS: {' or '.join(PaymentsSetting)}, not {given!r}")
    payments = PaymentsSetting(given) if given else None
    key = environ.get("SHOP_MOLLIE_KEY", "")
    if payments is PaymentsSetting.MOLLIE and not re.fullmatch(r"(live|test)_[A-Za-z0-9]{20,}", key, re.ASCII):
        raise SettingsError("SHOP_MOLLIE_KEY: needed with SHOP_PAYMENTS=mollie, a key that starts with live_ or test_")
    hold = environ.get("SHOP_OUTBOX") or ("hold" if (instance / HELD).exists() else "send")
    if hold not in ("send", "hold"):
        raise SettingsError(f"SHOP_OUTBOX: send or hold, not {hold!r}")
    notices = environ.get("SHOP_GUARANTEE_NOTICES")
    return {
        "orders_database_url": _database_url("SHOP_ORDERS_DATABASE_URL", url, **WRITES) if url else None,
        "payments": payments,
        "mollie_key": key,
        "hold_outbox": hold == "hold",
        "guarantee_notices": Path(notices).absolute() if notices else None,
        "served_at": environ.get("SHOP_SERVED_AT") or None,
    }


def read_cache_dir(environ: Mapping[str, str] = os.environ) -> Path:
    """Folder of this user for files that can be made anew, which need not exist (XDG Base Directory Specification)."""
    base = Path(environ.get("XDG_CACHE_HOME") or "~/.cache")
    return Path(os.path.expanduser(base)) / "magnesiumwijzer"  # noqa: PTH111 - a user without a home is no error


def read_rules_dir(environ: Mapping[str, str] = os.environ) -> Path:
    """The folder of the ruleset, for commands that need no catalogue and so no instance folder."""
    return Path(environ.get("SHOP_RULES_DIR") or DATA).absolute()


def _switch(environ: Mapping[str, str], name: str, *, default: bool) -> bool:
    value = environ.get(name) or ("on" if default else "off")
    if value not in ("on", "off"):
        raise SettingsError(f"{name}: on or off, not {value!r}")
    return value == "on"


def _count(environ: Mapping[str, str], name: str) -> int:
    value = environ.get(name) or "0"
    if not re.fullmatch("[0-9]", value):
        raise SettingsError(f"{name}: a number from 0 to 9, not {value!r}")
    return int(value)


def _own_key(file: Path) -> str:
    """The key in the instance folder, made at the first call; several processes may call at once."""
    if not file.exists():
        # Written aside and then linked, so that nobody ever reads half a key and the first one stays.
        descriptor, aside = tempfile.mkstemp(dir=file.parent, prefix=file.name)
        with os.fdopen(descriptor, "w", encoding="ascii") as new:
            new.write(secrets.token_urlsafe(48))
        with contextlib.suppress(FileExistsError):
            os.link(aside, file)
        Path(aside).unlink()
    try:
        return _sound_key(file.read_text(encoding="ascii").strip())
    except ValueError as error:
        raise SettingsError(
            f"SHOP_INSTANCE: {file}: {error}; put the key back, or remove the file: the shop then makes a new one, and "
            "everybody has to sign in again and second factors have to be set up again"
        ) from error


def _key_of_environment(key: str) -> str:
    try:
        return _sound_key(key)
    except ValueError as error:
        raise SettingsError(f"SHOP_SECRET_KEY: {error}") from error


def _sound_key(key: str) -> str:
    """A key that nobody guesses. Raises ValueError."""
    if len(key) < LEAST_KEY:
        raise ValueError(f"a key has at least {LEAST_KEY} characters, this one has {len(key)}")
    return key


def _database_url(setting: str, url: str, **several: str) -> "URL":
    """The URL of a setting; with several hosts in it, libpq's parameters `several` unless it says otherwise."""
    from sqlalchemy.exc import ArgumentError

    try:
        parsed = parse_url(url)
    except (ArgumentError, ValueError) as error:
        raise SettingsError(f"{setting}: {error}") from error
    hosts = parsed.normalized_query.get("host", ())
    if parsed.get_backend_name() == "postgresql" and (len(hosts) > 1 or "," in (parsed.host or "")):
        parsed = parsed.update_query_dict({**several, **parsed.query})
    return parsed


def parse_url(url: str) -> "URL":
    """A SQLAlchemy URL; it may name several hosts as libpq does, `h1:5432,h2:5432`. Raises ArgumentError."""
    from sqlalchemy import make_url

    place = urlsplit(url).netloc
    user, at, hosts = place.rpartition("@")
    if "," not in hosts:
        return make_url(url)
    return make_url(url.replace(place, user + at, 1)).update_query_dict({"host": tuple(hosts.split(","))})


def _seller(environ: Mapping[str, str]) -> Seller:
    try:
        return read_seller(environ)
    except ValueError as error:
        raise SettingsError(str(error)) from error


def _picture_sources(environ: Mapping[str, str]) -> "Allowed | None":
    hosts, networks = environ.get("SHOP_PICTURE_HOSTS", ""), environ.get("SHOP_PICTURE_NETWORKS", "")
    if not hosts and not networks:
        return None
    from catalog.picture_fetching import read_allowed

    try:
        read_allowed(hosts)
    except ValueError as error:
        raise SettingsError(f"SHOP_PICTURE_HOSTS: {error}") from error
    try:
        return read_allowed(hosts, networks)
    except ValueError as error:
        raise SettingsError(f"SHOP_PICTURE_NETWORKS: {error}") from error


def _public_url(environ: Mapping[str, str]) -> str | None:
    given = environ.get("SHOP_PUBLIC_URL", "").rstrip("/")
    if not given:
        return None
    if not PUBLIC_URL.fullmatch(given):
        raise SettingsError(f"SHOP_PUBLIC_URL: {given!r} is not a scheme and a host, such as https://shop.example")
    return given


SMTP_FORM = "smtp://HOST:PORT, smtp+starttls://USER:PASSWORD@HOST:587 or smtps://USER:PASSWORD@HOST:465"
_SMTP = {
    "smtp": (SmtpSecurity.NONE, 25),
    "smtp+starttls": (SmtpSecurity.STARTTLS, 587),
    "smtps": (SmtpSecurity.TLS, 465),
}
"""The security and the usual port of each scheme."""


def _smtp(environ: Mapping[str, str]) -> Smtp | None:
    """The mail server, optionally with `?from=ADDRESS`. No message repeats the value, which may hold a password."""
    given = environ.get("SHOP_SMTP_URL", "")
    if not given:
        return None
    try:
        parts = urlsplit(given)
        port, query = parts.port, parse_qs(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    except ValueError as error:
        raise SettingsError(f"SHOP_SMTP_URL: not of the form {SMTP_FORM}") from error
    if parts.scheme not in _SMTP or not parts.hostname or parts.path not in ("", "/") or query.keys() - {"from"}:
        raise SettingsError(f"SHOP_SMTP_URL: not of the form {SMTP_FORM}, with ?from=ADDRESS or without")
    security, usual_port = _SMTP[parts.scheme]
    sender = query.get("from", [None])[-1]
    if sender is not None and not EMAIL.fullmatch(sender):
        raise SettingsError("SHOP_SMTP_URL: what follows ?from= is not an e-mail address")
    if parts.password and security is SmtpSecurity.NONE:
        raise SettingsError("SHOP_SMTP_URL: a password needs smtp+starttls:// or smtps://, which encrypt the way")
    return Smtp(
        host=parts.hostname,
        port=port or usual_port,
        security=security,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        sender=sender,
    )


LEAST_DAYS, MOST_DAYS = 30, 3650


def _days(environ: Mapping[str, str], name: str, usual: int) -> int:
    """The days that something is kept."""
    value = environ.get(name) or str(usual)
    if not re.fullmatch("[0-9]{1,4}", value) or not LEAST_DAYS <= int(value) <= MOST_DAYS:
        raise SettingsError(f"{name}: a number of days from {LEAST_DAYS} to {MOST_DAYS}, not {value!r}")
    return int(value)
