"""The log of people: what it records, who reads it, and that nobody changes it."""

import csv
import io
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from catalog.accounts.people_log import record_event
from catalog.models import PeopleEventKind
from shop.web.services import services_of
from tests.conftest import AdminClient
from tests.factories import PASSWORD
from tests.queries import counted
from tests.shop.admin.conftest import AddAccount, Clock, sign_in
from tests.shop.admin.test_admin_cli import admin
from tests.shop.admin.test_second_factor import switch_on
from tests.shop.visitor import csrf_token, main_text, send
from tests.shop.web.test_page_contract import check_page

LOG = "/admin/people-log"
WRONG = "not the password"
NEW = "drie groene peren"


@pytest.fixture
def owner(admin_client: AdminClient, clock: Clock) -> FlaskClient:
    return admin_client("owner", email="owner@winkel.test")


def recorded(client: FlaskClient, query: str = "") -> list[tuple[str, str, str, str]]:
    """Event, who, about and detail of each event, the oldest first."""
    rows = list(csv.DictReader(io.StringIO(client.get(f"{LOG}/csv{query}").text)))[::-1]
    return [(row["event"], row["who"], row["about"], row["detail"]) for row in rows if row["event"] != "log_exported"]


def test_signing_in_and_failing_to_are_recorded_and_what_strangers_type_is_not(
    owner: FlaskClient, own_app: Flask, add_account: AddAccount
) -> None:
    add_account()
    browser = own_app.test_client()
    sign_in(browser, password=WRONG)
    sign_in(browser, email="my secret password", password=WRONG)
    sign_in(browser)
    send(browser, "/admin/confirm", confirm_password=WRONG)
    eva = "eva@winkel.test"
    assert recorded(owner) == [
        ("sign_in_failed", "", eva, "password"),
        ("sign_in_failed", "", "", "password"),
        ("signed_in", eva, eva, ""),
        ("proof_failed", eva, eva, ""),
    ]
    assert "my secret" not in owner.get(f"{LOG}/csv").text


def test_changes_of_accounts_are_recorded_with_who_made_them(
    owner: FlaskClient, own_app: Flask, add_account: AddAccount, own_instance: Path
) -> None:
    account = add_account()
    page, me, eva = f"/admin/accounts/{account.id}", "owner@winkel.test", "eva@winkel.test"
    token = csrf_token(owner.get(page))
    owner.post("/admin/accounts", data={"csrf_token": token, "email": "New@winkel.test", "role": "editor"})
    owner.post("/admin/accounts/withdraw", data={"csrf_token": token, "email": "new@winkel.test"})
    owner.post("/admin/accounts/withdraw", data={"csrf_token": token, "email": "new@winkel.test"})
    owner.post(page, data={"csrf_token": token, "role": "publisher"})
    for action in ("sign-out", "unlock", "second-factor/off", "reset", "deactivate", "reactivate"):
        owner.post(f"{page}/{action}", data={"csrf_token": token})
    owner.get("/admin/export/csv")
    admin(own_instance, "unlock", eva)
    assert recorded(owner) == [
        ("invited", me, "new@winkel.test", "editor"),
        ("uninvited", me, "new@winkel.test", ""),
        ("role_changed", me, eva, "owner → publisher"),
        ("sessions_ended", me, eva, ""),
        ("unlocked", me, eva, ""),
        ("factor_off", me, eva, ""),
        ("reset_made", me, eva, ""),
        ("deactivated", me, eva, ""),
        ("reactivated", me, eva, ""),
        ("exported", me, "", "csv"),
        ("unlocked", "", eva, ""),
    ]


def test_changes_of_ones_own_account_are_recorded(
    own_app: Flask, owner: FlaskClient, add_account: AddAccount, clock: Clock
) -> None:
    add_account()
    browser = own_app.test_client()
    sign_in(browser)
    proof = {"current_password": PASSWORD}
    send(browser, "/admin/my-account/password", password=NEW, again=NEW, **proof)
    send(browser, "/admin/my-account/password", password=PASSWORD, again=PASSWORD, current_password=NEW)
    _, codes = switch_on(browser, clock)
    send(browser, "/admin/my-account/recovery-codes", current_code=codes[0], **proof)
    assert [kind for kind, *_ in recorded(owner)] == [
        *("signed_in", "password_changed", "password_changed", "factor_on", "new_codes")
    ]


