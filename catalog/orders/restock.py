"""Mails about stock: shoppers who asked to hear when a product is back, and owners when one gets low.

A shopper's e-mail address stands beside a product and nothing else, is used once, and is erased with that mail; an
address whose owner did not confirm it gets the question alone, and is erased some days later.
"""

import secrets
from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.orm import Session

from catalog.db.bulk import column_in, insert_new
from catalog.models import table_of
from catalog.orders import outbox
from catalog.orders.models import Job, RestockWish, StockLevel

UNCONFIRMED = timedelta(days=3)
"""The time after which an address that was not confirmed is erased; as long, it is not asked again."""
LONGEST = timedelta(days=180)
"""The time after which a wish is erased although the product never came back."""
MOST_UNCONFIRMED = 3
"""Questions that one address gets within UNCONFIRMED, whoever asks: a stranger must not fill a mailbox."""
MOST_WISHES = 20
"""Products that one address may wait for."""
_BATCH = 500


class AskedWish(Struct, frozen=True):
    """A wish as typed: the product, the address, a keyed hash of the address, and the language of its mails.

    `token_hash` gives the hash of the secret link from a random text.
    """

    product_id: int
    email: str
    address_key: str
    language: str
    token_hash: Callable[[str], str]


def ask(session: Session, wish: AskedWish, now: datetime) -> RestockWish | None:
    """Store a wish, and plan the mail that asks the owner of the address; None where none is mailed.

    None is for an address that asked for the same before, and for one that has too many wishes. A job is written either
    way, so that the time of the answer does not tell which addresses are known.
    """
    made = _new_wish(session, wish, now)
    row_id = made.id if made is not None else outbox.NOBODY
    key = made.link_key if made is not None else secrets.token_urlsafe(16)
    outbox.enqueue(session, "mail_restock_question", row_id, now, key=f"mail_restock_question:{key}")
    return made


def _new_wish(session: Session, wish: AskedWish, now: datetime) -> RestockWish | None:
    own = select(RestockWish).where(RestockWish.address_key == wish.address_key)
    known = session.scalars(own.with_for_update()).all()
    unconfirmed = sum(one.confirmed_at is None for one in known)
    if unconfirmed >= MOST_UNCONFIRMED or len(known) >= MOST_WISHES:
        return None
    if any(one.product_id == wish.product_id for one in known):
        return None
    link_key = secrets.token_urlsafe(24)
    row = {"product_id": wish.product_id, "language": wish.language, "email": wish.email, "asked_at": now}
    row |= {"address_key": wish.address_key, "link_key": link_key, "token_sha256": wish.token_hash(link_key)}
    insert_new(session, table_of(RestockWish), [row])  # pressed twice at once, the second is none
    return session.scalars(select(RestockWish).where(RestockWish.link_key == link_key)).first()


def wish_by_hash(session: Session, token_sha256: str, *, lock: bool = False) -> RestockWish | None:
    """The wish of a secret link; None once it was declined, mailed or forgotten."""
    query = select(RestockWish).where(RestockWish.token_sha256 == token_sha256, RestockWish.email != "")
    return session.scalars(query.with_for_update() if lock else query).first()


def confirm(wish: RestockWish, now: datetime) -> None:
    """Note that the owner of the address agreed."""
    wish.confirmed_at = wish.confirmed_at or now


def decline(session: Session, wish: RestockWish) -> None:
    """Erase an address because its owner says so; an unconfirmed one is not asked again for UNCONFIRMED."""
    if wish.confirmed_at is not None:
        session.execute(delete(RestockWish).where(RestockWish.id == wish.id))
    else:
        wish.email = ""


def awaited_products(session: Session) -> list[int]:
    """The products that confirmed addresses wait for, and of which no mail is planned yet."""
    waits = (RestockWish.confirmed_at.is_not(None), RestockWish.planned_at.is_(None))
    return sorted(session.scalars(select(RestockWish.product_id).where(*waits).distinct()))


def plan_mails(session: Session, product_ids: Collection[int], now: datetime) -> int:
    """Plan the mail of all who wait for products that are back, those who asked first before; returns how many."""
    waiting = select(RestockWish).where(
        column_in(session, RestockWish.product_id, product_ids),
        RestockWish.confirmed_at.is_not(None),
        RestockWish.planned_at.is_(None),
    )
    wishes = session.scalars(waiting.order_by(RestockWish.asked_at, RestockWish.id).limit(_BATCH)).all()
    for wish in wishes:
        wish.planned_at = now
        key = f"mail_restocked:{wish.link_key}:{int(now.timestamp())}"
        outbox.enqueue(session, "mail_restocked", wish.id, now, key=key)
    return len(wishes)


def put_back(session: Session, wish_id: int) -> None:
    """Let a wish wait again: the product was sold out before its mail left."""
    session.execute(update(RestockWish).where(RestockWish.id == wish_id).values(planned_at=None))


def erase_wish(session: Session, wish_id: int) -> None:
    """Erase a wish whose mail was sent."""
    session.execute(delete(RestockWish).where(RestockWish.id == wish_id))


def forget_old_wishes(session: Session, now: datetime) -> None:
    """Erase addresses that nobody confirmed in time, and those that waited too long."""
    session.execute(delete(RestockWish).where(_is_old(now)))


def has_old_wishes(session: Session, now: datetime) -> bool:
    """Whether an address is to be erased; only read, so that a sweep without one writes nothing."""
    return session.scalar(select(RestockWish.id).where(_is_old(now)).limit(1)) is not None


def _is_old(now: datetime) -> ColumnElement[bool]:
    unconfirmed = RestockWish.confirmed_at.is_(None) & (RestockWish.asked_at <= now - UNCONFIRMED)
    return or_(unconfirmed, RestockWish.asked_at <= now - LONGEST)


def count_waiting(session: Session, product_id: int) -> int:
    """How many confirmed addresses wait for a product; staff see no address."""
    waits = (RestockWish.product_id == product_id, RestockWish.confirmed_at.is_not(None))
    return session.scalar(select(func.count()).where(*waits)) or 0


LOW_JOB = "mail_low_stock"
_LOW_UNTOLD = (StockLevel.on_hand - StockLevel.reserved <= StockLevel.low_at, StockLevel.low_told.is_(False))


def has_low_untold(session: Session) -> bool:
    """Whether a product got low since owners were last mailed."""
    return session.scalar(select(StockLevel.product_id).where(*_LOW_UNTOLD).limit(1)) is not None


def plan_low_mail(session: Session, day: int, now: datetime) -> None:
    """Plan the mail to owners about products that got low: one for a day (its ordinal), ever."""
    outbox.enqueue(session, LOW_JOB, day, now, key=f"{LOW_JOB}:{day}")


def is_low_mail_planned(session: Session, day: int) -> bool:
    """Whether the mail of a day was planned already."""
    return session.scalar(select(Job.id).where(Job.key == f"{LOW_JOB}:{day}")) is not None


def low_untold(session: Session) -> list[StockLevel]:
    """The levels that got low since owners were last mailed, the lowest first."""
    order = (StockLevel.on_hand - StockLevel.reserved, StockLevel.product_id)
    return list(session.scalars(select(StockLevel).where(*_LOW_UNTOLD).order_by(*order).limit(_BATCH)))


def note_told(session: Session, product_ids: Iterable[int]) -> None:
    """Note that owners know; a product is told again only after it was not low in between."""
    told = update(StockLevel).where(column_in(session, StockLevel.product_id, list(product_ids)), *_LOW_UNTOLD)
    session.execute(told.values(low_told=True))
