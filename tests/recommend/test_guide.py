"""Guide: it covers its subjects, within the ten authorised claims in their literal wording."""

import re
from collections.abc import Iterator

import pytest

from recommend.knowledge import Passage, Ruleset, Section
from recommend.text import LANGUAGES, Language

# Regulation (EU) No 432/2012, annex, row "Magnesium".
CLAIMS: dict[str, dict[Language, str]] = {
    "MG01": {
        "nl": "Magnesium draagt bij tot de vermindering van vermoeidheid en moeheid",
        "en": "Magnesium contributes to a reduction of tiredness and fatigue",
    },
    "MG02": {
        "nl": "Magnesium draagt bij tot de elektrolytenbalans",
        "en": "Magnesium contributes to electrolyte balance",
    },
    "MG03": {
        "nl": "Magnesium draagt bij tot een normaal energieleverend metabolisme",
        "en": "Magnesium contributes to normal energy-yielding metabolism",
    },
    "MG04": {
        "nl": "Magnesium draagt bij tot de normale werking van het zenuwstelsel",
        "en": "Magnesium contributes to normal functioning of the nervous system",
    },
    "MG05": {
        "nl": "Magnesium draagt bij tot een normale werking van de spieren",
        "en": "Magnesium contributes to normal muscle function",
    },
    "MG06": {
        "nl": "Magnesium draagt bij tot een normale eiwitsynthese",
        "en": "Magnesium contributes to normal protein synthesis",
    },
    "MG07": {
        "nl": "Magnesium draagt bij tot een normale psychologische functie",
        "en": "Magnesium contributes to normal psychological function",
    },
    "MG08": {
        "nl": "Magnesium draagt bij tot de instandhouding van normale botten",
        "en": "Magnesium contributes to the maintenance of normal bones",
    },
    "MG09": {
        "nl": "Magnesium draagt bij tot de instandhouding van normale tanden",
        "en": "Magnesium contributes to the maintenance of normal teeth",
    },
    "MG10": {
        "nl": "Magnesium speelt een rol in het celdelingsproces",
        "en": "Magnesium has a role in the process of cell division",
    },
}
VARIED_DIET: dict[Language, str] = {
    "nl": "Een gevarieerde, evenwichtige voeding en een gezonde leefstijl zijn belangrijk.",
    "en": "A varied, balanced diet and a healthy lifestyle are important.",
}
SMALLEST_PORTION: dict[Language, str] = {"nl": "56,25 mg", "en": "56.25 mg"}
EFFECT_WORDS: dict[Language, str] = {
    "nl": r"draagt bij|bijdrage|helpt|ondersteun|bevorder|verbeter|versterk|goed voor|gezond voor|geneest|genezen",
    "en": r"contribut|helps|support|promote|improve|boost|strengthen|good for|healthy for|cures|heals",
}
LEFT_OUT: dict[Language, str] = {
    "nl": r"depressi|angst|stemming|geheugen|cogniti|leerproces|slaap|stress|ontsteking|myelin|glutamaat|gaba|nmda"
    r"|kramp|tremor|epilep|botsterkte|kalmerend",
    "en": r"depress|anxi|\bmood|memory|cognit|learning|sleep|stress|inflamm|myelin|glutamate|gaba|nmda"
    r"|cramp|tremor|epilep|bone strength|calming",
}
# section of the guide, what it covers in Dutch and in English
COVERS = [
    ("role", ["zenuwstelsel", "spieren"], ["nervous system", "muscle"]),
    ("why_only_these", ["zenuwstelsel", "toegestaan", "tien"], ["nervous system", "authorised", "ten"]),
    ("intake", ["300 mg", "350 mg", "375 mg"], ["300 mg", "350 mg", "375 mg"]),
    ("deficiency", ["genoeg magnesium", "arts"], ["enough magnesium", "doctor"]),
    ("food", ["groene bladgroenten", "peulvruchten"], ["green leafy vegetables", "legumes"]),
    (
        "forms",
        ["Citraat", "Oxide", "Bisglycinaat", "Glycinaat", "Tauraat"],
        ["Citrate", "Oxide", "Bisglycinate", "Glycinate", "Taurate"],
    ),
    ("elemental", ["oxide: 166 mg", "citraat: 619 mg"], ["oxide: 166 mg", "citrate: 619 mg"]),
    ("safety", ["250 mg", "nieren", "medicijnen"], ["250 mg", "kidneys", "medicines"]),
    ("ending", ["winkel", "keuzehulp"], ["shop", "finder"]),
]


