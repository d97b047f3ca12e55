"""Page cache: no edit through another worker and no visitor's state ever gets behind it."""

import logging
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cachetools import LRUCache
from flask import Flask
from markupsafe import escape
from sqlalchemy import event, select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from catalog.edits.products import product_to_edit, save_product
from catalog.edits.store import begin_writing
from catalog.models import Brand, Product, Status
from catalog.orders.delivery import note_weight
from catalog.orders.models import DeliveryRate
from catalog.orders.stock import Count, StockChange, count_packs
from catalog.product_state import state_of_product
from recommend.loading import load_ruleset
from shop.app import create_app
from shop.settings import SettingsError, read_settings
from shop.web import planned_changes
from shop.web.page_cache import cached_fragment, new_cache, store_fragment
from shop.web.services import services_of
from tests.conftest import settings_in
from tests.factories import AuthorFactory
from tests.shop.visitor import PUBLIC_PAGES, answer, main_text
from tests.shop.web.workers import instance_of, worker

LISTING = "/nl/beste-magnesium-supplementen"
ADVICE = "/nl/keuzehulp/advies"
BASKET = "/nl/winkelmand"


@pytest.fixture
def workers(sample_instance: Path, tmp_path: Path) -> Iterator[list[Flask]]:
    """Two that keep pages and cards and one that keeps nothing, on one catalogue."""
    instance = instance_of(sample_instance, tmp_path)
    apps = [worker(instance), worker(instance), worker(instance, page_cache=False)]
    yield apps
    for app in apps:
        services_of(app).dispose()


def rename(app: Flask, name: str, slug: str | None = None) -> str:
    """Give a product, or just some, another Dutch name through this worker; returns its slug."""
    which = Product.status == Status.PUBLISHED if slug is None else Product.slug == slug
    with Session(services_of(app).databases.primary) as session:
        id_ = session.scalars(select(Product.id).where(which).order_by(Product.sku)).first()
        assert id_
        product = product_to_edit(session, id_)
        state = msgspec.structs.replace(state_of_product(product), name_nl=name)
        save_product(session, id_, product.version, state, author=AuthorFactory.build(), ruleset=load_ruleset())
        session.commit()
        return str(state.slug)


def lasting(page: TestResponse) -> dict[str, list[str]]:
    """The words of the headers that do not name the single request."""
    return {name: sorted(value.split(", ")) for name, value in page.headers if name not in ("X-Request-Id", "Date")}


def test_a_page_is_rendered_once_and_then_kept(workers: list[Flask], templates_rendered: list[str]) -> None:
    first, second = (workers[0].test_client(use_cookies=False).get(LISTING) for _ in range(2))
    assert templates_rendered == ["listing/listing.html"]
    assert first.headers.pop("X-Request-Id") != second.headers.pop("X-Request-Id")
    assert (first.text, first.status_code, lasting(first)) == (second.text, 200, lasting(second))


@pytest.mark.parametrize("text", ["citraat", "vegan+poeder", "magnesium+zonder+melk", "duinvallei"])
def test_a_search_in_the_words_of_the_catalogue_is_kept(
    text: str, workers: list[Flask], templates_rendered: list[str]
) -> None:
    first, second = (workers[0].test_client(use_cookies=False).get(f"{LISTING}?q={text}") for _ in range(2))
    assert templates_rendered == ["listing/listing.html"]
    assert first.text == second.text == workers[2].test_client(use_cookies=False).get(f"{LISTING}?q={text}").text


@pytest.mark.parametrize("text", ["slaap", "citraat+lithium", "qwertyuiop", "bisglicinaat", "8712345678906", "%25"])
def test_a_search_that_tells_something_of_its_visitor_is_not_kept(
    text: str, workers: list[Flask], templates_rendered: list[str]
) -> None:
    """A question, a medicine, a number or a word that no product has."""
    for _ in range(2):
        workers[0].test_client(use_cookies=False).get(f"{LISTING}?q={text}")
    assert templates_rendered == ["listing/listing.html"] * 2


@pytest.mark.parametrize("accepted", ["br", "gzip", "identity"])
def test_a_kept_page_is_sent_compressed_as_it_was_at_first(workers: list[Flask], accepted: str) -> None:
    client = workers[0].test_client(use_cookies=False)
    first, second = (client.get(LISTING, headers={"Accept-Encoding": accepted}) for _ in range(2))
    assert (first.data, lasting(first)) == (second.data, lasting(second))
    assert first.headers.get("Content-Encoding", "identity") == accepted
    again = client.get(LISTING, headers={"Accept-Encoding": accepted, "If-None-Match": second.headers["ETag"]})
    assert again.status_code == 304