@pytest.mark.parametrize("language", ["nl", "en"])
def test_owners_search_by_person_event_and_day(
    language: str, owner: FlaskClient, own_app: Flask, add_account: AddAccount, clock: Clock
) -> None:
    add_account()
    add_account(email="under_score@winkel.test")
    sign_in(own_app.test_client())
    sign_in(own_app.test_client(), "under_score@winkel.test", WRONG)
    clock.turn(hours=15)  # 1 o'clock in the Netherlands on the 23rd
    sign_in(own_app.test_client())
    owner = own_app.test_client()
    sign_in(owner)
    clock.turn(minutes=1)
    page = owner.get(f"{LOG}?lang={language}")
    check_page(page, language)
    assert ("mislukte" in main_text(page)) == (language == "nl")
    for query, events in {
        "?person=EVA": 3,
        "?person=_": 1,
        "?person=%25": 0,
        "?kind=signed_in": 3,
        "?until=2026-11-22": 2,
        "?since=2026-11-23": 2,
        "?since=2026-11-22&until=2026-11-23&person=eva": 3,
        "?since=0001-01-01&until=9999-12-31": 4,
    }.items():
        assert len(recorded(owner, query)) == events, query
        assert owner.get(LOG + query).status_code == 200


@pytest.mark.parametrize(
    ("query", "field"),
    [("since=31-12-2026", "since"), ("until=x", "until"), ("kind=king", "kind"), ("person=" + "x" * 300, "person")],
)
def test_a_search_that_cannot_be_is_told_at_its_field(query: str, field: str, owner: FlaskClient) -> None:
    page = owner.get(f"{LOG}?{query}")
    assert page.status_code == 422
    assert f'id="{field}-error"' in page.text
    assert owner.get(f"{LOG}/csv?{query}&endpoint=x&_external=1").location.startswith(LOG)


@pytest.mark.parametrize("page", ["0", "-1", "x", "99999999999", "2"])
def test_an_odd_page_is_an_ordinary_one(page: str, owner: FlaskClient) -> None:
    assert owner.get(f"{LOG}?page={page}&person=\x00").status_code == 200


def test_only_owners_read_it(admin_client: AdminClient) -> None:
    for role in ("editor", "publisher"):
        assert admin_client(role).get(LOG).status_code == 403
        assert admin_client(role).get(f"{LOG}/csv").status_code == 403


def fill(app: Flask, clock: Clock, count: int, **fields: str) -> None:
    with Session(services_of(app).databases.primary) as session:
        for number in range(count):
            at = clock.now - timedelta(minutes=number)
            record_event(session, PeopleEventKind.SIGNED_IN, at, who="eva@winkel.test", **fields)
        session.commit()


def test_pages_hold_fifty_events_and_take_few_queries(owner: FlaskClient, own_app: Flask, clock: Clock) -> None:
    fill(own_app, clock, 120)
    owner.get(LOG)
    with counted(services_of(own_app).databases.primary) as sent:
        first = owner.get(f"{LOG}?person=eva")
    assert len(sent) <= 6
    assert first.text.count("<tr>") == 51
    assert "/admin/people-log?page=2&amp;person=eva" in first.text
    assert owner.get(f"{LOG}?page=3").text.count("<tr>") == 21


def test_no_cell_of_the_export_is_a_formula(owner: FlaskClient, own_app: Flask, clock: Clock) -> None:
    fill(own_app, clock, 1, device="=1+1", detail="a\nb")
    text = owner.get(f"{LOG}/csv").text
    assert "'=1+1" in text
    assert len(text.splitlines()) == len(list(csv.reader(io.StringIO(text))))


def test_a_sign_in_removes_what_is_kept_no_longer(
    own_app: Flask, owner: FlaskClient, add_account: AddAccount, clock: Clock
) -> None:
    add_account()
    fill(own_app, clock, 3)
    clock.turn(days=365, seconds=-90)
    browser = own_app.test_client()
    sign_in(browser)
    assert len(recorded(browser)) == 3
