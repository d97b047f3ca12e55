"""Returns: packs that come back after a withdrawal, put on the shelf again or written off, and their money.

Who unpacks a parcel notes what is in it; who may send money back decides for how many packs. Only then is less owed.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec
from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.orders import outbox
from catalog.orders.models import GoodsReturn, GoodsReturnLine, Purchase, PurchaseEvent, PurchaseLine, Refund
from catalog.orders.payments import refund_surplus
from catalog.orders.recall import require_not_recalled
from catalog.orders.states import record
from catalog.orders.stock import ReturnedPacks, take_back

REFUND_WITHIN = timedelta(days=14)
"""From the statement of withdrawal (Civil Code 6:230r); the shop may wait for the goods or the proof of sending."""


class ReturnedLine(Struct, frozen=True):
    """Packs of a line that came back: sealed or opened, and how many of the sealed ones go on the shelf again."""

    position: int
    sealed: int
    opened: int
    restocked: int
    lot: str = ""


class DecidedLine(Struct, frozen=True):
    """Packs of a line that are paid back, and those that are not."""

    position: int
    credited: int
    refused: int


class NotExpectedError(Exception):
    """Packs that are not expected back, none at all, or opened ones for the shelf. Nothing was changed."""


class NotPendingError(Exception):
    """A decision about other packs than those that wait for one. Nothing was changed."""


def receive(
    session: Session, purchase: Purchase, lines: Sequence[ReturnedLine], now: datetime, *, key: str, who: str
) -> GoodsReturn:
    """Note a parcel that came back, and its packs in the stock. The same key again changes nothing.

    Raises NotExpectedError or RecalledLotError.
    """
    known = session.scalars(select(GoodsReturn).where(GoodsReturn.key == key)).first()
    if known is not None:
        return known
    sold = {line.position: line for line in purchase.lines}
    positions = [line.position for line in lines]
    if not lines or len(set(positions)) < len(positions) or not all(_is_expected(one, sold) for one in lines):
        raise NotExpectedError
    for one in lines:
        if one.restocked:
            require_not_recalled(session, sold[one.position].product_id, one.lot)
    found = GoodsReturn(key=key, at=now, who=who)
    for one in lines:
        sold[one.position].returned += one.sealed + one.opened
        found.lines.append(
            GoodsReturnLine(
                position=one.position, sealed=one.sealed, opened=one.opened, restocked=one.restocked, lot=one.lot
            )
        )
    purchase.returns.append(found)
    record(session, purchase, "returned", now, who=who)
    session.flush()
    back = [
        ReturnedPacks(sold[one.position].product_id, one.sealed + one.opened, one.restocked, one.lot) for one in lines
    ]
    take_back(session, purchase, back, now, who=who)
    outbox.enqueue(session, "check_availability", purchase.id, now, key=f"check_availability:return:{found.id}")
    return found


def _is_expected(one: ReturnedLine, sold: Mapping[int, PurchaseLine]) -> bool:
    line = sold.get(one.position)
    counted = min(one.sealed, one.opened, one.restocked) >= 0 and one.restocked <= one.sealed
    return line is not None and counted and 0 < one.sealed + one.opened <= line.expected_back


def proposed_credit(purchase: Purchase) -> dict[int, int]:
    """The packs to pay back that the law asks for, by position: those that came back sealed and wait for a decision."""
    sealed: dict[int, int] = {}
    for found in purchase.returns:
        for one in found.lines:
            sealed[one.position] = sealed.get(one.position, 0) + one.sealed
    return {
        line.position: min(line.undecided, max(0, sealed.get(line.position, 0) - line.credited))
        for line in purchase.lines
        if line.undecided
    }


def undecided_packs(purchase: Purchase) -> dict[int, int]:
    """The packs that came back and wait for a decision, by position."""
    return {line.position: line.undecided for line in purchase.lines if line.undecided}


def decide(
    session: Session,
    purchase: Purchase,
    credited: Mapping[int, int],
    waiting: Mapping[int, int],
    now: datetime,
    *,
    who: str,
) -> list[Refund]:
    """Pay back some of the packs that wait for a decision, refuse the others, and claim what is owed no longer.

    `waiting` has the packs that the decision is about: a second one about the same packs changes nothing. Raises
    NotPendingError.
    """
    if not waiting or dict(waiting) != undecided_packs(purchase) or credited.keys() - waiting.keys():
        raise NotPendingError
    if any(not 0 <= packs <= waiting[position] for position, packs in credited.items()):
        raise NotPendingError
    decided: list[DecidedLine] = []
    for line in purchase.lines:
        if line.undecided:
            packs = credited.get(line.position, 0)
            decided.append(DecidedLine(line.position, packs, line.undecided - packs))
            line.refused += line.undecided - packs
            line.credited += packs
    detail = msgspec.json.encode(decided).decode()
    event = PurchaseEvent(purchase_id=purchase.id, at=now, who=who, kind="return-decided", detail=detail)
    session.add(event)
    session.flush()
    outbox.enqueue(session, "mail_return_decided", event.id, now)
    return refund_surplus(session, purchase, now, reason="returned", who=who)


def decided_lines(event: PurchaseEvent) -> list[DecidedLine]:
    """The packs of a decision, from its line in the timeline."""
    return msgspec.json.decode(event.detail, type=list[DecidedLine])


def refund_due(purchase: Purchase) -> datetime | None:
    """The day on which the refund of packs that are expected or undecided is due; None without any."""
    waits = any(line.expected_back or line.undecided for line in purchase.lines)
    return purchase.withdrawals[-1].at + REFUND_WITHIN if waits and purchase.withdrawals else None
