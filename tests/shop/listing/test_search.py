"""Searches as shoppers type them: wishes, questions, codes and what the shop does not sell."""

import html
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from shop.web.services import services_of
from tests.queries import counted
from tests.shop.visitor import main_text

NL = "/nl/beste-magnesium-supplementen"
EN = "/en/best-magnesium-supplements"


def asked(client: FlaskClient, text: str, **more: str) -> dict[str, Any]:
    """Every product of a search in the API, with its first page's words."""
    first: dict[str, Any] = client.get("/api/v1/products", query_string={"q": text, **more}).get_json()
    for page in range(2, first["pages"] + 1):
        more_items = client.get("/api/v1/products", query_string={"q": text, "page": page, **more}).get_json()["items"]
        first["items"] += more_items
    return first


@pytest.mark.parametrize(
    ("text", "field", "bound"),
    [
        ("onder 0,22 per dag", "cents_per_day", 22),
        ("under 22 cents", "cents_per_day", 22),
        ("tot 14 euro", "price_cents", 1400),
        ("magnesium minder dan 14€", "price_cents", 1400),
        ("hooguit 130 mg", "elemental_mg_per_day", 130.5),
    ],
)
def test_a_limit_keeps_everything_above_it_out(text: str, field: str, bound: float, client: FlaskClient) -> None:
    found = asked(client, text)
    everything = asked(client, "")
    assert found["total"] == sum(float(item[field]) <= bound for item in everything["items"]) > 0
    assert all(float(item[field]) <= bound for item in found["items"])


def test_what_was_read_is_said_in_words_that_can_be_taken_away(client: FlaskClient) -> None:
    page = html.unescape(client.get(NL, query_string={"q": "vegan malaat onder 0,50 per dag, geen poeder"}).text)
    chips = re.findall(
        r'<li><a rel="nofollow" href="([^"]+)"><span class="visually-hidden">[^<]+</span>([^<]+) <span', page
    )
    assert [label.replace("\xa0", " ") for _, label in chips] == [
        "alleen veganistisch",
        "malaat",
        "tot € 0,50 per dag",
        "geen poeder",
    ]
    without_limit = client.get(chips[2][0]).text
    assert "per dag" not in re.findall(r"<h1>.*?</h1>", without_limit)[0]
    assert "geen poeder" in re.findall(r"<h1>.*?</h1>", without_limit)[0]


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("tauraatpoeder", "form=taurate&dosage_form=powder"),
        ("taurate powder", "form=taurate&dosage_form=powder"),
        ("Magnesiumtaurat Pulver", "form=taurate&dosage_form=powder"),
        ("malaat op voorraad", "form=malate&in_stock=true"),
        ("zonder soja", "without=soy"),
        ("bisglicinaat", "form=bisglycinate,glycinate"),
        ("zuiver oxide", "form=oxide&composition=pure"),
    ],
)
def test_words_for_a_value_of_a_facet_find_what_the_facet_finds(text: str, address: str, client: FlaskClient) -> None:
    facet = client.get(f"/api/v1/products?{address}").get_json()
    found = client.get("/api/v1/products", query_string={"q": text}).get_json()
    assert [item["sku"] for item in found["items"]] == [item["sku"] for item in facet["items"]] != []


def test_nothing_left_out_is_shown(client: FlaskClient) -> None:
    for text in ("geen oxide", "oxide-free", "anything but oxide", "citraat -oxide"):
        found = asked(client, text)
        assert found["total"]
        assert not any("oxide" in item["forms"] for item in found["items"]), text


@pytest.mark.parametrize(
    ("text", "answer", "link"),
    [
        ("magnesium tegen slaapproblemen", "sleep", "/nl/gids/"),
        ("zwanger", "pregnancy", "/nl/keuzehulp"),
        ("kan ik het met omeprazol nemen", "medicine", "/nl/keuzehulp"),
        ("omeprazool", "medicine", "/nl/keuzehulp"),
        ("nierpatiënt", "kidney", "/nl/gids/"),
        ("magnesium zonder diarree", "diarrhoea", "/nl/keuzehulp"),
        ("verzendkosten", "shipping", "/nl/colofon"),
        ("malaat of citraat", "difference", "/nl/vergelijk/vormen"),
    ],
)
def test_a_question_gets_an_answer_with_a_link_and_no_dead_end(
    text: str, answer: str, link: str, client: FlaskClient
) -> None:
    assert [one["id"] for one in asked(client, text, lang="nl")["answers"]] == [answer]
    page = client.get(NL, query_string={"q": text})
    assert f'aria-labelledby="answer-{answer}"' in page.text
    assert f'href="{link}' in page.text.partition('id="results"')[2]
    assert "0 producten" not in main_text(page)


