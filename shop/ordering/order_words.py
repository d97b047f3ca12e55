"""Words for orders: states, ways of delivery and payment, events, as shoppers read them."""

from collections.abc import Mapping

from flask import Flask

from catalog.orders.models import DeliveryKind, PaymentMethod, PaymentStatus, Purchase, PurchaseState
from catalog.orders.placing import Quote
from shop.ordering.guarantee import guarantee_notice
from shop.web.i18n import gettext
from shop.web.i18n import lazy_gettext as _
from shop.web.number_format import euro

_DELIVERY: Mapping[DeliveryKind, str] = {
    DeliveryKind.HOME: _("Parcel at home"),
    DeliveryKind.LETTERBOX: _("Through the letterbox"),
    DeliveryKind.PICKUP: _("Parcel point nearest to this address"),
}
_METHODS: Mapping[PaymentMethod, str] = {
    PaymentMethod.ONLINE: _("Pay now online (iDEAL | Wero, card, Bancontact, PayPal)"),
    PaymentMethod.AFTER_DELIVERY: _("Pay after delivery, by bank transfer within 14 days"),
}
_STATES: Mapping[PurchaseState, str] = {
    PurchaseState.PLACED: _("Waiting for payment"),
    PurchaseState.CONFIRMED: _("Confirmed"),
    PurchaseState.CLOSED: _("Finished"),
    PurchaseState.EXPIRED: _("Expired: not paid in time"),
    PurchaseState.CANCELLED: _("Cancelled"),
}
_PAYMENTS: Mapping[PaymentStatus, str] = {
    PaymentStatus.NEW: _("The payment could not be started yet; we keep trying."),
    PaymentStatus.OPEN: _("Not paid yet."),
    PaymentStatus.PENDING: _("We are waiting for your bank. This can take a day."),
    PaymentStatus.AUTHORIZED: _("Agreed with the payment provider."),
    PaymentStatus.PAID: _("Paid."),
    PaymentStatus.CANCELED: _("The payment was cancelled."),
    PaymentStatus.EXPIRED: _("The payment took too long and expired."),
    PaymentStatus.FAILED: _("The payment failed."),
}


def unpaid_trial_words(cents: int) -> str:
    """How an order is paid after delivery where no account is entered, as in a trial."""
    return gettext(
        "You would pay %(amount)s within 14 days after delivery. This is a trial, so nothing is charged.",
        amount=euro(cents),
    )


def delivery_of(order: Purchase | Quote) -> str:
    """The way of delivery of an order or an offer, with the parcel point that was chosen."""
    point = order.point if isinstance(order, Purchase) else order.point and order.point.line
    return gettext("Parcel point %(point)s", point=point) if point else delivery_words(order.delivery)


def delivery_words(kind: DeliveryKind) -> str:
    """A way of delivery."""
    return str(_DELIVERY[kind])


def method_words(method: PaymentMethod) -> str:
    """A way of payment."""
    return str(_METHODS[method])


def state_words(purchase: Purchase) -> str:
    """The state of an order."""
    return str(_STATES[purchase.state])


def payment_words(status: PaymentStatus) -> str:
    """The status of an attempt to pay."""
    return str(_PAYMENTS[status])


def init_app(app: Flask) -> None:
    for words in (delivery_words, delivery_of, method_words, state_words, payment_words, unpaid_trial_words):
        app.add_template_filter(words)
    app.jinja_env.globals["guarantee_notice"] = guarantee_notice
