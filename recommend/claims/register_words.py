"""Words of the register: conditions, marks and answers as a person reads them, in both languages."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Literal

from recommend.claims.register import (
    DutchMark,
    EnglishMark,
    NotAuthorised,
    RegisteredClaim,
    Status,
    SubstanceClaims,
)
from recommend.substances import MAGNESIUM, MICROGRAMS, Unit
from recommend.text import Language, Text

DAGGER = "†"
"""Sign of what was not read in its source."""
_SIGN = f"\N{NO-BREAK SPACE}{DAGGER}"
LEGEND = Text(
    f"{DAGGER} niet in de bron zelf gelezen: gebruik zo'n Nederlandse zin niet als de officiële tekst.",
    f"{DAGGER} not read in the source itself: do not use such a Dutch sentence as the official text.",
)
NO_CLAIM = Text(
    "Voor deze stof is geen toegestane gezondheidsclaim te gebruiken.",
    "No authorised health claim can be used for this substance.",
)
ENGLISH_MARKS: Mapping[EnglishMark, Text] = {
    "two_sources": Text("Engels in twee kopieën van het EU-register gelezen", "read in two copies of the EU register"),
    "one_source": Text("Engels in één kopie van het EU-register gelezen", "read in one copy of the EU register"),
    "memory": Text("Engels uit het geheugen", "English from memory"),
}
DUTCH_MARKS: Mapping[DutchMark, Text] = {
    "secondary": Text("Nederlands zoals anderen het citeren", "Dutch as others quote it"),
    "pattern": Text(
        "Nederlands naar dezelfde claim op een andere stof", "Dutch after the same claim on another substance"
    ),
    "memory": Text("Nederlands uit het geheugen", "Dutch from memory"),
}
STATUSES: Mapping[Status, Text] = {
    "authorised": Text("toegestaan", "authorised"),
    "revoked": Text("van de lijst gehaald", "removed from the list"),
    "unusable": Text("in Nederland niet bruikbaar", "cannot be used in the Netherlands"),
}
REFUSALS: Mapping[str, Text] = {
    "refused": Text("afgewezen", "refused"),
    "not_listed": Text("staat niet op de EU-lijst", "not on the EU list"),
    "on_hold": Text("aangehouden", "on hold"),
}
_BARRED = Text("mag niet", "may not be said")
_ON_HOLD_MIND = Text("mag niet (HvJ EU C-386/23)", "may not be said (CJEU C-386/23)")
_ON_HOLD_BODY = Text(
    "vraag het een mens: alleen op eigen verantwoordelijkheid, met bewijs (art. 28 lid 5)",
    "ask a person: only on one's own responsibility, with evidence (Art. 28(5))",
)
_SOURCE = Text(
    "minstens {amount} per dagportie (een bron van de stof, 15 % van de referentie-inname)",
    "at least {amount} per daily portion (a source of the substance, 15 % of the reference intake)",
)
_ONLY_FROM = Text(
    "Alleen bij ten minste {amount} {substance} per dagportie.",
    "Only with at least {amount} of {substance} per daily portion.",
)
_ONLY_IF = Text("Alleen onder deze voorwaarde: {condition}.", "Only on this condition: {condition}.")
_NOT_READ = Text(
    "De Nederlandse tekst is niet in de bron zelf gelezen.", "The English text was not read in the source itself."
)
_UNREAD = Text(
    "eigen voorwaarden in een aparte verordening, niet gelezen: zoek ze op",
    "conditions of its own in a separate regulation, not read: look them up",
)

Answer = Literal["yes", "no", "compare"]
ANSWERS: Mapping[Answer, Text] = {
    "yes": Text("mag met de hoeveelheid van dit product", "allowed with this product's amount"),
    "no": Text("mag niet: dit product bevat te weinig", "not allowed: this product contains too little"),
    "compare": Text("vergelijk de voorwaarde met dit product", "compare the condition with this product"),
}


def answer_for(claim: RegisteredClaim, daily_ug: Decimal) -> Answer:
    """Whether a product with this daily amount may make a usable claim."""
    if claim.needed_ug is None:
        return "compare"
    return "yes" if daily_ug >= claim.needed_ug else "no"


def amount_words(micrograms: Decimal, unit: Unit, language: Language) -> str:
    """An amount in a unit of labels, with a decimal comma in Dutch."""
    amount = micrograms / MICROGRAMS[unit]
    text = f"{amount.normalize():f} {unit}"
    return text.replace(".", ",") if language == "nl" else text


def condition_words(claim: RegisteredClaim, entry: SubstanceClaims, language: Language) -> str:
    """The condition of use of a claim."""
    condition = claim.record.condition
    if condition is not None:
        return condition.nl if language == "nl" else condition.en
    if claim.needed_ug is None or entry.substance is None:
        return _UNREAD.in_language(language)
    amount = amount_words(claim.needed_ug, entry.substance.unit, language)
    return _SOURCE.in_language(language).format(amount=amount)


def condition_note(claim: RegisteredClaim, entry: SubstanceClaims, language: Language) -> str:
    """The condition of a claim as a sentence beside a suggestion."""
    if claim.needed_ug is None or entry.substance is None:
        return _ONLY_IF.in_language(language).format(condition=condition_words(claim, entry, language).rstrip("."))
    amount = amount_words(claim.needed_ug, entry.substance.unit, language)
    return _ONLY_FROM.in_language(language).format(
        amount=amount, substance=inside_sentence(entry.name.in_language(language))
    )


def reading_note(claims: Iterable[RegisteredClaim], language: Language) -> str:
    """A warning beside a suggestion whose wording on another nutrient nobody read in its source; empty without one."""
    unread = any(
        claim.substance != MAGNESIUM and (language == "nl" or claim.record.en_mark == "memory") for claim in claims
    )
    return _NOT_READ.in_language(language) if unread else ""


def inside_sentence(words: str) -> str:
    """Words inside a sentence: with a small letter, unless the first word is written in capitals."""
    if words.startswith("IJ") and words[2:3].islower():  # one letter in Dutch
        return "ij" + words[2:]
    return words if words[1:2].isupper() else words[:1].lower() + words[1:]


def mark_words(claim: RegisteredClaim, language: Language) -> str:
    """How the wordings of a claim were read."""
    marks = [ENGLISH_MARKS[claim.record.en_mark].in_language(language)]
    if claim.record.nl:
        marks.append(DUTCH_MARKS[claim.record.nl_mark].in_language(language))
    return "; ".join(marks)


def english_with_sign(claim: RegisteredClaim) -> str:
    """The English wording, with the sign where nobody has read it."""
    return claim.record.en + (_SIGN if claim.record.en_mark == "memory" else "")


def dutch_with_sign(claim: RegisteredClaim) -> str | None:
    """The Dutch wording with the sign that it always has; None where nobody knows one."""
    return f"{claim.record.nl}{_SIGN}" if claim.record.nl else None


def effect_with_sign(one: NotAuthorised, language: Language) -> str:
    """An effect without a claim, with the sign where its refusal was not read."""
    return one.effect(language) + ("" if one.mark == "read" else _SIGN)


def permission_words(one: NotAuthorised, language: Language) -> str:
    """Whether an effect without a claim may be said."""
    if not one.is_barred:
        return _ON_HOLD_BODY.in_language(language)
    return (_ON_HOLD_MIND if one.status == "on_hold" else _BARRED).in_language(language)


def reference_words(opinions: tuple[str, ...], ids: tuple[int, ...] = ()) -> str:
    """References of a claim: opinions or question numbers of EFSA, and entries of its list."""
    shown = [f"EFSA {opinion}" if opinion.startswith("Q-") else f"EFSA Journal {opinion}" for opinion in opinions]
    return "; ".join([*shown, *([f"ID {', '.join(map(str, ids))}"] if ids else [])])
