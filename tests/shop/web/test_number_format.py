"""Amounts are written as Babel writes them, only faster."""

from decimal import ROUND_HALF_UP, Decimal

import pytest
from babel.numbers import format_currency, format_decimal
from flask import Flask, g
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.models import Brand, Product, Status
from recommend.text import LANGUAGES, Language
from shop.web.number_format import breakable, euro, fine_euro, isolated, milligrams, number, whole_milligrams
from shop.web.services import services_of

AMOUNTS = st.one_of(st.integers(0, 2000), st.integers(0, 10**10))
APP = Flask("formats")


def in_tenths(tenth_cents: int, language: Language) -> str:
    pattern = "¤\N{NO-BREAK SPACE}0.000" if language == "nl" else "¤0.000"
    return format_currency(Decimal(tenth_cents) / 1000, "EUR", pattern, locale=language, currency_digits=False)


def in_euro(cents: Decimal | int, language: Language) -> str:
    return format_currency(Decimal(cents).quantize(Decimal(1), ROUND_HALF_UP) / 100, "EUR", locale=language)


def decimal(value: Decimal | int, language: Language) -> str:
    rounded = Decimal(value).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return format_decimal(rounded, "#,##0.#", locale=language)


@pytest.mark.parametrize("language", LANGUAGES)
@given(amount=AMOUNTS)
def test_amounts_read_as_babel_writes_them(language: Language, amount: int) -> None:
    with APP.test_request_context():
        g.lang = language
        assert euro(amount) == in_euro(amount, language)
        cents = f"{decimal(Decimal(amount) / 10, language)}\N{NO-BREAK SPACE}ct"
        assert fine_euro(amount) == (cents if amount < 100 else in_euro(Decimal(amount) / 10, language))
        assert milligrams(amount) == f"{decimal(Decimal(amount) / 1000, language)}\N{NO-BREAK SPACE}mg"
        assert number(amount) == decimal(amount, language)


@pytest.mark.parametrize("language", LANGUAGES)
@given(value=st.decimals(min_value=0, max_value=10**6, places=3))
def test_decimals_are_rounded_half_up_to_one_place(language: Language, value: Decimal) -> None:
    with APP.test_request_context():
        g.lang = language
        assert number(value) == decimal(value, language)


@pytest.mark.parametrize(
    ("name", "broken"),
    [
        ("Magnesiumbisglycinaat 120 mg", "Magnesium|bisglycinaat 120_mg"),
        ("Poeder 300 g, 162 mg per maatschepje", "Poeder 300_g, 162_mg per maatschepje"),
        ("poeder met magnesiumoxide", "poeder met magnesium|oxide"),
        ("Magnesium citrate, 60 tablets", "Magnesium citrate, 60 tablets"),
    ],
)
def test_a_long_name_may_break_after_magnesium_but_not_before_a_unit(name: str, broken: str) -> None:
    assert breakable(name) == broken.replace("|", "\N{SOFT HYPHEN}").replace("_", "\N{NO-BREAK SPACE}")


@pytest.mark.parametrize(
    ("micrograms", "shown"), [(161_600, "162"), (112_500, "113"), (99_900, "100"), (10_000, "10"), (5_630, "5,6")]
)
def test_an_amount_is_whole_as_on_labels_and_has_a_decimal_where_it_is_small(micrograms: int, shown: str) -> None:
    with APP.test_request_context():
        g.lang = "nl"
        assert whole_milligrams(micrograms) == f"{shown}\N{NO-BREAK SPACE}mg"


def test_a_name_from_right_to_left_is_isolated_and_escaped_and_others_cost_nothing() -> None:
    assert isolated("מגנזיום <200> mg") == "<bdi>מגנזיום &lt;200&gt; mg</bdi>"
    assert isolated("Magnésium 375 mg") == "Magnésium 375 mg"
    assert not isinstance(isolated("Magnésium <375>"), Markup), "the template escapes it"


def test_a_brand_from_right_to_left_leaves_the_words_around_it_in_their_order(own_app: Flask) -> None:
    with Session(services_of(own_app).databases.primary) as session:
        brand = session.scalars(select(Brand).limit(1)).one()
        product = session.scalars(
            select(Product).where(Product.brand == brand, Product.status == Status.PUBLISHED)
        ).first()
        assert product is not None
        brand.name = "מגנזיום"
        slug = product.slug
        session.commit()
    page = own_app.test_client().get(f"/en/product/{slug}").text
    assert '<p class="maker"><bdi>מגנזיום</bdi> ·' in page
