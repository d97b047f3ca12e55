"""Product suggestions: within dose, label, budget and wishes."""

import random
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from catalog.advice.candidates import (
    Excluded,
    Wishes,
    advised_products,
    budget_bands,
    excluded_by_wishes,
    left_out_for_other_actives,
    prices_of_catalogue,
)
from catalog.advice.suggest import Suggestion, Suggestions, decimal_string, suggest_products, suggestion_as_dict
from catalog.composition import LabelLine
from catalog.edits.products import product_to_edit, save_product
from catalog.models import Beside, DosageForm, FormTag, Product, Status
from catalog.other_actives import other_actives_text, read_other_actives
from catalog.product_state import state_of_product
from catalog.search.documents import OWN_LIMIT_UG, UPPER_LIMIT_UG
from recommend.engine import advise
from recommend.knowledge import Ruleset
from tests.factories import AnswersFactory, AuthorFactory, make_product
from tests.recommend.shoppers import anybody, beside


def suggest(session: Session, ruleset: Ruleset, **answers: Any) -> tuple[Suggestion, ...]:
    given = AnswersFactory.build(**{"budget": "high", **answers})
    return suggest_products(session, given, advise(given, ruleset), budget_bands(session)).products


def milligrams(form: str, amount: int) -> list[LabelLine]:
    return [LabelLine(form, elemental_ug=amount * 1000)]


def test_at_most_three_products_a_form_cheapest_per_100_mg_first_then_by_sku(
    session: Session, ruleset: Ruleset
) -> None:
    for sku, price in [("D", 900), ("B", 700), ("A", 700), ("C", 800)]:
        make_product(session, sku=sku, price_cents=price)
    assert [found.product.sku for found in suggest(session, ruleset)] == ["A", "B", "C"]


def test_products_follow_the_rank_of_their_form(session: Session, ruleset: Ruleset) -> None:
    make_product(session, milligrams("citrate", 100), price_cents=500)
    make_product(session, milligrams("bisglycinate", 100), price_cents=5000)
    assert [found.form for found in suggest(session, ruleset)] == ["citrate", "bisglycinate"]
    answers = AnswersFactory.build(budget="high", stomach="mild")
    ranked = suggest_products(session, answers, advise(answers, ruleset), budget_bands(session))
    assert [suggestion.form for suggestion in ranked.products] == ["bisglycinate", "citrate"]
    for form in ("bisglycinate", "citrate"):
        assert [suggestion.form for suggestion in ranked.of_forms([form])] == [form]
    assert ranked.of_forms(["glycinate"]) == []


@pytest.mark.parametrize(("taken", "units"), [(0, 2), (50, 2), (51, 1), (150, 1), (151, 0), (249, 0)])
def test_units_a_day_are_whole_and_stay_within_what_is_left_below_250_mg(
    taken: int, units: int, session: Session, ruleset: Ruleset
) -> None:
    make_product(session, milligrams("citrate", 100), units_per_day=2)
    found = suggest(session, ruleset, supplement_mg=taken)
    assert [suggestion.units_per_day for suggestion in found] == ([units] if units else [])


def test_units_a_day_never_exceed_the_portion_on_the_label(session: Session, ruleset: Ruleset) -> None:
    make_product(session, milligrams("citrate", 20), units_per_day=3)
    assert [found.units_per_day for found in suggest(session, ruleset)] == [3]


def test_a_product_of_which_one_unit_is_too_much_is_not_shown(session: Session, ruleset: Ruleset) -> None:
    make_product(session, milligrams("citrate", 201))
    assert not suggest(session, ruleset)


def test_a_sold_out_draft_or_archived_product_is_not_shown(session: Session, ruleset: Ruleset) -> None:
    make_product(session, stock=0)
    make_product(session, status=Status.DRAFT)
    make_product(session, status=Status.ARCHIVED)
    assert not suggest(session, ruleset)


def test_a_blend_is_shown_only_for_a_form_that_gives_half_of_its_magnesium(session: Session, ruleset: Ruleset) -> None:
    make_product(session, [LabelLine("citrate", elemental_ug=30_000), LabelLine("malate", elemental_ug=70_000)])
    assert not suggest(session, ruleset)
    make_product(session, [LabelLine("citrate", elemental_ug=50_000), LabelLine("malate", elemental_ug=50_000)])
    assert [found.form for found in suggest(session, ruleset)] == ["citrate"]


def test_a_form_that_is_advised_against_gets_no_products(session: Session, ruleset: Ruleset) -> None:
    make_product(session, milligrams("oxide", 100))
    assert suggest(session, ruleset)
    assert not suggest(session, ruleset, absorption="important")


