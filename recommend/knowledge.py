"""The records of the ruleset, as `data/*.yaml` writes them. Frozen, bilingual, every fact with its source."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from recommend.chemistry import magnesium_fraction
from recommend.conditions import Always, Condition, Matcher
from recommend.text import Language, NonEmpty, Text

Severity = Literal["stop", "caution", "info"]
SEVERITIES: tuple[Severity, ...] = ("stop", "caution", "info")
Certainty = Literal["strong", "moderate", "weak", "none"]
CERTAINTIES: tuple[Certainty, ...] = ("strong", "moderate", "weak", "none")

Identifier = Annotated[str, Meta(pattern=r"^[a-z0-9]+([-_][a-z0-9]+)*$")]


class Record(Struct, frozen=True, forbid_unknown_fields=True):
    """A record of the data files: unknown keys are errors."""


class Source(Record, frozen=True):
    """Something published: a law, an opinion, a study, a product information text."""

    id: Identifier
    title: NonEmpty
    url: Annotated[str, Meta(pattern=r"^https://\S+$")]


class Citation(Record, frozen=True):
    """Where in a source a fact stands. `verified` only if it was read there, not elsewhere or from memory."""

    source: Identifier
    place: Text
    verified: bool


Citations = Annotated[tuple[Citation, ...], Meta(min_length=1)]


class Salt(Record, frozen=True):
    """One exact compound of a form, such as a hydrate; its formula gives the share of magnesium."""

    id: Identifier
    formula: NonEmpty
    name: Text

    @property
    def magnesium_fraction(self) -> Fraction:
        return magnesium_fraction(self.formula)


class Words(Record, frozen=True):
    """Spellings found on labels, per language."""

    nl: tuple[NonEmpty, ...] = ()
    en: tuple[NonEmpty, ...] = ()

    def in_language(self, language: Language) -> tuple[str, ...]:
        return self.nl if language == "nl" else self.en


class Form(Record, frozen=True):
    """A magnesium compound, or a second label name (`same_as`) of one. The law forbids it for conditions in `not_for`.

    `annex_ii` is its name in Directive 2002/46/EC Annex II; None when it may not be in a supplement.
    """

    id: Identifier
    name: Text
    short_name: Text
    about: Text
    citations: Citations
    same_as: Identifier | None = None
    annex_ii: Text | None = None
    synonyms: Words = field(default_factory=Words)
    salts: tuple[Salt, ...] = ()
    not_for: tuple[Identifier, ...] = ()

    @property
    def record(self) -> str:
        """The id under which its facts and rules stand: glycinate and bisglycinate share one."""
        return self.same_as or self.id


class Reviewed(Record, frozen=True):
    """A fact that a qualified person signs; both fields stay empty until then."""

    reviewed_on: date | None
    reviewed_by: NonEmpty | None


class Rule(Reviewed, frozen=True, kw_only=True):
    """Adds `points` (0 to inform only) to `forms` when the condition holds; `reason` is what the shopper reads."""

    id: Identifier
    label: Text
    when: Condition
    forms: Annotated[tuple[Identifier, ...], Meta(min_length=1)]
    points: int
    certainty: Certainty
    reason: Text
    citations: Citations
    advise_against: bool = False


class Note(Reviewed, frozen=True, kw_only=True):
    """A safety note. In an advice when `when` holds; on every product page if `always`; on those of `forms`."""

    id: Identifier
    severity: Severity
    label: Text
    text: Text
    citations: Citations
    when: Condition | None = None
    always: bool = False
    emergency: bool = False
    forms: tuple[Identifier, ...] = ()


class Choice(Record, frozen=True):
    """How one value of a question is put to the shopper."""

    value: NonEmpty
    label: Text
    help: Text | None = None


class Wording(Record, frozen=True):
    """How a question of `answers.QUESTIONS` is put to the shopper."""

    id: Identifier
    label: Text
    help: Text | None = None
    choices: tuple[Choice, ...] = ()

    def choice(self, value: str) -> Choice:
        return next(choice for choice in self.choices if choice.value == value)


class Passage(Record, frozen=True):
    """A piece of the guide; `claims` names the authorised claims (MG01 to MG10) that it states."""

    text: Text
    citations: Citations
    items: tuple[Text, ...] = ()
    claims: tuple[Annotated[str, Meta(pattern="^MG(0[1-9]|10)$")], ...] = ()


class Section(Record, frozen=True):
    id: Identifier
    heading: Text
    passages: Annotated[tuple[Passage, ...], Meta(min_length=1)]


class Guide(Record, frozen=True):
    """The shop's own article behind which the listing stands."""

    title: Text
    intro: Text
    sections: Annotated[tuple[Section, ...], Meta(min_length=1)]


