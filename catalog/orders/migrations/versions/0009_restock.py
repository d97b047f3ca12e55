"""Wishes to be mailed when a product is back, and whether owners know that a product's stock is low."""

import sqlalchemy as sa
from alembic import op

revision = "restock"
down_revision = "import_runs"


def upgrade() -> None:
    op.create_table(
        "restock_wish",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("address_key", sa.String(length=64), nullable=False),
        sa.Column("link_key", sa.String(), nullable=False),
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(), nullable=True),
        sa.Column("planned_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_restock_wish"),
        sa.UniqueConstraint("address_key", "product_id", name="uq_restock_wish_address_key"),
        sa.UniqueConstraint("token_sha256", name="uq_restock_wish_token_sha256"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_restock_wish_product", "restock_wish", ["product_id", "confirmed_at"], unique=False)
    op.create_index("ix_restock_wish_asked_at", "restock_wish", ["asked_at"], unique=False)
    op.add_column("stock_level", sa.Column("low_told", sa.Boolean(), server_default=sa.false(), nullable=False))
