"""Pictures of a product behind the first; no product has any yet."""

import sqlalchemy as sa
from alembic import op

revision = "more_pictures"
down_revision = "order_by_fit"


def upgrade() -> None:
    op.add_column("product", sa.Column("more_pictures", sa.String(), server_default="", nullable=False))
