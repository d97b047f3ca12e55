"""Candidate products of an advice: budget bands, the products that fit the wishes, and what each wish excludes."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any

from msgspec import Struct
from sqlalchemy import (
    ClauseElement,
    Column,
    ColumnElement,
    Dialect,
    Integer,
    Label,
    ScalarSelect,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    not_,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler

from catalog.models import AdviceRow, Beside, DosageForm, Product, table_of
from catalog.models.product import PUBLISHED
from catalog.queries.products import published_products
from catalog.search.documents import OWN_LIMIT_UG
from catalog.search.snapshot import once_per_state
from recommend.knowledge import Ruleset

PER_FORM = 3
"""Most products that an advice has of one form."""


class Budget(Struct, frozen=True):
    """Upper bounds of cost per day, in tenths of a cent: the first and second tercile of the published products."""

    low: int
    medium: int

    def limit(self, budget: str) -> int | None:
        """The highest cost per day of this budget, in tenths of a cent; None without a limit."""
        return {"low": self.low, "medium": self.medium}.get(budget)


class AdvisedProduct(Struct, frozen=True):
    """A product that fits an advice, with its form; `order` is its place among others, by price or by fit."""

    form: str
    product: Product
    order: tuple[Any, ...]


class Prices(Struct, frozen=True):
    """Prices of the whole catalogue that an advice needs.

    `lowest` has the lowest price of each form in stock, in tenths of a cent per 100 mg; a form out of stock is absent.
    """

    lowest: Mapping[str, int]
    budget: Budget


def prices_of_catalogue(session: Session, ruleset: Ruleset) -> Prices:
    """The prices of the whole catalogue, read once for each state of it."""
    forms = tuple(ruleset.forms)
    return once_per_state(
        session, forms, lambda session: Prices(_lowest_prices(session, forms), _budget_bands(session))
    )


def _lowest_prices(session: Session, forms: Sequence[str]) -> dict[str, int]:
    """One lookup in the index for each form: the whole catalogue is never read."""
    cheapest = (
        select(AdviceRow.tenth_cents_per_100mg)
        .where(AdviceRow.form == form)
        .order_by(AdviceRow.tenth_cents_per_100mg)
        .limit(1)
        .scalar_subquery()
        for form in forms
    )
    found = session.execute(select(*cheapest)).one()
    return {form: price for form, price in zip(forms, found, strict=True) if price is not None}


def budget_bands(session: Session) -> Budget:
    """The terciles of cost per day (label portion) over the published products, sold out or not.

    The first tercile is the smallest cost that at least a third of the products do not exceed.
    """
    return once_per_state(session, Budget, _budget_bands)


def _budget_bands(session: Session) -> Budget:
    """Two lookups along the index of costs; unequal thirds differ by one product, and the first ones are larger."""
    count = select(func.count().label("count")).where(PUBLISHED).cte("published")
    first, second = (count.c.count + 2) // 3, (count.c.count + 1) // 3

    def cost_at(place: ColumnElement[int]) -> ScalarSelect[int]:
        offset = select(case((count.c.count > 0, place), else_=0)).scalar_subquery()
        ordered = select(Product.tenth_cents_per_day).where(PUBLISHED).order_by(Product.tenth_cents_per_day)
        return ordered.limit(1).offset(offset).scalar_subquery()

    low, medium = session.execute(select(cost_at(first - 1), cost_at(first + second - 1))).one()
    return Budget(low=low or 0, medium=medium or 0)


SortColumn = Column[Any] | Label[Any]

_ROW = table_of(AdviceRow).c
"""Columns without their mapping, by which SQLAlchemy would take twice as long to write a question of eight forms."""

PRICE_ORDER: tuple[SortColumn, ...] = (_ROW.tenth_cents_per_100mg, _ROW.sku)
FULL_FIT_ORDER: tuple[SortColumn, ...] = (_ROW.is_blend, _ROW.short_ug, *PRICE_ORDER)
"""The order by fit of a visitor with all room for the most that we suggest; an index has it."""


def fit_order(advised_ug: ColumnElement[int]) -> tuple[SortColumn, ...]:
    """The order by fit: one form alone first, then whole units of the label's portion nearest to this amount."""
    portion = OWN_LIMIT_UG - _ROW.short_ug
    most = advised_ug - advised_ug % func.nullif(_ROW.magnesium_ug, 0)
    short = (advised_ug - case((portion < most, portion), else_=most)).label("short_of_advised")
    return (_ROW.is_blend, short, *PRICE_ORDER)


def is_by_fit(budget: str) -> bool:
    """Whether products are ranked by fit: a visitor with a low budget wants the cheapest first."""
    return budget != "low"


