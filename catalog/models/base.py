"""Base class of the tables: names of constraints, and custom column types."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, overload

import msgspec
from sqlalchemy import DateTime, Dialect, Enum, Integer, MetaData, String, Table, TypeDecorator
from sqlalchemy.orm import DeclarativeBase

from recommend.text import Text


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def choice(kind: type[StrEnum]) -> Enum:
    """A text column that reads back as the enumeration, identical on every database."""
    return Enum(kind, native_enum=False, length=16, values_callable=lambda members: [m.value for m in members])


class WordList(TypeDecorator[tuple[str, ...]]):
    """A short tuple of identifiers in one column, separated by spaces. The signatures are SQLAlchemy's."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Dialect) -> str:
        return " ".join(value or ())

    def process_result_value(self, value: Any | None, dialect: Dialect) -> tuple[str, ...]:
        return tuple(str(value or "").split())


class NameList(TypeDecorator[tuple[str, ...]]):
    """A tuple of names in one column, as JSON; empty without any. The signatures are SQLAlchemy's."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Dialect) -> str:
        return msgspec.json.encode(value).decode() if value else ""

    def process_result_value(self, value: Any | None, dialect: Dialect) -> tuple[str, ...]:
        return msgspec.json.decode(value, type=tuple[str, ...]) if value else ()


class Moment(TypeDecorator[datetime]):
    """A moment in UTC, timezone-aware in Python on every database (SQLite stores no time zones)."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


class Hundredths(TypeDecorator[float]):
    """A number with at most two decimals, stored as a whole number of hundredths; a whole one is read as an int.

    The signatures are SQLAlchemy's.
    """

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: float | None, dialect: Dialect) -> int | None:
        return None if value is None else round(value * 100)

    def process_result_value(self, value: int | None, dialect: Dialect) -> float | None:
        if value is None:
            return None
        return value / 100 if value % 100 else value // 100


def table_of(model: type[DeclarativeBase]) -> Table:
    """The table of a model, for statements that write many rows at once."""
    assert isinstance(model.__table__, Table)  # noqa: S101 - for the type checker: it might be a join
    return model.__table__


class Bilingual:
    """The columns `x_nl` and `x_en` read and written as one `Text`, so that neither language is forgotten."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, instance: None, owner: type) -> "Bilingual": ...

    @overload
    def __get__(self, instance: object, owner: type) -> Text: ...

    def __get__(self, instance: object | None, owner: type) -> "Text | Bilingual":
        if instance is None:
            return self
        return Text(getattr(instance, f"{self.name}_nl"), getattr(instance, f"{self.name}_en"))

    def __set__(self, instance: object, value: Text) -> None:
        setattr(instance, f"{self.name}_nl", value.nl)
        setattr(instance, f"{self.name}_en", value.en)
