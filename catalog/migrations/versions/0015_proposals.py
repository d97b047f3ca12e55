"""Proposed changes of products."""

import sqlalchemy as sa
from alembic import op

revision = "proposals"
down_revision = "passkeys"

TEXTS = ("fields", "state", "reasons", "note", "proposed_by")


def upgrade() -> None:
    op.create_table(
        "proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("base_version", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in TEXTS),
        sa.Column("proposed_at", sa.DateTime(), nullable=False),
        sa.Column("ended", sa.String(length=16), nullable=True),
        sa.Column("ended_by", sa.String(), server_default="", nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("answer", sa.String(), server_default="", nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name="fk_proposal_product_id"),
        sa.PrimaryKeyConstraint("id", name="pk_proposal"),
    )
    op.create_index("ix_proposal_product_id", "proposal", ["product_id"])
    op.create_index("ix_proposal_ended", "proposal", ["ended", "id"])
