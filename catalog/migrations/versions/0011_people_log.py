"""Accounts: sign-in attempts that say which account they were on, links for a new password, devices of sessions, the log of people."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "people_log"
down_revision = "lookups"


TEXTS = ("who", "about", "detail", "device", "network")
SQLITE = (
    "CREATE TRIGGER people_event_unchanged BEFORE UPDATE ON people_event "
    "BEGIN SELECT RAISE(ABORT, 'people_event is append-only'); END",
    "CREATE TRIGGER people_event_kept BEFORE DELETE ON people_event "
    "WHEN OLD.at >= COALESCE((SELECT removable_before FROM people_log_state), '') "
    "BEGIN SELECT RAISE(ABORT, 'people_event is append-only'); END",
)
POSTGRESQL = (
    "CREATE FUNCTION keep_people_event() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "IF TG_OP = 'DELETE' AND OLD.at < (SELECT removable_before FROM people_log_state) THEN RETURN OLD; END IF; "
    "RAISE EXCEPTION 'people_event is append-only'; END $$",
    "CREATE TRIGGER people_event_kept BEFORE UPDATE OR DELETE ON people_event "
    "FOR EACH ROW EXECUTE FUNCTION keep_people_event()",
    "CREATE TRIGGER people_event_whole BEFORE TRUNCATE ON people_event "
    "FOR EACH STATEMENT EXECUTE FUNCTION keep_people_event()",
)


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
    op.create_table(
        "people_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in TEXTS),
        sa.PrimaryKeyConstraint("id", name="pk_people_event"),
    )
    op.create_index("ix_people_event_at", "people_event", ["at"])
    state = op.create_table(
        "people_log_state",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("removable_before", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_people_log_state"),
    )
    op.bulk_insert(state, [{"id": 1, "removable_before": datetime(1, 1, 1)}])  # noqa: DTZ001 - moments are stored in UTC
    for statement in POSTGRESQL if op.get_bind().dialect.name == "postgresql" else SQLITE:
        op.execute(statement)
