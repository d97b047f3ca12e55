"""The questionnaire: pages of one theme, filters, kept answers, a check of all of them, and its advice page."""

import html
import re
from itertools import pairwise
from typing import Any

import pytest
import segno
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from catalog.composition import LabelLine
from recommend.answers import QUESTIONS
from recommend.knowledge import Ruleset
from shop.web.services import services_of
from tests.factories import make_product
from tests.shop.api.conftest import HEALTHY as HEALTHY_ANSWERS
from tests.shop.visitor import FILLED, FINDER, HEALTHY, PUBLIC_PAGES, answer, csrf_token, filled, main_text, send

NL = FINDER["nl"]
LISTING = PUBLIC_PAGES["nl"][2]
PRODUCT = "/nl/product/duinvallei-magnesiumcitraat-100-capsules"


def ticked(page: str) -> set[str]:
    """The values of the checked boxes and radio buttons of a page, as name=value."""
    found: set[str] = set()
    for tag in re.findall(r"<input[^>]*>", page):
        if re.search(r"\schecked", tag):
            name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]+)"', tag)
            assert name
            found.add(f"{name[1]}={value[1] if value else ''}")
    return found


def begin(client: FlaskClient, **changes: Any) -> None:
    """Pass the first page without its filter."""
    assert send(client, NL["start"], **filled("start", **changes)).status_code == 303


# Pages and their order


def test_a_healthy_adult_needs_three_pages(client: FlaskClient) -> None:
    assert send(client, NL["start"], **HEALTHY["start"]).location == NL["intake"]
    assert send(client, NL["intake"], **HEALTHY["intake"]).location == NL["wishes"]
    assert send(client, NL["wishes"], **HEALTHY["wishes"]).location == NL["advice"]
    assert client.get(NL["advice"]).status_code == 200


def test_who_wants_to_checks_all_answers_before_the_advice(client: FlaskClient) -> None:
    begin(client, health=["none"])
    send(client, NL["intake"], **HEALTHY["intake"])
    assert 'name="check"' in client.get(NL["wishes"]).text
    assert send(client, NL["wishes"], **HEALTHY["wishes"], check="1").location == NL["check"]
    assert f'href="{NL["advice"]}"' in client.get(NL["check"]).text


@pytest.mark.parametrize(
    ("ticked_groups", "pages"),
    [
        (["conditions"], ["conditions"]),
        (["medicines"], ["medicines"]),
        (["warning_signs", "medicines"], ["signs", "medicines"]),
        (["unsure"], ["signs", "conditions", "medicines"]),
        (["medicines", "unsure"], ["signs", "conditions", "medicines"]),
    ],
)
def test_only_the_groups_that_apply_are_asked_about(
    ticked_groups: list[str], pages: list[str], client: FlaskClient
) -> None:
    sent = send(client, NL["start"], **(FILLED["start"] | {"health": ticked_groups}))
    for page in pages:
        assert sent.location == NL[page]
        sent = send(client, NL[page], **FILLED[page])
    assert sent.location == NL["intake"]


def test_a_group_that_was_not_ticked_counts_as_none_and_can_be_answered_still(client: FlaskClient) -> None:
    begin(client, health=["medicines"])
    assert "conditions=none" in ticked(client.get(NL["conditions"]).text)
    assert ticked(client.get(NL["start"]).text) >= {"health=medicines"}
    assert send(client, NL["medicines"], back="1").location == NL["conditions"]
    assert send(client, NL["conditions"], conditions=["pregnant"]).location == NL["medicines"]
    assert ticked(client.get(NL["start"]).text) >= {"health=medicines", "health=conditions"}


def test_who_passes_no_filter_walks_all_pages_in_order(client: FlaskClient) -> None:
    pages = [*FILLED, "advice"]
    for page, following in pairwise(pages):
        assert send(client, NL[page], **FILLED[page]).location == NL[following]


