"""Offsets, sentences and sizes: any text can be checked, and every finding has its exact position."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommend.claims.check import check_text
from recommend.claims.text.markup import visible_parts
from recommend.claims.tokens import sentence_spans
from recommend.text import LANGUAGES, Language

PIECES = st.sampled_from(
    [
        "Magnesium ",
        "helpt ",
        "tegen ",
        "migraine",
        "normale ",
        "werking ",
        "van de spieren",
        "niet ",
        "geen ",
        "maar ",
        ". ",
        "!",
        "?",
        ":",
        "'",
        '"',
        "\n",
        "\u2028",
        "- ",
        "1. ",
        "**",
        "_",
        "[",
        "](",
        ")",
        "&shy;",
        "&amp",
        "&#77;",
        "<p>",
        "</p>",
        "<b",
        ">",
        "<!--",
        "-->",
        "<script>",
        "alt=",
        "\xad",
        "\u200b",
        "ĳ",
        "💤",
        "é",
        "Ã©",
        "\x00",
        "\ud800",
    ]
)
TEXTS = st.one_of(st.text(), st.lists(PIECES).map("".join))


@settings(deadline=None)
@given(TEXTS, st.sampled_from(LANGUAGES))
def test_a_finding_is_the_text_between_its_offsets(text: str, language: Language) -> None:
    for finding in check_text(text, language):
        assert 0 <= finding.start < finding.end <= len(text)
        assert finding.text == text[finding.start : finding.end]
        assert all(finding.start <= start < end <= finding.end for start, end in finding.marks)


@settings(deadline=None)
@given(TEXTS)
def test_visible_text_keeps_the_place_of_every_character(text: str) -> None:
    for part in visible_parts(text):
        assert len(part.text) == len(part.starts) == len(part.ends)
        assert all(0 <= start <= end <= len(text) for start, end in zip(part.starts, part.ends, strict=True))
        assert list(part.starts) == sorted(part.starts)


@given(st.text())
def test_units_do_not_overlap_and_hold_every_letter(text: str) -> None:
    spans = list(sentence_spans(text))
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    outside = "".join(
        text[end:start]
        for end, start in zip([0, *(s[1] for s in spans)], [*(s[0] for s in spans), len(text)], strict=True)
    )
    assert not any(character.isalpha() for character in outside)


@settings(deadline=None)
@given(st.binary())
def test_random_bytes_do_no_harm(raw: bytes) -> None:
    check_text(raw.decode("utf-8", errors="replace"), "nl")


@pytest.mark.parametrize(
    "text",
    [
        "a" * 200_000,
        "[" * 100_000 + "]" * 100_000,
        "<" * 100_000,
        "<a " * 50_000,
        "<!--" * 50_000,
        '<a "' * 50_000,
        "<script json>" * 10_000,
        "<script json>" * 10_000 + "</script>",
        '<script json>["' * 10_000 + "</script>",
        "<a " + "value=1 src=%41 " * 4_000 + ">",
        "<style>" * 50_000,
        "&" * 100_000,
        "](" * 100_000,
        "helpt niet " * 20_000,
        "nierziekte last van " * 10_000,
        "frees up your mind " * 10_000,
        ". " * 100_000,
        "a.b." * 50_000,
    ],
    ids=lambda text: text[:8],
)
def test_a_hostile_text_ends(text: str) -> None:
    check_text(text, "nl")


def test_sentences_and_lines_are_units_and_abbreviations_are_not_their_end() -> None:
    text = "Neem o.a. 1 capsule, bijv. 's avonds. Bevat 100 mg. Vraag dr. Jansen niets!\nNieuwe regel"
    assert [finding.text for finding in check_text(text, "nl")] == [
        "Neem o.a. 1 capsule, bijv. 's avonds.",
        "Bevat 100 mg.",
        "Vraag dr. Jansen niets!",
        "Nieuwe regel",
    ]


def test_html_blocks_and_list_marks_bound_a_unit() -> None:
    text = "<h1>Kop</h1><ul><li>Eerste</li><li>Tweede</li></ul>\n- Derde\n1. Vierde\n# Vijfde"
    assert [finding.text for finding in check_text(text, "nl")] == [
        "Kop",
        "Eerste",
        "Tweede",
        "Derde",
        "Vierde",
        "Vijfde",
    ]


def test_comments_and_styles_are_not_seen_but_structured_data_are() -> None:
    assert not check_text(
        "<!-- Helpt tegen kramp --><style>p { content: 'kramp' }</style><script>kramp()</script>", "nl"
    )
    (finding,) = check_text('<script type="application/ld+json">{"description": "Helpt tegen kramp"}</script>', "nl")
    assert finding.blocks


def test_the_offending_words_are_marked_in_the_source() -> None:
    text = "<p>Helpt <em>tegen</em> mi&shy;graine.</p>"
    (finding,) = check_text(text, "nl")
    assert [text[start:end] for start, end in finding.marks] == ["mi&shy;graine"]
