"""The home page begins the finder, shows three products, and leaves the visitor's answers out of every address."""

import html
import re

import pytest
from flask.testing import FlaskClient

from recommend.knowledge import Ruleset
from shop.finder.answers_cookie import COOKIE
from tests.shop.visitor import answer, main_text

HOME = {"nl": "/nl/", "en": "/en/"}
FINDER = {"nl": "/nl/keuzehulp", "en": "/en/finder"}


@pytest.mark.parametrize("language", ["nl", "en"])
def test_it_asks_the_finders_first_question(language: str, client: FlaskClient, ruleset: Ruleset) -> None:
    text = html.unescape(main_text(client.get(HOME[language])))
    question = ruleset.questions["age_group"]
    assert (question.label.nl if language == "nl" else question.label.en) in text
    for choice in question.choices:
        assert (choice.label.nl if language == "nl" else choice.label.en) in text


def test_its_answer_is_shown_by_the_finder_and_stored_only_after_the_agreement(client: FlaskClient) -> None:
    page = client.post(FINDER["nl"], data={"age_group": "65_plus", "begin": "1"})
    assert page.status_code == 200
    assert re.search(r'<input[^>]* checked[^>]*value="65_plus"', page.text)
    assert "Er klopt iets niet" not in page.text
    assert client.get_cookie(COOKIE) is None


def test_its_form_holds_no_token_so_that_one_page_serves_everybody(client: FlaskClient) -> None:
    page = client.get(HOME["nl"])
    assert 'name="csrf_token"' not in page.text
    assert "Set-Cookie" not in page.headers
    assert 'method="post"' in page.text


def test_it_shows_one_product_of_each_of_three_forms_with_its_price_a_day(client: FlaskClient) -> None:
    page = client.get(HOME["nl"]).text
    products = re.findall(r'<h3><a href="(/nl/product/[^"]+)"', page)
    assert len(products) == len(set(products)) == 3
    assert page.count('class="a-day"') == 3
    assert "Boven de EU-grens" not in page


def test_with_a_stop_its_products_stay_folded(client: FlaskClient) -> None:
    answer(client, "nl", conditions=["kidney_disease"])
    page = client.get(HOME["nl"]).text
    assert page.index('class="behind-stop"') < page.index('href="/nl/product/')


def test_studies_are_left_to_the_pages_of_the_forms(client: FlaskClient) -> None:
    assert "urine" not in main_text(client.get(HOME["nl"]))
