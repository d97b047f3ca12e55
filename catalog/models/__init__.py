"""The tables, by subject."""

from catalog.models.accounts import Account, AdminSession, Invitation, RecoveryCode, Role, SignInAttempt
from catalog.models.base import Base, table_of
from catalog.models.exchange import SupplierMapping, Upload, UploadRow
from catalog.models.history import AcceptedWarning, Batch, CatalogueState, Change, How, PricePoint, SlugRedirect
from catalog.models.product import (
    Allergen,
    AmountUnit,
    Brand,
    Component,
    DosageForm,
    FormTag,
    OtherActive,
    PictureFile,
    Product,
    Status,
    Unit,
)
from catalog.models.search_index import (
    AdviceRow,
    Beside,
    FacetPosting,
    IndexState,
    ListingRow,
    ListingRowByForm,
    Word,
    WordPosting,
)

__all__ = [
    "AcceptedWarning",
    "Account",
    "AdminSession",
    "AdviceRow",
    "Allergen",
    "AmountUnit",
    "Base",
    "Batch",
    "Beside",
    "Brand",
    "CatalogueState",
    "Change",
    "Component",
    "DosageForm",
    "FacetPosting",
    "FormTag",
    "How",
    "IndexState",
    "Invitation",
    "ListingRow",
    "ListingRowByForm",
    "OtherActive",
    "PictureFile",
    "PricePoint",
    "Product",
    "RecoveryCode",
    "Role",
    "SignInAttempt",
    "SlugRedirect",
    "Status",
    "SupplierMapping",
    "Unit",
    "Upload",
    "UploadRow",
    "Word",
    "WordPosting",
    "table_of",
]
