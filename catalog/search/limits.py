"""Products within the limits of a search, such as a price per day: read in one statement, with the words' postings."""

from collections.abc import Iterable, Sequence
from typing import Any

from pyroaring import BitMap
from sqlalchemy import ColumnElement, Integer, String, bindparam, cast, literal, null, select, union_all
from sqlalchemy.orm import Session

from catalog.models import ListingRow, Product, WordPosting
from catalog.models.product import PUBLISHED
from catalog.models.search_index import UNCOMMITTED, ProductSet
from catalog.search.snapshot import IndexSnapshot
from catalog.search.wishes import Limit, Quantity

MOST_CACHED = 64
MANY_PRODUCTS, FEW_CANDIDATES = 10_000, 2_000
"""In a catalogue of many products, few candidates are asked for by id."""

_LISTED: dict[Quantity, Any] = {
    Quantity.PRICE: ListingRow.price_cents,
    Quantity.PRICE_PER_100MG: ListingRow.tenth_cents_per_100mg,
    Quantity.MG_PER_DAY: ListingRow.magnesium_per_day_ug,
}
_STORED: dict[Quantity, Any] = {
    Quantity.PRICE_PER_DAY: Product.tenth_cents_per_day,
    Quantity.UNITS_PER_PACK: Product.units_per_pack,
    Quantity.UNITS_PER_DAY: Product.units_per_day,
}

_cached: dict[tuple[str, int, Limit], BitMap] = {}
"""Products by epoch and revision of the index, and limit: a limit of half a million products takes 0.3 s to read."""


def postings_and_limits(
    session: Session, index: IndexSnapshot, terms: Iterable[str], limits: Sequence[Limit], candidates: BitMap
) -> tuple[dict[str, BitMap], dict[Limit, BitMap]]:
    """The postings of word terms, and the candidates within each limit, with one statement at most."""
    cacheable = not session.info.get(UNCOMMITTED)
    known = {limit: _cached[key] for limit in limits if (key := (index.epoch, index.revision, limit)) in _cached}
    within = known if cacheable else {}
    asked = [limit for limit in dict.fromkeys(limits) if limit not in within]
    few = len(index.listed) > MANY_PRODUCTS and len(candidates) <= FEW_CANDIDATES
    queries: list[Any] = [_within(at, limit, candidates if few else None) for at, limit in enumerate(asked)]
    names = sorted(set(terms))
    if names:
        queries.insert(0, _postings(names))
    postings: dict[str, BitMap] = {}
    if names and not asked:
        for term, products in session.execute(_POSTINGS, {"terms": names}):
            postings.setdefault(term, BitMap()).update(products)
        return postings, within
    found = {limit: BitMap() for limit in asked}
    if queries:
        statement: Any = union_all(*queries) if len(queries) > 1 else queries[0]
        for term, number, id_, products in session.execute(statement):
            if number is None:
                postings.setdefault(term, BitMap()).update(products)
            else:
                found[asked[number]].add(id_)
    if cacheable and not few:
        _remember(index, found)
    return postings, {**within, **found}


_POSTINGS = select(WordPosting.term, WordPosting.products).where(
    WordPosting.term.in_(bindparam("terms", expanding=True))
)


def _remember(index: IndexSnapshot, found: dict[Limit, BitMap]) -> None:
    if len(_cached) + len(found) > MOST_CACHED:
        _cached.clear()
    _cached.update({(index.epoch, index.revision, limit): products for limit, products in found.items()})


def _postings(terms: Sequence[str]) -> Any:
    number, id_ = cast(null(), Integer).label("number"), cast(null(), Integer).label("id")
    return select(WordPosting.term, number, id_, WordPosting.products).where(WordPosting.term.in_(terms))


def _within(number: int, limit: Limit, candidates: BitMap | None) -> Any:
    is_listed = limit.quantity in _LISTED
    id_: Any = ListingRow.product_id if is_listed else Product.id
    nothing = cast(null(), ProductSet).label("products")
    query = select(cast(null(), String).label("term"), literal(number).label("number"), id_.label("id"), nothing)
    if not is_listed:
        query = query.where(PUBLISHED)
    if candidates is not None:
        ids: Any = bindparam(f"ids{number}", list(candidates), expanding=True, literal_execute=True)
        query = query.where(id_.in_(ids))
    return query.where(*_bounds(limit))


def _bounds(limit: Limit) -> list[ColumnElement[bool]]:
    bounds = []
    for bound, is_least in ((limit.least, True), (limit.most, False)):
        if bound is None:
            continue
        if limit.quantity is Quantity.DAYS_SUPPLY:
            supply, needed = Product.units_per_pack, Product.units_per_day * bound
            bounds.append(supply >= needed if is_least else supply <= needed)
        else:
            column = (_LISTED | _STORED)[limit.quantity]
            bounds.append(column >= bound if is_least else column <= bound)
    return bounds
