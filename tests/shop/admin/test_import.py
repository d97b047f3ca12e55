"""An import through the admin's pages, without JavaScript: send, map, look, apply, undo."""

import csv
import io
import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from catalog.models import Batch, Product, Status
from tests.conftest import AdminClient
from tests.shop.admin.conftest import Clock
from tests.shop.pages import csrf_token, main_text
from tests.shop.test_page_contract import check_page

PUBLISHED = {
    "Artikelnr": "GH-1",
    "Naam": "Magnesiumcitraat 100 mg, 60 capsules",
    "Name": "Magnesium citrate 100 mg, 60 capsules",
    "Merk": "Duinvallei",
    "Omschrijving": "Een pot voor een maand.",
    "Description": "A jar for a month.",
    "Ingrediënten": "magnesiumcitraat, antiklontermiddel (magnesiumstearaat)",
    "Ingredients": "magnesium citrate, anti-caking agent (magnesium stearate)",
    "Gebruik": "Neem 2 capsules per dag met water.",
    "Directions": "Take 2 capsules a day with water.",
    "Bewaren": "Droog bewaren.",
    "Storage": "Keep dry.",
    "Aantal": "60 caps",
    "Dosering": "2 x per dag",
    "Netto inhoud": "45 g",
    "Magnesiumvorm": "magnesium citraat",
    "Magnesium per dag": "200 mg",
    "Prijs (€)": "€ 12,95",
    "Voorraad": "40 stuks",
}


@pytest.fixture
def publisher(admin_client: AdminClient, clock: Clock) -> FlaskClient:
    client = admin_client("publisher", email="publisher@winkel.test")
    client.get("/admin/?lang=en")
    return client


def send_file(client: FlaskClient, content: str | bytes, name: str = "list.csv", **fields: str) -> TestResponse:
    data = content if isinstance(content, bytes) else content.encode()
    token = csrf_token(client.get("/admin/import"))
    form = {"csrf_token": token, "file": (io.BytesIO(data), name), "supplier": "", **fields}
    return client.post("/admin/import", data=form, content_type="multipart/form-data")


def press(client: FlaskClient, page: str, address: str, **fields: str) -> TestResponse:
    shown = client.get(page)
    seen = re.findall(r'name="seen" value="([^"]+)"', shown.text)
    return client.post(address, data={"csrf_token": csrf_token(shown), "seen": seen, **fields})


def mapped(page: TestResponse) -> dict[str, str]:
    """The mapping form as it stands, to be sent."""
    form: dict[str, str] = {}
    for name, options in re.findall(r'<select id="[^"]+" name="([^"]+)"[^>]*>(.*?)</select>', page.text, re.S):
        chosen = re.search(r"<option selected>([^<]*)", options)
        form[name] = chosen[1].replace("&#39;", "'") if chosen else ""
    return form


@pytest.fixture
def price_list(publisher: FlaskClient) -> Callable[[str], str]:
    """The export with other prices."""

    def make(price: str) -> str:
        rows = list(csv.DictReader(io.StringIO(publisher.get("/admin/export/csv").text)))[:3]
        file = io.StringIO()
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows({**row, "price_eur": price} for row in rows)
        return file.getvalue()

    return make


def prices(app: Flask) -> set[int]:
    with Session(app.extensions["catalog_engine"]) as session:
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


def test_a_suppliers_file_becomes_published_products_through_a_mapping_that_is_remembered(
    publisher: FlaskClient, own_app: Flask
) -> None:
    content = ";".join(PUBLISHED) + "\n" + ";".join(PUBLISHED.values()) + "\n"
    mapping = send_file(publisher, content.encode("cp1252"), supplier=" ", new_supplier="Groothandel").location
    page = publisher.get(mapping)
    form = mapped(page) | {"constant-dosage_form": "capsule", "constant-status": "published"}
    plan = press(publisher, mapping, mapping, **form).location
    assert "1 new" in main_text(publisher.get(plan)), main_text(publisher.get(plan))
    press(publisher, plan, f"{plan}/apply")
    with Session(own_app.extensions["catalog_engine"]) as session:
        product = session.scalars(select(Product).where(Product.sku == "GH-1")).one()
        assert (product.status, product.magnesium_ug, product.price_cents) == (Status.PUBLISHED, 100_000, 1295)
        address = f"/nl/product/{product.slug}"
    assert publisher.get(address).status_code == 200
    again = send_file(publisher, content.replace("12,95", "13,95").encode("cp1252"), supplier="Groothandel")
    assert "1 changed" in main_text(publisher.get(again.location))


