"""Slogans and threats without a word of the body: told by their shape, and from shop talk that shares it."""

import pytest

from recommend.claims.check import check_text
from recommend.claims.findings import Finding
from recommend.text import Language


def only(text: str, language: Language) -> Finding:
    (finding,) = check_text(text, language)
    return finding


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Klaar voor alles wat komt.", "nl"),
        ("Van grijze maandag naar zonnige vrijdag.", "nl"),
        ("De stilte na de storm, in één capsule.", "nl"),
        ("Trek de stekker eruit.", "nl"),
        ("Feel 100% yourself.", "en"),
        ("From zombie to hero.", "en"),
        ("The calm after the storm, in one capsule.", "en"),
        ("Conquer your Monday.", "en"),
    ],
)
def test_a_slogan_on_the_state_of_the_reader_blocks(text: str, language: Language) -> None:
    assert only(text, language).verdict == "unauthorised_health"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Klaar voor verzending", "nl"),
        ("Wees er snel bij, de voorraad is klein.", "nl"),
        ("Blijf op de hoogte", "nl"),
        ("Van maandag tot vrijdag open", "nl"),
        ("Vanaf nu ook in poedervorm.", "nl"),
        ("Eindelijk weer leverbaar in de grote pot.", "nl"),
        ("Ready for dispatch", "en"),
        ("Stay signed in", "en"),
        ("From A to Z", "en"),
        ("Unflavoured powder in a tub.", "en"),
        ("Unflavoured liquid in a bottle.", "en"),
        ("Heldere vloeistof in een donkere fles.", "nl"),
        ("Fijne kristallen in een glazen pot.", "nl"),
        ("Feel free to call us.", "en"),
        ("Reset", "en"),
    ],
)
def test_shop_talk_of_the_same_shape_passes(text: str, language: Language) -> None:
    assert not only(text, language).blocks


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Sla het een jaar over en je voelt waarom je het nam.", "nl"),
        ("Stel het uit en je zult het voelen.", "nl"),
        ("Skip it for another year and you'll pay the price.", "en"),
        ("Go ahead and ignore it, your body will send the bill.", "en"),
    ],
)
def test_a_threat_of_not_taking_blocks(text: str, language: Language) -> None:
    assert only(text, language).verdict == "prohibited_other"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Een dag overgeslagen? Dan hoef je niets in te halen.", "nl"),
        ("Wil je een zending overslaan, doe dat dan voor maandag.", "nl"),
        ("Wacht niet te lang, de voorraad is klein.", "nl"),
        ("If you postpone the delivery, we hold your parcel for a week.", "en"),
        ("Miss a day and there is no need to catch up, just take your next capsule.", "en"),
    ],
)
def test_advice_on_a_missed_day_or_delivery_passes(text: str, language: Language) -> None:
    assert not any(finding.blocks for finding in check_text(text, language))


def test_carelessness_is_a_threat_and_care_a_warning() -> None:
    assert only("Als u hier niet voorzichtig mee bent, geeft een magnesiumtekort al snel klachten.", "nl").blocks
    assert only("If you are not careful, a deficiency soon causes complaints.", "en").blocks
    assert not only("Wees voorzichtig als je een nierziekte hebt.", "nl").blocks
