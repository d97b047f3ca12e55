"""Medicines by name on their page: search by POST, boxes ticked on request, names neither stored nor logged."""

import html
import json
import logging
import re
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from recommend.claims.check import check_text
from recommend.medicines import load_medicines
from recommend.text import LANGUAGES, Language
from tests.shop.finder.test_finder import ticked
from tests.shop.visitor import FILLED, FINDER, PUBLIC_PAGES, csrf_token, main_text, send

LISTS = {"nl": "/nl/keuzehulp/medicijnen.json", "en": "/en/finder/medicines.json"}
PAGE = FINDER["nl"]["medicines"]
HALF: dict[str, Any] = {"medicines": ["levothyroxine", "gabapentin"]}


def search(client: FlaskClient, name: str, language: str = "nl", **fields: Any) -> TestResponse:
    """Search on the page of medicines with some boxes ticked, as the button does."""
    send(client, FINDER[language]["start"], **FILLED["start"])
    return send(client, FINDER[language]["medicines"], medicine_name=name, find_medicine="1", **fields)


def result(page: TestResponse) -> str:
    match = re.search(r'(?s)class="medicine-result".*?>(.*?)</div>', page.text)
    assert match
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", match[1])))


def test_a_search_keeps_everything_typed_and_ticked_and_demands_nothing(client: FlaskClient) -> None:
    page = search(client, "Thyrax", **HALF)
    assert page.status_code == 200
    assert {"medicines=levothyroxine", "medicines=gabapentin"} <= ticked(page.text)
    assert 'value="Thyrax"' in page.text
    assert "error" not in page.text


def test_a_found_name_shows_its_box_its_reason_and_its_hours(client: FlaskClient) -> None:
    shown = result(search(client, "thyrax 25 mcg"))
    assert "Vakje: “Schildklier: levothyroxine (Thyrax, Euthyrox)”." in shown
    assert "binden elkaar in de darm" in shown
    assert "minstens 4 uur vóór dit medicijn, of minstens 4 uur erna" in shown


def test_the_english_page_finds_and_words_the_same(client: FlaskClient) -> None:
    shown = result(search(client, "Thyrax", "en"))
    assert "Box: “Thyroid: levothyroxine (Thyrax, Euthyrox)”." in shown
    assert "at least 4 hours before this medicine, or at least 4 hours after it" in shown


def test_a_search_ticks_nothing_by_itself(client: FlaskClient) -> None:
    assert not [box for box in ticked(search(client, "Thyrax").text) if box.startswith("medicines=")]


def test_the_button_ticks_the_box_and_takes_back_none_of_these(client: FlaskClient) -> None:
    send(client, FINDER["nl"]["start"], **FILLED["start"])
    page = send(client, PAGE, take_medicine="levothyroxine", medicines=["none", "gabapentin"])
    assert page.status_code == 200
    assert {"medicines=levothyroxine", "medicines=gabapentin"} <= ticked(page.text)
    assert "medicines=none" not in ticked(page.text)
    assert "hieronder aangekruist" in result(page)
    assert 'name="medicine_name" value=""' in page.text


def test_one_button_ticks_the_box_and_goes_on(client: FlaskClient) -> None:
    shown = search(client, "omeprazol")
    assert 'name="take_and_go_on" value="omeprazole"' in shown.text
    sent = send(client, PAGE, take_and_go_on="omeprazole", medicine_name="omeprazol", medicines=["gabapentin"])
    assert sent.status_code == 303
    assert {"medicines=proton_pump_inhibitor", "medicines=gabapentin"} <= ticked(client.get(PAGE).text)


def test_no_button_goes_on_past_a_condition_that_is_to_be_asked_about(client: FlaskClient) -> None:
    assert 'name="take_medicine"' in search(client, "furosemide").text
    assert 'name="take_and_go_on" value="furosemide"' not in search(client, "furosemide").text


def test_a_condition_that_always_belongs_to_a_medicine_is_ticked_with_it_and_said(client: FlaskClient) -> None:
    shown = result(search(client, "Mestinon"))
    assert "Telt ook als: “Spierziekte" in shown
    send(client, FINDER["nl"]["conditions"], conditions=["none"])
    page = send(client, PAGE, take_medicine="pyridostigmine")
    assert "medicines=other" in ticked(page.text)
    assert "Telt ook als" in result(page)
    assert "conditions=myasthenia" in ticked(client.get(FINDER["nl"]["conditions"]).text)
    assert "conditions=none" not in ticked(client.get(FINDER["nl"]["conditions"]).text)


