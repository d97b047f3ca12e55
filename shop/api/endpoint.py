"""An endpoint: the view with what its requests and answers look like. Routes and OpenAPI are made from it."""

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

import msgspec
from flask import Response, request
from msgspec import Struct

from recommend.conditions import condition_as_data
from recommend.text import LANGUAGES, Language
from shop.api.schemas import When
from shop.web.api_problems import Refused, in_language_asked
from shop.web.i18n import current_language
from shop.web.i18n import gettext as _

LANG = {
    "name": "lang",
    "in": "query",
    "description": "The language of texts. Without it `Accept-Language` decides, and else it is Dutch.",
    "schema": {"type": "string", "enum": list(LANGUAGES)},
}
ACCEPT_LANGUAGE = {
    "name": "Accept-Language",
    "in": "header",
    "description": "The language of texts when `lang` is not given.",
    "schema": {"type": "string"},
    "example": "en-GB,en;q=0.8",
}
WRONG_LANG: Mapping[int, str] = {HTTPStatus.BAD_REQUEST: "`lang` is no language of this shop."}


class Endpoint(Struct, frozen=True):
    """`answer` and `body` are the types of its JSON; `errors` says when it answers with which problem."""

    path: str
    view: Callable[[], Response]
    answer: Any
    errors: Mapping[int, str]
    method: str = "GET"
    body: type | None = None
    parameters: tuple[dict[str, Any], ...] = ()


def asked_language() -> Language:
    """The language of `?lang=`, else of Accept-Language. Raises Refused for a language that we do not have."""
    if request.args.get("lang", LANGUAGES[0]) not in LANGUAGES:
        raise Refused(HTTPStatus.BAD_REQUEST, _("The language is nl or en."), key="lang")
    return current_language()


def body_sent(wrong_type: str) -> bytes:
    """The JSON of the request. Raises Refused with `wrong_type` for another type, and for too large a body."""
    if request.mimetype != "application/json" or request.content_encoding:
        raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, wrong_type)
    body = request.get_data(cache=False)
    request.stream.read(1)  # of a chunked body only the allowed part was read; asking for more is the 413
    return body


def json_reply(content: Struct | Sequence[Struct] | str, language: Language | None = None) -> Response:
    """Content in a language, that asked for unless named; text is JSON already."""
    body = content if isinstance(content, str) else msgspec.json.encode(content, enc_hook=_encode)
    response = Response(body, mimetype="application/json")
    if language is None:
        return in_language_asked(response)
    response.content_language.add(language)
    return response


def _encode(value: object) -> Any:
    if isinstance(value, When):
        return condition_as_data(value.condition)
    raise TypeError(f"no JSON for {type(value).__name__}")
