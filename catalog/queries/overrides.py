"""Overrides of blocked sentences: those of one product, and those that need attention."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum

from msgspec import Struct
from sqlalchemy import ScalarSelect, and_, func, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from catalog.models import ClaimOverride, OverriddenSentence, Product, Status
from catalog.models.product import PUBLISHED

SOON = timedelta(days=30)
"""Before its last day an override is announced this long."""
MOST_SHOWN = 200


class OverrideTrouble(StrEnum):
    """A reason to look at an override."""

    PENDING = "pending"
    EXPIRED = "expired"
    EXPIRES_SOON = "expires_soon"


class OverrideRow(Struct, frozen=True):
    """An override with its product."""

    override: ClaimOverride
    product: Product


def overrides_of(session: Session, product_id: int) -> Sequence[ClaimOverride]:
    """All overrides of a product, newest first, ended ones included."""
    query = select(ClaimOverride).where(ClaimOverride.product_id == product_id)
    return session.scalars(query.order_by(ClaimOverride.id.desc())).all()


def _conditions(on: date) -> Mapping[OverrideTrouble, ColumnElement[bool]]:
    until, confirmed = ClaimOverride.until, ClaimOverride.confirmed_at.is_not(None)
    return {
        OverrideTrouble.PENDING: and_(~confirmed, until >= on),
        OverrideTrouble.EXPIRED: and_(confirmed, until < on),
        OverrideTrouble.EXPIRES_SOON: and_(confirmed, until >= on, until < on + SOON),
    }


_ALIVE = and_(ClaimOverride.ended.is_(None), Product.status != Status.ARCHIVED)


def override_counts(on: date) -> dict[OverrideTrouble, ScalarSelect[int]]:
    """The number of overrides that need attention, by reason, as a part of a query; archived products do not count."""
    counted = select(func.count()).join_from(ClaimOverride, Product, Product.id == ClaimOverride.product_id)
    return {
        trouble: counted.where(_ALIVE, condition).scalar_subquery() for trouble, condition in _conditions(on).items()
    }


def override_rows(session: Session, trouble: OverrideTrouble | None, on: date) -> Sequence[OverrideRow]:
    """The overrides that need attention for a reason, or all that have not ended, the first to expire first."""
    query = (
        select(ClaimOverride, Product)
        .join(Product, Product.id == ClaimOverride.product_id)
        .where(_ALIVE)
        .order_by(ClaimOverride.until, ClaimOverride.id)
        .limit(MOST_SHOWN)
    )
    if trouble is not None:
        query = query.where(_conditions(on)[trouble])
    return [OverrideRow(*row) for row in session.execute(query)]


def overridden_sentences(session: Session, on: date) -> list[tuple[str, OverriddenSentence]]:
    """The sentences that public products may say under an override on a day, each with its product's slug."""
    query = select(Product.slug, Product.overridden).where(PUBLISHED, Product.overridden != ())
    return [(slug, one) for slug, sentences in session.execute(query) for one in sentences if one.until >= on]


def hidden_sentences(session: Session, on: date) -> list[tuple[str, OverriddenSentence]]:
    """The sentences that public products no longer show, since their override has ended, each with its SKU."""
    query = select(Product.sku, Product.overridden).where(PUBLISHED, Product.overridden != ()).order_by(Product.sku)
    return [(sku, one) for sku, sentences in session.execute(query) for one in sentences if one.until < on]
