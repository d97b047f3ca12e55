"""Contradictions between a product's ingredient texts and what it states; daily portions that need a reason."""

import sqlalchemy as sa
from alembic import op

revision = "label_faults"
down_revision = "brands"


def upgrade() -> None:
    op.add_column("product", sa.Column("label_faults", sa.Integer(), server_default="0", nullable=False))
    op.execute(  # a portion above 250 mg a day, and not above what no reason allows
        "UPDATE product SET open_warnings = open_warnings + 1"
        " WHERE CAST(magnesium_ug AS BIGINT) * units_per_day > 250000"
        " AND CAST(magnesium_ug AS BIGINT) * units_per_day <= 500000"
    )
    op.execute("UPDATE index_state SET revision = 0")  # the next start derives all anew, and counts them
