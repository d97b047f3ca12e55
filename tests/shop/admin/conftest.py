"""A clock to turn, and the ways that people come in."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from catalog.accounts import passwords
from catalog.models import Account
from shop.web.services import services_of
from tests.conftest import AdminClient
from tests.factories import PASSWORD, AccountFactory
from tests.shop.admin.orders import Clerk
from tests.shop.visitor import send


class Clock:
    """Stands still until it is turned."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def turn(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """argon2 with its smallest parameters; `tests/catalog/test_accounts.py` looks at the real ones."""
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", quick)
    monkeypatch.setattr(passwords, "_OF_NOBODY", quick.hash("nobody"))


@pytest.fixture
def clock(own_app: Flask) -> Clock:
    clock = Clock()
    services_of(own_app).clock = clock
    return clock


AddAccount = Callable[..., Account]


@pytest.fixture
def add_account(own_app: Flask) -> AddAccount:
    """Add an account with PASSWORD, by default an owner, and return its row as it was then."""

    def add(email: str = "eva@winkel.test", **fields: object) -> Account:
        with Session(services_of(own_app).databases.primary, expire_on_commit=False) as session:
            account = AccountFactory.build(email=email, **fields)
            session.add(account)
            session.commit()
            return account

    return add


def sign_in(client: FlaskClient, email: str = "eva@winkel.test", password: str = PASSWORD) -> TestResponse:
    return send(client, "/admin/sign-in", email=email, password=password)


def is_signed_in(client: FlaskClient) -> bool:
    return client.get("/admin/").status_code == 200


@pytest.fixture
def publisher(admin_client: AdminClient, clock: Clock) -> FlaskClient:
    client = admin_client("publisher", email="publisher@winkel.test")
    client.get("/admin/?lang=en")
    return client


@pytest.fixture
def price_list(publisher: FlaskClient) -> Callable[[str], str]:
    """The export with other prices."""

    def make(price: str) -> str:
        rows = list(csv.DictReader(io.StringIO(publisher.get("/admin/export/csv").text)))[:3]
        file = io.StringIO()
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows({**row, "price_eur": price} for row in rows)
        return file.getvalue()

    return make


@pytest.fixture
def clerk(admin_client: AdminClient) -> Clerk:
    """Somebody of staff with a role, who reads English."""

    @cache
    def make(role: str) -> FlaskClient:
        client = admin_client(role, email=f"{role}@winkel.test")
        client.get("/admin/?lang=en")
        return client

    return make
