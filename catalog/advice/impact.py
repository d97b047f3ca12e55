"""Impact of an edit on the finder: every combination of wishes, answered before and after the edit.

The edit is made and then rolled back. One query answers all combinations (one query each would take minutes in a large
catalogue); a test compares the answers with the finder's own, one by one.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, reduce
from itertools import combinations, product
from operator import or_ as or_bits
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, Label, SQLColumnExpression, case, false, func, literal, or_, select
from sqlalchemy.orm import Session

from catalog.advice.candidates import PER_FORM, PRICE_ORDER, Budget, SortColumn, budget_bands, fit_order, is_by_fit
from catalog.models import AdviceRow, Beside, DosageForm
from recommend.answers import QUESTIONS
from recommend.chemistry import UG_PER_MG
from recommend.engine import forms_not_for
from recommend.knowledge import Ruleset

DOSES_MG = (50, 100, 150, 200)
"""The suggested amounts: 200 for visitors without another supplement, less for the others."""
BUDGETS = ("low", "medium", "high")
WishBits = int
"""A set of wishes: bit n is set for the wish with number n."""
ShownProducts = Mapping[tuple[str, int], WishBits]
"""(form, product id) of the products that the finder shows, with the wishes that it shows each for."""


class Wish(Struct, frozen=True):
    """A visitor's wishes, as far as they decide on products; `without` are the forms advised against."""

    without: frozenset[str]
    only_magnesium: bool
    budget: str
    vegan: bool
    dosage_form: DosageForm | None
    dose_mg: int


class FinderImpact(Struct, frozen=True):
    """The number of combinations of wishes, and how many get other products."""

    total: int
    changed: int


class TopProduct(Struct, frozen=True):
    """A product for a form, with its kind: first dose that one unit fits in, first budget, and forms in it.

    `price` is its place by price and `fits` those by fit, one for each dose; None where it is not among the first of
    its kind. `dose` and `budget` count from 0; `holds` tells for each set of forms whether the product contains any.
    """

    form: str
    product_id: int
    price: tuple[Any, ...] | None
    fits: tuple[tuple[Any, ...] | None, ...]
    dose: int
    budget: int
    beside: Beside
    vegan: bool
    dosage_form: DosageForm
    holds: tuple[bool, ...]


Placed = tuple[tuple[Any, ...] | None, TopProduct]
"""A product and its place in an order of the finder, None where it is not among the first of its kind."""


def top_products(
    session: Session,
    forms: Collection[str],
    doses_mg: Sequence[int],
    budget: Budget,
    sets: Sequence[Collection[str]],
) -> list[TopProduct]:
    """The first products of each form and kind in every order of the finder, in one query."""
    kind = [AdviceRow.form.label("form"), *_kind(doses_mg, budget, sets)]
    by_fit = [fit_order(literal(dose * UG_PER_MG)) for dose in doses_mg]
    first = [
        func.row_number().over(partition_by=kind, order_by=[_plain(one) for one in order]).label(f"first_{number}")
        for number, order in enumerate([PRICE_ORDER, *by_fit])
    ]
    places = [
        *PRICE_ORDER,
        AdviceRow.is_blend,
        *(_plain(order[1]).label(f"short_{n}") for n, order in enumerate(by_fit)),
    ]
    ranked = (
        select(AdviceRow.product_id, *kind, *first, *places)
        .where(AdviceRow.form.in_(sorted(forms)), AdviceRow.magnesium_ug <= max(doses_mg) * UG_PER_MG)
        .subquery()
    )
    columns = [ranked.c[column.key] for column in (*places, *first, *kind)]
    query = select(ranked.c.product_id, *columns).where(or_(*(ranked.c[column.name] <= PER_FORM for column in first)))
    return [_top_product(row, len(doses_mg)) for row in session.execute(query)]


def _plain(column: SortColumn) -> SQLColumnExpression[Any]:
    return column.element if isinstance(column, Label) else column


