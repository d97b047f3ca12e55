"""Derived data compared with the products, and its repair: columns, form tags, facets, sort rows and words."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct
from pyroaring import BitMap
from sqlalchemy import ColumnElement, delete, func, insert, select, update
from sqlalchemy.orm import Session, joinedload, selectinload

from catalog.composition import CompositionError, Line, magnesium_in, work_out
from catalog.edits.store import begin_writing
from catalog.edits.validation import ValidatedProduct
from catalog.ingredient_check import check_label
from catalog.models import (
    AdviceRow,
    Component,
    FacetPosting,
    FormTag,
    ListingRow,
    ListingRowByForm,
    Product,
    Status,
    Word,
    WordPosting,
    table_of,
)
from catalog.product_problems import ProductProblem
from catalog.product_state import label_line_of, state_of_product
from catalog.search.documents import SearchDocument, in_chunks, search_documents
from catalog.search.terms import facet_postings, word_postings
from catalog.search.update import advice_rows, listing_row, listing_rows_by_form, rebuild_index
from recommend.knowledge import Ruleset

CHUNK = 1000
"""Products read at a time."""
DERIVED = ("magnesium_ug", "tenth_cents_per_100mg", "tenth_cents_per_day", "label_faults", "english_complete")


class Mismatch(Struct, frozen=True):
    """A derived value that differs from the recomputed one.

    `where` is a SKU or a table, `what` a column, a term or "rows".
    """

    where: str
    what: str
    stored: str
    expected: str


def derived_data_mismatches(session: Session, ruleset: Ruleset) -> Iterator[Mismatch]:
    """Recompute all derived data and yield every difference: products first, then the index."""
    for product in _products(session):
        yield from _product_mismatches(product, ruleset)
    yield from _index_mismatches(session)


def public_label_faults(session: Session) -> Iterator[tuple[str, ProductProblem]]:
    """SKU and problem for every contradiction on the label of a public product, which a person must mend."""
    for product in _products(session, Product.status == Status.PUBLISHED):
        for problem in check_label(state_of_product(product)).problems:
            yield product.sku, problem


def repair_derived_data(session: Session, ruleset: Ruleset) -> None:
    """Recompute derived columns and the index in this session's transaction; the caller commits."""
    begin_writing(session)
    for product in _products(session):
        if not any(_product_mismatches(product, ruleset)):
            continue
        derived, tags = _derived(product, ruleset)
        session.execute(update(table_of(Product)).where(table_of(Product).c.id == product.id).values(derived))
        session.execute(delete(table_of(FormTag)).where(table_of(FormTag).c.product_id == product.id))
        rows = [{"product_id": product.id, "form": form} | tag for form, tag in tags.items()]
        if rows:
            session.connection().execute(insert(table_of(FormTag)), rows)
    session.expire_all()
    rebuild_index(session)


def _products(session: Session, *conditions: ColumnElement[bool]) -> Iterator[Product]:
    query = select(Product).where(*conditions).options(joinedload(Product.brand), selectinload(Product.components))
    last_id = 0
    while products := session.scalars(
        query.options(selectinload(Product.tags)).where(Product.id > last_id).order_by(Product.id).limit(CHUNK)
    ).all():
        yield from products
        last_id = products[-1].id
        session.expunge_all()


def _product_mismatches(product: Product, ruleset: Ruleset) -> Iterator[Mismatch]:
    derived, tags = _derived(product, ruleset)
    for name, expected in derived.items():
        if getattr(product, name) != expected:
            yield Mismatch(product.sku, name, str(getattr(product, name)), str(expected))
    stored = {
        tag.form: {"magnesium_ug": tag.magnesium_ug, "counts_as_form": tag.counts_as_form} for tag in product.tags
    }
    if stored != tags:
        yield Mismatch(product.sku, "form_tag", str(stored), str(tags))


def _derived(product: Product, ruleset: Ruleset) -> tuple[dict[str, int], dict[str, dict[str, Any]]]:
    """The derived columns and form tags of a product, as an edit would write them."""
    lines = tuple(_line(component, ruleset) for component in product.components)
    magnesium = magnesium_in(lines)
    state = state_of_product(product)
    faults = check_label(state).problems
    derived = ValidatedProduct(state, magnesium, findings=(), not_permitted=(), publish_blockers=faults)
    tags = {
        form: {"magnesium_ug": amount, "counts_as_form": form in magnesium.counts_as}
        for form, amount in magnesium.by_form.items()
    }
    return {name: getattr(derived, name) for name in DERIVED}, tags


def _line(component: Component, ruleset: Ruleset) -> Line:
    try:
        return work_out(label_line_of(component), ruleset)
    except CompositionError:  # a draft may lack amounts
        return Line(component.form, component.salt, component.compound_ug, 0)


def _index_mismatches(session: Session) -> Iterator[Mismatch]:
    facets: dict[str, BitMap] = defaultdict(BitMap)
    words: dict[str, BitMap] = defaultdict(BitMap)
    row_counts = {ListingRow: 0, ListingRowByForm: 0, AdviceRow: 0}
    for chunk in in_chunks(search_documents(session), CHUNK):
        for postings, found in ((facet_postings(chunk), facets), (word_postings(chunk)[0], words)):
            for term, products in postings.items():
                found[term] |= products
        listed = [product for product in chunk if product.is_listed]
        row_counts[ListingRow] += len(listed)
        row_counts[ListingRowByForm] += sum(len(product.forms) for product in listed)
        row_counts[AdviceRow] += sum(len(advice_rows(product)) for product in listed)
        yield from _row_mismatches(session, listed)
    for table, expected in row_counts.items():
        if (stored := session.scalar(select(func.count()).select_from(table_of(table)))) != expected:
            yield Mismatch(table.__tablename__, "rows", str(stored), str(expected))
    yield from _posting_mismatches(session, FacetPosting, facets)
    yield from _posting_mismatches(session, WordPosting, words)
    for term, stored in session.execute(select(Word.term, Word.products)):
        expected = len(words.pop(term, ()))
        if stored != expected:
            yield Mismatch("word", term, str(stored), str(expected))
    yield from (Mismatch("word", term, "none", str(len(products))) for term, products in words.items())


def _row_mismatches(session: Session, listed: Sequence[SearchDocument]) -> Iterator[Mismatch]:
    for model, rows in (
        (ListingRow, [listing_row(product) for product in listed]),
        (ListingRowByForm, [row for product in listed for row in listing_rows_by_form(product)]),
        (AdviceRow, [row for product in listed for row in advice_rows(product)]),
    ):
        table = table_of(model)
        ids = {row["product_id"] for row in rows}
        stored = {
            _key(row._mapping): dict(row._mapping)
            for row in session.execute(select(table).where(table.c.product_id.in_(ids)))
        }
        for row in rows:
            if (found := stored.get(_key(row))) != row:
                yield Mismatch(row["sku"], table.name, str(found), str(row))


def _key(row: Any) -> tuple[Any, ...]:
    return row["product_id"], row.get("form")


def _posting_mismatches(
    session: Session, model: type[FacetPosting | WordPosting], expected: Mapping[str, BitMap]
) -> Iterator[Mismatch]:
    stored: dict[str, BitMap] = defaultdict(BitMap)
    for term, products in session.execute(select(model.term, model.products)):
        stored[term] |= products
    for term in sorted(stored.keys() | expected.keys()):
        found, right = stored.get(term, BitMap()), expected.get(term, BitMap())
        if found != right:
            yield Mismatch(model.__tablename__, term, f"{len(found)} products", f"{len(right)} products")