def test_a_product_that_holds_some_of_a_form_advised_against_is_not_shown(session: Session, ruleset: Ruleset) -> None:
    make_product(session, [LabelLine("bisglycinate", compound_ug=1_000_000, elemental_ug=200_000)], units_per_day=1)
    assert suggest(session, ruleset)
    assert not suggest(session, ruleset, stomach="strong")


def test_a_form_that_both_a_rule_and_the_law_keep_away_is_in_no_suggestion(session: Session, ruleset: Ruleset) -> None:
    oxide = structs.replace(ruleset.forms["oxide"], not_for=("pregnant",))
    kept_away = structs.replace(ruleset, forms={**ruleset.forms, "oxide": oxide})
    make_product(session, [*milligrams("citrate", 90), *milligrams("oxide", 10)])
    assert suggest(session, kept_away)
    assert not suggest(session, kept_away, absorption="important")
    assert not suggest(session, kept_away, conditions=("pregnant",))
    assert not suggest(session, kept_away, conditions=("pregnant",), absorption="important")


def test_a_withheld_advice_gets_no_products(session: Session, ruleset: Ruleset) -> None:
    make_product(session)
    answers = AnswersFactory.build(budget="high", conditions=("kidney_disease",))
    assert suggest_products(session, answers, advise(answers, ruleset), budget_bands(session)) == Suggestions()


@pytest.mark.parametrize(("budget", "prices"), [("low", [600]), ("medium", [600, 1200]), ("high", [600, 1200, 1800])])
def test_a_budget_is_a_tercile_of_cost_a_day_and_includes_what_is_cheaper(
    budget: str, prices: list[int], session: Session, ruleset: Ruleset
) -> None:
    for price in (600, 1200, 1800):
        make_product(session, price_cents=price, units_per_pack=60, units_per_day=1)
    assert [found.product.price_cents for found in suggest(session, ruleset, budget=budget)] == prices


def test_the_budget_bands_are_the_terciles_of_all_published_products_sold_out_or_not(session: Session) -> None:
    for price in (600, 1200, 1800, 2400):
        make_product(session, price_cents=price, units_per_pack=60, units_per_day=1, stock=0)
    make_product(session, price_cents=9999, status=Status.DRAFT)
    bands = budget_bands(session)
    assert (bands.low, bands.medium, bands.limit("high")) == (200, 300, None)


def test_an_empty_catalogue_has_bands_and_no_products(session: Session, ruleset: Ruleset) -> None:
    assert budget_bands(session).low == 0
    assert not suggest(session, ruleset, budget="low")


def test_wishes_for_vegan_and_dosage_form_are_kept(session: Session, ruleset: Ruleset) -> None:
    make_product(session, sku="CAPSULE", vegan=False)
    make_product(session, sku="POWDER", dosage_form=DosageForm.POWDER, vegan=True)
    assert [found.product.sku for found in suggest(session, ruleset, vegan=True)] == ["POWDER"]
    assert [found.product.sku for found in suggest(session, ruleset, dosage_form="capsule")] == ["CAPSULE"]
    assert not suggest(session, ruleset, dosage_form="liquid")


def test_a_form_without_products_tells_which_single_wish_excludes_how_many(session: Session, ruleset: Ruleset) -> None:
    make_product(session, vegan=False, dosage_form=DosageForm.TABLET)
    make_product(session, vegan=True)
    make_product(session, vegan=False)
    answers = AnswersFactory.build(budget="high", vegan=True, dosage_form="tablet")
    excluded = suggest_products(session, answers, advise(answers, ruleset), budget_bands(session)).excluded
    assert excluded["citrate"].total == 3
    assert excluded["citrate"].alone == {"dose": 0, "other_actives": 0, "vegan": 1, "dosage_form": 1}
    assert excluded["citrate"].failing == {"dose": 0, "other_actives": 0, "vegan": 2, "dosage_form": 2}


def test_only_forms_without_a_fitting_product_tell_what_is_excluded(session: Session, ruleset: Ruleset) -> None:
    make_product(session, milligrams("citrate", 100))
    make_product(session, milligrams("bisglycinate", 201))
    answers = AnswersFactory.build(budget="high")
    found = suggest_products(session, answers, advise(answers, ruleset), budget_bands(session))
    assert [suggestion.form for suggestion in found.products] == ["citrate"]
    assert found.excluded.keys() == {"bisglycinate"}