def _top_product(row: Sequence[Any], doses: int) -> TopProduct:
    id_, price, sku, is_blend, *rest = row
    shorts, firsts = rest[:doses], rest[doses : 2 * doses + 1]
    form, dose, cost, beside, vegan, kind, *held = rest[2 * doses + 1 :]
    by_price, *by_fit = (first <= PER_FORM for first in firsts)
    return TopProduct(
        form=form,
        product_id=id_,
        price=(price, sku) if by_price else None,
        fits=tuple(
            (bool(is_blend), short, price, sku) if top else None for short, top in zip(shorts, by_fit, strict=True)
        ),
        dose=dose,
        budget=cost,
        beside=Beside(beside),
        vegan=vegan,
        dosage_form=DosageForm(kind),
        holds=tuple(map(bool, held)),
    )


def _kind(doses_mg: Sequence[int], budget: Budget, sets: Sequence[Collection[str]]) -> Iterator[Label[Any]]:
    """The columns by which wishes separate the products of a form, in the order of the fields of `TopProduct`."""
    doses = [(AdviceRow.magnesium_ug <= dose * UG_PER_MG, place) for place, dose in enumerate(doses_mg)]
    yield case(*doses, else_=len(doses_mg)).label("dose")
    cost = AdviceRow.tenth_cents_per_day
    yield case((cost <= budget.low, 0), (cost <= budget.medium, 1), else_=2).label("budget")
    yield AdviceRow.beside.label("beside")
    yield AdviceRow.vegan.label("vegan")
    yield AdviceRow.dosage_form.label("dosage_form")
    for number, forms in enumerate(sets):
        yield _holds_any(forms).label(f"holds_{number}")


def _holds_any(forms: Collection[str]) -> ColumnElement[bool]:
    """Whether the row's own form or another form in the product is one of these."""
    names = sorted(forms)
    also = (AdviceRow.also.contains(f" {form} ", autoescape=True) for form in names)
    return or_(false(), AdviceRow.form.in_(names), *also)


def finder_impact(session: Session, edit: Callable[[], object], ruleset: Ruleset) -> FinderImpact:
    """Make an edit, compare the finder's answers, and roll back. Raises the errors of the edit."""
    before = shown_products(session, ruleset)
    try:
        edit()
        session.flush()
        after = shown_products(session, ruleset)
    finally:
        session.rollback()  # at once: it has the writer's lock
    changed = 0
    for shown in before.keys() | after.keys():
        changed |= before.get(shown, 0) ^ after.get(shown, 0)
    return FinderImpact(len(all_wishes(ruleset)), changed.bit_count())


def shown_products(session: Session, ruleset: Ruleset) -> ShownProducts:
    """The products that the finder shows, up to three a form, each with the wishes of `all_wishes` it is shown for."""
    forms = [*ruleset.ranked_records, *(form.id for form in ruleset.other_forms)]
    fitting = _fitting(forms_advised_against(ruleset))
    found = top_products(session, forms, DOSES_MG, budget_bands(session), fitting.sets)
    shown: Counter[tuple[str, int]] = Counter()
    for asked, placed in _orders(fitting, found):
        for form, ranked in _by_form(placed).items():
            first = _first(ranked, asked & ~fitting.without(form), fitting)
            shown.update({(form, id_): some for id_, some in first})  # a wish has one order: bits are added once
    return shown


def _orders(fitting: "_Fitting", found: Sequence[TopProduct]) -> Iterator[tuple[WishBits, Iterable[Placed]]]:
    """Every order of the finder: the wishes that are answered in it, and the places of products."""
    yield fitting.by_price, [(one.price, one) for one in found]
    for place, asked in enumerate(fitting.by_fit):
        yield asked, [(one.fits[place], one) for one in found]


def _by_form(placed: Iterable[Placed]) -> dict[str, list[TopProduct]]:
    """The products of each form that have a place, in the order of their places."""
    by_form: dict[str, list[TopProduct]] = {}
    found = [(place, best) for place, best in placed if place is not None]
    for _place, best in sorted(found, key=lambda one: one[0]):
        by_form.setdefault(best.form, []).append(best)
    return by_form


