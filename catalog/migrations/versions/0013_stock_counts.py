"""The moment of a product's stock count, and whether orders took its last pack; there are no orders yet."""

import sqlalchemy as sa
from alembic import op

revision = "stock_counts"
down_revision = "form_draft"


def upgrade() -> None:
    op.add_column("product", sa.Column("stock_counted_at", sa.DateTime(), nullable=True))
    op.add_column("product", sa.Column("sold_out", sa.Boolean(), server_default=sa.false(), nullable=False))
