"""Services of a running shop, its clock among them: one typed value on the application, read by `services()`."""

from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from cachetools import LRUCache
from flask import Flask, current_app

from catalog.accounts import Vault
from catalog.ciphers import Cipher
from catalog.db.engine import Databases
from catalog.orders.delivery import DeliveryTable
from catalog.orders.store import OrdersStore
from catalog.queries.settings import OwnerSettings, PageTexts
from catalog.search.snapshot import CatalogueStamp
from recommend.knowledge import Ruleset
from recommend.medicines import Medicines
from shop.settings import Settings

_KEY = "shop"


@dataclass(slots=True)
class Services:
    """Objects shared by all requests: settings, knowledge, databases, keys, clock, cache of rendered pages."""

    settings: Settings
    ruleset: Ruleset
    medicines: Medicines
    databases: Databases
    orders: OrdersStore
    vault: Vault
    answers_cipher: Cipher
    basket_cipher: Cipher
    checkout_cipher: Cipher
    clock: Callable[[], datetime]
    """Aware, in UTC; tests put another one here."""
    cache: LRUCache[tuple[Hashable, ...], Any]
    """Rendered pages and fragments; see `page_cache`."""
    background: ThreadPoolExecutor
    """The thread for what no page waits for; see `mail`."""
    next_planned: tuple[CatalogueStamp, datetime | None] | None = None
    """The next moment of a planned change and the stamp at which it was read; see `planned_changes`."""
    reviews_seen: tuple[int, int, int] = (0, 0, 0)
    """The file of reviews that is joined to the ruleset, by inode, time and size; see `reviews`."""
    planned_again_at: datetime | None = None
    """After a fault, the moment before which no request tries to make planned changes."""
    owner_settings: tuple[CatalogueStamp, OwnerSettings, PageTexts] | None = None
    """Settings and edited texts in the database, and the stamp at which they were read; see `owner_settings`."""
    delivery_table: tuple[datetime, DeliveryTable | None] | None = None
    """The rates of delivery, None while they cannot be read, and the moment to read them again; see `delivery`."""

    def dispose(self) -> None:
        """Close the connections of all databases."""
        self.databases.dispose()
        self.orders.dispose()


def init_app(app: Flask, made: Services) -> None:
    app.extensions[_KEY] = made


def services_of(app: Flask) -> Services:
    """The services of an application, for tests and commands, which have no request."""
    found: Services = app.extensions[_KEY]
    return found


def services() -> Services:
    """The services of this request's application."""
    found: Services = current_app.extensions[_KEY]
    return found


def system_clock() -> datetime:
    return datetime.now(UTC)


def now() -> datetime:
    """The moment of this call, from the application's clock: aware, in UTC."""
    return services().clock()


def today() -> date:
    """The day in UTC. A rendered page with prices is cached for this day."""
    return now().date()
