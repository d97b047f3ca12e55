"""Names of dosage forms, units, statuses and allergens in both languages, with the synonyms in suppliers' files.

The one place for these words: pages, filters, the admin, imports and the search read them here.
"""

from collections.abc import Mapping

from msgspec import Struct

from catalog.models import Allergen, DosageForm, Status, Unit
from recommend.text import Text


class Words(Struct, frozen=True):
    """The name of a choice, and its synonyms in suppliers' files, in either language, separated by blanks."""

    name: Text
    synonyms: str = ""


class AllergenWords(Words, frozen=True):
    """An allergen; `without` is the label of its filter, `searched` the Dutch words by which a search finds it."""

    without: Text = Text("", "")
    searched: str = ""


DOSAGE_FORMS: Mapping[DosageForm, Words] = {
    DosageForm.CAPSULE: Words(Text("capsules", "capsules"), "capsules caps vcaps kapsel softgel softgels"),
    DosageForm.TABLET: Words(
        Text("tabletten", "tablets"),
        "tabletten tablets tabs tab bruistablet bruistabletten kauwtablet kauwtabletten",
    ),
    DosageForm.POWDER: Words(Text("poeder", "powder"), "poeder poeders powders"),
    DosageForm.LIQUID: Words(Text("vloeibaar", "liquid"), "vloeibaar vloeistof drank druppels drops siroop liquids"),
}
UNITS: Mapping[Unit, Words] = {
    Unit.CAPSULE: Words(Text("capsule", "capsule"), "capsules caps vcaps softgel softgels"),
    Unit.TABLET: Words(Text("tablet", "tablet"), "tabletten tablets tabs tab"),
    Unit.SCOOP: Words(Text("maatschep", "scoop"), "schep maatschep maatschepje schepje scheppen scoops"),
    Unit.ML: Words(Text("ml", "ml"), "milliliter millilitre"),
}
STATUSES: Mapping[Status, Words] = {
    Status.DRAFT: Words(Text("concept", "draft"), "concept"),
    Status.PUBLISHED: Words(Text("openbaar", "public"), "gepubliceerd openbaar online live"),
    Status.ARCHIVED: Words(Text("gearchiveerd", "archived"), "gearchiveerd archief"),
}


def _allergen(nl: str, en: str, synonyms: str, searched: str, without_nl: str = "") -> AllergenWords:
    without = Text(f"zonder {without_nl or nl}", f"without {en}")
    return AllergenWords(Text(nl, en), synonyms, without, searched)


ALLERGENS: Mapping[Allergen, AllergenWords] = {
    Allergen.GLUTEN: _allergen("gluten", "gluten", "tarwe wheat", "gluten"),
    Allergen.CRUSTACEANS: _allergen("schaaldieren", "crustaceans", "schaaldieren schaaldier", "schaaldieren"),
    Allergen.EGGS: _allergen("eieren", "eggs", "ei eieren egg", "ei eieren", "ei"),
    Allergen.FISH: _allergen("vis", "fish", "vis", "vis"),
    Allergen.PEANUTS: _allergen("pinda’s", "peanuts", "pinda pinda's aardnoten peanut", "pinda pindas", "pinda"),
    Allergen.SOY: _allergen("soja", "soy", "soja soya", "soja"),
    Allergen.MILK: _allergen("melk", "milk", "melk lactose", "melk lactose zuivel"),
    Allergen.NUTS: _allergen("noten", "nuts", "noten noot", "noten"),
    Allergen.CELERY: _allergen("selderij", "celery", "selderij selderie", "selderij"),
    Allergen.MUSTARD: _allergen("mosterd", "mustard", "mosterd", "mosterd"),
    Allergen.SESAME: _allergen("sesam", "sesame", "sesam sesamzaad", "sesam"),
    Allergen.SULPHITES: _allergen("sulfiet", "sulphites", "sulfiet sulfieten sulphite sulfites", "sulfiet sulfieten"),
    Allergen.LUPIN: _allergen("lupine", "lupin", "lupine", "lupine"),
    Allergen.MOLLUSCS: _allergen("weekdieren", "molluscs", "weekdieren weekdier", "weekdieren"),
}
