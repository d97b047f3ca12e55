"""Uploads in parts; a file that waits for its import is kept as one part."""

import sqlalchemy as sa
from alembic import op

revision = "upload_parts"
down_revision = "planned_changes"


def upgrade() -> None:
    op.create_table(
        "upload_part",
        sa.Column("upload_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["upload_id"], ["upload.id"], name="fk_upload_part_upload_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("upload_id", "place", name="pk_upload_part"),
    )
    op.execute("INSERT INTO upload_part (upload_id, place, content) SELECT id, 0, content FROM upload")
    op.add_column("upload", sa.Column("size", sa.Integer(), server_default="0", nullable=False))
    op.execute("UPDATE upload SET size = length(content)")
    with op.batch_alter_table("upload") as upload:
        upload.drop_column("content")
        upload.alter_column("size", server_default=None)
