"""The visitor's answers live in a cookie of their own, encrypted, and nowhere on the server.

They are health data (GDPR Art. 9): not stored, not logged, never in an address.
"""

import json
from collections.abc import Collection, Sequence
from contextlib import suppress
from typing import Any

from cryptography.fernet import InvalidToken
from flask import Flask, Response, g, request

from recommend.answers import QUESTIONS, Answers, AnswersError, parse_answer, parse_answers
from recommend.engine import safety_notes
from recommend.knowledge import Note, Ruleset
from shop.web.database import get_ruleset
from shop.web.security import cookie_name
from shop.web.services import services

COOKIE = "answers"
LIFETIME_SECONDS = 60 * 60
NOT_KNOWN = "not_known"
"""The key beside the answers under which the cookie has the questions that could not be answered."""
NEUTRAL_DEFAULTS = {key: question.default for key, question in QUESTIONS.items() if not question.required} | {
    "stomach": "none",
    "budget": "medium",
    "absorption": "normal",
    "age_group": "18_64",
    "conditions": [],
    "medicines": [],
}
"""A harmless answer to every question."""


def init_app(app: Flask) -> None:
    """Write or delete the cookie at the end of a request that asked for it."""
    app.after_request(_write_cookie)
    app.jinja_env.globals["has_answers"] = has_answers
    app.jinja_env.globals["cautions_to_ask"] = lambda: cautions_to_ask(get_ruleset())
    app.jinja_env.globals["has_complete_answers"] = lambda: complete_answers() is not None
    app.jinja_env.globals["answers_not_known"] = answers_not_known
    app.jinja_env.globals["answers_were_lost"] = answers_were_lost
    app.jinja_env.globals["answers_are_outdated"] = answers_are_outdated


def stored_answers() -> dict[str, Any]:
    """The answers given so far, each of them valid; empty without a cookie or with one that is not ours."""
    held: dict[str, Any] | None = g.get("answers")
    if held is None:
        g.answers = held = _read_cookie()
    return held


def answers_not_known() -> frozenset[str]:
    """Questions that the visitor could not answer, and for which the stored answers are those that we count with."""
    stored_answers()
    not_known: frozenset[str] = g.get("answers_not_known", frozenset())
    return not_known


def has_answers() -> bool:
    """Whether the visitor answered anything."""
    return bool(stored_answers())


def complete_answers() -> Answers | None:
    """The answers once every question has one, also a question that is newer than the cookie.

    The defaults of `parse_answers` are for programs: a visitor who was never asked has not answered.
    """
    stored = stored_answers()
    return None if not stored or QUESTIONS.keys() - stored.keys() else parse_answers(stored)


def partial_answers() -> Answers | None:
    """The answers with harmless ones for what is not answered yet; None without any.

    Conditions have no negation, so a stop that fires on these fires on the complete answers too.
    """
    stored = stored_answers()
    return parse_answers(NEUTRAL_DEFAULTS | stored) if stored else None


def visitor_stops(ruleset: Ruleset) -> Sequence[Note]:
    """The stop notes for the answers in this visitor's cookie, shown first on every page that lists or sells."""
    answers = partial_answers()
    if answers is None:
        return ()
    return [note for note in safety_notes(answers, ruleset) if note.severity == "stop"]


def cautions_to_ask(ruleset: Ruleset) -> Sequence[Note]:
    """The visitor's cautions that ask a professional first, shown wherever the shop lists or sells.

    None beside a stop, which says so more strongly.
    """
    answers = partial_answers()
    notes = () if answers is None else safety_notes(answers, ruleset)
    if any(note.severity == "stop" for note in notes):
        return ()
    return [note for note in notes if note.is_personal and note.ask_first]


def answers_were_lost() -> bool:
    """Whether the visitor sent a cookie that is forged, expired or of another shop."""
    stored_answers()
    return bool(g.get("answers_lost", False))


def answers_are_outdated() -> bool:
    """Whether an answer in the visitor's cookie is none of today's, so that its question is asked again."""
    stored_answers()
    return bool(g.get("answers_outdated", False))


def _read_cookie() -> dict[str, Any]:
    token = request.cookies.get(cookie_name(COOKIE))
    if not token:
        return {}
    try:
        given = json.loads(services().answers_cipher.decrypt(token.encode(), ttl=LIFETIME_SECONDS))
    except (InvalidToken, ValueError):
        given = None
    answers = _known_answers(given) if isinstance(given, dict) else {}
    g.answers_not_known = answers.keys() & set(given.get(NOT_KNOWN, ())) if answers else frozenset()
    g.answers_lost = not answers
    g.answers_outdated = bool(answers) and bool((given.keys() & QUESTIONS.keys()) - answers.keys())
    return answers


def _known_answers(given: dict[str, Any]) -> dict[str, Any]:
    """The answers that today's questions know: a cookie lives for an hour, and questions may change meanwhile."""
    answers = {}
    for key in given.keys() & QUESTIONS.keys():
        with suppress(AnswersError):
            answers[key] = parse_answer(QUESTIONS[key], given)
    return answers


def store_answers(answers: dict[str, Any], not_known: Collection[str] = ()) -> None:
    """Replace the answers in the cookie, which lasts another hour, and the questions that could not be answered."""
    g.answers, g.answers_not_known = answers, frozenset(not_known)
    g.answers_changed = True


def erase_answers() -> None:
    """Erase the answers."""
    store_answers({})


def _write_cookie(response: Response) -> Response:
    if g.get("answers"):
        response.headers["Cache-Control"] = "no-store"  # the page may show them, or a stop note that follows
    if g.get("answers_changed"):
        if g.answers:
            held = g.answers | ({NOT_KNOWN: sorted(g.answers_not_known)} if g.answers_not_known else {})
            token = services().answers_cipher.encrypt(json.dumps(held).encode()).decode()
            response.set_cookie(
                cookie_name(COOKIE),
                token,
                max_age=LIFETIME_SECONDS,
                httponly=True,
                samesite="Lax",
                secure=request.is_secure,
            )
        else:
            response.delete_cookie(cookie_name(COOKIE), httponly=True, samesite="Lax", secure=request.is_secure)
    elif g.get("answers_lost") and "Location" not in response.headers:  # the page that it leads to says so
        response.delete_cookie(cookie_name(COOKIE), httponly=True, samesite="Lax", secure=request.is_secure)
    return response
