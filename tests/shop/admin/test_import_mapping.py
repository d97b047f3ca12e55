"""A supplier's file: its columns are mapped once, and its words are asked about."""

import io
import re

from flask import Flask
from flask.testing import FlaskClient
from openpyxl import Workbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.edits.settings import save_settings
from catalog.models import Product, Status
from catalog.queries.settings import OwnerSettings
from shop.web.services import services_of
from tests.factories import AuthorFactory
from tests.shop.admin.imports import mapped, press, send_file
from tests.shop.admin.products import add, stored, typed_values
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
    fields = {"column-sku": "0", "column-form": "1", "column-elemental": "2", "column-price_eur": "3"}
    pounds = {"constant-dosage_form": "capsule", "constant-currency": "GBP"}
    plan = press(publisher, mapping, mapping, **fields | pounds).location
    assert "Currency of the price : is in GBP" in main_text(publisher.get(plan))
    press(publisher, mapping, mapping, **fields | pounds | {"constant-currency": "EUR"})
    assert "magnesium “1000000000000 mg”: must be from 0" in main_text(publisher.get(plan))


def test_what_a_mapping_lacks_is_said_at_its_place_and_what_was_chosen_stays(publisher: FlaskClient) -> None:
    mapping = send_file(publisher, "code,name,price\nA,B,12\n", supplier=" ", new_supplier="UK").location
    form = mapped(publisher.get(mapping))
    assert (form["column-sku"], form["column-price_eur"]) == ("0", "2")
    page = press(publisher, mapping, mapping, **form)
    assert page.status_code == 422
    assert 'href="#constant-currency"' in page.text
    assert mapped(page)["column-price_eur"] == "2"
    pounds = form | {"constant-currency": "GBP", "constant-dosage_form": "capsule"}
    plan = press(publisher, mapping, mapping, **pounds).location
    assert "is in GBP, not in euro" in main_text(publisher.get(plan))


def test_a_suppliers_file_that_breaks_off_says_so_where_its_columns_are_mapped(publisher: FlaskClient) -> None:
    mapping = send_file(publisher, 'sku,naam\nA,heel\n"B,half\n', supplier=" ", new_supplier="Half").location
    page = publisher.get(mapping)
    assert page.status_code == 200
    assert "row 3: the quotation marks do not add up" in main_text(page)
    assert "heel" in main_text(page)


def test_texts_and_counts_may_be_the_same_for_all_rows(publisher: FlaskClient, own_app: Flask) -> None:
    mapping = send_file(publisher, "code,naam\nA-1,Magnesium\n", supplier=" ", new_supplier="Huis").location
    same = {
        "constant-dosage_form": "capsule",
        "constant-storage_nl": "Droog bewaren.",
        "constant-directions_nl": "Neem in met water.",
        "constant-directions_en": "Take with water.",
        "constant-units_per_pack": "60",
        "constant-net_quantity": "45 g",
        "constant-other_actives_stated": "ja",
    }
    plan = press(publisher, mapping, mapping, **mapped(publisher.get(mapping)) | same).location
    press(publisher, plan, f"{plan}/apply")
    with Session(services_of(own_app).databases.primary) as session:
        product = session.scalars(select(Product).where(Product.sku == "A-1")).one()
        assert (product.storage_nl, product.storage_en) == ("Droog bewaren.", "")
        assert (product.directions_nl, product.directions_en) == ("Neem in met water.", "Take with water.")
        assert (product.units_per_pack, product.net_quantity, product.other_actives_stated) == (60, 45, True)


def test_a_value_for_all_rows_that_cannot_be_read_is_said_at_its_field_and_stays(publisher: FlaskClient) -> None:
    mapping = send_file(publisher, "code,naam\nA-1,Magnesium\n", supplier=" ", new_supplier="Huis").location
    wrong = {
        "constant-dosage_form": "capsule",
        "constant-net_quantity": "veel",
        "constant-storage_nl": "Droog bewaren.",
    }
    page = press(publisher, mapping, mapping, **mapped(publisher.get(mapping)) | wrong)
    assert page.status_code == 422
    assert 'href="#constant-net_quantity"' in page.text
    assert 'value="veel"' in page.text
    assert ">Droog bewaren.</textarea>" in page.text


