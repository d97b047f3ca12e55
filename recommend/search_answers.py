"""Answers to searches that name no product: their records, the loader with its checks, and the words that ask for them.

An answer says where the shop tells about it and what may not be claimed; it never promises an effect.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Literal

from msgspec import Struct

from recommend.knowledge import Identifier, Record, Ruleset, Words
from recommend.loading import (
    InconsistencyError,
    RulesetError,
    index_by_id,
    load_ruleset,
    once_per_folder,
    read_file,
    with_line,
)
from recommend.medicines import Medicine, Medicines, load_medicines
from recommend.text import LANGUAGES, NonEmpty, Text

FILE = "search_answers.yaml"
MEDICINE = "medicine"
"""Id of the answer to a medicine's name."""
GENERAL_NOTE = "medicines-in-general"
"""Id of the note on medicines without one of their own."""
SHORTEST_MEDICINE = 5
LONGEST_MEDICINE = 4
"""Words of the longest medicine name that is looked for."""
MOST_ANSWERS = 3
PAGES = (
    "guide",
    "forms",
    "finder",
    "compare",
    "compare_forms",
    "choosing",
    "ranking",
    "colophon",
    "withdrawal",
    "privacy",
    "products",
)
"""Pages that a link can lead to; `guide#food` is a section of the guide, `form:oxide` or `note:pregnant` a record."""

Kind = Literal["question", "service", "not_sold"]


class Link(Record, frozen=True):
    """A page that answers, with the words of its link."""

    to: NonEmpty
    label: Text


class SearchAnswer(Record, frozen=True, kw_only=True):
    """An answer, the words that ask for it in either language, and the notes and pages that it leads to.

    A word with `*` at its end is the beginning of words. Words of a `not_sold` answer count only while no product has
    them, and the rest of such a search still finds products.
    """

    id: Identifier
    kind: Kind
    words: Words
    title: Text
    text: Text
    notes: tuple[Identifier, ...] = ()
    links: tuple[Link, ...] = ()


class FoundAnswer(Struct, frozen=True):
    """An answer with the positions of the words that ask for it; `notes` may be those of a medicine."""

    answer: SearchAnswer
    positions: tuple[int, ...]
    notes: tuple[str, ...]


class SearchAnswers:
    """All answers, found by the words of a search."""

    def __init__(self, answers: Iterable[SearchAnswer], medicines: Medicines, notes: Iterable[str]) -> None:
        self.by_id = {answer.id: answer for answer in answers}
        self._medicines = medicines
        self._notes = frozenset(notes)
        self._exact: dict[tuple[str, ...], SearchAnswer] = {}
        self._begun: dict[tuple[int, str], list[tuple[tuple[str, ...], SearchAnswer]]] = {}
        for answer in self.by_id.values():
            for phrase in _phrases(answer):
                if any(word.endswith("*") for word in phrase):
                    self._begun.setdefault((len(phrase), phrase[0][0]), []).append((phrase, answer))
                else:
                    self._exact[phrase] = answer
        self._longest = max(
            map(len, (*self._exact, *(phrase for group in self._begun.values() for phrase, _ in group)))
        )

    def find(self, words: Sequence[str], is_product: Callable[[Sequence[str]], bool]) -> list[FoundAnswer]:
        """The answers that some words ask for, in their order, each once, with all the words that ask for it.

        `is_product` tells of words whether they name something to buy: a form is no medicine.
        """
        found: dict[tuple[str, tuple[str, ...]], FoundAnswer] = {}
        at = 0
        while at < len(words):
            match = self._answer_at(words, at, is_product)
            if match is None:
                at += 1
                continue
            answer, end, notes = match
            before = found.get((answer.id, notes))
            positions = (*(before.positions if before else ()), *range(at, end))
            found[answer.id, notes] = FoundAnswer(answer, positions, notes)
            at = end
        return list(found.values())

    def _answer_at(
        self, words: Sequence[str], at: int, is_product: Callable[[Sequence[str]], bool]
    ) -> tuple[SearchAnswer, int, tuple[str, ...]] | None:
        for length in range(min(self._longest, len(words) - at), 0, -1):
            part = tuple(words[at : at + length])
            answer = self._exact.get(part) or self._begun_with(part)
            if answer and not (answer.kind == "not_sold" and is_product(part)):
                return answer, at + length, answer.notes
        return self._medicine_at(words, at, is_product)

    def _begun_with(self, words: Sequence[str]) -> SearchAnswer | None:
        """The answer to words of which a phrase has the beginnings."""
        entries = self._begun.get((len(words), words[0][0]), ())
        return next((answer for phrase, answer in entries if _begins(words, phrase)), None)

    def _medicine_at(
        self, words: Sequence[str], at: int, is_product: Callable[[Sequence[str]], bool]
    ) -> tuple[SearchAnswer, int, tuple[str, ...]] | None:
        for length in range(min(LONGEST_MEDICINE, len(words) - at), 0, -1):
            part = words[at : at + length]
            name = "".join(part)
            medicine = self._medicines.named(name) if len(name) >= SHORTEST_MEDICINE else None
            if medicine and not is_product(part):
                return self.by_id[MEDICINE], at + length, self.notes_of(medicine)
        return None

    def misspelt_medicine(self, word: str) -> FoundAnswer | None:
        """The answer to one word that is nearly the name of a medicine."""
        medicine = self._medicines.nearly_named(word) if len(word) > SHORTEST_MEDICINE else None
        return FoundAnswer(self.by_id[MEDICINE], (), self.notes_of(medicine)) if medicine else None

    def notes_of(self, medicine: Medicine) -> tuple[str, ...]:
        """The note on a medicine's group, else the one on medicines in general."""
        note = medicine.key.replace("_", "-")
        return (note if note in self._notes else GENERAL_NOTE,)


