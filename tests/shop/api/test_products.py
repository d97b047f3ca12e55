"""The products of the API are those of the listing: the same totals, order, filters and pages."""

import re
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from flask.testing import FlaskClient

from catalog.search.facets import Facet
from catalog.search.listing import Sort
from tests.shop.api.test_problems import problem

LISTING = {"nl": "/nl/beste-magnesium-supplementen", "en": "/en/best-magnesium-supplements"}
PRODUCTS = "/api/v1/products"


def products(client: FlaskClient, query: str = "") -> dict[str, Any]:
    answer = client.get(f"{PRODUCTS}?{query}")
    assert answer.status_code == 200
    assert isinstance(answer.json, dict)
    return answer.json


@pytest.mark.parametrize("sort", ["", *Sort])
@pytest.mark.parametrize("query", ["", "form=citrate", "form=oxide&form=taurate", "form=pyruvate", "page=2"])
@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_page_is_the_page_of_the_listing(query: str, sort: str, language: str, client: FlaskClient) -> None:
    asked = f"{query}&sort={sort}" if sort else query
    page = client.get(f"{LISTING[language]}?{asked}").text
    shown = products(client, f"{asked}&lang={language}")
    assert [item["url"] for item in shown["items"]] == re.findall(r'<h2><a href="([^"]+)"', page)
    total = re.search(r"(\d+) product", page.split('class="total"')[1])
    assert total
    assert shown["total"] == int(total[1])
    counts = re.findall(r'type="checkbox" name="form" value="([^"]+)".*?class="count">(\d+)', page)
    apart = {value: count for value, count in counts if "," not in value}
    assert {
        facet["value"]: str(facet["count"]) for facet in shown["facets"]["form"] if "glycinate" not in facet["value"]
    } == apart
    assert [value for value, _ in counts if "," in value] == ["bisglycinate,glycinate"]
    assert shown["notices"] == []


def test_all_pages_together_hold_every_product_once(client: FlaskClient) -> None:
    first = products(client)
    pages = [products(client, f"page={number}") for number in range(1, first["pages"] + 1)]
    skus = [item["sku"] for page in pages for item in page["items"]]
    assert len(skus) == len(set(skus)) == first["total"]
    assert [page["page"] for page in pages] == list(range(1, first["pages"] + 1))
    assert len(first["items"]) == first["page_size"]


@pytest.mark.parametrize("query", ["", "vegan=true&form=citrate", "mg_per_day=150-200&mg_per_day=to-100&in_stock=true"])
def test_the_count_beside_a_value_is_the_total_with_that_value_of_its_facet(query: str, client: FlaskClient) -> None:
    facets = products(client, query)["facets"]
    assert list(facets) == list(Facet)
    for facet, values in facets.items():
        others = [(key, value) for key, value in parse_qsl(query) if key != facet]
        for shown in values:
            asked = urlencode([*others, (facet, shown["value"])])
            assert products(client, asked)["total"] == shown["count"], asked


def test_an_item_has_exactly_these_keys_and_exact_amounts(client: FlaskClient) -> None:
    for item in products(client, "lang=en")["items"]:
        assert item.keys() == {
            *(
                "sku",
                "slug",
                "url",
                "brand",
                "name",
                "name_language",
                "forms",
                "dosage_form",
                "unit",
                "units_per_pack",
                "units_per_day",
            ),
            *("elemental_mg_per_unit", "elemental_mg_per_day", "price_cents", "cents_per_100mg", "cents_per_day"),
            *("in_stock", "vegan", "allergens", "allergens_stated", "other_actives", "other_actives_stated"),
        }
        per_unit, per_day = Decimal(item["elemental_mg_per_unit"]), Decimal(item["elemental_mg_per_day"])
        assert per_unit * item["units_per_day"] == per_day
        whole = Decimal(item["price_cents"] * 100) / (per_unit * item["units_per_pack"])
        assert abs(whole - Decimal(item["cents_per_100mg"])) <= Decimal("0.05")
        daily = Decimal(item["price_cents"] * item["units_per_day"]) / item["units_per_pack"]
        assert abs(daily - Decimal(item["cents_per_day"])) <= Decimal("0.05")
        assert client.get(item["url"]).status_code == 200
        assert item["forms"]


@pytest.mark.parametrize("value", ["unobtainium", "\x00", "<script>", "x" * 500])
@pytest.mark.parametrize("parameter", ["form", "sort"])
def test_an_unknown_value_is_left_out_with_a_notice(parameter: str, value: str, client: FlaskClient) -> None:
    answer = client.get(PRODUCTS, query_string={parameter: value, "lang": "en"})
    assert answer.status_code == 200
    assert answer.json
    (notice,) = answer.json["notices"]
    assert notice["value"] == value.replace("\0", "\N{REPLACEMENT CHARACTER}")
    assert "left out" in notice["text"]
    assert answer.json["total"] == products(client)["total"]


@pytest.mark.parametrize("page", ["0", "-1", "1000000000", "99", "abc", "1.5", "", "²", "9" * 5000, "1e3", " 1"])
def test_a_page_that_is_no_page_is_a_404(page: str, client: FlaskClient) -> None:
    refused = problem(client.get(PRODUCTS, query_string={"page": page}))
    assert (refused.status, refused.key) == (404, "page")
