"""Vocabulary of the questionnaire: the words by which a text names a value, in both languages.

Written here on purpose, not read from the labels under test. A word counts at its beginning: "zwanger" is in
"zwangere" too.
"""

from msgspec import Struct


class Names(Struct, frozen=True):
    """Words for one value: the label of the choice has all of `nl` and `en`, and no label of another value has any.

    A note on the value needs one of these, or of `note_nl` and `note_en`.
    """

    nl: tuple[str, ...]
    en: tuple[str, ...]
    note_nl: tuple[str, ...] = ()
    note_en: tuple[str, ...] = ()


VALUES: dict[str, dict[str, Names]] = {
    "stomach": {
        "none": Names(("niet gevoelig",), ("not sensitive",)),
        "mild": Names(("een beetje gevoelig",), ("a little sensitive",)),
        "strong": Names(("erg gevoelig",), ("very sensitive",)),
    },
    "budget": {
        "low": Names(("weinig", "goedkoop"), ("low", "cheap")),
        "medium": Names(("gemiddeld",), ("medium",)),
        "high": Names(("meer",), ("high",)),
    },
    "absorption": {
        "normal": Names(("minder uit",), ("matters less",)),
        "important": Names(("belangrijk",), ("important",)),
    },
    "age_group": {
        "under_18": Names(("jonger dan 18",), ("under 18",), ("kinderen",), ("children",)),
        "18_64": Names(("18 tot en met 64",), ("18 to 64",)),
        "65_plus": Names(("65 jaar of ouder",), ("65 or over",), ("boven de 65 jaar",), ("over 65",)),
        "unknown": Names(
            ("weet ik niet", "liever niet"),
            ("don't know", "rather not say"),
            ("leeftijd is onbekend", "leeftijd niet bekend", "onder de 18"),
            ("age is unknown", "age not known", "under 18"),
        ),
    },
    "conditions": {
        "kidney_disease": Names(
            ("nierziekte", "nieren die minder goed werken"), ("kidney disease", "kidneys that work less well")
        ),
        "kidney_unknown": Names(
            ("weet niet of mijn nieren",),
            ("don't know whether my kidneys",),
            (
                "jouw nieren werken is hier niet bekend",
                "je nieren goed werken is hier niet bekend",
                "nieren niet bekend",
            ),
            ("your kidneys work is not known", "your kidneys work well is not known", "kidneys not known"),
        ),
        "heart_conduction": Names(
            ("hartblok", "trage hartslag", "geleidingsstoornis"),
            ("heart block", "slow heartbeat", "conduction disorder"),
        ),
        "heart_other": Names(("andere hartziekte",), ("another heart disease",), ("hartziekte",), ("heart disease",)),
        "myasthenia": Names(
            ("myasthenia gravis", "lambert-eaton"),
            ("myasthenia gravis", "lambert-eaton"),
            ("spierziekte",),
            ("muscle disease",),
        ),
        "bowel_obstruction": Names(("darmafsluiting", "buikpijn"), ("bowel obstruction", "abdominal pain")),
        "bowel_resection": Names(
            ("deel van mijn darm",),
            ("part of my bowel",),
            ("deel van je darm", "deel van de darm", "darm of maag geopereerd"),
            ("part of your bowel", "part of the bowel", "bowel or stomach surgery"),
        ),
        "bowel_disease": Names(("darmziekte", "stoma"), ("bowel disease", "a stoma")),
        "pregnant": Names(("zwanger",), ("pregnan",)),
        "breastfeeding": Names(("borstvoeding",), ("breastfeeding",)),
        "unknown": Names(
            ("weet ik niet", "liever niet"),
            ("rather not say",),
            ("gezondheid niet bekend", "niet gezegd"),
            ("health not known", "did not say"),
        ),
    },
    "medicines": {
        "tetracycline_quinolone": Names(
            ("doxycycline", "minocycline", "ciprofloxacine", "levofloxacine"),
            ("doxycycline", "minocycline", "ciprofloxacin", "levofloxacin"),
            ("antibioticum", "antibiotica: tetracyclines en chinolonen"),
            ("the antibiotic", "antibiotics: tetracyclines and quinolones"),
        ),
        "bisphosphonate": Names(
            ("alendroninezuur", "risedroninezuur"),
            ("alendronic acid", "risedronic acid"),
            ("bisfosfonaten",),
            ("bisphosphonates",),
        ),
        "levothyroxine": Names(("levothyroxine", "thyrax"), ("levothyroxine", "thyrax")),
        "loop_thiazide_diuretic": Names(
            ("furosemide", "bumetanide", "hydrochloorthiazide", "chloortalidon"),
            ("furosemide", "bumetanide", "hydrochlorothiazide", "chlortalidone"),
            ("lisdiuretica",),
            ("diuretics: loop",),
        ),
        "potassium_sparing_diuretic": Names(
            ("spironolacton", "amiloride", "triamtereen"),
            ("spironolactone", "amiloride", "triamterene"),
            ("kaliumsparende",),
            ("potassium-sparing",),
        ),
        "proton_pump_inhibitor": Names(
            ("omeprazol", "pantoprazol", "esomeprazol"),
            ("omeprazole", "pantoprazole", "esomeprazole"),
            ("maagbeschermer",),
            ("proton-pump",),
        ),
        "digoxin": Names(("digoxine", "lanoxin"), ("digoxin", "lanoxin")),
        "gabapentin": Names(("gabapentine",), ("gabapentin",)),
        "iron_zinc": Names(("ijzer", "zink"), ("iron", "zinc")),
        "hiv_integrase_inhibitor": Names(
            ("dolutegravir", "raltegravir", "bictegravir"),
            ("dolutegravir", "raltegravir", "bictegravir"),
            ("hiv-remmers",),
            ("hiv medicines",),
        ),
        "aminoglycoside": Names(
            ("gentamicine", "tobramycine", "amikacine"),
            ("gentamicin", "tobramycin", "amikacin"),
            ("aminoglycoside",),
            ("aminoglycoside",),
        ),
        "muscle_relaxant": Names(
            ("baclofen", "tizanidine"), ("baclofen", "tizanidine"), ("spierverslappers",), ("muscle relaxants",)
        ),
        "other": Names(("ander medicijn",), ("another medicine",), ("je medicijn",), ("your medicine",)),
        "unknown": Names(
            ("weet ik niet", "liever niet"),
            ("don't know", "rather not say"),
            ("niet welke medicijnen", "niet bekend is welke", "medicijnen niet bekend", "medicijnlijst"),
            ("not know which medicines", "not known which ones", "medicines not known", "list of medicines"),
        ),
    },
    "bowel": {
        "normal": Names(("gewoon",), ("normal",)),
        "loose": Names(("dun",), ("loose",)),
        "constipated": Names(("hard", "verstopt"), ("hard", "constipated"), ("verstopping",), ("constipation",)),
    },
    "sex": {
        "female": Names(("vrouw",), ("woman",)),
        "male": Names(("man",), ("man",)),
        "unspecified": Names(("liever niet",), ("rather not say",)),
    },
    "goal": {
        "top_up_diet": Names(("aanvulling op mijn voeding",), ("addition to my diet",)),
        "sport": Names(("sport",), ("sport",)),
        "bowel": Names(("verstopping",), ("constipated",), ("laxeermiddel",), ("laxative",)),
        "sleep_mood_or_complaint": Names(("slaap", "stemming", "klacht"), ("sleep", "mood", "complaint")),
        "replace_medicine": Names(
            ("in plaats van een medicijn",),
            ("instead of a medicine",),
            ("medicijn vervangen",),
            ("replace a medicine",),
        ),
    },
    "warning_signs": {
        "overdose_signs": Names(
            ("na het innemen van magnesium", "spierzwakte"),
            ("after taking magnesium", "muscle weakness"),
            ("te veel magnesium",),
            ("too much magnesium",),
        ),
        "seizure_or_fainting": Names(("aanval", "flauwvallen"), ("seizure", "fainting")),
        "low_mood": Names(("somber",), ("low or without interest",), (), ("felt low", "low mood")),
        "suicidal_thoughts": Names(
            ("aan de dood", "zelfdoding"), ("of death", "suicide"), ("bel nu 113",), ("call 113",)
        ),
        "persistent_gut_trouble": Names(
            ("diarree", "bloed in de ontlasting"),
            ("diarrhoea", "blood in the stool"),
            ("buikklachten",),
            ("bowel complaints",),
        ),
    },
    "supplement_mg": {
        "unknown": Names(
            ("weet ik niet",),
            ("i don't know",),
            ("onbekend hoeveel", "weet niet hoeveel"),
            ("not known how much", "do not know how much"),
        ),
    },
    "dosage_form": {
        "any": Names(("maakt niet uit",), ("does not matter",)),
        "capsule": Names(("capsule",), ("capsule",)),
        "tablet": Names(("tablet",), ("tablet",)),
        "powder": Names(("poeder",), ("powder",)),
        "liquid": Names(("vloeibaar",), ("liquid",)),
    },
}
"""Names of every value, by question."""

