"""Withdrawal from a purchase (Civil Code 6:230oa): the statement, its effect before and after sending."""

from datetime import datetime, timedelta

import msgspec
from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.orders import outbox
from catalog.orders.models import Purchase, PurchaseState, Withdrawal
from catalog.orders.payments import cancel, refund_surplus
from catalog.orders.shipping import note_delivery
from catalog.orders.states import record
from catalog.orders.stock import release

PERIOD = timedelta(days=14)
"""From the day after the last parcel arrived."""


class WithdrawnLine(Struct, frozen=True):
    """Packs of a line that are withdrawn from."""

    position: int
    quantity: int


class Statement(Struct, frozen=True):
    """A statement of withdrawal: who makes it, where the acknowledgement goes, and from which packs."""

    key: str
    name: str
    email: str
    lines: tuple[WithdrawnLine, ...]
    reason: str = ""


class NothingLeftError(Exception):
    """A statement that withdraws from more packs than are left."""


def last_day(purchase: Purchase) -> datetime | None:
    """The end of the period; None while nothing was delivered, when it has not begun."""
    return None if purchase.delivered_at is None else purchase.delivered_at + PERIOD


def is_open(purchase: Purchase, now: datetime) -> bool:
    """Whether a consumer may withdraw now; it is possible from the order on."""
    end = last_day(purchase)
    bound = purchase.state in (PurchaseState.PLACED, PurchaseState.CONFIRMED, PurchaseState.CLOSED)
    return bound and (end is None or now <= end)


def lines_left(purchase: Purchase) -> dict[int, int]:
    """Packs that no statement withdrew from yet, by position."""
    return {line.position: line.quantity - line.withdrawn for line in purchase.lines}


def withdrawn_lines(withdrawal: Withdrawal) -> list[WithdrawnLine]:
    """The packs that a statement withdrew from."""
    return msgspec.json.decode(withdrawal.lines, type=list[WithdrawnLine])


def withdraw(session: Session, purchase: Purchase, statement: Statement, now: datetime) -> Withdrawal:
    """Store a statement. It takes packs that are not sent first: those are given up, and their money goes back.

    Packs that were sent are expected back. A statement on everything, before sending, cancels the purchase. The same
    statement again changes nothing. Raises NothingLeftError, also when none can be withdrawn from.
    """
    known = session.scalars(select(Withdrawal).where(Withdrawal.key == statement.key)).first()
    if known is not None:
        return known
    left = lines_left(purchase)
    if (
        not is_open(purchase, now)
        or not statement.lines
        or any(not 0 < line.quantity <= left.get(line.position, 0) for line in statement.lines)
    ):
        raise NothingLeftError
    withdrawal = Withdrawal(
        purchase_id=purchase.id,
        key=statement.key,
        at=now,
        name=statement.name,
        email=statement.email,
        lines=msgspec.json.encode(statement.lines).decode(),
        reason=statement.reason,
    )
    purchase.withdrawals.append(withdrawal)
    taken = {line.position: line.quantity for line in statement.lines}
    given_up: dict[int, int] = {}
    for line in purchase.lines:
        before = line.unsent
        line.withdrawn += taken.get(line.position, 0)
        given_up[line.product_id] = given_up.get(line.product_id, 0) + before - line.unsent
    session.flush()
    record(session, purchase, "withdrawn", now, who="shopper")
    outbox.enqueue(session, "mail_withdrawal", withdrawal.id, now)
    if any(given_up.values()):
        _give_up_unsent(session, purchase, withdrawal, given_up, now)
    note_delivery(purchase, now)
    return withdrawal


def _give_up_unsent(
    session: Session, purchase: Purchase, withdrawal: Withdrawal, packs: dict[int, int], now: datetime
) -> None:
    """Cancel a purchase of which nothing is left or sent; else send less of it and give the difference back."""
    if not purchase.is_shipped and not any(lines_left(purchase).values()):
        cancel(session, purchase, now, who="shopper")
        return
    release(session, purchase, now, packs)
    outbox.enqueue(session, "check_availability", purchase.id, now, key=f"check_availability:{withdrawal.key}")
    refund_surplus(session, purchase, now, reason="withdrawn", who="shopper")
