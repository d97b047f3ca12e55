"""Keep imports between their steps"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "supplier_mapping",
        sa.Column("supplier", sa.String(), nullable=False),
        sa.Column("mapping", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("supplier", name="pk_supplier_mapping"),
    )
    op.create_table(
        "upload",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("supplier", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("plan", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_upload"),
    )
    with op.batch_alter_table("upload", schema=None) as batch_op:
        batch_op.create_index("ix_upload_at", ["at"], unique=False)
    op.create_table(
        "upload_row",
        sa.Column("upload_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["upload_id"], ["upload.id"], name="fk_upload_row_upload_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("upload_id", "place", name="pk_upload_row"),
    )
    with op.batch_alter_table("upload_row", schema=None) as batch_op:
        batch_op.create_index("ix_upload_row_outcome", ["upload_id", "outcome", "place"], unique=False)


def downgrade() -> None:
    op.drop_table("upload_row")
    op.drop_table("upload")
    op.drop_table("supplier_mapping")
