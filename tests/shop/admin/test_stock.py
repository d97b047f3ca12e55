"""Stock in the admin: counted, received with a lot, written off, and the ledger that says so."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from catalog.models import Product
from catalog.orders.models import StockLevel, StockMove
from shop.web.services import services_of
from tests.shop.admin.orders import Clerk, assert_books_agree, do, ordered, press
from tests.shop.admin.test_recalls import press_last, start
from tests.shop.ordering.shopper import CITRATE, Shopper, main_text, product_id
from tests.shop.web.test_page_contract import check_page


def change(client: FlaskClient, product: int, act: str, *, times: int = 1, **typed: str) -> TestResponse:
    """The answer to one of the forms on a product's page, sent so many times."""
    page = client.get(f"/admin/stock/{product}")
    answers = [
        press(client, page, f"/{act}", **{f"{act}-{name}": value for name, value in typed.items()})
        for _ in range(times)
    ]
    return answers[-1]


def level_of(app: Flask, product: int) -> StockLevel:
    with services_of(app).orders.reading() as session:
        level = session.get_one(StockLevel, product)
        session.expunge_all()
    return level


def is_offered(app: Flask, product: int) -> bool:
    with Session(services_of(app).databases.primary) as session:
        return session.get_one(Product, product).in_stock


def test_packs_are_counted_received_and_written_off_once_each(own_app: Flask, clerk: Clerk) -> None:
    ordered(own_app)
    packer, product = clerk("packer"), product_id(own_app)
    assert change(packer, product, "count", packs="7", times=2).status_code == 303
    assert change(packer, product, "receive", packs="5", lot="L9", reason="bon 3", times=2).status_code == 303
    assert change(packer, product, "write-off", packs="2", lot="L9", reason="dented", times=2).status_code == 303
    level = level_of(own_app, product)
    assert (level.on_hand, level.reserved, level.available) == (10, 1, 9)
    shown = main_text(packer.get(f"/admin/stock/{product}"))
    assert all(words in shown for words in ("9 packs to order", "Received", "+5", "L9", "Written off", "-2", "dented"))
    assert "packer@winkel.test" in shown
    assert_books_agree(own_app)


def test_the_last_packs_written_off_are_sold_out_and_new_ones_are_offered_again(own_app: Flask, clerk: Clerk) -> None:
    packer, product = clerk("packer"), product_id(own_app)
    change(packer, product, "count", packs="0")
    assert not is_offered(own_app, product)
    change(packer, product, "receive", packs="3", lot="L1")
    assert is_offered(own_app, product)
    with Session(services_of(own_app).databases.writing) as session:
        session.execute(update(Product).where(Product.slug == CITRATE).values(stock=0))
        session.commit()
    change(packer, product, "receive", packs="2", lot="L2")
    assert is_offered(own_app, product), "also where the catalogue counted none"
    with Session(services_of(own_app).databases.primary) as session:
        assert session.get_one(Product, product).stock == 5
    shopper = Shopper(own_app)
    shopper.add()
    assert shopper.order().status_code == 303
    assert level_of(own_app, product).available == 4
    assert_books_agree(own_app)


def test_promised_packs_that_a_count_does_not_find_are_named(own_app: Flask, clerk: Clerk) -> None:
    made = ordered(own_app)
    packer, product = clerk("packer"), product_id(own_app)
    change(packer, product, "count", packs="0")
    shown = main_text(packer.get(f"/admin/stock/{product}"))
    assert "1 promised pack is not on the shelf" in shown
    assert "Promised, and not there +1" in shown, "the catalogue counted nothing"
    assert made.number in packer.get("/admin/orders?show=attention").text
    change(packer, product, "receive", packs="4", lot="L1")
    level = level_of(own_app, product)
    assert (level.on_hand, level.short, level.available) == (4, 0, 3)
    assert made.number not in packer.get("/admin/orders?show=attention").text
    assert_books_agree(own_app)


def test_a_receipt_typed_wrong_is_given_its_lot_or_undone_while_no_pack_of_it_left(
    own_app: Flask, clerk: Clerk
) -> None:
    first, second = ordered(own_app), ordered(own_app, email="b@voorbeeld.nl")
    packer, product = clerk("packer"), product_id(own_app)
    change(packer, product, "receive", packs="5", lot="L1")
    change(packer, product, "receive", packs="3", lot="L7")
    before = level_of(own_app, product)
    page = packer.get(receipts_on(packer, product)[1])
    check_page(page, "en")
    assert press(packer, page, "/lot", lot="").status_code == 422
    assert press(packer, page, "/lot", lot="l2").status_code == 303
    assert press(packer, page, "/lot", lot="L3").status_code == 303, "corrected once"
    assert lots_of(own_app, product) == {"L1": 0, "L2": 5, "L7": 3}
    assert press(packer, packer.get(receipts_on(packer, product)[-1]), "/undone").status_code == 303
    assert level_of(own_app, product).on_hand == before.on_hand - 3
    shown = packer.get(f"/admin/stock/{product}")
    check_page(shown, "en")
    assert "undone" in main_text(shown)
    assert "lot corrected" in main_text(shown)
    asked = press(packer, packer.get(f"/admin/orders/{first.number}"), "/ship", lot_1="L1")
    assert "received were: L2." in asked.text, "a lot that was never there is not offered"
    do(packer, first, "/ship", lot_1="L2")
    (left,) = receipts_on(packer, product)
    for what, typed in (("/lot", {"lot": "L9"}), ("/undone", {})):
        refused = press(packer, packer.get(left), what, **typed)
        assert (refused.status_code, "Only 4 packs of this lot are there" in refused.text) == (409, True)
    assert lots_of(own_app, product) == {"L1": 0, "L2": 4, "L7": 0}
    do(packer, second, "/ship", lot_1="L9")
    change(packer, product, "receive", packs="1", lot="L8")
    change(packer, product, "count", packs="9")
    counted = press(packer, packer.get(receipts_on(packer, product)[0]), "/undone")
    assert (counted.status_code, "counted since" in counted.text) == (409, True)
    assert packer.get(f"/admin/stock/{product}/received/{10**12}").status_code == 404
    assert_books_agree(own_app)


