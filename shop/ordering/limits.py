"""Limit on attempts of a network address, which is stored as a keyed hash for a quarter of an hour."""

from flask import request
from sqlalchemy.orm import Session

from catalog.orders.throttle import MOST, may_try
from shop.web.services import now, services


def is_allowed(what: str, most: int = MOST) -> bool:
    """Whether this visitor may try once more what is limited: `withdrawal`, `link` or `restock`."""
    with services().orders.writing() as session:
        return is_allowed_in(session, what, most)


def is_allowed_in(session: Session, what: str, most: int = MOST) -> bool:
    """Whether this visitor may try once more, counted in a transaction of the orders' store: `placing`."""
    key = services().vault.fingerprint(f"{what} from {request.remote_addr}")
    return may_try(session, key, now(), most=most)
