"""Keep versions, history, prices and drafts"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    _widen_product()
    with op.batch_alter_table("component") as table:
        table.drop_constraint("ck_component_amount_stated", type_="check")
    state = op.create_table(
        "catalogue_state",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_catalogue_state"),
    )
    op.bulk_insert(state, [{"id": 1, "revision": 0}])
    op.create_table(
        "batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("how", sa.String(length=16), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("undone_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["undone_by_id"], ["batch.id"], name="fk_batch_undone_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_batch"),
    )
    op.create_index("ix_batch_at", "batch", ["at"])
    op.create_table(
        "change",
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("how", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column("fields", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name="fk_change_batch_id"),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name="fk_change_product_id"),
        sa.PrimaryKeyConstraint("product_id", "version", name="pk_change"),
    )
    op.create_index("ix_change_at", "change", ["at", "product_id"])
    op.create_index("ix_change_batch_id", "change", ["batch_id"])
    op.create_table(
        "price_point",
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name="fk_price_point_product_id"),
        sa.PrimaryKeyConstraint("product_id", "at", name="pk_price_point"),
    )
    op.create_table(
        "slug_redirect",
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name="fk_slug_redirect_product_id"),
        sa.PrimaryKeyConstraint("slug", name="pk_slug_redirect"),
    )
    op.create_index("ix_slug_redirect_product_id", "slug_redirect", ["product_id"])
    op.create_table(
        "accepted_warning",
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("finding", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name="fk_accepted_warning_product_id"),
        sa.PrimaryKeyConstraint("product_id", "finding", name="pk_accepted_warning"),
    )


def _widen_product() -> None:
    """Columns for versions and drafts; the defaults are for rows that exist and go away again."""
    added: list[tuple[str, sa.types.TypeEngine[Any], Any]] = [
        ("version", sa.Integer(), "1"),
        ("supplier", sa.String(), ""),
        ("ean", sa.String(), None),
        ("reduced", sa.Boolean(), sa.false()),
        ("from_cents", sa.Integer(), None),
        ("blocked_texts", sa.Integer(), "0"),
        ("open_warnings", sa.Integer(), "0"),
        ("portion_too_small", sa.Boolean(), sa.false()),
        ("form_not_permitted", sa.Boolean(), sa.false()),
    ]
    with op.batch_alter_table("product") as table:
        for name in ("price_positive", "stock_not_negative", "units_positive", "net_quantity_positive"):
            table.drop_constraint(f"ck_product_{name}", type_="check")
        for name, kind, default in added:
            table.add_column(sa.Column(name, kind, nullable=default is None, server_default=default))
        for name in ("tenth_cents_per_100mg", "tenth_cents_per_day"):
            table.alter_column(name, type_=sa.BigInteger(), existing_type=sa.Integer(), existing_nullable=False)
        table.create_check_constraint("ck_product_offer_not_negative", "price_cents >= 0 AND stock >= 0")
        table.create_check_constraint(
            "ck_product_pack_not_negative", "units_per_pack >= 0 AND units_per_day >= 0 AND net_quantity >= 0"
        )
        table.create_check_constraint(
            "ck_product_published_is_complete",
            "status <> 'published' OR (price_cents > 0 AND units_per_pack > 0 AND units_per_day > 0"
            " AND net_quantity > 0 AND magnesium_ug > 0)",
        )
    with op.batch_alter_table("product") as table:
        for name, kind, default in added:
            if default is not None:
                table.alter_column(name, server_default=None, existing_type=kind, existing_nullable=False)
