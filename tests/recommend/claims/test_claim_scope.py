"""Official claims that go on to claim more: forbidden tails, unlisted effects, other organs, substances, patients."""

from pathlib import Path

import pytest
import yaml

from recommend.claims.check import check_text
from recommend.claims.records import load_claims
from recommend.text import LANGUAGES, Language

SHARE = 0.99
TAILS: dict[Language, list[str]] = {
    "nl": [
        " en vermindert kramp",
        " en helpt tegen migraine",
        ", ook bij een depressie",
        " bij mensen met reuma",
        ", zodat je beter slaapt",
        " en verlaagt je bloeddruk",
        " na een chemokuur",
        " bij kankerpatiënten",
        " bij kinderen in de groei",
        " en voorkomt botontkalking",
        " en houdt je hart gezond",
        ", aldus onze huisarts",
        " en laat je afvallen",
        ", en zonder magnesium gaat het mis met je gezondheid",
        ", wat met eten alleen niet lukt",
        " en geeft je meer energie",
        " en versterkt je weerstand",
        " en maakt je rustig",
        " en verbetert je humeur",
        ", dus nooit meer hoofdpijn",
        " tijdens de overgang",
        " en ontspant je spieren",
        " en houdt je geheugen scherp",
        ", net zo goed als een pijnstiller",
        " en is mild voor je maag",
        " en brengt je hormonen in balans",
        " bij een burn-out",
        " en werkt ontstekingsremmend",
    ],
    "en": [
        " and reduces cramps",
        " and helps against migraine",
        ", also in depression",
        " in people with arthritis",
        ", so that you sleep better",
        " and lowers your blood pressure",
        " after chemotherapy",
        " in cancer patients",
        " in growing children",
        " and prevents osteoporosis",
        " and keeps your heart healthy",
        ", according to our doctor",
        " and makes you lose weight",
        ", and without magnesium your health is at risk",
        ", which food alone cannot do",
        " and gives you more energy",
        " and boosts your immunity",
        " and calms you down",
        " and improves your mood",
        ", so no more headaches",
        " during the menopause",
        " and relaxes your muscles",
        " and keeps your memory sharp",
        ", just as well as a painkiller",
        " and is gentle on your stomach",
        " and balances your hormones",
        " when you have a burnout",
        " and fights inflammation",
    ],
}
EFFECTS: dict[Language, list[str]] = {
    "nl": [
        "een normale bloeddruk",
        "een normale bloedsuikerspiegel",
        "een normale hormoonbalans",
        "een normale weerstand",
        "een normale slaap",
        "een normale hartfunctie",
        "een normale leverfunctie",
        "een normale werking van de schildklier",
        "een normale werking van de alvleesklier",
        "een normale speekselvorming",
        "een normaal gezichtsvermogen",
        "een normale spijsvertering",
        "een normale bloedstolling",
        "een normale vruchtbaarheid",
        "een normaal cholesterolgehalte",
        "een normaal testosterongehalte",
        "een normale collageenvorming",
        "een normale werking van de darmspieren",
        "een normale werking van de hartspier",
        "een normale werking van de milt",
        "een normale ademhaling",
        "een normale doorbloeding",
        "het behoud van normale gewrichten",
        "het behoud van een normale huid",
        "het behoud van normaal haar",
        "de instandhouding van normale nagels",
        "de vermindering van stress",
        "de vermindering van stramheid",
        "de vermindering van maagzuur",
        "een normale vetstofwisseling",
        "een normale spieropbouw",
        "een normaal geheugen",
        "een normale concentratie",
        "een normale groei",
        "een normale nierfunctie",
        "een normaal lichaamsgewicht",
        "de bescherming van cellen tegen oxidatieve schade",
        "een normale werking van het immuunsysteem",
        "een normaal humeur",
        "een normale opname van ijzer",
    ],
    "en": [
        "normal blood pressure",
        "normal blood sugar levels",
        "normal hormonal balance",
        "normal resistance",
        "normal sleep",
        "normal heart function",
        "normal liver function",
        "the normal function of the thyroid",
        "the normal function of the pancreas",
        "normal saliva production",
        "normal vision",
        "normal digestion",
        "normal blood clotting",
        "normal fertility",
        "normal cholesterol levels",
        "normal testosterone levels",
        "normal collagen formation",
        "normal function of the intestinal muscles",
        "normal function of the heart muscle",
        "normal function of the spleen",
        "normal breathing",
        "normal circulation",
        "the maintenance of normal joints",
        "the maintenance of normal skin",
        "the maintenance of normal hair",
        "the maintenance of normal nails",
        "a reduction of stress",
        "a reduction of stiffness",
        "a reduction of stomach acid",
        "normal fat metabolism",
        "normal muscle growth",
        "normal memory",
        "normal concentration",
        "normal growth",
        "normal kidney function",
        "a normal body weight",
        "the protection of cells from oxidative stress",
        "the normal function of the immune system",
        "a normal mood",
        "normal absorption of iron",
    ],
}
LINKS: dict[Language, str] = {"nl": "Magnesium draagt bij tot", "en": "Magnesium contributes to"}


