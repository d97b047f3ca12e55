"""Index maintenance: facets, sort rows and words, changed in the transaction of the edit, many products at a time."""

import secrets
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from pyroaring import BitMap
from sqlalchemy import Table, bindparam, delete, event, insert, select, update
from sqlalchemy.orm import Session

from catalog.db.bulk import column_in, insert_rows
from catalog.models import (
    AdviceRow,
    FacetPosting,
    IndexState,
    ListingRow,
    ListingRowByForm,
    Word,
    WordPosting,
    table_of,
)
from catalog.models.search_index import BLOCK_BITS, UNCOMMITTED
from catalog.search.documents import SearchDocument, in_chunks, search_documents
from catalog.search.terms import Postings, facet_postings, word_postings
from catalog.search.tokens import plain

CHUNK = 500
"""Terms or ids in one statement."""
REBUILD_CHUNK = 2000
"""Products indexed at a time by a rebuild."""
DEFERRED_CHUNK = 10_000
"""Products indexed at a time by DeferredIndexing; each takes some kB of memory until then."""

INDEX_FORMAT = "2"
"""Raised when products get other facet values or words: an index of an older format is derived anew at the start."""

Changes = dict[str, tuple[BitMap, BitMap]]
"""By term: the products added and the products removed."""


def index_products(session: Session, before: Sequence[SearchDocument], after: Sequence[SearchDocument]) -> None:
    """Change the index from the documents `before` to the documents `after`, in this session's transaction.

    `before` has the products as indexed now (none for new ones), `after` as they will be.
    """
    old, new = ({product.product_id: product for product in products} for products in (before, after))
    changed = [id_ for id_ in old.keys() | new.keys() if old.get(id_) != new.get(id_)]
    if not changed:
        return
    session.flush()
    revision = _next_revision(session)
    was, now = ([side[id_] for id_ in sorted(changed) if id_ in side] for side in (old, new))
    facets = _changes(facet_postings(was), facet_postings(now))
    _change_postings(session, table_of(FacetPosting), facets, {"revision": revision})
    _index_words(session, was, now, revision)
    _replace_rows(session, was, now)


def _index_words(session: Session, was: list[SearchDocument], now: list[SearchDocument], revision: int) -> None:
    """Update the words of the products whose word sources differ; most edits change none."""
    if was:
        earlier = {product.product_id: product.word_sources for product in was}
        unchanged = {product.product_id for product in now if earlier.get(product.product_id) == product.word_sources}
        was, now = ([product for product in side if product.product_id not in unchanged] for side in (was, now))
    before, _ = word_postings(was)
    after, written = word_postings(now)
    words = _changes(before, after)
    _change_postings(session, table_of(WordPosting), words, {})
    _count_words(session, words, written, revision)


class DeferredIndexing:
    """Collects the changes of many writes, so that each part of the index is written once for thousands of products.

    The caller that passes one to `write` must call `finish` before the transaction ends.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._before: list[SearchDocument] = []
        self._after: list[SearchDocument] = []

    def add(self, before: Iterable[SearchDocument], after: Iterable[SearchDocument]) -> None:
        """Add products of one write; each product at most once in a transaction."""
        self._before += before
        self._after += after
        if len(self._after) >= DEFERRED_CHUNK:
            self.finish()

    def finish(self) -> None:
        """Write the collected changes to the index."""
        index_products(self._session, self._before, self._after)
        self._before, self._after = [], []


def _changes(before: Postings, after: Postings) -> Changes:
    none = BitMap()
    changes: Changes = {}
    for term in before.keys() | after.keys():
        was, now = before.get(term, none), after.get(term, none)
        if was != now:
            changes[term] = now - was, was - now
    return changes


def _next_revision(session: Session, **more: str) -> int:
    table = table_of(IndexState)
    session.execute(update(table).values(revision=table.c.revision + 1, **more))
    session.info[UNCOMMITTED] = True
    revision: int = session.execute(select(table.c.revision)).scalar_one()
    if revision == 1:  # the first product
        session.execute(update(table).values(epoch=new_epoch()))
    return revision


def new_epoch() -> str:
    return f"{INDEX_FORMAT}.{secrets.token_hex(7)}"


def has_current_format(session: Session) -> bool:
    """Whether the index was derived by this version's rules."""
    epoch: str = session.execute(select(table_of(IndexState).c.epoch)).scalar_one()
    return epoch.startswith(f"{INDEX_FORMAT}.")


@event.listens_for(Session, "after_commit")
@event.listens_for(Session, "after_rollback")
def _forget_uncommitted(session: Session) -> None:
    session.info.pop(UNCOMMITTED, None)


def _change_postings(session: Session, table: Table, changes: Changes, more: dict[str, Any]) -> None:
    for block, terms in _by_block(changes):
        for names in _in_chunks(sorted(terms)):
            found = _read(session, table, block, names)
            new: list[dict[str, Any]] = []
            old: list[dict[str, Any]] = []
            for term in names:
                added, removed = terms[term]
                products = found.get(term, BitMap())
                products -= removed
                products |= added
                (old if term in found else new).append({"t": term, "b": block, "products": products} | more)
            changed = update(table).where(table.c.term == bindparam("t"), table.c.block == bindparam("b"))
            _execute_many(session, insert(table).values(term=bindparam("t"), block=bindparam("b")), new)
            _execute_many(session, changed, old)


