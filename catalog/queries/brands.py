"""Queries of brands: by any spelling of their name, and the lists of the admin."""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import Path

import msgspec
from msgspec import Struct
from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from catalog.brand_names import brand_key, clean_name
from catalog.models import Brand, BrandChange, Product, Status
from catalog.product_state import ProductState
from recommend.claims.product import ProductFinding, check_product

ROWS = 50
"""Rows of a page."""


class KnownBrand(Struct, frozen=True):
    """A brand as an edit needs it; `id` is 0 for one that the edit adds."""

    id: int
    name: str
    address: str = ""
    accepted_name: str = ""


class KnownBrands:
    """All brands of a session's catalogue, found by any spelling of their names and aliases."""

    def __init__(self, session: Session) -> None:
        self._by_name: dict[str, KnownBrand] = {}
        self._by_key: dict[str, KnownBrand] = {}
        aliases: list[tuple[str, KnownBrand]] = []
        columns = (Brand.id, Brand.name, Brand.address, Brand.accepted_name, Brand.aliases)
        for row in session.execute(select(*columns).order_by(Brand.id)):
            brand, others = KnownBrand(row[0], row[1], row[2], row[3]), row[4]
            self._by_name[brand.name] = brand
            self._by_key.setdefault(brand_key(brand.name), brand)
            aliases += [(alias, brand) for alias in others]
        for alias, brand in aliases:
            self._by_key.setdefault(brand_key(alias), brand)

    def names(self, most: int) -> list[str]:
        """The first names by alphabet."""
        return sorted(name for name in self._by_name if name)[:most]

    def find(self, name: str) -> KnownBrand | None:
        """The brand with this name, else the one with a name or alias of the same key."""
        return self._by_name.get(name) or self._by_key.get(brand_key(name))

    def name_of(self, name: str) -> str:
        """The name of the brand that a spelling means; a new brand is known from here on."""
        found = self.find(name)
        if found is None:
            found = KnownBrand(0, clean_name(name))
            self._by_name[found.name] = found
            self._by_key[brand_key(found.name)] = found
        return found.name

    def named(self, state: ProductState) -> ProductState:
        """A product with its brand's own name in the place of another spelling."""
        name = self.name_of(state.brand)
        return state if name == state.brand else msgspec.structs.replace(state, brand=name)

    def accepted_name(self, name: str) -> str:
        """The name that a publisher accepted for a brand; empty without acceptance."""
        found = self.find(name)
        return found.accepted_name if found else ""


class BrandTrouble(StrEnum):
    """A problem of a brand that the list can be filtered on."""

    NO_ADDRESS = "no_address"
    BLOCKED = "blocked"


class BrandRow(Struct, frozen=True):
    """A line of the list; `blocked` when the content check stops the name and nobody accepted it."""

    brand: Brand
    products: int
    blocked: bool


class BrandRows(Struct, frozen=True):
    """One page of the list; `total` counts all pages together."""

    rows: Sequence[BrandRow]
    total: int
    page: int
    pages: int


def name_findings(name: str, directory: Path) -> tuple[ProductFinding, ...]:
    """Findings of the content check for a brand's name."""
    return check_product({"brand": name}, None, directory)


def is_accepted(brand: Brand) -> bool:
    """Whether a publisher accepted the brand's present name."""
    return bool(brand.accepted_name) and brand_key(brand.accepted_name) == brand_key(brand.name)


def accepted_names(session: Session) -> list[str]:
    """The brand names that a publisher accepted and that are still the brand's."""
    return [
        brand.name for brand in session.scalars(select(Brand).where(Brand.accepted_name != "")) if is_accepted(brand)
    ]


def is_blocked(brand: Brand, directory: Path) -> bool:
    """Whether the content check stops the brand's name and nobody accepted it."""
    return not is_accepted(brand) and any(found.blocks for found in name_findings(brand.name, directory))


