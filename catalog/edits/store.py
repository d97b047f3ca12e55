"""The writes of products, one or a hundred thousand: rows, history, prices and index in one transaction."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from operator import attrgetter, itemgetter
from typing import Any

from msgspec import structs
from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session

from catalog.db.bulk import column_in, insert_rows
from catalog.edits.edit import Author, Edit, ResolvedEdit
from catalog.edits.price_reductions import Reference, reference_prices
from catalog.edits.validation import ValidatedProduct, blockers_of_edit, place_of
from catalog.models import (
    Base,
    Batch,
    Brand,
    BrandChange,
    BrandEvent,
    CatalogueState,
    Change,
    ClaimOverride,
    Component,
    FormTag,
    How,
    OverrideEnd,
    PricePoint,
    Product,
    SlugRedirect,
    Status,
    table_of,
)
from catalog.models.search_index import STAMP
from catalog.other_actives import beside_magnesium
from catalog.product_problems import ProductProblem, RefusedError
from catalog.product_state import STORED_AS_THEY_ARE, ProductState, from_json, to_json
from catalog.queries.brands import KnownBrand
from catalog.search.documents import SearchDocument, days_supply, of_label, search_documents, searched_text
from catalog.search.update import DeferredIndexing, index_products


class ConflictError(Exception):
    """Somebody else changed these products (ids) since the edit began. Nothing was written."""

    def __init__(self, product_ids: Iterable[int]) -> None:
        self.product_ids = tuple(product_ids)
        super().__init__(f"changed meanwhile: {self.product_ids}")


def begin_writing(session: Session) -> int:
    """Take the writer's lock until the end of the transaction; returns the catalogue's new revision.

    Call it before reading the rows that the edit depends on; rows read earlier may have changed.
    """
    session.info.pop(STAMP, None)
    table = table_of(CatalogueState)
    session.execute(update(table).values(revision=table.c.revision + 1))
    revision: int = session.scalars(select(CatalogueState.revision)).one()
    return revision


def open_batch(session: Session, author: Author, label: str) -> int:
    """Create a batch for changes that belong together; its id goes into the author."""
    batch = Batch(at=author.at, who=author.who, how=author.how, label=label)
    session.add(batch)
    session.flush()
    return batch.id


def write(
    session: Session, edits: Sequence[Edit], author: Author, indexing: DeferredIndexing | None = None
) -> list[int]:
    """Write all edits or none; returns the ids of their products, in the same order.

    For many thousands of edits, call it several times with the same `indexing`, then finish that.

    Raises ConflictError when a product has another version, and RefusedError when an address or SKU is taken, a product
    to be published lacks something, or an announced reduction is false. More than some thousands: in several calls.
    """
    begin_writing(session)
    _require_versions(session, edits)
    for name in ("sku", "slug"):
        _require_free(session, edits, name)
    brands = _brands(session, edits, author)
    for edit in edits:
        _require_publishable(edit, brands[edit.after.state.brand])
    resolved = [
        ResolvedEdit(id_, edit, brands[edit.after.state.brand].id)
        for id_, edit in zip(_product_ids(session, edits), edits, strict=True)
    ]
    before = list(search_documents(session, [edit.id for edit in resolved if not edit.is_new]))
    write_rows(session, resolved, _require_reductions(session, resolved, author), author)
    _void_overrides(session, resolved, author)
    _record_counts(session, resolved, author)
    after = documents_after(before, resolved)
    if indexing is None:
        index_products(session, before, after)
    else:
        indexing.add(before, after)
    if not all(edit.is_new for edit in resolved):
        session.expire_all()  # loaded objects no longer match the rows
    return [edit.id for edit in resolved]


def _record_counts(session: Session, edits: Sequence[ResolvedEdit], author: Author) -> None:
    """Record the moment of every new count of stock, from which orders subtract what was sold since.

    A count that an undo or a restoration brings back has the moment at which it was entered: so it never brings back
    packs that were sold meanwhile.
    """
    counted = [edit for edit in edits if "stock" in edit.changed]
    moments = _earlier_counts(session, counted) if author.how in (How.UNDO, How.RESTORE) else {}
    table = table_of(Product)
    statement = update(table).where(table.c.id == bindparam("key"))
    rows = [
        {"key": edit.id, "stock_counted_at": moments.get(edit.id, author.at), "sold_out": False} for edit in counted
    ]
    _execute_many(session, statement, rows)


def _earlier_counts(session: Session, edits: Sequence[ResolvedEdit]) -> dict[int, datetime | None]:
    """The moment at which the stock of each product was last counted as what it becomes again, where it was.

    None for the count that the product came with.
    """
    wanted = {edit.id: edit.after.stock for edit in edits}
    query = (
        select(Change.product_id, Change.version, Change.at, Change.fields, Change.state)
        .where(column_in(session, Change.product_id, wanted), Change.how.not_in([How.UNDO, How.RESTORE]))
        .order_by(Change.product_id, Change.version)
    )
    found: dict[int, datetime | None] = {}
    for product_id, version, at, fields, state in session.execute(query):
        if (version == 1 or "stock" in fields) and from_json(state).stock == wanted[product_id]:
            found[product_id] = None if version == 1 else at
    return found


def documents_after(before: Sequence[SearchDocument], edits: Sequence[ResolvedEdit]) -> list[SearchDocument]:
    """The search documents after the edits; a product whose stock is not counted anew stays sold out."""
    left = {document.product_id: document.stock for document in before}
    documents = [_document(edit) for edit in edits]
    return [
        document if edit.is_new or "stock" in edit.changed else structs.replace(document, stock=left[edit.id])
        for edit, document in zip(edits, documents, strict=True)
    ]


def _require_reductions(session: Session, edits: Sequence[ResolvedEdit], author: Author) -> dict[int, Reference]:
    """The earlier prices of announced reductions, by product id. Raises RefusedError for a false reduction."""
    references: dict[int, Reference] = {}
    found = reference_prices(session, edits, author.at)
    for edit in edits:
        reference = found.get(edit.id)
        if isinstance(reference, ProductProblem):
            raise RefusedError([reference], edit.after.sku)
        if reference is not None:
            references[edit.id] = reference
    return references


def _void_overrides(session: Session, edits: Sequence[ResolvedEdit], author: Author) -> None:
    """End the overrides, proposed ones included, of sentences that are no longer blocked in their field."""
    blocked = {
        edit.id: {place_of(found) for found in edit.validated.findings if found.blocks}
        for edit in edits
        if not edit.is_new
    }
    if not blocked:
        return
    query = select(ClaimOverride).where(
        ClaimOverride.ended.is_(None), column_in(session, ClaimOverride.product_id, blocked)
    )
    for override in session.scalars(query):
        if (override.field, override.sentence) not in blocked[override.product_id]:
            override.ended, override.ended_by, override.ended_at = OverrideEnd.CHANGED, author.who, author.at
    session.flush()


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
    """Raise RefusedError when two products would have one SKU or one address."""
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


def _brands(session: Session, edits: Sequence[Edit], author: Author) -> Mapping[str, Brand]:
    """The brands of the edits by name, new ones added. `validation.validate_named` has settled other spellings."""
    names = {edit.after.state.brand for edit in edits}
    brands = {brand.name: brand for brand in session.scalars(select(Brand).where(Brand.name.in_(names)))}
    new = [Brand(name=name, address="", invented=False) for name in sorted(names - brands.keys())]
    session.add_all(new)
    session.flush()
    for brand in new:
        if brand.name:  # a draft without a brand is under one without a name
            record_brand_change(session, brand, BrandEvent.ADDED, author, after=brand.name)
    return brands | {brand.name: brand for brand in new}


def record_brand_change(
    session: Session, brand: Brand, event: BrandEvent, author: Author, *, before: str = "", after: str = ""
) -> None:
    """Add a line to the history of a brand."""
    session.add(
        BrandChange(
            brand_id=brand.id,
            at=author.at,
            who=author.who,
            event=event,
            before=before,
            after=after,
            reason=author.reason,
        )
    )


def publishing_problems(
    after: ValidatedProduct, brand: Brand | KnownBrand | None, before: ProductState | None = None
) -> tuple[ProductProblem, ...]:
    """The problems that block publishing, a missing brand address included; `before` is the product as stored.

    `brand` is None for one that the catalogue does not know yet, which has no address.
    """
    blockers = blockers_of_edit(after, before)
    if after.state.brand and not (brand and brand.address.strip()):
        return (*blockers, ProductProblem("brand", "brand-address", {"brand": after.state.brand}))
    return blockers


def _require_publishable(edit: Edit, brand: Brand) -> None:
    state = edit.after.state
    if state.status is Status.PUBLISHED and (blockers := publishing_problems(edit.after, brand, edit.before)):
        raise RefusedError(blockers, state.sku)


def _product_ids(session: Session, edits: Sequence[Edit]) -> list[int]:
    """The ids of the edited products; new ids are assigned here, since history rows need them before the insert.

    The writer's lock makes that safe.
    """
    highest = session.scalar(select(func.max(Product.id))) or 0
    following = max(highest, session.scalars(select(CatalogueState.highest_deleted_id)).one()) + 1
    ids: list[int] = []
    for edit in edits:
        ids.append(edit.product_id if edit.product_id is not None else following)
        following += edit.product_id is None
    return ids


def write_rows(
    session: Session, edits: Sequence[ResolvedEdit], references: Mapping[int, Reference], author: Author
) -> None:
    """Write all rows of the edits but the index; `references` are the earlier prices of reductions, by product id."""
    new = [edit for edit in edits if edit.is_new]
    old = [edit for edit in edits if not edit.is_new]
    insert_rows(session, table_of(Product), _PRODUCT, [_product(edit, references) for edit in new])
    changed = [{"key": edit.id} | dict(zip(_PRODUCT, _product(edit, references), strict=True)) for edit in old]
    _execute_many(session, update(table_of(Product)).where(table_of(Product).c.id == bindparam("key")), changed)
    recomposed = [edit for edit in old if "composition" in edit.changed]
    for table, edited in ((table_of(Component), recomposed), (table_of(FormTag), old)):
        statement = delete(table).where(table.c.product_id == bindparam("key"))
        _execute_many(session, statement, [{"key": edit.id} for edit in edited])
    components = [row for edit in (*new, *recomposed) for row in _components(edit)]
    insert_rows(session, table_of(Component), _COMPONENT, components)
    # Tags also depend on the rules, which may have changed since the last edit.
    insert_rows(session, table_of(FormTag), _TAG, [row for edit in edits for row in _tags(edit)])
    insert_rows(session, table_of(Change), _CHANGE, [_change(edit, author) for edit in edits])
    insert_rows(session, table_of(PricePoint), _PRICE, _prices(session, edits, author))
    _redirect(session, edits)


def _execute_many(session: Session, statement: Any, rows: list[dict[str, Any]]) -> None:
    """Execute one statement for many rows."""
    if rows:
        session.connection().execute(statement, rows)


def _in_table(model: type[Base], *names: str) -> tuple[str, ...]:
    """These columns in the order of their table, as `insert_rows` needs them."""
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
    "label_faults",
    "english_complete",
    "overridden",
)
_PRODUCT = _in_table(Product, *STORED_AS_THEY_ARE, *_DERIVED)
_COMPONENT = ("product_id", "position", "form", "salt", "compound_ug", "elemental_ug")
_TAG = ("product_id", "form", "magnesium_ug", "counts_as_form")
_CHANGE = ("product_id", "version", "at", "who", "how", "reason", "batch_id", "fields", "state")
_PRICE = ("product_id", "at", "cents")
_entered_values = attrgetter(*STORED_AS_THEY_ARE)
_in_table_order = itemgetter(*((*STORED_AS_THEY_ARE, *_DERIVED).index(name) for name in _PRODUCT))


def _product(edit: ResolvedEdit, references: Mapping[int, Reference]) -> tuple[Any, ...]:
    after = edit.validated
    blocked = after.blocked if after.findings else ()
    reference = references.get(edit.id)
    derived = (
        edit.id,
        edit.new_version,
        edit.brand_id,
        after.magnesium_ug,
        after.tenth_cents_per_100mg,
        after.tenth_cents_per_day,
        reference.cents if reference else None,
        reference.until if reference else None,
        len(blocked),
        after.open_warnings,
        after.portion_too_small if blocked else False,
        bool(after.not_permitted),
        after.label_faults if after.publish_blockers else 0,
        after.english_complete,
        after.overridden,
    )
    row: tuple[Any, ...] = _in_table_order(_entered_values(after.state) + derived)
    return row


def _components(edit: ResolvedEdit) -> list[tuple[Any, ...]]:
    return [
        (edit.id, position, line.form, line.salt, line.compound_ug, line.elemental_ug)
        for position, line in enumerate(edit.after.composition)
    ]


def _tags(edit: ResolvedEdit) -> list[tuple[Any, ...]]:
    magnesium = edit.validated.magnesium
    return [(edit.id, form, amount, form in magnesium.counts_as) for form, amount in magnesium.by_form.items()]


def _change(edit: ResolvedEdit, author: Author) -> tuple[Any, ...]:
    return (
        edit.id,
        edit.new_version,
        author.at,
        author.who,
        author.how,
        author.reason,
        author.batch_id,
        edit.changed,
        to_json(edit.after),
    )


def _prices(session: Session, edits: Sequence[ResolvedEdit], author: Author) -> list[tuple[Any, ...]]:
    """The changes of prices on sale, each after the product's last one, also when the clock was put back."""
    changed = [edit for edit in edits if edit.price_on_sale != edit.earlier_price_on_sale]
    known = [edit.id for edit in changed if not edit.is_new]
    later: dict[int, datetime] = {}
    if known:
        last = select(PricePoint.product_id, func.max(PricePoint.at)).where(PricePoint.at >= author.at)
        found = session.execute(last.where(column_in(session, PricePoint.product_id, known)).group_by("product_id"))
        later = {product_id: at + timedelta(microseconds=1) for product_id, at in found}
    return [(edit.id, later.get(edit.id, author.at), edit.price_on_sale) for edit in changed]


