"""Queries of the admin: the list of products, versions, batches, prices, and the counts of the dashboard."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from itertools import pairwise
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, Select, String, and_, case, func, literal, or_, select, type_coerce
from sqlalchemy.orm import Session, joinedload, selectinload

from catalog.models import AcceptedWarning, Batch, Brand, Change, FormTag, How, PricePoint, Product, Status, table_of
from catalog.models.product import IN_STOCK, PUBLISHED
from catalog.product_state import TEXTS, ProductState, from_json
from catalog.queries.overrides import OverrideTrouble, override_counts
from catalog.queries.proposals import waiting_counts

ROWS = 50
"""Rows of a page."""


class Order(StrEnum):
    """The orders of the list; ties are broken by id."""

    NEWEST = "newest"
    SKU = "sku"
    NAME = "name"
    PER_DAY = "per_day"
    PER_100MG = "per_100mg"
    STOCK = "stock"


class Trouble(StrEnum):
    """A problem of a product that the list can be filtered on."""

    LABEL = "label"
    BLOCKED = "blocked"
    WARNINGS = "warnings"
    CLAIM_CONDITION = "claim_condition"
    FORM_NOT_PERMITTED = "form_not_permitted"
    NO_AMOUNT = "no_amount"
    DUTCH_MISSING = "dutch_missing"
    ENGLISH_MISSING = "english_missing"
    SOLD_OUT = "sold_out"


class Filter(Struct, frozen=True):
    """The filters of the list; an empty value filters nothing."""

    search: str = ""
    status: Status | None = None
    form: str = ""
    brand: str = ""
    trouble: Trouble | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = []
        if self.status is not None:
            found.append(Product.status == self.status)
        if self.form:
            tagged = select(FormTag.product_id).where(FormTag.form == self.form)
            found.append(Product.id.in_(tagged))
        if self.brand:
            found.append(Product.brand_id.in_(select(Brand.id).where(Brand.name == self.brand)))
        if self.trouble is not None:
            found += trouble_conditions(self.trouble)
        found += [_contains(word) for word in self.search.split()[:8]]
        return found


def _contains(word: str) -> ColumnElement[bool]:
    """Whether the name, SKU, EAN or brand of a product contains a word."""
    if "\0" in word:
        return Product.id.is_(None)  # no text contains NUL, and PostgreSQL refuses it
    texts = (Product.name_nl, Product.name_en, Product.sku, Product.ean)
    named = select(Brand.id).where(Brand.name.icontains(word, autoescape=True))
    return or_(*(text.icontains(word, autoescape=True) for text in texts), Product.brand_id.in_(named))


def trouble_conditions(trouble: Trouble) -> list[ColumnElement[bool]]:
    """The conditions of a product with this trouble; archived products have none."""
    conditions: Mapping[Trouble, ColumnElement[bool]] = {
        Trouble.LABEL: Product.label_faults > 0,
        Trouble.BLOCKED: Product.blocked_texts > 0,
        Trouble.WARNINGS: Product.open_warnings > 0,
        Trouble.CLAIM_CONDITION: Product.portion_too_small.is_(True),
        Trouble.FORM_NOT_PERMITTED: Product.form_not_permitted.is_(True),
        Trouble.NO_AMOUNT: Product.magnesium_ug == 0,
        Trouble.DUTCH_MISSING: or_(*(getattr(Product, f"{name}_nl") == "" for name in TEXTS)),
        Trouble.ENGLISH_MISSING: Product.english_complete.is_(False),
        Trouble.SOLD_OUT: ~IN_STOCK,
    }
    where = Product.status == Status.PUBLISHED if trouble is Trouble.SOLD_OUT else Product.status != Status.ARCHIVED
    return [conditions[trouble], where]


_ORDERS: Mapping[Order, tuple[Any, ...]] = {
    Order.NEWEST: (Product.id.desc(),),
    Order.SKU: (Product.sku,),
    Order.NAME: (func.lower(Product.name_nl), Product.id),
    Order.PER_DAY: ((Product.magnesium_ug * Product.units_per_day).desc(), Product.id),
    Order.PER_100MG: (Product.tenth_cents_per_100mg == 0, Product.tenth_cents_per_100mg.expression, Product.id),
    Order.STOCK: (Product.stock.expression, Product.id),
}


class Rows(Struct, frozen=True):
    """One page of the list; `total` counts all pages together."""

    products: Sequence[Product]
    total: int
    page: int
    pages: int


def product_rows(session: Session, criteria: Filter, order: Order, page: int) -> Rows:
    """A page of products; after the end it is the last page."""
    matching = _ids(criteria)
    total = session.scalar(select(func.count()).select_from(matching.subquery())) or 0
    pages = max(1, -(-total // ROWS))
    page = min(max(page, 1), pages)
    # The ids alone first, so that skipped products are not read in full.
    ids = session.scalars(matching.order_by(*_ORDERS[order]).limit(ROWS).offset((page - 1) * ROWS)).all()
    shown = {product.id: product for product in session.scalars(_shown().where(Product.id.in_(ids)))}
    return Rows([shown[id_] for id_ in ids], total, page, pages)


def _ids(criteria: Filter) -> Select[int]:
    return select(Product.id).where(*criteria.conditions())


def _shown() -> Select[Product]:
    return select(Product).options(joinedload(Product.brand), selectinload(Product.tags))


def chosen_versions(session: Session, ids: Sequence[int] | Filter) -> list[tuple[int, int]]:
    """The products (id, version) of a selection, or all that match a filter, in order of id."""
    query = select(Product.id, Product.version).order_by(Product.id)
    if isinstance(ids, Filter):
        return [(row[0], row[1]) for row in session.execute(query.where(*ids.conditions()))]
    found = []
    for start in range(0, len(ids), 1000):
        part = query.where(Product.id.in_(ids[start : start + 1000]))
        found += [(row[0], row[1]) for row in session.execute(part)]
    return sorted(found)


MOST_PRICES = 500


class Version(Struct, frozen=True):
    """A change, with the product after it and before it; `before` is None for the first version."""

    change: Change
    state: ProductState
    before: ProductState | None


class RecentChange(Struct, frozen=True):
    """A change with the product's current SKU and name."""

    change: Change
    sku: str
    name: str