def test_the_filter_names_every_condition_and_sign_that_it_answers(client: FlaskClient) -> None:
    """A value new to the questionnaire must be added to the sentences of the filter, and here."""
    named = {
        "kidney_disease": "nierziekte",
        "kidney_unknown": "niet weet hoe goed je nieren werken",
        "heart_conduction": "een heel trage hartslag",
        "heart_other": "hartziekte",
        "myasthenia": "spierziekte",
        "bowel_obstruction": "darmafsluiting of plotselinge hevige buikpijn",
        "bowel_resection": "operatie aan maag of darmen",
        "bowel_disease": "darmziekte",
        "pregnant": "je misschien zwanger bent",
        "breastfeeding": "borstvoeding",
        "unknown": "Weet ik niet",
        "overdose_signs": "Na magnesium: spierzwakte",
        "seizure_or_fainting": "aanval of flauwgevallen",
        "low_mood": "Langer dan twee weken somber",
        "suicidal_thoughts": "aan de dood of zelfdoding",
        "persistent_gut_trouble": "bloed in de ontlasting",
    }
    assert named.keys() == {*QUESTIONS["conditions"].values, *QUESTIONS["warning_signs"].values}
    page = html.unescape(main_text(client.get(NL["start"])))
    assert [value for value, words in named.items() if words not in page] == []
    assert "Medicijnen, of ijzer of zink Ook zonder recept." in page


def test_passing_the_filter_answers_its_three_questions_and_taking_it_back_asks_them(client: FlaskClient) -> None:
    send(client, NL["start"], **HEALTHY["start"])
    assert "health=none" in ticked(client.get(NL["start"]).text)
    assert "conditions=none" in ticked(client.get(NL["conditions"]).text)
    assert send(client, NL["start"], **FILLED["start"]).location == NL["signs"]
    assert "conditions=none" not in ticked(client.get(NL["conditions"]).text)


def test_passing_the_filter_afterwards_takes_back_what_was_ticked(client: FlaskClient) -> None:
    begin(client)
    send(client, NL["conditions"], conditions=["pregnant"])
    assert send(client, NL["start"], **HEALTHY["start"]).location == NL["intake"]
    assert "conditions=pregnant" not in ticked(client.get(NL["conditions"]).text)


def test_the_filter_on_stomach_and_bowel_works_alike(client: FlaskClient) -> None:
    begin(client, health=["none"])
    assert send(client, NL["intake"], **HEALTHY["intake"]).location == NL["wishes"]
    sensitive = HEALTHY["intake"] | {"gut": "some", "stomach": "", "bowel": ""}
    refused = send(client, NL["intake"], **sensitive)
    assert refused.status_code == 422
    assert 'href="#stomach"' in refused.text
    assert 'href="#bowel"' in refused.text
    sent = send(client, NL["intake"], **(sensitive | {"stomach": "strong", "bowel": "loose"}))
    assert sent.location == NL["wishes"]
    assert {"gut=some", "stomach=strong", "bowel=loose"} <= ticked(client.get(NL["intake"]).text)
    assert send(client, NL["intake"], **HEALTHY["intake"]).location == NL["wishes"]
    shown = ticked(client.get(NL["intake"]).text)
    assert "gut=none" in shown
    assert not any(one.startswith(("stomach=", "bowel=")) for one in shown)


def test_every_page_says_which_part_it_is_and_has_back_on_top(client: FlaskClient) -> None:
    begin(client)
    for page in list(FILLED)[1:]:
        shown = client.get(NL[page]).text
        assert re.search(r"Deel [1-3] van 3: \w+", shown)
        assert shown.index('name="back"') < shown.index("<h1")


def test_back_keeps_what_was_filled_in_and_skips_the_pages_that_a_filter_answered(client: FlaskClient) -> None:
    begin(client, health=["none"])
    half = {"supplement": "some", "supplement_mg": "50", "back": "1"}
    assert send(client, NL["intake"], **half).location == NL["start"]
    kept = client.get(NL["intake"]).text
    assert "supplement=some" in ticked(kept)
    assert 'value="50"' in kept
    begin(client)
    assert send(client, NL["intake"], back="1").location == NL["medicines"]


