"""Table of changes that a product gets at a moment to come."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from catalog.models.base import Base, Moment, choice


class PlannedKind(StrEnum):
    """The change that is made."""

    PUBLISH = "publish"
    ARCHIVE = "archive"
    PRICE = "price"


class PlannedEnd(StrEnum):
    """The way in which a plan ended."""

    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class PlannedChange(Base):
    """A change of a product at a moment to come. Rows are never deleted, but with a draft's product."""

    __tablename__ = "planned_change"
    __table_args__ = (Index("ix_planned_change_ended", "ended", "due_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), index=True)
    kind: Mapped[PlannedKind] = mapped_column(choice(PlannedKind))
    due_at: Mapped[datetime] = mapped_column(Moment)
    price_cents: Mapped[int | None]
    """The price from then on, for PRICE."""
    reduced: Mapped[bool]
    """Whether that price is announced as a reduction."""
    expected_cents: Mapped[int | None]
    """The price that the product must still have then, else somebody changed it and it stays."""
    begins_id: Mapped[int | None] = mapped_column(ForeignKey("planned_change.id"))
    """For the end of a reduction: its begin, without which there is nothing to end."""
    planned_by: Mapped[str]
    planned_at: Mapped[datetime] = mapped_column(Moment)
    ended: Mapped[PlannedEnd | None] = mapped_column(choice(PlannedEnd))
    ended_by: Mapped[str] = mapped_column(server_default="")
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    problem_nl: Mapped[str] = mapped_column(server_default="")
    """Why it failed, in both languages."""
    problem_en: Mapped[str] = mapped_column(server_default="")
