"""Language: every text exists in both languages and passes the content check."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from recommend.knowledge import Ruleset
from recommend.medicines import load_medicines
from recommend.text import LANGUAGES, Language, Text
from recommend.verify.proof import Broken, Proof, prove_records

CheckText = Callable[[str, Language], str | None]
"""Content check of one text: the reason to block it, or None."""


def texts(ruleset: Ruleset) -> Iterator[tuple[str, Text]]:
    """Every text of the ruleset with its address, such as `rules/oxide-start/reason`, at any depth."""
    yield from _texts_in(ruleset, "")


def medicine_texts(ruleset: Ruleset) -> Iterator[tuple[str, Text]]:
    """Explanations and units in the list of medicines; a medicine's own name is no copy of ours."""
    medicines = load_medicines(ruleset.directory)
    yield from _texts_in(medicines.reasons, "medicines/reasons")
    for medicine in medicines.by_id.values():
        yield from _texts_in(medicine.elemental, f"medicines/{medicine.id}/elemental")


def _texts_in(value: Any, address: str) -> Iterator[tuple[str, Text]]:
    if isinstance(value, Text):
        yield address, value
    elif isinstance(value, Struct):
        for name in value.__struct_fields__:
            yield from _texts_in(getattr(value, name), f"{address}/{name}".lstrip("/"))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _texts_in(item, f"{address}/{key}")
    elif isinstance(value, tuple):
        for number, item in enumerate(value, start=1):
            yield from _texts_in(item, f"{address}/{getattr(item, 'id', number)}")


def prove_language(ruleset: Ruleset, check_text: CheckText | None) -> Iterator[Proof]:
    """Proofs that both languages exist and, with `check_text`, that no text is blocked."""
    found = [*texts(ruleset), *medicine_texts(ruleset)]
    missing = [(address, _missing(text)) for address, text in found]
    yield prove_records("language", "every text exists in Dutch and in English", missing, unit="texts")
    if check_text is not None:
        blocked = [
            (f"{address} ({language})", _blocked(text.in_language(language), language, check_text))
            for address, text in found
            for language in LANGUAGES
        ]
        yield prove_records("language", "every text passes the content check", blocked, unit="texts")


def _missing(text: Text) -> Broken | None:
    absent = [language for language in LANGUAGES if not text.in_language(language).strip()]
    return Broken(f"nothing in {' and '.join(absent)}") if absent else None


def _blocked(text: str, language: Language, check_text: CheckText) -> Broken | None:
    why = check_text(text, language)
    return Broken(why) if why else None
