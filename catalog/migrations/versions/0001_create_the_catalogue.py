"""Create the catalogue"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "brand",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("invented", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_brand"),
        sa.UniqueConstraint("name", name="uq_brand_name"),
    )
    op.create_table(
        "product",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("name_nl", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("summary_nl", sa.String(), nullable=False),
        sa.Column("summary_en", sa.String(), nullable=False),
        sa.Column("ingredients_nl", sa.String(), nullable=False),
        sa.Column("ingredients_en", sa.String(), nullable=False),
        sa.Column("directions_nl", sa.String(), nullable=False),
        sa.Column("directions_en", sa.String(), nullable=False),
        sa.Column("storage_nl", sa.String(), nullable=False),
        sa.Column("storage_en", sa.String(), nullable=False),
        sa.Column("dosage_form", sa.String(length=16), nullable=False),
        sa.Column("unit", sa.String(length=16), nullable=False),
        sa.Column("units_per_pack", sa.Integer(), nullable=False),
        sa.Column("units_per_day", sa.Integer(), nullable=False),
        sa.Column("net_quantity", sa.Integer(), nullable=False),
        sa.Column("vegan", sa.Boolean(), nullable=False),
        sa.Column("allergens", sa.String(), nullable=False),
        sa.Column("price_cents", sa.Integer(), nullable=False),
        sa.Column("stock", sa.Integer(), nullable=False),
        sa.Column("magnesium_ug", sa.Integer(), nullable=False),
        sa.Column("tenth_cents_per_100mg", sa.Integer(), nullable=False),
        sa.Column("tenth_cents_per_day", sa.Integer(), nullable=False),
        sa.CheckConstraint("net_quantity > 0", name="ck_product_net_quantity_positive"),
        sa.CheckConstraint("price_cents > 0", name="ck_product_price_positive"),
        sa.CheckConstraint("stock >= 0", name="ck_product_stock_not_negative"),
        sa.CheckConstraint("units_per_pack > 0 AND units_per_day > 0", name="ck_product_units_positive"),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name="fk_product_brand_id"),
        sa.PrimaryKeyConstraint("id", name="pk_product"),
        sa.UniqueConstraint("sku", name="uq_product_sku"),
        sa.UniqueConstraint("slug", name="uq_product_slug"),
    )
    with op.batch_alter_table("product", schema=None) as batch_op:
        batch_op.create_index("ix_product_brand_id", ["brand_id"], unique=False)
        batch_op.create_index("ix_product_cost_per_day", ["status", "tenth_cents_per_day"], unique=False)
        batch_op.create_index("ix_product_listing", ["status", "tenth_cents_per_100mg", "sku"], unique=False)

    op.create_table(
        "component",
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("salt", sa.String(), nullable=True),
        sa.Column("compound_ug", sa.Integer(), nullable=True),
        sa.Column("elemental_ug", sa.Integer(), nullable=True),
        sa.CheckConstraint("compound_ug IS NOT NULL OR elemental_ug IS NOT NULL", name="ck_component_amount_stated"),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name="fk_component_product_id"),
        sa.PrimaryKeyConstraint("product_id", "position", name="pk_component"),
    )
    op.create_table(
        "form_tag",
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("magnesium_ug", sa.Integer(), nullable=False),
        sa.Column("counts_as_form", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name="fk_form_tag_product_id"),
        sa.PrimaryKeyConstraint("product_id", "form", name="pk_form_tag"),
    )
    with op.batch_alter_table("form_tag", schema=None) as batch_op:
        batch_op.create_index("ix_form_tag_form", ["form", "counts_as_form", "product_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("form_tag", schema=None) as batch_op:
        batch_op.drop_index("ix_form_tag_form")

    op.drop_table("form_tag")
    op.drop_table("component")
    with op.batch_alter_table("product", schema=None) as batch_op:
        batch_op.drop_index("ix_product_listing")
        batch_op.drop_index("ix_product_cost_per_day")
        batch_op.drop_index("ix_product_brand_id")

    op.drop_table("product")
    op.drop_table("brand")
