"""Demands of the design on every ruleset; written here on purpose, not read from the ruleset under test.

This list changes together with any deliberate change of a stop or caution.
"""

from recommend.conditions import AllOf, AnyOf, AtLeast, Condition, Includes, Is
from recommend.knowledge import Separation, Severity

UPPER_LIMIT_MG = 250
"""Daily limit of magnesium from supplements, in mg elemental."""

OWN_LIMIT_MG = 200
"""The shop's own daily limit, a margin below the upper limit, in mg elemental."""

LEAST_ROOM_MG = 50
"""The smallest daily amount worth adding, in mg elemental; with less room the shopper already gets enough."""

LABEL_REFERENCE_MG = 375
"""Nutrient reference value on labels (Regulation (EU) 1169/2011, Annex XIII), in mg elemental."""

UNKNOWN_MG = 150
"""Amount that an unknown amount already taken counts as, in mg elemental; the shop's own."""

REFERENCE_INTAKE_MG = {"female": 300, "male": 350, "unspecified": None}
"""Daily reference intake from food and supplements, in mg elemental; None without a value."""


def _is(answer: str, *values: str) -> Condition:
    return Is(answer, frozenset(values))


def _ticked(answer: str, *values: str) -> Condition:
    return Includes(answer, frozenset(values))


IMPLIED: tuple[tuple[tuple[str, str], tuple[str, str]], ...] = (
    (("conditions", "unknown"), ("conditions", "kidney_unknown")),
    (("medicines", "digoxin"), ("conditions", "heart_other")),
    (("medicines", "unknown"), ("medicines", "other")),
)
"""Ticked boxes with the box that each implies: unknown is never laxer than what it may hide, and digoxin is prescribed
for heart disease only."""

STOPS: dict[str, Condition] = {
    "kidney disease": _ticked("conditions", "kidney_disease"),
    "unknown kidneys at 65 or over, or at an unknown age": AllOf(
        (_ticked("conditions", "kidney_unknown", "unknown"), _is("age_group", "65_plus", "unknown"))
    ),
    "a conduction disorder of the heart": _ticked("conditions", "heart_conduction"),
    "digoxin": _ticked("medicines", "digoxin"),
    "another heart disease with a potassium-sparing diuretic": AllOf(
        (_ticked("conditions", "heart_other"), _ticked("medicines", "potassium_sparing_diuretic"))
    ),
    "another heart disease with unknown medicines": AllOf(
        (_ticked("conditions", "heart_other"), _ticked("medicines", "unknown"))
    ),
    "myasthenia": _ticked("conditions", "myasthenia"),
    "a bowel obstruction": _ticked("conditions", "bowel_obstruction"),
    "under 18": _is("age_group", "under_18"),
    "an aminoglycoside": _ticked("medicines", "aminoglycoside"),
    "an HIV integrase inhibitor": _ticked("medicines", "hiv_integrase_inhibitor"),
    "less than 50 mg left up to the upper limit": AtLeast("supplement_mg", UPPER_LIMIT_MG - LEAST_ROOM_MG + 1),
    "signs of an overdose": _ticked("warning_signs", "overdose_signs"),
    "a seizure or fainting": _ticked("warning_signs", "seizure_or_fainting"),
    "thoughts of death": _ticked("warning_signs", "suicidal_thoughts"),
    "lasting bowel complaints": _ticked("warning_signs", "persistent_gut_trouble"),
    "replacing a medicine": _is("goal", "replace_medicine"),
}
"""Conditions that withhold the advice, regardless of all other answers."""

EMERGENCIES = ("overdose_signs", "seizure_or_fainting", "suicidal_thoughts")
"""Warning signs whose note comes first and gives an emergency number."""

CAUTIONS: dict[str, Condition] = {
    "unknown kidneys at 18 to 64": AllOf(
        (_ticked("conditions", "kidney_unknown", "unknown"), _is("age_group", "18_64"))
    ),
    "another heart disease": _ticked("conditions", "heart_other"),
    "a bowel resection": _ticked("conditions", "bowel_resection"),
    "a bowel disease": _ticked("conditions", "bowel_disease"),
    "pregnancy": _ticked("conditions", "pregnant"),
    "breastfeeding": _ticked("conditions", "breastfeeding"),
    "low mood": _ticked("warning_signs", "low_mood"),
    "a potassium-sparing diuretic": _ticked("medicines", "potassium_sparing_diuretic"),
    "a tetracycline or quinolone": _ticked("medicines", "tetracycline_quinolone"),
    "a bisphosphonate": _ticked("medicines", "bisphosphonate"),
    "levothyroxine": _ticked("medicines", "levothyroxine"),
    "gabapentin": _ticked("medicines", "gabapentin"),
    "iron or zinc": _ticked("medicines", "iron_zinc"),
    "another medicine": _ticked("medicines", "other"),
    "unknown conditions": _ticked("conditions", "unknown"),
    "unknown medicines": _ticked("medicines", "unknown"),
    "an unknown age": _is("age_group", "unknown"),
    "an unknown amount already taken": _is("supplement_mg", "unknown"),
    "a complaint as goal": _is("goal", "sleep_mood_or_complaint"),
}
"""Conditions that give a caution note; one of them alone does not withhold the advice."""

