"""Other active substances of a product, and allergens and vegan that nobody stated.

A product that was not marked vegan, or had no allergen ticked, said nothing: both become unknown, except under the
invented brands of the sample, whose labels are complete.
"""

import sqlalchemy as sa
from alembic import op

revision = "real_products"
down_revision = "initial"


def upgrade() -> None:
    # A column in place of the old one: SQLite changes no column, and rebuilding a table would empty those that refer
    # to it.
    op.add_column("product", sa.Column("vegan_or_unknown", sa.Boolean(), nullable=True))
    op.execute(
        "UPDATE product SET vegan_or_unknown = vegan WHERE vegan OR brand_id IN (SELECT id FROM brand WHERE invented)"
    )
    op.drop_column("product", "vegan")
    op.alter_column("product", "vegan_or_unknown", new_column_name="vegan")
    for name in ("allergens_stated", "other_actives_stated"):
        op.add_column("product", sa.Column(name, sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("product", sa.Column("other_actives", sa.String(), server_default="", nullable=False))
    op.execute("UPDATE product SET allergens_stated = true WHERE allergens <> ''")
    op.execute(
        "UPDATE product SET allergens_stated = true, other_actives_stated = true"
        " WHERE brand_id IN (SELECT id FROM brand WHERE invented)"
    )
    op.add_column("advice_row", sa.Column("beside", sa.String(length=16), server_default="unknown", nullable=False))
    op.execute("UPDATE index_state SET revision = 0")  # the next start derives the index again