def _redirect(session: Session, edits: Sequence[ResolvedEdit]) -> None:
    """Redirect given-up addresses to their product; delete the redirects of addresses that a product takes."""
    table = table_of(SlugRedirect)
    taken = [edit.after.slug for edit in edits if edit.is_new or "slug" in edit.changed]
    session.execute(delete(table).where(column_in(session, table.c.slug, taken)))
    given_up = [
        {"slug": edit.before.slug, "product_id": edit.id} for edit in edits if edit.before and "slug" in edit.changed
    ]
    _execute_many(session, insert(table), given_up)


def _document(edit: ResolvedEdit) -> SearchDocument:
    """The search document of a product after the edit."""
    state, after = edit.after, edit.validated
    magnesium_ug, has_english = after.magnesium.total_ug, after.english_complete
    document = SearchDocument(
        product_id=edit.id,
        status=state.status,
        sku=state.sku,
        brand=state.brand,
        forms=tuple(sorted(after.magnesium.by_form)),
        counts_as=after.magnesium.counts_as,
        dosage_form=state.dosage_form.value,
        vegan=state.vegan,
        allergens=tuple(allergen.value for allergen in state.allergens),
        allergens_stated=state.allergens_stated,
        other_actives=tuple(active.substance for active in state.other_actives),
        beside=beside_magnesium(state),
        price_cents=state.price_cents,
        stock=state.stock,
        tenth_cents_per_100mg=after.tenth_cents_per_100mg,
        tenth_cents_per_day=after.tenth_cents_per_day,
        magnesium_ug=magnesium_ug,
        magnesium_per_day_ug=magnesium_ug * state.units_per_day,
        days_supply=days_supply(state.units_per_pack, state.units_per_day),
        name=searched_text(state, "name", has_english),
        summary=searched_text(state, "summary", has_english),
        ingredients=searched_text(state, "ingredients", has_english),
    )
    return of_label(document, after.label_faults)
