"""Counts of stock have a moment, and a product whose last pack was ordered is sold out until it is counted anew."""

from datetime import UTC, datetime, timedelta

import msgspec
from sqlalchemy.orm import Session

from catalog.consistency import derived_data_mismatches
from catalog.edits.availability import set_sold_out
from catalog.edits.edit import Author
from catalog.edits.products import DesiredState, change_all, product_to_edit, save_product
from catalog.edits.store import open_batch
from catalog.edits.undo import OfBatch, undo
from catalog.models import How, Product
from catalog.product_state import state_of_product
from catalog.search.documents import search_documents
from recommend.knowledge import Ruleset
from tests.factories import make_product

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)


def author(hours: int, how: How = How.FORM) -> Author:
    return Author("iemand@voorbeeld.nl", how, MONDAY + timedelta(hours=hours))


def save(session: Session, ruleset: Ruleset, product: Product, hours: int, **fields: object) -> Product:
    row = product_to_edit(session, product.id)
    state = msgspec.structs.replace(state_of_product(row), **fields)
    save_product(session, row.id, row.version, state, author=author(hours), ruleset=ruleset)
    return product_to_edit(session, product.id)


def test_a_new_count_has_the_moment_of_its_edit_and_another_edit_keeps_it(session: Session, ruleset: Ruleset) -> None:
    made = make_product(session, stock=10)
    assert made.stock_counted_at is None, "the count that it came with"
    counted = save(session, ruleset, made, 1, stock=7)
    assert counted.stock_counted_at == MONDAY + timedelta(hours=1)
    assert save(session, ruleset, made, 2, price_cents=999).stock_counted_at == MONDAY + timedelta(hours=1)


def test_an_undo_brings_back_the_count_with_its_own_moment(session: Session, ruleset: Ruleset) -> None:
    made = make_product(session, stock=10)
    save(session, ruleset, made, 1, stock=7)
    batch = open_batch(session, author(2, How.BULK), "tellen")
    row = product_to_edit(session, made.id)
    state = msgspec.structs.replace(state_of_product(row), stock=40)
    by = msgspec.structs.replace(author(2, How.BULK), batch_id=batch)
    change_all(session, [DesiredState(row.id, row.version, state)], by, ruleset)
    assert product_to_edit(session, made.id).stock_counted_at == MONDAY + timedelta(hours=2)
    undo(session, OfBatch(batch), author(3, How.UNDO), ruleset, label="terug")
    back = product_to_edit(session, made.id)
    assert (back.stock, back.stock_counted_at) == (7, MONDAY + timedelta(hours=1))


def test_an_undo_back_to_the_first_count_says_that_it_was_the_first(session: Session, ruleset: Ruleset) -> None:
    made = make_product(session, stock=10)
    batch = open_batch(session, author(2, How.BULK), "tellen")
    row = product_to_edit(session, made.id)
    by = msgspec.structs.replace(author(2, How.BULK), batch_id=batch)
    state = msgspec.structs.replace(state_of_product(row), stock=40)
    change_all(session, [DesiredState(row.id, row.version, state)], by, ruleset)
    undo(session, OfBatch(batch), author(3, How.UNDO), ruleset, label="terug")
    back = product_to_edit(session, made.id)
    assert (back.stock, back.stock_counted_at) == (10, None)


def test_a_sold_out_mark_survives_an_edit_and_ends_with_a_new_count(session: Session, ruleset: Ruleset) -> None:
    made = make_product(session, stock=3)
    session.flush()
    assert set_sold_out(session, {made.id: True}) == [made.id]
    assert set_sold_out(session, {made.id: True}) == [], "a mark that is there writes nothing"
    marked = save(session, ruleset, made, 1, price_cents=999)
    assert (marked.stock, marked.in_stock) == (3, False)
    (document,) = search_documents(session, [made.id])
    assert document.stock == 0
    assert not list(derived_data_mismatches(session, ruleset)), "the index knows"
    counted = save(session, ruleset, made, 2, stock=5)
    assert counted.in_stock
    assert not list(derived_data_mismatches(session, ruleset))
