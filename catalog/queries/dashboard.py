"""What the admin's first page counts: what needs attention, what changed, and what the catalogue holds."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise

from msgspec import Struct
from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import Session

from catalog.models import Change, FormTag, How, Product, Status
from catalog.queries.admin import Trouble, troubled
from catalog.queries.published import PUBLISHED

PRICE_BANDS = (50, 100, 200, 400, 800)
"""Upper bounds in tenths of a cent per 100 mg; the last band has none."""


class Overview(Struct, frozen=True):
    """Products by status and by what is wrong with them; published ones by price per 100 mg, a count a band."""

    by_status: Mapping[Status, int]
    by_trouble: Mapping[Trouble, int]
    by_price: Sequence[int]

    @property
    def total(self) -> int:
        return sum(self.by_status.values())


def overview(session: Session) -> Overview:
    """All counts in one pass over the products."""
    price = Product.tenth_cents_per_100mg
    bounds = [-1, *PRICE_BANDS, None]  # a price may round to 0
    bands = [
        and_(PUBLISHED, price > low, price <= high) if high else and_(PUBLISHED, price > low)
        for low, high in pairwise(bounds)
        if low is not None
    ]
    statuses = [Product.status == status for status in Status]
    troubles = [and_(*troubled(trouble)) for trouble in Trouble]
    counts = list(session.execute(select(*map(_count, (*statuses, *troubles, *bands)))).one())
    return Overview(
        by_status=dict(zip(Status, counts, strict=False)),
        by_trouble=dict(zip(Trouble, counts[len(statuses) :], strict=False)),
        by_price=counts[len(statuses) + len(troubles) :],
    )


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(case((condition, 1)))


def published_by_form(session: Session) -> dict[str, int]:
    """How many published products have each form in them, most first."""
    query = (
        select(FormTag.form, func.count())
        .join(Product, Product.id == FormTag.product_id)
        .where(PUBLISHED)
        .group_by(FormTag.form)
        .order_by(func.count().desc(), FormTag.form)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def changes_since(session: Session, since: datetime) -> dict[How, int]:
    """How many versions were made since, by the way they came in."""
    query = select(Change.how, func.count()).where(Change.at >= since).group_by(Change.how).order_by(Change.how)
    return {row[0]: row[1] for row in session.execute(query)}
