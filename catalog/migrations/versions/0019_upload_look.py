"""The look at an uploaded file by its layout, which the worker makes for a large one."""

import sqlalchemy as sa
from alembic import op

revision = "upload_look"
down_revision = "page_texts"


def upgrade() -> None:
    op.add_column("upload", sa.Column("look", sa.String(), nullable=True))
