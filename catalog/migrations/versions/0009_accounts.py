"""Accounts: sign-in attempts that say which account they were on."""

import sqlalchemy as sa
from alembic import op

revision = "people_log"
down_revision = "order_by_fit"


def upgrade() -> None:
    op.add_column("sign_in_attempt", sa.Column("account_key", sa.String(length=64), server_default="", nullable=False))
    op.create_index("ix_sign_in_attempt_account_key", "sign_in_attempt", ["account_key"])
