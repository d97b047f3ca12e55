"""The facets as the shopper reads them: names, labels, counts, and what a word means."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cache, lru_cache

from flask import Flask, get_template_attribute, request
from markupsafe import Markup
from msgspec import Struct, field
from pyroaring import BitMap
from sqlalchemy.orm import Session

from catalog.models import Allergen, DosageForm
from catalog.product_words import ALLERGENS, DOSAGE_FORMS
from catalog.search.facet_counts import Filters, Found
from catalog.search.facets import ALL_APPLY, ALONE, BLEND, DAY_PRICE_BANDS, MG_BANDS, MIXED, PURE, YES, Band, Facet
from catalog.search.snapshot import NONE, IndexSnapshot, note_stamp
from recommend.knowledge import Form, Ruleset
from recommend.substances import Substance, load_substances
from recommend.text import Language
from shop.listing.query import BANDS, ListingQuery, listing_address, page_links_of
from shop.web.database import get_ruleset
from shop.web.i18n import current_language, in_current_language, ngettext
from shop.web.i18n import gettext as _
from shop.web.number_format import euro
from shop.web.page_cache import cached_fragments, fragment_keys, store_fragment
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


class Value(Struct, frozen=True, eq=False):
    """A value that products can be filtered on, as shown in one language.

    `products` have it themselves, whatever else is asked; `boxes` are its check boxes around their counts, by state.
    """

    facet: Facet
    value: str
    label: str
    products: BitMap
    record: str = ""
    """Of a form: whose colour and mark it bears."""
    is_common: bool = True
    names: tuple[str, ...] = ()
    """The values that this one stands for: the names of one compound."""
    boxes: dict[tuple[bool, bool], tuple[str, str]] = field(default_factory=dict)

    def is_in(self, chosen: Collection[str]) -> bool:
        return any(name in chosen for name in self.names) if self.names else self.value in chosen


class Option(Struct, frozen=True, eq=False):
    """A value with the number of products that it lets through under the other facets."""

    of: Value
    count: int
    chosen: bool

    @property
    def value(self) -> str:
        return self.of.value

    @property
    def label(self) -> str:
        return self.of.label

    @property
    def record(self) -> str:
        return self.of.record


class Group(Struct, frozen=True, eq=False):
    """A facet with its values; `more` are those that fold away, `left` counts the rest."""

    facet: Facet
    options: Sequence[Option]
    more: Sequence[Option]
    left: int = 0

    @property
    def chosen(self) -> int:
        """Number of values that are on."""
        return sum(option.chosen for option in (*self.options, *self.more))


class Applied(Struct, frozen=True):
    """A filter that is on, as it is shown."""

    facet: Facet
    value: str
    label: str


def _groups(found: Found, filters: Filters, ruleset: Ruleset) -> list[Group]:
    """Every facet with the values that some product has, and those that are chosen."""
    language = current_language()
    shown = found.index.once(("facet values", ruleset, language), lambda: _shown_values(found.index, ruleset, language))
    return [
        group
        for facet in Facet
        if (group := _group(found, facet, shown[facet], filters.chosen.get(facet, ()))) is not None
    ]


def _group(found: Found, facet: Facet, shown: Sequence[Value], chosen: tuple[str, ...]) -> Group | None:
    count, left = found.counter(facet), 0
    if facet is Facet.BRAND and len(shown) > MOST:
        common = {*found.index.values(facet, MOST), *chosen}
        left, shown = len(shown) - MOST, [one for one in shown if one.value in common]
    options = [
        Option(one, count(one.products), is_on)
        for one in shown
        if (is_on := bool(chosen) and one.is_in(chosen)) or one.products
    ]
    if not options:
        return None
    if facet is Facet.FORM:
        rare = [one for one in options if not (one.chosen or one.of.is_common)]
        return Group(facet, [one for one in options if one.chosen or one.of.is_common], rare)
    if len(options) <= FEW:
        return Group(facet, options, [])
    ranked = sorted(options, key=lambda option: (not option.chosen, -option.count, option.of.label))
    return Group(facet, ranked[:FEW], sorted(ranked[FEW:], key=lambda option: option.of.label), left)


def _shown_values(index: IndexSnapshot, ruleset: Ruleset, language: Language) -> dict[Facet, list[Value]]:
    """The values of every facet in the order in which they are shown."""
    sets = {facet: index.of_facet(facet) for facet in Facet}
    shown: dict[Facet, list[Value]] = {
        facet: [
            Value(facet, value, value if facet is Facet.BRAND else _label(facet, value, language), of.get(value, NONE))
            for value in _fixed_values().get(facet) or index.values(facet)
        ]
        for facet, of in sets.items()
        if facet is not Facet.FORM
    }
    shown[Facet.FORM] = [_compound(names, sets[Facet.FORM], ruleset) for names in ruleset.names_of_record.values()]
    return shown


def _compound(forms: Sequence[Form], products: Mapping[str, BitMap], ruleset: Ruleset) -> Value:
    """One value for each compound, whatever names its products give it; rare ones fold away."""
    names, record = tuple(form.id for form in forms), forms[0].record
    return Value(
        Facet.FORM,
        ",".join(names),
        short_entry_name(forms[0]),
        BitMap.union(*(products.get(name, NONE) for name in names)),
        record,
        is_common=record in ruleset.ranked_records.values(),
        names=names,
    )


_GAP = "\0"
"""Stands for a box, or for a count, in a prepared part; no page has this character."""


class Narrowing(Struct, frozen=True):
    """The parts of a listing that narrow it down, as HTML in UTF-8: its filters, and the values one tap away."""

    filters: bytes
    promoted: bytes


def narrowing(session: Session, wanted: ListingQuery, found: Found, ruleset: Ruleset, *, keep: bool) -> Narrowing:
    """These parts, the same on all pages of a listing and in every order.

    With `keep` they are made once for each state of the catalogue.
    """
    if not keep:
        return _narrowing(found, wanted.filters, ruleset)
    asked = note_stamp(session), tuple(wanted.filters.chosen.items()), wanted.text, ruleset, request.script_root
    keys = fragment_keys("narrowing", ((part, *asked) for part in Narrowing.__struct_fields__))
    filters, above = cached_fragments(keys)
    if filters is None or above is None:
        made = _narrowing(found, wanted.filters, ruleset)
        filters, above = store_fragment(keys[0], made.filters), store_fragment(keys[1], made.promoted)
    return Narrowing(filters, above)


def _narrowing(found: Found, filters: Filters, ruleset: Ruleset) -> Narrowing:
    shown = _groups(found, filters, ruleset)
    write_promoted = get_template_attribute("listing/facets.html", "promoted_values")
    above: str = write_promoted(_promoted(shown, len(found.products)), ruleset)
    return Narrowing(_filter_boxes(shown).encode(), above.encode())


def _filter_boxes(groups: Iterable[Group]) -> str:
    """All facets with the check boxes of their values, and behind the forms what they mean."""
    return "\n".join(
        _filter_group(group) + (_form_explanations(group.options) if group.facet is Facet.FORM else "")
        for group in groups
    )


def _filter_group(group: Group) -> str:
    """A facet with its check boxes: their parts are prepared, and only the counts filled in."""
    first, *others = _group_around_boxes(
        group.facet, group.chosen, len(group.options), len(group.more), group.left, current_language()
    )
    written = [first]
    for option, after in zip((*group.options, *group.more), others, strict=True):
        before_count, after_count = _box_around_count(option.of, (option.chosen, not option.count))
        written += (before_count, str(option.count), after_count, after)
    return "".join(written)


@lru_cache(1024)
def _group_around_boxes(
    facet: Facet, chosen: int, options: int, more: int, left: int, _language: Language
) -> tuple[str, ...]:
    """The parts of a facet before, between and after its boxes."""
    write = get_template_attribute("listing/facets.html", "facet")
    whole = write(facet, title(facet), _hint(facet), chosen, [_GAP] * options, [_GAP] * more, left, facet in FOLDED)
    return tuple(str(whole).split(_GAP))


def _box_around_count(of: Value, state: tuple[bool, bool]) -> tuple[str, str]:
    """The parts of a check box before and after its count; `state`: whether it is ticked, and whether it is empty."""
    found = of.boxes.get(state)
    if found is None:
        box = get_template_attribute("listing/facets.html", "box")
        before, after = str(box(of.facet, of.value, of.label, of.record, *state, _GAP)).split(_GAP)
        found = of.boxes[state] = before, after
    return found


def _form_explanations(options: Iterable[Option]) -> str:
    """The forms among the options in a sentence each."""
    forms = tuple(option.record for option in options)
    return _explained(forms, get_ruleset(), current_language(), request.script_root)


@lru_cache(64)
def _explained(forms: tuple[str, ...], ruleset: Ruleset, _language: Language, _script_root: str) -> str:
    explained = get_template_attribute("listing/facets.html", "form_explanations")
    return str(explained(forms, ruleset))


def explained(compound: Form) -> Markup:
    """A compound in a sentence, where products of it are listed."""
    return _explained_in(compound.id, get_ruleset(), current_language(), request.script_root)


@lru_cache(256)
def _explained_in(form: str, ruleset: Ruleset, _language: Language, _script_root: str) -> Markup:
    write = get_template_attribute("listing/facets.html", "explained")
    written: Markup = write(ruleset.forms[form])
    return written


class Promoted(Struct, frozen=True):
    """A value that one tap above the list filters on."""

    facet: Facet
    option: Option


def _promoted(groups: Iterable[Group], total: int) -> list[Promoted]:
    """Values that many look for, as far as they are off and would narrow the present list.

    A second value of a facet with one of them on would widen it.
    """
    narrowing = {group.facet: group for group in groups if group.facet in ALL_APPLY or not group.chosen}
    found = [
        Promoted(facet, option)
        for facet, value in PROMOTED
        if facet in narrowing and (option := _option(narrowing[facet], value))
    ]
    if Facet.PRICE_PER_DAY in narrowing and (low := _low_price(narrowing[Facet.PRICE_PER_DAY])):
        found.append(Promoted(Facet.PRICE_PER_DAY, low))
    return [one for one in found if not one.option.chosen and 0 < one.option.count < total]


def _option(group: Group, value: str) -> Option | None:
    """The option with this value, or of the form with this record."""
    return next((one for one in (*group.options, *group.more) if (one.of.record or one.of.value) == value), None)


def _low_price(group: Group) -> Option | None:
    """The bands up to the promoted price of a day as one value, None when no product is in them."""
    names = {band.name for band in DAY_PRICE_BANDS if band.to is not None and band.to <= PROMOTED_CENTS_A_DAY}
    bands = [one for one in (*group.options, *group.more) if one.value in names]
    if not bands:
        return None
    low = Value(
        Facet.PRICE_PER_DAY,
        ",".join(band.value for band in bands),
        _("up to %(amount)s per day", amount=euro(PROMOTED_CENTS_A_DAY)),
        NONE,
    )
    return Option(low, sum(band.count for band in bands), any(band.chosen for band in bands))


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
    app.add_template_global(listing_address)
    app.add_template_global(page_links_of)
