"""Mollie: the adapter around its own client. All that the shop knows of Mollie is in this file.

Facts on the client (version 1.10): it repeats requests by itself unless told not to; network errors escape as httpx's;
an idempotency key must be given, or each attempt gets another one; ids go into the path unchecked.
"""

import re
import ssl
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar

import httpx
import mollie
from mollie import models
from mollie.utils import BackoffStrategy, RetryConfig

from catalog.orders.models import PaymentStatus, RefundStatus
from catalog.orders.payments import (
    PaymentRefusedError,
    PaymentRequest,
    PaymentSeen,
    PaymentUnavailableError,
    PaymentUnknownError,
)
from shop.settings import PaymentsSetting

TIMEOUT_MS = 5000
_REFUND_ID = re.compile(r"re_[A-Za-z0-9]{1,60}", re.ASCII)
_PAYMENT_ID = re.compile(r"tr_[A-Za-z0-9]{1,60}", re.ASCII)
_NO_RETRIES = RetryConfig("none", BackoffStrategy(1, 1, 1.0, 1), retry_connection_errors=False)
_REFUSALS = range(400, 500)
_TRANSIENT = frozenset({408, 409, 425, 429})
_UNKNOWN = frozenset({404, 410})
_REFUNDS = {
    "queued": RefundStatus.SENT,
    "pending": RefundStatus.SENT,
    "processing": RefundStatus.SENT,
    "refunded": RefundStatus.REFUNDED,
    "failed": RefundStatus.FAILED,
    "canceled": RefundStatus.FAILED,
}
_LOCALES = {"nl": "nl_NL", "en": "en_US"}
Answer = TypeVar("Answer")


class MollieProvider:
    """Mollie's Payments API; the shopper chooses the method on Mollie's page."""

    name = PaymentsSetting.MOLLIE.value

    def __init__(self, key: str, server_url: str | None = None) -> None:
        self._options: dict[str, Any] = {
            "security": mollie.Security(api_key=key),
            "timeout_ms": TIMEOUT_MS,
            "retry_config": _NO_RETRIES,
        }
        if server_url is not None:
            self._options["server_url"] = server_url

    def create(self, request: PaymentRequest) -> PaymentSeen:
        body = {
            "amount": _amount(request.cents),
            "description": request.description,
            "redirect_url": request.return_url,
            "webhook_url": request.webhook_url,
            "metadata": {"payment": request.token[:8]},
            "locale": _LOCALES[request.language],
        }
        return _seen(self._ask(lambda sdk: sdk.payments.create(payment_request=body, idempotency_key=request.key)))

    def get(self, provider_id: str) -> PaymentSeen:
        payment_id = _checked(provider_id)
        return _seen(self._ask(lambda sdk: sdk.payments.get(payment_id=payment_id)))

    def refund(self, provider_id: str, cents: int, key: str, description: str) -> str:
        payment_id = _checked(provider_id)
        body = {"amount": _amount(cents), "description": description}
        answer = self._ask(
            lambda sdk: sdk.refunds.create(payment_id=payment_id, refund_request=body, idempotency_key=key)
        )
        return str(answer.id)

    def refund_status(self, provider_id: str, refund_id: str) -> RefundStatus | None:
        payment_id = _checked(provider_id)
        if not _REFUND_ID.fullmatch(refund_id):
            raise PaymentRefusedError("no refund of Mollie's")
        answer = self._ask(lambda sdk: sdk.refunds.get(payment_id=payment_id, refund_id=refund_id))
        return _REFUNDS.get(str(getattr(answer.status, "value", answer.status)))

    def _ask(self, call: Callable[[Any], Answer]) -> Answer:
        """One call to Mollie. Raises PaymentUnavailableError or PaymentRefusedError."""
        try:
            # The SDK makes both clients itself where it is given none, and never uses the other in a call.
            waiting = httpx.AsyncClient(verify=_tls())
            with (
                httpx.Client(follow_redirects=True, verify=_tls()) as client,
                mollie.ClientSDK(**self._options, client=client, async_client=waiting) as sdk,
            ):
                return call(sdk)
        except models.ClientError as error:
            status = int(getattr(error, "status_code", 0) or 0)
            if status in _UNKNOWN:
                raise PaymentUnknownError(f"Mollie answered {status}") from None
            if status in _REFUSALS and status not in _TRANSIENT:
                raise PaymentRefusedError(f"Mollie answered {status}") from None
            raise PaymentUnavailableError(f"Mollie answered {status}") from None
        except (httpx.HTTPError, httpx.StreamError) as error:
            raise PaymentUnavailableError(type(error).__name__) from None


@cache
def _tls() -> ssl.SSLContext:
    """Context of all connections to Mollie: to read the certificates takes 30 ms, more than all else of a call."""
    return httpx.create_ssl_context()


def _checked(provider_id: str) -> str:
    """An id of Mollie's shape; another would reach another address of its API."""
    if not _PAYMENT_ID.fullmatch(provider_id):
        raise PaymentRefusedError("no id of Mollie's")
    return provider_id


def _amount(cents: int) -> dict[str, str]:
    return {"currency": "EUR", "value": f"{cents // 100}.{cents % 100:02}"}


def _cents(amount: Any) -> int:
    """An amount of Mollie's in cents; one that is not there, or in another currency, is 0."""
    value, currency = getattr(amount, "value", None), getattr(amount, "currency", None)
    return int(Decimal(str(value)) * 100) if value is not None and currency == "EUR" else 0


def _seen(payment: Any) -> PaymentSeen:
    word = getattr(payment.status, "value", payment.status)  # an enumeration, or the word itself where it is new
    status = PaymentStatus(word) if word in {known.value for known in PaymentStatus} else None
    cents = _cents(payment.amount)
    checkout = getattr(payment.links, "checkout", None)
    return PaymentSeen(
        provider_id=_checked(str(payment.id)),
        status=status,
        cents=cents,
        paid_cents=cents if status is PaymentStatus.PAID else 0,
        refunded_cents=_cents(payment.amount_refunded),
        charged_back_cents=_cents(payment.amount_charged_back),
        checkout_url=getattr(checkout, "href", None),
        expires_at=_moment(payment.expires_at),
    )


def _moment(text: object) -> datetime | None:
    return datetime.fromisoformat(text) if isinstance(text, str) and text else None
