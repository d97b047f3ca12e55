"""Demands of the design on every ruleset; written here on purpose, not read from the ruleset under test.

This list changes together with any deliberate change of a stop or caution.
"""

from recommend.conditions import AllOf, AnyOf, AtLeast, Condition, Includes, Is

UPPER_LIMIT_MG = 250
"""Daily limit of magnesium from supplements, in mg elemental."""

OWN_LIMIT_MG = 200
"""The shop's own daily limit, a margin below the upper limit, in mg elemental."""

LEAST_ROOM_MG = 50
"""The smallest daily amount worth adding, in mg elemental; with less room the shopper already gets enough."""

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
