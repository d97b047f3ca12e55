"""`shop advise`: the advice for a file of answers, as JSON."""

import json
from typing import Any, TextIO

import click
from sqlalchemy.orm import Session

from catalog.advised import suggest_products, suggestion_as_dict
from catalog.database import open_engine
from recommend.answers import Answers, AnswersError, parse_answers
from recommend.consistency import RulesetError
from recommend.engine import Advice
from recommend.engine import advise as make_advice
from recommend.loading import load_ruleset
from recommend.presentation import advice_as_dict
from recommend.text import LANGUAGES, Language
from shop.settings import Settings, SettingsError, read_settings

WRONG_INPUT = 2


@click.command()
@click.argument("file", type=click.File(encoding="utf-8"))
@click.option("--lang", "language", type=click.Choice(LANGUAGES), default="nl", show_default=True)
@click.option("--no-products", is_flag=True, help="Leave the catalogue out.")
def advise(file: TextIO, language: Language, no_products: bool) -> None:
    """Print the advice for the answers in FILE (JSON; - reads standard input)."""
    try:
        answers = parse_answers(_read_json(file))
        settings = read_settings()
        advice = make_advice(answers, load_ruleset(settings.rules_dir))
    except (AnswersError, SettingsError, RulesetError) as error:
        raise _Refused(str(error)) from error
    result = advice_as_dict(advice, language)
    result["products"] = [] if no_products else _products(settings, answers, advice, language)
    click.echo(json.dumps(result, ensure_ascii=False, indent=2))


class _Refused(click.ClickException):
    exit_code = WRONG_INPUT


def _read_json(file: TextIO) -> Any:
    try:
        return json.load(file)
    except (ValueError, RecursionError) as error:  # UnicodeDecodeError is a ValueError
        raise _Refused(f"{file.name}: not JSON: {' '.join(str(error).split())}") from error


def _products(settings: Settings, answers: Answers, advice: Advice, language: Language) -> list[dict[str, Any]]:
    from shop.database import prepare_catalogue

    prepare_catalogue(settings)
    engine = open_engine(settings.database_url)
    try:
        with Session(engine) as session:
            found = suggest_products(session, answers, advice).products
            return [suggestion_as_dict(suggestion, language) for suggestion in found]
    finally:
        engine.dispose()
