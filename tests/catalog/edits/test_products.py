"""Edits of products: derived values, refusals, history and restoring."""

from datetime import date
from typing import Any

import msgspec
import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalog.composition import LabelLine
from catalog.edits.products import (
    accept_warning,
    add_product,
    merge,
    product_to_edit,
    restore,
    revalidate,
    save_product,
    state_at,
)
from catalog.edits.store import ConflictError
from catalog.models import CatalogueState, Change, Product, SlugRedirect, Status
from catalog.other_actives import read_other_actives
from catalog.product_problems import RefusedError
from catalog.product_state import TEXTS, ProductState, state_of_product
from recommend.knowledge import Ruleset
from tests.factories import AuthorFactory, ProductStateFactory, make_product


def change(session: Session, product: Product, ruleset: Ruleset, **fields: Any) -> int:
    """Save a product with some fields changed."""
    state = msgspec.structs.replace(state_of_product(product_to_edit(session, product.id)), **fields)
    return save_product(session, product.id, product.version, state, author=AuthorFactory.build(), ruleset=ruleset)


def refused(session: Session, **fields: Any) -> dict[str, str]:
    """The codes of the refusal of a product, by field."""
    with pytest.raises(RefusedError) as refusal:
        make_product(session, **fields)
    return {problem.field: problem.code for problem in refusal.value.problems}


@pytest.mark.parametrize(
    ("fields", "field", "code"),
    [
        ({"sku": "no spaces", "slug": "no-spaces"}, "sku", "not-a-sku"),
        ({"slug": "Capital"}, "slug", "not-a-slug"),
        ({"slug": "two--dashes"}, "slug", "not-a-slug"),
        ({"ean": "4006381333932"}, "ean", "not-an-ean"),
        ({"price_cents": -1}, "price_cents", "out-of-range"),
        ({"price_cents": 1_000_001}, "price_cents", "out-of-range"),
        ({"stock": -1}, "stock", "out-of-range"),
        ({"composition": (LabelLine("citrate", elemental_ug=10**15),)}, "composition", "out-of-range"),
        ({"composition": (LabelLine("citrate", elemental_ug=10**8),) * 40}, "composition", "out-of-range"),
        (
            {"composition": (LabelLine("citrate", elemental_ug=10**8),), "units_per_day": 1000},
            "units_per_day",
            "out-of-range",
        ),
        (
            {"composition": (LabelLine("citrate", elemental_ug=1),), "price_cents": 1_000_000, "units_per_pack": 1},
            "price_cents",
            "out-of-range",
        ),
        ({"name_nl": "x" * 201}, "name_nl", "too-long"),
        ({"summary_en": "nul \0 byte"}, "summary_en", "control-character"),
        ({"name_nl": "Magnesium \u202egpj.tak"}, "name_nl", "control-character"),
        ({"name_en": "Mag\u200bnesium"}, "name_en", "control-character"),
        ({"brand": "\u2066Kiezelpunt"}, "brand", "control-character"),
    ],
)
def test_what_no_product_may_hold_is_refused_even_in_a_draft(
    fields: dict[str, object], field: str, code: str, session: Session
) -> None:
    assert refused(session, status=Status.DRAFT, **fields) == {field: code}


def test_a_price_out_of_range_is_told_in_euro_as_it_is_typed(session: Session) -> None:
    with pytest.raises(RefusedError, match=r"from 0 to 10000$"):
        make_product(session, price_cents=1_000_001)


def test_an_ean_with_the_right_check_digit_is_kept(session: Session) -> None:
    assert make_product(session, ean="4006381333931").ean == "4006381333931"


@pytest.mark.parametrize(
    "field", ["name_nl", "summary_nl", "storage_nl", "price_cents", "units_per_day", "net_quantity"]
)
def test_a_draft_may_lack_what_a_published_product_may_not(field: str, session: Session) -> None:
    nothing: dict[str, Any] = {field: "" if field.endswith(("_nl", "_en")) else 0}
    make_product(session, status=Status.DRAFT, **nothing)
    assert refused(session, **nothing) == {field: "missing"}