def test_every_form_in_stock_without_a_fitting_product_has_a_reason(session: Session, ruleset: Ruleset) -> None:
    make_product(session, milligrams("citrate", 100), dosage_form=DosageForm.TABLET, vegan=False)
    answers = AnswersFactory.build(budget="high", vegan=True, dosage_form="powder", supplement_mg=200)
    excluded = suggest_products(session, answers, advise(answers, ruleset), budget_bands(session)).excluded
    assert sum(excluded["citrate"].alone.values()) == 0
    assert excluded["citrate"].failing == {"dose": 1, "other_actives": 0, "vegan": 1, "dosage_form": 1}


def test_amounts_in_the_json_are_decimal_strings_and_follow_the_language(session: Session, ruleset: Ruleset) -> None:
    product = make_product(session, [LabelLine("citrate", elemental_ug=56_250)], units_per_day=1, price_cents=1000)
    found = suggest(session, ruleset)
    english, dutch = (suggestion_as_dict(found[0], language, date(2026, 11, 22)) for language in ("en", "nl"))
    assert english == {
        "sku": product.sku,
        "form": "citrate",
        "slug": product.slug,
        "brand": "Merk",
        "name": product.name.en,
        "name_language": "en",
        "unit": "capsule",
        "units_per_day": 1,
        "elemental_mg_per_day": "56.25",
        "cents_per_day": "16.7",
        "cents_per_100mg": "29.6",
        "price_cents": 1000,
    }
    assert dutch == english | {"name": product.name.nl, "name_language": "nl"}


@given(amount=st.integers(0, 10**9), places=st.integers(1, 6))
@settings(max_examples=50)
def test_a_decimal_string_loses_nothing(amount: int, places: int) -> None:
    text = decimal_string(amount, places)
    assert round(float(text) * 10**places) == amount
    assert not text.endswith((".", "0")) or "." not in text


@pytest.mark.parametrize("condition", ["pregnant", "breastfeeding", "unknown"])
def test_nothing_with_threonate_is_suggested_in_pregnancy_or_while_breastfeeding(
    condition: str, session: Session, ruleset: Ruleset
) -> None:
    make_product(session, milligrams("threonate", 100), sku="THREONATE")
    make_product(session, [*milligrams("bisglycinate", 150), *milligrams("threonate", 10)], sku="BLEND")
    make_product(session, milligrams("bisglycinate", 100), sku="PLAIN")
    assert {found.product.sku for found in suggest(session, ruleset)} == {"BLEND", "PLAIN"}
    assert {found.product.sku for found in suggest(session, ruleset, conditions=(condition,))} == {"PLAIN"}


def as_asked_of_products(session: Session, forms: list[str], wishes: Wishes) -> dict[str, tuple[list[int], Excluded]]:
    """Fitting and excluded products by form in stock, computed product by product."""
    found = {}
    for form in forms:
        rows = session.scalars(
            select(Product)
            .join(FormTag)
            .where(Product.status == Status.PUBLISHED, Product.stock > 0, FormTag.form == form, FormTag.counts_as_form)
            .options(selectinload(Product.tags))
        ).all()
        rows = sorted(rows, key=lambda row: place(row, wishes))
        failing = {row.id: failing_wishes(row, wishes) for row in rows}
        names = wishes.shape.conditions()
        excluded = Excluded(
            len(rows),
            {name: sum(name in fails for fails in failing.values()) for name in names},
            {name: sum(fails == {name} for fails in failing.values()) for name in names},
        )
        found[form] = [row.id for row in rows if not failing[row.id]][:3], excluded
    return {form: (ids, excluded) for form, (ids, excluded) in found.items() if excluded.total}