def _by_block(changes: Changes) -> Iterator[tuple[int, Changes]]:
    """The changes, cut at block boundaries."""
    touched = BitMap.union(*(side for sides in changes.values() for side in sides)) if changes else BitMap()
    if not touched:
        return
    first, last = touched.min() >> BLOCK_BITS, touched.max() >> BLOCK_BITS
    if first == last:
        yield first, changes
        return
    for block in range(first, last + 1):
        ids = BitMap(range(block << BLOCK_BITS, (block + 1) << BLOCK_BITS))
        if ids & touched:
            changed = ((term, (added & ids, removed & ids)) for term, (added, removed) in changes.items())
            yield block, {term: sides for term, sides in changed if any(sides)}


def _read(session: Session, table: Table, block: int, terms: list[str]) -> dict[str, BitMap]:
    query = select(table.c.term, table.c.products).where(
        table.c.block == block, column_in(session, table.c.term, terms)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def _count_words(session: Session, changes: Changes, written: dict[str, str], revision: int) -> None:
    table = table_of(Word)
    for names in _in_chunks(sorted(changes)):
        stored = set(session.execute(select(table.c.term).where(column_in(session, table.c.term, names))).scalars())
        more = [{"t": term, "by": len(changes[term][0]) - len(changes[term][1])} for term in names]
        new = [
            {"term": row["t"], "products": row["by"], "shown": written.get(row["t"], ""), "revision": revision}
            for row in more
            if row["t"] not in stored
        ]
        counted = update(table).where(table.c.term == bindparam("t"))
        _execute_many(session, insert(table), new)
        _execute_many(
            session,
            counted.values(products=table.c.products + bindparam("by"), revision=revision),
            [row for row in more if row["t"] in stored],
        )


def _replace_rows(session: Session, before: list[SearchDocument], after: list[SearchDocument]) -> None:
    gone = [product.product_id for product in before if product.is_listed]
    for table in map(table_of, (ListingRow, ListingRowByForm, AdviceRow)):
        for ids in _in_chunks(gone):
            session.execute(delete(table).where(table.c.product_id.in_(ids)))
    listed = [product for product in after if product.is_listed]
    _insert(session, table_of(ListingRow), [listing_row(product) for product in listed])
    _insert(session, table_of(ListingRowByForm), [row for product in listed for row in listing_rows_by_form(product)])
    _insert(session, table_of(AdviceRow), [row for product in listed for row in advice_rows(product)])


def _insert(session: Session, table: Table, rows: list[dict[str, Any]]) -> None:
    if rows:
        insert_rows(session, table, tuple(rows[0]), [row.values() for row in rows])


def rebuild_index(session: Session) -> None:
    """Delete the index and derive it from all products, in this session's transaction."""
    session.flush()
    for model in (FacetPosting, WordPosting, Word, ListingRow, ListingRowByForm, AdviceRow):
        session.execute(delete(table_of(model)))
    _next_revision(session, epoch=new_epoch())
    for chunk in in_chunks(search_documents(session), REBUILD_CHUNK):
        index_products(session, [], chunk)


def _execute_many(session: Session, statement: Any, rows: list[dict[str, Any]]) -> None:
    if rows:
        session.connection().execute(statement, rows)


def _in_chunks(items: Sequence[Any]) -> Iterator[list[Any]]:
    remaining = iter(items)
    while chunk := list(islice(remaining, CHUNK)):
        yield chunk


def listing_row(product: SearchDocument) -> dict[str, Any]:
    """The columns that every order sorts a listed product by."""
    return _ranked(product) | {
        "price_cents": product.price_cents,
        "magnesium_per_day_ug": product.magnesium_per_day_ug,
        "name_nl": plain(product.name.nl),
        "name_en": plain(product.name.en or product.name.nl),
    }


def listing_rows_by_form(product: SearchDocument) -> list[dict[str, Any]]:
    """The sort columns of a listed product, once for each form in it."""
    ranked = _ranked(product)
    return [ranked | {"form": form} for form in product.forms]


def advice_rows(product: SearchDocument) -> list[dict[str, Any]]:
    """The advice rows of a listed product: one for each form that it counts as; none when sold out."""
    return [
        {
            "form": form,
            "tenth_cents_per_100mg": product.tenth_cents_per_100mg,
            "sku": product.sku,
            "product_id": product.product_id,
            "magnesium_ug": product.magnesium_ug,
            "tenth_cents_per_day": product.tenth_cents_per_day,
            "vegan": product.vegan is True,
            "beside": product.beside,
            "dosage_form": product.dosage_form,
            "also": "".join(f" {other} " for other in product.forms if other != form),
            "is_blend": product.is_blend,
            "short_ug": product.short_ug,
        }
        for form in (product.counts_as if product.stock else ())
    ]


def _ranked(product: SearchDocument) -> dict[str, Any]:
    return {
        "product_id": product.product_id,
        "grade": product.grade,
        "tenth_cents_per_100mg": product.tenth_cents_per_100mg,
        "sku": product.sku,
    }
