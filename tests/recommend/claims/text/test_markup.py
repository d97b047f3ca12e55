"""Visible text: head, attributes, file names and structured data are all read."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommend.claims.check import check_text
from recommend.claims.findings import Finding

CLAIM = "Helpt tegen migraine"
ESCAPED = '{"name": "Magnesium", "description": "Helpt tegen mi\\u0067raine \\ud83d\\ude00 \\"nu\\""}'


def blocked(page: str) -> list[Finding]:
    return [finding for finding in check_text(page, "nl") if finding.blocks]


@pytest.mark.parametrize(
    "page",
    [
        f"<title>{CLAIM}</title>",
        f'<meta name="description" content="{CLAIM}">',
        f'<meta property="og:title" content="{CLAIM}">',
        f"<meta property='og:description' content='{CLAIM}'/>",
        '<meta property="og:image" content="https://shop.example/beeld/helpt-tegen-migraine.png">',
        "<meta name=keywords content=migrainestopper>",
        f'<img src="1.png" alt="{CLAIM}">',
        "<img src=1.png alt=migrainestopper>",
        '<img alt="" src="/beeld/helpt-tegen-migraine.png">',
        '<img alt="" src="/beeld/helpt%20tegen%20migraine.png?v=2">',
        '<img alt="" src="/beeld/tegen-migraine/1.png">',
        '<img alt="" srcset="a.png 1x, helpt-tegen-migraine.png 2x">',
        '<a href="/nl/product/helpt-tegen-migraine">Magnesium</a>',
        '<a href="x.pdf" download="helpt-tegen-migraine.pdf">Folder</a>',
        f'<button aria-label="{CLAIM}">+</button>',
        f'<div aria-description="{CLAIM}"></div>',
        f'<div aria-roledescription="{CLAIM}"></div>',
        f'<input type="submit" value="{CLAIM}">',
        f'<input placeholder="{CLAIM}">',
        f'<abbr title="{CLAIM}">Mg</abbr>',
        f'<svg><title>{CLAIM}</title><desc>Een pot</desc><image xlink:href="x.png"/></svg>',
        f'<optgroup label="{CLAIM}"><option>1</option></optgroup>',
        f'<table summary="{CLAIM}"><tr><td>1</td></tr></table>',
        f"<noscript>{CLAIM}</noscript>",
        f'<script type="application/ld+json">{{"@type": "Product", "description": "{CLAIM}"}}</script>',
        f'<script type="application/ld+json">{{"@graph": [{{"offers": [{{"name": "{CLAIM}"}}]}}]}}</script>',
        '<script type="application/ld+json">{"brand": {"@type": "Brand", "name": "MigraStop"}}</script>',
        '<script type="application/ld+json">{"image": "https://shop.example/helpt-tegen-migraine.png"}</script>',
        f'<script type="application/ld+json">{ESCAPED}</script>',
        f'<script type="application/ld+json">{{"description": "{CLAIM}", broken</script>',
        f'<SCRIPT nonce="a" type=application/ld+json>["{CLAIM}"]</SCRIPT>',
    ],
)
def test_a_claim_is_found_wherever_it_hides(page: str) -> None:
    found = blocked(page)
    assert [finding.verdict for finding in found][:1] == ["disease"]
    assert all(page[finding.start : finding.end] == finding.text for finding in found)


@pytest.mark.parametrize(
    "page",
    [
        f"<!-- {CLAIM} -->",
        f"<script>say('{CLAIM}')</script>",
        f"<style>/* {CLAIM} */</style>",
        f'<input type="hidden" value="{CLAIM}">',
        '<a href="https://publisher.example/migraine/10.2903/j.efsa.2010.1807">Bron</a>',
        '<script type="application/ld+json">{"@type": "Product", "stress": 1, "name": "Magnesiumcitraat"}</script>',
    ],
)
def test_what_no_visitor_meets_is_left_alone(page: str) -> None:
    assert not blocked(page)


def test_sentences_of_structured_data_are_units_of_their_own() -> None:
    page = '<script type="application/ld+json">{"a": "Neem 1 capsule. Helpt tegen kramp.", "b": "Een pot"}</script>'
    assert [finding.text for finding in check_text(page, "nl")] == ["Neem 1 capsule.", "Helpt tegen kramp.", "Een pot"]


JSON = st.recursive(
    st.text() | st.integers() | st.none(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
)


@settings(max_examples=50)
@given(JSON, st.booleans())
def test_any_structured_data_keep_their_places(data: Any, ascii_only: bool) -> None:
    written = json.dumps(data, ensure_ascii=ascii_only)
    page = f'<script type="application/ld+json">{written}</script>'
    assert all(page[finding.start : finding.end] == finding.text for finding in check_text(page, "nl"))


@pytest.mark.parametrize("inside", ["[" * 100_000, '{"a":' * 50_000, '"' * 100_000, "\\" * 100_000, '"\\u00' * 40_000])
def test_hostile_structured_data_end(inside: str) -> None:
    check_text(f'<script type="application/ld+json">{inside}</script>', "nl")
