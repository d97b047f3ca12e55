"""Bank transfers, every movement of money, and the VAT of each document by rate."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "books"
down_revision = "returns"
BATCH = 1000


def upgrade() -> None:
    op.create_table(
        "bank_transfer",
        sa.Column("payment_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name="fk_bank_transfer_payment_id"),
        sa.PrimaryKeyConstraint("payment_id", name="pk_bank_transfer"),
    )
    op.create_table(
        "money_move",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("purchase_id", sa.Integer(), nullable=False),
        sa.Column("payment_id", sa.Integer(), nullable=False),
        sa.Column("refund_id", sa.Integer(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "paid", "refunded", "refund_failed", "charged_back", name="moneykind", native_enum=False, length=16
            ),
            nullable=False,
        ),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["purchase_id"], ["purchase.id"], name="fk_money_move_purchase_id"),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name="fk_money_move_payment_id"),
        sa.ForeignKeyConstraint(["refund_id"], ["refund.id"], name="fk_money_move_refund_id"),
        sa.PrimaryKeyConstraint("id", name="pk_money_move"),
    )
    op.create_index("ix_money_move_at", "money_move", ["at"], unique=False)
    op.create_index("ix_money_move_purchase_id", "money_move", ["purchase_id"], unique=False)
    op.create_table(
        "document_vat",
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("percent", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("net_cents", sa.Integer(), nullable=False),
        sa.Column("vat_cents", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name="fk_document_vat_document_id"),
        sa.PrimaryKeyConstraint("document_id", "percent", name="pk_document_vat"),
    )
    op.create_index("ix_document_issued_on", "document", ["issued_on"], unique=False)
    _fill_moves()
    _fill_vat()


def _fill_moves() -> None:
    """The movements of the payments and refunds that are there already, at the moments that are known of them."""
    op.execute(
        "INSERT INTO money_move (at, purchase_id, payment_id, kind, cents)"
        " SELECT coalesce(seen_at, made_at), purchase_id, id, 'paid', paid_cents FROM payment WHERE paid_cents > 0"
    )
    op.execute(
        "INSERT INTO money_move (at, purchase_id, payment_id, kind, cents)"
        " SELECT coalesce(seen_at, made_at), purchase_id, id, 'charged_back', -charged_back_cents FROM payment"
        " WHERE charged_back_cents > 0"
    )
    op.execute(
        "INSERT INTO money_move (at, purchase_id, payment_id, refund_id, kind, cents)"
        " SELECT at, purchase_id, payment_id, id, 'refunded', -cents FROM refund"
        " WHERE status IN ('sent', 'refunded')"
    )


def _fill_vat() -> None:
    """The VAT of the documents that are there already, as it was printed on them."""
    table = sa.table(
        "document_vat", *(sa.column(name) for name in ("document_id", "percent", "net_cents", "vat_cents"))
    )
    names = ("id", "purchase_id", "kind", "snapshot")
    document = sa.table("document", *(sa.column(name) for name in names))
    credited: dict[int, int] = {}
    last = 0
    while True:
        query = sa.select(*document.c).where(document.c.id > last).order_by(document.c.id).limit(BATCH)
        rows = op.get_bind().execute(query).all()
        if not rows:
            return
        last = rows[-1].id
        op.bulk_insert(table, [values for row in rows for values in _vat_of(row, credited)])


def _vat_of(row: Any, credited: dict[int, int]) -> Iterator[dict[str, int]]:
    """The rows of a document; `credited` has what earlier credit notes of its purchase were over."""
    names = ("purchase_id", "percent", "net_cents", "vat_cents", "gross_cents")
    vat = sa.table("purchase_vat", *(sa.column(name) for name in names))
    query = sa.select(*vat.c).where(vat.c.purchase_id == row.purchase_id).order_by(vat.c.percent)
    rates = op.get_bind().execute(query).all()
    if row.kind == "invoice":
        for one in rates:
            yield _row(row.id, one.percent, one.net_cents, one.vat_cents)
        return
    before = credited.get(row.purchase_id, 0)
    after = credited[row.purchase_id] = before + json.loads(row.snapshot)["cents"]
    weights = [one.gross_cents for one in rates]
    for one, first, last in zip(rates, _shares(before, weights), _shares(after, weights), strict=True):
        tax = _vat_share(one, last) - _vat_share(one, first)
        yield _row(row.id, one.percent, first - last + tax, -tax)


def _row(document_id: int, percent: int, net: int, tax: int) -> dict[str, int]:
    return {"document_id": document_id, "percent": percent, "net_cents": net, "vat_cents": tax}


def _vat_share(one: Any, cents: int) -> int:
    whole = 100 + one.percent
    return int(one.vat_cents) if cents == one.gross_cents else (2 * cents * one.percent + whole) // (2 * whole)


def _shares(total: int, weights: Sequence[int]) -> list[int]:
    """As `catalog.orders.money.shares` had it at this revision."""
    whole = sum(weights)
    if whole == 0:
        return [0] * len(weights)
    parts = [divmod(total * weight, whole) for weight in weights]
    left = total - sum(quotient for quotient, _rest in parts)
    first = sorted(range(len(weights)), key=lambda place: (-parts[place][1], place))[:left]
    return [quotient + (place in first) for place, (quotient, _rest) in enumerate(parts)]
