"""The shapes of the API's answers as types, from which its OpenAPI schemas are made."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct

from catalog.models import DosageForm, Unit
from recommend.claims.findings import Severity as ClaimSeverity
from recommend.claims.findings import Verdict
from recommend.conditions import Condition
from recommend.engine import Status
from recommend.knowledge import Certainty, Identifier, Severity
from recommend.text import Language

Amount = Annotated[str, Meta(pattern=r"^[0-9]+(\.[0-9]+)?$", description="A decimal number, exact.")]
ClockTime = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Count = Annotated[int, Meta(ge=0)]
Rank = Annotated[int, Meta(ge=1)]


class Shape(Struct, frozen=True, forbid_unknown_fields=True):
    """A JSON object with exactly these keys."""


class When:
    """A condition, which becomes JSON as the data files write it."""

    def __init__(self, condition: Condition) -> None:
        self.condition = condition


class Citation(Shape, frozen=True):
    """The source of a fact and the place in it. `verified` is true when it was read in that very source.

    `computed` is true for a number of our own calculation from the data of the source.
    """

    source: Identifier
    title: str
    place: str
    url: Annotated[str, Meta(pattern="^https://")]
    verified: bool
    computed: bool


class RulesetId(Shape, frozen=True):
    """The version of the knowledge used; `sha256` is over all its files."""

    version: str
    sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


class Reason(Shape, frozen=True):
    """A rule that fired for a form."""

    rule: Identifier
    text: str
    citations: list[Citation]


class RankedForm(Shape, frozen=True):
    """A form with its place; not `suitable` when a rule advises against it for these answers."""

    form: Identifier
    rank: Rank
    suitable: bool
    certainty: Certainty
    reasons: list[Reason]


class OtherForm(Shape, frozen=True):
    """A form that the shop sells and the advice does not rank."""

    form: Identifier
    suitable: bool
    certainty: Certainty
    reasons: list[Reason]


class SafetyNote(Shape, frozen=True):
    """A safety note for these answers; a `stop` withholds the advice. A general note is not `personal`."""

    id: Identifier
    severity: Severity
    personal: bool
    text: str
    citations: list[Citation]


class Dose(Shape, frozen=True):
    """Milligrams of elemental magnesium a day; what is suggested comes on top of what is already taken."""

    reference_intake_mg: Count | None
    upper_limit_mg: Count
    already_taken_mg: Count
    suggested_mg: Count


class PlannedMoment(Shape, frozen=True):
    """A moment of the day with its assumed clock time; `take` holds `magnesium` or keys of medicines."""

    moment: Identifier
    name: str
    at: ClockTime
    take: list[str]


class HoursApart(Shape, frozen=True):
    """Least hours between a medicine and magnesium: the medicine `before_h` before it or `after_h` after it."""

    medicine: Identifier
    name: str
    before_h: Count
    after_h: Count


class DayPlan(Shape, frozen=True):
    """One plan for all medicines that need hours between; when not `possible` the pharmacist decides, and `moments`
    is empty. `text` says what the plan assumes."""

    possible: bool
    text: str
    moments: list[PlannedMoment]
    hours: list[HoursApart]


class AdvisedProduct(Shape, frozen=True):
    """A product for a form, with whole units a day that stay within the dose and the label's portion.

    `name_language` is Dutch where the product has no complete English texts.
    """

    sku: str
    form: Identifier
    slug: str
    brand: str
    name: str
    name_language: Language
    unit: Unit
    units_per_day: Rank
    elemental_mg_per_day: Amount
    cents_per_day: Amount
    cents_per_100mg: Amount
    price_cents: Rank


class Advice(Shape, frozen=True):
    """Emergencies and stops come first in `notes`; `products` is empty when the advice is withheld.

    `schedule` is null without a medicine that needs hours between, and when the advice is withheld.
    """

    status: Status
    forms: list[RankedForm]
    other_forms: list[OtherForm]
    notes: list[SafetyNote]
    dose: Dose
    schedule: DayPlan | None
    ruleset: RulesetId
    products: list[AdvisedProduct]


class Salt(Shape, frozen=True):
    """One exact compound of a form, with the share of magnesium in its mass."""

    id: Identifier
    formula: str
    name: str
    elemental_percent: Amount


class Form(Shape, frozen=True):
    """A magnesium compound. `annex_ii` is its name in Directive 2002/46/EC; null when not permitted in supplements.

    `same_as` is the form with which it shares all facts and rules; `ranked` when an advice ranks it.
    """

    id: Identifier
    name: str
    short_name: str
    synonyms: list[str]
    about: str
    annex_ii: str | None
    permitted: bool
    same_as: Identifier | None
    ranked: bool
    salts: list[Salt]
    citations: list[Citation]


class Forms(Shape, frozen=True):
    forms: list[Form]
    ruleset: RulesetId


class Rule(Shape, frozen=True):
    """A rule that adds `points` to `forms` when its condition is met."""

    id: Identifier
    label: str
    when: When
    forms: list[Identifier]
    points: int
    advise_against: bool
    certainty: Certainty
    text: str
    citations: list[Citation]
    reviewed_on: date | None
    reviewed_by: str | None


class Note(Shape, frozen=True):
    """A note shown in an advice when `when` is met (null: never), with every product if `always`, and with `forms`."""

    id: Identifier
    severity: Severity
    emergency: bool
    label: str
    when: When | None
    always: bool
    forms: list[Identifier]
    text: str
    citations: list[Citation]
    reviewed_on: date | None
    reviewed_by: str | None


class Rules(Shape, frozen=True):
    rules: list[Rule]
    notes: list[Note]
    ruleset: RulesetId


class OtherActive(Shape, frozen=True):
    """An active substance beside magnesium, with its amount per unit of the product."""

    substance: Identifier
    amount: str
    unit: Literal["µg", "mg", "g"]


class Product(Shape, frozen=True):
    """A product of the listing. Milligrams are elemental magnesium; a day is the label's daily portion.

    `vegan` is null while nobody said so; lists are complete when they are `stated`, else an empty one says nothing.
    `name_language` is Dutch where the product has no complete English texts.
    """

    sku: str
    slug: str
    url: str
    brand: str
    name: str
    name_language: Language
    forms: list[Identifier]
    dosage_form: DosageForm
    unit: Unit
    units_per_pack: Rank
    units_per_day: Rank
    elemental_mg_per_unit: Amount
    elemental_mg_per_day: Amount
    price_cents: Rank
    cents_per_100mg: Amount
    cents_per_day: Amount
    in_stock: bool
    vegan: bool | None
    allergens: list[str]
    allergens_stated: bool
    other_actives: list[OtherActive]
    other_actives_stated: bool


class FacetValue(Shape, frozen=True):
    """A value to filter on, and how many products have it and pass the filters on the other facets."""

    value: str
    count: Count


class Facets(Shape, frozen=True):
    """Values that some product has, and those asked for; of `without` and `without_active` what some product holds."""

    form: list[FacetValue]
    composition: list[FacetValue]
    dosage_form: list[FacetValue]
    mg_per_day: list[FacetValue]
    price_per_100mg: list[FacetValue]
    price_per_day: list[FacetValue]
    days_supply: list[FacetValue]
    vegan: list[FacetValue]
    without: list[FacetValue]
    unsweetened: list[FacetValue]
    other_actives: list[FacetValue]
    without_active: list[FacetValue]
    brand: list[FacetValue]
    in_stock: list[FacetValue]


class Notice(Shape, frozen=True):
    """A value in the address that was left out, or a misspelt word that was taken for another."""

    value: str
    text: str


class AnswerLink(Shape, frozen=True):
    """A page of the shop that answers."""

    url: str
    text: str


class Answer(Shape, frozen=True):
    """An answer to a search that names no product; `notes` are ids of safety notes."""

    id: Identifier
    title: str
    text: str
    notes: list[Identifier]
    links: list[AnswerLink]


class Products(Shape, frozen=True):
    """One page of the listing; `total` counts all pages together.

    `understood` are the parts of the search as they were read, in words.
    """

    total: Count
    page: Rank
    pages: Rank
    page_size: Rank
    notices: list[Notice]
    understood: list[str]
    answers: list[Answer]
    facets: Facets
    items: list[Product]


class TextToCheck(Shape, frozen=True):
    """A text, plain, HTML or Markdown, in one language."""

    text: str
    language: Language


class ContentFinding(Shape, frozen=True):
    """The finding for one sentence; `start` and `end` count code points of the text, end exclusive.

    `block` may not be published and a person should look at `warn`. `claims` are ids of authorised claims, of refused
    ones or of nutrition claims; `why` has the legal source, and `suggestion` is an authorised wording to use instead.
    `file` is "-", as of a text on standard input.
    """

    file: Literal["-"]
    text: str
    start: Count
    end: Count
    verdict: Verdict
    claims: list[str]
    severity: ClaimSeverity
    why: str
    suggestion: str | None


Findings = list[ContentFinding]
