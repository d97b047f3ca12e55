"""Products for an advice: what a budget is, what fits the wishes, and what the wishes exclude."""

from collections.abc import Collection, Mapping

from msgspec import Struct
from sqlalchemy import ColumnElement, and_, case, func, not_, select
from sqlalchemy.orm import Session, joinedload

from catalog.models import DosageForm, FormTag, Product
from catalog.queries.published import PUBLISHED


class Budget(Struct, frozen=True):
    """Upper bounds of cost per day, in tenths of a cent: the first and second tercile of what is published."""

    low: int
    medium: int

    def limit(self, budget: str) -> int | None:
        """The most that a product of this budget costs a day; None without a limit."""
        return {"low": self.low, "medium": self.medium}.get(budget)


class AdvisedProduct(Struct, frozen=True):
    """A product that fits an advice on a form."""

    form: str
    product: Product


def budget_bands(session: Session) -> Budget:
    """The terciles of cost per day (label portion) over the published products, sold out or not.

    The first tercile is the smallest cost that at least a third of the products do not exceed.
    """
    third = func.ntile(3).over(order_by=(Product.tenth_cents_per_day, Product.id)).label("third")
    ranked = select(Product.tenth_cents_per_day.label("cost"), third).where(PUBLISHED).subquery()
    highest = select(ranked.c.third, func.max(ranked.c.cost)).group_by(ranked.c.third)
    bound = {row[0]: row[1] for row in session.execute(highest)}
    low = bound.get(1, 0)
    return Budget(low=low, medium=bound.get(2, low))


class Wishes(Struct, frozen=True):
    """What a product of an advice must fit, besides being published and in stock.

    `suggested_ug` is elemental magnesium a day, of which one whole unit may not give more; `without` are forms
    that are advised against, of which it holds none; `cost_limit` is in tenths of a cent a day for the label's
    portion, None without a limit.
    """

    suggested_ug: int
    without: frozenset[str] = frozenset()
    cost_limit: int | None = None
    vegan: bool = False
    dosage_form: DosageForm | None = None

    def conditions(self) -> dict[str, ColumnElement[bool]]:
        """One condition for each wish that the visitor has."""
        conditions = {"dose": Product.magnesium_ug <= self.suggested_ug}
        if self.without:
            holding = select(FormTag.product_id).where(FormTag.form.in_(sorted(self.without)))
            conditions["without"] = Product.id.not_in(holding)
        if self.cost_limit is not None:
            conditions["budget"] = Product.tenth_cents_per_day <= self.cost_limit
        if self.vegan:
            conditions["vegan"] = Product.vegan.is_(True)
        if self.dosage_form is not None:
            conditions["dosage_form"] = Product.dosage_form == self.dosage_form
        return conditions


ADVISABLE = (PUBLISHED, Product.stock > 0, FormTag.counts_as_form)


def advised_products(
    session: Session, forms: Collection[str], wishes: Wishes, *, per_form: int = 3
) -> list[AdvisedProduct]:
    """Up to `per_form` products that count as each form and fit, cheapest per 100 mg first, then by SKU."""
    place = func.row_number().over(partition_by=FormTag.form, order_by=(Product.tenth_cents_per_100mg, Product.sku))
    ranked = (
        select(FormTag.form, FormTag.product_id, place.label("place"))
        .join(Product, Product.id == FormTag.product_id)
        .where(*ADVISABLE, FormTag.form.in_(sorted(forms)), *wishes.conditions().values())
        .subquery()
    )
    chosen = (
        select(ranked.c.form, Product)
        .join(Product, Product.id == ranked.c.product_id)
        .where(ranked.c.place <= per_form)
        .order_by(ranked.c.form, ranked.c.place)
        .options(joinedload(Product.brand))
    )
    return [AdvisedProduct(form=form, product=product) for form, product in session.execute(chosen)]


class Excluded(Struct, frozen=True):
    """Why no product of a form fits: of `total` in stock, how many fail each wish, and how many fail it alone."""

    total: int
    failing: Mapping[str, int]
    alone: Mapping[str, int]


def excluded_by_wishes(session: Session, forms: Collection[str], wishes: Wishes) -> dict[str, Excluded]:
    """Per form that is in stock at all, what the wishes exclude."""
    conditions = wishes.conditions()
    fails = {wish: not_(condition) for wish, condition in conditions.items()}
    alone = {
        wish: and_(fails[wish], *(other for key, other in conditions.items() if key != wish)) for wish in conditions
    }
    query = (
        select(FormTag.form, func.count(), *map(_count, fails.values()), *map(_count, alone.values()))
        .join(Product, Product.id == FormTag.product_id)
        .where(*ADVISABLE, FormTag.form.in_(sorted(forms)))
        .group_by(FormTag.form)
    )
    found: dict[str, Excluded] = {}
    for form, total, *counts in session.execute(query):
        failing, by_itself = counts[: len(conditions)], counts[len(conditions) :]
        found[form] = Excluded(
            total, dict(zip(conditions, failing, strict=True)), dict(zip(conditions, by_itself, strict=True))
        )
    return found


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(case((condition, 1)))
