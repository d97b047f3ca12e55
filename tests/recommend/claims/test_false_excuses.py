"""Words that excuse a named disease, in sentences that only borrow them: none may make a claim pass."""

import pytest

from recommend.claims.check import check_text
from recommend.text import Language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Ga naar onze winkel voor een middel tegen migraine.", "nl"),
        ("Neem contact op met ons team en raak je eczeem kwijt.", "nl"),
        ("Praat niet met je huisarts maar met ons over je migraine.", "nl"),
        ("Bij migraine: bel 112 of neem onze capsules.", "nl"),
        ("Geraadpleegd door duizenden met reuma: onze capsules.", "nl"),
        ("Naar de huisarts voor je migraine? Met magnesium hoeft dat niet.", "nl"),
        ("Tell your friends: magnesium ended my insomnia.", "en"),
        ("Talk to us about beating arthritis with magnesium.", "en"),
        ("Consult our quiz and find the magnesium that ends your headaches.", "en"),
        ("Emergency kit for migraine: magnesium and water.", "en"),
    ],
)
def test_a_shop_that_is_to_be_asked_is_no_professional(text: str, language: Language) -> None:
    assert any(finding.blocks for finding in check_text(text, language))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Ga naar de huisarts als je migraine hebt.", "nl"),
        ("Bij nierziekte: vraag eerst advies.", "nl"),
        ("Zoek hulp bij aanhoudende hoofdpijn.", "nl"),
        ("Ga bij benauwdheid direct naar de spoedeisende hulp.", "nl"),
        ("Vraag het je neuroloog en niet ons als je migraine hebt.", "nl"),
        ("Tell your surgeon about every supplement if you have diabetes.", "en"),
        ("With kidney disease, ask first.", "en"),
        ("Get help at once if you have trouble breathing.", "en"),
        ("In an emergency such as a stroke, call 112.", "en"),
    ],
)
def test_who_is_sent_to_a_professional_is_warned(text: str, language: Language) -> None:
    assert [finding.severity for finding in check_text(text, language)] == ["ok"]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Geen medicijn, wel minder pijn.", "nl"),
        ("This is not a medicine, yet your migraine disappears.", "en"),
        ("Waarschuwing: na drie dagen kun je je stress kwijt zijn.", "nl"),
        ("Side effect: you finally sleep again.", "en"),
        ("Do not use if you love your headaches.", "en"),
        ("None of our staff has had cramps since we take it.", "en"),
        ("De vorige eigenaar genas er zijn jicht mee.", "nl"),
        ("Vacancy: a packer who never gets stressed, thanks to our powder.", "en"),
        ("The postman lost his arthritis since he orders here.", "en"),
        ("Bijwerking: minder migraine.", "nl"),
        ("Vermijd migraine met onze capsules.", "nl"),
        ("Does it work for insomnia? No doubt.", "en"),
    ],
)
def test_a_denial_a_joke_or_another_person_excuses_no_effect_of_the_goods(text: str, language: Language) -> None:
    assert any(finding.blocks for finding in check_text(text, language))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Deze tabletten genezen artrose, en dit is geen geneesmiddel.", "nl"),
        ("Wij geven geen medisch advies; onze capsules verlichten reuma.", "nl"),
        ("Weg met je eczeem, en niet geschikt voor kinderen onder de twaalf.", "nl"),
        ("Dit product is niet bedoeld om te genezen, het poeder verlaagt je bloeddruk.", "nl"),
        ("Never any cramps again, and the claim about the immune system was rejected.", "en"),
        ("This is no substitute for a varied diet; the powder lowers your blood pressure.", "en"),
        ("Our capsules relieve rheumatism, and we do not collect data of children.", "en"),
        ("Our tablets cure arthritis while this is no medicine.", "en"),
        ("It lowers your blood pressure and is not a medicine.", "en"),
        ("Ask your doctor first; your memory gets stronger.", "en"),
    ],
)
def test_a_denial_in_one_clause_excuses_no_claim_of_another(text: str, language: Language) -> None:
    assert [finding.severity for finding in check_text(text, language)] == ["block"]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Er is geen bewijs dat magnesium helpt tegen migraine, reuma of eczeem.", "nl"),
        ("Je leest soms dat magnesium reuma verlicht; bewijs daarvoor ontbreekt.", "nl"),
        ("Bij hoofdpijn, duizeligheid of braken stop je met de capsules en bel je de huisarts.", "nl"),
        ("Voel je je al lang somber, praat er dan over met je huisarts.", "nl"),
        ("Caution: with magnesium carbonate your blood sugar can become too low.", "en"),
        ("That magnesium cures arthritis is a myth, and we will not repeat it.", "en"),
        ("Some say our capsules relieve pain; there is no proof of that.", "en"),
        ("Stop taking the capsules if you get diarrhoea, and see a doctor if the pain persists.", "en"),
    ],
)
def test_a_denial_or_warning_reaches_what_it_is_about_in_another_clause(text: str, language: Language) -> None:
    assert [finding.severity for finding in check_text(text, language)] == ["ok"]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Terms apply: a clear head.", "en"),
        ("Frying pan: calm every day.", "en"),
        ("Sinds 1926 het antwoord op stress op elk kantoor.", "nl"),
        ("Comment with a photo of your morning: energy back, stress gone, and a hamper to win.", "en"),
        ("For the warehouse team, headaches are history now that each shift starts with a scoop.", "en"),
    ],
)
def test_a_year_or_one_phrase_of_another_world_sets_no_claim_there(text: str, language: Language) -> None:
    assert [finding.severity for finding in check_text(text, language)] == ["block"]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("There is no question that magnesium eases arthritis.", "en"),
        ("It is nonsense that magnesium would not help with rheumatism.", "en"),
        ("No supplement relieves migraine as ours does.", "en"),
        ("There is no migraine that survives our capsules.", "en"),
        ("Although it is no medicine our tablets cure arthritis.", "en"),
        ("No proof of purchase needed, and our tablets cure arthritis.", "en"),
        ("This is not a medicine - it does lower your blood pressure.", "en"),
        ("Geen medicijn werkt zo snel tegen migraine.", "nl"),
        ("Wie beweert dat het niets doet voor astma, heeft het mis.", "nl"),
        ("Dat magnesium niets doet bij eczeem is niet waar.", "nl"),
    ],
)
def test_a_negation_that_strengthens_denies_nothing(text: str, language: Language) -> None:
    assert any(finding.blocks for finding in check_text(text, language))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Tell your doctor that your arthritis has vanished.", "en"),
        ("Your GP will be amazed how quickly your eczema clears.", "en"),
        ("Consult your mirror: eczema gone.", "en"),
        ("Vraag je arts waarom je bloeddruk ineens normaal is.", "nl"),
        ("Je apotheker zal je missen als de migraine weg is.", "nl"),
        ("Onze inpakker had jicht, tot hij een zakje probeerde.", "nl"),
        ("Pictured: our colleague, who is rid of her migraine.", "en"),
    ],
)
def test_a_professional_or_colleague_in_a_story_of_success_excuses_nothing(text: str, language: Language) -> None:
    assert any(finding.blocks for finding in check_text(text, language))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Caution, migraine: your days are numbered.", "en"),
        ("Do not take this if you would rather keep your rheumatism.", "en"),
        ("Steer clear of migraine this spring.", "en"),
        ("Do not use if:\n- you are fond of your insomnia\n- you want to keep your migraine", "en"),
        ("Waarschuwing: jicht maakt geen schijn van kans tegen onze druppels.", "nl"),
        ("Een veilige keuze bij depressie.", "nl"),
        ("Bijwerkingen:\n- minder hoofdpijn\n- een beter geheugen", "nl"),
        ("Halveer je medicatie met onze druppels.", "nl"),
    ],
)
def test_what_a_warning_welcomes_is_no_warning(text: str, language: Language) -> None:
    assert any(finding.blocks for finding in check_text(text, language))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Geen voedingssupplement kan een ziekte genezen of voorkomen.", "nl"),
        ("Er is twijfel of magnesium helpt tegen migraine.", "nl"),
        ("Niets wijst erop dat magnesium jicht verlicht.", "nl"),
        ("Het staat buiten kijf dat magnesium geen migraine geneest.", "nl"),
        ("There is no doubt that these tablets do not cure arthritis.", "en"),
        ("Dat magnesium zou helpen bij eczeem, is misleidend.", "nl"),
        ("Gaat je migraine na drie dagen niet weg, ga dan naar je huisarts.", "nl"),
        ("Ruil je antidepressiva niet in voor een supplement.", "nl"),
        ("No medicine, no miracle: this does not cure rheumatism.", "en"),
        ("Do not stop your migraine medicine when you feel better: ask your GP first.", "en"),
        ("Our packer has gout and works from home until he can walk again.", "en"),
        ("The warehouse is closed until the flu is over.", "en"),
        ("Never halve your medication on your own.", "en"),
    ],
)
def test_plain_denials_warnings_and_absences_pass(text: str, language: Language) -> None:
    assert [finding.severity for finding in check_text(text, language)] == ["ok"]


