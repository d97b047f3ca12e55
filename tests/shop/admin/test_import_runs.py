"""Imports of large files: the worker does them in a process of its own, watched, cancelled, killed and begun again."""

import csv
import io
import os
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from catalog.models import Batch, Product, UploadRow
from catalog.orders import import_runs
from catalog.orders.models import ImportOutcome, ImportRun
from shop.admin import imports
from shop.outbox.imports import ImportProcess, do_import
from shop.web.services import services_of
from tests.shop.admin.imports import press, send_file
from tests.shop.visitor import csrf_token, main_text

PATIENCE = 30
ROWS = 8_000


@pytest.fixture(autouse=True)
def every_file_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "LARGE_BYTES", 0)


@pytest.fixture
def worker(own_app: Flask) -> Iterator[ImportProcess]:
    process = ImportProcess(own_app)
    yield process
    process.end()


def run_at(app: Flask, page: str) -> ImportRun:
    with services_of(app).orders.reading() as session:
        return session.get_one(ImportRun, int(page.rsplit("/", 1)[-1]))


def wait_until(app: Flask, page: str, holds: Callable[[ImportRun], object]) -> ImportRun:
    begun = time.monotonic()
    while not holds(run := run_at(app, page)):
        assert time.monotonic() - begun < PATIENCE, "nothing happens"
        time.sleep(0.05)
    return run


def finish(app: Flask, page: str) -> ImportRun:
    """Do the run whose turn it is, here and not in a process of its own, which takes seconds to begin."""
    shared = services_of(app)
    with shared.orders.writing() as session:
        claimed = import_runs.claim(session, shared.clock())
    assert claimed is not None
    do_import(shared.settings, claimed.upload_id)
    run = run_at(app, page)
    assert run.ended_at is not None
    return run


def products(app: Flask) -> int:
    with Session(services_of(app).databases.primary) as session:
        return session.scalar(select(func.count()).select_from(Product)) or 0


def long_list(client: FlaskClient) -> str:
    """Thousands of new products, like one of the sample's, with names of their own."""
    rows = csv.DictReader(io.StringIO(client.get("/admin/export/csv").get_data(as_text=True).removeprefix("\ufeff")))
    like = next(row for row in rows if row["status"] == "published" and not row["other_actives"])
    like |= {"ean": "", "picture": "", "more_pictures": "", "alt_nl": "", "alt_en": ""}
    text = io.StringIO()
    writer = csv.DictWriter(text, like)
    writer.writeheader()
    for number in range(ROWS):
        name = {field: f"{like[field]} {number}" for field in ("name_nl", "name_en")}
        writer.writerow(like | name | {"sku": f"LONG-{number}", "slug": f"long-{number}"})
    return text.getvalue()


def test_large_files_wait_for_each_other_are_read_and_carried_out_by_the_worker(
    publisher: FlaskClient, own_app: Flask, price_list: Callable[[str], str]
) -> None:
    first = send_file(publisher, price_list("33.33"), "first.csv").location
    second = send_file(publisher, price_list("44.44"), "second.csv").location
    assert "Waits to begin" in main_text(publisher.get(first))
    assert "after first.csv" in main_text(publisher.get(second))
    assert "being read" in main_text(publisher.get("/admin/import"))
    finish(own_app, first)
    assert "3 changed" in main_text(publisher.get(first))
    assert finish(own_app, second).outcome is ImportOutcome.PLANNED
    press(publisher, first, f"{first}/apply")
    refused = press(publisher, first, f"{first}/drop")
    assert "Cancel the import first" in main_text(publisher.get(refused.location))
    finish(own_app, first)
    assert "first.csv, " in main_text(publisher.get("/admin/import"))
    done = publisher.get(first)
    assert "Imported: 0 new, 3 changed, 0 left out." in main_text(done)
    assert 'href="/admin/history?batch=1"' in done.text
    press(publisher, second, f"{second}/apply")
    finish(own_app, second)
    assert "The catalogue changed meanwhile" in main_text(publisher.get(second))
    with Session(services_of(own_app).databases.primary) as session:
        assert session.scalar(select(func.count()).select_from(Batch)) == 1


