"""Failed attempts make a stranger wait, and never the person whose account it is; right ones count for nothing."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient

from shop.app import create_app
from shop.web.services import services_of
from tests.conftest import AdminClient, settings_in
from tests.factories import PASSWORD
from tests.shop.admin.conftest import AddAccount, Clock, sign_in
from tests.shop.admin.test_second_factor import switch_on
from tests.shop.visitor import csrf_token, send

WRONG = "not the password"
CODE = "/admin/sign-in/code"


class TickingClock(Clock):
    """Goes on a little each time that somebody looks, as clocks do."""

    def __call__(self) -> datetime:
        self.now += timedelta(microseconds=1)
        return self.now


@pytest.fixture
def clock(own_app: Flask) -> Clock:
    clock = TickingClock()
    services_of(own_app).clock = clock
    return clock


@pytest.fixture
def browser(own_app: Flask) -> FlaskClient:
    return own_app.test_client()


@pytest.fixture
def code_of_eva(browser: FlaskClient, add_account: AddAccount, clock: Clock) -> Callable[[], str]:
    """Eva has a second factor; half a minute later, what her telephone shows."""
    add_account()
    sign_in(browser)
    secret, _codes = switch_on(browser, clock)

    def code() -> str:
        clock.turn(seconds=30)
        return pyotp.TOTP(secret).at(clock.now)

    return code


def failures_left(app: Flask) -> int:
    """The number of wrong passwords that the network address may still type."""
    browser = app.test_client()
    for tried in range(31):
        if sign_in(browser, email=f"guess{tried}@winkel.test").status_code == 429:
            return tried
    return 31


def test_right_sign_ins_count_for_nothing(own_app: Flask, add_account: AddAccount, clock: Clock) -> None:
    add_account()
    for _ in range(3):
        assert sign_in(own_app.test_client()).location == "/admin/"
    assert failures_left(own_app) == 30


def test_a_right_password_that_waits_for_its_code_is_no_failure(own_app: Flask, code_of_eva: Callable[[], str]) -> None:
    waiting, browser = own_app.test_client(), own_app.test_client()
    for _ in range(12):
        assert sign_in(waiting).location == f"{CODE}?next=/admin/"
    sign_in(browser)
    assert send(browser, CODE, code=code_of_eva()).location == "/admin/"
    assert failures_left(own_app) == 30


def test_a_wrong_code_is_one_failure_and_a_right_password_does_not_forgive_it(
    own_app: Flask, code_of_eva: Callable[[], str]
) -> None:
    for _ in range(10):
        browser = own_app.test_client()
        assert sign_in(browser).status_code == 303
        assert send(browser, CODE, code="000000").status_code == 422
    assert sign_in(own_app.test_client()).status_code == 429
    assert failures_left(own_app) == 20


def test_ten_wrong_passwords_make_their_network_address_wait_also_in_another_process(
    browser: FlaskClient, add_account: AddAccount, clock: Clock, own_instance: Path
) -> None:
    add_account()
    for _ in range(10):
        assert sign_in(browser, password=WRONG).status_code == 422
    refused = sign_in(browser)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, str(15 * 60))
    other = create_app(settings_in(own_instance))
    services_of(other).clock = clock
    assert sign_in(other.test_client()).status_code == 429
    assert sign_in(other.test_client(), email="nobody@winkel.test").status_code == 422
    clock.turn(minutes=15)
    assert sign_in(other.test_client()).location == "/admin/"
    services_of(other).dispose()


def test_one_network_address_may_not_try_many_accounts(browser: FlaskClient, clock: Clock) -> None:
    answers = [sign_in(browser, email=f"guess{n}@winkel.test").status_code for n in range(31)]
    assert answers == [422] * 30 + [429]


def test_a_right_password_forgives_the_wrong_ones(
    browser: FlaskClient, own_app: Flask, add_account: AddAccount, clock: Clock
) -> None:
    add_account()
    for _ in range(2):
        for _ in range(9):
            sign_in(browser, password=WRONG)
        assert sign_in(own_app.test_client()).location == "/admin/"


def from_elsewhere(app: Flask, number: int = 0) -> FlaskClient:
    """A browser at another network address."""
    browser = app.test_client()
    browser.environ_base["REMOTE_ADDR"] = f"198.51.100.{number}"
    return browser


def guess(app: Flask, times: int) -> None:
    """Wrong passwords from as many network addresses as it takes."""
    for number in range(times):
        assert sign_in(from_elsewhere(app, number // 10), password=WRONG).status_code == 422


def test_wrong_passwords_from_one_address_leave_all_others_free(own_app: Flask, add_account: AddAccount) -> None:
    add_account()
    guess(own_app, 10)
    assert sign_in(from_elsewhere(own_app)).status_code == 429
    assert sign_in(own_app.test_client()).location == "/admin/"


def test_a_hundred_wrong_passwords_a_day_stop_strangers_and_not_a_browser_that_signed_in_before(
    own_app: Flask, add_account: AddAccount, clock: Clock
) -> None:
    add_account()
    own = own_app.test_client()
    sign_in(own)
    own.delete_cookie("admin_session", path="/admin")
    guess(own_app, 100)
    stranger = from_elsewhere(own_app, 200)
    refused = sign_in(stranger)
    assert refused.status_code == 429
    assert sign_in(own).location == "/admin/"
    clock.turn(hours=24)
    assert sign_in(stranger).location == "/admin/"


def test_a_known_browser_has_ten_attempts_too_and_only_for_accounts_that_signed_in_there(
    own_app: Flask, add_account: AddAccount, clock: Clock
) -> None:
    add_account()
    add_account(email="colleague@winkel.test")
    known = own_app.test_client()
    sign_in(known)
    known.delete_cookie("admin_session", path="/admin")
    assert [sign_in(known, password=WRONG).status_code for _ in range(11)] == [422] * 10 + [429]
    assert sign_in(own_app.test_client()).location == "/admin/"  # what the known browser does is its own matter
    guess(own_app, 100)
    clock.turn(minutes=15)
    assert sign_in(known).location == "/admin/"
    known.delete_cookie("admin_session", path="/admin")
    for number in range(100):
        sign_in(from_elsewhere(own_app, number // 10), "colleague@winkel.test", WRONG)
    assert sign_in(known, "colleague@winkel.test").status_code == 429


def test_a_password_without_its_code_makes_no_browser_known(own_app: Flask, code_of_eva: Callable[[], str]) -> None:
    browser = own_app.test_client()
    sign_in(browser)
    assert browser.get_cookie("admin_browser", path="/admin") is None
    send(browser, CODE, code=code_of_eva())
    assert browser.get_cookie("admin_browser", path="/admin")


def test_a_browser_is_known_no_more_once_the_password_is_another(
    own_app: Flask, add_account: AddAccount, clock: Clock
) -> None:
    add_account()
    stolen, own = own_app.test_client(), own_app.test_client()
    for browser in (stolen, own):
        sign_in(browser)
    new = {"password": "drie groene peren", "again": "drie groene peren", "current_password": PASSWORD}
    assert send(own, "/admin/my-account/password", **new).status_code == 303
    for browser in (stolen, own):
        browser.delete_cookie("admin_session", path="/admin")
    guess(own_app, 100)
    assert sign_in(own, password=new["password"]).location == "/admin/"
    assert sign_in(stolen, password=new["password"]).status_code == 429


@pytest.mark.parametrize("forged", ["", "forged", "\xff", "x" * 4000])
def test_a_forged_cookie_of_a_known_browser_is_ignored(forged: str, own_app: Flask, add_account: AddAccount) -> None:
    add_account()
    guess(own_app, 100)
    browser = from_elsewhere(own_app, 200)
    browser.set_cookie("admin_browser", forged, path="/admin")
    assert sign_in(browser).status_code == 429


def test_confirming_counts_apart_from_signing_in(own_app: Flask, add_account: AddAccount, clock: Clock) -> None:
    add_account()
    owner, second = own_app.test_client(), own_app.test_client()
    sign_in(owner)
    sign_in(second)
    guess(own_app, 100)
    answers = [send(owner, "/admin/confirm", confirm_password=WRONG).status_code for _ in range(11)]
    assert answers == [422] * 11
    assert send(owner, "/admin/confirm", confirm_password=PASSWORD).status_code == 422
    assert send(second, "/admin/confirm", confirm_password=PASSWORD).location == "/admin/"
    clock.turn(minutes=15)
    assert send(owner, "/admin/confirm", confirm_password=PASSWORD).location == "/admin/"


def test_an_owner_unlocks_an_account(own_app: Flask, add_account: AddAccount, admin_client: AdminClient) -> None:
    account = add_account()
    guess(own_app, 100)
    owner = admin_client("owner", email="owner@winkel.test")
    page = f"/admin/accounts/{account.id}"
    assert ": 100." in owner.get(page).text
    assert sign_in(from_elsewhere(own_app, 0)).status_code == 429
    answer = owner.post(f"{page}/unlock", data={"csrf_token": csrf_token(owner.get(page))})
    assert answer.location == page
    assert ": 0." in owner.get(page).text
    assert sign_in(from_elsewhere(own_app, 0)).location == "/admin/"


def test_a_known_browser_may_try_a_hundred_times_a_day_however_slowly(
    browser: FlaskClient, add_account: AddAccount, clock: Clock
) -> None:
    add_account()
    sign_in(browser)
    known = browser.get_cookie("admin_browser", path="/admin")
    assert known is not None
    stranger = browser.application.test_client()
    stranger.set_cookie("admin_browser", known.value, path="/admin")
    answers = []
    for _try in range(101):
        clock.turn(minutes=10)
        answers.append(sign_in(stranger, password=WRONG).status_code)
    assert answers.index(429) == 100
