"""The one read side: what the shop asks of the catalogue. Every query is bounded, whatever its size."""

from catalog.queries.advice import (
    AdvisedProduct,
    Budget,
    Excluded,
    Wishes,
    advised_products,
    budget_bands,
    excluded_by_wishes,
)
from catalog.queries.listing import PAGE_SIZE, Listing, Sort, listing, products_per_form
from catalog.queries.product import product_by_slug
from catalog.queries.revision import catalogue_revision

__all__ = [
    "PAGE_SIZE",
    "AdvisedProduct",
    "Budget",
    "Excluded",
    "Listing",
    "Sort",
    "Wishes",
    "advised_products",
    "budget_bands",
    "catalogue_revision",
    "excluded_by_wishes",
    "listing",
    "product_by_slug",
    "products_per_form",
]
