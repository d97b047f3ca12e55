"""What happened to the catalogue, newest first: changes, batches, prices."""

from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalog.edits.state import ProductState, from_json
from catalog.models import Batch, Change, PricePoint, Product

ROWS = 50
MOST_PRICES = 500


class Version(Struct, frozen=True):
    """A change with the product as it was then, and before; `before` is None for the first."""

    change: Change
    state: ProductState
    before: ProductState | None


class Happened(Struct, frozen=True):
    """A change with the product's name now."""

    change: Change
    sku: str
    name: str


def versions_of(session: Session, product_id: int, page: int) -> tuple[Sequence[Version], int]:
    """A page of a product's versions, and how many pages there are."""
    total = session.scalar(select(func.count()).where(Change.product_id == product_id)) or 0
    query = (
        select(Change)
        .where(Change.product_id == product_id)
        .order_by(Change.version.desc())
        .limit(ROWS + 1)
        .offset((page - 1) * ROWS)
    )
    changes = session.scalars(query).all()
    states = [from_json(change.state) for change in changes]
    before: list[ProductState | None] = [*states[1:], None][: len(states)]
    found = [Version(*each) for each in zip(changes, states, before, strict=True)]
    return found[:ROWS], max(1, -(-total // ROWS))


def latest_changes(session: Session, page: int, *, batch_id: int | None = None) -> tuple[Sequence[Happened], bool]:
    """A page of the changes of all products, or of one batch, and whether there are more."""
    query = select(Change, Product.sku, Product.name_nl).join(Product, Product.id == Change.product_id)
    if batch_id is not None:
        query = query.where(Change.batch_id == batch_id)
    query = query.order_by(Change.at.desc(), Change.product_id.desc()).limit(ROWS + 1).offset((page - 1) * ROWS)
    found = [Happened(*row) for row in session.execute(query)]
    return found[:ROWS], len(found) > ROWS


def batches(session: Session, page: int) -> tuple[Sequence[tuple[Batch, int]], int]:
    """A page of batches with how many changes each made, and how many pages there are."""
    total = session.scalar(select(func.count()).select_from(Batch)) or 0
    shown = session.scalars(select(Batch).order_by(Batch.id.desc()).limit(ROWS).offset((page - 1) * ROWS)).all()
    query = (
        select(Change.batch_id, func.count())
        .where(Change.batch_id.in_([batch.id for batch in shown]))
        .group_by(Change.batch_id)
    )
    counts = {row[0]: row[1] for row in session.execute(query)}
    return [(batch, counts.get(batch.id, 0)) for batch in shown], max(1, -(-total // ROWS))


def prices_of(session: Session, product_id: int) -> Sequence[PricePoint]:
    """From when on it was on sale at what price, newest first."""
    query = select(PricePoint).where(PricePoint.product_id == product_id).order_by(PricePoint.at.desc())
    return session.scalars(query.limit(MOST_PRICES)).all()