@pytest.mark.parametrize("name", ["Lanoxin", "dolutegravir", "gentamicine", "Mestinon"])
def test_a_medicine_that_withholds_the_advice_gives_no_hours_that_would_read_as_leave(
    name: str, client: FlaskClient
) -> None:
    shown = result(search(client, name))
    assert "Met dit medicijn laten we geen producten zien." in shown
    assert "minstens" not in shown


def test_a_stop_of_a_medicine_taken_over_counts_at_once(client: FlaskClient) -> None:
    send(client, FINDER["nl"]["start"], **FILLED["start"])
    send(client, PAGE, take_medicine="digoxin")
    assert "note-stop" in client.get(PUBLIC_PAGES["nl"][2]).text


def test_a_medicine_without_interaction_may_still_tell_of_a_condition(client: FlaskClient) -> None:
    page = search(client, "nicorandil")
    assert "Telt ook als: “Een andere hartziekte”" in result(page)
    taken = send(client, PAGE, take_medicine="nicorandil", medicines=["none"])
    assert "medicines=none" in ticked(taken.text)
    assert "conditions=heart_other" in ticked(client.get(FINDER["nl"]["conditions"]).text)


def test_a_condition_that_a_medicine_may_tell_of_is_asked_and_not_ticked(client: FlaskClient) -> None:
    page = search(client, "furosemide")
    assert "Gebruik je het hierom: “Een andere hartziekte”? Kruis dat dan ook aan op de vorige pagina." in result(page)
    send(client, PAGE, take_medicine="furosemide")
    assert "conditions=heart_other" not in ticked(client.get(FINDER["nl"]["conditions"]).text)


def test_a_medicine_that_matters_nothing_says_so_and_offers_no_button(client: FlaskClient) -> None:
    page = search(client, "oxazepam")
    assert "Geen wisselwerking bekend in onze lijst; voor dit medicijn hoef je hieronder" in result(page)
    assert 'name="take_medicine"' not in page.text


def test_a_name_outside_the_list_leads_to_another_medicine(client: FlaskClient) -> None:
    assert "“Xyzzy” staat niet in onze lijst: kies “Een ander medicijn”." in result(search(client, "Xyzzy"))


def test_a_misspelt_name_is_said_to_be_another(client: FlaskClient) -> None:
    shown = result(search(client, "furosemdie"))
    assert "“furosemdie” staat niet in onze lijst. Het lijkt het meest op: furosemide" in shown


@pytest.mark.parametrize(("typed", "other"), [("Burinex", "bumetanide/amiloride"), ("Ascal", "calciumcarbonaat")])
def test_a_name_one_letter_from_another_asks_to_look_closely(typed: str, other: str, client: FlaskClient) -> None:
    shown = result(search(client, typed))
    assert shown.index("Kijk goed") < shown.index(other)


def test_drops_and_tablets_of_one_substance_are_told_apart(client: FlaskClient) -> None:
    shown = result(search(client, "ciprofloxacine"))
    assert "Vakje: “Antibiotica" in shown
    assert "ciprofloxacine oog- of oordruppels" in shown
    assert "daarvan neem je te weinig op" in shown


def test_many_candidates_are_listed_and_cut_with_a_word(client: FlaskClient) -> None:
    page = search(client, "met")
    assert "“met”: welke bedoel je?" in result(page)
    assert "typ meer letters" in result(page)
    assert page.text.count("<h2>") == 8


def test_an_empty_search_asks_for_a_name(client: FlaskClient) -> None:
    page = search(client, "  ", **FILLED["medicines"])
    assert page.status_code == 200
    assert "Typ eerst de naam" in result(page)


