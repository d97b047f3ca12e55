"""Goods that came back, what was decided about them, and money that was given back out of goodwill."""

import sqlalchemy as sa
from alembic import op

revision = "returns"
down_revision = "refund_reports"


def upgrade() -> None:
    for name in ("returned", "credited", "refused"):
        op.add_column("purchase_line", sa.Column(name, sa.Integer(), server_default="0", nullable=False))
    op.add_column("purchase", sa.Column("goodwill_cents", sa.Integer(), server_default="0", nullable=False))
    op.create_table(
        "goods_return",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("purchase_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["purchase_id"], ["purchase.id"], name="fk_goods_return_purchase_id"),
        sa.PrimaryKeyConstraint("id", name="pk_goods_return"),
        sa.UniqueConstraint("key", name="uq_goods_return_key"),
    )
    op.create_index("ix_goods_return_purchase_id", "goods_return", ["purchase_id"], unique=False)
    op.create_table(
        "goods_return_line",
        sa.Column("return_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sealed", sa.Integer(), nullable=False),
        sa.Column("opened", sa.Integer(), nullable=False),
        sa.Column("restocked", sa.Integer(), nullable=False),
        sa.Column("lot", sa.String(), nullable=False),
        sa.CheckConstraint("sealed >= 0 AND opened >= 0 AND sealed + opened > 0", name="ck_goods_return_line_packs"),
        sa.CheckConstraint("restocked >= 0 AND restocked <= sealed", name="ck_goods_return_line_restocked_is_sealed"),
        sa.ForeignKeyConstraint(["return_id"], ["goods_return.id"], name="fk_goods_return_line_return_id"),
        sa.PrimaryKeyConstraint("return_id", "position", name="pk_goods_return_line"),
    )
