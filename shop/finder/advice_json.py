"""Answers in, advice out, as JSON: the one road of `shop advise` and of the API.

The same answers, ruleset and catalogue give the same bytes, whichever of the two is asked.
"""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from catalog.advice.candidates import prices_of_catalogue
from catalog.advice.suggest import Suggestion, suggest_products, suggestion_as_dict
from recommend.answers import Answers, parse_answers
from recommend.engine import advise
from recommend.knowledge import Ruleset
from recommend.presentation import advice_as_dict
from recommend.text import Language


class NotJsonError(ValueError):
    """A body that is not JSON; the message says why."""


def read_json(text: str | bytes) -> Any:
    """Read JSON, with or without a byte order mark; bytes are UTF-8. Raises NotJsonError.

    A key given twice is refused: the last one winning could hide a condition. So are NaN and Infinity.
    """
    try:
        text = text if isinstance(text, str) else text.decode()
        return json.loads(
            text.removeprefix("\ufeff"),
            object_pairs_hook=_without_doubles,
            parse_float=_number,
            parse_constant=_refuse_constant,
        )
    except (ValueError, RecursionError) as error:  # UnicodeDecodeError is a ValueError
        raise NotJsonError(" ".join(str(error).split())) from error


def read_answers(text: str | bytes) -> Answers:
    """Read answers from JSON. Raises NotJsonError or AnswersError."""
    given = read_json(text)
    try:
        return parse_answers(given)
    except RecursionError as error:  # nested just less deeply than the decoder refuses
        raise NotJsonError(str(error)) from error


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    mapping = dict(pairs)
    if len(mapping) != len(pairs):
        keys = [key for key, _ in pairs]
        raise ValueError(f"the key {next(key for key in keys if keys.count(key) > 1)!r} stands twice")
    return mapping


def _number(text: str) -> float:
    """JSON knows no difference between 100 and 100.0."""
    number = float(text)
    return int(number) if number.is_integer() else number


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def advice_json(answers: Answers, ruleset: Ruleset, language: Language, session: Session | None, on: date) -> str:
    """The contract's advice as text, on a day; without products and prices when there is no session on a catalogue."""
    suggestions: Sequence[Suggestion] = ()
    if session is None:
        advice = advise(answers, ruleset)
    else:
        prices = prices_of_catalogue(session, ruleset)
        advice = advise(answers, ruleset, prices.lowest)
        suggestions = suggest_products(session, answers, advice, prices.budget).products
    result = advice_as_dict(advice, language)
    result["products"] = [suggestion_as_dict(suggestion, language, on) for suggestion in suggestions]
    return json.dumps(result, ensure_ascii=False, indent=2) + "\n"
