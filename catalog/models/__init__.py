"""The tables, by subject."""

from catalog.models.accounts import Account, AdminSession, Invitation, RecoveryCode, Role, SignInAttempt
from catalog.models.base import Base, table_of
from catalog.models.history import AcceptedWarning, Batch, CatalogueState, Change, How, PricePoint, SlugRedirect
from catalog.models.product import Allergen, Brand, Component, DosageForm, FormTag, Product, Status, Unit

__all__ = [
    "AcceptedWarning",
    "Account",
    "AdminSession",
    "Allergen",
    "Base",
    "Batch",
    "Brand",
    "CatalogueState",
    "Change",
    "Component",
    "DosageForm",
    "FormTag",
    "How",
    "Invitation",
    "PricePoint",
    "Product",
    "RecoveryCode",
    "Role",
    "SignInAttempt",
    "SlugRedirect",
    "Status",
    "Unit",
    "table_of",
]