def brand_rows(session: Session, search: str, trouble: BrandTrouble | None, page: int, directory: Path) -> BrandRows:
    """A page of brands by alphabet; a search finds every word in name, aliases or address."""
    brands = list(session.scalars(select(Brand).where(Brand.name != "").order_by(func.lower(Brand.name), Brand.id)))
    if trouble is not None:
        ids = {brand.id for brand in brands_in_trouble(session, directory)[trouble]}
        brands = [brand for brand in brands if brand.id in ids]
    words = search.casefold().split()
    brands = [brand for brand in brands if all(word in _searched(brand) for word in words)]
    pages = max(1, -(-len(brands) // ROWS))
    page = min(max(page, 1), pages)
    shown = brands[(page - 1) * ROWS : page * ROWS]
    counts = product_counts(session, [brand.id for brand in shown])
    rows = [BrandRow(brand, counts.get(brand.id, 0), is_blocked(brand, directory)) for brand in shown]
    return BrandRows(rows, len(brands), page, pages)


def _searched(brand: Brand) -> str:
    return "\n".join((brand.name, *brand.aliases, brand.address)).casefold()


def product_counts(session: Session, ids: Sequence[int], *statuses: Status) -> dict[int, int]:
    """The number of products by brand, of some statuses or all; brands without any are left out."""
    query = select(Product.brand_id, func.count()).where(Product.brand_id.in_(ids)).group_by(Product.brand_id)
    if statuses:
        query = query.where(Product.status.in_(statuses))
    return {row[0]: row[1] for row in session.execute(query)}


def brands_in_trouble(session: Session, directory: Path) -> Mapping[BrandTrouble, list[Brand]]:
    """The brands without address, and those whose name is blocked, as far as they have products not archived."""
    # A blocked name is a blocked text of each of its products, so that few names are looked at.
    suspect = func.max(case((or_(Product.blocked_texts > 0, Product.open_warnings > 0), 1), else_=0))
    offered = (
        select(Product.brand_id, suspect.label("suspect"))
        .where(Product.status != Status.ARCHIVED)
        .group_by(Product.brand_id)
        .subquery()
    )
    no_address = func.trim(Brand.address) == ""
    query = (
        select(Brand, no_address, offered.c.suspect)
        .join(offered, offered.c.brand_id == Brand.id)
        .where(Brand.name != "", or_(no_address, offered.c.suspect > 0))
        .order_by(Brand.id)
    )
    found: dict[BrandTrouble, list[Brand]] = {trouble: [] for trouble in BrandTrouble}
    for brand, lacks_address, is_suspect in session.execute(query):
        if lacks_address:
            found[BrandTrouble.NO_ADDRESS].append(brand)
        if is_suspect and is_blocked(brand, directory):
            found[BrandTrouble.BLOCKED].append(brand)
    return found


def changes_of_brand(session: Session, brand_id: int, most: int = 200) -> Sequence[BrandChange]:
    """The newest changes of a brand, newest first."""
    query = select(BrandChange).where(BrandChange.brand_id == brand_id).order_by(BrandChange.id.desc()).limit(most)
    return session.scalars(query).all()


def twins(session: Session) -> Iterator[tuple[Brand, Brand]]:
    """Pairs of brands that are one by their spelling: a later one, and the first with the same key."""
    first: dict[str, Brand] = {}
    brands = list(session.scalars(select(Brand).where(Brand.name != "").order_by(Brand.id)))
    for brand in brands:
        holder = first.setdefault(brand_key(brand.name), brand)
        if holder is not brand:
            yield brand, holder
    for brand in brands:
        for alias in brand.aliases:
            holder = first.setdefault(brand_key(alias), brand)
            if holder is not brand:
                yield holder, brand


def all_brands(session: Session) -> list[tuple[Brand, int]]:
    """Every brand with the number of its products, by alphabet."""
    brands = session.scalars(select(Brand).where(Brand.name != "").order_by(func.lower(Brand.name), Brand.id)).all()
    query = select(Product.brand_id, func.count()).group_by(Product.brand_id)
    counts = {row[0]: row[1] for row in session.execute(query)}
    return [(brand, counts.get(brand.id, 0)) for brand in brands]
