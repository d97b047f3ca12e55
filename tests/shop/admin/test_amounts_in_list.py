"""Prices and stock typed in the list: previewed, saved as one batch, undone, and never lost."""

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from shop.web.services import services_of
from tests.conftest import AdminClient
from tests.queries import counted
from tests.shop.admin.products import add, id_of, press, send_to, stored
from tests.shop.visitor import main_text
from tests.shop.web.test_page_contract import check_page

ADDRESS = "/admin/products/amounts"


def fields_of(page: TestResponse) -> dict[str, Any]:
    """The fields of the rows on a page, as a browser would send them."""
    found: dict[str, Any] = {"id": re.findall(r'name="id" value="(\d+)"', page.text)}
    for name, value in re.findall(r'name="((?:version|price_cents|stock)-\d+)" value="([^"]*)"', page.text):
        found[name] = value
    return found


def typed(client: FlaskClient, query: str = "", **changes: str) -> dict[str, Any]:
    return fields_of(client.get(f"{ADDRESS}{query}")) | changes


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_mode_keeps_the_contract_of_pages_with_a_bounded_number_of_queries(
    language: str, admin_client: AdminClient, own_app: Flask
) -> None:
    client = admin_client("publisher")
    with counted(services_of(own_app).databases.primary) as sent:
        page = client.get(f"{ADDRESS}?q=citraat&lang={language}")
    assert len(sent) <= 8
    check_page(page, language)
    first = fields_of(page)["id"][0]
    check_page(send_to(client, ADDRESS, **fields_of(page) | {f"price_cents-{first}": "1.234"}), language)
    check_page(send_to(client, ADDRESS, **fields_of(page) | {f"price_cents-{first}": "77"}), language)


def test_the_list_and_its_mode_of_prices_have_the_same_filters_and_page(admin_client: AdminClient) -> None:
    client = admin_client("publisher")
    listed = client.get("/admin/products?q=citraat&sort=sku")
    assert f'href="{ADDRESS}?q=citraat&amp;sort=sku"' in listed.text
    ids = re.findall(r'id="choose-(\d+)"', listed.text)
    assert fields_of(client.get(f"{ADDRESS}?q=citraat&sort=sku"))["id"] == ids
    assert ADDRESS not in admin_client("editor").get("/admin/products").text


def test_ten_prices_and_a_stock_are_previewed_saved_as_one_batch_and_undone(
    admin_client: AdminClient, own_app: Flask
) -> None:
    client = admin_client("publisher")
    ids = [int(id_) for id_ in typed(client)["id"][:10]]
    before = {id_: stored(own_app, id_) for id_ in ids}
    fields = typed(client, **{f"price_cents-{id_}": f"{20 + id_},95" for id_ in ids}, **{f"stock-{ids[0]}": "77"})
    preview = send_to(client, ADDRESS, **fields)
    assert preview.status_code == 200
    assert "10 producten bewaren" in main_text(preview)
    assert f"{20 + ids[0]},95" in main_text(preview)
    assert stored(own_app, ids[0]) == before[ids[0]]
    assert send_to(client, ADDRESS, **fields_of(preview), confirm="yes").status_code == 303
    assert [stored(own_app, id_).price_cents for id_ in ids] == [2095 + 100 * id_ for id_ in ids]
    assert stored(own_app, ids[0]).stock == 77
    batches = client.get("/admin/batches")
    assert "Prijzen en voorraad" in main_text(batches)
    undo = re.search(r"/admin/batches/\d+/undo", batches.text)
    assert undo
    assert send_to(client, undo[0]).status_code == 303
    assert {id_: stored(own_app, id_) for id_ in ids} == before


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("price_cents", "veel"),
        ("price_cents", "-3"),
        ("price_cents", "1.234"),
        ("price_cents", "0"),
        ("price_cents", ""),
        ("price_cents", "99999999999999999999"),
        ("price_cents", "12\u202e,95"),
        ("stock", "-1"),
        ("stock", "2,5"),
        ("stock", "9" * 400),
        ("stock", "geen"),
    ],
)
def test_a_wrong_price_or_stock_is_told_at_its_row_and_all_that_was_typed_stays(
    field: str, text: str, admin_client: AdminClient, own_app: Flask
) -> None:
    client = admin_client("publisher")
    fields = typed(client)
    first, second = fields["id"][:2]
    page = send_to(client, ADDRESS, **fields | {f"{field}-{first}": text, f"price_cents-{second}": "8,88"})
    assert page.status_code == 422
    assert f'id="{field}-{first}-error"' in page.text
    assert f'href="#{field}-{first}"' in page.text
    sent = fields_of(page)
    assert sent[f"{field}-{first}"] == text
    assert sent[f"price_cents-{second}"] == "8,88"


