"""Admin pages keep the contract that all pages keep, and stay up while the catalogue is being written."""

import time

import pytest
from flask import Flask
from sqlalchemy import Engine, event

from shop.web.services import services_of
from tests import databases
from tests.conftest import AdminClient
from tests.shop.admin.conftest import AddAccount, Clock, sign_in
from tests.shop.visitor import csrf_token, send
from tests.shop.web.test_page_contract import check_page

MOST_QUERIES = 6
"""One of them, on PostgreSQL, asks whether the settings are still those that are known."""
SIGNED_IN_PAGES = [
    "/admin/",
    "/admin/accounts",
    "/admin/accounts/1",
    "/admin/my-account",
    "/admin/my-account/password",
    "/admin/my-account/second-factor",
    "/admin/confirm",
    "/admin/settings",
]


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_admin_page_keeps_the_contract(
    language: str, own_app: Flask, admin_client: AdminClient, add_account: AddAccount
) -> None:
    client = admin_client("owner")
    client.get(f"/admin/?lang={language}")
    send(client, "/admin/accounts", email="new@winkel.test", role="editor")
    sent: list[str] = []
    engine: Engine = services_of(own_app).databases.primary
    event.listen(engine, "before_cursor_execute", lambda *arguments: sent.append(arguments[2]))
    for address in SIGNED_IN_PAGES:
        sent.clear()
        page = client.get(address)
        assert page.status_code == 200, address
        assert len([statement for statement in sent if statement != "BEGIN"]) <= MOST_QUERIES, address
        check_page(page, language)
    check_page(send(client, "/admin/accounts", email="wrong", role="king"), language)
    check_page(send(client, "/admin/my-account/password", password="", again=""), language)
    check_page(client.get("/admin/nothing"), language)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_pages_before_signing_in_keep_it_too(language: str, own_app: Flask, add_account: AddAccount) -> None:
    add_account()
    client = own_app.test_client()
    for address in ("/admin/sign-in", "/admin/invitation/used", "/admin/reset/used"):
        check_page(client.get(f"{address}?lang={language}"), language)
    check_page(sign_in(client, password=""), language)


@pytest.mark.skipif(databases.ON_POSTGRESQL, reason="only SQLite has one lock for all that write")
def test_reading_goes_on_and_writing_says_so_while_somebody_holds_the_database(
    own_app: Flask, admin_client: AdminClient, clock: Clock
) -> None:
    client = admin_client("owner")
    token = csrf_token(client.get("/admin/"))
    clock.turn(minutes=5)
    engine: Engine = services_of(own_app).databases.primary
    with engine.connect() as importing:
        importing.exec_driver_sql("UPDATE product SET stock = stock")
        began = time.monotonic()
        assert client.get("/admin/").status_code == 200
        assert time.monotonic() - began < 2  # seconds; a write that matters waits for five
        event.listen(engine, "checkout", lambda one, *_: one.execute("PRAGMA busy_timeout = 1"))  # it need not here
        assert client.post("/admin/sign-out", data={"csrf_token": token}).status_code == 503
        importing.rollback()
    assert client.post("/admin/sign-out", data={"csrf_token": token}).status_code == 303
