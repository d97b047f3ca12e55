"""Bulk changes: one action on many products, planned product by product, previewed, then applied as one batch."""

import hashlib
from collections.abc import Iterator, Sequence
from functools import cached_property

import msgspec
from msgspec import Struct
from sqlalchemy.orm import Session

from catalog.db.bulk import rare_collections
from catalog.edits.bulk_actions import Action, PriceChange
from catalog.edits.edit import Author, Edit, ResolvedEdit
from catalog.edits.price_reductions import Reference, reference_prices
from catalog.edits.products import DesiredState, acceptances_by_product, change_all, products_to_edit
from catalog.edits.store import begin_writing, open_batch, publishing_problems
from catalog.edits.validation import Acceptances, validate
from catalog.models import Product, Status
from catalog.product_problems import ProductProblem, RefusedError, in_euro
from catalog.product_state import ProductState, state_of_product
from catalog.queries.admin import Filter, chosen_versions
from catalog.queries.brands import KnownBrands
from recommend.knowledge import Ruleset

CHUNK = 500
"""Products planned or written at a time."""
Versions = Sequence[tuple[int, int]]
"""Products as (id, version)."""


class Planned(Struct, frozen=True):
    """A product before and after the action; a product with `problems` is left unchanged.

    `reference` is the earlier price of a product on sale with an announced reduction.
    """

    product_id: int
    version: int
    before: ProductState
    after: ProductState
    problems: tuple[ProductProblem, ...] = ()
    edit: Edit | None = None
    """The validated edit of a product that will be on sale; its reduction is still to be checked."""
    reference: Reference | None = None

    @property
    def refused(self) -> bool:
        return bool(self.problems)

    @property
    def changes(self) -> bool:
        return not self.problems and self.before != self.after


def digest_of(versions: Versions) -> str:
    """A hash of a selection: changes when one of its products changes, joins or leaves."""
    return hashlib.sha256(repr(sorted(versions)).encode()).hexdigest()


class Planner:
    """Plans an action on products, read only."""

    def __init__(self, session: Session, action: Action, author: Author, ruleset: Ruleset) -> None:
        self._session, self._action, self._author, self._ruleset = session, action, author, ruleset

    def plan_all(self, versions: Versions) -> list[Planned]:
        """The whole plan of some thousands of products, for a preview."""
        with rare_collections():
            return list(self.plan(versions))

    def plan(self, versions: Versions) -> Iterator[Planned]:
        """The plan product by product, in the order given; a fixed number of queries for every CHUNK products."""
        for start in range(0, len(versions), CHUNK):
            ids = [id_ for id_, _version in versions[start : start + CHUNK]]
            products = products_to_edit(self._session, ids)
            accepted = acceptances_by_product(self._session, ids, self._author.at.date())
            planned = [self._planned(products[id_], accepted[id_]) for id_ in ids if id_ in products]
            yield from self._with_reductions(planned)

    def _planned(self, product: Product, accepted: Acceptances) -> Planned:
        before = state_of_product(product)
        after = self._action.applied_to(product.id, before)
        planned = Planned(product.id, product.version, before, after)
        if before == after:
            no_price = isinstance(self._action, PriceChange) and not before.price_cents
            return _refused(planned, ProductProblem("price_cents", "missing")) if no_price else planned
        if before.price_cents and after.price_cents <= 0:
            return _refused(
                planned, ProductProblem("price_cents", "out-of-range", {"least": in_euro(1), "most": "10000"})
            )
        brand = product.brand if after.brand == before.brand else self._brands.find(after.brand)
        try:
            validated = validate(after, self._ruleset, accepted, brand.accepted_name if brand else "")
        except RefusedError as error:
            return _refused(planned, *error.problems)
        if after.status is not Status.PUBLISHED:
            return planned
        if blockers := publishing_problems(validated, brand, before):
            return _refused(planned, *blockers)
        return msgspec.structs.replace(planned, edit=Edit(validated, product.id, product.version, before))

    @cached_property
    def _brands(self) -> KnownBrands:
        return KnownBrands(self._session)

    def _with_reductions(self, planned: Sequence[Planned]) -> Iterator[Planned]:
        """The plan with the earlier prices of reductions, false ones refused; one query for all of them."""
        edits = [ResolvedEdit(each.product_id, each.edit, 0) for each in planned if each.edit]
        found = reference_prices(self._session, edits, self._author.at)
        for each in planned:
            reference = found.get(each.product_id)
            if isinstance(reference, ProductProblem):
                yield _refused(each, reference)
            else:
                yield msgspec.structs.replace(each, reference=reference) if reference else each


def _refused(planned: Planned, *problems: ProductProblem) -> Planned:
    return msgspec.structs.replace(planned, problems=problems)


class SelectionChangedError(Exception):
    """A product of the selection changed after the preview. Nothing was written."""


def apply(
    session: Session,
    chosen: Sequence[int] | Filter,
    action: Action,
    *,
    shown: str,
    author: Author,
    label: str,
    ruleset: Ruleset,
) -> tuple[int, int]:
    """Apply the action to all products that the plan does not refuse, as one batch; returns its id and the number
    changed.

    `chosen` is the products or a filter, `shown` the digest of the selection in the preview. Raises
    SelectionChangedError, or RefusedError when the catalogue no longer accepts the plan; the caller must roll back
    then.
    """
    begin_writing(session)
    versions = chosen_versions(session, chosen)
    if digest_of(versions) != shown:
        raise SelectionChangedError
    batch = open_batch(session, author, label)
    batch_author = msgspec.structs.replace(author, batch_id=batch)
    return batch, change(session, versions, action, batch_author, ruleset)


def change(session: Session, versions: Versions, action: Action, author: Author, ruleset: Ruleset) -> int:
    """Apply the action without a batch; returns the number of products changed. Raises RefusedError."""
    begin_writing(session)
    changed = 0
    desired: list[DesiredState] = []
    with rare_collections():
        for planned in Planner(session, action, author, ruleset).plan(versions):
            if planned.changes:
                desired.append(DesiredState(planned.product_id, planned.version, planned.after))
            if len(desired) >= CHUNK:
                changed += change_all(session, desired, author, ruleset)
                desired = []
        return changed + (change_all(session, desired, author, ruleset) if desired else 0)
