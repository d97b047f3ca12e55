"""Form of a product. Every field is typed text; `form_to_state` makes a product from it and names errors."""

from decimal import Decimal
from typing import Any

from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    SelectField,
    StringField,
    TextAreaField,
)

from catalog.edits.validation import MOST_LINES, NEEDED_TO_PUBLISH
from catalog.models import Allergen, AmountUnit, DosageForm, Unit
from catalog.other_actives import MOST_OTHER_ACTIVES, amount_text
from catalog.product_state import TEXTS, ProductState
from recommend.chemistry import UG_PER_MG
from recommend.knowledge import Ruleset
from recommend.substances import load_substances
from recommend.text import LANGUAGES, Language
from shop.admin.products.labels import allergen_name, dosage_form_name, field_names, unit_name
from shop.web.forms import ShopForm, Ticks
from shop.web.i18n import current_language, gettext
from shop.web.i18n import lazy_gettext as _

SPARE_LINES = 1
SHORT = {"autocomplete": "off"}
AMOUNT = SHORT | {"inputmode": "decimal"}
COUNT = SHORT | {"inputmode": "numeric"}


class LineForm(Form):
    """A line of the composition, per unit: a form, with its salt if the label names one, and its amounts in mg."""

    what = SelectField(_("Form"), validate_choice=False)
    compound = StringField(_("Compound, mg"), render_kw=AMOUNT)
    elemental = StringField(_("Elemental magnesium, mg"), render_kw=AMOUNT)


class OtherActiveForm(Form):
    """A line of the other active substances, per unit."""

    what = SelectField(_("Substance"), validate_choice=False)
    amount = StringField(_("Amount"), render_kw=AMOUNT)
    unit = SelectField(_("Unit"), validate_choice=False)


UNKNOWN = "unknown"


class Lines(FieldList):  # type: ignore[type-arg] # generic in its types alone
    """Lines of a table; a field whose number is none, such as "composition-²-form", is no line."""

    def _extract_indices(self, prefix: str, formdata: Any) -> Any:
        named = [name for name in formdata if name.removeprefix(f"{prefix}-").partition("-")[0].isascii()]
        return super()._extract_indices(prefix, named)  # type: ignore[misc] # WTForms has it, its types do not