def place(product: Product, wishes: Wishes) -> tuple[Any, ...]:
    """The place of a product among others of its form, from its own label."""
    price = (product.tenth_cents_per_100mg, product.sku)
    if not wishes.by_fit:
        return price
    units = min(product.units_per_day, wishes.suggested_ug // product.magnesium_ug)
    return (len(product.tags) > 1, wishes.suggested_ug - units * product.magnesium_ug, *price)


def failing_wishes(product: Product, wishes: Wishes) -> set[str]:
    fails = {
        "dose": product.magnesium_ug > wishes.suggested_ug,
        "without": any(tag.form in wishes.without for tag in product.tags),
        "budget": wishes.cost_limit is not None and product.tenth_cents_per_day > wishes.cost_limit,
        "vegan": wishes.vegan and not product.vegan,
        "dosage_form": wishes.dosage_form not in (None, product.dosage_form),
    }
    return {name for name, failed in fails.items() if failed}


def test_what_fits_and_what_is_excluded_is_what_each_product_itself_answers(session: Session) -> None:
    chance = random.Random(11)  # noqa: S311 - any products will do, the same at every run
    forms = ["citrate", "oxide", "bisglycinate", "bisglycinate_buffered"]
    for _ in range(60):
        mixed = chance.sample(forms[:3], chance.choice([1, 1, 2, 3]))
        make_product(
            session,
            [LabelLine(form, elemental_ug=chance.choice([20, 45, 60]) * 1000) for form in mixed],
            vegan=chance.random() < 0.5,
            dosage_form=chance.choice(list(DosageForm)),
            price_cents=chance.randrange(300, 4000),
            units_per_day=chance.choice([1, 1, 2]),
            status=chance.choice([Status.PUBLISHED, Status.PUBLISHED, Status.DRAFT]),
            stock=chance.choice([0, 5, 5]),
        )
    for _ in range(100):
        wishes = Wishes(
            suggested_ug=chance.choice([0, 40, 70, 130, 200]) * 1000,
            without=frozenset(chance.sample(forms, chance.choice([0, 1, 2]))),
            cost_limit=chance.choice([None, 100, 400]),
            vegan=chance.random() < 0.5,
            dosage_form=chance.choice([None, *DosageForm]),
            by_fit=chance.random() < 0.5,
        )
        fitting: dict[str, list[int]] = {}
        for found in advised_products(session, forms, wishes):
            fitting.setdefault(found.form, []).append(found.product.id)
        excluded = excluded_by_wishes(session, forms, wishes)
        expected = as_asked_of_products(session, forms, wishes)
        assert {form: (fitting.get(form, []), excluded[form]) for form in excluded} == expected, wishes
        assert fitting.keys() <= excluded.keys()


def test_products_left_out_for_their_substances_are_counted_once_and_only_if_they_fit_otherwise(
    session: Session,
) -> None:
    half_and_half = [*milligrams("citrate", 50), *milligrams("oxide", 50)]
    zinc = {"other_actives": read_other_actives("zinc 5 mg")}
    make_product(session, half_and_half, **zinc)
    make_product(session, milligrams("citrate", 100), **zinc, vegan=False)
    make_product(session, milligrams("citrate", 100), **zinc, stock=0)
    make_product(session, milligrams("citrate", 300), **zinc, units_per_day=1)
    make_product(session, milligrams("bisglycinate", 100), **zinc)
    make_product(session, milligrams("citrate", 100), other_actives=read_other_actives("ashwagandha 300 mg"))
    make_product(session, milligrams("oxide", 100), other_actives_stated=False)
    make_product(session, milligrams("oxide", 100))
    session.commit()
    forms = ["citrate", "oxide"]
    alone = Wishes(200_000, vegan=True, only_magnesium=True)
    assert left_out_for_other_actives(session, forms, alone) == {
        Beside.ORDINARY: 1,
        Beside.NEVER: 1,
        Beside.UNKNOWN: 1,
    }
    assert left_out_for_other_actives(session, forms, Wishes(200_000)) == {Beside.NEVER: 1, Beside.UNKNOWN: 1}


def test_a_form_costs_what_its_cheapest_product_in_stock_costs(session: Session, ruleset: Ruleset) -> None:
    changes: list[tuple[int, dict[str, Any]]] = [
        (900, {}),
        (700, {}),
        (100, {"stock": 0}),
        (200, {"status": Status.DRAFT}),
    ]
    for price, changed in changes:
        make_product(session, milligrams("citrate", 100), price_cents=price, units_per_pack=100, **changed)
    make_product(session, milligrams("oxide", 200), price_cents=800, units_per_pack=100)
    found = prices_of_catalogue(session, ruleset).lowest
    assert found == {"citrate": 70, "oxide": 40}


def test_the_lowest_prices_follow_an_edit_at_once(session: Session, ruleset: Ruleset) -> None:
    product = make_product(session, milligrams("oxide", 100), price_cents=800, units_per_pack=100)
    session.commit()
    assert prices_of_catalogue(session, ruleset).lowest == {"oxide": 80}
    cheaper = structs.replace(state_of_product(product_to_edit(session, product.id)), price_cents=700)
    save_product(session, product.id, product.version, cheaper, author=AuthorFactory.build(), ruleset=ruleset)
    assert prices_of_catalogue(session, ruleset).lowest == {"oxide": 70}
    session.rollback()
    assert prices_of_catalogue(session, ruleset).lowest == {"oxide": 80}


BESIDE = ["", "zinc 5 mg", "vitamin_b6 1.4 mg", "ashwagandha 300 mg", "melatonin 0.1 mg; zinc 5 mg"]


@pytest.fixture
def blends(session: Session) -> Session:
    """Products of every kind: alone, with substances of all sorts, and without a word about it."""
    for text in BESIDE:
        for stated in (True, False):
            make_product(session, other_actives=read_other_actives(text), other_actives_stated=stated)
    session.commit()
    return session


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(answers=anybody())
def test_nobody_with_a_condition_medicine_sign_or_unknown_gets_a_product_with_other_substances(
    answers: dict[str, Any], blends: Session, ruleset: Ruleset
) -> None:
    given_answers = beside(answers | {"budget": "high"}, {})
    advice = advise(given_answers, ruleset)
    found = suggest_products(blends, given_answers, advice, budget_bands(blends)).products
    held = {(other_actives_text(one.product.other_actives), one.product.other_actives_stated) for one in found}
    ticked = answers.get("conditions") or answers.get("medicines") or answers.get("warning_signs")
    if ticked or "unknown" in (answers.get("age_group"), answers.get("supplement_mg")):
        assert held <= {("", True)}
    assert held <= {("", True), ("zinc 5 mg", True), ("vitamin_b6 1.4 mg", True)}


def test_a_healthy_adult_may_get_ordinary_substances_and_hears_what_was_left_out(
    blends: Session, ruleset: Ruleset
) -> None:
    answers = AnswersFactory.build(budget="high")
    found = suggest_products(blends, answers, advise(answers, ruleset), budget_bands(blends))
    held = {other_actives_text(one.product.other_actives) for one in found.products}
    assert held == {"", "zinc 5 mg", "vitamin_b6 1.4 mg"}
    assert (found.left_out_for_substances, found.left_out_for_silence) == (2, 5)
    wishes = Wishes(200_000, only_magnesium=True)
    assert excluded_by_wishes(blends, ["citrate"], wishes)["citrate"].failing["other_actives"] == 9


def test_a_low_budget_gets_the_cheapest_and_other_budgets_the_pure_form_nearest_to_the_most_suggested(
    session: Session, ruleset: Ruleset
) -> None:
    for sku, amount, price in (("CHEAP", 60, 300), ("FULL", 200, 900), ("HALF", 110, 800)):
        make_product(session, milligrams("citrate", amount), sku=sku, price_cents=price, units_per_day=1)
    blend = [*milligrams("citrate", 150), *milligrams("malate", 50)]
    make_product(session, blend, sku="BLEND", price_cents=100, units_per_day=1)
    for budget, skus in (("low", ["BLEND", "CHEAP"]), ("high", ["FULL", "HALF", "CHEAP"])):
        found = [one.product.sku for one in suggest(session, ruleset, budget=budget) if one.form == "citrate"]
        assert found[: len(skus)] == skus, budget


def test_with_less_room_the_cheapest_of_the_products_that_fill_it_equally_well_comes_first(
    session: Session, ruleset: Ruleset
) -> None:
    for sku, amount, units, price in (("TWO", 100, 2, 900), ("ONE", 100, 1, 500), ("HALF", 50, 2, 800)):
        make_product(session, milligrams("citrate", amount), sku=sku, price_cents=price, units_per_day=units)
    for taken, skus in (("unknown", ["ONE", "TWO", "HALF"]), (0, ["TWO", "ONE", "HALF"]), (170, ["HALF"])):
        found = suggest(session, ruleset, supplement_mg=taken)
        assert [one.product.sku for one in found if one.form == "citrate"] == skus, taken


def test_products_of_two_names_of_one_compound_are_merged_in_the_order_of_the_budget(
    session: Session, ruleset: Ruleset
) -> None:
    make_product(session, milligrams("bisglycinate", 60), sku="CHEAP", price_cents=300)
    make_product(session, milligrams("glycinate", 200), sku="FULL", price_cents=900)
    answers = AnswersFactory.build(budget="high")
    found = suggest_products(session, answers, advise(answers, ruleset), budget_bands(session))
    assert [one.product.sku for one in found.of_forms(["bisglycinate", "glycinate"])] == ["FULL", "CHEAP"]


def test_the_limits_that_the_index_knows_are_those_of_the_rules(ruleset: Ruleset) -> None:
    dose = ruleset.manifest.dose
    assert (dose.upper_limit_mg * 1000, dose.own_limit_mg * 1000) == (UPPER_LIMIT_UG, OWN_LIMIT_UG)
