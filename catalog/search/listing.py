"""The listing: a page of published products, filtered by the index and fetched by id."""

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import partial
from typing import Any, TypeVar

import msgspec
from msgspec import Struct, structs
from pyroaring import BitMap
from sqlalchemy import ColumnElement, Integer, Select, bindparam, func, select
from sqlalchemy.orm import Session, joinedload

from catalog.models import Brand, IndexState, ListingRow, ListingRowByForm, Product
from catalog.models.product import IN_STOCK, PUBLISHED
from catalog.search.facet_counts import Filters, Found, find
from catalog.search.facets import Facet
from catalog.search.snapshot import (
    IndexSnapshot,
    current_snapshot,
    keep_for_state,
    known_of_state,
    note_stamp,
    once_per_state,
    stamp_in_use,
)
from recommend.text import Language

PAGE_SIZE = 24
"""Products on one page."""
MOST_PAGES = 100
"""The last numbered page; visitors reach later products by narrowing the filters."""
FETCHED = 512
"""Sort rows read at a time."""
MOST_AT_ONCE = 16_384
"""Sort rows that are read as one row."""
MOST_EDITIONS = 4_000
"""Editions kept of one state of the catalogue."""
ROWS_PER_LOOKUP = 3
"""Rows that an index scan reads in the time of one lookup by id (SQLite, 10^6 products: 2 to 4)."""


class Sort(StrEnum):
    """The orders of the listing; ties are always broken by SKU."""

    RECOMMENDED = "recommended"
    PRICE_PER_100MG = "price_per_100mg"
    PRICE_PER_DAY = "price_per_day"
    PRICE = "price"
    MG_PER_DAY = "mg_per_day"
    NAME = "name"


Name = TypeVar("Name", int, str)
Fetch = Callable[[Session, Sequence[int]], Sequence[Any]]
"""A function that loads the page's content for its product ids."""


class Listing(Struct, frozen=True):
    """One page of products; `total` counts all pages, including those after the last numbered one."""

    products: Sequence[Any]
    total: int
    page: int
    pages: int
    found: Found

    @property
    def is_cut(self) -> bool:
        """Whether the numbered pages show fewer products than there are."""
        return self.total > MOST_PAGES * PAGE_SIZE


def listed_products(session: Session, ids: Sequence[int]) -> list[Product]:
    """The products with these ids, in this order, with brand and tags."""
    if not ids:
        return []
    query = select(Product).where(Product.id.in_(ids)).options(joinedload(Product.brand), joinedload(Product.tags))
    found = {product.id: product for product in session.scalars(query).unique()}
    return [found[id_] for id_ in ids]


