"""A database that is gone, locked or full: pages say so, nothing is half written, and it comes back by itself."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from msgspec.structs import replace
from sqlalchemy import event, func, select, text
from sqlalchemy.orm import Session

from catalog.models import Product
from shop.admin.permissions import open_to_all
from shop.app import create_app
from shop.settings import Settings, parse_url
from shop.web.database import get_session, prepare_catalogue
from shop.web.services import services_of
from tests.conftest import settings_in
from tests.factories import make_product
from tests.postgresql import Server, servers
from tests.shop.visitor import PUBLIC_PAGES

LISTING = {language: pages[2] for language, pages in PUBLIC_PAGES.items()}
EDIT = "/admin/add-two"


def with_an_edit(settings: Settings) -> Flask:
    """The shop with one more address, whose POST adds two products in one transaction."""
    app = create_app(settings)
    app.config["WTF_CSRF_METHODS"] = set()  # whoever may send it is not what is tried here

    app.config["WTF_CSRF_ENABLED"] = False

    @app.post(EDIT)
    @open_to_all
    def add_two() -> str:
        session = get_session()
        make_product(session)
        make_product(session)
        session.commit()
        return "added"

    return app


def count(app: Flask) -> int:
    with Session(services_of(app).databases.primary) as session:
        return session.scalar(select(func.count()).select_from(Product)) or 0


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[Flask]:
    """The shop on an SQLite file of its own, that waits but shortly for a lock."""
    settings = replace(settings_in(tmp_path), database_url=parse_url(f"sqlite:///{tmp_path}/shop.db?timeout=0.2"))
    prepare_catalogue(settings)
    app = with_an_edit(settings)
    yield app
    services_of(app).dispose()


def test_an_edit_while_the_database_is_locked_is_refused_and_others_read_on(embedded: Flask, tmp_path: Path) -> None:
    client, before = embedded.test_client(), count(embedded)
    holder = sqlite3.connect(tmp_path / "shop.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    refused = client.post(EDIT, headers={"Accept-Language": "en"})
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    assert "Nothing of your change was saved" in refused.text
    assert client.get(LISTING["nl"]).status_code == 200
    holder.close()
    assert count(embedded) == before
    assert client.post(EDIT).text == "added"
    assert count(embedded) == before + 2


def test_an_edit_on_a_full_disk_is_refused_and_leaves_nothing(embedded: Flask) -> None:
    before = count(embedded)
    primary = services_of(embedded).databases.primary
    primary.dispose()

    @event.listens_for(primary, "connect")
    def no_room(connection: sqlite3.Connection, _record: object) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={pages}")

    refused = [embedded.test_client().post(EDIT, headers={"Accept-Language": "en"}) for _ in range(30)][-1]
    assert refused.status_code == 503
    assert "has no room" in refused.text
    assert count(embedded) % 2 == before % 2


def test_a_basket_says_that_it_will_be_back_when_the_orders_cannot_be_read(embedded: Flask, tmp_path: Path) -> None:
    client = embedded.test_client()
    client.post("/en/basket", data={"add": "2"})
    assert client.get("/en/basket").status_code == 200
    with closing(sqlite3.connect(tmp_path / "orders.db", isolation_level=None)) as orders:
        orders.execute("UPDATE delivery_rate SET cents = cents + 1")
        orders.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with (tmp_path / "orders.db").open("r+b") as file:
        file.write(b"x" * 40_960)
    for _ in range(2):
        page = client.get("/en/basket")
        assert (page.status_code, page.headers["Retry-After"]) == (503, "5")


def test_a_shop_serves_on_while_a_newer_version_migrates_its_database_but_not_on_older_tables(embedded: Flask) -> None:
    client = embedded.test_client()

    def ready_at(revision: str) -> tuple[int, str]:
        at = {"revision": revision}
        with services_of(embedded).databases.primary.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :revision"), at)
        with services_of(embedded).orders.engine.begin() as connection:
            connection.execute(text("UPDATE orders_version SET version_num = :revision"), at)
        answer = client.get("/readyz")
        return answer.status_code, answer.text

    status, said = ready_at("9999")
    assert status == 200
    assert "outbox: 0 waiting" in said
    assert client.get(LISTING["nl"]).status_code == 200
    assert ready_at("0001")[0] == 503


def test_a_fault_of_ours_in_a_statement_is_no_503(embedded: Flask) -> None:
    @embedded.get("/admin/wrong")
    @open_to_all
    def wrong() -> str:
        get_session().execute(select(func.no_such_function()))
        return ""

    assert embedded.test_client().get("/admin/wrong").status_code == 500


@pytest.fixture(scope="module")
def pair() -> Iterator[tuple[Server, Server]]:
    """A primary and a streaming standby, with the sample catalogue."""
    with servers("primary", "standby") as (primary, standby):
        primary.make()
        primary.start()
        standby.copy_of(primary)
        standby.start()
        yield primary, standby


@pytest.fixture
def on_pair(pair: tuple[Server, Server], tmp_path: Path) -> Iterator[Flask]:
    primary, standby = pair
    for server in pair:
        if server.process is None:
            server.start()
    settings = replace(
        settings_in(tmp_path), database_url=parse_url(primary.url()), database_read_url=parse_url(standby.url())
    )
    prepare_catalogue(settings)
    app = with_an_edit(settings)
    yield app
    services_of(app).dispose()


def assert_unavailable(client: FlaskClient) -> None:
    for language, words in (("nl", "even niet bereikbaar"), ("en", "briefly not available")):
        page = client.get(LISTING[language])
        assert (page.status_code, page.headers["Retry-After"]) == (503, "5")
        assert words in page.text
    problem = client.get("/api/v1/products")
    assert (problem.status_code, problem.headers["Retry-After"]) == (503, "5")
    assert problem.mimetype == "application/problem+json"
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200
    assert client.get("/nl/privacy").status_code == 200


def test_a_database_that_is_gone_is_a_503_until_it_is_back(pair: tuple[Server, Server], on_pair: Flask) -> None:
    client = on_pair.test_client()
    assert client.get(LISTING["nl"]).status_code == 200
    for server in pair:
        server.stop()
    assert_unavailable(client)
    unsaved = client.post(EDIT, headers={"Accept-Language": "en"})
    assert (unsaved.status_code, unsaved.headers["Retry-After"]) == (503, "5")
    assert "we cannot say whether your change was saved" in unsaved.text
    for server in pair:
        server.start()
    assert client.get(LISTING["nl"]).status_code == 200
    assert client.get("/readyz").status_code == 200
    assert client.post(EDIT).status_code == 200


def test_visitors_read_on_while_either_database_is_gone(pair: tuple[Server, Server], on_pair: Flask) -> None:
    client = on_pair.test_client()
    for server in pair:
        server.stop()
        assert client.get(LISTING["nl"]).status_code == 200
        assert client.get("/readyz").status_code == 200
        assert client.post(EDIT).status_code == (503 if server is pair[0] else 200)
        server.start()


def test_a_database_that_is_gone_at_the_end_of_a_request_spoils_no_answer(
    pair: tuple[Server, Server], on_pair: Flask
) -> None:
    @on_pair.get("/nl/falls-over")
    def falls_over() -> str:
        found = get_session().scalars(select(Product.sku).limit(1)).one()
        for server in pair:
            server.kill()
        return found

    assert on_pair.test_client().get("/nl/falls-over").status_code == 200


def test_visitors_read_from_the_standby_and_staff_from_the_primary(on_pair: Flask) -> None:
    databases = services_of(on_pair).databases
    assert databases.standby
    with on_pair.test_request_context(LISTING["nl"]):
        assert get_session().get_bind().engine.url == databases.standby.url
    with on_pair.test_request_context("/admin/products"):
        assert get_session().get_bind().engine.url == databases.primary.url


def test_what_postgresql_cannot_hold_is_the_senders_fault(on_pair: Flask) -> None:
    @on_pair.get("/nl/ask/<int:number>")
    def ask(number: int) -> str:
        get_session().scalars(select(Product).where(Product.slug == "\0", Product.stock == number)).all()
        return ""

    assert on_pair.test_client().get("/nl/ask/1").status_code == 400


def test_two_machines_may_start_on_one_empty_database(pair: tuple[Server, Server], tmp_path: Path) -> None:
    primary, _ = pair
    if primary.process is None:
        primary.start()
    with psycopg.connect(f"host=127.0.0.1 port={primary.port} user=postgres", autocommit=True) as connection:
        connection.execute("CREATE DATABASE empty")
    failed: list[Exception] = []

    def start(instance: Path) -> None:
        instance.mkdir()
        try:
            prepare_catalogue(replace(settings_in(instance), database_url=parse_url(primary.url("empty"))))
        except Exception as error:
            failed.append(error)

    machines = [threading.Thread(target=start, args=[tmp_path / name]) for name in ("one", "two", "three")]
    for machine in machines:
        machine.start()
    for machine in machines:
        machine.join()
    assert failed == []
