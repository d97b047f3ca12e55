"""Substances beside magnesium: their records, the loader with its checks, and the reading of ingredient lists."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta, Struct, field

from recommend.answers import QUESTIONS, UNKNOWN, Answers
from recommend.ingredients.normal_form import words_of
from recommend.knowledge import Identifier, Record, Words
from recommend.loading import DATA, InconsistencyError, RulesetError, index_by_id, once_per_folder, read_file, with_line
from recommend.text import LANGUAGES, Language, NonEmpty, Text

if TYPE_CHECKING:
    from recommend.ingredients.reading import IngredientReader, Ingredients  # the content check does not wait for it

FILE = "substances.yaml"
MAGNESIUM = "magnesium"
"""Id of the substance that has forms of its own."""

Unit = Literal["mg", "µg", "g"]
MICROGRAMS: Mapping[Unit, int] = {"µg": 1, "mg": 1_000, "g": 1_000_000}
Kind = Literal["vitamin", "mineral", "botanical", "hormone", "amino_acid", "fatty_acid", "fibre", "other"]
NEVER_SUGGESTED: tuple[Kind, ...] = ("botanical", "hormone")
WITH_REFERENCE_VALUE: tuple[Kind, ...] = ("vitamin", "mineral")
LimitKind = Literal["upper_limit", "safe_level", "acceptable_intake", "national_advice", "label_limit", "dutch_maximum"]
Positive = Annotated[float, Meta(gt=0)]


class Limit(Record, frozen=True, kw_only=True):
    """Most of a substance in a day; with `only` it holds for these synonyms, and `of` says so in words."""

    kind: LimitKind
    amount: Positive
    unit: Unit
    source: NonEmpty
    verified: bool
    of: Text | None = None
    only: tuple[NonEmpty, ...] = ()

    @property
    def micrograms(self) -> float:
        """The limit in micrograms."""
        return self.amount * MICROGRAMS[self.unit]


class SubstanceNote(Record, frozen=True, kw_only=True):
    """A safety note on a substance; `verified` is true only if it was read in the source."""

    text: Text
    source: NonEmpty
    certainty: Literal["strong", "moderate", "weak"]
    medicines: tuple[NonEmpty, ...] = ()
    conditions: tuple[NonEmpty, ...] = ()
    verified: bool = False

    def is_for(self, answers: Answers) -> bool:
        """Whether a condition or medicine of these answers is one of the note's, or cannot be ruled out."""
        return _meets(self.medicines, answers.medicines) or _meets(self.conditions, answers.conditions)


def _meets(named: Collection[str], given: Collection[str]) -> bool:
    return bool(named) and not {*named, UNKNOWN}.isdisjoint(given)


class Substance(Record, frozen=True, kw_only=True):
    """A vitamin, mineral, botanical or other active substance; the data file explains its fields."""

    id: Identifier
    kind: Kind
    name: Text
    unit: Unit
    nrv: Positive | None = None
    iu: Positive | None = None
    limits: tuple[Limit, ...] = ()
    synonyms: Words = field(default_factory=Words)
    parts: tuple[NonEmpty, ...] = ()
    exceptions: tuple[NonEmpty, ...] = ()
    also_in: tuple[NonEmpty, ...] = ()
    filler_names: tuple[NonEmpty, ...] = ()
    suggestable: bool = True
    pregnancy: Literal["usual_amounts", "ask_first", "avoid"]
    notes: Annotated[tuple[SubstanceNote, ...], Meta(min_length=1)]

    def notes_for(self, answers: Answers) -> list[SubstanceNote]:
        """The notes that these answers make personal."""
        return [note for note in self.notes if note.is_for(answers)]

    def asks_first_in_pregnancy(self, answers: Answers) -> bool:
        """Whether a professional comes first, because these answers leave pregnancy or breastfeeding possible."""
        return self.pregnancy != "usual_amounts" and _meets(("pregnant", "breastfeeding"), answers.conditions)

    def names(self) -> Iterator[tuple[str, str]]:
        """Every full name, each with the field that has it."""
        for language in LANGUAGES:
            yield f"name.{language}", self.name.in_language(language)
            yield from ((f"synonyms.{language}", name) for name in self.synonyms.in_language(language))

    def limits_of_kind(self, *kinds: LimitKind) -> tuple[Limit, ...]:
        """Limits of some kinds, such as the Dutch maximum, lowest first."""
        return tuple(sorted((one for one in self.limits if one.kind in kinds), key=lambda one: one.micrograms))


