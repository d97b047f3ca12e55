"""Keep what an advice may show, with all that a visitor can wish, and fill it from the products"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

SORTABLE = sa.String().with_variant(sa.String(collation="C"), "postgresql")
OTHERS = {
    "sqlite": "(SELECT group_concat(' ' || form || ' ', '') FROM (SELECT form FROM form_tag WHERE {} ORDER BY form))",
    "postgresql": "(SELECT string_agg(' ' || form || ' ', '' ORDER BY form COLLATE \"C\") FROM form_tag WHERE {})",
}


def upgrade() -> None:
    op.create_table(
        "advisable",
        sa.Column("form", SORTABLE, nullable=False),
        sa.Column("tenth_cents_per_100mg", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("sku", SORTABLE, nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("magnesium_ug", sa.Integer(), nullable=False),
        sa.Column("tenth_cents_per_day", sa.BigInteger(), nullable=False),
        sa.Column("vegan", sa.Boolean(), nullable=False),
        sa.Column("dosage_form", sa.String(), nullable=False),
        sa.Column("also", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("form", "tenth_cents_per_100mg", "sku", "product_id", name="pk_advisable"),
        sqlite_with_rowid=False,
    )
    others = OTHERS[op.get_bind().dialect.name].format("product_id = product.id AND form <> tag.form")
    op.execute(
        "INSERT INTO advisable SELECT tag.form, product.tenth_cents_per_100mg, product.sku, product.id,"  # noqa: S608 - ours
        " product.magnesium_ug, product.tenth_cents_per_day, product.vegan, product.dosage_form,"
        f" coalesce({others}, '') FROM form_tag AS tag JOIN product ON product.id = tag.product_id"
        " WHERE tag.counts_as_form AND product.status = 'published' AND product.stock > 0"
        " ORDER BY tag.form, product.tenth_cents_per_100mg, product.sku"
    )
    op.create_index("ix_advisable_product_id", "advisable", ["product_id"])


def downgrade() -> None:
    op.drop_table("advisable")
