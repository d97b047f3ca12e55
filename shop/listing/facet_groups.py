"""The facets as the shopper reads them: names, labels, counts, and what a word means."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, lru_cache

from flask import Flask, get_template_attribute, request
from markupsafe import Markup
from msgspec import Struct, structs

from catalog.models import Allergen, DosageForm
from catalog.product_words import ALLERGENS, DOSAGE_FORMS
from catalog.search.facet_counts import Filters, Found
from catalog.search.facets import ALL_APPLY, ALONE, BLEND, DAY_PRICE_BANDS, MG_BANDS, MIXED, PURE, YES, Band, Facet
from recommend.knowledge import Ruleset
from recommend.substances import Substance, load_substances
from recommend.text import Language
from shop.listing.query import BANDS, listing_address
from shop.web.database import get_ruleset
from shop.web.i18n import current_language, in_current_language, ngettext
from shop.web.i18n import gettext as _
from shop.web.number_format import euro
from shop.web.page_cache import cached_fragment, fragment_key, store_fragment
from shop.web.words import short_entry_name

FEW = 12
"""The number of a facet's values shown before the rest folds away."""
MOST = 40
"""The number of brands shown at all; others are found by searching for their name."""


PROMOTED = (
    (Facet.FORM, "citrate"),
    (Facet.FORM, "bisglycinate"),
    (Facet.DOSAGE_FORM, DosageForm.POWDER),
    (Facet.VEGAN, YES),
    (Facet.IN_STOCK, YES),
)
"""Values above the list, one tap away; a form by its record."""
PROMOTED_CENTS_A_DAY = 20
"""Price of a day up to which products are one tap away; a bound of `DAY_PRICE_BANDS`."""
FOLDED = (Facet.BRAND, Facet.WITHOUT, Facet.WITHOUT_ACTIVE, Facet.OTHER_ACTIVES)
"""Facets that a wide window folds too."""


class Option(Struct, frozen=True):
    """A value to filter on; `count` is how many products it lets through under the other facets."""

    value: str
    label: str
    count: int
    chosen: bool
    record: str = ""
    """Of a form: whose colour and mark it bears."""


class Group(Struct, frozen=True):
    """A facet with its values; `more` are those that fold away, `left` counts the rest."""

    facet: Facet
    title: str
    options: Sequence[Option]
    more: Sequence[Option]
    left: int = 0
    hint: str = ""

    @property
    def chosen(self) -> int:
        """Number of values that are on."""
        return sum(option.chosen for option in (*self.options, *self.more))

    @property
    def is_folded(self) -> bool:
        """Whether a wide window folds it as well: open once a value is on."""
        return self.facet in FOLDED


class Applied(Struct, frozen=True):
    """A filter that is on, as it is shown."""

    facet: Facet
    value: str
    label: str


def groups(found: Found, filters: Filters, ruleset: Ruleset) -> list[Group]:
    """Every facet with the values that some product has, and those that are chosen."""
    return [group for facet in Facet if (group := _group(facet, found, filters, ruleset)).options]


def _group(facet: Facet, found: Found, filters: Filters, ruleset: Ruleset) -> Group:
    chosen = filters.chosen.get(facet, ())
    if facet is Facet.FORM:
        common, rare = _forms(found, chosen, ruleset)
        return Group(facet, title(facet), common, rare, hint=_hint(facet))
    language = current_language()
    shown, left = values(facet, found, ruleset), 0
    if facet is Facet.BRAND and len(shown) > MOST:
        left, shown = len(shown) - MOST, sorted({*found.index.values(facet, MOST), *chosen})
    options = [
        Option(
            value=value,
            label=value if facet is Facet.BRAND else _label(facet, value, language),
            count=found.count(facet, value),
            chosen=value in chosen,
        )
        for value in shown
        if value in chosen or found.index.holds(facet, value)
    ]
    if len(options) <= FEW:
        return Group(facet, title(facet), options, [], hint=_hint(facet))
    ranked = sorted(options, key=lambda option: (not option.chosen, -option.count, option.label))
    return Group(facet, title(facet), ranked[:FEW], sorted(ranked[FEW:], key=lambda option: option.label), left)


def _forms(found: Found, chosen: tuple[str, ...], ruleset: Ruleset) -> tuple[list[Option], list[Option]]:
    """One option for each compound, whatever names its products give it; rare ones fold away."""
    common: list[Option] = []
    rare: list[Option] = []
    for compound in _compounds(ruleset, current_language()):
        ticked = any(form in chosen for form in compound.forms)
        if ticked or any(found.index.holds(Facet.FORM, form) for form in compound.forms):
            count = found.count_any(Facet.FORM, compound.forms)
            option = Option(",".join(compound.forms), compound.label, count, ticked, compound.record)
            (common if ticked or compound.is_common else rare).append(option)
    return common, rare


