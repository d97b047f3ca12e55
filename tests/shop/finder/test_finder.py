"""The questionnaire: agreement, kept answers, mending, starting again; and its advice page."""

import html
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from catalog.composition import LabelLine
from recommend.knowledge import Ruleset
from shop.web.services import services_of
from tests.factories import make_product
from tests.shop.api.conftest import HEALTHY
from tests.shop.visitor import FINDER, PUBLIC_PAGES, SAFETY, WISHES, answer, csrf_token, main_text, send

NL_WISHES, NL_SAFETY, NL_ADVICE, NL_AGAIN = FINDER["nl"]


def ticked(page: str) -> set[str]:
    """The values of the checked boxes and radio buttons of a page, as name=value."""
    found: set[str] = set()
    for tag in re.findall(r"<input[^>]*>", page):
        if re.search(r"\schecked", tag):
            name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]+)"', tag)
            assert name
            found.add(f"{name[1]}={value[1] if value else ''}")
    return found


def test_the_budget_question_shows_euros_a_day(client: FlaskClient) -> None:
    assert re.search(r"tot en met € \d+,\d+ per dag", html.unescape(client.get(NL_WISHES).text).replace("\xa0", " "))


def test_without_agreement_nothing_is_kept_and_what_was_chosen_stays(client: FlaskClient) -> None:
    page = send(
        client, NL_WISHES, **{key: value for key, value in WISHES.items() if key != "agreement"} | {"stomach": "strong"}
    )
    assert page.status_code == 422
    assert "stomach=strong" in ticked(page.text)
    assert client.get_cookie("answers") is None
    assert client.get(NL_SAFETY).location == NL_WISHES


@pytest.mark.parametrize("missing", ["stomach", "budget", "absorption", "agreement"])
def test_a_missing_wish_is_named_and_the_rest_stays(missing: str, client: FlaskClient) -> None:
    page = send(client, NL_WISHES, **{key: value for key, value in WISHES.items() if key != missing})
    assert page.status_code == 422
    assert re.search(rf'href="#{missing}"', page.text)
    assert f"dosage_form={WISHES['dosage_form']}" in ticked(page.text)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("age_group", None),
        ("age_group", "eighteen"),
        ("conditions", []),
        ("medicines", []),
        ("conditions", ["none", "pregnant"]),
        ("conditions", ["warts"]),
        ("supplement_mg", "-1"),
        ("supplement_mg", "5001"),
        ("supplement_mg", "veel"),
        ("supplement_mg", "1_00"),
        ("supplement_mg", "1.2.3"),
        ("goal", "world_peace"),
    ],
)
def test_a_wrong_safety_answer_is_named_and_what_was_typed_stays(field: str, value: Any, client: FlaskClient) -> None:
    send(client, NL_WISHES, **WISHES)
    filled = SAFETY | {"warning_signs": ["low_mood"]} | {field: value}
    page = send(client, NL_SAFETY, **{key: v for key, v in filled.items() if v is not None})
    assert page.status_code == 422
    assert f'href="#{field}"' in page.text
    assert "warning_signs=low_mood" in ticked(page.text)
    if field == "supplement_mg":
        assert f'value="{value}"' in page.text


@pytest.mark.parametrize("conditions", [["none", "kidney_disease"], [], ["rabies"]])
def test_a_refused_answer_does_not_leave_the_earlier_one_in_force(conditions: list[str], client: FlaskClient) -> None:
    assert "note-stop" not in answer(client).text
    assert send(client, NL_SAFETY, **(SAFETY | {"conditions": conditions})).status_code == 422
    assert client.get(FINDER["nl"][2]).location == NL_SAFETY


def test_back_keeps_the_answers_of_both_pages(client: FlaskClient) -> None:
    send(client, NL_WISHES, **WISHES | {"stomach": "mild", "vegan": "y"})
    half = {"age_group": "65_plus", "conditions": ["pregnant"], "supplement_mg": "50", "back": "1"}
    assert send(client, NL_SAFETY, **half).location == NL_WISHES
    assert {"stomach=mild", "vegan=y"} <= ticked(client.get(NL_WISHES).text)
    kept = client.get(NL_SAFETY).text
    assert {"age_group=65_plus", "conditions=pregnant"} <= ticked(kept)
    assert 'value="50"' in kept


