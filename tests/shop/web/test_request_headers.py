"""Hosts, encodings and addresses as the world sends them: refused in words, honoured, or led to the page meant."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from msgspec import structs

from shop.app import create_app
from shop.web.services import services_of
from tests.conftest import AdminClient, settings_in
from tests.shop.visitor import PUBLIC_PAGES, send

LISTING = PUBLIC_PAGES["nl"][2]


NO_HOSTS = (
    *("", "a b", "a_b.test", "a..b", "-a.test", ".", "é.test", "x" * 64 + ".test", ".".join(["x" * 60] * 5)),
    *("x:", "x:0", "x:65536", "x:y", "[::1", "[::g]"),
    *("me@x.test", "x.test, y.test", "x.test/", "evil.test/x", "<script>"),
)


@pytest.mark.parametrize("host", NO_HOSTS)
def test_a_host_that_cannot_be_one_gets_a_plain_400(host: str, client: FlaskClient) -> None:
    answer = client.get(LISTING, headers={"Host": host})
    assert (answer.status_code, answer.mimetype) == (400, "text/plain")
    assert "no address of that name" in answer.text
    assert "script" not in answer.text


@pytest.mark.parametrize("host", ["localhost", "SHOP.test:8000", "shop.test.", "127.0.0.1:80", "[::1]:8000", "x" * 63])
def test_a_host_that_can_be_one_is_served(host: str, client: FlaskClient) -> None:
    assert client.get(LISTING, headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
@pytest.mark.parametrize("host", ["", "10.0.0.5:8000", "a b"])
def test_a_health_check_needs_no_host(path: str, host: str, client: FlaskClient) -> None:
    assert client.get(path, headers={"Host": host}).status_code == 200


@pytest.fixture(scope="module")
def public_app(shared_instance: Path) -> Iterator[Flask]:
    """The shop with a public address, behind a proxy."""
    settings = structs.replace(settings_in(shared_instance), public_url="https://winkel.test", proxies=1)
    app = create_app(settings)
    yield app
    services_of(app).dispose()


def test_a_shop_with_a_public_address_answers_to_its_host_and_this_machine_alone(public_app: Flask) -> None:
    client = public_app.test_client()
    found = {
        host: client.get(LISTING, headers={"Host": host}).status_code
        for host in ("winkel.test", "WINKEL.test:443", "localhost:8000", "127.0.0.1", "evil.test", "x.winkel.test")
    }
    assert found == dict.fromkeys(found, 200) | {"evil.test": 400, "x.winkel.test": 400}
    forwarded = {"Host": "winkel.test", "X-Forwarded-Host": "evil.test"}
    assert client.get(LISTING, headers=forwarded).status_code == 400


def test_only_tls_is_told_to_stay_tls(public_app: Flask) -> None:
    client = public_app.test_client()
    plain = client.get(LISTING)
    over_tls = client.get(LISTING, headers={"X-Forwarded-Proto": "https"})
    assert "Strict-Transport-Security" not in plain.headers
    assert over_tls.headers["Strict-Transport-Security"] == "max-age=31536000"


@pytest.mark.parametrize(
    ("accepted", "sent"),
    [
        ("gzip, br", "br"),
        ("br;q=0.5, gzip", "gzip"),
        ("gzip;q=0", None),
        ("gzip;q=0, br;q=0", None),
        ("br;q=0, *", "gzip"),
        ("*;q=0", None),
        ("*", "br"),
        ("identity", None),
        ("GZIP", "gzip"),
        ("zstd, gzip;q=0.001", "gzip"),
        ("", None),
        (",;q=,gzip;q=x", None),
    ],
)
def test_an_encoding_that_is_not_accepted_is_not_sent(accepted: str, sent: str | None, client: FlaskClient) -> None:
    for _again in range(2):  # the second from the page cache
        page = client.get(LISTING, headers={"Accept-Encoding": accepted})
        assert page.headers.get("Content-Encoding") == sent
        assert "Accept-Encoding" in page.vary
    unchanged = client.get(LISTING, headers={"Accept-Encoding": accepted, "If-None-Match": page.headers["ETag"]})
    assert (unchanged.status_code, set(unchanged.vary)) == (304, set(page.vary))


@pytest.mark.parametrize("date", ["Mon, 01 Jan 99999999999 00:00:00 GMT", "Mon, 01 Jan 2020 00:00:00 +99999999999999"])
def test_a_date_that_is_none_is_as_if_it_was_not_sent(date: str, client: FlaskClient) -> None:
    for field in ("If-Modified-Since", "If-Unmodified-Since", "If-Range"):
        for path in (LISTING, LISTING, "/static/style.css", "/api/v1/products"):  # the second from the page cache
            assert client.get(path, headers={field: date, "Range": "bytes=0-1"}).status_code == 200, (field, path)


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        (f"{LISTING}/", LISTING),
        (f"{LISTING}/?form=citrate", f"{LISTING}?form=citrate"),
        (LISTING.upper(), LISTING),
        (f"{LISTING}%20", LISTING),
        (f"{LISTING}%C2%A0", LISTING),
        ("/NL/%20Keuzehulp", "/nl/keuzehulp"),
        ("/nl/vormen/Citrate", "/nl/vormen/citrate"),
        ("/EN", "/en/"),
        ("/api/v1/Products/", "/api/v1/products"),
    ],
)
def test_an_address_with_a_slash_capitals_or_blanks_leads_to_the_page_meant(
    path: str, meant: str, client: FlaskClient
) -> None:
    answer = client.get(path)
    assert answer.status_code == 301
    assert client.get(path, follow_redirects=True).request.url == f"http://localhost{meant}"
    assert answer.location.startswith("/")
    assert client.post(path).status_code in (404, 405)


@pytest.mark.parametrize("path", ["/nl/niets/", "/NIETS", "/nl/./"])
def test_an_address_of_no_page_stays_not_found(path: str, client: FlaskClient) -> None:
    assert client.get(path, follow_redirects=True).status_code == 404


@pytest.mark.parametrize("path", ["/admin%2f", "/admin%2Fsign-in", "/nl%2fgids"])
def test_a_slash_written_as_a_code_reaches_nothing(path: str, client: FlaskClient) -> None:
    assert client.get(path).status_code == 404


def test_an_invitation_has_the_public_address_whatever_host_is_forwarded(
    own_app: Flask, admin_client: AdminClient
) -> None:
    services = services_of(own_app)
    services.settings = structs.replace(services.settings, public_url="https://winkel.test")
    page = send(admin_client("owner"), "/admin/accounts", email="new@winkel.test", role="editor")
    assert "https://winkel.test/admin/invitation/" in page.text
    assert "http://localhost/admin" not in page.text
