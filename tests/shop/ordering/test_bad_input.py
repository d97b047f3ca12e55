"""Bad input at the checkout, the payment and the withdrawal: pages in words, nothing lost, nothing double, no 500."""

import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import msgspec
import pytest
from flask import Flask
from lxml import html
from sqlalchemy import update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from catalog.db.engine import for_writing
from catalog.edits.store import begin_writing
from catalog.models import Product, Status
from catalog.orders.models import PurchaseState
from shop.outbox.worker import sweep
from shop.settings import PaymentsSetting
from shop.web.order_links import order_token
from shop.web.services import services_of
from tests.shop.ordering.shopper import (
    CHECKOUT,
    CITRATE,
    DETAILS,
    TABLETS,
    Shopper,
    mails,
    main_text,
    plain,
    product_id,
    purchases,
)
from tests.shop.ordering.test_law import complete_settings


def change(app: Flask, slug: str = CITRATE, **facts: Any) -> None:
    """Change a product as another process may, in a revision of its own."""
    with Session(services_of(app).databases.writing) as session:
        begin_writing(session)
        session.execute(update(Product).where(Product.slug == slug).values(**facts))
        session.commit()


@pytest.fixture
def shopper(own_app: Flask) -> Shopper:
    made = Shopper(own_app)
    made.add()
    return made


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("email", "", "Vul je e-mailadres in."),
        ("email", "klant@", "Dit is geen e-mailadres, zoals naam@voorbeeld.nl."),
        ("email", "a@b.nl\r\nBcc: x@y.nl", "Dit is geen e-mailadres, zoals naam@voorbeeld.nl."),
        ("name", "😀😀", "Gebruik alleen letters, cijfers en gewone leestekens"),
        ("name", "123", "Vul ten minste één letter in."),
        ("street", "x" * 10_000, "80"),
        ("town", "<script>alert(1)</script>", "Gebruik alleen letters"),
        ("postcode", "1000", "In dit land schrijf je een postcode als 1234 AB."),
        ("postcode", "3511 SS", "In dit land schrijf je een postcode als 1234 AB."),
        ("house_number", "12 bis", "Vul alleen het nummer in"),
        ("house_number", "-1", "Vul alleen het nummer in"),
        ("delivery", "drone", "Kies hoe we bezorgen"),
        ("method", "", "Kies hoe je betaalt."),
        ("country", "US", "keuze"),
    ],
)
def test_a_wrong_detail_is_named_at_its_field_and_all_that_was_typed_stays(
    field: str, typed: str, said: str, shopper: Shopper
) -> None:
    page = shopper.details(**{field: typed})
    assert page.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    tree = html.fromstring(page.text)
    (summary,) = tree.xpath("//section[contains(@class, 'error-summary')]")
    if field in ("delivery", "country"):
        assert summary.xpath(f".//a[@href='#{field}']")
    else:
        assert said in summary.text_content()
    for name in ("email", "name", "street", "town"):
        if name != field:
            assert tree.xpath(f"//input[@name='{name}']/@value") == [DETAILS[name]]
    assert not purchases(shopper.app)


def test_a_belgian_postcode_and_address_are_taken_and_a_letterbox_there_is_refused(shopper: Shopper) -> None:
    page = shopper.details(country="BE", postcode="9000", delivery="letterbox")
    assert "Zo bezorgen we niet in dit land" in main_text(page)
    assert shopper.details(country="BE", postcode="9000").status_code == HTTPStatus.OK


def test_a_price_that_changed_meanwhile_is_shown_and_not_charged(shopper: Shopper) -> None:
    summary = shopper.details()
    change(shopper.app, price_cents=9900)
    again = shopper.submit(summary, "order")
    assert again.status_code == HTTPStatus.CONFLICT
    assert "Er is niets besteld" in main_text(again)
    assert "99,00" in main_text(again)
    assert not purchases(shopper.app)
    assert shopper.submit(again, "order").status_code == HTTPStatus.SEE_OTHER
    (purchase,) = purchases(shopper.app)
    assert purchase.lines_cents == 9900


@pytest.mark.parametrize("facts", [{"stock": 0}, {"status": Status.ARCHIVED}])
def test_a_product_that_went_meanwhile_leads_back_to_the_basket(facts: dict[str, Any], shopper: Shopper) -> None:
    summary = shopper.details()
    change(shopper.app, **facts)
    back = shopper.submit(summary, "order")
    assert (back.status_code, back.location) == (HTTPStatus.SEE_OTHER, "/nl/winkelmand")
    assert not purchases(shopper.app)


