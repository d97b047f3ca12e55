"""Returns in the admin: expected, received sealed or opened, decided by line, paid back with a credit note."""

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from lxml import html
from sqlalchemy import select

from catalog.orders.models import DocumentKind, MoveKind, Purchase, PurchaseState, StockLevel, StockMove
from catalog.orders.withdrawal import Statement, WithdrawnLine, withdraw
from shop.outbox.worker import do_due_jobs, sweep
from shop.web.services import services_of
from tests.shop.admin.orders import Clerk, again, assert_books_agree, do, ordered, press
from tests.shop.ordering.shopper import CITRATE, TABLETS, mails, main_text, plain
from tests.shop.web.test_page_contract import check_page


def sent_and_withdrawn(app: Flask, clerk: Clerk, withdrawn: Mapping[int, int], **values: str) -> Purchase:
    """An order of two products that was sent, arrived, and was withdrawn from."""
    made = ordered(app, CITRATE, TABLETS, **values)
    packer = clerk("packer")
    do(packer, made, "/ship", lot_1="L1", lot_2="M1")
    do(packer, made, "/delivered")
    with services_of(app).orders.writing() as session:
        row = session.get_one(Purchase, made.id)
        lines = tuple(WithdrawnLine(position, packs) for position, packs in withdrawn.items())
        withdraw(session, row, Statement(f"k{made.id}", "Jo", "jo@voorbeeld.nl", lines), services_of(app).clock())
    do_due_jobs(app)
    return again(app, made)


def shelf(app: Flask, product: int) -> int:
    with services_of(app).orders.reading() as session:
        return session.get_one(StockLevel, product).on_hand


def credits(app: Flask, purchase: Purchase) -> list[str]:
    return [one.number for one in again(app, purchase).documents if one.kind is DocumentKind.CREDIT]


BACK = {"sealed_1": "1", "restocked_1": "1", "opened_2": "1"}
"""The first pack sealed and on the shelf again, the second one opened."""


def test_packs_come_back_by_line_and_their_moves_of_stock_are_noted_once(own_app: Flask, clerk: Clerk) -> None:
    made = sent_and_withdrawn(own_app, clerk, {1: 1, 2: 1})
    packer, reader = clerk("packer"), clerk("bookkeeper")
    first, second = made.lines
    assert made.number in reader.get("/admin/orders?show=returns").text
    assert "14 days left." in main_text(reader.get(f"/admin/orders/{made.number}"))
    before = shelf(own_app, first.product_id), shelf(own_app, second.product_id)
    page = packer.get(f"/admin/orders/{made.number}")
    for _twice in range(2):
        assert press(packer, page, "/returned", **BACK).status_code == 303
    assert (shelf(own_app, first.product_id), shelf(own_app, second.product_id)) == (before[0] + 1, before[1])
    with services_of(own_app).orders.reading() as session:
        moves = session.execute(
            select(StockMove.kind, StockMove.by_on_hand, StockMove.lot).order_by(StockMove.id)
        ).all()
    assert [tuple(move) for move in moves[-3:]] == [
        (MoveKind.RETURNED, 1, "L1"),
        (MoveKind.RETURNED, 1, "M1"),
        (MoveKind.WRITTEN_OFF, -1, "M1"),
    ]
    assert "Decide on" not in packer.get(f"/admin/orders/{made.number}").text
    assert_books_agree(own_app)


def test_the_sealed_packs_of_a_return_are_paid_back_and_the_opened_ones_refused(own_app: Flask, clerk: Clerk) -> None:
    made = sent_and_withdrawn(own_app, clerk, {1: 1, 2: 1})
    packer, owner, reader = clerk("packer"), clerk("owner"), clerk("bookkeeper")
    first, second = made.lines
    do(packer, made, "/returned", **BACK)
    page = owner.get(f"/admin/orders/{made.number}")
    proposed = dict(html.fromstring(page.text).xpath("//form[contains(@action, 'return-decided')]")[0].form_values())
    assert (proposed["credited_1"], proposed["credited_2"]) == ("1", "0")
    refusal = press(owner, page, "/return-decided", credited_1="0")
    assert "Pay nothing back for the returned packs? 1 sealed pack is refused, though" in main_text(refusal)
    asked = press(owner, page, "/return-decided")
    assert f"{first.unit_cents / 100:.2f}" in asked.text
    assert press(owner, asked, "/return-decided").status_code == 303
    assert press(owner, asked, "/return-decided").status_code == 409, "the same decision twice pays once"
    do_due_jobs(own_app)
    found = again(own_app, made)
    assert found.payments[0].refund_claimed_cents == first.unit_cents
    assert (len(credits(own_app, made)), len(mails(own_app, "refund"))) == (1, 1)
    (said,) = (plain(mail) for mail in mails(own_app, "return-"))
    lines = [line for line in said.splitlines() if line.startswith("1 ×")]
    assert [("niet" in line, name in line) for line, name in zip(lines, (first.name, second.name), strict=True)] == [
        (False, True),
        (True, True),
    ]
    assert made.number not in reader.get("/admin/orders?show=returns").text
    shown = reader.get(f"/admin/orders/{made.number}?lang=nl")
    assert "(retour, " in main_text(shown), "not the English word of the store"
    (invoice, note) = (f"/admin/orders/{made.number}/documents/{one.number}.pdf" for one in found.documents)
    assert invoice in shown.text
    assert [client.get(note).status_code for client in (reader, owner, packer)] == [200, 200, 403]
    (credit,) = (json.loads(one.snapshot) for one in found.documents if one.kind is DocumentKind.CREDIT)
    assert (credit["pay"].startswith("Dit verlaagt"), credit["due"]) == (True, ""), "a credit note asks for nothing"
    assert_books_agree(own_app)


