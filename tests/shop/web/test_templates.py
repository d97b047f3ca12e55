"""Templates compiled for each language: what is constant on a page is that language's, also below a path of a proxy."""

from flask import Flask, render_template_string
from flask.testing import FlaskClient

HOMES = {"nl": "/nl/", "en": "/en/"}


def test_each_language_has_its_own_messages_and_addresses(client: FlaskClient) -> None:
    for _ in range(2):  # what was compiled for one language is not shown in the other
        for language, other in (("nl", "en"), ("en", "nl")):
            page = client.get(HOMES[language]).text
            assert f'<a class="brand" href="/{language}/">' in page
            assert ("Sla" in page or "Ga direct" in page) == (language == "nl")
            assert f'href="/{other}/" hreflang="{other}"' in page


def test_addresses_lie_below_the_path_that_a_proxy_names(app: Flask) -> None:
    client = app.test_client()
    below = client.get("/nl/", environ_overrides={"SCRIPT_NAME": "/winkel"}).text
    assert '<a class="brand" href="/winkel/nl/">' in below
    assert '<link rel="canonical" href="http://localhost/winkel/nl/">' in below
    listing = client.get("/nl/beste-magnesium-supplementen").text
    listing_below = client.get("/nl/beste-magnesium-supplementen", environ_overrides={"SCRIPT_NAME": "/winkel"}).text
    assert 'href="/nl/product/' in listing
    assert 'href="/winkel/nl/product/' in listing_below
    assert 'href="/nl/product/' not in listing_below
    assert '<a class="brand" href="/nl/">' in client.get("/nl/").text


def test_values_are_escaped_and_constants_are_not_twice(app: Flask) -> None:
    with app.test_request_context("/en/"):
        app.preprocess_request()
        written = render_template_string(
            '{{ _("Search results for “%(text)s”", text="<b>") }}; {{ _("Compare") }}; '
            '{{ ngettext("%(num)d product", "%(num)d products", 1) }}'
        )
    assert written == "Search results for “&lt;b&gt;”; Compare; 1 product"