OXIDE_NEVER_FIRST: Condition = AnyOf(
    (
        _is("absorption", "important"),
        _ticked("conditions", "bowel_resection", "bowel_disease"),
        _ticked(
            "medicines",
            "proton_pump_inhibitor",
            "gabapentin",
            "tetracycline_quinolone",
            "bisphosphonate",
            "levothyroxine",
            "iron_zinc",
        ),
    )
)
"""Answers for which oxide is never the first form, on a low budget neither."""

CHEAPER_FIRST_FORMS = ("citrate", "oxide")
"""The two forms that a low budget puts in the order of the lowest prices; the first when these are equal."""

CHEAPER_FIRST: Condition = AllOf(
    (
        _is("budget", "low"),
        _is("absorption", "normal"),
        _is("stomach", "none"),
        _is("bowel", "normal", "constipated"),
    )
)
"""Answers for which nothing but the price decides between them, unless OXIDE_NEVER_FIRST holds as well."""

PRICED_CERTAINTIES = ("moderate", "weak", "none")
"""Certainties that a form may have which a price puts first: never strong."""

NOT_SUITABLE: tuple[tuple[tuple[str, ...], Condition], ...] = (
    (
        ("oxide", "carbonate", "chloride", "gluconate", "hydroxide", "sulphate"),
        AnyOf(
            (
                _is("stomach", "strong"),
                _is("bowel", "loose"),
                _ticked("conditions", "bowel_resection", "bowel_disease"),
            )
        ),
    ),
    (
        ("potassium_citrate",),
        AnyOf(
            (
                _ticked("medicines", "potassium_sparing_diuretic", "unknown"),
                _ticked("conditions", "kidney_unknown", "heart_other", "unknown"),
            )
        ),
    ),
)
"""Forms with the answers for which they are not suitable, ranked or not: no product with any of them is suggested."""

SEVERITY_OF: dict[Severity, tuple[str, ...]] = {
    "stop": (
        *("kidney-disease", "kidney-unknown-older", "heart-conduction", "myasthenia", "bowel-obstruction", "under-18"),
        *("heart-disease-with-potassium-sparing-diuretic", "heart-disease-with-unknown-medicines"),
        *("overdose-signs", "seizure-or-fainting", "suicidal-thoughts", "persistent-gut-trouble"),
        *("limit-reached", "enough-already", "digoxin", "aminoglycoside", "hiv-integrase-inhibitor"),
        "goal-replace-medicine",
    ),
    "caution": (
        *("kidney-unknown", "heart-other", "bowel-resection", "bowel-disease", "pregnant", "breastfeeding"),
        *("conditions-unknown", "age-unknown", "medicines-unknown", "other-medicine", "potassium-sparing-diuretic"),
        *("tetracycline-quinolone", "bisphosphonate", "levothyroxine", "gabapentin", "iron-zinc"),
        *("low-mood", "goal-bowel", "goal-complaint", "supplement-unknown", "threonate-adults-only"),
    ),
    "info": (
        *("age-65-plus", "loop-thiazide-diuretic", "proton-pump-inhibitor", "muscle-relaxant", "supplement-counted"),
        *("oxide-honest", "glycinate-is-bisglycinate", "bisglycinate-buffered", "taurate-no-human-study"),
        *(
            "taurate-taurine",
            "citrate-laxative",
            "forms-named-for-diarrhoea",
            "bowel-loose",
            "bowel-constipated",
            "goal-sport",
        ),
        *("kidneys-first", "medicines-in-general", "upper-limit", "side-effects", "too-much"),
    ),
}
"""Severity of every note."""

EMERGENCY_NOTES = ("overdose-signs", "seizure-or-fainting", "suicidal-thoughts")
"""Notes that an advice puts above everything else."""

PAGE_NOTES = ("kidneys-first", "medicines-in-general", "upper-limit", "side-effects", "too-much")
"""Notes on every product page."""

PHONES: dict[str, tuple[str, ...]] = {
    "overdose-signs": ("112",),
    "seizure-or-fainting": ("112",),
    "suicidal-thoughts": ("113", "0800-0113", "113.nl", "112"),
    "low-mood": ("113", "0800-0113", "112"),
    "too-much": ("112",),
}
"""Whom to call, by note."""

SEPARATIONS: dict[str, tuple[Separation, ...]] = {
    "tetracycline-quinolone": (Separation(2, (4, 6)),),
    "bisphosphonate": (Separation((3, 4), (3, 4), least_h=2),),
    "levothyroxine": (Separation(4, 4),),
    "gabapentin": (Separation(2, 2),),
    "iron-zinc": (Separation((3, 4), (3, 4)),),
    "other-medicine": (Separation((2, 4), (2, 4)),),
    "medicines-unknown": (Separation((2, 3), (2, 3)),),
    "medicines-in-general": (Separation((2, 4), (2, 4)),),
}
"""Hours between a medicine and magnesium, by note."""

