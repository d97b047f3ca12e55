"""Parcel points: the owner's file of them, a shopper's choice, and all that then says where the parcel goes."""

import io

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from werkzeug.test import TestResponse

from catalog.orders.erasure import erase
from catalog.orders.models import DeliveryKind, ParcelPoint, Purchase
from shop.web.services import services_of
from tests.shop.admin.orders import Clerk, ordered
from tests.shop.ordering.shopper import CHECKOUT, Shopper, mails, main_text, plain, purchases
from tests.shop.web.test_page_contract import check_page

HEADING = "id;vervoerder;naam;straat;huisnummer;postcode;plaats;land;openingstijden"
ROWS = [
    f"P{number};PostNL;Winkel {number};Dorpsstraat;{number};{1000 + 100 * number} AB;Dorp {number};NL;ma-za 9-18"
    for number in range(1, 31)
]
NEAR = [
    "P26;PostNL;Primera Oudegracht;Oudegracht;200;3511AD;Utrecht;nl;",
    "P27;DHL;Bruna;Vredenburg;1;3511 ZZ;Utrecht;NL;",
]
BELGIAN = "B1;bpost;Dagbladhandel;Markt;3;9000;Gent;BE;"


def put_on_file(owner: FlaskClient, *rows: str) -> TestResponse:
    page = owner.get("/admin/delivery-rates")
    (form,) = html.fromstring(page.text).xpath("//form[contains(@action, '/points') and @enctype]")
    file = (io.BytesIO("\n".join(rows).encode()), "points.csv")
    return owner.post(form.get("action"), data=dict(form.form_values()) | {"file": file})


def shown_points(page: TestResponse) -> list[str]:
    return [str(value) for value in html.fromstring(page.text).xpath("//input[@name='point' and @type='radio']/@value")]


@pytest.fixture
def files(own_app: Flask, clerk: Clerk) -> FlaskClient:
    """An owner who put points on file."""
    owner = clerk("owner")
    assert put_on_file(owner, HEADING, *ROWS[:25], *NEAR, BELGIAN).status_code == 303
    return owner


def test_a_file_replaces_all_points_or_says_which_row_is_wrong(
    own_app: Flask, files: FlaskClient, clerk: Clerk
) -> None:
    shown = files.get("/admin/delivery-rates")
    check_page(shown, "en")
    rows = html.fromstring(shown.text).xpath("//section[@aria-labelledby='points-heading']//tbody/tr")
    counted = [tuple(row.xpath("./*/text()")) for row in rows]
    assert sorted(counted) == [("Belgium", "bpost", "1"), ("Netherlands", "DHL", "1"), ("Netherlands", "PostNL", "26")]
    for wrong, said in (
        (NEAR[0].replace("3511AD", "0511AD"), "Row 3: 0511AD is no postcode of that country"),
        (NEAR[0].replace("nl;", "DE;"), "Row 3: the country is NL or BE"),
        (NEAR[0].replace("Oudegracht;", ";"), "Row 3: “street” is empty"),
        (ROWS[0], "Row 3: point P1 is in the file twice"),
    ):
        refused = put_on_file(files, HEADING, ROWS[0], wrong)
        assert (refused.status_code, said in main_text(refused)) == (422, True), said
    assert "No column is named: postcode" in main_text(put_on_file(files, HEADING.replace("postcode", "x"), ROWS[0]))
    with services_of(own_app).orders.reading() as session:
        assert session.query(ParcelPoint).count() == 28, "nothing half done"
    assert "enctype" not in clerk("packer").get("/admin/delivery-rates").text, "the owner's own"


def test_a_shopper_chooses_the_point_and_everything_says_so(own_app: Flask, files: FlaskClient) -> None:
    shopper = Shopper(own_app, "en")
    shopper.add()
    point = shopper.details(delivery="pickup")
    check_page(point, "en")
    assert shown_points(point)[:2] == ["P26", "P27"], "nearest first, by number and then letters"
    assert "P25" in shown_points(point)
    assert not html.fromstring(point.text).xpath("//main//input[@checked]"), "nothing is ticked beforehand"
    missing = shopper.submit(point, "summary")
    assert (missing.status_code, "Choose a parcel point that" in main_text(missing)) == (422, True)
    elsewhere = shopper.submit(point, "point", near="1200")
    assert shown_points(elsewhere)[0] == "P2"
    assert "This is no postcode" in main_text(shopper.submit(point, "point", near="x"))
    summary = shopper.submit(elsewhere, "summary", point="P2")
    words = "PostNL P2: Winkel 2, Dorpsstraat 2, 1200 AB Dorp 2"
    assert words in main_text(summary)
    again = shopper.submit(summary, "point")
    assert html.fromstring(again.text).xpath("//input[@checked]/@value") == ["P2"]
    placed = shopper.submit(summary, "order")
    shopper.pay(placed)
    shopper.work()
    (made,) = purchases(own_app)
    assert (made.delivery, made.point_code, made.point) == (DeliveryKind.PICKUP, "P2", words)
    page = files.get(f"/admin/orders/{made.number}")
    assert words in main_text(page)
    assert words in plain(mails(own_app, "confirmation")[0])
    assert words in files.get("/admin/orders/labels.csv?for=sendcloud").text
    assert words in files.get("/admin/orders/labels.csv?for=postnl").text
    assert files.get(f"/admin/orders/{made.number}/packing-slip.pdf").status_code == 200
    with services_of(own_app).orders.writing() as session:
        erase(session, session.get_one(Purchase, made.id), services_of(own_app).clock())
    assert (purchases(own_app)[0].point, purchases(own_app)[0].point_code) == ("", "")


def test_a_point_that_is_gone_is_asked_for_again_and_without_points_nothing_is_shown(
    own_app: Flask, files: FlaskClient
) -> None:
    shopper = Shopper(own_app)
    shopper.add()
    summary = shopper.submit(shopper.details(delivery="pickup"), "summary", point="P26")
    assert put_on_file(files, HEADING, NEAR[1]).status_code == 303
    asked = shopper.submit(summary, "order")
    assert (asked.status_code, shown_points(asked), purchases(own_app)) == (200, ["P27"], [])
    assert shopper.submit(shopper.submit(asked, "summary", point="P27"), "order").status_code == 303
    page = files.get("/admin/delivery-rates")
    (form,) = html.fromstring(page.text).xpath("//form[contains(@action, '/removed')]")
    files.post(form.get("action"), data=dict(form.form_values()))
    other = ordered(own_app, email="b@voorbeeld.nl", delivery="pickup")
    assert (other.delivery, other.point) == (DeliveryKind.PICKUP, "")
    home = Shopper(own_app)
    home.add()
    assert "Kies een pakketpunt" not in home.client.get(CHECKOUT["nl"]).text
