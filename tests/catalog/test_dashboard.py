"""The overview's counts: by status, by trouble and by price, each product in every one of them at most once."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from catalog.composition import LabelLine
from catalog.models import Product, Status
from catalog.queries.admin import Filter, Order, Trouble, chosen_versions, overview, product_rows, published_by_form
from catalog.search.facet_counts import Filters, find
from catalog.search.facets import MG_BANDS, PRICE_BANDS, Facet
from catalog.search.snapshot import current_snapshot
from tests.factories import make_product

TODAY = date(2026, 11, 22)
TROUBLED: Mapping[Trouble, dict[str, Any]] = {
    Trouble.LABEL: {"ingredients_nl": "magnesiumcitraat, weipoeder"},
    Trouble.BLOCKED: {"summary_nl": "Helpt tegen migraine."},
    Trouble.WARNINGS: {"summary_nl": "Magnesium: goed voor een normale spierwerking."},
    Trouble.CLAIM_CONDITION: {
        "summary_nl": "Magnesium draagt bij tot een normale werking van de spieren.",
        "composition": (LabelLine("citrate", elemental_ug=40_000),),
        "units_per_day": 1,
    },
    Trouble.FORM_NOT_PERMITTED: {"composition": (LabelLine("orotate", elemental_ug=100_000),)},
    Trouble.NO_AMOUNT: {"composition": (LabelLine("citrate"),)},
    Trouble.DUTCH_MISSING: {"storage_nl": ""},
    Trouble.ENGLISH_MISSING: {"storage_en": ""},
    Trouble.SOLD_OUT: {"stock": 0},
}
COUNTED = {trouble: {Status.DRAFT, Status.PUBLISHED} for trouble in Trouble} | {
    Trouble.NO_AMOUNT: {Status.DRAFT},  # the database takes no other
    Trouble.SOLD_OUT: {Status.PUBLISHED},
}


def make_with_status(session: Session, status: Status, **fields: Any) -> int:
    """A product with a status that the write path might refuse it; returns its id."""
    id_ = make_product(session, status=Status.DRAFT, **fields).id
    session.execute(update(Product).where(Product.id == id_).values(status=status))
    return id_


@pytest.mark.parametrize("trouble", list(Trouble))
def test_an_archived_product_has_no_trouble_any_more(trouble: Trouble, session: Session) -> None:
    statuses = [Status.DRAFT, Status.ARCHIVED] if trouble is Trouble.NO_AMOUNT else list(Status)
    ids = {status: make_with_status(session, status, **TROUBLED[trouble]) for status in statuses}
    for status in Status:
        make_with_status(session, status)  # has no trouble at all
    expected = {ids[status] for status in COUNTED[trouble]}
    assert overview(session, TODAY).by_trouble[trouble] == len(expected)
    narrowed = Filter(trouble=trouble)
    assert {product.id for product in product_rows(session, narrowed, Order.NEWEST, 1).products} == expected
    assert {id_ for id_, _version in chosen_versions(session, narrowed)} == expected


def test_a_product_without_trouble_is_counted_by_its_status_alone(session: Session) -> None:
    for number, status in enumerate(Status, start=1):
        for _ in range(number):
            make_with_status(session, status)
    counts = overview(session, TODAY)
    assert counts.by_status == {Status.DRAFT: 1, Status.PUBLISHED: 2, Status.ARCHIVED: 3}
    assert counts.total == 6
    assert set(counts.by_trouble.values()) == {0}
    assert sum(counts.by_price) == sum(published_by_form(session).values()) == 2


def make_at_price(session: Session, tenth_cents: int, status: Status = Status.PUBLISHED) -> None:
    """A product whose 100 mg magnesium costs so much."""
    product = make_product(session, price_cents=max(tenth_cents, 1), units_per_pack=10 if tenth_cents else 21)
    assert product.tenth_cents_per_100mg == tenth_cents
    session.execute(update(Product).where(Product.id == product.id).values(status=status))


BY_BAND = [(0, 1, 49, 50), (51, 99, 100), (101, 199, 200), (201, 399, 400), (401, 799, 800), (801, 100_000)]
"""Prices by their band of the overview, in tenths of a cent; a price may round to 0."""


def test_a_price_on_the_edge_of_two_bands_is_counted_in_the_lower_one_alone(session: Session) -> None:
    counted = [0] * len(BY_BAND)
    for band, prices in enumerate(BY_BAND):
        for tenth_cents in prices:
            make_at_price(session, tenth_cents)
            counted[band] += 1
            assert list(overview(session, TODAY).by_price) == counted, tenth_cents


def test_the_price_bands_sum_up_to_what_is_published(session: Session) -> None:
    for tenth_cents in (price for prices in BY_BAND for price in prices):
        for status in Status:
            make_at_price(session, tenth_cents, status)
    counts = overview(session, TODAY)
    assert sum(counts.by_price) == counts.by_status[Status.PUBLISHED] == sum(map(len, BY_BAND))


MG_EDGES = {"to-100": (99, 100), "100-150": (101, 149, 150), "150-200": (151, 200), "200-250": (201, 250)}
MG_EDGES |= {"over-250": (251, 400)}
PRICE_EDGES = {"to-10": (0, 99, 100), "10-15": (101, 150), "15-20": (151, 200), "20-30": (201, 300)}
PRICE_EDGES |= {"over-30": (301, 5000)}


def test_a_facets_bands_hold_each_product_once_its_edges_included(session: Session) -> None:
    for amounts in MG_EDGES.values():
        for milligrams in amounts:
            composition = (LabelLine("citrate", elemental_ug=milligrams * 1000),)
            make_product(session, composition, units_per_day=1, price_cents=10_000, units_per_pack=10)
    for prices in PRICE_EDGES.values():
        for tenth_cents in prices:
            make_at_price(session, tenth_cents)
    found = find(current_snapshot(session), Filters())
    by_amount = {band.name: found.count(Facet.MG_PER_DAY, band.name) for band in MG_BANDS}
    by_price = {band.name: found.count(Facet.PRICE_PER_100MG, band.name) for band in PRICE_BANDS}
    of_price, of_amount = (sum(map(len, edges.values())) for edges in (PRICE_EDGES, MG_EDGES))
    assert by_amount == {name: len(amounts) for name, amounts in MG_EDGES.items()} | {
        "150-200": len(MG_EDGES["150-200"]) + of_price  # a portion of 200 mg
    }
    assert by_price == {name: len(prices) for name, prices in PRICE_EDGES.items()} | {
        "over-30": len(PRICE_EDGES["over-30"]) + of_amount
    }
