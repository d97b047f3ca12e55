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
from catalog.queries.facets import Filters, Found, Holders, find, holders
from catalog.queries.listing import MOST_PAGES, PAGE_SIZE, Listing, Sort, listing
from catalog.queries.product import product_by_slug
from catalog.queries.revision import catalogue_stamp

__all__ = [
    "MOST_PAGES",
    "PAGE_SIZE",
    "AdvisedProduct",
    "Budget",
    "Excluded",
    "Filters",
    "Found",
    "Holders",
    "Listing",
    "Sort",
    "Wishes",
    "advised_products",
    "budget_bands",
    "catalogue_stamp",
    "excluded_by_wishes",
    "find",
    "holders",
    "listing",
    "product_by_slug",
]
