"""Where products are written, one or a hundred thousand: rows, history, prices and index in one transaction."""

from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter, itemgetter
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session

from catalog.db.bulk import column_in, insert_rows
from catalog.edits.edit import Author, Edit, ResolvedEdit
from catalog.edits.price_reductions import Reference, reference_prices
from catalog.edits.validation import ValidatedProduct
from catalog.models import (
    Base,
    Batch,
    Brand,
    CatalogueState,
    Change,
    Component,
    FormTag,
    PricePoint,
    Product,
    SlugRedirect,
    Status,
    table_of,
)
from catalog.models.search_index import STAMP
from catalog.product_problems import ProductProblem, RefusedError
from catalog.product_state import STORED_AS_THEY_ARE, to_json
from catalog.search.documents import SearchDocument, search_documents
from catalog.search.update import DeferredIndexing, index_products


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


def write(
    session: Session, edits: Sequence[Edit], author: Author, indexing: DeferredIndexing | None = None
) -> list[int]:
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
        ResolvedEdit(id_, edit, brands[edit.after.state.brand].id)
        for id_, edit in zip(_numbered(session, edits), edits, strict=True)
    ]
    before = list(search_documents(session, [place.id for place in placed if not place.is_new]))
    write_rows(session, placed, _require_reductions(session, placed, author), author)
    after = [document_of_edit(place) for place in placed]
    if indexing is None:
        index_products(session, before, after)
    else:
        indexing.add(before, after)
    if not all(place.is_new for place in placed):
        session.expire_all()  # what was loaded before is no longer what is stored
    return [place.id for place in placed]


def _require_reductions(session: Session, edits: Sequence[ResolvedEdit], author: Author) -> dict[int, Reference]:
    """The earlier prices of announced reductions, by product id. Raises RefusedError for one that is none."""
    references: dict[int, Reference] = {}
    found = reference_prices(session, edits, author.at)
    for edit in edits:
        reference = found.get(edit.id)
        if isinstance(reference, ProductProblem):
            raise RefusedError([reference], edit.after.sku)
        if reference is not None:
            references[edit.id] = reference
    return references


def _require_versions(session: Session, edits: Sequence[Edit]) -> None:
    expected = {edit.product_id: edit.version for edit in edits if edit.product_id is not None}
    if not expected:
        return
    query = select(Product.id, Product.version).where(column_in(session, Product.id, expected))
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
            raise RefusedError([ProductProblem(name, "taken", {"sku": first.after.state.sku})], edit.after.state.sku)
    column = table_of(Product).c[name]
    for id_, value, sku in session.execute(
        select(Product.id, column, Product.sku).where(column_in(session, column, holder))
    ):
        if id_ != holder[value].product_id:
            raise RefusedError([ProductProblem(name, "taken", {"sku": sku})], holder[value].after.state.sku)


def _brands(session: Session, edits: Sequence[Edit]) -> Mapping[str, Brand]:
    names = {edit.after.state.brand for edit in edits}
    brands = {brand.name: brand for brand in session.scalars(select(Brand).where(Brand.name.in_(names)))}
    new = [Brand(name=name, address="", invented=False) for name in sorted(names - brands.keys())]
    session.add_all(new)
    session.flush()
    return brands | {brand.name: brand for brand in new}


def publishing_problems(after: ValidatedProduct, brand: Brand) -> tuple[ProductProblem, ...]:
    """What keeps a product from being published, the address of its brand included."""
    if after.state.brand and not brand.address.strip():
        return (*after.publish_blockers, ProductProblem("brand", "brand-address", {"brand": brand.name}))
    return after.publish_blockers


def _require_publishable(after: ValidatedProduct, brand: Brand) -> None:
    if after.state.status is Status.PUBLISHED and (publish_blockers := publishing_problems(after, brand)):
        raise RefusedError(publish_blockers, after.state.sku)


def _numbered(session: Session, edits: Sequence[Edit]) -> list[int]:
    """Ids given here and not by the database: there is one writer, and history needs them before rows are read back."""
    following = (session.scalar(select(func.max(Product.id))) or 0) + 1
    ids: list[int] = []
    for edit in edits:
        ids.append(edit.product_id if edit.product_id is not None else following)
        following += edit.product_id is None
    return ids


def write_rows(
    session: Session, placed: Sequence[ResolvedEdit], references: Mapping[int, Reference], author: Author
) -> None:
    """Everything that the edits store; `references` are the earlier prices beside a reduction."""
    new = [place for place in placed if place.is_new]
    old = [place for place in placed if not place.is_new]
    insert_rows(session, table_of(Product), _PRODUCT, [_product(place, references) for place in new])
    changed = [{"key": place.id} | dict(zip(_PRODUCT, _product(place, references), strict=True)) for place in old]
    _many(session, update(table_of(Product)).where(table_of(Product).c.id == bindparam("key")), changed)
    recomposed = [place for place in old if "composition" in place.changed]
    for table, places in ((table_of(Component), recomposed), (table_of(FormTag), old)):
        statement = delete(table).where(table.c.product_id == bindparam("key"))
        _many(session, statement, [{"key": place.id} for place in places])
    components = [row for place in (*new, *recomposed) for row in _components(place)]
    insert_rows(session, table_of(Component), _COMPONENT, components)
    # Tags follow from the rules too, which may be others than at the last edit.
    insert_rows(session, table_of(FormTag), _TAG, [row for place in placed for row in _tags(place)])
    insert_rows(session, table_of(Change), _CHANGE, [_change(place, author) for place in placed])
    prices = [row for place in placed for row in _price(place, author)]
    insert_rows(session, table_of(PricePoint), _PRICE, prices)
    _redirect(session, placed)


