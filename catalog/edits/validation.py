"""Validation of a product: refuse impossible values, derive magnesium and prices, list what blocks publishing."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from operator import attrgetter, gt

import msgspec
from msgspec import Struct
from stdnum import ean

from catalog.brand_names import brand_key
from catalog.composition import CompositionError, LabelLine, Line, Magnesium, form_name, magnesium_in, work_out
from catalog.ingredient_check import LABEL_FAULTS, LABEL_FIELDS, check_label
from catalog.models import OverriddenSentence, Status
from catalog.other_actives import above_limit, daily_amounts, limits_exceeded, unknown_substances
from catalog.prices import UG_PER_100MG, tenth_cents_per_100mg, tenth_cents_per_day
from catalog.product_problems import ProductProblem, RefusedError
from catalog.product_state import TEXTS, ProductState
from catalog.queries.brands import KnownBrands
from recommend.chemistry import UG_PER_MG
from recommend.claims.product import ProductFinding, check_product
from recommend.knowledge import Ruleset
from recommend.substances import load_substances
from recommend.text import LANGUAGES, Language, Text

LONGEST_SKU, LONGEST_SLUG = 64, 120
SKU = re.compile(rf"[A-Za-z0-9][A-Za-z0-9._-]{{0,{LONGEST_SKU - 1}}}", re.ASCII)
_NOT_IN_SKU = re.compile(r"[^A-Za-z0-9._-]", re.ASCII)
MOST_CHARACTERS = 5
"""Wrong characters that a problem names."""
SLUG = re.compile(rf"(?=.{{1,{LONGEST_SLUG}}}\Z)[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)
LONGEST = {"name": 200, "summary": 2_000, "ingredients": 5_000, "directions": 2_000, "storage": 1_000}
"""Characters, by text."""
LONGEST_NAME = 100
LONGEST_ALT = 250
LONGEST_ADDRESS = 300
TEXT_FIELDS = tuple(f"{name}_{language}" for name in TEXTS for language in LANGUAGES)
_LIMITS = {field: LONGEST[field[:-3]] for field in TEXT_FIELDS}
_LIMITS |= {"brand": LONGEST_NAME, "supplier": LONGEST_NAME, "alt_nl": LONGEST_ALT, "alt_en": LONGEST_ALT}
_texts = attrgetter(*_LIMITS)
_FIELDS_IN: dict[Language, tuple[str, ...]] = {
    language: tuple(f"{name}_{language}" for name in TEXTS) for language in LANGUAGES
}
_TEXTS_IN = {language: (fields, attrgetter(*fields)) for language, fields in _FIELDS_IN.items()}
"""By language: the fields of the texts, and a function that gets them all."""
_MARKUP = re.compile(r"<[a-zA-Z/!?]")
_REQUIRED = ("price_cents", "units_per_pack", "units_per_day", "net_quantity")
NEEDED_TO_PUBLISH = ("brand", *(f"{name}_nl" for name in TEXTS), *_REQUIRED, "composition")
"""The fields without which no product is published; `missing_fields` names the empty ones."""
_CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters, all but tab and line feed
    r"\u200b-\u200f\u2060-\u2064\ufeff"  # characters of no width: a word with one is another word to a search
    r"\u061c\u202a-\u202e\u2066-\u206f]"  # direction: they turn round what stands behind them
)
MOST = {
    "price_cents": 1_000_000,
    "stock": 10_000_000,
    "units_per_pack": 10_000,
    "units_per_day": 1_000,
    "net_quantity": 100_000,
}
"""The largest number that a field accepts; the smallest is 0."""
MOST_PICTURES = 10
MOST_LINES = 40
"""As many as fit on a page; real labels have far fewer."""
MOST_UG = 100_000_000
"""100 g in one unit: far above any label."""
MOST_UG_A_DAY = 500 * UG_PER_MG
"""Twice the EU's upper limit for supplements: above it a daily portion is refused at publishing."""
HIGH_DOSE = "daily-portion-"
"""Prefix of the finding of a high daily portion; its amount follows, so that a reason holds for that amount alone."""
DOSE_FIELDS = ("composition", "units_per_day")
"""Fields that decide how much magnesium a daily portion gives."""
MOST_DERIVED = 2**31 - 1
"""The maximum of the derived columns: 2 kg of magnesium a day, two million euro for 100 mg."""


