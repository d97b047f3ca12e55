"""Derived prices, rounded half up to a tenth of a cent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.prices import cents_per_measure, tenth_cents_per_100mg, tenth_cents_per_day


def test_price_per_100_mg_divides_the_pack_by_its_elemental_magnesium() -> None:
    assert tenth_cents_per_100mg(1295, 100_000, 60) == 216  # 1295 / 60 = 21.583 cents
    assert tenth_cents_per_100mg(1000, 56_250, 60) == 296  # 1000 / 33.75 = 29.63 cents


@pytest.mark.parametrize(("price", "expected"), [(1, 1), (3, 2), (5, 3)])
def test_halves_go_up(price: int, expected: int) -> None:
    assert tenth_cents_per_day(price, 20, 1) == expected  # 0.5, 1.5, 2.5


def test_the_unit_price_is_per_100_g_or_100_ml() -> None:
    assert cents_per_measure(1595, 250) == 638


@given(price=st.integers(1, 10**7), units=st.integers(1, 1000), per_day=st.integers(1, 50))
def test_a_price_a_day_is_within_half_a_tenth_cent_of_the_exact_one(price: int, units: int, per_day: int) -> None:
    assert abs(tenth_cents_per_day(price, units, per_day) * units - price * 10 * per_day) * 2 <= units