def test_a_cached_page_has_the_headers_of_the_first_a_number_of_its_own_and_a_line_in_the_log(
    workers: list[Flask], caplog: pytest.LogCaptureFixture
) -> None:
    client = workers[0].test_client(use_cookies=False)
    caplog.set_level(logging.INFO, "shop.requests")
    pages = [client.get(LISTING, base_url="https://localhost") for _ in range(3)]
    numbers = [page.headers["X-Request-Id"] for page in pages]
    assert len(set(numbers)) == 3
    assert lasting(pages[0]) == lasting(pages[1]) == lasting(pages[2])
    assert "max-age=" in pages[2].headers["Strict-Transport-Security"]
    told = [vars(record)["fields"] for record in caplog.records]
    assert [line["request"] for line in told] == numbers
    assert {(line["method"], line["route"], line["status"]) for line in told} == {("GET", LISTING, 200)}


def test_advice_and_basket_show_an_edit_through_another_worker(workers: list[Flask]) -> None:
    client = workers[0].test_client()
    answer(client)
    found = re.search(r'href="/nl/product/([a-z0-9-]+)', client.get(ADVICE).text)
    assert found
    with Session(services_of(workers[0]).databases.primary) as session:
        id_ = session.scalars(select(Product.id).where(Product.slug == found[1])).one()
    client.post(BASKET, data={"add": id_})
    for name in ("Eerste naam", "Tweede naam"):
        rename(workers[1], name, found[1])
        assert [name in client.get(page).text for page in (ADVICE, BASKET)] == [True, True]


