"""Unsaved forms of products: stored while a person types, offered back to that person, gone after KEPT.

They are no edits of the catalogue: no revision, no history.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from msgspec import Struct
from sqlalchemy import delete
from sqlalchemy.orm import Session

from catalog.models import FormDraft, table_of

KEPT = timedelta(days=7)
NEW_PRODUCT = 0
"""The product id of the form for a new product."""
Fields = Sequence[tuple[str, str]]
_decoder = msgspec.json.Decoder(list[tuple[str, str]])


class UnsavedForm(Struct, frozen=True):
    """The fields that a person typed, as name and value, and the moment when they were stored."""

    at: datetime
    fields: Fields


def store_form(session: Session, who: str, product_id: int, fields: Fields, now: datetime) -> None:
    """Store what a person typed in the place of what they typed before; delete everybody's old ones."""
    table = table_of(FormDraft)
    session.execute(delete(table).where(table.c.at < now - KEPT))
    session.merge(FormDraft(who=who, product_id=product_id, at=now, fields=msgspec.json.encode(fields).decode()))
    session.flush()


def unsaved_form(session: Session, who: str, product_id: int, now: datetime) -> UnsavedForm | None:
    """The unsaved form of a person and a product, None without one from the last days."""
    found = session.get(FormDraft, (who, product_id))
    if found is None or found.at < now - KEPT:
        return None
    return UnsavedForm(found.at, _decoder.decode(found.fields))


def discard_form(session: Session, who: str, product_id: int) -> None:
    """Delete the unsaved form of a person and a product, if there is one."""
    table = table_of(FormDraft)
    session.execute(delete(table).where(table.c.who == who, table.c.product_id == product_id))
