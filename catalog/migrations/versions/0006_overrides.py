"""Overrides of blocked sentences; nobody has overridden any yet."""

import sqlalchemy as sa
from alembic import op

revision = "overrides"
down_revision = "settings"


def upgrade() -> None:
    op.add_column("product", sa.Column("overridden", sa.String(), server_default="", nullable=False))
    op.create_table(
        "claim_override",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("sentence", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("proposed_by", sa.String(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(), nullable=False),
        sa.Column("confirmed_by", sa.String(), server_default="", nullable=False),
        sa.Column("confirmed_at", sa.DateTime(), nullable=True),
        sa.Column("ended", sa.String(length=16), nullable=True),
        sa.Column("ended_by", sa.String(), server_default="", nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name="fk_claim_override_product_id"),
        sa.PrimaryKeyConstraint("id", name="pk_claim_override"),
    )
    op.create_index("ix_claim_override_product_id", "claim_override", ["product_id"])
