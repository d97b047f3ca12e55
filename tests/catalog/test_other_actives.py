"""Other active substances: their notation, amounts a day, limits, and what they mean for an advice."""

from decimal import Decimal

import pytest

from catalog.models import AmountUnit, Beside, OtherActive
from catalog.other_actives import (
    OtherActiveError,
    beside_magnesium,
    daily_amounts,
    limits_exceeded,
    other_actives_text,
    read_other_actives,
)
from catalog.product_state import ProductState
from recommend.text import Text

NO_TEXT = Text("", "")


def declaring(actives: tuple[OtherActive, ...], *, stated: bool) -> ProductState:
    return ProductState(sku="A", slug="a", units_per_day=1, other_actives=actives, other_actives_stated=stated)


def test_a_list_is_read_under_ids_or_names_and_written_back_the_same() -> None:
    actives = read_other_actives("Zink 10 mg; vitamine B6 1,40 mg;ashwagandha 0.3 g")
    assert other_actives_text(actives) == "ashwagandha 0.3 g; vitamin_b6 1.4 mg; zinc 10 mg"
    assert read_other_actives(other_actives_text(actives)) == actives
    assert read_other_actives("") == ()


def test_an_amount_of_three_decimals_is_written_so_that_it_reads_back_the_same() -> None:
    actives = read_other_actives("zinc 1.2340 mg; vitamin_d 0.025 mg")
    assert other_actives_text(actives) == "vitamin_d 0.025 mg; zinc 1.2340 mg"
    assert read_other_actives(other_actives_text(actives)) == actives


def test_international_units_become_the_unit_of_labels() -> None:
    assert read_other_actives("vitamin_d 400 IU") == (OtherActive("vitamin_d", Decimal(10), AmountUnit.MICROGRAM),)
    assert read_other_actives("vitamine D3 1000 IE")[0].amount == 25


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("unobtainium 10 mg", "unknown-substance"),
        ("unobtainium", "unknown-substance"),
        ("magnesium 10 mg", "magnesium-is-composition"),
        ("zinc", "active-without-amount"),
        ("zinc spoor", "unknown-substance"),
        ("zinc trace", "unknown-substance"),
        ("zinc 10", "active-without-unit"),
        ("zinc 10 stuks", "unknown-active-unit"),
        ("zinc 10 IE", "no-international-unit"),
        ("zinc 0 mg", "active-out-of-range"),
        ("zinc 1000000000 mg", "not-an-active-amount"),
        ("zinc 999999999 mg", "active-out-of-range"),
        ("zinc 1.000,5 mg", "not-an-active-amount"),
        ("vitamin_d 1.000 IE", "active-ambiguous"),
        ("vitamin_d 1,000 IU", "active-ambiguous"),
        ("vitamin_c 1.234 mg", "active-ambiguous"),
        ("zinc 5 mg; zinc 10 mg", "active-twice"),
        ("zink 5 mg; zinc 10 mg", "active-twice"),
    ],
)
def test_what_cannot_be_read_is_named_and_nothing_is_guessed(text: str, code: str) -> None:
    with pytest.raises(OtherActiveError) as error:
        read_other_actives(text)
    assert error.value.code == code


def test_a_daily_amount_is_that_of_the_whole_portion_with_its_reference_intake() -> None:
    [b6, zinc] = daily_amounts(read_other_actives("zinc 5 mg; vitamin_b6 0.7 mg"), 2)
    assert [b6.substance.id, zinc.substance.id] == ["vitamin_b6", "zinc"]
    assert (b6.in_label_unit, b6.reference_percent) == (Decimal("1.4"), 100)
    assert (zinc.in_label_unit, zinc.reference_percent) == (Decimal(10), 100)
    [ashwagandha] = daily_amounts(read_other_actives("ashwagandha 300 mg"), 1)
    assert ashwagandha.reference_percent is None


@pytest.mark.parametrize(("amount", "above"), [("12", False), ("12.01", True), ("25", True)])
def test_a_limit_is_exceeded_above_it_and_not_at_it(amount: str, above: bool) -> None:
    [b6] = daily_amounts(read_other_actives(f"vitamin_b6 {amount} mg"), 1)
    assert bool(list(limits_exceeded(b6, NO_TEXT))) == above


def test_a_limit_on_one_compound_holds_where_that_compound_is_named() -> None:
    [niacin] = daily_amounts(read_other_actives("vitamin_b3 16 mg"), 1)
    assert not list(limits_exceeded(niacin, Text("nicotinamide, zinkoxide", "nicotinamide, zinc oxide")))
    assert list(limits_exceeded(niacin, Text("nicotinezuur", "nicotinic acid")))
    assert not list(limits_exceeded(niacin, NO_TEXT))


@pytest.mark.parametrize(
    ("text", "above"),
    [
        ("vitamin_a 5000 µg", True),
        ("vitamin_a 3000 µg", False),
        ("vitamin_b3 901 mg", True),
        ("vitamin_b3 900 mg", False),
    ],
)
def test_without_a_named_compound_more_than_the_highest_limit_of_any_is_too_much(text: str, above: bool) -> None:
    [amount] = daily_amounts(read_other_actives(text), 1)
    assert bool(list(limits_exceeded(amount, NO_TEXT))) == above


@pytest.mark.parametrize(
    ("actives", "stated", "found"),
    [
        ("", True, Beside.NOTHING),
        ("", False, Beside.UNKNOWN),
        ("zinc 5 mg", False, Beside.UNKNOWN),
        ("zinc 5 mg", True, Beside.ORDINARY),
        ("zinc 26 mg", True, Beside.NEVER),
        ("zinc 5 mg; ashwagandha 1 mg", True, Beside.NEVER),
        ("melatonin 0.1 mg", True, Beside.NEVER),
        ("st_johns_wort 1 mg", True, Beside.NEVER),
    ],
)
def test_what_is_beside_magnesium_decides_to_whom_a_product_may_be_suggested(
    actives: str, stated: bool, found: Beside
) -> None:
    given = read_other_actives(actives)
    assert beside_magnesium(declaring(given, stated=stated)) is found


def test_a_substance_that_the_data_no_longer_knows_is_never_suggested() -> None:
    gone = (OtherActive("gone", Decimal(1), AmountUnit.MILLIGRAM),)
    assert beside_magnesium(declaring(gone, stated=True)) is Beside.NEVER
