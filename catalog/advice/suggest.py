"""Product suggestions of an advice: whole units a day within the dose, the label and the budget."""

from collections.abc import Collection, Mapping
from typing import Any

from msgspec import Struct, field
from sqlalchemy.orm import Session

from catalog.advice.candidates import (
    PER_FORM,
    Budget,
    Excluded,
    Wishes,
    add_excluded,
    advised_products,
    excluded_by_wishes,
)
from catalog.models import DosageForm, Product
from catalog.prices import tenth_cents_per_day
from recommend.answers import Answers
from recommend.chemistry import UG_PER_MG
from recommend.engine import Advice, JudgedForm, forms_not_for
from recommend.text import Language


class Suggestion(Struct, frozen=True):
    """A product for a form, with whole units a day within the dose and the label's portion."""

    form: str
    product: Product
    units_per_day: int
    elemental_ug_per_day: int
    tenth_cents_per_day: int


class Suggestions(Struct, frozen=True):
    """The products of an advice; for each suitable form without a product, what the wishes exclude."""

    products: tuple[Suggestion, ...] = ()
    excluded: Mapping[str, Excluded] = field(default_factory=dict)

    def of_forms(self, forms: Collection[str]) -> list[Suggestion]:
        """Products of one compound under any of its names: as many as of one form, in the same order, each once."""
        found = {one.product.sku: one for one in self.products if one.form in forms}
        cheapest = sorted(found.values(), key=lambda one: (one.product.tenth_cents_per_100mg, one.product.sku))
        return cheapest[:PER_FORM]

    def excluded_from(self, forms: Collection[str]) -> Excluded | None:
        """What the wishes exclude of these forms; None when none of them is in stock."""
        return add_excluded([self.excluded[form] for form in forms if form in self.excluded])


def suggest_products(session: Session, answers: Answers, advice: Advice, budget: Budget) -> Suggestions:
    """Up to three products per suitable form; none when the advice is withheld.

    In order: best form first, the forms that are not ranked last, within a form cheapest per 100 mg first, then by SKU.
    """
    judged: tuple[JudgedForm, ...] = (*advice.forms, *advice.other_forms)
    suitable = [form.form.id for form in judged if form.suitable]
    if advice.withheld or not suitable:
        return Suggestions()
    wishes = Wishes(
        suggested_ug=advice.dose.suggested_mg * UG_PER_MG,
        without=frozenset(form.form.id for form in judged if not form.suitable)
        | forms_not_for(answers.conditions, advice.ruleset),
        cost_limit=budget.limit(answers.budget),
        vegan=answers.vegan,
        only_magnesium=answers.only_magnesium,
        dosage_form=None if answers.dosage_form == "any" else DosageForm(answers.dosage_form),
    )
    found = advised_products(session, suitable, wishes)
    found.sort(key=lambda advised: suitable.index(advised.form))  # stable: within a form the cheapest stay first
    empty = set(suitable) - {advised.form for advised in found}
    return Suggestions(
        products=tuple(_suggest(advised.form, advised.product, wishes.suggested_ug) for advised in found),
        excluded=excluded_by_wishes(session, empty, wishes) if empty else {},
    )


def _suggest(form: str, product: Product, suggested_ug: int) -> Suggestion:
    units = min(product.units_per_day, suggested_ug // product.magnesium_ug)
    return Suggestion(
        form=form,
        product=product,
        units_per_day=units,
        elemental_ug_per_day=units * product.magnesium_ug,
        tenth_cents_per_day=tenth_cents_per_day(product.price_cents, product.units_per_pack, units),
    )


def suggestion_as_dict(suggestion: Suggestion, language: Language) -> dict[str, Any]:
    """A product as the JSON of an advice has it; amounts in mg and cents are decimal strings."""
    product = suggestion.product
    return {
        "sku": product.sku,
        "form": suggestion.form,
        "slug": product.slug,
        "brand": product.brand.name,
        "name": product.name.in_language(language),
        "unit": product.unit.value,
        "units_per_day": suggestion.units_per_day,
        "elemental_mg_per_day": decimal_string(suggestion.elemental_ug_per_day, 3),
        "cents_per_day": decimal_string(suggestion.tenth_cents_per_day, 1),
        "cents_per_100mg": decimal_string(product.tenth_cents_per_100mg, 1),
        "price_cents": product.price_cents,
    }


def decimal_string(amount: int, places: int) -> str:
    """An integer in 1/10**places as a decimal number without trailing zeros: (56250, 3) is "56.25"."""
    whole, rest = divmod(amount, 10**places)
    digits = f"{rest:0{places}d}".rstrip("0")
    return f"{whole}.{digits}" if digits else str(whole)
