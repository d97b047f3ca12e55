"""Recalls of a lot, and the notice of each to every order that it was sent to."""

import sqlalchemy as sa
from alembic import op

revision = "recalls"
down_revision = "books"


def upgrade() -> None:
    op.create_table(
        "recall",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("lot", sa.String(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("text_nl", sa.String(), nullable=False),
        sa.Column("text_en", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_recall"),
        sa.UniqueConstraint("key", name="uq_recall_key"),
    )
    op.create_table(
        "recall_notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recall_id", sa.Integer(), nullable=False),
        sa.Column("purchase_id", sa.Integer(), nullable=False),
        sa.Column("mailed_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["recall_id"], ["recall.id"], name="fk_recall_notice_recall_id"),
        sa.ForeignKeyConstraint(["purchase_id"], ["purchase.id"], name="fk_recall_notice_purchase_id"),
        sa.PrimaryKeyConstraint("id", name="pk_recall_notice"),
        sa.UniqueConstraint("recall_id", "purchase_id", name="uq_recall_notice_recall_id"),
    )
    op.create_index("ix_recall_notice_purchase_id", "recall_notice", ["purchase_id"], unique=False)
