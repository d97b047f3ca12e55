"""Versions of the texts of pages; those in force are read with the settings, in the same statement."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalog.models import PageText


def text_versions(session: Session, page: str) -> Sequence[PageText]:
    """All versions of a page's texts, newest first."""
    return session.scalars(select(PageText).where(PageText.page == page).order_by(PageText.id.desc())).all()


def last_text_changes(session: Session) -> dict[str, PageText]:
    """The newest version of each page that has any."""
    newest = select(func.max(PageText.id)).group_by(PageText.page)
    return {each.page: each for each in session.scalars(select(PageText).where(PageText.id.in_(newest)))}
