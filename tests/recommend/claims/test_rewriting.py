"""Suggestions: the writer's sentence with an authorised claim in the place of what offends, or why there is none."""

from itertools import product as combinations

import pytest
import yaml

from recommend.claims.check import check_text
from recommend.claims.findings import Finding
from recommend.claims.product import Portion, check_portion
from recommend.claims.records import load_claims
from recommend.text import LANGUAGES, Language
from tests.recommend.claims.test_verdicts import DEVELOP

TIRED_NL = "Magnesium draagt bij tot de vermindering van vermoeidheid en moeheid"
TIRED_EN = "Magnesium contributes to a reduction of tiredness and fatigue"
ZINC_NL = "Zink draagt bij tot de normale werking van het immuunsysteem"
ZINC_EN = "Zinc contributes to the normal function of the immune system"


def only(text: str, language: Language) -> Finding:
    [finding] = check_text(text, language)
    return finding


@pytest.mark.parametrize(
    ("language", "sentence", "suggestion"),
    [
        (
            "nl",
            "Onze citraatcapsules helpen tegen vermoeidheid en zijn klein.",
            f"{TIRED_NL}, en onze citraatcapsules zijn klein",
        ),
        (
            "nl",
            "Deze tabletten zijn vegan en verjagen je vermoeidheid!",
            "Deze tabletten zijn vegan, en magnesium draagt bij tot de vermindering van vermoeidheid en moeheid",
        ),
        (
            "en",
            "Our citrate capsules fight tiredness and are small.",
            f"{TIRED_EN}. Our citrate capsules are small",
        ),
        ("nl", "Vegan, glutenvrij en goed tegen vermoeidheid.", f"Vegan en glutenvrij. {TIRED_NL}"),
        ("nl", "Onze capsules zijn vegan en helpen je beter slapen.", "Onze capsules zijn vegan"),
        (
            "nl",
            "Onze capsules zijn vegan, het poeder geneest migraine en is klein.",
            "Onze capsules zijn vegan, en het poeder is klein",
        ),
        ("nl", "Onze capsules zijn vegan, genezen migraine en zijn klein.", "Onze capsules zijn vegan en zijn klein"),
        ("en", "Our tablets are vegan and cure migraine.", "Our tablets are vegan"),
        (
            "en",
            "Our magnesium citrate is vegan, easy to absorb and helps against fatigue.",
            f"Our magnesium citrate is vegan and easy to absorb, and m{TIRED_EN[1:]}",
        ),
        (
            "nl",
            "Magnesium draagt bij tot een normale eiwitsynthese en helpt je slapen.",
            "Magnesium draagt bij tot een normale eiwitsynthese",
        ),
    ],
)
def test_harmless_parts_of_the_sentence_remain(language: Language, sentence: str, suggestion: str) -> None:
    finding = only(sentence, language)
    assert finding.blocks
    assert finding.suggestion == suggestion


@pytest.mark.parametrize(
    ("language", "sentence", "suggestion", "claim", "condition"),
    [
        ("nl", "Zink boost je weerstand.", ZINC_NL, "zinc.immune_system", "1,5 mg zink per dagportie"),
        ("en", "Zinc boosts your immune system!", ZINC_EN, "zinc.immune_system", "1.5 mg of zinc per daily portion"),
        (
            "en",
            "Vitamin B6 gives you energy.",
            "Vitamin B6 contributes to normal energy-yielding metabolism",
            "vitamin_b6.energy_metabolism",
            "0.21 mg of vitamin B6",
        ),
        (
            "nl",
            "Zink en vitamine D dragen bij tot normaal haar.",
            "Zink draagt bij tot de instandhouding van normaal haar",
            "zinc.hair",
            "1,5 mg zink",
        ),
        ("nl", "Onze capsules helpen tegen vermoeidheid.", TIRED_NL, "MG01", "56,25 mg magnesium per dagportie"),
    ],
)
def test_another_nutrient_gets_its_own_claim_with_its_condition(
    language: Language, sentence: str, suggestion: str, claim: str, condition: str
) -> None:
    finding = only(sentence, language)
    assert finding.blocks
    assert (finding.suggestion, finding.suggested_claims) == (suggestion, (claim,))
    assert condition in finding.note


def test_claims_are_joined_where_they_share_their_subject_or_their_effect() -> None:
    both = only("Onze gummies met zink en vitamine C versterken je immuunsysteem.", "nl")
    assert both.suggestion == "Zink en vitamine C dragen bij tot de normale werking van het immuunsysteem"
    assert both.suggested_claims == ("zinc.immune_system", "vitamin_c.immune_system")
    bones = only("For strong bones and teeth!", "en")
    assert bones.suggestion == (
        "Magnesium contributes to the maintenance of normal bones and to the maintenance of normal teeth"
    )
    iron = only("IJzer tegen vermoeidheid", "nl")
    assert "mg ijzer per dagportie" in iron.note
    assert iron.note.endswith("De Nederlandse tekst is niet in de bron zelf gelezen.")