def let_through(texts: list[str], language: Language) -> list[str]:
    return [text for text in texts if not any(finding.blocks for finding in check_text(text, language))]


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_official_claim_with_a_forbidden_tail_blocks(language: Language) -> None:
    claims = [claim.wording(language) for claim in load_claims().authorised.values()]
    texts = [f"{claim}{tail}." for claim in claims for tail in TAILS[language]]
    wrong = let_through(texts, language)
    assert len(wrong) <= (1 - SHARE) * len(texts), wrong


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_effect_that_is_not_listed_blocks_in_the_words_of_a_claim(language: Language) -> None:
    texts = [f"{LINKS[language]} {effect}." for effect in EFFECTS[language]]
    wrong = let_through(texts, language)
    assert len(wrong) <= (1 - SHARE) * len(texts), wrong


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_effect_that_is_not_listed_blocks_beside_a_listed_one(language: Language) -> None:
    """Claims other than the role in cell division, whose wording takes no second effect."""
    joint = {"nl": " en tot ", "en": " and to "}[language]
    claims = [claim.wording(language) for claim in load_claims().authorised.values() if claim.id != "MG10"]
    texts = [f"{claim}{joint}{effect}." for claim in claims for effect in EFFECTS[language]]
    wrong = let_through(texts, language)
    assert len(wrong) <= (1 - SHARE) * len(texts), wrong


@pytest.mark.parametrize("language", LANGUAGES)
def test_two_official_claims_in_one_sentence_stay_authorised(language: Language) -> None:
    link, joint = LINKS[language], {"nl": " en ", "en": " and "}[language]
    wordings = [claim.wording(language) for claim in load_claims().authorised.values()]
    effects = [wording.removeprefix(f"{link} ") for wording in wordings if wording.startswith(link)]
    texts = [f"{link} {first}{joint}{second}." for first in effects for second in effects if first != second]
    wrong = [text for text in texts if check_text(text, language)[0].severity != "ok"]
    assert not wrong


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Magnesium draagt bij tot een normale spierwerking en dat voelt ge na een week al.", "nl"),
        ("Magnesium draagt bij tot een normale spierwerking; je fietst er zo een berg mee op.", "nl"),
        ("Magnesium draagt bij tot de elektrolytenbalans, wat uw cardioloog u ook zal zeggen.", "nl"),
        ("Magnesium contributes to electrolyte balance and you'll notice it within a week.", "en"),
        ("Magnesium contributes to normal muscle function and spices up your sex life.", "en"),
        ("Magnesium contributes to normal muscle function, as your cardiologist will tell you.", "en"),
    ],
)
def test_a_claim_that_turns_to_the_reader_blocks(text: str, language: Language) -> None:
    assert any(finding.blocks for finding in check_text(text, language))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Magnesium draagt bij tot een normale spierwerking, of je nu fietst of wandelt.", "nl"),
        ("Magnesium draagt bij tot een normale spierwerking, lees meer in onze gids voor jouw keuze.", "nl"),
        ("Magnesium contributes to normal muscle function, whether you run or row.", "en"),
        ("Magnesium contributes to normal muscle function; ask your doctor whether you need more.", "en"),
    ],
)
def test_a_circumstance_or_advice_behind_a_claim_passes(text: str, language: Language) -> None:
    assert not any(finding.blocks for finding in check_text(text, language))


@pytest.mark.parametrize("name", ["sixth", "seventh", "ninth"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_tails_and_unlisted_effects_of_later_batches_block(name: str, language: Language) -> None:
    said = yaml.load(
        (Path(__file__).parent / f"labelled_{name}_tails.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader
    )
    start = "Magnesium draagt bij tot" if language == "nl" else "Magnesium contributes to"
    claims = [claim.wording(language) for claim in load_claims().authorised.values()]
    texts = [f"{claim} {tail}." for claim in claims for tail in said["tails"][language]]
    texts += [f"{claim}, {tail}." for claim in claims for tail in said["tails"][language]]
    texts += [f"{start} {effect}." for effect in said["unlisted"][language]]
    passed = [text for text in texts if not any(finding.blocks for finding in check_text(text, language))]
    assert len(passed) <= (1 - SHARE) * len(texts), passed


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Magnesium draagt bij tot normale botten en zit van nature in noten.", "nl"),
        ("Magnesium draagt bij tot normale tanden en daarom mag het op ons etiket.", "nl"),
        ("Magnesium draagt bij tot een normale psychologische functie, wat een toegelaten claim is.", "nl"),
        ("Magnesium draagt bij tot de vermindering van vermoeidheid en moeheid, jong en oud.", "nl"),
        ("Magnesium contributes to electrolyte balance, as the EU list puts it.", "en"),
        ("Magnesium contributes to normal muscle function and is one of the minerals in this powder.", "en"),
        ("Magnesium contributes to normal muscle function, for men and women alike.", "en"),
    ],
)
def test_a_plain_clause_behind_a_claim_passes(text: str, language: Language) -> None:
    assert not any(finding.blocks for finding in check_text(text, language))
