"""Impact of an edit on the finder: every combination of wishes, answered before and after the edit.

The edit is made and then rolled back. One query answers all combinations (one query each would take minutes in a large
catalogue); a test compares the answers with the finder's own, one by one.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import combinations, product
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
ShownProducts = frozenset[tuple[str, int]]
"""(form, product id) of the products that the finder shows."""


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
    wishes = list(all_wishes(ruleset))
    before = outcomes(session, wishes, ruleset)
    try:
        edit()
        session.flush()
        after = outcomes(session, wishes, ruleset)
    finally:
        session.rollback()  # at once: it has the writer's lock
    return FinderImpact(len(wishes), sum(one != other for one, other in zip(before, after, strict=True)))


def outcomes(session: Session, wishes: Sequence[Wish], ruleset: Ruleset) -> list[ShownProducts]:
    """The products that the finder shows for each wish, up to three a form."""
    sets = sorted({wish.without for wish in wishes}, key=sorted)
    budget = budget_bands(session)
    forms = [*ruleset.ranked_records, *(form.id for form in ruleset.other_forms)]
    found = top_products(session, forms, DOSES_MG, budget, sets)
    in_order = {None: _by_form((one.price, one) for one in found)} | {
        dose: _by_form((one.fits[place], one) for one in found) for place, dose in enumerate(DOSES_MG)
    }
    return [
        frozenset(
            (form, best.product_id)
            for form, ranked in in_order[wish.dose_mg if is_by_fit(wish.budget) else None].items()
            if form not in wish.without
            for best in _first(ranked, wish, sets.index(wish.without))
        )
        for wish in wishes
    ]


def _by_form(placed: Iterable[tuple[tuple[Any, ...] | None, TopProduct]]) -> dict[str, list[TopProduct]]:
    """The products of each form that have a place, in the order of their places."""
    by_form: dict[str, list[TopProduct]] = {}
    found = [(place, best) for place, best in placed if place is not None]
    for _place, best in sorted(found, key=lambda one: one[0]):
        by_form.setdefault(best.form, []).append(best)
    return by_form


def _first(ranked: Sequence[TopProduct], wish: Wish, which: int) -> Sequence[TopProduct]:
    """The first products that fit the wish; `which` is the index of its set of excluded forms."""
    dose, budget = DOSES_MG.index(wish.dose_mg), BUDGETS.index(wish.budget)
    chosen = []
    for best in ranked:
        if (
            best.dose <= dose
            and best.budget <= budget
            and not best.holds[which]
            and (best.beside is Beside.NOTHING or (best.beside is Beside.ORDINARY and not wish.only_magnesium))
            and (best.vegan or not wish.vegan)
            and wish.dosage_form in (None, best.dosage_form)
        ):
            chosen.append(best)
            if len(chosen) == PER_FORM:
                break
    return chosen


def all_wishes(ruleset: Ruleset) -> Iterator[Wish]:
    """Every combination of wishes that decides on products, the common ones first."""
    vegan = (False, True)
    dosage_forms = (None, *DosageForm)
    without = forms_advised_against(ruleset)
    for dose in reversed(DOSES_MG):
        for values in product(without, (False, True), ("low", "medium", "high"), vegan, dosage_forms):
            yield Wish(*values, dose)


def forms_advised_against(ruleset: Ruleset) -> list[frozenset[str]]:
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
    return sorted({*sets, *(one | by_law for one in sets)}, key=lambda forms: (len(forms), sorted(forms)))
