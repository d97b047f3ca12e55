"""The listing: filter on form, sort, pages with real addresses."""

import html
import re

import pytest
from flask.testing import FlaskClient

from tests.shop.visitor import main_text

NL = "/nl/beste-magnesium-supplementen"
EN = "/en/best-magnesium-supplements"
PAGES = range(1, 6)
"""The pages of the sample."""


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
        assert re.search(r"(€\s*\d+,\d{2}|[\d,]+\sct) per 100 mg", text)
        assert re.search(r"Prijs per dag\s+(€\s*\d+,\d{2}|\d\sct)\s+per dag", text)
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
        shown = re.findall(r'class="per-100">(€?)\s*([\d,]+)', page)
        prices += [
            price * (100 if euro else 1) for (euro, _), price in zip(shown, euros([p for _, p in shown]), strict=True)
        ]
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


def test_our_order_puts_portions_above_the_limit_last_then_blends_then_what_is_sold_out(client: FlaskClient) -> None:
    shown = [card for number in PAGES for card in cards(client.get(f"{NL}?page={number}").text)]
    grades = [("Boven de EU-grens" in card, card.count('class="tag ') > 1, "sold-out" in card) for card in shown]
    assert grades == sorted(grades)
    assert all(any(grade[place] for grade in grades) for place in range(3))


def test_ticks_for_a_comparison_survive_pages_and_filters_without_javascript(client: FlaskClient) -> None:
    here, there = (
        re.findall(r'name="p" value="([^"]+)"', client.get(f"{NL}?page={number}").text)[0] for number in (1, 2)
    )
    page = html.unescape(client.get(f"{NL}?p={here}&p={there}").text)
    assert f'value="{here}" form="filters" checked' in page
    assert f'<input type="hidden" name="p" value="{there}">' in page
    assert f'rel="next" href="{NL}?p={here}&p={there}&page=2"' in page
    assert 'form="filters" name="page" value="2"' in page
    sent = client.get(f"/nl/vergelijk?q=&sort=name&form=citrate&p={here}&p={there}&from=listing")
    assert sent.status_code == 302
    assert sent.headers["Location"] == f"/nl/vergelijk?p={here}&p={there}"


def test_a_value_without_products_cannot_be_ticked_and_the_button_counts_the_result(client: FlaskClient) -> None:
    page = client.get(f"{NL}?form=taurate&dosage_form=liquid&brand=Hazelveen").text
    empty = re.findall(r'<input type="checkbox"[^>]*>(?= <span class="name">[^<]*</span> <span class="count">0)', page)
    assert empty
    assert all("disabled" in box or "checked" in box for box in empty)
    button = re.search(r">Toon (\d+) product", client.get(f"{NL}?form=taurate").text)
    assert button
    assert f"<strong>{button[1]} producten</strong>" in client.get(f"{NL}?form=taurate").text


def test_quick_filters_send_the_form_and_are_off_once_they_apply(client: FlaskClient) -> None:
    names = r'<button form="filters" name="([a-z_]+)" value="([^"]+)"'
    offered = [one for one in re.findall(names, client.get(NL).text) if one[0] != "page"]
    assert ("form", "citrate") in offered
    assert ("vegan", "true") in offered
    assert ("vegan", "true") not in re.findall(names, client.get(f"{NL}?vegan=true").text)


def test_every_product_stands_on_exactly_one_page(client: FlaskClient) -> None:
    slugs = [
        slug
        for number in PAGES
        for slug in re.findall(r'<h2><a href="/nl/product/([^"]+)"', client.get(f"{NL}?page={number}").text)
    ]
    assert len(slugs) == len(set(slugs)) == 99


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
