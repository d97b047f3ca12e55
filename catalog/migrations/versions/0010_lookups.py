"""Indexes for the search by barcode and for the history of a person."""

from alembic import op

revision = "lookups"
down_revision = "picture_addresses"


def upgrade() -> None:
    op.create_index("ix_product_ean", "product", ["ean"], unique=False)
    op.create_index("ix_change_who", "change", ["who", "at"], unique=False)
