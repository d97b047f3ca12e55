"""Lists of proposed changes."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalog.models import Product, Proposal

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


def count_open_proposals(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Proposal).where(Proposal.ended.is_(None))) or 0


def open_proposal_of(session: Session, product_id: int, who: str) -> Proposal | None:
    """The open proposal of a person for a product."""
    return session.scalar(
        select(Proposal).where(Proposal.product_id == product_id, Proposal.proposed_by == who, Proposal.ended.is_(None))
    )
