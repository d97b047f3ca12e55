"""The list of browsers in which somebody is signed in."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.models import AdminSession
from shop.admin.origin import device_of, network_of
from shop.web.services import services_of
from tests.conftest import AdminClient
from tests.queries import counted
from tests.shop.admin.conftest import AddAccount, Clock, is_signed_in, sign_in
from tests.shop.visitor import csrf_token, main_text
from tests.shop.web.test_page_contract import check_page

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.5 Mobile/15E148 Safari/604.1"
)
MINE = "/admin/my-account"


def browser_of(app: Flask, user_agent: str, address: str) -> FlaskClient:
    browser = app.test_client()
    browser.environ_base |= {"HTTP_USER_AGENT": user_agent, "REMOTE_ADDR": address}
    assert sign_in(browser).location == "/admin/"
    return browser


def names(client: FlaskClient) -> list[str]:
    return re.findall(r'name="browser" value="([^"]*)"', client.get(MINE).text)


def test_each_browser_is_listed_with_its_device_last_use_and_the_beginning_of_its_address(
    own_app: Flask, add_account: AddAccount, admin_client: AdminClient, clock: Clock
) -> None:
    add_account()
    admin_client("owner")  # of somebody else
    here = browser_of(own_app, FIREFOX, "203.0.113.77")
    clock.turn(minutes=10)
    browser_of(own_app, SAFARI, "2001:db8:1:2:3:4:5:6")
    page = here.get(MINE)
    check_page(page, "nl")
    text = main_text(page)
    for word in ("Firefox, Linux", "Mobile Safari, iOS", "203.0.113.0/24", "2001:db8:1::/48", "22 november 2026 10:10"):
        assert word in text
    assert "203.0.113.77" not in page.text
    assert len(names(here)) == 1
    here.environ_base["REMOTE_ADDR"] = "198.51.100.9"
    clock.turn(minutes=5)
    here.get(MINE)
    assert "198.51.100.0/24" in here.get(MINE).text


def test_one_browser_is_ended_and_no_other(own_app: Flask, add_account: AddAccount, clock: Clock) -> None:
    add_account()
    here, there, third = (browser_of(own_app, FIREFOX, "203.0.113.77") for _ in range(3))
    with there.session_transaction("/admin/") as cookie:
        token = cookie["session_token"]
    with Session(services_of(own_app).databases.primary) as session:
        assert token not in str([vars(row) for row in session.scalars(select(AdminSession))])
    before = names(here)
    answer = here.post(f"{MINE}/sessions/end", data={"csrf_token": csrf_token(here.get(MINE)), "browser": before[0]})
    assert answer.location == MINE
    assert is_signed_in(here)
    assert sorted([is_signed_in(there), is_signed_in(third)]) == [False, True]
    assert len(names(here)) == 1


@pytest.mark.parametrize("name", ["", "%", "_" * 16, "%" * 16, "0" * 16, "é" * 16, "\x00" * 16, "x" * 9000])
def test_a_name_that_no_browser_has_ends_nothing(
    name: str, own_app: Flask, add_account: AddAccount, clock: Clock
) -> None:
    add_account()
    here, there = (browser_of(own_app, FIREFOX, "203.0.113.77") for _ in range(2))
    assert here.post(f"{MINE}/sessions/end", data={"csrf_token": csrf_token(here.get(MINE)), "browser": name}).location
    assert is_signed_in(here)
    assert is_signed_in(there)


def test_nobody_ends_a_browser_of_somebody_else(
    own_app: Flask, add_account: AddAccount, admin_client: AdminClient, clock: Clock
) -> None:
    add_account()
    here, there = (browser_of(own_app, FIREFOX, "203.0.113.77") for _ in range(2))
    other = admin_client("owner")
    data = {"csrf_token": csrf_token(other.get(MINE)), "browser": names(here)[0]}
    assert "message-warning" in other.post(f"{MINE}/sessions/end", data=data, follow_redirects=True).text
    assert is_signed_in(there)


def test_the_page_takes_as_many_queries_for_many_browsers_as_for_one(
    own_app: Flask, add_account: AddAccount, clock: Clock
) -> None:
    add_account()
    here = browser_of(own_app, FIREFOX, "203.0.113.77")
    here.get(MINE)
    with counted(services_of(own_app).databases.primary) as one:
        here.get(MINE)
    for _ in range(8):
        browser_of(own_app, SAFARI, "203.0.113.78")
    with counted(services_of(own_app).databases.primary) as many:
        here.get(MINE)
    assert len(one) == len(many)


@pytest.mark.parametrize("odd", ["", "x" * 100_000, "<script>", "\x00", "Mozilla/5.0 (" * 500])
def test_an_odd_user_agent_is_an_unknown_browser(odd: str) -> None:
    assert "<" not in device_of(odd)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2::3", "2001:db8:1::/48"),
        ("fe80::1%eth0", "fe80::/48"),
        ("", ""),
        ("unix:", ""),
    ],
)
def test_of_an_address_only_the_network_is_kept(address: str, network: str) -> None:
    assert network_of(address) == network
