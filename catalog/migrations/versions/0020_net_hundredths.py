"""The net quantity in hundredths of a gram or millilitre, as labels have it."""

from alembic import op

revision = "net_hundredths"
down_revision = "upload_look"


def upgrade() -> None:
    op.execute("UPDATE product SET net_quantity = net_quantity * 100")
