"""How long an order lasts, as a file for a calendar, and the same products in a basket again by their ids alone."""

from datetime import date, timedelta
from http import HTTPStatus
from typing import Any

import pytest
from flask import Flask
from icalendar import Calendar
from lxml import html
from sqlalchemy import update
from sqlalchemy.orm import Session

from catalog.models import Product
from shop.web.order_links import order_token
from shop.web.services import services_of
from tests.shop.ordering.shopper import CITRATE, TABLETS, Shopper, mails, main_text, plain, product_id, purchases
from tests.shop.web.test_page_contract import check_page

AGAIN = {"nl": "/nl/opnieuw-bestellen", "en": "/en/order-again"}


def days_in(file: bytes) -> list[tuple[str, date]]:
    """The titles and days of a calendar."""
    events: Any = Calendar.from_ical(file).walk("VEVENT")
    return [(str(event["SUMMARY"]), event["DTSTART"].dt) for event in events]


@pytest.mark.parametrize("language", ["nl", "en"])
def test_mail_and_order_page_say_when_it_is_used_up_and_lead_to_the_same_products(
    language: str, own_app: Flask
) -> None:
    shopper, shared = Shopper(own_app, language), services_of(own_app)
    long = "Magnesium; met, tekens en é " * 5
    with Session(shared.databases.primary) as session:
        session.execute(update(Product).where(Product.slug == TABLETS).values(name_nl=long, name_en=long))
        session.commit()
    shopper.add(CITRATE, TABLETS)
    shopper.order(method="after_delivery")
    shopper.work()
    (purchase,) = purchases(own_app)
    (mail,) = mails(own_app, "confirmation")
    (file,) = (one for one in mail.iter_attachments() if one.get_content_type() == "text/calendar")
    sent = file.get_payload(decode=True)
    order = {"nl": "/nl/bestelling", "en": "/en/order"}[language] + f"/{order_token(shared, purchase.number)}"
    download = shopper.client.get(order + {"nl": "/voorraad.ics", "en": "/supply.ics"}[language])
    assert download.data == sent
    assert download.headers["Cache-Control"] == "no-store"
    assert all(len(line) <= 75 for line in download.data.split(b"\r\n"))
    first, second = days_in(download.data)
    assert long.strip() in second[0]
    line = purchase.lines[0]
    days = line.units_per_pack // line.units_per_day
    bought = purchase.placed_at.date()
    assert bought + timedelta(days=days - 1) <= first[1] <= bought + timedelta(days=days + 10)

    page = shopper.client.get(order)
    assert str(first[1].year) in main_text(page)
    (link,) = {one for one in html.fromstring(page.text).xpath("//main//a/@href") if AGAIN[language] in one}
    assert link in plain(mail)
    assert sorted(link.partition("?")[2].split("&")) == sorted(
        f"p={product_id(own_app, slug)}" for slug in (CITRATE, TABLETS)
    ), "ids alone"
    other = Shopper(own_app, language)
    ids = html.fromstring(other.client.get(link).text).xpath("//main//input[@name='add']/@value")
    basket = other.client.post({"nl": "/nl/winkelmand", "en": "/en/basket"}[language], data={"add": ids})
    assert basket.status_code == HTTPStatus.SEE_OTHER
    assert long.strip() in main_text(other.client.get(basket.location))


def test_what_cannot_be_ordered_again_is_named_and_the_rest_is_offered(own_app: Flask) -> None:
    shopper = Shopper(own_app)
    with Session(services_of(own_app).databases.primary) as session:
        session.execute(update(Product).where(Product.slug == TABLETS).values(sold_out=True))
        session.commit()
    ids = [product_id(own_app, slug) for slug in (CITRATE, TABLETS)]
    page = shopper.client.get(AGAIN["nl"], query_string={"p": [*ids, 999_999, "x", "0", str(ids[0])]})
    check_page(page, "nl")
    assert "Uitverkocht" in main_text(page)
    assert "1 product is niet meer in de winkel" in main_text(page)
    assert html.fromstring(page.text).xpath("//main//input[@name='add']/@value") == [str(ids[0])]
    for nothing in ("", "?p=", "?p=999999"):
        empty = shopper.client.get(AGAIN["nl"] + nothing)
        assert empty.status_code == HTTPStatus.OK
        assert not html.fromstring(empty.text).xpath("//main//form")