def test_a_whole_order_that_comes_back_is_paid_back_with_its_delivery_and_ends(own_app: Flask, clerk: Clerk) -> None:
    made = sent_and_withdrawn(own_app, clerk, {1: 1, 2: 1})
    packer, owner, shared = clerk("packer"), clerk("owner"), services_of(own_app)
    do(packer, made, "/returned", sealed_1="1", sealed_2="1")
    assert do(owner, made, "/return-decided").status_code == 303
    do_due_jobs(own_app)
    late = shared.clock() + timedelta(days=16)
    shared.clock = lambda: late
    for _again in range(2):  # the refund arrives, then the order ends
        sweep(own_app)
    found = again(own_app, made)
    assert found.payments[0].refund_claimed_cents == made.total_cents
    assert found.state is PurchaseState.CLOSED
    assert_books_agree(own_app)


@pytest.mark.parametrize(
    ("back", "said"),
    [
        ({}, "none was filled in"),
        ({"sealed_1": "2"}, ""),
        ({"sealed_1": "1", "opened_1": "1"}, "expected back"),
        ({"opened_1": "1", "restocked_1": "1"}, "Only sealed packs"),
        ({"sealed_1": "-1"}, ""),
        ({"sealed_1": "x"}, ""),
    ],
)
def test_packs_that_are_not_expected_are_named_and_nothing_changes(
    back: dict[str, str], said: str, own_app: Flask, clerk: Clerk
) -> None:
    made = sent_and_withdrawn(own_app, clerk, {1: 1})
    answer = do(clerk("packer"), made, "/returned", **back)
    assert answer.status_code == (422 if back else 409)
    assert said in answer.text
    assert not again(own_app, made).lines[0].returned
    assert_books_agree(own_app)


def test_goodwill_gets_a_credit_note_with_the_next_number(own_app: Flask, clerk: Clerk) -> None:
    first, second = ordered(own_app), ordered(own_app, email="b@voorbeeld.nl")
    owner = clerk("owner")
    for made, amount in ((first, "1.00"), (second, "2.50"), (first, "0.50")):
        assert do(owner, made, "/refund", amount=amount, reason="dented").status_code == 303
        do_due_jobs(own_app)
    assert [number[-5:] for number in credits(own_app, first) + credits(own_app, second)] == ["00001", "00003", "00002"]
    assert again(own_app, first).goodwill_cents == 150
    shown = main_text(owner.get(f"/admin/orders/{first.number}"))
    assert "Given back out of goodwill" in shown
    assert_books_agree(own_app)


def test_two_refunds_at_once_never_exceed_what_was_paid(own_app: Flask, clerk: Clerk) -> None:
    made = ordered(own_app)
    owner = clerk("owner")
    amount = f"{made.total_cents * 2 // 3 / 100:.2f}"
    pages = [
        press(owner, owner.get(f"/admin/orders/{made.number}"), "/refund", amount=amount, reason="x") for _ in range(2)
    ]
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda page: press(owner, page, "/refund").status_code, pages))
    assert sorted(answers) == [303, 409]
    do_due_jobs(own_app)
    assert_books_agree(own_app)


def test_a_payment_that_was_cancelled_has_nothing_to_send_back(own_app: Flask, clerk: Clerk) -> None:
    made = ordered(own_app, play="canceled")
    paid = ordered(own_app, email="b@voorbeeld.nl")
    owner = clerk("owner")
    page = owner.get(f"/admin/orders/{made.number}")
    assert "Send money back" not in page.text
    form = html.fromstring(owner.get(f"/admin/orders/{paid.number}").text).xpath("//form[contains(@action, '/refund')]")
    sent = dict(form[0].form_values()) | {"amount": "1", "reason": "x", "sure": "yes"}
    answer = owner.post(f"/admin/orders/{made.number}/refund", data=sent)
    assert (answer.status_code, "was not paid" in answer.text) == (409, True)
    assert_books_agree(own_app)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_page_of_a_return_keeps_the_contract(language: str, own_app: Flask, clerk: Clerk) -> None:
    made = sent_and_withdrawn(own_app, clerk, {1: 1})
    owner = clerk("owner")
    owner.get(f"/admin/?lang={language}")
    check_page(owner.get(f"/admin/orders/{made.number}"), language)
    check_page(do(owner, made, "/returned", sealed_1="x"), language)
    do(owner, made, "/returned", sealed_1="1")
    check_page(owner.get(f"/admin/orders/{made.number}"), language)
    check_page(press(owner, owner.get(f"/admin/orders/{made.number}"), "/return-decided"), language)
    check_page(owner.get("/admin/orders?show=returns"), language)
