"""Settings that the owner entered in the admin, and their history."""

from collections.abc import Mapping, Sequence

import msgspec
from msgspec import Struct
from sqlalchemy import func, join, literal, outerjoin, select, true, union_all
from sqlalchemy.orm import Session

from catalog.models import CatalogueState, IndexState, PageText, Setting, SettingChange
from catalog.prices import VAT_PERCENT
from catalog.search.snapshot import CatalogueStamp

CHANGES_SHOWN = 50
PageTexts = Mapping[tuple[str, str], tuple[str, str]]
"""Texts that somebody edited: page and text of the files -> Dutch and English."""


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


def stamped_settings(session: Session) -> tuple[CatalogueStamp, OwnerSettings, PageTexts]:
    """Settings and edited texts as stored, and the stamp of the catalogue that they belong to, read at one moment."""
    in_force = select(func.max(PageText.id)).group_by(PageText.page, PageText.source)
    texts = select(PageText.page, PageText.source, PageText.nl, PageText.en).where(PageText.id.in_(in_force))
    settings = select(literal("").label("page"), Setting.name.label("source"), Setting.value, literal(""))
    entered = union_all(settings, texts).subquery()
    stamp = join(CatalogueState, IndexState, true())  # one row each
    columns = (CatalogueState.revision, IndexState.epoch, *entered.c)
    rows = session.execute(select(*columns).select_from(outerjoin(stamp, entered, true()))).all()
    values: dict[str, str] = {}
    edited: dict[tuple[str, str], tuple[str, str]] = {}
    for _revision, _epoch, page, source, first, second in rows:
        if page:
            edited[page, source] = first, second
        elif source is not None:
            values[source] = first
    return (rows[0].revision, rows[0].epoch), msgspec.convert(values, OwnerSettings, strict=False), edited


def owner_settings(session: Session) -> OwnerSettings:
    """The settings as stored."""
    return stamped_settings(session)[1]


def settings_version(session: Session) -> int:
    """The number of changes so far; saving an older version raises a conflict."""
    return session.scalar(select(func.count()).select_from(SettingChange)) or 0


def setting_changes(session: Session) -> Sequence[SettingChange]:
    """The last changes, newest first."""
    return session.scalars(select(SettingChange).order_by(SettingChange.id.desc()).limit(CHANGES_SHOWN)).all()
