"""Brands: one check of an address for every writer, one brand for all spellings, names that are accepted."""

from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.consistency import derived_data_mismatches
from catalog.edits.brands import (
    BrandConflictError,
    BrandState,
    accept_brand,
    add_brand,
    address_problems,
    change_brand,
    merge_brands,
    state_of_brand,
)
from catalog.edits.products import add_product, restore, save_product, state_at
from catalog.models import Brand, Change, Product, Status
from catalog.product_problems import RefusedError
from catalog.queries.brands import changes_of_brand, is_accepted, twins
from recommend.knowledge import Ruleset
from recommend.loading import load_ruleset
from tests.catalog.exchange.files import run_import
from tests.factories import AuthorFactory, ProductStateFactory, make_product

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


SPELLINGS = [
    *("Hazelveen ", " Hazelveen", "HAZELVEEN", "Hazel\u00adveen", "Hazel\u200bveen", "hazelveen\u00a0"),
    *("\uff28azelveen", "Hazelveen\ufeff"),
]


@pytest.mark.parametrize("spelling", SPELLINGS, ids=ascii)
def test_spellings_of_one_name_are_one_brand_in_form_and_import(
    session: Session, ruleset: Ruleset, spelling: str
) -> None:
    first = make_product(session, brand="Hazelveen")
    state = ProductStateFactory.build(brand=spelling, status=Status.DRAFT)
    added = add_product(session, state, AuthorFactory.build(), ruleset)
    assert added.brand_id == first.brand_id
    assert state_at(session, added.id, 1).brand == "Hazelveen"
    run = run_import(session, f'sku,brand,dosage_form,name_nl\nNIEUW-1,"{spelling}",capsule,Proef\n')
    assert run.outcomes == {"new": 1}
    assert session.scalars(select(Brand.name)).all() == ["Hazelveen"]


def test_two_spellings_of_a_new_brand_in_one_file_make_one_brand(session: Session) -> None:
    rows = "".join(f'N-{place},"{name}",capsule,Proef\n' for place, name in enumerate(("Solgar", "SOLGAR ", "solgar")))
    assert run_import(session, f"sku,brand,dosage_form,name_nl\n{rows}").outcomes == {"new": 3}
    assert session.scalars(select(Brand.name)).all() == ["Solgar"]


@pytest.mark.parametrize("name", ["Body&Fit", "Vitals", "HealthAid", "Vital Proteins", "Energetica Natura"])
def test_a_blocked_name_is_sold_after_one_acceptance(session: Session, ruleset: Ruleset, name: str) -> None:
    brand = add_brand(session, name, f"{name} B.V., Voorbeeldweg 2, 0000 AA Voorbeeldstad (verzonnen)")
    texts = {"name_nl": f"{name} Magnesium citraat", "name_en": f"{name.upper()} Magnesium citrate"}
    state = ProductStateFactory.build(brand=name, **texts)
    with pytest.raises(RefusedError) as refused:
        add_product(session, state, AuthorFactory.build(), ruleset)
    assert ("brand", "blocked-brand") in {(one.field, one.code) for one in refused.value.problems}
    session.rollback()
    brand = add_brand(session, name, ADDRESS)
    draft = add_product(session, replace(state, status=Status.DRAFT), AuthorFactory.build(), ruleset)
    assert draft.blocked_texts >= 2
    accept(session, brand)
    session.refresh(draft)
    assert draft.blocked_texts == 0
    save_product(session, draft.id, 1, state, author=AuthorFactory.build(), ruleset=ruleset)
    another = add_product(
        session, ProductStateFactory.build(brand=name.upper(), **texts), AuthorFactory.build(), ruleset
    )
    assert another.status is Status.PUBLISHED
    change = changes_of_brand(session, brand.id)[0]
    assert (change.event, change.who, change.reason) == ("accepted", "uitgever@winkel.test", "ingeschreven merk")


