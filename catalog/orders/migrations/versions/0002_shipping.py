"""Shipments with their lots, notes of staff, words that orders are found by, and indexes of the orders' list."""

import re
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "shipping"
down_revision = "orders"
BATCH = 1000


def upgrade() -> None:
    op.add_column("purchase_line", sa.Column("shipped", sa.Integer(), server_default="0", nullable=False))
    op.create_table(
        "shipment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("purchase_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("carrier", sa.String(), nullable=False),
        sa.Column("tracking", sa.String(), nullable=False),
        sa.Column("delivered_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["purchase_id"], ["purchase.id"], name="fk_shipment_purchase_id"),
        sa.PrimaryKeyConstraint("id", name="pk_shipment"),
        sa.UniqueConstraint("key", name="uq_shipment_key"),
    )
    op.create_index("ix_shipment_purchase_id", "shipment", ["purchase_id"], unique=False)
    op.create_table(
        "shipment_line",
        sa.Column("shipment_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("lot", sa.String(), nullable=False),
        sa.Column("best_before", sa.Date(), nullable=True),
        sa.CheckConstraint("quantity > 0", name="ck_shipment_line_quantity_positive"),
        sa.ForeignKeyConstraint(["shipment_id"], ["shipment.id"], name="fk_shipment_line_shipment_id"),
        sa.PrimaryKeyConstraint("shipment_id", "position", name="pk_shipment_line"),
    )
    op.create_index("ix_shipment_line_lot", "shipment_line", ["lot"], unique=False)
    op.create_table(
        "purchase_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("purchase_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["purchase_id"], ["purchase.id"], name="fk_purchase_note_purchase_id"),
        sa.PrimaryKeyConstraint("id", name="pk_purchase_note"),
    )
    op.create_index("ix_purchase_note_purchase_id", "purchase_note", ["purchase_id"], unique=False)
    op.create_table(
        "purchase_word",
        sa.Column("word", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("purchase_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["purchase_id"], ["purchase.id"], name="fk_purchase_word_purchase_id"),
        sa.PrimaryKeyConstraint("word", "purchase_id", name="pk_purchase_word"),
    )
    op.create_index("ix_purchase_word_purchase_id", "purchase_word", ["purchase_id"], unique=False)
    op.create_index("ix_purchase_state_id", "purchase", ["state", "id"], unique=False)
    op.create_index("ix_purchase_placed_at", "purchase", ["placed_at"], unique=False)
    op.create_index("ix_refund_status", "refund", ["status", "purchase_id"], unique=False)
    op.create_index(
        "ix_payment_charged_back",
        "payment",
        ["purchase_id"],
        unique=False,
        sqlite_where=sa.text("charged_back_cents > 0"),
        postgresql_where=sa.text("charged_back_cents > 0"),
    )
    _fill_words()


def _fill_words() -> None:
    """The words of the orders that are there already."""
    names = ("id", "number", "name", "company", "email", "postcode")
    purchase = sa.table("purchase", *(sa.column(name) for name in names))
    word = sa.table("purchase_word", sa.column("word"), sa.column("purchase_id"))
    last = 0
    while True:
        query = sa.select(*purchase.c).where(purchase.c.id > last).order_by(purchase.c.id).limit(BATCH)
        rows = op.get_bind().execute(query).all()
        if not rows:
            return
        last = rows[-1].id
        found = [
            {"word": one, "purchase_id": row.id}
            for row in rows
            for one in sorted({one for text in row[1:] for one in _words(text)})
        ]
        op.bulk_insert(word, found)


def _words(text: str) -> set[str]:
    """As `catalog.orders.finding.words_of` had them at this revision."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    found = {plain.replace(" ", "")} if re.fullmatch(r"[1-9][0-9]{3} ?[a-z]{2}", plain) else set()
    for part in plain.split():
        pieces = {part} if "@" in part else {"".join(re.findall(r"\w+", part)), *re.findall(r"\w+", part)}
        found |= {piece[:64] for piece in pieces if piece}
    return found
