"""Alembic's entry: runs on the connection that `database.migrate` hands over."""

from alembic import context

from catalog.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    transactional_ddl=True,  # true of SQLite as well, the way `database.open_engine` opens it
)
with context.begin_transaction():
    context.run_migrations()
