"""An import through the admin's pages, without JavaScript: send, look, apply, undo."""

import csv
import io
import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalog.models import Batch, Product
from shop.web.services import services_of
from tests.conftest import AdminClient
from tests.shop.admin.conftest import Clock
from tests.shop.admin.imports import press, send_file
from tests.shop.visitor import csrf_token, main_text
from tests.shop.web.test_page_contract import check_page


def prices(app: Flask) -> set[int]:
    with Session(services_of(app).databases.primary) as session:
        query = select(Product.price_cents).order_by(Product.sku).limit(3)
        return set(session.scalars(query))


def test_a_price_list_is_looked_at_applied_and_undone(
    publisher: FlaskClient, own_app: Flask, price_list: Callable[[str], str], clock: Clock
) -> None:
    before = prices(own_app)
    plan = send_file(publisher, price_list("33.33")).location
    assert "3 changed" in main_text(publisher.get(plan))
    assert "→ 33.33" in main_text(publisher.get(plan))
    assert prices(own_app) == before
    assert press(publisher, plan, f"{plan}/apply").location == "/admin/import"
    assert prices(own_app) == {3333}
    page = publisher.get("/admin/batches")
    clock.turn(minutes=1)
    undo = re.search(r'action="(/admin/batches/\d+/undo)"', page.text)
    assert undo
    press(publisher, "/admin/batches", undo[1])
    assert prices(own_app) == before
    assert "Undone." in main_text(publisher.get("/admin/batches"))


def test_an_import_that_is_pressed_twice_leads_to_its_batch_the_second_time(
    publisher: FlaskClient, own_app: Flask, price_list: Callable[[str], str], clock: Clock
) -> None:
    plan = send_file(publisher, price_list("33.33")).location
    shown = publisher.get(plan)
    pressed = {"csrf_token": csrf_token(shown), "seen": re.findall(r'name="seen" value="([^"]+)"', shown.text)}
    assert publisher.post(f"{plan}/apply", data=pressed).location == "/admin/import"
    again = publisher.post(f"{plan}/apply", data=pressed)
    assert (again.status_code, again.location) == (303, "/admin/history?batch=1")
    assert "imported already" in main_text(publisher.get(again.location))
    clock.turn(minutes=1)
    other = send_file(publisher, price_list("44.44")).location  # SQLite gives the number once more
    assert publisher.post(f"{plan}/apply", data=pressed).location == "/admin/history?batch=1"
    assert prices(own_app) == {3333}
    press(publisher, other, f"{other}/drop")
    assert publisher.post(f"{plan}/apply", data=pressed | {"seen": "made up"}).status_code == 404


def test_a_plan_that_no_longer_holds_is_shown_anew_instead_of_applied(
    publisher: FlaskClient, own_app: Flask, price_list: Callable[[str], str], clock: Clock
) -> None:
    first, second = (send_file(publisher, price_list(price)).location for price in ("33.33", "44.44"))
    press(publisher, second, f"{second}/apply")
    clock.turn(minutes=1)
    again = press(publisher, first, f"{first}/apply")
    assert again.location == first
    assert "changed meanwhile" in main_text(publisher.get(first))
    assert prices(own_app) == {4444}
    press(publisher, first, f"{first}/apply")
    assert prices(own_app) == {3333}


def test_a_page_left_open_never_imports_a_file_that_it_did_not_show(
    publisher: FlaskClient, own_app: Flask, price_list: Callable[[str], str], clock: Clock
) -> None:
    first = send_file(publisher, price_list("33.33")).location
    left_open = re.findall(r'name="seen" value="([^"]+)"', publisher.get(first).text)
    press(publisher, first, f"{first}/drop")
    clock.turn(minutes=1)
    plan = send_file(publisher, price_list("44.44")).location  # SQLite gives a number that is free again once more
    before = prices(own_app)
    for seen in (left_open, []):
        answer = publisher.post(f"{plan}/apply", data={"csrf_token": csrf_token(publisher.get(plan)), "seen": seen})
        assert answer.location == plan
        assert "You looked at something else" in main_text(publisher.get(plan))
    assert prices(own_app) == before


