"""Ingredient texts held against ticks, vegan and other actives: what contradicts them, where, and what may stay."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest
from sqlalchemy.orm import Session

from catalog.edits.bulk import Planner
from catalog.edits.bulk_actions import PriceChange, StatusChange
from catalog.edits.products import product_to_edit, save_product
from catalog.edits.validation import validate
from catalog.ingredient_check import check_label
from catalog.models import Allergen, AmountUnit, OtherActive, Product, Status
from catalog.product_problems import RefusedError
from catalog.product_state import state_of_product
from recommend.knowledge import Ruleset
from tests.factories import AuthorFactory, ProductStateFactory, make_product

ZINC = OtherActive("zinc", Decimal(5), AmountUnit.MILLIGRAM)
WITH_MILK: dict[str, Any] = {
    "ingredients_nl": "magnesiumcitraat, *wei* (melk)",
    "ingredients_en": "magnesium citrate, *whey* (milk)",
}


def faults(**fields: object) -> set[tuple[str, str]]:
    state = ProductStateFactory.build(**{"ingredients_en": "", "vegan": None} | fields)
    return {(problem.field, problem.code) for problem in check_label(state).problems}


@pytest.mark.parametrize(
    ("ingredients", "expected"),
    [
        ("magnesiumcitraat, maltodextrine", set()),
        ("magnesiumcitraat, weipoeder", {("allergens", "allergen-not-ticked")}),
        ("magnesiumcitraat, *SOJA*lecithine", {("allergens", "allergen-not-ticked")}),
        ("magnesiumcitraat. Vrij van melk, soja en gluten.", set()),
        ("magnesiumcitraat. Kan sporen van *melk* bevatten.", set()),
        ("magnesiumcitraat. Vrij van *melk*.", set()),
        ("magnesiumcitraat, *maltodextrine*", {("ingredients_nl", "marked-not-an-allergen")}),
        ("magnesiumcitraat 100 mg* (27 %*). *Referentie-inname", set()),
        ("magnesiumcitraat, zinkcitraat", {("other_actives", "active-not-declared")}),
        ("magnesiumcitraat, antioxidant (ascorbinezuur)", set()),
        ("magnesiumchloride, magnesiumtauraat", set()),
        ("magnesium-L-ascorbaat", {("other_actives", "active-not-declared")}),
    ],
)
def test_words_without_their_tick_are_named(ingredients: str, expected: set[tuple[str, str]]) -> None:
    assert faults(ingredients_nl=ingredients) == expected


def test_what_is_ticked_and_declared_contradicts_nothing() -> None:
    stated = {"allergens": (Allergen.MILK,), "other_actives": (ZINC,), "vegan": False}
    assert faults(ingredients_nl="magnesiumcitraat, zinkcitraat, weipoeder", **stated) == set()


@pytest.mark.parametrize(
    ("ingredients", "code"),
    [
        ("magnesiumcitraat, capsule (gelatine)", "not-vegan"),
        ("magnesiumcitraat, glansmiddel (bijenwas)", "not-vegan"),
        ("magnesiumcitraat, honingpoeder", "not-vegan"),
        ("magnesiumcitraat, capsule (visgelatine)", "not-vegan"),
        ("magnesiumcitraat, eiwitpoeder van ei", "not-vegan"),
        ("magnesiumcitraat, lactose (melk)", "not-vegan"),
        ("magnesiumcitraat. Niet geschikt voor veganisten.", "text-not-vegan"),
        ("magnesiumcitraat, capsule (hydroxypropylmethylcellulose)", ""),
        ("magnesiumcitraat, sojalecithine", ""),
    ],
)
def test_vegan_with_animal_matter_is_a_fault_and_unknown_is_none(ingredients: str, code: str) -> None:
    found = {one for field, one in faults(ingredients_nl=ingredients, vegan=True) if field == "vegan"}
    assert found == ({code} if code else set())
    for vegan in (False, None):
        assert not {field for field, _ in faults(ingredients_nl=ingredients, vegan=vegan)} & {"vegan"}


def test_either_language_is_enough_and_every_word_is_marked_where_it_is() -> None:
    state = ProductStateFactory.build(
        vegan=None, ingredients_nl="magnesiumcitraat, *wei*", ingredients_en="*Whey*, milk"
    )
    [fault] = check_label(state).faults
    assert fault.problem.text("nl") == ("“melk” is niet aangevinkt, maar de ingrediënten noemen “wei”, “Whey”, “milk”")
    marked = [getattr(state, mark.field)[mark.start : mark.end] for mark in fault.marks]
    assert marked == ["wei", "Whey", "milk"]


def test_what_is_stated_and_not_named_asks_to_look_and_blocks_nothing(ruleset: Ruleset) -> None:
    state = ProductStateFactory.build(other_actives=(ZINC,), allergens=(Allergen.SOY,), ingredients_en="soy, zinc")
    check = check_label(state)
    assert check.faults == ()
    assert [(one.field, one.code) for one in check.notices] == [
        ("ingredients_nl", "allergen-not-named"),
        ("ingredients_nl", "active-not-named"),
    ]
    assert validate(state, ruleset).publish_blockers == ()


def contradicting(session: Session) -> Product:
    """A public product from before the check, whose ingredients name milk that is not ticked."""
    product = make_product(session, status=Status.DRAFT, **WITH_MILK)
    product.status = Status.PUBLISHED
    session.flush()
    return product_to_edit(session, product.id)


def test_the_price_of_a_public_product_changes_while_its_label_waits_to_be_mended(
    session: Session, ruleset: Ruleset
) -> None:
    product = contradicting(session)
    dearer = msgspec.structs.replace(state_of_product(product), price_cents=999, stock=1)
    save_product(session, product.id, 1, dearer, author=AuthorFactory.build(), ruleset=ruleset)
    changed = product_to_edit(session, product.id)
    assert (changed.price_cents, changed.label_faults) == (999, 2)
    [planned] = Planner(session, PriceChange(Decimal(10)), AuthorFactory.build(), ruleset).plan([(product.id, 2)])
    assert planned.changes


@pytest.mark.parametrize(
    "change",
    [
        {"vegan": None},
        {"ingredients_nl": "magnesiumcitraat, *wei*"},
        {"other_actives_stated": False},
        {"status": Status.ARCHIVED},
    ],
)
def test_an_edit_of_the_label_must_leave_no_contradiction(
    change: dict[str, object], session: Session, ruleset: Ruleset
) -> None:
    product = contradicting(session)
    author = AuthorFactory.build()
    changed = msgspec.structs.replace(state_of_product(product), **change)
    if changed.status is Status.PUBLISHED:
        with pytest.raises(RefusedError) as refused:
            save_product(session, product.id, 1, changed, author=author, ruleset=ruleset)
        assert "allergen-not-ticked" in {problem.code for problem in refused.value.problems}
        return
    save_product(session, product.id, 1, changed, author=author, ruleset=ruleset)  # to archive is always possible
    back = msgspec.structs.replace(changed, status=Status.PUBLISHED)
    with pytest.raises(RefusedError):
        save_product(session, product.id, 2, back, author=author, ruleset=ruleset)


def test_a_mended_label_has_no_faults_left(session: Session, ruleset: Ruleset) -> None:
    product = contradicting(session)
    mended = msgspec.structs.replace(state_of_product(product), vegan=False, allergens=(Allergen.MILK,))
    save_product(session, product.id, 1, mended, author=AuthorFactory.build(), ruleset=ruleset)
    assert product_to_edit(session, product.id).label_faults == 0


def test_bulk_publishing_leaves_a_contradicting_draft_alone_and_says_why(session: Session, ruleset: Ruleset) -> None:
    product = make_product(session, status=Status.DRAFT, **WITH_MILK)
    [planned] = Planner(session, StatusChange(Status.PUBLISHED), AuthorFactory.build(), ruleset).plan([(product.id, 1)])
    assert {problem.code for problem in planned.problems} == {"allergen-not-ticked", "not-vegan"}
