"""Comparing products and forms: differences first, by an address that can be shared."""

import html
import re

import pytest
from flask.testing import FlaskClient

from tests.shop.visitor import TWO_PRODUCTS, main_text

NL, EN = "/nl/vergelijk", "/en/compare"
FIVE = (
    "duinvallei-magnesiumcitraat-100-capsules",
    "hazelveen-magnesiumcitraat-125-tabletten",
    "oeverzand-magnesiumcitraat-162-poeder",
    "hazelveen-magnesiumcitraat-100-capsules",
    "wilgenkaap-magnesiumcitraat-100-tabletten",
)


def table(page: str) -> dict[str, list[str]]:
    """The rows of the comparison that differ, by their label."""
    body = re.search(r'(?s)<table class="comparison.*?<tbody[^>]*>(.*?)</tbody>', page)
    assert body
    rows = re.findall(r"(?s)<tr[^>]*>(.*?)</tr>", body[1])
    cells = [
        [html.unescape(re.sub(r"\s*<[^>]+>\s*", " ", cell)) for cell in re.split("(?=<t[hd])", row)] for row in rows
    ]
    return {row[1].strip(): [cell.strip() for cell in row[2:]] for row in cells}


def folded(page: str) -> str:
    match = re.search(r'(?s)<details class="same-rows">(.*?)</details>', page)
    assert match
    return re.sub(r"<[^>]+>", " ", match[1])


def test_what_differs_stands_in_the_table_and_what_is_the_same_is_folded_below_it(client: FlaskClient) -> None:
    page = client.get(f"{EN}?{TWO_PRODUCTS}").text
    rows = table(page)
    assert rows["Magnesium per day"] == ["200\xa0mg", "125\xa0mg"]
    assert rows["Price"] == ["€17.95", "€17.50"]
    assert all(len(set(cells)) > 1 for cells in rows.values())
    assert "Form of magnesium" not in rows
    assert "citrate" in folded(page)
    assert page.index("<tbody") < page.index('class="same-rows"')


def test_the_lowest_price_of_100_mg_is_pointed_out_in_words(client: FlaskClient) -> None:
    cells = table(client.get(f"{EN}?{TWO_PRODUCTS}").text)["Per 100 mg magnesium"]
    assert ["lowest" in cell for cell in cells] == [False, True]


def test_the_address_alone_holds_the_choice_in_both_languages(client: FlaskClient) -> None:
    page = client.get(f"{NL}?{TWO_PRODUCTS}").text
    assert f'href="/en/compare?{html.escape(TWO_PRODUCTS)}"' in page
    assert not client.get(f"{NL}?{TWO_PRODUCTS}").headers.get("Set-Cookie")


def test_more_than_four_are_refused_by_name_and_the_first_four_compared(client: FlaskClient) -> None:
    page = client.get(EN, query_string=[("p", slug) for slug in FIVE])
    assert page.status_code == 200
    assert len(table(page.text)["Brand"]) == 4
    assert "more than 4 products" in main_text(page)


def test_the_same_product_twice_is_one_product(client: FlaskClient) -> None:
    page = client.get(EN, query_string=[("p", FIVE[0]), ("p", FIVE[0])])
    assert "Choose at least one more" in main_text(page)


@pytest.mark.parametrize("slug", ["no-such-product", "<script>", "\0", "é", "x" * 3000, "' OR 1=1 --"])
def test_an_unknown_product_is_named_and_left_out(slug: str, client: FlaskClient) -> None:
    page = client.get(EN, query_string=[("p", slug), ("p", FIVE[0]), ("p", FIVE[1])])
    assert page.status_code == 200
    assert "It was left out" in main_text(page)
    assert "<script>" not in page.text
    assert len(table(page.text)["Price"]) == 2


def test_without_a_choice_products_can_be_found_by_words_and_ticked(client: FlaskClient) -> None:
    assert 'type="checkbox" name="p"' in client.get(NL).text
    names = [
        re.findall(r"(?s)name=\"p\".*?<strong>(.*?)</strong>", client.get(NL, query_string={"q": words}).text)
        for words in ("tauraat poeder", "tauraad poeder")
    ]
    assert any("tauraat" in name and "poeder" in name for name in names[0])
    assert names[0] == names[1]


@pytest.mark.parametrize("words", ["%", "_", "zzzz", "\0", "é" * 500, " ", "a b c d e f g h"])
def test_odd_words_find_nothing_or_something_but_never_an_error(words: str, client: FlaskClient) -> None:
    assert client.get(NL, query_string={"q": words}).status_code == 200


def test_a_found_product_joins_those_already_chosen(client: FlaskClient) -> None:
    page = client.get(EN, query_string=[("p", FIVE[0]), ("q", "taurate")]).text
    chosen = re.findall(r'value="([^"]+)" checked', page)
    assert chosen == [FIVE[0]]
    assert f'name="p" value="{FIVE[0]}"' not in page.split("Found")[1]


def test_a_product_page_leads_to_the_comparison(client: FlaskClient) -> None:
    assert f'href="/nl/vergelijk?p={FIVE[0]}"' in client.get(f"/nl/product/{FIVE[0]}").text


def test_cards_of_the_listing_can_be_ticked_for_it_without_javascript(client: FlaskClient) -> None:
    page = client.get("/nl/beste-magnesium-supplementen").text
    assert len(re.findall(r'type="checkbox" name="p" value="[^"]+" form="filters"', page)) == 24
    assert re.search(r'<button form="filters" formaction="/nl/vergelijk" name="from" value="listing"', page)


def test_the_ranked_forms_stand_side_by_side(client: FlaskClient) -> None:
    rows = table(client.get("/en/compare/forms").text)
    assert rows["Magnesium in the pure compound"] == ["16.2%", "14.1%", "60.3%", "8.9%"]
    assert rows["Evidence"][3] == "no human studies found"
