"""Passages that name a disease or effect and claim nothing, and claims in their words."""

import pytest

from recommend.claims.check import check_text
from recommend.text import Language

_CLAIMS: dict[Language, tuple[str, ...]] = {
    "nl": ("onze capsules verlichten reuma", "het neemt je pijn weg"),
    "en": ("our capsules relieve rheumatism", "you sleep like a baby again"),
}
PASSAGES: list[tuple[str, Language]] = [
    ('De toezichthouder legde een boete op voor de zin "geneest slapeloosheid".', "nl"),
    ("The advertising board rejected an advert that promised relief from arthritis.", "en"),
    ("Een webwinkel die schreef dat zijn poeder de bloeddruk verlaagt, kreeg een waarschuwing.", "nl"),
    ('Wrong: "our capsules lower your blood pressure".', "en"),
    ("Article 14(1)(a) is about claims that a food lowers a disease risk factor.", "en"),
    ("Ben je ziek, dan neemt een collega je dienst over.", "nl"),
    ("Sick days are paid in full from the first day.", "en"),
    ("Bisfosfonaten tegen botontkalking slik je minstens twee uur voor magnesium.", "nl"),
    ("Omeprazole used for a long time can lower magnesium in the blood.", "en"),
    ("Take it after a meal if your stomach is easily upset.", "en"),
    ("Van elke pot gaat vijftig cent naar hersenonderzoek.", "nl"),
    ("The contrast suits people with colour blindness.", "en"),
    ("Na twee zoekgeraakte pakketten was ik gespannen, maar de chat loste het op.", "nl"),
    ("Toss the beans in olive oil and roast until the edges brown.", "en"),
    ("You are stress-resistant, tidy and good under pressure.", "en"),
    ("The lab counts germs, heavy metals and the content of each capsule.", "en"),
]


def _blocks(text: str, language: Language) -> bool:
    return any(finding.blocks for finding in check_text(text, language))


@pytest.mark.parametrize(("text", "language"), PASSAGES)
def test_a_passage_that_claims_nothing_passes_and_no_claim_beside_it_does(text: str, language: Language) -> None:
    assert not _blocks(text, language)
    for claim in _CLAIMS[language]:
        for joint in (", ", ": ", " – ", " en " if language == "nl" else " and "):
            assert _blocks(text.rstrip(".") + joint + claim + ".", language), (joint, claim)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ('Een concurrent kreeg een boete voor "geneest migraine", wat ons poeder echt doet.', "nl"),
        ('We were fined for the sentence "ends your insomnia": guilty.', "en"),
        ('Op het etiket mag niet "tegen artrose", want niets past beter.', "nl"),
        ('Our customers wrote "my migraine is gone" and nobody was fined.', "en"),
        ('The words "I cannot sleep" belong to the past.', "en"),
        ('Drop the word "tired" from your diary.', "en"),
        ('Fout: "met migraine moet je leren leven".', "nl"),
        ("Gesloten wegens ziekte? Niet met ons poeder.", "nl"),
        ("If you are ill, our staff knows what to put in your parcel.", "en"),
        ("Fewer days of illness, fewer shifts to fill.", "en"),
        ("Magnesium is a medicine for migraine that works within the hour.", "en"),
        ("Insulin for diabetes is history, discuss it with our team.", "en"),
        ("If your stomach burns: one tablet after a meal, done.", "en"),
        ("Hoeveel magnesium in je hersenen zit, bepaalt hoe scherp je bent.", "nl"),
        ("Our charity run: energy back, migraine gone.", "en"),
        ("Our charity supports research into cancer because magnesium prevents cancer.", "en"),
        ('Een concurrent moest "geneest reuma" schrappen, dus lees het hier.', "nl"),
        ("Dé site voor wie last heeft van slapeloosheid.", "nl"),
        ("After the delivery of my parcel I was calm for the first time in years.", "en"),
        ("Skin the almonds and feed your skin.", "en"),
        ("You stay calm under pressure and full of energy.", "en"),
        ("Laboratories agree on sleep and energy.", "en"),
    ],
)
def test_claims_in_the_words_of_passages_block(text: str, language: Language) -> None:
    assert _blocks(text, language)


def test_the_reason_names_the_words_and_says_that_they_are_no_benefit() -> None:
    (finding,) = check_text("Sick days are paid in full from the first day.", "en")
    assert finding.severity == "ok"
    assert "“sick days”" in finding.why.lower()
    assert "not as a benefit" in finding.why


def test_an_authorised_claim_beside_a_report_stays_authorised() -> None:
    text = (
        'A shop was fined for the words "our capsules cure migraine", magnesium contributes to normal muscle function.'
    )
    (finding,) = check_text(text, "en")
    assert finding.verdict == "authorised"


@pytest.mark.parametrize(
    ("text", "language", "blocks"),
    [
        ("The founder worked in a hospital pharmacy for ten years.", "en", False),
        ("De moeder van onze oprichter was verpleegkundige.", "nl", False),
        ("The owner was a neurologist, so the formula is no accident.", "en", True),
        ("Onze collega was verkocht toen haar diëtist het aanraadde.", "nl", True),
    ],
)
def test_a_professional_in_the_life_of_a_founder_endorses_nothing(text: str, language: Language, blocks: bool) -> None:
    assert _blocks(text, language) == blocks
