"""Impact of an edit on the finder: equal to the finder's own answers, and rolled back."""

import random

import msgspec
import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalog.advice.candidates import Wishes, advised_products, budget_bands, is_by_fit
from catalog.advice.impact import all_wishes, finder_impact, shown_products
from catalog.composition import LabelLine
from catalog.edits.products import product_to_edit, save_product
from catalog.models import Change, DosageForm, Product
from catalog.other_actives import read_other_actives
from catalog.product_state import state_of_product
from recommend.knowledge import Ruleset
from tests.factories import AuthorFactory, make_product

FORMS = ("citrate", "oxide", "bisglycinate", "taurate", "threonate", "carbonate", "malate")


def save(session: Session, product: Product, ruleset: Ruleset, **fields: object) -> None:
    product = product_to_edit(session, product.id)
    state = msgspec.structs.replace(state_of_product(product), **fields)
    save_product(session, product.id, product.version, state, author=AuthorFactory.build(), ruleset=ruleset)


@pytest.mark.long
def test_combinations_of_wishes_are_answered_as_the_finder_answers_them(session: Session, ruleset: Ruleset) -> None:
    """All are answered at once; a tenth of them, of every kind, are asked of the finder one by one."""
    chance = random.Random(5)  # noqa: S311 - any products will do, the same at every run
    for _ in range(60):
        forms = chance.sample(FORMS, chance.choice([1, 2]))
        make_product(
            session,
            [LabelLine(form, elemental_ug=chance.choice([20, 45, 60, 90, 130]) * 1000) for form in forms],
            vegan=chance.choice([True, False, None]),
            other_actives=read_other_actives(chance.choice(["", "", "zinc 5 mg", "ashwagandha 300 mg"])),
            other_actives_stated=chance.random() < 0.8,
            units_per_day=chance.choice([1, 1, 2, 3]) if len(forms) == 1 else 1,
            dosage_form=chance.choice(list(DosageForm)),
            price_cents=chance.randrange(300, 4000),
            stock=chance.choice([0, 5, 5]),
        )
    wishes = all_wishes(ruleset)
    shown = shown_products(session, ruleset)
    budget = budget_bands(session)
    for number, wish in chance.sample(list(enumerate(wishes)), len(wishes) // 10):
        limit = budget.limit(wish.budget)
        asked = Wishes(
            *(wish.dose_mg * 1000, wish.without, limit, wish.vegan, wish.dosage_form, wish.only_magnesium),
            by_fit=is_by_fit(wish.budget),
        )
        sold = (*ruleset.ranked_records, *(form.id for form in ruleset.other_forms))
        forms = [form for form in sold if form not in wish.without]
        found = advised_products(session, forms, asked)
        outcome = {product for product, its_wishes in shown.items() if its_wishes >> number & 1}
        assert outcome == {(one.form, one.product.id) for one in found}, wish


def test_a_product_that_is_sold_out_leaves_every_outcome_it_was_in(session: Session, ruleset: Ruleset) -> None:
    make_product(session, price_cents=1000)
    cheap = make_product(session, price_cents=700, vegan=False)
    session.commit()
    effect = finder_impact(session, lambda: save(session, cheap, ruleset, stock=0), ruleset)
    assert 0 < effect.changed < effect.total
    assert session.scalar(select(Product.stock).where(Product.id == cheap.id)) == 10


def test_an_edit_that_the_finder_does_not_see_changes_nothing(session: Session, ruleset: Ruleset) -> None:
    product = make_product(session)
    session.commit()
    effect = finder_impact(session, lambda: save(session, product, ruleset, storage_en="cool"), ruleset)
    assert effect.changed == 0
    assert session.scalar(select(func.count()).select_from(Change)) == 1