def test_the_shops_texts_for_new_products_are_shown_with_the_mapping_and_in_an_empty_form(
    publisher: FlaskClient, own_app: Flask
) -> None:
    with Session(services_of(own_app).databases.writing) as session:
        save_settings(session, OwnerSettings(storage_nl="Koel en droog bewaren."), 0, AuthorFactory.build())
        session.commit()
    mapping = send_file(publisher, "code,naam\nA-1,Magnesium\n", supplier=" ", new_supplier="Huis").location
    assert '<span lang="nl">Koel en droog bewaren.</span>' in publisher.get(mapping).text
    assert typed_values(publisher.get("/admin/products/new"))["storage_nl"].strip() == "Koel en droog bewaren."
    product_id = add(publisher, storage_nl="Eigen tekst.")
    assert stored(own_app, product_id).storage_nl == "Eigen tekst."


def test_a_heading_below_titles_and_a_sheet_are_found_and_can_be_chosen(publisher: FlaskClient) -> None:
    book = Workbook()
    cover, prices = book.worksheets[0], book.create_sheet("Prijzen")
    cover.append(["Welkom bij De Wilg"])
    for row in (["Prijslijst"], [], ["Artikelnr", "Naam", "Prijs"], ["W-1", "Zoutje", "12,50"], ["W-2", "Zouter", "9"]):
        prices.append(row)
    file = io.BytesIO()
    book.save(file)
    layout = send_file(publisher, file.getvalue(), "wilg.xlsx", supplier=" ", new_supplier="Wilg").location
    mapping = layout.replace("/layout", "/mapping")
    page = publisher.get(mapping)
    assert re.search(r'<option value="3" selected>3: Artikelnr', page.text)
    assert "Prijs: 12,50 · 9" in page.text
    form = mapped(page) | {"heading_row": "", "constant-dosage_form": "capsule", "constant-currency": "EUR"}
    plan = main_text(publisher.get(press(publisher, mapping, mapping, **form).location))
    assert "2 new" in plan
    for assumption in (
        "Read: sheet “Prijzen”, heading on row 3.",
        "Not read: Sheet.",
        "the price with VAT",
        "in Dutch",
    ):
        assert assumption in plan
    chosen = publisher.get(f"{mapping}?sheet=Prijzen&heading_row=4")
    assert 'name="heading_row" value="4"' in chosen.text
    assert ">W-1: W-2</option>" in chosen.text
    assert "there are no column headings on this row" in main_text(publisher.get(f"{mapping}?heading_row=99"))


def test_a_column_that_the_file_does_not_have_or_that_its_heading_denies_is_an_error(publisher: FlaskClient) -> None:
    file = 'code,"Prijs\n(excl. btw)",naam,naam\nA,9,B,C\n'
    mapping = send_file(publisher, file, supplier=" ", new_supplier="Eik").location
    form = mapped(publisher.get(mapping)) | {"constant-dosage_form": "capsule", "constant-currency": "EUR"}
    assert form["column-name_nl"] == form["column-price_eur"] == ""
    for target, place, words in (
        ("sku", "17", "The file does not have the chosen column"),
        ("price_eur", "1", "is without VAT by its heading"),
        ("name_nl", "2", "this heading is there twice"),
    ):
        page = press(publisher, mapping, mapping, **form | {f"column-{target}": place})
        assert page.status_code == 422
        assert main_text(page).count(words) == 1


def test_a_chosen_heading_row_is_remembered_where_it_is_not_the_guess(publisher: FlaskClient) -> None:
    file = "code;naam;prijs\nB;Naam van het product;Stukprijs\nW-1;Zoutje;9\n"
    mapping = send_file(publisher, file, supplier=" ", new_supplier="Es").location
    same = {"constant-dosage_form": "capsule", "constant-currency": "EUR"}
    places = {"column-sku": "0", "column-name_nl": "1", "column-price_eur": "2"}
    plan = press(publisher, f"{mapping}?heading_row=2", mapping, **same, **places, heading_row="2").location
    assert "1 new" in main_text(publisher.get(plan))
    assert 'value="2" selected>2: B' in publisher.get(mapping).text
    again = send_file(publisher, file, supplier="Es").location
    assert "1 new" in main_text(publisher.get(again))
