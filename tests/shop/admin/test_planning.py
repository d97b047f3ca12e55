"""Changes at a moment to come: made at that moment for whoever looks next, once, or named as failed."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from catalog.edits.products import product_to_edit
from catalog.edits.store import begin_writing
from catalog.models import Change, PricePoint, Product, Status
from shop.outbox.worker import make_planned_changes
from shop.web.services import services_of
from tests.conftest import AdminClient
from tests.factories import make_product
from tests.shop.admin.conftest import Clock
from tests.shop.admin.products import press, send_to, stored
from tests.shop.visitor import main_text
from tests.shop.web.test_page_contract import check_page

BEGINS, ENDS = datetime(2026, 11, 27, 8, 0, tzinfo=UTC), datetime(2026, 11, 30, 22, 59, tzinfo=UTC)
"""In Dutch time 9.00 and 23.59."""


@pytest.fixture
def product(own_app: Flask, clock: Clock) -> Product:
    """A product that has cost 12.95 euro for months."""
    with Session(services_of(own_app).databases.primary, expire_on_commit=False) as session:
        made = make_product(session, price_cents=1295, slug="proef")
        for table in (PricePoint, Change):
            long_ago = update(table).where(table.product_id == made.id).values(at=clock.now - timedelta(days=90))
            session.execute(long_ago)
        session.commit()
        return product_to_edit(session, made.id)


def plan(client: FlaskClient, product_id: int, **fields: str) -> TestResponse:
    typed = {"price": "9,95", "begins": "2026-11-27T09:00", "ends": "2026-11-30T23:59"} | fields
    return send_to(client, f"/admin/products/{product_id}/planning/reduction", **typed)


def plan_status(client: FlaskClient, product_id: int, kind: str, due: str) -> TestResponse:
    return send_to(client, f"/admin/products/{product_id}/planning/status", kind=kind, due=due)


def price_points(app: Flask, product_id: int) -> list[tuple[datetime, int | None]]:
    with Session(services_of(app).databases.primary) as session:
        query = select(PricePoint).where(PricePoint.product_id == product_id).order_by(PricePoint.at)
        return [(point.at, point.cents) for point in session.scalars(query)]


def test_a_reduction_begins_and_ends_at_its_moments_on_pages_that_were_cached(
    publisher: FlaskClient, admin_client: AdminClient, own_app: Flask, clock: Clock, product: Product
) -> None:
    shopper, page = own_app.test_client(), f"/nl/product/{product.slug}"
    assert plan(publisher, product.id).status_code == 303
    for language in ("en", "nl"):
        check_page(publisher.get(f"/admin/products/{product.id}/planning?lang={language}"), language)
        check_page(publisher.get(f"/admin/planned?lang={language}"), language)
    clock.now = BEGINS - timedelta(seconds=1)
    for _ in range(2):
        assert "12,95" in shopper.get(page).text
    clock.now = BEGINS
    began = [main_text(shopper.get(page)) for _ in range(2)]
    assert all(("9,95" in text, "12,95" in text) == (True, True) for text in began)  # the lowest of 30 days beside it
    clock.now = ENDS - timedelta(seconds=1)
    assert "9,95" in shopper.get(page).text
    clock.now = ENDS + timedelta(minutes=3)  # nobody looked at the moment itself
    assert "9,95" not in shopper.get(page).text
    now = stored(own_app, product.id)
    assert (now.price_cents, now.reduced) == (1295, False)
    assert price_points(own_app, product.id)[1:] == [(BEGINS, 995), (ENDS, 1295)]
    later = admin_client("publisher", email="later@winkel.test")
    history = main_text(later.get(f"/admin/products/{product.id}/history"))
    assert history.count("publisher@winkel.test") == 2


def test_a_product_is_published_and_archived_at_a_moment_by_the_worker_too(
    publisher: FlaskClient, own_app: Flask, clock: Clock, product: Product
) -> None:
    shared = services_of(own_app)
    send_to(publisher, f"/admin/products/{product.id}/status", status="draft", version=str(product.version))
    assert plan_status(publisher, product.id, "publish", "2026-12-01T00:00").status_code == 303
    assert plan_status(publisher, product.id, "archive", "2026-12-24T18:00").status_code == 303
    clock.now = datetime(2026, 11, 30, 22, 59, 59, tzinfo=UTC)
    make_planned_changes(shared)
    assert stored(own_app, product.id).status is Status.DRAFT
    assert own_app.test_client().get(f"/nl/product/{product.slug}").status_code == 404
    clock.turn(seconds=1)
    assert own_app.test_client().get(f"/nl/product/{product.slug}").status_code == 200
    clock.now = datetime(2026, 12, 24, 17, 0, tzinfo=UTC)
    make_planned_changes(shared)
    make_planned_changes(shared)
    assert stored(own_app, product.id).status is Status.ARCHIVED
    assert stored(own_app, product.id).price_cents == 1295


def test_what_cannot_be_made_at_its_moment_is_named_and_leaves_the_product_alone(
    publisher: FlaskClient, admin_client: AdminClient, own_app: Flask, clock: Clock, product: Product
) -> None:
    plan(publisher, product.id)
    clock.now = BEGINS + timedelta(hours=1)
    own_app.test_client().get("/nl/")
    then = admin_client("publisher", email="then@winkel.test")
    press(then, f"/admin/products/{product.id}", "save", price_cents="8,88")
    clock.now = ENDS
    own_app.test_client().get("/nl/")
    assert stored(own_app, product.id).price_cents == 888
    later = admin_client("publisher", email="later@winkel.test")
    assert "prijs intussen gewijzigd" in main_text(later.get("/admin/planned"))
    assert "geplande wijziging" in main_text(later.get("/admin/"))
    assert plan(later, product.id, price="7,77", begins="2026-12-01T09:00", ends="2026-12-02T09:00").status_code == 303
    version = str(stored_version(own_app, product.id))
    send_to(later, f"/admin/products/{product.id}/status", status="archived", version=version)
    clock.now = datetime(2026, 12, 3, tzinfo=UTC)
    make_planned_changes(services_of(own_app))
    assert stored(own_app, product.id).price_cents == 888
    last = admin_client("publisher", email="last@winkel.test")
    assert "was toen niet openbaar" in main_text(last.get(f"/admin/products/{product.id}/planning"))


def test_a_writer_who_is_busy_at_the_moment_delays_the_change_and_no_page(
    publisher: FlaskClient, own_app: Flask, clock: Clock, product: Product
) -> None:
    plan(publisher, product.id)
    clock.now = BEGINS
    shopper, page = own_app.test_client(), f"/nl/product/{product.slug}"
    with Session(services_of(own_app).databases.writing) as busy:
        begin_writing(busy)
        assert [shopper.get(page).status_code for _ in range(2)] == [200, 200]
        busy.rollback()
    clock.turn(seconds=2)
    assert "9,95" in shopper.get(page).text


def stored_version(app: Flask, product_id: int) -> int:
    with Session(services_of(app).databases.primary) as session:
        return product_to_edit(session, product_id).version


@pytest.mark.parametrize(
    ("fields", "refused"),
    [
        ({"price": ""}, "price"),
        ({"price": "gratis"}, "price"),
        ({"price": "12,95"}, "price"),
        ({"price": "0"}, "price"),
        ({"begins": ""}, "begins"),
        ({"begins": "morgen"}, "begins"),
        ({"begins": "0001-01-01T00:00"}, "begins"),
        ({"ends": "9999-12-31T23:59"}, "ends"),
        ({"begins": "2026-11-22T09:59"}, "begins"),
        ({"begins": "2029-11-22T09:59", "ends": "2029-11-23T09:59"}, "begins"),
        ({"begins": "2027-03-28T02:30", "ends": "2027-04-01T00:00"}, "begins"),
        ({"ends": "2026-11-27T09:00"}, "ends"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused_at_its_field(
    fields: dict[str, str], refused: str, publisher: FlaskClient, clock: Clock, product: Product
) -> None:
    page = plan(publisher, product.id, **fields)
    assert (page.status_code, f'id="{refused}-error"' in page.text) == (422, True)


def test_a_false_reduction_a_second_plan_and_an_incomplete_product_are_refused_when_planned(
    publisher: FlaskClient, admin_client: AdminClient, own_app: Flask, clock: Clock, product: Product
) -> None:
    assert plan(publisher, product.id).status_code == 303
    assert plan(publisher, product.id).status_code == 422
    page = publisher.get(f"/admin/products/{product.id}/planning")
    end, begin = re.findall(r'action="(/admin/planned/\d+/cancel)"', page.text)
    assert send_to(admin_client("editor"), begin).status_code == 403
    for address in (begin, begin, end):  # twice pressed, and the end that went with its begin
        assert send_to(publisher, address).status_code == 303
    assert "/cancel" not in publisher.get(f"/admin/products/{product.id}/planning").text  # its end went too
    assert plan(publisher, product.id).status_code == 303
    page = publisher.get(f"/admin/products/{product.id}/planning")
    end, _begin = re.findall(r'action="(/admin/planned/\d+/cancel)"', page.text)
    send_to(publisher, end)
    assert "/cancel" not in publisher.get(f"/admin/products/{product.id}/planning").text  # none is left without an end
    press(publisher, f"/admin/products/{product.id}", "save", price_cents="9,00")
    clock.turn(minutes=1)
    press(publisher, f"/admin/products/{product.id}", "save", price_cents="12,95")
    lower = plan(publisher, product.id)  # 9,00 was asked less than 30 days before
    assert lower.status_code == 422
    with Session(services_of(own_app).databases.primary) as session:
        draft = make_product(session, status=Status.DRAFT, name_nl="")
        session.commit()
        draft_id = draft.id
    assert plan_status(publisher, draft_id, "publish", "2026-12-01T09:00").status_code == 422
    assert plan(publisher, draft_id).status_code == 422
    assert publisher.get("/admin/products/999999/planning").status_code == 404


def reduction_of(ids: Iterable[int], **moments: str) -> dict[str, Any]:
    """The fields of the bulk form for a reduction by a tenth, rounded to ,95."""
    fields = {"which": "ticked", "id": [str(id_) for id_ in ids], "action": "reduction", "change": "-10"}
    return fields | {"rounding": "95"} | moments


def confirm(client: FlaskClient, preview: TestResponse, fields: Mapping[str, Any]) -> TestResponse:
    shown = re.search(r'name="shown" value="([0-9a-f]+)"', preview.text)
    assert shown
    return send_to(client, "/admin/products/bulk", **fields, shown=shown[1], confirm="yes")


def test_a_reduction_of_many_products_is_previewed_planned_made_together(
    publisher: FlaskClient, own_app: Flask, clock: Clock, product: Product
) -> None:
    with Session(services_of(own_app).databases.primary) as session:
        others = [make_product(session, price_cents=cents, slug=f"p-{cents}").id for cents in (1000, 2000)]
        for table in (PricePoint, Change):
            session.execute(update(table).where(table.product_id.in_(others)).values(at=clock.now - timedelta(days=90)))
        draft = make_product(session, price_cents=500, slug="concept", status=Status.DRAFT).id
        session.commit()
    publisher.get("/admin/?lang=nl")
    plan(publisher, others[1])
    fields = reduction_of((product.id, *others, draft), begins="2026-11-27T09:00", ends="2026-11-30T23:59")
    for wrong in ({"ends": "2026-11-27T08:00"}, {"begins": ""}, {"begins": "2025-01-01T00:00"}, {"change": "10"}):
        assert send_to(publisher, "/admin/products/bulk", **fields | wrong).status_code == 422, wrong
    preview = send_to(publisher, "/admin/products/bulk", **fields)
    check_page(preview, "nl")
    text = main_text(preview)
    assert "annuleer dat eerst" in text
    assert "is nu niet openbaar" in text
    assert "11,95" in text  # 12,95 - 10 % = 11,66, up to ,95
    assert "Plan het voor 2 producten" in text
    done = confirm(publisher, preview, fields)
    assert done.location == "/admin/planned"
    page = publisher.get("/admin/planned")
    check_page(page, "nl")
    assert "2 producten" in main_text(page)
    clock.now = BEGINS + timedelta(minutes=2)
    own_app.test_client().get("/nl/")
    now = [stored(own_app, id_) for id_ in (product.id, others[0])]
    assert [(each.price_cents, each.reduced) for each in now] == [(1195, True), (995, True)]
    assert price_points(own_app, product.id)[-1] == (BEGINS, 1195)
    clock.now = ENDS
    make_planned_changes(services_of(own_app))
    assert [stored(own_app, id_).price_cents for id_ in (product.id, others[0])] == [1295, 1000]


def test_one_press_cancels_a_planned_reduction_of_many_products(
    publisher: FlaskClient, own_app: Flask, product: Product
) -> None:
    with Session(services_of(own_app).databases.primary) as session:
        other = make_product(session, price_cents=1000).id
        session.commit()
    fields = reduction_of([product.id, other], begins="2027-03-01T09:00", ends="2027-03-02T09:00")
    confirm(publisher, send_to(publisher, "/admin/products/bulk", **fields), fields)
    cancel = re.search(r"/admin/planned/\d+/cancel-step", publisher.get("/admin/planned").text)
    assert cancel
    assert send_to(publisher, cancel[0]).status_code == 303
    assert "cancel-step" not in publisher.get("/admin/planned").text
    assert 'id="waiting"' not in publisher.get("/admin/planned").text
