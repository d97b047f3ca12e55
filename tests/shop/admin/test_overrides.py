"""Exceptions for blocked sentences: proposed by an owner, confirmed by a second person, ended by time or by hand."""

import csv
import io
import re
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from catalog.models import ClaimOverride, Product, Status
from shop.web.services import services_of
from tests.conftest import AdminClient
from tests.shop.admin.conftest import Clock
from tests.shop.admin.imports import press as press_link
from tests.shop.admin.imports import send_file
from tests.shop.admin.products import add, press, send_to, stored
from tests.shop.visitor import main_text
from tests.shop.web.test_page_contract import check_page

SLEEP = "Onze capsules helpen je slapen."
FACT = "Capsules met magnesiumcitraat."
LETTER = "goedgekeurd in een brief van 3 mei"


class People:
    """An owner who proposes, and a publisher who confirms, with a product whose summary is blocked."""

    def __init__(self, admin_client: AdminClient, app: Flask, **changes: str) -> None:
        self.app = app
        self.owner = admin_client("owner", email="eva@winkel.test")
        self.publisher = admin_client("publisher", email="bram@winkel.test")
        texts = {"summary_nl": f"{FACT} {SLEEP}"} | changes
        self.product_id = add(self.publisher, **texts)
        self.address = f"/admin/products/{self.product_id}"

    def propose(self, client: FlaskClient | None = None, until: str = "2027-05-22", why: str = LETTER) -> TestResponse:
        by = client or self.owner
        finding = re.search(r'name="finding"[^>]*value="([0-9a-f]{32})"', self.page(self.owner).text)
        sent = {"finding": finding[1] if finding else "0" * 32, "until": until, "why": why}
        return send_to(by, f"{self.address}/overrides", **sent)

    def page(self, client: FlaskClient) -> TestResponse:
        return client.get(f"{self.address}/overrides?lang=nl")

    def confirm(self, client: FlaskClient) -> TestResponse:
        return send_to(client, f"{self.address}/overrides/{self.newest().id}/confirm")

    def withdraw(self, client: FlaskClient) -> TestResponse:
        return send_to(client, f"{self.address}/overrides/{self.newest().id}/end")

    def publish(self) -> TestResponse:
        return send_to(self.publisher, f"{self.address}/publish", version=str(self.version()))

    def version(self) -> int:
        with Session(services_of(self.app).databases.primary) as session:
            return session.scalars(select(Product.version).where(Product.id == self.product_id)).one()

    def newest(self) -> ClaimOverride:
        with Session(services_of(self.app).databases.primary) as session:
            return session.scalars(select(ClaimOverride).order_by(ClaimOverride.id.desc())).first()  # type: ignore[return-value] # there is one

    def publish_under_exception(self) -> None:
        assert self.propose().status_code == 303
        assert self.confirm(self.publisher).status_code == 303
        assert self.publish().status_code == 303

    def in_the_shop(self, language: str = "nl") -> str:
        page = self.app.test_client().get(f"/{language}/product/{stored(self.app, self.product_id).slug}")
        assert page.status_code == 200
        return page.text


@pytest.fixture
def people(admin_client: AdminClient, own_app: Flask, clock: Clock) -> People:
    return People(admin_client, own_app)


def test_a_sentence_passes_only_after_a_second_person_confirmed_it(people: People) -> None:
    assert people.publish().status_code == 422
    assert people.propose().status_code == 303
    assert people.publish().status_code == 422, "a proposal lets nothing pass"
    assert "bevestigen" in main_text(people.page(people.owner))
    assert people.confirm(people.owner).status_code == 303
    assert people.newest().confirmed_at is None, "who proposes cannot confirm"
    assert people.confirm(people.publisher).status_code == 303
    assert people.newest().confirmed_by == "bram@winkel.test"
    assert people.publish().status_code == 303
    assert SLEEP in people.in_the_shop()
    history = main_text(people.publisher.get(f"{people.address}/history"))
    assert history.count(LETTER) >= 2
    assert "eva@winkel.test" in history
    assert SLEEP in history


def test_another_owner_may_be_the_second_person_and_an_editor_may_not(
    people: People, admin_client: AdminClient
) -> None:
    people.propose()
    assert people.confirm(admin_client("editor")).status_code == 403
    assert people.confirm(admin_client("owner", email="olga@winkel.test")).status_code == 303
    assert people.newest().confirmed_by == "olga@winkel.test"


def test_only_an_owner_proposes(people: People) -> None:
    assert people.propose(people.publisher).status_code == 403


