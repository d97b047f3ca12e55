"""States of a purchase and the arrows between them: one table, and nothing moves outside it."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from catalog.orders.models import Purchase, PurchaseEvent, PurchaseState


class Arrow(StrEnum):
    """A step from one state to another."""

    CONFIRM = "confirm"
    EXPIRE = "expire"
    CANCEL = "cancel"
    SHIP = "ship"
    CLOSE = "close"
    UNDO_PARCEL = "undo-parcel"
    REOPEN = "reopen"


ARROWS: Mapping[tuple[PurchaseState, Arrow], PurchaseState] = {
    (PurchaseState.PLACED, Arrow.CONFIRM): PurchaseState.CONFIRMED,
    (PurchaseState.PLACED, Arrow.EXPIRE): PurchaseState.EXPIRED,
    (PurchaseState.PLACED, Arrow.CANCEL): PurchaseState.CANCELLED,
    (PurchaseState.EXPIRED, Arrow.CONFIRM): PurchaseState.CONFIRMED,  # paid late, and the stock is still there
    (PurchaseState.CONFIRMED, Arrow.CANCEL): PurchaseState.CANCELLED,
    (PurchaseState.CONFIRMED, Arrow.SHIP): PurchaseState.CONFIRMED,  # one parcel of perhaps several
    (PurchaseState.CONFIRMED, Arrow.CLOSE): PurchaseState.CLOSED,
    (PurchaseState.CONFIRMED, Arrow.UNDO_PARCEL): PurchaseState.CONFIRMED,  # it never left, or came back undelivered
    (PurchaseState.CLOSED, Arrow.REOPEN): PurchaseState.CONFIRMED,  # its payment or arrival was typed wrong
}


class ForbiddenArrowError(Exception):
    """A step that a purchase in this state does not take. Nothing was changed."""

    def __init__(self, state: PurchaseState, arrow: Arrow) -> None:
        self.state, self.arrow = state, arrow
        super().__init__(f"{arrow} is no step from {state}")


def take(session: Session, purchase: Purchase, arrow: Arrow, at: datetime, *, who: str = "shop") -> None:
    """Take a step and record it. Raises ForbiddenArrowError."""
    after = ARROWS.get((purchase.state, arrow))
    if after is None:
        raise ForbiddenArrowError(purchase.state, arrow)
    purchase.state = after
    record(session, purchase, arrow, at, who=who)


def reopen(session: Session, purchase: Purchase, at: datetime, *, who: str) -> None:
    """Open a finished purchase again, since a part of what finished it is undone."""
    if purchase.state is PurchaseState.CLOSED:
        take(session, purchase, Arrow.REOPEN, at, who=who)


def record(
    session: Session, purchase: Purchase, kind: str, at: datetime, *, who: str = "shop", detail: str = ""
) -> None:
    """Add an event to the timeline of a purchase; `detail` has no personal data."""
    session.add(PurchaseEvent(purchase_id=purchase.id, at=at, who=who, kind=str(kind), detail=detail))
