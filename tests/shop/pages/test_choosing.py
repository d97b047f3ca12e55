"""The page on how we choose: every rule, note and source in the open, with its review."""

import html

import pytest
from flask.testing import FlaskClient

from recommend.knowledge import Ruleset
from recommend.text import Language
from tests.shop.visitor import main_text

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
        assert note.text.in_language(language) in text
    for source in ruleset.sources.values():
        assert f'id="source-{source.id}"' in text
        assert source.title in text


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
