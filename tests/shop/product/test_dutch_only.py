"""A product without complete English texts: on sale, its Dutch label marked as Dutch on English pages."""

import html
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html as lxml_html
from msgspec import structs
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.edits.products import product_to_edit, save_product
from catalog.models import Product
from catalog.product_state import TEXTS, state_of_product
from recommend.claims.check import check_text
from shop.copy_check.crawl import by_language, public_pages
from shop.web.services import services_of
from tests.factories import AuthorFactory
from tests.shop.visitor import answer

SLUG = "duinvallei-magnesiumcitraat-100-capsules"
OTHER = "hazelveen-magnesiumcitraat-125-tabletten"
ENGLISH, DUTCH = f"/en/product/{SLUG}", f"/nl/product/{SLUG}"
ONLY_DUTCH = "The texts of this product are in Dutch only."
WITHOUT_ENGLISH = {f"{name}_en": "" for name in TEXTS}

Change = Callable[..., Product]


@pytest.fixture
def change(own_app: Flask) -> Change:
    """Change texts of a product, by default the one at SLUG, as somebody at the admin does."""

    def save(slug: str = SLUG, **fields: str) -> Product:
        services = services_of(own_app)
        with Session(services.databases.writing) as session:
            product = product_to_edit(session, session.scalars(select(Product.id).where(Product.slug == slug)).one())
            state = structs.replace(state_of_product(product), **fields)
            author = AuthorFactory.build()
            save_product(session, product.id, product.version, state, author=author, ruleset=services.ruleset)
            session.commit()
            found = product_to_edit(session, product.id)
            session.expunge_all()
            return found

    return save


@pytest.fixture
def product(change: Change) -> Product:
    return change(**WITHOUT_ENGLISH)


@pytest.fixture
def client(own_app: Flask) -> FlaskClient:
    return own_app.test_client()


def page(client: FlaskClient, address: str) -> lxml_html.HtmlElement:
    response = client.get(address)
    assert response.status_code == 200, address
    return lxml_html.document_fromstring(response.text)


def marked(found: lxml_html.HtmlElement) -> list[str]:
    """The texts of all elements marked as Dutch, but for the link to the Dutch page."""
    elements = found.xpath('//body//*[@lang="nl"][not(contains(@class, "language"))]')
    return [" ".join(element.text_content().split()) for element in elements]


def test_the_english_page_shows_every_dutch_text_marked_as_dutch_and_says_so(
    client: FlaskClient, product: Product
) -> None:
    found = page(client, ENGLISH)
    ingredients = product.ingredients_nl.replace("*", "")
    texts = [product.name_nl, product.summary_nl, ingredients, product.directions_nl, product.storage_nl]
    assert set(texts) <= set(marked(found))
    assert ONLY_DUTCH in found.text_content()
    assert found.xpath("//title/@lang") == ["nl"]
    assert product.name_nl not in str(found.xpath('//meta[@name="description"]/@content')[0])


def test_the_dutch_page_marks_and_says_nothing(client: FlaskClient, product: Product) -> None:
    found = page(client, DUTCH)
    assert marked(found) == []
    assert product.name_nl in found.text_content()
    assert "alleen in het Nederlands" not in found.text_content()


@pytest.mark.parametrize("missing", sorted(WITHOUT_ENGLISH))
def test_half_an_english_label_is_not_shown_at_all(missing: str, client: FlaskClient, change: Change) -> None:
    product = change(**{missing: " "})
    found = page(client, ENGLISH)
    assert product.name_nl in marked(found)
    assert not product.english_complete
    for name in TEXTS:
        english = getattr(product, f"{name}_en").replace("*", "").strip()
        assert not english or english not in found.text_content(), name


def test_english_appears_as_soon_as_it_is_complete(client: FlaskClient, product: Product, change: Change) -> None:
    assert ONLY_DUTCH in client.get(ENGLISH).text
    change(
        name_en="Citrate capsules",
        summary_en="Capsules with magnesium citrate.",
        ingredients_en="magnesium citrate",
        directions_en="Take with water.",
        storage_en="Keep dry.",
    )
    shown = client.get(ENGLISH).text
    assert ONLY_DUTCH not in shown
    assert "<h1>Citrate capsules</h1>" in shown
    assert 'lang="nl">Citrate' not in client.get("/en/best-magnesium-supplements?form=citrate").text


def test_search_engines_are_offered_the_dutch_page_alone(client: FlaskClient, product: Product) -> None:
    locations = re.findall(r"<loc>([^<]+)</loc>", client.get("/sitemap.xml").text)
    assert f"http://localhost{DUTCH}" in locations
    assert f"http://localhost{ENGLISH}" not in locations
    assert page(client, DUTCH).xpath('//link[@rel="alternate"]/@hreflang') == ["nl", "x-default"]
    english = page(client, ENGLISH)
    assert english.xpath('//meta[@name="robots"]/@content') == ["noindex, follow"]
    assert english.xpath('//link[@rel="alternate" or @rel="canonical"]') == []


