"""The query of a listing's address: filters, order, page number, and parts that cannot be followed.

The products on a page and their orders are in `catalog.search.listing`.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal
from urllib.parse import urlencode

from msgspec import Struct, field, structs
from werkzeug.datastructures import MultiDict

from catalog.models import Allergen, DosageForm
from catalog.search.facet_counts import Filters
from catalog.search.facets import (
    ALONE,
    BLEND,
    DAY_PRICE_BANDS,
    MG_BANDS,
    MIXED,
    PRICE_BANDS,
    PURE,
    SUPPLY_BANDS,
    YES,
    Band,
    Facet,
)
from catalog.search.listing import Listing, Sort
from catalog.search.snapshot import IndexSnapshot
from catalog.search.wishes import LONGEST_QUERY, is_too_long
from recommend.knowledge import Ruleset
from recommend.substances import load_substances
from shop.web.errors import NoSuchListingPage
from shop.web.i18n import address_of
from shop.web.i18n import gettext as _

_PAGE_NUMBER = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_RANGE = re.compile(r"([0-9]{1,9})-([0-9]{1,9})", re.ASCII)
_SLUG = re.compile(r"[a-z0-9-]{1,120}")
_SAFE = "!$'()*,/:;?@"
"""Characters that an address may have in its query as they are."""
LONGEST_SHOWN = 40
PAGES_AROUND = 3
"""Numbered pages on either side of the present one."""
BANDS: Mapping[Facet, tuple[Band, ...]] = {
    Facet.MG_PER_DAY: MG_BANDS,
    Facet.PRICE_PER_100MG: PRICE_BANDS,
    Facet.PRICE_PER_DAY: DAY_PRICE_BANDS,
    Facet.DAYS_SUPPLY: SUPPLY_BANDS,
}
"""The facets whose values are ranges."""
_SORTS, _DOSAGE_FORMS, _ALLERGENS = frozenset(Sort), frozenset(DosageForm), frozenset(Allergen)
_IS_BAND = {facet: frozenset(band.name for band in bands).__contains__ for facet, bands in BANDS.items()}
MOST_TICKED = 8
"""Most ticks for a comparison that the address of a listing has."""


class LeftOut(Struct, frozen=True):
    """A part of the query that was ignored: an unknown value, an empty range, a search beyond its length."""

    value: str
    why: Literal["unknown", "contradictory", "too_long"] = "unknown"


class ListingQuery(Struct, frozen=True):
    """The query in the address of a listing."""

    filters: Filters = field(default_factory=Filters)
    text: str = ""
    """The words to search for."""
    sort: Sort = Sort.RECOMMENDED
    page: int = 1
    left_out: tuple[LeftOut, ...] = ()
    ticked: tuple[str, ...] = ()
    """Slugs of the products ticked for a comparison, on whatever page."""

    def query(self, **changes: object) -> dict[str, Any]:
        """Arguments for the address of this listing with changes, defaults left out."""
        chosen = {facet.value: self.filters.chosen[facet] for facet in Facet if facet in self.filters.chosen}
        asked = {"q": self.text} | chosen | {"sort": self.sort.value, "page": self.page, "p": self.ticked} | changes
        left_out: dict[str, object] = {"sort": Sort.RECOMMENDED.value, "page": 1}
        return {key: value for key, value in asked.items() if value and value != left_out.get(key)}

    def addresses_without(self, taken: Iterable[tuple[Facet, str]]) -> list[str]:
        """The addresses of the first page without each of these values, as `query_without` has them."""
        kept = self.query(page=1)
        written = {
            key: [(value, urlencode({key: value}, safe=_SAFE)) for value in ((of,) if isinstance(of, str) else of)]
            for key, of in kept.items()
        }
        return [
            _listing_at(
                text
                for key, of in written.items()
                for value, text in of
                if key != facet or value not in values_in(facet, without)
            )
            for facet, without in taken
        ]

    def query_without(self, facet: Facet, value: str) -> dict[str, Any]:
        """Arguments for the first page of this listing without one value, or without the names of one form."""
        filters = self.filters
        for one in values_in(facet, value):
            filters = filters.without(facet, one)
        return structs.replace(self, filters=filters, page=1).query()

    def query_for(self, text: str) -> dict[str, Any]:
        """Arguments for the first page of the same listing with another search."""
        return structs.replace(self, text=text, page=1).query()

    @property
    def values(self) -> list[tuple[Facet, str]]:
        """The chosen facet values, in the order of the facets."""
        return [(facet, value) for facet in Facet for value in self.filters.chosen.get(facet, ())]


def listing_address(query: Mapping[str, Any]) -> str:
    """The address of a listing, as `url_for` writes it, which takes ten times as long: a page has many of them."""
    return _listing_at([urlencode(query, doseq=True, safe=_SAFE)] if query else [])


def _listing_at(parts: Iterable[str]) -> str:
    address, query = address_of("listing.products"), "&".join(parts)
    return f"{address}?{query}" if query else address


class PageLink(Struct, frozen=True):
    """A link to another page of a listing, or the number of the page itself."""

    number: int
    label: str
    rel: str = ""


def page_links_of(found: Listing) -> list[PageLink]:
    """The page before, up to seven numbered pages around the present one, and the page after."""
    page, last = found.page, found.pages
    links = [
        PageLink(number, str(number))
        for number in range(max(1, page - PAGES_AROUND), min(last, page + PAGES_AROUND) + 1)
    ]
    if page > 1:
        links.insert(0, PageLink(page - 1, _("Previous"), "prev"))
    if page < last:
        links.append(PageLink(page + 1, _("Next"), "next"))
    return links


def read_listing_query(args: MultiDict[str, str], ruleset: Ruleset, index: IndexSnapshot) -> ListingQuery:
    """Read the query of a listing. Raises NoSuchListingPage for a page that is no number from 1 up."""
    left_out: list[LeftOut] = []
    chosen: dict[Facet, tuple[str, ...]] = {}
    for facet, is_known in _known(ruleset, index).items():
        if facet not in args:
            continue
        given = (value for text in args.getlist(facet.value) for value in values_in(facet, showable(text)))
        asked = [value for value in dict.fromkeys(given) if value]
        if known := tuple(value for value in asked if is_known(value)):
            chosen[facet] = known
        left_out += [_left_out(facet, value) for value in asked if not is_known(value)]
    sort = (showable(args["sort"]) if "sort" in args else "") or Sort.RECOMMENDED.value
    if sort not in _SORTS:
        left_out.append(LeftOut(sort))
        sort = Sort.RECOMMENDED.value
    page = args["page"] if "page" in args else "1"  # noqa: SIM401 - `get` of a MultiDict raises and catches
    if not _PAGE_NUMBER.fullmatch(page):
        raise NoSuchListingPage
    text = showable(" ".join(args["q"].split())) if "q" in args else ""
    if text and is_too_long(text):
        left_out.append(LeftOut(text, "too_long"))
        text = text[:LONGEST_QUERY]
    return ListingQuery(Filters(chosen), text, Sort(sort), int(page), tuple(left_out), ticked_in(args))


def ticked_in(args: MultiDict[str, str]) -> tuple[str, ...]:
    """The slugs of an address that may be those of products, each once."""
    return tuple(slug for slug in dict.fromkeys(args.getlist("p")) if _SLUG.fullmatch(slug))[:MOST_TICKED]


def values_in(facet: Facet, text: str) -> list[str]:
    """Values that one box of a facet sends: the names of one form, and bands, are sent together with commas between."""
    return text.split(",") if facet is Facet.FORM or facet in BANDS else [text]


def showable(value: str) -> str:
    """A value that can be shown again: no page may contain a control character."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", value)


