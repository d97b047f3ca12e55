"""Where products are written, one or a hundred thousand: rows, history, prices and index in one transaction."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from catalog.among import among
from catalog.edits.edit import Author, Edit, Placed
from catalog.edits.indexing import LaterIndexing, as_indexed, index_products
from catalog.edits.preparing import Prepared
from catalog.edits.reductions import reference_prices
from catalog.edits.rows import write_rows
from catalog.indexed import indexed_products
from catalog.models import Batch, Brand, CatalogueState, Product, Status, table_of
from catalog.models.search import STAMP
from catalog.problems import Problem, RefusedError


class ConflictError(Exception):
    """Somebody else changed these products (ids) since the edit began. Nothing was written."""

    def __init__(self, product_ids: Iterable[int]) -> None:
        self.product_ids = tuple(product_ids)
        super().__init__(f"changed meanwhile: {self.product_ids}")


def begin_writing(session: Session) -> int:
    """Take the one place of a writer until the end of the transaction; returns the catalogue's new revision.

    Call it before reading what the edit builds on: what was read earlier may have changed.
    """
    session.info.pop(STAMP, None)
    table = table_of(CatalogueState)
    session.execute(update(table).values(revision=table.c.revision + 1))
    revision: int = session.scalars(select(CatalogueState.revision)).one()
    return revision


def open_batch(session: Session, author: Author, label: str) -> int:
    """A batch for changes that belong together; its id goes into the author."""
    batch = Batch(at=author.at, who=author.who, how=author.how, label=label)
    session.add(batch)
    session.flush()
    return batch.id


def write(session: Session, edits: Sequence[Edit], author: Author, indexing: LaterIndexing | None = None) -> list[int]:
    """Write all edits or none; returns the ids of their products, in the same order.

    Whoever writes many thousands in several calls hands in one `indexing` for all of them, and finishes it.

    Raises ConflictError when a product has another version, and RefusedError when an address or SKU is taken, a product
    to be published lacks something, or an announced reduction is none. More than some thousands: in several calls.
    """
    begin_writing(session)
    _require_versions(session, edits)
    for name in ("sku", "slug"):
        _require_free(session, edits, name)
    brands = _brands(session, edits)
    for edit in edits:
        _require_publishable(edit.after, brands[edit.after.state.brand])
    placed = [
        Placed(id_, edit, brands[edit.after.state.brand].id)
        for id_, edit in zip(_numbered(session, edits), edits, strict=True)
    ]
    before = list(indexed_products(session, [place.id for place in placed if not place.is_new]))
    write_rows(session, placed, reference_prices(session, placed, author.at), author)
    after = [as_indexed(place) for place in placed]
    if indexing is None:
        index_products(session, before, after)
    else:
        indexing.add(before, after)
    if not all(place.is_new for place in placed):
        session.expire_all()  # what was loaded before is no longer what is stored
    return [place.id for place in placed]


def _require_versions(session: Session, edits: Sequence[Edit]) -> None:
    expected = {edit.product_id: edit.version for edit in edits if edit.product_id is not None}
    if not expected:
        return
    query = select(Product.id, Product.version).where(among(session, Product.id, expected))
    found = {row[0]: row[1] for row in session.execute(query)}
    changed = [id_ for id_, version in expected.items() if found.get(id_) != version]
    if changed:
        raise ConflictError(changed)


def _require_free(session: Session, edits: Sequence[Edit], name: str) -> None:
    """No two products under one SKU or one address."""
    holder: dict[str, Edit] = {}
    for edit in edits:
        first = holder.setdefault(getattr(edit.after.state, name), edit)
        if first is not edit:
            raise RefusedError([Problem(name, "taken", {"sku": first.after.state.sku})], edit.after.state.sku)
    column = table_of(Product).c[name]
    for id_, value, sku in session.execute(
        select(Product.id, column, Product.sku).where(among(session, column, holder))
    ):
        if id_ != holder[value].product_id:
            raise RefusedError([Problem(name, "taken", {"sku": sku})], holder[value].after.state.sku)


def _brands(session: Session, edits: Sequence[Edit]) -> Mapping[str, Brand]:
    names = {edit.after.state.brand for edit in edits}
    brands = {brand.name: brand for brand in session.scalars(select(Brand).where(Brand.name.in_(names)))}
    new = [Brand(name=name, address="", invented=False) for name in sorted(names - brands.keys())]
    session.add_all(new)
    session.flush()
    return brands | {brand.name: brand for brand in new}


def publishing_problems(after: Prepared, brand: Brand) -> tuple[Problem, ...]:
    """What keeps a product from being published, the address of its brand included."""
    if after.state.brand and not brand.address.strip():
        return (*after.stops, Problem("brand", "brand-address", {"brand": brand.name}))
    return after.stops


def _require_publishable(after: Prepared, brand: Brand) -> None:
    if after.state.status is Status.PUBLISHED and (stops := publishing_problems(after, brand)):
        raise RefusedError(stops, after.state.sku)


def _numbered(session: Session, edits: Sequence[Edit]) -> list[int]:
    """Ids given here and not by the database: there is one writer, and history needs them before rows are read back."""
    following = (session.scalar(select(func.max(Product.id))) or 0) + 1
    ids: list[int] = []
    for edit in edits:
        ids.append(edit.product_id if edit.product_id is not None else following)
        following += edit.product_id is None
    return ids