class _Compound(Struct, frozen=True):
    """A compound with the names that products give it."""

    record: str
    forms: tuple[str, ...]
    label: str
    is_common: bool


@lru_cache(8)
def _compounds(ruleset: Ruleset, _language: Language) -> list[_Compound]:
    ranked = set(ruleset.ranked_records.values())
    return [
        _Compound(record, tuple(form.id for form in names), short_entry_name(names[0]), record in ranked)
        for record, names in ruleset.names_of_record.items()
    ]


_COUNT = "\0"
"""Stands for a count in a prepared part; no page has this character."""


def filter_group(group: Group) -> Markup:
    """A facet with the check boxes of its values: prepared once for each state, and only the counts filled in."""
    options = (*group.options, *group.more)
    shape = structs.replace(group, options=_shown(group.options), more=_shown(group.more))
    first, *others = _prepared(shape, current_language())
    filled = (f"{one.count}{rest}" for one, rest in zip(options, others, strict=True))
    return Markup(first + "".join(filled))  # noqa: S704 - made by a template


def _shown(options: Iterable[Option]) -> tuple[Option, ...]:
    """Options as far as a box shows them without its count: whether there is any."""
    return tuple(structs.replace(option, count=min(option.count, 1)) for option in options)


@lru_cache(1024)
def _prepared(group: Group, _language: Language) -> tuple[str, ...]:
    """The parts of a facet between its counts."""
    facet = get_template_attribute("listing/facets.html", "facet")
    return tuple(str(facet(group, _COUNT)).split(_COUNT))


def form_explanations(options: Iterable[Option]) -> Markup:
    """The forms among the options in a sentence each."""
    forms = tuple(option.record for option in options)
    key = fragment_key("form explanations", forms, request.script_root)
    explained = get_template_attribute("listing/facets.html", "form_explanations")
    return cached_fragment(key) or store_fragment(key, explained(forms, get_ruleset()))


class Promoted(Struct, frozen=True):
    """A value that one tap above the list filters on."""

    facet: Facet
    option: Option


def promoted(groups: Iterable[Group], total: int) -> list[Promoted]:
    """Values that many look for, as far as they are off and would narrow the present list.

    A second value of a facet with one of them on would widen it.
    """
    options = {
        (group.facet, option.record or option.value): option
        for group in groups
        if group.facet in ALL_APPLY or not group.chosen
        for option in (*group.options, *group.more)
    }
    found = [(facet, options.get((facet, value))) for facet, value in PROMOTED]
    found.append((Facet.PRICE_PER_DAY, _low_price(options)))
    return [
        Promoted(facet, option) for facet, option in found if option and not option.chosen and 0 < option.count < total
    ]


def _low_price(options: Mapping[tuple[Facet, str], Option]) -> Option | None:
    """The bands up to the promoted price of a day as one value, None when no product is in them."""
    names = [band.name for band in DAY_PRICE_BANDS if band.to is not None and band.to <= PROMOTED_CENTS_A_DAY]
    bands = [band for name in names if (band := options.get((Facet.PRICE_PER_DAY, name)))]
    if not bands:
        return None
    return Option(
        value=",".join(band.value for band in bands),
        label=_("up to %(amount)s per day", amount=euro(PROMOTED_CENTS_A_DAY)),
        count=sum(band.count for band in bands),
        chosen=any(band.chosen for band in bands),
    )


def applied_filters(filters: Filters, ruleset: Ruleset) -> list[Applied]:
    """The filters that are on; a compound with all its names is one of them."""
    applied: dict[tuple[Facet, str], Applied] = {}
    for facet in Facet:
        chosen = filters.chosen.get(facet, ())
        for value in chosen:
            one = Applied(facet, value, label(facet, value, ruleset))
            if facet is Facet.FORM:
                names = ruleset.names_of_record[ruleset.forms[value].record]
                forms = [form.id for form in names]
                if len(forms) > 1 and set(forms) <= set(chosen):
                    one = Applied(facet, ",".join(forms), short_entry_name(names[0]))
            applied[facet, one.value] = one
    return list(applied.values())


def values(facet: Facet, found: Found, ruleset: Ruleset) -> Sequence[str]:
    """All values of a facet in the order in which they are shown."""
    if facet is Facet.FORM:
        return list(ruleset.forms)
    return _fixed_values().get(facet) or found.index.values(facet)


@cache
def _fixed_values() -> dict[Facet, tuple[str, ...]]:
    """The values of facets that no edit adds any to."""
    return {
        Facet.DOSAGE_FORM: tuple(DosageForm),
        **{facet: tuple(band.name for band in bands) for facet, bands in BANDS.items()},
        Facet.COMPOSITION: (PURE, MIXED),
        Facet.UNSWEETENED: (YES,),
        Facet.VEGAN: (YES,),
        Facet.WITHOUT: tuple(Allergen),
        Facet.OTHER_ACTIVES: (ALONE, BLEND),
        Facet.WITHOUT_ACTIVE: tuple(substance.id for substance in load_substances().beside_magnesium),
        Facet.IN_STOCK: (YES,),
    }


