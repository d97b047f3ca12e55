"""Adding, changing, restoring and archiving products; each function writes one or more edits together."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import count
from typing import Literal

import msgspec
from msgspec import Struct
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload
from sqlalchemy.sql.base import ExecutableOption

from catalog.db.bulk import column_in
from catalog.edits.edit import Author, Edit
from catalog.edits.store import ConflictError, begin_writing, write
from catalog.edits.validation import (
    LONGEST_SKU,
    LONGEST_SLUG,
    Acceptances,
    ValidatedProduct,
    validate,
    validate_named,
)
from catalog.models import (
    AcceptedWarning,
    Change,
    ClaimOverride,
    OverrideEnd,
    PictureFile,
    PricePoint,
    Product,
    Status,
    table_of,
)
from catalog.pictures import Picture, read_picture
from catalog.product_state import FIELDS, ProductState, changed_fields, from_json, state_of_product
from catalog.queries.brands import KnownBrands
from recommend.knowledge import Ruleset


class Merge(Struct, frozen=True):
    """Two edits of one version combined; `overlapping` are the fields that both changed to different values."""

    state: ProductState
    overlapping: tuple[str, ...]


def add_product(session: Session, state: ProductState, author: Author, ruleset: Ruleset) -> Product:
    """Add a product. Raises RefusedError."""
    begin_writing(session)
    [id_] = write(session, [Edit(validate_named(state, ruleset, KnownBrands(session)))], author)
    return product_to_edit(session, id_)


def save_product(
    session: Session, product_id: int, version: int, state: ProductState, *, author: Author, ruleset: Ruleset
) -> int:
    """Change a product that was read at `version`; returns its new version, or the same one without a change.

    Raises ConflictError when somebody else changed it since, RefusedError, and NoResultFound.
    """
    begin_writing(session)
    product = product_to_edit(session, product_id)
    if product.version != version:
        raise ConflictError([product_id])
    before = state_of_product(product)
    accepted = acceptances(session, product_id, author.at.date())
    if state.brand == before.brand:  # settled before: no other brand has to be read
        after = validate(state, ruleset, accepted, product.brand.accepted_name)
    else:
        after = validate_named(state, ruleset, KnownBrands(session), accepted)
    derived = (product.open_warnings, product.label_faults, product.blocked_texts)
    if before == after.state and derived == (after.open_warnings, after.label_faults, len(after.blocked)):
        return version
    write(session, [Edit(after, product_id, version, before)], author)
    return version + 1


def product_to_edit(session: Session, product_id: int) -> Product:
    """A product of any status, with everything that an edit needs, in one query. Raises NoResultFound."""
    query = _to_edit(joinedload(Product.components), joinedload(Product.tags)).where(Product.id == product_id)
    return session.scalars(query).unique().one()


def products_to_edit(session: Session, ids: Sequence[int]) -> dict[int, Product]:
    """Some thousands of products to edit, by id; missing ids are left out."""
    query = _to_edit(selectinload(Product.components), selectinload(Product.tags))
    return {product.id: product for product in session.scalars(query.where(column_in(session, Product.id, ids)))}


def _to_edit(*parts: ExecutableOption) -> Select[Product]:
    return select(Product).options(joinedload(Product.brand), *parts).execution_options(populate_existing=True)


def state_at(session: Session, product_id: int, version: int) -> ProductState:
    """The state of a product at a version. Raises NoResultFound."""
    query = select(Change.state).where(Change.product_id == product_id, Change.version == version)
    return from_json(session.scalars(query).one())


def states_at(session: Session, versions: Mapping[int, int]) -> dict[int, ProductState]:
    """The states of some hundreds of products, each at its version, by product id; unknown versions are left out."""
    if not versions:
        return {}
    query = select(Change.product_id, Change.version, Change.state).where(
        Change.product_id.in_(versions), Change.version.in_(set(versions.values()))
    )
    return {row[0]: from_json(row[2]) for row in session.execute(query) if versions[row[0]] == row[1]}


def merge(base: ProductState, mine: ProductState, theirs: ProductState) -> Merge:
    """Combine two edits of `base`; a field that both changed differently has the value of `mine` and is listed."""
    own, other = set(changed_fields(base, mine)), set(changed_fields(base, theirs))
    overlapping = tuple(name for name in FIELDS if name in own & other and getattr(mine, name) != getattr(theirs, name))
    taken_over = {name: getattr(theirs, name) for name in other - own}
    return Merge(msgspec.structs.replace(mine, **taken_over), overlapping)


def restore(session: Session, product_id: int, version: int, *, seen: int, author: Author, ruleset: Ruleset) -> int:
    """Save an earlier version as the new one; `seen` is the version that the user saw. Returns the new version.

    Raises as `save_product` does.
    """
    begin_writing(session)
    earlier = state_at(session, product_id, version)
    return save_product(session, product_id, seen, earlier, author=author, ruleset=ruleset)


def accepted_reasons(session: Session, product_id: int) -> dict[str, str]:
    """The accepted warnings of a product: reasons by finding."""
    query = select(AcceptedWarning.finding, AcceptedWarning.reason).where(AcceptedWarning.product_id == product_id)
    return {row[0]: row[1] for row in session.execute(query)}


def acceptances(session: Session, product_id: int, on: date) -> Acceptances:
    """The accepted warnings and the overrides of a product, on a day."""
    return acceptances_by_product(session, [product_id], on)[product_id]


def acceptances_by_product(session: Session, ids: Sequence[int], on: date) -> dict[int, Acceptances]:
    """The accepted warnings and the overrides of some thousands of products, on a day, by product id."""
    reasons: dict[int, dict[str, str]] = {}
    for row in session.scalars(select(AcceptedWarning).where(column_in(session, AcceptedWarning.product_id, ids))):
        reasons.setdefault(row.product_id, {})[row.finding] = row.reason
    overrides: dict[int, dict[tuple[str, str], date]] = {}
    for each in session.scalars(_confirmed_overrides().where(column_in(session, ClaimOverride.product_id, ids))):
        overrides.setdefault(each.product_id, {})[each.field, each.sentence] = _last_day(each)
    return {id_: Acceptances(reasons.get(id_, {}), overrides.get(id_, {}), on) for id_ in ids}


def _confirmed_overrides() -> Select[ClaimOverride]:
    """Overrides that were confirmed, oldest first; one that ended with its sentence says nothing any more."""
    counts = or_(ClaimOverride.ended.is_(None), ClaimOverride.ended == OverrideEnd.WITHDRAWN)
    return select(ClaimOverride).where(ClaimOverride.confirmed_at.is_not(None), counts).order_by(ClaimOverride.id)


def _last_day(override: ClaimOverride) -> date:
    """The last day on which an override lets its sentence pass; a withdrawn one already ended the day before."""
    if override.ended_at is None:
        return override.until
    return min(override.until, override.ended_at.date() - timedelta(days=1))


def accept_warning(session: Session, product_id: int, finding: str, reason: str, author: Author) -> None:
    """Record the reason to accept a sentence or portion that needs review; save the product afterwards."""
    begin_writing(session)
    session.merge(AcceptedWarning(product_id=product_id, finding=finding, reason=reason, who=author.who, at=author.at))
    session.flush()


def revalidate(session: Session, product: Product, ruleset: Ruleset, on: date) -> ValidatedProduct:
    """Validate a stored product again on a day, with its findings."""
    accepted = acceptances(session, product.id, on)
    return validate(state_of_product(product), ruleset, accepted, product.brand.accepted_name)


class DesiredState(Struct, frozen=True):
    """The new state of a product that was read at `version`."""

    product_id: int
    version: int
    state: ProductState


def change_all(session: Session, desired: Sequence[DesiredState], author: Author, ruleset: Ruleset) -> int:
    """Change some thousands of products together; returns the number that differ.

    Raises ConflictError with all products that somebody else changed since, or RefusedError; nothing is written then.
    """
    begin_writing(session)
    ids = [each.product_id for each in desired]
    products = products_to_edit(session, ids)
    accepted = acceptances_by_product(session, ids, author.at.date())
    conflicts = [each.product_id for each in desired if products[each.product_id].version != each.version]
    if conflicts:
        raise ConflictError(conflicts)
    brands = KnownBrands(session)
    edits = [
        Edit(
            validate_named(each.state, ruleset, brands, accepted[each.product_id]),
            each.product_id,
            each.version,
            before,
        )
        for each in desired
        if (before := state_of_product(products[each.product_id])) != brands.named(each.state)
    ]
    if edits:
        write(session, edits, author)
    return len(edits)


def add_draft(
    session: Session, state: ProductState, reasons: Mapping[str, str], author: Author, ruleset: Ruleset
) -> int:
    """Add a product as a draft, with accepted warnings (reasons by finding); returns its id. Raises RefusedError."""
    product = add_product(session, msgspec.structs.replace(state, status=Status.DRAFT), author, ruleset)
    id_ = product.id
    if reasons:
        _accept(session, id_, reasons, author)
        save_product(
            session, id_, 1, msgspec.structs.replace(state, status=Status.DRAFT), author=author, ruleset=ruleset
        )
    return id_


def save_with_reasons(
    session: Session,
    product_id: int,
    version: int,
    state: ProductState,
    reasons: Mapping[str, str],
    *,
    author: Author,
    ruleset: Ruleset,
) -> int:
    """Record the reasons by finding, then `save_product`. Raises as that does; the caller must roll back then."""
    _accept(session, product_id, reasons, author)
    return save_product(session, product_id, version, state, author=author, ruleset=ruleset)


def free_value(session: Session, field: Literal["sku", "slug"], wanted: str, product_id: int | None = None) -> str:
    """The SKU or slug, or the first one with a number behind it that no other product has."""
    column = table_of(Product).c[field]
    others = select(column).where(column.startswith(wanted[:_STEM], autoescape=True), Product.id != (product_id or 0))
    taken = set(session.scalars(others))
    longest = {"sku": LONGEST_SKU, "slug": LONGEST_SLUG}[field]
    numbered = (f"{wanted[: longest - len(tail)].rstrip('-')}{tail}" for tail in (f"-{n}" for n in count(2)))
    return wanted if wanted not in taken else next(each for each in numbered if each not in taken)


_STEM = 50
"""Characters that a SKU or slug and its numbered variants have in common."""


def was_ever_public(session: Session, product_id: int) -> bool:
    """Whether shoppers ever saw a product: its first publication left a price."""
    return session.scalar(select(PricePoint.product_id).where(PricePoint.product_id == product_id).limit(1)) is not None


def _accept(session: Session, product_id: int, reasons: Mapping[str, str], author: Author) -> None:
    known = accepted_reasons(session, product_id) if reasons else {}
    for finding, reason in reasons.items():
        if known.get(finding) != reason:
            accept_warning(session, product_id, finding, reason, author)


def add_picture(session: Session, data: bytes, filename: str) -> Picture:
    """Store an uploaded picture in several widths; the product references it afterwards. Raises RefusedError."""
    picture, files = read_picture(data, filename)
    store_picture(session, files)
    return picture


def store_picture(session: Session, files: Mapping[str, bytes]) -> None:
    """Store the files of a picture by name, as `read_picture` gives them."""
    begin_writing(session)
    for name, file in files.items():
        session.merge(PictureFile(name=name, data=file))
    session.flush()
