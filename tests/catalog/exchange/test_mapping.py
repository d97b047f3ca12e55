"""Suppliers' files through a mapping: drafts from known values, and questions about unclear ones."""

from typing import Any

import pytest
from msgspec import structs
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.edits.brands import add_brand
from catalog.edits.products import product_to_edit
from catalog.edits.settings import save_settings
from catalog.exchange.mapping import Mapping, guess
from catalog.exchange.row_errors import FileRefusedError
from catalog.models import Brand, Product, Status
from catalog.queries.settings import OwnerSettings
from recommend.naming import form_names
from tests.catalog.exchange.files import run_import, spreadsheet
from tests.factories import AuthorFactory

SUPPLIER = Mapping(
    supplier="Groothandel",
    columns={
        "sku": "Artikelnr",
        "name_nl": "Omschrijving",
        "brand": "Merk",
        "units_per_pack": "Inhoud",
        "units_per_day": "Dosering",
        "form": "Soort magnesium",
        "elemental_per_day": "Mg per dag",
        "price_eur": "Prijs",
    },
    constants={"dosage_form": "capsule", "currency": "EUR"},
    answers={"magnesium chelaat": "bisglycinate"},
)
HEADING = "Artikelnr;Omschrijving;Merk;Inhoud;Dosering;Soort magnesium;Mg per dag;Prijs\n"


def supplied(session: Session, line: str, **options: Any) -> Any:
    return run_import(session, (HEADING + line).encode("cp1252"), mapping=SUPPLIER, **options)


def test_a_suppliers_file_becomes_drafts_through_its_mapping(session: Session) -> None:
    run = supplied(session, "G-1;Magnesium één;Huis;60 caps;2 x per dag;magnesiumcitraat;200 mg;€ 12,95\n")
    assert run.outcomes == {"new": 1}
    product = only(session)
    assert (product.supplier, product.status, product.price_cents) == ("Groothandel", Status.DRAFT, 1295)
    assert (product.units_per_pack, product.units_per_day, product.magnesium_ug) == (60, 2, 100_000)
    assert [component.form for component in product.components] == ["citrate"]


def test_an_empty_cell_of_a_supplier_leaves_what_is_known(session: Session) -> None:
    supplied(session, "G-1;Magnesium;Huis;60;2;magnesiumcitraat;200;12,95\n")
    run = supplied(session, "G-1;Magnesium;Huis;;;magnesiumcitraat;;13,95\n")
    assert run.rows[0].changed == ("price_cents",)
    assert only(session).magnesium_ug == 100_000


def test_an_address_from_a_supplier_makes_no_invented_brand_a_real_one(session: Session) -> None:
    address = add_brand(session, "Huis", "Voorbeeldweg 1 (verzonnen)", invented=True).address
    mapping = structs.replace(SUPPLIER, constants=SUPPLIER.constants | {"brand_address": address})
    file = f"{HEADING}G-1;Magnesium;Huis;60;2;magnesiumcitraat;200;12,95\n"
    assert run_import(session, file.encode("cp1252"), mapping=mapping).outcomes == {"new": 1}
    assert session.scalars(select(Brand.invented)).one() is True


@pytest.mark.parametrize(
    ("words", "forms"),
    [
        ("magnesium bisglycinaat (magnesium glycinaat)", ["bisglycinate"]),
        ("Magnesium Chelaat", ["bisglycinate"]),
        ("magnesiumcitraat; magnesiumstearaat".replace(";", ","), ["citrate"]),
    ],
)
def test_two_names_of_one_form_are_one_and_answers_are_remembered(
    session: Session, words: str, forms: list[str]
) -> None:
    supplied(session, f"G-1;Naam;Huis;60;2;{words};200;12,95\n")
    assert [component.form for component in only(session).components] == forms


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("G-1;Naam;Huis;60;2;magnesiumfantasaat;200;12,95", "which-form"),
        ("G-1;Naam;Huis;60;2;magnesiumstearaat;200;12,95", "amount-without-form"),
        ("G-1;Naam;Huis;60;2;magnesiumzouten van vetzuren;200;12,95", "amount-without-form"),
        ("G-1;Naam;Huis;60;2;magnesiumoxide, magnesiumcitraat;200;12,95", "several-forms"),
        ("G-1;Naam;Huis;60;;magnesiumoxide;200;12,95", "portion-unknown"),
        ("G-1;Naam;Huis;60;2;magnesiumoxide;200;12,95 GBP", "foreign-currency"),
    ],
)
def test_what_a_supplier_leaves_unclear_is_asked_about_and_not_guessed(session: Session, line: str, code: str) -> None:
    assert [error[2] for error in supplied(session, line + "\n").errors] == [code]


