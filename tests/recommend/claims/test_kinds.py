"""Kinds of sentences: inverted claims, hints behind a ban, our compound, hashtags, application, words of contracts."""

import pytest

from recommend.claims.check import check_text
from recommend.claims.findings import Finding
from recommend.claims.lexicon import load_lexicon
from recommend.claims.sentence import ParsedSentence
from recommend.claims.tokens import tokens_of
from recommend.text import Language


def only(text: str, language: Language) -> Finding:
    (finding,) = check_text(text, language)
    return finding


def sentence(text: str, language: Language) -> ParsedSentence:
    tokens = tokens_of(text, list(range(len(text))), list(range(1, len(text) + 1)))
    return ParsedSentence(tokens, load_lexicon(language))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Magnesium is een mineraal dat tot een normale werking van de spieren en het plubberblad bijdraagt.", "nl"),
        ("Tot een normale werking van de spieren en een frisse blik draagt magnesium bij.", "nl"),
        ("De normale werking van het zenuwstelsel en het snorrelwerk wordt door magnesium ondersteund.", "nl"),
        ("To normal bones and a swifter pace magnesium contributes.", "en"),
        ("Normal function of the nervous system and the wobblegland is supported by magnesium.", "en"),
    ],
)
def test_an_unlisted_effect_blocks_before_the_verb_as_well(text: str, language: Language) -> None:
    assert only(text, language).verdict == "unauthorised_health"


@pytest.mark.parametrize(
    ("text", "language", "claims"),
    [
        ("Magnesium is een mineraal dat tot een normale werking van de spieren bijdraagt.", "nl", ("MG05",)),
        ("Tot de elektrolytenbalans en een normale eiwitsynthese draagt magnesium bij.", "nl", ("MG02", "MG06")),
        ("Normal muscle function is supported by magnesium.", "en", ("MG05",)),
        ("It is normal psychological function that magnesium contributes to.", "en", ("MG07",)),
    ],
)
def test_a_faithful_claim_passes_with_its_effect_before_the_verb(
    text: str, language: Language, claims: tuple[str, ...]
) -> None:
    finding = only(text, language)
    assert (finding.verdict, finding.severity, finding.claims) == ("authorised", "ok", claims)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Van de wet mogen we het woord migraine niet gebruiken, maar u begrijpt vast wat we bedoelen.", "nl"),
        ("Volgens de regels is het geen middel tegen stress (al weten wij wel beter).", "nl"),
        ("We promise nothing about your rheumatism; all we say is that Trudy is dancing again.", "en"),
    ],
)
def test_a_hint_behind_a_ban_takes_the_denial_back(text: str, language: Language) -> None:
    assert sentence(text, language).hints_at_banned_claim
    assert only(text, language).blocks


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Wij mogen niet zeggen dat magnesium de slaap verbetert, maar het bevat wel 200 mg per tablet.", "nl"),
        ("A shop may not say that magnesium makes you sleep better.", "en"),
        ("Over slapeloosheid mogen wij niets beweren.", "nl"),
    ],
)
def test_an_honest_denial_passes(text: str, language: Language) -> None:
    assert not sentence(text, language).hints_at_banned_claim
    assert not only(text, language).blocks


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Onze bisglycinaat draagt bij tot een normale psychologische functie.", "nl"),
        ("Our bisglycinate contributes to normal psychological function.", "en"),
    ],
)
def test_a_claim_on_the_compound_of_the_shop_is_one_on_the_product(text: str, language: Language) -> None:
    finding = only(text, language)
    assert (finding.verdict, finding.claims) == ("unauthorised_health", ("MG07",))
    assert "product" in finding.why
    assert "glycina" in finding.why


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("#rustinjehoofd #zelfzorg #magnesium", "nl"),
        ("#musclerecovery #gymlife #magnesium", "en"),
        ("#moreenergy #magnesium #feelgood", "en"),
    ],
)
def test_words_joined_in_a_hashtag_are_read(text: str, language: Language) -> None:
    assert only(text, language).blocks


