"""What imports leave in the database: remembered mappings, and files between upload and import."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from catalog.models.base import Base, Moment


class SupplierMapping(Base):
    """Which columns a supplier's files have, as `exchange.mapping.Mapping` in JSON."""

    __tablename__ = "supplier_mapping"

    supplier: Mapped[str] = mapped_column(primary_key=True)
    mapping: Mapped[str]
    at: Mapped[datetime] = mapped_column(Moment)
    who: Mapped[str]


class Upload(Base):
    """A file that waits for its import, here so that any shop process has it. Gone after the import, or some days."""

    __tablename__ = "upload"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment, index=True)
    who: Mapped[str]
    name: Mapped[str]
    supplier: Mapped[str]
    """Whose mapping reads it; empty for our own layout."""
    content: Mapped[bytes] = mapped_column(deferred=True)
    plan: Mapped[str | None]
    """What the dry run found, as `exchange.uploads.Plan` in JSON; None until there was one."""


class UploadRow(Base):
    """A row of a dry run that is not unchanged, in the order of the report."""

    __tablename__ = "upload_row"
    __table_args__ = (Index("ix_upload_row_outcome", "upload_id", "outcome", "place"),)

    upload_id: Mapped[int] = mapped_column(ForeignKey("upload.id", ondelete="CASCADE"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    outcome: Mapped[str]
    detail: Mapped[str]
    """`exchange.uploads.Detail` as JSON."""