def test_prices_without_a_currency_are_refused_until_the_mapping_says_that_they_are_euro(session: Session) -> None:
    mapping = Mapping(supplier="UK", columns={"sku": "sku", "name_en": "name", "price_eur": "price"})
    file = "sku,name,price\nA,Magnesium,12.00\n"
    constants = {"dosage_form": "capsule"}
    for currency, codes in ((None, ["which-currency"]), ("GBP", ["foreign-currency"]), ("EUR", [])):
        given = constants | ({"currency": currency} if currency else {})
        run = run_import(session, file, mapping=Mapping(supplier="UK", columns=mapping.columns, constants=given))
        assert [error[2] for error in run.errors] == codes


def test_a_column_that_nobody_knows_is_named_with_what_could_be_meant(session: Session) -> None:
    with pytest.raises(FileRefusedError, match="price_eur") as refused:
        run_import(session, "sku,prijs\nA,1\n")
    assert refused.value.error.column == "prijs"


def test_a_spreadsheet_of_a_supplier_may_hold_typed_numbers(session: Session) -> None:
    sheet = spreadsheet([HEADING.strip().split(";"), ["G-1", "Naam", "Huis", 60, 2, "magnesiumcitraat", 200, 12.95]])
    assert run_import(session, sheet, "a.xlsx", mapping=SUPPLIER).outcomes == {"new": 1}
    assert only(session).price_cents == 1295


def only(session: Session) -> Product:
    session.expire_all()
    return product_to_edit(session, session.scalars(select(Product.id)).one())


DEFAULTS = OwnerSettings(directions_nl="Neem in met water.", storage_nl="Droog bewaren.", storage_en="Keep dry.")


def texts(session: Session) -> tuple[str, str, str, str]:
    product = only(session)
    return product.directions_nl, product.directions_en, product.storage_nl, product.storage_en


def test_a_new_product_gets_the_shops_texts_where_a_suppliers_file_gives_none(session: Session) -> None:
    save_settings(session, DEFAULTS, 0, AuthorFactory.build())
    supplied(session, "G-1;Magnesium;Huis;60;2;magnesiumcitraat;200;12,95\n")
    assert texts(session) == ("Neem in met water.", "", "Droog bewaren.", "Keep dry.")


def test_what_a_file_or_its_mapping_gives_is_never_replaced_by_the_shops_text(session: Session) -> None:
    save_settings(session, DEFAULTS, 0, AuthorFactory.build())
    mapping = structs.replace(
        SUPPLIER,
        columns={**SUPPLIER.columns, "storage_nl": "Bewaren"},
        constants=SUPPLIER.constants | {"directions_nl": "Oplossen in water."},
    )
    file = f"{HEADING[:-1]};Bewaren\nG-1;Magnesium;Huis;60;2;magnesiumcitraat;200;12,95;Koel bewaren.\n"
    run_import(session, file.encode("cp1252"), mapping=mapping)
    assert texts(session) == ("Oplossen in water.", "", "Koel bewaren.", "Keep dry.")


def test_the_shops_texts_change_no_product_that_is_there_already(session: Session) -> None:
    supplied(session, "G-1;Magnesium;Huis;60;2;magnesiumcitraat;200;12,95\n")
    save_settings(session, DEFAULTS, 0, AuthorFactory.build())
    run = supplied(session, "G-1;Magnesium;Huis;60;2;magnesiumcitraat;200;13,95\n")
    assert run.rows[0].changed == ("price_cents",)
    assert texts(session) == ("", "", "", "")


def test_an_empty_cell_of_our_own_layout_stays_empty_and_a_missing_column_gets_the_shops_text(session: Session) -> None:
    save_settings(session, DEFAULTS, 0, AuthorFactory.build())
    run_import(session, "sku,name_nl,storage_nl,unit\nA-1,Magnesium,,capsule\n")
    assert texts(session) == ("Neem in met water.", "", "", "Keep dry.")


def test_a_composition_column_is_guessed_by_its_first_values() -> None:
    columns, names = ("Artikelnr", "Samenstelling"), form_names()
    assert guess("S", columns, [["1", "magnesiumcitraat"], ["2", ""]], names).columns["form"] == "Samenstelling"
    for listed in ("magnesiumcitraat, capsule (gelatine)", "citraat en malaat", "zie verpakking"):
        assert guess("S", columns, [["1", listed]], names).columns["ingredients_nl"] == "Samenstelling"
