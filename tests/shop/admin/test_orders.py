"""Orders in the admin: found, seen by role, cancelled, refunded, corrected, sent in parcels."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from lxml import html
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from catalog.models import PeopleEvent
from catalog.orders.erasure import erase
from catalog.orders.models import Job, Purchase, PurchaseState, Refund, RefundStatus, StockLevel, StockMove
from catalog.orders.withdrawal import Statement, WithdrawnLine, last_day, withdraw
from shop.admin.account_words import ZONE
from shop.outbox.worker import do_due_jobs, sweep
from shop.web.services import services_of
from tests.factories import PASSWORD
from tests.queries import counted
from tests.shop.admin.orders import Clerk, again, assert_books_agree, do, ordered, press
from tests.shop.ordering.shopper import CITRATE, TABLETS, Shopper, mails, main_text, plain, purchases
from tests.shop.web.test_page_contract import check_page


def test_an_order_is_found_by_number_name_mail_and_postcode(own_app: Flask, clerk: Clerk) -> None:
    mine = ordered(own_app, name="Zoë van der Berg-Smit", email="zoe@voorbeeld.nl", postcode="9712 cd")
    other = ordered(own_app, name="Piet Kok", email="piet@voorbeeld.nl")
    packer = clerk("packer")
    for text in (
        mine.number,
        mine.number.lower().replace("-", ""),
        mine.number[:8],
        "zoe@voorbeeld.nl",
        "ZOE@",
        "Zoe",
        "berg",
        "smit",
        "Berg-Smit",
        "zoe smit",
        "9712 CD",
        "9712cd",
        "9712",
    ):
        page = packer.get("/admin/orders", query_string={"q": text}).text
        assert (mine.number in page, other.number in page) == (True, False), text
    for text in ("nobody", "zoe kok", "%", "zo%", "x" * 300):
        page = packer.get("/admin/orders", query_string={"q": text}).text
        assert (mine.number in page, "No orders here." in page) == (False, True), text
    everything = packer.get("/admin/orders").text
    assert everything.index(other.number) < everything.index(mine.number)


def test_an_erased_order_says_so_where_its_person_stood(own_app: Flask, clerk: Clerk) -> None:
    made = ordered(own_app)
    with services_of(own_app).orders.writing() as session:
        erase(session, session.get_one(Purchase, made.id), services_of(own_app).clock())
    page = clerk("owner").get("/admin/orders")
    assert "Personal data erased" in main_text(page)
    assert made.town not in page.text


def test_saved_filters_show_what_waits_oldest_first_to_pack(own_app: Flask, clerk: Clerk) -> None:
    first, second = ordered(own_app), ordered(own_app, email="b@voorbeeld.nl")
    unpaid = ordered(own_app, play=None, email="c@voorbeeld.nl")
    later = ordered(own_app, play=None, email="d@voorbeeld.nl", method="after_delivery")
    with services_of(own_app).orders.writing() as session:
        row = session.get_one(Purchase, second.id)
        withdraw(session, row, Statement("k", "Jo", "b@voorbeeld.nl", (WithdrawnLine(1, 1),)), row.placed_at)
        session.execute(update(Job).where(Job.row_id == unpaid.id).values(failed_at=row.placed_at, done_at=None))
        abroad = session.get_one(Purchase, later.id)
        abroad.language, abroad.lines[0].name = "en", "Name in English"
    packer = clerk("packer")
    assert "Name in English" in packer.get("/admin/orders/picking").text, "the older order has its Dutch name"

    def shown(filter_: str) -> list[str]:
        page = packer.get(f"/admin/orders?show={filter_}").text
        return re.findall(r'href="/admin/orders/(M[^"]+)"', page)

    assert shown("to-pack") == [first.number, later.number]
    assert shown("unpaid") == [later.number, unpaid.number]
    assert shown("withdrawn") == [second.number]
    assert unpaid.number in shown("attention")
    assert len(shown("nonsense")) == 4
    overview = main_text(packer.get("/admin/"))
    assert "To pack" in overview
    assert "What is public" not in overview


def test_failed_refunds_chargebacks_and_short_stock_need_attention(own_app: Flask, clerk: Clerk) -> None:
    fine, refund, back, short = (ordered(own_app, email=f"{number}@voorbeeld.nl") for number in range(4))
    short = ordered(own_app, TABLETS, email="5@voorbeeld.nl")
    with services_of(own_app).orders.writing() as session:
        payment = session.get_one(Purchase, refund.id).payments[0]
        common = {"payment_id": payment.id, "purchase_id": refund.id, "cents": 5, "reason": "", "who": "shop"}
        session.add(Refund(**common, idempotency_key="x", status=RefundStatus.FAILED, at=refund.placed_at))
        session.get_one(Purchase, back.id).payments[0].charged_back_cents = 100
        product = session.get_one(Purchase, short.id).lines[0].product_id
        session.execute(update(StockLevel).where(StockLevel.product_id == product).values(short=1))
    page = clerk("owner").get("/admin/orders?show=attention").text
    assert [one.number in page for one in (fine, refund, back, short)] == [False, True, True, True]


def test_pages_of_fifty_follow_each_other_with_a_bounded_number_of_queries(own_app: Flask, clerk: Clerk) -> None:
    made = ordered(own_app)
    with services_of(own_app).orders.writing() as session:
        row = session.get_one(Purchase, made.id)
        columns = {
            column.name: getattr(row, column.name) for column in Purchase.__table__.columns if column.name != "id"
        }
        for number in range(60):
            own = {"number": f"M26-{number}", "token_sha256": f"{number}", "checkout_key": f"{number}"}
            session.add(Purchase(**{**columns, **own}))
    owner = clerk("owner")
    with counted(services_of(own_app).orders.engine) as sent:
        page = owner.get("/admin/orders")
    assert len(sent) <= 5, sent
    numbers = re.findall(r'href="/admin/orders/(M[^"]+)"', page.text)
    (following,) = html.fromstring(page.text).xpath("//a[@rel='next']/@href")
    rest = owner.get(following)
    numbers += re.findall(r'href="/admin/orders/(M[^"]+)"', rest.text)
    assert len(numbers) == len(set(numbers)) == 61
    assert "First page" in rest.text
    for start in ("x", "-1", "9" * 30):
        assert owner.get(f"/admin/orders?start={start}").status_code == 200


def test_each_role_sees_and_does_its_own(own_app: Flask, clerk: Clerk) -> None:
    made = ordered(own_app)
    address = f"/admin/orders/{made.number}"
    for role, status in (("editor", 403), ("publisher", 403), ("packer", 200), ("bookkeeper", 200), ("owner", 200)):
        client = clerk(role)
        for page in ("/admin/orders", address):
            assert client.get(page).status_code == status, (role, page)
        assert ('href="/admin/orders"' in client.get("/admin/").text) is (status == 200)
        assert (client.get("/admin/products").status_code == 403) is (role in ("packer", "bookkeeper"))
        assert (client.get("/admin/orders/picking").status_code == 200) is (role in ("packer", "owner"))
    packer, bookkeeper, owner = (clerk(role).get(address).text for role in ("packer", "bookkeeper", "owner"))
    list_of_packer = clerk("packer").get("/admin/orders").text
    for text in (packer, list_of_packer):
        assert "€" not in text
        assert "cents" not in text
        assert "Jo de Vries" in text
    assert "Send a parcel" in packer
    assert "<form" not in bookkeeper.split("<main")[1]
    assert "Still to be paid" in bookkeeper
    by_letter = 'href="/en/withdraw"'
    assert [by_letter in page.split("<main")[1] for page in (packer, bookkeeper, owner)] == [False, False, True]
    assert all(word in owner for word in ("Send a parcel", "Send money back", "Add a note", "Cancel the order"))


def test_each_view_of_a_persons_data_is_in_the_log_of_people(own_app: Flask, clerk: Clerk) -> None:
    made = ordered(own_app)
    packer = clerk("packer")
    packer.get("/admin/orders?q=Vries&show=to-pack")
    packer.get(f"/admin/orders/{made.number}")
    packer.get(f"/admin/orders/{made.number}/packing-slip.pdf")
    with Session(services_of(own_app).databases.primary) as session:
        events = session.scalars(select(PeopleEvent).order_by(PeopleEvent.id)).all()
    seen = [(event.kind.value, event.who, event.detail) for event in events]
    me = "packer@winkel.test"
    assert seen == [
        ("orders_listed", me, "to-pack"),
        ("order_viewed", me, made.number),
        ("order_viewed", me, made.number),
    ]
    assert "order seen" in clerk("owner").get("/admin/people-log").text


def test_an_order_is_cancelled_once_one_is_sure_and_its_money_goes_back(own_app: Flask, clerk: Clerk) -> None:
    made = ordered(own_app)
    owner = clerk("owner")
    page = press(owner, owner.get(f"/admin/orders/{made.number}"), "/cancel")
    assert "Cancel order" in page.text
    assert again(own_app, made).state is PurchaseState.CONFIRMED
    assert press(owner, page, "/cancel").status_code == 303
    do_due_jobs(own_app)
    found = again(own_app, made)
    assert (found.state, found.payments[0].refund_claimed_cents) == (PurchaseState.CANCELLED, made.total_cents)
    token = html.fromstring(page.text).xpath("//form//input[@name='csrf_token']/@value")[0]
    twice = owner.post(f"/admin/orders/{made.number}/cancel", data={"csrf_token": token, "sure": "yes"})
    assert (twice.status_code, "Nothing was changed." in twice.text) == (409, True)
    assert_books_agree(own_app)


def test_an_amount_is_refunded_once_however_often_it_is_pressed(own_app: Flask, clerk: Clerk) -> None:
    made = ordered(own_app)
    owner = clerk("owner")
    page = press(owner, owner.get(f"/admin/orders/{made.number}"), "/refund", amount="1,50", reason="dented jar")
    assert "€\u202f1.50" in page.text or "1.50" in page.text
    for _again in range(3):
        assert press(owner, page, "/refund").status_code == 303
    do_due_jobs(own_app)
    assert again(own_app, made).payments[0].refund_claimed_cents == 150
    shown = main_text(owner.get(f"/admin/orders/{made.number}"))
    assert "dented jar" in shown
    assert len(mails(own_app, "refund")) == 1
    assert_books_agree(own_app)


@pytest.mark.parametrize("amount", ["0", "-1", "1,234", "x", "", "1e5", "٣"])
def test_an_amount_that_is_none_is_said_at_its_field(amount: str, own_app: Flask, clerk: Clerk) -> None:
    made = ordered(own_app)
    answer = do(clerk("owner"), made, "/refund", amount=amount, reason="y")
    assert (answer.status_code, 'aria-invalid="true"' in answer.text) == (422, True)


def test_more_than_was_paid_is_not_refunded(own_app: Flask, clerk: Clerk) -> None:
    made = ordered(own_app)
    answer = do(clerk("owner"), made, "/refund", amount="99", reason="y")
    assert (answer.status_code, "Nothing was changed." in answer.text) == (409, True)
    assert again(own_app, made).payments[0].refund_claimed_cents == 0


def test_above_a_hundred_euros_the_password_is_asked_for_again(
    own_app: Flask, clerk: Clerk, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = ordered(own_app)
    with services_of(own_app).orders.writing() as session:
        payment = session.get_one(Purchase, made.id).payments[0]
        payment.paid_cents = 20_000
    owner = clerk("owner")
    moment = services_of(own_app).clock() + timedelta(minutes=11)
    monkeypatch.setattr(services_of(own_app), "clock", lambda: moment)
    asked = do(owner, made, "/refund", amount="100.01", reason="y")
    assert (asked.status_code, "confirm_password" in asked.text) == (403, True)
    wrong = press(owner, asked, "/refund", confirm_password="wrong")  # noqa: S106 - none
    assert wrong.status_code == 403
    assert again(own_app, made).payments[0].refund_claimed_cents == 0
    assert press(owner, asked, "/refund", confirm_password=PASSWORD).status_code == 303
    assert again(own_app, made).payments[0].refund_claimed_cents == 10_001


def test_a_small_refund_needs_no_password(own_app: Flask, clerk: Clerk, monkeypatch: pytest.MonkeyPatch) -> None:
    made = ordered(own_app)
    owner = clerk("owner")
    moment = services_of(own_app).clock() + timedelta(minutes=11)
    monkeypatch.setattr(services_of(own_app), "clock", lambda: moment)
    assert do(owner, made, "/refund", amount="2", reason="y").status_code == 303


def test_the_confirmation_is_mailed_again_beside_the_first(own_app: Flask, clerk: Clerk) -> None:
    made = ordered(own_app)
    owner = clerk("owner")
    assert do(owner, made, "/confirmation").status_code == 303
    do_due_jobs(own_app)
    found = mails(own_app, "confirmation")
    assert len({one["Message-ID"] for one in found}) == 2
    assert plain(found[0]) == plain(found[1])


def test_an_unpaid_order_has_no_confirmation_to_mail(own_app: Flask, clerk: Clerk) -> None:
    paid, unpaid = ordered(own_app), ordered(own_app, play=None, email="b@voorbeeld.nl")
    owner = clerk("owner")
    page = owner.get(f"/admin/orders/{paid.number}")
    token = html.fromstring(page.text).xpath("//form//input[@name='csrf_token']/@value")[0]
    answer = owner.post(f"/admin/orders/{unpaid.number}/confirmation", data={"csrf_token": token})
    assert answer.status_code == 409


def test_the_address_is_corrected_before_sending_and_found_by_it(own_app: Flask, clerk: Clerk) -> None:
    made = ordered(own_app)
    owner = clerk("owner")
    address = f"/admin/orders/{made.number}/address"
    wrong = press(owner, owner.get(address), "/address", postcode="12")
    assert wrong.status_code == 422
    done = press(owner, owner.get(address), "/address", postcode="1012ab", name="Jo Bakker", town="Amsterdam")
    assert done.status_code == 303
    found = again(own_app, made)
    assert (found.postcode, found.name, found.street) == ("1012 AB", "Jo Bakker", made.street)
    assert "Bakker" not in str([event.detail for event in found.events])
    assert made.number in owner.get("/admin/orders?q=bakker").text
    assert made.number not in owner.get("/admin/orders?q=vries").text
    do(owner, made, "/ship", lot_1="L1")
    assert owner.get(address).status_code == 409


def test_a_note_is_shown_to_staff_and_in_the_shoppers_data(own_app: Flask, clerk: Clerk) -> None:
    made = ordered(own_app)
    owner = clerk("owner")
    assert do(owner, made, "/note", text="").status_code == 422
    do(owner, made, "/note", text="Belt <b>maandag</b>")
    assert "Belt &lt;b&gt;maandag" in owner.get(f"/admin/orders/{made.number}").text
    shopper_link = plain(mails(own_app, "confirmation")[0])
    (path,) = set(re.findall(r"/nl/bestelling/[\w-]+$", shopper_link, re.MULTILINE))
    assert "maandag" in own_app.test_client().get(f"{path}/gegevens.json").text


def test_a_parcel_takes_packs_from_the_shelf_and_mails_lot_and_how_to_take_them(own_app: Flask, clerk: Clerk) -> None:
    made = ordered(own_app, CITRATE, TABLETS)
    packer = clerk("packer")
    lines = made.lines
    values = {"quantity_1": "1", "lot_1": "L 77", "best_1": "2028-03-01", "quantity_2": "0"}
    answer = do(packer, made, "/ship", **values, carrier="PostNL", tracking="3SABC")
    assert answer.status_code == 303, answer.text
    do_due_jobs(own_app)
    found = again(own_app, made)
    assert [(line.shipped, line.unsent) for line in found.lines] == [(1, 0), (0, 1)]
    with services_of(own_app).orders.reading() as session:
        query = select(StockMove).where(StockMove.purchase_id == made.id, StockMove.kind == "sold")
        (move,) = session.scalars(query)
    assert (move.by_on_hand, move.by_reserved, move.lot, move.who) == (-1, -1, "L 77", "packer@winkel.test")
    (mail,) = mails(own_app, "shipment")
    text = plain(mail)
    for word in ("partij L 77", "1 maart 2028", "3SABC", lines[0].directions, "2 tot 4 uur", "De rest volgt"):
        assert word in " ".join(text.split()), word
    assert lines[1].name not in text
    assert "€" not in text
    link = re.findall(r"/nl/bestelling/[\w-]+$", text, re.MULTILINE)[0]
    shopper = own_app.test_client()
    assert "PostNL 3SABC" in main_text(shopper.get(link))
    assert "L 77" in shopper.get(f"{link}/gegevens.json").text
    page = packer.get(f"/admin/orders/{made.number}")
    assert packer.get(f"/admin/orders/{made.number}/packing-slip.pdf").data.startswith(b"%PDF")
    (slip,) = html.fromstring(page.text).xpath("//a[contains(@href, '/parcels/') and contains(@href, '.pdf')]/@href")
    assert packer.get(slip).mimetype == "application/pdf"
    do(packer, made, "/ship", lot_2="M1")
    assert "packing-slip" not in packer.get("/admin/orders/picking").text
    assert_books_agree(own_app)


def test_the_same_parcel_twice_is_sent_once(own_app: Flask, clerk: Clerk) -> None:
    shopper = Shopper(own_app)
    for _pack in range(3):
        shopper.add()
    shopper.pay(shopper.order())
    do_due_jobs(own_app)
    (made,) = purchases(own_app)
    assert made.lines[0].quantity == 3
    packer = clerk("packer")
    for packs, shipped in ((2, 2), (1, 3)):
        page = packer.get(f"/admin/orders/{made.number}")
        for _again in range(3):
            assert press(packer, page, "/ship", quantity_1=str(packs), lot_1="L").status_code == 303
        assert again(own_app, made).lines[0].shipped == shipped
    assert_books_agree(own_app)


def test_what_is_wrong_in_a_parcel_is_said_at_its_field(own_app: Flask, clerk: Clerk) -> None:
    made = ordered(own_app)
    packer = clerk("packer")
    for values in (
        {"quantity_1": "2", "lot_1": "L"},
        {"quantity_1": "-1", "lot_1": "L"},
        {"quantity_1": "x", "lot_1": "L"},
        {"quantity_1": "1", "lot_1": ""},
        {"quantity_1": "1", "lot_1": "L" * 50},
        {"quantity_1": "1", "lot_1": "L", "best_1": "2028-02-31"},
    ):
        answer = do(packer, made, "/ship", **values)
        assert (answer.status_code, 'class="error-summary"' in answer.text) == (422, True), values
        (link,) = html.fromstring(answer.text).xpath("//section[@class='error-summary']//a")
        assert made.lines[0].name in link.text_content(), "several lines have a lot each"
    nothing = do(packer, made, "/ship", quantity_1="0")
    assert (nothing.status_code, "Nothing was changed." in nothing.text) == (409, True)
    assert again(own_app, made).lines[0].shipped == 0


def test_an_unpaid_or_cancelled_order_is_not_sent(own_app: Flask, clerk: Clerk) -> None:
    made = ordered(own_app)
    packer, owner = clerk("packer"), clerk("owner")
    page = packer.get(f"/admin/orders/{made.number}")
    do(owner, made, "/cancel")
    assert press(packer, page, "/ship", lot_1="L").status_code == 409
    assert "Send a parcel" not in packer.get(f"/admin/orders/{made.number}").text
    assert packer.get(f"/admin/orders/{made.number}").status_code == 200
    assert_books_agree(own_app)


def test_what_was_sent_is_neither_cancelled_nor_given_back_by_a_withdrawal(own_app: Flask, clerk: Clerk) -> None:
    made = ordered(own_app)
    packer, owner = clerk("packer"), clerk("owner")
    before = owner.get(f"/admin/orders/{made.number}")
    do(packer, made, "/ship", lot_1="L")
    assert press(owner, before, "/cancel").status_code == 409
    with services_of(own_app).orders.writing() as session:
        row = session.get_one(Purchase, made.id)
        withdraw(session, row, Statement("k", "Jo", "jo@voorbeeld.nl", (WithdrawnLine(1, 1),)), row.placed_at)
    do_due_jobs(own_app)
    found = again(own_app, made)
    assert (found.state, found.payments[0].refund_claimed_cents) == (PurchaseState.CONFIRMED, 0)
    shown = main_text(owner.get(f"/admin/orders/{made.number}"))
    assert "1 expected back" in shown
    assert "refund is due by" in shown
    assert "Stuur" in plain(mails(own_app, "withdrawal")[0])
    assert_books_agree(own_app)


def test_the_period_of_withdrawal_counts_from_the_last_parcel_and_then_the_order_ends(
    own_app: Flask, clerk: Clerk, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = ordered(own_app, CITRATE, TABLETS)
    packer = clerk("packer")
    do(packer, made, "/ship", lot_1="L", quantity_2="0")
    do(packer, made, "/delivered")
    assert again(own_app, made).delivered_at is None
    do(packer, made, "/ship", lot_2="M")
    do(packer, made, "/delivered")
    found = again(own_app, made)
    end = last_day(found)
    assert end is not None
    assert found.delivered_at is not None
    assert end - found.delivered_at == timedelta(days=14)
    sweep(own_app)
    assert again(own_app, made).state is PurchaseState.CONFIRMED
    later: datetime = end.astimezone(UTC) + timedelta(seconds=1)
    monkeypatch.setattr(services_of(own_app), "clock", lambda: later)
    sweep(own_app)
    assert again(own_app, made).state is PurchaseState.CLOSED
    assert_books_agree(own_app)


def test_an_order_that_does_not_exist_is_no_page(clerk: Clerk) -> None:
    owner = clerk("owner")
    for address in ("M26-0000-000", "x", "%00", "picking/x"):
        assert owner.get(f"/admin/orders/{address}", follow_redirects=True).status_code == 404, address


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_page_of_orders_keeps_the_contract(language: str, own_app: Flask, clerk: Clerk) -> None:
    made = ordered(own_app, CITRATE, TABLETS)
    owner = clerk("owner")
    owner.get(f"/admin/?lang={language}")
    do(owner, made, "/ship", lot_1="L", best_1="2028-03-01", quantity_2="0")
    for query in ("", "/picking", "?q=nobody", f"/{made.number}", "?show=attention"):
        check_page(owner.get(f"/admin/orders{query}"), language)
    check_page(do(owner, made, "/refund", amount="x"), language)
    check_page(press(owner, owner.get(f"/admin/orders/{made.number}"), "/refund", amount="1", reason="x"), language)
    check_page(do(owner, made, "/refund", amount="99", reason="x"), language)
    other = ordered(own_app, email="b@voorbeeld.nl")
    check_page(owner.get(f"/admin/orders/{other.number}/address"), language)


def test_the_sums_of_a_month_are_exported_without_a_person(own_app: Flask, clerk: Clerk) -> None:
    made = ordered(own_app)
    do(clerk("owner"), made, "/refund", amount="1.50", reason="x")
    bookkeeper, packer = clerk("bookkeeper"), clerk("packer")
    month = f"{made.placed_at.astimezone(ZONE):%Y-%m}"
    (form,) = html.fromstring(bookkeeper.get("/admin/orders").text).xpath("//form[contains(@action, 'month.csv')]")
    assert form.fields["month"] == f"{services_of(own_app).clock().astimezone(ZONE):%Y-%m}"
    file = bookkeeper.get(f"/admin/orders/month.csv?month={month}")
    rows = list(csv.DictReader(io.StringIO(file.text)))
    assert [(row["number"], row["total_eur"], row["refunded_eur"], row["trial"]) for row in rows] == [
        (made.number, f"{made.total_cents / 100:.2f}", "1.50", "yes")
    ]
    assert not any(word in file.text for word in ("Vries", "voorbeeld.nl", "Oudegracht", "3511"))
    assert bookkeeper.get("/admin/orders/month.csv?month=1999-01").status_code == 404
    assert len(bookkeeper.get("/admin/orders/month.csv?month=2031-12").text.splitlines()) == 1
    assert bookkeeper.get("/admin/orders/month.csv?month=2026-13").status_code == 404
    assert packer.get(f"/admin/orders/month.csv?month={month}").status_code == 403
    assert "month.csv" not in packer.get("/admin/orders").text
