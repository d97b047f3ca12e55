"""Failed sign-ins make everybody wait; right ones count for nothing."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient

from shop.app import create_app
from shop.web.services import services_of
from tests.conftest import settings_in
from tests.shop.admin.conftest import AddAccount, Clock, sign_in
from tests.shop.admin.test_second_factor import switch_on
from tests.shop.visitor import send

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


def test_ten_wrong_passwords_make_everybody_wait_also_in_another_process(
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
    services_of(other).databases.primary.dispose()


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