def test_what_somebody_changed_meanwhile_is_named_and_nothing_typed_is_lost(
    admin_client: AdminClient, own_app: Flask
) -> None:
    client = admin_client("publisher")
    fields = typed(client)
    first, second, third = fields["id"][:3]
    press(client, f"/admin/products/{first}", "save", price_cents="7,77")
    press(client, f"/admin/products/{third}", "save", stock="3")
    changed = fields | {f"stock-{first}": "5", f"price_cents-{second}": "9,99"}
    for extra in ({}, {"confirm": "yes"}):
        page = send_to(client, ADDRESS, **changed, **extra)
        assert page.status_code == 409
        text = main_text(page)
        assert stored(own_app, int(first)).sku in text.partition("Iemand wijzigde deze producten intussen")[2]
        assert "7,77" in text
        again = fields_of(page)
        assert (again[f"stock-{first}"], again[f"price_cents-{second}"]) == ("5", "9,99")
        assert again[f"price_cents-{first}"] == "7,77"  # not touched here, so theirs stays
        assert again[f"stock-{third}"] == "3"
    preview = send_to(client, ADDRESS, **again)
    assert preview.status_code == 200
    assert send_to(client, ADDRESS, **fields_of(preview), confirm="yes").status_code == 303
    now = stored(own_app, int(first))
    assert (now.price_cents, now.stock) == (777, 5)
    assert stored(own_app, int(second)).price_cents == 999
    assert stored(own_app, int(third)).stock == 3


def test_a_row_that_nobody_typed_in_is_no_conflict(admin_client: AdminClient, own_app: Flask) -> None:
    client = admin_client("publisher")
    fields = typed(client)
    first, second = fields["id"][:2]
    press(client, f"/admin/products/{first}", "save", price_cents="7,77")
    preview = send_to(client, ADDRESS, **fields | {f"price_cents-{second}": "9,99"})
    assert preview.status_code == 200
    send_to(client, ADDRESS, **fields_of(preview), confirm="yes")
    assert [stored(own_app, int(id_)).price_cents for id_ in (first, second)] == [777, 999]


def test_a_second_press_of_the_same_confirmation_changes_nothing_again(
    admin_client: AdminClient, own_app: Flask
) -> None:
    client = admin_client("publisher")
    fields = typed(client)
    first = fields["id"][0]
    fields |= {f"stock-{first}": "41", "confirm": "yes"}
    assert send_to(client, ADDRESS, **fields).status_code == 303
    version = fields_of(client.get(ADDRESS))[f"version-{first}"]
    assert send_to(client, ADDRESS, **fields).status_code == 200
    assert fields_of(client.get(ADDRESS))[f"version-{first}"] == version


def test_what_no_page_would_send_is_answered_without_a_fault(admin_client: AdminClient, own_app: Flask) -> None:
    client, first = admin_client("publisher"), id_of(own_app)
    for fields in (
        {},
        {"id": "2147483647"},
        {"id": "x"},
        {"id": str(first), f"version-{first}": "99999999", f"stock-{first}": "5"},
        {"id": str(first), f"version-{first}": "x", f"price_cents-{first}": "\x00"},
    ):
        assert send_to(client, ADDRESS, **fields).status_code < 500


def test_a_draft_gets_its_first_price_in_the_list(admin_client: AdminClient, own_app: Flask) -> None:
    client = admin_client("publisher")
    draft = add(client, price_cents="", stock="")
    fields = typed(client, "?status=draft", **{f"price_cents-{draft}": "12,95"})
    assert send_to(client, ADDRESS, **fields, confirm="yes").status_code == 303
    assert stored(own_app, draft).price_cents == 1295


def test_a_preview_asks_no_more_the_more_rows_change(admin_client: AdminClient, own_app: Flask) -> None:
    client = admin_client("publisher")
    fields = typed(client)
    asked = []
    for rows in (2, 40):
        changed = {f"price_cents-{id_}": "99,95" for id_ in fields["id"][:rows]}
        with counted(services_of(own_app).databases.writing) as sent:
            assert send_to(client, ADDRESS, **fields | changed).status_code == 200
        asked.append(len(sent))
    assert asked[0] == asked[1] > 0


def test_who_may_not_publish_sees_the_list_without_bulk_changes(admin_client: AdminClient) -> None:
    editor = admin_client("editor")
    page = editor.get("/admin/products")
    assert 'id="bulk"' not in page.text
    assert "Prijzen en voorraad" not in main_text(page)
    assert editor.get(ADDRESS).status_code == 403
    assert send_to(editor, ADDRESS, id="1", confirm="yes").status_code == 403
