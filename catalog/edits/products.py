"""Adding, changing, restoring and archiving products; each function writes one or more edits together."""

from collections.abc import Mapping, Sequence

import msgspec
from msgspec import Struct
from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload, selectinload

from catalog.db.bulk import column_in
from catalog.edits.edit import Author, Edit
from catalog.edits.store import ConflictError, begin_writing, write
from catalog.edits.validation import ValidatedProduct, validate
from catalog.models import AcceptedWarning, Change, PictureFile, Product, Status
from catalog.pictures import Picture, read_picture
from catalog.product_state import FIELDS, ProductState, changed_fields, from_json, state_of_product
from recommend.knowledge import Ruleset


class Merge(Struct, frozen=True):
    """Two edits of one version combined; `overlapping` are the fields that both changed to different values."""

    state: ProductState
    overlapping: tuple[str, ...]


def add_product(session: Session, state: ProductState, author: Author, ruleset: Ruleset) -> Product:
    """Add a product. Raises RefusedError."""
    [id_] = write(session, [Edit(validate(state, ruleset))], author)
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
    after = validate(state, ruleset, accepted_reasons(session, product_id))
    if before == state and product.open_warnings == after.open_warnings:
        return version
    write(session, [Edit(after, product_id, version, before)], author)
    return version + 1


def product_to_edit(session: Session, product_id: int) -> Product:
    """A product of any status, with everything that an edit needs. Raises NoResultFound."""
    return session.scalars(_to_edit().where(Product.id == product_id)).one()


def products_to_edit(session: Session, ids: Sequence[int]) -> dict[int, Product]:
    """Some thousands of products to edit, by id; missing ids are left out."""
    return {product.id: product for product in session.scalars(_to_edit().where(column_in(session, Product.id, ids)))}


def _to_edit() -> Select[Product]:
    return (
        select(Product)
        .options(joinedload(Product.brand), selectinload(Product.components), selectinload(Product.tags))
        .execution_options(populate_existing=True)
    )


def state_at(session: Session, product_id: int, version: int) -> ProductState:
    """The state of a product at a version. Raises NoResultFound."""
    query = select(Change.state).where(Change.product_id == product_id, Change.version == version)
    return from_json(session.scalars(query).one())


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


def accepted_by_product(session: Session, ids: Sequence[int]) -> dict[int, dict[str, str]]:
    """The accepted warnings of some thousands of products: reasons by finding, by product id."""
    reasons: dict[int, dict[str, str]] = {}
    for row in session.scalars(select(AcceptedWarning).where(column_in(session, AcceptedWarning.product_id, ids))):
        reasons.setdefault(row.product_id, {})[row.finding] = row.reason
    return reasons


def accept_warning(session: Session, product_id: int, finding: str, reason: str, author: Author) -> None:
    """Record the reason to accept a sentence that needs review; save the product afterwards."""
    begin_writing(session)
    session.merge(AcceptedWarning(product_id=product_id, finding=finding, reason=reason, who=author.who, at=author.at))
    session.flush()


def revalidate(session: Session, product: Product, ruleset: Ruleset) -> ValidatedProduct:
    """Validate a stored product again, with its findings."""
    return validate(state_of_product(product), ruleset, accepted_reasons(session, product.id))


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
    reasons = accepted_by_product(session, ids)
    conflicts = [each.product_id for each in desired if products[each.product_id].version != each.version]
    if conflicts:
        raise ConflictError(conflicts)
    edits = [
        Edit(validate(each.state, ruleset, reasons.get(each.product_id)), each.product_id, each.version, before)
        for each in desired
        if (before := state_of_product(products[each.product_id])) != each.state
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


def _accept(session: Session, product_id: int, reasons: Mapping[str, str], author: Author) -> None:
    for finding, reason in reasons.items():
        accept_warning(session, product_id, finding, reason, author)


def add_picture(session: Session, data: bytes, filename: str) -> Picture:
    """Store an uploaded picture in several widths; the product references it afterwards. Raises RefusedError."""
    picture, files = read_picture(data, filename)
    begin_writing(session)
    for name, file in files.items():
        session.merge(PictureFile(name=name, data=file))
    session.flush()
    return picture
