"""Every public page in both languages, as a visitor's browser gets it: found by following links, not by a list."""

import json
import re
from collections.abc import Container, Iterator, Sequence
from functools import reduce
from http import HTTPStatus
from urllib.parse import urldefrag

from flask import Flask
from flask.testing import FlaskClient
from markupsafe import escape
from msgspec import Struct
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from catalog.models import OverriddenSentence
from catalog.orders.basket import MOST_LINES
from catalog.queries.brands import accepted_names
from catalog.queries.overrides import overridden_sentences
from recommend.claims.product import mask_own_name
from recommend.knowledge import Ruleset
from recommend.substances import load_substances
from recommend.text import LANGUAGES, Language
from shop.finder.answers_cookie import COOKIE, NEUTRAL_DEFAULTS
from shop.web.services import services_of

_LINK = re.compile(r'<a [^>]*?href="([^"]+)"')
_DATA = re.compile(r'(?s)<script type="application/ld\+json">(.*?)</script>')
_BETWEEN_SIGNS = re.compile(r"(?<=[>,;(])[^<>,;()]+?(?=[<,;).])")
_AROUND_A_NAME = re.compile(r"^\s*(?:zonder|without) | per (?:dag|day)\s*$")
_MARKED = re.compile(
    r'(?s)<(?P<tag>(?!html\b)[a-z][a-z0-9]*)\b[^>]*? lang="(?P<language>nl|en)"[^>]*>(?:(?P<text>.*?)</(?P=tag)>)?'
)
_IN_BASKET = re.compile(r'form="to-basket" name="add" value="(\d+)"')
_PAGED = re.compile(r"\?page=\d+$")

VISITORS: dict[str, dict[str, object]] = {
    "a healthy visitor": {},
    "a visitor with cautions": {"stomach": "strong", "budget": "low", "medicines": ["levothyroxine"]},
    "a visitor without matches": {"supplement_mg": 200, "vegan": True, "dosage_form": "liquid"},
    "a visitor with a stop": {"conditions": ["kidney_disease"], "warning_signs": ["overdose_signs"]},
}
"""Answers for the pages that only show with answers; what rules and notes say is proven by `shop verify`."""


class Page(Struct, frozen=True):
    """All that a page says in one language, with the address and the visitor that it was rendered for.

    Titles and addresses of sources are names that others gave to publications; they are left out of `html`. So are
    names of substances that stand alone in a table, a filter or a list of ingredients, where the law asks for them.
    Names of brands that a publisher accepted are masked, and so are sentences with an exception in force, on pages that
    link to their product.
    """

    address: str
    language: Language
    html: str


class BrokenPageError(RuntimeError):
    """A public page that answers with another status than it should."""


def public_pages(app: Flask) -> Iterator[Page]:
    """Render the whole site: all that links lead to, an error page, the questionnaire's pages for several visitors.

    Elements that are marked with another language, such as the label of a product without English texts, follow as a
    page in that language.

    Raises BrokenPageError: a page that is not there has texts that nobody checked.
    """
    ruleset = services_of(app).ruleset
    names, declared = _names_of_sources(ruleset), names_of_substances(ruleset)
    with Session(services_of(app).databases.primary) as session:
        brands = [str(escape(name)) for name in accepted_names(session)]
        overridden = overridden_sentences(session, services_of(app).clock().date())
    for language in LANGUAGES:
        for address, html in _pages_in(app, language):
            for spoken, copy in by_language(names.sub("", html), language).items():
                judged = reduce(mask_own_name, brands, _without_overridden(copy, html, overridden))
                yield Page(address, spoken, without_declared(judged, declared))


def _without_overridden(copy: str, page: str, overridden: Sequence[tuple[str, OverriddenSentence]]) -> str:
    """A text of a page without the sentences that an exception lets pass; `overridden` has them by slug."""
    for slug, one in overridden:
        if f"/{slug}" in page:
            copy = copy.replace(str(escape(one.sentence)), "")
    return copy


def by_language(html: str, language: Language) -> dict[Language, str]:
    """A page in `language`, split by the language of its elements; structured data as sentences of their own.

    In structured data nothing marks a language: a text there has that of the element with the same text.
    """
    found: dict[Language, list[str]] = {language: []}
    marked: dict[str, Language] = {}
    for element in _MARKED.finditer(html):
        spoken: Language = "nl" if element["language"] == "nl" else "en"
        if spoken != language:
            found.setdefault(spoken, []).append(element[0])
            marked[" ".join((element["text"] or "").split())] = spoken
    for block in _DATA.finditer(html):
        for text in _texts(json.loads(block[1])):
            found[marked.get(" ".join(str(escape(text)).split()), language)].append(f"<p>{escape(text)}</p>")
    rest = _MARKED.sub(lambda element: element[0] if element["language"] == language else "", _DATA.sub("", html))
    return {spoken: "\n".join([rest, *texts] if spoken == language else texts) for spoken, texts in found.items()}


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
    names = [source.url for source in ruleset.sources.values()]
    names += [source.title_in(language) for source in ruleset.sources.values() for language in LANGUAGES]
    for substance in load_substances(ruleset.directory).by_id.values():
        names += [limit.source for limit in substance.limits] + [note.source for note in substance.notes]
    return re.compile("|".join(re.escape(str(escape(name))) for name in sorted(names, key=len, reverse=True)))


def names_of_substances(ruleset: Ruleset) -> frozenset[str]:
    """Every name of a substance in small letters, as HTML has it."""
    substances = load_substances(ruleset.directory).by_id.values()
    return frozenset(str(escape(name)).casefold() for substance in substances for _, name in substance.names())


def without_declared(html: str, names: Container[str]) -> str:
    """A page without the substances that stand alone between two signs or tags, "zonder" one among them."""

    def left(part: re.Match[str]) -> str:
        return "" if _AROUND_A_NAME.sub("", part[0].casefold()).strip() in names else part[0]

    return _BETWEEN_SIGNS.sub(left, html)


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
        endpoints = (
            "finder.signs",
            "finder.conditions",
            "finder.medicines",
            "finder.intake",
            "finder.wishes",
            "finder.check",
            "finder.advice",
            "finder.summary",
            "finder.keep",
            "finder.start_again",
            "listing.products",
        )
        addresses = [app.url_for(endpoint, lang=language) for endpoint in endpoints]
        basket = app.url_for("ordering.basket", lang=language)
    for address in addresses:
        page = _html(client.get(address, follow_redirects=True))
        yield f"{address} ({visitor})", page
    client.post(basket, data={"add": _IN_BASKET.findall(page)[:MOST_LINES]})
    yield f"{basket} ({visitor})", _html(client.get(basket))


def _html(response: TestResponse, expected: HTTPStatus = HTTPStatus.OK) -> str:
    if response.status_code != expected:
        raise BrokenPageError(f"{response.request.path} answers {response.status_code}, not {expected.value}")
    return response.text