def versions_of(session: Session, product_id: int, page: int) -> tuple[Sequence[Version], int]:
    """A page of a product's versions, and the number of pages."""
    query = (
        select(Change, func.count().over())
        .where(Change.product_id == product_id)
        .order_by(Change.version.desc())
        .limit(ROWS + 1)
        .offset((page - 1) * ROWS)
    )
    rows = session.execute(query).all()
    changes, total = [row[0] for row in rows], rows[0][1] if rows else 0
    states = [from_json(change.state) for change in changes]
    before: list[ProductState | None] = [*states[1:], None][: len(states)]
    found = [Version(*each) for each in zip(changes, states, before, strict=True)]
    return found[:ROWS], max(1, -(-total // ROWS))


class ChangeFilter(Struct, frozen=True):
    """Changes of one batch, by one person, of one field, in a span of time; all changes by default."""

    batch_id: int | None = None
    who: str = ""
    field: str = ""
    begin: datetime | None = None
    end: datetime | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        change, found = table_of(Change).c, []
        if self.batch_id is not None:
            found.append(change.batch_id == self.batch_id)
        if self.who:
            found.append(change.who == self.who)
        if self.field:
            fields = literal(" ") + type_coerce(change.fields, String) + " "
            found.append(fields.contains(f" {self.field} "))
        if self.begin is not None:
            found.append(change.at >= self.begin)
        if self.end is not None:
            found.append(change.at < self.end)
        return found


def latest_changes(session: Session, page: int, wanted: ChangeFilter) -> tuple[Sequence[RecentChange], bool]:
    """A page of changes, newest first, and whether there are more."""
    query = (
        select(Change, Product.sku, Product.name_nl)
        .join(Product, Product.id == Change.product_id)
        .where(*wanted.conditions())
        .order_by(Change.at.desc(), Change.product_id.desc())
        .limit(ROWS + 1)
        .offset((page - 1) * ROWS)
    )
    found = [RecentChange(*row) for row in session.execute(query)]
    return found[:ROWS], len(found) > ROWS


def batches(session: Session, page: int) -> tuple[Sequence[tuple[Batch, int]], int]:
    """A page of batches with their number of changes, and the number of pages."""
    total = session.scalar(select(func.count()).select_from(Batch)) or 0
    shown = session.scalars(select(Batch).order_by(Batch.id.desc()).limit(ROWS).offset((page - 1) * ROWS)).all()
    query = (
        select(Change.batch_id, func.count())
        .where(Change.batch_id.in_([batch.id for batch in shown]))
        .group_by(Change.batch_id)
    )
    counts = {row[0]: row[1] for row in session.execute(query)}
    return [(batch, counts.get(batch.id, 0)) for batch in shown], max(1, -(-total // ROWS))


def changes_after(session: Session, product_id: int, version: int) -> Sequence[Change]:
    """The changes of a product since a version, newest first; at most a page of them."""
    query = select(Change).where(Change.product_id == product_id, Change.version > version)
    return session.scalars(query.order_by(Change.version.desc()).limit(MOST_PRICES)).all()


def prices_of(session: Session, product_id: int) -> Sequence[PricePoint]:
    """The price changes of a product, newest first."""
    query = select(PricePoint).where(PricePoint.product_id == product_id).order_by(PricePoint.at.desc())
    return session.scalars(query.limit(MOST_PRICES)).all()


def acceptances_of(session: Session, product_id: int) -> Sequence[AcceptedWarning]:
    """The reasons given for what needed review, newest first."""
    query = select(AcceptedWarning).where(AcceptedWarning.product_id == product_id)
    return session.scalars(query.order_by(AcceptedWarning.at.desc(), AcceptedWarning.finding)).all()


PRICE_BOUNDS = (50, 100, 200, 400, 800)
"""Upper bounds in tenths of a cent per 100 mg; the last band has none."""


class Overview(Struct, frozen=True):
    """Counts of products by status, by trouble, and of published ones by price per 100 mg; overrides by trouble."""

    by_status: Mapping[Status, int]
    by_trouble: Mapping[Trouble, int]
    by_price: Sequence[int]
    by_override: Mapping[OverrideTrouble, int]
    sells_real_products: bool
    """Whether a published product is of a brand that is not invented."""
    open_proposals: int
    failed_plans: int
    """Planned changes that failed in the last week."""

    @property
    def total(self) -> int:
        return sum(self.by_status.values())


def overview(session: Session, on: date) -> Overview:
    """All counts in one query, in one pass over the products; `on` is the day for the overrides."""
    price = Product.tenth_cents_per_100mg
    bounds = [-1, *PRICE_BOUNDS, None]  # a price may round to 0
    bands = [
        and_(PUBLISHED, price > low, price <= high) if high else and_(PUBLISHED, price > low)
        for low, high in pairwise(bounds)
        if low is not None
    ]
    statuses = [Product.status == status for status in Status]
    troubles = [and_(*trouble_conditions(trouble)) for trouble in Trouble]
    overrides = override_counts(on)
    real = select(Product.id).join(Brand).where(PUBLISHED, Brand.invented.is_(False)).correlate(None).exists()
    counted: list[Any] = [*map(_count, (*statuses, *troubles, *bands)), *overrides.values(), real, *waiting_counts(on)]
    counts = iter(session.execute(select(*counted)).one())
    return Overview(
        by_status={status: next(counts) for status in Status},
        by_trouble={trouble: next(counts) for trouble in Trouble},
        by_price=[next(counts) for _band in bands],
        by_override={trouble: next(counts) for trouble in overrides},
        sells_real_products=bool(next(counts)),
        open_proposals=next(counts),
        failed_plans=next(counts),
    )


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(case((condition, 1)))


def published_by_form(session: Session) -> dict[str, int]:
    """The number of published products that contain each form, most first."""
    query = (
        select(FormTag.form, func.count())
        .join(Product, Product.id == FormTag.product_id)
        .where(PUBLISHED)
        .group_by(FormTag.form)
        .order_by(func.count().desc(), FormTag.form)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def changes_since(session: Session, since: datetime) -> dict[How, int]:
    """The number of changes since a moment, by the way they were made."""
    query = select(Change.how, func.count()).where(Change.at >= since).group_by(Change.how).order_by(Change.how)
    return {row[0]: row[1] for row in session.execute(query)}
