"""Questionnaire: its questions and their valid answers, one vocabulary for form, cookie, API and command line."""

from collections.abc import Mapping
from typing import Any, Literal

from msgspec import Struct

QuestionKind = Literal["one", "many", "milligrams", "yes_no"]


class Question(Struct, frozen=True):
    """A question with its valid values and its default; the wording is in `data/questions.yaml`.

    Kinds: "one" choice, "many" choices, "milligrams" (whole number from 0 to SUPPLEMENT_MG_MAX, or one of `values`)
    or "yes_no".
    """

    key: str
    kind: QuestionKind
    values: tuple[str, ...] = ()
    default: Any = None
    required: bool = False


SUPPLEMENT_MG_MAX = 5000
"""Highest accepted amount of magnesium from supplements, in mg elemental a day."""

UNKNOWN = "unknown"
UNKNOWN_SUPPLEMENT_MG = 150
"""The amount that an unknown amount of magnesium from supplements counts as, in mg elemental a day: our own margin."""

QUESTIONS: dict[str, Question] = {
    question.key: question
    for question in (
        Question("stomach", "one", ("none", "mild", "strong"), required=True),
        Question("budget", "one", ("low", "medium", "high"), required=True),
        Question("absorption", "one", ("normal", "important"), required=True),
        Question("age_group", "one", ("under_18", "18_64", "65_plus", "unknown"), required=True),
        Question(
            "conditions",
            "many",
            (
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
            required=True,
        ),
        Question(
            "medicines",
            "many",
            (
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
            required=True,
        ),
        Question("bowel", "one", ("normal", "loose", "constipated"), default="normal"),
        Question("sex", "one", ("female", "male", "unspecified"), default="unspecified"),
        Question("supplement_mg", "milligrams", (UNKNOWN,), default=0),
        Question(
            "goal",
            "one",
            ("top_up_diet", "sport", "bowel", "sleep_mood_or_complaint", "replace_medicine"),
            default="top_up_diet",
        ),
        Question(
            "warning_signs",
            "many",
            ("overdose_signs", "seizure_or_fainting", "low_mood", "suicidal_thoughts", "persistent_gut_trouble"),
            default=(),
        ),
        Question("vegan", "yes_no", default=False),
        Question("dosage_form", "one", ("any", "capsule", "tablet", "powder", "liquid"), default="any"),
    )
}
"""All questions by key, in the order of the questionnaire."""


class Answers(Struct, frozen=True):
    """A complete and valid set of answers; lists are tuples in the order of the vocabulary, without duplicates.

    `supplement_mg` is the elemental magnesium a day, in mg, that the shopper already takes from supplements, antacids
    and laxatives, or "unknown".
    """

    stomach: str
    budget: str
    absorption: str
    age_group: str
    conditions: tuple[str, ...]
    medicines: tuple[str, ...]
    bowel: str = "normal"
    sex: str = "unspecified"
    supplement_mg: int | str = 0
    goal: str = "top_up_diet"
    warning_signs: tuple[str, ...] = ()
    vegan: bool = False
    dosage_form: str = "any"

    @property
    def only_magnesium(self) -> bool:
        """Whether no product with other active substances may be suggested: a condition, medicine, sign or unknown."""
        unknown = UNKNOWN in (self.age_group, self.supplement_mg)
        return unknown or self.age_group == "under_18" or bool(self.conditions or self.medicines or self.warning_signs)

    @property
    def counted_supplement_mg(self) -> int:
        """Amount already taken that the advice counts, in mg elemental a day."""
        return amount_of(self.supplement_mg)


def amount_of(given: int | str) -> int:
    """Amount in mg that an answer of the kind "milligrams" counts as."""
    return given if isinstance(given, int) else UNKNOWN_SUPPLEMENT_MG


AnswerProblem = Literal[
    "not_an_object", "unknown_key", "missing", "not_a_choice", "not_a_list", "not_an_integer", "not_a_boolean"
]


class AnswersError(ValueError):
    """An unusable answer: `key` names it, `problem` is the kind of error, `value` the answer received."""

    def __init__(self, key: str, problem: AnswerProblem, value: object = None) -> None:
        self.key, self.problem, self.value = key, problem, value
        self.shown_value = _short(value)
        name = key if key.isprintable() and len(key) <= _SHOWN else _short(key)
        super().__init__(f"{name}: " + _EXPLAIN[problem].format(value=_short(value), allowed=_allowed(key)))


_SHOWN = 60  # characters, for one line on a terminal


def _short(value: object) -> str:
    """Representation of a value on one line of at most `_SHOWN` characters."""
    try:
        shown = repr(value)
    except ValueError:  # a whole number of thousands of digits
        return "a number too long to show"
    return shown if len(shown) <= _SHOWN else shown[: _SHOWN - 3] + "..."


_EXPLAIN: dict[AnswerProblem, str] = {
    "not_an_object": "{value} is not an object with a key for each answer",
    "unknown_key": "unknown key",
    "missing": "missing, and it is required",
    "not_a_choice": "{value} is not one of {allowed}",
    "not_a_list": "{value} is not a list of values ([] means none)",
    "not_an_integer": "{value} is not {allowed} or a whole number from 0 to " + str(SUPPLEMENT_MG_MAX),
    "not_a_boolean": "{value} is not true or false",
}


def _allowed(key: str) -> str:
    """Valid values of a question, for an error message."""
    question = QUESTIONS.get(key)
    return ", ".join(question.values) if question else ""


def parse_answers(given: object) -> Answers:
    """Answers from a mapping such as decoded JSON. Raises AnswersError at the first invalid answer."""
    if not isinstance(given, Mapping):
        raise AnswersError("answers", "not_an_object", given)
    for key in given:
        if key not in QUESTIONS:
            raise AnswersError(str(key), "unknown_key")
    return Answers(**{key: parse_answer(question, given) for key, question in QUESTIONS.items()})


def parse_answer(question: Question, given: Mapping[Any, Any]) -> Any:
    """Answer to one question, or its default. Raises AnswersError."""
    if question.key not in given:
        if question.required:
            raise AnswersError(question.key, "missing")
        return question.default
    value = given[question.key]
    return _READERS[question.kind](question, value)


def _one(question: Question, value: object) -> str:
    if isinstance(value, str) and value in question.values:
        return value
    raise AnswersError(question.key, "not_a_choice", value)


def _many(question: Question, value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        raise AnswersError(question.key, "not_a_list", value)
    for item in value:
        _one(question, item)
    return tuple(allowed for allowed in question.values if allowed in value)


def _milligrams(question: Question, value: object) -> int | str:
    if isinstance(value, str) and value in question.values:
        return value
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= SUPPLEMENT_MG_MAX:
        return value
    raise AnswersError(question.key, "not_an_integer", value)


def _yes_no(question: Question, value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise AnswersError(question.key, "not_a_boolean", value)


_READERS = {"one": _one, "many": _many, "milligrams": _milligrams, "yes_no": _yes_no}
