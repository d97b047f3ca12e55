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


@given(TEXTS, st.sampled_from(LANGUAGES))
def test_a_finding_is_the_text_between_its_offsets(text: str, language: Language) -> None:
    for finding in check_text(text, language):
        assert 0 <= finding.start < finding.end <= len(text)
        assert finding.text == text[finding.start : finding.end]
        assert all(finding.start <= start < end <= finding.end for start, end in finding.marks)


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


def test_declarations_and_names_of_a_vocabulary_are_no_text() -> None:
    text = '<!doctype html><?xml version="1.0"?><script type="application/ld+json">{"@type": "Product"}</script>'
    assert not check_text(text, "nl")


def test_each_link_of_a_menu_is_a_unit() -> None:
    findings = check_text('<nav><a href="/a">Winkel</a> <a href="/b">Contact</a></nav>', "nl")
    assert [finding.text for finding in findings] == ["Winkel", "Contact"]


@pytest.mark.parametrize(
    "text",
    [
        "Alle vormen m.u.v. oxide lossen goed op.",
        "Stuur het pakket naar afd. Retouren in Zwolle.",
        "Geachte Mevr. De Vries, uw pakket is er.",
        "Zie Jansen et al. (2019) over de opname.",
        "Betaling t.n.v. De Winkel is ontvangen.",
    ],
)
def test_an_abbreviation_does_not_end_a_sentence(text: str) -> None:
    assert [finding.text for finding in check_text(text, "nl")] == [text]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Schlafen Sie besser mit unserem Magnesium.", "nl"),
        ("Recommandé par les médecins.", "nl"),
        ("Este mineral es muy bueno para el descanso.", "en"),
        ("This page is about our shop and the people in it.", "nl"),
        ("Deze pagina gaat over onze winkel en de mensen erin.", "en"),
    ],
)
def test_a_text_in_another_language_asks_a_person(text: str, language: Language) -> None:
    (finding,) = check_text(text, language)
    assert finding.severity != "ok"


@pytest.mark.parametrize(
    "text",
    [
        "Helpt bij\n- migraine\n- kramp",
        "## Geschikt bij\n\nartrose\nfibromyalgie",
        "<h3>Indicaties</h3><ul><li>Slapeloosheid</li></ul>",
        "<table><tr><th>Te gebruiken bij</th></tr><tr><td>Jicht</td></tr></table>",
        "<dl><dt>Toepassing</dt><dd>Aambeien</dd></dl>",
        "**Werkt tegen**\n\n1. Hoofdpijn",
    ],
)
def test_a_disease_under_a_heading_of_uses_is_claimed(text: str) -> None:
    assert any(finding.verdict == "disease" and finding.blocks for finding in check_text(text, "nl"))


@pytest.mark.parametrize(
    "text", ["Contra-indicaties\n- nierfalen\n- hartblok", "## Vraag eerst je arts bij\n\nepilepsie\ndiabetes"]
)
def test_a_disease_under_a_heading_of_warnings_is_not(text: str) -> None:
    assert all(finding.severity == "ok" for finding in check_text(text, "nl"))


def test_a_warning_above_does_not_excuse_a_claim_below() -> None:
    assert check_text("Waarschuwing\nHelpt tegen kramp", "nl")[-1].blocks


WORDS = [
    "onze",
    "capsules",
    "tabletten",
    "magnesium",
    "zink",
    "vitamine-d",
    "met",
    "zonder",
    "voor",
    "tegen",
    "bij",
    "helpt",
    "helpen",
    "draagt",
    "bij",
    "tot",
    "een",
    "normale",
    "werking",
    "van",
    "de",
    "spieren",
    "botten",
    "slaap",
    "kramp",
    "migraine",
    "gele",
    ",",
    ":",
    ";",
    "-",
    "die",
    "dat",
    "en",
    "of",
    "niet",
    "geen",
    "je",
    "jouw",
    "samen",
    "combinatie",
    "in",
]


@pytest.mark.parametrize(
    "text", ["Gele capsules voor normale spieren met magnesium.", "Capsules voor normale botten met magnesium"]
)
def test_a_sentence_without_a_verb_that_ends_in_magnesium_can_be_checked(text: str) -> None:
    assert len(check_text(text, "nl")) == 1


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=12), st.sampled_from([".", "?", ":", ""]))
@settings(max_examples=300)
def test_any_words_in_any_order_can_be_checked(words: list[str], end: str) -> None:
    check_text(" ".join(words) + end, "nl", is_private=True)


@pytest.mark.parametrize("word", ["kramp", "x" * 12_000])
def test_a_line_without_sentences_is_divided_without_losing_a_word(word: str) -> None:
    text = f"{word} " * 3000 + "geneest migraine"
    spans = list(sentence_spans(text[:200_000] + " geneest migraine"))
    assert max(stop - start for start, stop in spans) <= 5000
    assert "".join(text[start:stop] for start, stop in sentence_spans(text)).replace(" ", "") == text.replace(" ", "")


def test_a_private_text_is_judged_like_any_other() -> None:
    text = "Heeft u krampen?\nNee.\nMagnesium helpt tegen kramp. Magnesium supports your normal muscles. Goed voor je."
    assert check_text(text, "nl", is_private=True) == check_text(text, "nl")


def test_a_word_in_letters_of_another_alphabet_asks_a_person_at_least() -> None:
    (finding,) = check_text("Ook thuis tegen \u043a\u0440\u0430\u043cp.", "nl")
    assert finding.severity in ("warn", "block")
    (finding,) = check_text("Bevat 25 \u03bcg vitamine D en \u03b2-caroteen.", "nl")
    assert finding.severity == "ok"