def test_refused_rows_are_shown_and_downloaded_and_the_others_imported_on_request(
    publisher: FlaskClient, own_app: Flask, price_list: Callable[[str], str]
) -> None:
    content = price_list("33.33").replace("33.33", "1.234", 1)
    plan = send_file(publisher, content).location
    assert "can be 1,234 or 1234" in main_text(publisher.get(plan))
    publisher.get(f"{plan}?lang=nl")
    assert "kan 1,234 of 1234 zijn" in main_text(publisher.get(plan))
    [row] = csv.DictReader(io.StringIO(publisher.get(f"{plan}/refused").text))
    assert row["reden"].startswith("price_eur: kan 1,234")
    assert press(publisher, plan, f"{plan}/apply").location == plan
    assert 3333 not in prices(own_app)
    press(publisher, plan, f"{plan}/apply", skip_bad="yes")
    assert 3333 in prices(own_app)


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "empty.csv", "the file is empty"),
        (b"PK\x03\x04", "list.csv", "the name says CSV"),
        (b"sku,name\nA,\0\n", "list.csv", "row 2: holds NUL bytes"),
        (b"nothing", "list.exe", "has to end in .csv"),
        (b"sku,prijs\nA,1\n", "list.csv", "prijs: we do not know this column"),
    ],
    ids=["empty", "lying", "nul", "suffix", "column"],
)
def test_a_file_that_cannot_be_imported_says_why(publisher: FlaskClient, content: bytes, name: str, said: str) -> None:
    page = send_file(publisher, content, name)
    if page.status_code == 303:
        page = publisher.get(page.location)
    assert said in main_text(page)


def test_a_file_that_is_too_large_is_a_clear_413(publisher: FlaskClient) -> None:
    page = publisher.post(
        "/admin/import",
        data=b"its beginning",
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": str(61 * 1024 * 1024)},
    )
    assert page.status_code == 413
    assert "too large" in main_text(page)


def test_only_files_are_large_and_never_the_fields_of_a_form(own_app: Flask) -> None:
    """Before anybody is signed in: the check against forgery reads the form first."""
    fields = "a=1&" * 300_000
    page = own_app.test_client().post("/admin/import", data=fields, content_type="application/x-www-form-urlencoded")
    assert page.status_code == 413


def test_only_who_may_import_can(admin_client: AdminClient, clock: Clock) -> None:
    editor = admin_client("editor", email="editor@winkel.test")
    for page in ("/admin/import", "/admin/import/1", "/admin/import/1/mapping", "/admin/export/csv"):
        assert editor.get(page).status_code == 403


def test_what_is_not_there_is_a_404(publisher: FlaskClient) -> None:
    for page in ("/admin/import/7", f"/admin/import/{2**40}", "/admin/import/7/mapping", "/admin/import/7/refused"):
        assert publisher.get(page).status_code == 404
    plan = send_file(publisher, publisher.get("/admin/export/csv").text).location
    assert publisher.get(f"{plan}?page=2").status_code == 404


def test_an_export_that_comes_back_changes_nothing(publisher: FlaskClient, own_app: Flask) -> None:
    for suffix in ("csv", "jsonl", "xlsx"):
        answer = publisher.get(f"/admin/export/{suffix}?versions=yes")
        assert answer.headers["Content-Disposition"] == f"attachment; filename=catalogue.{suffix}"
        plan = send_file(publisher, answer.data, f"catalogue.{suffix}").location
        assert "0 new" in (shown := main_text(publisher.get(plan)))
        assert "0 changed" in shown
        press(publisher, plan, f"{plan}/drop")
    with Session(services_of(own_app).databases.primary) as session:
        assert session.scalar(select(func.count()).select_from(Batch)) == 0


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_page_of_an_import_keeps_the_contract_of_all_pages(
    publisher: FlaskClient, language: str, price_list: Callable[[str], str]
) -> None:
    publisher.get(f"/admin/?lang={language}")
    plan = send_file(publisher, price_list("33.33").replace("33.33", "1.234", 1)).location
    mapping = send_file(publisher, "code,form\nA,onbekend\n", supplier=" ", new_supplier="Groothandel").location
    for page in ("/admin/import", plan, f"{plan}?show=changed", mapping):
        check_page(publisher.get(page), language)
    check_page(press(publisher, mapping, mapping), language)
