"""Medicines by name: their records, the loader with its checks, and the search that asks instead of guessing."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct
from rapidfuzz import process
from rapidfuzz.distance import OSA

from recommend.answers import QUESTIONS
from recommend.knowledge import Identifier, Record
from recommend.loading import InconsistencyError, RulesetError, index_by_id, once_per_folder, read_file, with_line
from recommend.text import NonEmpty, Text

FILE = "medicines.yaml"
NO_KEY = "none"
"""Key of a medicine without a known interaction: nothing to tick."""
KEYS = tuple(value for value in QUESTIONS["medicines"].values if value != "unknown")
"""Values of the question on medicines that a name can tick."""
CONDITIONS = tuple(value for value in QUESTIONS["conditions"].values if value != "unknown")
"""Conditions that a medicine can imply."""

Strength = Literal["always", "usually", "ask"]
Hours = Annotated[int, Meta(ge=1, le=24)]


class Separation(Record, frozen=True):
    """Hours between magnesium and a medicine: magnesium that long before it, or that long after it."""

    before_h: Hours | None = None
    after_h: Hours | None = None


class Implied(Record, frozen=True):
    """A condition that a medicine tells of; `ask` and `usually` are a question to the visitor, `always` counts."""

    condition: Identifier
    strength: Strength


class Elemental(Record, frozen=True):
    """Elemental magnesium in one unit of a medicine that contains magnesium."""

    mg: Annotated[int, Meta(ge=1)]
    per: Text


class Reason(Record, frozen=True):
    """An explanation that many medicines share."""

    id: Identifier
    text: Text


class Medicine(Record, frozen=True, kw_only=True):
    """A generic medicine or combination with its brands.

    `verified` is true only if the interaction was read in the source and no question to a pharmacist is open.
    """

    id: Identifier
    name: Text
    key: NonEmpty
    brands: tuple[NonEmpty, ...] = ()
    other_names: tuple[NonEmpty, ...] = ()
    separation: Separation | None = None
    reason: Identifier | None = None
    implies: Implied | None = None
    elemental: Elemental | None = None
    ask_first: bool = False
    source: NonEmpty | None = None
    verified: bool = False

    @property
    def box(self) -> str | None:
        """Value of the question on medicines that the name ticks."""
        return None if self.key == NO_KEY else self.key

    @property
    def counted_condition(self) -> str | None:
        """Condition that counts as answered along with the medicine."""
        return self.implies.condition if self.implies and self.implies.strength == "always" else None

    def names(self) -> Iterator[tuple[str, str]]:
        """Every name, each with the field that has it."""
        yield "name", self.name.nl
        yield "name", self.name.en
        yield from (("brands", name) for name in self.brands)
        yield from (("other_names", name) for name in self.other_names)


class _File(Record, frozen=True):
    reasons: tuple[Reason, ...]
    medicines: tuple[Medicine, ...]


Outcome = Literal["found", "corrected", "question", "nothing"]


class Search(Struct, frozen=True):
    """Result of a search by name.

    `found`: the typed name is a name of the only medicine. `corrected`: one medicine is near enough, and the visitor is
    told which. `question`: several are, so the visitor chooses. `similar` are medicines with nearly the name found.
    """

    outcome: Outcome
    medicines: tuple[Medicine, ...] = ()
    similar: tuple[Medicine, ...] = ()


NOTHING = Search("nothing")
MAX_LETTERS = 80
MIN_LETTERS_TO_LIST = 2
MIN_LETTERS_TO_CORRECT = 4
LETTERS_FOR_TWO_EDITS = 8
_STRENGTH = re.compile(
    r"\b\d+(?:[.,/]\d+)*\s*(?:mg|mcg|µg|ug|g|gram|ml|ie|iu|e|%)?(?:\b|$)"
    r"|\b(?:tablet(?:ten|s)?|kauwtablet(?:ten)?|capsules?|drank|syrup)\b",
    re.IGNORECASE,
)


def comparable_name(text: str) -> str:
    """Letters and digits of a name, without case, accents, spaces, hyphens and signs."""
    return "".join(words_of_name(text))


def words_of_name(text: str) -> list[str]:
    """Words of a name in comparable form."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return re.findall(r"[^\W_]+", plain)