def _hint(facet: Facet) -> str:
    """The meaning of a facet's numbers."""
    if facet is Facet.MG_PER_DAY:
        return str(
            _("Elemental magnesium in the daily portion on the label. The EU limit for supplements is 250 mg a day.")
        )
    if facet is Facet.PRICE_PER_100MG:
        return str(_("Of the magnesium itself, so that packs can be compared."))
    if facet is Facet.UNSWEETENED:
        return str(_("According to the list of ingredients."))
    if facet in ALL_APPLY:
        return str(_("Products that do not say so are left out."))
    return ""


def title(facet: Facet) -> str:
    return _titles(current_language())[facet]


@cache
def _titles(_language: Language) -> dict[Facet, str]:
    """In the language of the page, put together once in each."""
    return {
        Facet.FORM: _("Form of magnesium"),
        Facet.COMPOSITION: _("Pure or blend"),
        Facet.DOSAGE_FORM: _("Kind of product"),
        Facet.MG_PER_DAY: _("Magnesium per day"),
        Facet.PRICE_PER_100MG: _("Price per 100 mg magnesium"),
        Facet.PRICE_PER_DAY: _("Price per day"),
        Facet.DAYS_SUPPLY: _("Lasts for"),
        Facet.UNSWEETENED: _("Sweeteners"),
        Facet.VEGAN: _("Vegan"),
        Facet.WITHOUT: _("Without allergen"),
        Facet.OTHER_ACTIVES: _("Other active substances"),
        Facet.WITHOUT_ACTIVE: _("Without substance"),
        Facet.BRAND: _("Brand"),
        Facet.IN_STOCK: _("Stock"),
    }


def label(facet: Facet, value: str, ruleset: Ruleset) -> str:
    """A value in the shopper's language, as shown under its facet's title."""
    if facet is Facet.FORM:
        return in_current_language(ruleset.forms[value].short_name)
    return value if facet is Facet.BRAND else _label(facet, value, current_language())


@lru_cache(1024)
def _label(facet: Facet, value: str, _language: Language) -> str:
    """The same for values that the code knows, put together once in each language."""
    if facet is Facet.MG_PER_DAY:
        return _range(value, MG_BANDS, lambda amount: f"{amount}\N{NO-BREAK SPACE}mg")
    if facet in (Facet.PRICE_PER_100MG, Facet.PRICE_PER_DAY):
        return _range(value, BANDS[facet], euro)
    if facet is Facet.DAYS_SUPPLY:
        return _range(value, BANDS[facet], lambda days: str(ngettext("%(num)d day", "%(num)d days", days)))
    return _words()[facet, value]


def _range(value: str, bands: tuple[Band, ...], shown: Callable[[int], str]) -> str:
    band = next(band for band in bands if band.name == value)
    if band.over is None:
        return str(_("up to %(amount)s", amount=shown(band.to or 0)))
    if band.to is None:
        return str(_("above %(amount)s", amount=shown(band.over)))
    return f"{shown(band.over)} – {shown(band.to)}"


def _words() -> dict[tuple[Facet, str], str]:
    return {
        **{(Facet.DOSAGE_FORM, value.value): in_current_language(one.name) for value, one in DOSAGE_FORMS.items()},
        **{(Facet.WITHOUT, value.value): in_current_language(one.without) for value, one in ALLERGENS.items()},
        **{
            (Facet.WITHOUT_ACTIVE, substance.id): _("without %(what)s", what=_substance_name(substance))
            for substance in load_substances().beside_magnesium
        },
        (Facet.OTHER_ACTIVES, ALONE): _("magnesium alone"),
        (Facet.OTHER_ACTIVES, BLEND): _("with other substances"),
        (Facet.COMPOSITION, PURE): _("one form only"),
        (Facet.COMPOSITION, MIXED): _("blend of forms"),
        (Facet.UNSWEETENED, YES): _("without sweeteners"),
        (Facet.VEGAN, YES): _("vegan only"),
        (Facet.IN_STOCK, YES): _("in stock only"),
    }


def _substance_name(substance: Substance) -> str:
    """A name within a line; vitamins keep the capital of their letter."""
    name = in_current_language(substance.name)
    return name[:1].lower() + name[1:]


def first_sentence(text: str) -> str:
    """A form in one sentence: its text up to the first full stop."""
    sentence, stop, _rest = text.partition(". ")
    return sentence + "." if stop else sentence


def init_app(app: Flask) -> None:
    app.add_template_filter(first_sentence)
    app.add_template_global(filter_group)
    app.add_template_global(form_explanations)
    app.add_template_global(listing_address)
