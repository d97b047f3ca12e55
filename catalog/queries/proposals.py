"""Lists of proposed changes, and the numbers of what waits for publishers."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import Session

from catalog.models import PlannedChange, PlannedEnd, Product, Proposal

MOST_SHOWN = 100


def open_proposals(session: Session) -> Sequence[tuple[Proposal, Product]]:
    """The proposals that wait for a decision, the oldest first; at most a hundred."""
    query = select(Proposal, Product).join(Product, Product.id == Proposal.product_id)
    rows = session.execute(query.where(Proposal.ended.is_(None)).order_by(Proposal.id).limit(MOST_SHOWN))
    return [(row[0], row[1]) for row in rows]


def ended_proposals(session: Session) -> Sequence[tuple[Proposal, Product]]:
    """The proposals that ended, the last first; at most a hundred."""
    query = select(Proposal, Product).join(Product, Product.id == Proposal.product_id)
    newest = Proposal.ended_at.desc(), Proposal.id.desc()
    rows = session.execute(query.where(Proposal.ended.is_not(None)).order_by(*newest).limit(MOST_SHOWN))
    return [(row[0], row[1]) for row in rows]


FAILED_LATELY = timedelta(days=7)


def waiting_counts(on: date) -> tuple[ScalarSelect[int], ScalarSelect[int]]:
    """The number of open proposals, and that of planned changes that failed in a week, as columns of another query."""
    waiting = select(func.count()).select_from(Proposal).where(Proposal.ended.is_(None))
    since = datetime.combine(on, time(), UTC) - FAILED_LATELY
    failed = select(func.count()).select_from(PlannedChange)
    failed = failed.where(PlannedChange.ended == PlannedEnd.FAILED, PlannedChange.ended_at >= since)
    return waiting.scalar_subquery(), failed.scalar_subquery()


def open_proposal_of(session: Session, product_id: int, who: str) -> Proposal | None:
    """The open proposal of a person for a product."""
    return session.scalar(
        select(Proposal).where(Proposal.product_id == product_id, Proposal.proposed_by == who, Proposal.ended.is_(None))
    )