SUBJECTS: dict[str, Names] = {
    "limit-reached": Names(
        (), (), ("al op de grens", "250 mg magnesium of meer"), ("at the limit", "250 mg of magnesium or more")
    ),
    "enough-already": Names((), (), ("al genoeg", "al meer dan"), ("already get enough", "already take more than")),
    "supplement-counted": Names((), (), ("telt mee",), ("counts",)),
    "glycinate-is-bisglycinate": Names((), (), ("glycinaat en bis", "twee namen"), ("glycinate and bis", "two names")),
    "bisglycinate-buffered": Names((), (), ("gebufferd",), ("buffered",)),
    "forms-named-for-diarrhoea": Names(
        (), (), ("carbonaat, chloride, gluconaat",), ("carbonate, chloride, gluconate",)
    ),
    "kidneys-first": Names((), (), ("nieren, en", "nierziekte"), ("kidneys, and", "kidney disease")),
    "medicines-in-general": Names((), (), ("medicijnen",), ("medicines",)),
    "upper-limit": Names((), (), ("hoeveel per dag", "grens voor volwassenen"), ("how much a day", "limit for adults")),
    "side-effects": Names((), (), ("bijwerkingen", "diarree, misselijkheid"), ("side effects", "diarrhoea, nausea")),
    "too-much": Names((), (), ("te veel magnesium", "teveel"), ("too much magnesium", "excess")),
}
"""Names of the subject of each note that everybody gets, or that shares its condition or forms with another."""
