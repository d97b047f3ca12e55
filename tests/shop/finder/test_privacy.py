"""Answers are health data: an encrypted cookie of their own, and nowhere else."""

import gc
import logging
import re
import time
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from flask import Flask
from flask.testing import FlaskClient
from msgspec.structs import replace

from catalog.advice.candidates import Wishes
from recommend.answers import Answers
from shop.app import create_app
from shop.web.services import services_of
from tests.conftest import settings_in
from tests.shop.visitor import FILLED, FINDER, PUBLIC_PAGES, answer, csrf_token, send

LISTING = PUBLIC_PAGES["nl"][2]
START, ADVICE = FINDER["nl"]["start"], FINDER["nl"]["advice"]


def test_the_cookie_is_encrypted_http_only_lax_and_gone_after_an_hour(client: FlaskClient) -> None:
    answer(client, conditions=["kidney_disease"])
    cookie = client.get_cookie("answers")
    assert cookie
    assert "kidney" not in cookie.decoded_value
    assert (cookie.http_only, cookie.same_site, cookie.max_age, cookie.secure) == (True, "Lax", 3600, False)


def test_the_cookie_is_secure_under_tls(client: FlaskClient) -> None:
    page = client.get(START, base_url="https://localhost")
    sent = client.post(
        START,
        data=FILLED["start"] | {"csrf_token": csrf_token(page)},
        base_url="https://localhost",
        headers={"Referer": "https://localhost/"},
    )
    assert sent.status_code == 303
    assert any("answers=" in header and "Secure" in header for header in sent.headers.getlist("Set-Cookie"))


@pytest.mark.parametrize("proxies", [0, 1])
def test_a_proxy_is_believed_only_where_one_is_set(proxies: int, sample_instance: Path) -> None:
    app = create_app(replace(settings_in(sample_instance), proxies=proxies))
    page = app.test_client().get(START, headers={"X-Forwarded-Proto": "https"})
    assert ("; Secure" in page.headers["Set-Cookie"]) == bool(proxies)
    services_of(app).dispose()


@pytest.mark.parametrize("token", ["x", "gAAAAAB" + "a" * 100, "é", "A" * 3000, "%00", ""])
def test_a_forged_cookie_is_a_fresh_start_with_a_notice(token: str, client: FlaskClient) -> None:
    client.set_cookie("answers", token)
    for address in (START, LISTING):
        page = client.get(address)
        assert page.status_code == 200
        assert ("opnieuw beginnen" in page.text) == bool(token and address == START)
    assert client.get(ADVICE).status_code == 303


def test_an_expired_cookie_is_a_fresh_start_with_a_notice(app: Flask, client: FlaskClient) -> None:
    cipher: Fernet = services_of(app).answers_cipher
    old = cipher.encrypt_at_time(b'{"stomach": "none"}', int(time.time()) - 3601)
    client.set_cookie("answers", old.decode())
    assert "opnieuw beginnen" in client.get(START).text


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("stale", ["forged", "expired", "gone"])
def test_a_page_of_the_finder_with_stale_answers_leads_to_the_beginning_and_says_why_once(
    stale: str, language: str, app: Flask, client: FlaskClient
) -> None:
    cipher: Fernet = services_of(app).answers_cipher
    old = cipher.encrypt_at_time(b'{"stomach": "none"}', int(time.time()) - 3601).decode()
    why = {
        "forged": ("zijn verlopen of", "could not be read"),
        "expired": ("zijn verlopen of", "could not be read"),
        "gone": ("antwoorden", "answers"),
    }[stale]
    for name, address in FINDER[language].items():
        if name in ("start", "start_again"):
            continue
        if stale != "gone":
            client.set_cookie("answers", "gAAAAAB" if stale == "forged" else old)
        page = client.get(address, follow_redirects=True)
        assert page.request.path == FINDER[language]["start"]
        notices = re.findall(r'<p class="notice[^>]*>(.*?)</p>', page.text)
        assert len(notices) == 1, address
        assert why[language == "en"] in notices[0]
        assert client.get_cookie("answers") is None


def test_a_cookie_with_answers_that_the_contract_does_not_know_is_a_fresh_start(
    app: Flask, client: FlaskClient
) -> None:
    cipher: Fernet = services_of(app).answers_cipher
    for content in (b'{"stomach": "iron"}', b'{"shoe_size": 44}', b"[1]", b"not json"):
        client.set_cookie("answers", cipher.encrypt(content).decode())
        assert client.get(START).status_code == 200


def test_pages_that_show_answers_are_never_stored(client: FlaskClient) -> None:
    assert answer(client, conditions=["kidney_disease"]).headers["Cache-Control"] == "no-store"
    for address in (START, FINDER["nl"]["check"], LISTING, "/nl/product/duinvallei-magnesiumcitraat-100-capsules"):
        assert client.get(address).headers["Cache-Control"] == "no-store", address


def test_answers_are_never_part_of_an_address(client: FlaskClient) -> None:
    for page, fields in FILLED.items():
        assert "?" not in str(send(client, FINDER["nl"][page], **fields).location)


def test_answers_are_neither_logged_nor_stored(
    client: FlaskClient, sample_instance: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    answer(client, conditions=["myasthenia"], supplement_mg="123")
    assert "myasthenia" not in caplog.text
    for file in sample_instance.iterdir():
        assert b"myasthenia" not in file.read_bytes()


def _in_memory() -> dict[int, Answers | Wishes]:
    gc.collect()
    return {id(one): one for one in gc.get_objects() if isinstance(one, Answers | Wishes)}


def test_no_answer_and_no_wish_that_follows_from_one_is_left_in_memory(client: FlaskClient) -> None:
    of_other_tests = _in_memory()
    answer(client, conditions=["kidney_disease"])
    assert client.get(ADVICE).status_code == 200
    answer(client, conditions=["none"], stomach="strong")
    assert client.get(ADVICE).status_code == 200
    assert [one for key, one in _in_memory().items() if key not in of_other_tests] == []
