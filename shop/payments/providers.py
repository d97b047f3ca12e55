"""Providers of payments in use: Mollie, or the shop's own trial, which moves no money."""

from collections.abc import Iterable

from catalog.models import Product
from catalog.orders.models import Payment, Purchase
from catalog.orders.payments import PaymentProvider, PaymentRefusedError, PaymentRequest, PaymentUnavailableError
from shop.payments.trial import TrialProvider
from shop.settings import PaymentsSetting
from shop.web.i18n import gettext as _
from shop.web.services import Services


class NoProviderError(Exception):
    """A payment of a provider that this shop is not set up for."""


UNANSWERED = (PaymentUnavailableError, PaymentRefusedError, NoProviderError)
"""Errors after which a payment stays as it is, and the worker asks again."""


def payments_for(shared: Services, products: Iterable[Product]) -> PaymentsSetting | None:
    """The provider for a basket: as configured, else the trial one for invented products; None: no ordering."""
    configured = shared.settings.payments
    if configured is not None:
        return configured
    return PaymentsSetting.TRIAL if all(product.brand.invented for product in products) else None


def provider_named(shared: Services, name: str) -> PaymentProvider:
    """The provider that a payment was begun with. Raises NoProviderError."""
    if name == PaymentsSetting.TRIAL:
        return TrialProvider(shared.orders, shared.clock)
    if name == PaymentsSetting.MOLLIE and shared.settings.mollie_key:
        from shop.payments.mollie import MollieProvider  # takes half a second and 50 MB to import

        return MollieProvider(shared.settings.mollie_key)
    raise NoProviderError(name)


def payment_request(purchase: Purchase, payment: Payment, base: str) -> PaymentRequest:
    """The request for a payment; `base` is scheme and host of the shop. It names no product."""
    return PaymentRequest(
        key=payment.idempotency_key,
        token=payment.token,
        cents=payment.cents,
        description=_("Order %(number)s", number=purchase.number),
        return_url=f"{base}/betaling/{payment.token}/terug",
        webhook_url=f"{base}/betaling/{payment.token}",
        language=purchase.language,
    )
