"""`shop advise`: the advice for a file of answers, as JSON."""

from typing import TextIO

import click

from recommend.answers import Answers, AnswersError
from recommend.loading import load_ruleset
from recommend.text import LANGUAGES, Language
from shop.cli.faults import plain_faults
from shop.cli.session import catalogue
from shop.finder.advice_json import NotJsonError, advice_json, read_answers
from shop.settings import read_settings
from shop.web.services import system_clock

WRONG_INPUT = 2


@click.command()
@click.argument("file", type=click.File(encoding="utf-8"))
@click.option("--lang", "language", type=click.Choice(LANGUAGES), default="nl", show_default=True)
@click.option("--no-products", is_flag=True, help="Leave the catalogue out.")
def advise(file: TextIO, language: Language, no_products: bool) -> None:
    """Print the advice for the answers in FILE (JSON; - reads standard input)."""
    try:
        answers = _read(file)
    except AnswersError as error:
        raise _Refused(str(error)) from error
    with plain_faults():
        settings = read_settings()
        ruleset = load_ruleset(settings.rules_dir)
        today = system_clock().date()
        if no_products:
            text = advice_json(answers, ruleset, language, None, today)
        else:
            with catalogue(settings) as session:
                text = advice_json(answers, ruleset, language, session, today)
    click.echo(text, nl=False)


class _Refused(click.ClickException):
    exit_code = WRONG_INPUT


def _read(file: TextIO) -> Answers:
    try:
        text = file.read()
    except UnicodeDecodeError as error:
        raise _Refused(f"{file.name}: not JSON: {error}") from error
    try:
        return read_answers(text)
    except NotJsonError as error:
        raise _Refused(f"{file.name}: not JSON: {error}") from error
