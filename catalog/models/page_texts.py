"""Table of the texts of pages that somebody edited in the admin."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from catalog.models.base import Base, Moment


class PageText(Base):
    """A version of one text of a page in both languages; the last one is in force, and none is ever changed."""

    __tablename__ = "page_text"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)
    who: Mapped[str]
    page: Mapped[str]
    source: Mapped[str]
    """The English text in the shop's files, which names the place; empty: paragraphs of the owner's own."""
    nl: Mapped[str]
    en: Mapped[str]
