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
from catalog.queries.facets import Filters, Found, find
from catalog.queries.kept import Kept, kept_index
from catalog.queries.listing import MOST_PAGES, PAGE_SIZE, Listing, Sort, listing
from catalog.queries.product import product_by_slug
from catalog.queries.revision import catalogue_stamp
from catalog.queries.search import Search, search
from catalog.queries.typed import LONGEST_QUERY

__all__ = [
    "LONGEST_QUERY",
    "MOST_PAGES",
    "PAGE_SIZE",
    "AdvisedProduct",
    "Budget",
    "Excluded",
    "Filters",
    "Found",
    "Kept",
    "Listing",
    "Search",
    "Sort",
    "Wishes",
    "advised_products",
    "budget_bands",
    "catalogue_stamp",
    "excluded_by_wishes",
    "find",
    "kept_index",
    "listing",
    "product_by_slug",
    "search",
]
