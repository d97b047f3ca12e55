"""The best products of every kind that wishes of the finder tell apart, in one query."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, Label, case, false, func, select
from sqlalchemy.orm import Session

from catalog.models import Advisable, DosageForm, FormTag
from catalog.queries.advice import Budget

UG_PER_MG = 1000


class Best(Struct, frozen=True):
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


def best_of_kinds(
    session: Session,
    forms: Collection[str],
    doses_mg: Sequence[int],
    budget: Budget,
    sets: Sequence[Collection[str]],
    *,
    per_kind: int,
) -> list[Best]:
    """Of each form and kind the first products in the finder's order; all together are in that order too."""
    kind = [Advisable.form.label("form"), *_kind(doses_mg, budget, sets)]
    order = (Advisable.tenth_cents_per_100mg, Advisable.sku)
    place = func.row_number().over(partition_by=kind, order_by=order).label("place")
    ranked = (
        select(Advisable.product_id, *kind, *order, place)
        .where(Advisable.form.in_(sorted(forms)), Advisable.magnesium_ug <= max(doses_mg) * UG_PER_MG)
        .subquery()
    )
    query = (
        select(ranked.c.product_id, *(ranked.c[column.name] for column in kind))
        .where(ranked.c.place <= per_kind)
        .order_by(ranked.c.tenth_cents_per_100mg, ranked.c.sku)
    )
    return [
        Best(form, product_id, dose, cost, vegan, DosageForm(dosage_form), tuple(map(bool, held)))
        for product_id, form, dose, cost, vegan, dosage_form, *held in session.execute(query)
    ]


def _kind(doses_mg: Sequence[int], budget: Budget, sets: Sequence[Collection[str]]) -> Iterator[Label[Any]]:
    """What wishes tell products of one form apart by, in the order of the fields of `Best`."""
    doses = [(Advisable.magnesium_ug <= dose * UG_PER_MG, place) for place, dose in enumerate(doses_mg)]
    yield case(*doses, else_=len(doses_mg)).label("dose")
    cost = Advisable.tenth_cents_per_day
    yield case((cost <= budget.low, 0), (cost <= budget.medium, 1), else_=2).label("budget")
    yield Advisable.vegan.label("vegan")
    yield Advisable.dosage_form.label("dosage_form")
    for number, forms in enumerate(sets):
        yield _holds_any(forms).label(f"holds_{number}")


def _holds_any(forms: Collection[str]) -> ColumnElement[bool]:
    if not forms:
        return false()
    return Advisable.product_id.in_(select(FormTag.product_id).where(FormTag.form.in_(sorted(forms))))
