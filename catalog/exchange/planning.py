"""What a file would do to the catalogue, row by row, without doing it."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from itertools import islice

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from catalog.db.bulk import column_in
from catalog.edits.brands import address_problems
from catalog.edits.edit import Edit, ResolvedEdit
from catalog.edits.price_reductions import reference_prices
from catalog.edits.products import accepted_by_product
from catalog.edits.validation import ValidatedProduct, validate
from catalog.exchange.reading import Row
from catalog.exchange.row_errors import from_problem
from catalog.exchange.row_reader import ParsedRow, RowReader
from catalog.exchange.row_to_state import state_after
from catalog.exchange.sku_store import SkuStore
from catalog.models import Brand, Product, Status
from catalog.product_problems import ProductProblem, RefusedError
from catalog.product_state import ProductState, changed_fields, state_of_product
from recommend.knowledge import Ruleset

CHUNK = 1000
_NAMED_ROWS = 5


class RowOutcome(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


class Planned(Struct, frozen=True, gc=False):
    """What becomes of a row; without an edit it is refused or changes nothing."""

    said: ParsedRow
    edit: Edit | None = None

    @property
    def outcome(self) -> RowOutcome:
        if self.said.faults:
            return RowOutcome.REFUSED
        if self.edit is None:
            return RowOutcome.UNCHANGED
        return RowOutcome.NEW if self.edit.product_id is None else RowOutcome.CHANGED

    @property
    def changed(self) -> tuple[str, ...]:
        """The fields that the row changes."""
        before = self.edit.before if self.edit else None
        return changed_fields(before, self.edit.after.state) if self.edit and before else ()

    @property
    def notices(self) -> tuple[ProductProblem, ...]:
        """What still keeps a draft from being published: findings of the content check, and what is missing."""
        return self.edit.after.publish_blockers if self.edit and not self.said.faults else ()


class Planner:
    """Plans the rows of one file against the catalogue that a session sees."""

    def __init__(self, session: Session, reader: RowReader, skus: SkuStore, ruleset: Ruleset, now: datetime) -> None:
        self._session, self._reader, self._skus, self._ruleset, self._now = session, reader, skus, ruleset, now
        self.addresses = {brand.name: brand.address for brand in session.scalars(select(Brand))}
        self.suppliers: set[str] = {reader.mapping.supplier} if reader.mapping else set()

    def plan(self, rows: Iterable[Row]) -> Iterator[list[Planned]]:
        """All rows in chunks, in the order of the file."""
        stream = iter(rows)
        while chunk := [self._reader.read(row) for row in islice(stream, CHUNK)]:
            yield self._planned(chunk)

    def _planned(self, chunk: list[ParsedRow]) -> list[Planned]:
        stored = self._stored([said.sku for said in chunk])
        accepted = accepted_by_product(self._session, [product.id for product in stored.values()])
        doubles = self._skus.doubles([said.sku for said in chunk])
        planned = []
        for said in chunk:
            if said.sku in doubles:
                rows = [str(row) for row in doubles[said.sku] if row != said.number]
                others = ", ".join(rows[:_NAMED_ROWS]) + (" …" if len(rows) > _NAMED_ROWS else "")
                self._fault(said, ProductProblem("sku", "double-sku", {"rows": others}))
            product = stored.get(said.sku)
            planned.append(self._row(said, product, accepted.get(product.id, {}) if product else {}))
        self._refuse_false_reductions(planned)
        self._refuse_taken(planned)
        return planned

    def _stored(self, skus: Sequence[str]) -> dict[str, Product]:
        query = (
            select(Product)
            .where(column_in(self._session, Product.sku, [sku for sku in skus if sku]))
            .options(joinedload(Product.brand), selectinload(Product.components))
            .execution_options(populate_existing=True)
        )
        return {product.sku: product for product in self._session.scalars(query)}

    def _row(self, said: ParsedRow, product: Product | None, accepted: dict[str, str]) -> Planned:
        before = state_of_product(product) if product else None
        state = state_after(said, before, self._reader)
        if state is None:
            return Planned(said)
        self.suppliers.add(state.supplier)
        if product and state == before:
            self._check_brand(said, state)
            return Planned(said)
        self._check_version(said, product)
        self._check_brand(said, state)
        try:
            after = validate(state, self._ruleset, accepted)
        except RefusedError as refused:
            for problem in refused.problems:
                self._fault(said, problem)
            return Planned(said)
        edit = Edit(after, product.id, product.version, before) if product else Edit(after)
        self._check_publishable(said, edit)
        return Planned(said, edit)

    def _check_version(self, said: ParsedRow, product: Product | None) -> None:
        version = said.values.get("version")
        if version is None:
            return
        if product is None:
            self._fault(said, ProductProblem("version", "version-of-nothing", {"file": str(version)}))
        elif product.version != version:
            values = {"file": str(version), "now": str(product.version)}
            self._fault(said, ProductProblem("version", "changed-since", values))

    def _check_brand(self, said: ParsedRow, state: ProductState) -> None:
        """A brand's address is filled in by a file, never changed by one."""
        address = said.values.get("brand_address", "").strip()
        if not (state.brand and address):
            return
        known = self.addresses.get(state.brand, "")
        if known == address:
            return
        problems = list(address_problems(address, known, self._ruleset.directory))
        for problem in problems:
            self._fault(said, problem)
        if not problems and not said.faults:
            self.addresses[state.brand] = address

    def _check_publishable(self, said: ParsedRow, edit: Edit) -> None:
        after: ValidatedProduct = edit.after
        state = after.state
        if state.status is not Status.PUBLISHED:
            return
        for problem in after.publish_blockers:
            self._fault(said, problem)
        if state.brand and not self.addresses.get(state.brand, "").strip():
            self._fault(said, ProductProblem("brand", "brand-address", {"brand": state.brand}))

    def _refuse_false_reductions(self, planned: Sequence[Planned]) -> None:
        """Refuse every announced reduction of the chunk that is none; one query for all of them."""
        # A new product has no id yet: any number that no product has will do.
        edits = {
            plan.edit.product_id or -number: plan
            for number, plan in enumerate(planned, start=1)
            if plan.edit and not plan.said.faults
        }
        resolved = [ResolvedEdit(id_, plan.edit, 0) for id_, plan in edits.items() if plan.edit]
        for id_, found in reference_prices(self._session, resolved, self._now).items():
            if isinstance(found, ProductProblem):
                self._fault(edits[id_].said, found)

    def _refuse_taken(self, planned: Sequence[Planned]) -> None:
        """No two products under one address, in the catalogue or in the file."""
        takers: list[tuple[str, ParsedRow]] = []
        for plan in planned:
            edit = plan.edit
            if edit and not plan.said.faults and (edit.before is None or "slug" in plan.changed):
                takers.append((edit.after.state.slug, plan.said))
        holders = self._skus.holders_of([(slug, said.sku) for slug, said in takers])
        for slug, said in takers:
            if holders[slug] != said.sku:
                self._fault(said, ProductProblem("slug", "taken", {"sku": holders[slug]}))
        wanted = dict(takers)
        if wanted:
            known = column_in(self._session, Product.slug, wanted)
            for slug, sku in self._session.execute(select(Product.slug, Product.sku).where(known)):
                if wanted[slug].sku != sku:
                    self._fault(wanted[slug], ProductProblem("slug", "taken", {"sku": sku}))

    def _fault(self, said: ParsedRow, problem: ProductProblem) -> None:
        column = self._reader.column_of(problem.field, problem.code)
        value = self._reader.value_of(said, column)
        said.faults.append(from_problem(problem, said.number, column, value))
