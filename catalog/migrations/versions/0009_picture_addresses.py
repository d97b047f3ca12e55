"""Addresses of pictures in imported files, which wait to be fetched; none waits yet."""

import sqlalchemy as sa
from alembic import op

revision = "picture_addresses"
down_revision = "more_pictures"


def upgrade() -> None:
    op.create_table(
        "picture_address",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(), server_default="", nullable=False),
        sa.Column("tried_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name="fk_picture_address_product_id"),
        sa.PrimaryKeyConstraint("id", name="pk_picture_address"),
        sa.UniqueConstraint("product_id", "address", name="uq_picture_address_product_id"),
    )
    op.create_index("ix_picture_address_state", "picture_address", ["state", "id"])
