"""Coming in, staying in, going out."""

import re

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from catalog.accounts.passwords import hash_password
from tests.conftest import AdminClient
from tests.factories import PASSWORD
from tests.shop.admin.conftest import AddAccount, Clock, is_signed_in, sign_in
from tests.shop.visitor import csrf_token, main_text, send

WRONG = "not the password"
ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def browser(own_app: Flask) -> FlaskClient:
    return own_app.test_client()


def test_the_right_password_opens_the_admin(browser: FlaskClient, add_account: AddAccount) -> None:
    add_account()
    assert browser.get("/admin/").location == "/admin/sign-in"
    assert sign_in(browser, email=" Eva@Winkel.test ").location == "/admin/"
    assert is_signed_in(browser)
    assert "eva@winkel.test" in browser.get("/admin/").text


def test_a_wrong_password_and_an_unknown_address_get_the_same_words_and_keep_the_address(
    browser: FlaskClient, add_account: AddAccount
) -> None:
    add_account()
    pages = [sign_in(browser, password=WRONG), sign_in(browser, email="nobody@winkel.test")]
    add_account(email="gone@winkel.test", active=False)
    pages.append(sign_in(browser, email="gone@winkel.test"))
    assert [page.status_code for page in pages] == [422, 422, 422]
    assert len({main_text(page) for page in pages}) == 1
    assert 'value="eva@winkel.test"' in pages[0].text
    assert not is_signed_in(browser)


def test_every_address_takes_the_time_of_an_argon2_hash(
    browser: FlaskClient, add_account: AddAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified: list[str] = []
    verify = PasswordHasher.verify

    def counted(hasher: PasswordHasher, hashed: str, password: str) -> bool:
        verified.append(hashed)
        return verify(hasher, hashed, password)

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    add_account(password_hash=hash_password(PASSWORD))
    sign_in(browser, password=WRONG)
    sign_in(browser, email="nobody@winkel.test")
    assert len(verified) == 2
    assert len({hashed.rsplit("$", 2)[0] for hashed in verified}) == 1  # with the same parameters


def test_a_session_ends_after_30_idle_minutes(admin_client: AdminClient, clock: Clock) -> None:
    client = admin_client()
    for _ in range(3):
        clock.turn(minutes=29)
        assert is_signed_in(client)
    clock.turn(minutes=30)
    assert not is_signed_in(client)
    clock.turn(minutes=-5)
    assert is_signed_in(client)


def test_a_session_ends_after_12_hours_however_busy(admin_client: AdminClient, clock: Clock) -> None:
    client = admin_client()
    for _ in range(35):
        clock.turn(minutes=20)
        assert is_signed_in(client)
    clock.turn(minutes=20)
    assert not is_signed_in(client)


def test_signing_in_leads_to_the_page_that_was_wanted(browser: FlaskClient, add_account: AddAccount) -> None:
    add_account()
    wanted = browser.get("/admin/accounts?x=1&y=é").location
    page = browser.get(wanted)
    action = page.text.split('<form method="post" action="')[1].split('"')[0].replace("&amp;", "&")
    answer = browser.post(
        action, data={"csrf_token": csrf_token(page), "email": "eva@winkel.test", "password": PASSWORD}
    )
    assert answer.location == "/admin/accounts?x=1&y=%C3%A9"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.test/admin/",
        "//evil.test/admin/",
        "/\\evil.test",
        "/admin/\\..",
        "/nl/",
        "\t//evil.test",
        "",
        "/admin",
    ],
)
def test_signing_in_never_leads_to_another_site(elsewhere: str, browser: FlaskClient, add_account: AddAccount) -> None:
    add_account()
    data = {"csrf_token": csrf_token(browser.get("/admin/sign-in")), "email": "eva@winkel.test", "password": PASSWORD}
    assert browser.post("/admin/sign-in", query_string={"next": elsewhere}, data=data).location == "/admin/"


def test_signing_in_and_out_renews_and_ends_the_session(
    browser: FlaskClient, own_app: Flask, add_account: AddAccount
) -> None:
    add_account()
    browser.get("/admin/sign-in")
    before = browser.get_cookie("admin_session", path="/admin")
    sign_in(browser)
    after = browser.get_cookie("admin_session", path="/admin")
    assert before
    assert after
    assert before.value != after.value
    assert (after.http_only, after.same_site, after.secure) == (True, "Strict", False)
    send_out(browser, "/admin/sign-out")
    stolen = own_app.test_client()
    stolen.set_cookie("admin_session", after.value, path="/admin")
    assert not is_signed_in(stolen)


def test_the_cookie_is_for_the_admin_alone_and_secure_under_tls(browser: FlaskClient) -> None:
    answer = browser.get("/admin/sign-in", base_url="https://localhost")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Secure-admin_session=")
    for flag in ("Secure", "HttpOnly", "SameSite=Strict", "Path=/admin"):
        assert f"; {flag}" in cookie
    assert "admin_session" not in str(browser.get("/nl/keuzehulp").headers)


def send_out(client: FlaskClient, address: str) -> None:
    assert client.post(address, data={"csrf_token": csrf_token(client.get("/admin/"))}).location == "/admin/sign-in"


