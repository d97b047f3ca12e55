"""Log lines and metrics of requests, without anything of a visitor; the time for staff."""

import io
import json
import logging
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from shop.web.request_log import JsonLines, Lines
from tests.conftest import AdminClient
from tests.postgresql import free_port, wait_until
from tests.shop.visitor import PUBLIC_PAGES, answer

LISTING = PUBLIC_PAGES["nl"][2]


@pytest.fixture
def lines(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    """The shop's log lines, parsed from JSON."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(getattr(request, "param", JsonLines)())
    logger = logging.getLogger("shop")
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield stream
    logger.removeHandler(handler)
    logger.setLevel(before)


def records(lines: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines.getvalue().splitlines()]


def test_a_request_is_one_line_with_its_number_route_status_time_and_queries(
    client: FlaskClient, lines: io.StringIO
) -> None:
    page = client.get(f"{LISTING}?form=citrate")
    [line] = records(lines)
    assert line.keys() == {
        "time", "level", "from", "message", "request", "method", "route", "status", "ms", "queries",
    }  # fmt: skip
    assert line["request"] == page.headers["X-Request-Id"]
    assert (line["method"], line["route"], line["status"]) == ("GET", LISTING, 200)
    assert line["queries"] > 0
    assert 0 < line["ms"] < 60_000


def test_a_request_that_matches_nothing_is_told_without_its_address_or_method(
    client: FlaskClient, lines: io.StringIO
) -> None:
    client.get("/nl/secret-of-mine")
    client.open("/nl/", method="SECRET")
    assert [(line["method"], line["route"], line["status"]) for line in records(lines)] == [
        ("GET", "none", 404),
        ("other", "none", 405),
    ]
    assert "secret" not in lines.getvalue().lower()


def test_answers_cookies_and_addresses_stay_out_of_the_log(client: FlaskClient, lines: io.StringIO) -> None:
    answer(client, conditions=["myasthenia"], supplement_mg="4,7")
    client.get(LISTING, query_string={"form": "myasthenia"}, headers={"X-Forwarded-For": "192.0.2.77"})
    client.get("/nl/product/myasthenia")
    cookie = client.get_cookie("answers")
    assert cookie
    for secret in ("myasthenia", "4,7", cookie.value[:20], "192.0.2.77", "127.0.0.1"):
        assert secret not in lines.getvalue()


@pytest.mark.parametrize("lines", [JsonLines, Lines], indirect=True)
def test_an_exception_is_logged_by_type_and_place_but_not_by_what_it_says(own_app: Flask, lines: io.StringIO) -> None:
    @own_app.get("/nl/breaks")
    def breaks() -> str:
        try:
            raise KeyError("kidney_disease")
        except KeyError as error:
            raise ValueError("someone@example.com") from error

    page = own_app.test_client().get("/nl/breaks?x=kidney_disease")
    assert page.status_code == 500
    logged = lines.getvalue()
    assert "ValueError" in logged
    assert "KeyError" in logged
    assert "test_request_log.py:" in logged
    assert page.headers["X-Request-Id"] in logged
    assert "kidney" not in logged
    assert "someone" not in logged


def test_only_signed_in_staff_are_told_how_long_it_took(client: FlaskClient, admin_client: AdminClient) -> None:
    assert "Server-Timing" not in client.get(LISTING).headers
    assert "Server-Timing" not in client.get("/admin/sign-in").headers
    timing = admin_client().get("/admin/").headers["Server-Timing"]
    assert timing.startswith("app;dur=")
    assert 'queries"' in timing


def test_the_numbers_of_all_workers_are_at_a_port_of_their_own(sample_instance: Path, tmp_path: Path) -> None:
    port, metrics = free_port(), free_port()
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(
            [str(Path(sys.executable).with_name("shop")), "serve", "--port", str(port), "--metrics-port", str(metrics)],
            stdout=subprocess.DEVNULL,
            stderr=log,
            env=os.environ | {"SHOP_INSTANCE": str(sample_instance), "TMPDIR": str(tmp_path)},
        )
    try:
        wait_until(lambda: reads(port, "/healthz") == "ok\n", "the shop", 60)
        for _ in range(20):
            assert reads(port, "/nl/privacy")
        counted = 'shop_requests_total{method="GET",route="/nl/privacy",status="200"} 20.0'
        assert counted in reads(metrics, "/metrics")
        assert "shop_request_seconds_bucket" in reads(metrics, "/metrics")
        assert "shop_requests" not in reads(port, "/metrics")
    finally:
        process.terminate()
        assert process.wait(40) == 0
    assert list(tmp_path.glob("shop-metrics-*")) == []
    told = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines() if line.startswith("{")]
    assert sum(line.get("route") == "/nl/privacy" for line in told) == 20


def reads(port: int, path: str) -> str:
    """The text at an address; nothing when there is no answer or an error."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=20) as page:
            return str(page.read().decode())
    except OSError:
        return ""