@pytest.mark.parametrize("kind", ["listing", "product", "advice", "basket", "API"])
def test_a_page_whose_catalogue_changes_while_it_begins_is_of_one_state(
    kind: str, workers: list[Flask], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An edit between the look at the catalogue's stamp and the first statement makes the page once more."""
    visitor = workers[0].test_client()
    answer(visitor)
    found = re.search(r'href="/nl/product/([a-z0-9-]+)', visitor.get(ADVICE).text)
    assert found
    slug = rename(workers[1], "Naam A", found[1])
    with Session(services_of(workers[1]).databases.primary) as session:
        visitor.post(BASKET, data={"add": session.scalars(select(Product.id).where(Product.slug == slug)).one()})
    cookies = [cookie for name in ("answers", "basket") if (cookie := visitor.get_cookie(name))]
    headers = {"Cookie": "; ".join(f"{cookie.key}={cookie.value}" for cookie in cookies)}
    pages = {"listing": LISTING, "product": f"/nl/product/{slug}", "advice": ADVICE, "basket": BASKET}
    page = pages.get(kind, "/api/v1/products?sort=name")
    clients = [app.test_client(use_cookies=False) for app in workers]
    for other in pages.values():
        clients[0].get(other, headers=headers)  # so that editions, products and parts of this state are known
    rename(workers[1], "Naam B", slug)
    clients[0].get("/nl/privacy", headers=headers)  # so that the next planned change is known, and is not read
    begun: list[str] = []
    real = planned_changes.is_due

    def is_due(*given: Any) -> bool:
        due = real(*given)
        begun.append(rename(workers[1], f"Naam {'CD'[len(begun)]}", slug))
        return due

    with monkeypatch.context() as patched:
        patched.setattr(planned_changes, "is_due", is_due)
        shown = clients[0].get(page, headers=headers)
    is_late = services_of(workers[0]).databases.primary.dialect.name == "sqlite"  # PostgreSQL begins at once
    assert (shown.status_code, len(begun)) == (200, 2 if is_late else 1)
    rename(workers[1], "Naam C" if is_late else "Naam B", slug)
    assert shown.text == clients[2].get(page, headers=headers).text


def test_a_basket_tells_stock_and_delivery_of_this_moment_whoever_changed_them(workers: list[Flask]) -> None:
    client = workers[0].test_client()
    with Session(services_of(workers[0]).databases.primary) as session:
        product = session.scalars(select(Product).where(Product.status == Status.PUBLISHED, Product.stock > 9)).first()
        assert product
        counted = Count.of(product)
    client.post(BASKET, data={"add": counted.product_id})
    client.post(BASKET, data={f"quantity-{counted.product_id}": 3})
    for turn, app in enumerate((*workers, *workers)):
        shared, packs, cents = services_of(app), turn % 3, 1_000 + turn
        with shared.orders.writing() as orders:
            staff = StockChange(f"count-{turn}", who="Test")
            count_packs(orders, counted, packs, staff, shared.clock())
            orders.execute(update(DeliveryRate).values(cents=cents, free_from_cents=None))
        page = client.get(BASKET).text
        assert ["Uitverkocht</p>", "Nog maar 1 verpakking<", "Nog maar 2 verpakkingen<"][packs] in page
        assert f"10,{turn:02}" in page
        with shared.orders.writing() as orders:
            note_weight(orders, counted.product_id, 90_000)
        assert "10,0" not in client.get(BASKET).text
        with shared.orders.writing() as orders:
            note_weight(orders, counted.product_id, None)


def test_a_path_with_a_hidden_slash_is_no_cached_page(workers: list[Flask]) -> None:
    client = workers[0].test_client(use_cookies=False)
    for raw, status in ((LISTING, 200), (LISTING, 200), ("/nl%2Fbeste-magnesium-supplementen", 404)):
        assert client.get(LISTING, environ_overrides={"RAW_URI": raw}).status_code == status


def test_a_cached_page_is_of_today(workers: list[Flask], templates_rendered: list[str]) -> None:
    client, shared = workers[0].test_client(use_cookies=False), services_of(workers[0])
    client.get(LISTING)
    shared.clock = lambda: datetime.now(UTC) + timedelta(days=1)
    client.get(LISTING)
    client.get(LISTING)
    assert len(templates_rendered) == 2


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


def test_the_order_of_a_parameter_that_is_given_twice_counts_however_it_is_written(workers: list[Flask]) -> None:
    client = workers[0].test_client(use_cookies=False)
    second, first = f"{LISTING}?pag%65=2&page=1", f"{LISTING}?page=1&pag%65=2"
    assert main_text(client.get(second)) != main_text(client.get(first))


class _WithoutNewCards(LRUCache[Any, Any]):
    """A cache that fails when a card is rendered now."""

    def __init__(self, before: LRUCache[Any, Any]) -> None:
        super().__init__(before.maxsize, before.getsizeof)
        for key, cached in before.items():
            super().__setitem__(key, cached)

    def __setitem__(self, key: Any, cached: Any, **more: Any) -> None:
        assert key[0] != "card"
        super().__setitem__(key, cached, **more)


def test_a_card_is_rendered_once_for_all_listings_until_its_product_changes(workers: list[Flask]) -> None:
    client = workers[0].test_client(use_cookies=False)
    rename(workers[1], "AAA")
    for page in ("?sort=name", "?form=taurate", "?form=taurate&sort=price"):
        assert client.get(f"{LISTING}{page}").status_code == 200
    services_of(workers[0]).cache = _WithoutNewCards(services_of(workers[0]).cache)
    assert client.get(f"{LISTING}?form=taurate&sort=price_per_100mg").status_code == 200
    rename(workers[1], "AAAA")
    assert client.get(f"{LISTING}?form=taurate").status_code == 200
    assert client.get(f"{LISTING}?sort=name").status_code == 500


def test_the_cache_is_bounded_and_drops_what_was_used_longest_ago(own_app: Flask) -> None:
    services_of(own_app).cache = new_cache(most_bytes=1_000)
    with own_app.test_request_context("/nl/"):
        for number in range(10):
            store_fragment((number,), escape("x" * 400))
        store_fragment(("too large",), escape("x" * 1_001))
        assert [number for number in range(10) if cached_fragment((number,))] == [8, 9]
        assert cached_fragment(("too large",)) is None


@pytest.mark.parametrize(("value", "on"), [("on", True), ("off", False), ("", True)])
def test_the_switch_is_on_or_off(tmp_path: Path, value: str, on: bool) -> None:
    assert read_settings({"SHOP_INSTANCE": str(tmp_path), "SHOP_PAGE_CACHE": value}).page_cache is on
    with pytest.raises(SettingsError, match="SHOP_PAGE_CACHE: on or off"):
        read_settings({"SHOP_INSTANCE": str(tmp_path), "SHOP_PAGE_CACHE": "maybe"})


def test_a_product_page_is_read_from_the_database_once_for_each_edition(sample_instance: Path, tmp_path: Path) -> None:
    app = create_app(msgspec.structs.replace(settings_in(instance_of(sample_instance, tmp_path)), page_cache=False))
    engine = services_of(app).databases.primary
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
    with Session(services_of(app).databases.writing) as session:
        begin_writing(session)
        session.execute(update(Brand).values(address="Nieuwe straat 1"))
        session.commit()
    assert "Nieuwe straat 1" in app.test_client().get(f"/nl/product/{slug}").text
    elsewhere = app.test_client().get(f"/nl/product/{slug}", base_url="https://elders.example").text
    assert "http://localhost" not in elsewhere
    services_of(app).dispose()
