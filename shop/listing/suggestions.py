"""Words that a search field suggests while one types: forms, kinds, brands and substances that products have."""

from collections.abc import Iterable
from heapq import nlargest

from catalog.models import DosageForm
from catalog.search.facets import BLEND, YES, Facet
from catalog.search.snapshot import IndexSnapshot
from recommend.knowledge import Ruleset
from recommend.substances import load_substances
from recommend.text import Language
from shop.listing.facet_groups import label

MOST_BRANDS = 300


def suggested_words(index: IndexSnapshot, ruleset: Ruleset, language: Language) -> list[str]:
    """Every suggestion once, in the order of the alphabet."""
    forms = [label(Facet.FORM, form, ruleset) for form in ruleset.forms if index.holds(Facet.FORM, form)]
    kinds = [
        label(Facet.DOSAGE_FORM, kind, ruleset) for kind in DosageForm if index.holds(Facet.DOSAGE_FORM, kind.value)
    ]
    vegan = [label(Facet.VEGAN, YES, ruleset)] if index.holds(Facet.VEGAN, YES) else []
    return sorted({*forms, *kinds, *vegan, *_brands(index), *_substances(index, language)}, key=str.casefold)


def _brands(index: IndexSnapshot) -> list[str]:
    """The brands with most products."""
    return nlargest(
        MOST_BRANDS, index.values(Facet.BRAND), key=lambda brand: len(index.having(Facet.BRAND, brand) & index.listed)
    )


def _substances(index: IndexSnapshot, language: Language) -> Iterable[str]:
    """Substances beside magnesium that some product contains, without what their names say in brackets."""
    blends = index.having(Facet.OTHER_ACTIVES, BLEND)
    for substance in load_substances().beside_magnesium:
        if blends - index.having(Facet.WITHOUT_ACTIVE, substance.id):
            name = substance.name.in_language(language).partition(" (")[0]
            yield name[0].lower() + name[1:] if name[1:2].islower() else name