def test_none_of_these_comes_first_and_excludes_the_rest(client: FlaskClient) -> None:
    begin(client)
    page = client.get(NL["conditions"]).text
    boxes = re.findall(r'<input[^>]*name="conditions"[^>]*value="(\w+)"', page)
    assert boxes[0] == "none"
    refused = send(client, NL["conditions"], conditions=["none", "pregnant"])
    assert refused.status_code == 422
    assert "autofocus" in refused.text


# Agreement, correction and erasure


def test_without_agreement_nothing_is_kept_and_what_was_chosen_stays(client: FlaskClient) -> None:
    page = send(client, NL["start"], age_group="65_plus", health=["medicines"])
    assert page.status_code == 422
    assert {"age_group=65_plus", "health=medicines"} <= ticked(page.text)
    assert client.get_cookie("answers") is None
    assert client.get(NL["intake"]).location == f"{NL['start']}?answers_gone=1"


@pytest.mark.parametrize("missing", ["age_group", "health", "agreement"])
def test_a_missing_answer_on_the_first_page_is_named_and_nothing_is_kept(missing: str, client: FlaskClient) -> None:
    page = send(client, NL["start"], **{key: value for key, value in FILLED["start"].items() if key != missing})
    assert page.status_code == 422
    assert f'href="#{missing}"' in page.text
    assert client.get_cookie("answers") is None


@pytest.mark.parametrize(
    ("page", "field", "value"),
    [
        ("signs", "warning_signs", []),
        ("signs", "warning_signs", ["none", "low_mood"]),
        ("conditions", "conditions", []),
        ("conditions", "conditions", ["warts"]),
        ("medicines", "medicines", []),
        ("intake", "supplement", ""),
        ("intake", "goal", "world_peace"),
        ("intake", "gut", ""),
        ("intake", "stomach", "iron"),
        ("intake", "bowel", ""),
        ("wishes", "budget", "gold"),
        ("wishes", "sex", "unknown"),
    ],
)
def test_a_wrong_answer_is_named_and_silence_is_none(page: str, field: str, value: Any, client: FlaskClient) -> None:
    begin(client)
    refused = send(client, NL[page], **(FILLED[page] | {field: value}))
    assert refused.status_code == 422
    assert f'href="#{field}"' in refused.text


@pytest.mark.parametrize("amount", ["-1", "5001", "veel", "1_00", "1.2.3", ""])
def test_a_wrong_amount_is_named_and_what_was_typed_stays(amount: str, client: FlaskClient) -> None:
    begin(client)
    page = send(client, NL["intake"], **(FILLED["intake"] | {"supplement": "some", "supplement_mg": amount}))
    assert page.status_code == 422
    assert 'href="#supplement_mg"' in page.text
    assert f'value="{amount}"' in page.text
    assert "goal=top_up_diet" in ticked(page.text)


def test_an_amount_beside_another_choice_is_refused_and_one_without_a_choice_counts(client: FlaskClient) -> None:
    begin(client)
    for choice in ("none", "unknown"):
        both = FILLED["intake"] | {"supplement": choice, "supplement_mg": "100"}
        assert send(client, NL["intake"], **both).status_code == 422
    assert send(client, NL["intake"], **(FILLED["intake"] | {"supplement": "", "supplement_mg": "100"})).location
    assert "supplement=some" in ticked(client.get(NL["intake"]).text)


@pytest.mark.parametrize("conditions", [["none", "kidney_unknown"], [], ["rabies"]])
def test_a_refused_answer_does_not_leave_the_earlier_one_in_force(conditions: list[str], client: FlaskClient) -> None:
    assert answer(client, conditions=["pregnant"]).status_code == 200
    assert send(client, NL["conditions"], conditions=conditions).status_code == 422
    assert client.get(NL["advice"]).location == NL["conditions"]