def test_answers_survive_a_change_of_language(client: FlaskClient) -> None:
    answer(client, "nl", stomach="strong", medicines=["digoxin"])
    assert "stomach=strong" in ticked(client.get(FINDER["en"][0]).text)
    assert client.get(FINDER["en"][2]).status_code == 200


def test_starting_again_erases_the_answers(client: FlaskClient) -> None:
    answer(client, stomach="strong")
    again = client.post(NL_AGAIN)
    assert again.location == NL_WISHES
    assert client.get_cookie("answers") is None
    assert "stomach=strong" not in ticked(client.get(NL_WISHES).text)
    assert client.get(NL_ADVICE).status_code == 303


def test_the_advice_needs_the_answers_first(client: FlaskClient) -> None:
    assert client.get(NL_ADVICE).location == NL_SAFETY
    assert client.get(NL_SAFETY).location == NL_WISHES


def test_the_advice_lists_the_forms_with_reasons_sources_and_matching_products(client: FlaskClient) -> None:
    page = answer(client, "en", budget="high")
    assert page.status_code == 200
    assert re.findall(r'<span class="rank">(\d)</span>', page.text) == ["1", "2", "3", "4"]
    assert page.text.count('class="reason"') >= 5
    assert page.text.count('class="sources"') >= page.text.count('class="reason"')
    matches = re.findall(r'(?s)<ul class="matches">(.*?)</ul>', page.text)
    assert matches
    assert all(1 <= match.count("/en/product/") <= 3 for match in matches)
    assert re.search(
        r"\d+ (capsules?|tablets?|scoops?|ml) a day: [\d.]+ mg magnesium, €[\d.]+ a day",
        html.unescape(page.text).replace("\xa0", " "),
    )


def test_bisglycinate_and_glycinate_are_one_entry_with_the_products_of_both_cheapest_first(own_app: Flask) -> None:
    with Session(services_of(own_app).databases.primary) as session:
        for form, price in [("glycinate", 100), ("bisglycinate", 50)]:
            make_product(session, [LabelLine(form, elemental_ug=100_000)], slug=f"own-{form}", price_cents=price)
        session.commit()
    page = html.unescape(answer(own_app.test_client(), budget="high").text)
    assert page.count('id="form-bisglycinate"') == 1
    assert 'id="form-glycinate"' not in page
    assert "Magnesiumbisglycinaat, ook glycinaat" in page
    entry = page[page.index('id="form-bisglycinate"') :].split("</ul>\n        </div>")[0]
    products = re.findall(r"/nl/product/([\w-]+)", entry[: entry.index('<li id="form-')])
    assert products[:2] == ["own-bisglycinate", "own-glycinate"]
    assert len(products) == 3


def test_every_other_form_in_stock_stands_under_the_ranked_ones_with_its_line_and_certainty(
    client: FlaskClient, ruleset: Ruleset
) -> None:
    page = html.unescape(answer(client, "en", budget="high").text)
    others = page[page.index('id="other-forms"') :].split("</section>")[0]
    advice = client.post("/api/v1/advice", json=HEALTHY | {"budget": "high"}, query_string={"lang": "en"}).get_json()
    assert [form["form"] for form in advice["other_forms"]] == re.findall(r'<li id="form-(\w+)"', others)
    assert len(advice["other_forms"]) >= 5
    for form in advice["other_forms"]:
        assert form["reasons"][0]["text"] in others
        assert any(product["form"] == form["form"] for product in advice["products"])
    assert "Evidence:" in others