def test_english_texts_are_never_needed_and_a_blank_one_is_no_text(session: Session) -> None:
    assert make_product(session).english_complete
    nothing: dict[str, Any] = {f"{name}_en": "" for name in TEXTS}
    product = make_product(session, **nothing)
    assert product.status is Status.PUBLISHED
    assert not product.english_complete
    assert not make_product(session, storage_en=" \n").english_complete
    assert not make_product(session, picture="-", alt_nl="pot").english_complete


def test_a_picture_needs_a_dutch_description_before_it_is_public(session: Session) -> None:
    assert refused(session, picture="-") == {"alt_nl": "missing"}


def test_what_may_not_be_said_blocks_in_english_too_even_while_nobody_sees_it(session: Session) -> None:
    assert refused(session, name_en="", summary_en="Cures migraine.") == {"summary_en": "blocked-text"}


def test_a_draft_may_leave_out_an_amount_that_publishing_asks_for(session: Session) -> None:
    unknown = [LabelLine("citrate")]
    assert make_product(session, unknown, status=Status.DRAFT).magnesium_ug == 0
    assert refused(session, composition=tuple(unknown)) == {"composition": "no-amount"}


def test_a_brand_without_address_keeps_its_products_from_being_published(session: Session, ruleset: Ruleset) -> None:
    with pytest.raises(RefusedError, match="address of Nieuw"):
        add_product(session, ProductStateFactory.build(brand="Nieuw"), AuthorFactory.build(), ruleset)


@pytest.mark.parametrize("field", ["sku", "slug"])
def test_two_products_cannot_share_a_sku_or_an_address(field: str, session: Session) -> None:
    one: dict[str, Any] = {field: "one"}
    make_product(session, **one)
    assert refused(session, **one) == {field: "taken"}


def test_a_disease_claim_may_be_drafted_but_not_published(session: Session) -> None:
    draft = make_product(session, summary_nl="Helpt tegen migraine.", status=Status.DRAFT)
    assert draft.blocked_texts == 1
    assert refused(session, summary_nl="Helpt tegen migraine.") == {"summary_nl": "blocked-text"}


@pytest.mark.parametrize(("milligrams", "published"), [(100, True), (57, True), (56, False), (40, False)])
def test_an_authorised_claim_needs_15_percent_of_the_reference_intake_in_a_daily_portion(
    milligrams: int, published: bool, session: Session
) -> None:
    fields: dict[str, Any] = {
        "summary_nl": "Magnesium draagt bij tot een normale werking van de spieren.",
        "units_per_day": 1,
        "composition": (LabelLine("citrate", elemental_ug=milligrams * 1000),),
    }
    if published:
        assert make_product(session, **fields).status is Status.PUBLISHED
    else:
        assert refused(session, **fields) == {"summary_nl": "blocked-text"}
        assert make_product(session, status=Status.DRAFT, **fields).portion_too_small


def test_a_warning_keeps_a_product_back_until_somebody_gives_a_reason(session: Session, ruleset: Ruleset) -> None:
    doubtful = "Magnesium: goed voor een normale spierwerking."
    draft = make_product(session, summary_nl=doubtful, status=Status.DRAFT)
    [found] = revalidate(session, draft, ruleset, date(2026, 11, 22)).findings
    assert not found.blocks
    with pytest.raises(RefusedError, match="asks for a reason"):
        change(session, draft, ruleset, status=Status.PUBLISHED)
    accept_warning(session, draft.id, found.identity, "zegt niets over gezondheid", AuthorFactory.build())
    change(session, draft, ruleset, status=Status.PUBLISHED)
    assert draft.status is Status.PUBLISHED
    assert draft.open_warnings == 0


def test_every_version_is_kept_with_who_made_it_and_what_changed(session: Session, ruleset: Ruleset) -> None:
    product = make_product(session, price_cents=1200)
    change(session, product, ruleset, price_cents=1300, stock=4)
    first, second = session.scalars(select(Change).order_by(Change.version))
    assert (first.version, first.fields) == (1, ())
    assert (second.version, set(second.fields)) == (2, {"price_cents", "stock"})
    assert second.who == AuthorFactory.build().who
    assert state_at(session, product.id, 1).price_cents == 1200


