"""Orders, their stock, payments, withdrawals and documents, the outbox, and first rates of delivery."""

import sqlalchemy as sa
from alembic import op

revision = "orders"
down_revision = None

RATES = (
    ("NL", "letterbox", 150, 395, None),
    ("NL", "home", 10_000, 495, 5000),
    ("NL", "pickup", 10_000, 425, 5000),
    ("BE", "home", 10_000, 795, 7500),
    ("BE", "pickup", 10_000, 695, 7500),
)
"""Rates to begin with: country, kind, most grams, cents, free from. The owner sets their own."""


def upgrade() -> None:

    op.create_table(
        "attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_attempt"),
    )
    op.create_index("ix_attempt_key", "attempt", ["key", "at"], unique=False)
    op.create_table(
        "delivery_rate",
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("home", "letterbox", "pickup", name="deliverykind", native_enum=False, length=16),
            nullable=False,
        ),
        sa.Column("max_grams", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("free_from_cents", sa.Integer(), nullable=True),
        sa.CheckConstraint("cents >= 0 AND max_grams > 0", name="ck_delivery_rate_rate_not_negative"),
        sa.PrimaryKeyConstraint("country", "kind", "max_grams", name="pk_delivery_rate"),
    )
    op.create_table(
        "number_series",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_number_series"),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("claimed_until", sa.DateTime(), nullable=True),
        sa.Column("done_at", sa.DateTime(), nullable=True),
        sa.Column("failed_at", sa.DateTime(), nullable=True),
        sa.Column("error", sa.String(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("key", name="uq_outbox_key"),
    )
    op.create_index("ix_outbox_due", "outbox", ["done_at", "failed_at", "due_at"], unique=False)
    op.create_table(
        "stock_level",
        sa.Column("product_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("on_hand", sa.Integer(), nullable=False),
        sa.Column("reserved", sa.Integer(), nullable=False),
        sa.Column("counted_at", sa.DateTime(), nullable=False),
        sa.Column("short", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("reserved >= 0 AND reserved <= on_hand", name="ck_stock_level_reserved_is_there"),
        sa.PrimaryKeyConstraint("product_id", name="pk_stock_level"),
    )
    op.create_table(
        "stock_move",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "counted",
                "reserved",
                "released",
                "sold",
                "returned",
                "written_off",
                name="movekind",
                native_enum=False,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("by_on_hand", sa.Integer(), nullable=False),
        sa.Column("by_reserved", sa.Integer(), nullable=False),
        sa.Column("purchase_id", sa.Integer(), nullable=True),
        sa.Column("lot", sa.String(), server_default="", nullable=False),
        sa.Column("who", sa.String(), server_default="", nullable=False),
        sa.Column("reason", sa.String(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_stock_move"),
    )
    op.create_index("ix_stock_move_product", "stock_move", ["product_id", "at"], unique=False)
    op.create_index("ix_stock_move_purchase_id", "stock_move", ["purchase_id"], unique=False)
    op.create_table(
        "terms",
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("version", name="pk_terms"),
    )
    op.create_table(
        "trial_payment",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("idempotency_key", sa.String(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "new",
                "open",
                "pending",
                "authorized",
                "paid",
                "canceled",
                "expired",
                "failed",
                name="paymentstatus",
                native_enum=False,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("paid_cents", sa.Integer(), server_default="0", nullable=False),
        sa.Column("refunded_cents", sa.Integer(), server_default="0", nullable=False),
        sa.Column("webhook_path", sa.String(), nullable=False),
        sa.Column("return_path", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_trial_payment"),
        sa.UniqueConstraint("idempotency_key", name="uq_trial_payment_idempotency_key"),
    )
    op.create_table(
        "purchase",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("checkout_key", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "placed",
                "confirmed",
                "closed",
                "expired",
                "cancelled",
                name="purchasestate",
                native_enum=False,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("trial", sa.Boolean(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("placed_at", sa.DateTime(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("vat_number", sa.String(), nullable=False),
        sa.Column("street", sa.String(), nullable=False),
        sa.Column("house_number", sa.String(), nullable=False),
        sa.Column("addition", sa.String(), nullable=False),
        sa.Column("postcode", sa.String(), nullable=False),
        sa.Column("town", sa.String(), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column(
            "delivery",
            sa.Enum("home", "letterbox", "pickup", name="deliverykind", native_enum=False, length=16),
            nullable=False,
        ),
        sa.Column(
            "method",
            sa.Enum("online", "after_delivery", name="paymentmethod", native_enum=False, length=16),
            nullable=False,
        ),
        sa.Column("terms_version", sa.String(), nullable=False),
        sa.Column("lines_cents", sa.Integer(), nullable=False),
        sa.Column("delivery_cents", sa.Integer(), nullable=False),
        sa.Column("total_cents", sa.Integer(), nullable=False),
        sa.Column("reserve_until", sa.DateTime(), nullable=True),
        sa.Column("delivered_at", sa.DateTime(), nullable=True),
        sa.Column("erased_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("lines_cents > 0 AND delivery_cents >= 0", name="ck_purchase_cents_not_negative"),
        sa.CheckConstraint("total_cents = lines_cents + delivery_cents", name="ck_purchase_total_adds_up"),
        sa.ForeignKeyConstraint(["terms_version"], ["terms.version"], name="fk_purchase_terms_version"),
        sa.PrimaryKeyConstraint("id", name="pk_purchase"),
        sa.UniqueConstraint("checkout_key", name="uq_purchase_checkout_key"),
        sa.UniqueConstraint("number", name="uq_purchase_number"),
        sa.UniqueConstraint("token_sha256", name="uq_purchase_token_sha256"),
    )
    op.create_index("ix_purchase_email", "purchase", ["email", "placed_at"], unique=False)
    op.create_index("ix_purchase_state", "purchase", ["state", "reserve_until"], unique=False)
    op.create_table(
        "document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("purchase_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind", sa.Enum("invoice", "credit", name="documentkind", native_enum=False, length=16), nullable=False
        ),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("snapshot", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("pdf", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["purchase_id"], ["purchase.id"], name="fk_document_purchase_id"),
        sa.PrimaryKeyConstraint("id", name="pk_document"),
        sa.UniqueConstraint("number", name="uq_document_number"),
    )
    op.create_index("ix_document_purchase_id", "document", ["purchase_id"], unique=False)
    op.create_table(
        "payment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("purchase_id", sa.Integer(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("idempotency_key", sa.String(), nullable=False),
        sa.Column("provider_id", sa.String(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "new",
                "open",
                "pending",
                "authorized",
                "paid",
                "canceled",
                "expired",
                "failed",
                name="paymentstatus",
                native_enum=False,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("paid_cents", sa.Integer(), server_default="0", nullable=False),
        sa.Column("refund_claimed_cents", sa.Integer(), server_default="0", nullable=False),
        sa.Column("charged_back_cents", sa.Integer(), server_default="0", nullable=False),
        sa.Column("checkout_url", sa.String(), nullable=True),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("cents > 0", name="ck_payment_cents_positive"),
        sa.CheckConstraint(
            "refund_claimed_cents >= 0 AND refund_claimed_cents <= paid_cents", name="ck_payment_refund_within_paid"
        ),
        sa.ForeignKeyConstraint(["purchase_id"], ["purchase.id"], name="fk_payment_purchase_id"),
        sa.PrimaryKeyConstraint("id", name="pk_payment"),
        sa.UniqueConstraint("idempotency_key", name="uq_payment_idempotency_key"),
        sa.UniqueConstraint("provider_id", name="uq_payment_provider_id"),
        sa.UniqueConstraint("token", name="uq_payment_token"),
    )
    op.create_index("ix_payment_purchase_id", "payment", ["purchase_id"], unique=False)
    op.create_table(
        "purchase_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("purchase_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["purchase_id"], ["purchase.id"], name="fk_purchase_event_purchase_id"),
        sa.PrimaryKeyConstraint("id", name="pk_purchase_event"),
    )
    op.create_index("ix_purchase_event_purchase_id", "purchase_event", ["purchase_id"], unique=False)
    op.create_table(
        "purchase_line",
        sa.Column("purchase_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("brand", sa.String(), nullable=False),
        sa.Column("magnesium_ug", sa.Integer(), nullable=False),
        sa.Column("units_per_pack", sa.Integer(), nullable=False),
        sa.Column("units_per_day", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("directions", sa.String(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("unit_cents", sa.Integer(), nullable=False),
        sa.Column("reference_cents", sa.Integer(), nullable=True),
        sa.Column("line_cents", sa.Integer(), nullable=False),
        sa.Column("vat_percent", sa.Integer(), nullable=False),
        sa.Column("vat_cents", sa.Integer(), nullable=False),
        sa.Column("withdrawn", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("quantity > 0 AND line_cents = unit_cents * quantity", name="ck_purchase_line_line_adds_up"),
        sa.CheckConstraint("withdrawn >= 0 AND withdrawn <= quantity", name="ck_purchase_line_withdrawn_was_bought"),
        sa.ForeignKeyConstraint(["purchase_id"], ["purchase.id"], name="fk_purchase_line_purchase_id"),
        sa.PrimaryKeyConstraint("purchase_id", "position", name="pk_purchase_line"),
    )
    op.create_index("ix_purchase_line_product", "purchase_line", ["product_id"], unique=False)
    op.create_table(
        "purchase_vat",
        sa.Column("purchase_id", sa.Integer(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("net_cents", sa.Integer(), nullable=False),
        sa.Column("vat_cents", sa.Integer(), nullable=False),
        sa.Column("gross_cents", sa.Integer(), nullable=False),
        sa.CheckConstraint("gross_cents = net_cents + vat_cents", name="ck_purchase_vat_vat_adds_up"),
        sa.ForeignKeyConstraint(["purchase_id"], ["purchase.id"], name="fk_purchase_vat_purchase_id"),
        sa.PrimaryKeyConstraint("purchase_id", "percent", name="pk_purchase_vat"),
    )
    op.create_table(
        "withdrawal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("purchase_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("lines", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["purchase_id"], ["purchase.id"], name="fk_withdrawal_purchase_id"),
        sa.PrimaryKeyConstraint("id", name="pk_withdrawal"),
        sa.UniqueConstraint("key", name="uq_withdrawal_key"),
    )
    op.create_index("ix_withdrawal_purchase_id", "withdrawal", ["purchase_id"], unique=False)
    op.create_table(
        "refund",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("payment_id", sa.Integer(), nullable=False),
        sa.Column("purchase_id", sa.Integer(), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("idempotency_key", sa.String(), nullable=False),
        sa.Column("provider_id", sa.String(), nullable=True),
        sa.Column(
            "status",
            sa.Enum("wanted", "sent", "refunded", "failed", name="refundstatus", native_enum=False, length=16),
            nullable=False,
        ),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("cents > 0", name="ck_refund_cents_positive"),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name="fk_refund_payment_id"),
        sa.ForeignKeyConstraint(["purchase_id"], ["purchase.id"], name="fk_refund_purchase_id"),
        sa.PrimaryKeyConstraint("id", name="pk_refund"),
        sa.UniqueConstraint("idempotency_key", name="uq_refund_idempotency_key"),
        sa.UniqueConstraint("provider_id", name="uq_refund_provider_id"),
    )
    op.create_index("ix_refund_payment_id", "refund", ["payment_id"], unique=False)
    op.create_index("ix_refund_purchase_id", "refund", ["purchase_id"], unique=False)

    rate = sa.table(
        "delivery_rate",
        *(sa.column(name) for name in ("country", "kind", "max_grams", "cents", "free_from_cents")),
    )
    op.bulk_insert(
        rate,
        [dict(zip(("country", "kind", "max_grams", "cents", "free_from_cents"), row, strict=True)) for row in RATES],
    )
