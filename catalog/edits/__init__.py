"""The one write path: everything that changes the catalogue goes through here. Callers commit."""

from catalog.edits.products import ProductFields, add_product, derive, set_composition, stated_of

__all__ = ["ProductFields", "add_product", "derive", "set_composition", "stated_of"]
