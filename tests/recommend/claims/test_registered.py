"""Claims on other nutrients: each substance of a sentence is judged by the register."""

from collections import Counter
from pathlib import Path

import pytest
import yaml

from recommend.claims.check import check_text
from recommend.claims.findings import Finding
from recommend.claims.register import load_register
from recommend.text import Language

LABELLED = Path(__file__).parent / "labelled_registered.yaml"


def only(text: str, language: Language = "nl") -> Finding:
    (finding,) = check_text(text, language)
    return finding


def test_the_wordings_of_the_register_are_authorised_under_their_own_ids() -> None:
    missed: Counter[Language] = Counter()
    for claim in load_register().claims.values():
        if claim.record.article.startswith("14"):
            continue
        for language in ("nl", "en"):
            wording = claim.wording(language)
            assert wording
            finding = check_text(wording + ".", language)[0]
            if claim.is_usable:
                missed[language] += (finding.verdict, finding.severity) != ("authorised", "ok")
            else:
                assert finding.blocks, claim.id
            if finding.verdict == "authorised":
                assert any(load_register().claims[one].record.effect == claim.record.effect for one in finding.claims)
    assert missed["en"] == 0
    assert missed["nl"] <= 3  # foods whose Dutch sentence has no verb of a claim


def test_articles_do_not_count_and_neither_does_the_order_of_substances() -> None:
    for text in (
        "Zink draagt bij tot een normale werking van het immuunsysteem.",
        "Het mineraal zink draagt bij aan de normale werking van je immuunsysteem",
        "ZINK DRAAGT BIJ TOT NORMALE WERKING VAN HET IMMUUNSYSTEEM",
    ):
        assert (only(text).verdict, only(text).severity, only(text).claims) == (
            "authorised",
            "ok",
            ("zinc.immune_system",),
        )
    joint = only("Vitamine B6 en magnesium dragen bij tot een normale psychologische functie.")
    assert joint.claims == ("vitamin_b6.psychological_function", "MG07")


def test_sentences_have_the_verdict_that_the_register_gives_them() -> None:
    for group in yaml.load(LABELLED.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader):
        for language in ("nl", "en"):
            for text in group.get(language, ()):
                finding = only(text, language)
                assert (finding.verdict, finding.severity) == (group["verdict"], group["severity"]), text


def test_the_reason_names_the_substance_that_has_no_such_claim() -> None:
    for text, language, named in (
        ("Magnesium en vitamine D dragen bij tot de vermindering van vermoeidheid.", "nl", "“vitamine d”"),
        ("Magnesium and zinc contribute to a reduction of tiredness and fatigue.", "en", "“zinc”"),
        ("Magnesium en taurine dragen bij tot de normale werking van de spieren.", "nl", "“taurine”"),
    ):
        finding = only(text, language)  # type: ignore[arg-type] # the languages of the table
        assert f" {named} " in finding.why, finding.why
        assert "magnesium" not in finding.why


def test_items_of_a_list_are_read_with_the_substance_above_them() -> None:
    _, bones, energy = check_text("Vitamine D draagt bij tot:\n- normale botten\n- een normaal energieniveau", "nl")
    assert (bones.verdict, bones.claims) == ("authorised", ("vitamin_d.bones",))
    assert energy.blocks


def test_a_claim_of_article_14_is_a_question_for_a_person() -> None:
    finding = only("Vitamin D is needed for normal growth and development of bone in children.", "en")
    assert (finding.verdict, finding.severity) == ("authorised", "warn")
    assert only("Zinc is needed for normal growth and development of bone in children.", "en").blocks


def test_melatonin_and_revoked_claims_block_in_their_own_words() -> None:
    assert "geneesmiddel" in only("Melatonine draagt bij tot de verlichting van subjectieve gevoelens van jetlag.").why
    assert only(
        "Monacolin K from red yeast rice contributes to the maintenance of normal blood cholesterol levels.", "en"
    ).blocks


