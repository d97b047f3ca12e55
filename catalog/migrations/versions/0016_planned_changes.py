"""Changes of products at a moment to come."""

import sqlalchemy as sa
from alembic import op

revision = "planned_changes"
down_revision = "proposals"


def upgrade() -> None:
    op.create_table(
        "planned_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=False),
        sa.Column("price_cents", sa.Integer(), nullable=True),
        sa.Column("reduced", sa.Boolean(), nullable=False),
        sa.Column("expected_cents", sa.Integer(), nullable=True),
        sa.Column("begins_id", sa.Integer(), nullable=True),
        sa.Column("planned_by", sa.String(), nullable=False),
        sa.Column("planned_at", sa.DateTime(), nullable=False),
        sa.Column("ended", sa.String(length=16), nullable=True),
        sa.Column("ended_by", sa.String(), server_default="", nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        *(
            sa.Column(f"problem_{language}", sa.String(), server_default="", nullable=False)
            for language in ("nl", "en")
        ),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name="fk_planned_change_product_id"),
        sa.ForeignKeyConstraint(["begins_id"], ["planned_change.id"], name="fk_planned_change_begins_id"),
        sa.PrimaryKeyConstraint("id", name="pk_planned_change"),
    )
    op.create_index("ix_planned_change_product_id", "planned_change", ["product_id"])
    op.create_index("ix_planned_change_ended", "planned_change", ["ended", "due_at"])
