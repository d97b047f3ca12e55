"""Accounts: sign-in attempts that say which account they were on, links for a new password, devices of sessions."""

import sqlalchemy as sa
from alembic import op

revision = "people_log"
down_revision = "order_by_fit"


def upgrade() -> None:
    op.add_column("sign_in_attempt", sa.Column("account_key", sa.String(length=64), server_default="", nullable=False))
    op.create_index("ix_sign_in_attempt_account_key", "sign_in_attempt", ["account_key"])
    op.create_table(
        "password_reset",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("by_mail", sa.Boolean(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_password_reset_account_id"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_password_reset"),
    )
    op.create_index("ix_password_reset_account_id", "password_reset", ["account_id"])
    for name in ("device", "network"):
        op.add_column("admin_session", sa.Column(name, sa.String(), server_default="", nullable=False))
