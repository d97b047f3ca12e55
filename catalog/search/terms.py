"""Which products have which terms: those of facets and those of words.

What many products share, such as a text, is worked out once for all of them.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import chain, product

from pyroaring import BitMap

from catalog.models import Allergen
from catalog.product_words import ALLERGENS
from catalog.search.documents import SearchDocument
from catalog.search.facets import Facet, values_of
from catalog.search.tokens import INGREDIENT, TEXT, terms_of, terms_of_word, words_in
from recommend.loading import load_ruleset
from recommend.text import LANGUAGES, Language

LISTED = "listed"
"""The term of every published product."""

VEGAN = {language: terms_of("vegan veganistisch veganistische", language, TEXT) for language in LANGUAGES}

Postings = Mapping[str, BitMap]
"""The products by term."""


def facet_term(facet: Facet, value: str) -> str:
    return f"{facet}:{value}"


def facet_postings(products: Iterable[SearchDocument]) -> Postings:
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


def word_postings(products: Iterable[SearchDocument]) -> tuple[Postings, dict[str, str]]:
    """By which words these products are found, and each word as it is written; none finds what is not published."""
    texts: dict[_Kind, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    labels: dict[tuple[str, tuple[str, ...], tuple[str, ...], bool], list[int]] = defaultdict(list)
    for one in products:
        if one.is_listed:
            id_, vegan = one.product_id, one.vegan
            for text in (one.name, one.summary):
                texts["nl", TEXT, vegan][text.nl].append(id_)
                texts["en", TEXT, vegan][text.en].append(id_)
            texts["nl", INGREDIENT, True][one.ingredients.nl].append(id_)
            texts["en", INGREDIENT, True][one.ingredients.en].append(id_)
            labels[one.brand, one.forms, one.allergens, vegan].append(id_)
    found: dict[str, list[int]] = defaultdict(list)
    written: dict[str, str] = {}
    for terms, ids in chain(
        (terms for kind, alike in texts.items() for terms in _of_texts(kind, alike)),
        ((_of_label(*label), ids) for label, ids in labels.items()),
    ):
        for term, word in terms.items():
            found[term] += ids
            written.setdefault(term, word)
    return _as_sets(found), written


_Kind = tuple[Language, str, bool]
"""The language of texts, their place as in `catalog.search.tokens`, and whether "vegan" in them is to be found."""


def _of_texts(kind: _Kind, texts: Mapping[str, list[int]]) -> Iterator[tuple[Mapping[str, str], list[int]]]:
    """For every word in texts of a kind its terms, each as written, and the products that it stands in."""
    language, place, vegan = kind
    words: dict[str, list[int]] = defaultdict(list)
    for text, ids in texts.items():
        for word in words_in(text):
            words[word] += ids
    for word, ids in words.items():
        terms = terms_of_word(word, language, place)
        if not vegan:  # "not vegan" in a text must not be found as vegan
            terms = {term: part for term, part in terms.items() if term not in VEGAN[language]}
        yield terms, ids


def _of_label(brand: str, forms: tuple[str, ...], allergens: tuple[str, ...], vegan: bool) -> Mapping[str, str]:
    """The terms of what a label states besides its texts."""
    found: dict[str, str] = {}
    for language in LANGUAGES:
        found |= terms_of(brand, language, TEXT) | (VEGAN[language] if vegan else {})
    for form, place in product(forms, (TEXT, INGREDIENT)):
        found |= terms_of(form.replace("_", " "), "en", place)
        found |= terms_of(_dutch_names().get(form, form.replace("_", " ")), "nl", place)
    for allergen in allergens:
        found |= terms_of(allergen, "en", INGREDIENT) | terms_of(
            ALLERGENS[Allergen(allergen)].searched, "nl", INGREDIENT
        )
    return found


@cache
def _dutch_names() -> dict[str, str]:
    """The short Dutch name of every form, from the shop's own data: words to find a product by, not facts about it."""
    return {form.id: form.short_name.nl for form in load_ruleset().forms.values()}


def _as_sets(found: Mapping[str, list[int]]) -> Postings:
    return {term: BitMap(ids) for term, ids in found.items()}