def test_forms_that_nobody_knows_are_asked_about_once(publisher: FlaskClient, own_app: Flask) -> None:
    content = "code,name,form\nA-1,Magnesium,Magnesium chelate\n"
    mapping = send_file(publisher, content, supplier=" ", new_supplier="UK").location
    form = mapped(publisher.get(mapping)) | {"constant-dosage_form": "capsule"}
    plan = press(publisher, mapping, mapping, **form).location
    assert "which magnesium form is “magnesium chelate”?" in main_text(publisher.get(plan))
    question = publisher.get(mapping)
    assert "“magnesium chelate”" in question.text
    answered = mapped(question) | {"question": "magnesium chelate", "answer": "bisglycinate"}
    press(publisher, mapping, mapping, **answered)
    assert "1 new" in main_text(publisher.get(plan))


def test_what_no_column_gives_is_named_by_its_label_and_an_amount_at_its_own_column(publisher: FlaskClient) -> None:
    content = "code,vorm,magnesium,prijs\nA-1,citraat,1000000000000 mg,9\n"
    mapping = send_file(publisher, content, supplier=" ", new_supplier="Groothandel").location
    fields = {"column-sku": "code", "column-form": "vorm", "column-elemental": "magnesium", "column-price_eur": "prijs"}
    pounds = {"constant-dosage_form": "capsule", "constant-currency": "GBP"}
    plan = press(publisher, mapping, mapping, **fields | pounds).location
    assert "Currency of the price : is in GBP" in main_text(publisher.get(plan))
    press(publisher, mapping, mapping, **fields | pounds | {"constant-currency": "EUR"})
    assert "magnesium “1000000000000 mg”: must be from 0" in main_text(publisher.get(plan))


def test_what_a_mapping_lacks_is_said_at_its_place_and_what_was_chosen_stays(publisher: FlaskClient) -> None:
    mapping = send_file(publisher, "code,name,price\nA,B,12\n", supplier=" ", new_supplier="UK").location
    form = mapped(publisher.get(mapping))
    assert (form["column-sku"], form["column-price_eur"]) == ("code", "price")
    page = press(publisher, mapping, mapping, **form)
    assert page.status_code == 422
    assert 'href="#constant-currency"' in page.text
    assert mapped(page)["column-price_eur"] == "price"
    pounds = form | {"constant-currency": "GBP", "constant-dosage_form": "capsule"}
    plan = press(publisher, mapping, mapping, **pounds).location
    assert "is in GBP, not in euro" in main_text(publisher.get(plan))


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


def test_a_suppliers_file_that_breaks_off_says_so_where_its_columns_are_mapped(publisher: FlaskClient) -> None:
    mapping = send_file(publisher, 'sku,naam\nA,heel\n"B,half\n', supplier=" ", new_supplier="Half").location
    page = publisher.get(mapping)
    assert page.status_code == 200
    assert "row 3: the quotation marks do not add up" in main_text(page)
    assert "heel" in main_text(page)


def test_a_file_that_is_too_large_is_a_clear_413(publisher: FlaskClient) -> None:
    page = publisher.post("/admin/import", data=b"x" * 17 * 1024 * 1024, content_type="multipart/form-data; boundary=x")
    assert page.status_code == 413
    assert "too large" in main_text(page)


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
    with Session(own_app.extensions["catalog_engine"]) as session:
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
