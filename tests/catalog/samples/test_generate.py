"""Made-up products: reproducible, lawful, varied, and equal to validated ones."""

import random
from collections import Counter

import msgspec
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from catalog.edits.validation import validate
from catalog.models import Brand, DosageForm, FormTag, Product
from catalog.product_state import state_of_product
from catalog.samples.generate import Maker, NotEmptyError, make_up_catalogue, read_words
from recommend.claims.check import check_text
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


def test_the_same_seed_makes_the_same_catalogue_and_another_seed_another(session: Session, ruleset: Ruleset) -> None:
    made = []
    for seed in (1, 1, 2):
        make_up_catalogue(session, 40, seed=seed, ruleset=ruleset)
        made.append([state_of_product(product) for product in products(session)])
        session.rollback()
    assert made[0] == made[1] != made[2]


def test_every_product_equals_the_validated_one(ruleset: Ruleset) -> None:
    maker = Maker(read_words(), ["Duinkade", "Hazelhof"], random.Random(3), ruleset)  # noqa: S311 - no secrets
    for number in range(1, 150):
        made = maker.product(number)
        validated = validate(made.state, ruleset)
        assert not validated.publish_blockers
        assert made == msgspec.structs.replace(validated, findings=())


def test_a_catalogue_with_products_is_not_filled(session: Session, ruleset: Ruleset) -> None:
    make_product(session)
    with pytest.raises(NotEmptyError, match="holds 1 product"):
        make_up_catalogue(session, 10, seed=1, ruleset=ruleset)
    assert session.query(Brand).count() == 1
    assert session.query(FormTag).count() == 1
