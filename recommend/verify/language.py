"""Language: every text exists in both languages, which agree on numbers and negations, and passes the content check."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from recommend.knowledge import Ruleset
from recommend.medicines import load_medicines
from recommend.quantities import order_of_opposites, polarity, quantities
from recommend.text import LANGUAGES, Language, Text
from recommend.verify.design import POLARITY_DIFFERS
from recommend.verify.proof import Broken, Proof, prove_records

CheckText = Callable[[str, Language], str | None]
"""Content check of one text: the reason to block it, or None."""


def texts(ruleset: Ruleset) -> Iterator[tuple[str, Text]]:
    """Every text of the ruleset with its address, such as `rules/oxide-start/reason`, at any depth."""
    yield from texts_in(ruleset, "")


def medicine_texts(ruleset: Ruleset) -> Iterator[tuple[str, Text]]:
    """Explanations and units in the list of medicines; a medicine's own name is no copy of ours."""
    medicines = load_medicines(ruleset.directory)
    yield from texts_in(medicines.reasons, "medicines/reasons")
    for medicine in medicines.by_id.values():
        yield from texts_in(medicine.elemental, f"medicines/{medicine.id}/elemental")


def texts_in(value: Any, address: str) -> Iterator[tuple[str, Text]]:
    """Every text in records at any depth, with its address under the given one."""
    if isinstance(value, Text):
        yield address, value
    elif isinstance(value, Struct):
        for name in value.__struct_fields__:
            yield from texts_in(getattr(value, name), f"{address}/{name}".lstrip("/"))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from texts_in(item, f"{address}/{key}")
    elif isinstance(value, tuple):
        for number, item in enumerate(value, start=1):
            yield from texts_in(item, f"{address}/{getattr(item, 'id', number)}")


def prove_language(ruleset: Ruleset, check_text: CheckText | None) -> Iterator[Proof]:
    """Proofs that both languages exist and agree and, with `check_text`, that no text is blocked."""
    found = [*texts(ruleset), *medicine_texts(ruleset)]
    missing = [(address, _missing(text)) for address, text in found]
    yield prove_records("language", "every text exists in Dutch and in English", missing, unit="texts")
    numbers = [(address, _other_numbers(text)) for address, text in found]
    yield prove_records("language", "every number is in both languages, equally often", numbers, unit="texts")
    turned = [(address, _other_polarity(address, text)) for address, text in found]
    turned += [(address, Broken("an exception without a text")) for address in POLARITY_DIFFERS.keys() - dict(found)]
    claim = "words such as “not”, “less” and “before” are in both languages, equally often and in one order"
    yield prove_records("language", f"{claim}, but for {len(POLARITY_DIFFERS)} exceptions", turned, unit="texts")
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


def _other_numbers(text: Text) -> Broken | None:
    nl, en = (Counter(found.number for found in quantities(text.in_language(each), each)) for each in LANGUAGES)
    return None if nl == en else Broken(_only(nl - en, en - nl))


def _only(nl: Counter[str], en: Counter[str]) -> str:
    """Elements that one language has and the other lacks."""
    parts = [f"only in {language}: {', '.join(sorted(extra))}" for language, extra in (("nl", nl), ("en", en)) if extra]
    return "; ".join(parts)


def _other_polarity(address: str, text: Text) -> Broken | None:
    """Kinds of words that the languages have in other numbers, besides the exceptions of the design, or order."""
    nl, en = (polarity(text.in_language(each), each) for each in LANGUAGES)
    allowed, _ = POLARITY_DIFFERS.get(address, ({}, ""))
    found = {kind: en[kind] - nl[kind] for kind in nl | en if en[kind] != nl[kind]}
    if found != allowed:
        counts = "; ".join(f"{kind}: {nl[kind]} in nl, {en[kind]} in en" for kind in sorted(found))
        return Broken(counts or "no difference, and listed as an exception")
    in_order = allowed or order_of_opposites(text.nl, "nl") == order_of_opposites(text.en, "en")
    return None if in_order else Broken("opposites come in another order in nl than in en")


def _blocked(text: str, language: Language, check_text: CheckText) -> Broken | None:
    why = check_text(text, language)
    return Broken(why) if why else None
