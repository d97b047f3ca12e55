"""From a filled-in form to a product; unreadable values are reported at their field."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from catalog.composition import LabelLine
from catalog.edits.validation import LONGEST_SLUG
from catalog.exchange.numbers import cents, count, measure, micrograms
from catalog.exchange.row_errors import ROW_ERROR_TEXTS as CELL_REASONS
from catalog.exchange.row_errors import CellRefusedError
from catalog.exchange.values import slugified
from catalog.models import Allergen, DosageForm, OtherActive, Unit
from catalog.other_actives import OtherActiveError, one_each, other_active
from catalog.product_problems import ProductProblem
from catalog.product_state import TEXTS, ProductState
from recommend.text import LANGUAGES
from shop.admin.products.form import ProductForm
from shop.web.i18n import current_language, in_current_language

Refusals = dict[str, list[str]]
"""Reasons by the name of the field."""


def read_state(form: ProductForm, base: ProductState | None) -> tuple[ProductState, Refusals]:
    """The product in a form, with errors for unreadable fields, which stay as in `base`.

    Fields that the form does not have, such as the status, are as in `base` too.
    """
    reader = _Reader(form, base or ProductState(sku="", slug=""))
    state = reader.state()
    return state, reader.refusals


def refusals_of(problems: tuple[ProductProblem, ...], already: Refusals | None = None) -> Refusals:
    """The reasons of refused edits, by field and in the page's language."""
    refusals: Refusals = {name: list(texts) for name, texts in (already or {}).items()}
    for problem in problems:
        texts = refusals.setdefault(problem.field, [])
        if (text := problem.text(current_language())) not in texts:
            texts.append(text)
    return refusals


def slug_of(*texts: str) -> str:
    """An address in the shop from the first text that gives one."""
    for text in texts:
        if slug := slugified(text)[:LONGEST_SLUG].strip("-"):
            return slug
    return ""


class _Reader:
    def __init__(self, form: ProductForm, base: ProductState) -> None:
        self._form, self._base = form, base
        self.refusals: Refusals = {}

    def state(self) -> ProductState:
        texts = {f"{name}_{language}" for name in TEXTS for language in LANGUAGES} | {"brand", "supplier", "sku"}
        stated: dict[str, Any] = {name: self._text(name) for name in texts}
        stated["slug"] = self._text("slug") or slug_of(stated["name_nl"], stated["name_en"], stated["sku"])
        stated["ean"] = re.sub(r"[ -]", "", self._text("ean")) or None
        readers: Mapping[str, Callable[[str], int | float]] = {
            "price_cents": lambda text: cents(text, euro_assumed=True),
            "units_per_pack": count,
            "units_per_day": count,
            "net_quantity": measure,
            "stock": count,
        }
        stated |= {name: self._number(name, reader) for name, reader in readers.items()}
        stated["dosage_form"] = self._choice("dosage_form", DosageForm)
        stated["unit"] = self._choice("unit", Unit)
        stated["allergens"] = self._allergens()
        stated["allergens_stated"] = bool(self._form.allergens_stated.data or stated["allergens"])
        stated["vegan"] = {"true": True, "false": False}.get(self._form.vegan.data or "")
        stated["reduced"] = bool(self._form.reduced.data)
        stated["other_actives"] = self._other_actives()
        stated["other_actives_stated"] = bool(self._form.other_actives_stated.data)
        stated["composition"] = self._composition()
        return msgspec.structs.replace(self._base, **stated)

    def _text(self, name: str) -> str:
        return (self._form[name].data or "").replace("\r\n", "\n").replace("\r", "\n").strip()

    def _number(self, name: str, reader: Callable[[str], int | float]) -> int | float:
        text = self._text(name)
        if not text:
            return 0
        try:
            return reader(text)
        except CellRefusedError as error:
            self._refuse(name, error)
            before: int | float = getattr(self._base, name)
            return before

    def _refuse(self, name: str, error: CellRefusedError, place: str = "") -> None:
        reason = in_current_language(CELL_REASONS[error.code]).format_map(error.values)
        self.refusals.setdefault(name, []).append(f"{place}: {reason}" if place else reason)

    def _choice(self, name: str, kind: type[DosageForm] | type[Unit]) -> Any:
        try:
            return kind(self._form[name].data or "")
        except ValueError:
            choices = ", ".join(label for _value, label in self._form[name].choices)
            self._refuse(name, CellRefusedError("not-a-choice", choices=choices))
            return getattr(self._base, name)

    def _allergens(self) -> tuple[Allergen, ...]:
        ticked = set(self._form.allergens.data or ())
        for unknown in sorted(ticked - set(Allergen)):
            problem = ProductProblem("allergens", "unknown-allergen", {"value": unknown})
            self.refusals = refusals_of((problem,), self.refusals)
        return tuple(allergen for allergen in Allergen if allergen.value in ticked)

    def _composition(self) -> tuple[LabelLine, ...]:
        lines = []
        for line in self._form.composition:
            form, _, salt = (line.form.what.data or "").partition("/")
            amounts = [self._milligrams(line.form.compound, form), self._milligrams(line.form.elemental, form)]
            if form:
                lines.append(LabelLine(form, salt or None, *amounts))
            elif any(amount is not None for amount in amounts):
                self._refuse("composition", CellRefusedError("amount-without-form"))
        return tuple(lines)

    def _other_actives(self) -> tuple[OtherActive, ...]:
        actives = []
        for line in self._form.other_actives:
            what, amount, unit = (
                (field.data or "").strip() for field in (line.form.what, line.form.amount, line.form.unit)
            )
            if not what and not amount:
                continue
            try:
                actives.append(other_active(what, amount, unit))
            except OtherActiveError as error:
                self._refuse_active(error)
        try:
            return one_each(actives)
        except OtherActiveError as error:
            self._refuse_active(error)
            return self._base.other_actives

    def _refuse_active(self, error: OtherActiveError) -> None:
        self.refusals = refusals_of((ProductProblem("other_actives", error.code, error.values),), self.refusals)

    def _milligrams(self, field: Any, form: str) -> int | None:
        text = (field.data or "").strip()
        if not text:
            return None
        try:
            return micrograms(text)
        except CellRefusedError as error:
            self._refuse("composition", error, f"{form} {text}".strip())
            return None
