"""Medicines by name in the finder: the texts of a found medicine, the boxes it ticks, the list for typing.

A name is health data: it arrives in the body of a POST, is shown on that one page, and is neither stored nor logged.
"""

import json
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from flask import request
from msgspec import Struct

from recommend.answers import QUESTIONS, parse_answers
from recommend.engine import safety_notes
from recommend.knowledge import Ruleset
from recommend.medicines import (
    MAX_LETTERS,
    MIN_LETTERS_TO_LIST,
    Medicine,
    Medicines,
    Outcome,
    Separation,
    comparable_name,
)
from recommend.text import Language
from shop.finder.answers_cookie import NEUTRAL_DEFAULTS
from shop.finder.forms import MedicinesForm
from shop.web.i18n import gettext, ngettext

MAX_SHOWN = 8
TAKE_AND_GO_ON = "take_and_go_on"


class MedicineCard(Struct, frozen=True):
    """Everything said of one medicine: `ticks` are its boxes as (question, value), `lines` the sentences."""

    id: str
    title: str
    ticks: tuple[tuple[str, str], ...]
    button: str
    lines: tuple[str, ...]
    onward: bool = False
    """Whether it can be ticked and left at that: it has a box, and no condition is to be asked about."""


class MedicineSearch(Struct, frozen=True):
    """Result of a search as the page shows it; `more` counts the candidates left out."""

    typed: str
    outcome: Outcome
    cards: tuple[MedicineCard, ...]
    similar: tuple[MedicineCard, ...] = ()
    more: int = 0


def search_medicines(typed: str, medicines: Medicines, ruleset: Ruleset, language: Language) -> MedicineSearch:
    """Search for a name and word what is found."""
    found = medicines.find(typed)
    return MedicineSearch(
        typed=typed[:MAX_LETTERS],
        outcome=found.outcome,
        cards=_cards(found.medicines[:MAX_SHOWN], medicines, ruleset, language),
        similar=_cards(found.similar[:MAX_SHOWN], medicines, ruleset, language),
        more=max(0, len(found.medicines) - MAX_SHOWN),
    )


def _cards(
    found: Iterable[Medicine], medicines: Medicines, ruleset: Ruleset, language: Language
) -> tuple[MedicineCard, ...]:
    return tuple(medicine_card(medicine, medicines, ruleset, language) for medicine in found)


def medicine_card(medicine: Medicine, medicines: Medicines, ruleset: Ruleset, language: Language) -> MedicineCard:
    """Card of a medicine: the box, the reason, hours, an implied condition, and what is unsure."""
    ticks = boxes_of(medicine)
    labels = [ruleset.questions[key].choice(value).label.in_language(language) for key, value in ticks]
    reason = medicines.reason_of(medicine)
    lines = [
        _box(medicine, ruleset, language),
        reason.in_language(language) if reason else "",
        _hours_or_stop(medicine, ruleset),
        gettext("Ask your pharmacist or doctor first.") if medicine.ask_first else "",
        _implied(medicine, ruleset, language),
        gettext(
            "%(mg)d mg magnesium per %(unit)s: add it up at the question on milligrams.",
            mg=medicine.elemental.mg,
            unit=medicine.elemental.per.in_language(language),
        )
        if medicine.elemental
        else "",
        "" if medicine.verified else gettext("This was not yet checked in the source itself."),
    ]
    return MedicineCard(
        id=medicine.id,
        title=_title(medicine, language),
        ticks=ticks,
        button=gettext("Tick %(boxes)s", boxes=gettext(" and ").join(f"“{label}”" for label in labels))
        if ticks
        else "",
        lines=tuple(line for line in lines if line),
        onward=medicine.box is not None and (medicine.implies is None or medicine.counted_condition is not None),
    )


def boxes_of(medicine: Medicine) -> tuple[tuple[str, str], ...]:
    """Boxes that a medicine ticks, as (question, value): its own, and that of a condition that always counts."""
    return tuple(
        (key, value)
        for key, value in (("medicines", medicine.box), ("conditions", medicine.counted_condition))
        if value is not None
    )


def _title(medicine: Medicine, language: Language) -> str:
    name = medicine.name.in_language(language)
    return f"{name} ({', '.join(medicine.brands)})" if medicine.brands else name


def _box(medicine: Medicine, ruleset: Ruleset, language: Language) -> str:
    if medicine.box:
        label = ruleset.questions["medicines"].choice(medicine.box).label.in_language(language)
        return gettext("Box: “%(box)s”.", box=label)
    if not medicine.implies:
        return gettext("No interaction is known in our list; for this medicine you need not tick anything below.")
    return "" if medicine.reason else gettext("No interaction is known in our list.")


