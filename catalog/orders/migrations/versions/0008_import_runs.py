"""Queue of imports that the worker does; there are none yet."""

import sqlalchemy as sa
from alembic import op

revision = "import_runs"
down_revision = "stock_by_hand"


def upgrade() -> None:
    op.create_table(
        "import_run",
        sa.Column("upload_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("task", sa.Enum("plan", "apply", name="importtask", native_enum=False, length=16), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("skip_bad", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("correct_addresses", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("plan", sa.String(), server_default="", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("beat_at", sa.DateTime(), nullable=True),
        sa.Column("done", sa.Integer(), server_default="0", nullable=False),
        sa.Column("rows", sa.Integer(), server_default="0", nullable=False),
        sa.Column("is_cancelled", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(
                "planned",
                "imported",
                "nothing",
                "stale",
                "file_refused",
                "product_refused",
                "cancelled",
                "failed",
                name="importoutcome",
                native_enum=False,
                length=16,
            ),
            nullable=True,
        ),
        sa.Column("detail", sa.String(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("upload_id", name="pk_import_run"),
    )
    op.create_index("ix_import_run_ended_at", "import_run", ["ended_at", "asked_at"], unique=False)
