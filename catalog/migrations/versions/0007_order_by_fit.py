"""The grade of our order (limit, pure form, stock) in place of sold out, and the order of an advice by fit."""

import sqlalchemy as sa
from alembic import op

revision = "order_by_fit"
down_revision = "overrides"

ORDERS = {
    "listing_row": ("ix_listing_row_recommended", []),
    "listing_row_by_form": ("ix_listing_row_by_form_recommended", ["form"]),
}
COVERED = ["magnesium_ug", "tenth_cents_per_day", "vegan", "dosage_form", "beside", "also"]


def upgrade() -> None:
    for table, (index, before) in ORDERS.items():
        op.drop_index(index, table_name=table)
        op.add_column(table, sa.Column("grade", sa.Integer(), server_default="0", nullable=False))
        op.drop_column(table, "sold_out")
        op.create_index(index, table, [*before, "grade", "tenth_cents_per_100mg", "sku", "product_id"], unique=False)
    op.add_column("advice_row", sa.Column("is_blend", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("advice_row", sa.Column("short_ug", sa.Integer(), server_default="0", nullable=False))
    order = ["form", "is_blend", "short_ug", "tenth_cents_per_100mg", "sku", "product_id"]
    op.create_index("ix_advice_row_fit", "advice_row", [*order, *COVERED], unique=False)
    op.execute("UPDATE index_state SET revision = 0")  # the next start derives the index again