def test_the_last_pack_goes_to_one_shopper_and_the_other_reads_that_it_is_gone(own_app: Flask) -> None:
    change(own_app, stock=1)
    first, second = Shopper(own_app), Shopper(own_app)
    first.add(), second.add()
    summaries = first.details(), second.details(email="ander@voorbeeld.nl")
    assert first.submit(summaries[0], "order").status_code == HTTPStatus.SEE_OTHER
    back = second.submit(summaries[1], "order")
    assert back.location == "/nl/winkelmand"
    assert "Uitverkocht" in main_text(second.client.get(back.location))
    first.work()
    listed = second.client.get(f"/nl/product/{CITRATE}")
    assert "Uitverkocht" in main_text(listed), "pages say so once the last pack is promised"
    assert len(purchases(own_app)) == 1


def test_the_order_button_pressed_twenty_times_at_once_places_one_order(own_app: Flask) -> None:
    shopper = Shopper(own_app)
    shopper.add()
    summary = shopper.details()
    form = html.fromstring(summary.text).forms[-1]
    sent = dict(form.form_values()) | {"step": "order"}
    cookies = [(cookie.key, cookie.value) for cookie in (shopper.client._cookies or {}).values()]
    answers: list[tuple[int, str]] = []

    def press() -> None:
        client = own_app.test_client()
        for key, value in cookies:
            client.set_cookie(key, value)
        answer = client.post(CHECKOUT["nl"], data=sent)
        answers.append((answer.status_code, answer.location))

    with ThreadPoolExecutor(8) as presses:  # twice as many at a time as a process has threads
        for _press in range(20):
            presses.submit(press)
    assert (len(answers), len(set(answers))) == (20, 1)
    assert answers[0][0] == HTTPStatus.SEE_OTHER
    (purchase,) = purchases(own_app)
    assert len(purchase.payments) == 1
    shopper.work()
    assert len(mails(own_app, "receipt")) == 1


