"""Aliases, version, acceptance and history of brands.

Nobody accepted a name yet, and brands that differ in capitals or blanks alone stay apart until a person merges them
(`shop catalog check` names them).
"""

import sqlalchemy as sa
from alembic import op

revision = "brands"
down_revision = "real_products"


def upgrade() -> None:
    for name in ("aliases", "accepted_name", "accepted_by", "accepted_reason"):
        op.add_column("brand", sa.Column(name, sa.String(), server_default="", nullable=False))
    op.add_column("brand", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.add_column("brand", sa.Column("accepted_at", sa.DateTime(), nullable=True))
    op.create_table(
        "brand_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("event", sa.String(length=16), nullable=False),
        sa.Column("before", sa.String(), nullable=False),
        sa.Column("after", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name="fk_brand_change_brand_id"),
        sa.PrimaryKeyConstraint("id", name="pk_brand_change"),
    )
    op.create_index("ix_brand_change_brand_id", "brand_change", ["brand_id"])
