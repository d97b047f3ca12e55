"""Facets and search on the listing: real fields, state in the address, every filter removable, nothing lost."""

import html
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from catalog.models import Allergen
from catalog.other_actives import read_other_actives
from catalog.search.facets import Facet
from shop.web.services import services_of
from tests.factories import make_product
from tests.shop.visitor import main_text

NL = "/nl/beste-magnesium-supplementen"
EN = "/en/best-magnesium-supplements"
FILTERED = f"{EN}?form=citrate&form=oxide&vegan=true&without=milk&sort=price"


def total(page: str) -> int:
    """The first number of products that the page names."""
    found = re.search(r"(\d+) product(en|s)?\b", re.sub(r"(?s)<head>.*?</head>|<[^>]+>", " ", page))
    assert found
    return int(found[1])


def options(page: str) -> dict[tuple[str, str], tuple[int, bool]]:
    """Every box of the facets: its count, and whether it is ticked."""
    boxes = re.findall(r'type="checkbox" name="([^"]+)" value="([^"]+)"( checked)?>.*?class="count">(\d+)', page)
    return {(name, html.unescape(value)): (int(count), bool(ticked)) for name, value, ticked, count in boxes}


def links(page: str, of: str) -> list[str]:
    part = re.search(rf'(?s)<ul class="{of}".*?</ul>', page)
    assert part
    return [html.unescape(link) for link in re.findall(r'href="([^"]+)"', part[0])]


def test_every_facet_has_fields_in_one_form_that_keeps_what_is_on(own_app: Flask) -> None:
    with Session(services_of(own_app).databases.primary) as session:
        make_product(session, other_actives=read_other_actives("zinc 5 mg"))
        session.commit()
    page = own_app.test_client().get(FILTERED).text
    shown = options(page)
    assert {name for name, _ in shown} == set(Facet)
    ticked = {box for box, (_, on) in shown.items() if on}
    assert ticked == {("form", "citrate"), ("form", "oxide"), ("vegan", "true"), ("without", "milk")}
    assert '<option value="price" selected' in page


def test_with_nothing_chosen_a_count_is_what_one_click_gives(client: FlaskClient) -> None:
    for (name, value), (count, _) in options(client.get(NL).text).items():
        assert total(client.get(NL, query_string={name: value}).text) == count, (name, value)


def test_filters_of_several_facets_narrow_and_of_one_widen(client: FlaskClient) -> None:
    either = total(client.get(f"{EN}?form=citrate&form=oxide").text)
    assert either > total(client.get(f"{EN}?form=citrate").text)
    assert total(client.get(FILTERED).text) < either


def test_what_is_on_stands_in_a_summary_and_each_can_be_taken_away(client: FlaskClient) -> None:
    *removals, clear = links(client.get(FILTERED).text, "applied")
    assert removals == [
        f"{EN}?form=oxide&vegan=true&without=milk&sort=price",
        f"{EN}?form=citrate&vegan=true&without=milk&sort=price",
        f"{EN}?form=citrate&form=oxide&without=milk&sort=price",
        f"{EN}?form=citrate&form=oxide&vegan=true&sort=price",
    ]
    assert clear == EN
    assert 'class="applied"' not in client.get(EN).text


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("mg_per_day=250-100", "ends before it begins"),
        ("price_per_100mg=20-20", "ends before it begins"),
        ("mg_per_day=1-2", "do not know"),
        ("brand=Nobody", "do not know"),
        ("without=water", "do not know"),
        ("vegan=perhaps", "do not know"),
        ("dosage_form=gum", "do not know"),
    ],
)
def test_a_value_that_cannot_be_followed_is_left_out_and_told(query: str, said: str, client: FlaskClient) -> None:
    page = client.get(f"{EN}?{query}&form=citrate")
    assert page.status_code == 200
    assert said in main_text(page)
    assert total(page.text) == total(client.get(f"{EN}?form=citrate").text)


def test_a_query_of_ten_kilobytes_is_refused(client: FlaskClient) -> None:
    for address in (NL, "/api/v1/products", "/nl/"):
        assert client.get(f"{address}?form={'x' * 10_000}").status_code == 414


def test_a_form_that_is_filtered_on_is_explained_where_it_stands(client: FlaskClient) -> None:
    assert "two parts of glycine" in main_text(client.get(f"{EN}?form=bisglycinate")).split("product", 1)[1]
    assert "<summary>What do these forms mean?</summary>" in client.get(EN).text


