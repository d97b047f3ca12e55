"""Invitations, roles, and the owner that always remains."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from catalog.accounts.invitations import invite_first_owner
from shop.web.services import services_of
from tests.conftest import AdminClient
from tests.factories import PASSWORD
from tests.shop.admin.conftest import AddAccount, Clock, is_signed_in, sign_in
from tests.shop.visitor import csrf_token, main_text, send

NEW = "drie groene peren"
SHORT = "kort"
COMMON = [
    *("123456789012", "abcdefghijkl", "qwertyuiopas", "1q2w3e4r5t6y", "password12345", "P@ssw0rd2026"),
    *("welkom012345", "Welkom2026!!", "wachtwoord1234", "geheim123geheim", "Feyenoord1908!", "januari2026!"),
    *("supplement2026!", "newnewnewnew1"),
]
"""From lists, rows of keys, sequences; then Dutch words, words of the shop, words of the address."""


@pytest.fixture
def owner(admin_client: AdminClient, clock: Clock) -> FlaskClient:
    return admin_client("owner", email="owner@winkel.test")


def invite(owner: FlaskClient, email: str = "new@winkel.test", role: str = "editor") -> str:
    """The path of a fresh one-time link."""
    page = send(owner, "/admin/accounts", email=email, role=role)
    match = re.search(r"http://localhost(/admin/invitation/[\w-]+)", page.text)
    assert match, main_text(page)
    return match[1]


def press(client: FlaskClient, page: str, address: str, **fields: str) -> str:
    answer = client.post(address, data={"csrf_token": csrf_token(client.get(page)), **fields})
    assert answer.status_code == 303
    return str(answer.location)


def page_of(owner: FlaskClient, email: str) -> str:
    match = re.search(rf'href="(/admin/accounts/\d+)">{email}', owner.get("/admin/accounts").text)
    assert match
    return match[1]


def test_an_invitation_makes_one_account_with_its_role_once(owner: FlaskClient, own_app: Flask) -> None:
    link = invite(owner, role="publisher")
    newcomer, late = own_app.test_client(), own_app.test_client()
    late_token = csrf_token(late.get(link))
    assert newcomer.get(link).status_code == 200  # opening does not use it up
    assert send(newcomer, link, password=NEW, again=NEW).location == "/admin/"
    assert "new@winkel.test" in newcomer.get("/admin/").text
    used = late.post(link, data={"csrf_token": late_token, "password": NEW, "again": NEW})
    assert used.status_code == late.get(link).status_code == 410
    assert sign_in(own_app.test_client(), "new@winkel.test", NEW).location == "/admin/"
    assert newcomer.get("/admin/accounts").status_code == 403


def test_an_invitation_runs_out_is_replaced_and_can_be_withdrawn(
    owner: FlaskClient, own_app: Flask, clock: Clock
) -> None:
    browser = own_app.test_client()
    first = invite(owner)
    second = invite(owner)
    assert browser.get(first).status_code == 410
    assert "new@winkel.test" in owner.get("/admin/accounts").text
    press(owner, "/admin/accounts", "/admin/accounts/withdraw", email="new@winkel.test")
    assert browser.get(second).status_code == 410
    third = invite(owner)
    clock.turn(hours=72)
    assert browser.get(third).status_code == 410
    assert browser.get("/admin/invitation/forged").status_code == 410


@pytest.mark.parametrize("email", ["", "no address", "a@b", "owner@winkel.test", "OWNER@winkel.test", "x\x00@y.test"])
def test_an_address_that_cannot_be_invited_is_told_at_its_field(email: str, owner: FlaskClient) -> None:
    page = send(owner, "/admin/accounts", email=email, role="editor")
    assert page.status_code == 422
    assert 'id="email-error"' in page.text
    assert 'href="#email"' in page.text


@pytest.mark.parametrize("role", ["", "king"])
def test_a_role_that_does_not_exist_is_refused(role: str, owner: FlaskClient) -> None:
    page = send(owner, "/admin/accounts", email="new@winkel.test", role=role)
    assert page.status_code == 422
    assert 'value="new@winkel.test"' in page.text


@pytest.mark.parametrize(
    ("password", "again"),
    [
        (SHORT, SHORT),
        ("elfletters1", "elfletters1"),
        ("aaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaa"),
        ("new@winkel.test", "new@winkel.test"),
        ("mijn winkel is leuk", "mijn winkel is leuk"),
        ("magnesium magnesium", "magnesium magnesium"),
        *[(common, common) for common in COMMON],
        (NEW, "iets heel anders"),
        ("x" * 300, "x" * 300),
        ("", ""),
    ],
)
def test_a_password_that_is_too_easy_or_differs_is_refused(
    password: str, again: str, owner: FlaskClient, own_app: Flask
) -> None:
    newcomer = own_app.test_client()
    page = send(newcomer, invite(owner), password=password, again=again)
    assert page.status_code == 422
    assert 'class="error-summary"' in page.text
    assert not password or f'value="{password}"' not in page.text
    assert not is_signed_in(newcomer)


@pytest.mark.parametrize(
    "password", ["drie groene peren", "kV7#qpL2!xWz", "correct horse battery", "été à la mer 2031"]
)
def test_a_password_that_nobody_guesses_soon_is_taken(password: str, owner: FlaskClient, own_app: Flask) -> None:
    assert send(own_app.test_client(), invite(owner), password=password, again=password).status_code == 303


@pytest.mark.parametrize(("language", "words"), [("nl", "makkelijk te raden"), ("en", "easy to guess")])
def test_a_common_password_is_refused_in_the_language_of_the_page(
    language: str, words: str, owner: FlaskClient, own_app: Flask
) -> None:
    link = invite(owner)
    page = send(own_app.test_client(), f"{link}?lang={language}", password="Welkom2026!!", again="Welkom2026!!")  # noqa: S106
    assert words in page.text


def test_the_first_owners_link_works_while_there_is_no_account(own_app: Flask, clock: Clock) -> None:
    def first_owners_link() -> str | None:
        with Session(services_of(own_app).databases.primary) as session:
            token = invite_first_owner(session, clock())
            session.commit()
        return token and f"/admin/invitation/{token}"

    voided, link = first_owners_link(), first_owners_link()
    assert voided
    assert link
    browser = own_app.test_client()
    assert browser.get(voided).status_code == 410
    taken = csrf_token(browser.get(link))
    assert send(browser, link, email="nobody", password=NEW, again=NEW).status_code == 422
    assert send(browser, link, email="me@winkel.test", password=NEW, again=NEW).location == "/admin/"
    assert browser.get("/admin/accounts").status_code == 200
    assert own_app.test_client().get(link).status_code == 410
    assert taken
    assert first_owners_link() is None


def test_a_deactivated_account_is_out_at_once_and_can_come_back(
    owner: FlaskClient, admin_client: AdminClient, own_app: Flask
) -> None:
    editor = admin_client("editor", email="editor@winkel.test")
    page = page_of(owner, "editor@winkel.test")
    press(owner, page, f"{page}/deactivate")
    assert not is_signed_in(editor)
    assert sign_in(own_app.test_client(), "editor@winkel.test").status_code == 422
    press(owner, page, f"{page}/reactivate")
    assert not is_signed_in(editor)
    assert sign_in(own_app.test_client(), "editor@winkel.test").location == "/admin/"


def test_the_last_active_owner_is_kept(owner: FlaskClient, add_account: AddAccount) -> None:
    add_account(email="former@winkel.test", active=False)
    page = page_of(owner, "owner@winkel.test")
    refused = send(owner, page, role="editor")
    assert refused.status_code == 422
    assert 'id="role-error"' in refused.text
    assert press(owner, page, f"{page}/deactivate") == page
    assert "message-error" in owner.get(page).text
    assert is_signed_in(owner)


def test_an_owner_may_go_once_there_is_another(owner: FlaskClient, admin_client: AdminClient) -> None:
    admin_client("owner", email="second@winkel.test")
    page = page_of(owner, "owner@winkel.test")
    press(owner, page, page, role="editor")
    assert owner.get("/admin/accounts").status_code == 403


def test_an_owner_signs_a_colleague_out(owner: FlaskClient, admin_client: AdminClient) -> None:
    editor = admin_client("editor", email="editor@winkel.test")
    page = page_of(owner, "editor@winkel.test")
    press(owner, page, f"{page}/sign-out")
    assert not is_signed_in(editor)


def test_an_account_that_does_not_exist_is_not_found(owner: FlaskClient) -> None:
    for number in (0, 999, 10**30):
        assert owner.get(f"/admin/accounts/{number}").status_code == 404


def test_changing_ones_password_signs_out_every_other_browser(own_app: Flask, add_account: AddAccount) -> None:
    add_account()
    here, there = own_app.test_client(), own_app.test_client()
    sign_in(here)
    sign_in(there)
    assert (
        send(here, "/admin/my-account/password", current_password=PASSWORD, password=SHORT, again=SHORT).status_code
        == 422
    )
    assert (
        send(here, "/admin/my-account/password", current_password=PASSWORD, password=NEW, again=NEW).location
        == "/admin/my-account"
    )
    assert (is_signed_in(here), is_signed_in(there)) == (True, False)
    assert sign_in(there, password=PASSWORD).status_code == 422
    assert sign_in(there, password=NEW).location == "/admin/"


def test_an_invited_address_that_got_an_account_meanwhile_is_refused(
    owner: FlaskClient, own_app: Flask, add_account: AddAccount, clock: Clock
) -> None:
    link = invite(owner)
    add_account(email="new@winkel.test")
    assert send(own_app.test_client(), link, password=NEW, again=NEW).status_code == 422