@pytest.mark.parametrize(
    "text",
    [
        "Body&Fit geneest kanker.",
        "Body&Fit helpt tegen migraine.",
        "Body&Fit houdt je fit.",
        "Voor een body&fit leven, tegen kanker.",
        "BODY&FIT: nooit meer depressief.",
    ],
)
def test_an_accepted_name_lets_no_claim_beside_it_through(session: Session, ruleset: Ruleset, text: str) -> None:
    brand = add_brand(session, "Body&Fit", ADDRESS)
    accept(session, brand)
    for field in ("name_nl", "summary_nl", "directions_nl"):
        state = ProductStateFactory.build(brand="Body&Fit", **{field: text})
        with pytest.raises(RefusedError) as refused:
            add_product(session, state, AuthorFactory.build(), ruleset)
        assert [(one.field, one.code) for one in refused.value.problems] == [(field, "blocked-text")]
        session.rollback()
        accept(session, add_brand(session, "Body&Fit", ADDRESS))


def test_the_acceptance_is_of_one_brand_and_its_word_elsewhere_stays_a_claim(
    session: Session, ruleset: Ruleset
) -> None:
    accept(session, add_brand(session, "Body&Fit", ADDRESS))
    add_brand(session, "Solgar", ADDRESS)
    for brand, name in (("Body&Fit", "Magnesium om fit te blijven"), ("Solgar", "Body&Fit Magnesium")):
        with pytest.raises(RefusedError):
            add_product(session, ProductStateFactory.build(brand=brand, name_nl=name), AuthorFactory.build(), ruleset)


def test_an_acceptance_needs_a_reason_and_a_name_that_is_blocked(session: Session) -> None:
    blocked, plain = add_brand(session, "Vitals", ADDRESS), add_brand(session, "Solgar", ADDRESS)
    with pytest.raises(RefusedError, match="reason"):
        accept(session, blocked, reason="")
    session.rollback()
    blocked, plain = add_brand(session, "Vitals", ADDRESS), add_brand(session, "Solgar", ADDRESS)
    with pytest.raises(RefusedError, match="needs no acceptance"):
        accept(session, plain)
    accept(session, blocked)
    with pytest.raises(RefusedError, match="accepted already"):
        accept(session, blocked)


def test_a_renamed_brand_keeps_its_products_its_index_and_its_old_name_in_files(
    session: Session, ruleset: Ruleset
) -> None:
    product = make_product(session, brand="Hazelven", reduced=False)
    other = make_product(session, brand="Solgar")
    brand = session.get_one(Brand, product.brand_id)
    rename(session, brand, "Hazelveen", reason="tikfout")
    assert state_at(session, product.id, 2).brand == "Hazelveen"
    session.refresh(product)
    assert (product.version, product.status, session.get_one(Product, other.id).version) == (2, Status.PUBLISHED, 1)
    run = run_import(session, f"sku,brand,stock\n{product.sku},HAZELVEN,77\n{other.sku},Solgar,77\n")
    assert run.outcomes == {"changed": 2}
    assert [planned.changed for planned in run.rows] == [("stock",), ("stock",)]
    assert session.scalars(select(Brand.name).order_by(Brand.id)).all() == ["Hazelveen", "Solgar"]
    assert [(one.event, one.before, one.after, one.reason) for one in changes_of_brand(session, brand.id)][:2] == [
        ("aliases", "", "Hazelven", "tikfout"),
        ("name", "Hazelven", "Hazelveen", "tikfout"),
    ]
    assert list(derived_data_mismatches(session, ruleset)) == []


def test_a_brand_renamed_in_capitals_alone_gets_no_alias(session: Session) -> None:
    brand = add_brand(session, "hazelveen", ADDRESS)
    rename(session, brand, " Hazel\u200bveen ")
    assert (brand.name, brand.aliases) == ("Hazelveen", ())


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("SOLGAR ", "brand-taken"),
        ("Sol-gar", "brand-taken"),
        ("", "missing"),
        ("\u200b", "missing"),
        ("M" * 101, "too-long"),
        ("<b>Merk</b>", "markup"),
        ("Vitals", "blocked-brand"),
    ],
)
def test_a_name_that_a_brand_cannot_have_is_refused(session: Session, name: str, code: str) -> None:
    product = make_product(session, brand="Hazelveen")
    other = add_brand(session, "Solgar", ADDRESS)
    change(session, other, aliases=("Sol-gar",))
    with pytest.raises(RefusedError) as refused:
        rename(session, session.get_one(Brand, product.brand_id), name)
    assert [(one.field, one.code) for one in refused.value.problems] == [("brand", code)]


