"""Settings that the owner entered in the admin, and their history."""

from collections.abc import Sequence

import msgspec
from msgspec import Struct
from sqlalchemy import func, join, outerjoin, select, true
from sqlalchemy.orm import Session

from catalog.models import CatalogueState, IndexState, Setting, SettingChange
from catalog.prices import VAT_PERCENT
from catalog.search.snapshot import CatalogueStamp

CHANGES_SHOWN = 50


class OwnerSettings(Struct, frozen=True):
    """The owner's settings; an empty text is one that nobody filled in."""

    seller_name: str = ""
    seller_address: str = ""
    seller_email: str = ""
    seller_phone: str = ""
    seller_kvk: str = ""
    seller_vat: str = ""
    public_url: str = ""
    vat_percent: int = VAT_PERCENT
    directions_nl: str = ""
    directions_en: str = ""
    storage_nl: str = ""
    storage_en: str = ""
    return_address: str = ""
    seller_iban: str = ""
    delivery_days: int = 3
    """The most working days from a confirmed order to its arrival."""
    vat_percent_be: int | None = None
    """The Belgian VAT rate, once the shop declares it (OSS); None: the Dutch rate, below the threshold."""
    terms_nl: str = ""
    terms_en: str = ""

    @property
    def default_texts(self) -> dict[str, str]:
        """The texts that a new product gets where it has none, by field."""
        return {name: text for name in DEFAULT_TEXTS if (text := getattr(self, name))}


DEFAULT_TEXTS = ("directions_nl", "directions_en", "storage_nl", "storage_en")
"""The texts that are the same on nearly every label of a shop."""


def stamped_settings(session: Session) -> tuple[CatalogueStamp, OwnerSettings]:
    """The settings as stored, and the stamp of the catalogue that they belong to, read at one moment."""
    columns = (CatalogueState.revision, IndexState.epoch, Setting.name, Setting.value)
    stamp = join(CatalogueState, IndexState, true())  # one row each
    rows = session.execute(select(*columns).select_from(outerjoin(stamp, Setting, true()))).all()
    entered = {row.name: row.value for row in rows if row.name is not None}
    return (rows[0].revision, rows[0].epoch), msgspec.convert(entered, OwnerSettings, strict=False)


def owner_settings(session: Session) -> OwnerSettings:
    """The settings as stored."""
    return stamped_settings(session)[1]


def settings_version(session: Session) -> int:
    """The number of changes so far; saving an older version raises a conflict."""
    return session.scalar(select(func.count()).select_from(SettingChange)) or 0


def setting_changes(session: Session) -> Sequence[SettingChange]:
    """The last changes, newest first."""
    return session.scalars(select(SettingChange).order_by(SettingChange.id.desc()).limit(CHANGES_SHOWN)).all()
