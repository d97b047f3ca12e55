"""Whose state a sentence names: of the reader and takers it is a claim, of staff, places and things it is none."""

from pathlib import Path

import pytest
import yaml

from recommend.claims.check import check_text
from recommend.claims.findings import FORBIDDEN, Finding
from recommend.text import LANGUAGES, Language

TAILS = yaml.load((Path(__file__).parent / "labelled_tails.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


def only(text: str, language: Language) -> Finding:
    (finding,) = check_text(text, language)
    return finding


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Door griep onder het personeel duurt het inpakken een dag langer.", "nl"),
        ("Ons logo is een hart dat is gevouwen uit oud papier.", "nl"),
        ("Keep your account healthy with a strong password.", "en"),
        ("Because of flu among our packers, orders take a day longer.", "en"),
        ("Return things without stress using the label in the box.", "en"),
        ("Herstel je wachtwoord", "nl"),
        ("Fit", "nl"),
        ("Heart", "en"),
    ],
)
def test_a_state_of_staff_or_things_is_no_claim(text: str, language: Language) -> None:
    finding = only(text, language)
    assert (finding.verdict, finding.severity) == ("neutral", "ok")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Onze inpakkers weten: magnesium helpt tegen griep.", "nl"),
        ("Sinds ons team dit drinkt, slaapt iedereen beter.", "nl"),
        ("Ons logo zegt het al: rust in je hoofd.", "nl"),
        ("Our packers swear by these capsules against flu.", "en"),
        ("Restless legs are the writing on the wall.", "en"),
        ("Away with stress: order now.", "en"),
        ("Energie voor iedereen, ook op kantoor.", "nl"),
    ],
)
def test_goods_reader_or_promise_beside_them_is_still_a_claim(text: str, language: Language) -> None:
    assert only(text, language).blocks


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("De meeste mensen halen genoeg magnesium uit hun eten.", "nl"),
        ("Een kwart van het magnesium in je lichaam bevindt zich in de spieren.", "nl"),
        ("Most people get enough magnesium from their food.", "en"),
        ("The more you take at once, the smaller the part that reaches your blood.", "en"),
        ("Evidence that it helps against cramp is insufficient.", "en"),
    ],
)
def test_facts_of_food_and_body_claim_nothing(text: str, language: Language) -> None:
    assert only(text, language).verdict == "neutral"


def test_with_and_names_of_substances_is_a_nutrition_claim() -> None:
    assert only("Met magnesium en vitamine B6.", "nl").verdict == "nutrition_content"
    assert only("With magnesium and vitamin B6 you sleep better.", "en").blocks


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_official_claim_with_a_forbidden_tail_blocks(language: Language) -> None:
    passed = [text for text in TAILS[language] if only(text, language).verdict not in FORBIDDEN]
    assert len(passed) <= 1, passed


def test_an_occasion_of_every_day_does_not_forbid_a_claim() -> None:
    assert not only("Magnesium draagt bij tot een normale spierwerking na het sporten.", "nl").blocks
    assert only("Magnesium draagt bij tot de elektrolytenbalans na een avond stappen.", "nl").blocks


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("De brand bij de drukker heeft ons slapeloze nachten gekost, maar de dozen zijn er.", "nl"),
        ("Door de griep op kantoor belt de klantenservice ons een dag later terug.", "nl"),
        ("Van vorige bestellingen houden wij een goed geheugen over.", "nl"),
        ("Moe van papieren facturen?", "nl"),
        ("Met mijn reumahanden krijg ik de dop lastig open.", "nl"),
        ("Voor diëtisten hebben we een zakelijk account met factuur achteraf.", "nl"),
        ("The dentists upstairs share our letterbox.", "en"),
        ("Our office is short-staffed because of flu, so replies may take longer.", "en"),
        ("The move gave us sleepless nights, but every parcel left on time.", "en"),
        ("Tired of paper invoices?", "en"),
        ("Hard to open for arthritic hands, but the jar is fine.", "en"),
    ],
)
def test_what_the_shop_suffers_or_a_lid_demands_claims_nothing(text: str, language: Language) -> None:
    assert not only(text, language).blocks


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Klanten vertellen ons dat ze beter slapen.", "nl"),
        ("Wij hebben het antwoord op je slapeloze nachten: bestel vandaag.", "nl"),
        ("Moe van slechte nachten en dure pillen?", "nl"),
        ("Sinds deze korrels krijg ik met mijn reuma de dop weer open.", "nl"),
        ("Customers write to us that their headaches are gone.", "en"),
        ("Gratis verzending en een beter geheugen.", "nl"),
        ("Ons magazijn zit vol energie en jij straks ook.", "nl"),
        ("Bestel vandaag en wees morgen van je kramp af.", "nl"),
        ("Ik vond geen rust in mijn benen, tot ik dit poeder nam.", "nl"),
        ("Free delivery and a better memory.", "en"),
        ("Order today and be rid of your cramps tomorrow.", "en"),
        ("Our answer to long Covid", "en"),
        ("Trusted by doctors, now with free delivery.", "en"),
        ("Artsen staan erachter, dus bestel gerust.", "nl"),
        ("A steady pulse, even when the train is late again.", "en"),
        ("With my arthritis I can open the jar again, thanks to these tablets.", "en"),
    ],
)
def test_customers_readers_and_results_are_no_matter_of_the_shop(text: str, language: Language) -> None:
    assert only(text, language).blocks


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Our treasurer has twisted her ankle and can still count.", "en"),
        ("This page is asleep, tap to wake it up.", "en"),
        ("De oven heeft koorts: hij is twintig graden te heet.", "nl"),
    ],
)
def test_what_another_has_is_no_claim(text: str, language: Language) -> None:
    assert {finding.severity for finding in check_text(text, language)} == {"ok"}


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("My sister has measles no more since she takes our powder.", "en"),
        ("My mother has her knees back.", "en"),
        ("Mijn zoon heeft minder last van eczeem.", "nl"),
        ("Your page is asleep, and so will you be with our capsules.", "en"),
    ],
)
def test_what_another_is_rid_of_is_a_claim(text: str, language: Language) -> None:
    assert any(finding.blocks for finding in check_text(text, language))