def test_structured_data_names_the_language_of_its_texts(client: FlaskClient, product: Product) -> None:
    blocks = page(client, ENGLISH).xpath('//script[@type="application/ld+json"]')
    data = next(found for block in blocks if (found := json.loads(block.text_content()))["@type"] == "Product")
    assert (data["inLanguage"], data["name"], data["description"]) == ("nl", product.name_nl, product.summary_nl)


@pytest.mark.parametrize(
    "address",
    [
        "/en/best-magnesium-supplements?form=citrate&brand=Duinvallei",
        f"/en/compare?p={SLUG}&p={OTHER}",
        f"/en/compare?p={OTHER}",
    ],
)
def test_wherever_english_pages_name_it_the_name_is_marked_as_dutch(
    address: str, client: FlaskClient, product: Product
) -> None:
    text = client.get(address).text
    name = html.escape(product.name_nl)
    assert name in text
    for before in (text[: found.start()] for found in re.finditer(re.escape(name), text)):
        assert 'lang="nl"' in before[before.rindex("<") :], before[-200:]


def test_the_advice_and_its_summary_mark_the_name_as_dutch(client: FlaskClient, change: Change) -> None:
    shown = re.search(r'href="/en/product/([^"]+)"', answer(client, "en").text)
    assert shown
    name = html.escape(change(slug=shown[1], **WITHOUT_ENGLISH).name_nl)
    for address in ("/en/finder/advice", "/en/finder/summary"):
        shown_text = client.get(address).text.replace("\xad", "").replace("\xa0", " ")
        assert re.search(f'lang="nl">{re.escape(name)}<', shown_text), address


def test_a_comparison_marks_the_dutch_ingredients_alone(client: FlaskClient, product: Product) -> None:
    found = page(client, f"/en/compare?p={SLUG}&p={OTHER}")
    assert product.ingredients_nl.replace("*", "") in marked(found)
    assert len(found.xpath('//td/span[@lang="nl"]')) == 1


def test_it_is_found_by_its_dutch_words_and_no_longer_by_english_ones(client: FlaskClient, change: Change) -> None:
    change(name_nl="Duinkracht citraat", name_en="Dunepower citrate")

    def hits(words: str) -> int:
        total: int = client.get(f"/api/v1/products?q={words}").get_json()["total"]
        return total

    assert (hits("duinkracht"), hits("dunepower")) == (1, 1)
    change(**WITHOUT_ENGLISH | {"name_en": "Dunepower citrate"})
    assert hits("duinkracht") == 1
    # An unknown word is read as one like it, so what matters is that the name alone no longer finds it.
    assert client.get("/api/v1/products?q=dunepower").get_json()["notices"] or hits("dunepower") == 0


def test_sorted_by_name_it_stands_under_its_dutch_name(client: FlaskClient, change: Change) -> None:
    change(**WITHOUT_ENGLISH | {"name_nl": "Aaa magnesiumcitraat"})
    items = client.get("/api/v1/products?sort=name&lang=en").get_json()["items"]
    assert items[0]["slug"] == SLUG


def test_the_api_says_in_which_language_the_name_is(client: FlaskClient, product: Product) -> None:
    def item(language: str) -> dict[str, Any]:
        address = f"/api/v1/products?lang={language}&form=citrate&brand=Duinvallei"
        return next(one for one in client.get(address).get_json()["items"] if one["slug"] == SLUG)

    assert (item("en")["name"], item("en")["name_language"]) == (product.name_nl, "nl")
    assert (item("nl")["name"], item("nl")["name_language"]) == (product.name_nl, "nl")


def test_the_content_check_reads_the_dutch_on_english_pages_as_dutch(own_app: Flask, change: Change) -> None:
    change(**WITHOUT_ENGLISH)
    with Session(services_of(own_app).databases.writing) as session:  # past the check of the form
        product = session.scalars(select(Product).where(Product.slug == SLUG)).one()
        product.summary_nl, product.version = "Helpt tegen migraine.", product.version + 1
        session.commit()
    pages = [each for each in public_pages(own_app) if each.address == ENGLISH]
    assert {each.language for each in pages} == {"en", "nl"}
    blocked = [
        (each.language, finding.text.strip())
        for each in pages
        for finding in check_text(each.html, each.language)
        if finding.blocks
    ]
    assert set(blocked) == {("nl", "Helpt tegen migraine.")}


def test_a_text_in_structured_data_has_the_language_of_the_element_with_the_same_text() -> None:
    source = (
        '<html lang="en"><p>Hello</p><h1 lang="nl">Rust &amp; ritme</h1><img alt="Pot" lang="nl"><b lang="en">you</b>'
        '<script type="application/ld+json">{"@type": "X", "name": "Rust & ritme", "category": "Food"}</script></html>'
    )
    found = by_language(source, "en")
    assert found["nl"].split("\n") == [
        '<h1 lang="nl">Rust &amp; ritme</h1>',
        '<img alt="Pot" lang="nl">',
        "<p>Rust &amp; ritme</p>",
    ]
    assert "Rust" not in found["en"]
    assert "<p>Food</p>" in found["en"]
    assert '<b lang="en">you</b>' in found["en"]
