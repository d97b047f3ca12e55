"""Product suggestions of an advice: whole units a day within the dose, the label and the budget."""

from collections.abc import Collection, Mapping
from datetime import date
from functools import cached_property
from typing import Any

from msgspec import Struct, field
from sqlalchemy.orm import Session

from catalog.advice.candidates import (
    PER_FORM,
    AdvisedProduct,
    Budget,
    Excluded,
    Wishes,
    add_excluded,
    advised_and_left_out,
    excluded_by_wishes,
    is_by_fit,
)
from catalog.models import Beside, DosageForm, Product
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
    order: tuple[Any, ...] = ()
    """Place among the products of one compound: by price, or by fit."""


class Suggestions(Struct, frozen=True, dict=True):
    """The products of an advice; for each suitable form without a product, what the wishes exclude.

    `left_out` has the products that fit but for their other active substances, by kind.
    """

    products: tuple[Suggestion, ...] = ()
    excluded: Mapping[str, Excluded] = field(default_factory=dict)
    left_out: Mapping[Beside, int] = field(default_factory=dict)

    @property
    def left_out_for_substances(self) -> int:
        """Number of products left out for what they hold beside magnesium."""
        return self.left_out.get(Beside.ORDINARY, 0) + self.left_out.get(Beside.NEVER, 0)

    @property
    def left_out_for_silence(self) -> int:
        """Number of products left out because it is not stated what they hold."""
        return self.left_out.get(Beside.UNKNOWN, 0)

    def of_forms(self, forms: Collection[str]) -> list[Suggestion]:
        """Products of one compound under any of its names: as many as of one form, in the same order, each once."""
        found = {one.product.sku: one for form in forms for one in self._of_form.get(form, ())}
        return sorted(found.values(), key=lambda one: one.order)[:PER_FORM]

    @cached_property
    def _of_form(self) -> dict[str, list[Suggestion]]:
        found: dict[str, list[Suggestion]] = {}
        for one in self.products:
            found.setdefault(one.form, []).append(one)
        return found

    def excluded_from(self, forms: Collection[str]) -> Excluded | None:
        """Products of these forms that the wishes exclude; None when none of them is in stock."""
        return add_excluded([self.excluded[form] for form in forms if form in self.excluded])


def suggest_products(session: Session, answers: Answers, advice: Advice, budget: Budget) -> Suggestions:
    """Up to three products per suitable form; none when the advice is withheld.

    In order: best form first, the forms that are not ranked last. Within a form a low budget has the cheapest per
    100 mg first; other budgets have those of one form alone first, and among these the portion nearest to the most that
    is suggested to this visitor, in the units that it gets a day, then the cheapest.
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
        by_fit=is_by_fit(answers.budget),
    )
    found, left_out = advised_and_left_out(session, suitable, wishes)
    found.sort(key=lambda advised: suitable.index(advised.form))  # stable: the order within a form stays
    empty = set(suitable) - {advised.form for advised in found}
    return Suggestions(
        products=tuple(_suggest(advised, wishes.suggested_ug) for advised in found),
        excluded=excluded_by_wishes(session, empty, wishes) if empty else {},
        left_out=left_out,
    )


def _suggest(advised: AdvisedProduct, suggested_ug: int) -> Suggestion:
    product = advised.product
    units = min(product.units_per_day, suggested_ug // product.magnesium_ug)
    return Suggestion(
        form=advised.form,
        product=product,
        units_per_day=units,
        elemental_ug_per_day=units * product.magnesium_ug,
        tenth_cents_per_day=tenth_cents_per_day(product.price_cents, product.units_per_pack, units),
        order=advised.order,
    )


def suggestion_as_dict(suggestion: Suggestion, language: Language, on: date) -> dict[str, Any]:
    """A product as the JSON of an advice has it on a day; amounts in mg and cents are decimal strings."""
    product = suggestion.product
    return {
        "sku": product.sku,
        "form": suggestion.form,
        "slug": product.slug,
        "brand": product.brand.name,
        "name": product.text("name", language, on),
        "name_language": product.text_language(language),
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