def receipts_on(client: FlaskClient, product: int) -> list[str]:
    """The addresses of the receipts on a product's page that may be corrected, the newest first."""
    found: list[str] = html.fromstring(client.get(f"/admin/stock/{product}").text).xpath("//a/@href")
    return [address for address in found if "/received/" in address]


def lots_of(app: Flask, product: int) -> dict[str, int]:
    """The packs of each lot that the ledger has, of those with a lot."""
    query = select(StockMove.lot, func.sum(StockMove.by_on_hand)).where(StockMove.product_id == product)
    with services_of(app).orders.reading() as session:
        rows = session.execute(query.where(StockMove.lot != "").group_by(StockMove.lot))
        return {lot: int(packs) for lot, packs in rows}


def test_the_first_packs_of_a_product_are_undone_and_those_of_a_recalled_lot_are_held(
    own_app: Flask, clerk: Clerk
) -> None:
    owner, product = clerk("owner"), product_id(own_app)
    with Session(services_of(own_app).databases.writing) as session:
        session.execute(update(Product).where(Product.slug == CITRATE).values(stock=0))
        session.commit()
    change(owner, product, "receive", packs="2", lot="L1")
    assert is_offered(own_app, product)
    assert press(owner, owner.get(receipts_on(owner, product)[0]), "/undone").status_code == 303
    assert (level_of(own_app, product).on_hand, is_offered(own_app, product)) == (0, False)
    change(owner, product, "receive", packs="4", lot="L7")
    made = ordered(own_app)
    do(owner, made, "/ship", lot_1="L8")
    press_last(owner, start(owner, "L8"))
    assert press(owner, owner.get(receipts_on(owner, product)[0]), "/lot", lot="L8").status_code == 303
    assert level_of(own_app, product).on_hand == 0, "all of the recalled lot is out of sale"
    assert_books_agree(own_app)


@pytest.mark.parametrize(
    ("act", "typed"),
    [
        ("count", {"packs": "-1"}),
        ("count", {"packs": "x"}),
        ("receive", {"packs": "0", "lot": "L"}),
        ("receive", {"packs": "5", "lot": ""}),
        ("receive", {"packs": "1000000000", "lot": "L"}),
        ("write-off", {"packs": "1000", "reason": "x"}),
        ("write-off", {"packs": "1", "reason": ""}),
    ],
)
def test_what_cannot_be_is_said_at_its_field(act: str, typed: dict[str, str], own_app: Flask, clerk: Clerk) -> None:
    packer, product = clerk("packer"), product_id(own_app)
    change(packer, product, "count", packs="5")
    answer = change(packer, product, act, times=1, **typed)
    assert (answer.status_code, 'aria-invalid="true"' in answer.text) == (422, True)
    assert level_of(own_app, product).on_hand == 5


def test_low_stock_is_listed_lowest_first_and_on_the_overview(own_app: Flask, clerk: Clerk) -> None:
    packer, product = clerk("packer"), product_id(own_app)
    with Session(services_of(own_app).databases.primary) as session:
        other = session.scalars(select(Product.id).where(Product.id != product).order_by(Product.id)).first()
    assert other is not None
    change(packer, product, "count", packs="4")
    change(packer, other, "count", packs="2")
    page = packer.get("/admin/stock")
    found = html.fromstring(page.text).xpath("//table//th/a/@href")
    assert found == [f"/admin/stock/{other}", f"/admin/stock/{product}"]
    assert "stock of 2 products is low" in main_text(packer.get("/admin/"))
    press(packer, packer.get(f"/admin/stock/{product}"), "/low", low_at="1")
    assert f"/admin/stock/{product}" not in packer.get("/admin/stock").text
    assert f"/admin/stock/{product}" in packer.get("/admin/stock?q=citraat").text
    with services_of(own_app).orders.reading() as session:
        assert session.scalars(select(StockMove.who)).all()


@pytest.mark.parametrize("language", ["nl", "en"])
def test_pages_of_the_stock_keep_the_contract_and_their_roles(language: str, own_app: Flask, clerk: Clerk) -> None:
    ordered(own_app)
    packer, product = clerk("packer"), product_id(own_app)
    packer.get(f"/admin/?lang={language}")
    change(packer, product, "count", packs="1")
    for address in ("", "?q=nobody", "?q=citraat", f"/{product}", f"/{product}?before=1"):
        check_page(packer.get(f"/admin/stock{address}"), language)
    check_page(change(packer, product, "write-off", packs="9", reason="x"), language)
    assert packer.get("/admin/stock/999999999").status_code == 404
    reader = clerk("bookkeeper").get(f"/admin/stock/{product}")
    assert (reader.status_code, "<form" in reader.text.split("<main")[1]) == (200, False)
    assert clerk("editor").get("/admin/stock").status_code == 403
