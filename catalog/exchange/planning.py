"""The plan of an import: the outcome of every row, without writing."""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from itertools import islice

import msgspec
from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from catalog.db.bulk import column_in
from catalog.edits.brands import address_problems
from catalog.edits.edit import Edit, ResolvedEdit
from catalog.edits.fetched_pictures import known_addresses
from catalog.edits.price_reductions import reference_prices
from catalog.edits.products import acceptances_by_product
from catalog.edits.validation import (
    NOTHING_ACCEPTED,
    Acceptances,
    ValidatedProduct,
    blockers_of_edit,
    validate_named,
)
from catalog.exchange.reading import Row
from catalog.exchange.row_errors import from_problem
from catalog.exchange.row_reader import ParsedRow, RowReader, state_after
from catalog.models import Product, Status
from catalog.product_problems import ProductProblem, RefusedError
from catalog.product_state import ProductState, changed_fields, state_of_product
from catalog.queries.brands import KnownBrands
from catalog.queries.products import stored_pictures
from recommend.knowledge import Ruleset

CHUNK = 1000
"""Rows planned at a time."""
_NAMED_ROWS = 5
"""Row numbers named in an error."""


class RowOutcome(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


class BrandAddress(Struct, frozen=True, gc=False):
    """The address of a brand in the file, and the one in the catalogue (empty when it has none)."""

    brand: str
    known: str
    given: str


class PlannedRow(Struct, frozen=True, gc=False):
    """The outcome of a row; without an edit and an address it is refused or changes nothing."""

    row: ParsedRow
    edit: Edit | None = None
    address: BrandAddress | None = None
    """The address that the row gives to its brand; the first row of a brand has it."""
    pictures: tuple[str, ...] = ()
    """Addresses of pictures that were not known of the product yet."""
    product_id: int | None = None
    """The stored product of a row with such addresses; None for a new one."""

    @property
    def outcome(self) -> RowOutcome:
        if self.row.errors:
            return RowOutcome.REFUSED
        if self.edit is None:
            return RowOutcome.CHANGED if self.address or self.pictures else RowOutcome.UNCHANGED
        return RowOutcome.NEW if self.edit.product_id is None else RowOutcome.CHANGED

    @property
    def changed(self) -> tuple[str, ...]:
        """The fields that the row changes."""
        before = self.edit.before if self.edit else None
        return changed_fields(before, self.edit.after.state) if self.edit and before else ()

    @property
    def notices(self) -> tuple[ProductProblem, ...]:
        """The problems that still block publishing: findings of the content check, and missing fields."""
        return self.edit.after.publish_blockers if self.edit and not self.row.errors else ()


_PROGRESS_INTERVAL = 10_000
_SKUS_PER_QUERY = 500


class SkuStore:
    """The SKUs and slugs of a file with their rows, in a temporary database on disk, so that memory use is constant.

    Reads the file once. `close` deletes the database.
    """

    def __init__(
        self, rows: Iterable[Row], sku_of: Callable[[Row], str], on_progress: Callable[[int], None] = lambda _rows: None
    ) -> None:
        self.rows = 0
        self._on_progress = on_progress
        self._database = sqlite3.connect("")  # a temporary file, deleted with the connection
        try:
            self._fill(rows, sku_of)
        except BaseException:
            self.close()
            raise

    def _fill(self, rows: Iterable[Row], sku_of: Callable[[Row], str]) -> None:
        self._database.executescript(
            "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; CREATE TABLE named (sku TEXT, row INTEGER);"
            "CREATE TABLE addressed (slug TEXT PRIMARY KEY, sku TEXT) WITHOUT ROWID; BEGIN;"
        )
        self._database.executemany("INSERT INTO named VALUES (?, ?)", self._named(rows, sku_of))
        self._database.execute("CREATE INDEX by_sku ON named (sku, row)")
        doubled = "SELECT 1 FROM named WHERE sku <> '' GROUP BY sku HAVING count(*) > 1 LIMIT 1"
        twins = "SELECT 1 FROM named WHERE sku <> '' GROUP BY lower(sku) HAVING count(DISTINCT sku) > 1 LIMIT 1"
        self._has_twins = self._database.execute(twins).fetchone() is not None
        self._has_doubles = self._database.execute(doubled).fetchone() is not None

    def _named(self, rows: Iterable[Row], sku_of: Callable[[Row], str]) -> Iterator[tuple[str, int]]:
        for row in rows:
            self.rows += 1
            if self.rows % _PROGRESS_INTERVAL == 0:
                self._on_progress(self.rows)
            yield sku_of(row), row.number

    def doubles(self, skus: Sequence[str]) -> dict[str, list[int]]:
        """The given SKUs that are in the file more than once, with all their rows."""
        found: dict[str, list[int]] = {}
        if not self._has_doubles:
            return found
        for sku, row in self._database.execute(
            "SELECT sku, row FROM named WHERE sku IN (SELECT sku FROM named WHERE sku <> '' AND sku IN"
            " (SELECT value FROM json_each(?)) GROUP BY sku HAVING count(*) > 1) ORDER BY row",
            (json.dumps(list(skus)),),
        ):
            found.setdefault(sku, []).append(row)
        return found

    def earlier_twin(self, sku: str, row: int) -> str | None:
        """The SKU of an earlier row that differs by capitals alone."""
        if not self._has_twins:
            return None
        query = "SELECT sku FROM named WHERE lower(sku) = lower(?) AND sku <> ? AND row < ? ORDER BY row LIMIT 1"
        found = self._database.execute(query, (sku, sku, row)).fetchone()
        return found[0] if found else None

    def missing(self, skus: Iterable[str]) -> Iterator[str]:
        """The given SKUs that are not in the file."""
        remaining = iter(skus)
        while chunk := list(islice(remaining, _SKUS_PER_QUERY)):
            query = "SELECT sku FROM named WHERE sku IN (SELECT value FROM json_each(?))"
            named = {sku for (sku,) in self._database.execute(query, (json.dumps(chunk),))}
            yield from (sku for sku in chunk if sku not in named)

    def holders_of(self, takers: Sequence[tuple[str, str]]) -> dict[str, str]:
        """For each (slug, SKU): the SKU of the file that took the slug first, by slug."""
        inserted = self._database.executemany("INSERT OR IGNORE INTO addressed VALUES (?, ?)", takers).rowcount
        if inserted == len(takers):
            return dict(takers)
        slugs = json.dumps([slug for slug, _ in takers])
        query = "SELECT slug, sku FROM addressed WHERE slug IN (SELECT value FROM json_each(?))"
        return dict(self._database.execute(query, (slugs,)))

    def close(self) -> None:
        self._database.close()


class ImportPlanner:
    """Plans the rows of one file against the catalogue of a session.

    `correct_addresses` lets the file change the address of a brand that has one.
    """

    def __init__(
        self,
        session: Session,
        reader: RowReader,
        skus: SkuStore,
        ruleset: Ruleset,
        now: datetime,
        *,
        correct_addresses: bool = False,
    ) -> None:
        self._session, self._reader, self._skus, self._ruleset, self._now = session, reader, skus, ruleset, now
        self._correct_addresses = correct_addresses
        self._brands = KnownBrands(session)
        self._given: dict[str, str] = {}
        """The address that the file gives to a brand."""
        self.other_addresses: dict[str, BrandAddress] = {}
        """By brand: the first address of the file that differs from the one in the catalogue."""
        self.suppliers: set[str] = {reader.mapping.supplier} if reader.mapping else set()

    def plan(self, rows: Iterable[Row]) -> Iterator[list[PlannedRow]]:
        """All rows in chunks, in the order of the file."""
        stream = iter(rows)
        while chunk := [self._reader.read(row) for row in islice(stream, CHUNK)]:
            yield self._planned(chunk)

    def _planned(self, chunk: list[ParsedRow]) -> list[PlannedRow]:
        stored = self._stored([row.sku for row in chunk])
        accepted = acceptances_by_product(self._session, [product.id for product in stored.values()], self._now.date())
        doubles = self._skus.doubles([row.sku for row in chunk])
        planned = []
        for row in chunk:
            if row.sku in doubles:
                numbers = [str(number) for number in doubles[row.sku] if number != row.number]
                others = ", ".join(numbers[:_NAMED_ROWS]) + (" …" if len(numbers) > _NAMED_ROWS else "")
                self._add_error(row, ProductProblem("sku", "double-sku", {"rows": others}))
            product = stored.get(row.sku)
            if product is None and (twin := self._skus.earlier_twin(row.sku, row.number)):
                self._add_error(row, ProductProblem("sku", "sku-case", {"sku": twin}))
            planned.append(self._row(row, product, accepted[product.id] if product else NOTHING_ACCEPTED))
        self._refuse_false_reductions(planned)
        self._refuse_taken(planned)
        self._refuse_missing_pictures(planned)
        return self._with_addresses(self._without_lost_addresses(planned), stored)

    def _without_lost_addresses(self, planned: list[PlannedRow]) -> list[PlannedRow]:
        """The rows, an address of a refused one given by the next row that has it, and who relied on it refused."""
        lost = {each.address.brand for each in planned if each.address and each.row.errors}
        if not lost:
            return planned
        for brand in lost:
            del self._given[brand]
        return [self._with_own_address(each) if self._brand_of(each) in lost else each for each in planned]

    @staticmethod
    def _brand_of(planned: PlannedRow) -> str | None:
        return planned.edit.after.state.brand if planned.edit and not planned.row.errors else None

    def _with_own_address(self, planned: PlannedRow) -> PlannedRow:
        """A sound row with the address of its brand that it gives itself; refused without any, where it is public."""
        assert planned.edit is not None  # noqa: S101 - for the type checker: `_brand_of` found its brand
        address = self._brand_address(planned.row, planned.edit.after.state)
        for problem in self._publish_problems(planned.edit):
            self._add_error(planned.row, problem)
        return msgspec.structs.replace(planned, address=address)

    def _stored(self, skus: Sequence[str]) -> dict[str, Product]:
        query = (
            select(Product)
            .where(column_in(self._session, Product.sku, [sku for sku in skus if sku]))
            .options(joinedload(Product.brand), selectinload(Product.components))
            .execution_options(populate_existing=True)
        )
        return {product.sku: product for product in self._session.scalars(query)}

    def _row(self, row: ParsedRow, product: Product | None, accepted: Acceptances) -> PlannedRow:
        before = state_of_product(product) if product else None
        state = state_after(row, before, self._reader)
        if state is None:
            return PlannedRow(row)
        self.suppliers.add(state.supplier)
        state = self._brands.named(state)
        if product and state == before:
            return PlannedRow(row, address=self._brand_address(row, state))
        self._check_version(row, product)
        address = self._brand_address(row, state)
        try:
            after = validate_named(state, self._ruleset, self._brands, accepted)
        except RefusedError as refused:
            for problem in refused.problems:
                self._add_error(row, problem)
            return PlannedRow(row)
        edit = Edit(after, product.id, product.version, before) if product else Edit(after)
        problems = self._publish_problems(edit)
        if problems and self._may_stay_draft(before):
            draft = msgspec.structs.replace(state, status=before.status if before else Status.DRAFT)
            if draft == before:
                return PlannedRow(row, address=address)
            after = validate_named(draft, self._ruleset, self._brands, accepted)
            return PlannedRow(row, msgspec.structs.replace(edit, after=after), address)
        for problem in problems:
            self._add_error(row, problem)
        return PlannedRow(row, edit, address)

    def _may_stay_draft(self, before: ProductState | None) -> bool:
        """Whether a row of a layout may come unpublished: its file says "public" of another shop."""
        return self._reader.is_layout and (before is None or before.status is not Status.PUBLISHED)

    def _check_version(self, row: ParsedRow, product: Product | None) -> None:
        version = row.values.get("version")
        if version is None:
            return
        if product is None:
            self._add_error(row, ProductProblem("version", "version-of-nothing", {"file": str(version)}))
        elif product.version != version:
            values = {"file": str(version), "now": str(product.version)}
            self._add_error(row, ProductProblem("version", "changed-since", values))

    def _brand_address(self, row: ParsedRow, state: ProductState) -> BrandAddress | None:
        """The address that a row gives to its brand. A file may add one, and change one only when it is asked to."""
        brand, address = state.brand, row.values.get("brand_address", "").strip()
        if not (brand and address):
            return None
        given, stored = self._given.get(brand), self._address_of(brand).strip()
        if address == (stored if given is None else given):
            return None
        found = BrandAddress(brand, stored, address)
        if stored and given is None:
            self.other_addresses.setdefault(brand, found)
        may_change = given is None and self._correct_addresses
        known = "" if may_change else given or stored
        problems = list(address_problems(address, known, self._ruleset.directory, brand))
        for problem in problems:
            self._add_error(row, problem)
        if problems or row.errors:
            return None
        self._given[brand] = address
        return found

    def _address_of(self, brand: str) -> str:
        known = self._brands.find(brand)
        return known.address if known else ""

    def _publish_problems(self, edit: Edit) -> list[ProductProblem]:
        """The problems that keep a product from being public; none of one that is to be no such."""
        after: ValidatedProduct = edit.after
        state = after.state
        if state.status is not Status.PUBLISHED:
            return []
        problems = list(blockers_of_edit(after, edit.before))
        if state.brand and not (self._given.get(state.brand) or self._address_of(state.brand).strip()):
            problems.append(ProductProblem("brand", "brand-address", {"brand": state.brand}))
        return problems

    def _refuse_false_reductions(self, planned: Sequence[PlannedRow]) -> None:
        """Refuse every false announced reduction of the chunk; one query for all of them."""
        # A new product has no id yet: a negative number is unique.
        edits = {
            planned_row.edit.product_id or -number: planned_row
            for number, planned_row in enumerate(planned, start=1)
            if planned_row.edit and not planned_row.row.errors
        }
        resolved = [ResolvedEdit(id_, planned_row.edit, 0) for id_, planned_row in edits.items() if planned_row.edit]
        for id_, found in reference_prices(self._session, resolved, self._now).items():
            if isinstance(found, ProductProblem):
                self._add_error(edits[id_].row, found)

    def _refuse_taken(self, planned: Sequence[PlannedRow]) -> None:
        """Refuse a slug that another product has, in the catalogue or in the file."""
        takers: list[tuple[str, ParsedRow]] = []
        for planned_row in planned:
            edit = planned_row.edit
            if edit and not planned_row.row.errors and (edit.before is None or "slug" in planned_row.changed):
                takers.append((edit.after.state.slug, planned_row.row))
        holders = self._skus.holders_of([(slug, row.sku) for slug, row in takers])
        for slug, row in takers:
            if holders[slug] != row.sku:
                self._add_error(row, _taken(row.sku, holders[slug]))
        rows_by_slug = dict(takers)
        if rows_by_slug:
            taken = column_in(self._session, Product.slug, rows_by_slug)
            for slug, sku in self._session.execute(select(Product.slug, Product.sku).where(taken)):
                if rows_by_slug[slug].sku != sku:
                    self._add_error(rows_by_slug[slug], _taken(rows_by_slug[slug].sku, sku))

    def _with_addresses(self, planned: list[PlannedRow], stored: Mapping[str, Product]) -> list[PlannedRow]:
        """The rows with the addresses of pictures that they add; one query for all of them."""
        given = {each.row.sku: stored.get(each.row.sku) for each in planned if each.row.values.get("pictures")}
        if not given:
            return planned
        known = known_addresses(self._session, [product.id for product in given.values() if product])
        found = []
        for each in planned:
            product = given.get(each.row.sku)
            addresses = each.row.values.get("pictures", ())
            new = tuple(address for address in addresses if product is None or (product.id, address) not in known)
            found.append(msgspec.structs.replace(each, pictures=new, product_id=product.id if product else None))
        return found

    def _refuse_missing_pictures(self, planned: Sequence[PlannedRow]) -> None:
        """Refuse pictures that the row gives and this shop does not have, such as those of an export of another one."""
        given: dict[str, list[tuple[str, ParsedRow]]] = {}
        for planned_row in planned:
            edit = planned_row.edit
            before = edit.before.pictures if edit and edit.before else ()
            if edit and edit.after.state.pictures != before:
                known = {picture.name for picture in before}
                for place, picture in enumerate(edit.after.state.pictures):
                    if picture.name not in known:
                        field = "more_pictures" if place else "picture"
                        given.setdefault(picture.name, []).append((field, planned_row.row))
        for name in given.keys() - stored_pictures(self._session, given):
            for field, row in given[name]:
                self._add_error(row, ProductProblem(field, "unknown-picture", {"name": name}))

    def _add_error(self, row: ParsedRow, problem: ProductProblem) -> None:
        column = self._reader.column_of(problem.field, problem.code)
        value = self._reader.value_of(row, column)
        row.errors.append(from_problem(problem, row.number, column, value))


def _taken(sku: str, holder: str) -> ProductProblem:
    """The problem of a slug that another SKU has: that SKU itself, when it differs by capitals alone."""
    if sku.casefold() == holder.casefold():
        return ProductProblem("sku", "sku-case", {"sku": holder})
    return ProductProblem("slug", "taken", {"sku": holder})
