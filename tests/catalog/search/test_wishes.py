"""Wishes in a search: limits, choices, what is left out; read from the text alone."""

import pytest

from catalog.search.facets import Facet
from catalog.search.wish_words import COMPARISONS
from catalog.search.wishes import CheapFirst, Has, Lacks, Limit, ParsedWord, Quantity, Unread, read_items

EURO, DAY, MG = Quantity.PRICE, Quantity.PRICE_PER_DAY, Quantity.MG_PER_DAY


def limits(text: str) -> list[tuple[Quantity, int | None, int | None]]:
    found = [item.meaning for item in read_items(text) if isinstance(item.meaning, Limit)]
    return [(limit.quantity, limit.least, limit.most) for limit in found]


def choices(text: str) -> list[tuple[str, tuple[str, ...], bool]]:
    found = [item.meaning for item in read_items(text) if isinstance(item.meaning, Has)]
    return [(has.choice.facet.value, has.choice.values, has.without) for has in found]


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("tot 18 euro", (EURO, None, 1800)),
        ("onder de € 18", (EURO, None, 1800)),
        ("niet meer dan 18 euro", (EURO, None, 1800)),
        ("cheaper than 17.50", (EURO, None, 1750)),
        ("€17,50 of minder", (EURO, None, 1750)),
        ("18 euro max", (EURO, None, 1800)),
        ("minder dan 18€", (EURO, None, 1800)),
        ("vanaf 18 euro", (EURO, 1800, None)),
        ("tussen 12 en 18 euro", (EURO, 1200, 1800)),
        ("12-18 euro", (EURO, 1200, 1800)),
        ("18 tot 12 euro", (EURO, 1200, 1800)),
        ("under 22 cents", (DAY, None, 220)),
        ("onder 0,22 per dag", (DAY, None, 220)),
        ("at most 0.22 a day", (DAY, None, 220)),
        ("hooguit 22 ct/dag", (DAY, None, 220)),
        ("max 6 euro per maand", (DAY, None, 200)),
        ("minder dan een kwartje per dag", (DAY, None, 250)),
        ("onder 12 cent per 100 mg", (Quantity.PRICE_PER_100MG, None, 120)),
        ("minstens 130 mg", (MG, 129_500, None)),
        ("130mg of meer", (MG, 129_500, None)),
        ("130 mg per dag of minder", (MG, None, 130_500)),
        ("> 130 mg", (MG, 129_500, None)),
        ("between 90 and 130 mg", (MG, 89_500, 130_500)),
        ("magnesium onder 130", (MG, None, 130_500)),
        ("120 stuks", (Quantity.UNITS_PER_PACK, 120, 120)),
        ("minstens 120 capsules", (Quantity.UNITS_PER_PACK, 120, None)),
        ("1 capsule per dag", (Quantity.UNITS_PER_DAY, 1, 1)),
        ("3 maanden", (Quantity.DAYS_SUPPLY, 90, None)),
    ],
)
def test_a_limit_is_read_with_its_quantity(text: str, limit: tuple[Quantity, int | None, int | None]) -> None:
    assert limits(text) == [limit]


@pytest.mark.parametrize("text", ["magnesium 450 mg", "450mg", "magnesium 450", "450 mg per dag"])
def test_an_amount_above_the_law_shows_what_stays_within_it(text: str) -> None:
    (item,) = read_items(text)
    assert item.meaning == Limit(MG, None, 250_000, because_of_law=True)
    assert limits("meer dan 300 mg") == [(MG, 299_500, None)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("malaatpoeder", [("form", ("malate",), False), ("dosage_form", ("powder",), False)]),
        ("Magnesiummalat Kapseln", [("form", ("malate",), False), ("dosage_form", ("capsule",), False)]),
        ("tauraten", [("form", ("taurate",), False)]),
        ("mg lactate", [("form", ("lactate",), False)]),
        ("L-treonaat", [("form", ("threonate",), False)]),
        ("pilletjes", [("dosage_form", ("tablet", "capsule"), False)]),
        ("plant-based in stock", [("vegan", ("true",), False), ("in_stock", ("true",), False)]),
        ("alles behalve oxide", [("form", ("oxide",), True)]),
        ("anything but powder", [("dosage_form", ("powder",), True)]),
        ("malaat maar geen tabletten", [("form", ("malate",), False), ("dosage_form", ("tablet",), True)]),
        ("malaat -tablet", [("form", ("malate",), False), ("dosage_form", ("tablet",), True)]),
        ("magnesium-malaat", [("form", ("malate",), False)]),
        ("non-vegan", [("vegan", ("true",), True)]),
        ("eivrij", []),
        ("sojavrij", [("without", ("soy",), True)]),
        ("fish-free, powder", [("without", ("fish",), True), ("dosage_form", ("powder",), False)]),
        ("zonder vis en soja", [("without", ("fish",), True), ("without", ("soy",), True)]),
        ("geen oxide, poeder", [("form", ("oxide",), True), ("dosage_form", ("powder",), False)]),
        ("niet alleen capsules", [("dosage_form", ("capsule",), False)]),
    ],
)
def test_a_choice_or_what_is_left_out_is_a_value_of_a_facet(
    text: str, expected: list[tuple[str, tuple[str, ...], bool]]
) -> None:
    assert choices(text) == expected


def test_ingredients_left_out_and_a_low_price_are_wishes_too() -> None:
    (gelatine,) = read_items("zonder gelatine")
    assert isinstance(gelatine.meaning, Lacks)
    assert "gelatin" in gelatine.meaning.ingredients.words
    (bovine,) = read_items("without bovine gelatin")
    assert bovine.meaning == gelatine.meaning
    assert [type(item.meaning) for item in read_items("niet te duur")] == [CheapFirst]
    assert read_items("zonder maltodextrine")[0].meaning == ParsedWord("maltodextrine", "zonder")


@pytest.mark.parametrize("word", sorted(COMPARISONS - {"en", "of", "bis", "a"}))
def test_a_word_of_limits_or_negation_alone_is_never_searched_for(word: str) -> None:
    meanings = [item.meaning for item in read_items(f"{word}")]
    assert not any(isinstance(meaning, ParsedWord | Has | Limit) for meaning in meanings), meanings


def test_a_comparison_without_an_amount_is_told_and_not_dropped() -> None:
    assert Unread("onder") in [item.meaning for item in read_items("onder citraat")]


def test_each_part_of_a_query_means_the_same_by_itself() -> None:
    text = "vegan malaatpoeder zonder soja en gelatine tussen 12 en 18 euro, 120 capsules, goedkoop"
    for item in read_items(text):
        alone = [one.meaning for one in read_items(item.phrase)]
        assert item.meaning in alone, item
    assert Facet.FORM in [Facet(facet) for facet, _, _ in choices(text)]
