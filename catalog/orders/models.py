"""Tables of the orders' store: stock, purchases, payments, withdrawals, documents, and the outbox.

Cents include VAT, magnesium is in micrograms, moments are in UTC. Products of the catalogue are named by id and kept as
they were sold; there are no foreign keys across, since the catalogue may be another file.
"""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    String,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from catalog.models.base import Base, Moment, choice

TRANSFER = "transfer"
"""The name, in the place of a payment's provider, of the shop's own bank account."""


COMES_BACK = "quantity + returned < withdrawn + shipped OR returned > credited + refused"
"""Whether packs of a line are expected back, or came back and nobody decided about them yet; of an index."""
UNSENT = "quantity > withdrawn + shipped"
"""Whether packs of a line are still to be sent, where its order has not ended; of an index."""
PAID_LATER = "state = 'confirmed' AND method = 'after_delivery'"


def _index_of(name: str, *columns: str, where: str) -> Index:
    """An index of the rows that fit a condition; a query that has the same condition reads it."""
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


class OrdersBase(DeclarativeBase):
    """Base of the orders' tables, apart from the catalogue's: they may live in a database of their own."""

    metadata = MetaData(naming_convention=Base.metadata.naming_convention)


class MoveKind(StrEnum):
    """The reason of a change of stock."""

    COUNTED = "counted"
    RESERVED = "reserved"
    RELEASED = "released"
    SOLD = "sold"
    RETURNED = "returned"
    WRITTEN_OFF = "written_off"
    RECEIVED = "received"
    HELD = "held"
    """Packs of a recalled lot, out of sale until somebody decides about them."""
    CORRECTED = "corrected"
    """The difference that a count by staff found, or packs that were promised and not there."""


class StockLevel(OrdersBase):
    """Packs of a product on the shelf, and how many of them are promised; the sums of its moves."""

    __tablename__ = "stock_level"
    __table_args__ = (CheckConstraint("reserved >= 0 AND reserved <= on_hand", name="reserved_is_there"),)

    product_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    on_hand: Mapped[int]
    reserved: Mapped[int]
    counted_at: Mapped[datetime] = mapped_column(Moment)
    """The moment of the catalogue's count that the level starts from."""
    short: Mapped[int] = mapped_column(server_default="0")
    """Promised packs that the last count did not find."""
    low_at: Mapped[int] = mapped_column(server_default="5")
    """The number of packs to order from which on staff are told that stock is low."""
    low_told: Mapped[bool] = mapped_column(server_default=false())
    """Whether owners were mailed that it is low; no longer once it is not."""

    @property
    def available(self) -> int:
        """Packs that may still be ordered."""
        return self.on_hand - self.reserved

    @property
    def found(self) -> int:
        """Packs that are really on the shelf."""
        return self.on_hand - self.short


