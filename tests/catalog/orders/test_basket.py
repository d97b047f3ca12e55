"""Sums of a basket: a day's magnesium, doubles of one compound, other substances, days of supply, price."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from catalog.composition import LabelLine
from catalog.models import Product, Status
from catalog.orders.basket import Basket, BasketLine, make_basket
from catalog.other_actives import read_other_actives
from catalog.queries.products import published_products
from catalog.search.snapshot import note_stamp
from recommend.chemistry import rounded
from recommend.knowledge import Ruleset
from tests.factories import make_product


def product(session: Session, **facts: Any) -> Product:
    made = make_product(session, **facts)
    session.flush()
    return made


def basket(session: Session, ruleset: Ruleset, *lines: tuple[Product, int]) -> Basket:
    return basket_of(session, ruleset, {product.id: quantity for product, quantity in lines})


def basket_of(session: Session, ruleset: Ruleset, quantities: dict[int, int]) -> Basket:
    products = published_products(session, quantities)
    return make_basket(products, quantities, {product.id: product.stock for product in products.values()}, ruleset)


def test_products_kept_for_a_state_belong_to_no_session_whatever_it_has_loaded(session: Session) -> None:
    ids = [product(session, brand="Zilverberk").id for _ in range(3)]
    session.commit()
    with Session(session.get_bind()) as reading:
        note_stamp(reading)
        [first] = reading.scalars(select(Product).where(Product.id == ids[0]).options(joinedload(Product.brand)))
        kept = published_products(reading, ids[1:2]) | published_products(reading, ids)
        assert not any(one in reading for one in kept.values())
        assert first.brand.name == "Zilverberk"
        reading.rollback()  # expires what belongs to the session
    with Session(session.get_bind()) as later:
        note_stamp(later)
        assert {id_: one.brand.name for id_, one in published_products(later, ids).items()} == dict.fromkeys(
            ids, "Zilverberk"
        )


def test_a_second_pack_lengthens_the_supply_and_adds_nothing_to_a_day(session: Session, ruleset: Ruleset) -> None:
    citrate = product(session)
    one, two = basket(session, ruleset, (citrate, 1)), basket(session, ruleset, (citrate, 2))
    assert one.magnesium_per_day_ug == two.magnesium_per_day_ug == 200_000
    assert (one.lines[0].days, two.lines[0].days) == (30, 60)
    assert (one.cents, two.cents) == (1200, 2400)


def test_a_second_product_adds_to_a_day_and_the_part_above_250_mg_is_named(session: Session, ruleset: Ruleset) -> None:
    both = basket(session, ruleset, (product(session), 1), (product(session, units_per_day=1), 1))
    assert (both.magnesium_per_day_ug, both.above_limit_ug) == (300_000, 50_000)
    assert basket(session, ruleset, (product(session), 3)).above_limit_ug == 0


def test_exactly_250_mg_is_within_the_limit(session: Session, ruleset: Ruleset) -> None:
    line = (LabelLine("citrate", elemental_ug=125_000),)
    assert basket(session, ruleset, (product(session, composition=line), 1)).above_limit_ug == 0


def test_the_supply_ends_on_the_last_day_with_a_whole_portion(session: Session, ruleset: Ruleset) -> None:
    line = BasketLine(product(session, units_per_pack=61), 1, 9)
    assert line.last_day(date(2026, 11, 29)) == date(2026, 12, 28)
    assert BasketLine(line.product, 2, 9).last_day(date(2026, 11, 29)) == date(2027, 1, 28)


@pytest.mark.parametrize(("first", "second"), [("citrate", "citrate"), ("glycinate", "bisglycinate")])
def test_two_products_of_one_compound_are_named_also_under_two_names(
    first: str, second: str, session: Session, ruleset: Ruleset
) -> None:
    products = [product(session, composition=(LabelLine(form, elemental_ug=50_000),)) for form in (first, second)]
    found = basket(session, ruleset, *((one, 1) for one in products)).same_compounds
    assert [(same.form.id, same.products) for same in found] == [
        (ruleset.forms[first].record, tuple(products)),
    ]


def test_products_of_two_compounds_are_no_doubles(session: Session, ruleset: Ruleset) -> None:
    malate = product(session, composition=(LabelLine("malate", elemental_ug=50_000),))
    assert basket(session, ruleset, (product(session), 1), (malate, 1)).same_compounds == ()


def with_b6(session: Session, amount: str, **facts: Any) -> Product:
    return product(
        session,
        other_actives=read_other_actives(f"vitamin_b6 {amount}"),
        ingredients_nl="magnesiumcitraat, pyridoxinehydrochloride (vitamine B6)",
        ingredients_en="magnesium citrate, pyridoxine hydrochloride (vitamin B6)",
        **facts,
    )


def test_other_substances_are_added_up_over_products_and_held_against_their_limits(
    session: Session, ruleset: Ruleset
) -> None:
    within = with_b6(session, "4 mg", units_per_day=1)
    (alone,) = basket(session, ruleset, (within, 5)).other_substances
    assert alone.amount.micrograms == 4000
    assert not alone.exceeded
    (together,) = basket(session, ruleset, (within, 1), (with_b6(session, "5 mg", units_per_day=2), 1)).other_substances
    assert together.amount.micrograms == 14_000
    assert together.exceeded
    assert len(together.products) == 2


def test_a_product_that_does_not_state_its_substances_is_named_as_silent(session: Session, ruleset: Ruleset) -> None:
    silent = product(session, other_actives_stated=False)
    assert basket(session, ruleset, (silent, 1), (product(session), 1)).silent_on_substances == (silent,)


def test_drafts_archived_and_unknown_products_are_left_out(session: Session, ruleset: Ruleset) -> None:
    shown, draft = product(session), product(session, status=Status.DRAFT)
    found = basket_of(session, ruleset, {draft.id: 1, shown.id: 2, 10**9 - 1: 1})
    assert [(line.product, line.quantity) for line in found.lines] == [(shown, 2)]
    assert basket_of(session, ruleset, {}).lines == ()


def test_a_line_with_more_than_the_stock_is_named(session: Session, ruleset: Ruleset) -> None:
    found = basket(session, ruleset, (product(session, stock=2), 2), (product(session, stock=2), 3))
    assert [line.quantity for line in found.sold_out] == [3]


@given(
    lines=st.lists(
        st.tuples(
            st.integers(1, 5000), st.integers(1, 400_000), st.integers(1, 365), st.integers(1, 4), st.integers(1, 20)
        ),
        min_size=1,
        max_size=20,
    )
)
def test_sums_are_those_of_the_lines_whatever_the_basket(
    lines: list[tuple[int, int, int, int, int]], ruleset: Ruleset
) -> None:
    found = Basket(
        tuple(
            BasketLine(
                Product(price_cents=cents, magnesium_ug=ug, units_per_pack=pack, units_per_day=day, tags=[]),
                quantity,
                99,
            )
            for cents, ug, pack, day, quantity in lines
        ),
        ruleset,
    )
    total = sum(cents * quantity for cents, *_, quantity in lines)
    magnesium = sum(ug * pack * quantity for _, ug, pack, _, quantity in lines)
    assert found.cents == total
    assert found.magnesium_per_day_ug == sum(ug * day for _, ug, _, day, _ in lines)
    assert found.tenth_cents_per_100mg == rounded(total * 1_000_000, magnesium)
    assert abs(Fraction(total * 1_000_000, magnesium) - found.tenth_cents_per_100mg) <= Fraction(1, 2)