@pytest.mark.parametrize("query", ["", "?form=citrate", "?vegan=true", "?form=citrate&page=1"])
def test_one_value_is_an_address_for_crawlers(query: str, client: FlaskClient) -> None:
    page = client.get(EN + query).text
    assert '<meta name="robots"' not in page
    canonical = query.removesuffix("&page=1")
    assert f'<link rel="canonical" href="http://localhost{EN}{canonical}">' in page


@pytest.mark.parametrize("query", ["form=citrate&form=oxide", "form=citrate&vegan=true", "sort=price", "q=citrate"])
def test_more_than_one_value_an_order_or_a_search_is_not_for_crawlers(query: str, client: FlaskClient) -> None:
    page = client.get(f"{EN}?{query}").text
    assert '<meta name="robots" content="noindex, nofollow">' in page
    assert 'rel="canonical"' not in page


def test_a_search_narrows_the_list_its_counts_and_the_api_alike(client: FlaskClient) -> None:
    page = client.get(f"{NL}?q=tauraat+zonder+gelatine&vegan=true").text
    data = client.get("/api/v1/products?q=tauraat+zonder+gelatine&vegan=true").json
    assert data
    assert 0 < total(page) == data["total"] < total(client.get(f"{NL}?form=taurate").text)
    assert options(page)["vegan", "true"] == (data["facets"]["vegan"][0]["count"], True)
    assert 'name="q" type="search" value="tauraat zonder gelatine"' in page


def test_a_typing_error_is_mended_and_told(client: FlaskClient) -> None:
    page = main_text(client.get(f"{NL}?q=bisglicinaat"))
    assert "Geen resultaten voor “bisglicinaat”. We zochten op “bisglycinaat”." in page
    assert total(client.get(f"{NL}?q=bisglicinaat").text) == total(client.get(f"{NL}?q=bisglycinaat").text) > 0
    told = client.get("/api/v1/products?q=bisglicinaat&lang=en").json
    assert told
    assert [notice["value"] for notice in told["notices"]] == ["bisglicinaat"]


@pytest.mark.parametrize(
    "query",
    ["q=tauraat+poeder&brand=Duinvallei", "form=lactate&dosage_form=liquid", "q=threonate+liquid&vegan=true"],
)
def test_an_empty_result_says_what_to_loosen_and_how_much_that_gives(query: str, client: FlaskClient) -> None:
    page = client.get(f"{EN}?{query}").text
    assert total(page) == 0
    offered = re.findall(r'<li><a rel="nofollow" href="([^"]+)">Results without [^<]+</a> \((\d+)\)', page)
    assert offered
    for link, count in offered:
        assert total(client.get(html.unescape(link)).text) == int(count) > 0


@pytest.mark.parametrize("text", ["%00", "%F0%9F%92%A9", "'%20OR%201=1", "x" * 3000, "zonder", "%22%3E%3Cscript%3E"])
def test_no_search_text_breaks_the_page_or_gets_into_it_raw(text: str, client: FlaskClient) -> None:
    page = client.get(f"{NL}?q={text}")
    assert page.status_code == 200
    assert "<script>" not in page.text  # the shop's own one has a source


@pytest.mark.parametrize(
    "address",
    [
        *(f"{NL}?{query}" for query in ("q=%00citraat", "form=%00", "sort=%01", "brand=a%1Fb")),
        *(f"/nl/vergelijk?{query}" for query in ("q=a%00b", "p=a%1Fb")),
    ],
)
def test_no_control_character_gets_into_a_page(address: str, client: FlaskClient) -> None:
    page = client.get(address)
    assert page.status_code == 200
    assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", page.text)


def test_a_search_without_a_word_in_it_says_so(client: FlaskClient) -> None:
    assert "In “%” staat geen product, merk of vorm. Typ een daarvan." in main_text(client.get(f"{NL}?q=%25"))


def test_the_two_names_of_a_compound_are_one_box_that_finds_the_products_of_both(client: FlaskClient) -> None:
    page = client.get(NL).text
    assert page.count('type="checkbox" name="form" value="bisglycinate,glycinate"') == 1
    assert 'value="glycinate"' not in page
    box = re.search(r'value="bisglycinate,glycinate"> <span class="name">(.*?)</span> <span class="count">(\d+)', page)
    assert box
    assert box[1] == "bisglycinaat, ook glycinaat"
    together = client.get(f"{NL}?form=bisglycinate,glycinate").text
    apart = client.get(f"{NL}?form=bisglycinate&form=glycinate").text
    for shown in (together, apart):
        assert f"<strong>{box[2]} producten</strong>: bisglycinaat, ook glycinaat." in shown
        assert shown.count("</span>bisglycinaat, ook glycinaat <span") == 1
        assert 'value="bisglycinate,glycinate" checked' in shown
    removed = re.search(r'href="([^"]*)"><span class="visually-hidden">[^<]*</span>bisglycinaat, ook', together)
    assert removed
    assert "form=" not in removed[1]


