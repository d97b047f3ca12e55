"""The tables, by subject."""

from catalog.models.base import Base, table_of
from catalog.models.history import AcceptedWarning, Batch, CatalogueState, Change, How, PricePoint, SlugRedirect
from catalog.models.product import Allergen, Brand, Component, DosageForm, FormTag, Product, Status, Unit
from catalog.models.search import FacetPosting, FormShelf, IndexState, Shelf, Word, WordPosting

__all__ = [
    "AcceptedWarning",
    "Allergen",
    "Base",
    "Batch",
    "Brand",
    "CatalogueState",
    "Change",
    "Component",
    "DosageForm",
    "FacetPosting",
    "FormShelf",
    "FormTag",
    "How",
    "IndexState",
    "PricePoint",
    "Product",
    "Shelf",
    "SlugRedirect",
    "Status",
    "Unit",
    "Word",
    "WordPosting",
    "table_of",
]