class ProductForm(ShopForm):
    """The fields of a product that a person fills in."""

    version = HiddenField()
    sku = StringField(
        description=_(
            "Left empty it is made from supplier, brand and name. Letters, digits, dot, dash and underscore."
        ),
        render_kw=SHORT,
    )
    slug = StringField(
        description=_(
            "The last part of its address. Left empty it is made from the Dutch name, and follows that until the"
            " product is first published."
        ),
        render_kw=SHORT,
    )
    brand = StringField(description=_("Choose one or type a new name."), render_kw=SHORT | {"list": "brands"})
    brand_address = TextAreaField(
        description=_(
            "Only for a brand whose address is not known yet; the product page must give it."
            " Another address is corrected under “Brands”."
        ),
        render_kw={"rows": 2},
    )
    supplier = StringField(render_kw=SHORT)
    ean = StringField(description=_("8 or 13 digits; the check digit is verified."), render_kw=COUNT)
    name_nl, name_en = StringField(render_kw=SHORT), StringField(render_kw=SHORT)
    summary_nl, summary_en = TextAreaField(render_kw={"rows": 4}), TextAreaField(render_kw={"rows": 4})
    ingredients_nl, ingredients_en = TextAreaField(render_kw={"rows": 4}), TextAreaField(render_kw={"rows": 4})
    directions_nl, directions_en = TextAreaField(render_kw={"rows": 3}), TextAreaField(render_kw={"rows": 3})
    storage_nl, storage_en = TextAreaField(render_kw={"rows": 2}), TextAreaField(render_kw={"rows": 2})
    dosage_form = SelectField(validate_choice=False)
    unit = SelectField(validate_choice=False)
    units_per_pack = StringField(render_kw=COUNT)
    units_per_day = StringField(render_kw=COUNT)
    net_quantity = StringField(render_kw=SHORT | {"inputmode": "decimal"})
    vegan = SelectField(validate_choice=False)
    allergens = Ticks(validate_choice=False)
    allergens_stated = BooleanField(description=_("Also tick this when the label names no allergen at all."))
    other_actives = Lines(FormField(OtherActiveForm), max_entries=MOST_OTHER_ACTIVES)
    other_actives_stated = BooleanField(description=_("Only a product that states this is ever suggested."))
    price_cents = StringField(render_kw=AMOUNT)
    reduced = BooleanField()
    stock = StringField(render_kw=COUNT)
    composition = Lines(FormField(LineForm), max_entries=MOST_LINES)
    reason = StringField(_("Why you change it (for the history; may stay empty)"), render_kw=SHORT)

    def __init__(self, ruleset: Ruleset, language: Language, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        for name, label in field_names().items():
            if name in self:
                self[name].label.text = label
        for name in NEEDED_TO_PUBLISH:
            self[name].flags.needed = True
        self.dosage_form.choices = [(each.value, dosage_form_name(each)) for each in DosageForm]
        self.unit.choices = [(each.value, unit_name(each)) for each in Unit]
        self.vegan.choices = [(UNKNOWN, gettext("not stated")), ("true", gettext("yes")), ("false", gettext("no"))]
        self._substances = substances_to_choose(language)
        for active in self.other_actives:
            self._offer_substances(active)
        self.allergens.choices = [(each.value, allergen_name(each)) for each in Allergen]
        self._forms = forms_to_choose(ruleset, language)
        for line in self.composition:
            line.form.what.choices = self._forms
        for name in TEXTS:
            for code in LANGUAGES:
                field = self[f"{name}_{code}"]
                field.render_kw = {**(field.render_kw or {}), "lang": code}

    def add_spare_lines(self, least: int = SPARE_LINES) -> None:
        """Room for further lines."""
        spare = sum(not line.form.what.data for line in self.composition)
        while spare < least and len(self.composition) < MOST_LINES:
            line = self.composition.append_entry()
            line.form.what.choices = self._forms
            spare += 1
        free = sum(not active.form.what.data for active in self.other_actives)
        while free < least and len(self.other_actives) < MOST_OTHER_ACTIVES:
            self._offer_substances(self.other_actives.append_entry())
            free += 1

    def _offer_substances(self, active: Any) -> None:
        active.form.what.choices = self._substances
        active.form.unit.choices = [*((unit.value, unit.value) for unit in AmountUnit), ("IE", gettext("IU"))]
        if not active.form.what.data and not active.form.unit.data:
            active.form.unit.data = AmountUnit.MILLIGRAM.value


def form_from_state(state: ProductState | None, version: int, ruleset: Ruleset, language: Language) -> ProductForm:
    """The form of a stored product, or an empty one; nothing of the request goes in."""
    values: dict[str, Any] = {} if state is None else _typed(state)
    form = ProductForm(ruleset, language, formdata=None, data=values | {"version": str(version)})
    form.add_spare_lines()
    return form


def _typed(state: ProductState) -> dict[str, Any]:
    same = ("sku", "slug", "brand", "supplier", "reduced", "dosage_form", "unit")
    stated = ("allergens_stated", "other_actives_stated")
    texts = [f"{name}_{language}" for name in TEXTS for language in LANGUAGES]
    counts = ("units_per_pack", "units_per_day")
    return {
        **{name: getattr(state, name) for name in (*same, *stated, *texts)},
        "vegan": UNKNOWN if state.vegan is None else str(state.vegan).lower(),
        "other_actives": [
            {"what": active.substance, "amount": _comma(amount_text(active.amount)), "unit": active.unit.value}
            for active in state.other_actives
        ],
        **{name: typed_count(getattr(state, name)) for name in counts},
        "net_quantity": _comma(typed_count(state.net_quantity)),
        "stock": str(state.stock),
        "ean": state.ean or "",
        "price_cents": typed_price(state.price_cents),
        "allergens": [allergen.value for allergen in state.allergens],
        "composition": [
            {
                "what": f"{line.form}/{line.salt}" if line.salt else line.form,
                "compound": typed_milligrams(line.compound_ug),
                "elemental": typed_milligrams(line.elemental_ug),
            }
            for line in state.composition
        ],
    }


def forms_to_choose(ruleset: Ruleset, language: Language) -> Any:
    """The forms, each with its salts, as groups of a select; a salt's value is "form/salt"."""
    groups: dict[str, list[tuple[str, str]]] = {"": [("", gettext("(no line)"))]}
    for form in sorted(ruleset.forms.values(), key=lambda each: each.short_name.in_language(language)):
        name = form.short_name.in_language(language)
        salts = ruleset.forms[form.record].salts
        several = len(salts) > 1
        group = [(form.id, gettext("%(form)s, salt not named", form=name) if several else name)]
        group += [(f"{form.id}/{salt.id}", salt.name.in_language(language)) for salt in salts]
        groups[name] = group
    return groups


def substances_to_choose(language: Language) -> list[tuple[str, str]]:
    """The substances by name, under their ids."""
    named = [(one.id, one.name.in_language(language)) for one in load_substances().beside_magnesium]
    return [("", gettext("(no line)")), *sorted(named, key=lambda choice: choice[1].casefold())]


def typed_price(cents: int) -> str:
    """A price in euro, e.g. "12,95"; empty when it is not known yet."""
    return _comma(f"{Decimal(cents) / 100:.2f}") if cents else ""


def typed_milligrams(micrograms: int | None) -> str:
    """An amount in mg. Three decimals get a fourth, since 1.234 could also be a thousand."""
    if micrograms is None:
        return ""
    whole, rest = divmod(micrograms, UG_PER_MG)
    decimals = f"{rest:03}".rstrip("0")
    if len(decimals) == 3:  # noqa: PLR2004 - see above
        decimals += "0"
    return _comma(f"{whole}.{decimals}" if decimals else str(whole))


def typed_count(count: float) -> str:
    """A count or a content; empty when it is not known yet."""
    return str(count) if count else ""


def _comma(text: str) -> str:
    return text.replace(".", ",") if current_language() == "nl" else text
