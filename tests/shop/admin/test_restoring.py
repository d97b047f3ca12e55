"""An older version of a product is restored at one press, once it is seen what that changes now."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.conftest import AdminClient
from tests.shop.admin.products import id_of, press, send_to, stored
from tests.shop.visitor import csrf_token, main_text
from tests.shop.web.test_page_contract import check_page


@pytest.fixture
def publisher(admin_client: AdminClient) -> FlaskClient:
    return admin_client("publisher")


def restore(client: FlaskClient, page: TestResponse, **fields: str) -> TestResponse:
    """Press the button of a page that shows what restoring would change."""
    hidden = dict(re.findall(r'name="(version|seen)" value="(\d+)"', page.text))
    action = re.search(r'action="(/admin/products/\d+/restore)"', page.text)
    assert action
    return client.post(action[1], data={"csrf_token": csrf_token(page), **hidden, **fields})


def test_what_restoring_would_change_is_shown_field_by_field_and_done_at_one_press(
    publisher: FlaskClient, own_app: Flask
) -> None:
    product_id = id_of(own_app)
    before = stored(own_app, product_id)
    press(publisher, f"/admin/products/{product_id}", "save", price_cents="7,77", stock="1")
    history = publisher.get(f"/admin/products/{product_id}/history")
    address = f"/admin/products/{product_id}/restore?version=1"
    assert f'href="{address}"' in history.text
    page = publisher.get(address)
    check_page(page, "nl")
    assert re.search(r"Prijs.{0,20} € 7,77 € 14,95", main_text(page))
    assert "Naam" not in main_text(page).split("Veld voor veld")[1]
    assert stored(own_app, product_id).price_cents == 777
    assert restore(publisher, page, reason="vergissing").location == f"/admin/products/{product_id}/history"
    assert stored(own_app, product_id) == before
    assert "vergissing" in main_text(publisher.get(f"/admin/products/{product_id}/history"))


def test_a_product_that_changed_since_the_page_was_shown_is_not_restored(
    publisher: FlaskClient, own_app: Flask
) -> None:
    product_id = id_of(own_app)
    press(publisher, f"/admin/products/{product_id}", "save", stock="1")
    page = publisher.get(f"/admin/products/{product_id}/restore?version=1")
    press(publisher, f"/admin/products/{product_id}", "save", price_cents="7,77")
    refused = restore(publisher, page, reason="vergissing")
    assert refused.status_code == 409
    check_page(refused, "nl")
    assert "versie 2; nu is het versie 3" in main_text(refused)
    assert re.search(r"Prijs.{0,20} € 14,95 € 7,77 € 14,95", main_text(refused))
    assert 'value="vergissing"' in refused.text
    assert stored(own_app, product_id).price_cents == 777
    assert restore(publisher, refused).status_code == 303
    assert stored(own_app, product_id).price_cents == 1495


def test_a_press_that_saw_nothing_restores_nothing(publisher: FlaskClient, own_app: Flask) -> None:
    product_id = id_of(own_app)
    press(publisher, f"/admin/products/{product_id}", "save", stock="1")
    for seen in ({}, {"seen": "99"}, {"seen": "x"}):
        answer = send_to(publisher, f"/admin/products/{product_id}/restore", version="1", **seen)
        assert answer.status_code == 409
    assert stored(own_app, product_id).stock == 1


def test_a_version_whose_address_another_product_took_is_refused_with_its_reason(
    publisher: FlaskClient, own_app: Flask
) -> None:
    product_id = id_of(own_app)
    slug = stored(own_app, product_id).slug
    press(publisher, f"/admin/products/{product_id}", "save", slug="een-nieuw-adres")
    press(publisher, f"/admin/products/{id_of(own_app, 1)}", "save", slug=slug)
    page = publisher.get(f"/admin/products/{product_id}/restore?version=1")
    refused = restore(publisher, page, reason="vergissing")
    assert refused.status_code == 422
    assert "is niet terug te zetten" in main_text(refused)
    assert 'value="vergissing"' in refused.text


def test_only_publishers_restore_and_only_versions_that_were(admin_client: AdminClient, own_app: Flask) -> None:
    address = f"/admin/products/{id_of(own_app)}/restore"
    editor, publisher = admin_client("editor"), admin_client("publisher", email="piet@winkel.test")
    assert editor.get(f"{address}?version=1").status_code == 403
    assert send_to(editor, address, version="1", seen="1").status_code == 403
    for version in ("99", "0", "x", "", "9" * 30):
        assert publisher.get(f"{address}?version={version}").status_code == 404
        assert send_to(publisher, address, version=version, seen="1").status_code == 404
