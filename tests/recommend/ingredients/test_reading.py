"""Reading of ingredient lists: labelled lists of our own, one half never learned from, and each turn of phrase."""

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommend.ingredients.reading import Ingredients
from recommend.ingredients.vocabulary import ALLERGENS
from recommend.substances import load_substances, read_ingredients
from recommend.text import Language

LISTS = ("contains", "may_contain", "other_actives", "magnesium_forms", "sweeteners")


class Labelled(NamedTuple):
    """A list and what it says."""

    text: str
    language: Language
    labels: dict[str, frozenset[str]]
    vegan: str


class Score(NamedTuple):
    """Numbers of keys found, missed and invented."""

    found: int
    missed: int
    invented: int

    @property
    def recall(self) -> float:
        return self.found / (self.found + self.missed)

    @property
    def invented_share(self) -> float:
        return self.invented / (self.found + self.invented)


def labelled(name: str) -> list[Labelled]:
    with (Path(__file__).parent / f"labelled_{name}.csv").open(encoding="utf-8", newline="") as file:
        return [
            Labelled(
                row["text"],
                "nl" if row["lang"] == "nl" else "en",
                {key: frozenset(filter(None, row[key].split("|"))) for key in LISTS},
                row["vegan"],
            )
            for row in csv.DictReader(file)
        ]


def score(key: str, rows: Iterable[Labelled]) -> Score:
    found = missed = invented = 0
    for row in rows:
        read = set(getattr(read_ingredients(row.text, row.language), key))
        found += len(read & row.labels[key])
        missed += len(row.labels[key] - read)
        invented += len(read - row.labels[key])
    return Score(found, missed, invented)


@pytest.mark.parametrize("name", ["develop", "unseen"])
@pytest.mark.parametrize(
    ("key", "least", "most"),
    [
        ("contains", 0.97, 0.02),
        ("may_contain", 0.97, 0.02),
        ("other_actives", 0.95, 0.05),
        ("magnesium_forms", 0.95, 0.05),
        ("sweeteners", 0.95, 0.05),
    ],
)
def test_the_labelled_lists_are_read(name: str, key: str, least: float, most: float) -> None:
    result = score(key, labelled(name))
    assert result.recall >= least, result
    assert result.invented_share <= most, result


@pytest.mark.parametrize("name", ["develop", "unseen"])
def test_vegan_is_right_in_the_labelled_lists(name: str) -> None:
    rows = labelled(name)
    wrong = [row.text for row in rows if read_ingredients(row.text, row.language).vegan != row.vegan]
    assert len(wrong) <= 0.05 * len(rows), wrong


def contains(text: str, language: Language = "nl") -> tuple[str, ...]:
    return read_ingredients(text, language).contains


@pytest.mark.parametrize(
    "text",
    [
        "glutenvrij",
        "gluten-, lactose- en sojavrij",
        "Vrij van gluten, lactose en soja.",
        "Zonder tarwe, melk of ei.",
        "Bevat geen vis en geen weekdieren.",
        "dairy-free, gluten free",
        "Free from milk, egg, fish and nuts.",
        "No gluten, no dairy, no nuts.",
        "vitamine E (zonder soja)",
        "Geproduceerd in een fabriek waar geen noten worden verwerkt.",
    ],
)
def test_absence_is_no_allergen(text: str) -> None:
    found = read_ingredients(f"Magnesiumcitraat, HPMC. {text}", "nl")
    assert (found.contains, found.may_contain) == ((), ())


@pytest.mark.parametrize(
    "text",
    [
        "Kan sporen van noten bevatten.",
        "Kan noten bevatten.",
        "Kan bevatten: noten.",
        "Bevat mogelijk noten.",
        "Noten kunnen aanwezig zijn.",
        "Geproduceerd in een fabriek waar ook noten worden verwerkt.",
        "Noten worden in dezelfde fabriek verwerkt.",
        "We kunnen niet garanderen dat dit vrij is van noten.",
        "Kruisbesmetting met noten is niet uit te sluiten.",
        "Niet geschikt voor mensen met een notenallergie.",
        "May contain traces of nuts.",
        "Made on equipment that also processes nuts.",
        "Packed where nuts are handled.",
        "Not suitable for people allergic to nuts.",
    ],
)
def test_a_trace_is_possibly_contained_and_no_more(text: str) -> None:
    found = read_ingredients(f"Magnesiumcitraat, sojalecithine. {text}", "nl")
    assert (found.contains, found.may_contain) == (("soy",), ("nuts",))


