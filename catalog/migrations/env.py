"""Alembic's entry: runs on the connection that `catalog.db.engine.migrate` passes."""

from alembic import context

from catalog.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    transactional_ddl=True,  # on SQLite too, as `catalog.db.engine.open_engine` opens it
)
with context.begin_transaction():
    context.run_migrations()
