"""Your day: one plan for all medicines that need hours between, on the advice and on the summary."""

import html
import re

import pytest
from flask.testing import FlaskClient

from tests.shop.finder.test_summary import SUMMARY
from tests.shop.visitor import answer, main_text
from tests.shop.web.test_page_contract import check_page

HEADING = {"nl": "Je dagschema", "en": "Your day"}


def rows(page: str) -> list[str]:
    """Rows of the plan, with the tags out."""
    section = re.search(r'(?s)<section aria-labelledby="day".*?</section>', page)
    assert section
    found = re.findall(r"(?s)<tr>(.*?)</tr>", section[0])
    return [html.unescape(" ".join(re.sub(r"<[^>]+>", " ", row).split())) for row in found]


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_plan_comes_after_other_notes_and_has_those_of_its_medicines_behind_it(
    language: str, client: FlaskClient
) -> None:
    page = answer(client, language, medicines=["levothyroxine"], conditions=["pregnant"])
    check_page(page, language)
    places = [page.text.index(f'id="{name}"') for name in ("personal-notes", "day", "note-levothyroxine", "forms")]
    assert places == sorted(places)
    assert HEADING[language] in page.text


def test_each_moment_has_its_clock_time_and_what_to_take(client: FlaskClient) -> None:
    page = answer(client, "nl", medicines=["levothyroxine", "gabapentin"])
    assert rows(page.text) == [
        "07:30 een half uur vóór het ontbijt levothyroxine",
        "08:00 bij het ontbijt gabapentine",
        "13:00 bij de lunch gabapentine",
        "18:00 bij het avondeten magnesium",
        "22:30 bij het slapengaan gabapentine",
    ]
    text = html.unescape(main_text(page))
    assert "Levothyroxine: 4 uur vóór of na magnesium" in text
    assert "Gabapentine: 2 uur vóór of na magnesium" in text
    assert "Op het moment in je dagschema, alles in één keer." in text
    assert "Verdeel" not in text


def test_the_widest_hours_are_shown_on_both_sides(client: FlaskClient) -> None:
    text = main_text(answer(client, "en", medicines=["tetracycline_quinolone"]))
    assert "The antibiotic: 2 hours before or 6 hours after magnesium" in text


@pytest.mark.parametrize("medicines", [["tetracycline_quinolone", "gabapentin"], ["levothyroxine", "other"]])
def test_without_a_moment_the_pharmacist_decides(medicines: list[str], client: FlaskClient) -> None:
    page = answer(client, "en", medicines=medicines)
    assert rows(page.text) == []
    text = main_text(page)
    assert "With a meal; your pharmacist decides which." in text
    assert "then the hours are right" not in text


def test_without_hours_to_keep_there_is_no_plan(client: FlaskClient) -> None:
    page = answer(client, "en", medicines=["muscle_relaxant"])
    assert HEADING["en"] not in page.text
    assert "Spread them out." in page.text


def test_a_withheld_advice_has_no_plan(client: FlaskClient) -> None:
    page = answer(client, "en", medicines=["levothyroxine"], conditions=["kidney_disease"])
    assert HEADING["en"] not in page.text
    assert "Day plan" not in client.get(SUMMARY["en"]).text


def test_the_summary_has_the_plan_in_one_line(client: FlaskClient) -> None:
    answer(client, "nl", medicines=["levothyroxine"])
    text = html.unescape(main_text(client.get(SUMMARY["nl"])))
    assert (
        "Dagschema: Magnesium bij het avondeten, levothyroxine een half uur vóór het ontbijt: dan klopt het. "
        "Deze momenten heeft de winkel zelf aangenomen." in text
    )


def test_the_summary_says_when_the_pharmacist_decides(client: FlaskClient) -> None:
    answer(client, "nl", medicines=["tetracycline_quinolone", "iron_zinc"])
    text = html.unescape(main_text(client.get(SUMMARY["nl"])))
    assert "Met het antibioticum en ijzer of zink vinden we geen moment dat past: je apotheker kiest." in text
    assert "zelf aangenomen" not in text