def test_saving_what_is_already_so_makes_no_version(session: Session, ruleset: Ruleset) -> None:
    product = make_product(session)
    assert change(session, product, ruleset) == 1
    assert session.scalar(select(func.count()).select_from(Change)) == 1


def test_saving_over_the_change_of_somebody_else_is_refused(session: Session, ruleset: Ruleset) -> None:
    product = make_product(session)
    read = state_of_product(product)
    change(session, product, ruleset, stock=5)
    mine = msgspec.structs.replace(read, stock=7)
    with pytest.raises(ConflictError):
        save_product(session, product.id, 1, mine, author=AuthorFactory.build(), ruleset=ruleset)
    assert product_to_edit(session, product.id).stock == 5


def test_edits_of_different_fields_merge_and_edits_of_one_field_are_named() -> None:
    base: ProductState = ProductStateFactory.build(stock=1, price_cents=100, vegan=True)
    mine = msgspec.structs.replace(base, stock=2, price_cents=200, vegan=False)
    theirs = msgspec.structs.replace(base, stock=3, name_nl="nieuw", vegan=False)
    merged = merge(base, mine, theirs)
    assert (merged.state.stock, merged.state.price_cents, merged.state.name_nl) == (2, 200, "nieuw")
    assert merged.overlapping == ("stock",)


def test_restoring_makes_a_new_version_that_is_the_old_one(session: Session, ruleset: Ruleset) -> None:
    product = make_product(session, [LabelLine("citrate", elemental_ug=100_000)], name_nl="eerst")
    first = state_of_product(product)
    change(session, product, ruleset, name_nl="later", composition=(LabelLine("oxide", elemental_ug=50_000),))
    assert restore(session, product.id, 1, seen=2, author=AuthorFactory.build(), ruleset=ruleset) == 3
    restored = product_to_edit(session, product.id)
    assert state_of_product(restored) == first
    assert [tag.form for tag in restored.tags] == ["citrate"]
    with pytest.raises(ConflictError):
        restore(session, product.id, 2, seen=2, author=AuthorFactory.build(), ruleset=ruleset)


def test_an_address_given_up_leads_to_the_product_until_another_takes_it(session: Session, ruleset: Ruleset) -> None:
    product = make_product(session, slug="old")
    change(session, product, ruleset, slug="new")
    redirect = session.get_one(SlugRedirect, "old")
    assert redirect.product_id == product.id
    make_product(session, slug="old")
    assert session.scalars(select(SlugRedirect)).all() == []


def test_every_write_moves_the_revision_of_the_catalogue(session: Session, ruleset: Ruleset) -> None:
    def revision() -> int:
        return session.scalars(select(CatalogueState.revision)).one()

    before = revision()
    product = make_product(session)
    added = revision()
    change(session, product, ruleset, stock=3)
    assert before < added < revision()


def test_the_products_own_amounts_decide_on_claims_about_other_nutrients(session: Session) -> None:
    claim: dict[str, Any] = {
        "summary_nl": "Zink draagt bij tot de instandhouding van een normale huid.",
        "summary_en": "Zinc contributes to the maintenance of normal skin.",
        "ingredients_nl": "magnesiumcitraat, zinkcitraat",
        "ingredients_en": "magnesium citrate, zinc citrate",
    }
    enough = read_other_actives("zinc 0.75 mg")  # two capsules a day
    assert make_product(session, other_actives=enough, **claim).open_warnings == 0
    too_little = read_other_actives("zinc 0.74 mg")
    assert refused(session, other_actives=too_little, **claim)["summary_nl"] == "blocked-text"
    undeclared = claim | {"ingredients_nl": "magnesiumcitraat", "ingredients_en": "magnesium citrate"}
    assert refused(session, **undeclared)["summary_en"] == "blocked-text"
