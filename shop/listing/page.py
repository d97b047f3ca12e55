"""Page of the listing for pages and the API: its address read, searched and filtered; ways out when empty."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, structs
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from catalog.search.facet_counts import find
from catalog.search.listing import Fetch, Listing, Sort, listed_products, listing
from catalog.search.matching import Search, search
from catalog.search.snapshot import current_snapshot, note_stamp
from recommend.knowledge import Ruleset
from recommend.text import Language
from shop.listing.facet_groups import label
from shop.listing.query import ListingQuery, read_listing_query
from shop.listing.search_words import in_words
from shop.web.errors import NoSuchListingPage


class ListingPage(Struct, frozen=True):
    """A page of the listing with what was asked; `search` is None when no words were."""

    wanted: ListingQuery
    listing: Listing
    search: Search | None

    @property
    def is_of_shop_alone(self) -> bool:
        """Whether all that was asked for are the shop's own words and values: nothing else that is typed is kept."""
        is_understood = not self.wanted.text or (self.search is not None and self.search.is_understood)
        return is_understood and not self.wanted.left_out


def find_page(
    session: Session,
    args: MultiDict[str, str],
    ruleset: Ruleset,
    language: Language,
    fetch: Fetch = listed_products,
) -> ListingPage:
    """Answer the query of a listing, with products or what `fetch` makes of their ids. Raises NoSuchListingPage."""
    note_stamp(session)
    index = current_snapshot(session, words=bool(args.get("q")))
    wanted = read_listing_query(args, ruleset, index)
    sought = search(session, index, wanted.text) if wanted.text else None
    if sought and sought.cheap_first and wanted.sort is Sort.RECOMMENDED:  # the form always sends an order
        wanted = structs.replace(wanted, sort=Sort.PRICE_PER_100MG)
    found = listing(
        session,
        wanted.filters,
        sort=wanted.sort,
        page=wanted.page,
        language=language,
        index=index,
        within=sought.hits if sought else None,
        searched=wanted.text if sought and sought.is_understood else None,
        fetch=fetch,
    )
    if found is None:
        raise NoSuchListingPage
    return ListingPage(wanted, found, sought)


class Loosened(Struct, frozen=True):
    """A way out of an empty listing: the query without one part, and its number of products."""

    without: str
    query: Mapping[str, Any]
    count: int


def loosened(page: ListingPage, ruleset: Ruleset) -> list[Loosened]:
    """For an empty listing: without which filter, or with which fewer words, it would show how many."""
    wanted, index = page.wanted, page.listing.found.index
    hits = page.search.hits if page.search else None
    found = [
        Loosened(
            label(facet, value, ruleset),
            wanted.query_without(facet, value),
            len(find(index, wanted.filters.without(facet, value), hits).products),
        )
        for facet, value in wanted.values
    ]
    if page.search:
        for less in page.search.loosened:
            count = len(find(index, wanted.filters, less.hits).products)
            part = ", ".join(filter(None, (in_words(item, ruleset) for item in less.items))) or less.word
            found.append(Loosened(part.strip("“”"), wanted.query_for(less.rest), count))
        count = len(find(index, wanted.filters).products)
        found.append(Loosened(wanted.text, wanted.query_for(""), count))
    return [one for one in found if one.count]
