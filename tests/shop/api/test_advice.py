"""The advice over HTTP is the advice of the command line, and leaves no trace."""

import json
import logging
from pathlib import Path
from typing import Any

import msgspec
import pytest
from flask import session
from flask.sessions import NullSession
from flask.testing import FlaskClient
from sqlalchemy import bindparam, literal_column, select

from catalog.models import AdviceRow
from recommend.presentation import advice_as_dict
from shop.api.schemas import Advice
from tests.shop.api.conftest import ADVICE, HEALTHY, Ask
from tests.shop.cli.test_cli import advise_here
from tests.shop.visitor import answer

SOME_ANSWERS = [
    HEALTHY,
    HEALTHY | {"stomach": "strong", "budget": "low", "vegan": True, "medicines": ["levothyroxine"]},
    HEALTHY | {"conditions": ["kidney_disease"], "supplement_mg": 100},
    HEALTHY | {"absorption": "important", "supplement_mg": 240, "sex": "female", "dosage_form": "powder"},
]


@pytest.mark.parametrize(("answers", "language"), [*zip(SOME_ANSWERS, ["nl", "en"] * 2, strict=True)])
def test_the_api_gives_the_very_bytes_of_the_command_line(
    answers: dict[str, object], language: str, client: FlaskClient, sample_instance: Path
) -> None:
    printed = advise_here(answers, sample_instance, "--lang", language).stdout
    assert client.post(f"{ADVICE}?lang={language}", json=answers).text == printed


def test_a_replay_gives_the_same_bytes_in_whatever_order_the_answers_come(ask: Ask) -> None:
    conditions = ["pregnant", "bowel_resection"]
    first = ask(conditions=conditions)
    again = ask(json.dumps(dict(reversed((HEALTHY | {"conditions": conditions[::-1] * 2}).items()))))
    assert first.data == again.data == ask(conditions=conditions).data


def test_the_advice_has_exactly_the_keys_of_its_type(ask: Ask) -> None:
    for answers in SOME_ANSWERS:
        advice = msgspec.json.decode(ask(**answers).data, type=Advice)
        assert [form.rank for form in advice.forms] == [1, 2, 3, 4, 5]
        assert (advice.status == "withheld") == any(note.severity == "stop" for note in advice.notes)
        assert (advice.schedule is not None) == (answers["medicines"] == ["levothyroxine"])
        assert bool(advice.products) == (advice.status == "suggested" and advice.dose.suggested_mg > 10)
    keys = {"status", "forms", "other_forms", "notes", "dose", "schedule", "products", "ruleset"}
    assert ask().json.keys() == keys  # type: ignore[union-attr] # JSON


def test_a_whole_number_may_be_written_with_a_fraction_of_nothing(ask: Ask) -> None:
    for written in ("100.0", "1e2", "100"):
        body = json.dumps(HEALTHY | {"supplement_mg": "?"}).replace('"?"', written)
        assert ask(body).data == ask(supplement_mg=100).data
    assert ask(json.dumps(HEALTHY | {"supplement_mg": 0}).replace(": 0", ": 1e400")).status_code == 422


def test_a_stop_withholds_products_and_dose(ask: Ask) -> None:
    advice = ask(age_group="under_18").json
    assert advice
    assert (advice["status"], advice["products"], advice["dose"]["suggested_mg"]) == ("withheld", [], 0)


@pytest.mark.parametrize(
    ("query", "accepted", "language"),
    [
        ("", None, "nl"),
        ("", "en-GB,en;q=0.8", "en"),
        ("", "de", "nl"),
        ("?lang=en", "nl", "en"),
        ("?lang=nl", "en", "nl"),
    ],
)
def test_the_language_is_that_of_the_address_else_of_the_header(
    query: str, accepted: str | None, language: str, client: FlaskClient
) -> None:
    headers = {"Accept-Language": accepted} if accepted else {}
    advice = client.post(ADVICE + query, json=HEALTHY, headers=headers)
    assert advice.headers["Content-Language"] == language
    assert "Accept-Language" in advice.headers["Vary"]
    assert ("onderzoek" in advice.text) == (language == "nl")


def test_no_cache_keeps_it_and_no_cookie_is_read_or_set(ask: Ask, client: FlaskClient) -> None:
    without = ask()
    answer(client, age_group="under_18")  # now this browser holds a stop, and a session
    assert client.get_cookie("answers")
    assert client.get_cookie("session")
    client.set_cookie("session", "forged")
    for advice in (without, ask()):
        assert advice.data == without.data
        assert advice.headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in advice.headers
        assert "Cookie" not in advice.headers["Vary"]


def test_there_is_no_session_where_programs_ask(client: FlaskClient) -> None:
    with client:
        client.get("/api/v1/forms")
        assert isinstance(session, NullSession)
        client.get("/en/")
        assert not isinstance(session, NullSession)


def test_a_forged_answers_cookie_stays_where_it_is(client: FlaskClient) -> None:
    client.set_cookie("answers", "forged")
    for address in ("products", "forms", "rules", "openapi.json", "nothing", "forms?lang=x"):
        assert "Set-Cookie" not in client.get(f"/api/v1/{address}").headers


def test_nothing_of_the_answers_is_logged(ask: Ask, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    ask(conditions=["kidney_disease"])
    ask(conditions=["kidney_disease", "heartache"])
    assert "kidney_disease" not in caplog.text
    assert "heartache" not in caplog.text


def test_nothing_of_the_answers_is_logged_when_the_shop_fails(
    ask: Ask, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "shop.finder.advice_json.advice_as_dict", lambda *arguments: advice_as_dict(*arguments)["no such key"]
    )
    assert ask(conditions=["kidney_disease"]).status_code == 500
    assert "KeyError" in caplog.text
    assert "kidney_disease" not in caplog.text


def test_nothing_of_the_answers_is_logged_when_the_database_fails(
    ask: Ask, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    fault: Any = select(literal_column("no_such_column")).where(AdviceRow.magnesium_ug <= bindparam("suggested_ug"))
    monkeypatch.setattr(
        "catalog.advice.candidates._advised_statement", lambda dialect, *_shape: fault.compile(dialect=dialect)
    )
    assert ask(dosage_form="powder", supplement_mg=123).status_code == 500
    assert "no_such_column" in caplog.text
    assert "powder" not in caplog.text
    assert "127000" not in caplog.text
