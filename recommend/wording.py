"""Conditions and answers in the words of the questionnaire."""

from collections.abc import Iterable
from typing import Any

from recommend.answers import QUESTIONS, Answers
from recommend.conditions import AllOf, Always, AnyOf, AtLeast, Condition, Includes, Is
from recommend.knowledge import Ruleset, Wording
from recommend.text import Language, Text

ALWAYS = Text("voor iedereen", "for everybody")
AND = Text("en", "and")
OR = Text("of", "or")
YES, NO = Text("ja", "yes"), Text("nee", "no")
NOTHING = Text("niets hiervan", "none of these")
OR_MORE = Text("{amount} mg of meer", "{amount} mg or more")


def describe(condition: Condition, ruleset: Ruleset, language: Language) -> str:
    """Condition in the words of the questions and choices.

    Raises TypeError for a kind of condition without words.
    """
    match condition:
        case Always():
            return ALWAYS.in_language(language)
        case Is(answer, values) | Includes(answer, values):
            wording = ruleset.questions[answer]
            chosen = [choice.label.in_language(language) for choice in wording.choices if choice.value in values]
            return _question(answer, ruleset, language) + _join(OR, (f"“{label}”" for label in chosen), language)
        case AtLeast(answer, minimum):
            return _question(answer, ruleset, language) + OR_MORE.in_language(language).format(amount=minimum)
        case AllOf(parts):
            return _join(AND, (_part(part, ruleset, language) for part in parts), language)
        case AnyOf(parts):
            return _join(OR, (_part(part, ruleset, language) for part in parts), language)
    raise TypeError(f"no words for {type(condition).__name__}")


def answers_in_words(answers: Answers, ruleset: Ruleset, language: Language) -> list[tuple[str, str]]:
    """Each question with its answer, in the order of the questionnaire."""
    return [
        (wording.label.in_language(language), _answer(getattr(answers, key), wording, language))
        for key, wording in ruleset.questions.items()
    ]


def _answer(value: Any, wording: Wording, language: Language) -> str:
    if isinstance(value, bool):
        return (YES if value else NO).in_language(language)
    if isinstance(value, int):
        return f"{value} mg"
    if isinstance(value, str):
        return wording.choice(value).label.in_language(language)
    return "; ".join(wording.choice(item).label.in_language(language) for item in value) or NOTHING.in_language(
        language
    )


def deciding_answers(condition: Condition, answers: Answers, ruleset: Ruleset, language: Language) -> list[str]:
    """Answers that make a condition true, in the words of the choices; default answers are left out."""
    match condition:
        case AllOf(parts) | AnyOf(parts):
            found = [
                label
                for part in parts
                if part.holds(answers)
                for label in deciding_answers(part, answers, ruleset, language)
            ]
            return list(dict.fromkeys(found))
        case Is(answer, _) if getattr(answers, answer) == QUESTIONS[answer].default:
            return []
        case Is(answer, _) | AtLeast(answer, _):
            return [_answer(getattr(answers, answer), ruleset.questions[answer], language)]
        case Includes(answer, values):
            wording = ruleset.questions[answer]
            given = [value for value in getattr(answers, answer) if value in values]
            return [wording.choice(value).label.in_language(language) for value in given]
    return []


def _part(condition: Condition, ruleset: Ruleset, language: Language) -> str:
    words = describe(condition, ruleset, language)
    return f"({words})" if isinstance(condition, AllOf | AnyOf) else words


def _question(answer: str, ruleset: Ruleset, language: Language) -> str:
    return f"{ruleset.questions[answer].label.in_language(language)} "


def _join(word: Text, parts: Iterable[str], language: Language) -> str:
    return f" {word.in_language(language)} ".join(parts)
