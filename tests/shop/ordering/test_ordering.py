"""Ordering from end to end: basket, details, summary, payment, mail, invoice, withdrawal."""

from http import HTTPStatus

import pytest
from flask import Flask
from lxml import html

from catalog.orders.models import PurchaseState
from tests.shop.ordering.shopper import TABLETS, Shopper, mails, main_text, plain, purchases

WITHDRAW = {"nl": "Overeenkomst hier herroepen (ontbinden)", "en": "Withdraw from the contract here"}
CONFIRM = {"nl": "Herroeping bevestigen", "en": "Confirm withdrawal"}
ORDER = {"nl": "Bestelling met betalingsverplichting", "en": "Order with obligation to pay"}


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_shopper_orders_pays_gets_mail_and_invoice_withdraws_and_gets_the_acknowledgement(
    language: str, own_app: Flask
) -> None:
    shopper = Shopper(own_app, language)
    shopper.add()
    ordered = shopper.order()
    assert ordered.status_code == HTTPStatus.SEE_OTHER
    page = shopper.pay(ordered)
    assert page.status_code == HTTPStatus.OK
    shopper.work()
    (purchase,) = purchases(own_app)
    assert purchase.state is PurchaseState.CONFIRMED
    (confirmation,) = mails(own_app, "confirmation")
    assert confirmation["To"] == "klant@voorbeeld.nl"
    invoice, _calendar = confirmation.iter_attachments()
    assert invoice.get_content().startswith(b"%PDF")

    order_page = shopper.client.get(page.request.path)
    (link,) = html.fromstring(order_page.text).xpath(f"//main//a[normalize-space()='{WITHDRAW[language]}']/@href")
    statement = shopper.submit(shopper.client.get(link), "check")
    confirm = html.fromstring(statement.text).xpath("//main//form//button")
    assert [button.text_content() for button in confirm] == [CONFIRM[language]]
    done = shopper.submit(statement, "confirm")
    assert done.status_code == HTTPStatus.SEE_OTHER
    assert shopper.client.get(done.location).status_code == HTTPStatus.OK
    shopper.work()
    (acknowledgement,) = mails(own_app, "withdrawal")
    (purchase,) = purchases(own_app)
    assert purchase.state is PurchaseState.CANCELLED
    said = plain(acknowledgement)
    assert purchase.number in said
    assert purchase.lines[0].name in said
    (payment,) = purchase.payments
    assert (payment.paid_cents, payment.refund_claimed_cents) == (purchase.total_cents, purchase.total_cents)
    assert sorted(document.kind for document in purchase.documents) == ["credit", "invoice"]


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_order_button_bears_the_words_of_the_law_alone(language: str, own_app: Flask) -> None:
    shopper = Shopper(own_app, language)
    shopper.add(TABLETS)
    summary = shopper.details()
    buttons = html.fromstring(summary.text).xpath("//main//button[@value='order']")
    assert [button.text_content() for button in buttons] == [ORDER[language]]
    assert "checked" not in summary.text
    assert main_text(summary).count("€") >= 3
