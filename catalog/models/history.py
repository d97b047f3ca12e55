"""What happened to the catalogue. Rows here are added and read, never changed: `edits.writing` is their only writer."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from catalog.models.base import Base, Moment, WordList, choice


class How(StrEnum):
    """The way by which a change came in."""

    FORM = "form"
    BULK = "bulk"
    IMPORT = "import"
    RESTORE = "restore"
    UNDO = "undo"
    SAMPLE = "sample"


class CatalogueState(Base):
    """One row: `revision` counts the writes, so that whoever keeps something of the catalogue sees that it changed.

    A writer touches it first, which also lets only one write at a time.
    """

    __tablename__ = "catalogue_state"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    revision: Mapped[int]


class Batch(Base):
    """Changes that were made at one press, and can be undone at one press."""

    __tablename__ = "batch"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment, index=True)
    who: Mapped[str]
    how: Mapped[How] = mapped_column(choice(How))
    label: Mapped[str]
    """The file's name, or what was done in bulk."""
    plan: Mapped[str | None] = mapped_column(String(64), index=True, unique=True)
    """The seal of the plan that an import in the admin carried out."""
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("batch.id"))


class Change(Base):
    """A version of a product: who made it, when, how and why, and all that a person states about it."""

    __tablename__ = "change"
    __table_args__ = (Index("ix_change_at", "at", "product_id"),)

    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)
    who: Mapped[str]
    how: Mapped[How] = mapped_column(choice(How))
    reason: Mapped[str]
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("batch.id"), index=True)
    fields: Mapped[tuple[str, ...]] = mapped_column(WordList)
    """Which fields differ from the version before; empty for the first."""
    state: Mapped[str]
    """`edits.state.ProductState` as JSON."""


class PricePoint(Base):
    """From when on a product was on sale at a price; `cents` is None from when it was not on sale."""

    __tablename__ = "price_point"

    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment, primary_key=True)
    cents: Mapped[int | None]


class SlugRedirect(Base):
    """An address that a product had before."""

    __tablename__ = "slug_redirect"

    slug: Mapped[str] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), index=True)


class AcceptedWarning(Base):
    """Why a sentence that the content check is unsure of may stand; `finding` is its identity."""

    __tablename__ = "accepted_warning"

    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), primary_key=True)
    finding: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[str]
    who: Mapped[str]
    at: Mapped[datetime] = mapped_column(Moment)
