"""A pharmacist signs rules and notes; the pages of every process then say who reviewed what."""

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from shop.app import create_app
from shop.web.services import services_of
from tests.conftest import AdminClient, settings_in
from tests.factories import PASSWORD
from tests.shop.admin.conftest import Clock
from tests.shop.visitor import csrf_token, main_text
from tests.shop.web.test_page_contract import check_page

PAGE = "/nl/zo-kiezen-wij"
NAME = "A. Proef, apotheker"


@pytest.fixture
def pharmacist(admin_client: AdminClient, clock: Clock) -> FlaskClient:
    return admin_client("pharmacist", email="apotheker@winkel.test")


@pytest.fixture
def address(own_app: Flask) -> str:
    return f"/admin/rules/rule/{services_of(own_app).ruleset.rules[0].id}"


def review(client: FlaskClient, address: str, press: str = "agree", **changes: str) -> TestResponse:
    page = client.get(address)
    content = re.search(r'name="content" value="([0-9a-f]{64})"', page.text)
    assert content
    fields = {"name": NAME, "remark": "", "content": content[1], "press": press} | changes
    return client.post(f"{address}/review", data={"csrf_token": csrf_token(page), **fields})


def test_a_review_shows_on_the_pages_of_every_process_at_once(
    pharmacist: FlaskClient, own_app: Flask, own_instance: Path, address: str
) -> None:
    other = create_app(settings_in(own_instance))
    visitors = own_app.test_client(), other.test_client()
    for visitor in visitors:
        assert [NAME in visitor.get(PAGE).text for _ in range(2)] == [False, False]  # cached, too
    for page in ("/admin/rules", address):
        for language in ("en", "nl"):
            check_page(pharmacist.get(f"{page}?lang={language}"), language)
    note = f"/admin/rules/note/{services_of(own_app).ruleset.notes[0].id}"
    check_page(pharmacist.get(note), "nl")
    assert review(pharmacist, address).status_code == 303
    for visitor in visitors:
        assert f"22 november 2026 door {NAME}" in main_text(visitor.get(PAGE))
    api = own_app.test_client().get("/api/v1/rules").json or {}
    assert NAME in str(api)
    assert f'value="{NAME}"' in pharmacist.get(note).text  # typed once
    services_of(other).dispose()


def test_an_objection_names_what_must_change_and_takes_the_signature_back(
    pharmacist: FlaskClient, own_app: Flask, address: str
) -> None:
    review(pharmacist, address)
    assert review(pharmacist, address, "object").status_code == 422
    assert review(pharmacist, address, "object", remark="De bron zegt 2 uur").status_code == 303
    assert NAME not in own_app.test_client().get(PAGE).text
    assert "De bron zegt 2 uur" in main_text(pharmacist.get("/admin/rules"))
    assert "De bron zegt 2 uur" not in own_app.test_client().get(PAGE).text


def test_a_review_needs_a_name_the_present_text_and_lately_the_password(
    pharmacist: FlaskClient, own_app: Flask, address: str, clock: Clock
) -> None:
    for wrong in ({"name": " "}, {"name": "x" * 81}, {"content": "0" * 64}, {"remark": "x" * 501}):
        assert review(pharmacist, address, **wrong).status_code == 422
    for unknown in ("rule/none", "other/none"):
        assert pharmacist.get(f"/admin/rules/{unknown}").status_code == 404
    clock.turn(minutes=11)
    assert review(pharmacist, address).status_code == 403
    assert NAME not in own_app.test_client().get(PAGE).text
    assert review(pharmacist, address, confirm_password=PASSWORD).status_code == 303


def test_a_file_that_somebody_changed_is_not_believed_and_not_written_over(
    pharmacist: FlaskClient, own_app: Flask, address: str, own_instance: Path
) -> None:
    review(pharmacist, address)
    file = own_instance / "reviews.json"
    assert file.stat().st_mode & 0o777 == 0o600
    signed = file.read_text()
    deep = f'{{"signature":"","reviews":{"[" * 9000}{"]" * 9000}}}'
    for forged in (signed.replace("A. Proef", "B. Vals"), "[]", "", deep, '{"signature":"é","reviews":[]}'):
        file.write_text(forged)
        page = own_app.test_client().get(PAGE)
        assert (page.status_code, "B. Vals" in page.text, NAME in page.text) == (200, False, False)
        assert review(pharmacist, address).status_code == 422
        assert file.read_text() == forged
    assert "met de hand gewijzigd" in main_text(pharmacist.get("/admin/rules"))
    file.unlink()
    file.mkdir()
    assert own_app.test_client().get(PAGE).status_code == 200
    assert review(pharmacist, address).status_code == 422
    file.rmdir()
    file.write_text(signed)
    assert NAME in own_app.test_client().get(PAGE).text


def test_only_a_pharmacist_signs_and_sees_nothing_of_the_shop(
    pharmacist: FlaskClient, admin_client: AdminClient, own_app: Flask, address: str
) -> None:
    owner = admin_client("owner", email="owner@winkel.test")
    page = owner.get(address)
    assert (page.status_code, 'name="press"' in page.text) == (200, False)
    token = csrf_token(owner.get("/admin/accounts"))
    assert owner.post(f"{address}/review", data={"csrf_token": token, "name": NAME}).status_code == 403
    for closed in ("/admin/products", "/admin/orders", "/admin/accounts", "/admin/proposals", "/admin/planned"):
        assert pharmacist.get(closed).status_code == 403
    assert admin_client("publisher").get("/admin/rules").status_code == 403
