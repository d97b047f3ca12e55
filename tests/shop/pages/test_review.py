"""Statement on review and on the marks beside sources: once a page, at its end."""

import pytest
from flask.testing import FlaskClient

from tests.shop.visitor import answer, main_text

PAGES = (
    "/nl/gids/magnesium-en-het-zenuwstelsel",
    "/nl/zo-kiezen-wij",
    "/nl/vormen/oxide",
    "/nl/vormen/bisglycinate",
    "/nl/vormen/acetate",
    "/nl/product/duinvallei-magnesiumtauraat-70-capsules",
)
BEHIND_QUESTIONS = ("/nl/keuzehulp/advies", "/nl/keuzehulp/samenvatting")
NOT_CHECKED = "Nog niet nagekeken: het feit is elders gevonden"
COMPUTED = "Door ons berekend met gegevens uit de bron."


def check_statement(client: FlaskClient, address: str) -> None:
    """Each mark on the page is explained once, and no mark that is not there."""
    page = client.get(address)
    text = main_text(page)
    assert page.text.count('class="review"') <= 1
    for mark, words in (("†", NOT_CHECKED), ("‡", COMPUTED)):
        marks = page.text.count(f">{mark}</span>")
        assert text.count(words) == (1 if marks else 0)
        assert marks != 1  # a mark and its explanation


@pytest.mark.parametrize("address", PAGES)
def test_a_page_explains_its_marks_once(address: str, client: FlaskClient) -> None:
    check_statement(client, address)


@pytest.mark.parametrize("address", BEHIND_QUESTIONS)
@pytest.mark.parametrize("conditions", [["none"], ["pregnant"], ["kidney_disease"]])
def test_an_advice_and_its_summary_explain_their_marks_once(
    address: str, conditions: list[str], client: FlaskClient
) -> None:
    answer(client, "nl", conditions=conditions)
    check_statement(client, address)


@pytest.mark.parametrize("address", ["/nl/beste-magnesium-supplementen", "/nl/vergelijk", *PAGES[2:]])
def test_pages_that_show_a_stop_explain_its_marks_once(address: str, client: FlaskClient) -> None:
    answer(client, "nl", conditions=["bowel_obstruction"])
    check_statement(client, address)


def test_a_mark_is_named_for_those_who_do_not_see_it(client: FlaskClient) -> None:
    page = client.get("/nl/vormen/oxide").text
    assert '<span class="mark" role="img" aria-label="nog niet nagekeken">†</span>' in page
    assert '<span class="mark" role="img" aria-label="door ons berekend">‡</span>' in page


def test_who_reviewed_the_rules_is_said_where_they_are_explained_or_followed(client: FlaskClient) -> None:
    saying_it = ("/nl/zo-kiezen-wij", "/nl/keuzehulp/advies", "/nl/keuzehulp/samenvatting")
    said = "Een apotheker heeft ze nog niet beoordeeld."
    answer(client, "nl")
    for address in (*PAGES, *BEHIND_QUESTIONS, "/nl/", "/nl/beste-magnesium-supplementen"):
        expected = 1 if address in saying_it else 0
        assert main_text(client.get(address)).count(said) == expected, address
