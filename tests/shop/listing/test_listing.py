"""The listing: filter on form, sort, pages with real addresses."""

import html
import re

import pytest
from flask.testing import FlaskClient

from tests.shop.visitor import main_text

NL = "/nl/beste-magnesium-supplementen"
EN = "/en/best-magnesium-supplements"


def cards(page: str) -> list[str]:
    return re.findall(r'(?s)<li class="card.*?</dl>.*?</li>', page)


def euros(texts: list[str]) -> list[float]:
    return [float(text.replace(",", ".")) for text in texts]


def test_the_listing_shows_at_least_twelve_cards_a_page(client: FlaskClient) -> None:
    assert len(cards(client.get(NL).text)) >= 12


def test_a_card_shows_form_daily_magnesium_price_and_price_per_100_mg_and_per_day(client: FlaskClient) -> None:
    for card in cards(client.get(NL).text):
        text = html.unescape(re.sub(r"<[^>]+>", " ", card))
        assert 'class="tag' in card
        assert re.search(r"Magnesium per dag\s+[\d,.]+\s*mg", text)
        assert re.search(r"Per 100 mg magnesium\s+€\s*\d+,\d{2}", text)
        assert re.search(r"Per dag\s+€\s*\d+,\d{2}", text)
        assert re.search(r'class="price">€', card)


def test_a_filter_on_form_shows_only_products_with_that_form(client: FlaskClient) -> None:
    page = client.get(f"{EN}?form=taurate").text
    assert cards(page)
    assert all("form-taurate" in card for card in cards(page))


def test_two_forms_in_the_address_widen_the_filter(client: FlaskClient) -> None:
    totals = [
        int(re.search(r"(\d+) products", main_text(client.get(f"{EN}?{query}")))[1])  # type: ignore[index] # no match fails too
        for query in ("form=malate", "form=chloride", "form=malate&form=chloride")
    ]
    assert totals[2] == totals[0] + totals[1]


def test_sorting_by_price_per_100_mg_never_goes_down_over_all_pages(client: FlaskClient) -> None:
    prices: list[float] = []
    for number in (1, 2, 3):
        page = html.unescape(client.get(f"{NL}?sort=price_per_100mg&page={number}").text)
        prices += euros(re.findall(r"Per 100 mg magnesium</dt><dd><strong>€\s*([\d,]+)", page))
    assert len(prices) > 60
    assert prices == sorted(prices)


def test_sorting_by_price_and_by_name_orders_the_cards(client: FlaskClient) -> None:
    by_price = html.unescape(client.get(f"{NL}?sort=price").text)
    prices = euros(re.findall(r'class="price">€\s*([\d,]+)', by_price))
    assert len(prices) >= 12
    assert prices == sorted(prices)
    names = re.findall(r'<h2><a href="[^"]+">([^<]+)', client.get(f"{EN}?sort=name").text)
    assert len(names) >= 12
    assert [name.lower() for name in names] == sorted(name.lower() for name in names)


def test_our_order_puts_sold_out_products_last(client: FlaskClient) -> None:
    shown = [card for number in (1, 2, 3) for card in cards(client.get(f"{NL}?page={number}").text)]
    sold_out = ["sold-out" in card for card in shown]
    assert sold_out == sorted(sold_out)
    assert any(sold_out)


def test_every_product_stands_on_exactly_one_page(client: FlaskClient) -> None:
    slugs = [
        slug
        for number in (1, 2, 3)
        for slug in re.findall(r'<h2><a href="/nl/product/([^"]+)"', client.get(f"{NL}?page={number}").text)
    ]
    assert len(slugs) == len(set(slugs)) == 71


def test_page_links_keep_the_filter_and_the_order(client: FlaskClient) -> None:
    links = re.findall(r'rel="next" href="([^"]+)"', client.get(f"{NL}?form=citrate&form=oxide&sort=name").text)
    assert [html.unescape(link) for link in links] == [f"{NL}?form=citrate&form=oxide&sort=name&page=2"]


@pytest.mark.parametrize("page", ["0", "-1", "1000000000", "99", "abc", "1.5", "", "²", "9" * 5000, "1e3", " 1"])
def test_a_page_that_is_no_page_is_a_404_with_the_way_back(page: str, client: FlaskClient) -> None:
    answer = client.get(NL, query_string={"page": page})
    assert answer.status_code == 404
    assert f'href="{NL}"' in answer.text


@pytest.mark.parametrize("query", ["form=unobtainium", "sort=magic", "form=%00", "form=" + "x" * 500, "form=<script>"])
def test_an_unknown_filter_or_order_is_a_200_with_a_notice(query: str, client: FlaskClient) -> None:
    page = client.get(f"{NL}?{query}")
    assert page.status_code == 200
    assert "kennen" in main_text(page)
    assert "<script>" not in page.text
    assert len(cards(page.text)) >= 12


def test_a_known_form_without_products_says_so(client: FlaskClient) -> None:
    page = client.get(f"{EN}?form=pyruvate")
    assert page.status_code == 200
    assert "0 products" in main_text(page)


def test_the_language_switch_keeps_page_filter_and_order(client: FlaskClient) -> None:
    page = client.get(f"{NL}?form=citrate&form=oxide&sort=name&page=2").text
    link = re.search(r'class="language" href="([^"]+)"', page)
    assert link
    assert html.unescape(link[1]) == f"{EN}?form=citrate&form=oxide&sort=name&page=2"


def test_the_sample_catalogue_says_that_it_is_invented(client: FlaskClient) -> None:
    assert "invented" in main_text(client.get(EN))
    assert "verzonnen" in main_text(client.get(NL))


def test_the_default_order_is_explained_on_a_page_of_its_own(client: FlaskClient) -> None:
    assert 'href="/nl/zo-rangschikken-wij"' in client.get(NL).text
    assert "SKU" not in main_text(client.get("/nl/zo-rangschikken-wij"))