class Wishes(Struct, frozen=True):
    """The requirements for a product of an advice, besides being published and in stock.

    `suggested_ug` is elemental magnesium a day, which one whole unit may not exceed; `without` are forms advised
    against, none of which the product may contain; with `only_magnesium` it holds no other active substance, and else
    only substances that may be suggested, within their limits; `cost_limit` is in tenths of a cent a day for the
    label's portion, None without a limit. Products are ranked by price, or with `by_fit` by how near whole units
    come to `suggested_ug`, those of one form alone first.
    """

    suggested_ug: int
    without: frozenset[str] = frozenset()
    cost_limit: int | None = None
    vegan: bool = False
    dosage_form: DosageForm | None = None
    only_magnesium: bool = False
    by_fit: bool = False

    @property
    def shape(self) -> "Shape":
        """The conditions without their values."""
        budget, dosage_form = self.cost_limit is not None, self.dosage_form is not None
        full = self.suggested_ug == OWN_LIMIT_UG
        return Shape(len(self.without), budget, self.vegan, dosage_form, self.only_magnesium, self.by_fit, full)

    @property
    def parameters(self) -> dict[str, Any]:
        """The values of the conditions, by bound parameter."""
        without = sorted(self.without)
        return {
            "suggested_ug": self.suggested_ug,
            "cost_limit": self.cost_limit,
            "dosage_form": self.dosage_form and self.dosage_form.value,
            **{f"without_form_{place}": form for place, form in enumerate(without)},
            **{f"beside_form_{place}": f"% {form.replace('_', '/_')} %" for place, form in enumerate(without)},
        }


class Shape(Struct, frozen=True):
    """The combination of wishes, and the number of forms advised against: everything that the SQL text depends on."""

    without: int
    budget: bool
    vegan: bool
    dosage_form: bool
    only_magnesium: bool
    by_fit: bool
    full_room: bool
    """Whether the visitor has room for the most that we suggest, for which an index has the order by fit."""

    @property
    def order(self) -> tuple[SortColumn, ...]:
        """The order of the products of one form."""
        if not self.by_fit:
            return PRICE_ORDER
        return FULL_FIT_ORDER if self.full_room else fit_order(bindparam("suggested_ug", type_=Integer))

    @property
    def kinds_left_out(self) -> tuple[Beside, ...]:
        """Kinds of products by their other active substances that are not suggested."""
        kinds = (Beside.NEVER, Beside.UNKNOWN)
        return (Beside.ORDINARY, *kinds) if self.only_magnesium else kinds

    def conditions(self) -> dict[str, ColumnElement[bool]]:
        """One condition for each wish."""
        beside = tuple(kind for kind in Beside if kind not in self.kinds_left_out)
        conditions = {
            "dose": _ROW.magnesium_ug <= bindparam("suggested_ug"),
            # Constants, since a parameter for each, and for each form, takes longer than to look it up.
            "other_actives": _ROW.beside.in_(_constants(beside)),
        }
        if self.without:
            places = range(self.without)
            others = (_ROW.also.not_like(bindparam(f"beside_form_{place}"), escape="/") for place in places)
            itself = _ROW.form.not_in([bindparam(f"without_form_{place}") for place in places])
            conditions["without"] = and_(itself, or_(_ROW.also == "", and_(*others)))
        if self.budget:
            conditions["budget"] = _ROW.tenth_cents_per_day <= bindparam("cost_limit")
        if self.vegan:
            conditions["vegan"] = _ROW.vegan.is_(True)
        if self.dosage_form:
            conditions["dosage_form"] = _ROW.dosage_form == bindparam("dosage_form")
        return conditions


def advised_products(
    session: Session, forms: Collection[str], wishes: Wishes, *, per_form: int = PER_FORM
) -> list[AdvisedProduct]:
    """Up to `per_form` products that count as each form and fit, in the order of the wishes."""
    return advised_and_left_out(session, forms, wishes, per_form=per_form)[0]


def left_out_for_other_actives(session: Session, forms: Collection[str], wishes: Wishes) -> Mapping[Beside, int]:
    """Products that fit but for their other active substances, by kind; each counts once, whatever forms it has."""
    return advised_and_left_out(session, forms, wishes)[1]


