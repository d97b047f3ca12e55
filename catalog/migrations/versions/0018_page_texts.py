"""Versions of the texts of pages that somebody edited in the admin."""

import sqlalchemy as sa
from alembic import op

revision = "page_texts"
down_revision = "upload_parts"


def upgrade() -> None:
    op.create_table(
        "page_text",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("page", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("nl", sa.String(), nullable=False),
        sa.Column("en", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_page_text"),
    )
