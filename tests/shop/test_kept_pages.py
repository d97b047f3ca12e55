"""Kept pages: what one worker keeps, no edit through another and no visitor's state may ever get behind."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import event, select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from catalog.edits import add_brand, add_product, product_to_edit, save_product, state_of
from catalog.models import Brand, Product, Status
from recommend.loading import load_ruleset
from shop.app import create_app
from shop.cards import KeptCards
from shop.kept_pages import KeptPage, KeptPages
from shop.settings import SettingsError, read_settings
from tests import databases
from tests.conftest import settings_in
from tests.factories import AuthorFactory, ProductStateFactory
from tests.shop.pages import PUBLIC_PAGES, answer

LISTING = "/nl/beste-magnesium-supplementen"


def instance_of(sample_instance: Path, folder: Path) -> Path:
    copy = folder / "instance"
    copy.mkdir()
    databases.copy(databases.new(sample_instance), copy)
    return copy


def worker(instance: Path, *, page_cache: bool = True) -> Flask:
    app = create_app(msgspec.structs.replace(settings_in(instance), page_cache=page_cache))
    if not page_cache:
        app.extensions["cards"] = KeptCards(most_bytes=0)
    return app


@pytest.fixture
def workers(sample_instance: Path, tmp_path: Path) -> Iterator[list[Flask]]:
    """Two that keep pages and cards and one that keeps nothing, on one catalogue."""
    instance = instance_of(sample_instance, tmp_path)
    apps = [worker(instance), worker(instance), worker(instance, page_cache=False)]
    yield apps
    for app in apps:
        app.extensions["catalog_engine"].dispose()


def rename(app: Flask, name: str) -> str:
    """Give some product another Dutch name through this worker; returns its slug."""
    with Session(app.extensions["catalog_engine"]) as session:
        id_ = session.scalars(
            select(Product.id).where(Product.status == Status.PUBLISHED).order_by(Product.sku)
        ).first()
        assert id_
        product = product_to_edit(session, id_)
        state = msgspec.structs.replace(state_of(product), name_nl=name)
        save_product(session, id_, product.version, state, author=AuthorFactory.build(), ruleset=load_ruleset())
        session.commit()
        return str(state.slug)


def lasting(page: TestResponse) -> dict[str, list[str]]:
    """The words of the headers that do not name the single request."""
    return {name: sorted(value.split(", ")) for name, value in page.headers if name not in ("X-Request-Id", "Date")}


def test_a_page_is_rendered_once_and_then_kept(workers: list[Flask], templates_rendered: list[str]) -> None:
    first, second = (workers[0].test_client(use_cookies=False).get(LISTING) for _ in range(2))
    assert templates_rendered == ["browse/listing.html"]
    assert first.headers.pop("X-Request-Id") != second.headers.pop("X-Request-Id")
    assert (first.text, first.status_code, lasting(first)) == (second.text, 200, lasting(second))


@pytest.mark.parametrize("accepted", ["br", "gzip", "identity"])
def test_a_kept_page_is_sent_compressed_as_it_was_at_first(workers: list[Flask], accepted: str) -> None:
    client = workers[0].test_client(use_cookies=False)
    first, second = (client.get(LISTING, headers={"Accept-Encoding": accepted}) for _ in range(2))
    assert (first.data, lasting(first)) == (second.data, lasting(second))
    assert first.headers.get("Content-Encoding", "identity") == accepted
    again = client.get(LISTING, headers={"Accept-Encoding": accepted, "If-None-Match": second.headers["ETag"]})
    assert again.status_code == 304


@pytest.fixture
def templates_rendered(workers: list[Flask]) -> Iterator[list[str]]:
    from flask import template_rendered

    rendered: list[str] = []

    def note(_app: Flask, template: Any, **_rest: Any) -> None:
        rendered.append(template.name)

    template_rendered.connect(note)
    yield rendered
    template_rendered.disconnect(note)


def test_an_edit_through_one_worker_shows_at_the_next_request_to_another(workers: list[Flask]) -> None:
    clients = [app.test_client(use_cookies=False) for app in workers]
    for number in range(4):
        slug = rename(workers[number % 2], f"Nieuwe naam {number}")
        for client in clients:
            assert f"Nieuwe naam {number}" in client.get(f"/nl/product/{slug}").text


def test_every_public_page_is_the_same_kept_as_rendered(workers: list[Flask]) -> None:
    keeping, plain = (app.test_client(use_cookies=False) for app in workers[1:])
    for address in [*PUBLIC_PAGES["nl"], *PUBLIC_PAGES["en"]]:
        if "keuzehulp" not in address and "finder" not in address:
            pages = [keeping.get(address).text, keeping.get(address).text, plain.get(address).text]
            assert len(set(pages)) == 1, address


def test_a_visitor_with_a_cookie_neither_gets_nor_leaves_a_kept_page(workers: list[Flask]) -> None:
    visitor, stranger = workers[0].test_client(), workers[0].test_client(use_cookies=False)
    before = stranger.get(LISTING).text
    answer(visitor, "nl", conditions=["kidney_disease"])
    stop = 'id="stops-heading"'
    assert stop in visitor.get(LISTING).text
    assert stranger.get(LISTING).text == before
    assert stop in visitor.get(f"{LISTING}?form=oxide").text
    assert stop not in stranger.get(f"{LISTING}?form=oxide").text


def test_a_notice_on_what_was_asked_is_kept_for_nobody(workers: list[Flask], templates_rendered: list[str]) -> None:
    client = workers[0].test_client(use_cookies=False)
    for _ in range(2):
        assert "unobtainium" in client.get(f"{LISTING}?form=unobtainium").text
    assert len(templates_rendered) == 2


def test_forms_errors_and_other_methods_are_not_kept(workers: list[Flask], templates_rendered: list[str]) -> None:
    client = workers[0].test_client(use_cookies=False)
    for address in ("/nl/keuzehulp", f"{LISTING}?page=999", "/nl/product/geen"):
        client.get(address)
        client.get(address)
    assert len(templates_rendered) == 6
    assert client.post(LISTING).status_code == 405


def test_the_order_of_parameters_makes_no_other_page(workers: list[Flask], templates_rendered: list[str]) -> None:
    client = workers[0].test_client(use_cookies=False)
    assert client.get(f"{LISTING}?sort=price&form=oxide").text == client.get(f"{LISTING}?form=oxide&sort=price").text
    client.get(f"{LISTING}?form=oxide&sort=name")
    client.get(f"{LISTING}?form=oxide&sort=name", headers={"Host": "another.example"})
    assert len(templates_rendered) == 3


def test_a_card_is_rendered_once_for_all_listings_until_its_product_changes(workers: list[Flask]) -> None:
    client = workers[0].test_client(use_cookies=False)
    rename(workers[1], "AAA")
    for page in ("?sort=name", "?form=taurate", "?form=taurate&sort=price"):
        assert client.get(f"{LISTING}{page}").status_code == 200
    workers[0].extensions["cards"].keep = None  # what is rendered now fails
    assert client.get(f"{LISTING}?form=taurate&sort=price_per_100mg").status_code == 200
    rename(workers[1], "AAAA")
    assert client.get(f"{LISTING}?form=taurate").status_code == 200
    assert client.get(f"{LISTING}?sort=name").status_code == 500


def test_what_is_kept_is_bounded() -> None:
    kept = KeptPages(most_bytes=100)
    for number in range(10):
        kept.keep((number,), KeptPage(b"x" * 40, "", ""))
    kept.keep(("too large",), KeptPage(b"x" * 101, "", ""))
    assert [number for number in range(10) if kept.get((number,))] == [8, 9]
    assert kept.get(("too large",)) is None


@pytest.mark.parametrize(("value", "on"), [("on", True), ("off", False), ("", True)])
def test_the_switch_is_on_or_off(tmp_path: Path, value: str, on: bool) -> None:
    assert read_settings({"SHOP_INSTANCE": str(tmp_path), "SHOP_PAGE_CACHE": value}).page_cache is on
    with pytest.raises(SettingsError, match="SHOP_PAGE_CACHE: on or off"):
        read_settings({"SHOP_INSTANCE": str(tmp_path), "SHOP_PAGE_CACHE": "maybe"})


PAGES = [LISTING, f"{LISTING}?form=citrate&sort=price_per_100mg", "/en/best-magnesium-supplements?sort=name", "/nl/"]
EDITS = st.sampled_from(["name_nl", "price_cents", "stock", "status", "brand", "new"])


class Editing(RuleBasedStateMachine):
    """Random edits through one of two workers; whatever the other one shows is what a shop without kept pages shows."""

    folder: Path
    sample: Path

    @initialize()
    def start(self) -> None:
        self.instance = instance_of(self.sample, Path(tempfile.mkdtemp(dir=self.folder)))
        self.workers = [worker(self.instance), worker(self.instance), worker(self.instance, page_cache=False)]
        self.clients: list[FlaskClient] = [app.test_client(use_cookies=False) for app in self.workers]
        self.slug = "x"
        self.edits = 0

    @rule(through=st.integers(0, 1), which=st.integers(0, 60), what=EDITS)
    def edit(self, through: int, which: int, what: str) -> None:
        self.edits += 1
        ruleset, author = load_ruleset(), AuthorFactory.build()
        with Session(self.workers[through].extensions["catalog_engine"]) as session:
            if what == "new":
                add_brand(session, "Merk", "Voorbeeldweg 1 (verzonnen)", invented=True)
                self.slug = add_product(session, ProductStateFactory.build(price_cents=1), author, ruleset).slug
            elif what == "brand":
                add_brand(
                    session, session.scalars(select(Brand.name)).first() or "", f"Weg {self.edits}", invented=True
                )
            else:
                id_ = session.scalars(select(Product.id).order_by(Product.id).offset(which)).first() or 1
                product = product_to_edit(session, id_)
                self.slug = product.slug
                changes = {
                    "name_nl": f"Naam {self.edits}",
                    "price_cents": 100 + self.edits,
                    "stock": 0 if product.stock else 5,
                    "status": Status.ARCHIVED if product.status is Status.PUBLISHED else Status.PUBLISHED,
                }
                state = msgspec.structs.replace(state_of(product), **{what: changes[what]})
                save_product(session, id_, product.version, state, author=author, ruleset=ruleset)
            session.commit()

    @rule(reader=st.integers(0, 1), page=st.sampled_from(PAGES))
    def read(self, reader: int, page: str) -> None:
        assert self.clients[reader].get(page).text == self.clients[2].get(page).text

    @invariant()
    def the_product_edited_last_is_the_same_everywhere(self) -> None:
        shown = [client.get(f"/nl/product/{self.slug}") for client in self.clients]
        assert len({(page.status_code, page.text) for page in shown}) == 1

    def teardown(self) -> None:
        for app in getattr(self, "workers", []):
            app.extensions["catalog_engine"].dispose()


def test_random_edits_through_one_worker_show_at_once_in_another(sample_instance: Path, tmp_path: Path) -> None:
    machine = type("Shop", (Editing,), {"folder": tmp_path, "sample": sample_instance})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=6, stateful_step_count=12, deadline=None, suppress_health_check=[HealthCheck.too_slow]
        ),
    )


def test_a_product_page_is_read_from_the_database_once_for_each_edition(sample_instance: Path, tmp_path: Path) -> None:
    app = create_app(msgspec.structs.replace(settings_in(instance_of(sample_instance, tmp_path)), page_cache=False))
    engine = app.extensions["catalog_engine"]
    first = app.test_client().get(f"/nl/product/{rename(app, 'Eerste naam')}").text
    sent: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *given: sent.append(given[2]))
    slug = rename(app, "Tweede naam")
    sent.clear()
    second = app.test_client().get(f"/nl/product/{slug}").text
    asked_anew = len(sent)
    again = app.test_client().get(f"/nl/product/{slug}").text
    assert len(sent) - asked_anew < asked_anew
    assert again == second == first.replace("Eerste naam", "Tweede naam")
    with engine.begin() as connection:
        connection.execute(update(Brand).values(address="Nieuwe straat 1"))
    assert "Nieuwe straat 1" in app.test_client().get(f"/nl/product/{slug}").text
    elsewhere = app.test_client().get(f"/nl/product/{slug}", base_url="https://elders.example").text
    assert "http://localhost" not in elsewhere
    engine.dispose()