def _many(session: Session, statement: Any, rows: list[dict[str, Any]]) -> None:
    """One statement for many rows."""
    if rows:
        session.connection().execute(statement, rows)


def _in_table(model: type[Base], *names: str) -> tuple[str, ...]:
    """These columns in the order of their table, as `insert_rows` wants them."""
    return tuple(column.name for column in table_of(model).columns if column.name in names)


_DERIVED = (
    "id",
    "version",
    "brand_id",
    "magnesium_ug",
    "tenth_cents_per_100mg",
    "tenth_cents_per_day",
    "from_cents",
    "from_until",
    "blocked_texts",
    "open_warnings",
    "portion_too_small",
    "form_not_permitted",
)
_PRODUCT = _in_table(Product, *STORED_AS_THEY_ARE, *_DERIVED)
_COMPONENT = ("product_id", "position", "form", "salt", "compound_ug", "elemental_ug")
_TAG = ("product_id", "form", "magnesium_ug", "counts_as_form")
_CHANGE = ("product_id", "version", "at", "who", "how", "reason", "batch_id", "fields", "state")
_PRICE = ("product_id", "at", "cents")
_stated = attrgetter(*STORED_AS_THEY_ARE)
_sorted = itemgetter(*((*STORED_AS_THEY_ARE, *_DERIVED).index(name) for name in _PRODUCT))


def _product(place: ResolvedEdit, references: Mapping[int, Reference]) -> tuple[Any, ...]:
    after = place.edit.after
    blocked = after.blocked if after.findings else ()
    reference = references.get(place.id)
    derived = (
        place.id,
        place.edit.version + 1,
        place.brand_id,
        after.magnesium_ug,
        after.tenth_cents_per_100mg,
        after.tenth_cents_per_day,
        reference.cents if reference else None,
        reference.until if reference else None,
        len(blocked),
        after.open_warnings,
        after.portion_too_small if blocked else False,
        bool(after.not_permitted),
    )
    row: tuple[Any, ...] = _sorted(_stated(after.state) + derived)
    return row


def _components(place: ResolvedEdit) -> list[tuple[Any, ...]]:
    return [
        (place.id, position, stated.form, stated.salt, stated.compound_ug, stated.elemental_ug)
        for position, stated in enumerate(place.after.composition)
    ]


def _tags(place: ResolvedEdit) -> list[tuple[Any, ...]]:
    magnesium = place.edit.after.magnesium
    return [(place.id, form, amount, form in magnesium.counts_as) for form, amount in magnesium.by_form.items()]


def _change(place: ResolvedEdit, author: Author) -> tuple[Any, ...]:
    return (
        place.id,
        place.edit.version + 1,
        author.at,
        author.who,
        author.how,
        author.reason,
        author.batch_id,
        place.changed,
        to_json(place.after),
    )


def _price(place: ResolvedEdit, author: Author) -> list[tuple[Any, ...]]:
    price = place.price_on_sale
    return [] if price == place.earlier_price_on_sale else [(place.id, author.at, price)]


def _redirect(session: Session, placed: Sequence[ResolvedEdit]) -> None:
    """An address given up leads to the product; one that a product takes leads nowhere else."""
    table = table_of(SlugRedirect)
    taken = [place.after.slug for place in placed if place.is_new or "slug" in place.changed]
    session.execute(delete(table).where(column_in(session, table.c.slug, taken)))
    given_up = [
        {"slug": place.edit.before.slug, "product_id": place.id}
        for place in placed
        if place.edit.before and "slug" in place.changed
    ]
    _many(session, insert(table), given_up)


def document_of_edit(place: ResolvedEdit) -> SearchDocument:
    """A product as the index will see it when the edit is written."""
    state, after = place.after, place.edit.after
    magnesium_ug = after.magnesium.total_ug
    return SearchDocument(
        product_id=place.id,
        status=state.status,
        sku=state.sku,
        brand=state.brand,
        forms=tuple(sorted(after.magnesium.by_form)),
        counts_as=after.magnesium.counts_as,
        dosage_form=state.dosage_form.value,
        vegan=state.vegan,
        allergens=tuple(allergen.value for allergen in state.allergens),
        price_cents=state.price_cents,
        stock=state.stock,
        tenth_cents_per_100mg=after.tenth_cents_per_100mg,
        tenth_cents_per_day=after.tenth_cents_per_day,
        magnesium_ug=magnesium_ug,
        magnesium_per_day_ug=magnesium_ug * state.units_per_day,
        name=state.text("name"),
        summary=state.text("summary"),
        ingredients=state.text("ingredients"),
    )