def test_threonate_is_not_there_for_whom_the_law_forbids_it(client: FlaskClient) -> None:
    assert 'id="form-threonate"' in answer(client, "en", budget="high").text
    for condition in ("pregnant", "breastfeeding", "unknown"):
        page = answer(client, "en", budget="high", conditions=[condition]).text
        assert 'id="form-threonate"' not in page
        asked = client.post("/api/v1/advice", json=HEALTHY | {"budget": "high", "conditions": [condition]}).get_json()
        assert "threonate" not in {form["form"] for form in asked["other_forms"]}
        assert "threonate" not in {product["form"] for product in asked["products"]}


def test_no_suggested_amount_exceeds_what_is_left_below_250_mg(client: FlaskClient) -> None:
    page = html.unescape(answer(client, "en", budget="high", supplement_mg="130").text).replace("\xa0", " ")
    amounts = [float(amount) for amount in re.findall(r"a day: ([\d.]+) mg magnesium", page)]
    assert amounts
    assert max(amounts) <= 120
    assert "At most 120 mg" in page


def test_caution_notes_come_before_the_forms_and_info_notes_after_the_products(client: FlaskClient) -> None:
    page = answer(client, "en", medicines=["levothyroxine"], age_group="65_plus").text
    assert page.index("note-caution") < page.index('class="forms"') < page.index("note-info")


def test_a_stop_shows_no_product_no_price_and_what_to_do_instead(client: FlaskClient) -> None:
    page = answer(client, "en", conditions=["kidney_disease"])
    text = main_text(page)
    assert page.status_code == 200
    assert "note-stop" in page.text
    assert "best match" not in text
    assert 'id="form-' not in page.text
    assert "/en/product/" not in page.text
    assert "€" not in page.text
    assert not re.search(r"\d+ mg of magnesium a day from a supplement", text)
    assert "Ask your GP or kidney specialist" in text


def test_an_emergency_stands_above_everything_else(client: FlaskClient) -> None:
    page = answer(client, "en", conditions=["kidney_disease", "pregnant"], warning_signs=["overdose_signs"]).text
    assert page.index("note-emergency") < page.index("Kidney disease")
    assert page.index("112") < page.index("Kidney disease")


def test_while_a_stop_is_kept_listing_and_products_show_it_first(client: FlaskClient) -> None:
    answer(client, conditions=["kidney_disease"])
    for address in (PUBLIC_PAGES["nl"][2], "/nl/product/duinvallei-magnesiumcitraat-100-capsules"):
        page = client.get(address).text
        assert page.index("note-stop") < page.index("<h1")
    client.post(NL_AGAIN)
    assert "note-stop" not in client.get(PUBLIC_PAGES["nl"][2]).text


@pytest.mark.parametrize("button", [{"back": "1"}, {}])
def test_a_stop_is_known_even_while_other_questions_are_open(button: dict[str, str], client: FlaskClient) -> None:
    send(client, NL_WISHES, **WISHES)
    send(client, NL_SAFETY, conditions=["kidney_disease"], **button)
    assert "note-stop" in client.get(PUBLIC_PAGES["nl"][2]).text


def test_taking_the_agreement_back_erases_the_answers(client: FlaskClient) -> None:
    answer(client, stomach="strong")
    send(client, NL_WISHES, **{key: value for key, value in WISHES.items() if key != "agreement"})
    assert client.get_cookie("answers") is None


@pytest.mark.parametrize(("typed", "left"), [("112,5", 137), ("56.25", 193), ("100 mg", 150), ("0", 200)])
def test_amounts_are_read_as_labels_write_them_and_rounded_up(typed: str, left: int, client: FlaskClient) -> None:
    assert f"At most {left} mg" in answer(client, "en", supplement_mg=typed).text


def test_an_unknown_amount_counts_as_150_mg_and_comes_back_as_it_was_answered(client: FlaskClient) -> None:
    advice = answer(client, "en", supplement_mg="", supplement_unknown="y").text
    assert "At most 100 mg of magnesium a day more, with 150 mg counted" in advice
    assert "You do not know how much magnesium you already take" in advice
    form = client.get(NL_SAFETY).text
    assert re.search(r'<input[^>]*checked[^>]*name="supplement_unknown"', form)
    assert re.search(r'<input[^>]*name="supplement_mg"[^>]*value=""', form)


