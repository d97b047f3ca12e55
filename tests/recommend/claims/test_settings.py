"""Settings: figures of speech of kitchens, machines, jobs and contests, and claims in the same words."""

import pytest

from recommend.claims.check import check_text
from recommend.text import Language

CLAIMS_IN_WORDS_OF_SETTINGS: dict[Language, tuple[str, ...]] = {
    "nl": (
        "Stress smelt als boter in een hete pan.",
        "Meer energie dan brood, pasta en rijst bij elkaar.",
        "Een scherper geheugen op de tweede verdieping, sterkere benen op de derde verdieping.",
        "Astma verdwijnt terwijl de soep op het fornuis staat te pruttelen.",
        "Rijst, linzen en dit poeder houden depressie buiten de deur.",
        "Sinds 1951 een familierecept tegen zere knieën.",
        "Slaap als een roos, in het dorp en in de stad.",
        "Hoofdpijn hoort niet bij kantoor: bestel vandaag nog via onze website.",
        "Nooit meer voor spek en bonen meedoen.",
    ),
    "en": (
        "Stress melts like butter in a hot pan.",
        "More energy than bread, pasta and rice put together.",
        "Sharper memory by the second floor, stronger legs by the third floor.",
        "Eczema clears up in the time it takes to bake bread and boil an egg.",
        "Steel nerves on the scaffolding, a clear head at the crane.",
        "Strong bones from soup, bread and cheese.",
        "The old recipe from 1911 in our village cures arthritis and gout.",
        "Headaches are history: the order arrives tomorrow with free delivery.",
        "Reboot your body after a long working week.",
    ),
}

CLAIMS_AMONG_WORDS_OF_THE_SHOP: dict[Language, tuple[str, ...]] = {
    "nl": (
        "Neem twee capsules bij het ontbijt en je humeur volgt vanzelf.",
        "Bestel vandaag twee potten en je geheugen profiteert mee, verzending is gratis.",
        "De capsules van 200 mg tillen je stemming op binnen een uur na het innemen.",
        "Deze maand 10 % korting op een jongere huid en glanzend haar.",
        "Gratis verzending op alles wat je hormonen weer in balans brengt.",
    ),
    "en": (
        "Take two capsules with breakfast and your mood follows.",
        "Ordered on Monday, relaxed by Wednesday, thanks to next-day delivery.",
        "Two tablets a day keep your heart in rhythm, according to our reviews.",
        "Store it dry, take it daily, and your immune system stays on duty.",
        "In our shop you find the drops that restore your inner balance.",
    ),
}


def severities(text: str, language: Language) -> set[str]:
    return {finding.severity for finding in check_text(text, language)}


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("De vulmachine draait weer op volle kracht na een storing van twee uur.", "nl"),
        ("Verwarm de oven voor op 180 graden en rooster de pompoenpitten.", "nl"),
        ("Wie herkent deze pot nog? Zo zag ons etiket er in 2009 uit 😄", "nl"),
        ("Slaap er een nachtje over: je bestelling blijft tot morgen gereserveerd.", "nl"),
        ("Simmer the bones for twelve hours and skim the broth.", "en"),
        ("A slow cooker saves energy and keeps the meat tender.", "en"),
        ("The village never quite recovered from the fire of 1911.", "en"),
        ("A new funnel speeds up the flow of powder to the press.", "en"),
        ("Guess which of these three jars is the 2012 original 👀", "en"),
    ],
)
def test_a_figure_of_speech_in_another_setting_is_no_claim(text: str, language: Language) -> None:
    assert severities(text, language) == {"ok"}


@pytest.mark.parametrize("language", ["nl", "en"])
def test_claims_in_the_words_of_a_setting_block(language: Language) -> None:
    passing = [text for text in CLAIMS_IN_WORDS_OF_SETTINGS[language] if "block" not in severities(text, language)]
    assert passing == []


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("How do I pause my subscription? Go to My Account, choose Deliveries and press Pause.", "en"),
        ("Spring clean: last year's label design at half price while it lasts.", "en"),
        ("Breng je lege potten terug en krijg korting.", "nl"),
    ],
)
def test_a_person_is_asked_where_the_shop_explains_a_soft_topic(text: str, language: Language) -> None:
    assert "block" not in severities(text, language)
    assert "warn" in severities(text, language)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_words_of_the_shop_explain_no_effect_on_the_reader(language: Language) -> None:
    passing = [text for text in CLAIMS_AMONG_WORDS_OF_THE_SHOP[language] if "block" not in severities(text, language)]
    assert passing == []


@pytest.mark.parametrize(
    ("text", "language", "verdict"),
    [
        ("A bowl of porridge and a handful of nuts take you a good part of the way.", "en", "neutral"),
        ("You would need a bucket of spinach every day.", "en", "prohibited_other"),
        (
            "Magnesium speelt een rol bij de celdeling en draagt bij tot de normale opbouw van eiwitten.",
            "nl",
            "authorised",
        ),
        ("Magnesium draagt bij tot de normale opbouw van spieren.", "nl", "unauthorised_health"),
        ("Boosts the uptake of oxygen when you train.", "en", "unauthorised_health"),
        ("Vitamin C increases the absorption of iron.", "en", "authorised"),
        ("Verhoogt de opname van zuurstof tijdens het sporten.", "nl", "unauthorised_health"),
        ("If you have asthma, your doctor will tell you to take magnesium.", "en", "prohibited_other"),
        ("If you have asthma, ask your doctor whether you may take magnesium.", "en", "neutral"),
        ("Stop met pillen slikken, neem magnesium.", "nl", "disease"),
        ("Stop nooit met je medicijnen om magnesium te nemen.", "nl", "neutral"),
        ("Sleep on it: one sachet before bed.", "en", "unauthorised_health"),
        ("What the rheumatologist could not do, this powder did.", "en", "disease"),
        ("Samengesteld onder toezicht van een cardioloog uit Leiden.", "nl", "prohibited_other"),
        ("Gebruik dit alleen onder toezicht van een arts.", "nl", "neutral"),
        ("This loaf has more magnesium than our white one.", "en", "nutrition_content"),
        ("Poeder met magnesium, zink en vitamine D in één schepje.", "nl", "nutrition_content"),
        ("Cashews contain magnesium.", "en", "neutral"),
    ],
)
def test_kinds_that_resemble_each_other_are_told_apart(text: str, language: Language, verdict: str) -> None:
    assert [finding.verdict for finding in check_text(text, language)] == [verdict]


def test_a_word_with_another_vowel_is_another_word() -> None:
    assert severities("In amandelen zit veel magnesium.", "nl") == {"ok"}
    assert severities("Lekker in je vel met magnesium.", "nl") == {"block"}
