"""Words of orders for staff: filters, what is shipped, events and who did them, statuses of refunds."""

import re
from collections.abc import Mapping, Sequence

from flask import Flask

from catalog.orders.finding import OrderFilter
from catalog.orders.models import PurchaseLine, RefundStatus
from shop.web.i18n import gettext, ngettext
from shop.web.i18n import lazy_gettext as _
from shop.web.number_format import euro

FILTERS: Mapping[OrderFilter, str] = {
    OrderFilter.TO_PACK: _("To pack"),
    OrderFilter.UNPAID: _("Unpaid"),
    OrderFilter.ATTENTION: _("Needs attention"),
    OrderFilter.WITHDRAWN: _("Withdrawn from"),
    OrderFilter.RETURNS: _("Returns"),
}
_EVENTS: Mapping[str, str] = {
    "placed": _("Ordered"),
    "confirm": _("Confirmed"),
    "expire": _("Expired unpaid"),
    "cancel": _("Cancelled"),
    "ship": _("Parcel sent"),
    "tracking": _("Tracking code added"),
    "delivered": _("Parcel arrived"),
    "delivered-undone": _("Arrival undone"),
    "undo-parcel": _("Parcel undone"),
    "lot-corrected": _("Lot corrected"),
    "transfer-undone": _("Transfer undone"),
    "reopen": _("Opened again"),
    "close": _("Finished"),
    "withdrawn": _("Withdrawn from"),
    "returned": _("Packs came back"),
    "return-decided": _("Return decided"),
    "open": _("Payment begun"),
    "pending": _("Payment waits for the bank"),
    "authorized": _("Payment agreed"),
    "paid": _("Paid"),
    "transfer": _("Paid by bank transfer"),
    "canceled": _("Payment cancelled"),
    "expired": _("Payment expired"),
    "failed": _("Payment failed"),
    "refund-claimed": _("Refund asked for"),
    "refunded": _("Refund sent"),
    "refund-arrived": _("Refund arrived"),
    "refund-failed": _("Refund failed"),
    "payment-unknown": _("The payment provider no longer knows this payment"),
    "report-refused": _("Report on another payment refused"),
    "confirmation-again": _("Confirmation mailed again"),
    "address-corrected": _("Address corrected"),
    "recalled": _("Recall: notice to the shopper"),
    "erased": _("Personal data erased"),
}
_MOVES: Mapping[str, str] = {
    "counted": _("Count of the catalogue"),
    "reserved": _("Promised"),
    "released": _("Released"),
    "sold": _("Sent"),
    "returned": _("Came back"),
    "written_off": _("Written off"),
    "received": _("Received"),
    "corrected": _("Counted by hand"),
    "held": _("Held: product recall"),
}
_MONEY: Mapping[str, str] = {
    "paid": _("paid"),
    "refunded": _("sent back"),
    "refund_failed": _("came back, since the refund failed"),
    "charged_back": _("taken back by the bank"),
}
_CENTS = re.compile(r"([0-9]+) cents")
_WHO: Mapping[str, str] = {"shopper": _("shopper"), "provider": _("payment provider"), "shop": _("shop")}
_REFUNDS: Mapping[RefundStatus, str] = {
    RefundStatus.WANTED: _("to be sent"),
    RefundStatus.SENT: _("sent"),
    RefundStatus.REFUNDED: _("arrived"),
    RefundStatus.FAILED: _("failed"),
    RefundStatus.CANCELLED: _("cancelled"),
}

_REASONS: Mapping[str, str] = {
    "returned": _("returned"),
    "withdrawn": _("withdrawn from"),
    "cancelled": _("cancelled"),
    "paid too much": _("paid too much"),
    "paid too late": _("paid too late"),
    "paid in part": _("paid in part, and expired"),
    "undone": _("undone"),
    "came back undelivered": _("came back undelivered"),
    "lot corrected": _("lot corrected"),
    "recall": _("recall"),
}
"""The shop's own reasons of refunds and of changes of stock; staff type others."""


def event_words(kind: str) -> str:
    """An event of the timeline."""
    return str(_EVENTS.get(kind, kind))


def detail_words(detail: str) -> str:
    """The sums in the detail of an event, as amounts; other details are for the log alone."""
    return ", ".join(euro(int(cents)) for cents in _CENTS.findall(detail) if int(cents))


def who_words(who: str) -> str:
    """The one who did it; staff by their account."""
    return str(_WHO.get(who, who))


def refund_words(status: RefundStatus) -> str:
    """The status of a refund."""
    return str(_REFUNDS[status])


def reason_words(reason: str) -> str:
    """The reason of a refund or of a change of stock: the shop's own in words, those of staff as typed."""
    return str(_REASONS.get(reason, reason))


def move_words(kind: str) -> str:
    """The reason of a change of stock."""
    return str(_MOVES.get(kind, kind))


def money_words(kind: str) -> str:
    """The direction of money in the books."""
    return str(_MONEY.get(kind, kind))


def shipped_words(lines: Sequence[PurchaseLine]) -> str:
    """The packs of an order: sent, still to send, expected back."""
    shipped, unsent = sum(line.shipped for line in lines), sum(line.unsent for line in lines)
    back = sum(line.expected_back for line in lines)
    undecided = sum(line.undecided for line in lines)
    parts = [
        ngettext("%(num)d sent", "%(num)d sent", shipped) if shipped else "",
        ngettext("%(num)d to send", "%(num)d to send", unsent) if unsent else "",
        ngettext("%(num)d expected back", "%(num)d expected back", back) if back else "",
        ngettext("%(num)d returned, to decide", "%(num)d returned, to decide", undecided) if undecided else "",
    ]
    return ", ".join(part for part in parts if part) or str(gettext("nothing to send"))


def init_app(app: Flask) -> None:
    for words in (
        event_words,
        detail_words,
        who_words,
        refund_words,
        reason_words,
        move_words,
        money_words,
        shipped_words,
    ):
        app.add_template_filter(words)