def test_one_of_two_names_alone_finds_what_has_that_name_on_the_label(client: FlaskClient) -> None:
    page = client.get(f"{NL}?form=glycinate").text
    assert ": glycinaat." in page
    assert 'value="bisglycinate,glycinate" checked' in page


def test_silence_about_allergens_vegan_or_other_substances_is_neither_yes_nor_no(own_app: Flask) -> None:
    kinds: dict[str, dict[str, Any]] = {
        "Zwijgt": {"vegan": None, "allergens_stated": False, "other_actives_stated": False},
        "Zegtniets": {"vegan": False, "allergens_stated": True, "other_actives_stated": True},
        "Melkzink": {"allergens": (Allergen.MILK,), "other_actives": read_other_actives("zinc 5 mg")},
    }
    with Session(services_of(own_app).databases.primary) as session:
        for brand, fields in kinds.items():
            make_product(session, brand=brand, **fields)
        session.commit()
    client = own_app.test_client()
    shown = {brand: client.get("/api/v1/products", query_string={"brand": brand}).get_json() for brand in kinds}
    assert {brand: answer["items"][0]["vegan"] for brand, answer in shown.items()} == {
        "Zwijgt": None,
        "Zegtniets": False,
        "Melkzink": True,
    }
    for query, expected in (
        ({"vegan": "true"}, {"Melkzink"}),
        ({"without": "milk"}, {"Zegtniets"}),
        ({"without": "fish"}, {"Zegtniets", "Melkzink"}),
        ({"other_actives": "none"}, {"Zegtniets"}),
        ({"other_actives": "some"}, {"Melkzink"}),
        ({"without_active": "zinc"}, {"Zegtniets"}),
        ({"without_active": "melatonin"}, {"Zegtniets", "Melkzink"}),
    ):
        brands = [("brand", brand) for brand in kinds]
        items = client.get("/api/v1/products", query_string=MultiDict([*brands, *query.items()])).get_json()["items"]
        assert {item["brand"] for item in items} == expected, query
    page = main_text(client.get(f"/nl/product/{shown['Zwijgt']['items'][0]['slug']}"))
    assert re.search(r"Vegan\w* +niet opgegeven", page), page[:900]
    assert "Allergenen niet opgegeven" in page
    assert "Of dit product andere werkzame stoffen bevat, is niet opgegeven." in page
    page = html.unescape(main_text(client.get(f"/nl/product/{shown['Melkzink']['items'][0]['slug']}")))
    assert re.search(r"Zink 10.mg 100.%", page)


def test_a_low_price_of_a_day_is_one_tap_away_and_chooses_every_band_up_to_it(client: FlaskClient) -> None:
    page = client.get(NL).text
    tap = re.search(
        r'<button form="filters" name="price_per_day" value="([^"]+)">tot €\xa00,20 per dag .*?>(\d+)<', page
    )
    assert tap
    value, count = tap.groups()
    bands = value.split(",")
    assert len(bands) == 2
    found = client.get(NL, query_string={"price_per_day": value}, follow_redirects=True).text
    assert total(found) == int(count) > 0
    assert all(options(found)["price_per_day", band][1] for band in bands)
    assert f'value="{value}"' not in found


@pytest.mark.parametrize(
    ("query", "facet"),
    [("form=bisglycinate", "form"), ("form=oxide", "form"), ("dosage_form=capsule", "dosage_form")],
)
def test_a_quick_filter_never_widens_what_was_filtered(query: str, facet: str, client: FlaskClient) -> None:
    page = client.get(f"{NL}?{query}").text
    offered = re.findall(r'<button form="filters" name="(\w+)" value="([^"]+)"', page)
    assert offered
    for name, value in offered:
        assert name != facet
        assert total(client.get(f"{NL}?{query}&{name}={value}").text) < total(page)


@pytest.mark.parametrize(
    ("address", "some"),
    [
        ("/nl/zoekwoorden.json", {"citraat", "poeder", "Hazelveen"}),
        ("/en/search-words.json", {"citrate", "powder", "Hazelveen"}),
    ],
)
def test_words_that_a_search_suggests_are_those_of_the_catalogue_and_each_finds_something(
    address: str, some: set[str], client: FlaskClient
) -> None:
    answer = client.get(address)
    assert answer.headers["Cache-Control"] == "public, max-age=600"
    assert answer.json is not None
    assert some <= {*answer.json}
    listing = NL if address.startswith("/nl/") else EN
    for word in answer.json:
        page = client.get(listing, query_string={"q": word}).text
        assert total(page) > 0, word