PLANNED: dict[str, tuple[str, int]] = {
    "tetracycline-quinolone": ("tetracycline_quinolone", 2),
    "bisphosphonate": ("bisphosphonate", 1),
    "levothyroxine": ("levothyroxine", 1),
    "gabapentin": ("gabapentin", 3),
    "iron-zinc": ("iron_zinc", 1),
}
"""Medicines of the day plan by note, each with the most doses of an ordinary day."""

NEVER_PLANNED = ("other", "unknown")
"""Medicines whose moments nobody knows: beside them the pharmacist decides."""

HOURS_BETWEEN_DOSES: dict[str, tuple[int, int]] = {"tetracycline_quinolone": (12, 12), "gabapentin": (2, 12)}
"""Least and most hours from one dose of a medicine to the next in the day plan."""

FASTING = ("bisphosphonate", "levothyroxine")
"""Medicines that the day plan puts at least half an hour before the first meal."""

MINUTES_BETWEEN: dict[tuple[str, str], int] = {
    ("bisphosphonate", "levothyroxine"): 30,
    ("bisphosphonate", "gabapentin"): 30,
    ("bisphosphonate", "tetracycline_quinolone"): 240,
    ("bisphosphonate", "iron_zinc"): 240,
    ("levothyroxine", "iron_zinc"): 240,
    ("levothyroxine", "tetracycline_quinolone"): 360,
    ("iron_zinc", "tetracycline_quinolone"): 360,
}
"""Minutes that the day plan keeps between two medicines; our own margins."""

LIMITS_MG: dict[str, tuple[int, ...]] = {
    "pregnant": (UPPER_LIMIT_MG,),
    "breastfeeding": (UPPER_LIMIT_MG,),
    "limit-reached": (UPPER_LIMIT_MG,),
    "enough-already": (OWN_LIMIT_MG, OWN_LIMIT_MG, LEAST_ROOM_MG, UPPER_LIMIT_MG),
    "supplement-counted": (UPPER_LIMIT_MG,),
    "supplement-unknown": (UNKNOWN_MG,),
    "upper-limit": (OWN_LIMIT_MG, UPPER_LIMIT_MG, 350),
    "goal-sport": (UPPER_LIMIT_MG,),
}
"""Limits that a note names, our own first; 350 is the limit of the United States."""

AGES: dict[str, tuple[int, ...]] = {
    "kidney-unknown-older": (65, 65, 65),
    "under-18": (18, 4),
    "age-65-plus": (65, 65),
    "age-unknown": (18, 65),
    "kidneys-first": (18, 65),
}
"""Ages that a note names, in the order of its text."""

SHARES_PERCENT: dict[str, tuple[float, ...]] = {
    "notes/oxide-honest": (4, 22.8),
    "notes/bisglycinate-buffered": (14.1, 20, 40),
    "notes/gabapentin": (43,),
    "rules/oxide-beside-medicines-to-take-apart": (43,),
    "rules/oxide-cheap-on-low-budget": (60,),
    "rules/bisglycinate-dearer-on-low-budget": (14.1,),
    "rules/taurate-dearer-on-low-budget": (8.9,),
    "rules/oxide-start": (4, 22.8),
    "rules/bisglycinate-after-bowel-resection": (23.5, 11.8),
}
"""Percentages that a note or rule names."""

AMOUNTS: dict[str, tuple[float, ...]] = {
    "gabapentin": (1,),
    "iron-zinc": (142,),
    "taurate-taurine": (100, 1, 1.1),
    "upper-limit": (400,),
}
"""Amounts that a note names besides limits, first in mg, then in grams."""

AMOUNTS_FROM: dict[str, int] = {
    "supplement-counted": 1,
    "enough-already": UPPER_LIMIT_MG - LEAST_ROOM_MG + 1,
    "limit-reached": UPPER_LIMIT_MG,
}
"""Amount already taken, in mg, from which a note fires."""

NOT_FOR: dict[str, tuple[str, ...]] = {"threonate": ("pregnant", "breastfeeding", "unknown")}
"""Conditions for which the law forbids a form (Regulation (EU) 2024/2694); unknown may hide one of them."""

NOT_PERMITTED = ("orotate", "aspartate")
"""Known forms that are not on the European list for supplements."""

POLARITY_DIFFERS: dict[str, tuple[dict[str, int], str]] = {
    "questions/budget/choices/3/label": ({"more": -1}, "“Meer” is “High” as an amount to spend"),
    "notes/enough-already/text": ({"denies": -1, "less": 1}, "“blijft geen 50 mg over” is “less than 50 mg is left”"),
    "notes/medicines-unknown/text": ({"denies": -1}, "“zonder recept” is “over the counter”"),
    "notes/low-mood/text": ({"denies": -1}, "“nergens zin in” is “lost interest”"),
    "notes/goal-replace-medicine/text": (
        {"denies": -1},
        "“Stop niet … en neem er niet minder van” is “Do not stop … or”",
    ),
    "guide/sections/role/passages/2/text": ({"more": 1}, "“nog negen” is “nine more”"),
}
"""Texts whose English has more (or, below 0, fewer) words of a kind than the Dutch, with the reason."""