def test_a_forged_or_old_summary_asks_for_the_details_again(own_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    shopper = Shopper(own_app)
    shopper.add()
    summary = shopper.details()
    page = shopper.submit(summary, "order", entered="x" * 500)
    assert "Deze pagina stond te lang open" in main_text(page)
    monkeypatch.setattr("shop.ordering.checkout.LIFETIME_SECONDS", -1)
    assert "Deze pagina stond te lang open" in main_text(shopper.submit(summary, "order"))
    assert not purchases(own_app)


def test_an_order_with_another_seal_is_not_placed(shopper: Shopper) -> None:
    page = shopper.submit(shopper.details(), "order", seal="0" * 64)
    assert page.status_code == HTTPStatus.CONFLICT
    assert not purchases(shopper.app)


def test_an_empty_basket_leads_to_the_basket(own_app: Flask) -> None:
    client = own_app.test_client()
    for answer in (client.get(CHECKOUT["nl"]), client.post(CHECKOUT["nl"], data={"step": "order"})):
        assert (answer.status_code, answer.location) == (HTTPStatus.SEE_OTHER, "/nl/winkelmand")


def test_a_form_of_another_site_orders_nothing(shopper: Shopper) -> None:
    answer = shopper.client.post(CHECKOUT["nl"], data=DETAILS, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == HTTPStatus.FORBIDDEN


@pytest.mark.parametrize(
    "sent", [{}, {"id": "tr_unknown"}, {"id": "tr_../../v2/customers"}, {"id": "x" * 900}, {"id": "trial_0000"}]
)
def test_a_report_for_nobody_or_of_a_forged_id_changes_nothing(sent: dict[str, str], shopper: Shopper) -> None:
    shopper.order()
    (before,) = purchases(shopper.app)
    for token in ("nobody", before.payments[0].token):
        answer = shopper.client.post(f"/betaling/{token}", data=sent)
        assert (answer.status_code, answer.data) == (HTTPStatus.OK, b"")
    shopper.work()
    (after,) = purchases(shopper.app)
    assert (after.state, after.payments[0].status) == (before.state, before.payments[0].status)


def test_an_endless_report_is_refused(shopper: Shopper) -> None:
    answer = shopper.client.post("/betaling/nobody", data={"id": "x" * 5000})
    assert answer.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE


@pytest.mark.parametrize(
    ("play", "state"),
    [
        ("paid", PurchaseState.CONFIRMED),
        ("twice", PurchaseState.CONFIRMED),
        ("failed", PurchaseState.PLACED),
        ("canceled", PurchaseState.PLACED),
        ("expired", PurchaseState.PLACED),
        ("pending", PurchaseState.PLACED),
        ("partial", PurchaseState.PLACED),
    ],
)
def test_each_end_of_a_payment_shows_on_the_order_and_a_failed_one_can_be_tried_again(
    play: str, state: PurchaseState, shopper: Shopper
) -> None:
    page = shopper.pay(shopper.order(), play)
    assert page.status_code == HTTPStatus.OK
    shopper.work()
    (purchase,) = purchases(shopper.app)
    assert purchase.state is state
    assert len(mails(shopper.app, "confirmation")) == (state is PurchaseState.CONFIRMED)
    if play in ("failed", "canceled", "expired"):
        way = shopper.submit(page)
        assert shopper.pay(way).status_code == HTTPStatus.OK
        (purchase,) = purchases(shopper.app)
        assert (purchase.state, len(purchase.payments)) == (PurchaseState.CONFIRMED, 2)


def test_an_unpaid_order_ends_after_its_time_and_gives_its_packs_back(shopper: Shopper) -> None:
    change(shopper.app, stock=1)
    shopper.pay(shopper.order(), "canceled")
    shared = services_of(shopper.app)
    later = shared.clock() + timedelta(hours=1)
    shared.clock = lambda: later
    sweep(shopper.app)
    shopper.work()
    (purchase,) = purchases(shopper.app)
    assert purchase.state is PurchaseState.EXPIRED
    assert len(mails(shopper.app, "expired")) == 1
    assert "Op voorraad" in main_text(shopper.client.get(f"/nl/product/{CITRATE}"))


def test_half_a_payment_goes_back_when_the_order_ends(shopper: Shopper) -> None:
    shopper.pay(shopper.order(), "partial")
    shared = services_of(shopper.app)
    later = shared.clock() + timedelta(hours=1)
    shared.clock = lambda: later
    sweep(shopper.app)
    shopper.work()
    (purchase,) = purchases(shopper.app)
    (payment,) = purchase.payments
    assert purchase.state is PurchaseState.EXPIRED
    assert 0 < payment.paid_cents == payment.refund_claimed_cents < purchase.total_cents
    assert len(mails(shopper.app, "refund")) == 1


@pytest.mark.parametrize(("number", "email"), [("M26-0000-000", "klant@voorbeeld.nl"), ("", ""), ("x" * 500, "@")])
def test_a_withdrawal_of_an_unknown_order_says_so_in_words(number: str, email: str, own_app: Flask) -> None:
    shopper = Shopper(own_app)
    page = shopper.submit(shopper.client.get("/nl/herroepen"), number=number, email=email)
    assert page.status_code in (HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY)


def test_answers_are_alike_for_a_known_number_with_another_address(shopper: Shopper) -> None:
    shopper.order()
    (purchase,) = purchases(shopper.app)
    start = shopper.client.get("/nl/herroepen")
    pages = [
        shopper.submit(start, number=number, email="ander@voorbeeld.nl") for number in (purchase.number, "M26-2222-222")
    ]
    assert len({(page.status_code, main_text(page)) for page in pages}) == 1
    found = shopper.submit(start, number=purchase.number.lower(), email=DETAILS["email"].upper())
    assert found.status_code == HTTPStatus.SEE_OTHER


@pytest.mark.parametrize("packs", ["0", "-1", "3", "x", "10000000000"])
def test_a_withdrawal_from_more_or_less_packs_than_there_are_is_refused(packs: str, shopper: Shopper) -> None:
    shopper.pay(shopper.order())
    (purchase,) = purchases(shopper.app)
    start = shopper.client.get("/nl/herroepen")
    found = shopper.submit(start, number=purchase.number, email=purchase.email)
    page = shopper.submit(shopper.client.get(found.location), "check", **{"quantity-1": packs})
    assert page.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    (purchase,) = purchases(shopper.app)
    assert not purchase.withdrawals


def test_a_part_of_an_order_can_be_withdrawn_from_and_its_price_goes_back(own_app: Flask) -> None:
    shopper = Shopper(own_app)
    shopper.add(CITRATE, TABLETS)
    shopper.pay(shopper.order())
    shopper.work()
    (purchase,) = purchases(own_app)
    found = shopper.submit(shopper.client.get("/nl/herroepen"), number=purchase.number, email=purchase.email)
    check = shopper.submit(shopper.client.get(found.location), "check", **{"quantity-1": "1", "quantity-2": "0"})
    for _twice in range(2):
        shopper.submit(check, "confirm")
    shopper.work()
    (after,) = purchases(own_app)
    assert after.state is PurchaseState.CONFIRMED
    assert after.payments[0].refund_claimed_cents == after.lines[0].line_cents
    assert [line.withdrawn for line in after.lines] == [1, 0]
    assert len(after.withdrawals) == len(mails(own_app, "withdrawal")) == 1


def test_pages_of_an_order_are_never_stored_and_an_unknown_link_is_not_found(shopper: Shopper) -> None:
    page = shopper.pay(shopper.order())
    assert page.headers["Cache-Control"] == "no-store"
    for address in ("/nl/bestelling/x", "/nl/bestelling/x/gegevens.json", "/nl/bestelling/x/herroepen"):
        assert shopper.client.get(address).status_code == HTTPStatus.NOT_FOUND


def test_numbers_of_orders_cannot_be_guessed_all_day(shopper: Shopper) -> None:
    shopper.order()
    (purchase,) = purchases(shopper.app)
    start = shopper.client.get("/nl/herroepen")
    for _guess in range(30):
        assert shopper.submit(start, number="M26-2222-222", email=purchase.email).status_code == HTTPStatus.NOT_FOUND
    page = shopper.submit(start, number=purchase.number, email=purchase.email)
    assert page.status_code == HTTPStatus.TOO_MANY_REQUESTS
    assert "een kwartier" in main_text(page)
    shared = services_of(shopper.app)
    later = shared.clock() + timedelta(minutes=16)
    shared.clock = lambda: later
    assert shopper.submit(start, number=purchase.number, email=purchase.email).status_code == HTTPStatus.SEE_OTHER


@pytest.mark.parametrize(
    "email",
    [
        "ander,klant@voorbeeld.nl",
        "ander;klant@voorbeeld.nl",
        "ander<klant@voorbeeld.nl",
        "(ander)klant@voorbeeld.nl",
        "ander:klant@voorbeeld.nl",
        '"ander"@voorbeeld.nl',
        "=?utf-8?q?a=0D=0ABcc:_x?=@voorbeeld.nl",
        ".klant@voorbeeld.nl",
        "kl..ant@voorbeeld.nl",
        "klant@voorbeeld..nl",
        "klant@-voorbeeld.nl",
        "klant@[127.0.0.1]",
        "jörg@voorbeeld.nl",
        "klant\x00@voorbeeld.nl",
        f"{'k' * 65}@voorbeeld.nl",
    ],
)
def test_an_address_that_mail_reads_in_another_way_is_refused_at_checkout_and_withdrawal(
    email: str, shopper: Shopper
) -> None:
    assert "Dit is geen e-mailadres" in main_text(shopper.details(email=email))
    shopper.order()
    (purchase,) = purchases(shopper.app)
    form = shopper.client.get(f"/nl/bestelling/{order_token(services_of(shopper.app), purchase.number)}/herroepen")
    answer = shopper.submit(form, "check", email=email)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Dit is geen e-mailadres" in main_text(answer)


@pytest.mark.parametrize(
    ("email", "to"), [("klant+winkel@voorbeeld.nl", None), ("Jo.O'Brien@bücher.nl", "jo.o'brien@xn--bcher-kva.nl")]
)
def test_plus_signs_and_domains_in_other_letters_are_addresses(email: str, to: str | None, shopper: Shopper) -> None:
    shopper.order(email=email)
    shopper.work()
    (receipt,) = mails(shopper.app, "receipt")
    assert receipt["To"] == (to or email)


@pytest.mark.parametrize(
    "name",
    [
        "O'Brien",
        "Øyvind",
        "李小龙",
        "Ann-Marie",
        "محمد علي",
        "ไทย ใจดี",
        "देवनागरी",
        "Jose\u0301",
        "‘s-Gravenhage – Jansen",
    ],
)
def test_a_name_in_any_script_orders_and_gets_its_invoice(name: str, shopper: Shopper) -> None:
    shopper.pay(shopper.order(name=name))
    shopper.work()
    (purchase,) = purchases(shopper.app)
    (invoice,) = purchase.documents
    assert invoice.pdf is not None
    assert invoice.pdf.startswith(b"%PDF")
    (confirmation,) = mails(shopper.app, "confirmation")
    assert f"Beste {unicodedata.normalize('NFC', name)}," in plain(confirmation)


def test_who_pays_after_delivery_cannot_take_the_whole_stock(own_app: Flask) -> None:
    for number in range(4):
        shopper = Shopper(own_app)
        shopper.add()
        email = "klant@voorbeeld.nl" if number % 2 else "Klant@Voorbeeld.NL"
        answer = shopper.order(method="after_delivery", email=email)
        assert answer.status_code == (HTTPStatus.SEE_OTHER if number < 3 else HTTPStatus.CONFLICT)
    assert "Drie bestellingen" in main_text(answer)
    assert len(purchases(own_app)) == 3


def test_a_withdrawal_confirmed_twice_says_that_it_was_received(shopper: Shopper) -> None:
    shopper.order()
    (purchase,) = purchases(shopper.app)
    form = shopper.client.get(f"/nl/bestelling/{order_token(services_of(shopper.app), purchase.number)}/herroepen")
    confirm = shopper.submit(form, "check")
    first, second = shopper.submit(confirm, "confirm"), shopper.submit(confirm, "confirm")
    assert first.location == second.location
    assert "Je hebt herroepen" in main_text(shopper.client.get(second.location))
    (purchase,) = purchases(shopper.app)
    assert len(purchase.withdrawals) == 1


@pytest.mark.parametrize(
    "typed", [str.lower, lambda number: number.replace("-", " "), lambda number: number.replace("-", "")]
)
def test_an_order_is_found_by_its_number_however_it_is_typed(typed: Callable[[str], str], shopper: Shopper) -> None:
    shopper.order(email="Klant@Voorbeeld.nl")
    (purchase,) = purchases(shopper.app)
    page = shopper.client.get("/nl/herroepen")
    answer = shopper.submit(page, number=typed(purchase.number), email="kLANT@voorbeeld.nl")
    assert answer.status_code == HTTPStatus.SEE_OTHER


@pytest.mark.parametrize(
    "path",
    ["/betaling/%00", "/betaling/%00/terug", "/proefbetaling/%00", "/nl/bestelling/%00", "/nl/bestelling/%00/x.pdf"],
)
def test_a_null_sign_in_an_address_is_no_fault(path: str, own_app: Flask) -> None:
    client = own_app.test_client()
    for answer in (client.get(path), client.post(path, data={"id": "tr_\x00", "play": "paid"})):
        assert answer.status_code < HTTPStatus.INTERNAL_SERVER_ERROR, answer.request.method
    report = client.post("/betaling/%00", data={"id": "tr_1"})
    assert report.status_code < HTTPStatus.INTERNAL_SERVER_ERROR


def test_a_null_sign_in_a_form_is_no_fault(shopper: Shopper) -> None:
    assert shopper.details(name="Jo\x00", addition="\x00").status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    found = shopper.submit(shopper.client.get("/nl/herroepen"), number="M26\x00", email="a\x00@b.nl")
    assert found.status_code in (HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY)
    shopper.order()
    (purchase,) = purchases(shopper.app)
    form = shopper.client.get(f"/nl/bestelling/{order_token(services_of(shopper.app), purchase.number)}/herroepen")
    confirm = shopper.submit(form, "check", name="Jo\x00", reason="\x00\x08geen")
    assert confirm.status_code == HTTPStatus.OK
    assert shopper.submit(confirm, "confirm").status_code == HTTPStatus.SEE_OTHER
    shopper.work()
    assert len(mails(shopper.app, "withdrawal")) == 1


def test_a_second_attempt_asks_only_for_what_is_not_paid_yet(shopper: Shopper) -> None:
    page = shopper.pay(shopper.order(), "partial")
    assert ("Tot nu toe ontvangen" in main_text(page), "Betaald." in main_text(page)) == (True, False)
    shopper.work()
    again = shopper.submit(page)
    (made,) = purchases(shopper.app)
    left = made.payments[-1].cents
    assert f"Nog te betalen: € {left // 100},{left % 100:02}" in main_text(shopper.client.get(again.location))
    shopper.pay(again)
    shopper.work()
    (purchase,) = purchases(shopper.app)
    assert purchase.state is PurchaseState.CONFIRMED
    assert sum(payment.paid_cents for payment in purchase.payments) == purchase.total_cents
    assert mails(shopper.app, "refund") == []


def test_an_order_whose_payment_is_left_open_at_the_trial_provider_ends_too(shopper: Shopper) -> None:
    shopper.order()
    shared = services_of(shopper.app)
    later = shared.clock() + timedelta(hours=1)
    shared.clock = lambda: later
    sweep(shopper.app)
    (purchase,) = purchases(shopper.app)
    assert purchase.state is PurchaseState.EXPIRED


def test_a_basket_that_changed_in_another_tab_is_named_as_the_reason(shopper: Shopper) -> None:
    summary = shopper.details()
    shopper.add(TABLETS)
    answer = shopper.submit(summary, "order")
    assert answer.status_code == HTTPStatus.CONFLICT
    assert "Je winkelmand, prijzen" in main_text(answer)


def test_invented_products_are_never_sold_for_real_money(own_app: Flask) -> None:
    complete_settings(own_app)
    shared = services_of(own_app)
    shared.settings = msgspec.structs.replace(shared.settings, payments=PaymentsSetting.MOLLIE, mollie_key="test_x")
    shopper = Shopper(own_app)
    shopper.add()
    assert shopper.client.get(CHECKOUT["nl"]).status_code == HTTPStatus.SERVICE_UNAVAILABLE


def test_an_invoice_abroad_names_country_company_and_vat_number(shopper: Shopper) -> None:
    abroad = {"country": "BE", "postcode": "1000", "company": "Yahoo! & Zn.", "vat_number": "BE 0411.905.847"}
    shopper.pay(shopper.order(**abroad))
    shopper.work()
    (purchase,) = purchases(shopper.app)
    (invoice,) = purchase.documents
    to = ["Yahoo! & Zn.", "BE0411905847", "Jo de Vries", "Oudegracht 12 bis", "1000 Utrecht", "België"]
    assert msgspec.json.decode(invoice.snapshot)["to"] == to


def pressed(shopper: Shopper, page: TestResponse, **typed: str) -> TestResponse:
    """The page after its switch of language was pressed, with what was typed in its form."""
    tree = html.fromstring(page.text)
    (button,) = tree.xpath("//header//button[@value='translate']")
    (form,) = tree.xpath(f"//form[@id='{button.get('form')}']")
    (first, *_others) = tree.xpath(f"//button[@form='{form.get('id')}'] | //form[@id='{form.get('id')}']//button")
    assert first.get("value") != "translate" or not tree.xpath("//input[@name='name']"), "Enter presses the first one"
    return shopper.client.post(button.get("formaction"), data=dict(form.form_values()) | typed | {"step": "translate"})


def test_the_switch_of_language_keeps_what_was_entered_on_form_and_summary(shopper: Shopper) -> None:
    typed = {"name": "Zoë", "postcode": "nonsense", "delivery": "pickup"}
    details = pressed(shopper, shopper.client.get("/nl/bestellen"), **typed)
    assert (details.status_code, 'lang="en"' in details.text) == (HTTPStatus.OK, True)
    values = dict(html.fromstring(details.text).xpath("//form[@id='details-form']")[0].form_values())
    assert {name: values[name] for name in typed} == typed | {"postcode": "NONSENSE"}
    assert "error-summary" not in details.text
    summary = pressed(shopper, shopper.details())
    assert (summary.status_code, "Order with obligation to pay" in summary.text) == (HTTPStatus.OK, True)
    assert all(DETAILS[name] in summary.text for name in ("name", "street", "town"))
    assert shopper.submit(summary, "order").status_code == HTTPStatus.SEE_OTHER
    (purchase,) = purchases(shopper.app)
    assert (purchase.language, purchase.email) == ("en", DETAILS["email"])


def test_the_order_that_takes_the_last_pack_marks_it_sold_out_at_once(shopper: Shopper) -> None:
    change(shopper.app, stock=1)
    shopper.order()
    with Session(services_of(shopper.app).databases.primary) as session:
        assert session.get_one(Product, product_id(shopper.app)).sold_out


def test_a_locked_catalogue_delays_no_order_and_the_worker_marks_it(shopper: Shopper) -> None:
    change(shopper.app, stock=1)
    shared = services_of(shopper.app)
    summary = shopper.details()
    with Session(for_writing(shared.databases.primary)) as importing:
        begin_writing(importing)
        assert shopper.submit(summary, "order").status_code == HTTPStatus.SEE_OTHER
        importing.rollback()
    shopper.work()
    with Session(shared.databases.primary) as session:
        assert session.get_one(Product, product_id(shopper.app)).sold_out
