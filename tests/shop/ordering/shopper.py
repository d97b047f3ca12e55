"""A shopper without JavaScript: fills the basket, the checkout and what follows by the forms of the pages."""

from email import message_from_bytes, policy
from email.message import EmailMessage
from http import HTTPStatus
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from catalog.models import Product
from catalog.orders.models import Purchase
from shop.outbox.worker import do_due_jobs
from shop.web.services import services_of

CITRATE = "duinvallei-magnesiumcitraat-100-capsules"
TABLETS = "hazelveen-magnesiumcitraat-125-tabletten"
CHECKOUT = {"nl": "/nl/bestellen", "en": "/en/checkout"}
DETAILS = {
    "email": "klant@voorbeeld.nl",
    "name": "Jo de Vries",
    "country": "NL",
    "postcode": "3511 ab",
    "house_number": "12",
    "addition": "bis",
    "street": "Oudegracht",
    "town": "Utrecht",
    "delivery": "home",
    "method": "online",
}


def product_id(app: Flask, slug: str = CITRATE) -> int:
    with Session(services_of(app).databases.primary) as session:
        return session.scalars(select(Product.id).where(Product.slug == slug)).one()


class Shopper:
    """A visitor with a basket and a browser."""

    def __init__(self, app: Flask, language: str = "nl") -> None:
        self.app, self.language = app, language
        self.client: FlaskClient = app.test_client()

    def add(self, *slugs: str) -> TestResponse:
        ids = [str(product_id(self.app, slug)) for slug in slugs or (CITRATE,)]
        return self.client.post({"nl": "/nl/winkelmand", "en": "/en/basket"}[self.language], data={"add": ids})

    def submit(self, page: TestResponse, step: str | None = None, **values: Any) -> TestResponse:
        """Send the last form of a page that has such a button, with values typed over those that it has."""
        tree = html.fromstring(page.text)
        buttons = [one for one in tree.xpath("//main//form//button") if step is None or one.get("value") == step]
        assert buttons, page.text
        button = buttons[-1]
        form = next(one for one in button.iterancestors("form"))
        sent = dict(form.form_values()) | values
        if step == "check":
            sent["name"] = sent["name"] or DETAILS["name"]  # who came by number and address fills it in
        if button.get("name"):
            sent[button.get("name")] = button.get("value")
        return self.client.post(form.get("action") or page.request.path, data=sent)

    def details(self, **values: Any) -> TestResponse:
        """The summary, or the details again with what is wrong in them."""
        return self.submit(self.client.get(CHECKOUT[self.language]), "summary", **{**DETAILS, **values})

    def order(self, **values: Any) -> TestResponse:
        """The answer to the order button."""
        summary = self.details(**values)
        assert summary.status_code == HTTPStatus.OK, summary.text
        return self.submit(summary, "order")

    def pay(self, ordered: TestResponse, play: str = "paid") -> TestResponse:
        """The order page, after the trial provider played an outcome."""
        way = self.client.get(ordered.location)
        (address,) = html.fromstring(way.text).xpath("//main//a[contains(@class, 'button')]/@href")
        back = self.submit(self.client.get(address), play)
        return self.client.get(self.client.get(back.location).location)

    def work(self) -> int:
        """Let the worker do all that is due."""
        return do_due_jobs(self.app)


def purchases(app: Flask) -> list[Purchase]:
    with services_of(app).orders.reading() as session:
        found = list(session.scalars(select(Purchase).order_by(Purchase.id)))
        for purchase in found:
            for name in ("lines", "vat", "payments", "withdrawals", "documents", "events"):
                getattr(purchase, name)
        session.expunge_all()
    return found


def mails(app: Flask, key: str = "") -> list[EmailMessage]:
    """The mails that were kept as files, by the start of their key."""
    folder = services_of(app).settings.instance / "mail"
    files = sorted(folder.glob(f"{key}*.eml"))
    return [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]


def plain(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    text: str = body.get_content()
    return text


def main_text(page: TestResponse) -> str:
    (main,) = html.fromstring(page.text).xpath("//main")
    return " ".join(main.text_content().split())
