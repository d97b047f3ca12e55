"""Reads `data/claims/` strictly, and checks what its records say of each other."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from recommend.claims.lexicon import Lexicon
from recommend.claims.records import Authorised, Claims, Concept, Pattern, Reason, Refused, Thresholds
from recommend.claims.tokens import comparable
from recommend.consistency import RulesetError, unique
from recommend.knowledge import Record
from recommend.loading import DATA, read_file, read_folder
from recommend.text import Language


class _Ordinary(Record, frozen=True):
    """Words that look like a topic, or like one of the other language, and are none."""

    nl: str
    en: str


@lru_cache(maxsize=4)
def load_claims(directory: Path = DATA) -> Claims:
    """Load the data of the check from a folder laid out like `recommend/data/`. Raises RulesetError."""
    folder = directory / "claims"
    ordinary = read_file(directory, folder / "ordinary.yaml", _Ordinary)
    claims = Claims(
        concepts=unique(read_folder(directory, "claims/vocabulary", Concept)),
        authorised=_read_list(directory, "authorised.yaml", Authorised),
        refused=_read_list(directory, "refused.yaml", Refused),
        patterns=tuple(_read_list(directory, "patterns.yaml", Pattern).values()),
        reasons=_read_list(directory, "reasons.yaml", Reason),
        thresholds=read_file(directory, folder / "thresholds.yaml", Thresholds),
        ordinary={
            "nl": frozenset(map(comparable, ordinary.nl.split())),
            "en": frozenset(map(comparable, ordinary.en.split())),
        },
    )
    _check(claims)
    return claims


def _read_list(directory: Path, name: str, kind: type[Any]) -> dict[str, Any]:
    records = read_file(directory, directory / "claims" / name, list[kind])  # type: ignore[valid-type] # made at run time
    return unique((f"claims/{name}", record) for record in records)


def _check(claims: Claims) -> None:
    for claim in claims.authorised.values():
        for part in claim.parts:
            _known("authorised.yaml", claim.id, "parts", part, claims.concepts)
    for pattern in claims.patterns:
        _known("patterns.yaml", pattern.id, "all", pattern.all, claims.concepts)
        _known("patterns.yaml", pattern.id, "unless", pattern.unless, claims.concepts)
        _known("patterns.yaml", pattern.id, "reason", (pattern.reason,), claims.reasons)
    for concept in claims.concepts.values():
        _known("vocabulary", concept.id, "refused", concept.refused, claims.refused)
        _known("vocabulary", concept.id, "suggest", (concept.suggest,) if concept.suggest else (), claims.authorised)
        for phrase in (*concept.phrases("nl"), *concept.phrases("en")):
            if phrase.startswith("...") or phrase.endswith("..."):
                raise RulesetError(f"claims/vocabulary, {concept.id}: {phrase!r} begins or ends with a gap")


def _known(file: str, record: str, key: str, names: tuple[str, ...], among: Any) -> None:
    for name in names:
        if name not in among:
            raise RulesetError(f"claims/{file}, {record}, key {key}: {name!r} is not known")


@lru_cache(maxsize=8)
def load_lexicon(language: Language, directory: Path = DATA) -> Lexicon:
    return Lexicon(load_claims(directory), language)
