"""A supplier's file: its columns are mapped once, and its words are asked about."""

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.models import Product, Status
from shop.web.services import services_of
from tests.shop.admin.imports import mapped, press, send_file
from tests.shop.visitor import main_text

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
    with Session(services_of(own_app).databases.primary) as session:
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


def test_a_suppliers_file_that_breaks_off_says_so_where_its_columns_are_mapped(publisher: FlaskClient) -> None:
    mapping = send_file(publisher, 'sku,naam\nA,heel\n"B,half\n', supplier=" ", new_supplier="Half").location
    page = publisher.get(mapping)
    assert page.status_code == 200
    assert "row 3: the quotation marks do not add up" in main_text(page)
    assert "heel" in main_text(page)
