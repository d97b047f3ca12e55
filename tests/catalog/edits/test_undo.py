"""Undo of batches."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from sqlalchemy.orm import Session

from catalog.edits.products import DesiredState, add_product, change_all, product_to_edit, save_product
from catalog.edits.store import ConflictError, open_batch
from catalog.edits.undo import AlreadyUndoneError, Decision, OfBatch, OfPerson, changed_since
from catalog.edits.undo import undo as undo_changes
from catalog.models import Batch, How, Product, Status
from catalog.product_state import ProductState, state_of_product
from recommend.knowledge import Ruleset
from tests.factories import AuthorFactory, ProductStateFactory, make_product


def now(session: Session, product: Product) -> ProductState:
    return state_of_product(product_to_edit(session, product.id))


def change(session: Session, ruleset: Ruleset, products: Sequence[Product], **fields: object) -> int:
    """Change these products in a batch; returns its id."""
    author = AuthorFactory.build(how=How.BULK)
    batch = open_batch(session, author, "prijzen")
    desired = [
        DesiredState(product.id, product.version, msgspec.structs.replace(now(session, product), **fields))
        for product in products
    ]
    change_all(session, desired, msgspec.structs.replace(author, batch_id=batch), ruleset)
    return batch


def undo(session: Session, ruleset: Ruleset, batch: int) -> int:
    return undo_changes(session, OfBatch(batch), AuthorFactory.build(how=How.UNDO), ruleset, label="terug")


def test_undoing_a_batch_gives_every_product_what_it_had_before(session: Session, ruleset: Ruleset) -> None:
    products = [make_product(session, price_cents=1000 + number) for number in range(3)]
    before = [now(session, product) for product in products]
    batch = change(session, ruleset, products, price_cents=700)
    undoing = undo(session, ruleset, batch)
    assert [now(session, product) for product in products] == before
    assert session.get_one(Batch, batch).undone_by_id == undoing
    assert session.get_one(Batch, undoing).how is How.UNDO


def test_what_somebody_changed_elsewhere_since_stays(session: Session, ruleset: Ruleset) -> None:
    product = make_product(session, price_cents=1000, stock=3)
    batch = change(session, ruleset, [product], price_cents=700)
    change(session, ruleset, [product], stock=9)
    undo(session, ruleset, batch)
    assert (now(session, product).price_cents, now(session, product).stock) == (1000, 9)


def test_a_batch_whose_fields_somebody_changed_since_is_not_taken_back(session: Session, ruleset: Ruleset) -> None:
    product, other = make_product(session), make_product(session)
    batch = change(session, ruleset, [product, other], price_cents=700)
    change(session, ruleset, [product], price_cents=800)
    with pytest.raises(ConflictError) as conflict:
        undo(session, ruleset, batch)
    assert conflict.value.product_ids == (product.id,)


def test_a_batch_is_taken_back_once_and_that_can_be_taken_back_too(session: Session, ruleset: Ruleset) -> None:
    product = make_product(session)
    batch = change(session, ruleset, [product], price_cents=700)
    undoing = undo(session, ruleset, batch)
    with pytest.raises(AlreadyUndoneError):
        undo(session, ruleset, batch)
    undo(session, ruleset, undoing)
    assert now(session, product).price_cents == 700


def test_a_product_that_the_batch_added_is_archived_and_not_deleted(session: Session, ruleset: Ruleset) -> None:
    make_product(session)  # its brand has the address required for publishing
    author = AuthorFactory.build(how=How.IMPORT)
    batch = open_batch(session, author, "nieuw.csv")
    added = add_product(session, ProductStateFactory.build(), msgspec.structs.replace(author, batch_id=batch), ruleset)
    undo(session, ruleset, batch)
    assert now(session, added).status is Status.ARCHIVED


def test_a_product_in_the_way_is_left_or_taken_back_as_decided_and_the_rest_is_undone(
    session: Session, ruleset: Ruleset
) -> None:
    left, taken, free = (make_product(session, price_cents=1000) for _ in range(3))
    batch = change(session, ruleset, [left, taken, free], price_cents=700)
    change(session, ruleset, [left, taken], price_cents=800)
    in_the_way = changed_since(session, OfBatch(batch))
    assert [(one.product_id, one.fields, one.now.price_cents, one.back.price_cents) for one in in_the_way] == [
        (left.id, ("price_cents",), 800, 1000),
        (taken.id, ("price_cents",), 800, 1000),
    ]
    undo_changes(
        session,
        OfBatch(batch),
        AuthorFactory.build(how=How.UNDO),
        ruleset,
        label="terug",
        settled={left.id: Decision(3, back=False), taken.id: Decision(3, back=True)},
    )
    assert [now(session, product).price_cents for product in (left, taken, free)] == [800, 1000, 1000]


def test_a_decision_on_one_product_does_not_settle_another(session: Session, ruleset: Ruleset) -> None:
    first, second = make_product(session), make_product(session)
    batch = change(session, ruleset, [first, second], price_cents=700)
    change(session, ruleset, [first, second], price_cents=800)
    author = AuthorFactory.build(how=How.UNDO)
    with pytest.raises(ConflictError) as conflict:
        undo_changes(
            session,
            OfBatch(batch),
            author,
            ruleset,
            label="terug",
            settled={first.id: Decision(3, back=True), second.id: Decision(2, back=True)},
        )
    assert conflict.value.product_ids == (second.id,)


def test_a_persons_day_is_undone_and_what_others_did_between_stays(session: Session, ruleset: Ruleset) -> None:
    product = make_product(session, price_cents=1000, stock=3, units_per_pack=60)
    noon = datetime(2026, 11, 20, 12, tzinfo=UTC)

    def save(who: str, hour: int, **fields: object) -> None:
        author = AuthorFactory.build(who=who, at=noon + timedelta(hours=hour))
        state = msgspec.structs.replace(now(session, product), **fields)
        save_product(session, product.id, product.version, state, author=author, ruleset=ruleset)

    save("piet@winkel.test", 0, price_cents=900)
    save("anna@winkel.test", 1, stock=9)
    save("piet@winkel.test", 2, price_cents=800, units_per_pack=90)
    save("piet@winkel.test", 30, net_quantity=77)
    day = OfPerson("piet@winkel.test", noon - timedelta(hours=12), noon + timedelta(hours=12))
    assert changed_since(session, day) == []
    undo_changes(session, day, AuthorFactory.build(how=How.UNDO), ruleset, label="dag van piet")
    state = now(session, product)
    assert (state.price_cents, state.stock, state.units_per_pack, state.net_quantity) == (1000, 9, 60, 77)
