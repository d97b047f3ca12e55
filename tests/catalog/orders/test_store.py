"""The orders' store: migrated to the tables of the models, beside a catalogue in the same database or apart from it."""

from pathlib import Path

from sqlalchemy import delete, inspect, select

from catalog.db.engine import is_migrated, migrate
from catalog.orders.models import DeliveryRate, OrdersBase
from catalog.orders.store import ORDERS, OrdersStore


def test_a_migrated_store_has_the_columns_of_the_models(store: OrdersStore) -> None:
    found = inspect(store.engine)
    for table in OrdersBase.metadata.sorted_tables:
        columns = {column["name"]: column["nullable"] for column in found.get_columns(table.name)}
        assert columns == {column.name: column.nullable for column in table.columns}, table.name
        indexes = {index["name"] for index in found.get_indexes(table.name)}
        assert {index.name for index in table.indexes} <= indexes, table.name


def test_catalogue_and_orders_migrate_apart_in_one_database(store: OrdersStore) -> None:
    assert not is_migrated(store.engine)
    migrate(store.engine)
    assert is_migrated(store.engine)
    assert is_migrated(store.engine, ORDERS)
    store.migrate()
    assert store.is_ready


def test_a_file_of_turns_that_cannot_be_opened_keeps_nobody_from_writing(store: OrdersStore, tmp_path: Path) -> None:
    (tmp_path / "orders.db-turn").mkdir()
    with store.writing() as session:
        session.execute(delete(DeliveryRate))
    with store.reading() as session:
        assert session.scalars(select(DeliveryRate.max_grams)).all() == []