class DoseLimits(Record, frozen=True):
    """Daily amounts in mg elemental magnesium. `own_limit_mg` is this shop's own, below the upper one."""

    upper_limit_mg: int
    own_limit_mg: int
    label_reference_mg: int
    reference_intake_mg: Mapping[Literal["female", "male"], int]
    citations: Citations


class NeverFirst(Record, frozen=True):
    """A ranked form that comes first for nobody, and why that is meant."""

    form: Identifier
    because: Text


class Manifest(Record, frozen=True):
    """`ruleset.yaml`: the version, the ranked forms (their order breaks ties) and the dose limits."""

    version: NonEmpty
    ranked_forms: tuple[Identifier, ...]
    tie_break_because: Text
    never_first: tuple[NeverFirst, ...]
    dose: DoseLimits


class Ruleset(Struct, frozen=True, dict=True):
    """All data files of `directory` together; `sha256` is over their bytes."""

    directory: Path
    manifest: Manifest
    sha256: str
    sources: Mapping[str, Source]
    forms: Mapping[str, Form]
    questions: Mapping[str, Wording]
    rules: tuple[Rule, ...]
    notes: tuple[Note, ...]
    guide: Guide

    def __hash__(self) -> int:
        return hash(self.sha256)  # what follows from the rules can be kept by them

    @cached_property
    def ranked(self) -> tuple[Form, ...]:
        """The forms an advice ranks, in the declared order that breaks ties."""
        return tuple(self.forms[form] for form in self.manifest.ranked_forms)

    @cached_property
    def ranked_records(self) -> Mapping[str, str]:
        """For every ranked form the id under which its facts and rules stand, in the declared order."""
        return {form.id: form.record for form in self.ranked}

    @cached_property
    def rule_matcher(self) -> Matcher[Rule]:
        """Finds the rules that hold, as reasons are read: own answers first, weightiest first, no points last."""
        return Matcher(
            sorted(self.rules, key=lambda rule: (rule.points == 0, isinstance(rule.when, Always), -abs(rule.points)))
        )

    @cached_property
    def note_matcher(self) -> Matcher[Note]:
        """Finds the notes that hold: emergencies first, then stop, caution, info, then in the order of the files."""
        return Matcher(sorted(self.notes, key=lambda note: (not note.emergency, SEVERITIES.index(note.severity))))

    @cached_property
    def product_notes(self) -> tuple[Note, ...]:
        """The notes that every product page shows."""
        return tuple(note for note in self.notes if note.always)

    def form_notes(self, form: str) -> tuple[Note, ...]:
        """The notes about one form."""
        return tuple(note for note in self.notes if form in note.forms)

    def fraction_of(self, form: str, salt: str | None = None) -> Fraction | None:
        """The share of magnesium in a salt, else in the one assumed; None without one formula. Raises KeyError."""
        salts = self.forms[self.forms[form].record].salts
        if salt is None:
            return salts[0].magnesium_fraction if salts else None
        return {candidate.id: candidate for candidate in salts}[salt].magnesium_fraction
