"""Made-up products: the same for the same seed, lawful, varied, and the very rows that the write path makes."""

from collections import Counter

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from catalog.edits import ProductFields, add_product, stated_of
from catalog.edits.bulk import NewProduct, add_products
from catalog.generate import NotEmptyError, make_up_catalogue
from catalog.models import Brand, DosageForm, FormTag, Product, Status
from recommend.claims.checking import check_text
from recommend.knowledge import Ruleset
from recommend.text import LANGUAGES
from tests.factories import make_product

COUNT = 300
TEXTS = ("name", "summary", "ingredients", "directions", "storage")


@pytest.fixture
def made_up(session: Session, ruleset: Ruleset) -> list[Product]:
    make_up_catalogue(session, COUNT, seed=7, ruleset=ruleset)
    return products(session)


def products(session: Session) -> list[Product]:
    query = select(Product).options(
        selectinload(Product.tags), selectinload(Product.components), selectinload(Product.brand)
    )
    return list(session.scalars(query.order_by(Product.id)))


def test_every_text_stays_within_claims_law_in_both_languages(made_up: list[Product]) -> None:
    for language in LANGUAGES:
        texts = {getattr(product, name).in_language(language) for product in made_up for name in TEXTS}
        found = [finding for text in texts for finding in check_text(text, language) if finding.severity != "ok"]
        assert not found, [(finding.text, finding.why) for finding in found][:5]


def test_brands_are_invented_and_products_vary(made_up: list[Product]) -> None:
    assert all(product.brand.invented and "verzonnen" in product.brand.address for product in made_up)
    assert len({product.brand_id for product in made_up}) > 10
    assert {product.dosage_form for product in made_up} == set(DosageForm)
    assert len(Counter(tag.form for product in made_up for tag in product.tags)) > 10
    assert {len(product.components) for product in made_up} == {1, 2, 3}
    assert {product.in_stock for product in made_up} == {product.vegan for product in made_up} == {True, False}
    assert len({product.allergens for product in made_up}) > 3
    assert len({product.price_cents for product in made_up}) > COUNT / 4


def test_a_claim_stands_only_on_a_portion_that_is_a_source(made_up: list[Product]) -> None:
    claiming = [product for product in made_up if "draagt bij" in product.summary.nl]
    assert claiming
    assert all(product.magnesium_per_day_ug >= 56_250 for product in claiming)


def test_only_forms_that_the_law_allows(made_up: list[Product], ruleset: Ruleset) -> None:
    forms = {component.form for product in made_up for component in product.components}
    assert all(ruleset.forms[ruleset.forms[form].record].annex_ii is not None for form in forms)


def rows_of(product: Product) -> tuple[object, ...]:
    columns = {column.key: getattr(product, column.key) for column in Product.__table__.columns}
    del columns["id"], columns["brand_id"]
    tags = sorted((tag.form, tag.magnesium_ug, tag.counts_as_form) for tag in product.tags)
    return columns, tags, [stated_of(component) for component in product.components]


def test_the_same_seed_makes_the_same_catalogue_and_another_seed_another(session: Session, ruleset: Ruleset) -> None:
    made = []
    for seed in (1, 1, 2):
        make_up_catalogue(session, 40, seed=seed, ruleset=ruleset)
        made.append([(product.brand.name, rows_of(product)) for product in products(session)])
        session.rollback()
    assert made[0] == made[1] != made[2]


def test_products_in_bulk_are_the_very_rows_of_products_one_by_one(session: Session, ruleset: Ruleset) -> None:
    make_up_catalogue(session, 60, seed=3, ruleset=ruleset)
    bulk = products(session)
    for product in bulk:
        fields = {name: getattr(product, name) for name in ProductFields.__struct_fields__}
        copy = add_product(
            session,
            ProductFields(**fields | {"sku": f"{product.sku}-B", "slug": f"{product.slug}-b"}),
            brand=product.brand,
            composition=[stated_of(component) for component in product.components],
            ruleset=ruleset,
            status=Status.PUBLISHED,
        )
        session.flush()
        copy.sku, copy.slug = product.sku, product.slug
        with session.no_autoflush:
            assert rows_of(copy) == rows_of(product)
        session.expunge(copy)


def test_products_in_bulk_come_after_those_already_there(session: Session, ruleset: Ruleset) -> None:
    first = make_product(session)
    fields = {name: getattr(first, name) for name in ProductFields.__struct_fields__}
    stated = (stated_of(first.components[0]),)
    new = NewProduct(ProductFields(**fields | {"sku": "NEW", "slug": "new"}), first.brand_id, stated)
    assert add_products(session, [], ruleset=ruleset) == 0
    assert add_products(session, [new], ruleset=ruleset) == 1
    assert session.scalars(select(Product.id)).all() == [first.id, first.id + 1]


def test_a_catalogue_with_products_is_not_filled(session: Session, ruleset: Ruleset) -> None:
    make_product(session)
    with pytest.raises(NotEmptyError, match="holds 1 product"):
        make_up_catalogue(session, 10, seed=1, ruleset=ruleset)
    assert session.query(Brand).count() == 1
    assert session.query(FormTag).count() == 1