@pytest.mark.parametrize("page", list(FILLED))
def test_half_filled_answers_go_along_to_the_other_language_and_nothing_is_kept(page: str, client: FlaskClient) -> None:
    begin(client)
    before = client.get_cookie("answers")
    shown = client.get(NL[page]).text
    assert f'formaction="{FINDER["en"][page]}"' in shown
    assert shown.index('form="questions"') < shown.index('name="translate"')  # Enter presses the first button
    fields = {key: value for key, value in FILLED[page].items() if key != "agreement"}
    token = csrf_token(client.get(NL[page]))
    sent = client.post(FINDER["en"][page], data={"csrf_token": token, "translate": "1", **fields})
    assert sent.status_code == 200
    assert 'lang="en"' in sent.text
    assert "error-summary" not in sent.text
    given = {f"{key}={one}" for key, many in fields.items() for one in (many if isinstance(many, list) else [many])}
    assert given - {"supplement_mg="} <= ticked(sent.text)
    assert client.get_cookie("answers") == before


def test_answers_survive_a_change_of_language(client: FlaskClient) -> None:
    answer(client, "nl", stomach="strong")
    assert "stomach=strong" in ticked(client.get(FINDER["en"]["intake"]).text)
    assert client.get(FINDER["en"]["advice"]).status_code == 200


def test_erasing_is_asked_first_and_then_erases_all(client: FlaskClient) -> None:
    answer(client, stomach="strong")
    asked = client.get(NL["start_again"])
    assert asked.status_code == 200
    assert "Al je antwoorden wissen?" in asked.text
    assert client.get_cookie("answers") is not None
    assert client.post(NL["start_again"]).location == NL["start"]
    assert client.get_cookie("answers") is None
    assert client.get(NL["advice"]).status_code == 303


def test_who_answered_nothing_is_not_asked_whether_to_erase(client: FlaskClient) -> None:
    assert NL["start_again"] not in client.get(NL["start"]).text
    assert client.get(NL["start_again"]).location == NL["start"]


def test_a_form_with_an_expired_session_keeps_what_was_typed(client: FlaskClient) -> None:
    page = client.post(NL["start"], data=FILLED["start"] | {"csrf_token": "stale"})
    assert page.status_code == 422
    assert "age_group=18_64" in ticked(page.text)
    sent_again = client.post(NL["start"], data=FILLED["start"] | {"csrf_token": csrf_token(page)})
    assert sent_again.location == NL["signs"]


@pytest.mark.parametrize("page", ["advice", "summary", "keep"])
def test_a_link_to_an_advice_says_why_it_holds_no_answers(page: str, client: FlaskClient) -> None:
    start = client.get(NL[page], follow_redirects=True)
    assert start.request.path == NL["start"]
    assert "In deze link zitten geen antwoorden" in start.text
    assert "In deze link zitten geen antwoorden" not in client.get(NL["start"]).text


def test_nothing_that_bears_on_safety_is_filled_in_beforehand(client: FlaskClient) -> None:
    assert not ticked(client.get(NL["start"]).text)
    begin(client)
    for page in ("signs", "conditions", "medicines", "intake"):
        shown = client.get(NL[page]).text
        assert not ticked(shown)
        assert not re.search(r'name="supplement_mg"[^>]*value="[^"]', shown)
    assert "budget=medium" in ticked(client.get(NL["wishes"]).text)


# Check of all answers


def test_every_answer_has_a_link_to_the_place_that_asks_it(client: FlaskClient) -> None:
    answer(client, stomach="mild", conditions=["pregnant"])
    page = client.get(NL["check"]).text
    links = re.findall(r'<dd class="change"><a href="([^"#]+)#(\w+)">', page)
    assert len(links) == len(QUESTIONS)
    for address, anchor in links:
        assert f'id="{anchor}"' in client.get(address).text


