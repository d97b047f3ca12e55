"""Brands: one check of an address for every writer."""

import pytest
from sqlalchemy.orm import Session

from catalog.edits.brands import add_brand, address_problems
from catalog.product_problems import RefusedError
from tests.catalog.exchange.files import run_import
from tests.factories import make_product

ADDRESS = "Voorbeeldweg 2, 0000 AA Voorbeeldstad (verzonnen)"
BAD = [
    ("Geneest kanker", "blocked-text"),
    ("Voorbeeldweg 2, helpt tegen migraine", "blocked-text"),
    ("V" * 301, "too-long"),
    ("<b>Voorbeeldweg</b> 2", "markup"),
    ("Voorbeeldweg\x07 2", "control-character"),
]


@pytest.mark.parametrize("address", [ADDRESS, "V" * 300, "Hoofdstraat 1\n0000 AA Voorbeeldstad"])
def test_an_ordinary_address_is_taken(session: Session, address: str) -> None:
    assert add_brand(session, "Merk", address).address == address


@pytest.mark.parametrize(("address", "code"), BAD)
def test_what_is_no_address_is_refused_with_its_reason(session: Session, address: str, code: str) -> None:
    with pytest.raises(RefusedError) as refused:
        add_brand(session, "Merk", address)
    assert [(problem.field, problem.code) for problem in refused.value.problems] == [("brand_address", code)]


def test_another_address_than_the_known_one_is_named() -> None:
    [problem] = address_problems("Andere weg 3", ADDRESS)
    assert problem.code == "other-address"
    assert ADDRESS in problem.text("en")
    assert list(address_problems(f" {ADDRESS} ", ADDRESS)) == []


@pytest.mark.parametrize(("address", "code"), BAD[:4])
def test_a_file_is_held_to_the_same_check(session: Session, address: str, code: str) -> None:
    make_product(session)
    file = f'sku,brand,brand_address,dosage_form,name_nl\nNIEUW-1,Nieuw merk,"{address}",capsule,Proef\n'
    run = run_import(session, file)
    assert ("brand_address", code) in {(column, found) for _row, column, found in run.errors}
