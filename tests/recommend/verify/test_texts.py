"""Grounding and language: a missing source, place or language is reported with its address."""

import pytest
from msgspec import structs

from recommend.knowledge import Citation, Ruleset
from recommend.text import Language, Text
from recommend.verify.grounding import prove_grounding
from recommend.verify.language import prove_language, texts
from recommend.verify.proof import Broken
from tests.recommend.verify.rulesets import broken_claims

PLACE = Text(nl="blz. 1", en="p. 1")
UNGROUNDED: dict[str, tuple[Citation, ...]] = {
    "no source": (),
    "an unknown source": (Citation(source="nowhere", place=PLACE, verified=True),),
    "no place": (Citation(source="efsa-2018-5484", place=Text(nl="blz. 1", en=" "), verified=True),),
}


@pytest.mark.parametrize("citations", UNGROUNDED.values(), ids=UNGROUNDED)
def test_a_rule_note_or_passage_without_source_and_place_is_found(
    citations: tuple[Citation, ...], ruleset: Ruleset
) -> None:
    rule = structs.replace(ruleset.rules[0], citations=citations)
    note = structs.replace(ruleset.notes[0], citations=citations)
    section = ruleset.guide.sections[0]
    passage = structs.replace(section.passages[0], citations=citations)
    guide = structs.replace(ruleset.guide, sections=(structs.replace(section, passages=(passage,)),))
    broken = structs.replace(ruleset, rules=(rule,), notes=(note,), guide=guide)

    found = broken_claims(prove_grounding(broken))
    names = {"rule": f"rules/{rule.id}", "note": f"notes/{note.id}", "guide passage": f"guide/{section.id}/1"}
    for name, address in names.items():
        broke = found[f"every {name} names a source and the place in it"].broken
        assert broke is not None
        assert address in broke.why
    shown = found["every rule names a source and the place in it"].broken
    assert shown is not None
    assert rule.when.holds(shown.answers[0])


def test_a_text_in_one_language_only_is_found(ruleset: Ruleset) -> None:
    note = structs.replace(ruleset.notes[0], text=Text(nl="Alleen Nederlands.", en=" "))
    found = broken_claims(prove_language(structs.replace(ruleset, notes=(note,)), None))
    broken = found["every text exists in Dutch and in English"].broken
    assert broken == Broken(f"notes/{note.id}/text: nothing in en")


def test_a_text_that_the_content_check_blocks_is_found_with_its_address_and_language(ruleset: Ruleset) -> None:
    def check(text: str, language: Language) -> str | None:
        return "names the word" if "oxide" in text.lower() and language == "en" else None

    broken = broken_claims(prove_language(ruleset, check))["every text passes the content check"].broken
    assert broken is not None
    assert "rules/oxide-start/reason (en): names the word" in broken.why
    assert "(nl)" not in broken.why


def test_texts_finds_every_kind_of_text(ruleset: Ruleset) -> None:
    addresses = {address for address, _ in texts(ruleset)}
    assert {
        "manifest/never_first/1/because",
        "forms/citrate/about",
        "forms/citrate/salts/trimagnesium_dicitrate/name",
        "questions/stomach/choices/1/label",
        "rules/oxide-start/reason",
        "rules/oxide-start/citations/1/place",
        "notes/kidney-disease/label",
        "notes/kidney-disease/text",
        "guide/title",
    } <= addresses
    assert any(address.endswith("/items/1") for address in addresses)
