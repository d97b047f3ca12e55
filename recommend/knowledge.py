"""Records of the ruleset, as `data/*.yaml` writes them: frozen, bilingual, every fact with its source."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct, field, structs

from recommend.chemistry import magnesium_fraction
from recommend.conditions import Always, Condition, Matcher
from recommend.text import Language, NonEmpty, Text

Severity = Literal["stop", "caution", "info"]
SEVERITIES: tuple[Severity, ...] = ("stop", "caution", "info")
Certainty = Literal["strong", "moderate", "weak", "none"]
CERTAINTIES: tuple[Certainty, ...] = ("strong", "moderate", "weak", "none")
MONTHS_A_YEAR = 12
_SENTENCE_END = re.compile(r"(?<=[.;]) ")
_FIRST = re.compile(r"\b(eerst|first)\b", re.IGNORECASE)
REVIEW_HOLDS_MONTHS = 12
"""Months after which a review is old."""

Identifier = Annotated[str, Meta(pattern=r"^[a-z0-9]+([-_][a-z0-9]+)*$")]
LowestPrices = Mapping[str, int]
"""Lowest price of each form on offer, by its id, in tenths of a cent per 100 mg elemental."""


class Record(Struct, frozen=True, forbid_unknown_fields=True):
    """Base of all records of the data files; unknown keys are errors."""


class Source(Record, frozen=True):
    """A publication: a law, a scientific opinion, a study or a product information text.

    A `table` holds data for calculations of our own. A title is in the language of the publication; one that
    has a name in English as well, as EU law does, has it as `title_en`.
    """

    id: Identifier
    title: NonEmpty
    url: Annotated[str, Meta(pattern=r"^https://\S+$")]
    table: bool = False
    title_en: NonEmpty | None = None

    def title_in(self, language: Language) -> str:
        return (self.title_en if language == "en" else None) or self.title


class Citation(Record, frozen=True):
    """Place in a source that supports a fact; `verified` is true only if it was read in that source itself.

    `computed` marks a number of our own calculation from the data of a table.
    `source_says` repeats the numbers of the source in our words, for whoever checks it; English only, since no shopper
    sees it.
    """

    source: Identifier
    place: Text
    verified: bool
    computed: bool = False
    source_says: NonEmpty | None = None

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to read the place in the source."""
        return not (self.verified or self.computed)


Citations = Annotated[tuple[Citation, ...], Meta(min_length=1)]


Number = int | float
Hours = int | tuple[int, int]
"""A number of hours, or the least and the most of a range."""


class Separation(Record, frozen=True):
    """Hours between a medicine and magnesium: the medicine comes `before_h` before or `after_h` after magnesium.

    `least_h` is the number of hours that a text calls the least, when it advises more.
    """

    before_h: Hours
    after_h: Hours
    least_h: int | None = None


class Polarity(Record, frozen=True):
    """Number of Dutch words that turn a statement round or say to call, by the kinds of `quantities.POLARITY`."""

    denies: int = 0
    unless: int = 0
    only: int = 0
    more: int = 0
    less: int = 0
    before: int = 0
    after: int = 0
    apart: int = 0
    together: int = 0
    reduces: int = 0
    raises: int = 0
    at_least: int = 0
    calls: int = 0
    at_most: int = 0


class Facts(Record, frozen=True):
    """Numbers that a text of both languages repeats, as often as they are listed, and its polarity words.

    A limit, a share, grams, people and a separation need a citation whose `source_says` has the number; `unsourced`
    lists those that no source says yet. `own_mg` are the shop's own choices, `count` are numbers without a unit.
    """

    separation: tuple[Separation, ...] = ()
    limit_mg: tuple[Number, ...] = ()
    own_mg: tuple[Number, ...] = ()
    amount_mg: tuple[Number, ...] = ()
    amount_g: tuple[Number, ...] = ()
    share_percent: tuple[Number, ...] = ()
    age_years: tuple[int, ...] = ()
    period_days: tuple[int, ...] = ()
    period_weeks: tuple[int, ...] = ()
    people: tuple[int, ...] = ()
    phone: tuple[NonEmpty, ...] = ()
    count: tuple[int, ...] = ()
    unsourced: tuple[Number, ...] = ()
    polarity: Polarity = field(default_factory=Polarity)


class Salt(Record, frozen=True):
    """One exact compound of a form, such as a hydrate; its formula gives the share of magnesium."""

    id: Identifier
    formula: NonEmpty
    name: Text

    @property
    def magnesium_fraction(self) -> Fraction:
        """Share of magnesium in the mass, from 0 to 1. Raises ValueError for an unreadable formula."""
        return magnesium_fraction(self.formula)


