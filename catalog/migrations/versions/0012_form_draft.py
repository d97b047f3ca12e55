"""Unsaved forms of products, by person, and the highest id of a deleted product; there are none yet."""

import sqlalchemy as sa
from alembic import op

revision = "form_draft"
down_revision = "people_log"


def upgrade() -> None:
    op.create_table(
        "form_draft",
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("product_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("fields", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("who", "product_id", name="pk_form_draft"),
    )
    op.add_column("catalogue_state", sa.Column("highest_deleted_id", sa.Integer(), server_default="0", nullable=False))
    op.create_index("ix_form_draft_at", "form_draft", ["at"], unique=False)
