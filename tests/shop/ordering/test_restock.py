"""Mails about stock: one to a shopper who asked and confirmed, at most one a day to owners, none to anybody else."""

from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from catalog.models import Product, Role
from catalog.orders.models import RestockWish
from catalog.orders.stock import Count, StockChange, count_packs
from shop.ordering.availability import marks_of, products_back
from shop.outbox.worker import sweep
from shop.web.services import services_of
from tests.factories import AccountFactory
from tests.shop.ordering.shopper import CITRATE, TABLETS, Shopper, mails, main_text, plain, product_id
from tests.shop.web.test_page_contract import check_page

ASK = {"nl": "/nl/weer-op-voorraad", "en": "/en/back-in-stock"}
PRODUCT = {"nl": "/nl/product", "en": "/en/product"}


def count(app: Flask, packs: int, slug: str = CITRATE) -> None:
    """Let staff count so many packs of a product, and mark it as the worker does."""
    from catalog.edits.availability import set_sold_out

    shared = services_of(app)
    with Session(shared.databases.writing) as session:
        product = session.get_one(Product, product_id(app, slug))
        with shared.orders.writing() as orders:
            change = StockChange(f"{slug} {packs} {shared.clock()}", "packer")
            count_packs(orders, Count.of(product), packs, change, shared.clock())
        set_sold_out(session, marks_of(shared, [product.id]))
        session.commit()


def later(app: Flask, **delay: float) -> None:
    shared = services_of(app)
    moment = shared.clock() + timedelta(**delay)
    shared.clock = lambda: moment


def ask(shopper: Shopper, slug: str = CITRATE, email: str = "Wacht@Voorbeeld.nl", **more: Any) -> TestResponse:
    data = {"product": product_id(shopper.app, slug), "email": email}
    return shopper.client.post(ASK[shopper.language], data=data, **more)


def link_in(app: Flask, key: str) -> str:
    text = plain(mails(app, key)[-1])
    return next(word for word in text.split() if "/weer-op-voorraad/" in word or "/back-in-stock/" in word)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_who_asks_and_confirms_is_mailed_once_when_the_product_is_back_and_then_erased(
    language: str, own_app: Flask
) -> None:
    shopper = Shopper(own_app, language)
    count(own_app, 0)
    page = f"{PRODUCT[language]}/{CITRATE}"
    shown = shopper.client.get(page)
    assert 'action="' + ASK[language] in shown.text
    assert "Set-Cookie" not in shown.headers, "a cookie would take the page from the cache"
    check_page(shown, language)
    check_page(ask(shopper, email="no address"), language)
    asked = ask(shopper)
    assert asked.status_code == HTTPStatus.OK
    check_page(asked, language)
    shopper.work()
    (question,) = mails(own_app, "restock-question")
    assert question["To"] == "wacht@voorbeeld.nl"
    link = link_in(own_app, "restock-question")
    count(own_app, 4)
    sweep(own_app)
    check_page(shopper.client.get(link), language)  # or a mail program that opens links by itself
    shopper.work()
    assert not mails(own_app, "restocked"), "nobody confirmed"
    count(own_app, 0)
    assert shopper.client.post(link, data={"answer": "yes"}, follow_redirects=True).status_code == HTTPStatus.OK
    sweep(own_app)
    assert shopper.work() == 0, "it is still sold out"
    count(own_app, 4)
    for _sweep in range(2):
        sweep(own_app)
        shopper.work()
    (mail,) = mails(own_app, "restocked")
    assert page in plain(mail)
    assert link in plain(mail)
    with services_of(own_app).orders.reading() as session:
        assert not session.scalars(select(RestockWish)).all(), "its address is erased"
    gone = shopper.client.get(link)
    assert gone.status_code == HTTPStatus.GONE
    check_page(gone, language)
    assert 'action="' + ASK[language] not in shopper.client.get(page).text


