"""Caching and compression of responses; one with a secret is never compressed."""

import gzip
import re

import brotli
import pytest
from flask.testing import FlaskClient

from tests.shop.visitor import FINDER, PUBLIC_PAGES, answer

HOME = "/nl/"
STYLES = re.compile(r'<link rel="stylesheet" href="([^"]+)"')
BOTH = {"Accept-Encoding": "gzip, deflate, br"}


def stylesheet(client: FlaskClient) -> str:
    """The stylesheet of every page, which comes before that of a feature."""
    return str(STYLES.findall(client.get(HOME).text)[0])


def test_the_address_of_a_static_file_names_its_content_and_is_kept_for_a_year(client: FlaskClient) -> None:
    address = stylesheet(client)
    assert re.fullmatch(r"/static/[0-9a-f]{12}/style\.css", address)
    answered = client.get(address)
    assert answered.mimetype == "text/css"
    assert answered.headers["Cache-Control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("address", ["/static/style.css", "/static/000000000000/style.css"])
def test_a_static_file_under_another_address_is_asked_for_again(address: str, client: FlaskClient) -> None:
    answered = client.get(address)
    assert answered.status_code == 200
    assert answered.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("address", ["/static/nothing.css", "/static/000000000000/nothing.css", "/static/../shop.db"])
def test_what_is_no_static_file_is_not_found(address: str, client: FlaskClient) -> None:
    assert client.get(address).status_code == 404


def test_the_stylesheets_of_every_page_stay_below_40_kb_together(client: FlaskClient) -> None:
    for page in PUBLIC_PAGES["nl"]:
        addresses = STYLES.findall(client.get(page).text)
        assert len(client.get(addresses[0]).data) < 30_000
        assert sum(len(client.get(address).data) for address in addresses) < 40_000, page


@pytest.mark.parametrize("address", [HOME, PUBLIC_PAGES["nl"][2], "/sitemap.xml", "/static/style.css"])
def test_what_the_browser_has_already_is_not_sent_again(address: str, client: FlaskClient) -> None:
    first = client.get(address, headers=BOTH)
    again = client.get(address, headers=BOTH | {"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert client.get(address, headers={"If-None-Match": 'W/"older"'}).status_code == 200


def test_pages_styles_and_data_travel_compressed_and_arrive_the_same(client: FlaskClient) -> None:
    for address in (HOME, PUBLIC_PAGES["en"][2], stylesheet(client), "/sitemap.xml", "/api/v1/products"):
        plain = client.get(address)
        assert "Content-Encoding" not in plain.headers
        assert "Accept-Encoding" in plain.headers["Vary"]
        small = client.get(address, headers=BOTH)
        assert small.headers["Content-Encoding"] == "br"
        assert len(small.data) < len(plain.data) / 2
        assert brotli.decompress(small.data) == plain.data
        zipped = client.get(address, headers={"Accept-Encoding": "gzip"})
        assert gzip.decompress(zipped.data) == plain.data


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_page_with_a_token_or_answers_is_neither_compressed_nor_kept(language: str, client: FlaskClient) -> None:
    pages = FINDER[language]
    answer(client, language)
    public = (PUBLIC_PAGES[language][0], PUBLIC_PAGES[language][2])
    for address in (pages["start"], pages["check"], pages["advice"], *public):
        page = client.get(address, headers=BOTH)
        assert page.headers["Cache-Control"] == "no-store"
        assert "Content-Encoding" not in page.headers
        assert "ETag" not in page.headers


def test_the_form_of_a_newcomer_holds_a_token_and_is_not_compressed(client: FlaskClient) -> None:
    page = client.get(FINDER["nl"]["start"], headers=BOTH)
    assert "csrf_token" in page.text
    assert "Content-Encoding" not in page.headers
