"""Price reductions: the earlier price is the lowest of the thirty days before, or there is no reduction."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.edits.brands import add_brand
from catalog.edits.price_reductions import Point, Reference, reference_price
from catalog.edits.products import add_product, product_to_edit, save_product
from catalog.models import PricePoint, Status
from catalog.product_problems import ProductProblem, RefusedError
from catalog.product_state import ProductState
from recommend.knowledge import Ruleset
from tests.factories import AuthorFactory, ProductStateFactory

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)


def days_ago(days: float, cents: int | None) -> Point:
    return Point(NOW - timedelta(days=days), cents)


@pytest.mark.parametrize(
    ("points", "lowest"),
    [
        ([days_ago(90, 2000)], 2000),
        ([days_ago(90, 1500), days_ago(60, 2000)], 2000),
        ([days_ago(90, 1500), days_ago(30, 2000)], 2000),
        ([days_ago(90, 1500), days_ago(29.9, 2000)], 1500),
        ([days_ago(90, 2000), days_ago(20, 1400), days_ago(10, 1900)], 1400),
        ([days_ago(90, 2000), days_ago(5, 1000)], 2000),
        ([days_ago(90, 2000), days_ago(40, 1000)], 2000),
    ],
    ids=[
        "one price for long",
        "a lower one long ago does not count",
        "the price in force when the window opens counts, from that very moment",
        "a lower one that ended just inside the window counts",
        "a dip inside the window counts",
        "the reduced price itself does not count",
        "a reduction keeps its own earlier price, also when it is announced no more",
    ],
)
def test_the_earlier_price_is_the_lowest_of_the_window(points: list[Point], lowest: int) -> None:
    found = reference_price(points, 1000, NOW)
    assert isinstance(found, Reference)
    assert found.cents == lowest


@pytest.mark.parametrize(
    ("points", "left"),
    [
        ([days_ago(90, 2000)], 30),
        ([days_ago(90, 2000), days_ago(29, 1000)], 1),
        ([days_ago(90, 2000), days_ago(30, 1000)], 0),
        ([days_ago(90, 2000), days_ago(40, 1500), days_ago(10, 1000)], 20),
    ],
    ids=["from now on", "on its last day", "thirty days old", "a second step is a reduction of its own"],
)
def test_a_reduction_is_announced_for_thirty_days_from_its_beginning(points: list[Point], left: int) -> None:
    found = reference_price(points, 1000, NOW)
    assert isinstance(found, Reference)
    assert (found.until - NOW.date()).days == left


@pytest.mark.parametrize(
    ("points", "code"),
    [
        ([], "too-young-for-reduction"),
        ([days_ago(29.9, 2000)], "too-young-for-reduction"),
        ([days_ago(90, 2000), days_ago(35, None), days_ago(20, 2000)], "too-young-for-reduction"),
        ([days_ago(90, 900)], "no-reduction"),
        ([days_ago(90, 2000), days_ago(15, 900), days_ago(5, 2000)], "no-reduction"),
    ],
)
def test_without_thirty_days_on_sale_or_a_lower_price_there_is_no_reduction(points: list[Point], code: str) -> None:
    problem = reference_price(points, 1000, NOW)
    assert isinstance(problem, ProductProblem)
    assert (problem.field, problem.code) == ("price_cents", code)
    if code == "no-reduction":
        assert problem.text("nl").endswith("(€ 9,00)")
        assert problem.text("en").endswith("(€ 9.00)")


LOW = 1200
WITH_THAT_LOW = {
    "the only price": [days_ago(90, LOW)],
    "the price until now": [days_ago(90, 2000), days_ago(10, LOW)],
    "a dip inside the window": [days_ago(90, 2000), days_ago(20, LOW), days_ago(10, 2000)],
    "the price when the window opens": [days_ago(90, LOW), days_ago(29, 2000)],
}


@pytest.mark.parametrize("points", WITH_THAT_LOW.values(), ids=WITH_THAT_LOW)
def test_only_what_is_at_least_a_cent_below_the_lowest_price_is_a_reduction(points: list[Point]) -> None:
    below = reference_price(points, LOW - 1, NOW)
    assert isinstance(below, Reference)
    assert below.cents == LOW
    for cents in (LOW, LOW + 1):
        no_reduction = reference_price([*points, days_ago(0, cents)], cents, NOW)
        assert isinstance(no_reduction, ProductProblem)
        assert no_reduction.code == "no-reduction"
        assert no_reduction.text("en").endswith("(€ 12.00)")


SECOND = timedelta(seconds=1)
THIRTY_DAYS = timedelta(days=30)
AROUND_THIRTY_DAYS = [
    (timedelta(days=29), False),
    (THIRTY_DAYS - SECOND, False),
    (THIRTY_DAYS, True),
    (THIRTY_DAYS + SECOND, True),
    (timedelta(days=31), True),
]


@pytest.mark.parametrize(("age", "old_enough"), AROUND_THIRTY_DAYS)
def test_a_product_may_be_reduced_once_it_has_been_on_sale_for_thirty_days(age: timedelta, old_enough: bool) -> None:
    found = reference_price([Point(NOW - age, 2000)], 1000, NOW)
    assert isinstance(found, Reference) is old_enough
    if isinstance(found, ProductProblem):
        assert found.code == "too-young-for-reduction"


@pytest.mark.parametrize(("age", "forgotten"), AROUND_THIRTY_DAYS)
def test_a_low_price_is_forgotten_thirty_days_after_it_ended(age: timedelta, forgotten: bool) -> None:
    found = reference_price([days_ago(90, 1500), Point(NOW - age, 2000)], 1000, NOW)
    assert isinstance(found, Reference)
    assert found.cents == (2000 if forgotten else 1500)


@pytest.mark.parametrize("age", [SECOND, *(age for age, _ in AROUND_THIRTY_DAYS)])
def test_a_low_price_of_a_second_counts_when_it_ended_within_the_thirty_days(age: timedelta) -> None:
    points = [days_ago(90, 2000), Point(NOW - age, 1400), Point(NOW - age + SECOND, 1900)]
    found = reference_price(points, 1000, NOW)
    assert isinstance(found, Reference)
    assert found.cents == (1400 if age <= THIRTY_DAYS else 1900)


@pytest.mark.parametrize(("age", "over"), AROUND_THIRTY_DAYS)
def test_a_low_price_counts_for_a_reduction_that_began_while_it_was_remembered(age: timedelta, over: bool) -> None:
    """The window ends where the reduction began, however long it has lasted."""
    began = NOW - timedelta(days=12)
    points = [days_ago(200, 1500), Point(began - age, 2000), Point(began, 1000)]
    found = reference_price(points, 1000, NOW)
    assert isinstance(found, Reference)
    assert (found.cents, found.until) == (2000 if over else 1500, (began + THIRTY_DAYS).date())


@pytest.mark.parametrize(("cents", "taken"), [(1999, True), (2000, False), (2001, False)])
def test_a_reduction_to_the_earlier_price_or_above_it_is_not_saved(
    cents: int, taken: bool, session: Session, ruleset: Ruleset
) -> None:
    add_brand(session, "Merk", "Voorbeeldweg 1", invented=True)
    state: ProductState = ProductStateFactory.build(price_cents=2000)
    product = add_product(session, state, AuthorFactory.build(at=NOW - THIRTY_DAYS), ruleset)
    dearer = msgspec.structs.replace(state, price_cents=2500)
    five_days_ago = AuthorFactory.build(at=NOW - timedelta(days=5))
    save_product(session, product.id, 1, dearer, author=five_days_ago, ruleset=ruleset)
    session.commit()
    reduced = msgspec.structs.replace(state, price_cents=cents, reduced=True)
    if taken:
        save_product(session, product.id, 2, reduced, author=AuthorFactory.build(at=NOW), ruleset=ruleset)
    else:
        with pytest.raises(RefusedError, match=r"lowest price of the 30 days before \(€ 20\.00\)"):
            save_product(session, product.id, 2, reduced, author=AuthorFactory.build(at=NOW), ruleset=ruleset)
        session.rollback()
    now = product_to_edit(session, product.id)
    assert (now.price_cents, now.from_cents) == ((1999, 2000) if taken else (2500, None))


def test_a_reduction_shows_its_earlier_price_until_it_ends(session: Session, ruleset: Ruleset) -> None:
    add_brand(session, "Merk", "Voorbeeldweg 1", invented=True)
    state: ProductState = ProductStateFactory.build(price_cents=2000)
    product = add_product(session, state, AuthorFactory.build(at=NOW - timedelta(days=40)), ruleset)

    def save(version: int, days: float, **fields: object) -> int | None:
        author = AuthorFactory.build(at=NOW - timedelta(days=days))
        new = msgspec.structs.replace(state, **fields)
        save_product(session, product.id, version, new, author=author, ruleset=ruleset)
        return product_to_edit(session, product.id).from_cents

    assert save(1, 5, price_cents=1500, reduced=True) == 2000
    assert save(2, 4, price_cents=1500, reduced=True, stock=1) == 2000
    assert save(3, 3, price_cents=1500) is None
    with pytest.raises(RefusedError, match="lowest price of the 30 days before"):
        save(4, 2, price_cents=1600, reduced=True)


def test_only_prices_that_were_on_sale_are_kept(session: Session, ruleset: Ruleset) -> None:
    add_brand(session, "Merk", "Voorbeeldweg 1", invented=True)
    state: ProductState = ProductStateFactory.build(status=Status.DRAFT, price_cents=2000)
    product = add_product(session, state, AuthorFactory.build(), ruleset)
    for version, status in enumerate([Status.PUBLISHED, Status.ARCHIVED], start=1):
        new = msgspec.structs.replace(state, status=status)
        save_product(session, product.id, version, new, author=AuthorFactory.build(), ruleset=ruleset)
    assert session.scalars(select(PricePoint.cents).order_by(PricePoint.at)).all() == [2000, None]


def test_prices_keep_their_order_when_the_clock_is_put_back(session: Session, ruleset: Ruleset) -> None:
    add_brand(session, "Merk", "Voorbeeldweg 1", invented=True)
    state: ProductState = ProductStateFactory.build(status=Status.PUBLISHED, price_cents=2000)
    product = add_product(session, state, AuthorFactory.build(at=NOW - THIRTY_DAYS), ruleset)
    moments = (NOW, NOW, NOW - timedelta(hours=1))
    for version, (cents, at) in enumerate(zip((1800, 1700, 1600), moments, strict=True), start=1):
        new = msgspec.structs.replace(state, price_cents=cents)
        save_product(session, product.id, version, new, author=AuthorFactory.build(at=at), ruleset=ruleset)
    assert session.scalars(select(PricePoint.cents).order_by(PricePoint.at)).all() == [2000, 1800, 1700, 1600]
