"""`GET /openapi.json`: the API's description, made from the endpoints and the types of their JSON."""

import inspect
from functools import cache
from http import HTTPStatus
from typing import Any, get_args, get_origin

import msgspec
from apispec import APISpec
from flask import Response

from recommend.answers import QUESTIONS, SUPPLEMENT_MG_MAX
from shop.api import advice, content, knowledge, products
from shop.api.endpoint import Endpoint
from shop.api.schemas import When
from shop.web.api_problems import PROBLEM_JSON, Problem

DESCRIBED = (advice.ENDPOINT, products.ENDPOINT, knowledge.FORMS, knowledge.RULES, content.ENDPOINT)
PREFIX = "/api/v1"
SCHEMAS = "#/components/schemas/{name}"
ABOUT = """\
Magnesium supplements, advice on which form of magnesium suits somebody (information, no diagnosis), and a check of what
a text claims.
Every error is a problem (RFC 9457), also those of addresses and methods that are not described here. Answers are JSON
whatever `Accept` says. Cookies are neither read nor set."""


def description() -> Response:
    """This description."""
    return Response(document(), mimetype="application/json")


@cache
def document() -> bytes:
    """OpenAPI 3.1 as JSON; it depends on the code alone."""
    types = [t for e in DESCRIBED for t in (e.answer, e.body) if t] + [Problem]
    _, schemas = msgspec.json.schema_components(types, schema_hook=_hook, ref_template=SCHEMAS)
    spec = APISpec(
        title="Magnesiumwijzer",
        version="1",
        openapi_version="3.1.0",
        info={"description": ABOUT},
        servers=[{"url": "/"}],
    )
    for name, schema in (schemas | {When.__name__: _condition_schema()}).items():
        spec.components.schema(name, schema)
    for endpoint in DESCRIBED:
        spec.path(PREFIX + endpoint.path, operations={endpoint.method.lower(): _operation(endpoint)})
    itself = _described(description) | {"responses": {"200": _response("OpenAPI 3.1.", {"type": "object"})}}
    spec.path(f"{PREFIX}/openapi.json", operations={"get": itself})
    return msgspec.json.encode(spec.to_dict())


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    operation = _described(endpoint.view) | {"parameters": list(endpoint.parameters)}
    if endpoint.body:
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": _ref(endpoint.body)}}}
    errors = {**endpoint.errors, HTTPStatus.INTERNAL_SERVER_ERROR: "The fault is the shop's."}
    operation["responses"] = {"200": _response("As asked.", _ref(endpoint.answer))} | {
        str(int(code)): _response(when, _ref(Problem), PROBLEM_JSON) for code, when in errors.items()
    }
    return operation


def _described(view: Any) -> dict[str, Any]:
    """An operation's name, summary and description, from a view's name and docstring."""
    summary, _, more = inspect.getdoc(view).partition("\n\n")  # type: ignore[union-attr] # every view has one
    described = {"operationId": view.__name__, "summary": summary}
    return described | ({"description": more} if more else {})


def _response(when: str, schema: dict[str, Any], mimetype: str = "application/json") -> dict[str, Any]:
    return {"description": when, "content": {mimetype: {"schema": schema}}}


def _ref(kind: Any) -> dict[str, Any]:
    """Schema of a type, or of a list of one, by its name."""
    if get_origin(kind) is list:
        return {"type": "array", "items": _ref(get_args(kind)[0])}
    return {"$ref": SCHEMAS.format(name=kind.__name__)}


def _hook(kind: type) -> dict[str, Any]:
    if kind is When:
        return _ref(When)
    raise NotImplementedError  # what msgspec asks of a hook for a type it does not know


def _condition_schema() -> dict[str, Any]:
    """The kinds of `recommend.conditions`, each with the answers that it can ask about."""
    some = {"type": "array", "minItems": 2, "items": _ref(When)}
    kinds = [
        *(
            _exactly(
                answer={"const": key}, **{name: {"type": "array", "minItems": 1, "items": {"enum": question.values}}}
            )
            for key, question in QUESTIONS.items()
            for name, kind in (("is", "one"), ("is", "milligrams"), ("includes", "many"))
            if question.kind == kind
        ),
        *(
            _exactly(answer={"const": key}, at_least={"type": "integer", "minimum": 1, "maximum": SUPPLEMENT_MG_MAX})
            for key, question in QUESTIONS.items()
            if question.kind == "milligrams"
        ),
        _exactly(all=some),
        _exactly(any=some),
    ]
    return {"description": "When a rule or note applies.", "oneOf": [{"const": "always"}, *kinds]}


def _exactly(**properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