def test_medicines_in_a_list_of_what_to_ask_a_doctor_about_are_part_of_the_warning() -> None:
    text = "Ask your doctor first if you:\n- have diabetes\n- take medicines for high blood pressure\n- are pregnant"
    assert {finding.severity for finding in check_text(text, "en")} == {"ok"}
    text = "Vraag eerst je arts als je:\n- diabetes hebt\n- medicijnen tegen hoge bloeddruk slikt"
    assert {finding.severity for finding in check_text(text, "nl")} == {"ok"}


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Tell your doctor your blood pressure tablets are no longer needed.", "en"),
        ("Take your antidepressant two hours before magnesium, and soon not at all.", "en"),
        ("Vertel je arts dat je bloeddrukpillen niet meer nodig zijn.", "nl"),
        ("No doubt it cures insomnia; no side effects either.", "en"),
        ("Depression: a condition of the past for our regulars.", "en"),
        ("Malaat: zout van appelzuur, energie van een tiener.", "nl"),
        ("Mijn moeder had jaren migraine, en toen kwam dit pakketje.", "nl"),
        ('EFSA rejected "relieves gout", "relieves cramps" is our promise.', "en"),
        ("Other brands did nothing for my migraine; this one is another story.", "en"),
        ("No powder on the market prevents migraine, until now.", "en"),
        ("A sachet that is easy to open and hard on migraine.", "en"),
    ],
)
def test_what_fresh_eyes_got_through_blocks(text: str, language: Language) -> None:
    assert any(finding.blocks for finding in check_text(text, language))


def test_a_doctor_who_is_asked_about_a_medicine_is_no_claim() -> None:
    for text in (
        "Ask your GP whether your blood pressure tablets are still needed.",
        "Never stop your tablets yourself.",
    ):
        assert {finding.severity for finding in check_text(text, "en")} == {"ok"}