def test_after_an_absence_in_the_middle_of_a_list_the_list_goes_on() -> None:
    assert contains("Magnesiumoxide, zonder suiker, sojalecithine, vitamine C en weipoeder") == ("soy", "milk")
    assert contains("Magnesiumoxide (zonder soja), sojalecithine") == ("soy",)
    assert contains("lactosevrije melk, glutenvrije haver") == ("gluten", "milk")


@pytest.mark.parametrize(
    "word",
    [
        "kokosmelk",
        "coconut milk",
        "cacaoboter",
        "boekweit",
        "nootmuskaat",
        "melkzuur",
        "calciumlactaat",
        "mariadistel (melkdistel)",
        "Humulus lupulus",
        "glycine",
        "eiwit",
        "maltodextrine",
        "maltitol",
        "magnesiumsulfaat",
        "oesterzwam",
        "zeewier",
        "eggplant",
        "water chestnut",
        "kokosnoot",
        "rijstmout",
        "E150d (sulfietkaramel)",
    ],
)
def test_a_word_that_only_looks_like_an_allergen_is_none(word: str) -> None:
    assert contains(f"magnesiumcitraat, {word}, water") == ()


@pytest.mark.parametrize(
    ("word", "allergen"),
    [
        ("natriumcaseïnaat", "milk"),
        ("weipoeder", "milk"),
        ("lactose", "milk"),
        ("arachideolie", "peanuts"),
        ("spelt", "gluten"),
        ("lysozym", "eggs"),
        ("E 1105", "eggs"),
        ("E322 (soja)", "soy"),
        ("Glycine max", "soy"),
        ("natto", "soy"),
        ("E-224", "sulphites"),
        ("zwaveldioxide", "sulphites"),
        ("krillolie", "crustaceans"),
        ("inktvis", "molluscs"),
        ("visgelatine", "fish"),
        ("tahin", "sesame"),
        ("amandelmelk", "nuts"),
        ("Apium graveolens", "celery"),
        ("mosterdbloem", "mustard"),
        ("lupinemeel", "lupin"),
        ("tarwe zetmeel", "gluten"),
        ("**soja**lecithine", "soy"),
        ("<b>soja</b>lecithine", "soy"),
        ("so\u00adja", "soy"),
        ("melk-\npoeder", "milk"),
        ("sojale-\ncithine", "soy"),
    ],
)
def test_an_allergen_is_found_under_its_other_names(word: str, allergen: str) -> None:
    assert contains(f"magnesiumcitraat, {word}, water") == (allergen,)


@pytest.mark.parametrize(
    ("text", "vegan"),
    [
        ("magnesiumcitraat, capsule (HPMC)", "yes"),
        ("magnesiumcitraat, capsule (rundergelatine)", "no"),
        ("magnesiumcitraat, capsule", "unknown"),
        ("magnesiumcitraat. Capsule: plantaardige cellulose", "yes"),
        ("Per capsule: magnesiumcitraat 500 mg", "yes"),
        ("magnesiumcitraat, vitamine D3", "unknown"),
        ("magnesiumcitraat, vitamine D3 (uit korstmos)", "yes"),
        ("magnesiumcitraat, vitamine D3 (lanoline)", "no"),
        ("magnesiumcitraat, vitamine D3. Geschikt voor veganisten.", "yes"),
        ("magnesiumcitraat. Niet geschikt voor veganisten.", "no"),
        ("magnesiumcitraat, glansmiddel (E904)", "no"),
        ("magnesiumcitraat, bijenwas", "no"),
        ("magnesiumcitraat. Kan sporen van melk bevatten.", "yes"),
        ("", "unknown"),
    ],
)
def test_vegan_follows_from_the_list_alone(text: str, vegan: str) -> None:
    assert read_ingredients(text, "nl").vegan == vegan


