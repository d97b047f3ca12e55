"""Whether the English texts of a product are complete; the owner's settings and their history."""

import sqlalchemy as sa
from alembic import op

revision = "settings"
down_revision = "label_faults"


def upgrade() -> None:
    op.add_column("product", sa.Column("english_complete", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute("UPDATE index_state SET revision = 0")  # the next start derives all anew
    op.create_table(
        "setting",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_setting"),
    )
    op.create_table(
        "setting_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("before", sa.String(), nullable=False),
        sa.Column("after", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_setting_change"),
    )
