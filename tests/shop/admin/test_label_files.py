"""Labels: orders to pack as files of label programs, and tracking codes taken back in, all of a file or none."""

import csv
import io

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from werkzeug.test import TestResponse

from shop.outbox.worker import do_due_jobs
from tests.shop.admin.orders import Clerk, again, do, ordered
from tests.shop.ordering.shopper import mails, main_text, plain
from tests.shop.web.test_page_contract import check_page


def upload(client: FlaskClient, program: str, *rows: str) -> TestResponse:
    page = client.get("/admin/orders/labels")
    (token,) = set(html.fromstring(page.text).xpath("//form[@method='post']//input[@name='csrf_token']/@value"))
    file = (io.BytesIO("\n".join(rows).encode()), "codes.csv")
    return client.post("/admin/orders/tracking", data={"csrf_token": token, "program": program, "file": file})


def test_orders_to_pack_are_a_file_without_mail_addresses_and_products(own_app: Flask, clerk: Clerk) -> None:
    made = ordered(own_app, name="Zoë")
    sent = ordered(own_app, email="b@voorbeeld.nl")
    packer = clerk("packer")
    do(packer, sent, "/ship", lot_1="L")
    for program, reference, house in (
        ("postnl", "Referentie", {"Huisnummer": "12", "Toevoeging": "bis"}),
        ("sendcloud", "Order reference", {"House number": "12 bis", "Country code": "NL"}),
    ):
        answer = packer.get(f"/admin/orders/labels.csv?for={program}")
        (row,) = csv.DictReader(io.StringIO(answer.text))
        assert row[reference] == made.number
        assert {name: row[name] for name in house} == house
        assert made.email not in answer.text
        assert made.lines[0].name not in answer.text
    assert packer.get("/admin/orders/labels.csv?for=dhl").status_code == 404
    assert "labels-postnl" in clerk("owner").get("/admin/people-log").text


def test_codes_of_a_file_reach_order_and_shopper_once(own_app: Flask, clerk: Clerk) -> None:
    first, second = ordered(own_app), ordered(own_app, email="b@voorbeeld.nl")
    packer = clerk("packer")
    for made in (first, second):
        do(packer, made, "/ship", lot_1="L")
    rows = ("Referentie;Barcode", f"{first.number};3SABCD1234567", f"{second.number};")
    assert "1 tracking code was added" in main_text(upload(packer, "postnl", *rows))
    assert "All codes of this file were known already" in main_text(upload(packer, "postnl", *rows))
    others = ("Order Number,Carrier,Tracking Number", f"{second.number.lower()},DHL,jvgl0612")
    assert "1 tracking code was added" in main_text(upload(packer, "sendcloud", *others))
    do_due_jobs(own_app)
    assert "PostNL 3SABCD1234567" in packer.get(f"/admin/orders/{first.number}").text
    texts = [plain(mail) for mail in mails(own_app, "tracking")]
    assert len(texts) == 2
    assert "DHL JVGL0612" in texts[1]


@pytest.mark.parametrize(
    ("program", "heading_and_row", "said"),
    [
        ("postnl", "Referentie;Barcode\n{};JVGL06123456", "is no code of PostNL"),
        ("postnl", "Referentie;Barcode;Vervoerder\n{};3SABCD1234567;DPD", "a parcel of DPD, not of PostNL"),
        ("sendcloud", "Referentie;Barcode\n{};JVGL06123456", "no file of Sendcloud"),
        ("postnl", "Wie;Wat\n{};3SABCD1234567", "No column has the order number"),
        ("postnl", "Referentie;Barcode\nM26-2222-222;3SABCD1234567", "there is no order"),
        ("postnl", "Referentie;Barcode\n{1};3SABCD1234567", "Note it as sent first"),
        ("postnl", "\n", "The file is empty"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_in_words_and_changes_nothing(
    program: str, heading_and_row: str, said: str, own_app: Flask, clerk: Clerk
) -> None:
    made, unsent = ordered(own_app), ordered(own_app, email="b@voorbeeld.nl")
    packer = clerk("packer")
    do(packer, made, "/ship", lot_1="L")
    heading, row = heading_and_row.split("\n")
    good = f"{made.number};3SGOOD1234567;PostNL" if "{1}" in row or "2222" in row else ""
    wrong = row.replace("{1}", unsent.number).replace("{}", made.number)
    answer = upload(packer, program, *filter(None, (heading, good, wrong)))
    assert (answer.status_code, said in main_text(answer)) == (422, True), main_text(answer)
    assert "3SGOOD" not in packer.get(f"/admin/orders/{made.number}").text
    assert again(own_app, made)
    assert not mails(own_app, "tracking")


def test_a_code_belongs_to_one_order_in_a_file_and_in_the_shop(own_app: Flask, clerk: Clerk) -> None:
    first, second = ordered(own_app), ordered(own_app, email="b@voorbeeld.nl")
    packer = clerk("packer")
    for made in (first, second):
        do(packer, made, "/ship", lot_1="L")
    own, other = f"{first.number};3SABCD1234567", f"{second.number};3sabcd1234567"
    twice = upload(packer, "postnl", "Referentie;Barcode", own, other)
    assert twice.status_code == 422
    assert "Row 3: 3SABCD1234567 is in the file twice" in main_text(twice)
    assert "3SABCD1234567" not in packer.get(f"/admin/orders/{first.number}").text
    upload(packer, "postnl", "Referentie;Barcode", own)
    later = upload(packer, "postnl", "Referentie;Barcode", other)
    assert later.status_code == 422
    assert f"Row 2: 3SABCD1234567 belongs to order {first.number} already" in main_text(later)
    assert "3SABCD1234567" not in packer.get(f"/admin/orders/{second.number}").text


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_page_of_labels_keeps_the_contract_and_its_roles(language: str, own_app: Flask, clerk: Clerk) -> None:
    ordered(own_app)
    packer = clerk("packer")
    packer.get(f"/admin/?lang={language}")
    check_page(packer.get("/admin/orders/labels"), language)
    check_page(upload(packer, "postnl", "x"), language)
    assert clerk("bookkeeper").get("/admin/orders/labels").status_code == 403
