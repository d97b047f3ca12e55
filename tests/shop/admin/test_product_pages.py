"""The admin's pages on products: found, narrowed, and the same contract as the shop's."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from catalog.db.engine import Databases
from catalog.edits.store import begin_writing
from catalog.models import Status
from catalog.product_state import TEXTS
from shop.web.services import services_of
from tests.conftest import AdminClient
from tests.queries import counted
from tests.shop.admin.products import CLAIM, add, id_of, press, send_to, stored
from tests.shop.visitor import csrf_token, main_text
from tests.shop.web.test_page_contract import check_page

MOST_QUERIES = 8
"""Two of these are the session of whoever is signed in."""


@pytest.fixture
def queries(own_app: Flask) -> Iterator[list[str]]:
    """The SQL that the admin sends from now on."""
    with counted(services_of(own_app).databases.primary) as sent:
        yield sent


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_page_keeps_the_contract(
    language: str, admin_client: AdminClient, own_app: Flask, queries: list[str]
) -> None:
    client, product_id = admin_client("publisher"), id_of(own_app)
    draft = add(client, summary_nl="Helpt tegen migraine.", summary_en="Goed voor de werking van de spieren.")
    addresses = [
        "/admin/",
        "/admin/products",
        "/admin/products?trouble=blocked&sort=name",
        "/admin/products?q=niets-van-dit-al",
        "/admin/products/new",
        f"/admin/products/{product_id}",
        f"/admin/products/{draft}",
        f"/admin/products/{draft}/publish",
        f"/admin/products/{product_id}/history",
        f"/admin/products/{product_id}/pictures",
        f"/admin/products/{draft}/overrides",
        "/admin/overrides",
        "/admin/overrides?show=expired",
        "/admin/history",
        "/admin/batches",
    ]
    for address in addresses:
        queries.clear()
        page = client.get(f"{address}{'&' if '?' in address else '?'}lang={language}")
        assert page.status_code == 200, address
        assert len(queries) <= MOST_QUERIES, (address, queries)
        check_page(page, language)
    check_page(client.get(f"/admin/products/{product_id}/preview/{language}"), language)
    check_page(press(client, "/admin/products/new", "save", price_cents="veel"), language)
    check_page(send_to(client, "/admin/products/bulk", which="all", action="price", change="5"), language)


def test_the_list_is_searched_narrowed_and_ordered_by_its_address(admin_client: AdminClient, own_app: Flask) -> None:
    client = admin_client("editor")
    add(client, sku="ZOEK-1", slug="zoek-1", summary_nl="Helpt tegen migraine.", ean="4006381333931")
    small = {"summary_nl": CLAIM, "composition-0-elemental": "40"}
    add(client, sku="ZOEK-2", slug="zoek-2", storage_nl="", **small)
    add(client, sku="ZOEK-3", slug="zoek-3", **{"composition-0-elemental": ""})
    for query, found in {
        "q=zoek": {"ZOEK-1", "ZOEK-2", "ZOEK-3"},
        "q=4006381333931": {"ZOEK-1"},
        "q=proefmerk": {"ZOEK-1", "ZOEK-2", "ZOEK-3"},
        "q=zoek&trouble=blocked": {"ZOEK-1", "ZOEK-2"},
        "q=zoek&trouble=claim_condition": {"ZOEK-2"},
        "q=zoek&trouble=dutch_missing": {"ZOEK-2"},
        "q=zoek&trouble=no_amount": {"ZOEK-3"},
        "q=zoek&status=published": set(),
        "q=%00": set(),
        "q=%25": set(),
        "status=draft&sort=sku": {"ZOEK-1", "ZOEK-2", "ZOEK-3"},
    }.items():
        page = client.get(f"/admin/products?{query}")
        assert page.status_code == 200
        assert set(re.findall(r"<small>(ZOEK-\d)", page.text)) == found, query


def test_ticks_are_kept_from_page_to_page(admin_client: AdminClient, own_app: Flask) -> None:
    client, first = admin_client("publisher"), id_of(own_app, 60)
    answer = send_to(client, "/admin/products/select", id=[str(first)], go="2", sort="newest")
    assert f"chosen={first}" in answer.location
    page = client.get(answer.location)
    assert "1 van 99" in main_text(page)
    assert f'name="ticked_elsewhere" value="{first}"' in page.text


def test_a_draft_is_seen_beforehand_by_who_is_signed_in_alone(admin_client: AdminClient, own_app: Flask) -> None:
    client = admin_client("editor")
    product_id = add(client)
    for language, name in (("nl", "Proefcapsules"), ("en", "Trial capsules")):
        page = client.get(f"/admin/products/{product_id}/preview/{language}")
        assert name in main_text(page)
        assert 'name="robots" content="noindex"' in page.text
        assert own_app.test_client().get(f"/admin/products/{product_id}/preview/{language}").status_code == 303
        check_page(page, language)


def test_an_incomplete_draft_can_be_seen_beforehand_too(admin_client: AdminClient) -> None:
    client = admin_client("editor")
    bare = {"price_cents": "", "units_per_pack": "", "units_per_day": "", "net_quantity": "", "summary_nl": ""}
    product_id = add(client, dosage_form="powder", **bare, **{"composition-0-elemental": ""})
    assert client.get(f"/admin/products/{product_id}/preview/en").status_code == 200


def test_before_publishing_it_says_how_many_outcomes_of_the_finder_change(admin_client: AdminClient) -> None:
    client = admin_client("publisher")
    product_id = add(client, price_cents="0,60")
    effect = re.search(r"(\d+) van (\d+) combinaties", main_text(client.get(f"/admin/products/{product_id}/publish")))
    assert effect
    assert 0 < int(effect[1]) <= int(effect[2])


def test_the_page_before_publishing_does_not_wait_for_an_import(admin_client: AdminClient, own_app: Flask) -> None:
    client = admin_client("publisher")
    product_id = add(client)
    databases: Databases = services_of(own_app).databases
    with Session(databases.writing) as importing:
        begin_writing(importing)
        page = client.get(f"/admin/products/{product_id}/publish")
    assert page.status_code == 200
    assert "combinaties" not in main_text(page)


def test_an_announced_reduction_needs_an_earlier_price(admin_client: AdminClient, own_app: Flask) -> None:
    client, product_id = admin_client("publisher"), id_of(own_app)
    refused = press(client, f"/admin/products/{product_id}", "save", reduced="y", price_cents="1,00")
    assert refused.status_code == 422
    assert "30 dagen" in main_text(refused)
    assert not stored(own_app, product_id).reduced


NO_ENGLISH = {f"{name}_en": "" for name in TEXTS}


def test_a_product_without_english_is_published_and_its_english_is_a_to_do_that_blocks_nothing(
    admin_client: AdminClient, own_app: Flask
) -> None:
    client = admin_client("publisher")
    product_id = add(client, **NO_ENGLISH)
    address = f"/admin/products/{product_id}"
    for page in (client.get(address), client.get(f"{address}/publish")):
        assert "Nog niet in het Engels: 5 teksten te doen" in main_text(page)
        check_page(page, "nl")
    assert "Er ontbreekt niets" in main_text(client.get(f"{address}/publish"))
    assert press_publish(client, address) == 303
    assert stored(own_app, product_id).status is Status.PUBLISHED
    assert "Engelse tekst ontbreekt" in main_text(client.get("/admin/"))
    assert "Proefcapsules" in client.get("/admin/products?trouble=english_missing").text
    in_english = client.get(f"{address}/preview/en?lang=en")
    assert '<h1 lang="nl">Proefcapsules</h1>' in in_english.text
    assert "Proefcapsules" in client.get(f"{address}?lang=en").text


def press_publish(client: FlaskClient, address: str) -> int:
    page = client.get(f"{address}/publish")
    return client.post(f"{address}/publish", data={"csrf_token": csrf_token(page), "version": "1"}).status_code


def test_many_products_without_english_are_published_at_once(admin_client: AdminClient, own_app: Flask) -> None:
    client = admin_client("publisher")
    ids = [add(client, **NO_ENGLISH | {"sku": f"NL-{number}", "name_nl": f"Proef {number}"}) for number in range(3)]
    chosen = {"id": list(map(str, ids)), "which": "ticked", "action": "publish"}
    preview = send_to(client, "/admin/products/bulk", **chosen)
    assert "3 producten openbaar maken" in main_text(preview)
    shown = re.search(r'name="shown" value="([^"]+)"', preview.text)
    assert shown
    assert send_to(client, "/admin/products/bulk", **chosen, shown=shown[1], confirm="yes").status_code == 303
    assert {stored(own_app, product_id).status for product_id in ids} == {Status.PUBLISHED}
