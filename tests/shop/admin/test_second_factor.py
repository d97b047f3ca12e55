"""The second factor, from setting it up to losing the telephone."""

import html
import re

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from catalog.db.copying import lines_of, tables
from catalog.models import Account, RecoveryCode
from shop.web.services import services_of
from tests.conftest import AdminClient
from tests.factories import PASSWORD
from tests.shop.admin.conftest import AddAccount, Clock, is_signed_in, sign_in
from tests.shop.visitor import csrf_token, send
from tests.shop.web.test_page_contract import check_page

NEW = "drie groene peren"
SET_UP = "/admin/my-account/second-factor"


@pytest.fixture
def client(own_app: Flask, add_account: AddAccount, clock: Clock) -> FlaskClient:
    add_account()
    client = own_app.test_client()
    sign_in(client)
    return client


def secret_on(page: TestResponse) -> str:
    match = re.search(r"otpauth://totp/[^\"]*?secret=([A-Z2-7]+)", html.unescape(page.text))
    assert match
    return match[1]


def code(secret: str, clock: Clock) -> str:
    return pyotp.TOTP(secret).at(clock.now)


def switch_on(client: FlaskClient, clock: Clock) -> tuple[str, list[str]]:
    """Set the factor up; the secret and the recovery codes."""
    page = client.get(SET_UP)
    secret = secret_on(page)
    sealed = re.search(r'name="sealed" value="([^"]+)"', page.text)
    assert sealed
    data = {"csrf_token": csrf_token(page), "sealed": sealed[1], "current_password": PASSWORD}
    wrong = client.post(SET_UP, data=data | {"code": "000000"})
    assert wrong.status_code == 422
    assert secret_on(wrong) == secret  # the telephone need not scan again
    done = client.post(SET_UP, data=data | {"code": code(secret, clock)})
    assert done.status_code == 200
    return secret, re.findall(r"<code>([^<]+)</code>", done.text)


def test_the_picture_is_an_image_that_the_content_policy_allows(client: FlaskClient) -> None:
    page = client.get(SET_UP)
    assert 'src="data:image/svg+xml' in page.text
    assert "img-src 'self' data:" in page.headers["Content-Security-Policy"]


def test_signing_in_then_takes_a_code_that_works_once(client: FlaskClient, own_app: Flask, clock: Clock) -> None:
    secret, codes = switch_on(client, clock)
    assert len(set(codes)) == 10
    clock.turn(seconds=30)
    browser = own_app.test_client()
    assert sign_in(browser).location == "/admin/sign-in/code?next=/admin/"
    assert not is_signed_in(browser)
    right = code(secret, clock)
    assert send(browser, "/admin/sign-in/code", code="12").status_code == 422
    assert send(browser, "/admin/sign-in/code", code=f"{right[:3]} {right[3:]}").location == "/admin/"
    assert is_signed_in(browser)
    second = own_app.test_client()
    sign_in(second)
    assert send(second, "/admin/sign-in/code", code=right).status_code == 422


def test_a_recovery_code_works_once_for_its_own_account(
    client: FlaskClient, own_app: Flask, add_account: AddAccount, clock: Clock
) -> None:
    _, codes = switch_on(client, clock)
    browser = own_app.test_client()
    sign_in(browser)
    assert send(browser, "/admin/sign-in/code", code=codes[0].upper().replace("-", " ")).location == "/admin/"
    again = own_app.test_client()
    sign_in(again)
    assert send(again, "/admin/sign-in/code", code=codes[0]).status_code == 422
    assert send(again, "/admin/sign-in/code", code=codes[1]).location == "/admin/"
    assert "8" in again.get("/admin/my-account").text


def test_codes_are_throttled_too_and_the_wait_outlives_a_new_password_step(
    client: FlaskClient, own_app: Flask, clock: Clock
) -> None:
    secret, _ = switch_on(client, clock)
    clock.turn(minutes=1)
    browser = own_app.test_client()
    sign_in(browser)
    answers = [send(browser, "/admin/sign-in/code", code="000000").status_code for _ in range(11)]
    assert answers == [422] * 10 + [429]
    assert send(browser, "/admin/sign-in/code", code=code(secret, clock)).status_code == 429
    assert sign_in(own_app.test_client()).status_code == 429