def test_questions_that_a_filter_answered_lead_to_the_filter(client: FlaskClient) -> None:
    for page, fields in HEALTHY.items():
        send(client, NL[page], **fields)
    page = client.get(NL["check"]).text
    assert page.count(f"{NL['start']}#health") == 3
    assert page.count(f"{NL['intake']}#gut") == 2


def test_one_changed_answer_leads_straight_back_to_the_advice(client: FlaskClient) -> None:
    answer(client)
    assert send(client, NL["medicines"], medicines=["levothyroxine"]).location == NL["advice"]


def test_a_wish_left_as_it_was_is_not_called_an_answer_but_a_budget_is(client: FlaskClient) -> None:
    for budget, said in (("medium", "Gemiddeld"), ("high", "de prijs maakt minder uit")):
        answer(client, budget=budget)
        for page in ("check", "summary"):
            shown = html.unescape(main_text(client.get(NL[page])))
            assert shown.count("geen voorkeur") == 2
            assert said in shown
    client.delete_cookie("answers")
    send(client, NL["start"], **HEALTHY["start"])
    send(client, NL["intake"], **HEALTHY["intake"])
    preset = client.get(NL["wishes"]).text  # whoever skips the question is not led to what costs most
    assert re.search(r'checked[^>]* value="medium"', preset)
    answer(client, budget="low", dosage_form="powder")
    assert html.unescape(main_text(client.get(NL["check"]))).count("geen voorkeur") == 1


def test_an_open_question_is_said_to_be_open(client: FlaskClient) -> None:
    begin(client, health=["none"])
    page = client.get(NL["check"]).text
    assert "nog niet beantwoord" in page
    assert f'href="{NL["intake"]}"' in page


# Budget


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_budget_question_shows_whole_cents_a_day(language: str, client: FlaskClient) -> None:
    send(client, FINDER[language]["start"], **FILLED["start"])
    page = html.unescape(client.get(FINDER[language]["wishes"]).text).replace("\xa0", " ")
    words = r"tot ongeveer € 0,\d\d per dag" if language == "nl" else r"up to about €0\.\d\d a day"
    assert len(re.findall(words, page)) == 2


# Stop


@pytest.mark.parametrize(
    ("page", "field", "value"),
    [
        ("start", "age_group", "under_18"),
        ("signs", "warning_signs", ["overdose_signs"]),
        ("conditions", "conditions", ["kidney_disease"]),
        ("medicines", "medicines", ["digoxin"]),
        ("intake", "supplement_mg", "240"),
        ("intake", "goal", "replace_medicine"),
    ],
)
def test_a_stop_ends_the_questionnaire_at_once(page: str, field: str, value: Any, client: FlaskClient) -> None:
    if page != "start":
        begin(client)
    assert send(client, NL[page], **filled(page, **{field: value})).location == NL["advice"]
    stop = client.get(NL["advice"])
    assert stop.status_code == 200
    assert "note-stop" in stop.text


def test_a_stop_shows_no_form_no_product_and_no_price_but_what_to_do(client: FlaskClient) -> None:
    page = answer(client, "en", conditions=["kidney_disease"])
    text = main_text(page)
    assert "note-stop" in page.text
    assert "<title>Ask your doctor or pharmacist first ·" in page.text
    assert 'id="form-' not in page.text
    assert "best match" not in text
    assert "/en/product/" not in page.text
    assert "€" not in page.text
    assert not re.search(r"\d+ mg of magnesium a day", text)
    assert "Ask your GP or kidney specialist" in text
    assert f'href="{FINDER["en"]["summary"]}"' in page.text


@pytest.mark.parametrize(
    ("sign", "numbers"), [("overdose_signs", ["112"]), ("suicidal_thoughts", ["113", "0800-0113", "112"])]
)
def test_the_numbers_to_call_can_be_tapped(sign: str, numbers: list[str], client: FlaskClient) -> None:
    page = answer(client, warning_signs=[sign]).text
    for number in numbers:
        assert f'<a href="tel:{number}">{number}</a>' in page


