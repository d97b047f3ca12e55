"""Several pictures of a product: their order, descriptions, history, and their way through files."""

import csv
import io

import msgspec
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.edits.fetched_pictures import waiting_addresses
from catalog.edits.products import add_picture, merge, product_to_edit, restore, save_product
from catalog.edits.validation import validate
from catalog.exchange.mapping import Mapping
from catalog.models import Product, ProductPicture, Status
from catalog.product_problems import RefusedError
from catalog.product_state import ProductState, from_json, state_of_product, to_json
from recommend.knowledge import Ruleset
from recommend.text import LANGUAGES
from tests.catalog.exchange.files import exported, run_import
from tests.factories import AuthorFactory, ProductStateFactory, make_product
from tests.shop.admin.test_pictures import image_file


def named(number: int, alt_nl: str = "Pot", alt_en: str = "Jar") -> ProductPicture:
    return ProductPicture(f"{number:032x}-640x480", alt_nl, alt_en)


def with_pictures(*pictures: ProductPicture) -> ProductState:
    return ProductStateFactory.build().with_pictures(pictures)


def problems(state: ProductState, ruleset: Ruleset) -> dict[str, str]:
    """The codes of all problems of a product, by field."""
    try:
        found = validate(state, ruleset).publish_blockers
    except RefusedError as refused:
        found = tuple(refused.problems)
    return {problem.field: problem.code for problem in found}


def save(session: Session, product: Product, ruleset: Ruleset, *pictures: ProductPicture) -> int:
    state = state_of_product(product_to_edit(session, product.id)).with_pictures(pictures)
    author = AuthorFactory.build()
    return save_product(session, product.id, product.version, state, author=author, ruleset=ruleset)


def test_pictures_keep_their_order_and_the_first_is_that_of_cards() -> None:
    state = with_pictures(named(1, "een"), named(2, "twee"), named(3, "drie"))
    assert (state.picture, state.alt_nl) == (named(1).name, "een")
    turned = state.with_pictures(state.pictures[::-1])
    assert [picture.alt_nl for picture in turned.pictures] == ["drie", "twee", "een"]
    assert turned.picture == named(3).name
    assert state.with_pictures(()).pictures == ()
    assert from_json(to_json(turned)) == turned


def test_history_from_before_there_were_more_pictures_still_reads() -> None:
    older = msgspec.json.decode(to_json(ProductStateFactory.build()))
    del older["more_pictures"]
    assert from_json(msgspec.json.encode(older).decode()).more_pictures == ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_description_of_any_picture_is_checked_as_that_of_the_first(ruleset: Ruleset, language: str) -> None:
    claim = {"nl": "Helpt tegen migraine", "en": "Helps against migraine"}[language]
    for place in range(3):
        pictures = [named(1), named(2), named(3)]
        pictures[place] = msgspec.structs.replace(pictures[place], **{f"alt_{language}": claim})
        assert problems(with_pictures(*pictures), ruleset) == {f"alt_{language}": "blocked-text"}, place


@pytest.mark.parametrize(
    ("alt", "code"), [("x" * 251, "too-long"), ("<b>Pot</b>", "markup"), ("Po\u202et", "control-character")]
)
def test_a_description_of_any_picture_has_the_limits_of_the_first(ruleset: Ruleset, alt: str, code: str) -> None:
    assert problems(with_pictures(named(1, alt)), ruleset) == {"alt_nl": code}
    assert problems(with_pictures(named(1), named(2), named(3, alt)), ruleset) == {"alt_nl-3": code}


def test_every_picture_needs_a_dutch_description_and_an_english_one_for_english_pages(ruleset: Ruleset) -> None:
    assert problems(with_pictures(named(1), named(2, "")), ruleset) == {"alt_nl-2": "missing"}
    without_english = validate(with_pictures(named(1), named(2, alt_en="")), ruleset)
    assert (without_english.publish_blockers, without_english.english_complete) == ((), False)
    assert validate(with_pictures(named(1), named(2)), ruleset).english_complete


def test_ten_pictures_are_the_most_and_none_is_there_twice(ruleset: Ruleset) -> None:
    assert problems(with_pictures(*map(named, range(10))), ruleset) == {}
    assert problems(with_pictures(*map(named, range(11))), ruleset) == {"more_pictures": "too-many-pictures"}
    assert problems(with_pictures(named(1), named(2), named(1)), ruleset) == {"more_pictures": "double-picture"}
    headless = ProductStateFactory.build(more_pictures=(named(2),))
    assert problems(headless, ruleset) == {"more_pictures": "no-first-picture"}


