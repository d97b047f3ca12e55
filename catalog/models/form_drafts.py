"""Table of what people typed on a product's form and did not save yet."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from catalog.models.base import Base, Moment


class FormDraft(Base):
    """The unsaved form of a person and a product, stored while they type; deleted after some days."""

    __tablename__ = "form_draft"

    who: Mapped[str] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """0 for the form of a new product."""
    at: Mapped[datetime] = mapped_column(Moment, index=True)
    fields: Mapped[str]
    """The typed fields as a JSON list of pairs, the version that they started from among them."""
