"""The writes of the owner's settings, each with a line of history."""

from typing import Any

from sqlalchemy.orm import Session

from catalog.edits.edit import Author
from catalog.edits.store import begin_writing
from catalog.models import Setting, SettingChange
from catalog.queries.settings import OwnerSettings, owner_settings, settings_version


class SettingsChangedError(Exception):
    """Somebody else changed a setting since it was read. Nothing was written."""


def save_settings(session: Session, settings: OwnerSettings, version: int, author: Author) -> tuple[str, ...]:
    """Save the settings that were read at `version`; returns the names of those that differ.

    Counts as a write of the catalogue, so that every worker and every cached page sees it at the next request. Raises
    SettingsChangedError.
    """
    begin_writing(session)
    if settings_version(session) != version:
        raise SettingsChangedError
    before = owner_settings(session)
    changed = tuple(name for name in settings.__struct_fields__ if _text(before, name) != _text(settings, name))
    for name in changed:
        was, now = _text(before, name), _text(settings, name)
        session.merge(Setting(name=name, value=now))
        session.add(SettingChange(at=author.at, who=author.who, name=name, before=was, after=now))
    session.flush()
    return changed


def _text(settings: OwnerSettings, name: str) -> str:
    value: Any = getattr(settings, name)
    return str(value)
