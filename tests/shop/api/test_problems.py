"""A faulty request is answered with a problem in the language asked for, never a page or a 500."""

import json
from io import BytesIO
from typing import Any

import msgspec
import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from recommend.answers import QUESTIONS
from shop.app import MAX_REQUEST_BYTES
from shop.web.api_problems import PLAIN, PROBLEM_JSON, WRONG_VALUE, Problem
from shop.web.services import services_of
from tests.shop.api.conftest import ADVICE, HEALTHY, Ask

BODY = json.dumps(HEALTHY)


def problem(answer: TestResponse) -> Problem:
    """The problem that an answer is, after checking that it is one."""
    assert answer.mimetype == PROBLEM_JSON
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"
    read = msgspec.json.decode(answer.data, type=Problem)
    assert read.status == answer.status_code
    assert read.type == (PLAIN if read.key is msgspec.UNSET else WRONG_VALUE)
    assert read.title
    assert read.detail
    return read


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"nothing",
        b"\xff\xfe{}",
        b'{"stomach": "\xc3"}',
        "{}".encode("utf-16"),
        BODY.replace("[]", "NaN"),
        BODY.replace("[]", "-Infinity"),
        BODY.replace('"conditions": []', '"conditions": ["kidney_disease"], "conditions": []'),
        BODY.replace("[]", '{"a": 1, "a": 2}'),
        BODY + BODY,
        BODY.replace("[]", "[" * 30_000),
        BODY.replace("[]", '{"a":' * 5_000),
        BODY.replace("[]", "9" * 5000),
        "\x00",
    ],
)
def test_what_is_no_strict_json_is_a_400(body: bytes | str, ask: Ask) -> None:
    assert problem(ask(body)).status == 400


def test_json_with_a_byte_order_mark_is_read(ask: Ask) -> None:
    assert ask(b"\xef\xbb\xbf" + BODY.encode()).json == ask(BODY).json


def without(key: str) -> dict[str, Any]:
    return {name: value for name, value in HEALTHY.items() if name != key}


@pytest.mark.parametrize(
    ("answers", "key"),
    [
        *((without(key), key) for key, question in QUESTIONS.items() if question.required),
        ({}, "stomach"),
        (HEALTHY | {"shoe_size": 44}, "shoe_size"),
        (HEALTHY | {"": 44}, ""),
        (HEALTHY | {"stomach": "iron"}, "stomach"),
        (HEALTHY | {"stomach": "\ud800"}, "stomach"),
        (HEALTHY | {"stomach": "x" * 50_000}, "stomach"),
        (HEALTHY | {"stomach": ["none"]}, "stomach"),
        (HEALTHY | {"conditions": "kidney_disease"}, "conditions"),
        (HEALTHY | {"conditions": ["kidneys"]}, "conditions"),
        (HEALTHY | {"conditions": [None]}, "conditions"),
        (HEALTHY | {"medicines": {}}, "medicines"),
        (HEALTHY | {"supplement_mg": -1}, "supplement_mg"),
        (HEALTHY | {"supplement_mg": 5001}, "supplement_mg"),
        (HEALTHY | {"supplement_mg": True}, "supplement_mg"),
        (HEALTHY | {"supplement_mg": 1.5}, "supplement_mg"),
        (HEALTHY | {"supplement_mg": 1e300}, "supplement_mg"),
        (HEALTHY | {"supplement_mg": "100"}, "supplement_mg"),
        (HEALTHY | {"vegan": "yes"}, "vegan"),
        (HEALTHY | {"goal": None}, "goal"),
        ([], "answers"),
        (None, "answers"),
        ("stomach", "answers"),
    ],
)
def test_a_wrong_key_or_value_is_a_422_that_names_it(answers: object, key: str, ask: Ask) -> None:
    refused = problem(ask(json.dumps(answers)))
    assert (refused.status, refused.key) == (422, key)


@pytest.mark.parametrize(
    ("key", "value", "shown"),
    [
        ("stomach", "iron", "'iron'"),
        ("conditions", ["rheumatism"], "'rheumatism'"),
        ("medicines", ["levothyroxine", "aspirin"], "'aspirin'"),
        ("goal", "relax", "'relax'"),
        ("warning_signs", ["\ud800" + "x" * 500], r"'\ud800xxx"),
    ],
)
def test_a_value_of_an_older_questionnaire_is_named_with_todays_values(
    key: str, value: object, shown: str, ask: Ask
) -> None:
    refused = problem(ask(json.dumps(HEALTHY | {key: value})))
    assert (refused.status, refused.key) == (422, key)
    assert shown in refused.detail
    assert ", ".join(QUESTIONS[key].values) in refused.detail


def test_a_strange_key_comes_back_readable_and_short(ask: Ask) -> None:
    assert problem(ask(json.dumps(HEALTHY | {"\udfff" + "k" * 50_000: 1}))).key == "?" + "k" * 59