class Medicines:
    """All medicines, found by name."""

    def __init__(self, medicines: Iterable[Medicine], reasons: Mapping[str, Reason]) -> None:
        self.by_id: dict[str, Medicine] = {medicine.id: medicine for medicine in medicines}
        self.reasons = reasons
        self._by_name: dict[str, Medicine] = {}
        self._words: dict[str, list[str]] = {}
        self._longer: dict[str, list[str]] = {}
        for medicine in self.by_id.values():
            for _, name in medicine.names():
                comparable = comparable_name(name)
                self._by_name[comparable] = medicine
                self._words[comparable] = words = words_of_name(name)
                for end in range(1, len(words)):
                    self._longer.setdefault("".join(words[:end]), []).append(comparable)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """All names in comparable form."""
        return tuple(self._by_name)

    def named(self, comparable: str) -> Medicine | None:
        """Medicine with exactly this name, in comparable form."""
        return self._by_name.get(comparable)

    def nearly_named(self, comparable: str) -> Medicine | None:
        """Only medicine with a name one slip away, or two slips in a long name; None when several are as near."""
        slips = 1 if len(comparable) <= LETTERS_FOR_TWO_EDITS else 2
        medicines = {self._by_name[name].id: self._by_name[name] for name in self._near(comparable, slips)}
        return next(iter(medicines.values())) if len(medicines) == 1 else None

    def reason_of(self, medicine: Medicine) -> Text | None:
        """Explanation of a medicine's interaction; None without a known one."""
        return self.reasons[medicine.reason].text if medicine.reason else None

    def find(self, name: str) -> Search:
        """Search for a name as a visitor types it: exact, as the beginning of a name, or misspelt."""
        if len(name) > MAX_LETTERS:
            return NOTHING
        found = self._find(name)
        if found.outcome == "nothing":
            without_strength = _STRENGTH.sub(" ", name)
            found = self._find(without_strength)
            if found.outcome == "nothing":
                found = self._find_leading_words(without_strength)
        return found

    def _find(self, name: str) -> Search:
        typed = comparable_name(name)
        if typed in self._by_name:
            medicine = self._by_name[typed]
            return Search("found", (medicine,), self._similar(typed, medicine))
        if len(typed) < MIN_LETTERS_TO_LIST:
            return NOTHING
        begun = [name for name in self.names if name.startswith(typed)]
        begun = begun or [name for name, words in self._words.items() if _begins_a_word(typed, words)]
        # A name one edit away is listed beside the names begun: "burine" may be Burinex or a slip in another name.
        names = [*begun, *self._near(typed, 1 if begun else 2)]
        medicines = tuple({self._by_name[name].id: self._by_name[name] for name in names}.values())
        if not medicines:
            return NOTHING
        # Even of the same key only one medicine is taken: two of them differ in hours and in what they imply.
        certain = len(medicines) == 1 and len(typed) >= MIN_LETTERS_TO_CORRECT
        return Search("corrected" if certain else "question", medicines)

    def _find_leading_words(self, name: str) -> Search:
        """Question after the longest leading words that are a name: packages add the maker ("omeprazol Sandoz")."""
        words = words_of_name(name)
        for count in range(len(words) - 1, 0, -1):
            medicine = self._by_name.get("".join(words[:count]))
            if medicine:
                return Search("question", (medicine,))
        return NOTHING

    def _near(self, typed: str, edits: int) -> list[str]:
        """Nearest names within one edit, or two for names of eight letters or more; a swap of letters is one edit."""
        if len(typed) < MIN_LETTERS_TO_CORRECT:
            return []
        near = process.extract(typed, self.names, scorer=OSA.distance, score_cutoff=edits, limit=None)
        allowed = [(name, far) for name, far, _ in near if far <= 1 or len(name) >= LETTERS_FOR_TWO_EDITS]
        nearest = min((far for _, far in allowed), default=0)
        return [name for name, far in allowed if far == nearest]

    def _similar(self, typed: str, medicine: Medicine) -> tuple[Medicine, ...]:
        """Medicines whose name is one edit away or the typed name with more words, such as eye drops of the same."""
        near = process.extract(typed, self.names, scorer=OSA.distance, score_cutoff=1, limit=None)
        names = [name for name, _, _ in near if name != typed] + self._longer.get(typed, [])
        others = {self._by_name[name].id: self._by_name[name] for name in names}
        return tuple(other for other in others.values() if _matters_otherwise(other, medicine))


