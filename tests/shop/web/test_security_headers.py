"""The headers that keep a browser from doing more than a page asks, on every kind of response."""

import re
import sqlite3
from collections.abc import Iterator, Mapping

import msgspec
import pytest
from flask import Flask, template_rendered
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from catalog.edits.products import add_picture, product_to_edit, save_product
from catalog.models import Product, Status
from catalog.product_state import state_of_product
from recommend.knowledge import Ruleset
from shop.admin.permissions import open_to_all
from shop.web.services import services_of
from tests.conftest import AdminClient
from tests.factories import AuthorFactory
from tests.shop.admin.test_pictures import image_file
from tests.shop.visitor import FILLED, FINDER, PUBLIC_PAGES, answer, csrf_token, send

POLICY = {
    "default-src": ["'self'"],
    "img-src": ["'self'", "data:"],
    "object-src": ["'none'"],
    "base-uri": ["'none'"],
    "form-action": ["'self'"],
    "frame-ancestors": ["'none'"],
}
EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
FOR_STAFF = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
HOME, LISTING = PUBLIC_PAGES["nl"][0], PUBLIC_PAGES["nl"][2]
FIRST, LATER, ADVICE = FINDER["nl"]["start"], FINDER["nl"]["intake"], FINDER["nl"]["advice"]
SOLD, ARCHIVED = "duinvallei-magnesiumcitraat-100-capsules", "hazelveen-magnesiumcitraat-125-tabletten"
TOO_LONG, TOO_LARGE = "x" * 9000, {"stomach": "x" * 1_000_000}

Responses = Mapping[str, tuple[int, TestResponse]]
"""Responses of every kind by what they are, each with the status that makes it of that kind."""


def directives(response: TestResponse) -> list[tuple[str, list[str]]]:
    """The content security policy of a response, directive by directive, in the order of their names."""
    policies = response.headers.getlist("Content-Security-Policy")
    parts = [part.split() for policy in policies for part in policy.split(";")]
    return sorted((part[0], part[1:]) for part in parts if part)


def faults(response: TestResponse, expected: Mapping[str, str]) -> list[str]:
    """The headers that a response lacks, has twice or has otherwise."""
    wrong = [name for name, value in expected.items() if response.headers.getlist(name) != [value]]
    if directives(response) != sorted(POLICY.items()):
        wrong.append("Content-Security-Policy")
    if response.mimetype == "text/html" and "Cookie" not in response.vary:
        wrong.append("Vary")
    return wrong


def all_faults(responses: Responses, expected: Mapping[str, str]) -> dict[str, list[str]]:
    assert {kind: response.status_code for kind, (_, response) in responses.items()} == {
        kind: status for kind, (status, _) in responses.items()
    }
    found = {kind: faults(response, expected) for kind, (_, response) in responses.items()}
    return {kind: wrong for kind, wrong in found.items() if wrong}


@pytest.fixture
def shop(own_app: Flask, ruleset: Ruleset) -> Flask:
    """The shop with an archived product, and with pages that fail in the shop or in the database."""

    @open_to_all
    def fail() -> str:
        raise ZeroDivisionError

    @open_to_all
    def be_locked() -> str:
        locked = sqlite3.OperationalError("database is locked")
        locked.sqlite_errorcode = sqlite3.SQLITE_BUSY
        raise OperationalError("SELECT 1", {}, locked)

    for start in ("/nl", "/admin", "/api/v1"):
        own_app.add_url_rule(f"{start}/failing", f"failing {start}", fail)
        own_app.add_url_rule(f"{start}/locked", f"locked {start}", be_locked)
    with Session(services_of(own_app).databases.primary) as session:
        id_ = session.scalars(select(Product.id).where(Product.slug == ARCHIVED)).one()
        product = product_to_edit(session, id_)
        archived = msgspec.structs.replace(state_of_product(product), status=Status.ARCHIVED)
        save_product(session, id_, product.version, archived, author=AuthorFactory.build(), ruleset=ruleset)
        session.commit()
    return own_app


@pytest.fixture
def picture(shop: Flask) -> str:
    """The address of a picture."""
    with Session(services_of(shop).databases.primary) as session:
        taken = add_picture(session, image_file(), "pot.png")
        session.commit()
    return f"/media/{taken.file(taken.width)}.webp"


