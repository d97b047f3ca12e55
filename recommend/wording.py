"""Conditions and answers in the words of the questionnaire."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from recommend.answers import QUESTIONS, Answers
from recommend.conditions import AllOf, Always, AnyOf, AtLeast, Condition, Includes, Is
from recommend.knowledge import Choice, Ruleset, Wording
from recommend.text import Language, Text

ALWAYS = Text("voor iedereen", "for everybody")
AND = Text("en", "and")
OR = Text("of", "or")
YES, NO = Text("ja", "yes"), Text("nee", "no")
NOTHING = Text("niets hiervan", "none of these")
OR_IF = Text(", of als ", ", or if ")
EITHER = Text(" of ", " or ")
AND_ALSO = Text(", en ", ", and ")
APPLIES = Text("“{label}” voor jou geldt", "“{label}” applies to you")
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


def clause_of(condition: Condition, ruleset: Ruleset, language: Language, or_if: Text = OR_IF) -> str:
    """Condition as the clauses that follow "if" in a sentence.

    Raises TypeError for a kind of condition without words.
    """
    match condition:
        case Is(answer, values) | Includes(answer, values):
            chosen = [choice for choice in ruleset.questions[answer].choices if choice.value in values]
            return or_if.in_language(language).join(_clause(choice, language) for choice in chosen)
        case AllOf(parts):
            return AND_ALSO.in_language(language).join(clause_of(part, ruleset, language, EITHER) for part in parts)
        case AnyOf(parts):
            return or_if.in_language(language).join(clause_of(part, ruleset, language) for part in parts)
    raise TypeError(f"no clause for {type(condition).__name__}")


def _clause(choice: Choice, language: Language) -> str:
    if choice.clause:
        return choice.clause.in_language(language)
    return APPLIES.in_language(language).format(label=choice.label.in_language(language))


def answer_in_words(value: Any, wording: Wording, language: Language) -> str:
    """A valid answer in the words of its question's choices."""
    if isinstance(value, bool):
        return (YES if value else NO).in_language(language)
    if isinstance(value, int):
        return f"{value} mg"
    if isinstance(value, str):
        return wording.choice(value).label.in_language(language)
    return "; ".join(wording.choice(item).label.in_language(language) for item in value) or NOTHING.in_language(
        language
    )


def deciding_answers(
    condition: Condition, answers: Answers, ruleset: Ruleset, language: Language, instead: Mapping[str, str]
) -> list[str]:
    """Answers that make a condition true, in the words of the choices; default answers are left out.

    `instead` has other words, by question, for an answer that we count with and that was not given.
    """
    found = [
        instead.get(question) or answer_in_words(value, ruleset.questions[question], language)
        for question, value in _deciding(condition, answers)
    ]
    return list(dict.fromkeys(found))


def deciding_clauses(
    condition: Condition, answers: Answers, ruleset: Ruleset, language: Language, instead: Mapping[str, str]
) -> list[str]:
    """The same answers as clauses that follow "because", as far as the choices have one."""
    found = []
    for question, value in _deciding(condition, answers):
        clause = ruleset.questions[question].choice(value).clause if isinstance(value, str) else None
        if question in instead:
            found.append(instead[question])
        elif clause:
            found.append(clause.in_language(language))
    return list(dict.fromkeys(found))


def _deciding(condition: Condition, answers: Answers) -> Iterator[tuple[str, Any]]:
    """Questions with the answers that make a condition true; of a list each value by itself."""
    match condition:
        case Always():  # first, since most reasons have it, and each other case takes longer to exclude
            return
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                if part.holds(answers):
                    yield from _deciding(part, answers)
        case Is(answer, _) if getattr(answers, answer) == QUESTIONS[answer].default:
            return
        case Is(answer, _) | AtLeast(answer, _):
            yield answer, getattr(answers, answer)
        case Includes(answer, values):
            for value in getattr(answers, answer):
                if value in values:
                    yield answer, (value,)


def _part(condition: Condition, ruleset: Ruleset, language: Language) -> str:
    words = describe(condition, ruleset, language)
    return f"({words})" if isinstance(condition, AllOf | AnyOf) else words


def _question(answer: str, ruleset: Ruleset, language: Language) -> str:
    return f"{ruleset.questions[answer].label.in_language(language)} "


def _join(word: Text, parts: Iterable[str], language: Language) -> str:
    return f" {word.in_language(language)} ".join(parts)
