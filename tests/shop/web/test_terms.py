"""One thing has one name: no text of the shop uses a variant that `shop/translations/terms.yaml` tells it to avoid."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from recommend.claims.records import load_claims
from recommend.knowledge import Ruleset
from recommend.substances import load_substances
from recommend.text import LANGUAGES, Language
from recommend.verify.language import medicine_texts, texts, texts_in
from shop.copy_check.messages import interface_messages
from shop.web.i18n import TRANSLATIONS

TERMS: list[dict[str, Any]] = yaml.load(
    (TRANSLATIONS / "terms.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader
)


def variants_in(text: str, term: dict[str, Any], language: Language) -> list[str]:
    """The variants of a term in a text, outside the phrases that may hold one."""
    for phrase in term.get("except", []):
        text = text.replace(phrase, "")
    found = [re.search(rf"\b\w*{re.escape(variant)}\w*", text, re.IGNORECASE) for variant in term[language]["avoid"]]
    return [match.group() for match in found if match]


def own_texts(ruleset: Ruleset) -> Iterator[tuple[str, Language, str]]:
    """Every text of the shop: interface, ruleset, medicines, substances and the reasons of the content check."""
    for message in interface_messages():
        yield message.place, message.language, message.text
    claims = load_claims(ruleset.directory)
    substances = load_substances(ruleset.directory)
    for address, text in (
        *texts(ruleset),
        *medicine_texts(ruleset),
        *texts_in(claims.reasons, "claims/reasons"),
        *texts_in(claims.no_claim, "claims/no_claim"),
        *texts_in(substances.by_id, "substances"),
    ):
        for language in LANGUAGES:
            yield address, language, text.in_language(language)


@pytest.mark.parametrize("term", TERMS, ids=[term["id"] for term in TERMS])
def test_every_text_calls_a_thing_by_its_one_name(term: dict[str, Any], ruleset: Ruleset) -> None:
    found = [
        (place, language, variant)
        for place, language, text in own_texts(ruleset)
        for variant in variants_in(text, term, language)
    ]
    assert found == []


@pytest.mark.parametrize("term", TERMS, ids=[term["id"] for term in TERMS])
def test_a_term_avoids_no_part_of_its_own_name(term: dict[str, Any]) -> None:
    assert [variants_in(term[language]["use"], term, language) for language in LANGUAGES] == [[], []]


def test_a_variant_is_found_with_an_ending_and_inside_a_compound() -> None:
    permitted = next(term for term in TERMS if term["id"] == "permitted")
    assert variants_in("Alleen EU-toegelatene vormen.", permitted, "nl") == ["toegelatene"]
    diuretic = next(term for term in TERMS if term["id"] == "diuretic")
    assert variants_in("Kaliumsparende Plastabletten", diuretic, "nl") == ["Plastabletten"]


def test_a_per_cent_sign_follows_its_number_at_once_in_english(ruleset: Ruleset) -> None:
    spaced = [
        (place, text)
        for place, language, text in own_texts(ruleset)
        if language == "en" and re.search(r"(\d|\)d|percent\)s)[ \u00a0\u202f]%", text)
    ]
    assert spaced == []


def test_english_names_eu_law_in_english(ruleset: Ruleset) -> None:
    dutch = [
        source.id
        for source in ruleset.sources.values()
        if re.search(r"\b(Verordening|Richtlijn|Gezondheidsraad|maart)\b", source.title_in("en"))
    ]
    assert dutch == []
