"""The tables, by subject."""

from catalog.models.base import Base
from catalog.models.product import Allergen, Brand, Component, DosageForm, FormTag, Product, Status, Unit
from catalog.models.search import FacetPosting, FormShelf, IndexState, Shelf, Word, WordPosting

__all__ = [
    "Allergen",
    "Base",
    "Brand",
    "Component",
    "DosageForm",
    "FacetPosting",
    "FormShelf",
    "FormTag",
    "IndexState",
    "Product",
    "Shelf",
    "Status",
    "Unit",
    "Word",
    "WordPosting",
]