def field_problems(state: ProductState) -> Iterator[ProductProblem]:
    """Values that no product may have, not even a draft."""
    yield from _sku_problems(state.sku)
    if not SLUG.fullmatch(state.slug) and (state.slug or state.sku):  # without either the SKU is what lacks
        yield ProductProblem("slug", "not-a-slug")
    if state.ean is not None and not ean.is_valid(state.ean):
        yield ProductProblem("ean", "not-an-ean")
    yield from _text_problems(state)
    for name, most in MOST.items():
        if not 0 <= getattr(state, name) <= most:
            yield _out_of_range(name, most)
    if len(state.composition) > MOST_LINES:
        yield ProductProblem("composition", "too-many-lines", {"most": str(MOST_LINES)})
    yield from _picture_problems(state)
    for line in state.composition:
        for amount in (line.compound_ug, line.elemental_ug):
            if amount is not None and amount > MOST_UG:
                yield _out_of_range("composition", MOST_UG)


def _sku_problems(sku: str) -> Iterator[ProductProblem]:
    """The reason why a SKU is none: empty, too long, its first character, or the characters that it may not have."""
    if SKU.fullmatch(sku):
        return
    wrong = "".join(dict.fromkeys(_NOT_IN_SKU.findall(sku)))
    if not sku:
        yield ProductProblem("sku", "no-sku")
    elif wrong:
        yield ProductProblem("sku", "not-a-sku", {"characters": _characters_in_words(wrong)})
    elif len(sku) > LONGEST_SKU:
        yield ProductProblem("sku", "too-long", {"most": str(LONGEST_SKU)})
    else:
        yield ProductProblem("sku", "sku-start", {"character": sku[0]})


def _characters_in_words(characters: str) -> Text:
    """Characters for a sentence: quoted, with words for those that nobody sees."""
    named = dict.fromkeys(_character_in_words(each) for each in characters[:MOST_CHARACTERS])
    return Text(", ".join(each.nl for each in named), ", ".join(each.en for each in named))


def _character_in_words(character: str) -> Text:
    if character.isspace():
        return Text("een spatie", "a space")
    if not character.isprintable():
        return Text("een onzichtbaar teken", "an invisible character")
    return Text(f"“{character}”", f"“{character}”")


def _picture_problems(state: ProductState) -> Iterator[ProductProblem]:
    """Too many pictures, one that is there twice, and descriptions that no text may be."""
    if not state.more_pictures:
        return
    names = [picture.name for picture in state.pictures]
    if not state.picture:
        yield ProductProblem("more_pictures", "no-first-picture")
    if len(names) > MOST_PICTURES:
        yield ProductProblem("more_pictures", "too-many-pictures", {"most": str(MOST_PICTURES)})
    if len(set(names)) < len(names):
        yield ProductProblem("more_pictures", "double-picture")
    for place, picture in enumerate(state.more_pictures, start=2):
        for language in LANGUAGES:
            yield from text_problems(alt_field(language, place), getattr(picture, f"alt_{language}"), LONGEST_ALT)


def alt_field(language: Language, place: int) -> str:
    """The name of a picture's description in a problem; the first place is that of the first picture, 1."""
    return f"alt_{language}" if place == 1 else f"alt_{language}-{place}"


