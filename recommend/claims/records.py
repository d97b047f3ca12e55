"""Records of `data/claims/*.yaml` and their loader: authorised and refused claims, patterns, reasons, words."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from recommend.claims.findings import Severity, Verdict
from recommend.claims.tokens import normalised
from recommend.knowledge import Identifier, Record
from recommend.loading import RulesetError, index_by_id, once_per_folder, read_file, read_folder
from recommend.text import Language, NonEmpty, Text

ConceptKind = Literal[
    "complaint",  # a disease or complaint: naming it needs a reason
    "condition",  # a reason not to take magnesium: may be named, no effect against it may be promised
    "side_effect",  # an unwanted effect of magnesium itself
    "fatigue",  # the complaint in authorised claim MG01
    "health",  # a health effect by itself: `sleep`, `immunity`
    "process",  # a process or organ: a claim only if magnesium acts on it
    "general",  # a benefit without an object: `good for you`
    "weight",
    "function",  # part of an authorised claim
    "grammar",  # words that join the others
    "remedy",  # a medicine
    "substance",  # a nutrient or ingredient beside magnesium
    "idiom",  # hides the words inside it: `in het hart van Utrecht`
]
TOPICS: frozenset[ConceptKind] = frozenset(
    ["complaint", "condition", "side_effect", "fatigue", "health", "process", "general", "weight"]
)
ClaimId = Annotated[str, Meta(pattern="^MG(0[1-9]|10)$")]


class Concept(Record, frozen=True):
    """A meaning with its words per language, separated by commas; `lexicon` documents their notation.

    `except_nl` and `except_en` are phrases in which the words do not have this meaning. `suggest` is the authorised
    claim to offer instead; `refused` are ids of refused claims.
    """

    id: Identifier
    kind: ConceptKind
    nl: str = ""
    en: str = ""
    except_nl: str = ""
    except_en: str = ""
    emoji: str = ""
    suggest: ClaimId | None = None
    refused: tuple[Identifier, ...] = ()

    def phrases(self, language: Language) -> list[str]:
        """Words and phrases of the concept in one language, and its emoji."""
        return _split(self.nl if language == "nl" else self.en) + [f"={sign}" for sign in self.emoji.split()]

    def exceptions(self, language: Language) -> list[str]:
        """Phrases in which the words do not have this meaning."""
        return _split(self.except_nl if language == "nl" else self.except_en)


def _split(words: str) -> list[str]:
    return [phrase for phrase in (" ".join(part.split()) for part in words.split(",")) if phrase]


class OfficialWording(Record, frozen=True):
    """An official wording; `verified` is true only if it was read in the Official Journal itself."""

    text: NonEmpty
    verified: bool


class Authorised(Record, frozen=True):
    """An authorised claim of the EU list (Regulation (EU) No 432/2012).

    `parts` are groups of concepts; a faithful wording names at least one concept of each group. `says_normal`: the
    official wording contains "normal". `shared_with` are the substances with the same claim. `opinion` is the EFSA
    opinion; `register_ids` are entries of the EU register.
    """

    id: ClaimId
    nl: OfficialWording
    en: OfficialWording
    opinion: NonEmpty
    register_ids: tuple[int, ...]
    parts: Annotated[tuple[Annotated[tuple[Identifier, ...], Meta(min_length=1)], ...], Meta(min_length=1)]
    says_normal: bool
    shared_with: tuple[Identifier, ...] = ()

    def wording(self, language: Language) -> str:
        """Official wording in one language."""
        return self.nl.text if language == "nl" else self.en.text


class Refused(Record, frozen=True):
    """An effect for which EFSA found no proof for magnesium, or that was never put on the EU list (`opinion` None)."""

    id: Identifier
    effect: Text
    opinion: NonEmpty | None
    register_ids: tuple[int, ...]


class Pattern(Record, frozen=True):
    """Concepts that together make a sentence forbidden, when their first words are at most `within` words apart."""

    id: Identifier
    verdict: Verdict
    severity: Severity
    reason: Identifier
    all: Annotated[tuple[Identifier, ...], Meta(min_length=1)]
    within: Annotated[int, Meta(ge=1)]
    heeds_denial: bool = False  # false for phrases such as "nooit genoeg", which contain a negation
    unless: tuple[Identifier, ...] = ()


class Reason(Record, frozen=True):
    """Reason for a finding in one sentence with its legal source; `{words}` and `{opinion}` are filled in."""

    id: Identifier
    text: Text


class Thresholds(Record, frozen=True):
    """Elemental magnesium per daily portion that a nutrition claim needs, in micrograms (ug)."""

    source_of_ug: int
    rich_in_ug: int


class LanguageWords(Record, frozen=True):
    """Frequent words per language, by which a text in another language than asked is noticed."""

    nl: str
    en: str
    de: str
    fr: str
    es: str

    def by_language(self) -> Mapping[str, frozenset[str]]:
        """Words of each language in their normal form."""
        return {name: frozenset(map(normalised, getattr(self, name).split())) for name in self.__struct_fields__}


class Rewriting(Struct, frozen=True):
    """Words of one language by which a sentence is cut into parts; `data/claims/rewriting.yaml` explains them."""

    verbs: frozenset[str]
    joints: frozenset[str]
    subordinators: frozenset[str]
    starters: frozenset[str]
    pronouns: frozenset[str]
    properties: frozenset[str]


class _RewritingRecord(Record, frozen=True):
    verbs: NonEmpty
    joints: NonEmpty
    subordinators: NonEmpty
    starters: NonEmpty
    pronouns: NonEmpty
    properties: NonEmpty

    def words(self) -> Rewriting:
        return Rewriting(*(frozenset(map(normalised, getattr(self, name).split())) for name in self.__struct_fields__))


class _RewritingFile(Record, frozen=True):
    nl: _RewritingRecord
    en: _RewritingRecord


class Claims(Struct, frozen=True):
    """All data of the content check.

    `no_claim` says by reason of a block why nothing may be said instead. Words per language: `ordinary` only look like
    a topic, `everyday` are one only where a body or the goods are meant.
    """

    concepts: Mapping[str, Concept]
    authorised: Mapping[str, Authorised]
    refused: Mapping[str, Refused]
    patterns: tuple[Pattern, ...]
    reasons: Mapping[str, Reason]
    no_claim: Mapping[str, Reason]
    thresholds: Thresholds
    ordinary: Mapping[Language, frozenset[str]]
    everyday: Mapping[Language, frozenset[str]]
    languages: Mapping[str, frozenset[str]]
    rewriting: Mapping[Language, Rewriting]


class _WordLists(Record, frozen=True):
    """Words per language, separated by white space."""

    nl: str
    en: str

    def by_language(self) -> Mapping[Language, frozenset[str]]:
        """Words of each language in their normal form."""
        return {"nl": frozenset(map(normalised, self.nl.split())), "en": frozenset(map(normalised, self.en.split()))}


@once_per_folder
def load_claims(directory: Path) -> Claims:
    """Load and check the claims data from a folder with the layout of `recommend/data/`. Raises RulesetError."""
    folder = directory / "claims"
    rewriting = read_file(directory, folder / "rewriting.yaml", _RewritingFile)
    claims = Claims(
        concepts=index_by_id(read_folder(directory, "claims/words", Concept)),
        authorised=_read_list(directory, "authorised.yaml", Authorised),
        refused=_read_list(directory, "refused_effects.yaml", Refused),
        patterns=tuple(_read_list(directory, "patterns.yaml", Pattern).values()),
        reasons=_read_list(directory, "reasons.yaml", Reason),
        no_claim=_read_list(directory, "no_claim.yaml", Reason),
        thresholds=read_file(directory, folder / "thresholds.yaml", Thresholds),
        ordinary=read_file(directory, folder / "ordinary.yaml", _WordLists).by_language(),
        everyday=read_file(directory, folder / "everyday.yaml", _WordLists).by_language(),
        languages=read_file(directory, folder / "languages.yaml", LanguageWords).by_language(),
        rewriting={"nl": rewriting.nl.words(), "en": rewriting.en.words()},
    )
    _check_claims(claims)
    return claims


def _read_list(directory: Path, name: str, kind: type[Any]) -> dict[str, Any]:
    """Records of one file by id."""
    records = read_file(directory, directory / "claims" / name, list[kind])  # type: ignore[valid-type] # made at run time
    return index_by_id((f"claims/{name}", record) for record in records)


def _check_claims(claims: Claims) -> None:
    """Check the references between records, and the gaps in phrases. Raises RulesetError."""
    for claim in claims.authorised.values():
        for part in claim.parts:
            _check_references("authorised.yaml", claim.id, "parts", part, claims.concepts)
        _check_references("authorised.yaml", claim.id, "shared_with", claim.shared_with, claims.concepts)
    for pattern in claims.patterns:
        _check_references("patterns.yaml", pattern.id, "all", pattern.all, claims.concepts)
        _check_references("patterns.yaml", pattern.id, "unless", pattern.unless, claims.concepts)
        _check_references("patterns.yaml", pattern.id, "reason", (pattern.reason,), claims.reasons)
    for reason in claims.no_claim:
        _check_references("no_claim.yaml", reason, "id", (reason,), claims.reasons)
    for concept in claims.concepts.values():
        _check_references("words", concept.id, "refused", concept.refused, claims.refused)
        _check_references(
            "words", concept.id, "suggest", (concept.suggest,) if concept.suggest else (), claims.authorised
        )
        for phrase in (*concept.phrases("nl"), *concept.phrases("en")):
            if phrase.startswith("...") or phrase.endswith("..."):
                raise RulesetError(f"claims/words, {concept.id}: {phrase!r} begins or ends with a gap")


def _check_references(file: str, record: str, key: str, names: tuple[str, ...], known: Any) -> None:
    for name in names:
        if name not in known:
            raise RulesetError(f"claims/{file}, {record}, key {key}: {name!r} is not known")