def _begins_a_word(typed: str, words: list[str]) -> bool:
    return any("".join(words[start:]).startswith(typed) for start in range(1, len(words)))


def _matters_otherwise(one: Medicine, other: Medicine) -> bool:
    """Whether two medicines differ in what a visitor ticks or keeps to; brands of one medicine do not."""
    return one.id != other.id and (one.key, one.implies, one.separation) != (other.key, other.implies, other.separation)


@once_per_folder
def load_medicines(directory: Path) -> Medicines:
    """Medicines from a folder with the layout of `recommend/data/`. Raises RulesetError."""
    data = read_file(directory, directory / FILE, _File)
    try:
        reasons = index_by_id((FILE, reason) for reason in data.reasons)
        medicines = index_by_id((FILE, medicine) for medicine in data.medicines)
        for medicine in medicines.values():
            _check_medicine(medicine, reasons)
        _check_names(medicines.values())
        for unused in reasons.keys() - {medicine.reason for medicine in medicines.values()}:
            raise InconsistencyError(FILE, unused, "id", "no medicine has this reason")
    except InconsistencyError as fault:
        raise RulesetError(with_line(directory, fault)) from fault
    return Medicines(medicines.values(), reasons)


def _check_medicine(medicine: Medicine, reasons: Mapping[str, Reason]) -> None:
    def refuse(key: str, problem: str) -> InconsistencyError:
        return InconsistencyError(FILE, medicine.id, key, problem)

    if medicine.key not in (*KEYS, NO_KEY):
        raise refuse("key", f"{medicine.key!r} is no value of the question on medicines, nor {NO_KEY!r}")
    if medicine.reason is not None and medicine.reason not in reasons:
        raise refuse("reason", f"no reason is called {medicine.reason!r}")
    if medicine.reason is None and (medicine.box or medicine.separation):
        raise refuse("separation" if medicine.separation else "key", "needs a reason that explains it")
    if medicine.separation:
        _check_separation(medicine, refuse("separation", "hours need something to tick, and a number before or after"))
    if medicine.implies and medicine.implies.condition not in CONDITIONS:
        raise refuse("implies.condition", f"no condition is called {medicine.implies.condition!r}")
    if medicine.verified and not medicine.source:
        raise refuse("verified", "verified without a source")


def _check_separation(medicine: Medicine, refusal: InconsistencyError) -> None:
    if not medicine.box or medicine.separation == Separation():
        raise refusal


def _check_names(medicines: Iterable[Medicine]) -> None:
    """Refuse a name of two medicines: a search could not say which of their keys it means."""
    owners: dict[str, Medicine] = {}
    for medicine in medicines:
        for key, name in medicine.names():
            comparable = comparable_name(name)
            if not comparable:
                raise InconsistencyError(FILE, medicine.id, key, f"{name!r} has no letter or digit")
            owner = owners.setdefault(comparable, medicine)
            if owner is not medicine:
                raise InconsistencyError(
                    FILE, medicine.id, key, f"{name!r} is also a name of {owner.id} (key {owner.key})"
                )
