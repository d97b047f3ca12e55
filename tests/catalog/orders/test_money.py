"""Money: VAT over the whole order, shares that lose no cent, refunds that give back exactly the VAT of the order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.orders.money import Amount, shares, vat_of_lines, vat_of_part, vat_sums, vat_within

LINES = st.lists(st.builds(Amount, st.integers(1, 200_000), st.sampled_from([0, 6, 9, 21])), min_size=1, max_size=20)


@pytest.mark.parametrize(
    ("gross", "percent", "vat"),
    [(109, 9, 9), (121, 21, 21), (595, 9, 49), (1, 9, 0), (6, 9, 0), (7, 9, 1), (100, 0, 0)],
)
def test_vat_within_a_price_is_rounded_half_up(gross: int, percent: int, vat: int) -> None:
    assert vat_within(gross, percent) == vat


@given(st.integers(0, 10**7), st.lists(st.integers(0, 10**6), min_size=1, max_size=20))
def test_shares_add_up_and_none_is_a_whole_cent_off_its_proportion(total: int, weights: list[int]) -> None:
    split = shares(total, weights)
    whole = sum(weights)
    if whole == 0:
        assert split == [0] * len(weights)
        return
    assert sum(split) == total
    assert all(abs(part * whole - total * weight) < whole for part, weight in zip(split, weights, strict=True))


@given(LINES, st.integers(0, 2000))
def test_the_sums_of_an_order_are_those_of_its_lines_and_delivery(lines: list[Amount], delivery: int) -> None:
    sums = vat_sums(lines, delivery)
    assert sum(one.gross_cents for one in sums) == sum(line.cents for line in lines) + delivery
    assert all(one.vat_cents == vat_within(one.gross_cents, one.percent) for one in sums)
    shares_of_lines = vat_of_lines(lines, [one.percent for one in sums])
    for one in sums:
        of_rate = sum(vat for line, vat in zip(lines, shares_of_lines, strict=True) if line.percent == one.percent)
        assert 0 <= of_rate <= one.vat_cents


PARTS = st.lists(st.integers(1, 30) | st.integers(1, 4_000_000), max_size=40)


@given(LINES, st.integers(0, 2000), PARTS)
def test_refunds_in_whatever_parts_give_back_exactly_the_vat_of_the_order(
    lines: list[Amount], delivery: int, parts: list[int]
) -> None:
    sums = vat_sums(lines, delivery)
    left = total = sum(one.gross_cents for one in sums)
    returned = dict.fromkeys((one.percent for one in sums), 0)
    for wanted in [*parts, total]:
        part = min(wanted, left)
        for percent, cents in vat_of_part(sums, total - left, part).items():
            returned[percent] += cents
        left -= part
    assert returned == {one.percent: one.vat_cents for one in sums}