def test_the_code_must_come_within_ten_minutes_of_the_password(
    client: FlaskClient, own_app: Flask, clock: Clock
) -> None:
    switch_on(client, clock)
    browser = own_app.test_client()
    sign_in(browser)
    clock.turn(minutes=10)
    assert browser.get("/admin/sign-in/code").location.startswith("/admin/sign-in?")


def test_new_recovery_codes_replace_the_old_and_switching_off_drops_all(
    client: FlaskClient, own_app: Flask, clock: Clock
) -> None:
    secret, old = switch_on(client, clock)
    clock.turn(seconds=30)
    codes = "/admin/my-account/recovery-codes"
    page = send(client, codes, current_password=PASSWORD, current_code=code(secret, clock))
    new = re.findall(r"<code>([^<]+)</code>", page.text)
    assert not set(old) & set(new)
    browser = own_app.test_client()
    sign_in(browser)
    assert send(browser, "/admin/sign-in/code", code=old[0]).status_code == 422
    assert send(browser, "/admin/sign-in/code", code=new[0]).location == "/admin/"
    assert send(client, f"{SET_UP}/off", current_password=PASSWORD, current_code=new[1]).status_code == 303
    assert sign_in(own_app.test_client()).location == "/admin/"
    with Session(services_of(own_app).databases.primary) as session:
        assert session.scalars(select(RecoveryCode)).all() == []


def test_neither_secret_nor_codes_nor_tokens_can_be_read_in_the_database(
    client: FlaskClient, own_app: Flask, clock: Clock
) -> None:
    secret, codes = switch_on(client, clock)
    with client.session_transaction("/admin/") as cookie:
        token = cookie["session_token"]
    with Session(services_of(own_app).databases.primary) as session:
        assert session.scalars(select(Account)).one().has_second_factor
        connection = session.connection()
        dump = b"".join(line for table in tables() for line in lines_of(connection, table)).decode()
    for hidden in (secret, token, codes[0], codes[0].replace("-", "")):
        assert hidden not in dump


def test_an_owner_can_switch_it_off_for_a_colleague(
    client: FlaskClient, admin_client: AdminClient, own_app: Flask, clock: Clock
) -> None:
    switch_on(client, clock)
    owner = admin_client("owner")
    match = re.search(r'href="(/admin/accounts/\d+)">eva@winkel', owner.get("/admin/accounts").text)
    assert match
    owner.post(f"{match[1]}/second-factor/off", data={"csrf_token": csrf_token(owner.get(match[1]))})
    assert sign_in(own_app.test_client()).location == "/admin/"


def test_a_sealed_secret_of_somebody_else_or_of_yesterday_is_not_taken(client: FlaskClient, clock: Clock) -> None:
    page = client.get(SET_UP)
    data = {"csrf_token": csrf_token(page), "sealed": "forged", "code": "123456", "current_password": PASSWORD}
    answer = client.post(SET_UP, data=data)
    assert answer.status_code == 422
    assert secret_on(answer)


@pytest.mark.parametrize("page", ["password", "second-factor/off", "recovery-codes"])
def test_password_factor_and_codes_change_only_with_the_password_and_a_code(
    page: str, client: FlaskClient, own_app: Flask, clock: Clock
) -> None:
    """However fresh the session is: a browser that somebody left open may not become the account."""
    secret, codes = switch_on(client, clock)
    clock.turn(seconds=30)
    there = own_app.test_client()
    sign_in(there)
    send(there, "/admin/sign-in/code", code=codes[0])
    address = f"/admin/my-account/{page}"
    new = {"password": NEW, "again": NEW}
    for language in ("en", "nl"):
        check_page(client.get(f"{address}?lang={language}"), language)
    right = code(secret, clock)
    for password, given, field in [
        ("", right, "current_password"),
        ("not the password", right, "current_password"),
        (PASSWORD, "", "current_code"),
        (PASSWORD, "000000", "current_code"),
    ]:
        refused = send(client, address, current_password=password, current_code=given, **new)
        assert refused.status_code == 422
        assert f'id="{field}-error"' in refused.text
    assert is_signed_in(there)
    done = send(client, address, current_password=PASSWORD, current_code=right, **new)  # nothing used the code up
    assert done.status_code in {200, 303}
    assert (is_signed_in(client), is_signed_in(there)) == (True, False)