def test_a_name_never_searched_is_shown_before_going_on(client: FlaskClient) -> None:
    send(client, FINDER["nl"]["start"], **FILLED["start"])
    page = send(client, PAGE, medicine_name="Lanoxin", **FILLED["medicines"])
    assert page.status_code == 200
    assert "digoxine" in result(page)
    again = FILLED["medicines"] | {"medicine_name": "Lanoxin", "searched_name": "Lanoxin"}
    assert send(client, PAGE, **again).location == FINDER["nl"]["signs"]


def test_back_goes_back_whatever_was_typed(client: FlaskClient) -> None:
    send(client, FINDER["nl"]["start"], **FILLED["start"])
    assert send(client, PAGE, medicine_name="Lanoxin", back="1").location == FINDER["nl"]["conditions"]


def test_a_search_from_an_expired_session_keeps_the_name_and_says_so(client: FlaskClient) -> None:
    send(client, FINDER["nl"]["start"], **FILLED["start"])
    fields = HALF | {"medicine_name": "Thyrax", "find_medicine": "1"}
    page = client.post(PAGE, data=fields | {"csrf_token": "stale"})
    assert page.status_code == 422
    assert 'value="Thyrax"' in page.text
    assert "medicines=gabapentin" in ticked(page.text)
    assert client.post(PAGE, data=fields | {"csrf_token": csrf_token(page)}).status_code == 200


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "x" * 5000, "\x00", "%(typed)s", "🙂"])
def test_any_name_is_answered_and_escaped(name: str, client: FlaskClient) -> None:
    page = search(client, name)
    assert page.status_code == 200
    assert "<script>alert" not in page.text


def test_an_unknown_medicine_taken_over_ticks_nothing(client: FlaskClient) -> None:
    send(client, FINDER["nl"]["start"], **FILLED["start"])
    page = send(client, PAGE, take_medicine="unobtainium")
    assert page.status_code == 422
    assert not [box for box in ticked(page.text) if box.startswith("medicines=")]


def test_a_name_is_in_no_address_no_log_no_file_and_not_on_the_page_of_the_next_visit(
    client: FlaskClient, sample_instance: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    page = search(client, "Lanoxin", **FILLED["medicines"])
    assert page.headers["Cache-Control"] == "no-store"
    assert "Lanoxin" not in caplog.text
    assert 'value="Lanoxin"' not in client.get(PAGE).text
    cookie = client.get_cookie("answers")
    assert cookie
    assert "Lanoxin" not in cookie.decoded_value
    for file in sample_instance.iterdir():
        assert b"Lanoxin" not in file.read_bytes(), file


def test_a_name_in_the_address_is_not_looked_at(client: FlaskClient) -> None:
    send(client, FINDER["nl"]["start"], **FILLED["start"])
    page = client.get(PAGE, query_string={"medicine_name": "Lanoxin", "find_medicine": "1"})
    assert "Lanoxin" not in main_text(page).replace("digoxine (Lanoxin)", "")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_list_for_typing_is_whole_the_same_for_all_and_asked_again_by_its_tag(
    language: str, client: FlaskClient
) -> None:
    first = client.get(LISTS[language])
    listed = json.loads(first.data)
    medicines = load_medicines()
    assert set(listed["names"]) == set(medicines.names)
    assert len(listed["cards"]) == len(medicines.by_id)
    assert "Set-Cookie" not in first.headers
    assert client.get(LISTS[language], headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    search(client, "Lanoxin", language, medicines=["gabapentin"])
    assert client.get(LISTS[language]).data == first.data


def test_a_card_in_the_list_says_what_the_page_says(client: FlaskClient) -> None:
    listed = json.loads(client.get(LISTS["nl"]).data)
    title, medicine, lines, button, onward = listed["cards"][listed["names"]["mestinon"][0]]
    page = search(client, "Mestinon")
    shown = result(page)
    assert title in shown
    assert f'name="take_medicine" value="{medicine}"' in page.text
    assert all(listed["sentences"][line] in shown for line in lines)
    assert listed["sentences"][button] in shown
    assert bool(onward) == ('name="take_and_go_on"' in page.text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_of_a_card_passes_the_content_check(language: Language, client: FlaskClient) -> None:
    listed = json.loads(client.get(LISTS[language]).data)
    sentences = [*listed["sentences"], *listed["messages"].values()]
    assert len(sentences) > 100
    assert [f.text for text in sentences for f in check_text(text, language) if f.severity != "ok"] == []
