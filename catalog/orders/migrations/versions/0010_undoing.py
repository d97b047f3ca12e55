"""Undone transfers and parcels, packs of a recalled lot that are held, and chargebacks of the trial provider."""

import sqlalchemy as sa
from alembic import op

revision = "undoing"
down_revision = "restock"


def upgrade() -> None:
    op.add_column("bank_transfer", sa.Column("undone_at", sa.DateTime(), nullable=True))
    op.add_column("shipment", sa.Column("undone_at", sa.DateTime(), nullable=True))
    op.add_column("shipment", sa.Column("came_back", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("recall", sa.Column("held", sa.Integer(), server_default="0", nullable=False))
    op.add_column("recall", sa.Column("decided_at", sa.DateTime(), nullable=True))
    op.add_column(
        "recall",
        sa.Column(
            "decision",
            sa.Enum("released", "written_off", name="recalldecision", native_enum=False, length=16),
            nullable=True,
        ),
    )
    op.create_index("ix_recall_product", "recall", ["product_id"], unique=False)
    op.add_column("trial_payment", sa.Column("charged_back_cents", sa.Integer(), server_default="0", nullable=False))
