"""Demands on every page: valid HTML, one h1, a title, unique ids, labelled fields, bounded queries, no code."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from tinyhtml5.parser import HTMLParser
from werkzeug.test import TestResponse

from shop.web.services import services_of
from tests import databases
from tests.queries import counted
from tests.shop.visitor import FILLED, FINDER, PUBLIC_PAGES, answer, send

XHTML = "{http://www.w3.org/1999/xhtml}"
MOST_QUERIES = 4
"""Of a page that is rendered; whether a kept one is still right takes one question, and nothing more."""
MOST_QUERIES_OF_ADVICE = 3
CODE = re.compile(r"""<script(?![^>]*src=| type="application/ld\+json">)|<style|\sstyle=|\son[a-z]+=""")
NOT_FOUND = {"nl": "/nl/bestaat-niet", "en": "/en/does-not-exist"}


@pytest.fixture
def queries(app: Flask) -> Iterator[list[str]]:
    """The SQL that the shop sends from now on."""
    with counted(services_of(app).databases.primary) as sent:
        yield sent


def check_page(page: TestResponse, language: str) -> None:
    parser = HTMLParser()
    root = parser.parse(page.text)
    assert not parser.errors, parser.errors[:3]
    assert root.get("lang") == language
    elements = list(root.iter())
    headings = [element for element in elements if element.tag == f"{XHTML}h1"]
    assert len(headings) == 1
    title = next(element for element in elements if element.tag == f"{XHTML}title").text
    assert title
    assert len(title) > len(" · Magnesiumwijzer")
    ids = Counter(element.get("id") for element in elements if element.get("id"))
    assert not [name for name, count in ids.items() if count > 1]
    check_references(elements, set(ids))
    check_fields(elements)
    assert "Undefined" not in page.text
    assert not re.search(r"%\(|[>\"]None[<\"]", page.text)


def check_references(elements: list[Any], ids: set[str | None]) -> None:
    for element in elements:
        for attribute in ("aria-labelledby", "aria-describedby", "for"):
            for name in (element.get(attribute) or "").split():
                assert name in ids, f"{attribute}={name} points nowhere"
        if element.tag == f"{XHTML}a" and (element.get("href") or "").startswith("#"):
            assert element.get("href")[1:] in ids


def check_fields(elements: list[Any]) -> None:
    labelled = {element.get("for") for element in elements if element.tag == f"{XHTML}label"}
    wrapped = {
        id(field) for label in elements if label.tag == f"{XHTML}label" for field in label.iter() if field is not label
    }
    for field in elements:
        if field.tag in {f"{XHTML}input", f"{XHTML}select"} and field.get("type") not in {"hidden", "submit"}:
            assert field.get("id") in labelled or id(field) in wrapped, field.attrib


@pytest.mark.parametrize(
    ("language", "address"), [(lang, page) for lang, pages in PUBLIC_PAGES.items() for page in pages]
)
def test_every_public_page_keeps_the_contract(
    language: str, address: str, client: FlaskClient, queries: list[str]
) -> None:
    client.get(f"{PUBLIC_PAGES[language][2]}?q=zzzzzzzz")  # a process reads the index whole once, at its first search
    queries.clear()
    page = client.get(address)
    assert page.status_code == 200
    assert len(queries) <= MOST_QUERIES
    check_page(page, language)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_product_pages_keep_the_contract(language: str, app: Flask, client: FlaskClient, queries: list[str]) -> None:
    for slug in all_slugs(client, language)[::3]:  # the site check reads them all
        queries.clear()
        page = client.get(f"/{language}/product/{slug}")
        assert page.status_code == 200
        assert len(queries) <= MOST_QUERIES
        check_page(page, language)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_filled_basket_keeps_the_contract(language: str, client: FlaskClient, queries: list[str]) -> None:
    basket = {"nl": "/nl/winkelmand", "en": "/en/basket"}[language]
    offered = re.findall(r'name="add" value="(\d+)"', client.get(PUBLIC_PAGES[language][2]).text)
    client.post(basket, data={"add": offered[:20]})
    queries.clear()
    page = client.get(basket)
    # On PostgreSQL the stock and the rates of delivery are read from the same server, and so counted too.
    assert len(queries) <= MOST_QUERIES + databases.ON_POSTGRESQL
    check_page(page, language)
    check_page(client.post(basket, data={f"quantity-{offered[0]}": "-1"}), language)


def all_slugs(client: FlaskClient, language: str) -> list[str]:
    listing = PUBLIC_PAGES[language][2]
    slugs: list[str] = []
    for number in range(1, 20):
        page = client.get(f"{listing}?page={number}")
        if page.status_code == 404:
            break
        slugs += re.findall(rf'href="/{language}/product/([^"]+)"', page.text)
    assert len(set(slugs)) >= 60
    return sorted(set(slugs))


def test_a_sold_out_product_and_its_likes_take_no_more_queries(client: FlaskClient, queries: list[str]) -> None:
    items = client.get("/api/v1/products?sort=name&page=1").get_json()
    pages = range(1, items["pages"] + 1)
    found = [one for page in pages for one in client.get(f"/api/v1/products?page={page}").get_json()["items"]]
    sold_out = [one["slug"] for one in found if not one["in_stock"]]
    assert sold_out
    for slug in sold_out:
        queries.clear()
        assert client.get(f"/nl/product/{slug}").status_code == 200
        assert len(queries) <= MOST_QUERIES


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_questionnaire_keeps_the_contract_empty_refused_and_answered(
    language: str, client: FlaskClient, queries: list[str]
) -> None:
    pages = FINDER[language]
    check_page(client.get(pages["start"]), language)
    check_page(send(client, pages["start"]), language)
    answer(client, language, medicines=["levothyroxine"], supplement_mg="20")
    for name in (*FILLED, "check", "summary", "keep", "start_again"):
        check_page(client.get(pages[name]), language)
    queries.clear()
    check_page(client.get(pages["advice"]), language)
    assert len(queries) <= MOST_QUERIES_OF_ADVICE
    for name in FILLED:
        refused = send(client, pages[name], supplement_mg="-1", supplement="some")
        assert refused.status_code == 422
        check_page(refused, language)
    check_page(answer(client, language, conditions=["kidney_disease"], warning_signs=["overdose_signs"]), language)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_an_error_page_keeps_the_contract_in_the_language_of_its_address(language: str, client: FlaskClient) -> None:
    page = client.get(NOT_FOUND[language])
    assert page.status_code == 404
    check_page(page, language)


def test_no_page_holds_scripts_or_styles_that_the_content_security_policy_would_refuse(client: FlaskClient) -> None:
    for address in PUBLIC_PAGES["nl"]:
        page = client.get(address)
        assert "default-src 'self'" in page.headers["Content-Security-Policy"]
        assert not CODE.search(page.text)
