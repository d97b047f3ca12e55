"""Answers and orders never meet: nothing in stores, logs, mails, documents or requests says what was answered."""

import json
import logging
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from lxml import html
from sqlalchemy import select

from catalog.orders.checks import book_faults
from catalog.orders.models import Job, OrdersBase, Purchase, PurchaseNote
from catalog.orders.payments import PaymentRequest, PaymentSeen
from recommend.answers import QUESTIONS
from shop.finder.answers_cookie import COOKIE, NEUTRAL_DEFAULTS
from shop.outbox.worker import sweep
from shop.payments.trial import TrialProvider
from shop.web.order_links import order_token
from shop.web.services import services_of
from tests.shop.ordering.shopper import CHECKOUT, DETAILS, Shopper, mails, main_text, plain, purchases

STOP = NEUTRAL_DEFAULTS | {
    "age_group": "65_plus",
    "conditions": ["kidney_disease", "heart_other", "bowel_disease"],
    "medicines": ["tetracycline_quinolone", "levothyroxine", "digoxin"],
    "goal": "sleep_mood_or_complaint",
    "warning_signs": ["low_mood"],
    "stomach": "strong",
    "supplement_mg": 150,
}
OTHER_USES = {"male", "female", "any", "none", "normal", "low", "medium", "high", "mild", "capsule", "tablet", "powder"}
"""Answers that are words of other things too, such as a dosage form on an order."""


def answering(shopper: Shopper, answers: dict[str, Any]) -> None:
    """Give a shopper's browser the answers, as the finder does."""
    cipher = services_of(shopper.app).answers_cipher
    token = cipher.encrypt(json.dumps(answers).encode()).decode()
    shopper.client.set_cookie(COOKIE, token)


def words_of_health(app: Flask) -> set[bytes]:
    """Values of answers, ids of rules and notes, and the sentences of notes in both languages."""
    ruleset = services_of(app).ruleset
    values = {value for question in QUESTIONS.values() for value in getattr(question, "values", ())} - OTHER_USES
    notes = {note.id for note in ruleset.notes} | {rule.id for rule in ruleset.rules}
    return {word.encode() for word in values | notes if len(word) > 3}


