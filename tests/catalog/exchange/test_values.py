"""Prices, amounts and counts as people and spreadsheets write them; ambiguous ones are refused."""

import re
from decimal import Decimal
from typing import Any

import pytest

from catalog.exchange import numbers, values
from catalog.exchange.row_errors import ROW_ERROR_TEXTS, CellRefusedError, RowError
from catalog.models import Allergen


@pytest.mark.parametrize(
    "cell",
    ["€ 12,95", "12.95", "EUR 12,95", "12,95 €", "€12.95", "12,95 euro", "\N{NO-BREAK SPACE}12,95", Decimal("12.95")],
)
def test_a_price_in_euro_is_understood_with_comma_or_point(cell: Any) -> None:
    assert numbers.cents(cell, euro_assumed=True) == 1295


@pytest.mark.parametrize(
    ("cell", "cents"), [("1.234,50", 123450), ("1,234.50", 123450), ("1 234,50", 123450), ("12,-", 1200), (7, 700)]
)
def test_thousands_and_round_prices_are_understood(cell: Any, cents: int) -> None:
    assert numbers.cents(cell, euro_assumed=True) == cents


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("1.234", "ambiguous"),
        ("1,234", "ambiguous"),
        ("£12.00", "foreign-currency"),
        ("12.00 GBP", "foreign-currency"),
        ("$ 5", "foreign-currency"),
        ("-5,00", "negative"),
        ("€ -5,00", "negative"),
        (Decimal(-5), "negative"),
        ("12,9512", "fine-price"),
        ("twaalf", "not-a-price"),
        ("1e3", "not-a-price"),
        ("12,95 of 13,95", "not-a-price"),
    ],
)
def test_a_price_that_is_unclear_or_not_in_euro_is_refused(cell: Any, code: str) -> None:
    with pytest.raises(CellRefusedError) as refused:
        numbers.cents(cell, euro_assumed=True)
    assert refused.value.code == code


def test_a_bare_price_is_in_euro_only_when_that_is_said() -> None:
    with pytest.raises(CellRefusedError, match="which-currency"):
        numbers.cents("12,00", euro_assumed=False)
    assert numbers.cents("€ 12,00", euro_assumed=False) == 1200


@pytest.mark.parametrize(
    ("cell", "ug"),
    [
        *(("400 mg", 400_000), ("0,4 g", 400_000), ("400mg", 400_000), ("400", 400_000), ("56.25 mg", 56_250)),
        *(("250 µg", 250), ("250 mcg", 250), (Decimal("1.234"), 1234), ("100 mg magnesium", 100_000)),
    ],
)
def test_an_amount_is_read_in_the_unit_that_it_names(cell: Any, ug: int) -> None:
    assert numbers.micrograms(cell) == ug


@pytest.mark.parametrize("cell", ["100 IE", "ca. 100 mg", "100 mg per 2 capsules", "<5 mg", "mg", "-3 mg", "1.250 mg"])
def test_an_amount_that_is_not_plain_is_refused(cell: str) -> None:
    with pytest.raises(CellRefusedError):
        numbers.micrograms(cell)


@pytest.mark.parametrize("cell", ["60 caps", "60", "60 capsules", "60 stuks", 60, Decimal("60.0"), "60x"])
def test_a_count_may_name_what_is_counted(cell: Any) -> None:
    assert numbers.count(cell) == 60


@pytest.mark.parametrize(
    "cell",
    ["2 x per dag", "2 capsules per dag", "2x daags", "2 per day", "2", "2 times a day", "dagelijks 2 tabletten"],
)
def test_a_daily_portion_is_understood(cell: str) -> None:
    assert numbers.per_day(cell) == 2


@pytest.mark.parametrize("cell", ["1-2 per dag", "2 tot 3 capsules", "naar behoefte"])
def test_a_daily_portion_that_is_a_range_is_refused(cell: str) -> None:
    with pytest.raises(CellRefusedError):
        numbers.per_day(cell)


def test_yes_and_no_are_understood_in_both_languages() -> None:
    assert [values.yes_or_no(cell) for cell in ("ja", "Yes", "TRUE", "1", True)] == [True] * 5
    assert [values.yes_or_no(cell) for cell in ("nee", "no", "false", "0", False)] == [False] * 5
    with pytest.raises(CellRefusedError, match="not-yes-or-no"):
        values.yes_or_no("misschien")


def test_allergens_are_understood_in_both_languages_and_come_in_the_order_of_the_law() -> None:
    assert values.allergens("soja, melk en vis") == (Allergen.FISH, Allergen.SOY, Allergen.MILK)
    assert values.allergens("geen") == ()


def test_a_barcode_must_have_its_check_digit() -> None:
    assert values.barcode("8714439553212") == "8714439553212"
    assert values.barcode(8714439553212) == "8714439553212"
    for wrong, code in [("8714439553213", "not-an-ean"), ("8,71444E+12", "shortened"), ("12", "not-an-ean")]:
        with pytest.raises(CellRefusedError, match=code):
            values.barcode(wrong)


def test_html_becomes_the_text_that_a_reader_sees() -> None:
    text = "<h3>Kop</h3><p>Een&nbsp;zin<br>en <b>nog</b> een</p><script>alert(1)</script>"
    assert values.without_html(text) == "Kop\nEen zin\nen nog een"
    assert values.without_html("minder dan < 5 mg") == "minder dan < 5 mg"


@pytest.mark.parametrize("code", ROW_ERROR_TEXTS)
def test_every_reason_is_worded_in_both_languages(code: str) -> None:
    places = re.findall(r"\{(\w+)\}", ROW_ERROR_TEXTS[code].nl)
    error = RowError(code, dict.fromkeys(places, "…"))
    assert error.text("nl") != error.text("en")
