"""The pages of the forms: what it is, how sure the evidence is, whom it suits, notes and products of it."""

import pytest
from flask.testing import FlaskClient

from recommend.conditions import Always
from recommend.knowledge import Ruleset
from tests.shop.visitor import answer, main_text

INDEX = {"nl": "/nl/vormen", "en": "/en/forms"}


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_ranked_forms_are_told_with_evidence_and_its_certainty(
    language: str, client: FlaskClient, ruleset: Ruleset
) -> None:
    for form in ruleset.ranked_compounds:
        page = client.get(f"{INDEX[language]}/{form.id}").text
        for rule in ruleset.rules:
            if form.record in rule.forms and isinstance(rule.when, Always):
                assert rule.reason.in_language(language) in page  # type: ignore[arg-type] # one of the two
        assert ("Evidence:" if language == "en" else "Bewijs:") in page
        for note in ruleset.form_notes(form.id):
            assert note.label.in_language(language) in page  # type: ignore[arg-type] # one of the two


def test_whom_a_form_suits_follows_from_the_rules_that_move_it(client: FlaskClient, ruleset: Ruleset) -> None:
    page = client.get("/en/forms/oxide").text
    forward, back = page.index("When it ranks higher"), page.index("When it ranks lower")
    for rule in ruleset.rules:
        if "oxide" in rule.forms and not isinstance(rule.when, Always) and rule.points:
            place = page.index(rule.reason.en, forward)
            assert (place < back) == (rule.points > 0), rule.id
    assert "advised against" in page[back:]


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        (
            "nl",
            [
                "Als je “erg gevoelig” antwoordde op de vraag over maag en darmen, of als je ontlasting vaak dun is",
                "Als je een darmziekte of een stoma hebt",
                "Als “Een deel van mijn darm is weggehaald, of mijn maag is verkleind” voor jou geldt",
            ],
        ),
        (
            "en",
            [
                "If you answered “very sensitive” to the question on stomach and bowel, or if your stools are often",
                "If you have a bowel disease or a stoma",
            ],
        ),
    ],
)
def test_a_form_page_says_in_a_sentence_for_whom_it_ranks_higher(
    language: str, sentences: list[str], client: FlaskClient
) -> None:
    page = client.get(f"{INDEX[language]}/bisglycinate").text
    assert [sentence for sentence in sentences if sentence not in page] == []


def test_a_form_page_shows_products_that_count_as_the_form(client: FlaskClient) -> None:
    page = client.get("/nl/vormen/taurate")
    assert page.text.count('<li class="card') == 6
    assert page.text.count('class="tag form-taurate"') >= 6
    assert 'href="/nl/beste-magnesium-supplementen?form=taurate"' in page.text


def test_the_share_of_magnesium_is_that_of_the_formula(client: FlaskClient) -> None:
    assert "60,3\xa0% magnesium" in client.get("/nl/vormen/oxide").text
    assert "166\xa0mg provides 100 mg magnesium" in client.get("/en/forms/oxide").text


def test_a_second_name_leads_to_the_compound_that_it_is(client: FlaskClient) -> None:
    moved = client.get("/en/forms/glycinate")
    assert (moved.status_code, moved.location) == (301, "/en/forms/bisglycinate")
    page = client.get("/nl/vormen/bisglycinate")
    assert "<h1>Magnesiumbisglycinaat, ook glycinaat</h1>" in page.text
    assert 'href="/nl/beste-magnesium-supplementen?form=bisglycinate&amp;form=glycinate"' in page.text


def test_every_form_that_a_label_can_name_has_a_page_that_the_index_links_to(
    client: FlaskClient, ruleset: Ruleset
) -> None:
    index = client.get("/nl/vormen").text
    for form in ruleset.names_of_record:
        assert f'href="/nl/vormen/{form}"' in index
        assert client.get(f"/nl/vormen/{form}").status_code == 200


def test_a_form_that_is_not_permitted_says_so_and_shows_no_products(client: FlaskClient) -> None:
    page = client.get("/en/forms/orotate")
    assert "not permitted in food supplements" in main_text(page)
    assert "/en/product/" not in page.text


@pytest.mark.parametrize("name", ["unobtainium", "%00", "citrate%0A", "x" * 300])
def test_an_unknown_form_is_a_404_in_the_language_of_the_address(name: str, client: FlaskClient) -> None:
    page = client.get(f"/nl/vormen/{name}")
    assert page.status_code == 404
    assert "Deze pagina bestaat niet" in page.text


def test_a_stop_stands_above_a_form_page_too(client: FlaskClient) -> None:
    answer(client, "en", conditions=["kidney_disease"])
    page = client.get("/en/forms/citrate").text
    assert page.index("note-stop") < page.index("<h1>")
