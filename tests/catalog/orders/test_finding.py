"""Orders found by their words, common and rare ones, and those that were there before words were kept."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import insert, select

from catalog.db.engine import upgrade
from catalog.models import table_of
from catalog.orders import finding
from catalog.orders.finding import OrderSearch, find_orders, words_of
from catalog.orders.models import OrdersBase, Purchase, Terms
from catalog.orders.store import ORDERS, OrdersStore
from tests import databases
from tests.catalog.orders.conftest import new_store_url
from tests.catalog.orders.goods import NOW, goods, placed, placing_of, quote_of


def numbers(store: OrdersStore, text: str) -> list[str]:
    with store.reading() as session:
        return [found.purchase.number for found in find_orders(session, OrderSearch(text)).orders]


@pytest.mark.parametrize("common", [0, 5000])
def test_a_word_finds_the_same_orders_whether_it_is_common_or_rare(
    common: int, store: OrdersStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "_COMMON", common)
    jar = goods(1, stock=99)
    made = [
        placed(store, placing_of(quote_of((jar, 1)), email=f"k{number}@voorbeeld.nl")).purchase for number in range(4)
    ]
    assert numbers(store, "vries") == [one.number for one in reversed(made)]
    assert numbers(store, "k2@voorbeeld.nl jo") == [made[2].number]
    assert numbers(store, "k2@voorbeeld.nl nobody") == []


def test_words_have_no_accents_capitals_and_signs() -> None:
    assert words_of("Zoë van-den Bèrg") == ["berg", "den", "van", "vanden", "zoe"]
    assert words_of("M26-7KQ4-2XB") == ["2xb", "7kq4", "m26", "m267kq42xb"]
    assert words_of("3511 AB") == ["3511ab"]
    assert words_of("Jo@Voorbeeld.nl") == ["jo@voorbeeld.nl"]
    assert words_of(" - ") == []


def test_the_migrations_make_exactly_the_tables_of_the_models(store: OrdersStore) -> None:
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": ORDERS.version_table})
        assert compare_metadata(context, OrdersBase.metadata) == []


@pytest.mark.database
def test_orders_from_before_are_found_after_the_migration(tmp_path: Path) -> None:
    store = OrdersStore(new_store_url(tmp_path))
    try:
        upgrade(store.engine, "orders", ORDERS)
        with store.writing() as session:
            session.execute(insert(table_of(Terms)), [{"version": "v", "language": "nl", "text": "x"}])
            texts = ("token_sha256", "checkout_key", "company", "vat_number", "street", "house_number", "addition")
            given = dict.fromkeys(texts, "x") | {"number": "M26-7KQ4-2XB", "name": "Zoë Berg", "email": "z@x.nl"}
            given |= {"postcode": "3511 AB", "town": "x", "country": "NL", "language": "nl", "terms_version": "v"}
            sums = {"lines_cents": 1, "delivery_cents": 0, "total_cents": 1}
            kinds = {"state": "placed", "delivery": "home", "method": "online", "trial": True}
            session.execute(insert(table_of(Purchase)), [given | sums | kinds | {"placed_at": NOW}])
        store.migrate()
        for text in ("zoe", "m267kq42xb", "3511 ab", "z@x.nl"):
            assert numbers(store, text) == ["M26-7KQ4-2XB"], text
        with store.reading() as session:
            assert session.scalars(select(Purchase)).one().shipments == []
    finally:
        store.dispose()
        databases.drop(store.engine.url)