def _hours_or_stop(medicine: Medicine, ruleset: Ruleset) -> str:
    """Hours to keep, unless the medicine alone withholds the advice: hours would then read as leave."""
    boxes: dict[str, list[str]] = {}
    for key, value in boxes_of(medicine):
        boxes.setdefault(key, []).append(value)
    notes = safety_notes(parse_answers(NEUTRAL_DEFAULTS | boxes), ruleset)
    if any(note.severity == "stop" for note in notes):
        return gettext("With this medicine we show no products.")
    return _hours(medicine.separation) if medicine.separation else ""


def _hours(separation: Separation) -> str:
    before, after = separation.before_h, separation.after_h
    if before and after:
        return gettext(
            "Magnesium at least %(before)s before this medicine, or at least %(after)s after it.",
            before=_in_hours(before),
            after=_in_hours(after),
        )
    if before:
        return gettext("Magnesium at least %(before)s before this medicine.", before=_in_hours(before))
    return gettext("Magnesium at least %(after)s after this medicine.", after=_in_hours(after or 0))


def _in_hours(hours: int) -> str:
    return ngettext("%(num)d hour", "%(num)d hours", hours)


def _implied(medicine: Medicine, ruleset: Ruleset, language: Language) -> str:
    if medicine.implies is None:
        return ""
    label = ruleset.questions["conditions"].choice(medicine.implies.condition).label.in_language(language)
    if medicine.implies.strength == "always":
        return gettext(
            "Also counts as: “%(condition)s”, because this medicine is hardly used for anything else.", condition=label
        )
    if medicine.implies.strength == "usually":
        return gettext(
            "It is mostly used for: “%(condition)s”. Does that apply to you? Tick it on the page before this one too.",
            condition=label,
        )
    return gettext(
        "Do you use it because of: “%(condition)s”? Tick that on the page before this one too.", condition=label
    )


def typed_name() -> str:
    """Name in the search field of the submitted form."""
    return request.form.get("medicine_name", "").strip()


def asks_for_search() -> bool:
    """Whether the submitted form is to be answered by a search.

    The search button does; so does a name that was typed and never searched: passing over it could lose a medicine.
    """
    if "find_medicine" in request.form:
        return True
    unseen = comparable_name(typed_name()) != comparable_name(request.form.get("searched_name", ""))
    return bool(typed_name()) and unseen and not {"back", "take_medicine", TAKE_AND_GO_ON} & request.form.keys()


def taken_id() -> str:
    """Id of the medicine whose button was pressed."""
    return request.form.get("take_medicine") or request.form.get(TAKE_AND_GO_ON, "")


def goes_on() -> bool:
    """Whether the button also goes on to the next page."""
    return TAKE_AND_GO_ON in request.form


def take_medicine(form: MedicinesForm, medicine: Medicine) -> None:
    """Tick the box of a medicine, which also takes back "none of these"."""
    if medicine.box:
        form.medicines.data = _with("medicines", medicine.box, form.medicines.data or ())


def with_condition_of(medicine: Medicine, answers: dict[str, Any]) -> dict[str, Any]:
    """Answers with the condition that always belongs to a medicine, if there is one."""
    condition = medicine.counted_condition
    if condition is None:
        return answers
    return answers | {"conditions": _with("conditions", condition, answers.get("conditions", ()))}


def _with(question: str, value: str, given: Iterable[str]) -> list[str]:
    """Values of a question with one more, in the order of the vocabulary and without "none of these"."""
    chosen = {*given, value}
    return [allowed for allowed in QUESTIONS[question].values if allowed in chosen]


@lru_cache(maxsize=4)
def medicine_list(medicines: Medicines, ruleset: Ruleset, language: Language) -> str:
    """All names and cards as JSON, for a search in the browser that sends nothing of what is typed.

    Sentences are listed once and referred to by number, since most medicines share them.
    """
    sentences: dict[str, int] = {}
    places: dict[str, int] = {}
    cards: list[Sequence[Any]] = []
    for medicine in medicines.by_id.values():
        card = medicine_card(medicine, medicines, ruleset, language)
        lines, button = (
            [sentences.setdefault(line, len(sentences)) for line in said] for said in (card.lines, [card.button])
        )
        places[medicine.id] = len(cards)
        cards.append((card.title, card.id if card.ticks else "", lines, *button, int(card.onward)))
    names = {
        comparable_name(name): (places[medicine.id], name)
        for medicine in medicines.by_id.values()
        for _, name in medicine.names()
    }
    return json.dumps(
        {
            "sentences": list(sentences),
            "cards": cards,
            "names": names,
            "least": MIN_LETTERS_TO_LIST,
            "most": MAX_SHOWN,
            "messages": {
                "nothing": gettext("No name begins like this. The search button also looks for misspelt names."),
                "which": gettext("Which one do you mean?"),
                "more": gettext("There are more: type more letters."),
                "onward": gettext("Tick and continue"),
            },
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )
