"""What people type into the search that is a filter or an order: "onder 250 mg", "goedkoop"."""

import re

from msgspec import Struct

from catalog.facets import MG_BANDS

_AT_MOST = re.compile(
    r"\b(?:onder|tot|max(?:imaal)?|hoogstens|minder dan|under|below|up to|at most|less than)"
    r"(?: de)? ([1-9][0-9]{1,3}) ?mg\b",
    re.ASCII | re.IGNORECASE,
)
_CHEAP = re.compile(r"\b(?:goedkoop|goedkope|goedkoopste|voordelig|voordelige|cheap|cheaper|cheapest)\b", re.IGNORECASE)


class Phrased(Struct, frozen=True):
    """A search with its wishes taken out: the rest, the ranges of milligrams a day, whether cheap comes first."""

    rest: str
    mg_per_day: tuple[str, ...] = ()
    cheap: bool = False


def read_phrases(text: str) -> Phrased:
    """Take the wishes out of a search; an amount below the smallest range stays in it.

    An amount between two bounds keeps to the lower one, so that nothing above it is shown.
    """
    bands: tuple[str, ...] = ()
    if asked := _AT_MOST.search(text):
        bands = tuple(band.name for band in MG_BANDS if band.to is not None and band.to <= int(asked[1]))
    rest = _AT_MOST.sub(" ", text, count=1) if bands else text
    cheap = bool(_CHEAP.search(rest))
    return Phrased(" ".join(_CHEAP.sub(" ", rest).split()), bands, cheap)
