"""Know until when a reduction may be announced: 30 days from its beginning"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

THIRTY_DAYS_ON = {"sqlite": "date(max(at), '+30 days')", "postgresql": "CAST(max(at) + INTERVAL '30 days' AS date)"}


def upgrade() -> None:
    op.add_column("product", sa.Column("from_until", sa.Date(), nullable=True))
    day = THIRTY_DAYS_ON[op.get_bind().dialect.name]
    # The last price is the reduced one, so it says when the reduction began.
    op.execute(
        f"UPDATE product SET from_until = (SELECT {day} FROM price_point WHERE product_id = product.id)"  # noqa: S608 - ours
        " WHERE from_cents IS NOT NULL"
    )


def downgrade() -> None:
    op.drop_column("product", "from_until")
