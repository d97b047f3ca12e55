"""The writes of the texts of pages: a new version each, and none is changed or deleted."""

from collections.abc import Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalog.edits.edit import Author
from catalog.edits.store import begin_writing
from catalog.models import PageText


class TextsChangedError(Exception):
    """Somebody else changed a text of the page since it was read. Nothing was written."""


def save_page_texts(
    session: Session, page: str, texts: Mapping[str, tuple[str, str]], version: int, author: Author
) -> None:
    """Save new versions of texts, Dutch and English, by the text of the files that they stand for.

    `version` is the number of the page's last version when it was read. Counts as a write of the catalogue, so that
    every worker and every cached page sees it at the next request. Raises TextsChangedError.
    """
    begin_writing(session)
    if (session.scalar(select(func.max(PageText.id)).where(PageText.page == page)) or 0) != version:
        raise TextsChangedError
    for source, (nl, en) in texts.items():
        session.add(PageText(at=author.at, who=author.who, page=page, source=source, nl=nl, en=en))
        session.flush()