def test_setting_a_factor_up_asks_for_the_password_and_ends_other_sessions(
    client: FlaskClient, own_app: Flask, clock: Clock
) -> None:
    there = own_app.test_client()
    sign_in(there)
    page = client.get(SET_UP)
    sealed = re.search(r'name="sealed" value="([^"]+)"', page.text)
    assert sealed
    data = {"csrf_token": csrf_token(page), "sealed": sealed[1], "code": code(secret_on(page), clock)}
    assert client.post(SET_UP, data=data).status_code == 422
    assert client.post(SET_UP, data=data | {"current_password": "not the password"}).status_code == 422
    assert is_signed_in(there)
    assert client.post(SET_UP, data=data | {"current_password": PASSWORD}).status_code == 200
    assert (is_signed_in(client), is_signed_in(there)) == (True, False)


def test_confirming_takes_the_password_and_a_code_that_works_once(client: FlaskClient, clock: Clock) -> None:
    """On its own page and on any form that a stale session sends, which carries neither along."""
    secret, codes = switch_on(client, clock)
    clock.turn(minutes=11)
    invite = {"email": "new@winkel.test", "role": "editor", "csrf_token": csrf_token(client.get("/admin/confirm"))}
    right = code(secret, clock)
    asked = client.post("/admin/accounts", data=invite)
    assert (asked.status_code, 'name="confirm_code"' in asked.text) == (403, True)
    for given in ({"confirm_password": PASSWORD}, {"confirm_password": PASSWORD, "confirm_code": "000000"}):
        assert client.post("/admin/accounts", data=invite | given).status_code == 403
        assert send(client, "/admin/confirm", **given).status_code == 422
    proof = {"confirm_password": PASSWORD, "confirm_code": right}
    wrong = client.post("/admin/accounts", data=invite | proof | {"confirm_password": "wrong"})
    assert (wrong.status_code, wrong.text.count('name="confirm_code"')) == (403, 1)  # asked, and not carried along
    assert "/admin/invitation/" in client.post("/admin/accounts", data=invite | proof).text
    for answer in (303, 422):
        clock.turn(minutes=11)
        given = {"confirm_password": PASSWORD, "confirm_code": codes[0]}
        assert send(client, "/admin/confirm", **given).status_code == answer


def test_a_weak_new_password_uses_up_no_code(client: FlaskClient, clock: Clock) -> None:
    secret, _ = switch_on(client, clock)
    clock.turn(seconds=30)
    proof = {"current_password": PASSWORD, "current_code": code(secret, clock)}
    address = "/admin/my-account/password"
    assert send(client, address, password="kort", again="kort", **proof).status_code == 422  # noqa: S106 - refused
    assert send(client, address, password=NEW, again=NEW, **proof).status_code == 303


def test_proofs_are_counted_so_that_an_open_browser_is_no_place_to_guess(client: FlaskClient, clock: Clock) -> None:
    address = "/admin/my-account/password"
    for _ in range(10):
        send(client, address, password=NEW, again=NEW, current_password="not the password")  # noqa: S106 - wrong
    refused = send(client, address, password=NEW, again=NEW, current_password=PASSWORD)
    assert refused.status_code == 422
    clock.turn(minutes=15)
    assert send(client, address, password=NEW, again=NEW, current_password=PASSWORD).status_code == 303


def test_pages_about_a_factor_that_is_off_lead_back(client: FlaskClient) -> None:
    for page in ("second-factor/off", "recovery-codes"):
        assert client.get(f"/admin/my-account/{page}").location == "/admin/my-account"