def test_a_hashtag_is_divided_into_the_fewest_known_words() -> None:
    lexicon = load_lexicon("nl")
    assert lexicon.words_in_hashtag("mindermoe") == ["minder", "moe"]
    assert lexicon.words_in_hashtag("magnesium") == ["magnesium"]
    assert lexicon.words_in_hashtag("qxzvwk") == ["qxzvwk"]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Smeer de olie op schone, droge huid en laat het tien minuten intrekken.", "nl"),
        ("Spray five times on your arms or legs, rub in and wash your hands after twenty minutes.", "en"),
    ],
)
def test_where_to_rub_or_spray_is_no_claim(text: str, language: Language) -> None:
    assert not only(text, language).blocks


def test_rubbing_in_against_a_complaint_is_a_claim() -> None:
    assert only("Smeer de olie op je knieën tegen artrose.", "nl").verdict == "disease"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Popular with people who have an irregular heartbeat.", "en"),
        ("Geliefd bij mensen met hartritmestoornissen.", "nl"),
        ('Gynaecoloog Van Rijn: "Ik geef het al mijn vriendinnen."', "nl"),
        ("Gekozen door meer dan 300 fysiotherapiepraktijken.", "nl"),
        ("Tob je al jaren met je darmen?", "nl"),
        ("Magnesium draagt, net als kurkuma, bij tot normale tanden.", "nl"),
    ],
)
def test_those_who_choose_speak_or_suffer_make_a_claim(text: str, language: Language) -> None:
    assert only(text, language).blocks


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Strictly necessary cookies keep the shop working and cannot be switched off.", "en"),
        ("If any provision is found to be invalid, the remaining provisions continue in full force and effect.", "en"),
        ("You agree not to introduce viruses, trojans or other harmful material.", "en"),
        ("Houd er rekening mee dat het enkele uren kan duren voordat uw wijziging van kracht wordt.", "nl"),
        ("Heb je een vraag aan onze voedingsdeskundige, stuur dan een mail.", "nl"),
        ("Wij handelen klachten binnen veertien dagen af.", "nl"),
        ("You already have an active alert for this product", "en"),
    ],
)
def test_contracts_cookies_and_messages_of_a_shop_are_neutral(text: str, language: Language) -> None:
    finding = only(text, language)
    assert (finding.verdict, finding.severity) == ("neutral", "ok")


@pytest.mark.parametrize(
    ("text", "language", "verdict"),
    [
        ("Citrate binds to calcium, and that is how a daily tablet helps prevent kidney stones.", "en", "disease"),
        ("Used to be so bunged up, and now it's every morning.", "en", "disease"),
        ("Deficiëntie: vakterm voor een tekort aan een voedingsstof.", "nl", "neutral"),
        ("Antispasmodicum: vakterm, en onze capsules helpen tegen krampen.", "nl", "disease"),
        ("Magneisum draagt bij tot een normaal energieleverend metabolisme.", "nl", "authorised"),
        ("magnesium contributes to normal mucsle function", "en", "authorised"),
        ("Two gummies give you 57 mg of magnesium, which contributes to electrolyte balance.", "en", "authorised"),
        ("Een handje cashewnoten levert 80 mg, een snee volkorenbrood niet meer dan 25.", "nl", "neutral"),
        ("Op zoek naar een stressverlagend supplement?", "nl", "unauthorised_health"),
        ("Veel klanten laten ons weten dat ze er heerlijk rustig van worden.", "nl", "unauthorised_health"),
        ("Heb je een allergie, kijk dan onder het kopje Allergenen.", "nl", "neutral"),
        ("Heb je een allergie, dan helpen onze capsules.", "nl", "disease"),
        ("Magnesium supports normal protein synthesis, whatever your sport.", "en", "authorised"),
        ("Magnesium supports normal protein synthesis, whatever your migraine says.", "en", "disease"),
        ("Twice as much magnesium as our old formula.", "en", "nutrition_content"),
        ("Laat je niet wijsmaken dat magnesium migraine geneest.", "nl", "neutral"),
        ("Laat stress niet winnen: neem elke dag een capsule.", "nl", "unauthorised_health"),
        ("Modern diets simply cannot deliver the magnesium you need.", "en", "prohibited_other"),
        ("Gehalte aan magnesium: 14,1 procent, bepaald met ICP-MS.", "nl", "neutral"),
    ],
)
def test_ordinary_copy_gets_its_verdict(text: str, language: Language, verdict: str) -> None:
    assert {finding.verdict for finding in check_text(text, language)} == {verdict}