def advised_and_left_out(
    session: Session, forms: Collection[str], wishes: Wishes, *, per_form: int = PER_FORM
) -> tuple[list[AdvisedProduct], Mapping[Beside, int]]:
    """The advised products, and the counts of those left out for their other active substances, in one question."""
    if not forms:
        return [], {}
    statement = _advised_statement(session.connection().dialect, len(forms), wishes.shape, per_form)
    rows = _rows(session, statement, forms, wishes)
    products = published_products(session, [row.number for row in rows if not row.is_count])
    advised = [
        AdvisedProduct(form, products[product_id], tuple(order))
        for is_count, form, product_id, *order in rows
        if not is_count and product_id in products  # else it was taken out of the shop between the two questions
    ]
    return advised, {Beside(row.key): row.number for row in rows if row.is_count}


def _rows(session: Session, statement: SQLCompiler, forms: Collection[str], wishes: Wishes) -> Sequence[Any]:
    values = wishes.parameters | {f"on_form_{place}": form for place, form in enumerate(sorted(forms))}
    by_name = statement.construct_params(values)
    in_order = tuple(by_name[name] for name in statement.positiontup or ())
    connection = session.connection()
    return connection.exec_driver_sql(statement.string, in_order if statement.positional else by_name).all()


def _constants(kinds: Collection[Beside]) -> list[ColumnElement[Any]]:
    return [literal_column(f"'{kind.value}'") for kind in kinds]


def _for_driver(query: ClauseElement, dialect: Dialect) -> SQLCompiler:
    """The statement for the driver: at this size SQLAlchemy takes as long to find it again as a database to answer."""
    compiled = query.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
    assert isinstance(compiled, SQLCompiler)  # noqa: S101 - for mypy: a query has no other
    return compiled


@lru_cache(maxsize=256)
def _advised_statement(dialect: Dialect, forms: int, shape: Shape, per_form: int) -> SQLCompiler:
    first = union_all(*(_first(place, shape, per_form) for place in range(forms))).subquery()
    order = [first.c[column.key] for column in shape.order]
    advised = select(literal_column("0").label("is_count"), first.c.form.label("key"), first.c.product_id, *order)
    on_form: list[ColumnElement[str]] = [bindparam(f"on_form_{place}") for place in range(forms)]
    others = (condition for wish, condition in shape.conditions().items() if wish != "other_actives")
    left_out = (
        select(
            literal_column("1"),
            cast(_ROW.beside, String),
            func.count(_ROW.product_id.distinct()),
            *(cast(null(), column.type) for column in order),
        )
        .where(_ROW.form.in_(on_form), _ROW.beside.in_(_constants(shape.kinds_left_out)), *others)
        .group_by(_ROW.beside)
    )
    both = union_all(advised, left_out).subquery()
    is_count, key, number, *placed = both.c
    query = select(is_count, key, number.label("number"), *placed).order_by(is_count, key, *placed)
    return _for_driver(query, dialect)


def _first(place: int, shape: Shape, number: int) -> Select[Any]:
    """The first `number` fitting products of a form, read in the order of an index that has all columns."""
    ordered = (
        select(_ROW.form, _ROW.product_id, *shape.order)
        .where(_ROW.form == bindparam(f"on_form_{place}"), *shape.conditions().values())
        .order_by(*shape.order)
        .limit(literal_column(str(number)))
    )
    return select(ordered.subquery())


class Excluded(Struct, frozen=True):
    """Why no product of a form fits: of `total` in stock, how many fail each wish, and how many fail only that one."""

    total: int
    failing: Mapping[str, int]
    alone: Mapping[str, int]


def add_excluded(parts: Sequence[Excluded]) -> Excluded | None:
    """Sum of what the wishes exclude of several forms; None for no form."""
    if not parts:
        return None
    failing, alone = (Counter[str]() for _ in range(2))
    for part in parts:
        failing.update(part.failing)
        alone.update(part.alone)
    return Excluded(sum(part.total for part in parts), failing, alone)


def excluded_by_wishes(session: Session, forms: Collection[str], wishes: Wishes) -> dict[str, Excluded]:
    """The products that the wishes exclude, by form that is in stock."""
    conditions = wishes.shape.conditions()
    fails = {wish: not_(condition) for wish, condition in conditions.items()}
    alone = {
        wish: and_(fails[wish], *(other for key, other in conditions.items() if key != wish)) for wish in conditions
    }
    query = (
        select(AdviceRow.form, func.count(), *map(_count, fails.values()), *map(_count, alone.values()))
        .where(AdviceRow.form.in_(sorted(forms)))
        .group_by(AdviceRow.form)
    )
    found: dict[str, Excluded] = {}
    for form, total, *counts in session.execute(query, wishes.parameters):
        failing, by_itself = counts[: len(conditions)], counts[len(conditions) :]
        found[form] = Excluded(
            total, dict(zip(conditions, failing, strict=True)), dict(zip(conditions, by_itself, strict=True))
        )
    return found


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(case((condition, 1)))
