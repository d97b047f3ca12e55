"""Lists of planned changes, and the next moment at which one is due."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct
from sqlalchemy import distinct, func, select
from sqlalchemy.orm import Session

from catalog.models import PlannedChange, Product

MOST_SHOWN = 100


def next_due(session: Session) -> datetime | None:
    """The moment of the first change that waits, whether or not it has passed; None when none waits."""
    first = select(PlannedChange.due_at).where(PlannedChange.ended.is_(None)).order_by(PlannedChange.due_at)
    return session.scalar(first.limit(1))


def planned_of(session: Session, product_id: int) -> Sequence[PlannedChange]:
    """The planned changes of a product, the last moment first; at most a hundred."""
    query = select(PlannedChange).where(PlannedChange.product_id == product_id)
    return session.scalars(query.order_by(PlannedChange.due_at.desc(), PlannedChange.id.desc()).limit(MOST_SHOWN)).all()


def waiting_changes(session: Session) -> Sequence[tuple[PlannedChange, Product]]:
    """The changes that wait for their moment, the next first; at most a hundred."""
    query = select(PlannedChange, Product).join(Product, Product.id == PlannedChange.product_id)
    rows = session.execute(
        query.where(PlannedChange.ended.is_(None)).order_by(PlannedChange.due_at, PlannedChange.id).limit(MOST_SHOWN)
    )
    return [(row[0], row[1]) for row in rows]


class PlannedStep(Struct, frozen=True):
    """Plans of several products that were made in one step: one of them, and how many products wait."""

    planned_id: int
    products: int
    planned_by: str
    planned_at: datetime
    begins: datetime


def planned_steps(session: Session) -> Sequence[PlannedStep]:
    """The steps with plans of several products that have not begun, the next first; at most a hundred."""
    products = func.count(distinct(PlannedChange.product_id))
    begins = func.min(PlannedChange.due_at)
    by_step = PlannedChange.planned_by, PlannedChange.planned_at
    query = select(func.min(PlannedChange.id), products, *by_step, begins).where(
        PlannedChange.ended.is_(None), PlannedChange.begins_id.is_(None)
    )
    rows = session.execute(query.group_by(*by_step).having(products > 1).order_by(begins).limit(MOST_SHOWN))
    return [PlannedStep(*row) for row in rows]


def ended_changes(session: Session) -> Sequence[tuple[PlannedChange, Product]]:
    """The changes that were made, failed or were cancelled, the last first; at most a hundred."""
    query = select(PlannedChange, Product).join(Product, Product.id == PlannedChange.product_id)
    newest = PlannedChange.ended_at.desc(), PlannedChange.id.desc()
    rows = session.execute(query.where(PlannedChange.ended.is_not(None)).order_by(*newest).limit(MOST_SHOWN))
    return [(row[0], row[1]) for row in rows]