class Words(Record, frozen=True):
    """Spellings on labels, by language."""

    nl: tuple[NonEmpty, ...] = ()
    en: tuple[NonEmpty, ...] = ()

    def in_language(self, language: Language) -> tuple[str, ...]:
        """Spellings in one language."""
        return self.nl if language == "nl" else self.en


class Form(Record, frozen=True):
    """A magnesium compound, or a second label name for one (`same_as`).

    `annex_ii` is its name in Directive 2002/46/EC, Annex II; None when the compound is not permitted in supplements.
    `not_for` are the conditions for which the law forbids the form. The first of `salts` is assumed when a label names
    none.
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
    facts: Facts = field(default_factory=Facts)

    @property
    def record(self) -> str:
        """Id of the form with the facts and rules: glycinate and bisglycinate share one."""
        return self.same_as or self.id


class Reviewed(Record, frozen=True):
    """A fact that a qualified person signs; both fields are empty until then."""

    reviewed_on: date | None
    reviewed_by: NonEmpty | None

    def has_old_review(self, today: date) -> bool:
        """Whether the review is more than a year old: from the day after its twelfth month."""
        return self.reviewed_on is not None and whole_months(self.reviewed_on, today) >= REVIEW_HOLDS_MONTHS


def whole_months(start: date, end: date) -> int:
    """Whole months between two dates; a month is over on the day after its last."""
    months = (end.year - start.year) * MONTHS_A_YEAR + end.month - start.month
    return months if end.day > start.day else months - 1


class Rule(Reviewed, frozen=True, kw_only=True):
    """A rule that adds `points` (0 for information only) to `forms` when its condition is true.

    The forms are all ranked, or all others; a rule for the others gives no points.

    `reason` is the text for the shopper. With `advise_against` the forms are unsuitable for these answers. With
    `cheaper_than` the rule counts only in a catalogue whose lowest price of each of `forms` is below that form's.
    """

    id: Identifier
    label: Text
    when: Condition
    forms: Annotated[tuple[Identifier, ...], Meta(min_length=1)]
    points: int
    certainty: Certainty
    reason: Text
    citations: Citations
    advise_against: bool = False
    cheaper_than: Identifier | None = None
    facts: Facts = field(default_factory=Facts)


class Note(Reviewed, frozen=True, kw_only=True):
    """A safety note: in an advice when `when` is true, on every product page if `always`, on the pages of `forms`."""

    id: Identifier
    severity: Severity
    label: Text
    text: Text
    citations: Citations
    when: Condition | None = None
    always: bool = False
    emergency: bool = False
    forms: tuple[Identifier, ...] = ()
    facts: Facts = field(default_factory=Facts)

    @property
    def is_personal(self) -> bool:
        """Whether an answer brings the note; a general note is for everybody."""
        return not isinstance(self.when, Always)

    @property
    def ask_first(self) -> Text | None:
        """The sentence that asks a professional first; None for a note without one, and for one that is no caution."""
        if self.severity != "caution":
            return None
        nl, en = (
            next((one.rstrip(".;") + "." for one in _SENTENCE_END.split(text) if _FIRST.search(one)), "")
            for text in (self.text.nl, self.text.en)
        )
        return Text(nl=nl, en=en) if nl and en else None


class Choice(Record, frozen=True):
    """Wording of one value of a question; `clause` follows "if", where no answer is quoted."""

    value: NonEmpty
    label: Text
    help: Text | None = None
    clause: Text | None = None
    facts: Facts = field(default_factory=Facts)


class Wording(Record, frozen=True):
    """Wording of a question of `answers.QUESTIONS`."""

    id: Identifier
    label: Text
    help: Text | None = None
    choices: tuple[Choice, ...] = ()
    facts: Facts = field(default_factory=Facts)

    def choice(self, value: str) -> Choice:
        """Choice for a value. Raises StopIteration for an unknown value."""
        return next(choice for choice in self.choices if choice.value == value)


class Passage(Record, frozen=True):
    """A passage of the guide; `claims` are the authorised claims (MG01 to MG10) in it."""

    text: Text
    citations: Citations
    items: tuple[Text, ...] = ()
    claims: tuple[Annotated[str, Meta(pattern="^MG(0[1-9]|10)$")], ...] = ()
    facts: Facts = field(default_factory=Facts)


class Section(Record, frozen=True):
    """A section of the guide."""

    id: Identifier
    heading: Text
    passages: Annotated[tuple[Passage, ...], Meta(min_length=1)]


class Guide(Record, frozen=True):
    """The shop's own article, which ends in the link to the listing."""

    title: Text
    intro: Text
    sections: Annotated[tuple[Section, ...], Meta(min_length=1)]

    @property
    def citations(self) -> tuple[Citation, ...]:
        """Citations of all passages."""
        return tuple(
            citation for section in self.sections for passage in section.passages for citation in passage.citations
        )