@pytest.mark.parametrize(
    ("language", "sentence", "note"),
    [
        ("nl", "Onze capsules helpen je beter slapen.", "Over slaap is voor magnesium geen claim toegestaan."),
        ("en", "Our capsules help you sleep.", "No claim about sleep is authorised for magnesium."),
        ("nl", "Geneest migraine.", "Een supplement mag nooit aan een ziekte of klacht worden gekoppeld"),
        ("en", "Zinc cures the flu.", "A supplement may never be tied to a disease or complaint"),
        ("nl", "Goed voor je.", "Een algemeen voordeel mag alleen met een toegestane claim er direct naast"),
        ("en", "Lose weight with magnesium.", "No claim about losing weight is authorised for magnesium."),
        ("nl", "Valeriaan draagt bij tot een goede nachtrust.", "zolang de claim is aangehouden"),
    ],
)
def test_where_no_claim_fits_one_line_says_why(language: Language, sentence: str, note: str) -> None:
    finding = only(sentence, language)
    assert finding.blocks
    assert finding.suggestion is None
    assert note in finding.note
    assert "{" not in finding.note


SUBJECTS: dict[Language, tuple[str, ...]] = {
    "nl": ("Onze capsules", "Magnesium", "Dit poeder met zink", "Zink en B6", "Deze vegan tabletten van 200 mg"),
    "en": ("Our capsules", "Magnesium", "This powder with zinc", "Zinc and B6", "These vegan 200 mg tablets"),
}
PROMISES: dict[Language, tuple[str, ...]] = {
    "nl": (
        *("geneest migraine", "verjaagt vermoeidheid", "helpt je beter slapen", "boost je weerstand", "maakt je slank"),
        *("is goed voor je", "versterkt je botten", "kalmeert je zenuwen", "geeft je energie", "houdt je hart gezond"),
    ),
    "en": (
        *("cures migraine", "beats fatigue", "helps you sleep", "boosts your immunity", "makes you slim"),
        *(
            "is good for you",
            "builds strong bones",
            "calms your nerves",
            "gives you energy",
            "keeps your heart healthy",
        ),
    ),
}
FACTS: dict[Language, tuple[str, ...]] = {
    "nl": ("is vegan", "smaakt naar citroen", "kost 12 euro", "past in je tas"),
    "en": ("is vegan", "tastes of lemon", "costs 12 euros", "fits in your bag"),
}
SHAPES: dict[Language, tuple[str, ...]] = {
    "nl": (
        *("{subject} {promise}.", "{subject} {promise} en {fact}.", "{subject} {fact} en {promise}!"),
        *(
            "{subject} {fact}, maar {promise}.",
            "{subject} {promise}; het {fact}.",
            "{subject} {fact}, {promise} en {fact}.",
        ),
    ),
    "en": (
        *("{subject} {promise}.", "{subject} {promise} and {fact}.", "{subject} {fact} and {promise}!"),
        *(
            "{subject} {fact}, but {promise}.",
            "{subject} {promise}; it {fact}.",
            "{subject} {fact}, {promise} and {fact}.",
        ),
    ),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_suggestion_is_blocked_and_every_block_has_one_or_a_reason(language: Language) -> None:
    kept = 0
    for shape, subject, promise, fact in combinations(
        SHAPES[language], SUBJECTS[language], PROMISES[language], FACTS[language]
    ):
        sentence = shape.format(subject=subject, promise=promise, fact=fact)
        for finding in check_text(sentence, language):
            if not finding.blocks:
                continue
            assert finding.suggestion or finding.note, sentence
            if finding.suggestion is None:
                continue
            again = check_text(finding.suggestion, language)
            assert not any(one.blocks for one in again), (sentence, finding.suggestion)
            assert finding.note, sentence
            kept += "{fact}" in shape and fact in finding.suggestion
    assert kept > 300, "most sentences with a fact keep it"


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_suggestion_for_the_labelled_sentences_is_blocked(language: Language) -> None:
    sentences = [
        sentence
        for name in ("develop", "shop_develop")
        for group in yaml.load(
            (DEVELOP.parent / f"labelled_{name}.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader
        )
        for sentence in group.get(language, ())
    ]
    for sentence in sentences[::3]:
        for finding in check_text(sentence, language):
            if finding.blocks:
                assert finding.suggestion or finding.note, sentence
            if finding.suggestion:
                assert not any(one.blocks for one in check_text(finding.suggestion, language)), sentence


def test_a_suggestion_that_the_portion_does_not_allow_is_withdrawn_with_the_reason() -> None:
    findings = check_text("Onze capsules helpen tegen vermoeidheid.", "nl")
    [weak] = check_portion(findings, Portion(30_000), "nl")
    assert weak.suggestion is None
    assert "56,25 mg" in weak.note
    [strong] = check_portion(findings, Portion(100_000), "nl")
    assert strong.suggestion == TIRED_NL
    zinc = check_text("Zink boost je weerstand.", "nl")
    [undeclared] = check_portion(zinc, Portion(100_000, {}), "nl")
    assert undeclared.suggestion is None
    assert "geen hoeveelheid" in undeclared.note


def test_an_item_below_the_verb_of_a_claim_gets_the_rest_of_its_wording() -> None:
    _, item = check_text("Magnesium draagt bij tot:\n- sterke botten", "nl")
    assert item.suggestion == "de instandhouding van normale botten"


def test_every_reason_for_a_block_says_why_nothing_may_be_said() -> None:
    claims = load_claims()
    assert {pattern.reason for pattern in claims.patterns if pattern.severity == "block"} <= set(claims.no_claim)