class StockMove(OrdersBase):
    """A change of a product's stock; added, never changed."""

    __tablename__ = "stock_move"
    __table_args__ = (
        Index("ix_stock_move_product", "product_id", "at"),
        Index("ix_stock_move_key", "key", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int]
    at: Mapped[datetime] = mapped_column(Moment)
    kind: Mapped[MoveKind] = mapped_column(choice(MoveKind))
    by_on_hand: Mapped[int]
    by_reserved: Mapped[int]
    purchase_id: Mapped[int | None] = mapped_column(index=True)
    lot: Mapped[str] = mapped_column(server_default="")
    who: Mapped[str] = mapped_column(server_default="")
    reason: Mapped[str] = mapped_column(server_default="")
    key: Mapped[str | None]
    """The key of the form that staff changed the stock on: the same form never changes it twice."""


class PurchaseState(StrEnum):
    """The stored state of a purchase; paid, shipped and refunded follow from sums."""

    PLACED = "placed"
    CONFIRMED = "confirmed"
    CLOSED = "closed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class DeliveryKind(StrEnum):
    HOME = "home"
    LETTERBOX = "letterbox"
    PICKUP = "pickup"


class PaymentMethod(StrEnum):
    """The way that the shopper chose: at once through the provider, or by transfer after delivery."""

    ONLINE = "online"
    AFTER_DELIVERY = "after_delivery"


class Terms(OrdersBase):
    """General terms in one wording; purchases refer to the version that was agreed to."""

    __tablename__ = "terms"

    version: Mapped[str] = mapped_column(primary_key=True)
    """The start of the SHA-256 of the text."""
    language: Mapped[str] = mapped_column(String(2))
    text: Mapped[str]


class Purchase(OrdersBase):
    """An order: who, where to, how paid, and its totals. Personal fields are emptied when it is erased."""

    __tablename__ = "purchase"
    __table_args__ = (
        CheckConstraint("total_cents = lines_cents + delivery_cents", name="total_adds_up"),
        CheckConstraint("lines_cents > 0 AND delivery_cents >= 0", name="cents_not_negative"),
        Index("ix_purchase_state", "state", "reserve_until"),
        Index("ix_purchase_email", "email", "placed_at"),
        Index("ix_purchase_state_id", "state", "id"),
        Index("ix_purchase_placed_at", "placed_at"),
        _index_of("ix_purchase_paid_later", "method", "state", "id", where=PAID_LATER),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    """Random, with a check character, such as M26-7KQ42X: it tells nobody how many there are."""
    token_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    checkout_key: Mapped[str] = mapped_column(unique=True)
    """The key of the summary that was ordered from: the same summary never orders twice."""
    state: Mapped[PurchaseState] = mapped_column(choice(PurchaseState))
    trial: Mapped[bool]
    """Whether no money moves and nothing is sent."""
    language: Mapped[str] = mapped_column(String(2))
    placed_at: Mapped[datetime] = mapped_column(Moment)

    email: Mapped[str]
    name: Mapped[str]
    company: Mapped[str]
    vat_number: Mapped[str]
    street: Mapped[str]
    house_number: Mapped[str]
    addition: Mapped[str]
    postcode: Mapped[str]
    town: Mapped[str]
    country: Mapped[str] = mapped_column(String(2))

    delivery: Mapped[DeliveryKind] = mapped_column(choice(DeliveryKind))
    point_code: Mapped[str] = mapped_column(server_default="")
    """The carrier's code of the parcel point that the shopper chose; empty where the carrier takes the nearest."""
    point: Mapped[str] = mapped_column(server_default="")
    """That point with its address, on one line."""
    method: Mapped[PaymentMethod] = mapped_column(choice(PaymentMethod))
    terms_version: Mapped[str] = mapped_column(ForeignKey("terms.version"))
    lines_cents: Mapped[int]
    delivery_cents: Mapped[int]
    total_cents: Mapped[int]
    reserve_until: Mapped[datetime | None] = mapped_column(Moment)
    """The end of the reservation of an unpaid purchase; None once it is confirmed."""
    delivered_at: Mapped[datetime | None] = mapped_column(Moment)
    erased_at: Mapped[datetime | None] = mapped_column(Moment)
    goodwill_cents: Mapped[int] = mapped_column(server_default="0")
    """Money given back although it was owed: so much less does it cost."""

    lines: Mapped[list["PurchaseLine"]] = relationship(order_by="PurchaseLine.position")
    vat: Mapped[list["PurchaseVat"]] = relationship(order_by="PurchaseVat.percent")
    payments: Mapped[list["Payment"]] = relationship(order_by="Payment.id")
    withdrawals: Mapped[list["Withdrawal"]] = relationship(order_by="Withdrawal.id")
    documents: Mapped[list["Document"]] = relationship(order_by="Document.id")
    events: Mapped[list["PurchaseEvent"]] = relationship(order_by="PurchaseEvent.id")
    shipments: Mapped[list["Shipment"]] = relationship(
        order_by="Shipment.id",
        primaryjoin="and_(Purchase.id == Shipment.purchase_id, Shipment.undone_at.is_(None))",
    )
    undone_shipments: Mapped[list["Shipment"]] = relationship(
        order_by="Shipment.id",
        primaryjoin="and_(Purchase.id == Shipment.purchase_id, Shipment.undone_at.is_not(None))",
        viewonly=True,
    )
    """Parcels that never left, or came back undelivered; their packs count no more."""
    notes: Mapped[list["PurchaseNote"]] = relationship(order_by="PurchaseNote.id")
    returns: Mapped[list["GoodsReturn"]] = relationship(order_by="GoodsReturn.id")

    @property
    def is_shipped(self) -> bool:
        """Whether a pack of it was sent."""
        return any(line.shipped for line in self.lines)

    @property
    def is_all_shipped(self) -> bool:
        """Whether nothing is left to send, and something was sent."""
        return self.is_shipped and not any(line.unsent for line in self.lines)


class PurchaseLine(OrdersBase):
    """A product as sold: what its label said, how many packs, at which price."""

    __tablename__ = "purchase_line"
    __table_args__ = (
        CheckConstraint("quantity > 0 AND line_cents = unit_cents * quantity", name="line_adds_up"),
        CheckConstraint("withdrawn >= 0 AND withdrawn <= quantity", name="withdrawn_was_bought"),
        Index("ix_purchase_line_product", "product_id"),
        _index_of("ix_purchase_line_comes_back", "purchase_id", where=COMES_BACK),
        _index_of("ix_purchase_line_unsent", "product_id", "purchase_id", where=UNSENT),
    )

    purchase_id: Mapped[int] = mapped_column(ForeignKey("purchase.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int]
    sku: Mapped[str]
    name: Mapped[str]
    brand: Mapped[str]
    magnesium_ug: Mapped[int]
    """Elemental magnesium per unit."""
    units_per_pack: Mapped[int]
    units_per_day: Mapped[int]
    unit: Mapped[str]
    directions: Mapped[str]
    quantity: Mapped[int]
    unit_cents: Mapped[int]
    reference_cents: Mapped[int | None]
    """The earlier price that stood beside a reduced one."""
    line_cents: Mapped[int]
    vat_percent: Mapped[int]
    vat_cents: Mapped[int]
    """Its share of the VAT of its rate."""
    withdrawn: Mapped[int] = mapped_column(server_default="0")
    """Packs that a statement of withdrawal took back."""
    shipped: Mapped[int] = mapped_column(server_default="0")
    """Packs that were sent; the sum of its lines of shipments."""
    returned: Mapped[int] = mapped_column(server_default="0")
    """Packs that came back; the sum of its lines of returns."""
    credited: Mapped[int] = mapped_column(server_default="0")
    """Packs that came back and are owed no longer."""
    refused: Mapped[int] = mapped_column(server_default="0")
    """Packs that came back and are not paid back, such as those whose seal was broken."""

    @property
    def unsent(self) -> int:
        """Packs that are still to be sent: neither withdrawn nor shipped."""
        return max(0, self.quantity - self.withdrawn - self.shipped)

    @property
    def expected_back(self) -> int:
        """Packs that were sent and withdrawn from, so that the shopper sends them back, less those that came."""
        return max(0, self.withdrawn + self.shipped - self.quantity - self.returned)

    @property
    def undecided(self) -> int:
        """Packs that came back and of which nobody decided yet whether they are paid back."""
        return self.returned - self.credited - self.refused


class PurchaseVat(OrdersBase):
    """The VAT of one rate over a whole purchase, delivery included."""

    __tablename__ = "purchase_vat"
    __table_args__ = (CheckConstraint("gross_cents = net_cents + vat_cents", name="vat_adds_up"),)

    purchase_id: Mapped[int] = mapped_column(ForeignKey("purchase.id"), primary_key=True)
    percent: Mapped[int] = mapped_column(primary_key=True)
    net_cents: Mapped[int]
    vat_cents: Mapped[int]
    gross_cents: Mapped[int]


class PurchaseEvent(OrdersBase):
    """A step in the life of a purchase; added, never changed, and without personal data."""

    __tablename__ = "purchase_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    purchase_id: Mapped[int] = mapped_column(ForeignKey("purchase.id"), index=True)
    at: Mapped[datetime] = mapped_column(Moment)
    who: Mapped[str]
    """`shopper`, `provider`, `shop`, or the account of staff."""
    kind: Mapped[str]
    detail: Mapped[str]


class Shipment(OrdersBase):
    """A parcel of a purchase; an order may go in several."""

    __tablename__ = "shipment"

    id: Mapped[int] = mapped_column(primary_key=True)
    purchase_id: Mapped[int] = mapped_column(ForeignKey("purchase.id"), index=True)
    key: Mapped[str] = mapped_column(unique=True)
    """The key of the form that it was sent from: the same form never ships twice."""
    at: Mapped[datetime] = mapped_column(Moment)
    who: Mapped[str]
    carrier: Mapped[str]
    tracking: Mapped[str]
    delivered_at: Mapped[datetime | None] = mapped_column(Moment)
    undone_at: Mapped[datetime | None] = mapped_column(Moment)
    came_back: Mapped[bool] = mapped_column(server_default=false())
    """Whether it was undone because it came back undelivered, not because it never left."""

    lines: Mapped[list["ShipmentLine"]] = relationship(order_by="ShipmentLine.position")


class ShipmentLine(OrdersBase):
    """Packs of a line in a parcel, with their lot, so that a recall finds exactly its orders."""

    __tablename__ = "shipment_line"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity_positive"),
        Index("ix_shipment_line_lot", "lot"),
    )

    shipment_id: Mapped[int] = mapped_column(ForeignKey("shipment.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    quantity: Mapped[int]
    lot: Mapped[str]
    best_before: Mapped[date | None]


class GoodsReturn(OrdersBase):
    """A parcel that came back from a shopper."""

    __tablename__ = "goods_return"

    id: Mapped[int] = mapped_column(primary_key=True)
    purchase_id: Mapped[int] = mapped_column(ForeignKey("purchase.id"), index=True)
    key: Mapped[str] = mapped_column(unique=True)
    """The key of the form that it was noted on: the same form never takes packs back twice."""
    at: Mapped[datetime] = mapped_column(Moment)
    who: Mapped[str]

    lines: Mapped[list["GoodsReturnLine"]] = relationship(order_by="GoodsReturnLine.position")


class GoodsReturnLine(OrdersBase):
    """Packs of a line that came back; those that are not restocked are written off."""

    __tablename__ = "goods_return_line"
    __table_args__ = (
        CheckConstraint("sealed >= 0 AND opened >= 0 AND sealed + opened > 0", name="packs"),
        CheckConstraint("restocked >= 0 AND restocked <= sealed", name="restocked_is_sealed"),
    )

    return_id: Mapped[int] = mapped_column(ForeignKey("goods_return.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sealed: Mapped[int]
    opened: Mapped[int]
    restocked: Mapped[int]
    lot: Mapped[str]


class RecallDecision(StrEnum):
    """The end of the packs of a recalled lot that were still on the shelf."""

    RELEASED = "released"
    WRITTEN_OFF = "written_off"


class Recall(OrdersBase):
    """A recall of a lot of a product, with the words that its orders get."""

    __tablename__ = "recall"
    __table_args__ = (Index("ix_recall_product", "product_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    """The key of the form that it was begun on: the same form never mails twice."""
    at: Mapped[datetime] = mapped_column(Moment)
    who: Mapped[str]
    lot: Mapped[str]
    product_id: Mapped[int]
    name: Mapped[str]
    """Product and brand as sold."""
    text_nl: Mapped[str]
    text_en: Mapped[str]
    held: Mapped[int] = mapped_column(server_default="0")
    """Packs of the lot that are out of sale until it is decided about."""
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
    decision: Mapped[RecallDecision | None] = mapped_column(choice(RecallDecision))


class RecallNotice(OrdersBase):
    """The notice of a recall to an order; mailed once."""

    __tablename__ = "recall_notice"
    __table_args__ = (UniqueConstraint("recall_id", "purchase_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    recall_id: Mapped[int] = mapped_column(ForeignKey("recall.id"))
    purchase_id: Mapped[int] = mapped_column(ForeignKey("purchase.id"), index=True)
    mailed_at: Mapped[datetime | None] = mapped_column(Moment)


class PurchaseNote(OrdersBase):
    """A note of staff about a purchase; may name a person, so it is erased with the personal fields."""

    __tablename__ = "purchase_note"

    id: Mapped[int] = mapped_column(primary_key=True)
    purchase_id: Mapped[int] = mapped_column(ForeignKey("purchase.id"), index=True)
    at: Mapped[datetime] = mapped_column(Moment)
    who: Mapped[str]
    text: Mapped[str]


class PurchaseWord(OrdersBase):
    """A word that a purchase is found by: of its number, name, company, e-mail address and postcode."""

    __tablename__ = "purchase_word"

    word: Mapped[str] = mapped_column(String().with_variant(String(collation="C"), "postgresql"), primary_key=True)
    purchase_id: Mapped[int] = mapped_column(
        ForeignKey("purchase.id"), primary_key=True, autoincrement=False, index=True
    )


class PaymentStatus(StrEnum):
    """The status of one attempt to pay, in the provider's words; `new` before the provider knows of it."""

    NEW = "new"
    OPEN = "open"
    PENDING = "pending"
    AUTHORIZED = "authorized"
    PAID = "paid"
    CANCELED = "canceled"
    EXPIRED = "expired"
    FAILED = "failed"


class Payment(OrdersBase):
    """An attempt to pay a purchase through the provider. Its row is there before the provider is called."""

    __tablename__ = "payment"
    __table_args__ = (
        CheckConstraint("cents > 0", name="cents_positive"),
        CheckConstraint("refund_claimed_cents >= 0 AND refund_claimed_cents <= paid_cents", name="refund_within_paid"),
        Index(
            "ix_payment_charged_back",
            "purchase_id",
            sqlite_where=text("charged_back_cents > 0"),
            postgresql_where=text("charged_back_cents > 0"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(unique=True)
    """The secret end of the provider's address to call."""
    purchase_id: Mapped[int] = mapped_column(ForeignKey("purchase.id"), index=True)
    provider: Mapped[str]
    idempotency_key: Mapped[str] = mapped_column(unique=True)
    provider_id: Mapped[str | None] = mapped_column(unique=True)
    status: Mapped[PaymentStatus] = mapped_column(choice(PaymentStatus))
    cents: Mapped[int]
    paid_cents: Mapped[int] = mapped_column(server_default="0")
    refund_claimed_cents: Mapped[int] = mapped_column(server_default="0")
    charged_back_cents: Mapped[int] = mapped_column(server_default="0")
    checkout_url: Mapped[str | None]
    made_at: Mapped[datetime] = mapped_column(Moment)
    seen_at: Mapped[datetime | None] = mapped_column(Moment)
    missing_since: Mapped[datetime | None] = mapped_column(Moment)
    """The first moment at which the provider did not know it; None again once it does."""


class RefundStatus(StrEnum):
    WANTED = "wanted"
    SENT = "sent"
    REFUNDED = "refunded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    """Never sent: the transfer that it was to send back was typed wrong."""


class Refund(OrdersBase):
    """Money to send back on a payment; claimed before the provider is called, so that it is never sent twice."""

    __tablename__ = "refund"
    __table_args__ = (
        CheckConstraint("cents > 0", name="cents_positive"),
        Index("ix_refund_status", "status", "purchase_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    payment_id: Mapped[int] = mapped_column(ForeignKey("payment.id"), index=True)
    purchase_id: Mapped[int] = mapped_column(ForeignKey("purchase.id"), index=True)
    cents: Mapped[int]
    reason: Mapped[str]
    idempotency_key: Mapped[str] = mapped_column(unique=True)
    provider_id: Mapped[str | None] = mapped_column(unique=True)
    status: Mapped[RefundStatus] = mapped_column(choice(RefundStatus))
    who: Mapped[str]
    at: Mapped[datetime] = mapped_column(Moment)
    seen_at: Mapped[datetime | None] = mapped_column(Moment)
    """The last moment at which the provider was asked about it."""
    missing_since: Mapped[datetime | None] = mapped_column(Moment)


class BankTransfer(OrdersBase):
    """A payment that came on the shop's own bank account, as staff read it from the statement."""

    __tablename__ = "bank_transfer"

    payment_id: Mapped[int] = mapped_column(ForeignKey("payment.id"), primary_key=True, autoincrement=False)
    booked_on: Mapped[date]
    reference: Mapped[str]
    who: Mapped[str]
    undone_at: Mapped[datetime | None] = mapped_column(Moment)
    """The moment at which it was found to be typed wrong."""


class MoneyKind(StrEnum):
    """The reason of a movement of money."""

    PAID = "paid"
    REFUNDED = "refunded"
    REFUND_FAILED = "refund_failed"
    CHARGED_BACK = "charged_back"


class MoneyMove(OrdersBase):
    """A movement of money to the shop, or from it (below 0); added, never changed."""

    __tablename__ = "money_move"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment, index=True)
    purchase_id: Mapped[int] = mapped_column(ForeignKey("purchase.id"), index=True)
    payment_id: Mapped[int] = mapped_column(ForeignKey("payment.id"))
    refund_id: Mapped[int | None] = mapped_column(ForeignKey("refund.id"))
    kind: Mapped[MoneyKind] = mapped_column(choice(MoneyKind))
    cents: Mapped[int]


class Withdrawal(OrdersBase):
    """A statement of withdrawal (Civil Code 6:230oa) as it was sent, and when it was acknowledged."""

    __tablename__ = "withdrawal"

    id: Mapped[int] = mapped_column(primary_key=True)
    purchase_id: Mapped[int] = mapped_column(ForeignKey("purchase.id"), index=True)
    key: Mapped[str] = mapped_column(unique=True)
    """The key of the page that it was confirmed on: the same page never states it twice."""
    at: Mapped[datetime] = mapped_column(Moment)
    name: Mapped[str]
    email: Mapped[str]
    lines: Mapped[str]
    """JSON list of the positions and quantities withdrawn from."""
    reason: Mapped[str]
    acknowledged_at: Mapped[datetime | None] = mapped_column(Moment)


class DocumentKind(StrEnum):
    INVOICE = "invoice"
    CREDIT = "credit"


class NumberSeries(OrdersBase):
    """The last number given out in a series of documents; a row is locked while its next number is taken."""

    __tablename__ = "number_series"

    name: Mapped[str] = mapped_column(primary_key=True)
    last: Mapped[int]


class Document(OrdersBase):
    """An invoice or credit note: its number, its contents as JSON, and their checksum."""

    __tablename__ = "document"

    id: Mapped[int] = mapped_column(primary_key=True)
    purchase_id: Mapped[int] = mapped_column(ForeignKey("purchase.id"), index=True)
    kind: Mapped[DocumentKind] = mapped_column(choice(DocumentKind))
    number: Mapped[str] = mapped_column(unique=True)
    issued_on: Mapped[date] = mapped_column(index=True)
    snapshot: Mapped[str]
    sha256: Mapped[str] = mapped_column(String(64))
    pdf: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Made by the worker; the same contents always give the same file."""

    vat: Mapped[list["DocumentVat"]] = relationship(order_by="DocumentVat.percent")


class DocumentVat(OrdersBase):
    """The VAT of one rate on a document; on a credit note below 0, so that sums of documents are those of the books."""

    __tablename__ = "document_vat"

    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), primary_key=True)
    percent: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    net_cents: Mapped[int]
    vat_cents: Mapped[int]


class Job(OrdersBase):
    """Work for after a commit, written in the same transaction; done at least once (`outbox`)."""

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_due", "done_at", "failed_at", "due_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    key: Mapped[str] = mapped_column(unique=True)
    """The same work has the same key, and is written once."""
    row_id: Mapped[int]
    due_at: Mapped[datetime] = mapped_column(Moment)
    attempts: Mapped[int] = mapped_column(server_default="0")
    claimed_until: Mapped[datetime | None] = mapped_column(Moment)
    done_at: Mapped[datetime | None] = mapped_column(Moment)
    failed_at: Mapped[datetime | None] = mapped_column(Moment)
    error: Mapped[str] = mapped_column(server_default="")


class OutboxSum(OrdersBase):
    """Done jobs of a month that were deleted since, by kind."""

    __tablename__ = "outbox_sum"

    month: Mapped[date] = mapped_column(primary_key=True)
    """Its first day, in UTC."""
    kind: Mapped[str] = mapped_column(primary_key=True)
    jobs: Mapped[int]


class RestockWish(OrdersBase):
    """A wish to be mailed once when a sold-out product is back; erased with that mail."""

    __tablename__ = "restock_wish"
    __table_args__ = (
        UniqueConstraint("address_key", "product_id"),
        Index("ix_restock_wish_product", "product_id", "confirmed_at"),
        Index("ix_restock_wish_asked_at", "asked_at"),
        {"sqlite_autoincrement": True},  # rows are erased, and their jobs must never be about another one
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int]
    language: Mapped[str] = mapped_column(String(2))
    email: Mapped[str]
    """Empty once its owner declined, while the row keeps others from asking again in their name."""
    address_key: Mapped[str] = mapped_column(String(64))
    """A keyed hash of the e-mail address."""
    link_key: Mapped[str]
    """A random text that, with the shop's key, gives the token of the link."""
    token_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    asked_at: Mapped[datetime] = mapped_column(Moment)
    confirmed_at: Mapped[datetime | None] = mapped_column(Moment)
    """The moment at which the owner of the address agreed; nothing but the question is mailed before."""
    planned_at: Mapped[datetime | None] = mapped_column(Moment)
    """The moment at which its mail was planned; None while the product is sold out."""


class ImportTask(StrEnum):
    """The step of an import that the worker does: to plan it, or to carry the plan out."""

    PLAN = "plan"
    APPLY = "apply"


class ImportOutcome(StrEnum):
    """The end of a run."""

    PLANNED = "planned"
    IMPORTED = "imported"
    NOTHING = "nothing"
    """Nothing was written: rows were refused, or every product was as the file says."""
    STALE = "stale"
    """The catalogue, the rules or the mapping changed after the plan was made."""
    FILE_REFUSED = "file_refused"
    PRODUCT_REFUSED = "product_refused"
    """For a reason that no plan could foresee."""
    CANCELLED = "cancelled"
    FAILED = "failed"


class ImportRun(OrdersBase):
    """An import into the catalogue that the worker does outside a request (`import_runs`)."""

    __tablename__ = "import_run"
    __table_args__ = (Index("ix_import_run_ended_at", "ended_at", "asked_at"),)

    upload_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]
    task: Mapped[ImportTask] = mapped_column(choice(ImportTask))
    asked_at: Mapped[datetime] = mapped_column(Moment)
    who: Mapped[str]
    skip_bad: Mapped[bool] = mapped_column(server_default=false())
    correct_addresses: Mapped[bool] = mapped_column(server_default=false())
    plan: Mapped[str] = mapped_column(server_default="")
    """The fingerprint of the plan to carry out."""
    attempts: Mapped[int] = mapped_column(server_default="0")
    beat_at: Mapped[datetime | None] = mapped_column(Moment)
    """The last sign of life of the process that is at it; None while it waits and when it has ended."""
    done: Mapped[int] = mapped_column(server_default="0")
    rows: Mapped[int] = mapped_column(server_default="0")
    is_cancelled: Mapped[bool] = mapped_column(server_default=false())
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    outcome: Mapped[ImportOutcome | None] = mapped_column(choice(ImportOutcome))
    detail: Mapped[str] = mapped_column(server_default="")
    """Details of the outcome, as JSON: counts, an error of the file, the problems of a product."""


class TrialPayment(OrdersBase):
    """A payment at the shop's own trial provider, which moves no money: it plays what a tester asks for."""

    __tablename__ = "trial_payment"

    id: Mapped[str] = mapped_column(primary_key=True)
    idempotency_key: Mapped[str] = mapped_column(unique=True)
    status: Mapped[PaymentStatus] = mapped_column(choice(PaymentStatus))
    cents: Mapped[int]
    paid_cents: Mapped[int] = mapped_column(server_default="0")
    refunded_cents: Mapped[int] = mapped_column(server_default="0")
    charged_back_cents: Mapped[int] = mapped_column(server_default="0")
    webhook_path: Mapped[str]
    return_path: Mapped[str]
    description: Mapped[str]


class DeliveryRate(OrdersBase):
    """The price of one way of delivery to a country up to a weight; free from an amount of goods on."""

    __tablename__ = "delivery_rate"
    __table_args__ = (CheckConstraint("cents >= 0 AND max_grams > 0", name="rate_not_negative"),)

    country: Mapped[str] = mapped_column(String(2), primary_key=True)
    kind: Mapped[DeliveryKind] = mapped_column(choice(DeliveryKind), primary_key=True)
    max_grams: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    cents: Mapped[int]
    free_from_cents: Mapped[int | None]


class ParcelPoint(OrdersBase):
    """A parcel point of a carrier, as the owner's file has it; an order keeps the one that it goes to as text."""

    __tablename__ = "parcel_point"
    __table_args__ = (Index("ix_parcel_point_near", "country", "postcode_number", "code"),)

    country: Mapped[str] = mapped_column(String(2), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    carrier: Mapped[str]
    name: Mapped[str]
    street: Mapped[str]
    house_number: Mapped[str]
    postcode: Mapped[str]
    town: Mapped[str]
    hours: Mapped[str]
    postcode_number: Mapped[int]
    """The number that its postcode begins with."""


class PackWeight(OrdersBase):
    """A pack of a product as it is sent, on the scales; without it its weight is estimated."""

    __tablename__ = "pack_weight"
    __table_args__ = (CheckConstraint("grams > 0", name="grams_positive"),)

    product_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    grams: Mapped[int]


class Attempt(OrdersBase):
    """An attempt that is limited, under a keyed hash of who made it; deleted when its time is over."""

    __tablename__ = "attempt"
    __table_args__ = (Index("ix_attempt_key", "key", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Moment)