def test_signing_out_everywhere_ends_every_browser_of_the_account_and_no_other(
    own_app: Flask, admin_client: AdminClient, add_account: AddAccount
) -> None:
    add_account()
    office, home, colleague = own_app.test_client(), own_app.test_client(), admin_client()
    sign_in(office)
    sign_in(home)
    send_out(office, "/admin/sign-out-everywhere")
    assert [is_signed_in(client) for client in (office, home, colleague)] == [False, False, True]


def test_what_was_typed_before_the_session_ended_is_sent_after_signing_in_again(
    browser: FlaskClient, add_account: AddAccount, clock: Clock
) -> None:
    add_account()
    sign_in(browser)
    typed = {"csrf_token": csrf_token(browser.get("/admin/accounts")), "email": "new@winkel.test", "role": "editor"}
    clock.turn(hours=1)
    asked = browser.post("/admin/accounts", data=typed)
    assert asked.status_code == 403
    again = {"email": "eva@winkel.test", "interrupted": hidden(asked, "interrupted")}
    wrong = browser.post("/admin/sign-in", data=again | {"csrf_token": csrf_token(asked), "password": "wrong"})
    again |= {"csrf_token": csrf_token(wrong), "interrupted": hidden(wrong, "interrupted")}
    kept = browser.post("/admin/sign-in", data=again | {"password": PASSWORD})
    assert 'action="/admin/accounts"' in kept.text
    sent = {name: hidden(kept, name) for name in typed}
    assert {**sent, "csrf_token": ""} == {**typed, "csrf_token": ""}
    assert "/admin/invitation/" in browser.post("/admin/accounts", data=sent).text


def hidden(page: TestResponse, name: str) -> str:
    match = re.search(rf'name="{name}" value="([^"]+)"', page.text)
    assert match, page.text
    return match[1]


def test_an_interrupted_form_that_nobody_interrupted_is_ignored(browser: FlaskClient, add_account: AddAccount) -> None:
    add_account()
    data = {"email": "eva@winkel.test", "password": PASSWORD, "interrupted": "made up"}
    data["csrf_token"] = csrf_token(browser.get("/admin/sign-in"))
    assert browser.post("/admin/sign-in", data=data).location == "/admin/"


def test_sealed_values_in_each_others_place_are_ordinary_wrong_input(
    browser: FlaskClient, own_app: Flask, add_account: AddAccount
) -> None:
    """Anybody gets a sealed form by a POST without a session; everybody with an account gets a sealed secret."""
    add_account()
    token = csrf_token(browser.get("/admin/sign-in"))
    sealed_form = hidden(browser.post("/admin/accounts", data={"csrf_token": token}), "interrupted")
    sign_in(browser)
    set_up = "/admin/my-account/second-factor"
    sealed_secret = hidden(browser.get(set_up), "sealed")
    assert send(browser, set_up, sealed=sealed_form, code="123456", current_password=PASSWORD).status_code == 422
    other = own_app.test_client()
    data = {"csrf_token": csrf_token(other.get("/admin/sign-in")), "email": "eva@winkel.test", "password": PASSWORD}
    assert other.post("/admin/sign-in", data=data | {"interrupted": sealed_secret}).location == "/admin/"


def test_a_form_without_its_token_is_refused_with_a_page(browser: FlaskClient, add_account: AddAccount) -> None:
    add_account()
    page = browser.post("/admin/sign-in", data={"email": "eva@winkel.test", "password": PASSWORD}, headers=ENGLISH)
    assert page.status_code == 400
    assert "The page was open for too long" in page.text
    assert not is_signed_in(browser)


def test_the_language_is_the_browsers_until_one_is_chosen(browser: FlaskClient, add_account: AddAccount) -> None:
    add_account()
    assert "Sign in" in browser.get("/admin/sign-in", headers=ENGLISH).text
    assert "Inloggen" in browser.get("/admin/sign-in").text
    assert (
        'href="/admin/sign-in?next=%2Fadmin%2Faccounts&amp;lang=en"'
        in browser.get("/admin/sign-in?next=/admin/accounts").text
    )
    assert 'lang="en"' in browser.get("/admin/sign-in?lang=en").text
    sign_in(browser)
    assert '<html lang="en">' in browser.get("/admin/").text
    assert '<html lang="nl">' in browser.get("/admin/?lang=nl").text
    assert '<html lang="nl">' in browser.get("/admin/?lang=xx").text


@pytest.mark.parametrize("address", ["/admin/", "/admin/sign-in", "/admin/does-not-exist", "/admin"])
def test_admin_pages_are_neither_stored_nor_indexed(address: str, browser: FlaskClient) -> None:
    answer = browser.get(address)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex"


@pytest.mark.parametrize("word", ["\x00", "x" * 10_000, "\ud800", "' OR 1=1 --", "<script>"])
def test_odd_input_is_refused_like_any_other(word: str, browser: FlaskClient) -> None:
    odd = word.encode(errors="surrogatepass")
    answer = send(browser, "/admin/sign-in", email=odd, password=odd)
    assert answer.status_code == 422
    assert "<script>" not in answer.text


def test_a_forged_cookie_is_nobody(browser: FlaskClient) -> None:
    browser.set_cookie("admin_session", "forged.cookie", path="/admin")
    assert not is_signed_in(browser)
    with browser.session_transaction("/admin/") as cookie:
        cookie["session_token"] = "a token that was never given"
    assert not is_signed_in(browser)
