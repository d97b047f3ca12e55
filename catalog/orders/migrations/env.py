"""Alembic's entry for the orders' tables: runs on the connection that `catalog.orders.store.migrate_orders` passes."""

from alembic import context

from catalog.orders.models import OrdersBase

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=OrdersBase.metadata,
    version_table="orders_version",
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
