"""The advice explains itself: why a form is not first, what would put it there, and how other wishes fall out."""

import html
import re

from flask.testing import FlaskClient

from tests.shop.visitor import answer, main_text


def text_of(client: FlaskClient, **answers: object) -> str:
    return html.unescape(main_text(answer(client, "en", **answers)))


def test_every_form_but_the_first_says_why_it_is_not_first(client: FlaskClient) -> None:
    text = text_of(client, stomach="mild")
    assert text.count("Why not first?") == 3
    assert "This counts against it: Side effects of oxide, with “a little sensitive”" in text


def test_it_names_the_single_other_answer_that_would_put_a_form_first(client: FlaskClient) -> None:
    text = text_of(client, stomach="none", budget="medium")
    assert "If you want to spend as little as possible, oxide comes first." in text


def test_an_answer_about_health_is_never_proposed_as_something_to_change(client: FlaskClient) -> None:
    text = text_of(client, stomach="strong")
    assert "Answers about your health are listed only to show how the order is made." in text


def test_a_reason_names_the_answer_it_follows_from_and_what_speaks_for_a_form_comes_first(client: FlaskClient) -> None:
    page = answer(
        client, "en", stomach="mild", budget="low", absorption="important", medicines=["proton_pump_inhibitor"]
    ).text
    first = html.unescape(page[page.index('id="form-bisglycinate"') : page.index('id="form-citrate"')])
    reasons = re.findall(r'(?s)<li class="reason">(.*?)</li>', first)
    assert "Your answer: A little sensitive" in reasons[0]
    assert "fewer side effects" in reasons[0]
    assert "has not been shown" in reasons[-1]


def test_a_withheld_advice_holds_out_no_other_wish(client: FlaskClient) -> None:
    assert "would come first" not in text_of(client, conditions=["kidney_disease"])


def test_the_dose_is_drawn_with_what_is_already_taken(client: FlaskClient) -> None:
    page = html.unescape(answer(client, "en", supplement_mg="100").text).replace("\xa0", " ")
    assert "250 mg of 250 mg a day; of which you already take 100 mg" in page


def test_the_decision_map_is_a_table_with_headers_and_one_own_cell(client: FlaskClient) -> None:
    page = answer(client, "en", stomach="mild", budget="low", absorption="important").text
    table = re.search(r'(?s)<table class="decision-map">.*?</table>', page)
    assert table
    assert table[0].count('aria-current="true"') == 1
    assert len(re.findall(r"<td", table[0])) == 18
    assert len(re.findall(r'<th scope="(col|row|rowgroup)"', table[0])) == 4 + 6 + 3


def test_the_decision_map_keeps_the_visitors_other_answers(client: FlaskClient) -> None:
    page = answer(client, "en", medicines=["proton_pump_inhibitor"]).text
    table = re.search(r'(?s)<table class="decision-map">.*?</table>', page)
    assert table
    assert "form-oxide" not in table[0]