def test_progress_that_cannot_be_noted_is_tried_again_and_the_import_goes_on(
    publisher: FlaskClient, own_app: Flask, price_list: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[int] = []

    def busy(_session: Session, upload_id: int, *_rest: object) -> bool:
        tried.append(upload_id)
        raise OperationalError("busy", None, sqlite3.OperationalError())

    monkeypatch.setattr(import_runs, "beat", busy)
    monkeypatch.setattr("shop.outbox.imports._BEAT_SECONDS", 0.001)
    page = send_file(publisher, price_list("33.33")).location
    assert finish(own_app, page).outcome is ImportOutcome.PLANNED
    assert len(tried) > 1


def test_a_file_that_the_worker_cannot_read_says_so_on_its_page(publisher: FlaskClient, own_app: Flask) -> None:
    page = send_file(publisher, "sku,colour\nA-1,red\n").location
    assert finish(own_app, page).outcome is ImportOutcome.FILE_REFUSED
    text = main_text(publisher.get(page))
    assert "colour" in text
    assert "Look at the file again" in text
    nowhere = {"csrf_token": csrf_token(publisher.get(page))}
    assert publisher.get(f"{page}99").status_code == 404
    assert publisher.post(f"{page}99/cancel", data=nowhere).status_code == 404


def test_the_layout_of_a_large_file_is_read_by_the_worker_and_never_in_a_request(
    publisher: FlaskClient, own_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(*_args: object, **_kwargs: object) -> None:
        raise AssertionError("read in a request")

    file = (
        "Handle,Title,Vendor,Published,Variant SKU,Variant Price,Status\n"
        "mg,Magnesium 60 capsules,Veldzicht,TRUE,V60,9.95,active\n"
    )
    page = send_file(publisher, file, "shopify.csv").location
    assert "Waits to begin" in main_text(publisher.get(page))
    assert finish(own_app, page).outcome is ImportOutcome.PLANNED
    monkeypatch.setattr("shop.admin.layouts.look_at_layout", read)
    monkeypatch.setattr("shop.admin.imports.make_plan", read)
    asked = publisher.get(page).location
    assert "Recognised as Shopify." in main_text(publisher.get(asked))
    assert press(publisher, asked, asked, **{"answer-vat": "excluding_9"}).location == page
    finish(own_app, page)
    assert "add 9 %" in main_text(publisher.get(page))
    assert "selected>excluding VAT: add 9 %" in publisher.get(asked).text
    press(publisher, page, f"{page}/apply")
    finish(own_app, page)
    with Session(services_of(own_app).databases.primary) as session:
        assert session.scalar(select(Product.price_cents).where(Product.sku == "V60")) == 1085


def test_a_run_that_waits_is_cancelled_at_once_and_the_file_stays(publisher: FlaskClient, own_app: Flask) -> None:
    page = send_file(publisher, "sku,price_eur\nA-1,3.00\n").location
    press(publisher, page, f"{page}/cancel")
    assert run_at(own_app, page).outcome is ImportOutcome.CANCELLED
    assert "nothing in the catalogue was changed" in main_text(publisher.get(page))
    listed = main_text(publisher.get("/admin/import"))
    assert "Large files that are done" in listed
    assert "nothing in the catalogue was changed" in listed
    again = publisher.post(f"{page}/plan", data={"csrf_token": csrf_token(publisher.get(page))})
    assert "Waits to begin" in main_text(publisher.get(again.location))


@pytest.mark.long
def test_a_killed_run_is_begun_again_and_a_cancelled_one_writes_nothing(
    publisher: FlaskClient, own_app: Flask, worker: ImportProcess
) -> None:
    before = products(own_app)
    page = send_file(publisher, long_list(publisher)).location
    worker.tend()
    wait_until(own_app, page, lambda run: run.done)
    assert f"of {ROWS:,} rows" in main_text(publisher.get(page))
    assert worker.pid is not None
    os.kill(worker.pid, signal.SIGKILL)
    worker.end()
    with services_of(own_app).orders.writing() as session:  # as a minute later
        run = session.get_one(ImportRun, int(page.rsplit("/", 1)[-1]))
        assert run.ended_at is None
        assert run.beat_at is not None
        run.beat_at = services_of(own_app).clock() - timedelta(minutes=2)
    worker.tend()
    assert wait_until(own_app, page, lambda run: run.ended_at).outcome is ImportOutcome.PLANNED
    with Session(services_of(own_app).databases.primary) as session:
        assert session.scalar(select(func.count()).select_from(UploadRow).where(UploadRow.outcome == "new")) == ROWS

    press(publisher, page, f"{page}/apply")
    worker.end()
    worker.tend()
    wait_until(own_app, page, lambda run: run.done)
    assert publisher.post(f"{page}/cancel", data={"csrf_token": csrf_token(publisher.get(page))}).status_code == 303
    assert wait_until(own_app, page, lambda run: run.ended_at).outcome is ImportOutcome.CANCELLED
    assert products(own_app) == before