def says(passage: Passage, language: Language) -> str:
    texts = (passage.text, *passage.items)
    return "\n".join(text.in_language(language) for text in texts)


def section_says(section: Section, language: Language) -> str:
    return "\n".join(
        [section.heading.in_language(language), *(says(passage, language) for passage in section.passages)]
    )


def passages(ruleset: Ruleset) -> Iterator[tuple[Section, Passage]]:
    for section in ruleset.guide.sections:
        for passage in section.passages:
            yield section, passage


def test_the_guide_has_these_sections_in_this_order_and_ends_with_the_shop(ruleset: Ruleset) -> None:
    assert [section.id for section in ruleset.guide.sections] == [row[0] for row in COVERS]


@pytest.mark.parametrize(("section", "dutch", "english"), COVERS, ids=[row[0] for row in COVERS])
def test_a_section_covers_its_subject_in_both_languages(
    section: str, dutch: list[str], english: list[str], ruleset: Ruleset
) -> None:
    found = next(s for s in ruleset.guide.sections if s.id == section)
    assert [word for word in dutch if word not in section_says(found, "nl")] == []
    assert [word for word in english if word not in section_says(found, "en")] == []


def test_a_passage_states_literally_the_claims_it_lists_and_no_others(ruleset: Ruleset) -> None:
    for _, passage in passages(ruleset):
        for language in LANGUAGES:
            found = {claim for claim, wording in CLAIMS.items() if wording[language] in says(passage, language)}
            assert found == set(passage.claims)


def test_all_ten_claims_are_stated_once(ruleset: Ruleset) -> None:
    listed = [claim for _, passage in passages(ruleset) for claim in passage.claims]
    assert sorted(listed) == sorted(CLAIMS)
    assert len(CLAIMS) == 10


def test_a_section_with_a_claim_speaks_of_a_varied_diet_and_of_how_much_it_takes(ruleset: Ruleset) -> None:
    with_claims = [section for section in ruleset.guide.sections if any(p.claims for p in section.passages)]
    assert with_claims
    for section in with_claims:
        for language in LANGUAGES:
            assert VARIED_DIET[language] in section_says(section, language)
            assert SMALLEST_PORTION[language] in section_says(section, language)


def test_a_passage_with_a_claim_cites_the_regulation_that_authorises_it(ruleset: Ruleset) -> None:
    for _, passage in passages(ruleset):
        if passage.claims:
            assert "reg-432-2012" in {citation.source for citation in passage.citations}


def all_copy(ruleset: Ruleset, language: Language) -> str:
    """All advertising in the ruleset: guide, forms and reasons; safety notes are no advertising."""
    texts = [ruleset.guide.title, ruleset.guide.intro]
    texts += [form.about for form in ruleset.forms.values()] + [rule.reason for rule in ruleset.rules]
    sections = [section_says(section, language) for section in ruleset.guide.sections]
    return "\n".join(sections + [text.in_language(language) for text in texts])


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_other_effect_is_stated_beside_the_authorised_ones(language: Language, ruleset: Ruleset) -> None:
    copy = all_copy(ruleset, language)
    for wording in CLAIMS.values():
        copy = copy.replace(wording[language], "")
    assert re.findall(EFFECT_WORDS[language], copy, re.IGNORECASE) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_complaints_and_effects_that_no_shop_may_promise_are_not_even_named(
    language: Language, ruleset: Ruleset
) -> None:
    assert re.findall(LEFT_OUT[language], all_copy(ruleset, language), re.IGNORECASE) == []


def test_every_passage_has_a_source_and_the_two_languages_differ(ruleset: Ruleset) -> None:
    for _, passage in passages(ruleset):
        assert passage.citations
        assert passage.text.nl != passage.text.en