def derived_problems(state: ProductState, magnesium_ug: int) -> Iterator[ProductProblem]:
    """Values whose derived columns would exceed MOST_DERIVED; `magnesium_ug` is elemental, per unit."""
    if magnesium_ug > MOST_UG:
        yield _out_of_range("composition", MOST_UG)
    elif magnesium_ug:
        if state.units_per_day > (most := MOST_DERIVED // magnesium_ug):
            yield _out_of_range("units_per_day", most)
        most = MOST_DERIVED * magnesium_ug * state.units_per_pack // (10 * UG_PER_100MG)
        if state.units_per_pack and state.price_cents > most:
            yield _out_of_range("price_cents", most)


def _out_of_range(field: str, most: int) -> ProductProblem:
    """The range in the units of the form: mg and euro."""
    shown = {"price_cents": f"{most // 100}", "composition": f"{most // 1000} mg"}
    return ProductProblem(field, "out-of-range", {"least": "0", "most": shown.get(field, str(most))})


def _text_problems(state: ProductState) -> Iterator[ProductProblem]:
    texts = _texts(state)
    together = "".join(texts)
    # Nearly all products have no problem: one check of all texts together suffices.
    plain = together.isprintable() or not _CONTROL.search(together)
    if plain and "<" not in together and not any(map(gt, map(len, texts), _LIMITS.values())):
        return
    for (field, most), value in zip(_LIMITS.items(), texts, strict=True):
        yield from text_problems(field, value, most)


def text_problems(field: str, value: str, most: int) -> Iterator[ProductProblem]:
    """Reasons to refuse a text: longer than `most` characters, control characters, markup."""
    if len(value) > most:
        yield ProductProblem(field, "too-long", {"most": str(most)})
    if _CONTROL.search(value):
        yield ProductProblem(field, "control-character")
    if "<" in value and _MARKUP.search(value):
        yield ProductProblem(field, "markup")


def missing_fields(state: ProductState) -> Iterator[ProductProblem]:
    """The fields that a product needs before it can be published. The law asks for a Dutch label, not for English."""
    if not state.brand.strip():
        yield ProductProblem("brand", "missing")
    yield from missing_texts(state, "nl")
    for field in _REQUIRED:
        if not getattr(state, field):
            yield ProductProblem(field, "missing")
    if not state.composition:
        yield ProductProblem("composition", "no-composition")


def missing_texts(state: ProductState, language: Language) -> Iterator[ProductProblem]:
    """The texts that a product lacks in a language; each of its pictures needs a description."""
    fields, texts_of = _TEXTS_IN[language]
    texts = texts_of(state)
    if not all(map(str.strip, texts)):
        for field, text in zip(fields, texts, strict=True):
            if not text.strip():
                yield ProductProblem(field, "missing")
    for place, picture in enumerate(state.pictures if state.picture else (), start=1):
        if not getattr(picture, f"alt_{language}").strip():
            yield ProductProblem(alt_field(language, place), "missing")


AMOUNT_MISSING = ("no-amount", "no-single-formula")
"""Codes of composition problems that a draft may have."""


class Acceptances(Struct, frozen=True):
    """All that people accepted of one product, on a day.

    `reasons` has those for warnings and portions by finding; `overrides` the last day of each override by field (with
    its language) and sentence, those that have ended included.
    """

    reasons: Mapping[str, str] = msgspec.field(default_factory=dict)
    overrides: Mapping[tuple[str, str], date] = msgspec.field(default_factory=dict)
    on: date = date.min

    def overridden(self, findings: tuple[ProductFinding, ...]) -> Iterator[OverriddenSentence]:
        """The blocked sentences with an override, in force or not; never one about a disease."""
        for found in findings if self.overrides else ():
            until = self.overrides.get(place_of(found))
            if until is not None and found.blocks and may_be_overridden(found):
                yield OverriddenSentence(*place_of(found), until)


NOTHING_ACCEPTED = Acceptances()


def field_of(found: ProductFinding) -> str:
    """The field of a product with a finding, with its language."""
    return f"{found.field}_{found.language}" if found.field in (*TEXTS, "alt") else found.field


def place_of(found: ProductFinding) -> tuple[str, str]:
    """Field and exact sentence of a finding, under which an override is recorded."""
    return field_of(found), found.finding.text.strip()


def may_be_overridden(found: ProductFinding) -> bool:
    """Whether a person may let a blocked sentence pass: never about a disease; a brand's name has an acceptance."""
    return found.finding.verdict != "disease" and found.field in (*TEXTS, "alt")


class ValidatedProduct(Struct, frozen=True, gc=False):
    """A product ready to write. Amounts in ug elemental per unit, prices in tenths of a cent.

    `publish_blockers` are the problems that block publishing; `not_permitted` the forms that the law does not allow.
    """

    state: ProductState
    magnesium: Magnesium
    findings: tuple[ProductFinding, ...]
    not_permitted: tuple[str, ...]
    publish_blockers: tuple[ProductProblem, ...]
    high_dose: str = ""
    """The finding of a daily portion above the EU's limit for supplements, which needs a publisher's reason."""
    overridden: tuple[OverriddenSentence, ...] = ()
    """The blocked sentences with an override, whether in force or not."""
    on: date = date.min
    """The day on which overrides were compared."""

    @property
    def magnesium_ug(self) -> int:
        return self.magnesium.total_ug

    @property
    def tenth_cents_per_100mg(self) -> int:
        state = self.state
        if not (state.price_cents and self.magnesium_ug and state.units_per_pack):
            return 0
        return tenth_cents_per_100mg(state.price_cents, self.magnesium_ug, state.units_per_pack)

    @property
    def tenth_cents_per_day(self) -> int:
        state = self.state
        if not state.units_per_pack:
            return 0
        return tenth_cents_per_day(state.price_cents, state.units_per_pack, state.units_per_day)

    @property
    def blocked(self) -> tuple[ProductFinding, ...]:
        """The sentences that may not be said and have no override in force."""
        passing = {(one.field, one.sentence) for one in self.overridden if one.until >= self.on}
        return tuple(found for found in self.findings if found.blocks and place_of(found) not in passing)

    @property
    def open_warnings(self) -> int:
        """The number of sentences and portions that a person must still review."""
        return sum(blocker.code in ("open-warning", "high-dose") for blocker in self.publish_blockers)

    @property
    def label_faults(self) -> int:
        """The number of contradictions between the ingredient texts and what the product states."""
        return sum(blocker.code in LABEL_FAULTS for blocker in self.publish_blockers)

    @property
    def english_complete(self) -> bool:
        """Whether English pages show its texts in English."""
        return not any(missing_texts(self.state, "en"))

    @property
    def portion_too_small(self) -> bool:
        """Whether a claim requires more magnesium than a daily portion gives."""
        return any(found.finding.verdict in ("authorised", "nutrition_content") for found in self.blocked)


def validate_named(
    state: ProductState, ruleset: Ruleset, brands: KnownBrands, accepted: Acceptances = NOTHING_ACCEPTED
) -> ValidatedProduct:
    """Validate a product under its brand's own name, whichever spelling it came with. Raises as `validate` does."""
    named = brands.named(state)
    return validate(named, ruleset, accepted, brands.accepted_name(named.brand))


def validate(
    state: ProductState, ruleset: Ruleset, accepted: Acceptances = NOTHING_ACCEPTED, accepted_name: str = ""
) -> ValidatedProduct:
    """Validate a product and derive the rest; `accepted` are the reasons for warnings, and the overrides.

    `accepted_name` is a name of its brand that a publisher accepted: its words are no claim in any text.
    Raises RefusedError for values that not even a draft may have.
    """
    composed = _composition_of(state.composition, ruleset)
    problems = [*field_problems(state), *composed.impossible]
    if problems := problems or list(derived_problems(state, composed.magnesium.total_ug)):
        raise RefusedError(problems, state.sku)
    portion_ug = composed.magnesium.total_ug * state.units_per_day
    is_known = bool(portion_ug and not composed.missing)
    findings = _findings(state, portion_ug if is_known else None, ruleset, accepted_name)
    overridden = tuple(accepted.overridden(findings))
    high_dose = high_dose_finding(portion_ug, ruleset)
    not_permitted = (form_name(form, ruleset) for form in composed.not_permitted)
    publish_blockers = [
        *missing_fields(state),
        *composed.missing,
        *_amount_problems(state, composed.magnesium.total_ug),
        *(_high_dose(portion_ug, ruleset) if high_dose and high_dose not in accepted.reasons else ()),
        *check_label(state).problems,
        *(ProductProblem("composition", "form-not-permitted", {"form": name}) for name in not_permitted),
        *_claim_problems(findings, accepted, overridden),
    ]
    return ValidatedProduct(
        state,
        composed.magnesium,
        findings,
        composed.not_permitted,
        tuple(publish_blockers),
        high_dose,
        overridden,
        accepted.on,
    )


def blockers_of_edit(after: ValidatedProduct, before: ProductState | None) -> tuple[ProductProblem, ...]:
    """The problems that refuse an edit to a public product.

    What a public product already had, since the checks were not always what they are, refuses no edit of other fields:
    its price and stock must stay right while somebody mends its label or gives a reason for its portion.
    """
    blockers = after.publish_blockers
    if not blockers or before is None or before.status is not Status.PUBLISHED:
        return blockers
    for codes, fields in ((LABEL_FAULTS, LABEL_FIELDS), (("high-dose",), DOSE_FIELDS)):
        if all(getattr(before, name) == getattr(after.state, name) for name in fields):
            blockers = tuple(blocker for blocker in blockers if blocker.code not in codes)
    return blockers


def high_dose_finding(portion_ug: int, ruleset: Ruleset) -> str:
    """The name under which a reason for this much magnesium a day is recorded.

    Empty up to the EU's limit, and above MOST_UG_A_DAY, where no reason helps.
    """
    return f"{HIGH_DOSE}{portion_ug}" if _upper_limit_ug(ruleset) < portion_ug <= MOST_UG_A_DAY else ""


def _high_dose(portion_ug: int, ruleset: Ruleset) -> Iterator[ProductProblem]:
    limit = _upper_limit_ug(ruleset) // UG_PER_MG
    amount = Decimal(portion_ug) / UG_PER_MG
    shown = Text(f"{amount.normalize():f}".replace(".", ","), f"{amount.normalize():f}")
    yield ProductProblem("units_per_day", "high-dose", {"amount": shown, "limit": str(limit)})


def _upper_limit_ug(ruleset: Ruleset) -> int:
    return ruleset.manifest.dose.upper_limit_mg * UG_PER_MG


def _amount_problems(state: ProductState, magnesium_ug: int) -> Iterator[ProductProblem]:
    """Daily amounts that no product on sale may have: more of a substance than its limit, or far too much magnesium."""
    if magnesium_ug * state.units_per_day > MOST_UG_A_DAY:
        yield ProductProblem("units_per_day", "far-too-much-magnesium", {"most": str(MOST_UG_A_DAY // UG_PER_MG)})
    if state.units_per_pack and state.units_per_day > state.units_per_pack:
        yield ProductProblem("units_per_day", "more-than-the-pack")
    if not state.other_actives:
        return
    for missing in unknown_substances(state.other_actives, load_substances()):
        yield ProductProblem("other_actives", "unknown-substance", {"words": missing})
    ingredients = state.text("ingredients")
    for amount in daily_amounts(state.other_actives, state.units_per_day):
        for limit in limits_exceeded(amount, ingredients):
            yield ProductProblem("other_actives", "above-limit", above_limit(amount, limit))


class _Composition(Struct, frozen=True, gc=False):
    """Results derived from a composition; `missing` are amounts that a draft may leave out."""

    magnesium: Magnesium
    not_permitted: tuple[str, ...]
    impossible: tuple[ProductProblem, ...]
    missing: tuple[ProductProblem, ...]


@lru_cache(4096)
def _composition_of(composition: tuple[LabelLine, ...], ruleset: Ruleset) -> _Composition:
    """Cached, since many products share a composition."""
    lines: list[Line] = []
    impossible: list[ProductProblem] = []
    missing: list[ProductProblem] = []
    for label_line in composition:
        try:
            lines.append(work_out(label_line, ruleset))
        except CompositionError as error:
            (missing if error.code in AMOUNT_MISSING else impossible).extend(error.problems)
            lines.append(Line(label_line.form, label_line.salt, label_line.compound_ug, 0))
    not_permitted = tuple(_not_permitted(composition, ruleset))
    return _Composition(magnesium_in(lines), not_permitted, tuple(impossible), tuple(missing))


def _findings(
    state: ProductState, portion_ug: int | None, ruleset: Ruleset, accepted_name: str
) -> tuple[ProductFinding, ...]:
    """The findings in all texts; `portion_ug` is None while the amount a day is unknown, which refuses no claim."""
    texts: dict[str, Text | str] = {name: state.text(name) for name in (*TEXTS, "alt")}
    if not accepted_name or brand_key(accepted_name) != brand_key(state.brand):
        texts["brand"] = state.brand
    others = daily_amounts(state.other_actives, state.units_per_day)
    others_ug = {amount.substance.id: amount.micrograms for amount in others}
    found = check_product(texts, portion_ug, ruleset.directory, accepted_name, others_ug)
    for picture in state.more_pictures:
        alt = {"alt": picture.alt}
        known = {one.identity for one in found}
        more = check_product(alt, portion_ug, ruleset.directory, accepted_name, others_ug)
        found += tuple(one for one in more if one.identity not in known)
    return found


def _not_permitted(composition: tuple[LabelLine, ...], ruleset: Ruleset) -> Iterator[str]:
    for label_line in composition:
        form = ruleset.forms.get(label_line.form)
        if form is not None and ruleset.forms[form.record].annex_ii is None:
            yield label_line.form


def _claim_problems(
    findings: tuple[ProductFinding, ...], accepted: Acceptances, overridden: tuple[OverriddenSentence, ...]
) -> Iterator[ProductProblem]:
    passing = {(one.field, one.sentence) for one in overridden if one.until >= accepted.on}
    for found in findings:
        field = field_of(found)
        if found.blocks and place_of(found) in passing:
            continue
        values = {"text": found.finding.text.strip(), "why": found.finding.why}
        if found.blocks:
            yield ProductProblem(field, "blocked-brand" if field == "brand" else "blocked-text", values)
        elif found.identity not in accepted.reasons:
            yield ProductProblem(field, "open-warning", values)
