"""Sums of done jobs that were deleted, and packs as they were weighed."""

import sqlalchemy as sa
from alembic import op

revision = "outbox_sums"
down_revision = "undoing"


def upgrade() -> None:
    op.create_table(
        "outbox_sum",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("jobs", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("month", "kind", name="pk_outbox_sum"),
    )
    op.create_table(
        "pack_weight",
        sa.Column("product_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("grams", sa.Integer(), nullable=False),
        sa.CheckConstraint("grams > 0", name="ck_pack_weight_grams_positive"),
        sa.PrimaryKeyConstraint("product_id", name="pk_pack_weight"),
    )
