"""A second factor that owners require of a role."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.conftest import AdminClient
from tests.factories import PASSWORD
from tests.shop.admin.conftest import AddAccount, Clock, is_signed_in, sign_in
from tests.shop.admin.test_second_factor import SET_UP, switch_on
from tests.shop.visitor import csrf_token, send
from tests.shop.web.test_page_contract import check_page

ACCOUNTS = "/admin/accounts"


def require(owner: FlaskClient, *roles: str) -> int:
    token = csrf_token(owner.get(ACCOUNTS))
    return owner.post(f"{ACCOUNTS}/second-factor", data={"csrf_token": token, "roles": list(roles)}).status_code


@pytest.fixture
def owner(admin_client: AdminClient, clock: Clock) -> FlaskClient:
    return admin_client("owner", email="owner@winkel.test")


def test_who_lacks_a_required_factor_sets_it_up_before_anything_else(
    owner: FlaskClient, admin_client: AdminClient, add_account: AddAccount, own_app: Flask, clock: Clock
) -> None:
    add_account(role="editor")
    publisher, editor = admin_client("publisher"), own_app.test_client()
    sign_in(editor)
    assert require(owner, "editor") == 303
    assert re.search(r'<input(?=[^>]*value="editor")[^>]*checked', owner.get(ACCOUNTS).text)
    assert (is_signed_in(owner), is_signed_in(publisher)) == (True, True)
    for page in ("/admin/", "/admin/products", "/admin/my-account", "/admin/my-account/password", "/admin/confirm"):
        assert editor.get(page).location == SET_UP
    shown = editor.get(SET_UP)
    assert "message-warning" in shown.text
    check_page(shown, "nl")
    switch_on(editor, clock)
    assert is_signed_in(editor)
    refused = editor.get(f"{SET_UP}/off")
    assert refused.location == "/admin/my-account"
    assert "message-error" in editor.get("/admin/my-account").text
    require(owner)
    assert editor.get(f"{SET_UP}/off").status_code == 200


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_form_that_was_being_filled_in_waits_until_the_factor_is_set_up(
    language: str, owner: FlaskClient, own_app: Flask, add_account: AddAccount, clock: Clock
) -> None:
    add_account()
    second = own_app.test_client()
    sign_in(second)
    second.get(f"/admin/?lang={language}")
    token = csrf_token(second.get(ACCOUNTS))
    require(owner, "owner")
    typed = {"csrf_token": token, "email": "new@winkel.test", "role": "editor"}
    asked = second.post(ACCOUNTS, data=typed)
    assert asked.status_code == 403
    check_page(asked, language)
    assert 'name="email" value="new@winkel.test"' in asked.text
    assert "/admin/invitation/" not in asked.text
    switch_on(second, clock)
    sent = second.post(ACCOUNTS, data=typed | {"csrf_token": csrf_token(second.get(ACCOUNTS))})
    assert "/admin/invitation/" in sent.text


def test_an_owner_who_requires_it_of_owners_is_led_there_too(owner: FlaskClient, clock: Clock) -> None:
    require(owner, "owner", "editor")
    assert owner.get(ACCOUNTS).location == SET_UP
    assert send(owner, SET_UP, current_password=PASSWORD, code="000000").status_code == 422
    switch_on(owner, clock)
    assert owner.get(ACCOUNTS).status_code == 200


def test_a_role_that_does_not_exist_is_refused_at_its_field(owner: FlaskClient) -> None:
    token = csrf_token(owner.get(ACCOUNTS))
    refused = owner.post(f"{ACCOUNTS}/second-factor", data={"csrf_token": token, "roles": ["king"]})
    assert refused.status_code == 422
    assert 'id="roles-error"' in refused.text


def test_whoever_lacks_the_factor_can_still_sign_out(owner: FlaskClient) -> None:
    require(owner, "owner")
    answer = owner.post("/admin/sign-out", data={"csrf_token": csrf_token(owner.get(SET_UP))})
    assert answer.location == "/admin/sign-in"
