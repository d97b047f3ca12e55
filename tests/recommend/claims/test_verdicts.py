"""Permitted and forbidden sentences by kind; `tests.bench claims` measures the labelled sentences."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from recommend.claims.check import check_text
from recommend.claims.findings import FORBIDDEN, Finding, Verdict
from recommend.claims.records import load_claims
from recommend.text import LANGUAGES, Language

DEVELOP = Path(__file__).parent / "labelled_develop.yaml"


def only(text: str, language: Language = "nl") -> Finding:
    (finding,) = check_text(text, language)
    return finding


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("claim", load_claims().authorised.values(), ids=lambda claim: claim.id)
def test_each_official_wording_is_authorised_under_its_own_id(claim: Any, language: Language) -> None:
    finding = only(claim.wording(language) + ".", language)
    assert (finding.verdict, finding.severity, finding.claims) == ("authorised", "ok", (claim.id,))


@pytest.mark.parametrize(
    ("text", "language", "verdict"),
    [
        ("Helpt tegen migraine.", "nl", "disease"),
        ("Kan helpen bij slapeloosheid.", "nl", "disease"),
        ("Een tekort leidt tot kramp.", "nl", "disease"),
        ("A deficiency causes cramps.", "en", "disease"),
        ("Geen geneesmiddel, maar het werkt wel tegen kramp.", "nl", "disease"),
        ("Magnesium cures not just migraine but depression as well.", "en", "disease"),
        ("Vervang je medicijnen door magnesium.", "nl", "disease"),
        ("Aanbevolen door huisartsen.", "nl", "prohibited_other"),
        ("Lose weight with magnesium.", "en", "prohibited_other"),
        ("Zonder magnesium kan je lichaam niet functioneren.", "nl", "prohibited_other"),
        ("Food alone cannot give you enough magnesium.", "en", "prohibited_other"),
        ("Dankzij deze pillen slaap ik weer.", "nl", "unauthorised_health"),
        ("Our capsules contribute to normal muscle function.", "en", "unauthorised_health"),
        ("Magnesium garandeert een normale werking van de spieren.", "nl", "unauthorised_health"),
        ("Gentle on the stomach", "en", "unauthorised_health"),
        ("Magnesium 💤", "nl", "unauthorised_health"),
        ("Maakt je hoofd vrij.", "nl", "unauthorised_health"),
        ("Gets you ready for anything.", "en", "unauthorised_health"),
        ("Mijn tandarts slikt het zelf.", "nl", "prohibited_other"),
        ("Devised by a cardiologist.", "en", "prohibited_other"),
        ("Stop taking it and you will regret it.", "en", "prohibited_other"),
        ("Only a supplement gets you there.", "en", "prohibited_other"),
        ("Rich in magnesium", "en", "nutrition_content"),
        ("Voordat je het gebruikt", "nl", "neutral"),
        ("Voor mijn apotheker", "nl", "neutral"),
        ("€ 0,045 per dag", "nl", "neutral"),
        ("Stop taking it if you get diarrhoea.", "en", "neutral"),
        ("Whether it does anything for cramps, we do not know.", "en", "neutral"),
        ("Dit supplement geneest geen ziekten.", "nl", "neutral"),
        ("Dit product is niet bedoeld om ziekten te genezen of te voorkomen.", "nl", "neutral"),
        ("Dit middel geneest, behandelt of voorkomt geen ziekte.", "nl", "neutral"),
        ("This product does not cure, treat or prevent any disease.", "en", "neutral"),
        ("Geneest geen griep, maar voorkomt wel kramp.", "nl", "disease"),
        ("Dat magnesium helpt tegen stress, is niet bewezen.", "nl", "neutral"),
        ("See your doctor first if you have migraine or epilepsy.", "en", "neutral"),
        ("Te veel magnesium kan diarree geven.", "nl", "neutral"),
        ("More is absorbed from citrate than from oxide.", "en", "neutral"),
        ("Bevat 100 mg magnesium per capsule.", "nl", "neutral"),
        ("Neem de capsule vlak voor het slapengaan.", "nl", "neutral"),
    ],
)
def test_the_verdict_follows_the_meaning_of_the_sentence(text: str, language: Language, verdict: Verdict) -> None:
    finding = only(text, language)
    assert finding.verdict == verdict
    assert finding.blocks == (verdict in FORBIDDEN)


@pytest.mark.parametrize(
    "text",
    [
        "Helpt tegen mi\u00adgraine",
        "Helpt tegen mi&shy;graine",
        "Helpt\u00a0tegen\u200b mig\u200braine",
        "Helpt tegen mіgrаine",  # Cyrillic і and а
        "Ｈｅｌｐｔ ｔｅｇｅｎ ｍｉｇｒａｉｎｅ",
        "HELPT TEGEN MIGRAINE",
        "Helpt tegen <b>mi</b>graine",
        "Helpt tegen mi**graine**",
        "Helpt tegen m i g r a i n e",
        "Helpt tegen m1gr41ne",
        "Helpt tegen migrene",
        "MigraStop",
        "krampverlichtend",
        "Geneest epilepsie: zegt cafÃ© Zuid.",  # mojibake
        "helpt-tegen-migraine.jpg",
        '<img src="x.png" alt="Nooit meer kramp">',
        '<img src="/img/anti-migraine.jpg">',
        '![Een foto](magnesium-tegen-kramp.png "Kramp? Weg!")',
        '<meta name="description" content="Helpt tegen kramp.">',
    ],
)
def test_a_disguised_complaint_is_still_found(text: str) -> None:
    assert any(finding.verdict == "disease" and finding.blocks for finding in check_text(text, "nl"))


def test_capitals_and_the_ij_ligature_do_not_hide_a_faithful_claim() -> None:
    finding = only("MAGNESIUM DRAAGT BĲ TOT EEN NORMALE EIWITSYNTHESE")
    assert (finding.verdict, finding.claims) == ("authorised", ("MG06",))


def test_all_claims_of_a_sentence_are_listed_and_the_most_severe_decides() -> None:
    finding = only("Magnesium draagt bij tot een normale werking van de spieren en helpt je slapen.")
    assert finding.verdict == "unauthorised_health"
    assert set(finding.claims) == {"MG05", "sleep"}


def test_a_missing_normal_asks_a_person() -> None:
    finding = only("Magnesium draagt bij tot de werking van de spieren.")
    assert (finding.verdict, finding.severity) == ("authorised", "warn")
    assert finding.suggestion == "Magnesium draagt bij tot een normale werking van de spieren"


def test_a_general_benefit_passes_to_a_person_only_beside_an_authorised_claim() -> None:
    assert only("Goed voor je lichaam.").verdict == "unauthorised_health"
    general, claim = check_text("Goed voor je lichaam. Magnesium draagt bij tot een normale eiwitsynthese.", "nl")
    assert (general.severity, claim.verdict) == ("warn", "authorised")


def test_items_of_a_list_are_read_with_the_line_before_it() -> None:
    opener, *items = check_text("Magnesium draagt bij tot:\n- een normale eiwitsynthese\n- sterke botten", "nl")
    assert not opener.blocks
    assert [item.verdict for item in items] == ["authorised", "unauthorised_health"]
    assert not any(item.blocks for item in check_text("Raadpleeg eerst een arts bij:\n- epilepsie\n- diabetes", "nl"))


@pytest.mark.exhaustive
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_finding_gives_a_reason_with_its_legal_source(language: Language) -> None:
    groups = yaml.load(DEVELOP.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    for text in (text for group in groups for text in group[language]):
        for finding in check_text(text, language):
            assert "{" not in finding.why
            assert any(law in finding.why for law in ("1924/2006", "432/2012", "2002/46", "1169/2011"))
            assert finding.suggestion is None or finding.severity != "ok"


@pytest.mark.long
@pytest.mark.exhaustive
@pytest.mark.parametrize(
    "name",
    ["develop", "kinds_develop", "shop_develop", "twelfth_develop", "twelfth_shop_develop", "twelfth_tails_develop"],
)
def test_the_targets_hold_on_the_sentences_developed_on(name: str) -> None:
    groups = yaml.load((DEVELOP.parent / f"labelled_{name}.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    cases = [
        (text, language, group["verdict"])
        for group in groups
        if not group.get("borderline")
        for language in LANGUAGES
        for text in group[language]
    ]
    wrong = [
        text
        for text, language, wanted in cases
        if any(finding.blocks for finding in check_text(text, language)) != (wanted in FORBIDDEN)
    ]
    assert len(wrong) <= 0.02 * len(cases), wrong


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Bestel nu voor een beter humeur.", "nl"),
        ("Gratis verzending en meer energie erbij!", "nl"),
        ("Weg met kramp: bestel vandaag nog.", "nl"),
        ("Onze klanten slapen beter.", "nl"),
        ("Order today and feel fit tomorrow.", "en"),
        ("Our customers sleep better.", "en"),
        ("Free delivery and fewer headaches.", "en"),
    ],
)
def test_words_of_the_shop_do_not_excuse_a_promise(text: str, language: Language) -> None:
    assert only(text, language).blocks


def test_a_reason_names_words_of_body_effect_or_goods_and_no_filler() -> None:
    finding = only("Don't let your child fall behind for want of magnesium.", "en")
    assert "magnesium" in finding.why or "child" in finding.why
    assert not any(f"“{word}”" in finding.why for word in ("of", "for", "to", "the", "your"))


@pytest.mark.parametrize(
    ("text", "language", "blocks"),
    [
        ("Brandend maagzuur? Probeer onze kauwtabletten.", "nl", True),
        ("Verstopping? Neem 's avonds een schepje van ons poeder.", "nl", True),
        ("Heartburn? Try our chewable tablets.", "en", True),
        ("Diarree? Neem een lagere dosis.", "nl", False),
        ("Diabetes? Overleg met je arts voor je magnesium gebruikt.", "nl", False),
        ("Nausea? Take the tablet with food.", "en", False),
        ("Kidney disease? Ask your doctor before you take magnesium.", "en", False),
    ],
)
def test_a_complaint_that_the_goods_answer_blocks_and_advice_does_not(
    text: str, language: Language, blocks: bool
) -> None:
    assert any(finding.blocks for finding in check_text(text, language)) == blocks


@pytest.mark.parametrize(
    ("text", "language", "blocks"),
    [
        ("Volgens een studie verkleint magnesium de kans op een hartinfarct.", "nl", True),
        ("A study found that magnesium cuts the odds of heart failure.", "en", True),
        ("Een lagere dosis verkleint de kans op diarree.", "nl", False),
        ("A study of 200 people with heart failure measured magnesium in blood.", "en", False),
    ],
)
def test_a_study_of_a_disease_blocks_where_its_risk_is_lowered(text: str, language: Language, blocks: bool) -> None:
    assert only(text, language).blocks == blocks


@pytest.mark.parametrize(
    ("text", "language", "blocks"),
    [
        ("Wijnsteenzuur is een zuur dat ook in druiven voorkomt.", "nl", False),
        ("Een tablet die spierkramp in de nacht voorkomt.", "nl", True),
        ("Suitable for coeliacs.", "en", False),
        ("Stir the powder into a cold drink.", "en", False),
        ("Feeling a cold coming? Take this.", "en", True),
        ("Relief for coeliacs.", "en", True),
        ("Screw the lid back on.", "en", False),
        ("Get your spring back.", "en", True),
        ("Commission Regulation (EU) 432/2012 lists ten claims for magnesium.", "en", False),
        ("Better blood sugar regulation with magnesium.", "en", True),
        ("Na een maand een broek twee maten kleiner.", "nl", True),
        ("No charley horse before half-time.", "en", True),
        ("Stop popping pills and start with magnesium.", "en", True),
    ],
)
def test_words_that_only_resemble_an_effect_pass_and_the_effect_blocks(
    text: str, language: Language, blocks: bool
) -> None:
    assert any(finding.blocks for finding in check_text(text, language)) == blocks


@pytest.mark.parametrize(
    ("text", "language", "blocks"),
    [
        (
            "If you have asthma, kidney stones or high blood pressure, ask your doctor before you take this.",
            "en",
            False,
        ),
        ("Heb je reuma, astma of een hoge bloeddruk, overleg dan eerst met je arts.", "nl", False),
        ("Ask your doctor to prescribe this for your asthma, kidney stones and high blood pressure.", "en", True),
        ("If you have asthma or kidney stones, take this before bed.", "en", True),
        ("Check with the prescribing doctor before taking magnesium.", "en", False),
        ("Overleg met je voorschrijvend arts voordat je magnesium neemt.", "nl", False),
        ("Prescribing doctors recommend our magnesium.", "en", True),
        ("Moet ik mijn huisarts vertellen dat ik magnesium slik?", "nl", False),
    ],
)
def test_a_caution_may_name_diseases_and_professionals(text: str, language: Language, blocks: bool) -> None:
    assert any(finding.blocks for finding in check_text(text, language)) == blocks