@pytest.mark.parametrize(
    ("text", "actives", "forms"),
    [
        ("zinkcitraat, antioxidant (ascorbinezuur)", ("zinc",), ()),
        ("ascorbinezuur (antioxidant), magnesiumcitraat", (), ("citrate",)),
        ("ascorbinezuur, magnesiumcitraat", ("vitamin_c",), ("citrate",)),
        ("zink, vulstof (magnesiumcarbonaat, E504)", ("zinc",), ()),
        ("vulstoffen: cellulose, dicalciumfosfaat, zinkcitraat, magnesiumcitraat", ("zinc",), ("citrate",)),
        ("zuurteregelaar: citroenzuur, natriumcarbonaat; magnesiumcarbonaat", (), ("carbonate",)),
        ("Magnesium (als citraat en malaat), zink", ("zinc",), ("citrate", "malate")),
        ("Tricalciumfosfaat, magnesiumoxide", ("calcium",), ("oxide",)),
        ("magnesiumoxide, tricalciumfosfaat", (), ("oxide",)),
        ("kaliumjodide, natriumseleniet, magnesiumtauraat", ("iodine", "selenium"), ("taurate",)),
        ("Vitamine C, D3 en E, magnesiumaminozuurchelaat", ("vitamin_c", "vitamin_d", "vitamin_e"), ("other",)),
        ("capsule (verdikkingsmiddel (HPMC, kleurstof (E141)), zink, magnesiumoxide", ("zinc",), ("oxide",)),
        ("Magnesium uit: citraat, malaat en tauraat; zink", ("zinc",), ("citrate", "malate", "taurate")),
        ("Mg-citraat, Mg-bisglycinaat, 500 mg zinkcitraat", ("zinc",), ("citrate", "bisglycinate")),
        ("magnesium 125 mg; zink 3 mg", ("zinc",), ("other",)),
        ("magnesiumbisglycinaaat, beta-caroteen", ("vitamin_a",), ("bisglycinate",)),
        ("magnesiumcitraat zonder magnesiumstearaat of magnesiumoxide", (), ("citrate",)),
    ],
)
def test_what_has_a_function_is_no_active_and_no_form(
    text: str, actives: tuple[str, ...], forms: tuple[str, ...]
) -> None:
    found = read_ingredients(text, "nl")
    assert (found.other_actives, found.magnesium_forms) == (actives, forms)


def test_a_sweetener_counts_by_name_and_number_unless_it_has_another_function() -> None:
    found = read_ingredients("zoetstoffen: E955, stevia; bevochtigingsmiddel (sorbitol), xylitol, isomaltulose", "nl")
    assert found.sweeteners == ("sucralose", "stevia", "xylitol")


def test_letters_apart_make_no_sulphite_of_a_sulphate_and_no_aspartame_of_an_aspartate() -> None:
    found = read_ingredients("zinc sulphate, magnesium aspartate, copper sulphates", "en")
    assert (found.contains, found.sweeteners) == ((), ())


def test_a_word_that_means_something_else_in_the_other_language_does_not_count_there() -> None:
    assert read_ingredients("magnesiumcitraat, room", "nl").contains == ("milk",)
    assert read_ingredients("magnesium citrate, kept in a cool room", "en").contains == ()
    assert read_ingredients("magnesium citrate, morel mushroom", "en").other_actives == ()


def test_spans_give_the_words_in_the_text_as_it_was_typed() -> None:
    text = "Magnesium­oxide, <b>SOJA</b>lecithine, ĳzerfumaraat, gelatine. Kan MELK bevatten."
    spans = {(span.kind, span.key): span for span in read_ingredients(text, "nl").spans}
    assert all(text[span.start : span.end] == span.word for span in spans.values())
    assert spans["form", "oxide"].word == "Magnesium­oxide"
    assert spans["contains", "soy"].word == "SOJA</b>lecithine"
    assert spans["active", "iron"].word == "ĳzerfumaraat"
    assert spans["animal", "gelatine"].word == "gelatine"
    assert spans["may_contain", "milk"].word == "MELK"


SIGNS = ("(", ")", ",", ";", ":", ".", "\n", "<b>", "&amp;", "*", "E", "322", "C", "en")
WORDS = st.sampled_from(
    [
        *SIGNS,
        "magnesium",
        "citraat",
        "melk",
        "soja-",
        "zonder",
        "kan",
        "bevatten",
        "vrij",
        "capsule",
        "vulstof",
        "vitamine",
    ]
)


@settings(max_examples=300)
@given(st.one_of(st.text(), st.lists(WORDS).map(" ".join), st.lists(WORDS).map("".join)))
def test_any_text_is_read_and_every_span_lies_in_it(text: str) -> None:
    for language in ("nl", "en"):
        found = read_ingredients(text, language)
        assert_sound(found, text)


def assert_sound(found: Ingredients, text: str) -> None:
    for span in found.spans:
        assert 0 <= span.start < span.end <= len(text)
        assert text[span.start : span.end] == span.word
    assert set(found.contains) | set(found.may_contain) <= set(ALLERGENS)
    assert set(found.contains).isdisjoint(found.may_contain)
    assert set(found.other_actives) <= load_substances().by_id.keys()


def test_brackets_without_end_are_read_as_well() -> None:
    assert contains("a (" * 5000 + "melk") == ("milk",)