def test_an_old_name_that_was_accepted_stays_so_in_texts_and_a_new_one_is_judged_anew(
    session: Session, ruleset: Ruleset
) -> None:
    brand = add_brand(session, "Vitals", ADDRESS)
    accept(session, brand)
    state = ProductStateFactory.build(brand="Vitals", name_nl="Vitals Magnesium")
    product = add_product(session, state, AuthorFactory.build(), ruleset)
    session.commit()
    with pytest.raises(RefusedError, match="accept it once"):
        rename(session, brand, "Vitals Nederland")
    session.rollback()
    brand = session.scalars(select(Brand)).one()
    rename(session, brand, "Solgar")
    session.refresh(product)
    assert (product.status, product.blocked_texts, is_accepted(brand)) == (Status.PUBLISHED, 0, False)
    change(session, brand, aliases=())
    session.refresh(product)
    assert (brand.accepted_name, product.blocked_texts > 0) == ("", True)
    assert "lapsed" in {one.event for one in changes_of_brand(session, brand.id)}


def test_twins_are_merged_with_their_products_addresses_names_and_history(session: Session, ruleset: Ruleset) -> None:
    """Twins of before: no writer makes them any more."""
    session.add_all(Brand(name=name, address=address, invented=False) for name, address in TWINS)
    session.flush()
    products = [make_twin(session, ruleset, name) for name, _address in TWINS]
    assert [(one.name, other.name) for one, other in twins(session)] == [("Hazelveen ", "Hazelveen")]
    into, brand = (session.scalars(select(Brand).where(Brand.name == name)).one() for name, _address in TWINS)
    into_id, version = into.id, into.version
    author = AuthorFactory.build(reason="dubbel")
    merge_brands(session, brand.id, brand.version, into_id, author=author, ruleset=ruleset)
    session.commit()
    [left] = session.scalars(select(Brand)).all()
    assert (left.id, left.name, left.address, left.version) == (into_id, "Hazelveen", ADDRESS, version + 1)
    moved = session.get_one(Product, products[1])
    assert (moved.brand_id, moved.version) == (into_id, 2)
    latest = session.get_one(Change, (moved.id, 2))
    assert (latest.fields, latest.reason, latest.who) == (("brand",), "dubbel", author.who)
    assert list(derived_data_mismatches(session, ruleset)) == []
    assert list(twins(session)) == []
    assert changes_of_brand(session, into_id)[1].event == "merged"
    run = run_import(session, f'sku,brand,stock\n{moved.sku},"Hazelveen ",5\n')
    assert run.outcomes == {"changed": 1}
    assert restore(session, moved.id, 1, seen=3, author=author, ruleset=ruleset) == 4
    assert state_at(session, moved.id, 4).brand == "Hazelveen"


TWINS = [("Hazelveen", ""), ("Hazelveen ", ADDRESS)]


def make_twin(session: Session, ruleset: Ruleset, brand: str) -> int:
    state = ProductStateFactory.build(brand=brand, status=Status.DRAFT)
    return add_product(session, state, AuthorFactory.build(), ruleset).id


def test_a_brand_is_not_merged_into_itself_nor_public_products_into_a_blocked_name(
    session: Session, ruleset: Ruleset
) -> None:
    product, blocked = make_product(session, brand="Hazelveen"), add_brand(session, "Vitals", ADDRESS)
    brand = session.get_one(Brand, product.brand_id)
    for into, code in ((brand, "same-brand"), (blocked, "blocked-brand")):
        with pytest.raises(RefusedError) as refused:
            merge_brands(session, brand.id, brand.version, into.id, author=AuthorFactory.build(), ruleset=ruleset)
        assert [(one.field, one.code) for one in refused.value.problems] == [("into", code)]