def test_nothing_of_the_answers_reaches_stores_logs_mails_documents_or_the_provider(
    own_app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    requests: list[PaymentRequest] = []
    create = TrialProvider.create

    def recorded(self: TrialProvider, request: PaymentRequest) -> PaymentSeen:
        requests.append(request)
        return create(self, request)

    monkeypatch.setattr(TrialProvider, "create", recorded)
    caplog.set_level(logging.DEBUG)
    shopper = Shopper(own_app)
    answering(shopper, STOP)
    shopper.add()
    stop = shopper.client.get(CHECKOUT["nl"])
    assert "Vraag eerst je arts of apotheker" in main_text(stop)
    details = shopper.submit(stop, "details")
    ordered = shopper.submit(shopper.submit(details, "summary", **DETAILS), "order")
    shopper.pay(ordered)
    shopper.work()
    (purchase,) = purchases(own_app)
    found = shopper.submit(shopper.client.get("/nl/herroepen"), number=purchase.number, email=purchase.email)
    shopper.submit(shopper.submit(shopper.client.get(found.location), "check"), "confirm")
    shopper.work()

    instance = services_of(own_app).settings.instance
    stored = {file.name: file.read_bytes() for file in Path(instance).glob("orders.db*")}
    sent = {f"mail {place}": plain(message).encode() for place, message in enumerate(mails(own_app))}
    asked = {f"request {place}": repr(request).encode() for place, request in enumerate(requests)}
    logged = {"log": "\n".join(record.getMessage() for record in caplog.records).encode()}
    assert requests
    assert sent
    told = [
        (where, word.decode())
        for where, text in (stored | sent | asked | logged).items()
        for word in words_of_health(own_app)
        if word in text
    ]
    assert not told


def test_a_stop_is_a_step_of_its_own_before_the_checkout_and_none_without_one(own_app: Flask) -> None:
    shopper = Shopper(own_app)
    shopper.add()
    assert "Je gegevens" in main_text(shopper.client.get(CHECKOUT["nl"]))
    answering(shopper, STOP)
    stop = shopper.client.get(CHECKOUT["nl"])
    assert "Toch verder met bestellen" in main_text(stop)
    assert "?" not in stop.request.url, "nothing of it is in an address"
    assert "Je gegevens" in main_text(shopper.submit(stop, "details"))


def test_a_stop_that_comes_up_at_the_order_button_keeps_what_was_entered(own_app: Flask) -> None:
    shopper = Shopper(own_app)
    shopper.add()
    summary = shopper.details()
    answering(shopper, STOP)
    stop = shopper.submit(summary, "order")
    assert "Vraag eerst je arts of apotheker" in main_text(stop)
    assert purchases(own_app) == []
    details = shopper.submit(stop, "details")
    (name,) = html.fromstring(details.text).xpath("//input[@name='name']/@value")
    assert name == "Jo de Vries"


def test_ones_data_are_given_as_json_without_secrets(own_app: Flask) -> None:
    shopper = Shopper(own_app)
    shopper.add()
    page = shopper.pay(shopper.order())
    data = shopper.client.get(f"{page.request.path}/gegevens.json")
    found = json.loads(data.data)
    assert found["email"] == "klant@voorbeeld.nl"
    assert found["lines"][0]["quantity"] == 1
    (purchase,) = purchases(own_app)
    assert purchase.token_sha256.encode() not in data.data
    assert purchase.payments[0].token.encode() not in data.data
    assert data.headers["Cache-Control"] == "no-store"


def test_links_to_orders_are_secret_and_the_store_has_only_their_hash(own_app: Flask) -> None:
    shopper = Shopper(own_app)
    shopper.add()
    token = shopper.order().location.split("/")[3]
    assert len(token) == 32, "192 bits"
    instance = services_of(own_app).settings.instance
    assert not [file for file in Path(instance).glob("orders.db*") if token.encode() in file.read_bytes()]


PERSONAL = (b"klant@voorbeeld.nl", b"Jo de Vries", b"Oudegracht", b"3511 AB")


def stored_in(app: Flask) -> bytes:
    """All rows of the orders' store as text, what SQLite keeps of erased rows on its pages left out."""
    with services_of(app).orders.reading() as session:
        rows = [repr(row) for table in OrdersBase.metadata.sorted_tables for row in session.execute(table.select())]
    return "\n".join(rows).encode()


def test_personal_data_are_erased_when_their_time_is_over_and_the_books_still_add_up(own_app: Flask) -> None:
    shopper = Shopper(own_app)
    shopper.add()
    shopper.pay(shopper.order())
    shopper.work()
    (purchase,) = purchases(own_app)
    found = shopper.submit(shopper.client.get("/nl/herroepen"), number=purchase.number, email=purchase.email)
    shopper.submit(shopper.submit(shopper.client.get(found.location), "check"), "confirm")
    shopper.work()
    assert all(word in stored_in(own_app) for word in PERSONAL)
    shared = services_of(own_app)
    for days in (29, 31):
        later = purchase.placed_at + timedelta(days=days)
        shared.clock = lambda later=later: later  # type: ignore[misc] # its default
        sweep(own_app)
        assert any(word in stored_in(own_app) for word in PERSONAL) is (days == 29)
        assert bool(mails(own_app)) is (days == 29), "kept mails name people too"
    with shared.orders.reading() as session:
        assert not list(book_faults(session))
    page = shopper.client.get(f"/nl/bestelling/{order_token(shared, purchase.number)}")
    assert "Naam en adres zijn gewist" in main_text(page)


def test_who_asks_is_erased_at_once_when_nothing_is_open_and_not_before(own_app: Flask) -> None:
    shopper = Shopper(own_app)
    shopper.add()
    page = shopper.pay(shopper.order())
    assert "Wis mijn naam en adres" not in main_text(page)
    (purchase,) = purchases(own_app)
    address = f"{page.request.path}/wissen"
    assert "loopt nog" in main_text(shopper.client.get(address))
    found = shopper.submit(shopper.client.get("/nl/herroepen"), number=purchase.number, email=purchase.email)
    shopper.submit(shopper.submit(shopper.client.get(found.location), "check"), "confirm")
    shopper.work()
    shopper.submit(shopper.client.get(address))
    assert not any(word in stored_in(own_app) for word in PERSONAL)


def test_notes_and_words_of_search_are_erased_with_the_person(own_app: Flask) -> None:
    shopper = Shopper(own_app)
    shopper.add()
    shopper.order()
    shared = services_of(own_app)
    with shared.orders.writing() as session:
        purchase = session.scalars(select(Purchase)).one()
        session.add(PurchaseNote(purchase_id=purchase.id, at=shared.clock(), who="staf", text="Jo de Vries belde"))
    later = shared.clock() + timedelta(days=31)
    shared.clock = lambda: later
    sweep(own_app)
    rows = stored_in(own_app)
    assert not [word for word in (*PERSONAL, b"vries", b"oudegracht") if word in rows.lower() or word in rows]


def waiting_jobs(app: Flask, kind: str) -> list[Job]:
    with services_of(app).orders.reading() as session:
        return list(session.scalars(select(Job).where(Job.kind == kind, Job.done_at.is_(None))))


@pytest.mark.parametrize("language", ["nl", "en"])
def test_number_and_e_mail_open_the_withdrawal_alone_and_the_link_is_mailed(language: str, own_app: Flask) -> None:
    shopper = Shopper(own_app, language)
    shopper.add()
    shopper.pay(shopper.order())
    (purchase,) = purchases(own_app)
    secret = order_token(services_of(own_app), purchase.number)
    find, lost = {
        "nl": ("/nl/herroepen", "/nl/bestelling-kwijt"),
        "en": ("/en/withdraw", "/en/lost-order-link"),
    }[language]
    found = shopper.submit(shopper.client.get(find), number=purchase.number, email=purchase.email)
    token = found.location.split("/")[3]
    form = shopper.client.get(found.location)
    check = shopper.submit(form, "check", name="Jo", email="jo@voorbeeld.nl")
    done = shopper.client.get(shopper.submit(check, "confirm").location)
    for page in (form, check, done):
        for private in (secret, purchase.name, purchase.street, purchase.postcode):
            assert private not in page.text
    assert lost in done.text
    order = {"nl": f"/nl/bestelling/{token}", "en": f"/en/order/{token}"}[language]
    for address in (order, f"{order}/gegevens.json", f"{order}/data.json", f"{order}/betalen", f"{order}/pay"):
        assert shopper.client.get(address).status_code == 404
    answers, written = set(), []
    for number in (purchase.number, purchase.number, "M26-2222-222"):
        written.append(len(waiting_jobs(own_app, "mail_link")))
        answer = shopper.submit(shopper.client.get(lost), number=number, email=purchase.email.upper())
        answers.add((answer.status_code, main_text(answer)))
    assert len(answers) == 1
    assert secret not in str(answers)
    assert [*written, len(waiting_jobs(own_app, "mail_link"))] == [0, 1, 1, 2]  # a write takes time that would tell
    shopper.work()
    assert not waiting_jobs(own_app, "mail_link")
    (mail,) = mails(own_app, "link")
    assert (mail["To"], secret in plain(mail)) == (purchase.email, True)


def test_a_token_of_the_withdrawal_ends_after_two_hours(own_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    shopper = Shopper(own_app)
    shopper.add()
    shopper.order()
    (purchase,) = purchases(own_app)
    found = shopper.submit(shopper.client.get("/nl/herroepen"), number=purchase.number, email=purchase.email)
    assert shopper.client.get(found.location).status_code == 200
    monkeypatch.setattr("shop.ordering.lost_link.LIFETIME_SECONDS", -1)
    assert shopper.client.get(found.location).status_code == 404
