"""Texts on goods of other shops, on law and on the dangers of medicines: no claims, whatever words they share."""

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
        ("De slaapstand verlengt de levensduur van de accu.", "nl"),
        ("Deze roman houdt je tot diep in de nacht wakker.", "nl"),
        ("Krachtige laptops voor werk, studie en ontspanning.", "nl"),
        ("An ergonomic desk chair with adjustable lumbar support.", "en"),
        ("Filter by screen size, memory and processor", "en"),
        ("This thriller gets under your skin.", "en"),
        ("You may lodge a complaint with the Information Commissioner.", "en"),
        ("U kunt een klacht indienen bij de toezichthouder.", "nl"),
        ("You retain all other legal remedies under consumer law.", "en"),
        ("Our team of six packs everything by hand.", "en"),
    ],
)
def test_goods_of_another_shop_and_the_law_claim_nothing(text: str, language: Language) -> None:
    finding = only(text, language)
    assert (finding.verdict, finding.severity) == ("neutral", "ok")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Deze bureaustoel helpt tegen rugpijn.", "nl"),
        ("Verbrandt vet terwijl jij televisie kijkt.", "nl"),
        ("Je lichaam is net een laptop: af en toe moet de accu opgeladen.", "nl"),
        ("You recharge your phone every night, so why not your body?", "en"),
        ("You will be asleep before the second page of your book.", "en"),
    ],
)
def test_a_body_beside_other_goods_makes_a_claim(text: str, language: Language) -> None:
    assert only(text, language).blocks


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Samen met antidepressiva kan het gevaarlijk zijn.", "nl"),
        ("De combinatie met bloedverdunners is riskant.", "nl"),
        ("Taken with antidepressants it can be dangerous.", "en"),
        ("Together with lithium there is a risk of interaction.", "en"),
        ("Of magnesium de slaap verbetert, is onvoldoende onderzocht.", "nl"),
        ("Whether magnesium improves sleep has not been studied well.", "en"),
    ],
)
def test_danger_beside_a_medicine_and_doubt_claim_nothing(text: str, language: Language) -> None:
    assert not only(text, language).blocks


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Antidepressiva zijn gevaarlijk, neem liever magnesium.", "nl"),
        ("As effective as ibuprofen, minus the box of warnings.", "en"),
    ],
)
def test_a_medicine_called_worse_than_the_goods_blocks(text: str, language: Language) -> None:
    assert only(text, language).blocks
