"""The tables, by subject."""

from catalog.models.base import Base
from catalog.models.product import Allergen, Brand, Component, DosageForm, FormTag, Product, Status, Unit

__all__ = ["Allergen", "Base", "Brand", "Component", "DosageForm", "FormTag", "Product", "Status", "Unit"]