def listing(
    session: Session,
    filters: Filters | None = None,
    *,
    sort: Sort = Sort.RECOMMENDED,
    page: int = 1,
    language: Language,
    index: IndexSnapshot | None = None,
    within: BitMap | None = None,
    searched: str | None = None,
    fetch: Fetch = listed_products,
) -> Listing | None:
    """A page of the published products that pass the filters; None when there is no such page.

    `index` avoids reading the snapshot again, `within` narrows to the hits of a search; `searched` is its text where
    all words are the catalogue's own, else None, so that nothing else that is typed is kept. `fetch` loads something
    else than products for the ids. An empty result has one page, without products.
    """
    filters = filters or Filters()
    found = find(index or current_snapshot(session), filters, within)
    total = len(found.products)
    pages = max(1, min(MOST_PAGES, -(-total // PAGE_SIZE)))
    if not 1 <= page <= pages:
        return None
    everything = not filters.chosen and within is None
    only_form = _only_form(filters) if within is None else None
    wanted = _PageRequest(sort, language, (page - 1) * PAGE_SIZE)
    if searched is not None and not filters.chosen:
        key = "page of search", searched, *structs.astuple(wanted)
        ids = once_per_state(session, key, lambda session: _page_of_ids(session, found, None, False, wanted))
    else:
        ids = _page_of_ids(session, found, only_form, everything, wanted)
    return Listing(products=fetch(session, ids), total=total, page=page, pages=pages, found=found)


class _PageRequest(Struct, frozen=True):
    """The sort order, the language of names, and the first position of a page."""

    sort: Sort
    language: Language
    offset: int


def _only_form(filters: Filters) -> str | None:
    """The form, when the filters are exactly one form."""
    forms = filters.chosen.get(Facet.FORM, ())
    return forms[0] if len(filters.chosen) == 1 and len(forms) == 1 else None


def _page_of_ids(
    session: Session, found: Found, only_form: str | None, everything: bool, page: _PageRequest
) -> list[int]:
    """Product ids of a page, from the sort index alone, by lookups or by a scan, whichever is estimated cheapest."""
    total, until = len(found.products), page.offset + PAGE_SIZE
    if not total:
        return []
    rows_to_read = until * len(found.index.listed) // total
    if page.sort in _PAGES_OF_FORM and only_form is not None:  # by a form, an order of all may begin with others
        return once_per_state(
            session, ("page of form", page.sort, only_form, page.offset), partial(_page_of_form_ids, page, only_form)
        )
    if not everything and total * ROWS_PER_LOOKUP < rows_to_read:
        ordered, id_ = _ordered(page.sort, page.language)
        return list(
            session.scalars(ordered.where(_is_one_of(id_, found.products)).limit(PAGE_SIZE).offset(page.offset))
        )
    return _filtered(_portions(session, page, rows_to_read), found.products, page.offset)


def _page_of_form_ids(page: _PageRequest, form: str, session: Session) -> list[int]:
    found = session.connection().execute(_PAGES_OF_FORM[page.sort], {"form": form, "offset": page.offset})
    return list(found.scalars().all())


def _ordered(sort: Sort, language: Language) -> tuple[Any, Any]:
    """All published ids in an order, and their column; the price per day is ordered by the products' own index."""
    if sort is Sort.PRICE_PER_DAY:
        return select(Product.id).where(PUBLISHED).order_by(Product.tenth_cents_per_day, Product.sku), Product.id
    ordered = select(ListingRow.product_id).order_by(*_order(sort, language), ListingRow.sku)
    return ordered, ListingRow.product_id


def _is_one_of(id_: Any, products: BitMap) -> ColumnElement[bool]:
    """`IN` with the ids as literals: there may be far more ids than a statement allows parameters."""
    among: ColumnElement[bool] = id_.in_(bindparam("ids", list(products), expanding=True, literal_execute=True))
    return among


def _portions(session: Session, page: _PageRequest, expected: int) -> Iterator[Sequence[int]]:
    """Ids in sort order: first those that pages of this state of the catalogue need, then the rest."""
    seen, wanted, is_whole = 0, expected * 3 // 2, False
    while seen < MOST_AT_ONCE and not is_whole:
        first, is_whole = _first_ids(session, page, min(wanted, MOST_AT_ONCE))
        for start in range(seen, len(first), FETCHED):
            yield first[start : start + FETCHED]
        seen, wanted = len(first), 2 * len(first)
    if not is_whole:
        rest = _ordered(page.sort, page.language)[0].offset(seen)
        with session.connection().execute(rest, execution_options={"yield_per": FETCHED}) as result:
            yield from result.scalars().partitions()


def _first_ids(session: Session, page: _PageRequest, wanted: int) -> tuple["array[int]", bool]:
    """At least so many ids in sort order, if there are, and whether they are all; kept for each state of the catalogue.

    On SQLite they come as one row: its driver lets go of Python's lock for every row, and each time another thread may
    take it.
    """
    key = "first ids", page.sort, page.language if page.sort is Sort.NAME else None
    ids, is_whole = known_of_state(session, key) or (array("I"), False)
    if len(ids) < wanted and not is_whole:
        most = max(wanted - len(ids), FETCHED)
        portion = _ordered(page.sort, page.language)[0].limit(most).offset(len(ids))
        connection = session.connection()
        if connection.dialect.name == "sqlite":
            as_row = select(func.json_group_array(portion.subquery().c[0]))
            read: Sequence[int] = msgspec.json.decode(connection.scalar(as_row) or "[]")
        else:
            read = connection.execute(portion).scalars().all()
        ids, is_whole = ids + array("I", read), len(read) < most
        keep_for_state(session, key, (ids, is_whole))
    return ids, is_whole


def _filtered(portions: Iterable[Sequence[int]], products: BitMap, offset: int) -> list[int]:
    """The ids of a page, from portions in sort order."""
    page: list[int] = []
    passed = 0
    for portion in portions:
        passing = [id_ for id_ in portion if id_ in products]
        start = max(0, offset - passed)
        page += passing[start : start + PAGE_SIZE - len(page)]
        passed += len(passing)
        if len(page) == PAGE_SIZE or passed == len(products):
            break
    return page


def _order(sort: Sort, language: Language) -> tuple[ColumnElement[Any], ...]:
    name = ListingRow.name_nl if language == "nl" else ListingRow.name_en
    orders: dict[Sort, tuple[Any, ...]] = {
        Sort.RECOMMENDED: (ListingRow.grade, ListingRow.tenth_cents_per_100mg),
        Sort.PRICE_PER_100MG: (ListingRow.tenth_cents_per_100mg,),
        Sort.PRICE: (ListingRow.price_cents,),
        Sort.MG_PER_DAY: (ListingRow.magnesium_per_day_ug,),
        Sort.NAME: (name,),
    }
    return orders[sort]


def _page_of_form(*order: Any) -> Select[int]:
    """A page of the products in one form; put together once, since that takes longer than to find them."""
    ordered = select(ListingRowByForm.product_id).where(ListingRowByForm.form == bindparam("form"))
    return ordered.order_by(*order).limit(PAGE_SIZE).offset(bindparam("offset", type_=Integer))


_PAGES_OF_FORM: dict[Sort, Select[int]] = {
    Sort.RECOMMENDED: _page_of_form(
        ListingRowByForm.grade, ListingRowByForm.tenth_cents_per_100mg, ListingRowByForm.sku
    ),
    Sort.PRICE_PER_100MG: _page_of_form(ListingRowByForm.tenth_cents_per_100mg, ListingRowByForm.sku),
}


class Edition(Struct, frozen=True):
    """The cache key of a product's rendered parts: its version, and its brand as shown."""

    product_id: int
    version: int
    brand: str
    invented: bool
    address: str
    english_complete: bool
    slug: str
    sold_out: bool
    epoch: str
    """The epoch of the index; a restored backup has another one, because versions may repeat."""


def edition_by_slug(session: Session, slug: str) -> Edition | None:
    """The edition of the published product at this address."""
    note_stamp(session)
    known: dict[str, Edition] = known_of_state(session, "editions by slug") or {}
    if slug not in known:
        row = session.connection().execute(_EDITION_BY_SLUG, {"slug": slug}).one_or_none()
        if row is None:
            return None
        known = _with_editions(session, "editions by slug", known, {slug: Edition(*row)})
    return known[slug]


def edition_of(product: Product, epoch: str) -> Edition:
    """The edition of a product that is read already."""
    brand = product.brand
    shown = (product.english_complete, product.slug, not product.in_stock)
    return Edition(product.id, product.version, brand.name, brand.invented, brand.address, *shown, epoch)


def editions_of(session: Session, products: Iterable[Product]) -> dict[int, Edition]:
    """The editions of products that are read already, by id; each is put together once for each state."""
    by_id = {product.id: product for product in products}
    known: dict[int, Edition] = known_of_state(session, _BY_ID) or {}
    if not by_id.keys() <= known.keys():
        epoch = stamp_in_use(session)[1]
        made = {id_: known.get(id_) or edition_of(product, epoch) for id_, product in by_id.items()}
        known = _with_editions(session, _BY_ID, known, made)
    return {id_: known[id_] for id_ in by_id}


def editions(session: Session, ids: Sequence[int]) -> list[Edition]:
    """The editions of the products with these ids, in this order; each is read once for each state of the catalogue."""
    known: dict[int, Edition] = known_of_state(session, _BY_ID) or {}
    if missing := [id_ for id_ in ids if id_ not in known]:
        rows = session.connection().execute(_EDITIONS_BY_IDS, {"ids": missing}).all()
        asked = {id_: known[id_] for id_ in ids if id_ in known} | {row[0]: Edition(*row) for row in rows}
        known = _with_editions(session, _BY_ID, known, asked)
    return [known[id_] for id_ in ids]


def _with_editions(
    session: Session, key: str, known: dict[Name, Edition], read: Mapping[Name, Edition]
) -> dict[Name, Edition]:
    """The editions known by slug or id with those just read, kept under a key; a full one is replaced by the latter.

    Replaced, and not emptied: another thread may be reading from it.
    """
    if not known or len(known) > MOST_EDITIONS:
        known = {}
        keep_for_state(session, key, known)
    known.update(read)
    return known


_BY_ID = "editions by id"
_EPOCH = select(IndexState.epoch).scalar_subquery()
_BRAND = (Brand.name, Brand.invented, Brand.address)
_SHOWN = (Product.english_complete, Product.slug, ~IN_STOCK)
_EDITIONS = select(Product.id, Product.version, *_BRAND, *_SHOWN, _EPOCH).join(Brand)
_EDITION_BY_SLUG = _EDITIONS.where(PUBLISHED, Product.slug == bindparam("slug"))
_EDITIONS_BY_IDS = _EDITIONS.where(Product.id.in_(bindparam("ids", expanding=True)))
