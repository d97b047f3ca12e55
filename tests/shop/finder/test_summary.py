"""For my pharmacist: answers, advice, notes, sources and version on one page to print."""

import html

from flask.testing import FlaskClient

from recommend.knowledge import Ruleset
from tests.shop.visitor import answer, main_text
from tests.shop.web.test_page_contract import check_page

SUMMARY = {"nl": "/nl/keuzehulp/samenvatting", "en": "/en/finder/summary"}


def test_it_holds_answers_notes_sources_and_the_version_of_the_rules(client: FlaskClient, ruleset: Ruleset) -> None:
    answer(client, "en", medicines=["levothyroxine"], supplement_mg="60")
    page = client.get(SUMMARY["en"])
    check_page(page, "en")
    text = html.unescape(main_text(page))
    for words in ("levothyroxine", "60 mg", "Keep at least 4 hours between them", ruleset.sha256[:16], "2026.11"):
        assert words in text
    note = next(note for note in ruleset.notes if note.id == "levothyroxine")
    for citation in note.citations:
        assert f"{ruleset.sources[citation.source].title_in('en')}, {citation.place.en}" in text
    assert "Not yet checked: the fact was found elsewhere" in text
    assert page.headers["Cache-Control"] == "no-store"


def test_a_withheld_summary_names_no_product_and_no_amount(client: FlaskClient) -> None:
    answer(client, "nl", conditions=["kidney_disease"])
    page = client.get(SUMMARY["nl"])
    check_page(page, "nl")
    text = main_text(page)
    assert "Er wordt geen product voorgesteld" in text
    assert "Getoonde producten" not in text
    assert "de beste eerst" not in text
    assert "Hooguit" not in text


def test_without_answers_it_leads_to_the_questions(client: FlaskClient) -> None:
    assert client.get(SUMMARY["nl"]).status_code == 303


def test_a_note_that_only_informs_stands_among_those_that_apply(client: FlaskClient) -> None:
    answer(client, "nl", medicines=["proton_pump_inhibitor"])
    page = client.get(SUMMARY["nl"]).text
    own = page[page.index('id="notes"') : page.index("En voor iedereen:")]
    assert "Maagbeschermers" in own
