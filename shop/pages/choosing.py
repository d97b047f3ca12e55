"""Rules and notes of the page on how we choose: in groups, and found by the words in them."""

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from msgspec import Struct

from recommend.knowledge import Note, Rule, Ruleset
from recommend.text import Language, Text
from shop.web.i18n import gettext
from shop.web.words import short_entry_name

LONGEST_SEARCH = 100
"""Characters of a search that count; the field takes no more."""

OTHER = "other"
"""The group of the rules for forms that are not ranked."""

R = TypeVar("R", Rule, Note)


class Group(Struct, frozen=True):
    """Rules or notes under one heading."""

    label: str
    records: Sequence[Rule | Note]


class ChoosingPage(Struct, frozen=True):
    """Rules and notes that have all words of `typed`, or all rules and notes when nothing was typed."""

    typed: str
    rules: Sequence[Group]
    notes: Sequence[Group]

    @property
    def records(self) -> list[Rule | Note]:
        return [record for group in (*self.rules, *self.notes) for record in group.records]


def choosing_page(typed: str, ruleset: Ruleset, language: Language) -> ChoosingPage:
    """The page for what was typed in the search field."""
    typed = " ".join(typed[:LONGEST_SEARCH].split())
    words = _plain(typed).split()
    rules = [rule for rule in ruleset.rules if _has(words, rule.id, (rule.label, rule.reason), language)]
    notes = [note for note in ruleset.notes if _has(words, note.id, (note.label, note.text), language)]
    names = {form.id: short_entry_name(form) for form in ruleset.ranked_compounds}
    names[OTHER] = str(gettext("Other forms"))
    return ChoosingPage(
        typed=typed,
        rules=_groups(rules, names, lambda rule: rule.forms[0] if rule.forms[0] in names else OTHER),
        notes=_groups(notes, _note_labels(), _kind),
    )


def _groups(records: Iterable[R], labels: dict[str, str], kind: Callable[[R], str]) -> list[Group]:
    """The records by kind, in the order of the labels; a kind without records is left out."""
    by_kind: dict[str, list[R]] = {}
    for record in records:
        by_kind.setdefault(kind(record), []).append(record)
    return [Group(label, by_kind[name]) for name, label in labels.items() if name in by_kind]


def _note_labels() -> dict[str, str]:
    return {
        "emergency": gettext("Signs that cannot wait"),
        "stop": gettext("Notes that stop an advice"),
        "caution": gettext("Cautions"),
        "info": gettext("Information for some answers"),
        "everybody": gettext("For everybody, on every product page"),
        "form": gettext("Only on pages of a form and its products"),
    }


def _kind(note: Note) -> str:
    if note.emergency:
        return "emergency"
    if note.when is None:
        return "form"
    return note.severity if note.is_personal else "everybody"


def _has(words: Iterable[str], name: str, texts: Iterable[Text], language: Language) -> bool:
    """Whether all words are in the id or in the texts."""
    whole = _plain(" ".join([name, *(text.in_language(language) for text in texts)]))
    return all(word in whole for word in words)


def _plain(text: str) -> str:
    """Text without capitals and accents."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(part for part in parts if not unicodedata.combining(part))
