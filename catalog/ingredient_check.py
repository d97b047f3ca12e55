"""Ingredient texts held against what a product states: allergens, vegan and other active substances."""

import re
from collections.abc import Iterator, Set
from functools import lru_cache
from types import MappingProxyType

from msgspec import Struct

from catalog.models import Allergen
from catalog.product_problems import ProductProblem, Values
from catalog.product_state import ProductState
from catalog.product_words import ALLERGENS
from recommend.ingredients.reading import Ingredients, Span
from recommend.substances import load_ingredient_reader, load_substances, read_ingredients
from recommend.text import LANGUAGES, Language, Text

LABEL_FAULTS = (
    "allergen-not-ticked",
    "marked-not-an-allergen",
    "not-vegan",
    "text-not-vegan",
    "active-not-declared",
)
"""Codes of contradictions that block publishing."""
LABEL_FIELDS = (
    "ingredients_nl",
    "ingredients_en",
    "vegan",
    "allergens",
    "allergens_stated",
    "other_actives",
    "other_actives_stated",
)
"""Fields of a product that the check reads."""
MARKED = re.compile(r"\*(?=\w)([^*]+)(?<=[\w)])\*")
"""A piece of an ingredient text that the page emphasises as an allergen; the asterisk of a footnote is none."""
_CACHED_LABELS = 4096
_SHOWN_WORDS = 6


class LabelMark(Struct, frozen=True):
    """A word of an ingredient text that says something else than the label: its field, start and end."""

    field: str
    start: int
    end: int


class LabelFault(Struct, frozen=True):
    """A contradiction between an ingredient text and what the product states, with the words behind it."""

    problem: ProductProblem
    marks: tuple[LabelMark, ...] = ()


class LabelCheck(Struct, frozen=True):
    """Contradictions on a label: `faults` block publishing, `notices` ask a person to look."""

    faults: tuple[LabelFault, ...] = ()
    notices: tuple[ProductProblem, ...] = ()

    @property
    def problems(self) -> tuple[ProductProblem, ...]:
        """The problems that block publishing."""
        return tuple(fault.problem for fault in self.faults)


def check_label(state: ProductState) -> LabelCheck:
    """Contradictions between the ingredient texts of a product and its allergens, vegan and other actives."""
    return _check(
        state.ingredients_nl,
        state.ingredients_en,
        state.vegan is True,
        state.allergens,
        tuple(active.substance for active in state.other_actives),
    )


@lru_cache(_CACHED_LABELS)
def _check(nl: str, en: str, vegan: bool, allergens: tuple[Allergen, ...], actives: tuple[str, ...]) -> LabelCheck:
    """Cached, since the products of a supplier share texts, and reading one takes half a millisecond."""
    checker = _Checker({"nl": nl, "en": en})
    faults = (
        *checker.unticked(allergens),
        *checker.unknown_marks(),
        *(checker.animal_matter() if vegan else ()),
        *checker.undeclared(actives),
    )
    return LabelCheck(faults, tuple(checker.unnamed(allergens, actives)))


class _Checker:
    """Reads the texts once; each method yields the faults of one kind."""

    def __init__(self, texts: dict[Language, str]) -> None:
        self._texts = {language: texts[language] for language in LANGUAGES if texts[language].strip()}
        self._read: dict[Language, Ingredients] = {
            language: read_ingredients(text, language) for language, text in self._texts.items()
        }

    def unticked(self, allergens: tuple[Allergen, ...]) -> Iterator[LabelFault]:
        ticked = {allergen.value for allergen in allergens}
        for key in self._keys("contains"):
            if key not in ticked:
                name = ALLERGENS[Allergen(key)].name
                yield self._fault("allergens", "allergen-not-ticked", "contains", {key}, {"allergen": name})

    def unknown_marks(self) -> Iterator[LabelFault]:
        """Marked pieces that name none of the fourteen, so that no tick says what they are."""
        for language, text in self._texts.items():
            field = _field(language)
            for match in MARKED.finditer(text):
                if not read_ingredients(match[1], language).contains:
                    values = {"words": f"“{match[1].strip()}”"}
                    problem = ProductProblem(field, "marked-not-an-allergen", values)
                    yield LabelFault(problem, (LabelMark(field, *match.span(1)),))

    def animal_matter(self) -> Iterator[LabelFault]:
        if all(read.vegan != "no" for read in self._read.values()):
            return
        animals = load_ingredient_reader().animal_allergens
        for kind, keys in (("animal", None), ("contains", animals)):
            if any(self._spans(kind, keys)):
                yield self._fault("vegan", "not-vegan", kind, keys)
                return
        yield LabelFault(ProductProblem("vegan", "text-not-vegan"))

    def undeclared(self, actives: tuple[str, ...]) -> Iterator[LabelFault]:
        for key in self._keys("other_actives"):
            if key not in actives:
                values = {"substance": _substance_name(key)}
                yield self._fault("other_actives", "active-not-declared", "active", {key}, values)

    def unnamed(self, allergens: tuple[Allergen, ...], actives: tuple[str, ...]) -> Iterator[ProductProblem]:
        """Notices of stated names that a text lacks. The reading may miss a name, so a person looks."""
        for language, read in self._read.items():
            for allergen in allergens:
                if allergen.value not in read.contains:
                    name = ALLERGENS[allergen].name
                    yield ProductProblem(_field(language), "allergen-not-named", {"allergen": name})
            for key in actives:
                if key not in read.other_actives:
                    yield ProductProblem(_field(language), "active-not-named", {"substance": _substance_name(key)})

    def _keys(self, name: str) -> dict[str, None]:
        """Keys that any of the texts names, in the order of the texts."""
        return dict.fromkeys(key for read in self._read.values() for key in getattr(read, name))

    def _spans(self, kind: str, keys: Set[str] | None) -> Iterator[tuple[Language, Span]]:
        for language, read in self._read.items():
            for span in read.spans:
                if span.kind == kind and (keys is None or span.key in keys):
                    yield language, span

    def _fault(
        self, field: str, code: str, kind: str, keys: Set[str] | None, values: Values = MappingProxyType({})
    ) -> LabelFault:
        """A fault with the words of some kind and keys, each once."""
        words: dict[str, str] = {}
        marks: list[LabelMark] = []
        for language, span in self._spans(kind, keys):
            words.setdefault(span.word.casefold(), f"“{span.word}”")
            marks.append(LabelMark(_field(language), span.start, span.end))
        shown = list(words.values())
        quoted = ", ".join(shown[:_SHOWN_WORDS]) + (" …" if len(shown) > _SHOWN_WORDS else "")
        return LabelFault(ProductProblem(field, code, {**values, "words": quoted}), tuple(marks))


def _field(language: Language) -> str:
    return f"ingredients_{language}"


def _substance_name(key: str) -> Text:
    substance = load_substances().by_id.get(key)
    return substance.name if substance else Text(key, key)
