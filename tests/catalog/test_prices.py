"""Derived prices, rounded half up to a tenth of a cent."""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.edits.bulk_actions import PriceChange
from catalog.models import DosageForm, Product
from catalog.prices import (
    cents_per_measure,
    earlier_price_cents,
    tenth_cents_per_100mg,
    tenth_cents_per_day,
    unit_price_cents,
    without_vat,
)
from tests.factories import ProductStateFactory


def test_price_per_100_mg_divides_the_pack_by_its_elemental_magnesium() -> None:
    assert tenth_cents_per_100mg(1295, 100_000, 60) == 216  # 1295 / 60 = 21.583 cents
    assert tenth_cents_per_100mg(1000, 56_250, 60) == 296  # 1000 / 33.75 = 29.63 cents


@pytest.mark.parametrize(("price", "expected"), [(1, 1), (3, 2), (5, 3)])
def test_halves_go_up(price: int, expected: int) -> None:
    assert tenth_cents_per_day(price, 20, 1) == expected  # 0.5, 1.5, 2.5


@pytest.mark.parametrize(("exact", "tenths"), [(49, 0), (50, 1), (51, 1), (149, 1), (150, 2), (250, 3), (251, 3)])
def test_every_derived_price_is_rounded_half_up(exact: int, tenths: int) -> None:
    """`exact` is in hundredths of what is rounded to."""
    assert tenth_cents_per_100mg(exact, 100_000, 1000) == tenths
    assert tenth_cents_per_day(exact, 1000, 1) == tenths
    assert cents_per_measure(exact, 10_000) == tenths


@given(price=st.integers(1, 10**6), magnesium_ug=st.integers(1, 10**8), units=st.integers(1, 10**4))
def test_a_price_of_100_mg_is_the_exact_one_rounded_half_up(price: int, magnesium_ug: int, units: int) -> None:
    exact = Decimal(price) * 10 * 100_000 / (Decimal(magnesium_ug) * units)
    assert tenth_cents_per_100mg(price, magnesium_ug, units) == half_up(exact)


@given(price=st.integers(1, 10**6), units=st.integers(1, 10**4), per_day=st.integers(1, 1000))
def test_a_price_a_day_is_the_exact_one_rounded_half_up(price: int, units: int, per_day: int) -> None:
    assert tenth_cents_per_day(price, units, per_day) == half_up(Decimal(price) * 10 * per_day / units)


@given(price=st.integers(1, 10**6), net_quantity=st.integers(1, 10**5))
def test_a_unit_price_is_the_exact_one_rounded_half_up(price: int, net_quantity: int) -> None:
    assert cents_per_measure(price, net_quantity) == half_up(Decimal(price) * 100 / net_quantity)


def half_up(exact: Decimal) -> int:
    return int(exact.quantize(Decimal(1), ROUND_HALF_UP))


@pytest.mark.parametrize(
    ("cents", "percent", "expected"),
    [(1295, "-10", 1166), (1294, "-10", 1165), (5, "10", 6), (4, "10", 4), (1000, "0.05", 1001), (1000, "0.04", 1000)],
)
def test_a_price_changed_in_bulk_is_rounded_half_up(cents: int, percent: str, expected: int) -> None:
    state = ProductStateFactory.build(price_cents=cents)
    assert PriceChange(Decimal(percent)).applied_to(1, state).price_cents == expected


def test_the_unit_price_is_per_100_g_or_100_ml() -> None:
    assert cents_per_measure(1595, 250) == 638
    assert cents_per_measure(1595, 98.5) == 1619


@given(price=st.integers(1, 10**7), units=st.integers(1, 1000), per_day=st.integers(1, 50))
def test_a_price_a_day_is_within_half_a_tenth_cent_of_the_exact_one(price: int, units: int, per_day: int) -> None:
    assert abs(tenth_cents_per_day(price, units, per_day) * units - price * 10 * per_day) * 2 <= units


def test_a_price_without_vat_is_the_exact_one_rounded_half_up() -> None:
    """Over all remainders of a division by 1.09, and at the highest price; at another rate too, and without VAT."""
    for cents in (*range(0, 1200), 999_999, 1_000_000):
        assert without_vat(cents) == half_up(Decimal(cents) / Decimal("1.09")), cents
        assert without_vat(cents, 21) == half_up(Decimal(cents) / Decimal("1.21")), cents
        assert without_vat(cents, 0) == cents


@pytest.mark.parametrize("form", list(DosageForm))
def test_only_powders_and_liquids_of_a_known_content_have_a_unit_price(form: DosageForm) -> None:
    by_measure = form in {DosageForm.POWDER, DosageForm.LIQUID}
    assert unit_price_cents(Product(dosage_form=form, price_cents=1595, net_quantity=250)) == (
        638 if by_measure else None
    )
    assert unit_price_cents(Product(dosage_form=form, price_cents=1595, net_quantity=0)) is None


@pytest.mark.parametrize(("days", "shown"), [(-30, 2000), (-1, 2000), (0, None), (1, None)])
def test_an_earlier_price_is_shown_until_the_day_before_the_reduction_is_thirty_days_old(
    days: int, shown: int | None
) -> None:
    until = date(2026, 6, 30)
    reduced = Product(price_cents=1500, from_cents=2000, from_until=until)
    assert earlier_price_cents(reduced, until + timedelta(days=days)) == shown
    assert earlier_price_cents(Product(price_cents=1500), until + timedelta(days=days)) is None
