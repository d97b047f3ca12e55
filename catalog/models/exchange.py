"""Tables of imports: suppliers' mappings, and uploaded files between upload and import."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from catalog.models.base import Base, Moment, choice


class SupplierMapping(Base):
    """The column mapping of a supplier's files, as `exchange.mapping.Mapping` in JSON."""

    __tablename__ = "supplier_mapping"

    supplier: Mapped[str] = mapped_column(primary_key=True)
    mapping: Mapped[str]
    at: Mapped[datetime] = mapped_column(Moment)
    who: Mapped[str]


class Upload(Base):
    """A file that waits for its import, stored for all shop processes; deleted after the import or a week."""

    __tablename__ = "upload"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment, index=True)
    who: Mapped[str]
    name: Mapped[str]
    supplier: Mapped[str]
    """The supplier whose mapping reads the file; empty for our own layout."""
    size: Mapped[int]
    """Bytes of the file."""
    plan: Mapped[str | None]
    """The result of the dry run, as `exchange.admin_import.Plan` in JSON; None before it."""
    look: Mapped[str | None]
    """The look at a file with a layout, as `exchange.layouts.look.LayoutLook` in JSON."""


class UploadPart(Base):
    """A piece of an uploaded file, so that no process has the whole of a large one in memory."""

    __tablename__ = "upload_part"

    upload_id: Mapped[int] = mapped_column(ForeignKey("upload.id", ondelete="CASCADE"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[bytes]


class UploadRow(Base):
    """A changed, new, refused or gone row of a dry run, in the order of the report."""

    __tablename__ = "upload_row"
    __table_args__ = (Index("ix_upload_row_outcome", "upload_id", "outcome", "place"),)

    upload_id: Mapped[int] = mapped_column(ForeignKey("upload.id", ondelete="CASCADE"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    outcome: Mapped[str]
    detail: Mapped[str]
    """`exchange.admin_import.Detail` as JSON."""


class AddressState(StrEnum):
    """The state of a picture's address: waiting, fetched, or refused for a reason."""

    WAITING = "waiting"
    FETCHED = "fetched"
    REFUSED = "refused"


class PictureAddress(Base):
    """The address of a picture in an imported file, and what became of it; fetched in the order of `id`."""

    __tablename__ = "picture_address"
    __table_args__ = (UniqueConstraint("product_id", "address"), Index("ix_picture_address_state", "state", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    address: Mapped[str]
    at: Mapped[datetime] = mapped_column(Moment)
    """The moment of the import."""
    who: Mapped[str]
    state: Mapped[AddressState] = mapped_column(choice(AddressState))
    reason: Mapped[str] = mapped_column(server_default="")
    """Why it was refused, as a `ProductProblem` in JSON; empty otherwise."""
    tried_at: Mapped[datetime | None] = mapped_column(Moment)