def test_an_effect_beside_the_listed_one_blocks_and_is_named() -> None:
    for text, language, named in (
        (
            "Vitamine B6 draagt bij tot een normale psychologische functie en het verouderingsproces.",
            "nl",
            "veroudering",
        ),
        ("Zinc contributes to normal protein synthesis and relaxes your skin.", "en", "relaxes"),
        ("Biotine draagt bij tot de groei van normaal haar.", "nl", "groei"),
        ("Zinc contributes to normal skin and the ageing process.", "en", "ageing"),
    ):
        finding = only(text, language)  # type: ignore[arg-type] # the languages of the table
        assert finding.blocks, text
        assert named in finding.why
    warned = only("Zink draagt bij tot een normale huid en zit in elke capsule.")
    assert (warned.verdict, warned.severity) == ("authorised", "warn")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Een normale bloedstolling is iets waar vitamine K toe bijdraagt.", "nl"),
        ("Tot een normale werking van het immuunsysteem draagt zink bij.", "nl"),
        ("De normale opname van calcium wordt door vitamine D ondersteund.", "nl"),
        ("Normale botten, daar dragen calcium en vitamine D aan bij.", "nl"),
        ("Bijdrage van zink aan de normale werking van het immuunsysteem", "nl"),
        ("Normal blood clotting is something vitamin K contributes to.", "en"),
        ("To the normal function of the immune system zinc and vitamin C contribute.", "en"),
        ("The normal absorption of calcium is supported by vitamin D.", "en"),
        ("A contribution of zinc and vitamin C to the normal function of the immune system.", "en"),
    ],
)
def test_a_claim_is_read_with_its_effect_before_the_verb_or_as_a_noun(text: str, language: Language) -> None:
    finding = only(text, language)
    assert (finding.verdict, finding.severity) == ("authorised", "ok")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Een normale bloedstolling is iets waar zink toe bijdraagt.", "nl"),
        ("Een normale huid en een stralende teint, daar draagt zink aan bij.", "nl"),
        ("Tot een normale hartfunctie en minder griep draagt vitamine B1 bij.", "nl"),
        ("Tot een normale werking van het immuunsysteem draagt zink niet bij, maar spirulina wel.", "nl"),
        ("Normal blood clotting is something zinc contributes to.", "en"),
        ("Normal skin and fewer wrinkles are supported by zinc.", "en"),
        ("A normal immune system is something our zinc tablets contribute to.", "en"),
    ],
)
def test_another_order_of_words_permits_no_more(text: str, language: Language) -> None:
    assert only(text, language).verdict != "authorised"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Vitamine B12 draagt bij tot een normale psychologische functie, zodat je vrolijk opstaat.", "nl"),
        ("Vitamine C draagt bij tot een normaal energieleverend metabolisme, waardoor je harder fietst.", "nl"),
        ("Jodium draagt bij tot een normale cognitieve functie, zegt neuroloog Bos.", "nl"),
        ("Zinc contributes to normal fertility and reproduction, so you conceive sooner.", "en"),
        ("Selenium contributes to the maintenance of normal nails that never break again.", "en"),
        ("Chromium contributes to normal macronutrient metabolism and melts your belly.", "en"),
    ],
)
def test_what_follows_a_claim_on_another_nutrient_must_not_promise_more(text: str, language: Language) -> None:
    assert any(finding.blocks for finding in check_text(text, language))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Vitamine B6 draagt bij tot een normale psychologische functie, mits je er genoeg van binnenkrijgt.", "nl"),
        ("Vitamine C draagt bij tot de normale werking van het immuunsysteem, lees meer in onze gids.", "nl"),
        ("Vitamin D contributes to the maintenance of normal bones, whether you are young or old.", "en"),
        ("Zinc contributes to normal cognitive function; two capsules supply 10 mg.", "en"),
    ],
)
def test_a_condition_or_a_fact_behind_it_blocks_nothing(text: str, language: Language) -> None:
    assert not any(finding.blocks for finding in check_text(text, language))