def test_an_older_version_of_a_brand_is_a_conflict(session: Session, ruleset: Ruleset) -> None:
    brand = add_brand(session, "Solgar", ADDRESS)
    change(session, brand, address="Andere weg 3, 0000 AA Voorbeeldstad")
    with pytest.raises(BrandConflictError):
        change_brand(session, brand.id, 1, BrandState("Solgar"), author=AuthorFactory.build(), ruleset=ruleset)


def test_an_address_in_use_is_corrected_and_never_emptied(session: Session) -> None:
    product = make_product(session, brand="Solgar")
    brand = session.get_one(Brand, product.brand_id)
    change(session, brand, address="Nieuwe weg 9, 0000 AA Voorbeeldstad")
    assert (brand.address, session.get_one(Product, product.id).version) == ("Nieuwe weg 9, 0000 AA Voorbeeldstad", 1)
    for address, code in (("  ", "brand-on-sale"), ("Geneest kanker", "blocked-text")):
        with pytest.raises(RefusedError) as refused:
            change(session, brand, address=address)
        assert [(one.field, one.code) for one in refused.value.problems] == [("brand_address", code)]


def test_a_file_corrects_an_address_only_when_it_may(session: Session) -> None:
    product, other = make_product(session, brand="Solgar"), make_product(session, brand="Solgar")
    brand = session.get_one(Brand, product.brand_id)
    known, corrected = brand.address, "Nieuwe weg 9, 0000 AA Voorbeeldstad"
    file = f'sku,brand,brand_address\n{product.sku},SOLGAR,"{corrected}"\n{other.sku},Solgar,"{corrected}"\n'
    refused = run_import(session, file)
    assert refused.errors == [(2, "brand_address", "other-address"), (3, "brand_address", "other-address")]
    assert "/admin/brands" in refused.rows[0].row.errors[0].text("en")
    planned = run_import(session, file, correct_addresses=True, dry_run=True)
    assert [(one.brand, one.known, one.given) for one in planned.summary.other_addresses] == [
        ("Solgar", known, corrected)
    ]
    done = run_import(session, file, correct_addresses=True)
    assert done.outcomes == {"changed": 1, "unchanged": 1}
    session.refresh(brand)
    assert (brand.address, changes_of_brand(session, brand.id)[0].before) == (corrected, known)
    quarrel = f'sku,brand,brand_address\n{product.sku},Solgar,"Ene weg 1"\n{other.sku},Solgar,"Andere weg 2"\n'
    assert run_import(session, quarrel, correct_addresses=True).errors == [(3, "brand_address", "other-address")]


def test_a_file_adds_an_address_to_a_brand_whose_products_it_leaves_as_they_are(
    session: Session, ruleset: Ruleset
) -> None:
    add_brand(session, "Solgar", "")
    state = ProductStateFactory.build(brand="Solgar", status=Status.DRAFT)
    add_product(session, state, AuthorFactory.build(), ruleset)
    assert run_import(session, f'sku,brand,brand_address\n{state.sku},Solgar,"{ADDRESS}"\n').outcomes == {"changed": 1}
    assert session.scalars(select(Brand.address)).all() == [ADDRESS]


def accept(session: Session, brand: Brand, reason: str = "ingeschreven merk") -> None:
    author = AuthorFactory.build(who="uitgever@winkel.test", reason=reason)
    accept_brand(session, brand.id, brand.version, author=author, ruleset=load_ruleset())


def change(session: Session, brand: Brand, **fields: Any) -> None:
    wanted = replace(state_of_brand(brand), **fields)
    change_brand(session, brand.id, brand.version, wanted, author=AuthorFactory.build(), ruleset=load_ruleset())


def rename(session: Session, brand: Brand, name: str, reason: str = "") -> None:
    wanted, author = replace(state_of_brand(brand), name=name), AuthorFactory.build(reason=reason)
    change_brand(session, brand.id, brand.version, wanted, author=author, ruleset=load_ruleset())
