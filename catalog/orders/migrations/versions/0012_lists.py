"""Indexes of the lists of orders that are unpaid, that packs come back of, and that short products hold up."""

import sqlalchemy as sa
from alembic import op

revision = "lists"
down_revision = "outbox_sums"

COMES_BACK = "quantity + returned < withdrawn + shipped OR returned > credited + refused"
UNSENT = "quantity > withdrawn + shipped"
PAID_LATER = "state = 'confirmed' AND method = 'after_delivery'"


def upgrade() -> None:
    for name, table, columns, where in (
        ("ix_purchase_line_comes_back", "purchase_line", ["purchase_id"], COMES_BACK),
        ("ix_purchase_line_unsent", "purchase_line", ["product_id", "purchase_id"], UNSENT),
        ("ix_purchase_paid_later", "purchase", ["method", "state", "id"], PAID_LATER),
    ):
        op.create_index(
            name, table, columns, unique=False, sqlite_where=sa.text(where), postgresql_where=sa.text(where)
        )