@pytest.mark.parametrize(
    ("until", "why"), [("2026-11-22", LETTER), ("2027-11-23", LETTER), ("morgen", LETTER), ("2027-05-22", " ")]
)
def test_a_proposal_needs_a_reason_and_a_day_within_twelve_months(people: People, until: str, why: str) -> None:
    refused = people.propose(until=until, why=why)
    assert refused.status_code == 422
    assert 'class="error"' in refused.text
    check_page(refused, "nl")
    assert people.propose(until="2027-11-22").status_code == 303


def test_no_exception_is_made_for_a_disease(admin_client: AdminClient, own_app: Flask, clock: Clock) -> None:
    people = People(admin_client, own_app, summary_nl="Onze capsules genezen migraine.")
    page = people.page(people.owner)
    assert "kan niemand een uitzondering maken" in main_text(page)
    assert 'name="finding"' not in page.text
    found = re.search(r'id="found-([0-9a-f]{32})"', people.owner.get(people.address).text)
    assert found
    sent = {"finding": found[1], "until": "2027-05-22", "why": LETTER}
    refused = send_to(people.owner, f"{people.address}/overrides", **sent)
    assert refused.status_code == 422
    assert "ziekte" in main_text(refused)


def test_changing_the_sentence_ends_the_exception_even_when_it_comes_back(people: People) -> None:
    people.propose()
    people.confirm(people.publisher)
    press(people.publisher, people.address, "save", summary_nl=f"{FACT} Onze capsules helpen je echt slapen.")
    assert people.newest().ended == "changed"
    press(people.publisher, people.address, "save", summary_nl=f"{FACT} {SLEEP}")
    assert people.publish().status_code == 422


def test_the_exception_is_for_one_field_in_one_language_of_one_product(people: People) -> None:
    people.propose()
    people.confirm(people.publisher)
    press(people.publisher, people.address, "save", directions_nl=f"Neem 1 capsule per dag. {SLEEP}")
    assert people.publish().status_code == 422
    press(people.publisher, people.address, "save", directions_nl="Neem 1 capsule per dag.")
    assert people.publish().status_code == 303
    other = add(people.publisher, sku="ANDER", slug="ander", summary_nl=SLEEP)
    assert send_to(people.publisher, f"/admin/products/{other}/publish", version="1").status_code == 422


def test_after_its_last_day_no_shopper_sees_the_sentence_and_saving_is_refused(
    people: People, admin_client: AdminClient, clock: Clock
) -> None:
    people.publish_under_exception()
    clock.now = clock.now.replace(year=2027, month=5, day=22)
    assert SLEEP in people.in_the_shop()
    clock.turn(days=1)
    client = admin_client("publisher")
    page = people.in_the_shop()
    assert SLEEP not in page
    assert FACT in page
    assert "1 uitzondering verlopen" in main_text(client.get("/admin/?lang=nl"))
    assert "verlopen" in main_text(client.get("/admin/overrides?show=expired&lang=nl"))
    refused = press(client, people.address, "save", stock="5")
    assert refused.status_code == 422
    assert SLEEP in main_text(refused)
    assert press(client, people.address, "save").status_code == 422, "also without a change"
    saved = press(client, people.address, "save", summary_nl=FACT)
    assert saved.status_code == 303
    assert "uitzondering verlopen" not in main_text(client.get("/admin/?lang=nl"))


def test_withdrawing_takes_the_sentence_out_of_the_shop_at_once(people: People) -> None:
    people.publish_under_exception()
    assert SLEEP in people.in_the_shop()
    assert people.withdraw(people.publisher).status_code == 303
    page = people.in_the_shop()
    assert SLEEP not in page
    assert FACT in page
    assert people.newest().ended == "withdrawn"
    assert press(people.publisher, people.address, "save", stock="5").status_code == 422
    assert "1 mag zo niet worden gezegd" in main_text(people.publisher.get("/admin/?lang=nl"))


def test_a_proposal_can_be_declined_and_made_again(people: People) -> None:
    people.propose()
    assert "1 uitzondering in afwachting van een tweede persoon" in main_text(people.owner.get("/admin/?lang=nl"))
    assert people.withdraw(people.publisher).status_code == 303
    assert people.newest().ended == "declined"
    assert people.confirm(people.publisher).status_code == 303
    assert people.newest().confirmed_at is None
    people.publish_under_exception()
    assert SLEEP in people.in_the_shop()


