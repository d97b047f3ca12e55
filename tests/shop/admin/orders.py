"""Orders for tests of the admin: placed by a shopper, looked at and changed by staff through the forms of the pages."""

from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from werkzeug.test import TestResponse

from catalog.orders.checks import book_faults
from catalog.orders.models import Purchase
from shop.outbox.worker import do_due_jobs
from shop.web.services import services_of
from tests.shop.ordering.shopper import Shopper, purchases

Clerk = Callable[[str], FlaskClient]
"""Somebody of staff with a role, who reads English."""


def ordered(app: Flask, *slugs: str, play: str | None = "paid", **values: str) -> Purchase:
    """An order that was placed, and paid unless nothing is played."""
    before = len(purchases(app))
    shopper = Shopper(app)
    shopper.add(*slugs)
    answer = shopper.order(**values)
    if play is not None:
        shopper.pay(answer, play)
    do_due_jobs(app)
    return purchases(app)[before]


def again(app: Flask, purchase: Purchase) -> Purchase:
    return next(one for one in purchases(app) if one.id == purchase.id)


def press(client: FlaskClient, page: TestResponse, action: str, **values: str) -> TestResponse:
    """Send the form of a page that goes to such an address, with values typed over those that it has."""
    forms = html.fromstring(page.text).xpath(f"//form[contains(@action, '{action}')]")
    assert forms, page.text
    return client.post(forms[0].get("action"), data=dict(forms[0].form_values()) | values)


def do(client: FlaskClient, purchase: Purchase, action: str, **values: str) -> TestResponse:
    """Open an order, use one of its forms, and answer the question whether one is sure."""
    answer = press(client, client.get(f"/admin/orders/{purchase.number}"), action, **values)
    if 'name="sure"' in answer.text:
        answer = press(client, answer, action)
    return answer


def assert_books_agree(app: Flask) -> None:
    with services_of(app).orders.reading() as session:
        assert not list(book_faults(session))
