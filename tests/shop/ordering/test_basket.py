"""The basket page: filled from any page, changed, refused in words, and silent on answers everywhere else."""

import html
import re
import time
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from catalog.edits.store import begin_writing
from catalog.models import Product, Status
from shop.web.services import services_of
from tests.shop.visitor import answer, main_text

BASKET = {"nl": "/nl/winkelmand", "en": "/en/basket"}
LISTING = "/nl/beste-magnesium-supplementen"
CITRATE = "duinvallei-magnesiumcitraat-100-capsules"
OTHER = "oeverzand-magnesiumcitraat-162-poeder"


def id_of(app: Flask, slug: str = CITRATE) -> int:
    with Session(services_of(app).databases.primary) as session:
        return session.scalars(select(Product.id).where(Product.slug == slug)).one()


def change(app: Flask, slug: str = CITRATE, **facts: Any) -> None:
    """Change a product as another process may, in a revision of its own."""
    with Session(services_of(app).databases.writing) as session:
        begin_writing(session)
        session.execute(update(Product).where(Product.slug == slug).values(**facts))
        session.commit()


def add(client: FlaskClient, *ids: int, language: str = "nl", **headers: str) -> TestResponse:
    return client.post(BASKET[language], data={"add": [str(one) for one in ids]}, headers=headers)


def text(page: TestResponse) -> str:
    return html.unescape(main_text(page)).replace("\xa0", " ").replace("\xad", "")


def count(page: TestResponse) -> int:
    """The number of packs in the header."""
    found = re.search(r'class="packs"[^>]*>(\d+)<', page.text)
    return int(found[1]) if found else 0


def button(page: TestResponse) -> int:
    found = re.search(r'form="to-basket" name="add" value="(\d+)"', page.text)
    assert found
    return int(found[1])


def test_a_product_is_added_from_the_listing_its_page_a_comparison_and_the_advice(
    app: Flask, client: FlaskClient
) -> None:
    pages = (
        client.get(LISTING),
        client.get(f"/nl/product/{CITRATE}"),
        client.get(f"/nl/vergelijk?p={CITRATE}&p={OTHER}"),
        answer(client),
    )
    for number, page in enumerate(pages, start=1):
        assert f'id="to-basket" method="post" action="{BASKET["nl"]}"' in page.text
        added = add(client, button(page))
        assert (added.status_code, added.location) == (303, BASKET["nl"])
        assert count(client.get(LISTING)) == number


def test_the_basket_says_a_days_magnesium_supply_price_and_doubles_in_both_languages(
    app: Flask, client: FlaskClient
) -> None:
    add(client, id_of(app), id_of(app, OTHER))
    dutch, english = text(client.get(BASKET["nl"])), text(client.get(BASKET["en"]))
    for words in ("361 mg magnesium als je alles", "111 mg boven 250 mg", "dezelfde stof, citraat", "€ 33,85"):
        assert words in dutch
    for words in ("361 mg of magnesium if you", "111 mg above 250 mg", "the same substance, citrate", "€33.85"):
        assert words in english
    assert "genoeg voor 60 dagen" in dutch
    assert "Voordat je het gebruikt" in dutch


def test_an_empty_basket_shows_the_ways_on(client: FlaskClient) -> None:
    page = client.get(BASKET["nl"])
    assert page.status_code == 200
    assert "Je winkelmand is leeg" in page.text
    assert LISTING in page.text
    assert not any("basket=" in cookie for cookie in page.headers.getlist("Set-Cookie"))


def test_quantities_change_and_nought_removes(app: Flask, client: FlaskClient) -> None:
    first, second = id_of(app), id_of(app, OTHER)
    add(client, first, second)
    sent = client.post(BASKET["nl"], data={f"quantity-{first}": "3", f"quantity-{second}": "0", "update": "1"})
    assert sent.status_code == 303
    assert "Verwijderd:" in client.get(BASKET["nl"]).text  # once
    page = client.get(BASKET["nl"])
    assert (count(page), "€ 53,85" in text(page), "poeder" in text(page)) == (3, True, False)
    client.post(BASKET["nl"], data={"remove": str(first)})
    assert "Je winkelmand is leeg" in client.get(BASKET["nl"]).text
    assert client.get_cookie("basket") is None


