"""Errors of the API: application/problem+json as RFC 9457 has it, in the language asked for."""

from typing import Annotated

import msgspec
from flask import Response
from msgspec import UNSET, Meta, Struct, UnsetType
from werkzeug.exceptions import HTTPException

from shop.web.i18n import current_language
from shop.web.i18n import gettext as _
from shop.web.security import never_store

PROBLEM_JSON = "application/problem+json"
PLAIN = "about:blank"
WRONG_VALUE = "/api/v1/openapi.json#/components/schemas/Problem/properties/key"
"""The type of a problem with a `key`: the address of what documents it."""
LONGEST_KEY = 60


class Problem(Struct, frozen=True):
    """An error, for people (`title`, `detail`) and for programs (`status`, `key`)."""

    type: Annotated[str, Meta(description="about:blank, or the address of what documents this type of problem.")]
    title: str
    status: Annotated[int, Meta(ge=400, le=599)]
    detail: str
    key: (
        Annotated[str, Meta(description="The answer or parameter that is missing, unknown or has a wrong value.")]
        | UnsetType
    ) = UNSET


class Refused(HTTPException):
    """A request to the API that cannot be answered; `key` names the answer or parameter that is to blame."""

    def __init__(self, code: int, detail: str, key: str | None = None) -> None:
        super().__init__(detail)
        self.code, self.detail, self.key = code, detail, key


def as_problem(error: HTTPException, title: str) -> Response:
    """An error as the API answers it."""
    code = error.code or 500
    key = _printable(error.key) if isinstance(error, Refused) and error.key is not None else UNSET
    detail = error.detail if isinstance(error, Refused) else _detail(error)
    problem = Problem(type=PLAIN if key is UNSET else WRONG_VALUE, title=title, status=code, detail=detail, key=key)
    response = Response(msgspec.json.encode(problem), code, mimetype=PROBLEM_JSON)
    for name, value in error.get_headers():
        if name.lower() in {"allow", "retry-after"}:
            response.headers[name] = value
    return never_store(in_language_asked(response))


def in_language_asked(response: Response) -> Response:
    """Say in which language an answer is, and on what that depends."""
    response.content_language.add(current_language())
    response.vary.add("Accept-Language")
    return response


def _printable(key: str) -> str:
    """A key that UTF-8 can carry: in JSON it may have half a surrogate pair, and any length."""
    return key[:LONGEST_KEY].encode(errors="replace").decode()


def _detail(error: HTTPException) -> str:
    details: dict[int, str] = {
        404: _("There is nothing at this address. All addresses are in /api/v1/openapi.json."),
        405: _("This address does not accept that method."),
        413: _("The body is too large."),
        414: _("The query is too long."),
        500: _("The fault is ours. Try again in a moment."),
        503: _("Try again in a moment."),
    }
    return details.get(error.code or 500) or str(_("The request cannot be answered."))
