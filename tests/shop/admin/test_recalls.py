"""Recalls: one lot, its orders counted, a mail to each of them once, and letters for those that no mail reaches."""

import csv
import io

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import func, select, text, update
from werkzeug.test import TestResponse

from catalog.models import table_of
from catalog.orders.erasure import erase
from catalog.orders.models import Job, Purchase, PurchaseLine, RecallNotice, Shipment, ShipmentLine
from catalog.orders.recall import RecallText, begin_recall, products_of_lot
from shop.outbox.worker import do_due_jobs
from shop.web.services import services_of
from tests.shop.admin.orders import Clerk, do, ordered, press
from tests.shop.ordering.shopper import TABLETS, mails, main_text, plain
from tests.shop.web.test_page_contract import check_page

TEXTS = {"text_nl": "Er kan plastic in zitten. Stuur het gratis terug.", "text_en": "It may have plastic in it."}


def start(client: FlaskClient, lot: str, **texts: str) -> TestResponse:
    """The answer to the form of the first product of a lot, before it is asked whether one is sure."""
    page = client.get("/admin/recalls", query_string={"lot": lot})
    form = html.fromstring(page.text).xpath("//main//form[@method='post']")[0]
    sent = dict(form.form_values())
    prefix = next(name for name in sent if name.endswith("-key")).removesuffix("key")
    return client.post(form.get("action"), data=sent | {prefix + name: text for name, text in (TEXTS | texts).items()})


def press_last(client: FlaskClient, page: TestResponse) -> TestResponse:
    form = html.fromstring(page.text).xpath("//form[.//input[@name='sure']]")[0]
    return client.post(form.get("action"), data=dict(form.form_values()))


def sent(app: Flask, clerk: Clerk, lot: str, *slugs: str, **values: str) -> Purchase:
    made = ordered(app, *slugs, **values)
    do(clerk("packer"), made, "/ship", lot_1=lot)
    do_due_jobs(app)
    return made


def test_a_lot_reaches_exactly_its_orders_once_in_their_language(own_app: Flask, clerk: Clerk) -> None:
    dutch, other = sent(own_app, clerk, "Lt-7"), sent(own_app, clerk, "L8", email="b@voorbeeld.nl")
    erased = sent(own_app, clerk, "lT-7", email="c@voorbeeld.nl")
    english = sent(own_app, clerk, "LT-7", email="d@voorbeeld.nl")
    with services_of(own_app).orders.writing() as session:
        session.get_one(Purchase, english.id).language = "en"
        row = session.get_one(Purchase, erased.id)
        erase(session, row, row.placed_at)
    owner = clerk("owner")
    stock = owner.get(f"/admin/stock/{dutch.lines[0].product_id}")
    press(owner, stock, "/receive", **{"receive-packs": "5", "receive-lot": "lt-7"})
    shown = main_text(owner.get("/admin/recalls?lot=lT-7"))
    assert "By the ledger 2 packs of this lot are still on the shelf" in shown
    assert all(
        words in shown for words in ("3 orders, 3 packs", "2 mails would be sent", "data of 1 order were erased")
    )
    assert "Nobody who can be reached" in owner.get("/admin/recalls?lot=L99").text
    asked = start(owner, "lt-7")
    assert "Send 2 mails" in asked.text
    assert not mails(own_app, "recall")
    begun = [press_last(owner, asked) for _twice in range(2)]
    assert {answer.location for answer in begun} == {"/admin/recalls/1"}
    do_due_jobs(own_app)
    posted = {mail["To"]: plain(mail) for mail in mails(own_app, "recall")}
    assert posted.keys() == {dutch.email, "d@voorbeeld.nl"}
    assert TEXTS["text_nl"] in posted[dutch.email]
    assert TEXTS["text_en"] in posted["d@voorbeeld.nl"]
    assert "LT-7" in posted[dutch.email], "as it is on the pack"
    shown = main_text(owner.get("/admin/recalls/1"))
    assert "2 orders, 2 mailed, 0 mails given up" in shown
    assert (other.number in shown, dutch.number in shown) == (False, True)
    assert "Recall: notice" in owner.get(f"/admin/orders/{dutch.number}").text


def test_a_mail_that_was_given_up_becomes_a_letter(own_app: Flask, clerk: Clerk) -> None:
    made = sent(own_app, clerk, "L7")
    owner = clerk("owner")
    press_last(owner, start(owner, "L7"))
    with services_of(own_app).orders.writing() as session:
        session.execute(update(Job).where(Job.kind == "mail_recall").values(failed_at=made.placed_at))
    rows = list(csv.DictReader(io.StringIO(owner.get("/admin/recalls/1/letters.csv").text)))
    assert [(row["number"], row["name"], row["town"]) for row in rows] == [(made.number, made.name, made.town)]
    assert "1 mail given up" in main_text(owner.get("/admin/recalls/1"))
    assert "recall-1" in owner.get("/admin/people-log").text


@pytest.mark.parametrize("language", ["nl", "en"])
def test_pages_of_a_recall_keep_the_contract_and_are_the_owner_s(language: str, own_app: Flask, clerk: Clerk) -> None:
    sent(own_app, clerk, "L7", TABLETS)
    owner = clerk("owner")
    owner.get(f"/admin/?lang={language}")
    for address in ("", "?lot=L7", "?lot=L8"):
        check_page(owner.get(f"/admin/recalls{address}"), language)
    wrong = start(owner, "L7", text_en="")
    assert (wrong.status_code, 'aria-invalid="true"' in wrong.text) == (422, True)
    check_page(wrong, language)
    asked = start(owner, "L7")
    check_page(asked, language)
    press_last(owner, asked)
    check_page(owner.get("/admin/recalls/1"), language)
    for address in ("", "/1", "/1/letters.csv"):
        assert clerk("packer").get(f"/admin/recalls{address}").status_code == 403
    assert owner.get("/admin/recalls/2").status_code == 404


def test_ten_thousand_orders_of_a_lot_get_one_notice_and_one_mail_each(own_app: Flask, clerk: Clerk) -> None:
    made, shared, many = sent(own_app, clerk, "L7"), services_of(own_app), 10_000
    with shared.orders.writing() as session:
        for model in (Purchase, PurchaseLine, Shipment, ShipmentLine):
            table = table_of(model)
            row = session.execute(select(table)).mappings().first()
            assert row is not None
            rows = [
                dict(row)
                | {name: number for name in ("id", "purchase_id", "shipment_id") if name in row}
                | {
                    name: f"{name} {number}"
                    for name in ("number", "token_sha256", "checkout_key", "key")
                    if name in row
                }
                for number in range(made.id + 1, made.id + many)
            ]
            session.execute(table.insert(), rows)
        session.execute(text("ANALYZE"))  # as PostgreSQL does by itself after a while
    with shared.orders.reading() as session:
        (found,) = products_of_lot(session, "L7")
    assert (found.orders, found.packs, found.reachable) == (many, many, many)
    with shared.orders.writing() as session:
        begin_recall(session, "L7", found, RecallText("nl", "en"), shared.clock(), key="k", who="owner")
    with shared.orders.reading() as session:
        assert session.scalar(select(func.count(func.distinct(RecallNotice.purchase_id)))) == many
        assert session.scalar(select(func.count()).where(Job.kind == "mail_recall")) == many
