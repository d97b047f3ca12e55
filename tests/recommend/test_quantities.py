"""Numbers with units, and polarity words, as both languages write them."""

import pytest

from recommend.quantities import Quantity, polarity, quantities
from recommend.text import Language

PHONES = ("113", "0800-0113", "113.nl", "112")
FOUND: list[tuple[Language, str, list[tuple[str, str]]]] = [
    ("nl", "Houd er 2 tot 3 uur tussen.", [("hours", "2"), ("hours", "3")]),
    ("en", "at least 2 hours before or 4 to 6 hours after", [("hours", "2"), ("hours", "4"), ("hours", "6")]),
    ("nl", "een 24-uurs meting", [("bare", "24")]),
    ("en", "results, 24-hour urine", [("hours", "24")]),
    ("nl", "tauraat: 1.121 mg of 1121 mg", [("mg", "1121"), ("mg", "1121")]),
    ("en", "taurate: 1,121 mg", [("mg", "1121")]),
    ("nl", "16,16 % magnesium, 1,0 gram", [("percent", "16.16"), ("g", "1")]),
    ("en", "16.16 % magnesium, 14.1%.", [("percent", "16.16"), ("percent", "14.1")]),
    ("nl", "twaalf mensen, twee weken; ten minste één", [("people", "12"), ("weeks", "2")]),
    ("en", "Ten sentences, one study of twelve people", [("bare", "10"), ("people", "12")]),
    ("nl", "bel 113 of gratis 0800-0113, of chat op 113.nl; 112.", [("phone", number) for number in PHONES]),
    ("en", "section 4.5; Mg3(C6H5O7)2·9H2O and C2H4NO2", [("bare", "4.5")]),
    ("nl", "artikel 10, lid 2", [("bare", "10"), ("bare", "2")]),
]


@pytest.mark.parametrize(("language", "text", "expected"), FOUND, ids=[text for _, text, _ in FOUND])
def test_every_number_is_found_in_its_plain_form_with_its_unit(
    language: Language, text: str, expected: list[tuple[str, str]]
) -> None:
    assert quantities(text, language) == tuple(Quantity(unit, number) for unit, number in expected)


@pytest.mark.parametrize(
    ("nl", "en"),
    [
        ("Neem het nooit samen.", "Never take them together."),
        ("Niet meer dan nodig, tenzij je arts het zegt.", "No more than needed, unless your doctor says so."),
        ("2 uur vóór of 4 uur na", "2 hours before or 4 hours after"),
        ("Magnesium vermindert de opname.", "Magnesium lowers the absorption."),
        ("Houd er minstens 4 uur tussen.", "Keep at least 4 hours between them."),
    ],
)
def test_polarity_words_of_a_pair_count_the_same(nl: str, en: str) -> None:
    assert polarity(nl, "nl") == polarity(en, "en")
    assert polarity(nl, "nl")


def test_a_part_of_a_word_is_no_polarity_word() -> None:
    assert not polarity("Nieren, meerdere bladnerven, onder meer natrium", "nl")
    assert not polarity("notes on nobility, moreover thereafter", "en")
