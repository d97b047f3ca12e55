"""A file of a shop system or wholesaler through the admin: recognised, asked about on one page, imported."""

import io

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import Workbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.models import Component, Product, Status
from shop.web.services import services_of
from tests.shop.admin.imports import chosen, mapped, press, send_file
from tests.shop.visitor import main_text

WOO = (
    "ID,Type,SKU,Naam,Gepubliceerd,Korte beschrijving,Op voorraad?,Voorraad,Reguliere prijs,Afbeeldingen,Hoofd,Merken\n"
    "1,variable,,Magnesium malaat,1,<p>Een pot</p>,1,,,https://b.example/1.jpg,,Zandpad\n"
    '2,variation,Z60,Magnesium malaat - 60 capsules,1,,1,4,"12,95",,id:1,\n'
    '3,simple,ZP,Magnesiumpoeder 250 g,-1,,0,,"9,95",,,Zandpad\n'
    "4,grouped,ZS,Set,1,,1,,,,,\n"
)
SHOPIFY = (
    "Handle,Title,Vendor,Published,Option1 Name,Option1 Value,Variant SKU,Variant Price,Image Src,Status\n"
    "mg,Magnesium capsules,Veldzicht,TRUE,Maat,60 capsules,V60,9.95,https://a.example/1.jpg,active\n"
    "mg,,,,,90 capsules,V90,12.95,,\n"
)


def price_list() -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Groothandel Invent"])
    sheet.append([])
    sheet.append(["Art.nr.", "Omschrijving", "Merk", "Colli", "Inkoop excl.", "AVP excl. btw", "Btw", "Voorraad"])
    sheet.append(["I1", "Magnesium citraat 90 caps", "Erf", 6, 7.2, 12.8, "L", 3])
    sheet.append(["Totaal", None, None, None, 7.2, 12.8])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def imported(app: Flask) -> dict[str, Product]:
    with Session(services_of(app).databases.primary) as session:
        return {product.sku: product for product in session.scalars(select(Product))}


@pytest.mark.parametrize(
    ("name", "content", "recognised", "prices"),
    [
        ("woo.csv", WOO.encode(), "Recognised as WooCommerce.", {"Z60": 1295, "ZP": 995}),
        ("shopify.csv", SHOPIFY.encode(), "Recognised as Shopify.", {"V60": 995, "V90": 1295}),
        ("lijst.xlsx", price_list(), "the columns were guessed", {"I1": 0}),
    ],
)
def test_a_file_comes_in_with_at_most_eight_choices(  # noqa: PLR0917 - fixtures
    publisher: FlaskClient, own_app: Flask, name: str, content: bytes, recognised: str, prices: dict[str, int]
) -> None:
    page = send_file(publisher, content, name, supplier=" ", new_supplier="Invent").location  # three choices
    shown = publisher.get(page)
    assert recognised in main_text(shown)
    answers = chosen(shown)
    assert 3 + len(answers) <= 8
    plan = press(publisher, page, page, **answers).location
    assert f"{len(prices)} new" in main_text(publisher.get(plan))
    press(publisher, plan, f"{plan}/apply")
    products = imported(own_app)
    assert {sku: products[sku].price_cents for sku in prices} == prices
    assert {products[sku].status for sku in prices} == {Status.DRAFT}


def test_an_answer_is_kept_for_the_next_file(publisher: FlaskClient, own_app: Flask) -> None:
    page = send_file(publisher, price_list(), "lijst.xlsx", supplier=" ", new_supplier="Invent").location
    plan = press(publisher, page, page, **{"answer-price_excluding": "excluding"}).location
    press(publisher, plan, f"{plan}/apply")
    assert imported(own_app)["I1"].price_cents == 1395
    again = send_file(publisher, price_list(), "lijst.xlsx", supplier="Invent").location
    shown = main_text(publisher.get(again))
    assert "1 unchanged" in shown
    assert "AVP excl. btw: add VAT" in shown
    assert "selected>add VAT" in publisher.get(f"{again}/layout").text


def test_refused_rows_come_back_in_the_columns_of_their_file(publisher: FlaskClient) -> None:
    wrong = SHOPIFY.replace("9.95,", "GBP 9.95,")
    page = send_file(publisher, wrong, "shopify.csv", supplier=" ", new_supplier="Invent").location
    plan = press(publisher, page, page).location
    refused = publisher.get(f"{plan}/refused").text
    assert refused.startswith(SHOPIFY.splitlines()[0])
    assert "GBP 9.95" in refused
    assert "price in GBP: only euro" in refused


def test_the_columns_of_a_file_with_a_layout_can_be_mapped_after_all(publisher: FlaskClient) -> None:
    page = send_file(publisher, SHOPIFY, "shopify.csv", supplier=" ", new_supplier="Invent").location
    plan = press(publisher, page, page).location
    form = mapped(publisher.get(f"{plan}/mapping"))
    assert form  # guessed from the file's own headings
    assert "Variant SKU" in publisher.get(f"{plan}/mapping").text


def test_a_list_that_fits_no_layout_goes_to_its_columns(publisher: FlaskClient) -> None:
    assert send_file(publisher, "kleur;maat\nrood;1\n", supplier=" ", new_supplier="Invent").location.endswith(
        "/mapping"
    )


