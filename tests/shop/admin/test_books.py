"""The books in the admin: bank transfers, VAT, the journal, and a provider's report, agreeing to the cent."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import inspect, select, text, update
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from catalog.edits.settings import save_settings
from catalog.orders.checks import book_faults
from catalog.orders.models import (
    DocumentVat,
    Job,
    MoneyMove,
    OrdersBase,
    Purchase,
    PurchaseState,
    Refund,
    RefundStatus,
)
from catalog.queries.settings import OwnerSettings
from shop.outbox.worker import do_due_jobs, sweep
from shop.web.services import services_of
from tests.factories import AuthorFactory
from tests.shop.admin.orders import Clerk, again, assert_books_agree, do, ordered, press
from tests.shop.ordering.shopper import TABLETS, mails, main_text
from tests.shop.web.test_page_contract import check_page


def transferred(client: FlaskClient, app: Flask, purchase: Purchase, cents: int, **more: str) -> TestResponse:
    """The answer to a recorded transfer, the question whether one is sure answered."""
    day = services_of(app).clock().date().isoformat()
    typed = {"amount": f"{cents / 100:.2f}", "booked_on": day, "reference": "afschrift 12"} | more
    return do(client, purchase, "/transfer", **{f"transfer-{name}": value for name, value in typed.items()})


def arrived(app: Flask, clerk: Clerk, **values: str) -> Purchase:
    """An order that is paid after delivery, sent and arrived."""
    made = ordered(app, play=None, method="after_delivery", **values)
    packer = clerk("packer")
    do(packer, made, "/ship", lot_1="L")
    do(packer, made, "/delivered")
    return made


def refunds(app: Flask) -> list[tuple[int, RefundStatus]]:
    with services_of(app).orders.reading() as session:
        return [(refund.cents, refund.status) for refund in session.scalars(select(Refund))]


def rows_of(answer: TestResponse) -> list[dict[str, str]]:
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.text)))


def test_a_transfer_in_two_parts_and_too_much_closes_the_order(own_app: Flask, clerk: Clerk) -> None:
    made = arrived(own_app, clerk)
    reader = clerk("bookkeeper")
    address = f"/admin/orders/{made.number}"
    assert made.number in reader.get("/admin/orders?show=unpaid").text
    day = services_of(own_app).clock().date().isoformat()
    typed = {"transfer-amount": "5", "transfer-booked_on": day, "transfer-reference": "a"}
    asked = press(reader, reader.get(address), "/transfer", **typed)
    assert "stays to be paid" in asked.text
    for _twice in range(2):
        press(reader, asked, "/transfer")
    assert again(own_app, made).payments[0].paid_cents == 500
    assert len(again(own_app, made).payments) == 1
    assert made.number in reader.get("/admin/orders?show=unpaid").text
    assert "is recorded already" in press(reader, reader.get(address), "/transfer", **typed).text
    asked = press(reader, reader.get(address), "/transfer", **typed | {"transfer-amount": "30"})
    assert "is to be sent back" in asked.text
    press(reader, asked, "/transfer")
    surplus = 3500 - made.total_cents
    assert sum(cents for cents, _status in refunds(own_app)) == surplus, "from both transfers"
    assert made.number in reader.get("/admin/orders?show=attention").text
    do_due_jobs(own_app)
    assert not mails(own_app, "refund")
    for _twice in range(2):
        page = reader.get(address)
        if "It is transferred back" in page.text:
            press(reader, page, "/transferred")
    do_due_jobs(own_app)
    assert ({status for _cents, status in refunds(own_app)}, len(mails(own_app, "refund"))) == (
        {RefundStatus.REFUNDED},
        2,
    )
    assert made.number not in reader.get("/admin/orders?show=unpaid").text
    assert made.number not in reader.get("/admin/orders?show=attention").text
    shared = services_of(own_app)
    later = shared.clock() + timedelta(days=15)
    shared.clock = lambda: later
    sweep(own_app)
    assert again(own_app, made).state is PurchaseState.CLOSED
    assert_books_agree(own_app)


@pytest.mark.parametrize(
    "wrong", [{"amount": "0"}, {"amount": "-5"}, {"booked_on": "2099-01-01"}, {"booked_on": "x"}, {"reference": ""}]
)
def test_a_transfer_that_cannot_be_is_said_at_its_field(wrong: dict[str, str], own_app: Flask, clerk: Clerk) -> None:
    made = arrived(own_app, clerk)
    answer = transferred(clerk("bookkeeper"), own_app, made, 500, **wrong)
    assert (answer.status_code, 'aria-invalid="true"' in answer.text) == (422, True)
    assert not again(own_app, made).payments


def test_vat_journal_and_report_agree_with_sums_kept_by_hand(own_app: Flask, clerk: Clerk) -> None:
    home = ordered(own_app)
    abroad = ordered(own_app, TABLETS, email="b@voorbeeld.be", country="BE", postcode="1000", house_number="5")
    later = arrived(own_app, clerk, email="c@voorbeeld.nl")
    owner, reader = clerk("owner"), clerk("bookkeeper")
    do(owner, home, "/refund", amount="1.09", reason="dented")
    do(owner, abroad, "/cancel")
    assert transferred(reader, own_app, later, later.total_cents).status_code == 303
    do_due_jobs(own_app)
    day = services_of(own_app).clock().date()
    quarter, month = f"{day.year}-Q{(day.month + 2) // 3}", f"{day:%Y-%m}"
    vat = {row["country"]: row for row in rows_of(reader.get(f"/admin/books/vat.csv?period={quarter}"))}
    gross = home.total_cents + later.total_cents
    taxes = sum(one.vat_cents for order in (home, later) for one in order.vat)
    assert vat["NL"]["invoiced_vat_eur"] == f"{taxes / 100:.2f}"
    assert vat["NL"]["invoiced_net_eur"] == f"{(gross - taxes) / 100:.2f}"
    assert (vat["NL"]["credited_net_eur"], vat["NL"]["credited_vat_eur"]) == ("-1.00", "-0.09")
    assert (vat["BE"]["net_eur"], vat["BE"]["vat_eur"]) == ("0.00", "0.00")
    assert {row["trial"] for row in vat.values()} == {"yes"}
    booked = rows_of(reader.get(f"/admin/books/journal.csv?period={month}"))
    sums: dict[tuple[str, str], str] = {(row["kind"], row["provider"]): row["gross_eur"] for row in booked}
    assert sums["paid", "transfer"] == f"{later.total_cents / 100:.2f}"
    assert sums["paid", "trial"] == f"{(home.total_cents + abroad.total_cents) / 100:.2f}"
    assert sums["refunded", "trial"] == f"-{(abroad.total_cents + 109) / 100:.2f}"
    whole = sum(float(row["gross_eur"]) for row in booked if row["kind"] in ("invoice", "credit"))
    money = sum(float(row["gross_eur"]) for row in booked if row["kind"] in ("paid", "refunded"))
    assert round(whole - money, 2) == 0, "nothing is still to be paid"
    assert not any(order.name in str(booked) for order in (home, abroad, later))
    for address in ("vat.csv?period=x", "journal.csv?period=2026-13", "vat.csv"):
        assert reader.get(f"/admin/books/{address}").status_code == 404
    assert_books_agree(own_app)


def test_belgian_consumers_pay_the_belgian_rate_and_businesses_the_dutch_one(own_app: Flask, clerk: Clerk) -> None:
    with Session(services_of(own_app).databases.primary) as session:
        save_settings(session, OwnerSettings(vat_percent_be=6), 0, AuthorFactory.build())
        session.commit()
    belgian = {"country": "BE", "postcode": "1000", "house_number": "5"}
    consumer = ordered(own_app, email="a@voorbeeld.be", **belgian)
    business = {"company": "Brug NV", "vat_number": "BE0428759497"}
    firm = ordered(own_app, email="b@voorbeeld.be", **belgian, **business)
    assert [line.percent for line in consumer.vat] == [6]
    assert [line.percent for line in firm.vat] == [9], "OSS is for sales to consumers"
    day = services_of(own_app).clock().date()
    reader = clerk("bookkeeper")
    rows = rows_of(reader.get(f"/admin/books/vat.csv?period={day.year}-Q{(day.month + 2) // 3}"))
    assert [(row["country"], row["vat_percent"]) for row in rows] == [("BE", "6"), ("BE", "9")]
    assert "those with the Dutch rate to the Dutch return" in main_text(reader.get("/admin/books"))


def upload(client: FlaskClient, text: str) -> TestResponse:
    page = client.get("/admin/books")
    (token,) = set(html.fromstring(page.text).xpath("//form[@method='post']//input[@name='csrf_token']/@value"))
    file = FileStorage(io.BytesIO(text.encode()), "report.csv")
    boundary, body = encode_multipart({"csrf_token": token, "file": file})  # the client would leave a large file open
    content_type = f"multipart/form-data; boundary={boundary}"
    return client.post("/admin/books/settlement", data=body, content_type=content_type)


def test_a_provider_s_report_is_matched_and_what_differs_is_named(own_app: Flask, clerk: Clerk) -> None:
    first, second = ordered(own_app), ordered(own_app, email="b@voorbeeld.nl")
    do(clerk("owner"), first, "/refund", amount="1.00", reason="x")
    do_due_jobs(own_app)
    with services_of(own_app).orders.reading() as session:
        refund = session.scalars(select(Refund.provider_id)).one()
    own, other = (again(own_app, one).payments[0].provider_id for one in (first, second))
    reader = clerk("bookkeeper")
    cents = f"{first.total_cents // 100},{first.total_cents % 100:02}"
    page = upload(
        reader, f"Datum;Id;Bedrag\n1;{own};€ {cents}\n1;{refund};-1,00\n2;{other};1\n3;tr_nobody;5,00\n4;;-0,25\n"
    )
    shown = main_text(page)
    assert "2 amounts agree" in shown
    assert "1 differs" in shown
    assert "1 is unknown here" in shown
    assert second.number in shown
    assert "tr_nobody" in shown
    cut = f"id,amount\n{own},{cents.replace(',', '.')}\n" + "," * (4 * 1024 * 1024) + "\ntr_unseen,5.00\n"
    assert "tr_unseen" in main_text(upload(reader, cut))
    for wrong, said in (
        ("", "empty"),
        ("a,b\ntr_1,2\n", "No column is named"),
        ("id,amount\ntr_1,x\n", "Row 2"),
        ("id,amount\nx,1\n", "No row has the id"),
    ):
        answer = upload(reader, wrong)
        assert (answer.status_code, said in answer.text) == (422, True), wrong


@pytest.mark.parametrize("language", ["nl", "en"])
def test_pages_of_the_books_keep_the_contract_and_their_roles(language: str, own_app: Flask, clerk: Clerk) -> None:
    made = arrived(own_app, clerk)
    reader = clerk("bookkeeper")
    reader.get(f"/admin/?lang={language}")
    check_page(reader.get("/admin/books"), language)
    check_page(upload(reader, "id,amount\ntr_1,2\n"), language)
    check_page(reader.get(f"/admin/orders/{made.number}"), language)
    check_page(transferred(reader, own_app, made, 100, reference=""), language)
    assert clerk("packer").get("/admin/books").status_code == 403
    assert "Record a bank" not in clerk("packer").get(f"/admin/orders/{made.number}").text


@pytest.mark.parametrize(
    ("model", "change"),
    [
        (DocumentVat, {"vat_cents": DocumentVat.vat_cents + 1, "net_cents": DocumentVat.net_cents - 1}),
        (MoneyMove, {"cents": MoneyMove.cents + 1}),
        (Refund, {"status": RefundStatus.FAILED}),
        (Job, {"row_id": 0}),
    ],
)
def test_the_check_names_the_order_whose_books_were_corrupted(
    model: type[OrdersBase], change: dict[str, Any], own_app: Flask, clerk: Clerk
) -> None:
    made = ordered(own_app)
    do(clerk("owner"), made, "/refund", amount="1.00", reason="x")
    store = services_of(own_app).orders
    with store.writing() as session:
        waiting = select(Job.id).where(Job.kind == "issue_credit")
        if model is Job:
            session.execute(update(Job).where(Job.id.in_(waiting)).values(**change))
    if model is not Job:
        do_due_jobs(own_app)
        with store.writing() as session:
            (last,) = session.scalars(select(inspect(model).primary_key[0]).order_by(text("1 DESC")).limit(1))
            session.execute(update(model).where(inspect(model).primary_key[0] == last).values(**change))
    with store.reading() as session:
        assert made.number in {fault.where for fault in book_faults(session)}
