"""Vocabulary of wishes: the words by which shoppers name forms, kinds, marks, limits, units and negation.

Plain words (lower case, no accents) in Dutch and English, with the German and French that shoppers use beside them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cache

from msgspec import Struct

from catalog.models import Allergen, DosageForm
from catalog.product_words import ALLERGENS
from catalog.search.facets import MIXED, PURE, YES, Facet, sweetener_words
from catalog.search.tokens import words_in
from recommend.knowledge import Form, Ruleset
from recommend.loading import load_ruleset
from recommend.substances import load_substances
from recommend.text import LANGUAGES

Phrase = tuple[str, ...]
"""Plain words in their order."""


class Choice(Struct, frozen=True):
    """Values of a facet, of which a product needs one; of what a shopper does without, none."""

    facet: Facet
    values: tuple[str, ...]


class Ingredients(Struct, frozen=True):
    """Ingredients that a shopper does without: a product with one of the words in its ingredients is left out."""

    name: str
    words: tuple[str, ...]


Named = Choice | Ingredients


def word_set(text: str) -> frozenset[str]:
    """Words between blanks."""
    return frozenset(text.split())


def _phrases(text: str) -> tuple[Phrase, ...]:
    """Phrases between commas, the longest first."""
    return tuple(sorted((tuple(one.split()) for one in text.split(",")), key=len, reverse=True))


MAGNESIUM = word_set("magnesium mag mg magnesiumsupplement magnesiumsupplementen magnesio magnesiums")
"""Words that every product answers to; "mg" is the element unless a number stands before it."""

KIND_WORDS: Mapping[str, tuple[DosageForm, ...]] = {
    word: kinds
    for kinds, words in (
        (
            (DosageForm.CAPSULE,),
            "capsule capsules capsuletje capsuletjes caps cap vcaps vcap kapsel kapseln kapsels gelule gelules softgel"
            " softgels",
        ),
        (
            (DosageForm.TABLET,),
            "tablet tablets tabletten tabletje tabletjes tablette tabletter tabs comprime comprimes kauwtablet"
            " kauwtabletten zuigtablet zuigtabletten",
        ),
        ((DosageForm.POWDER,), "poeder poeders poedertje poedertjes poedervorm powder powders powdered pulver poudre"),
        (
            (DosageForm.LIQUID,),
            "vloeibaar vloeibare vloeistof liquid liquids flussig flussiges liquide druppels druppel druppeltjes drops"
            " drank drankje siroop syrup tropfen gouttes",
        ),
        ((DosageForm.TABLET, DosageForm.CAPSULE), "pil pillen pilletje pilletjes pill pills pillen"),
    )
    for word in words.split()
    for kinds in (kinds,)
}

UNIT_NOUNS = frozenset(KIND_WORDS) | word_set("stuks stuk pieces piece count ct st servings porties doseringen")
MARKS: Mapping[Phrase, Choice] = {
    **dict.fromkeys(
        _phrases(
            "vegan,vegans,vegane,veganistisch,veganistische,vegetarisch,vegetarische,vegetarian,vegan only,veggie,"
            "plantaardig,plantaardige,plant based,plantbased,vegaan"
        ),
        Choice(Facet.VEGAN, (YES,)),
    ),
    **dict.fromkeys(
        _phrases(
            "op voorraad,in voorraad,voorradig,direct leverbaar,leverbaar,in stock,available,available now,auf lager,"
            "en stock,uit voorraad"
        ),
        Choice(Facet.IN_STOCK, (YES,)),
    ),
    **dict.fromkeys(
        _phrases(
            "zuiver,zuivere,puur,pure,alleen zuiver,alleen zuivere,alleen puur,pure only,only pure,single form,"
            "een vorm,unblended,rein,reines"
        ),
        Choice(Facet.COMPOSITION, (PURE,)),
    ),
    **dict.fromkeys(
        _phrases("mengsel,mengsels,mengvorm,blend,blends,blended,mix,mixed,complex,magnesiumcomplex,combi"),
        Choice(Facet.COMPOSITION, (MIXED,)),
    ),
}

_INGREDIENTS = (
    Ingredients("gelatine", ("gelatine", "gelatin", "rundergelatine", "visgelatine")),
    Ingredients("fillers", ("vulstof", "vulstoffen", "filler", "fillers", "stearaat", "stearate", "vetzuren")),
    Ingredients("stearate", ("stearaat", "stearate", "magnesiumstearaat", "vetzuren")),
    Ingredients("sugar", ("suiker", "suikers", "sugar", "sugars", "glucose", "dextrose", "sucrose")),
    Ingredients("colours", ("kleurstof", "kleurstoffen", "colour", "colours", "color", "colors", "colouring")),
    Ingredients("flavours", ("aroma", "aromas", "smaakstof", "smaakstoffen", "flavour", "flavouring", "flavor")),
)
_INGREDIENT_NAMES: Mapping[str, str] = {
    **dict.fromkeys(word_set("gelatine gelatin gelatines rundergelatine gelantine"), "gelatine"),
    **dict.fromkeys(
        word_set("vulstof vulstoffen vulmiddel vulmiddelen filler fillers hulpstoffen toevoegingen"), "fillers"
    ),
    **dict.fromkeys(word_set("additives"), "fillers"),
    **dict.fromkeys(word_set("stearaat stearate stearaten magnesiumstearaat magnesiumstearate"), "stearate"),
    **dict.fromkeys(word_set("suiker suikers sugar sugars"), "sugar"),
    **dict.fromkeys(word_set("kleurstof kleurstoffen colour colours color colors colouring dyes"), "colours"),
    **dict.fromkeys(word_set("aroma aromas smaakstof smaakstoffen flavour flavours flavouring flavors"), "flavours"),
    **dict.fromkeys(
        word_set("zoetstof zoetstoffen sweetener sweeteners zoetjes sussstoff susstoffe edulcorant edulcorants"),
        "sweeteners",
    ),
}

_MORE_ALLERGENS: Mapping[str, Allergen] = {
    word: allergen
    for allergen, words in (
        (Allergen.MILK, "zuivel dairy lactose melkeiwit koemelk milk"),
        (Allergen.GLUTEN, "tarwe wheat gluten"),
        (Allergen.SOY, "soya soja soy"),
        (Allergen.NUTS, "noot noten nut nuts"),
        (Allergen.EGGS, "ei eieren egg eggs"),
        (Allergen.FISH, "vis fish"),
        (Allergen.CRUSTACEANS, "schaaldieren schelpdieren shellfish crustaceans"),
        (Allergen.PEANUTS, "pinda pindas peanut peanuts"),
        (Allergen.SULPHITES, "sulfiet sulfieten sulphite sulphites sulfite sulfites"),
    )
    for word in words.split()
}


class Bound(StrEnum):
    MOST = "most"
    LEAST = "least"


BOUNDS: tuple[tuple[Phrase, Bound], ...] = tuple(
    sorted(
        (
            *(
                (phrase, Bound.MOST)
                for phrase in _phrases(
                    "onder,onder de,beneden,tot,tot aan,tot maximaal,tot en met,max,maximaal,maximum,hoogstens,hooguit,"
                    "ten hoogste,minder dan,lager dan,goedkoper dan,kleiner dan,niet meer dan,niet boven,"
                    "niet duurder dan,niet hoger dan,niet over,geen meer dan,binnen,under,below,up to,upto,at most,"
                    "at max,less than,"
                    "lower than,cheaper than,fewer than,no more than,not more than,not over,not above,no higher than,"
                    "maximum of,max of,within,beneath,unter,bis,bis zu,hochstens,weniger als,moins de,jusqu a,t m"
                )
            ),
            *(
                (phrase, Bound.LEAST)
                for phrase in _phrases(
                    "boven,boven de,minstens,minimaal,minimum,min,ten minste,tenminste,op zijn minst,op z n minst,"
                    "meer dan,hoger dan,groter dan,sterker dan,duurder dan,vanaf,niet minder dan,niet onder,"
                    "niet lager dan,niet goedkoper dan,at least,over,above,more than,higher than,greater than,"
                    "no less than,not less than,"
                    "not under,not below,minimum of,mindestens,uber,ab,mehr als,au moins,plus de,stronger than,from"
                )
            ),
        ),
        key=lambda one: len(one[0]),
        reverse=True,
    )
)
SIGNS: Mapping[str, Bound] = {"<": Bound.MOST, "≤": Bound.MOST, ">": Bound.LEAST, "≥": Bound.LEAST}
AFTER_BOUNDS: tuple[tuple[Phrase, Bound], ...] = tuple(
    sorted(
        (
            *(
                (phrase, Bound.MOST)
                for phrase in _phrases(
                    "of minder,of lager,of goedkoper,en minder,or less,or under,or below,or cheaper,or lower,or fewer,"
                    "and under,max,maximaal,maximum,tops,of eronder,of daaronder,hooguit"
                )
            ),
            *(
                (phrase, Bound.LEAST)
                for phrase in _phrases(
                    "of meer,of hoger,of sterker,en meer,or more,or higher,or above,and up,and over,en hoger,min,"
                    "minimaal,minimum"
                )
            ),
        ),
        key=lambda one: len(one[0]),
        reverse=True,
    )
)
BETWEEN = word_set("tussen between zwischen entre")
FROM = word_set("van from von")
TO: tuple[Phrase, ...] = _phrases("tot en met,tot,t m,en,up to,to,and,bis,und,et,a")

EURO = word_set("euro euros eur euri pond ponden pound pounds dollar dollars")
CURRENCY_SIGNS = frozenset("€£$")
COINS: Mapping[str, int] = {"kwartje": 25, "kwartjes": 25, "dubbeltje": 10, "stuiver": 5, "tientje": 1000}
"""Cents."""
CENT = word_set("cent cents ct cts centen eurocent eurocents pence penny")
MILLIGRAM = word_set("mg milligram milligrams milligrammen mgs")
DAYS: Mapping[str, int] = {
    **dict.fromkeys(word_set("dag dagen day days"), 1),
    **dict.fromkeys(word_set("week weken weeks"), 7),
    **dict.fromkeys(word_set("maand maanden month months"), 30),
}
PER_DAY: tuple[Phrase, ...] = _phrases(
    "per dag,per day,a day,een dag,each day,every day,elke dag,iedere dag,daags,daily,dagelijks,dag,day,pro tag,"
    "par jour,p d,pd,per dagdosering,per portie,per dagportie,per serving,per daily dose"
)
PER_100MG: tuple[Phrase, ...] = _phrases("per 100 mg,per 100mg,per 100 milligram")
PER_MONTH: tuple[Phrase, ...] = _phrases("per maand,per month,a month,een maand,maandelijks,monthly")
PER_PACK: tuple[Phrase, ...] = _phrases(
    "per pot,per potje,per verpakking,per pak,per doos,per doosje,per pack,per jar,per bottle,per box,per flesje,"
    "per fles,per zak,per zakje,a pack,a jar,a bottle,a pot,per pot magnesium,voor een pot,totaal,in total"
)
NUMBER_WORDS: Mapping[str, int] = {
    **{"tien": 10, "vijftien": 15, "twintig": 20, "vijfentwintig": 25, "dertig": 30, "veertig": 40, "vijftig": 50},
    **{"honderd": 100, "tweehonderd": 200, "ten": 10, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40},
    **{"fifty": 50, "hundred": 100, "vijf": 5, "five": 5, "twaalf": 12, "twelve": 12},
}

NEGATIONS: tuple[Phrase, ...] = _phrases(
    "zonder,geen,niet,without,no,not,sans,ohne,non,nooit,kein,keine,behalve,uitgezonderd,exclusief,excluding,exclude,"
    "except,except for,minus,in plaats van,instead of,liever geen,vrij van,free of,free from,anything but,"
    "everything but,all but,anything except,everything except,alles behalve,alles zonder,other than,rather than,"
    "anders dan,pas de,allergisch voor,allergic to,allergie voor,intolerant voor,wil niet,don t want,dont want,"
    "do not want,hoef geen,niks met,avoid,vermijd,never"
)
NO_NEGATIONS: tuple[Phrase, ...] = _phrases("niet alleen,not only,not just,niet per se,niet persee,no matter")
"""Phrases with a negation that leaves nothing out."""
FREE = word_set("vrij vrije free frei intolerant intolerantie intolerance allergie allergy allergisch allergic")
CHEAP: tuple[Phrase, ...] = _phrases(
    "goedkoop,goedkope,goedkoper,goedkopere,goedkoopste,voordelig,voordelige,voordeliger,voordeligere,voordeligste,"
    "cheap,cheaper,cheapest,niet te duur,niet duur,niet zo duur,betaalbaar,betaalbare,not too expensive,not expensive,"
    "affordable,budget,gunstig,billig,pas cher,best value,prijs kwaliteit,inexpensive,niet te prijzig,not too pricey"
)
COMPARISONS = (
    frozenset(
        word
        for phrases in ([phrase for phrase, _ in (*BOUNDS, *AFTER_BOUNDS)], NEGATIONS)
        for phrase in phrases
        for word in phrase
    )
    | BETWEEN
    | word_set("maar but")
)
"""Words of limits and negation: never taken for a misspelt word, never dropped without a notice."""

FILLERS = word_set(
    "de het een van voor met in op bij per om te die dat deze dit ik wil wij we je jij mijn me mij is zijn ben "
    "bent er en of ook maar want als dan dus nog wel graag liefst liever zoek zoeken koop kopen bestel bestellen "
    "heb hebben heeft nodig kan kun kunnen mag moet welke welk wat waar wie hoe goed goede goeie beste best top "
    "betere beter echt echte alle alles iets product producten supplement supplementen voedingssupplement "
    "voedingssupplementen pot potje potjes verpakking kleine klein grote groot maat bevat bevatten zit zitten "
    "staat soort soorten eet eten neem nemen gebruik natuurlijk natuurlijke hoge hoogwaardig hoogwaardige "
    "kwaliteit zo a an the for with at on to that i need from are be and or so also please but my you your it its "
    "this these those some any which what who how looking find show give get buy good great better something "
    "someone products supplements high quality just only must should can could would like has have contains "
    "contain containing made using all little small large big pack bottle jar alstublieft aub svp ist fur mit und "
    "oder ein eine der das le la les un une du des pour avec et ou naar toe iemand mensen hallo hi hello online "
    "webshop winkel shop prijs price prijzen werkzame stof stoffen goedgekeurd doe even gewoon dagelijks daily "
    "elementair elementaire elemental zoals such as there ongeveer about around circa rond ca exactly precies "
    "betekent betekenis betekenen bedoelt bedoeld definitie mean means meaning definition does "
    "dosering dosis extra extract vorm form dosed rather preferably ideally ideaal bijvoorbeeld eg"
)
"""Words that a search ignores. They say nothing of a product."""
NOT_NAMES = COMPARISONS | FILLERS | MAGNESIUM
"""Words that name nothing that could be left out or looked for."""
AND = word_set("en of noch and or nor ou und oder et") | frozenset(",/&+;")
OR = word_set("of or vs versus oder ou") | frozenset("/")


Starts = Mapping[str, Sequence[Phrase]]
"""Phrases by their first word, the longest first."""


def starts_of(phrases: Iterable[Phrase]) -> Starts:
    """The phrases by their first word, so that a word that begins none costs one look."""
    found: dict[str, list[Phrase]] = {}
    for phrase in sorted(phrases, key=len, reverse=True):
        found.setdefault(phrase[0], []).append(phrase)
    return found


@cache
def named_things() -> Mapping[Phrase, Choice]:
    """Choices by the phrases that name them: forms, kinds of product and marks."""
    found: dict[Phrase, Choice] = {}
    for phrase, form in _form_phrases(load_ruleset()):
        found.setdefault(phrase, form)
    for word, kinds in KIND_WORDS.items():
        found[word,] = Choice(Facet.DOSAGE_FORM, tuple(kind.value for kind in kinds))
    return found | dict(MARKS)


@cache
def left_out_things() -> Mapping[Phrase, Named]:
    """Things that somebody can do without, by the phrases that name them; the first that names one counts."""
    found: dict[Phrase, Named] = dict(named_things())
    for allergen, words in ALLERGENS.items():
        for name in (words.name.nl, words.name.en, *words.searched.split()):
            found[tuple(words_in(name))] = Choice(Facet.WITHOUT, (allergen.value,))
    for word, allergen in _MORE_ALLERGENS.items():
        found[word,] = Choice(Facet.WITHOUT, (allergen.value,))
    for substance in load_substances().beside_magnesium:
        for language in LANGUAGES:
            phrase = tuple(words_in(substance.name.in_language(language)))
            found.setdefault(phrase, Choice(Facet.WITHOUT_ACTIVE, (substance.id,)))
    known = {
        group.name: group for group in (*_INGREDIENTS, Ingredients("sweeteners", tuple(sorted(sweetener_words()))))
    }
    for word, name in _INGREDIENT_NAMES.items():
        found[word,] = known[name]
    return found


def _form_phrases(ruleset: Ruleset) -> Iterator[tuple[Phrase, Choice]]:
    """Every name of every form, also without the word magnesium, and as German, French and plural spell it."""
    for names in ruleset.names_of_record.values():
        choice = Choice(Facet.FORM, tuple(form.id for form in names))
        short = {tuple(words_in(name)) for form in names for name in (form.id, form.short_name.nl, form.short_name.en)}
        long = {tuple(words_in(name)) for form in names for name in _long_names(form)}
        for phrase in sorted(short | long, key=len):
            bare = tuple(word for word in phrase if word not in ("magnesium", "magnesiums"))
            for one in dict.fromkeys((phrase, bare, tuple(word.removeprefix("magnesium") for word in bare))):
                if one and all(one):
                    yield from ((spelling, choice) for spelling in _spellings(one))


def _long_names(form: Form) -> Iterator[str]:
    yield from (form.name.nl, form.name.en, *form.synonyms.nl, *form.synonyms.en)
    if form.annex_ii:
        yield from (form.annex_ii.nl, form.annex_ii.en)


def _spellings(phrase: Phrase) -> Iterable[Phrase]:
    """A name and its spellings: "citraten", "citrates", "Citrat", "oxyde", "Oxid", "treonaat", "sulfate"."""
    yield phrase
    *start, last = phrase
    variants = {last, last.replace("threon", "treon"), last.replace("sulph", "sulf"), last.replace("phosph", "fosf")}
    for word in tuple(variants):
        if word.endswith("aat"):
            variants |= {word[:-3] + "at", word[:-3] + "aten", word[:-3] + "ate"}
        if word.endswith("ate"):
            variants |= {word + "s", word[:-1]}
        if word.endswith("oxide"):
            variants |= {word[:-1], word[:-5] + "oxyde", word + "s", word + "n"}
    yield from ((*start, word) for word in variants - {last})
