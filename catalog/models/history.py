"""History tables, written by edits and imports only. Versions and prices are added, never changed.

They are deleted only with a product that was never public (`catalog.edits.drafts`).
"""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from catalog.models.base import Base, Moment, WordList, choice


class How(StrEnum):
    """The way of a change: form, bulk, import, restore, undo, sample or a plan."""

    FORM = "form"
    BULK = "bulk"
    IMPORT = "import"
    RESTORE = "restore"
    UNDO = "undo"
    SAMPLE = "sample"
    PLANNED = "planned"


class CatalogueState(Base):
    """One row: `revision` counts the writes, so that caches can detect a change.

    A writer updates it first, which allows one write at a time.
    """

    __tablename__ = "catalogue_state"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    revision: Mapped[int]
    highest_deleted_id: Mapped[int] = mapped_column(server_default="0")
    """The highest id of a deleted product; no later product gets it, since a form of the deleted one may be open."""


class Batch(Base):
    """Changes made together, which can be undone together."""

    __tablename__ = "batch"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment, index=True)
    who: Mapped[str]
    how: Mapped[How] = mapped_column(choice(How))
    label: Mapped[str]
    """The name of the file, or of the bulk action."""
    plan: Mapped[str | None] = mapped_column(String(64), index=True, unique=True)
    """The fingerprint of the plan that an import in the admin carried out."""
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("batch.id"))


class Change(Base):
    """A version of a product: who made it, when, how and why, with the complete state."""

    __tablename__ = "change"
    __table_args__ = (Index("ix_change_at", "at", "product_id"), Index("ix_change_who", "who", "at"))

    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)
    who: Mapped[str]
    how: Mapped[How] = mapped_column(choice(How))
    reason: Mapped[str]
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("batch.id"), index=True)
    fields: Mapped[tuple[str, ...]] = mapped_column(WordList)
    """The fields that differ from the version before; empty for the first."""
    state: Mapped[str]
    """`catalog.product_state.ProductState` as JSON."""


class BrandEvent(StrEnum):
    """The kind of a change of a brand."""

    ADDED = "added"
    NAME = "name"
    ADDRESS = "address"
    ALIASES = "aliases"
    MERGED = "merged"
    ACCEPTED = "accepted"
    LAPSED = "lapsed"
    """The acceptance ended, since its name is no longer one of the brand's."""


class BrandChange(Base):
    """A change of a brand: what, from what to what, who, when and why. A merged brand's changes go to the other."""

    __tablename__ = "brand_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    brand_id: Mapped[int] = mapped_column(ForeignKey("brand.id"), index=True)
    at: Mapped[datetime] = mapped_column(Moment)
    who: Mapped[str]
    event: Mapped[BrandEvent] = mapped_column(choice(BrandEvent))
    before: Mapped[str]
    after: Mapped[str]
    reason: Mapped[str]


class PricePoint(Base):
    """A price on sale, in cents with VAT, from `at` on; `cents` is None when the product goes off sale."""

    __tablename__ = "price_point"

    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment, primary_key=True)
    cents: Mapped[int | None]


class SlugRedirect(Base):
    """An earlier address of a product."""

    __tablename__ = "slug_redirect"

    slug: Mapped[str] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), index=True)


class AcceptedWarning(Base):
    """The reason to accept what needs review; `finding` identifies the sentence or the daily portion."""

    __tablename__ = "accepted_warning"

    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), primary_key=True)
    finding: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[str]
    who: Mapped[str]
    at: Mapped[datetime] = mapped_column(Moment)


class OverrideEnd(StrEnum):
    """The reason why an override ended before its last day."""

    DECLINED = "declined"
    """Nobody confirmed it."""
    WITHDRAWN = "withdrawn"
    CHANGED = "changed"
    """The sentence is no longer there, or nothing blocks it."""
    REPLACED = "replaced"
    """A later override of the same sentence was confirmed."""


class OverrideStatus(StrEnum):
    """The state of an override on a day; only one in force lets its sentence pass."""

    PENDING = "pending"
    IN_FORCE = "in_force"
    EXPIRED = "expired"
    ENDED = "ended"


class ClaimOverride(Base):
    """An exact sentence in one field of one product that may be said although the content check blocks it.

    One person proposes it, another confirms it; `until` is its last day. Rows are never deleted,
    but for those of a product that was never public and is deleted.
    """

    __tablename__ = "claim_override"

    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), index=True)
    field: Mapped[str]
    """With its language, such as "summary_nl"."""
    sentence: Mapped[str]
    reason: Mapped[str]
    until: Mapped[date]
    proposed_by: Mapped[str]
    proposed_at: Mapped[datetime] = mapped_column(Moment)
    confirmed_by: Mapped[str] = mapped_column(server_default="")
    confirmed_at: Mapped[datetime | None] = mapped_column(Moment)
    ended: Mapped[OverrideEnd | None] = mapped_column(choice(OverrideEnd))
    ended_by: Mapped[str] = mapped_column(server_default="")
    ended_at: Mapped[datetime | None] = mapped_column(Moment)

    def status_on(self, day: date) -> OverrideStatus:
        if self.ended is not None:
            return OverrideStatus.ENDED
        if self.until < day:
            return OverrideStatus.EXPIRED
        return OverrideStatus.PENDING if self.confirmed_at is None else OverrideStatus.IN_FORCE