def _first(ranked: Sequence[TopProduct], asked: WishBits, fitting: "_Fitting") -> Iterator[tuple[int, WishBits]]:
    """The products that are among the first that fit for some of the wishes asked, with those wishes.

    `having[n]` are the wishes that have more than n products.
    """
    having = [0] * PER_FORM
    for best in ranked:
        some = fitting.wishes_of(best) & asked & ~having[-1]
        if some:
            yield best.product_id, some
            for place in range(PER_FORM - 1, 0, -1):
                having[place] |= having[place - 1] & some
            having[0] |= some


class _Fitting:
    """The wishes that a product fits: all wishes compared at once, as bits of one number."""

    def __init__(self, wishes: Sequence[Wish]) -> None:
        self.sets = sorted({wish.without for wish in wishes}, key=sorted)
        self.by_price = _bits(not is_by_fit(wish.budget) for wish in wishes)
        self.by_fit = [_bits(is_by_fit(wish.budget) and wish.dose_mg == dose for wish in wishes) for dose in DOSES_MG]
        self._sets = [(one, _bits(wish.without == one for wish in wishes)) for one in self.sets]
        self._dose = [_bits(wish.dose_mg >= dose for wish in wishes) for dose in DOSES_MG]
        self._budget = [_bits(BUDGETS.index(wish.budget) >= place for wish in wishes) for place in range(len(BUDGETS))]
        self._all = _bits(True for _ in wishes)
        self._beside = {
            Beside.NOTHING: self._all,
            Beside.ORDINARY: _bits(not wish.only_magnesium for wish in wishes),
        }
        self._not_vegan = _bits(not wish.vegan for wish in wishes)
        self._dosage_form = {kind: _bits(wish.dosage_form in (None, kind) for wish in wishes) for kind in DosageForm}

    def without(self, form: str) -> WishBits:
        """The wishes of visitors who are advised against a form."""
        return reduce(or_bits, (some for one, some in self._sets if form in one), 0)

    def wishes_of(self, best: TopProduct) -> WishBits:
        """The wishes that a product fits."""
        if best.dose == len(DOSES_MG):
            return 0
        held = reduce(or_bits, (some for (_, some), holds in zip(self._sets, best.holds, strict=True) if holds), 0)
        return (
            self._dose[best.dose]
            & self._budget[best.budget]
            & self._beside.get(best.beside, 0)
            & (self._all if best.vegan else self._not_vegan)
            & self._dosage_form[best.dosage_form]
            & ~held
        )


def _bits(chosen: Iterable[bool]) -> WishBits:
    """A number with a bit for each wish, set where it is chosen."""
    return int("".join("01"[one] for one in chosen)[::-1] or "0", 2)


def all_wishes(ruleset: Ruleset) -> Sequence[Wish]:
    """Every combination of wishes that decides on products, the common ones first."""
    return _all_wishes(forms_advised_against(ruleset))


@lru_cache(maxsize=4)
def _all_wishes(without: Sequence[frozenset[str]]) -> Sequence[Wish]:
    combined = list(product(without, (False, True), BUDGETS, (False, True), (None, *DosageForm)))
    return tuple(Wish(*values, dose) for dose in reversed(DOSES_MG) for values in combined)


@lru_cache(maxsize=4)
def _fitting(without: Sequence[frozenset[str]]) -> _Fitting:
    """The bits of all wishes, which only another ruleset changes."""
    return _Fitting(_all_wishes(without))


def forms_advised_against(ruleset: Ruleset) -> tuple[frozenset[str], ...]:
    """The sets of forms that rules or the law can exclude together, the empty set first."""
    each = {
        frozenset(form.id for form in ruleset.forms.values() if form.record in rule.forms)
        for rule in ruleset.rules
        if rule.advise_against
    }
    sets = {
        frozenset().union(*chosen)
        for size in range(len(each) + 1)
        for chosen in combinations(sorted(each, key=sorted), size)
    }
    by_law = forms_not_for(QUESTIONS["conditions"].values, ruleset)
    return tuple(sorted({*sets, *(one | by_law for one in sets)}, key=lambda forms: (len(forms), sorted(forms))))
