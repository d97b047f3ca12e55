"""The description is valid OpenAPI, complete, and true: what it promises is what the API answers."""

from typing import Any

import msgspec
import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings
from openapi_spec_validator import OpenAPIV31SpecValidator

from recommend.answers import QUESTIONS
from recommend.knowledge import Ruleset
from shop.api.openapi import document
from shop.web.api_problems import PROBLEM_JSON, WRONG_VALUE

DESCRIPTION = "/api/v1/openapi.json"


@pytest.fixture
def description(client: FlaskClient) -> dict[str, Any]:
    answer = client.get(DESCRIPTION)
    assert answer.mimetype == "application/json"
    assert isinstance(answer.json, dict)
    return answer.json


def test_the_description_is_valid_openapi(description: dict[str, Any]) -> None:
    assert description["openapi"] == "3.1.0"
    OpenAPIV31SpecValidator(description).validate()


def test_every_address_and_method_is_described(description: dict[str, Any], app: Flask) -> None:
    routes = {
        (rule.rule, method.lower())
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    described = {(path, method) for path, methods in description["paths"].items() for method in methods}
    assert described == routes


def test_every_operation_says_what_it_answers_and_when_not(description: dict[str, Any]) -> None:
    for path, methods in description["paths"].items():
        for operation in methods.values():
            assert operation["summary"]
            errors = {code: response for code, response in operation["responses"].items() if code != "200"}
            assert "500" in errors or path == DESCRIPTION
            assert all(list(error["content"]) == [PROBLEM_JSON] and error["description"] for error in errors.values())


def test_the_answers_are_described_by_the_questions_themselves(description: dict[str, Any]) -> None:
    answers = description["components"]["schemas"]["Answers"]
    assert answers["required"] == [key for key, question in QUESTIONS.items() if question.required]
    assert answers["additionalProperties"] is False
    for key, question in QUESTIONS.items():
        described = answers["properties"][key]
        if question.values:
            choices = next(
                kind for kind in described.get("anyOf", [described.get("items", described)]) if "enum" in kind
            )
            assert set(choices["enum"]) == set(question.values)
        if not question.required:
            assert described["default"] == (list(question.default) if question.kind == "many" else question.default)


def test_the_type_of_a_problem_points_at_what_documents_it(description: dict[str, Any]) -> None:
    address, pointer = WRONG_VALUE.split("#/")
    assert address == DESCRIPTION
    place: Any = description
    for step in pointer.split("/"):
        place = place[step]
    assert place["description"]


def test_the_description_tells_every_kind_of_condition(description: dict[str, Any], ruleset: Ruleset) -> None:
    kinds = {key for kind in description["components"]["schemas"]["When"]["oneOf"] for key in kind.get("required", ())}
    assert kinds == {"answer", "is", "includes", "at_least", "all", "any"}
    assert ruleset.rules


# Not from a fixture, as the library's documentation has it: with pytest 9.2 that way fails on `Function._nodeid`.
api = schemathesis.openapi.from_dict(msgspec.json.decode(document()))


@api.parametrize()
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_request_that_the_description_allows_or_forbids_breaks_its_promises(
    case: "schemathesis.Case[Any]", app: Flask
) -> None:
    case.call_and_validate(app=app, headers={"Accept-Encoding": "identity"})  # its WSGI client does not unpack