@pytest.mark.parametrize(
    "silence",
    [
        {"supplement_mg": ""},
        {"supplement_mg": "100", "supplement_unknown": "y"},
        {"bowel": ""},
        {"goal": ""},
        {"warning_signs": []},
    ],
)
def test_silence_on_safety_is_no_answer(silence: dict[str, Any], client: FlaskClient) -> None:
    send(client, NL_WISHES, **WISHES)
    refused = send(client, NL_SAFETY, **(SAFETY | silence))
    assert refused.status_code == 422
    assert f'href="#{next(iter(silence))}"' in refused.text


def test_nothing_that_bears_on_safety_is_filled_in_beforehand(client: FlaskClient) -> None:
    send(client, NL_WISHES, **WISHES)
    fields = re.findall(r"<input[^>]*>", client.get(NL_SAFETY).text)
    given = [field for field in fields if " checked" in field or ('name="supplement_mg"' in field)]
    assert [field for field in given if "unspecified" not in field and 'value=""' not in field] == []


def test_a_caution_alone_leaves_the_listing_as_it_is(client: FlaskClient) -> None:
    answer(client, conditions=["pregnant"])
    assert "note-stop" not in client.get(PUBLIC_PAGES["nl"][2]).text


def test_when_no_product_fits_the_page_says_so(client: FlaskClient) -> None:
    page = answer(client, "en", budget="low", supplement_mg="200")
    assert "No product of this form fits" in page.text
    assert "At most 50 mg" in page.text


def test_a_form_without_products_says_which_wish_excludes_them(client: FlaskClient) -> None:
    page = main_text(answer(client, "en", budget="low", dosage_form="liquid"))
    assert re.search(r"\d+ products have another dosage form", page)


def test_a_sign_of_an_emergency_stands_above_a_stop_of_another_kind(client: FlaskClient) -> None:
    page = answer(client, "en", conditions=["kidney_disease"], warning_signs=["suicidal_thoughts"]).text
    assert page.index("0800-0113") < page.index("Kidney disease")


def test_a_form_with_an_expired_session_keeps_what_was_typed(client: FlaskClient) -> None:
    page = client.post(NL_WISHES, data=WISHES | {"stomach": "mild", "csrf_token": "stale"})
    assert page.status_code == 422
    assert "stomach=mild" in ticked(page.text)
    sent_again = client.post(NL_WISHES, data=WISHES | {"stomach": "mild", "csrf_token": csrf_token(page)})
    assert sent_again.location == NL_SAFETY


@pytest.mark.parametrize("form", ["citrate", "oxide"])
def test_on_a_low_budget_the_form_goes_first_that_is_cheapest_in_this_catalogue(form: str, own_app: Flask) -> None:
    """The same on the page and in the API, from the moment that the cheapest product is there."""
    with Session(services_of(own_app).databases.primary) as session:
        make_product(session, [LabelLine(form, elemental_ug=100_000)], price_cents=1, units_per_pack=1000)
        session.commit()
    client = own_app.test_client()
    page = html.unescape(answer(client, budget="low").text)
    first = re.search(r'<li id="form-(\w+)"', page)
    assert first
    assert first[1] == form
    assert f"Per mg magnesium is {form.replace('citrate', 'citraat')} in deze winkel nu goedkoper" in page
    asked = client.post("/api/v1/advice", json=HEALTHY | {"budget": "low"}).get_json()
    assert asked["forms"][0]["form"] == form


@pytest.mark.parametrize("medicines", [["none"], ["levothyroxine"], ["other"]])
def test_the_sentences_on_the_dose_have_a_blank_between_them(medicines: list[str], client: FlaskClient) -> None:
    dose = html.unescape(answer(client, medicines=medicines).text).split('class="dose-text"')[1].split("</p>")[1]
    assert not re.search(r"[a-z]\.[A-Z]", dose)
