"""The content check over HTTP is that of the command line, and leaves no trace."""

import json
import logging
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient

from recommend.claims import check
from shop.app import MAX_REQUEST_BYTES
from shop.cli.content import content
from shop.web.api_problems import PROBLEM_JSON
from shop.web.services import services_of
from tests.queries import counted

CONTENT = "/api/v1/content"
TEXT = "Helpt tegen <b>migraine</b>. Neem 1 capsule per dag.\nMagnesium draagt bij tot de elektrolytenbalans. 🧲 Slaap!"


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_api_gives_the_list_of_the_command_line(language: str, client: FlaskClient) -> None:
    printed = CliRunner().invoke(content, ["check", "-", "--lang", language, "--format", "json"], input=TEXT).stdout
    answer = client.post(CONTENT, json={"text": TEXT, "language": language})
    assert answer.status_code == 200
    assert answer.json == json.loads(printed)
    assert [list(finding) for finding in json.loads(answer.data)] == [list(one) for one in json.loads(printed)]
    assert answer.headers["Content-Language"] == language


def test_an_empty_text_has_no_findings(client: FlaskClient) -> None:
    assert client.post(CONTENT, json={"text": "", "language": "nl"}).json == []


def test_no_cache_stores_the_findings_and_no_cookie_is_set(client: FlaskClient) -> None:
    answer = client.post(CONTENT, json={"text": TEXT, "language": "nl"})
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    ("body", "status", "key"),
    [
        ({"text": "a"}, 422, "language"),
        ({"language": "nl"}, 422, "text"),
        ({"text": 5, "language": "nl"}, 422, "text"),
        ({"text": ["a"], "language": "nl"}, 422, "text"),
        ({"text": "\ud83d", "language": "nl"}, 422, "text"),
        ({"text": "a", "language": "de"}, 422, "language"),
        ({"text": "a", "language": ["nl"]}, 422, "language"),
        ({"text": "a", "language": "nl", "file": "b"}, 422, "file"),
        ([], 422, "text"),
        ("a", 422, "text"),
    ],
)
def test_a_wrong_key_or_value_is_named_in_both_languages(body: Any, status: int, key: str, client: FlaskClient) -> None:
    details = set()
    for language in ("nl", "en"):
        answer = client.post(f"{CONTENT}?lang={language}", json=body)
        assert (answer.status_code, answer.mimetype) == (status, PROBLEM_JSON)
        assert answer.json
        assert answer.json["key"] == key
        details.add(answer.json["detail"])
    assert len(details) == 2


def test_what_is_no_json_or_too_large_is_refused(client: FlaskClient) -> None:
    double = '{"text": "Geneest migraine", "language": "nl", "text": "Dag."}'
    for body, kind, status in [
        ("{", "application/json", 400),
        (double, "application/json", 400),
        (b'{"text": "\xff", "language": "nl"}', "application/json", 400),
        ("text=a", "application/x-www-form-urlencoded", 415),
        (json.dumps({"text": "a" * MAX_REQUEST_BYTES, "language": "nl"}), "application/json", 413),
    ]:
        answer = client.post(CONTENT, data=body, content_type=kind)
        assert (answer.status_code, answer.mimetype) == (status, PROBLEM_JSON)


def test_nothing_of_the_text_is_logged_or_remembered(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    before = (check._parse.cache_info().currsize, check._judge.cache_info().currsize)
    client.post(CONTENT, json={"text": "Geheim recept geneest eksterogen.", "language": "nl"})
    client.post(CONTENT, json={"text": "Geheim", "language": "eksterogen"})
    assert "eksterogen" not in caplog.text
    assert "Geheim" not in caplog.text
    assert (check._parse.cache_info().currsize, check._judge.cache_info().currsize) == before


def test_the_database_is_not_asked(client: FlaskClient, app: Flask) -> None:
    client.get("/api/v1/forms")
    with counted(services_of(app).databases.primary) as queries:
        assert client.post(CONTENT, json={"text": TEXT, "language": "nl"}).status_code == 200
    assert queries == []


def test_the_description_names_limit_and_keys(client: FlaskClient) -> None:
    description = client.get("/api/v1/openapi.json").json
    assert description
    operation = description["paths"][CONTENT]["post"]
    assert {"400", "413", "415", "422"} <= operation["responses"].keys()
    assert operation["responses"]["200"]["content"]["application/json"]["schema"]["type"] == "array"
    assert description["components"]["schemas"]["TextToCheck"]["required"] == ["text", "language"]