class Substances(Struct, frozen=True):
    """All substances by id."""

    by_id: Mapping[str, Substance]

    @property
    def beside_magnesium(self) -> tuple[Substance, ...]:
        """Substances that count as other actives."""
        return tuple(one for one in self.by_id.values() if one.id != MAGNESIUM)


@once_per_folder
def load_substances(directory: Path) -> Substances:
    """Substances from a folder with the layout of `recommend/data/`. Raises RulesetError."""
    records = read_file(directory, directory / FILE, tuple[Substance, ...])
    try:
        substances = index_by_id((FILE, record) for record in records)
        for substance in substances.values():
            _check_kind(substance)
            _check_limits(substance)
            _check_notes(substance)
        _check_names(substances.values())
    except InconsistencyError as fault:
        raise RulesetError(with_line(directory, fault)) from fault
    return Substances(substances)


def _check_kind(substance: Substance) -> None:
    if substance.kind in NEVER_SUGGESTED and substance.suggestable:
        raise InconsistencyError(FILE, substance.id, "suggestable", f"a {substance.kind} is never suggested")
    if substance.nrv is not None and substance.kind not in WITH_REFERENCE_VALUE:
        raise InconsistencyError(FILE, substance.id, "nrv", "only vitamins and minerals have a reference value")


def _check_limits(substance: Substance) -> None:
    """Refuse limits that cannot be: a slip of mg for µg makes a reference value higher than the limit."""
    known = {words_of(name) for _, name in substance.names()}
    for number, limit in enumerate(substance.limits, start=1):
        for name in limit.only:
            if words_of(name) not in known:
                raise InconsistencyError(FILE, substance.id, f"limits.{number}.only", f"{name!r} is no synonym of it")
        if limit.only and limit.of is None:
            raise InconsistencyError(FILE, substance.id, f"limits.{number}.only", "needs `of`, which says it in words")
        too_high = substance.nrv is not None and substance.nrv * MICROGRAMS[substance.unit] > limit.micrograms
        if too_high and limit.of is None:
            raise InconsistencyError(
                FILE, substance.id, "nrv", f"higher than the limit of {limit.amount:g} {limit.unit}"
            )


def _check_notes(substance: Substance) -> None:
    for number, note in enumerate(substance.notes, start=1):
        for question in ("medicines", "conditions"):
            for value in getattr(note, question):
                if value not in QUESTIONS[question].values or value == UNKNOWN:
                    raise InconsistencyError(
                        FILE, substance.id, f"notes.{number}.{question}", f"{value!r} is no value of that question"
                    )


def _check_names(substances: Iterable[Substance]) -> None:
    """Refuse a name of two substances: a label could not say which of them it means."""
    owners: dict[tuple[str, ...], Substance] = {}
    listed = tuple(substances)
    for substance in listed:
        for key, name in [*substance.names(), *(("parts", part) for part in substance.parts)]:
            words = words_of(name)
            if not words:
                raise InconsistencyError(FILE, substance.id, key, f"{name!r} has no letter or digit")
            owner = owners.setdefault(words, substance)
            if owner is not substance:
                raise InconsistencyError(FILE, substance.id, key, f"{name!r} is also a name of {owner.id}")
    for substance in listed:
        for name in substance.also_in:
            if words_of(name) not in owners:
                raise InconsistencyError(FILE, substance.id, "also_in", f"{name!r} is no name of a substance")


@once_per_folder
def load_ingredient_reader(directory: Path) -> "IngredientReader":
    """Reader of ingredient lists, from a folder with the layout of `recommend/data/`. Raises RulesetError."""
    from recommend.ingredients.lexicon import Name
    from recommend.ingredients.reading import AT_HEAD_ONLY, IngredientReader, active_names, also_names
    from recommend.ingredients.vocabulary import load_vocabulary
    from recommend.naming import form_names

    names: list[Name] = []
    for substance in load_substances(directory).beside_magnesium:
        own = [*(name for _, name in substance.names()), *substance.parts]
        names += active_names(substance.id, own, substance.exceptions)
        names += active_names(AT_HEAD_ONLY + substance.id, substance.filler_names, ())
        names += also_names(substance.id, substance.also_in)
    return IngredientReader(load_vocabulary(directory), names, form_names(directory))


def read_ingredients(text: str, language: Language, directory: Path = DATA) -> "Ingredients":
    """Reading of an ingredient list: allergens, animal matter, other actives, forms and sweeteners.

    Both languages are always read, since labels mix them; `language` decides on words that mean two things.
    """
    return load_ingredient_reader(directory).read(text, language)
