"""What the design demands of every ruleset, written down here and not read from the ruleset under test.

Where a reason to stop or to take care is added or removed on purpose, this list changes with it.
"""

from recommend.conditions import AllOf, AtLeast, Condition, Includes, Is

UPPER_LIMIT_MG = 250
"""Daily limit of elemental magnesium from supplements."""

REFERENCE_INTAKE_MG = {"female": 300, "male": 350, "unspecified": None}
"""Daily elemental magnesium from food and supplements together."""


def _is(answer: str, *values: str) -> Condition:
    return Is(answer, frozenset(values))


def _ticked(answer: str, value: str) -> Condition:
    return Includes(answer, frozenset({value}))


STOPS: dict[str, Condition] = {
    "kidney disease": _ticked("conditions", "kidney_disease"),
    "unknown kidneys at 65 or over, or at an unknown age": AllOf(
        (_ticked("conditions", "kidney_unknown"), _is("age_group", "65_plus", "unknown"))
    ),
    "a conduction disorder of the heart": _ticked("conditions", "heart_conduction"),
    "digoxin together with another heart disease": AllOf(
        (_ticked("medicines", "digoxin"), _ticked("conditions", "heart_other"))
    ),
    "myasthenia": _ticked("conditions", "myasthenia"),
    "a bowel obstruction": _ticked("conditions", "bowel_obstruction"),
    "under 18": _is("age_group", "under_18"),
    "an aminoglycoside": _ticked("medicines", "aminoglycoside"),
    "250 mg or more already taken": AtLeast("supplement_mg", UPPER_LIMIT_MG),
    "signs of an overdose": _ticked("warning_signs", "overdose_signs"),
    "a seizure or fainting": _ticked("warning_signs", "seizure_or_fainting"),
    "replacing a medicine": _is("goal", "replace_medicine"),
}
"""Each of these withholds the advice, whatever else is answered."""

CAUTIONS: dict[str, Condition] = {
    "unknown kidneys at 18 to 64": AllOf((_ticked("conditions", "kidney_unknown"), _is("age_group", "18_64"))),
    **{
        value.replace("_", " "): _ticked("conditions", value)
        for value in ("heart_other", "bowel_resection", "pregnant", "breastfeeding")
    },
    **{sign.replace("_", " "): _ticked("warning_signs", sign) for sign in ("low_mood", "persistent_gut_trouble")},
    **{
        value.replace("_", " "): _ticked("medicines", value)
        for value in (
            "digoxin",
            "potassium_sparing_diuretic",
            "muscle_relaxant",
            "tetracycline_quinolone",
            "bisphosphonate",
            "levothyroxine",
            "gabapentin",
            "iron_zinc",
            "hiv_integrase_inhibitor",
            "other",
        )
    },
    "unknown conditions": _ticked("conditions", "unknown"),
    "unknown medicines": _ticked("medicines", "unknown"),
    "an unknown age": _is("age_group", "unknown"),
    "a complaint as goal": _is("goal", "sleep_mood_or_complaint"),
}
"""Each of these brings a caution note, and alone still lets the advice suggest a form."""