@pytest.mark.parametrize("depth", [50, 200, *range(300, 1000, 25)])
def test_no_depth_of_nesting_is_a_fault(depth: int, ask: Ask) -> None:
    for opening, closing in (("[", "]"), ('{"a":', "}")):
        answer = ask(BODY.replace("[]", opening * depth + "1" + closing * depth))
        assert problem(answer).status in {400, 422}


@pytest.mark.parametrize(
    "kind",
    [None, "", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/json"],
)
def test_another_content_type_is_a_415(kind: str | None, ask: Ask) -> None:
    assert problem(ask(BODY, kind)).status == 415


def test_a_compressed_body_is_a_415(client: FlaskClient) -> None:
    answer = client.post(ADVICE, json=HEALTHY, headers={"Content-Encoding": "gzip"})
    assert problem(answer).status == 415


def test_the_charset_of_the_content_type_does_not_matter(ask: Ask) -> None:
    assert ask(BODY, "application/json; charset=utf-8").status_code == 200


def test_a_megabyte_is_a_413(ask: Ask) -> None:
    assert problem(ask(b"[" + b" " * 1_000_000 + b"]")).status == 413


def chunked(client: FlaskClient, body: bytes) -> TestResponse:
    """Send a body without telling its length beforehand."""
    environ = {"wsgi.input_terminated": True}
    return client.post(ADVICE, input_stream=BytesIO(body), content_type="application/json", environ_overrides=environ)


def test_a_body_of_untold_length_is_read_whole_or_refused(client: FlaskClient) -> None:
    assert chunked(client, BODY.encode()).status_code == 200
    for rest in (b"", b"and more"):  # padded so that the part within the limit is valid by itself
        assert problem(chunked(client, BODY.encode().ljust(MAX_REQUEST_BYTES + 1) + rest)).status == 413


@pytest.mark.parametrize("address", ["", "/", "/v1", "/v1/", "/v2/forms", "/v1/advice/", "/v1/nope", "/v1/%00", "/%ff"])
def test_an_unknown_address_is_a_404(address: str, client: FlaskClient) -> None:
    assert problem(client.get(f"/api{address}")).status == 404


def test_an_address_that_only_looks_like_the_api_gets_a_page(client: FlaskClient) -> None:
    assert client.get("/apiary").mimetype == "text/html"


@pytest.mark.parametrize(
    ("method", "name"),
    [("GET", "advice"), ("PUT", "advice"), ("POST", "forms"), ("DELETE", "rules"), ("POST", "products")],
)
def test_another_method_is_a_405_that_tells_which_are_allowed(method: str, name: str, client: FlaskClient) -> None:
    answer = client.open(f"/api/v1/{name}", method=method)
    assert problem(answer).status == 405
    assert answer.headers["Allow"]


@pytest.mark.parametrize("name", ["forms", "rules", "products"])
@pytest.mark.parametrize("lang", ["de", "", "NL", "nl-NL", "%00"])
def test_a_language_that_we_do_not_have_is_a_400(name: str, lang: str, client: FlaskClient, ask: Ask) -> None:
    for answer in (client.get(f"/api/v1/{name}?lang={lang}"), ask(query=f"?lang={lang}")):
        refused = problem(answer)
        assert (refused.status, refused.key) == (400, "lang")


@pytest.mark.parametrize("address", ["nope", "forms?lang=x", "products?page=0", "advice"])
def test_a_problem_speaks_the_language_asked_for(address: str, client: FlaskClient) -> None:
    english = problem(client.get(f"/api/v1/{address}", headers={"Accept-Language": "en"}))
    dutch = problem(client.get(f"/api/v1/{address}", headers={"Accept-Language": "nl"}))
    assert english.title != dutch.title
    assert english.detail != dutch.detail


def test_the_address_decides_the_language_of_a_problem_too(client: FlaskClient) -> None:
    for address in ("nope", "advice", "products?page=x"):
        mark = "&" if "?" in address else "?"
        answer = client.get(f"/api/v1/{address}{mark}lang=en", headers={"Accept-Language": "nl"})
        assert problem(answer).status in {404, 405}
        assert answer.headers["Content-Language"] == "en"


def test_whatever_accept_says_the_answer_is_json(client: FlaskClient) -> None:
    for accept in ("text/html", "application/xml", "image/*;q=0", "???"):
        assert client.get("/api/v1/forms", headers={"Accept": accept}).mimetype == "application/json"


@pytest.mark.parametrize("name", ["forms", "rules", "products"])
def test_a_fault_of_the_shop_is_a_500_problem_without_a_traceback(name: str, own_app: Flask) -> None:
    client = own_app.test_client()
    services_of(own_app).ruleset = None  # type: ignore[assignment] # a fault
    answer = client.get(f"/api/v1/{name}")
    assert problem(answer).status == 500
    assert "Traceback" not in answer.text


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=10,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.dictionaries(st.sampled_from([*QUESTIONS, "x"]), JSON, max_size=3) | st.binary(max_size=30))
def test_no_body_is_a_fault(changes: dict[str, Any] | bytes, ask: Ask) -> None:
    answer = ask(changes if isinstance(changes, bytes) else json.dumps(HEALTHY | changes))
    if answer.status_code != 200:
        assert problem(answer).status in {400, 422}
