"""What an edit changes in the finder is asked of the finder itself, and nothing of it stays."""

import msgspec
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalog.edits import product_to_edit, save_product, state_of
from catalog.edits.effect import all_wishes, effect_of
from catalog.models import Change, Product
from recommend.knowledge import Ruleset
from tests.factories import AuthorFactory, make_product


def save(session: Session, product: Product, ruleset: Ruleset, **fields: object) -> None:
    product = product_to_edit(session, product.id)
    state = msgspec.structs.replace(state_of(product), **fields)
    save_product(session, product.id, product.version, state, author=AuthorFactory.build(), ruleset=ruleset)


def test_a_product_that_is_sold_out_leaves_every_outcome_it_was_in(session: Session, ruleset: Ruleset) -> None:
    make_product(session, price_cents=1000)
    cheap = make_product(session, price_cents=700, vegan=False)
    session.commit()
    effect = effect_of(session, lambda: save(session, cheap, ruleset, stock=0), ruleset, seconds=60)
    assert effect.complete
    assert 0 < effect.changed < effect.total
    assert session.scalar(select(Product.stock).where(Product.id == cheap.id)) == 10


def test_an_edit_that_the_finder_does_not_see_changes_nothing(session: Session, ruleset: Ruleset) -> None:
    product = make_product(session)
    session.commit()
    effect = effect_of(session, lambda: save(session, product, ruleset, storage_en="cool"), ruleset, seconds=60)
    assert (effect.complete, effect.changed) == (True, 0)
    assert session.scalar(select(func.count()).select_from(Change)) == 1


def test_it_says_how_far_it_came_when_time_ran_out(session: Session, ruleset: Ruleset) -> None:
    product = make_product(session)
    session.commit()
    effect = effect_of(session, lambda: save(session, product, ruleset, stock=0), ruleset, seconds=0)
    assert effect.asked < effect.total == len(list(all_wishes(ruleset)))
