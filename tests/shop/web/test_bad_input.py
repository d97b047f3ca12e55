"""Bad input anywhere gets a clear page in the visitor's language, or the form again; never a 500."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.shop.visitor import FILLED, FINDER, PUBLIC_PAGES, answer, main_text, send

NAMES = ["form", "sort", "page", "lang", "_external", "endpoint", "slug", "self", "values", "method"]
EVERY_PAGE = [page for pages in PUBLIC_PAGES.values() for page in pages]
FIRST, LATER, AGAIN = FINDER["nl"]["start"], FINDER["nl"]["intake"], FINDER["nl"]["start_again"]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("address", ["/nl/", "/en/best-magnesium-supplements", "/nl/privacy", "/healthz"])
def test_another_method_is_a_405_page(method: str, address: str, client: FlaskClient) -> None:
    page = client.open(address, method=method)
    assert page.status_code == 405
    assert page.headers["Allow"]
    assert 'lang="en"' not in page.text.split("<body>")[0] or address.startswith("/en")


def test_an_error_outside_both_languages_follows_the_browser(client: FlaskClient) -> None:
    assert 'lang="nl"' in client.get("/nope").text
    assert 'lang="en"' in client.get("/nope", headers={"Accept-Language": "en-GB,en;q=0.8"}).text


def test_an_answer_of_a_megabyte_is_refused_with_a_413_page(client: FlaskClient) -> None:
    for address in (FIRST, LATER, AGAIN):
        send(client, FIRST, **FILLED["start"])
        page = client.post(address, data={"stomach": "x" * 1_000_000})
        assert page.status_code == (303 if address == AGAIN else 413)
        assert address == AGAIN or "te groot" in main_text(page)


def test_a_thousand_fields_or_a_broken_form_are_4xx_pages(client: FlaskClient) -> None:
    for data, kind in [
        ({f"field{n}": "x" for n in range(1000)}, "multipart/form-data"),
        (b"--nothing", "multipart/form-data; boundary=x"),
        (b"\xff\xfe=%zz&%%%", "application/x-www-form-urlencoded"),
        (b"{}", "application/json"),
    ]:
        page = client.post(FIRST, data=data, content_type=kind)
        assert 400 <= page.status_code < 500


def test_an_answer_sent_where_nothing_was_answered_leads_to_the_beginning(client: FlaskClient) -> None:
    page = client.post(LATER, data={"age_group": "18_64"})
    assert (page.status_code, page.location) == (303, f"{FIRST}?answers_gone=1")


@pytest.mark.parametrize(
    "address",
    [
        "/nl/product/%00",
        "/nl/product/" + "a" * 5000,
        "/nl/product/..%2f..%2fetc%2fpasswd",
        "/nl/product/'; DROP TABLE product; --",
        "/%ff",
        "/nl//",
        "/fr/",
        "/static/../shop.db",
        "/static/%00",
    ],
)
def test_a_strange_address_is_a_404(address: str, client: FlaskClient) -> None:
    assert client.get(address).status_code in {404, 308}


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=8), st.text(max_size=30)))
def test_no_query_breaks_the_listing_or_the_language_switch(query: dict[str, str], client: FlaskClient) -> None:
    for address in (
        PUBLIC_PAGES["nl"][2],
        PUBLIC_PAGES["en"][1],
        "/nl/product/duinvallei-magnesiumcitraat-100-capsules",
    ):
        assert client.get(address, query_string=query).status_code in {200, 404}


@pytest.mark.parametrize("name", ["endpoint", "slug", "self", "values", "method", "lang", "_anchor", "_external", "é"])
def test_no_name_in_a_query_breaks_any_page(name: str, client: FlaskClient) -> None:
    for address in (*EVERY_PAGE, "/nl/product/duinvallei-magnesiumcitraat-100-capsules", "/nl/product/geen", "/nope"):
        joined = f"{address}&{name}=x" if "?" in address else f"{address}?{name}=x"
        assert client.get(joined).status_code in {200, 404}


def test_hundreds_of_unknown_filters_give_a_few_notices(client: FlaskClient) -> None:
    page = client.get(PUBLIC_PAGES["nl"][2], query_string=[("form", f"f{n}") for n in range(400)])
    assert page.status_code == 200
    assert page.text.count('class="notice"') < 6


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    fields=st.dictionaries(
        st.sampled_from(
            ["age_group", "health", "agreement", "supplement", "supplement_mg", "goal", "gut", "back", "csrf_token"]
        ),
        st.text(max_size=20),
    )
)
def test_no_form_content_breaks_the_questionnaire(fields: dict[str, Any], client: FlaskClient) -> None:
    for address in (LATER, FIRST):
        send(client, FIRST, **FILLED["start"])
        sent = send(client, address, **{key: value for key, value in fields.items() if key != "csrf_token"})
        assert sent.status_code in {422, 303}
        assert client.post(address, data=fields).status_code in {422, 303}


def test_a_fault_of_the_shop_is_a_page_without_a_traceback(own_app: Flask) -> None:
    own_app.view_functions["pages.home"] = lambda: str(1 // 0)
    page = own_app.test_client().get("/en/")
    assert page.status_code == 500
    assert "Something went wrong on our side" in page.text
    assert "Traceback" not in page.text


def test_a_withheld_visitor_cannot_reach_products_in_the_advice_by_another_language(client: FlaskClient) -> None:
    answer(client, "nl", age_group="under_18")
    assert "/en/product/" not in client.get(FINDER["en"]["advice"]).text
