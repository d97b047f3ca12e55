"""Tables of the settings that the owner enters: seller, VAT, public address, texts for new products."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from catalog.models.base import Base, Moment


class Setting(Base):
    """A setting that the owner filled in, as text; without a row it has its default."""

    __tablename__ = "setting"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


class SettingChange(Base):
    """A change of a setting: from what to what, who and when. Their number is the version of the settings."""

    __tablename__ = "setting_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)
    who: Mapped[str]
    name: Mapped[str]
    before: Mapped[str]
    after: Mapped[str]