def test_every_page_and_file_carries_every_security_header(shop: Flask, picture: str) -> None:
    visitor, shopper = shop.test_client(use_cookies=False), shop.test_client()
    advice = answer(shopper)
    small = {"Accept-Encoding": "br"}
    hashed = re.search(r'href="(/static/[0-9a-f]{12}/style.css)"', advice.text)
    assert hashed
    responses = {
        "home page": (200, visitor.get(HOME)),
        "home page, compressed": (200, visitor.get(HOME, headers=small)),
        "home page, headers only": (200, visitor.head(HOME)),
        "listing": (200, visitor.get(LISTING)),
        "product page": (200, visitor.get(f"/en/product/{SOLD}")),
        "form with a token": (200, visitor.get(FIRST)),
        "advice": (200, advice),
        "listing beside answers": (200, shopper.get(LISTING)),
        "static file": (200, visitor.get("/static/style.css")),
        "static file, compressed": (200, visitor.get("/static/style.css", headers=small)),
        "static file for good": (200, visitor.get(hashed[1])),
        "picture": (200, visitor.get(picture)),
        "robots": (200, visitor.get("/robots.txt")),
        "sitemap": (200, visitor.get("/sitemap.xml")),
        "health": (200, visitor.get("/healthz")),
        "methods": (200, visitor.options(HOME)),
        "API": (200, visitor.get("/api/v1/products")),
        "description of the API": (200, visitor.get("/api/v1/openapi.json")),
    }
    assert all_faults(responses, EVERYWHERE) == {}


def test_every_redirect_carries_every_security_header(shop: Flask) -> None:
    visitor = shop.test_client(use_cookies=False)
    responses = {
        "to a language": (302, visitor.get("/")),
        "to the address with its slash": (308, visitor.get("/nl")),
        "to the first question": (303, visitor.get(ADVICE)),
        "after a form": (303, send(shop.test_client(), FIRST, **FILLED["start"])),
    }
    assert all_faults(responses, EVERYWHERE) == {}


def test_every_error_page_carries_every_security_header(shop: Flask) -> None:
    visitor, shopper = shop.test_client(use_cookies=False), shop.test_client()
    answer(shopper)
    responses = {
        "no such page": (404, visitor.get("/nl/bestaat-niet")),
        "no such page of the listing": (404, visitor.get(f"{LISTING}?page=999")),
        "no text in the address": (404, visitor.get("/nl/%00")),
        "no such static file": (404, visitor.get("/static/nothing.css")),
        "no such picture": (404, visitor.get("/media/nothing-320.webp")),
        "another method": (405, visitor.post(HOME)),
        "archived product": (410, visitor.get(f"/nl/product/{ARCHIVED}")),
        "too large": (413, visitor.post(FIRST, data=TOO_LARGE)),
        "too long an address": (414, visitor.get(f"{LISTING}?q={TOO_LONG}")),
        "answer that cannot be": (422, send(shopper, LATER, supplement_mg="-1")),
        "fault of the shop": (500, visitor.get("/nl/failing")),
        "locked database": (503, visitor.get("/nl/locked")),
    }
    assert all_faults(responses, EVERYWHERE) == {}


def test_every_problem_of_the_api_carries_every_security_header(shop: Flask) -> None:
    visitor = shop.test_client(use_cookies=False)
    responses = {
        "no JSON": (400, visitor.post("/api/v1/advice", data="{", content_type="application/json")),
        "no such address": (404, visitor.get("/api/v1/nothing")),
        "another method": (405, visitor.post("/api/v1/products")),
        "too long an address": (414, visitor.get(f"/api/v1/products?q={TOO_LONG}")),
        "no JSON at all": (415, visitor.post("/api/v1/advice", data="{}")),
        "answers that cannot be": (422, visitor.post("/api/v1/advice", json={"stomach": "iron"})),
        "fault of the shop": (500, visitor.get("/api/v1/failing")),
        "locked database": (503, visitor.get("/api/v1/locked")),
    }
    assert all_faults(responses, EVERYWHERE) == {}


def test_what_the_browser_has_already_carries_every_security_header(shop: Flask, picture: str) -> None:
    visitor = shop.test_client(use_cookies=False)
    responses = {}
    for address in (
        HOME,
        LISTING,
        f"/en/product/{SOLD}",
        "/static/style.css",
        "/sitemap.xml",
        "/api/v1/forms",
        picture,
    ):
        known = {"If-None-Match": visitor.get(address).headers["ETag"]}
        responses[address] = (304, visitor.get(address, headers=known))
    assert all_faults(responses, EVERYWHERE) == {}