def test_an_emergency_is_the_heading_and_the_title(client: FlaskClient) -> None:
    page = answer(client, conditions=["kidney_disease"], warning_signs=["overdose_signs"]).text
    assert re.search(r"<title>Tekenen van te veel magnesium: vraag nu hulp ·", page)
    assert page.index("<h1") < page.index("tel:112") < page.index("Nierziekte")


def test_a_half_answered_stop_tells_the_pharmacist_only_what_was_answered(client: FlaskClient) -> None:
    begin(client)
    send(client, NL["conditions"], conditions=["kidney_disease"])
    text = html.unescape(main_text(client.get(NL["summary"])))
    assert "Nierziekte" in text
    assert "Hoe gevoelig zijn je maag en darmen?" not in text


def test_while_a_stop_is_kept_it_comes_first_and_products_are_folded(client: FlaskClient) -> None:
    answer(client, conditions=["kidney_disease"])
    for address in (LISTING, PRODUCT, "/nl/vergelijk", "/nl/vormen/citrate"):
        page = client.get(address).text
        fold = page.index('<details class="behind-stop">')
        assert page.index("note-stop") < fold
        shown = page[:fold] + page[page.index("</main>") :]
        assert "€" not in shown.split("</head>")[1]
    client.post(NL["start_again"])
    assert "note-stop" not in client.get(LISTING).text


def test_a_stop_is_known_even_while_other_answers_are_refused(client: FlaskClient) -> None:
    begin(client)
    send(client, NL["intake"], goal="replace_medicine")
    assert "note-stop" in client.get(LISTING).text


def test_after_a_stop_an_answer_can_still_be_changed(client: FlaskClient) -> None:
    answer(client, conditions=["kidney_disease"])
    assert client.get(NL["check"]).status_code == 200
    assert send(client, NL["conditions"], conditions=["none"]).location == NL["advice"]
    assert "note-stop" not in client.get(NL["advice"]).text


def test_a_caution_alone_leaves_the_listing_as_it_is(client: FlaskClient) -> None:
    answer(client, conditions=["pregnant"])
    assert "note-stop" not in client.get(LISTING).text


# Advice


def card_of(page: str) -> str:
    """The card with the answer, which is the first screen."""
    card = page[page.index('<section class="answer') :].split("</section>", maxsplit=1)[0]
    return html.unescape(card).replace("\xa0", " ")


def test_the_first_card_answers_form_why_amount_product_and_what_to_watch(client: FlaskClient) -> None:
    page = answer(client, stomach="strong", budget="high", medicines=["proton_pump_inhibitor"])
    card = card_of(page.text)
    for words in (
        "Bisglycinaat past bij jouw antwoorden",
        "Omdat je “erg gevoelig” antwoordde op de vraag over maag en darmen.",
        "Bewijs: zwak",
        "Hooguit 200 mg magnesium per dag",
        "Maagbeschermers",
        "Bekijk dit product",
    ):
        assert words in card
    assert re.search(r"per dag: \d+ mg, (\d ct|€ \d,\d\d)", card)
    assert card.count("/nl/product/") == 2  # its name and its button
    assert NL["check"] in card
    assert NL["keep"] in card


def test_personal_notes_come_before_the_forms_and_general_ones_after_them(client: FlaskClient) -> None:
    page = answer(client, "en", conditions=["pregnant"], age_group="65_plus").text
    forms = page.index('class="forms"')
    assert page.index('id="note-pregnant"') < page.index('id="note-age-65-plus"') < forms
    assert forms < page.index("Too much magnesium: whom to call")