class DoseLimits(Record, frozen=True):
    """Daily amounts in mg elemental magnesium; `own_limit_mg` is the shop's own limit, below the upper limit."""

    upper_limit_mg: int
    own_limit_mg: int
    label_reference_mg: int
    reference_intake_mg: Mapping[Literal["female", "male"], int]
    citations: Citations


class NeverFirst(Record, frozen=True):
    """A ranked form that is first for nobody, with the reason why that is intended."""

    form: Identifier
    because: Text


class Manifest(Record, frozen=True):
    """`ruleset.yaml`: version, ranked forms (their order breaks ties) and dose limits."""

    version: NonEmpty
    ranked_forms: tuple[Identifier, ...]
    tie_break_because: Text
    never_first: tuple[NeverFirst, ...]
    dose: DoseLimits


class Moment(Record, frozen=True):
    """A moment of the day with its assumed clock time; magnesium is taken only at a `meal`."""

    id: Identifier
    at: Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
    name: Text
    meal: bool = False
    facts: Facts = field(default_factory=Facts)

    @property
    def minute(self) -> int:
        """Minutes since midnight."""
        hours, minutes = self.at.split(":")
        return int(hours) * 60 + int(minutes)


class UsualMoments(Record, frozen=True):
    """Assumed moments of a medicine, as often as it may be taken in a day; `id` is a value of the question."""

    id: Identifier
    name: Text
    moments: Annotated[tuple[Identifier, ...], Meta(min_length=1)]


class Gap(Record, frozen=True):
    """Minutes that a plan keeps between two medicines; no text names them."""

    medicines: tuple[Identifier, Identifier]
    minutes: Annotated[int, Meta(ge=1, le=720)]


class Sentence(Record, frozen=True):
    """A sentence of the day plan, with the names of moments and medicines in braces."""

    text: Text
    facts: Facts = field(default_factory=Facts)


class Schedule(Record, frozen=True):
    """`schedule.yaml`: moments of the day, usual moments of medicines, and the sentences of a day plan.

    `magnesium` are the meals to try, the best first.
    """

    moments: Annotated[tuple[Moment, ...], Meta(min_length=1)]
    magnesium: Annotated[tuple[Identifier, ...], Meta(min_length=1)]
    medicines: tuple[UsualMoments, ...]
    between: tuple[Gap, ...]
    fits: Sentence
    only_then: Sentence
    all_magnesium: Sentence
    own_assumption: Sentence
    other_gaps: Sentence
    no_moment: Sentence
    unknown_moment: Sentence

    def sentences(self) -> Iterator[tuple[str, Sentence]]:
        """All sentences by key."""
        for key in self.__struct_fields__:
            if isinstance(sentence := getattr(self, key), Sentence):
                yield key, sentence


