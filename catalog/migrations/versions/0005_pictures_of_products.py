"""Pictures: which one a product has and what it shows, and the files themselves."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    for name in ("picture", "alt_nl", "alt_en"):
        op.add_column("product", sa.Column(name, sa.String(), nullable=False, server_default=""))
    op.create_table(
        "picture_file",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_picture_file"),
    )


def downgrade() -> None:
    op.drop_table("picture_file")
    for name in ("picture", "alt_nl", "alt_en"):
        op.drop_column("product", name)
