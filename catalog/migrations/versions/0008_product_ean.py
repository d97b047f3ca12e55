"""An index of barcodes, for the search by barcode."""

from alembic import op

revision = "product_ean"
down_revision = "order_by_fit"


def upgrade() -> None:
    op.create_index("ix_product_ean", "product", ["ean"], unique=False)
