"""The page on how we choose: every rule, note and source in the open, with its review."""

import html
import re

import pytest
from flask.testing import FlaskClient

from recommend.knowledge import Ruleset
from recommend.text import Language
from tests.shop.visitor import answer, main_text
from tests.shop.web.test_page_contract import check_page

PAGE = {"nl": "/nl/zo-kiezen-wij", "en": "/en/how-we-choose"}


@pytest.mark.parametrize("language", ["nl", "en"])
def test_it_shows_every_rule_note_and_source_in_the_language(
    language: Language, client: FlaskClient, ruleset: Ruleset
) -> None:
    page = client.get(PAGE[language])
    text = html.unescape(page.text)
    for rule in ruleset.rules:
        assert f'id="rule-{rule.id}"' in text
        assert rule.reason.in_language(language) in text
    for note in ruleset.notes:
        assert f'id="note-{note.id}"' in text
        assert note.text.in_language(language) in re.sub("</?a[^>]*>", "", text)  # numbers to call are links
    for source in ruleset.sources.values():
        assert f'id="source-{source.id}"' in text
        assert source.title_in(language) in text


def test_it_says_in_words_when_a_rule_applies(client: FlaskClient) -> None:
    text = html.unescape(main_text(client.get(PAGE["en"])))
    assert "How sensitive are your stomach and bowel? “Very sensitive” or What are your stools usually like?" in text
    assert "250 mg or more" in text
    assert "for everybody" in text


def test_it_says_once_that_nobody_has_reviewed_yet_and_marks_what_is_unverified(
    client: FlaskClient, ruleset: Ruleset
) -> None:
    page = client.get(PAGE["nl"])
    assert main_text(page).count("Een apotheker heeft ze nog niet") == 1
    cited = [citation for rule in ruleset.rules for citation in rule.citations]
    cited += [citation for note in ruleset.notes for citation in note.citations]
    assert page.text.count(">†<") == 1 + sum(citation.is_open for citation in cited)
    assert page.text.count(">‡<") == 1 + sum(citation.computed for citation in cited)


def shown(page: str) -> set[str]:
    """Ids of the rules and notes on a page."""
    return set(re.findall(r'id="((?:rule|note)-[^"]+?)(?<!-label)"', page))


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("levothyroxine", {"note-levothyroxine", "note-medicines-in-general"}),
        ("LEVOTHYROXINE  uur minstens", {"note-levothyroxine"}),
        ("ijzer", {"note-iron-zinc"}),
        ("oxide-start", {"rule-oxide-start"}),
    ],
)
def test_a_search_shows_the_rules_and_notes_with_all_its_words_opened(
    typed: str, expected: set[str], client: FlaskClient
) -> None:
    page = client.get(PAGE["nl"], query_string={"q": typed})
    check_page(page, "nl")
    assert shown(page.text) == expected
    assert page.text.count("<details open>") >= 1
    assert f'value="{" ".join(typed.split())}"' in page.text
    plural = "regel of opmerking" if len(expected) == 1 else "regels en opmerkingen"
    assert f"{len(expected)} {plural} met “{' '.join(typed.split())}”." in main_text(page)
    assert '<meta name="robots" content="noindex, nofollow">' in page.text


def test_without_a_search_all_groups_are_there_and_closed(client: FlaskClient, ruleset: Ruleset) -> None:
    page = client.get(PAGE["nl"], query_string={"q": "   "})
    check_page(page, "nl")
    assert len(shown(page.text)) == len(ruleset.rules) + len(ruleset.notes)
    assert "<details>" in page.text
    assert "<details open>" not in page.text


@pytest.mark.parametrize(("typed", "found"), [("ënergie", False), ("zwángeR", True)])
def test_capitals_and_accents_do_not_matter(typed: str, found: bool, client: FlaskClient) -> None:
    assert bool(shown(client.get(PAGE["nl"], query_string={"q": typed}).text)) is found


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_search_that_finds_nothing_says_what_to_try(language: str, client: FlaskClient) -> None:
    page = client.get(PAGE[language], query_string={"q": '<b>"x'})
    check_page(page, language)
    assert shown(page.text) == set()
    text = main_text(page)
    assert ("Probeer minder woorden" if language == "nl" else "Try fewer words") in text
    assert "&lt;b&gt;" in page.text
    assert "<b>" not in page.text
    assert f'href="{PAGE[language]}">' in page.text


@pytest.mark.parametrize("typed", ["\0", "x" * 5000, "%00%ff", "a" * 101, "\u202e"])
def test_no_search_breaks_the_page(typed: str, client: FlaskClient) -> None:
    page = client.get(PAGE["en"], query_string={"q": typed})
    assert page.status_code == 200


def test_one_search_is_never_served_for_another_nor_for_none(client: FlaskClient, ruleset: Ruleset) -> None:
    everything = len(ruleset.rules) + len(ruleset.notes)
    for _ in range(2):
        assert len(shown(client.get(PAGE["nl"]).text)) == everything
        assert shown(client.get(PAGE["nl"], query_string={"q": "ijzer"}).text) == {"note-iron-zinc"}
        assert shown(client.get(PAGE["nl"], query_string={"q": "oxide-start"}).text) == {"rule-oxide-start"}


def test_a_rule_named_in_an_explanation_is_opened(client: FlaskClient) -> None:
    answer(client, "en", stomach="strong")
    advice = client.get("/en/finder/advice").text
    links = set(re.findall(r'href="(/en/how-we-choose\?q=[^"#]+)#rule-([^"]+)"', advice))
    assert links
    for address, rule in links:
        page = client.get(address).text
        assert f'id="rule-{rule}"' in page
        assert "<details open>" in page
