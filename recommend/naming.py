"""Names of magnesium forms in labels and price lists, fillers left out. Unknown words are reported, not guessed."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path

from msgspec import Struct

from recommend.knowledge import Identifier, Record, Ruleset, Words
from recommend.loading import DATA, index_by_id, load_ruleset, once_per_folder, read_file
from recommend.text import LANGUAGES, Text

NO_FORM = ""
"""Form id of a filler."""


class Excipient(Record, frozen=True):
    """A magnesium compound used as a filler: part of ingredient lists, but no form."""

    id: Identifier
    names: Words


class FormsInText(Struct, frozen=True):
    """Forms in a text, in order, without duplicates; `unclear` are words that a person must explain."""

    forms: tuple[str, ...] = ()
    unclear: tuple[str, ...] = ()


_BRACKETED_FORM = re.compile(r"\b(magnesium) ?\((?:als |as |uit |from |van )?([^()]+)\)")
_UNKNOWN_FORM = re.compile(
    r"\bmagnesium[a-z]{3,}\b(?: (?!capsul|tablet|poeder|powder)[a-z-]{4,})?|\bmagnesium [a-z-]{4,}"
)
_NO_FORM_WORDS = re.compile(
    r"magnesium (?:capsul|tablet|softgel|poeder|powder|supplement|elementair|elemental|with\b|from\b|voor\b|plus\b)"
)
_MAX_UNKNOWN_LENGTH = 80
_LETTERS_TO_CORRECT = 12


def comparable(text: str) -> str:
    """Text normalised for comparison: compatibility characters, hyphens and case unified."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("®", "").replace("™", "")
    return " ".join(re.sub(r"[-‐‑–_]+", " ", plain).split())


class FormNames:
    """Recogniser of forms by all their names, and by a person's earlier answers on a supplier's words."""

    def __init__(self, ruleset: Ruleset, excipients: Iterable[Excipient], answers: Mapping[str, str]) -> None:
        self._record_of = {form.id: form.record for form in ruleset.forms.values()}
        self._short_names = {form.id: form.short_name for form in ruleset.forms.values()}
        self._exact_names: dict[str, str] = {}
        names: dict[str, str] = {}
        for excipient in excipients:
            for language in LANGUAGES:
                names.update((comparable(name), NO_FORM) for name in excipient.names.in_language(language))
        for form in ruleset.forms.values():
            self._exact_names[comparable(form.id)] = form.id
            for language in LANGUAGES:
                self._exact_names[comparable(form.short_name.in_language(language))] = form.id
                own = [form.name.in_language(language), *form.synonyms.in_language(language)]
                own += [form.annex_ii.in_language(language)] if form.annex_ii else []
                own += [salt.name.in_language(language) for salt in form.salts]
                names.update((comparable(name), form.id) for name in own)
        self._names = names | {comparable(words): form for words, form in answers.items()}
        longest_first = sorted(self._names, key=len, reverse=True)
        self._pattern = re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, longest_first)) + r")(?!\w)")

    def names_of(self, forms: Iterable[str]) -> Text:
        """Short names of the forms, separated by commas."""
        names = [self._short_names[form] for form in forms]
        return Text(", ".join(name.nl for name in names), ", ".join(name.en for name in names))

    def forms_in(self, text: str) -> FormsInText:
        """Forms in a product name, a title or an ingredient list."""
        plain = comparable(text)
        only_form = self._names.get(plain, self._exact_names.get(plain))
        if only_form is not None or not plain:
            return FormsInText(forms=(only_form,) if only_form else ())
        plain = _BRACKETED_FORM.sub(self._expand_bracket, plain)
        found: dict[str, None] = {}
        excipients = 0
        for match in self._pattern.finditer(plain):
            form = self._names[match[0]]
            excipients += form == NO_FORM
            if form != NO_FORM:
                found[form] = None
        rest = self._pattern.sub(" | ", plain)
        forms = self._without_duplicates(found)
        unclear = [match[0] for match in _UNKNOWN_FORM.finditer(rest) if not _NO_FORM_WORDS.match(match[0])]
        if not forms and not excipients and not unclear:
            unclear = [plain[:_MAX_UNKNOWN_LENGTH]]
        return FormsInText(forms, tuple(dict.fromkeys(unclear)))

    def correct(self, word: str) -> str | None:
        """Form from whose name a word lacks a letter, has one more or two swapped; None if a filler is as near.

        A letter replaced is no slip here: it makes a taurate of a laurate.
        """
        typed = comparable(word).replace(" ", "")
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        near = process.extract(typed, list(self._joined_names), scorer=OSA.distance, score_cutoff=1, limit=None)
        names = [name for name, _, _ in near if len(name) != len(typed) or sorted(name) == sorted(typed)]
        forms = {self._joined_names[name] for name in names if len(typed) >= _LETTERS_TO_CORRECT}
        return (forms.pop() or None) if len(forms) == 1 else None

    @cached_property
    def _joined_names(self) -> Mapping[str, str]:
        return {name.replace(" ", ""): form for name, form in self._names.items()}

    def _expand_bracket(self, match: re.Match[str]) -> str:
        """Name of the form for “magnesium (als citraat)”, here magnesium citrate."""
        form = self._names.get(match[2], self._exact_names.get(match[2]))
        return next((name for name, id_ in self._names.items() if form and id_ == form), match[0])

    def _without_duplicates(self, found: Iterable[str]) -> tuple[str, ...]:
        """Forms without duplicates: glycinate and bisglycinate together become the one that has the facts."""
        by_record: dict[str, list[str]] = {}
        for form in found:
            by_record.setdefault(self._record_of.get(form, form), []).append(form)
        return tuple(forms[0] if len(forms) == 1 else record for record, forms in by_record.items())


@once_per_folder
def load_excipients(directory: Path) -> tuple[Excipient, ...]:
    """Fillers from a folder with the layout of `recommend/data/`. Raises RulesetError."""
    records = read_file(directory, directory / "excipients.yaml", list[Excipient])
    return tuple(index_by_id(("excipients.yaml", record) for record in records).values())


def form_names(directory: Path = DATA, answers: Mapping[str, str] | None = None) -> FormNames:
    """Recogniser for the names of a ruleset and a supplier's answered words. Raises RulesetError."""
    return FormNames(load_ruleset(directory), load_excipients(directory), answers or {})
