"""The one read side: what the shop asks of the catalogue. Every query is bounded, whatever its size."""

from catalog.queries.advice import (
    Budget,
    Excluded,
    Wishes,
    advised_products,
    budget_bands,
    excluded_by_wishes,
)
from catalog.queries.comparison import products_by_slugs, products_like
from catalog.queries.facets import Filters, Found, find
from catalog.queries.forms import OfForm, OnOffer, forms_on_offer, products_of_form
from catalog.queries.kept import Kept, kept_index
from catalog.queries.listing import (
    MOST_PAGES,
    PAGE_SIZE,
    Edition,
    Fetch,
    Listing,
    Sort,
    edition_by_slug,
    editions,
    listed_products,
    listing,
)
from catalog.queries.product import product_by_slug
from catalog.queries.revision import newest_stamp
from catalog.queries.search import Search, Sought, search
from catalog.queries.slugs import count_published, published_slugs
from catalog.queries.typed import LONGEST_QUERY, is_too_long

__all__ = [
    "LONGEST_QUERY",
    "MOST_PAGES",
    "PAGE_SIZE",
    "Budget",
    "Edition",
    "Excluded",
    "Fetch",
    "Filters",
    "Found",
    "Kept",
    "Listing",
    "OfForm",
    "OnOffer",
    "Search",
    "Sort",
    "Sought",
    "Wishes",
    "advised_products",
    "budget_bands",
    "count_published",
    "edition_by_slug",
    "editions",
    "excluded_by_wishes",
    "find",
    "forms_on_offer",
    "is_too_long",
    "kept_index",
    "listed_products",
    "listing",
    "newest_stamp",
    "product_by_slug",
    "products_by_slugs",
    "products_like",
    "products_of_form",
    "published_slugs",
    "search",
]
