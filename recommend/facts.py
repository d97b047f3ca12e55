"""Check of texts against the facts beside them: every number and polarity word is accounted for, and sourced."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from recommend.knowledge import Citation, Facts, Hours, Separation
from recommend.quantities import BARE, PHONE, POLARITY, Quantity, plain_number, polarity, quantities
from recommend.text import LANGUAGES, Language, Text

UNIT_OF_FACT = {
    "limit_mg": "mg",
    "own_mg": "mg",
    "amount_mg": "mg",
    "amount_g": "g",
    "share_percent": "percent",
    "age_years": "years",
    "period_days": "days",
    "period_weeks": "weeks",
    "people": "people",
    "phone": PHONE,
    "count": BARE,
}
"""Unit of the numbers in each field of Facts, besides `separation` (hours)."""

SOURCED = ("separation", "limit_mg", "share_percent", "amount_g", "people")
"""Fields whose numbers need a source that says them."""

UNIT_LEFT_OUT = {"years", "hours"}
"""Units that both texts may leave out: "onder de 18", "nooit minder dan 2"."""

Fault = tuple[str, str]
"""Key of a record, and the problem there."""


def fact_quantities(facts: Facts) -> list[tuple[str, Quantity]]:
    """Numbers of all facts, each with its field."""
    found = [
        ("separation", Quantity("hours", plain_number(hours)))
        for separation in facts.separation
        for hours in _hours_of(separation)
    ]
    for name, unit in UNIT_OF_FACT.items():
        found += [(name, Quantity(unit, plain_number(number))) for number in getattr(facts, name)]
    return found


def _hours_of(separation: Separation) -> Iterator[int]:
    """Hours as a text names them: once when they are the same before and after."""
    yield from _both_ends(separation.before_h)
    if separation.after_h != separation.before_h:
        yield from _both_ends(separation.after_h)
    if separation.least_h is not None:
        yield separation.least_h


def _both_ends(hours: Hours) -> tuple[int, ...]:
    return hours if isinstance(hours, tuple) else (hours,)


def faults_of(texts: Sequence[tuple[str, Text]], facts: Facts, citations: Iterable[Citation]) -> Iterator[Fault]:
    """Disagreements between the texts of one record, by key, and its facts; the first explains the others best."""
    stated = fact_quantities(facts)
    for language in LANGUAGES:
        yield from _faults_in_numbers(texts, stated, language)
        yield from _faults_in_order(texts, facts, language)
    yield from _faults_in_units(texts, stated)
    yield from _faults_in_polarity(texts, facts)
    yield from _faults_in_sources(facts, stated, citations)


def _found(texts: Sequence[tuple[str, Text]], language: Language) -> list[tuple[str, Quantity]]:
    return [(key, found) for key, text in texts for found in quantities(text.in_language(language), language)]


def _faults_in_numbers(
    texts: Sequence[tuple[str, Text]], stated: Sequence[tuple[str, Quantity]], language: Language
) -> Iterator[Fault]:
    left = Counter(quantity.number for _, quantity in stated)
    for key, quantity in _found(texts, language):
        if left[quantity.number] == 0:
            yield f"{key}.{language}", f"no fact accounts for {_words(quantity)}"
        left[quantity.number] -= 1
    for field, quantity in stated:
        if left[quantity.number] > 0:
            yield f"facts.{field}", f"the text in {language} does not repeat {_words(quantity)}"


def _faults_in_units(texts: Sequence[tuple[str, Text]], stated: Sequence[tuple[str, Quantity]]) -> Iterator[Fault]:
    units: dict[str, set[str]] = {}
    for _, quantity in stated:
        units.setdefault(quantity.number, set()).add(quantity.unit)
    with_unit: set[Quantity] = set()
    for language in LANGUAGES:
        for key, quantity in _found(texts, language):
            with_unit.add(quantity)
            known = units.get(quantity.number, set())
            if quantity.unit != BARE and quantity.unit not in known:
                yield f"{key}.{language}", f"says {_words(quantity)}, the fact has {' or '.join(sorted(known))}"
    for field, quantity in stated:
        if quantity not in with_unit and quantity.unit not in UNIT_LEFT_OUT:
            yield f"facts.{field}", f"no text says {_words(quantity)} with its unit"


def _words(quantity: Quantity) -> str:
    """Number and unit for a message."""
    return quantity.number if quantity.unit in (BARE, PHONE) else f"{quantity.number} {quantity.unit}"


BEFORE: dict[Language, str] = {"nl": "{} uur vóór", "en": "{} hours before"}
AFTER: dict[Language, str] = {"nl": "{} uur na", "en": "{} hours after"}
RANGE: dict[Language, str] = {"nl": "{} tot {}", "en": "{} to {}"}


def _faults_in_order(texts: Sequence[tuple[str, Text]], facts: Facts, language: Language) -> Iterator[Fault]:
    """Separations that differ before and after magnesium, and that a text does not say in these words."""
    whole = " ".join(text.in_language(language) for _, text in texts)
    for separation in facts.separation:
        if separation.before_h == separation.after_h:
            continue
        for wording, hours in ((BEFORE, separation.before_h), (AFTER, separation.after_h)):
            ends = _both_ends(hours)
            amount = RANGE[language].format(*ends) if len(ends) > 1 else str(ends[0])
            if (phrase := wording[language].format(amount)) not in whole:
                yield "facts.separation", f"the text in {language} does not say {phrase!r}"


def _faults_in_polarity(texts: Sequence[tuple[str, Text]], facts: Facts) -> Iterator[Fault]:
    """Polarity words in Dutch; `shop verify` compares the other language with them."""
    found: Counter[str] = Counter()
    for _, text in texts:
        found += polarity(text.nl, "nl")
    for kind in POLARITY:
        stated = getattr(facts.polarity, kind)
        if found[kind] != stated:
            yield f"facts.polarity.{kind}", f"is {stated}, and the text in nl has {found[kind]} such words"


def _faults_in_sources(
    facts: Facts, stated: Sequence[tuple[str, Quantity]], citations: Iterable[Citation]
) -> Iterator[Fault]:
    said = {
        found.number
        for citation in citations
        if citation.source_says
        for found in quantities(citation.source_says, "en")
    }
    unsourced = {plain_number(number) for number in facts.unsourced}
    for field, quantity in stated:
        if field in SOURCED and quantity.number not in said | unsourced:
            yield f"facts.{field}", f"no citation has a source_says with {_words(quantity)}"
    for number in sorted(unsourced):
        if number in said or not any(field in SOURCED and quantity.number == number for field, quantity in stated):
            yield "facts.unsourced", f"{number} is no number without a source"


def sourced_quantities(facts: Facts) -> list[Quantity]:
    """Numbers that need a source."""
    return [quantity for field, quantity in fact_quantities(facts) if field in SOURCED]
