"""The sample catalogue: complete, lawful and chemically possible."""

from collections import Counter
from collections.abc import Iterator

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from catalog.advice.candidates import budget_bands
from catalog.db.engine import open_engine
from catalog.models import Product
from catalog.samples.sample import load_sample
from recommend.knowledge import Ruleset
from tests.conftest import settings_in

FIVE = ("citrate", "oxide", "glycinate", "bisglycinate", "taurate")


@pytest.fixture
def sample(sample_instance) -> Iterator[Session]:  # type: ignore[no-untyped-def] # a path
    engine = open_engine(settings_in(sample_instance).database_url)
    with Session(engine) as session:
        yield session
    engine.dispose()


def products(session: Session) -> list[Product]:
    query = select(Product).options(
        selectinload(Product.tags), selectinload(Product.components), selectinload(Product.brand)
    )
    return list(session.scalars(query))


def test_it_has_at_least_60_products_under_invented_brands(sample: Session) -> None:
    found = products(sample)
    assert len(found) >= 60
    assert all(product.brand.invented and "verzonnen" in product.brand.address for product in found)


def test_it_has_every_kind_that_the_shop_must_cope_with(sample: Session) -> None:
    found = products(sample)
    tagged = Counter(tag.form for product in found for tag in product.tags)
    assert all(tagged[form] >= 5 for form in FIVE)
    assert {"malate", "chloride"} <= tagged.keys()
    assert {product.dosage_form.value for product in found} == {"capsule", "tablet", "powder", "liquid"}
    assert sum(len(product.components) > 1 for product in found) >= 3
    assert any(not product.in_stock for product in found)
    dearest, cheapest = (pick(product.tenth_cents_per_100mg for product in found) for pick in (max, min))
    assert dearest > 10 * cheapest


def test_each_of_the_five_forms_can_be_advised_in_each_budget(sample: Session) -> None:
    bands = budget_bands(sample)
    for form in FIVE:
        costs = [
            product.tenth_cents_per_day
            for product in products(sample)
            for tag in product.tags
            if tag.form == form and tag.counts_as_form and product.in_stock and product.magnesium_ug <= 200_000
        ]
        assert min(costs) <= bands.low
        assert max(costs) > bands.medium


def test_no_product_holds_a_form_that_the_law_does_not_allow(sample: Session, ruleset: Ruleset) -> None:
    for product in products(sample):
        for component in product.components:
            form = ruleset.forms[component.form]
            assert ruleset.forms[form.record].annex_ii is not None


def test_an_authorised_claim_stands_only_where_the_portion_gives_56_25_mg(sample: Session) -> None:
    claiming = [product for product in products(sample) if "draagt bij" in product.summary.nl]
    assert claiming
    assert all(product.magnesium_per_day_ug >= 56_250 for product in claiming)


def test_loading_it_twice_changes_nothing(session: Session, ruleset: Ruleset) -> None:
    assert load_sample(session, ruleset) >= 60
    session.flush()
    assert load_sample(session, ruleset) == 0
