"""Tables of version 0.1.0."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "initial"
down_revision = None

SORTABLE = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column(
            "role", sa.Enum("editor", "publisher", "owner", name="role", native_enum=False, length=16), nullable=False
        ),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("totp_sealed", sa.String(), nullable=True),
        sa.Column("totp_last_step", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_account"),
        sa.UniqueConstraint("email", name="uq_account_email"),
    )
    op.create_table(
        "advice_row",
        sa.Column("form", SORTABLE, nullable=False),
        sa.Column("tenth_cents_per_100mg", sa.BigInteger(), nullable=False),
        sa.Column("sku", SORTABLE, nullable=False),
        sa.Column("product_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("magnesium_ug", sa.Integer(), nullable=False),
        sa.Column("tenth_cents_per_day", sa.BigInteger(), nullable=False),
        sa.Column("vegan", sa.Boolean(), nullable=False),
        sa.Column("dosage_form", sa.String(), nullable=False),
        sa.Column("also", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("form", "tenth_cents_per_100mg", "sku", "product_id", name="pk_advice_row"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_advice_row_product_id", "advice_row", ["product_id"], unique=False)
    op.create_table(
        "batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column(
            "how",
            sa.Enum("form", "bulk", "import", "restore", "undo", "sample", name="how", native_enum=False, length=16),
            nullable=False,
        ),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("plan", sa.String(length=64), nullable=True),
        sa.Column("undone_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["undone_by_id"], ["batch.id"], name="fk_batch_undone_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_batch"),
    )
    op.create_index("ix_batch_at", "batch", ["at"], unique=False)
    op.create_index("ix_batch_plan", "batch", ["plan"], unique=True)
    op.create_table(
        "brand",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("invented", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_brand"),
        sa.UniqueConstraint("name", name="uq_brand_name"),
    )
    catalogue_state = op.create_table(
        "catalogue_state",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_catalogue_state"),
    )
    op.create_table(
        "facet_posting",
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("term", SORTABLE, nullable=False),
        sa.Column("block", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("products", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("term", "block", name="pk_facet_posting"),
    )
    op.create_index("ix_facet_posting_revision", "facet_posting", ["revision"], unique=False)
    index_state = op.create_table(
        "index_state",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_index_state"),
    )
    op.create_table(
        "invitation",
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column(
            "role", sa.Enum("editor", "publisher", "owner", name="role", native_enum=False, length=16), nullable=False
        ),
        sa.Column("invited_by", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("email", name="pk_invitation"),
        sa.UniqueConstraint("token_hash", name="uq_invitation_token_hash"),
    )
    op.create_table(
        "listing_row",
        sa.Column("price_cents", sa.Integer(), nullable=False),
        sa.Column("magnesium_per_day_ug", sa.Integer(), nullable=False),
        sa.Column("name_nl", SORTABLE, nullable=False),
        sa.Column("name_en", SORTABLE, nullable=False),
        sa.Column("product_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sold_out", sa.Boolean(), nullable=False),
        sa.Column("tenth_cents_per_100mg", sa.Integer(), nullable=False),
        sa.Column("sku", SORTABLE, nullable=False),
        sa.PrimaryKeyConstraint("product_id", name="pk_listing_row"),
    )
    op.create_index(
        "ix_listing_row_magnesium_per_day", "listing_row", ["magnesium_per_day_ug", "sku", "product_id"], unique=False
    )
    op.create_index("ix_listing_row_name_en", "listing_row", ["name_en", "sku", "product_id"], unique=False)
    op.create_index("ix_listing_row_name_nl", "listing_row", ["name_nl", "sku", "product_id"], unique=False)
    op.create_index("ix_listing_row_price", "listing_row", ["price_cents", "sku", "product_id"], unique=False)
    op.create_index(
        "ix_listing_row_price_per_100mg", "listing_row", ["tenth_cents_per_100mg", "sku", "product_id"], unique=False
    )
    op.create_index(
        "ix_listing_row_recommended",
        "listing_row",
        ["sold_out", "tenth_cents_per_100mg", "sku", "product_id"],
        unique=False,
    )
    op.create_table(
        "listing_row_by_form",
        sa.Column("form", SORTABLE, nullable=False),
        sa.Column("product_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sold_out", sa.Boolean(), nullable=False),
        sa.Column("tenth_cents_per_100mg", sa.Integer(), nullable=False),
        sa.Column("sku", SORTABLE, nullable=False),
        sa.PrimaryKeyConstraint("form", "product_id", name="pk_listing_row_by_form"),
    )
    op.create_index(
        "ix_listing_row_by_form_price_per_100mg",
        "listing_row_by_form",
        ["form", "tenth_cents_per_100mg", "sku", "product_id"],
        unique=False,
    )
    op.create_index(
        "ix_listing_row_by_form_recommended",
        "listing_row_by_form",
        ["form", "sold_out", "tenth_cents_per_100mg", "sku", "product_id"],
        unique=False,
    )
    op.create_table(
        "picture_file",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_picture_file"),
    )
    op.create_table(
        "sign_in_attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("tried_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sign_in_attempt"),
    )
    op.create_index("ix_sign_in_attempt_key", "sign_in_attempt", ["key", "tried_at"], unique=False)
    op.create_table(
        "supplier_mapping",
        sa.Column("supplier", sa.String(), nullable=False),
        sa.Column("mapping", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("supplier", name="pk_supplier_mapping"),
    )
    op.create_table(
        "upload",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("supplier", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("plan", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_upload"),
    )
    op.create_index("ix_upload_at", "upload", ["at"], unique=False)
    op.create_table(
        "word",
        sa.Column("term", SORTABLE, nullable=False),
        sa.Column("shown", sa.String(), nullable=False),
        sa.Column("products", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("term", name="pk_word"),
    )
    op.create_index("ix_word_revision", "word", ["revision"], unique=False)
    op.create_table(
        "word_posting",
        sa.Column("term", SORTABLE, nullable=False),
        sa.Column("block", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("products", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("term", "block", name="pk_word_posting"),
    )
    op.create_table(
        "admin_session",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(), nullable=False),
        sa.Column("awaits_code", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_admin_session_account_id"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_admin_session"),
    )
    op.create_index("ix_admin_session_account_id", "admin_session", ["account_id"], unique=False)
    op.create_table(
        "product",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column(
            "status",
            sa.Enum("draft", "published", "archived", name="status", native_enum=False, length=16),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("supplier", sa.String(), nullable=False),
        sa.Column("ean", sa.String(), nullable=True),
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
        sa.Column(
            "dosage_form",
            sa.Enum("capsule", "tablet", "powder", "liquid", name="dosageform", native_enum=False, length=16),
            nullable=False,
        ),
        sa.Column(
            "unit",
            sa.Enum("capsule", "tablet", "scoop", "ml", name="unit", native_enum=False, length=16),
            nullable=False,
        ),
        sa.Column("units_per_pack", sa.Integer(), nullable=False),
        sa.Column("units_per_day", sa.Integer(), nullable=False),
        sa.Column("net_quantity", sa.Integer(), nullable=False),
        sa.Column("vegan", sa.Boolean(), nullable=False),
        sa.Column("allergens", sa.String(), nullable=False),
        sa.Column("picture", sa.String(), server_default="", nullable=False),
        sa.Column("alt_nl", sa.String(), server_default="", nullable=False),
        sa.Column("alt_en", sa.String(), server_default="", nullable=False),
        sa.Column("price_cents", sa.Integer(), nullable=False),
        sa.Column("reduced", sa.Boolean(), nullable=False),
        sa.Column("stock", sa.Integer(), nullable=False),
        sa.Column("magnesium_ug", sa.Integer(), nullable=False),
        sa.Column("tenth_cents_per_100mg", sa.BigInteger(), nullable=False),
        sa.Column("tenth_cents_per_day", sa.BigInteger(), nullable=False),
        sa.Column("from_cents", sa.Integer(), nullable=True),
        sa.Column("from_until", sa.Date(), nullable=True),
        sa.Column("blocked_texts", sa.Integer(), nullable=False),
        sa.Column("open_warnings", sa.Integer(), nullable=False),
        sa.Column("portion_too_small", sa.Boolean(), nullable=False),
        sa.Column("form_not_permitted", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "status <> 'published' OR (price_cents > 0 AND units_per_pack > 0 AND units_per_day > 0 AND net_quantity > 0 AND magnesium_ug > 0)",
            name="ck_product_published_is_complete",
        ),
        sa.CheckConstraint("price_cents >= 0 AND stock >= 0", name="ck_product_offer_not_negative"),
        sa.CheckConstraint(
            "units_per_pack >= 0 AND units_per_day >= 0 AND net_quantity >= 0", name="ck_product_pack_not_negative"
        ),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name="fk_product_brand_id"),
        sa.PrimaryKeyConstraint("id", name="pk_product"),
        sa.UniqueConstraint("sku", name="uq_product_sku"),
        sa.UniqueConstraint("slug", name="uq_product_slug"),
    )
    op.create_index("ix_product_brand_id", "product", ["brand_id"], unique=False)
    op.create_index("ix_product_cost_per_day", "product", ["status", "tenth_cents_per_day"], unique=False)
    op.create_index("ix_product_listing", "product", ["status", "tenth_cents_per_100mg", "sku"], unique=False)
    op.create_table(
        "recovery_code",
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_recovery_code_account_id"),
        sa.PrimaryKeyConstraint("code_hash", name="pk_recovery_code"),
    )
    op.create_index("ix_recovery_code_account_id", "recovery_code", ["account_id"], unique=False)
    op.create_table(
        "upload_row",
        sa.Column("upload_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["upload_id"], ["upload.id"], name="fk_upload_row_upload_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("upload_id", "place", name="pk_upload_row"),
    )
    op.create_index("ix_upload_row_outcome", "upload_row", ["upload_id", "outcome", "place"], unique=False)
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
    op.create_table(
        "change",
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column(
            "how",
            sa.Enum("form", "bulk", "import", "restore", "undo", "sample", name="how", native_enum=False, length=16),
            nullable=False,
        ),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column("fields", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name="fk_change_batch_id"),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name="fk_change_product_id"),
        sa.PrimaryKeyConstraint("product_id", "version", name="pk_change"),
    )
    op.create_index("ix_change_at", "change", ["at", "product_id"], unique=False)
    op.create_index("ix_change_batch_id", "change", ["batch_id"], unique=False)
    op.create_table(
        "component",
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("salt", sa.String(), nullable=True),
        sa.Column("compound_ug", sa.Integer(), nullable=True),
        sa.Column("elemental_ug", sa.Integer(), nullable=True),
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
    op.create_index("ix_form_tag_form", "form_tag", ["form", "counts_as_form", "product_id"], unique=False)
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
    op.create_index("ix_slug_redirect_product_id", "slug_redirect", ["product_id"], unique=False)
    op.bulk_insert(catalogue_state, [{"id": 1, "revision": 0}])
    op.bulk_insert(index_state, [{"id": 1, "revision": 0, "epoch": secrets.token_hex(8)}])


def downgrade() -> None:
    for name in (
        "slug_redirect",
        "price_point",
        "form_tag",
        "component",
        "change",
        "accepted_warning",
        "upload_row",
        "recovery_code",
        "product",
        "admin_session",
        "word_posting",
        "word",
        "upload",
        "supplier_mapping",
        "sign_in_attempt",
        "picture_file",
        "listing_row_by_form",
        "listing_row",
        "invitation",
        "index_state",
        "facet_posting",
        "catalogue_state",
        "brand",
        "batch",
        "advice_row",
        "account",
    ):
        op.drop_table(name)
