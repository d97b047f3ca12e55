"""Which products have which terms: those of facets and those of words.

What many products share, such as a text, is worked out once for all of them.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import chain, product

from pyroaring import BitMap

from catalog.facets import Facet, values_of
from catalog.indexed import Indexed
from catalog.words import INGREDIENT, TEXT, terms_of
from recommend.text import LANGUAGES, Language

LISTED = "listed"
"""The term of every published product."""

VEGAN = {language: terms_of("vegan veganistisch veganistische", language, TEXT) for language in LANGUAGES}

ALLERGENS = {
    "gluten": "gluten",
    "crustaceans": "schaaldieren",
    "eggs": "ei eieren",
    "fish": "vis",
    "peanuts": "pinda pindas",
    "soy": "soja",
    "milk": "melk lactose zuivel",
    "nuts": "noten",
    "celery": "selderij",
    "mustard": "mosterd",
    "sesame": "sesam",
    "sulphites": "sulfiet sulfieten",
    "lupin": "lupine",
    "molluscs": "weekdieren",
}
"""What allergens are called in Dutch."""

Postings = Mapping[str, BitMap]
"""The products by term."""


def facet_term(facet: Facet, value: str) -> str:
    return f"{facet}:{value}"


def facet_postings(products: Iterable[Indexed]) -> Postings:
    """Which of these products have which facet value; those that are not published have none."""
    alike: dict[tuple[tuple[Facet, str], ...], list[int]] = defaultdict(list)
    for one in products:
        if one.is_listed:
            alike[values_of(one)].append(one.product_id)
    found: dict[str, list[int]] = defaultdict(list)
    for values, ids in alike.items():
        for term in (LISTED, *(facet_term(facet, value) for facet, value in values)):
            found[term] += ids
    return _as_sets(found)


def word_postings(products: Iterable[Indexed]) -> tuple[Postings, dict[str, str]]:
    """By which words these products are found, and each word as it is written; none finds what is not published."""
    texts: dict[tuple[str, Language, str, bool], list[int]] = defaultdict(list)
    labels: dict[tuple[str, tuple[str, ...], tuple[str, ...], bool], list[int]] = defaultdict(list)
    for one in products:
        if one.is_listed:
            id_, vegan = one.product_id, one.vegan
            for text in (one.name, one.summary):
                texts[text.nl, "nl", TEXT, vegan].append(id_)
                texts[text.en, "en", TEXT, vegan].append(id_)
            texts[one.ingredients.nl, "nl", INGREDIENT, True].append(id_)
            texts[one.ingredients.en, "en", INGREDIENT, True].append(id_)
            labels[one.brand, one.forms, one.allergens, vegan].append(id_)
    found: dict[str, list[int]] = defaultdict(list)
    written: dict[str, str] = {}
    for terms, ids in chain(
        ((_of_text(*text), ids) for text, ids in texts.items()),
        ((_of_label(*label), ids) for label, ids in labels.items()),
    ):
        for term, word in terms.items():
            found[term] += ids
            written.setdefault(term, word)
    return _as_sets(found), written


def _of_text(text: str, language: Language, place: str, vegan: bool) -> Mapping[str, str]:
    """The terms of a text, each with a word as written; "not vegan" in it must not be found as vegan."""
    terms = terms_of(text, language, place)
    return terms if vegan else {term: word for term, word in terms.items() if term not in VEGAN[language]}


def _of_label(brand: str, forms: tuple[str, ...], allergens: tuple[str, ...], vegan: bool) -> Mapping[str, str]:
    """The terms of what a label states besides its texts."""
    found: dict[str, str] = {}
    for language in LANGUAGES:
        found |= terms_of(brand, language, TEXT) | (VEGAN[language] if vegan else {})
    for form, place in product(forms, (TEXT, INGREDIENT)):
        found |= terms_of(form.replace("_", " "), "en", place)
        found |= terms_of(form.replace("_", " ").replace("ate", "aat"), "nl", place)
    for allergen in allergens:
        found |= terms_of(allergen, "en", INGREDIENT) | terms_of(ALLERGENS[allergen], "nl", INGREDIENT)
    return found


def _as_sets(found: Mapping[str, list[int]]) -> Postings:
    return {term: BitMap(ids) for term, ids in found.items()}