@pytest.mark.parametrize("typed", ["-1", "1.5", "1e9", "veel", "", "1" * 10, "٣"])
def test_a_quantity_that_is_none_is_named_at_its_field_and_kept(typed: str, app: Flask, client: FlaskClient) -> None:
    product = id_of(app)
    add(client, product)
    page = client.post(BASKET["nl"], data={f"quantity-{product}": typed})
    assert page.status_code == 422
    assert "Vul een heel aantal verpakkingen in" in page.text
    assert f'name="quantity-{product}"' in page.text
    assert f'value="{html.escape(typed)}" aria-invalid="true"' in page.text
    assert count(client.get(BASKET["nl"])) == 1


@pytest.mark.parametrize(
    ("quantity", "stock", "words"),
    [
        (21, 100, "hoogstens 20 verpakkingen"),
        (999_999_999, 100, "hoogstens 20 verpakkingen"),
        (4, 3, "nog 3 verpakkingen"),
        (2, 1, "nog 1 verpakking"),
    ],
)
def test_more_than_there_is_or_than_a_shopper_takes_is_refused_with_the_number_left(
    quantity: int, stock: int, words: str, own_app: Flask
) -> None:
    client, product = own_app.test_client(), id_of(own_app)
    change(own_app, stock=stock)
    add(client, product)
    page = client.post(BASKET["nl"], data={f"quantity-{product}": str(quantity)})
    assert page.status_code == 422
    assert words in text(page)
    assert count(client.get(LISTING)) == 1


def test_a_sold_out_an_archived_and_an_unknown_product_cannot_be_added(own_app: Flask) -> None:
    client = own_app.test_client()
    sold_out, archived = id_of(own_app), id_of(own_app, OTHER)
    change(own_app, stock=0)
    change(own_app, OTHER, status=Status.ARCHIVED)
    for product, words in ((sold_out, "is uitverkocht"), (archived, "hebben we niet"), (10**9 - 1, "hebben we niet")):
        page = add(client, product)
        assert page.status_code == 422
        assert words in page.text
        assert count(client.get(LISTING)) == 0


@pytest.mark.parametrize("given", ["x", "-1", "0", "1; DROP TABLE product", "9" * 40, "1\x00", "é"])
def test_an_id_that_is_none_changes_nothing(given: str, client: FlaskClient) -> None:
    page = client.post(BASKET["en"], data={"add": given})
    assert page.status_code == 422
    assert "We do not have this product" in page.text


def test_a_product_archived_meanwhile_leaves_the_basket_in_words(own_app: Flask) -> None:
    client = own_app.test_client()
    add(client, id_of(own_app), id_of(own_app, OTHER))
    change(own_app, OTHER, status=Status.ARCHIVED)
    page = client.get(BASKET["nl"])
    assert "1 product is niet meer te koop en is uit je winkelmand gehaald" in page.text
    assert count(client.get(LISTING)) == 1


def test_a_product_sold_out_meanwhile_stays_and_says_so(own_app: Flask) -> None:
    client = own_app.test_client()
    add(client, id_of(own_app))
    change(own_app, stock=0)
    page = client.get(BASKET["nl"])
    assert re.search(r'class="stock">\s*Uitverkocht', page.text)


def test_at_most_20_products_fit(own_app: Flask) -> None:
    client = own_app.test_client()
    with Session(services_of(own_app).databases.primary) as session:
        ids = session.scalars(select(Product.id).where(Product.status == Status.PUBLISHED, Product.stock > 0)).all()
    assert add(client, *ids[:20]).status_code == 303
    page = add(client, ids[20])
    assert page.status_code == 422
    assert "hoogstens 20 producten" in page.text
    assert count(client.get(LISTING)) == 20


@pytest.mark.parametrize("cookie", ["x", "5.x", "3.gAAAAAB" + "a" * 60, "0.", "999999.abc", ".", "é"])
def test_a_forged_basket_is_an_empty_one(cookie: str, client: FlaskClient) -> None:
    client.set_cookie("basket", cookie)
    for address in (BASKET["nl"], LISTING, "/nl/"):
        assert client.get(address).status_code == 200
    assert "Je winkelmand is leeg" in client.get(BASKET["nl"]).text
    assert client.get_cookie("basket") is None


