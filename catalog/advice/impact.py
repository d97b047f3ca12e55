"""How many outcomes of the finder an edit changes: every combination of wishes, before the edit and after it.

The edit is really made and then rolled back. What the finder would show is read in one query over all combinations
(a query for each would take minutes in a large catalogue); a test holds it against the finder's own, one by one.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import combinations, product
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, Label, case, false, func, or_, select
from sqlalchemy.orm import Session

from catalog.advice.candidates import Budget, budget_bands
from catalog.models import AdviceRow, DosageForm
from recommend.answers import QUESTIONS
from recommend.chemistry import UG_PER_MG
from recommend.engine import forms_not_for
from recommend.knowledge import Ruleset

DOSES_MG = (50, 100, 150, 200)
"""Suggested amounts asked for: 200 for whoever takes no other supplement, less for whoever does."""
BUDGETS = ("low", "medium", "high")
PER_FORM = 3
ShownProducts = frozenset[tuple[str, int]]
"""Forms with the products (id) that the finder shows for them."""


class Wish(Struct, frozen=True):
    """What a visitor may want, as far as it decides on products; `without` are forms to be kept away from."""

    without: frozenset[str]
    budget: str
    vegan: bool
    dosage_form: DosageForm | None
    dose_mg: int


class FinderImpact(Struct, frozen=True):
    """Of `total` combinations of wishes `changed` get other products."""

    total: int
    changed: int


class TopProduct(Struct, frozen=True):
    """A product for a form, with its kind: the first dose that one unit fits in, the first budget, the forms it holds.

    `dose` and `budget` count from 0; `holds` says for each set of forms whether the product holds any of it.
    """

    form: str
    product_id: int
    dose: int
    budget: int
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
    """Of each form and kind the first products in the finder's order; all together are in that order too."""
    kind = [AdviceRow.form.label("form"), *_kind(doses_mg, budget, sets)]
    order = (AdviceRow.tenth_cents_per_100mg, AdviceRow.sku)
    place = func.row_number().over(partition_by=kind, order_by=order).label("place")
    ranked = (
        select(AdviceRow.product_id, *kind, *order, place)
        .where(AdviceRow.form.in_(sorted(forms)), AdviceRow.magnesium_ug <= max(doses_mg) * UG_PER_MG)
        .subquery()
    )
    query = (
        select(ranked.c.product_id, *(ranked.c[column.name] for column in kind))
        .where(ranked.c.place <= per_kind)
        .order_by(ranked.c.tenth_cents_per_100mg, ranked.c.sku)
    )
    return [
        TopProduct(form, product_id, dose, cost, vegan, DosageForm(dosage_form), tuple(map(bool, held)))
        for product_id, form, dose, cost, vegan, dosage_form, *held in session.execute(query)
    ]


def _kind(doses_mg: Sequence[int], budget: Budget, sets: Sequence[Collection[str]]) -> Iterator[Label[Any]]:
    """What wishes tell products of one form apart by, in the order of the fields of `TopProduct`."""
    doses = [(AdviceRow.magnesium_ug <= dose * UG_PER_MG, place) for place, dose in enumerate(doses_mg)]
    yield case(*doses, else_=len(doses_mg)).label("dose")
    cost = AdviceRow.tenth_cents_per_day
    yield case((cost <= budget.low, 0), (cost <= budget.medium, 1), else_=2).label("budget")
    yield AdviceRow.vegan.label("vegan")
    yield AdviceRow.dosage_form.label("dosage_form")
    for number, forms in enumerate(sets):
        yield _holds_any(forms).label(f"holds_{number}")


def _holds_any(forms: Collection[str]) -> ColumnElement[bool]:
    """Of the row's own form and the others in its product."""
    wanted = sorted(forms)
    also = (AdviceRow.also.contains(f" {form} ", autoescape=True) for form in wanted)
    return or_(false(), AdviceRow.form.in_(wanted), *also)


def finder_impact(session: Session, edit: Callable[[], object], ruleset: Ruleset) -> FinderImpact:
    """What an edit changes; rolls the session back. Raises what the edit raises."""
    wishes = list(all_wishes(ruleset))
    before = outcomes(session, wishes, ruleset)
    try:
        edit()
        session.flush()
        after = outcomes(session, wishes, ruleset)
    finally:
        session.rollback()  # at once: until then nobody else can write
    return FinderImpact(len(wishes), sum(one != other for one, other in zip(before, after, strict=True)))


def outcomes(session: Session, wishes: Sequence[Wish], ruleset: Ruleset) -> list[ShownProducts]:
    """What the finder shows for each wish, up to three products a form."""
    sets = sorted({wish.without for wish in wishes}, key=sorted)
    budget = budget_bands(session)
    found = top_products(session, list(ruleset.ranked_records), DOSES_MG, budget, sets, per_kind=PER_FORM)
    by_form: dict[str, list[TopProduct]] = {}
    for best in found:
        by_form.setdefault(best.form, []).append(best)
    return [
        frozenset(
            (form, best.product_id)
            for form, ranked in by_form.items()
            if form not in wish.without
            for best in _first(ranked, wish, sets.index(wish.without))
        )
        for wish in wishes
    ]


def _first(ranked: Sequence[TopProduct], wish: Wish, which: int) -> Sequence[TopProduct]:
    """The first few that fit; `which` set of forms none of them may hold."""
    dose, budget = DOSES_MG.index(wish.dose_mg), BUDGETS.index(wish.budget)
    chosen = []
    for best in ranked:
        if (
            best.dose <= dose
            and best.budget <= budget
            and not best.holds[which]
            and (best.vegan or not wish.vegan)
            and wish.dosage_form in (None, best.dosage_form)
        ):
            chosen.append(best)
            if len(chosen) == PER_FORM:
                break
    return chosen


def all_wishes(ruleset: Ruleset) -> Iterator[Wish]:
    """Every combination that decides on products, the common ones first."""
    vegan = (False, True)
    dosage_forms = (None, *DosageForm)
    without = forms_advised_against(ruleset)
    for dose in reversed(DOSES_MG):
        for values in product(without, ("low", "medium", "high"), vegan, dosage_forms):
            yield Wish(*values, dose)


def forms_advised_against(ruleset: Ruleset) -> list[frozenset[str]]:
    """The sets of forms that rules or the law can keep away from somebody together, none first."""
    each = {
        frozenset(form for form, record in ruleset.ranked_records.items() if record in rule.forms)
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
