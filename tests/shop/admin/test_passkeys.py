"""Passkeys as a second factor: added, used and removed; and answers that somebody else gave, or gave before."""

import json
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.conftest import AdminClient
from tests.factories import PASSWORD
from tests.shop.admin.authenticator import Authenticator
from tests.shop.admin.conftest import AddAccount, Clock, is_signed_in, sign_in
from tests.shop.admin.test_required_factor import require
from tests.shop.admin.test_second_factor import code, switch_on
from tests.shop.visitor import csrf_token, send
from tests.shop.web.test_page_contract import check_page

ACCOUNT = "/admin/my-account"
NEW = f"{ACCOUNT}/passkeys/new"
CODE = "/admin/sign-in/code"


def ask(client: FlaskClient, page: str, address: str = "/admin/passkey/questions") -> dict[str, Any]:
    """The question that the page's script gets."""
    answer = client.post(address, data={"csrf_token": csrf_token(client.get(page))})
    assert answer.status_code == 200, answer.text
    question: dict[str, Any] = answer.json or {}
    return question


def add(client: FlaskClient, key: Authenticator, name: str = "Telefoon", **proof: str) -> TestResponse:
    question = ask(client, NEW, f"{ACCOUNT}/passkeys/questions")
    fields = {"name": name, "credential": key.make(question), "current_password": PASSWORD} | proof
    return send(client, NEW, **fields)


@pytest.fixture
def client(own_app: Flask, add_account: AddAccount, clock: Clock) -> FlaskClient:
    add_account()
    client = own_app.test_client()
    sign_in(client)
    return client


def waiting(app: Flask) -> FlaskClient:
    """A browser of Eva's that has given the password."""
    browser = app.test_client()
    assert sign_in(browser).location.startswith(CODE)
    return browser


def test_a_passkey_is_a_second_factor_at_sign_in_and_confirming_with_recovery_codes(
    client: FlaskClient, own_app: Flask, clock: Clock
) -> None:
    there, key = own_app.test_client(), Authenticator()
    sign_in(there)
    for language in ("en", "nl"):
        check_page(client.get(f"{NEW}?lang={language}"), language)
    codes = re.findall(r"<code>([^<]+)</code>", add(client, key).text)
    assert len(set(codes)) == 10
    assert (is_signed_in(client), is_signed_in(there)) == (True, False)
    browser = waiting(own_app)
    for language in ("en", "nl"):
        check_page(browser.get(f"{CODE}?lang={language}"), language)
    question = ask(browser, CODE)
    assert len(question["allowCredentials"]) == 1
    assert send(browser, CODE, passkey=key.sign(question)).location == "/admin/"
    assert is_signed_in(browser)
    clock.turn(minutes=11)
    without = send(browser, "/admin/confirm", confirm_password=PASSWORD)
    assert (without.status_code, "confirm_code-error" in without.text) == (422, True)
    question = ask(browser, "/admin/confirm")
    confirmed = send(browser, "/admin/confirm", confirm_password=PASSWORD, confirm_passkey=key.sign(question))
    assert confirmed.location == "/admin/"
    assert send(waiting(own_app), CODE, code=codes[0]).location == "/admin/"
    assert "Telefoon" in browser.get(ACCOUNT).text


def test_only_the_answer_to_this_sessions_own_question_counts_and_once(
    client: FlaskClient, own_app: Flask, add_account: AddAccount, clock: Clock
) -> None:
    key, foreign, unknown = Authenticator(), Authenticator(), Authenticator()
    add(client, key)
    add_account(email="other@winkel.test")
    other = own_app.test_client()
    sign_in(other, "other@winkel.test")
    add(other, foreign)
    browser, second = waiting(own_app), waiting(own_app)

    def question() -> dict[str, Any]:
        clock.turn(minutes=12)  # so that the throttle is not what refuses
        sign_in(browser)
        return ask(browser, CODE)

    def answered(answer: str) -> int:
        return send(browser, CODE, passkey=answer).status_code

    asked_of_second = ask(second, CODE)
    assert answered(key.sign(asked_of_second)) == 422  # another session's question
    assert answered(foreign.sign(question())) == 422  # another account's key
    assert answered(unknown.sign(question())) == 422
    assert answered(key.sign(question(), origin="https://evil.example")) == 422
    assert answered(key.sign(question(), host="evil.example")) == 422
    stale = question()
    clock.turn(minutes=6)
    assert answered(key.sign(stale)) == 422
    replaced = question()
    ask(browser, CODE)
    assert answered(key.sign(replaced)) == 422
    made_up = json.loads(key.sign(question()))
    made_up["response"]["signature"] = made_up["response"]["signature"][::-1]
    assert answered(json.dumps(made_up)) == 422
    right = key.sign(question())
    assert answered(right) == 303
    browser = waiting(own_app)
    assert answered(right) == 422  # replayed
    key.count = 0  # as a copy of the key counts
    assert answered(key.sign(question())) == 422
    assert not is_signed_in(browser)


