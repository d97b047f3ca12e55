"""Shoppers for the tests: a healthy adult, and strategies for any other."""

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

from hypothesis import strategies as st

from recommend.answers import Answers, parse_answers

# The vocabulary that the design promises to accept; copied on purpose, not imported from the package.
HEALTHY: Mapping[str, Any] = {
    "stomach": "none",
    "budget": "medium",
    "absorption": "normal",
    "age_group": "18_64",
    "conditions": [],
    "medicines": [],
}
ONE: Mapping[str, tuple[str, ...]] = {
    "stomach": ("none", "mild", "strong"),
    "budget": ("low", "medium", "high"),
    "absorption": ("normal", "important"),
    "age_group": ("under_18", "18_64", "65_plus", "unknown"),
    "bowel": ("normal", "loose", "constipated"),
    "sex": ("female", "male", "unspecified"),
    "goal": ("top_up_diet", "sport", "bowel", "sleep_mood_or_complaint", "replace_medicine"),
    "dosage_form": ("any", "capsule", "tablet", "powder", "liquid"),
}
MANY: Mapping[str, tuple[str, ...]] = {
    "conditions": (
        "kidney_disease",
        "kidney_unknown",
        "heart_conduction",
        "heart_other",
        "myasthenia",
        "bowel_obstruction",
        "bowel_resection",
        "bowel_disease",
        "pregnant",
        "breastfeeding",
        "unknown",
    ),
    "medicines": (
        "tetracycline_quinolone",
        "bisphosphonate",
        "levothyroxine",
        "loop_thiazide_diuretic",
        "potassium_sparing_diuretic",
        "proton_pump_inhibitor",
        "digoxin",
        "gabapentin",
        "iron_zinc",
        "hiv_integrase_inhibitor",
        "aminoglycoside",
        "muscle_relaxant",
        "other",
        "unknown",
    ),
    "warning_signs": (
        "overdose_signs",
        "seizure_or_fainting",
        "low_mood",
        "suicidal_thoughts",
        "persistent_gut_trouble",
    ),
}


def shopper(**changes: Any) -> Answers:
    """A healthy adult with these answers changed."""
    return parse_answers({**HEALTHY, **changes})


def anybody() -> st.SearchStrategy[dict[str, Any]]:
    """Strategy for any complete set of answers, in the format of the questionnaire."""
    return st.fixed_dictionaries(
        {key: st.sampled_from(values) for key, values in ONE.items()}
        | {key: st.lists(st.sampled_from(values), max_size=4) for key, values in MANY.items()}
        | {"supplement_mg": st.sampled_from((0, 1, 50, 249, 250, 251, 5000, "unknown")) | st.integers(0, 5000)}
        | {"vegan": st.booleans()}
    )


def beside(given: Mapping[str, Any], more: Mapping[str, Any]) -> Answers:
    """The same shopper with `more` answers: ticked boxes are added, single choices replaced."""
    added = {key: [*given.get(key, ()), *value] if isinstance(value, list) else value for key, value in more.items()}
    return parse_answers({**given, **added})


def every(**choices: tuple[Any, ...]) -> Iterator[dict[str, Any]]:
    """A healthy adult with each combination of these answers."""
    for values in product(*choices.values()):
        yield {**HEALTHY, **dict(zip(choices, values, strict=True))}