def _known(ruleset: Ruleset, index: IndexSnapshot) -> Mapping[Facet, Callable[[str], bool]]:
    return {
        Facet.FORM: ruleset.forms.__contains__,
        Facet.DOSAGE_FORM: _DOSAGE_FORMS.__contains__,
        **_IS_BAND,
        Facet.COMPOSITION: (PURE, MIXED).__contains__,
        Facet.UNSWEETENED: YES.__eq__,
        Facet.VEGAN: YES.__eq__,
        Facet.WITHOUT: _ALLERGENS.__contains__,
        Facet.OTHER_ACTIVES: (ALONE, BLEND).__contains__,
        Facet.WITHOUT_ACTIVE: load_substances().by_id.__contains__,
        Facet.BRAND: lambda name: index.holds(Facet.BRAND, name),
        Facet.IN_STOCK: YES.__eq__,
    }


def _left_out(facet: Facet, value: str) -> LeftOut:
    bounds = _RANGE.fullmatch(value) if facet in BANDS else None
    if bounds and int(bounds[1]) >= int(bounds[2]):
        return LeftOut(value, "contradictory")
    return LeftOut(value)


def in_words(left_out: LeftOut) -> str:
    """The notice about an ignored part of the query."""
    value = left_out.value[:LONGEST_SHOWN]
    if left_out.why == "too_long":
        return str(_("We looked at the first ten words and 200 characters of your search only."))
    if left_out.why == "contradictory":
        return str(_("Nothing lies in the range “%(value)s”: it ends before it begins. It was left out.", value=value))
    return str(_("We do not know the filter “%(value)s”, so it was left out.", value=value))
