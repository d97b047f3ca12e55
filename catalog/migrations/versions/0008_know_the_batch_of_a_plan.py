"""Know the batch that carried out a plan, so that an import pressed twice leads to it"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("batch", sa.Column("plan", sa.String(64), nullable=True))
    op.create_index("ix_batch_plan", "batch", ["plan"], unique=True)


def downgrade() -> None:
    op.drop_index("ix_batch_plan", "batch")
    op.drop_column("batch", "plan")
