"""Bulk actions: each changes its own fields, and the plan refuses what no product may become."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update
from sqlalchemy.orm import Session

from catalog.edits.bulk import Planned, Planner
from catalog.edits.bulk_actions import (
    Action,
    Amounts,
    AmountsChange,
    BrandChange,
    PriceChange,
    ReductionChange,
    Rounding,
    StatusChange,
    VeganChange,
)
from catalog.models import PricePoint, Status
from catalog.product_state import changed_fields
from catalog.queries.admin import Filter, chosen_versions
from recommend.knowledge import Ruleset
from tests.factories import AuthorFactory, BrandFactory, ProductStateFactory, make_product

CENT, UP_95, UP_99, NEAREST_5 = Rounding.CENT, Rounding.UP_95, Rounding.UP_99, Rounding.NEAREST_5


@pytest.mark.parametrize(
    ("before", "percent", "cents", "rounding", "after"),
    [
        (1795, "-10", 0, CENT, 1616),
        (1795, "-10", 0, UP_95, 1695),
        (1795, "-10", 0, UP_99, 1699),
        (1795, "-10", 0, NEAREST_5, 1615),
        (1000, "0.26", 0, NEAREST_5, 1005),
        (1000, "0.24", 0, NEAREST_5, 1000),
        (1000, "0", 150, CENT, 1150),
        (1000, "0", -150, CENT, 850),
        (1000, "0", -150, UP_95, 895),
        (1095, "0", -100, UP_95, 995),
        (1000, "0", -4, UP_99, 999),
        (1000, "0", -1000, UP_95, 0),
    ],
)
def test_a_price_changes_by_percent_or_by_an_amount_and_is_rounded_as_chosen(
    before: int, percent: str, cents: int, rounding: Rounding, after: int
) -> None:
    state = ProductStateFactory.build(price_cents=before)
    action = PriceChange(Decimal(percent), cents, rounding)
    assert action.applied_to(1, state).price_cents == after


@given(price=st.integers(1, 10**6), percent=st.integers(-99, 1000).filter(bool), rounding=st.sampled_from(Rounding))
def test_a_rounded_price_ends_as_its_rounding_says_and_is_never_lower_than_asked_when_rounded_up(
    price: int, percent: int, rounding: Rounding
) -> None:
    state = ProductStateFactory.build(price_cents=price)
    exact = PriceChange(Decimal(percent)).applied_to(1, state).price_cents
    rounded = PriceChange(Decimal(percent), 0, rounding).applied_to(1, state).price_cents
    if rounding in (UP_95, UP_99) and exact > 0:
        assert rounded % 100 == int(rounding.value)
        assert 0 <= rounded - exact < 100
    elif rounding is NEAREST_5:
        assert rounded % 5 == 0
        assert abs(rounded - exact) <= 3
    else:
        assert rounded == exact


def plan(session: Session, ruleset: Ruleset, action: Action) -> list[Planned]:
    versions = chosen_versions(session, Filter())
    return list(Planner(session, action, AuthorFactory.build(), ruleset).plan(versions))


@pytest.mark.parametrize(
    "action",
    [
        StatusChange(Status.DRAFT),
        StatusChange(Status.ARCHIVED),
        PriceChange(Decimal(5)),
        VeganChange(None),
        ReductionChange(False),
    ],
    ids=lambda action: action.label,
)
def test_an_action_changes_nothing_but_its_own_fields(action: Action, session: Session, ruleset: Ruleset) -> None:
    make_product(session, price_cents=1000, reduced=False, vegan=True)
    [planned] = plan(session, ruleset, action)
    assert not planned.refused
    assert set(changed_fields(planned.before, planned.after)) <= set(action.fields)


@pytest.mark.parametrize("cents", [-1000, -2000])
def test_an_amount_off_that_leaves_no_price_is_refused(cents: int, session: Session, ruleset: Ruleset) -> None:
    make_product(session, price_cents=1000)
    [planned] = plan(session, ruleset, PriceChange(cents=cents))
    assert [(problem.field, problem.code) for problem in planned.problems] == [("price_cents", "out-of-range")]


def test_prices_and_stock_as_typed_change_their_own_products_alone(session: Session, ruleset: Ruleset) -> None:
    first, second = make_product(session, price_cents=1000, stock=1), make_product(session, price_cents=2000, stock=2)
    planned = plan(session, ruleset, AmountsChange({first.id: Amounts(1095, 7)}))
    after = {each.product_id: (each.after.price_cents, each.after.stock) for each in planned}
    assert after == {first.id: (1095, 7), second.id: (2000, 2)}


def test_another_brand_needs_an_address_before_its_products_stay_on_sale(session: Session, ruleset: Ruleset) -> None:
    make_product(session)
    session.add_all([BrandFactory.build(name="Met adres"), BrandFactory.build(name="Zonder adres", address="")])
    session.flush()
    [moved] = plan(session, ruleset, BrandChange("Met adres"))
    [refused] = plan(session, ruleset, BrandChange("Zonder adres"))
    assert moved.changes
    assert [problem.code for problem in refused.problems] == ["brand-address"]


def test_vegan_that_the_ingredients_contradict_is_refused(session: Session, ruleset: Ruleset) -> None:
    make_product(session, vegan=False, ingredients_nl="magnesiumcitraat, gelatine")
    [planned] = plan(session, ruleset, VeganChange(True))
    assert "not-vegan" in [problem.code for problem in planned.problems]


def test_a_reduction_is_planned_with_the_lowest_price_of_the_30_days_before(session: Session, ruleset: Ruleset) -> None:
    product = make_product(session, price_cents=1000)
    session.execute(update(PricePoint).values(at=datetime(2026, 1, 1, tzinfo=UTC), cents=1200))
    session.flush()
    [planned] = plan(session, ruleset, ReductionChange(True))
    assert planned.changes
    assert planned.reference
    assert planned.reference.cents == 1200
    session.execute(update(PricePoint).where(PricePoint.product_id == product.id).values(cents=900))
    [refused] = plan(session, ruleset, ReductionChange(True))
    assert [problem.code for problem in refused.problems] == ["no-reduction"]


def test_a_price_that_its_rounding_turns_the_other_way_is_recognised() -> None:
    cut = PriceChange(Decimal(-1), 0, UP_95)
    for cents, opposite in ((1195, False), (1210, True)):
        state = ProductStateFactory.build(price_cents=cents)
        assert cut.is_opposite(state, cut.applied_to(1, state)) is opposite