def test_a_medicine_shows_the_note_on_its_group_and_is_never_corrected(client: FlaskClient) -> None:
    page = main_text(client.get(EN, query_string={"q": "alendronate"}))
    assert "bisphosphonate" in page.lower()
    assert "Showing results for" not in page


@pytest.mark.parametrize("text", ["HAZ-CIT-100-C180", "haz cit 100 c180", "hazcit100c180", "#HAZ-CIT-100-C180"])
def test_an_article_number_finds_its_product_however_it_is_written(text: str, client: FlaskClient) -> None:
    assert [item["sku"] for item in asked(client, text)["items"]] == ["HAZ-CIT-100-C180"]


@pytest.mark.parametrize("text", ["4006381333931", "4 006381 333931", "ABC-123-456"])
def test_a_code_of_no_product_is_said_and_shows_nothing(text: str, client: FlaskClient) -> None:
    found = asked(client, text, lang="en")
    assert found["total"] == 0
    assert found["notices"][0]["text"].startswith(("No product has the barcode", "No product has the article number"))


def test_a_brand_or_kind_that_is_not_sold_is_said_above_what_is(client: FlaskClient) -> None:
    for text in ("kruidvat citraat", "citraat gummies"):
        found = asked(client, text, lang="nl")
        assert found["answers"][0]["title"].endswith("verkopen we niet")
        assert found["total"] == asked(client, "citraat")["total"]


def test_more_than_the_law_allows_is_told_and_shows_what_stays_within(client: FlaskClient) -> None:
    found = asked(client, "magnesium 400 mg", lang="en")
    assert found["items"]
    assert all(float(item["elemental_mg_per_day"]) <= 250 for item in found["items"])
    assert "upper limit" in found["notices"][0]["text"]


def test_the_search_stands_in_title_and_heading_escaped(client: FlaskClient) -> None:
    page = client.get(NL, query_string={"q": "poeder <b>"}).text
    assert "<title>Zoekresultaten voor “poeder &lt;b&gt;”" in page
    assert "<h1>Zoekresultaten voor “poeder &lt;b&gt;”</h1>" in page


@pytest.mark.parametrize("address", ["/nl/", "/en/forms", "/nl/keuzehulp", "/en/colophon", "/nl/nergens"])
def test_every_page_has_a_search_box_in_its_header(address: str, client: FlaskClient) -> None:
    header = client.get(address).text.partition("<header")[2].partition("</header>")[0]
    assert 'role="search"' in header
    assert f'action="{NL if address.startswith("/nl") else EN}"' in header


def test_a_search_with_every_kind_of_wish_takes_four_queries(app: Flask, client: FlaskClient) -> None:
    text = {"q": "vegan citraat hazelveen zonder gelatine onder 0,30 per dag tot 30 euro"}
    client.get(NL, query_string=text)
    with counted(services_of(app).databases.primary) as sent:
        assert client.get(NL, query_string=text).status_code == 200
    assert len(sent) <= 4


def test_forms_are_counted_alike_in_the_facet_the_search_and_on_their_page(client: FlaskClient) -> None:
    for form, word in (("bisglycinate", "bisglycinaat"), ("citrate", "citraat"), ("taurate", "tauraat")):
        searched = client.get("/api/v1/products", query_string={"q": word}).get_json()["total"]
        page = main_text(client.get(f"/nl/vormen/{form}"))
        compared = main_text(client.get("/nl/vergelijk/vormen"))
        assert re.search(rf"\b{searched}\b", page), (form, searched)
        assert re.search(rf"\b{searched}\b", compared), (form, searched)


def test_no_order_is_explained_where_there_are_no_products(client: FlaskClient) -> None:
    assert "Waarom deze volgorde?" in client.get(NL).text
    assert "Waarom deze volgorde?" not in client.get(NL, query_string={"q": "tauraat poeder duinvallei"}).text


def test_what_somebody_types_is_not_kept(own_app: Flask) -> None:
    client = own_app.test_client()
    for address in (NL, "/api/v1/products"):
        for words in ("zwanger", "citraat xqzvv", "slapen"):
            client.get(address, query_string={"q": words})
    kept = repr(list(services_of(own_app).cache))
    assert not [words for words in ("zwanger", "xqzvv", "slapen") if words in kept]
    client.get(NL, query_string={"q": "citraat"})
    assert "citraat" in repr(list(services_of(own_app).cache))
