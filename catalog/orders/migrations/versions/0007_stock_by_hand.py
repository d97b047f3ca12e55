"""Stock counted, received and written off by staff: keys of their forms, and the number that counts as low."""

import sqlalchemy as sa
from alembic import op

revision = "stock_by_hand"
down_revision = "recalls"


def upgrade() -> None:
    op.add_column("stock_move", sa.Column("key", sa.String(), nullable=True))
    op.create_index("ix_stock_move_key", "stock_move", ["key"], unique=True)
    op.add_column("stock_level", sa.Column("low_at", sa.Integer(), server_default="5", nullable=False))