@pytest.mark.parametrize(
    "answer",
    [
        "x",
        "null",
        "[]",
        "{}",
        '{"id": 1}',
        '{"id":"AA","rawId":"AA","type":"public-key","response":{}}',
        "\0é",
        "[" * 20_000,
    ],
)
def test_an_answer_that_is_none_is_a_wrong_one(answer: str, client: FlaskClient, own_app: Flask) -> None:
    add(client, Authenticator())
    assert send(waiting(own_app), CODE, passkey=answer).status_code == 422
    assert send(client, NEW, name="x", credential=answer, current_password=PASSWORD).status_code == 422


def test_a_passkey_is_added_only_with_password_factor_and_an_answer_to_this_page(
    client: FlaskClient, own_app: Flask, clock: Clock
) -> None:
    first, second = Authenticator(), Authenticator()
    secret, codes = switch_on(client, clock)
    clock.turn(seconds=30)
    assert add(client, first, current_code="000000").status_code == 422
    assert add(client, first, current_password="wrong", current_code=codes[0]).status_code == 422  # noqa: S106 - wrong
    for name in ("", " \x00", "x" * 61):
        assert add(client, first, name=name, current_code=codes[0]).status_code == 422
    assert send(client, NEW, name="x", current_password=PASSWORD, current_code=codes[0]).status_code == 422
    done = add(client, first, current_code=code(secret, clock))
    assert done.location == ACCOUNT  # the recovery codes stay as they were
    proof = first.sign(ask(client, NEW))
    assert add(client, second, "Sleutel", current_passkey=proof).location == ACCOUNT
    again = add(client, second, current_code=codes[0])  # the same key, which a browser would not make
    assert again.status_code == 422
    shown = client.get(ACCOUNT).text
    assert ("Telefoon" in shown, "Sleutel" in shown) == (True, True)
    assert send(waiting(own_app), CODE, code=codes[1]).location == "/admin/"


def test_removing_the_only_passkey_ends_the_factor_and_its_codes(
    client: FlaskClient, own_app: Flask, add_account: AddAccount, clock: Clock
) -> None:
    key = Authenticator()
    add(client, key)
    match = re.search(rf'href="({ACCOUNT}/passkeys/\d+/remove)"', client.get(ACCOUNT).text)
    assert match
    for language in ("en", "nl"):
        check_page(client.get(f"{match[1]}?lang={language}"), language)
    add_account(email="other@winkel.test")
    other = own_app.test_client()
    sign_in(other, "other@winkel.test")
    assert other.get(match[1]).status_code == 404
    assert send(client, match[1], current_password=PASSWORD).status_code == 422
    proof = key.sign(ask(client, match[1]))
    assert send(client, match[1], current_password=PASSWORD, current_passkey=proof).location == ACCOUNT
    assert sign_in(own_app.test_client()).location == "/admin/"
    events = client.get("/admin/people-log").text
    assert ("passkey toegevoegd" in events, "passkey verwijderd" in events) == (True, True)


def test_a_passkey_satisfies_a_role_that_requires_a_factor_and_then_stays(
    admin_client: AdminClient, add_account: AddAccount, own_app: Flask, clock: Clock
) -> None:
    owner, editor, key = admin_client("owner", email="owner@winkel.test"), own_app.test_client(), Authenticator()
    add_account(role="editor")
    sign_in(editor)
    require(owner, "editor")
    assert editor.get("/admin/").location == f"{ACCOUNT}/second-factor"
    assert add(editor, key).status_code == 200
    assert is_signed_in(editor)
    match = re.search(rf'href="({ACCOUNT}/passkeys/\d+/remove)"', editor.get(ACCOUNT).text)
    assert match
    assert editor.get(match[1]).location == ACCOUNT
    switched = re.search(r'href="(/admin/accounts/\d+)">eva@winkel', owner.get("/admin/accounts").text)
    assert switched
    page = owner.get(switched[1])
    owner.post(f"{switched[1]}/second-factor/off", data={"csrf_token": csrf_token(page)})
    assert sign_in(own_app.test_client()).location == "/admin/"


def test_questions_are_only_for_who_gave_the_password(client: FlaskClient, own_app: Flask) -> None:
    asked = {"csrf_token": csrf_token(client.get(ACCOUNT))}
    assert client.post("/admin/passkey/questions", data=asked).status_code == 403  # no passkey
    add(client, Authenticator())
    stranger = own_app.test_client()
    asked = {"csrf_token": csrf_token(stranger.get("/admin/sign-in"))}
    assert stranger.post("/admin/passkey/questions", data=asked).status_code == 403