def test_the_forms_stand_in_order_with_reasons_sources_and_products(client: FlaskClient) -> None:
    page = answer(client, "en", budget="high")
    assert re.findall(r'<span class="rank">(\d)</span>', page.text) == ["1", "2", "3", "4"]
    assert page.text.count('class="reason"') >= 5
    assert page.text.count('class="sources"') >= page.text.count('class="reason"')
    matches = re.findall(r'(?s)<ul class="matches">(.*?)</ul>', page.text)
    assert matches
    assert all(1 <= match.count("/en/product/") <= 3 for match in matches)


def test_bisglycinate_and_glycinate_are_one_entry_with_the_products_of_both_cheapest_first(own_app: Flask) -> None:
    with Session(services_of(own_app).databases.primary) as session:
        for form, price in [("glycinate", 100), ("bisglycinate", 50)]:
            make_product(session, [LabelLine(form, elemental_ug=100_000)], slug=f"own-{form}", price_cents=price)
        session.commit()
    page = html.unescape(answer(own_app.test_client(), budget="high", stomach="strong").text)
    assert page.count('id="form-bisglycinate"') == 1
    assert 'id="form-glycinate"' not in page
    assert "Bisglycinaat, ook glycinaat" in page
    products = list(dict.fromkeys(re.findall(r"/nl/product/([\w-]+)", page)))
    assert products[:2] == ["own-bisglycinate", "own-glycinate"]


def test_every_other_form_in_stock_stands_under_the_ranked_ones_with_its_line_and_certainty(
    client: FlaskClient, ruleset: Ruleset
) -> None:
    page = html.unescape(answer(client, "en", budget="high").text)
    others = page[page.index('id="other-forms"') :].split("</section>")[0]
    asked = HEALTHY_ANSWERS | {"budget": "high"}
    advice = client.post("/api/v1/advice", json=asked, query_string={"lang": "en"}).get_json()
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
        given = HEALTHY_ANSWERS | {"budget": "high", "conditions": [condition]}
        asked = client.post("/api/v1/advice", json=given).get_json()
        assert "threonate" not in {form["form"] for form in asked["other_forms"]}
        assert "threonate" not in {product["form"] for product in asked["products"]}


def test_no_suggested_amount_exceeds_what_is_left_below_250_mg(client: FlaskClient) -> None:
    page = html.unescape(answer(client, "en", budget="high", supplement_mg="130").text).replace("\xa0", " ")
    amounts = [int(amount) for amount in re.findall(r"a day: (\d+) mg,", page)]
    assert amounts
    assert max(amounts) <= 120
    assert "At most 120 mg" in page


@pytest.mark.parametrize(("typed", "left"), [("112,5", 137), ("56.25", 193), ("100 mg", 150), ("0", 200)])
def test_amounts_are_read_as_labels_write_them_and_rounded_up(typed: str, left: int, client: FlaskClient) -> None:
    assert f"At most {left} mg" in answer(client, "en", supplement_mg=typed).text


def test_an_unknown_amount_counts_as_150_mg_and_comes_back_as_it_was_answered(client: FlaskClient) -> None:
    advice = answer(client, "en", supplement="unknown").text
    assert "At most 100 mg a day more; we count 150 mg" in advice
    assert "You do not know how much magnesium you already take" in advice
    assert "supplement=unknown" in ticked(client.get(NL["intake"]).text)


def test_a_pregnant_visitor_is_given_no_amount_for_women_and_men_in_general(client: FlaskClient) -> None:
    assert "350 mg for men" in answer(client, "en").text
    assert "350 mg for men" not in answer(client, "en", conditions=["pregnant"]).text


def test_when_no_product_fits_the_page_names_the_wishes_with_a_way_to_change_them(client: FlaskClient) -> None:
    page = answer(client, "en", budget="low", dosage_form="liquid")
    text = main_text(page)
    assert re.search(r"\d+ products are not the kind of product you chose", text)
    assert f'href="{FINDER["en"]["wishes"]}#dosage_form"' in page.text


