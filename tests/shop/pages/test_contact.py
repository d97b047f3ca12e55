"""The contact page: the details that the owner filled in; missing ones are named once, in the colophon."""

import re

import pytest
from flask.testing import FlaskClient

from tests.shop.visitor import main_text

MISSING = "Nog niet ingevuld door de verkoper"


def test_every_page_links_to_contact(client: FlaskClient) -> None:
    for address in ("/nl/", "/nl/keuzehulp", "/nl/bestaat-niet"):
        assert 'href="/nl/contact"' in client.get(address).text


def test_an_empty_shop_says_plainly_that_it_cannot_be_reached_yet(client: FlaskClient) -> None:
    text = main_text(client.get("/en/contact"))
    assert "You cannot reach us yet" in text
    assert "not yet filled in" not in text


def test_what_the_seller_has_not_filled_in_is_named_once_in_the_colophon(client: FlaskClient) -> None:
    colophon = main_text(client.get("/nl/colofon"))
    assert colophon.count(MISSING) == 1
    assert re.search(rf"{MISSING}: Naam, Adres, Handelsregister", colophon)
    for address in ("/nl/contact", "/nl/product/duinvallei-magnesiumtauraat-70-capsules"):
        assert MISSING not in main_text(client.get(address))


@pytest.mark.parametrize("address", ["/nl/bestaat-niet", "/nl/product/bestaat-niet"])
def test_a_page_that_does_not_exist_offers_search_and_products(address: str, client: FlaskClient) -> None:
    page = client.get(address)
    assert page.status_code == 404
    assert re.search(r'<form[^>]*action="/nl/beste-magnesium-supplementen"[^>]*role="search"', page.text)
    assert '<a href="/nl/beste-magnesium-supplementen">Alle producten</a>' in page.text


def test_the_guide_leads_to_the_finder_the_forms_and_the_products_from_its_sections(client: FlaskClient) -> None:
    page = client.get("/nl/gids/magnesium-en-het-zenuwstelsel").text
    links = " ".join(re.findall(r'<p class="go-on.*?</p>', page, re.DOTALL))
    for address in ("/nl/keuzehulp", "/nl/vormen/citrate", "/nl/vergelijk/vormen", "/nl/beste-magnesium-supplementen"):
        assert f'href="{address}' in links
