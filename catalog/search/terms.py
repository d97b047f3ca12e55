"""Postings: from documents to the product ids of every facet term and word term.

A value that many products share, such as a text, is processed once for all of them.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import chain, product

from pyroaring import BitMap

from catalog.models import Allergen
from catalog.product_words import ALLERGENS
from catalog.search.documents import SearchDocument
from catalog.search.facets import Facet, facet_term, values_of
from catalog.search.tokens import INGREDIENT, TEXT, terms_of, terms_of_word, words_in
from recommend.loading import load_ruleset
from recommend.substances import load_substances
from recommend.text import LANGUAGES, Language

LISTED = "listed"
"""The term of every published product."""

VEGAN = {language: terms_of("vegan veganistisch veganistische", language, TEXT) for language in LANGUAGES}
"""By language: the terms of the word vegan."""

Postings = Mapping[str, BitMap]
"""Product ids by term."""


def facet_postings(products: Iterable[SearchDocument]) -> Postings:
    """The facet postings of these products; unpublished products have none."""
    ids_by_values: dict[tuple[tuple[Facet, str], ...], list[int]] = defaultdict(list)
    for one in products:
        if one.is_listed:
            ids_by_values[values_of(one)].append(one.product_id)
    found: dict[str, list[int]] = defaultdict(list)
    for values, ids in ids_by_values.items():
        for term in (LISTED, *(facet_term(facet, value) for facet, value in values)):
            found[term] += ids
    return _as_sets(found)


def word_postings(products: Iterable[SearchDocument]) -> tuple[Postings, dict[str, str]]:
    """The word postings of these products, and each term's word as written; unpublished products have none."""
    texts: dict[_TextKind, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    labels: dict[_Label, list[int]] = defaultdict(list)
    for one in products:
        if one.is_listed:
            id_, vegan = one.product_id, one.vegan is True
            for text in (one.name, one.summary):
                texts["nl", TEXT, vegan][text.nl].append(id_)
                texts["en", TEXT, vegan][text.en].append(id_)
            texts["nl", INGREDIENT, True][one.ingredients.nl].append(id_)
            texts["en", INGREDIENT, True][one.ingredients.en].append(id_)
            labels[one.brand, one.forms, one.allergens, one.other_actives, vegan].append(id_)
    found: dict[str, list[int]] = defaultdict(list)
    written: dict[str, str] = {}
    for terms, ids in chain(
        (terms for kind, ids_by_text in texts.items() for terms in _terms_of_texts(kind, ids_by_text)),
        ((_terms_of_label(*label), ids) for label, ids in labels.items()),
    ):
        for term, word in terms.items():
            found[term] += ids
            written.setdefault(term, word)
    return _as_sets(found), written


_TextKind = tuple[Language, str, bool]
"""The language of texts, their place as in `catalog.search.tokens`, and whether "vegan" in them is indexed."""


def _terms_of_texts(kind: _TextKind, texts: Mapping[str, list[int]]) -> Iterator[tuple[Mapping[str, str], list[int]]]:
    """For every word in the texts of a kind: its terms, each as written, and the products that have it."""
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


_Label = tuple[str, tuple[str, ...], tuple[str, ...], tuple[str, ...], bool]
"""Brand, forms, allergens, other actives and vegan mark."""


def _terms_of_label(
    brand: str, forms: tuple[str, ...], allergens: tuple[str, ...], actives: tuple[str, ...], vegan: bool
) -> Mapping[str, str]:
    """The terms of a product's brand, forms, allergens, other actives and vegan mark."""
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
    known = load_substances().by_id
    for substance in (known[active] for active in actives if active in known):
        for language, place in product(LANGUAGES, (TEXT, INGREDIENT)):
            found |= terms_of(substance.name.in_language(language), language, place)
    return found


@cache
def _dutch_names() -> dict[str, str]:
    """The short Dutch name of every form, from the default ruleset: search words, not facts."""
    return {form.id: form.short_name.nl for form in load_ruleset().forms.values()}


def _as_sets(found: Mapping[str, list[int]]) -> Postings:
    return {term: BitMap(ids) for term, ids in found.items()}
