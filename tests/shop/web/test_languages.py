"""Dutch first, English too: addresses, negotiation, and message catalogues that are complete and compiled."""

import ast

import pytest
from flask.testing import FlaskClient

from shop.cli.dev import KEYWORDS, MO, ROOT, compiled, dutch_messages, source_messages


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        (None, "nl"),
        ("nl", "nl"),
        ("en-US,en;q=0.9", "en"),
        ("de", "nl"),
        ("de,en;q=0.5", "en"),
        ("nl;q=0.4,en;q=0.9", "en"),
        ("en-US,nl;q=0.5", "en"),
        ("nl-BE,en;q=0.9", "nl"),
        ("*", "nl"),
        ("???", "nl"),
    ],
)
def test_the_root_goes_to_the_language_that_the_browser_asks_for(
    asked: str | None, language: str, client: FlaskClient
) -> None:
    answer = client.get("/", headers={"Accept-Language": asked} if asked else {})
    assert (answer.status_code, answer.location) == (302, f"/{language}/")
    assert "Accept-Language" in answer.headers["Vary"]


def test_the_address_wins_over_the_browser(client: FlaskClient) -> None:
    assert 'lang="nl"' in client.get("/nl/", headers={"Accept-Language": "en"}).text


def test_every_interface_text_has_a_dutch_translation() -> None:
    dutch = dutch_messages()
    assert not dutch.fuzzy
    for message in source_messages():
        if message.id:
            known = dutch.get(message.id)
            assert known, f"not in the catalogue: {message.id!r}; run shop dev translations"
            strings = known.string if isinstance(known.string, tuple) else (known.string,)
            assert all(strings), f"no Dutch for {message.id!r}"


def test_no_interface_text_stands_in_an_f_string_where_the_extractor_of_an_older_python_does_not_look() -> None:
    for file in (ROOT / "shop").rglob("*.py"):
        for formatted in ast.walk(ast.parse(file.read_text())):
            if isinstance(formatted, ast.JoinedStr):
                for call in ast.walk(formatted):
                    hidden = isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in KEYWORDS
                    assert not hidden, f"{file}:{formatted.lineno}: translate it before the f-string"


def test_no_translation_is_left_over_and_placeholders_agree() -> None:
    sources = source_messages()
    for message in dutch_messages():
        assert message.id == "" or sources.get(message.id), f"no longer in the code: {message.id!r}"
        assert not list(message.check(sources)), message.id


def test_the_compiled_catalogue_is_made_from_the_source_catalogue() -> None:
    assert MO.read_bytes() == compiled(dutch_messages()), "run shop dev translations"


def test_dates_and_amounts_follow_the_language(client: FlaskClient) -> None:
    assert "€\xa01" in client.get("/nl/beste-magnesium-supplementen").text
    assert "€1" in client.get("/en/best-magnesium-supplements").text
