"""Facts of the article on which the shop is based: each is repeated or deliberately corrected."""

from collections.abc import Callable
from typing import Literal, NamedTuple

import pytest

from recommend.knowledge import Ruleset
from recommend.text import Text
from tests.recommend.test_guide import section_says

Where = Callable[[Ruleset], Text]


def note(identifier: str) -> Where:
    return lambda ruleset: next(note.text for note in ruleset.notes if note.id == identifier)


def reason(identifier: str) -> Where:
    return lambda ruleset: next(rule.reason for rule in ruleset.rules if rule.id == identifier)


def about(form: str) -> Where:
    return lambda ruleset: ruleset.forms[form].about


def question(key: str) -> Where:
    return lambda ruleset: ruleset.questions[key].label


def guide(identifier: str) -> Where:
    def text(ruleset: Ruleset) -> Text:
        section = next(section for section in ruleset.guide.sections if section.id == identifier)
        return Text(nl=section_says(section, "nl"), en=section_says(section, "en"))

    return text


class Fact(NamedTuple):
    """A fact of the article, its treatment in the shop, and the words of the text that must contain it."""

    claim: str
    the_shop: Literal["carries", "corrects"]
    where: Where
    nl: tuple[str, ...]
    en: tuple[str, ...]


FACTS = [
    Fact(
        "citrate is well absorbed",
        "carries",
        reason("citrate-start"),
        ("citraat meer opgenomen dan van oxide",),
        ("more was absorbed of citrate than of oxide",),
    ),
    Fact("oxide is cheap", "carries", reason("oxide-cheap-on-low-budget"), ("vaak goedkoop",), ("often cheap",)),
    Fact(
        "oxide is less well absorbed",
        "carries",
        note("oxide-honest"),
        ("gemiddeld minder op dan van citraat",),
        ("absorbs less of magnesium oxide on average",),
    ),
    Fact(
        "oxide is less well absorbed, without more",
        "corrects",
        note("oxide-honest"),
        ("lopen uiteen", "4 %", "22,8 %", "evenveel als bij citraat"),
        ("differ", "4%", "22.8%", "as much as with citrate"),
    ),
    Fact(
        "glycinate suits sensitive stomachs",
        "corrects",
        reason("bisglycinate-when-stomach-mild"),
        ("één klein onderzoek met 12 mensen", "(glycinaat)", "is niet bekend"),
        ("one small study with 12 people", "(glycinate)", "is not known"),
    ),
    Fact(
        "bisglycinate is well absorbed",
        "carries",
        reason("bisglycinate-start"),
        ("meer opgenomen dan van oxide", "mager"),
        ("more was absorbed", "than of oxide", "thin"),
    ),
    Fact(
        "bisglycinate is well absorbed, like citrate",
        "corrects",
        about("bisglycinate"),
        ("dan van citraat, is niet aangetoond",),
        ("has not been shown", "than of citrate"),
    ),
    Fact(
        "glycinate and bisglycinate are two forms",
        "corrects",
        note("glycinate-is-bisglycinate"),
        ("twee namen voor één verbinding", "dezelfde gegevens"),
        ("two names for one compound", "the same facts"),
    ),
    Fact(
        "taurate is gentle on the stomach",
        "corrects",
        note("taurate-no-human-study"),
        ("bijwerkingen", "geen onderzoek met mensen", "ratten", "acetyltauraat"),
        ("side effects", "no study with people", "rats", "acetyl taurate"),
    ),
    Fact(
        "taurate is gentle on the stomach, as a reason",
        "corrects",
        reason("taurate-when-stomach-mild"),
        ("geen onderzoek met mensen", "onder bisglycinaat"),
        ("no study with people", "below bisglycinate"),
    ),
    Fact(
        "the choice depends on stomach and bowel",
        "carries",
        question("stomach"),
        ("maag en darmen",),
        ("stomach and bowel",),
    ),
    Fact("diarrhoea is a side effect", "carries", note("side-effects"), ("diarree",), ("diarrhoea",)),
    Fact("nausea is a side effect", "carries", note("side-effects"), ("misselijkheid",), ("nausea",)),
    Fact("abdominal pain is a side effect", "carries", note("side-effects"), ("buikpijn",), ("abdominal pain",)),
    Fact(
        "the three side effects, in the guide",
        "carries",
        guide("safety"),
        ("diarree", "misselijkheid", "buikpijn"),
        ("diarrhoea", "nausea", "abdominal pain"),
    ),
    Fact(
        "take care with kidney disease",
        "carries",
        note("kidneys-first"),
        ("geen magnesium bij nierziekte",),
        ("not take magnesium with kidney disease",),
    ),
    Fact(
        "take care with kidney disease, which is too weak",
        "corrects",
        note("kidney-disease"),
        ("geen producten", "huisarts of nierarts"),
        ("no products", "GP or kidney specialist"),
    ),
    Fact(
        "magnesium interferes with antibiotics",
        "carries",
        note("tetracycline-quinolone"),
        ("antibiotic", "2 uur vóór of 4 tot 6 uur na"),
        ("antibiotic", "2 hours before or 4 to 6 hours after"),
    ),
    Fact(
        "magnesium interferes with bisphosphonates",
        "carries",
        note("bisphosphonate"),
        ("alendroninezuur", "3 tot 4 uur", "nooit minder dan 2 uur"),
        ("alendronic acid", "3 to 4 hours", "never less than 2"),
    ),
    Fact(
        "only those two kinds of medicine",
        "corrects",
        note("medicines-in-general"),
        ("levothyroxine", "plaspillen", "digoxine", "anesthesioloog"),
        ("levothyroxine", "diuretics", "digoxin", "anaesthetist"),
    ),
    Fact(
        "adults need 300 to 420 mg a day",
        "corrects",
        guide("intake"),
        ("300 mg magnesium per dag voor vrouwen en 350 mg voor mannen", "Amerikaanse", "310 tot 420 mg"),
        ("300 mg of magnesium a day for women and 350 mg for men", "American", "310 to 420 mg"),
    ),
    Fact(
        "the upper limit is 350 to 400 mg a day",
        "corrects",
        note("upper-limit"),
        ("250 mg magnesium per dag uit supplementen", "Verenigde Staten houden 350 mg", "400 mg vonden we geen"),
        ("250 mg of magnesium a day from supplements", "United States use 350 mg", "400 mg we found no authority"),
    ),
    Fact(
        "the upper limit, without saying of what",
        "corrects",
        note("upper-limit"),
        ("uit supplementen en verrijkt eten",),
        ("from supplements and fortified food",),
    ),
    Fact(
        "the upper limit of 350 to 400 mg, in the guide",
        "corrects",
        guide("safety"),
        ("bovengrens 250 mg", "400 mg, maar daarvoor vonden we geen instantie"),
        ("upper limit is 250 mg", "400 mg, but we found no authority"),
    ),
    Fact("older people are a risk group", "carries", guide("deficiency"), ("ouderen",), ("older people",)),
    Fact(
        "people with digestive problems are a risk group",
        "carries",
        guide("deficiency"),
        ("spijsverteringsproblemen",),
        ("digestive problems",),
    ),
    Fact(
        "people with a one-sided diet are a risk group",
        "carries",
        guide("deficiency"),
        ("die eenzijdig eten",),
        ("a one-sided diet",),
    ),
    Fact("a doctor can test the blood", "carries", guide("deficiency"), ("bloedonderzoek",), ("blood test",)),
    Fact(
        "a shortage shows in complaints",
        "corrects",
        guide("deficiency"),
        ("geen diagnose", "huisarts bekijken of bloedonderzoek"),
        ("no diagnosis", "GP can decide whether a blood test"),
    ),
    Fact(
        "a varied diet normally gives enough",
        "carries",
        guide("deficiency"),
        ("gevarieerd eten krijg je normaal gesproken genoeg",),
        ("varied diet you normally get enough",),
    ),
    Fact("food: green leafy vegetables", "carries", guide("food"), ("groene bladgroenten",), ("green leafy veg",)),
    Fact("food: nuts and seeds", "carries", guide("food"), ("noten en zaden",), ("nuts and seeds",)),
    Fact("food: wholegrain products", "carries", guide("food"), ("volkorenproducten",), ("wholegrain products",)),
    Fact("food: legumes", "carries", guide("food"), ("peulvruchten",), ("legumes",)),
    Fact(
        "when in doubt, ask a doctor or pharmacist",
        "carries",
        note("kidneys-first"),
        ("arts of apotheker",),
        ("doctor or pharmacist",),
    ),
    Fact("ask a doctor or pharmacist, in the guide", "carries", guide("safety"), ("arts of ap",), ("or pharmacist",)),
    Fact(
        "magnesium does more for the nervous system than the law lets a shop say",
        "corrects",
        guide("why_only_these"),
        ("niet toegestaan", "laten we ze weg"),
        ("are not authorised", "we leave them out"),
    ),
]


@pytest.mark.parametrize("fact", FACTS, ids=[f"{fact.the_shop}: {fact.claim}" for fact in FACTS])
def test_the_shop_carries_or_corrects_the_fact_in_both_languages(fact: Fact, ruleset: Ruleset) -> None:
    text = fact.where(ruleset)
    assert [words for words in fact.nl if words not in text.nl] == []
    assert [words for words in fact.en if words not in text.en] == []
