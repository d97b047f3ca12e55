"""The interface's own texts as the content check reads them: from the catalogue, so also those no page shows today."""

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
from babel.messages.pofile import read_po
from msgspec import Struct

from recommend.claims.check import check_text
from recommend.claims.findings import Finding
from recommend.loading import DATA
from recommend.search_answers import FILE, load_search_answers
from recommend.text import LANGUAGES, Language
from shop.web.i18n import TRANSLATIONS

_SOURCE: Language = "en"  # the texts in code and templates are written in it
_PLACEHOLDER = re.compile(r"%%|%(?:\(\w{1,60}\))?[sdifr]|\{\w{0,60}\}")


class Message(Struct, frozen=True):
    """One text of a catalogue in one language; `place` is its file and line."""

    place: str
    language: Language
    text: str


def interface_messages(folder: Path = TRANSLATIONS) -> Iterator[Message]:
    """Every text of the interface in every language, plural forms apart, from the catalogues in `folder`."""
    for language in LANGUAGES:
        file = folder / language / "LC_MESSAGES" / "messages.po"
        if not file.exists():
            continue  # the source language needs no catalogue
        with file.open("rb") as opened:
            catalog = read_po(opened, locale=language)
        for message in catalog:
            if not message.id:
                continue  # the header
            place = f"{file.relative_to(folder.parent.parent)}:{message.lineno}"
            yield from (Message(place, _SOURCE, text) for text in _forms(message.id))
            yield from (Message(place, language, text) for text in _forms(message.string))


def answer_messages() -> Iterator[Message]:
    """Every text of the answers to searches, which no link leads to."""
    for answer in load_search_answers().by_id.values():
        texts = (answer.title, answer.text, *(link.label for link in answer.links))
        for language in LANGUAGES:
            yield from (Message(f"{FILE}: {answer.id}", language, text.in_language(language)) for text in texts)


def _forms(text: str | list[str] | tuple[str, ...] | None) -> list[str]:
    return [form for form in ([text] if isinstance(text, str) else text or ()) if form]


def shown(message: Message) -> str:
    """The text as a page may show it, something in the place of each placeholder."""
    return _PLACEHOLDER.sub(_stand_in, message.text)


def check_message(message: Message, rules: Path = DATA) -> tuple[Finding, ...]:
    """The findings of a message; what a placeholder will show is unknown, so it is read as a word or a number."""
    findings = check_text(shown(message), message.language, rules)
    return tuple(
        msgspec.structs.replace(finding, text=message.text[finding.start : finding.end]) for finding in findings
    )


def _stand_in(placeholder: re.Match[str]) -> str:
    """A stand-in of the same length, so that offsets stay right."""
    if placeholder[0] == "%%":
        return " %"
    return ("0" if placeholder[0].endswith("d") else "x") * len(placeholder[0])