def test_only_pages_vary_with_the_cookie(shop: Flask) -> None:
    visitor = shop.test_client(use_cookies=False)
    others = ("/static/style.css", "/robots.txt", "/sitemap.xml", "/api/v1/products")
    assert [address for address in (HOME, *others) if "Cookie" in visitor.get(address).vary] == [HOME]


@pytest.mark.parametrize(("length", "status"), [(8 * 1024, 200), (8 * 1024 + 1, 414)])
def test_a_query_of_8_kib_is_read_and_a_byte_more_is_not(length: int, status: int, client: FlaskClient) -> None:
    assert client.get(f"/healthz?{'x' * length}").status_code == status


def test_no_view_is_asked_for_an_address_that_is_no_text(shop: Flask) -> None:
    shop.add_url_rule("/nl/echo/<text>", "echo", lambda text: text)
    visitor = shop.test_client()
    assert [visitor.get(f"/nl/echo/{text}").status_code for text in ("a", "%01", "%00", "a%00b")] == [
        200,
        200,
        404,
        404,
    ]


@pytest.fixture
def rendered(shop: Flask) -> Iterator[list[str]]:
    """The names of the templates that the shop renders from now on."""
    names: list[str] = []

    def note(_app: Flask, template: object, **_rest: object) -> None:
        names.append(str(template))

    template_rendered.connect(note, shop)
    yield names
    template_rendered.disconnect(note, shop)


def test_a_kept_page_carries_every_security_header(shop: Flask, rendered: list[str]) -> None:
    visitor = shop.test_client(use_cookies=False)
    for headers in ({}, {"Accept-Encoding": "br"}):
        for address in (HOME, LISTING, f"/en/product/{SOLD}"):
            visitor.get(address, headers=headers)
            rendered.clear()
            assert all_faults({address: (200, visitor.get(address, headers=headers))}, EVERYWHERE) == {}
            assert rendered == []


def test_every_response_to_staff_is_kept_from_caches_and_search_engines_as_well(
    shop: Flask, admin_client: AdminClient
) -> None:
    stranger, editor, owner = shop.test_client(), admin_client("editor"), admin_client("owner")
    token = {"csrf_token": csrf_token(owner.get("/admin/products/new"))}
    responses = {
        "sign-in page": (200, stranger.get("/admin/sign-in")),
        "no password": (422, send(stranger, "/admin/sign-in", email="eva@winkel.test", password="")),
        "to the sign-in page": (303, stranger.get("/admin/products")),
        "overview": (200, owner.get("/admin/")),
        "list": (200, owner.get("/admin/products")),
        "product's form": (200, owner.get("/admin/products/1")),
        "preview": (200, owner.get("/admin/products/1/preview/nl")),
        "export": (200, owner.get("/admin/export/csv")),
        "another method": (405, owner.post("/admin/history", data=token)),
        "no token": (400, owner.post("/admin/products/1")),
        "not for this role": (403, editor.get("/admin/accounts")),
        "no such page": (404, owner.get("/admin/nothing")),
        "no such product": (404, owner.get("/admin/products/99999")),
        "too long an address": (414, owner.get(f"/admin/products?q={TOO_LONG}")),
        "form that cannot be": (422, owner.post("/admin/products/new", data={**token, "press": "save"})),
        "fault of the shop": (500, owner.get("/admin/failing")),
        "locked database": (503, owner.get("/admin/locked")),
        "after a form": (303, owner.post("/admin/sign-out", data=token)),
    }
    assert all_faults(responses, EVERYWHERE | FOR_STAFF) == {}


def test_cookies_under_tls_can_be_set_by_this_host_alone(client: FlaskClient) -> None:
    page = client.get("/nl/keuzehulp", base_url="https://localhost")
    assert page.headers["Set-Cookie"].startswith("__Host-session=")
    for part in ("; Secure", "; Path=/", "; HttpOnly"):
        assert part in page.headers["Set-Cookie"]
    assert "Domain=" not in page.headers["Set-Cookie"]
    client.set_cookie("answers", "forged", secure=True)  # a name without the prefix, as a plain page may set it
    assert "opnieuw beginnen" not in client.get("/nl/keuzehulp", base_url="https://localhost").text
