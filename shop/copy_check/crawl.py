"""Every public page in both languages, as a visitor's browser gets it: found by following links, not by a list."""

import json
import re
from collections.abc import Iterator
from http import HTTPStatus
from urllib.parse import urldefrag

from flask import Flask
from flask.testing import FlaskClient
from markupsafe import escape
from msgspec import Struct
from werkzeug.test import TestResponse

from recommend.knowledge import Ruleset
from recommend.text import LANGUAGES, Language
from shop.finder.answers_cookie import COOKIE, NEUTRAL_DEFAULTS
from shop.web.services import services_of

_LINK = re.compile(r'<a [^>]*?href="([^"]+)"')
_DATA = re.compile(r'(?s)<script type="application/ld\+json">(.*?)</script>')
_PAGED = re.compile(r"\?page=\d+$")

VISITORS: dict[str, dict[str, object]] = {
    "a healthy visitor": {},
    "a visitor with cautions": {"stomach": "strong", "budget": "low", "medicines": ["levothyroxine"]},
    "a visitor without matches": {"supplement_mg": 200, "vegan": True, "dosage_form": "liquid"},
    "a visitor with a stop": {"conditions": ["kidney_disease"], "warning_signs": ["overdose_signs"]},
}
"""Answers for the pages that only show with answers; what rules and notes say is proven by `shop verify`."""


class Page(Struct, frozen=True):
    """A page with the address and the visitor that it was rendered for.

    Titles and addresses of sources are names that others gave to publications; they are left out of `html`.
    """

    address: str
    language: Language
    html: str


class BrokenPageError(RuntimeError):
    """A public page that answers with another status than it should."""


def public_pages(app: Flask) -> Iterator[Page]:
    """Render the whole site: all that links lead to, an error page, the questionnaire's pages for several visitors.

    Raises BrokenPageError: a page that is not there has texts that nobody checked.
    """
    names = _names_of_sources(services_of(app).ruleset)
    for language in LANGUAGES:
        for address, html in _pages_in(app, language):
            yield Page(address, language, _DATA.sub(_values_of, names.sub("", html)))


def _values_of(block: re.Match[str]) -> str:
    """The texts in a block of structured data, each as a sentence of its own; keys and addresses are not copy."""
    return "".join(f"<p>{escape(text)}</p>" for text in _texts(json.loads(block[1])))


def _texts(data: object) -> Iterator[str]:
    if isinstance(data, dict):
        for key, value in data.items():
            if not key.startswith("@"):
                yield from _texts(value)
    elif isinstance(data, list):
        for value in data:
            yield from _texts(value)
    elif isinstance(data, str) and not data.startswith(("http://", "https://")):
        yield data


def _names_of_sources(ruleset: Ruleset) -> re.Pattern[str]:
    names = [name for source in ruleset.sources.values() for name in (source.title, source.url)]
    return re.compile("|".join(re.escape(str(escape(name))) for name in sorted(names, key=len, reverse=True)))


def _pages_in(app: Flask, language: Language) -> Iterator[tuple[str, str]]:
    yield from _linked_pages(app.test_client(), language)
    missing = f"/{language}/-"
    yield missing, _html(app.test_client().get(missing, follow_redirects=True), HTTPStatus.NOT_FOUND)
    for visitor, answers in VISITORS.items():
        yield from _answered_pages(app, language, visitor, NEUTRAL_DEFAULTS | answers)


def _linked_pages(client: FlaskClient, language: Language) -> Iterator[tuple[str, str]]:
    waiting, seen = [f"/{language}/"], {f"/{language}/"}
    while waiting:
        address = waiting.pop()
        response = client.get(address, follow_redirects=True)
        yield address, _html(response)
        for link in _LINK.findall(response.text):
            target = urldefrag(link.replace("&amp;", "&")).url
            filtered = "?" in target and not _PAGED.search(target)
            if target.startswith(f"/{language}/") and not filtered and target not in seen:
                seen.add(target)
                waiting.append(target)


def _answered_pages(
    app: Flask, language: Language, visitor: str, answers: dict[str, object]
) -> Iterator[tuple[str, str]]:
    client = app.test_client()
    client.set_cookie(COOKIE, services_of(app).answers_cipher.encrypt(json.dumps(answers).encode()).decode())
    with app.test_request_context(f"/{language}/"):
        endpoints = ("finder.safety", "finder.advice", "finder.summary", "listing.products")
        addresses = [app.url_for(endpoint, lang=language) for endpoint in endpoints]
    for address in addresses:
        yield f"{address} ({visitor})", _html(client.get(address))


def _html(response: TestResponse, expected: HTTPStatus = HTTPStatus.OK) -> str:
    if response.status_code != expected:
        raise BrokenPageError(f"{response.request.path} answers {response.status_code}, not {expected.value}")
    return response.text
