"""The query of a listing's address: filters, order, page number, and parts that cannot be followed.

The products on a page and their orders are in `catalog.search.listing`.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Literal

from msgspec import Struct, field, structs
from werkzeug.datastructures import MultiDict

from catalog.models import Allergen, DosageForm
from catalog.search.facet_counts import Filters
from catalog.search.facets import ALONE, BLEND, MG_BANDS, PRICE_BANDS, YES, Facet
from catalog.search.listing import Sort
from catalog.search.matching import ResolvedWord
from catalog.search.query_words import LONGEST_QUERY, is_too_long
from catalog.search.snapshot import IndexSnapshot
from recommend.knowledge import Ruleset
from recommend.substances import load_substances
from shop.web.errors import NoSuchListingPage
from shop.web.i18n import gettext as _

_PAGE_NUMBER = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_RANGE = re.compile(r"([0-9]{1,9})-([0-9]{1,9})", re.ASCII)
LONGEST_SHOWN = 40
RANGES = (Facet.MG_PER_DAY, Facet.PRICE_PER_100MG)


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

    def query(self, **changes: object) -> dict[str, Any]:
        """Arguments for the address of this listing with changes, defaults left out."""
        chosen = {facet.value: self.filters.chosen[facet] for facet in Facet if facet in self.filters.chosen}
        asked = {"q": self.text} | chosen | {"sort": self.sort.value, "page": self.page} | changes
        left_out: dict[str, object] = {"sort": Sort.RECOMMENDED.value, "page": 1}
        return {key: value for key, value in asked.items() if value and value != left_out.get(key)}

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


def read_listing_query(args: MultiDict[str, str], ruleset: Ruleset, index: IndexSnapshot) -> ListingQuery:
    """Read the query of a listing. Raises NoSuchListingPage for a page that is no number from 1 up."""
    phrased = read_phrases(showable(" ".join(args.get("q", "").split())))
    left_out: list[LeftOut] = []
    chosen: dict[Facet, tuple[str, ...]] = {}
    for facet, is_known in _known(ruleset, index).items():
        given = (value for text in args.getlist(facet.value) for value in values_in(facet, showable(text)))
        asked = [value for value in dict.fromkeys(given) if value]
        if known := tuple(value for value in asked if is_known(value)):
            chosen[facet] = known
        left_out += [_left_out(facet, value) for value in asked if not is_known(value)]
    if phrased.mg_per_day:
        chosen[Facet.MG_PER_DAY] = phrased.mg_per_day
    sort = showable(args.get("sort", "")) or Sort.RECOMMENDED.value
    if phrased.cheap and sort == Sort.RECOMMENDED:
        sort = Sort.PRICE_PER_100MG.value  # the form of the listing always sends an order
    if sort not in list(Sort):
        left_out.append(LeftOut(sort))
        sort = Sort.RECOMMENDED.value
    page = args.get("page", "1")
    if not _PAGE_NUMBER.fullmatch(page):
        raise NoSuchListingPage
    text = phrased.rest
    if text and is_too_long(text):
        left_out.append(LeftOut(text, "too_long"))
        text = text[:LONGEST_QUERY]
    return ListingQuery(Filters(chosen), text, Sort(sort), int(page), tuple(left_out))


def values_in(facet: Facet, text: str) -> list[str]:
    """Values that one box of a facet sends: the names of one form are sent together, with a comma between them."""
    return text.split(",") if facet is Facet.FORM else [text]


def showable(value: str) -> str:
    """A value that can be shown again: no page may contain a control character."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", value)


def _known(ruleset: Ruleset, index: IndexSnapshot) -> Mapping[Facet, Callable[[str], bool]]:
    bands = {facet: {band.name for band in bands} for facet, bands in zip(RANGES, (MG_BANDS, PRICE_BANDS), strict=True)}
    return {
        Facet.FORM: ruleset.forms.__contains__,
        Facet.DOSAGE_FORM: set(DosageForm).__contains__,
        **{facet: names.__contains__ for facet, names in bands.items()},
        Facet.VEGAN: YES.__eq__,
        Facet.WITHOUT: set(Allergen).__contains__,
        Facet.OTHER_ACTIVES: (ALONE, BLEND).__contains__,
        Facet.WITHOUT_ACTIVE: load_substances().by_id.__contains__,
        Facet.BRAND: lambda name: index.holds(Facet.BRAND, name),
        Facet.IN_STOCK: YES.__eq__,
    }


def _left_out(facet: Facet, value: str) -> LeftOut:
    bounds = _RANGE.fullmatch(value) if facet in RANGES else None
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


def as_read(sought: ResolvedWord) -> str:
    """The notice about a misspelt word."""
    return str(
        _(
            "Nothing is called “%(typed)s”; these are the results for “%(read)s”.",
            typed=sought.parsed.word,
            read=sought.read_as,
        )
    )


_AT_MOST = re.compile(
    r"\b(?:onder|tot|max(?:imaal)?|hoogstens|minder dan|under|below|up to|at most|less than)"
    r"(?: de)? ([1-9][0-9]{1,3}) ?mg\b",
    re.ASCII | re.IGNORECASE,
)
_BETWEEN = re.compile(
    r"\b(?:(?:tussen|between) ([1-9][0-9]{1,3})(?: ?mg)? (?:en|and)"
    r"|(?:van |from )?([1-9][0-9]{1,3})(?: ?mg)? ?(?:tot en met|tot|t/m|up to|to|-|\u2013)) ?([1-9][0-9]{1,3}) ?mg\b",
    re.ASCII | re.IGNORECASE,
)
_CHEAP = re.compile(
    r"\b(?:goedkoop|goedkope|goedkoper|goedkopere|goedkoopste|voordelig|voordelige|voordeliger|voordeligere|voordeligste|cheap|cheaper|cheapest)\b",
    re.IGNORECASE,
)


class Phrased(Struct, frozen=True):
    """A search with its wishes taken out: the rest, the ranges of milligrams a day, whether cheap comes first."""

    rest: str
    mg_per_day: tuple[str, ...] = ()
    cheap: bool = False


def read_phrases(text: str) -> Phrased:
    """The wishes in a search, and its other words; amounts that no whole range lies within stay words."""
    bands: tuple[str, ...] = ()
    if asked := _BETWEEN.search(text):
        bands = _bands_within(int(asked[1] or asked[2]), int(asked[3]))
    elif asked := _AT_MOST.search(text):
        bands = _bands_within(0, int(asked[1]))
    rest = f"{text[: asked.start()]} {text[asked.end() :]}" if asked and bands else text
    cheap = bool(_CHEAP.search(rest))
    return Phrased(" ".join(_CHEAP.sub(" ", rest).split()), bands, cheap)


def _bands_within(least: int, most: int) -> tuple[str, ...]:
    """Names of the ranges of mg a day that lie within two amounts, so that nothing outside them is shown."""
    return tuple(
        band.name for band in MG_BANDS if band.to is not None and (band.over or 0) >= least and band.to <= most
    )