@pytest.mark.parametrize("scheme", ["HTTPS", "foo", ""])
def test_a_scheme_that_is_none_reaches_no_cached_page(scheme: str, app: Flask, client: FlaskClient) -> None:
    add(client, id_of(app))
    assert client.get("/nl/", environ_overrides={"wsgi.url_scheme": scheme}).status_code == 200


def test_a_basket_lasts_30_days(app: Flask, client: FlaskClient) -> None:
    product, cipher = id_of(app), services_of(app).basket_cipher
    content = f"[[{product}, 1]]".encode()
    for age, kept in ((30 * 86400 - 60, True), (30 * 86400 + 60, False)):
        client.set_cookie("basket", f"1.{cipher.encrypt_at_time(content, int(time.time()) - age).decode()}")
        assert ("Je winkelmand is leeg" not in client.get(BASKET["nl"]).text) == kept


def test_the_cookie_holds_products_encrypted_http_only_lax_and_secure_under_tls(app: Flask) -> None:
    client = app.test_client()
    sent = client.post(BASKET["nl"], data={"add": str(id_of(app))}, base_url="https://localhost")
    (cookie,) = [header for header in sent.headers.getlist("Set-Cookie") if header.startswith("__Host-basket=")]
    for flag in ("HttpOnly", "SameSite=Lax", "Secure", "Max-Age=2592000"):
        assert flag in cookie
    assert re.match(r"__Host-basket=1\.gAAAA", cookie)


def test_a_form_of_another_site_cannot_replace_the_basket(app: Flask, client: FlaskClient) -> None:
    refused = add(client, id_of(app), **{"Sec-Fetch-Site": "cross-site"})
    assert refused.status_code == 403
    assert "Set-Cookie" not in refused.headers
    assert add(client, id_of(app), **{"Sec-Fetch-Site": "same-origin"}).status_code == 303


def test_it_is_never_stored_and_not_indexed(app: Flask, client: FlaskClient) -> None:
    add(client, id_of(app))
    page = client.get(BASKET["nl"])
    assert page.headers["Cache-Control"] == "no-store"
    assert '<meta name="robots" content="noindex">' in page.text


def test_a_stop_comes_first_and_personal_cautions_follow_the_answers_cookie(app: Flask, client: FlaskClient) -> None:
    add(client, id_of(app))
    plain = client.get(BASKET["nl"]).text
    assert "Je winkelmand en je antwoorden" not in plain
    answer(client, conditions=["kidney_disease"])
    stopped = client.get(BASKET["nl"]).text
    assert stopped.index('class="stops"') < stopped.index("<h1")


def test_a_blend_is_cautioned_to_a_pregnant_visitor_on_the_basket_alone(app: Flask, client: FlaskClient) -> None:
    with Session(services_of(app).databases.primary) as session:
        on_sale = session.scalars(select(Product).where(Product.status == Status.PUBLISHED, Product.stock > 0))
        blend = next(product.id for product in on_sale if product.other_actives)
    answer(client, conditions=["pregnant"])
    add(client, blend)
    cookie = client.get_cookie("basket")
    assert cookie
    content = services_of(app).basket_cipher.decrypt(cookie.decoded_value.partition(".")[2].encode())
    assert content == f"[[{blend}, 1]]".encode()
    assert "Je winkelmand en je antwoorden" in client.get(BASKET["nl"]).text


def test_what_the_visitor_already_takes_counts_in_a_day(app: Flask, client: FlaskClient) -> None:
    add(client, id_of(app))
    answer(client, supplement_mg="100")
    page = text(client.get(BASKET["nl"]))
    assert "300 mg magnesium als je alles volgens de etiketten neemt, met de 100 mg die je al neemt" in page
    assert "50 mg boven 250 mg" in page


def test_the_count_in_the_header_costs_no_cached_page(own_app: Flask) -> None:
    client = own_app.test_client()
    add(client, id_of(own_app), id_of(own_app, OTHER))
    assert "In je winkelmand:" in client.get("/nl/winkelmand").text  # said on the one page after it
    first, second = client.get(LISTING), client.get(LISTING)
    assert count(first) == count(second) == 2
    assert first.text == second.text
    cached = [key for key in services_of(own_app).cache if key[0] == "page"]
    assert len(cached) == 1
    other = own_app.test_client()
    assert count(other.get(LISTING)) == 0
    client.set_cookie("other", "x")
    client.get(LISTING)
    assert len([key for key in services_of(own_app).cache if key[0] == "page"]) == 2
