"""The tables, by subject."""

from catalog.models.accounts import Account, AdminSession, Invitation, RecoveryCode, Role, SignInAttempt
from catalog.models.base import Base
from catalog.models.product import Allergen, Brand, Component, DosageForm, FormTag, Product, Status, Unit

__all__ = [
    "Account",
    "AdminSession",
    "Allergen",
    "Base",
    "Brand",
    "Component",
    "DosageForm",
    "FormTag",
    "Invitation",
    "Product",
    "RecoveryCode",
    "Role",
    "SignInAttempt",
    "Status",
    "Unit",
]