def test_a_stranger_cannot_fill_a_mailbox_and_unconfirmed_addresses_are_erased(own_app: Flask) -> None:
    shopper, shared = Shopper(own_app), services_of(own_app)
    with Session(shared.databases.primary) as session:
        slugs = list(session.scalars(select(Product.slug).where(Product.status == "published").limit(5)))
        session.execute(update(Product).where(Product.slug.in_(slugs)).values(sold_out=True))
        session.commit()
    for number, slug in enumerate([slugs[0], *slugs]):
        shopper.client.environ_base["REMOTE_ADDR"] = f"10.0.0.{number}"
        answer = ask(shopper, slug)
        assert (answer.status_code, "bevestigen" in main_text(answer)) == (HTTPStatus.OK, True), "alike for all"
    shopper.work()
    assert len(mails(own_app, "restock-question")) == 3
    link = link_in(own_app, "restock-question")
    shopper.client.post(link, data={"answer": "no"})
    assert shopper.client.get(link).status_code == HTTPStatus.GONE
    ask(shopper, slugs[2])
    shopper.work()
    assert len(mails(own_app, "restock-question")) == 3, "who declined is not asked again"
    for bad in ("", "geen adres", "a@b.nl, c@d.nl"):
        assert ask(shopper, slugs[0], bad).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    foreign = {"Sec-Fetch-Site": "cross-site"}
    assert ask(shopper, slugs[0], headers=foreign).status_code == HTTPStatus.FORBIDDEN
    for unknown in ("0", "x", str(10**12), ""):
        asked = shopper.client.post(ASK["nl"], data={"product": unknown, "email": "wacht@voorbeeld.nl"})
        assert asked.status_code == HTTPStatus.NOT_FOUND
    answers = [ask(shopper, slugs[0], f"{number}@voorbeeld.nl").status_code for number in range(6)]
    assert answers[-1] == HTTPStatus.TOO_MANY_REQUESTS
    later(own_app, days=3, seconds=1)
    sweep(own_app)
    with shared.orders.reading() as session:
        assert not session.scalars(select(RestockWish)).all()


def test_what_is_sold_out_again_before_the_mail_leaves_is_waited_for(own_app: Flask) -> None:
    shopper = Shopper(own_app)
    count(own_app, 0)
    ask(shopper)
    shopper.work()
    shopper.client.post(link_in(own_app, "restock-question"), data={"answer": "yes"})
    count(own_app, 1)
    sweep(own_app)
    count(own_app, 0)
    shopper.work()
    assert not mails(own_app, "restocked")
    later(own_app, minutes=1)
    count(own_app, 1)
    assert products_back(services_of(own_app), [product_id(own_app)])
    sweep(own_app)
    shopper.work()
    assert len(mails(own_app, "restocked")) == 1


def test_owners_hear_of_low_stock_once_a_day_and_once_for_each_time(own_app: Flask) -> None:
    shopper, shared = Shopper(own_app), services_of(own_app)
    with Session(shared.databases.primary) as session:
        session.add_all(
            AccountFactory.build(role=role, email=f"{role.value}@voorbeeld.nl") for role in (Role.OWNER, Role.PACKER)
        )
        session.commit()
    noon = shared.clock().replace(hour=11, minute=0)
    shared.clock = lambda: noon
    count(own_app, 5)
    count(own_app, 6, TABLETS)
    for _sweep in range(2):
        sweep(own_app)
        shopper.work()
    (mail,) = mails(own_app, "low-stock")
    assert mail["To"] == "owner@voorbeeld.nl"
    assert "5 " in plain(mail)
    count(own_app, 2, TABLETS)
    sweep(own_app)
    shopper.work()
    assert len(mails(own_app, "low-stock")) == 1, "tomorrow"
    later(own_app, days=1)
    sweep(own_app)
    shopper.work()
    first, second = mails(own_app, "low-stock")
    assert len(plain(second).splitlines()) == len(plain(first).splitlines()), "the one that is new alone"
