"""Data for search engines: addresses, languages, structured data."""

import json
import re
from collections import Counter
from typing import Any
from urllib.robotparser import RobotFileParser

import pytest
from flask.testing import FlaskClient
from lxml import etree, html

from shop.web import sitemap as crawlers
from tests.shop.visitor import PUBLIC_PAGES

NAMESPACES = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}
SITE = "http://localhost"
PRODUCT = "/nl/product/duinvallei-magnesiumcitraat-100-capsules"
POWDER = "/en/product/oeverzand-magnesiumcitraat-162-poeder"


def sitemap(client: FlaskClient, address: str) -> dict[str, dict[str, str]]:
    """The addresses of a sitemap, each with its alternates."""
    answer = client.get(address)
    assert answer.mimetype == "application/xml"
    return {
        str(url.findtext("s:loc", namespaces=NAMESPACES)): {
            str(link.get("hreflang")): str(link.get("href")) for link in url.findall("x:link", NAMESPACES)
        }
        for url in etree.fromstring(answer.data).findall("s:url", NAMESPACES)
    }


def head(client: FlaskClient, address: str) -> html.HtmlElement:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return html.document_fromstring(answer.text)


def structured(client: FlaskClient, address: str) -> dict[str, Any]:
    """The blocks of structured data of a page by type."""
    blocks = head(client, address).xpath('//script[@type="application/ld+json"]')
    data = [json.loads(block.text_content()) for block in blocks]
    assert all(block["@context"] == "https://schema.org" for block in data)
    return {block["@type"]: block for block in data}


def test_the_sitemap_holds_every_public_page_and_every_product_in_both_languages(client: FlaskClient) -> None:
    found = sitemap(client, "/sitemap.xml")
    for pages in PUBLIC_PAGES.values():
        assert {SITE + page for page in pages if "?" not in page} <= set(found)
    assert sum("/product/" in address for address in found) == 2 * 99
    for address, alternates in found.items():
        assert set(alternates) == {"nl", "en", "x-default"}
        assert alternates["x-default"] == alternates["nl"]
        assert address in alternates.values()
        assert all(found[other] == alternates for other in alternates.values()), address


def test_every_page_of_the_sitemap_names_itself_and_its_translation_as_the_sitemap_does(client: FlaskClient) -> None:
    for address, alternates in sitemap(client, "/sitemap.xml").items():
        if "/product/" in address and "duinvallei" not in address:
            continue
        page = head(client, address.removeprefix(SITE))
        assert page.xpath('//link[@rel="canonical"]/@href') == [address]
        assert page.xpath('//meta[@property="og:url"]/@content') == [address]
        links = page.xpath('//link[@rel="alternate"]')
        assert {link.get("hreflang"): link.get("href") for link in links} == alternates
        assert not page.xpath('//meta[@name="robots"]')


def test_many_products_are_spread_over_sitemaps_of_bounded_size(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = sitemap(client, "/sitemap.xml")
    monkeypatch.setattr(crawlers, "PRODUCTS_PER_SITEMAP", 30)
    index = etree.fromstring(client.get("/sitemap.xml").data)
    files = [str(name) for name in index.xpath("//s:loc/text()", namespaces=NAMESPACES)]
    assert len(files) == 1 + 4
    parts = [sitemap(client, file.removeprefix(SITE)) for file in files]
    assert [len(part) for part in parts[1:]] == [60, 60, 60, 18]
    assert {address for part in parts for address in part} == set(whole)
    assert client.get("/sitemap-products-5.xml").status_code == 404
    assert client.get("/sitemap-products-0.xml").status_code == 404


def test_robots_may_read_pages_but_not_advice_admin_or_api(client: FlaskClient) -> None:
    robots = RobotFileParser()
    robots.parse(client.get("/robots.txt").text.splitlines())
    assert robots.site_maps() == [f"{SITE}/sitemap.xml"]
    for pages in PUBLIC_PAGES.values():
        assert all(robots.can_fetch("*", page) for page in pages)
    for private in ("/nl/keuzehulp/advies", "/en/finder/safety", "/admin/", "/api/v1/products"):
        assert not robots.can_fetch("*", private)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_titles_and_descriptions_are_of_one_page_only(language: str, client: FlaskClient) -> None:
    pages = [head(client, address) for address in PUBLIC_PAGES[language] if "?" not in address]
    for texts in (
        [page.findtext(".//title") for page in pages],
        [page.xpath('string(//meta[@name="description"]/@content)') for page in pages],
    ):
        assert [text for text, count in Counter(texts).items() if count > 1] == []
        assert all(text and 20 <= len(text) <= 180 for text in texts), texts
    for page in pages:
        assert page.xpath('string(//meta[@property="og:title"]/@content)') in str(page.findtext(".//title"))


def test_what_shows_a_choice_or_an_error_is_not_indexed(client: FlaskClient) -> None:
    for address in (
        "/nl/vergelijk?p=duinvallei-magnesiumcitraat-100-capsules",
        "/nl/beste-magnesium-supplementen?form=citrate&form=oxide",
        "/nl/bestaat-niet",
    ):
        page = html.document_fromstring(client.get(address).text)
        assert page.xpath('string(//meta[@name="robots"]/@content)').startswith("noindex")
        assert not page.xpath('//link[@rel="canonical"]')


def test_a_product_says_its_price_as_data_and_that_it_cannot_be_ordered_and_is_invented(client: FlaskClient) -> None:
    product = structured(client, PRODUCT)["Product"]
    assert product["name"] == "Magnesiumcitraat 100 mg, 120 capsules"
    assert product["sku"] == "DUI-CIT-100-C120"
    assert product["brand"] == {"@type": "Brand", "name": "Duinvallei"}
    assert "verzonnen" in product["disambiguatingDescription"].lower()
    offer = product["offers"]
    assert (offer["@type"], offer["price"], offer["priceCurrency"]) == ("Offer", "17.95", "EUR")
    assert offer["availability"] == "https://schema.org/OutOfStock"
    assert offer["url"] == SITE + PRODUCT
    assert all(price["valueAddedTaxIncluded"] for price in offer["priceSpecification"])


def test_a_powder_says_its_unit_price_as_data(client: FlaskClient) -> None:
    _pack, unit = structured(client, POWDER)["Product"]["offers"]["priceSpecification"]
    assert unit["price"] == "5.30"
    assert unit["referenceQuantity"] == {"@type": "QuantitativeValue", "value": 100, "unitCode": "GRM"}


@pytest.mark.parametrize("address", [PRODUCT, "/en/forms/oxide", "/en/compare/forms", "/nl/vormen"])
def test_breadcrumbs_read_the_same_on_the_page_and_as_data(address: str, client: FlaskClient) -> None:
    shown = head(client, address).xpath('//nav[@class="crumbs"]//li')
    items = structured(client, address)["BreadcrumbList"]["itemListElement"]
    assert [item["position"] for item in items] == list(range(1, len(items) + 1))
    assert [item["name"] for item in items] == [crumb.text_content() for crumb in shown]
    assert items[-1]["item"] == SITE + address


def test_a_name_can_not_break_out_of_structured_data(client: FlaskClient) -> None:
    page = client.get(PRODUCT).text
    for block in re.findall(r'(?s)<script type="application/ld\+json">(.*?)</script>', page):
        assert "<" not in block