def _begins(words: Sequence[str], phrase: Sequence[str]) -> bool:
    return len(words) == len(phrase) and all(
        word.startswith(asked[:-1]) if asked.endswith("*") else word == asked
        for word, asked in zip(words, phrase, strict=True)
    )


def _phrases(answer: SearchAnswer) -> Iterator[tuple[str, ...]]:
    for language in LANGUAGES:
        yield from (tuple(phrase.split()) for phrase in answer.words.in_language(language))


@once_per_folder
def load_search_answers(directory: Path) -> SearchAnswers:
    """Answers from a folder with the layout of `recommend/data/`. Raises RulesetError."""
    records = read_file(directory, directory / FILE, list[SearchAnswer])
    ruleset = load_ruleset(directory)
    try:
        answers = index_by_id((FILE, record) for record in records)
        for answer in answers.values():
            _check(answer, ruleset)
        _check_phrases(answers.values())
        if MEDICINE not in answers:
            raise InconsistencyError(FILE, "", "id", f"the answer {MEDICINE!r} is missing")
    except InconsistencyError as fault:
        raise RulesetError(with_line(directory, fault)) from fault
    return SearchAnswers(answers.values(), load_medicines(directory), (note.id for note in ruleset.notes))


_PLAIN = re.compile(r"[a-z0-9]+\*?(?: [a-z0-9]+\*?)*")


def _check(answer: SearchAnswer, ruleset: Ruleset) -> None:
    notes = {note.id for note in ruleset.notes}
    for phrase in (*answer.words.nl, *answer.words.en):
        if not _PLAIN.fullmatch(phrase):
            raise InconsistencyError(FILE, answer.id, "words", f"{phrase!r} has more than small letters and digits")
    for note in answer.notes:
        if note not in notes:
            raise InconsistencyError(FILE, answer.id, "notes", f"no note is called {note!r}")
    for link in answer.links:
        if not _leads_somewhere(link.to, ruleset, notes):
            raise InconsistencyError(FILE, answer.id, "links", f"{link.to!r} is no page, form, note or section")


def _leads_somewhere(to: str, ruleset: Ruleset, notes: Iterable[str]) -> bool:
    page, _, section = to.partition("#")
    kind, _, record = to.partition(":")
    if kind == "form":
        return record in ruleset.forms
    if kind == "note":
        return record in notes
    return page in PAGES and (not section or section in {one.id for one in ruleset.guide.sections})


def _check_phrases(answers: Iterable[SearchAnswer]) -> None:
    """Refuse words of two answers: a search could not say which of them it means."""
    owners: dict[tuple[str, ...], str] = {}
    for answer in answers:
        for phrase in dict.fromkeys(_phrases(answer)):
            owner = owners.setdefault(phrase, answer.id)
            if owner != answer.id:
                raise InconsistencyError(FILE, answer.id, "words", f"{' '.join(phrase)!r} also asks for {owner}")
