"""When a refund was last asked about, and since when a provider does not know a payment or refund."""

import sqlalchemy as sa
from alembic import op

revision = "refund_reports"
down_revision = "shipping"


def upgrade() -> None:
    op.add_column("payment", sa.Column("missing_since", sa.DateTime(), nullable=True))
    op.add_column("refund", sa.Column("missing_since", sa.DateTime(), nullable=True))
    op.add_column("refund", sa.Column("seen_at", sa.DateTime(), nullable=True))
