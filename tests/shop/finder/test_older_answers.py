"""Answers given before the questions changed: a cookie lives for an hour, a program for years."""

import json
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from recommend.answers import QUESTIONS
from shop.web.services import services_of
from tests.shop.visitor import FILLED, FINDER, PUBLIC_PAGES, send

PAGES = FINDER["nl"]
LISTING = PUBLIC_PAGES["nl"][2]
CHANGED = "De vragen van de keuzehulp zijn veranderd"
OPEN = "Nog niet elke vraag op deze pagina heeft een antwoord."
COMPLETE: dict[str, Any] = {
    "stomach": "mild",
    "budget": "low",
    "absorption": "normal",
    "age_group": "18_64",
    "conditions": [],
    "medicines": ["levothyroxine"],
    "bowel": "normal",
    "sex": "unspecified",
    "supplement_mg": 0,
    "goal": "top_up_diet",
    "warning_signs": [],
    "vegan": False,
    "dosage_form": "any",
}
PAGE_OF = {
    "age_group": "start",
    "warning_signs": "signs",
    "conditions": "conditions",
    "medicines": "medicines",
    "supplement_mg": "intake",
    "goal": "intake",
    "stomach": "intake",
    "bowel": "intake",
}
"""The page that asks a question; the wishes ask the others."""
ALONE = {"age_group", "warning_signs", "conditions", "medicines"}
"""Questions with a page of their own, where nothing else can be open."""


def keep(app: Flask, client: FlaskClient, answers: object) -> None:
    """Give the visitor a cookie that an older shop wrote."""
    client.set_cookie("answers", services_of(app).answers_cipher.encrypt(json.dumps(answers).encode()).decode())


def test_the_cookie_of_today_has_every_question(app: Flask, client: FlaskClient) -> None:
    assert COMPLETE.keys() == QUESTIONS.keys()
    keep(app, client, COMPLETE)
    page = client.get(PAGES["advice"])
    assert page.status_code == 200
    assert CHANGED not in page.text


@pytest.mark.parametrize("key", QUESTIONS)
def test_a_question_that_is_newer_than_the_cookie_is_asked(key: str, app: Flask, client: FlaskClient) -> None:
    keep(app, client, {name: value for name, value in COMPLETE.items() if name != key})
    for address in (PAGES["advice"], PAGES["summary"], PAGES["keep"]):
        page = client.get(address, follow_redirects=True)
        assert page.status_code == 200
        assert page.request.path == PAGES[PAGE_OF.get(key, "wishes")]
        assert page.text.count(OPEN) == (0 if key in ALONE else 1)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("stomach", "iron"),
        ("budget", "gold"),
        ("vegan", "yes"),
        ("age_group", "over_50"),
        ("conditions", ["kidney_disease", "rheumatism"]),
        ("conditions", None),
        ("medicines", ["aspirin"]),
        ("supplement_mg", "some"),
        ("supplement_mg", 6000),
        ("goal", "relax"),
        ("warning_signs", ["tired"]),
        ("warning_signs", {"tired": True}),
    ],
)
def test_an_answer_that_is_none_of_todays_is_asked_again_with_a_notice(
    key: str, value: object, app: Flask, client: FlaskClient
) -> None:
    keep(app, client, COMPLETE | {key: value})
    page = client.get(PAGES["advice"], follow_redirects=True)
    assert page.status_code == 200
    assert page.request.path == PAGES[PAGE_OF.get(key, "wishes")]
    assert page.text.count(CHANGED) == 1
    assert OPEN not in page.text
    assert client.get(LISTING).text.count(CHANGED) == 1


def test_after_answering_again_the_notice_is_gone(app: Flask, client: FlaskClient) -> None:
    keep(app, client, COMPLETE | {"stomach": "iron", "goal": "relax"})
    assert client.get(PAGES["advice"]).location == PAGES["intake"]
    assert send(client, PAGES["intake"], **FILLED["intake"]).location == PAGES["advice"]
    page = client.get(PAGES["advice"])
    assert page.status_code == 200
    assert CHANGED not in page.text


def test_a_question_that_is_no_longer_asked_is_ignored(app: Flask, client: FlaskClient) -> None:
    keep(app, client, COMPLETE | {"shoe_size": 44})
    page = client.get(PAGES["advice"])
    assert page.status_code == 200
    assert CHANGED not in page.text


@pytest.mark.parametrize("content", [{"shoe_size": 44}, {"stomach": "iron"}, {}, [1], [{}], "x", None, 7])
def test_a_cookie_without_a_known_answer_is_a_fresh_start_with_a_notice(
    content: object, app: Flask, client: FlaskClient
) -> None:
    keep(app, client, content)
    assert client.get(PAGES["advice"]).location == f"{PAGES['start']}?without_answers=1"
    keep(app, client, content)
    page = client.get(PAGES["start"])
    assert page.status_code == 200
    assert "opnieuw beginnen" in page.text
    assert client.get_cookie("answers") is None


def test_a_stop_among_older_answers_still_stands_before_the_products(app: Flask, client: FlaskClient) -> None:
    keep(app, client, COMPLETE | {"conditions": ["kidney_disease"], "goal": "relax"})
    page = client.get(LISTING).text
    assert page.index("note-stop") < page.index("<h1")
