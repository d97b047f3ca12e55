"""Other fields and slogans: effects of software, jobs, companies and law; promises without a word of body or goods."""

import pytest

from recommend.claims.check import check_text
from recommend.text import Language


def blocks(text: str, language: Language) -> bool:
    return any(finding.blocks for finding in check_text(text, language))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("De app verbruikt minder geheugen op de achtergrond.", "nl"),
        ("Je bent stressbestendig en werkt fulltime.", "nl"),
        ("De omzet herstelde zich na een zwak kwartaal.", "nl"),
        ("Bijzondere persoonsgegevens, zoals die over ziekte, verwerken wij niet.", "nl"),
        ("Memory usage cut by a third.", "en"),
        ("You have a good memory for names and a driving licence.", "en"),
        ("Shares recovered after a weak quarter.", "en"),
        ("The defaulting party shall cure the breach within ten days.", "en"),
        ("Recommended by 96% of our customers for fast delivery.", "en"),
    ],
)
def test_effects_of_another_field_are_no_claim(text: str, language: Language) -> None:
    assert not blocks(text, language)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Een update voor je geheugen.", "nl"),
        ("Werkzaam bij brandend maagzuur en indigestie.", "nl"),
        ("Goede ervaringen bij clusterhoofdpijn, zegt onze app.", "nl"),
        ("An update for your memory.", "en"),
        ("Our app knows: it helps with migraine.", "en"),
        ("Backs up your liver in its work.", "en"),
        ("Recommended by customers and by doctors.", "en"),
    ],
)
def test_a_word_of_another_field_excuses_no_effect_on_the_reader(text: str, language: Language) -> None:
    assert blocks(text, language)


@pytest.mark.parametrize(
    ("text", "language"),
    [("Wakker worden alsof het zaterdag is.", "nl"), ("The storm in the harbour dies down.", "en")],
)
def test_a_slogan_without_a_word_of_body_or_goods_asks_a_person_and_names_no_filler(
    text: str, language: Language
) -> None:
    (finding,) = check_text(text, language)
    assert (finding.severity, finding.verdict) == ("warn", "neutral")
    assert "“”" not in finding.why
    assert "()" not in finding.why + finding.note


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("De kachel brandt en de deur van de winkel staat open.", "nl"),
        ("Sla deze stap over", "nl"),
        ("Er ging iets mis, probeer het later opnieuw.", "nl"),
        ("The first length of the pool closes at nine.", "en"),
        ("Skip this option", "en"),
        ("Open on Mondays from nine", "en"),
    ],
)
def test_plain_sentences_and_labels_are_no_slogans(text: str, language: Language) -> None:
    assert not [finding for finding in check_text(text, language) if finding.severity != "ok"]
