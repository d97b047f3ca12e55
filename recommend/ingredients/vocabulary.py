"""Vocabulary of ingredient lists: the records of `data/ingredients/`, their loader and its checks."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from msgspec import Struct, field

from recommend.ingredients.lexicon import Name
from recommend.ingredients.normal_form import words_of
from recommend.knowledge import Identifier, Record, Words
from recommend.loading import InconsistencyError, RulesetError, index_by_id, once_per_folder, read_file, with_line
from recommend.text import LANGUAGES, NonEmpty

FOLDER = "ingredients"
ALLERGENS = (
    "gluten",
    "crustaceans",
    "eggs",
    "fish",
    "peanuts",
    "soy",
    "milk",
    "nuts",
    "celery",
    "mustard",
    "sesame",
    "sulphites",
    "lupin",
    "molluscs",
)
"""Ids of the fourteen allergens, in the order of the Regulation."""

ACTIVE, FUNCTION, SWEETENER, ADDITIVE, UNNAMED_FORM, VITAMIN = (
    "active",
    "function",
    "sweetener",
    "additive",
    "unnamed_form",
    "vitamin",
)
"""Domains of names of which a word has at most one; allergens, animal matter and sources have a domain each."""
ALLERGEN_DOMAIN, ANIMAL_DOMAIN, SOURCE_DOMAIN, PLANT_DOMAIN, STATED_DOMAIN = (
    "allergen:",
    "animal:",
    "source:",
    "plant:",
    "stated:",
)


class Term(Record, frozen=True, kw_only=True):
    """Something that lists name, with its names and with longer names that are something else."""

    id: Identifier
    words: Words
    exceptions: tuple[NonEmpty, ...] = ()


class Allergen(Term, frozen=True, kw_only=True):
    """An allergen; `animal` if it comes from an animal."""

    animal: bool = False


class Function(Term, frozen=True, kw_only=True):
    """A function of ingredients; `shell` for capsules and coatings, `sweetens` where sweeteners still count."""

    shell: bool = False
    sweetens: bool = False


class Source(Term, frozen=True, kw_only=True):
    """A thing from an animal or a plant; `plant` says the latter beside it, `anywhere` says so in any place."""

    plant: Words
    anywhere: Words = field(default_factory=Words)


class Phrases(Record, frozen=True, kw_only=True):
    """Turns of phrase; the data file explains them."""

    traces: tuple[NonEmpty, ...]
    traces_before: tuple[NonEmpty, ...]
    doubts: tuple[NonEmpty, ...]
    free: tuple[NonEmpty, ...]
    apart: tuple[NonEmpty, ...]
    contains: tuple[NonEmpty, ...]
    free_joiners: tuple[NonEmpty, ...]
    absent_things: tuple[NonEmpty, ...]
    not_vegan: tuple[NonEmpty, ...]
    vegan: tuple[NonEmpty, ...]
    own_words: Words


class Vocabulary(Struct, frozen=True):
    """All records of the folder."""

    allergens: tuple[Allergen, ...]
    animal_matter: tuple[Term, ...]
    sweeteners: tuple[Term, ...]
    functions: tuple[Function, ...]
    sources: tuple[Source, ...]
    unnamed_forms: tuple[Term, ...]
    additives: tuple[Term, ...]
    phrases: Phrases

    def names(self) -> Iterator[Name]:
        """Every name, in its domain."""
        for allergen in self.allergens:
            yield from _names_of(allergen, ALLERGEN_DOMAIN + allergen.id)
        for matter in self.animal_matter:
            yield from _names_of(matter, ANIMAL_DOMAIN + matter.id)
        for source in self.sources:
            yield from _names_of(source, SOURCE_DOMAIN + source.id)
            yield from _names_in(source.plant, PLANT_DOMAIN + source.id, source.id)
            yield from _names_in(source.anywhere, STATED_DOMAIN + source.id, source.id)
        for domain, terms in (
            (SWEETENER, self.sweeteners),
            (FUNCTION, self.functions),
            (UNNAMED_FORM, self.unnamed_forms),
            (ADDITIVE, self.additives),
        ):
            for term in terms:
                yield from _names_of(term, domain)


def _names_in(words: Words, domain: str, key: str | None) -> Iterator[Name]:
    for language in LANGUAGES:
        yield from (Name(words_of(name), domain, key) for name in words.in_language(language))


def _names_of(term: Term, domain: str) -> Iterator[Name]:
    yield from _names_in(term.words, domain, term.id)
    yield from (Name(words_of(name), domain, None) for name in term.exceptions)


T = TypeVar("T", bound=Term)


@once_per_folder
def load_vocabulary(directory: Path) -> Vocabulary:
    """Vocabulary from a folder with the layout of `recommend/data/`. Raises RulesetError."""
    try:
        vocabulary = Vocabulary(
            allergens=_read(directory, "allergens", Allergen),
            animal_matter=_read(directory, "animal_matter", Term),
            sweeteners=_read(directory, "sweeteners", Term),
            functions=_read(directory, "functions", Function),
            sources=_read(directory, "sources", Source),
            unnamed_forms=_read(directory, "magnesium", Term),
            additives=_read(directory, "additives", Term),
            phrases=read_file(directory, directory / FOLDER / "phrases.yaml", Phrases),
        )
        for missing in set(ALLERGENS) ^ {allergen.id for allergen in vocabulary.allergens}:
            problem = "no such allergen" if missing not in ALLERGENS else "this allergen is missing"
            record = missing if missing not in ALLERGENS else None
            raise InconsistencyError(f"{FOLDER}/allergens.yaml", record, "id", f"{missing}: {problem}")
    except InconsistencyError as fault:
        raise RulesetError(with_line(directory, fault)) from fault
    return vocabulary


def _read(directory: Path, name: str, kind: type[T]) -> tuple[T, ...]:
    file = f"{FOLDER}/{name}.yaml"
    terms: Sequence[T] = read_file(directory, directory / file, list[kind])  # type: ignore[valid-type] # made at run time
    index_by_id((file, term) for term in terms)
    _check_terms(file, terms)
    return tuple(terms)


def _check_terms(file: str, terms: Iterable[Term]) -> None:
    """Refuse a name of two terms, and a name that is its own exception."""
    owners: dict[tuple[str, ...], str] = {}
    for term in terms:
        for language in LANGUAGES:
            for name in term.words.in_language(language):
                words = words_of(name)
                if not words:
                    raise InconsistencyError(file, term.id, f"words.{language}", f"{name!r} has no letter or digit")
                owner = owners.setdefault(words, term.id)
                if owner != term.id:
                    raise InconsistencyError(file, term.id, f"words.{language}", f"{name!r} is also a name of {owner}")
    for term in terms:
        for name in term.exceptions:
            if owners.get(words_of(name)) == term.id:
                raise InconsistencyError(file, term.id, "exceptions", f"{name!r} is a name of it as well")