class Ruleset(Struct, frozen=True, dict=True):
    """All data files of `directory`; `sha256` is over their names and bytes.

    `price_rules` are the ids of the rules on prices that count; none while no prices are known.
    """

    directory: Path
    manifest: Manifest
    sha256: str
    sources: Mapping[str, Source]
    forms: Mapping[str, Form]
    questions: Mapping[str, Wording]
    rules: tuple[Rule, ...]
    notes: tuple[Note, ...]
    guide: Guide
    schedule: Schedule
    price_rules: frozenset[str] = frozenset()

    def __hash__(self) -> int:
        return hash((self.sha256, self.price_rules))  # a ruleset can be a cache key

    @cached_property
    def names_of_record(self) -> Mapping[str, tuple[Form, ...]]:
        """Forms by the id of their facts: two names of one compound stand together, its own name first."""
        found: dict[str, list[Form]] = {form.id: [form] for form in self.forms.values() if form.same_as is None}
        for form in self.forms.values():
            if form.same_as is not None:
                found[form.same_as].append(form)
        return {record: tuple(forms) for record, forms in found.items()}

    @cached_property
    def rules_on_prices(self) -> tuple[Rule, ...]:
        """Rules that count only at some prices."""
        return tuple(rule for rule in self.rules if rule.cheaper_than is not None)

    @cached_property
    def compared_forms(self) -> tuple[str, ...]:
        """Ids of the forms whose prices some rule compares."""
        compared = ((*rule.forms, rule.cheaper_than) for rule in self.rules_on_prices)
        return tuple(sorted({form for forms in compared for form in forms if form is not None}))

    @cached_property
    def _at_prices(self) -> dict[frozenset[str], "Ruleset"]:
        return {self.price_rules: self}

    def at_prices(self, prices: LowestPrices) -> "Ruleset":
        """The same ruleset with the rules on prices that hold at these prices; an unknown price is below none."""
        holding = frozenset(rule.id for rule in self.rules_on_prices if _is_cheaper(rule, prices))
        found = self._at_prices.get(holding)
        if found is None:
            found = self._at_prices[holding] = structs.replace(self, price_rules=holding)
        return found

    @cached_property
    def ranked(self) -> tuple[Form, ...]:
        """Forms that an advice ranks, in the declared order that breaks ties."""
        return tuple(self.forms[form] for form in self.manifest.ranked_forms)

    @cached_property
    def ranked_compounds(self) -> tuple[Form, ...]:
        """Ranked forms without their second names on labels."""
        return tuple(form for form in self.ranked if form.same_as is None)

    @cached_property
    def ranked_records(self) -> Mapping[str, str]:
        """Id of the facts and rules of every ranked form, in the declared order."""
        return {form.id: form.record for form in self.ranked}

    @cached_property
    def rule_matcher(self) -> Matcher[Rule]:
        """Index of the rules in the order of reasons: conditional ones first, most points first, no points last."""
        return Matcher(
            sorted(
                self._counting_rules,
                key=lambda rule: (rule.points == 0, isinstance(rule.when, Always), -abs(rule.points)),
            )
        )

    @cached_property
    def points_matcher(self) -> Matcher[Rule]:
        """Index of those that give or take points, in any order."""
        return Matcher([rule for rule in self._counting_rules if rule.points])

    @cached_property
    def _counting_rules(self) -> tuple[Rule, ...]:
        """Rules for ranked forms that count at these prices."""
        ranked = (rule for rule in self.rules if rule.forms[0] in self._ranked_facts)
        return tuple(rule for rule in ranked if rule.cheaper_than is None or rule.id in self.price_rules)

    @cached_property
    def other_rule_matcher(self) -> Matcher[Rule]:
        """Index of the rules for the forms that are not ranked, those on some answers first."""
        others = (rule for rule in self.rules if rule.forms[0] not in self._ranked_facts)
        return Matcher(sorted(others, key=lambda rule: isinstance(rule.when, Always)))

    @cached_property
    def _ranked_facts(self) -> frozenset[str]:
        return frozenset(self.ranked_records.values())

    @cached_property
    def other_forms(self) -> tuple[Form, ...]:
        """Forms that the law allows in supplements and an advice does not rank, in file order."""
        permitted = (form for form in self.forms.values() if self.forms[form.record].annex_ii is not None)
        return tuple(form for form in permitted if form.record not in self._ranked_facts)

    @cached_property
    def note_matcher(self) -> Matcher[Note]:
        """Index of the notes: emergencies first, then stop, caution, info; personal ones first, then in file order."""
        return Matcher(
            sorted(
                self.notes,
                key=lambda note: (not note.emergency, SEVERITIES.index(note.severity), not note.is_personal),
            )
        )

    @cached_property
    def product_notes(self) -> tuple[Note, ...]:
        """Notes on every product page."""
        return tuple(note for note in self.notes if note.always)

    def form_notes(self, form: str) -> tuple[Note, ...]:
        """Notes on one form."""
        return tuple(note for note in self.notes if form in note.forms)

    def fraction_of(self, form: str, salt: str | None = None) -> Fraction | None:
        """Share of magnesium in a salt, or in the assumed salt of the form; None for a form without formula.

        Raises KeyError for an unknown form or salt.
        """
        salts = self.forms[self.forms[form].record].salts
        if salt is None:
            return salts[0].magnesium_fraction if salts else None
        return {candidate.id: candidate for candidate in salts}[salt].magnesium_fraction


def _is_cheaper(rule: Rule, prices: LowestPrices) -> bool:
    other = prices.get(rule.cheaper_than or "")
    own = [prices.get(form) for form in rule.forms]
    return other is not None and all(price is not None and price < other for price in own)