def test_a_name_typed_beside_the_layout_is_not_ignored(publisher: FlaskClient) -> None:
    page = send_file(publisher, SHOPIFY, "shopify.csv", new_supplier="Invent").location
    assert "Recognised as Shopify." in main_text(publisher.get(page))
    press(publisher, page, page)
    other = send_file(publisher, SHOPIFY, "shopify.csv", supplier="Invent", new_supplier="Ander")
    assert "or leave this empty" in main_text(other)


def test_a_recognised_file_sent_as_our_own_is_asked_about_and_not_sent_again(
    publisher: FlaskClient, own_app: Flask
) -> None:
    page = send_file(publisher, SHOPIFY, "shopify.csv").location
    shown = publisher.get(page)
    assert "Recognised as Shopify." in main_text(shown)
    assert "for the supplier Shopify" in main_text(shown)
    plan = press(publisher, page, page, **chosen(shown)).location
    press(publisher, plan, f"{plan}/apply")
    assert imported(own_app)["V60"].supplier == "Shopify"
    assert "colour" in main_text(publisher.get(send_file(publisher, "sku,colour\nA,red\n").location))


def test_what_rows_leave_out_is_the_same_for_all_and_said_on_the_plan(publisher: FlaskClient, own_app: Flask) -> None:
    page = send_file(publisher, WOO, "woo.csv", supplier=" ", new_supplier="Invent").location
    same = {"constant-brand": "Heidehof", "constant-storage_nl": "Droog bewaren.", "constant-units_per_day": "veel"}
    refused = press(publisher, page, page, **same)
    assert refused.status_code == 422
    assert 'value="Heidehof"' in refused.text
    assert 'href="#constant-units_per_day"' in refused.text
    plan = press(publisher, page, page, **same | {"constant-units_per_day": "2"}).location
    assert "Brand, where a row has none: Heidehof." in main_text(publisher.get(plan))
    press(publisher, plan, f"{plan}/apply")
    products = imported(own_app)
    assert (products["ZP"].units_per_day, products["ZP"].storage_nl) == (2, "Droog bewaren.")
    page = send_file(publisher, WOO.replace("Zandpad", ""), "woo.csv", supplier="Invent").location
    assert 'value="Heidehof"' in publisher.get(f"{page}/layout").text
    assert "Brand : Zandpad → Heidehof" in main_text(publisher.get(f"{page}?show=changed"))


def test_what_long_texts_say_of_the_composition_is_offered_and_taken_when_asked(
    publisher: FlaskClient, own_app: Flask
) -> None:
    text = "<p>Per capsule: 700 mg magnesiummalaat, waarvan 100 mg magnesium.</p><p>Ingrediënten: magnesiummalaat</p>"
    woo = (
        "ID,Type,SKU,Naam,Gepubliceerd,Beschrijving,Voorraad,Actieprijs,Reguliere prijs,Afbeeldingen,Merken\n"
        f'2,simple,Z60,Magnesium 60 capsules,1,"{text}",4,"9,95","12,95",/1.jpg,Erf\n'
    )
    page = send_file(publisher, woo, "woo.csv", supplier=" ", new_supplier="Invent").location
    shown = publisher.get(page)
    assert "malate, 100 mg" in main_text(shown)
    assert "sale price 9,95 taken as the price; the usual price is 12,95" in main_text(shown).lower()
    assert "answer-pictures" not in chosen(shown), "one way to leave pictures out is no choice"
    answers = chosen(shown) | {"answer-composition": "take", "answer-ingredients": "take"}
    plan = press(publisher, page, page, **answers).location
    press(publisher, plan, f"{plan}/apply")
    product = imported(own_app)["Z60"]
    assert product.ingredients_nl == "magnesiummalaat"
    with Session(services_of(own_app).databases.primary) as session:
        [line] = session.scalars(select(Component).join(Product).where(Product.sku == "Z60"))
        assert (line.form, line.elemental_ug) == ("malate", 100_000)


def test_the_pages_of_a_layout_speak_dutch_and_name_the_columns_that_are_not_used(publisher: FlaskClient) -> None:
    page = send_file(publisher, price_list(), "lijst.xlsx", supplier=" ", new_supplier="Invent").location
    assert "Kolommen die niet worden gebruikt: Colli" in main_text(publisher.get(f"{page}?lang=nl"))
    plan = press(publisher, page, page).location
    assert "Indeling: onbekend, de kolommen zijn geraden aan hun koppen." in main_text(publisher.get(plan))
    no_form = SHOPIFY.replace("60 capsules", "groot").replace("Magnesium capsules", "Magnesium")
    page = send_file(publisher, no_form, "shopify.csv", supplier=" ", new_supplier="Ander").location
    assert "Opmerkingen bij rijen Wat Rijen Naam, merk en status van rij 2 3 " in main_text(publisher.get(page))
    plan = press(publisher, page, page).location
    assert "Geweigerd: Soort product : moet ingevuld zijn" in main_text(publisher.get(plan))


def test_the_page_speaks_dutch(publisher: FlaskClient) -> None:
    page = send_file(publisher, WOO, "woo.csv", supplier=" ", new_supplier="Invent").location
    text = main_text(publisher.get(f"{page}?lang=nl"))
    assert "Herkend als WooCommerce." in text
    assert "Prijs met btw" in text
