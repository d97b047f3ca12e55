"""Roles of which a second factor is required: a setting of the owners."""

from collections.abc import Collection

from sqlalchemy import ScalarSelect, select
from sqlalchemy.orm import Session

from catalog.models import Role, Setting

NAME = "second_factor_roles"


def roles_with_factor(session: Session) -> frozenset[Role]:
    """The roles of which a second factor is required."""
    return read_roles(session.scalar(select(Setting.value).where(Setting.name == NAME)))


def require_factor(session: Session, roles: Collection[Role]) -> bool:
    """Require a second factor of these roles and no others; whether that is a change."""
    if roles_with_factor(session) == frozenset(roles):
        return False
    session.merge(Setting(name=NAME, value=" ".join(sorted(roles))))
    session.flush()
    return True


def value_of_setting() -> ScalarSelect[str]:
    """The stored setting, as a column of another query."""
    return select(Setting.value).where(Setting.name == NAME).scalar_subquery()


def read_roles(value: str | None) -> frozenset[Role]:
    """The roles of a stored setting."""
    return frozenset(role for role in Role if role in (value or "").split())
