"""Parcel points that the owner put on file, and the one that an order goes to."""

import sqlalchemy as sa
from alembic import op

revision = "parcel_points"
down_revision = "lists"


def upgrade() -> None:
    texts = ("carrier", "name", "street", "house_number", "postcode", "town", "hours")
    op.create_table(
        "parcel_point",
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in texts),
        sa.Column("postcode_number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("country", "code", name="pk_parcel_point"),
    )
    op.create_index("ix_parcel_point_near", "parcel_point", ["country", "postcode_number", "code"], unique=False)
    for name in ("point_code", "point"):
        op.add_column("purchase", sa.Column(name, sa.String(), server_default="", nullable=False))