def test_a_small_amount_left_is_said_with_what_does_not_fit_it(client: FlaskClient) -> None:
    page = answer(client, "en", budget="low", supplement_mg="200")
    assert "At most 50 mg" in page.text
    assert "a single unit is already too much for you" in main_text(page)


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
    asked = client.post("/api/v1/advice", json=HEALTHY_ANSWERS | {"budget": "low"}).get_json()
    assert asked["forms"][0]["form"] == form


@pytest.mark.parametrize("medicines", [["none"], ["levothyroxine"], ["other"]])
def test_the_sentences_on_the_dose_have_a_blank_between_them(medicines: list[str], client: FlaskClient) -> None:
    dose = html.unescape(answer(client, medicines=medicines).text).split('class="dose-text"')[1].split("</p>")[0]
    assert not re.search(r"[a-z]\.[A-Z]", dose)


# Keep and share


@pytest.mark.parametrize("language", ["nl", "en"])
def test_what_is_kept_names_form_amount_and_products_and_no_answer(language: str, client: FlaskClient) -> None:
    answer(client, language, stomach="strong", budget="high", conditions=["pregnant"], medicines=["levothyroxine"])
    page = html.unescape(client.get(FINDER[language]["keep"]).text)
    shown = re.search(r"(?s)<textarea[^>]*>(.*?)</textarea>", page)
    assert shown
    text = client.get(f"{FINDER[language]['keep']}.txt")
    assert text.mimetype == "text/plain"
    assert text.headers["Cache-Control"] == "no-store"
    assert text.text.strip() == shown[1].strip()
    assert "200 mg" in text.text
    for words in ("levothyroxin", "zwanger", "pregnan", "gevoelig", "sensitive"):
        assert words not in text.text.lower()
    address = re.search(r"http://\S+", text.text)
    assert address
    assert f'src="{segno.make(address[0], error="m").svg_data_uri(scale=4, border=4, light="#fff")}"' in page
    compared = client.get(address[0])
    assert compared.status_code == 200
    assert compared.text.count('class="comparison') == 1


def test_with_a_stop_there_is_nothing_to_keep(client: FlaskClient) -> None:
    answer(client, conditions=["kidney_disease"])
    for address in (NL["keep"], f"{NL['keep']}.txt"):
        assert client.get(address).location == NL["advice"]


def test_who_does_not_know_about_the_gut_is_counted_as_sensitive_and_asked_nothing_more(client: FlaskClient) -> None:
    begin(client)
    page = main_text(client.get(NL["intake"]))
    assert (
        "Neem je al magnesium (supplement, multivitamine, maagzuurbinder of laxeermiddel; eten telt niet mee)?" in page
    )
    answer(client)  # every page has its answers
    sent = send(client, NL["intake"], supplement="none", supplement_mg="", goal="sport", gut="unknown")
    assert sent.status_code == 303
    told = "Weet ik niet: we rekenen met “Erg gevoelig”"
    assert told in main_text(client.get(NL["check"]))
    assert "gut=unknown" in ticked(client.get(NL["intake"]).text)
    advice = main_text(client.get(NL["advice"]))
    assert "Omdat je “weet ik niet” antwoordde op de vraag over maag en darmen" in advice
    assert (told in advice, "je “erg gevoelig” antwoordde" in advice) == (True, False)
    send(client, NL["wishes"], budget="low", absorption="normal", dosage_form="any", sex="unspecified")
    assert told in main_text(client.get(NL["check"]))
    send(client, NL["intake"], supplement="none", supplement_mg="", goal="sport", gut="none")
    assert "Weet ik niet" not in main_text(client.get(NL["check"]))
    send(client, NL["intake"], supplement="none", supplement_mg="", goal="sport", gut="unknown")
    boxes = re.findall(r'name="conditions"[^>]* value="([a-z_]+)"', client.get(NL["conditions"]).text)
    assert boxes[:3] == ["none", "pregnant", "breastfeeding"]
