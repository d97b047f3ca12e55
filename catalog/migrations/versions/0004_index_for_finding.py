"""Index products for facets, orders and search; `shop catalog check --rebuild` fills it for products there already."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

SORTABLE = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    for name, more in (("facet_posting", [sa.Column("revision", sa.Integer(), nullable=False)]), ("word_posting", [])):
        op.create_table(
            name,
            *more,
            sa.Column("term", SORTABLE, nullable=False),
            sa.Column("block", sa.Integer(), nullable=False, autoincrement=False),
            sa.Column("products", sa.LargeBinary(), nullable=False),
            sa.PrimaryKeyConstraint("term", "block", name=f"pk_{name}"),
        )
    op.create_index("ix_facet_posting_revision", "facet_posting", ["revision"])
    op.create_table(
        "word",
        sa.Column("term", SORTABLE, nullable=False),
        sa.Column("shown", sa.String(), nullable=False),
        sa.Column("products", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("term", name="pk_word"),
    )
    op.create_index("ix_word_revision", "word", ["revision"])
    state = op.create_table(
        "index_state",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_index_state"),
    )
    op.bulk_insert(state, [{"id": 1, "revision": 0, "epoch": secrets.token_hex(8)}])
    _create_shelves()


def _create_shelves() -> None:
    ranked = ("sold_out", "tenth_cents_per_100mg", "sku", "product_id")
    op.create_table(
        "shelf",
        *_ranked(),
        sa.Column("price_cents", sa.Integer(), nullable=False),
        sa.Column("magnesium_per_day_ug", sa.Integer(), nullable=False),
        sa.Column("name_nl", SORTABLE, nullable=False),
        sa.Column("name_en", SORTABLE, nullable=False),
        sa.PrimaryKeyConstraint("product_id", name="pk_shelf"),
    )
    op.create_index("ix_shelf_recommended", "shelf", list(ranked))
    op.create_index("ix_shelf_price_per_100mg", "shelf", list(ranked[1:]))
    op.create_index("ix_shelf_price", "shelf", ["price_cents", "sku", "product_id"])
    op.create_index("ix_shelf_magnesium_per_day", "shelf", ["magnesium_per_day_ug", "sku", "product_id"])
    op.create_index("ix_shelf_name_nl", "shelf", ["name_nl", "sku", "product_id"])
    op.create_index("ix_shelf_name_en", "shelf", ["name_en", "sku", "product_id"])
    op.create_table(
        "form_shelf",
        *_ranked(),
        sa.Column("form", SORTABLE, nullable=False),
        sa.PrimaryKeyConstraint("product_id", "form", name="pk_form_shelf"),
    )
    op.create_index("ix_form_shelf_recommended", "form_shelf", ["form", *ranked])
    op.create_index("ix_form_shelf_price_per_100mg", "form_shelf", ["form", *ranked[1:]])


def _ranked() -> list[sa.Column[object]]:
    return [
        sa.Column("product_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("sold_out", sa.Boolean(), nullable=False),
        sa.Column("tenth_cents_per_100mg", sa.Integer(), nullable=False),
        sa.Column("sku", SORTABLE, nullable=False),
    ]


def downgrade() -> None:
    for name in ("form_shelf", "shelf", "index_state", "word", "word_posting", "facet_posting"):
        op.drop_table(name)