def test_pictures_are_in_the_history_and_come_back_with_an_earlier_version(session: Session, ruleset: Ruleset) -> None:
    product = make_product(session)
    assert save(session, product, ruleset, named(1), named(2)) == 2
    product = product_to_edit(session, product.id)
    assert product.pictures == (named(1), named(2))
    assert save(session, product, ruleset, named(2)) == 3
    restore(session, product.id, 2, seen=3, author=AuthorFactory.build(), ruleset=ruleset)
    assert product_to_edit(session, product.id).pictures == (named(1), named(2))


def test_two_edits_of_the_further_pictures_overlap() -> None:
    base = with_pictures(named(1), named(2))
    mine, theirs = base.with_pictures([named(1), named(3)]), base.with_pictures([named(1)])
    assert merge(base, mine, theirs).overlapping == ("more_pictures",)


def stored(session: Session, *colours: str) -> list[ProductPicture]:
    """Pictures of these colours in the database."""
    found = [add_picture(session, image_file(size=(240, 240), colour=colour), "pot.png") for colour in colours]
    return [ProductPicture(picture.name, f'Pot “{picture.sha[:2]}\\n” "', "Jar") for picture in found]


@pytest.mark.parametrize("name", ["file.csv", "file.tsv", "file.jsonl", "file.xlsx"])
def test_every_format_carries_the_pictures(session: Session, ruleset: Ruleset, name: str) -> None:
    product = make_product(session)
    pictures = stored(session, "teal", "red", "blue")
    save(session, product, ruleset, *pictures)
    file = exported(session, name)
    assert run_import(session, file, name).outcomes == {"unchanged": 1}
    save(session, product_to_edit(session, product.id), ruleset)
    assert run_import(session, file, name).outcomes == {"changed": 1}
    assert product_to_edit(session, product.id).pictures == tuple(pictures)


def with_cells(file: bytes, **cells: str) -> str:
    """A file of one product with other cells."""
    [row] = csv.DictReader(io.StringIO(file.decode()))
    out = io.StringIO()
    writer = csv.DictWriter(out, row)
    writer.writeheader()
    writer.writerow(row | cells)
    return out.getvalue()


def test_a_picture_that_this_shop_does_not_have_is_refused_at_its_cell(session: Session, ruleset: Ruleset) -> None:
    product = make_product(session, status=Status.DRAFT)
    [picture] = stored(session, "teal")
    save(session, product, ruleset, picture)
    file = exported(session)
    other = msgspec.json.encode([named(7)]).decode()
    wrong = {
        "picture": [(named(7).name, "unknown-picture"), ("pot.jpg", "unknown-picture")],
        "more_pictures": [
            (other, "unknown-picture"),
            ("pot.jpg", "not-pictures"),
            ('[{"name": ""}]', "unknown-picture"),
        ],
    }
    for column, cells in wrong.items():
        for cell, code in cells:
            assert run_import(session, with_cells(file, **{column: cell})).errors == [(2, column, code)], cell
    emptied = with_cells(file, picture="", alt_nl="", alt_en="")
    assert run_import(session, emptied).outcomes == {"changed": 1}
    assert product_to_edit(session, product.id).pictures == ()


def test_a_file_without_these_columns_leaves_the_pictures_alone(session: Session, ruleset: Ruleset) -> None:
    product = make_product(session, status=Status.DRAFT)
    save(session, product, ruleset, *stored(session, "teal", "red"))
    assert run_import(session, f"sku,stock\n{product.sku},3\n").outcomes == {"changed": 1}
    assert len(product_to_edit(session, product.id).pictures) == 2


def test_a_mapped_column_of_addresses_lets_them_wait_and_names_one_that_cannot(
    session: Session, ruleset: Ruleset
) -> None:
    columns = {"sku": "Art", "name_nl": "Naam", "dosage_form": "Soort", "pictures": "Foto"}
    mapping = Mapping(supplier="Veld", columns=columns)
    file = "Art,Naam,Soort,Foto\nV-1,Citraat,capsule,{}\n"
    refused = run_import(session, file.format("http://a.example/1.jpg"), mapping=mapping)
    assert refused.errors == [(2, "Foto", "not-an-address")]
    several = file.format('"https://a.example/a,1.jpg, https://a.example/2.jpg|https://a.example/2.jpg"')
    assert run_import(session, several, mapping=mapping).outcomes == {"new": 1}
    waiting = ["https://a.example/a,1.jpg", "https://a.example/2.jpg"]
    assert [(each.sku, each.address) for each in waiting_addresses(session)] == [("V-1", each) for each in waiting]
    assert run_import(session, several, mapping=mapping).outcomes == {"unchanged": 1}
    assert run_import(session, file.format(""), mapping=mapping).outcomes == {"unchanged": 1}
    [product] = session.scalars(select(Product))
    archived = msgspec.structs.replace(state_of_product(product_to_edit(session, product.id)), status=Status.ARCHIVED)
    save_product(session, product.id, 1, archived, author=AuthorFactory.build(), ruleset=ruleset)
    assert waiting_addresses(session) == []