def test_a_sentence_has_one_proposal_at_a_time_and_a_confirmed_one_replaces_the_former(
    people: People, admin_client: AdminClient, clock: Clock
) -> None:
    people.propose(until="2026-11-30")
    finding = re.search(r'id="found-([0-9a-f]{32})"', people.owner.get(people.address).text)
    assert finding
    sent = {"finding": finding[1], "until": "2027-05-22", "why": LETTER}
    assert send_to(people.owner, f"{people.address}/overrides", **sent).status_code == 422
    people.confirm(people.publisher)
    clock.turn(days=10)
    people.owner, people.publisher = admin_client("owner"), admin_client("publisher")
    assert people.publish().status_code == 422
    people.publish_under_exception()
    with Session(services_of(people.app).databases.primary) as session:
        ended = session.scalars(select(ClaimOverride.ended).order_by(ClaimOverride.id)).all()
    assert ended == ["replaced", None]
    assert SLEEP in people.in_the_shop()


def test_import_and_bulk_keep_to_the_exception(people: People, clock: Clock) -> None:
    people.publish_under_exception()
    clock.turn(minutes=1)
    rows = list(csv.DictReader(io.StringIO(people.publisher.get("/admin/export/csv").text)))
    [row] = [row for row in rows if row["sku"] == "PROEF-1"]
    assert import_row(people.publisher, row | {"price_eur": "33.33"})
    assert stored(people.app, people.product_id).price_cents == 3333
    assert SLEEP in people.in_the_shop(), "an import of a price leaves the exception alone"
    assert not import_row(people.publisher, row | {"version": "", "summary_nl": f"{SLEEP} Nu ook met slaapgarantie."})
    assert SLEEP in people.in_the_shop()
    raised = {"which": "all", "action": "price", "change": "10"}
    clock.turn(minutes=1)
    assert SLEEP not in main_text(send_to(people.publisher, "/admin/products/bulk?lang=nl", **raised))
    people.withdraw(people.publisher)
    preview = send_to(people.publisher, "/admin/products/bulk?lang=nl", **raised)
    assert SLEEP in main_text(preview), "bulk refuses what blocks again"
    assert not import_row(people.publisher, row | {"version": "", "price_eur": "44.44"})


def import_row(client: FlaskClient, row: dict[str, str]) -> bool:
    """Import one row; whether it was written."""
    file = io.StringIO()
    writer = csv.DictWriter(file, row, lineterminator="\n")
    writer.writeheader()
    writer.writerow(row)
    plan = send_file(client, file.getvalue()).location
    if f'action="{plan}/apply"' not in client.get(plan).text:
        return False
    return press_link(client, plan, f"{plan}/apply").location == "/admin/import"


def test_the_form_shows_what_stands_as_an_exception_and_proposes_nothing_for_others(people: People) -> None:
    page = people.owner.get(f"{people.address}?lang=nl")
    assert "Uitzonderingen" in main_text(page)
    check_page(page, "nl")
    people.propose()
    for language in ("nl", "en"):
        check_page(people.publisher.get(f"{people.address}/overrides?lang={language}"), language)
        check_page(people.publisher.get(f"/admin/overrides?lang={language}"), language)
    people.confirm(people.publisher)
    shown = main_text(people.publisher.get(f"{people.address}?lang=nl"))
    assert "Toegestaan als uitzondering, tot en met 22 mei 2027" in shown
    for language in ("nl", "en"):
        check_page(people.owner.get(f"{people.address}/overrides?lang={language}"), language)
        check_page(people.owner.get(f"{people.address}/history?lang={language}"), language)


def test_a_product_whose_name_expired_has_its_sku_in_the_shop(
    admin_client: AdminClient, own_app: Flask, clock: Clock
) -> None:
    people = People(admin_client, own_app, summary_nl=FACT, name_nl="Slaapgoed capsules")
    people.publish_under_exception()
    assert "Slaapgoed" in people.in_the_shop()
    people.withdraw(people.owner)
    page = people.in_the_shop()
    assert "Slaapgoed" not in page.replace("slaapgoed", "")
    assert "<h1>PROEF-1</h1>" in page


def test_somebody_elses_exception_is_not_reached_through_another_product(people: People) -> None:
    people.propose()
    other = add(people.publisher, sku="ANDER", slug="ander")
    for end in ("confirm", "end"):
        assert (
            send_to(people.publisher, f"/admin/products/{other}/overrides/{people.newest().id}/{end}").status_code
            == 404
        )
    assert send_to(people.publisher, f"{people.address}/overrides/{2**40}/confirm").status_code == 404


def test_the_product_keeps_its_state_and_a_draft_stays_a_draft(people: People) -> None:
    people.propose()
    people.confirm(people.publisher)
    assert stored(people.app, people.product_id).status is Status.DRAFT
    assert people.newest().until == date(2027, 5, 22)
