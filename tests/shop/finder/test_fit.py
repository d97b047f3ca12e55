"""The advice on other pages: a strip, badges on cards and products, the menu; for its visitor alone."""

import html
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session

from catalog.consistency import repair_derived_data
from catalog.models import Product, Status
from catalog.queries.products import products_by_slugs
from catalog.search.listing import edition_of, editions
from shop.web.services import services_of
from tests.queries import counted
from tests.shop.ordering.shopper import Shopper
from tests.shop.visitor import FINDER, TWO_PRODUCTS, answer, main_text

SLUG = "duinvallei-magnesiumcitraat-100-capsules"
LISTING = "/en/best-magnesium-supplements"
LISTINGS = {"nl": "/nl/beste-magnesium-supplementen", "en": LISTING}
BASKET = {"nl": "/nl/winkelmand", "en": "/en/basket"}
COMPARE = {"nl": "/nl/vergelijk", "en": "/en/compare"}
THREONATE = f"{LISTING}?form=threonate"


def text(client: FlaskClient, address: str) -> str:
    return html.unescape(main_text(client.get(address)))


def first_product(client: FlaskClient, address: str) -> str:
    return client.get(address).text.split('<h2><a href="')[1].split('"')[0]


def test_a_visitor_with_an_advice_sees_it_on_the_listing_and_on_products_with_the_way_back(own_app: Flask) -> None:
    client = own_app.test_client()
    assert "Your advice" not in text(client, LISTING)
    answer(client, "en")
    product = first_product(client, f"{LISTING}?form=citrate")
    for address in (LISTING, product):
        assert "at most 200 mg a day" in text(client, address)
        assert client.get(address).headers["Cache-Control"] == "no-store"
    assert "matches your answers" in text(client, product)
    assert client.get(LISTING).text.count('href="/en/finder/advice"') == 2  # strip and menu
    stranger = own_app.test_client()
    assert "Your advice" not in text(stranger, LISTING)
    assert "matches your answers" not in text(stranger, product)


@pytest.mark.parametrize(
    ("language", "listing", "gone", "unknown"),
    [
        ("nl", "/nl/beste-magnesium-supplementen", "We verkopen dit product niet meer.", "We hebben geen product"),
        ("en", LISTING, "We no longer sell this product.", "We do not have a product"),
    ],
)
def test_an_advised_product_that_was_archived_meanwhile_is_said_to_be_gone_with_a_way_on(
    language: str, listing: str, gone: str, unknown: str, own_app: Flask
) -> None:
    client = own_app.test_client()
    answer(client, language)
    advice = client.get(FINDER[language]["advice"]).text
    [slug] = re.findall(r"/product/([a-z0-9-]+)", advice)[:1]
    [shared] = re.findall(
        r'id="address"[^>]* value="http://localhost([^"]+)"', client.get(FINDER[language]["keep"]).text
    )
    with Session(services_of(own_app).databases.writing) as session:
        session.execute(update(Product).where(Product.slug == slug).values(status=Status.ARCHIVED))
        repair_derived_data(session, services_of(own_app).ruleset)
        session.commit()
    page = client.get(f"/{language}/product/{slug}")
    assert page.status_code == 410
    assert gone in page.text
    assert f'href="{listing}"' in page.text
    assert slug not in client.get(FINDER[language]["advice"]).text
    page = client.get(html.unescape(shared))
    assert f"{unknown} “{slug}”" in page.text
    assert page.text.count("/product/") >= 2  # the others are still compared


def test_what_a_rule_or_the_law_excludes_says_why_in_a_word_or_two(own_app: Flask) -> None:
    client = own_app.test_client()
    answer(client, "en", conditions=["pregnant"])
    assert "not for you: pregnant" in text(client, THREONATE)
    page = client.get(first_product(client, THREONATE)).text
    assert page.index("Not for you: pregnant") < page.index("<h1")
    answer(client, "en", supplement_mg="150")
    assert "not for you: too much per unit" in text(client, f"{LISTING}?form=oxide")


def test_a_stop_leaves_no_advice_and_no_badge(own_app: Flask) -> None:
    client = own_app.test_client()
    answer(client, "en", conditions=["kidney_disease"])
    page = client.get(LISTING).text
    assert "your-advice" not in page
    assert 'class="fit' not in page


def test_the_pages_of_a_visitor_with_an_advice_take_four_queries(own_app: Flask) -> None:
    client = own_app.test_client()
    answer(client, "en")
    client.get("/en/finder/advice")
    with counted(services_of(own_app).databases.primary) as sent:
        assert client.get(LISTING).status_code == 200
        assert len(sent) <= 4


def test_a_card_is_the_same_edition_for_visitors_with_and_without_an_advice(own_app: Flask) -> None:
    with Session(services_of(own_app).databases.primary) as session:
        [product] = products_by_slugs(session, [SLUG]).values()
        [edition] = editions(session, [product.id])
        assert edition_of(product, edition.epoch) == edition


@pytest.mark.parametrize(
    ("language", "sentence", "badge"),
    [
        ("nl", "Zwanger: Vraag eerst je verloskundige, huisarts of apotheker.", "past bij je antwoorden, maar vraag"),
        ("en", "Pregnant: Ask your midwife, GP or pharmacist first.", "matches your answers, but ask first"),
    ],
)
def test_a_caution_that_asks_a_professional_first_stands_on_every_page_up_to_the_order_button(
    language: str, sentence: str, badge: str, own_app: Flask
) -> None:
    shopper = Shopper(own_app, language)
    client = shopper.client
    advice = text(client, answer(client, language, conditions=["pregnant"]).request.path)
    assert advice.index(sentence) < advice.index(f"{'past bij' if language == 'nl' else 'matches'}")
    product = first_product(client, f"{LISTINGS[language]}?form=citrate")
    shopper.add()
    for address in (LISTINGS[language], product, BASKET[language], f"{COMPARE[language]}?{TWO_PRODUCTS}"):
        assert sentence in text(client, address), address
        assert 'class="fit suits"' not in client.get(address).text, address
        assert sentence not in text(own_app.test_client(), address), address
    assert badge in text(client, product)
    summary = shopper.details()
    assert html.unescape(main_text(summary)).index(sentence) < summary.text.index('value="order"')
    answer(client, language, conditions=["kidney_disease", "pregnant"])
    assert sentence not in text(client, LISTINGS[language])  # the stop says so more strongly


def test_what_is_not_for_the_visitor_comes_last_on_a_page_of_our_own_order_alone(own_app: Flask) -> None:
    client = own_app.test_client()
    plain = re.findall(r'<h2><a href="([^"]+)"', client.get(LISTING).text)
    answer(client, "en", supplement_mg="180")
    page = client.get(LISTING).text
    fits = re.findall(r'class="fit ([a-z-]+)"', page)
    assert fits == sorted(fits, key=lambda one: one == "not-for-you")
    assert len(set(fits)) > 1
    assert sorted(re.findall(r'<h2><a href="([^"]+)"', page)) == sorted(plain)
    by_price = f"{LISTING}?sort=price"
    own = re.findall(r'<h2><a href="([^"]+)"', client.get(by_price).text)
    assert own == re.findall(r'<h2><a href="([^"]+)"', own_app.test_client().get(by_price).text)
