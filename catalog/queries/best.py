"""The best products of every kind that wishes of the finder tell apart, in one query."""

from collections.abc import Collection, Sequence

from msgspec import Struct
from sqlalchemy import ColumnElement, case, false, func, or_, select
from sqlalchemy.orm import Session

from catalog.models import Advisable, DosageForm
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
    shelf = Advisable
    doses = [(shelf.magnesium_ug <= dose * UG_PER_MG, place) for place, dose in enumerate(doses_mg)]
    dose = case(*doses, else_=len(doses_mg))
    cost = case((shelf.tenth_cents_per_day <= budget.low, 0), (shelf.tenth_cents_per_day <= budget.medium, 1), else_=2)
    holds = [_holds_any(forms_of_set).label(f"holds_{number}") for number, forms_of_set in enumerate(sets)]
    kind = (shelf.form, dose, cost, shelf.vegan, shelf.dosage_form, *holds)
    order = (shelf.tenth_cents_per_100mg, shelf.sku)
    ranked = (
        select(
            shelf.form,
            shelf.product_id.label("id"),
            dose.label("dose"),
            cost.label("cost"),
            shelf.vegan,
            shelf.dosage_form,
            *holds,
            shelf.tenth_cents_per_100mg,
            shelf.sku,
            func.row_number().over(partition_by=kind, order_by=order).label("place"),
        )
        .where(shelf.form.in_(sorted(forms)), shelf.magnesium_ug <= max(doses_mg) * UG_PER_MG)
        .subquery()
    )
    columns = [ranked.c[name] for name in ("form", "id", "dose", "cost", "vegan", "dosage_form")]
    query = (
        select(*columns, *(ranked.c[f"holds_{number}"] for number in range(len(sets))))
        .where(ranked.c.place <= per_kind)
        .order_by(ranked.c.tenth_cents_per_100mg, ranked.c.sku)
    )
    return [
        Best(form, product_id, dose, cost, vegan, DosageForm(dosage_form), tuple(map(bool, held)))
        for form, product_id, dose, cost, vegan, dosage_form, *held in session.execute(query)
    ]


def _holds_any(forms: Collection[str]) -> ColumnElement[bool]:
    """Of the row's own form and the others in its product."""
    wanted = sorted(forms)
    also = (Advisable.also.contains(f" {form} ", autoescape=True) for form in wanted)
    return or_(false(), Advisable.form.in_(wanted), *also)
