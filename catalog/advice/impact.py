"""Impact of an edit on the finder: every combination of wishes, answered before and after the edit.

The edit is made and then rolled back. One query answers all combinations (one query each would take minutes in a large
catalogue); a test compares the answers with the finder's own, one by one.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import combinations, product
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, Label, case, false, func, or_, select
from sqlalchemy.orm import Session

from catalog.advice.candidates import FIT_ORDER, PER_FORM, PRICE_ORDER, Budget, budget_bands, is_by_fit
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

    `fit` and `price` are its places in the two orders; `dose` and `budget` count from 0; `holds` tells for each set of
    forms whether the product contains any of them.
    """

    form: str
    product_id: int
    fit: int
    price: int
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
    *,
    per_kind: int,
) -> list[TopProduct]:
    """The first products of each form and kind in either order of the finder, in one query."""
    kind = [AdviceRow.form.label("form"), *_kind(doses_mg, budget, sets)]
    orders = {"fit": FIT_ORDER, "price": PRICE_ORDER}
    first = [
        func.row_number().over(partition_by=kind, order_by=order).label(f"first_by_{name}")
        for name, order in orders.items()
    ]
    place = [func.row_number().over(order_by=order).label(name) for name, order in orders.items()]
    ranked = (
        select(AdviceRow.product_id, *kind, *first, *place)
        .where(AdviceRow.form.in_(sorted(forms)), AdviceRow.magnesium_ug <= max(doses_mg) * UG_PER_MG)
        .subquery()
    )
    query = select(
        ranked.c.product_id, *(ranked.c[name] for name in orders), *(ranked.c[column.name] for column in kind)
    ).where(or_(*(ranked.c[column.name] <= per_kind for column in first)))
    return [
        TopProduct(form, id_, fit, price, dose, cost, Beside(beside), vegan, DosageForm(kind), tuple(map(bool, held)))
        for id_, fit, price, form, dose, cost, beside, vegan, kind, *held in session.execute(query)
    ]


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
    found = top_products(session, forms, DOSES_MG, budget, sets, per_kind=PER_FORM)
    by_form: dict[bool, dict[str, list[TopProduct]]] = {True: {}, False: {}}
    for by_fit, forms_in_order in by_form.items():
        for best in sorted(found, key=lambda one: one.fit if by_fit else one.price):
            forms_in_order.setdefault(best.form, []).append(best)
    return [
        frozenset(
            (form, best.product_id)
            for form, ranked in by_form[is_by_fit(wish.budget)].items()
            if form not in wish.without
            for best in _first(ranked, wish, sets.index(wish.without))
        )
        for wish in wishes
    ]


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
