"""Register of claims: for each substance its authorised, refused and on-hold effects, their loader, and the search.

The records are those of `data/claims/register/`; the claims on magnesium come from `records`, in one shape with all
others. Claims have ids such as `zinc.immune_system`; those on magnesium keep MG01 to MG10.
"""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from recommend.claims.records import Authorised, ClaimId, Claims, load_claims
from recommend.ingredients.normal_form import words_of
from recommend.knowledge import Identifier, Record, Words
from recommend.loading import (
    InconsistencyError,
    RulesetError,
    index_by_id,
    once_per_folder,
    read_file,
    read_folder,
    with_line,
)
from recommend.substances import MAGNESIUM, MICROGRAMS, Substance, Unit, load_substances
from recommend.text import LANGUAGES, Language, NonEmpty, Text

FOLDER = "claims/register"
EFFECTS = "claims/effects.yaml"
SOURCE_SHARE, RICH_SHARE = Decimal("0.15"), Decimal("0.30")
"""Shares of the reference value that "source of" and "rich in" need (Regulation (EC) 1924/2006, Annex)."""

EnglishMark = Literal["two_sources", "one_source", "memory"]
DutchMark = Literal["secondary", "pattern", "memory"]
Article = Literal["13(1)", "13(5)", "14(1)(a)", "14(1)(b)"]
Status = Literal["authorised", "revoked", "unusable"]
Refusal = Literal["refused", "not_listed", "on_hold"]
Area = Literal["body", "mind", "weight"]
Per = Literal["daily_portion", "daily_intake", "portion"]
_NEAREST, _NEAR_FROM = 5, 60


class Condition(Record, frozen=True, kw_only=True):
    """Condition of use of its own, in words; with an amount where it is one of the substance itself."""

    nl: NonEmpty
    en: NonEmpty
    amount: Annotated[float, Meta(gt=0)] | None = None
    unit: Unit | None = None
    per: Per | None = None


class ClaimRecord(Record, frozen=True, kw_only=True):
    """An authorised, revoked or unusable claim; `register/minerals.yaml` explains the fields."""

    effect: Identifier
    en: NonEmpty
    nl: NonEmpty | None = None
    en_mark: EnglishMark = "two_sources"
    nl_mark: DutchMark = "memory"
    article: Article = "13(1)"
    status: Status = "authorised"
    also: tuple[Identifier, ...] = ()
    opinions: tuple[NonEmpty, ...] = ()
    condition: Condition | None = None
    note: Text | None = None


class NotAuthorised(Record, frozen=True, kw_only=True):
    """An effect of a substance without an authorised claim."""

    status: Refusal
    nl: NonEmpty
    en: NonEmpty
    opinion: NonEmpty | None = None
    ids: tuple[int, ...] = ()
    area: Area = "body"
    mark: Literal["read", "partly", "memory"] = "memory"

    def effect(self, language: Language) -> str:
        """The effect in one language."""
        return self.nl if language == "nl" else self.en

    @property
    def is_barred(self) -> bool:
        """Whether it may not be said at all; an on-hold function of the body is a question for a person."""
        return self.status != "on_hold" or self.area == "mind"


class Entry(Record, frozen=True, kw_only=True):
    """A substance of the register as its file has it."""

    id: Identifier
    name: Text | None = None
    part_of: Identifier | None = None
    spellings: Words = field(default_factory=Words)
    claims: tuple[ClaimRecord, ...] = ()
    not_authorised: tuple[NotAuthorised, ...] = ()


class MagnesiumClaim(Record, frozen=True):
    """The claim on magnesium with an effect, and how its Dutch wording was read."""

    claim: ClaimId
    nl_mark: DutchMark


class Effect(Record, frozen=True, kw_only=True):
    """An effect of authorised claims, with more words for it than their wordings have."""

    id: Identifier
    nl: tuple[NonEmpty, ...]
    en: tuple[NonEmpty, ...]
    magnesium: MagnesiumClaim | None = None


class RegisteredClaim(Struct, frozen=True):
    """A claim of the register with its id and the amount it needs.

    `needed_ug` is the amount per daily portion in micrograms (ug) where the condition is nothing else; None where the
    condition asks for more, or for something else, and a person compares.
    """

    id: str
    substance: str
    record: ClaimRecord
    needed_ug: Decimal | None

    @property
    def is_usable(self) -> bool:
        """Whether the claim may be made in the Netherlands, under its condition."""
        return self.record.status == "authorised"

    def wording(self, language: Language) -> str | None:
        """Wording in one language; None for a Dutch one that nobody has read or derived."""
        return self.record.nl if language == "nl" else self.record.en


class SubstanceClaims(Struct, frozen=True):
    """All that the register says of one substance; `substance` is None for one that no label declares."""

    id: str
    name: Text
    part_of: str | None
    spellings: tuple[str, ...]
    claims: tuple[RegisteredClaim, ...]
    not_authorised: tuple[NotAuthorised, ...]
    substance: Substance | None

    @property
    def usable(self) -> tuple[RegisteredClaim, ...]:
        """Claims that may be made in the Netherlands."""
        return tuple(claim for claim in self.claims if claim.is_usable)

    @property
    def is_nutrient(self) -> bool:
        """Whether "source of" has an amount for it: a vitamin or mineral with a reference value."""
        return self.substance is not None and self.substance.nrv is not None


def reference_share_ug(substance: Substance, share: Decimal) -> Decimal:
    """A share of the reference value of a nutrient in micrograms (ug)."""
    assert substance.nrv is not None  # noqa: S101 - asked of nutrients only
    return share * Decimal(str(substance.nrv)) * MICROGRAMS[substance.unit]


class Register(Struct, frozen=True, dict=True):
    """Substances and effects of the register, by id."""

    by_id: Mapping[str, SubstanceClaims]
    effects: Mapping[str, Effect]

    @cached_property
    def claims(self) -> Mapping[str, RegisteredClaim]:
        """Claims of all substances by id."""
        return {claim.id: claim for entry in self.by_id.values() for claim in entry.claims}

    @cached_property
    def names(self) -> Mapping[tuple[str, ...], str]:
        """Ids of substances by the words of their ids, names and spellings."""
        found: dict[tuple[str, ...], str] = {}
        for entry in self.by_id.values():
            for name in (entry.id.replace("_", " "), entry.name.nl, entry.name.en, *entry.spellings):
                found.setdefault(words_of(name), entry.id)
        return found

    def find(self, name: str) -> tuple[SubstanceClaims, ...]:
        """The substance of this id or name and the substances that are parts of it; empty for an unknown name."""
        key = self.names.get(words_of(name.replace("_", " ")))
        if key is None:
            return ()
        return (self.by_id[key], *(entry for entry in self.by_id.values() if entry.part_of == key))

    def nearest(self, name: str, language: Language) -> tuple[str, ...]:
        """Names of substances that an unknown name comes near, nearest first."""
        from rapidfuzz import fuzz, process

        asked = " ".join(words_of(name.replace("_", " ")))
        known = {" ".join(words): key for words, key in self.names.items()}
        found = process.extract(asked, list(known), scorer=fuzz.WRatio, limit=4 * _NEAREST, score_cutoff=_NEAR_FROM)
        keys = dict.fromkeys(known[match] for match, _, _ in found)
        return tuple(self.by_id[key].name.in_language(language) for key in keys)[:_NEAREST]


@once_per_folder
def load_register(directory: Path) -> Register:
    """Register from a folder with the layout of `recommend/data/`. Raises RulesetError."""
    files = read_folder(directory, FOLDER, Entry)
    effects = read_file(directory, directory / EFFECTS, tuple[Effect, ...])
    substances = load_substances(directory).by_id
    claims = load_claims(directory)
    try:
        entries = index_by_id(files)
        by_effect = index_by_id((EFFECTS, effect) for effect in effects)
        for file, entry in files:
            _check_entry(file, entry, entries, substances)
        _check_effects(effects, entries.values(), claims)
    except InconsistencyError as fault:
        raise RulesetError(with_line(directory, fault)) from fault
    found = {MAGNESIUM: _magnesium(substances[MAGNESIUM], effects, claims)}
    for key, substance in substances.items():
        if key != MAGNESIUM:
            found[key] = _joined(entries.get(key) or Entry(id=key), substance)
    found |= {key: _joined(entry, None) for key, entry in entries.items() if key not in substances}
    return Register(found, by_effect)


def _joined(entry: Entry, substance: Substance | None) -> SubstanceClaims:
    """A substance of the register with what is known of it elsewhere."""
    name = substance.name if substance else entry.name
    assert name is not None  # noqa: S101 - checked by the loader
    spellings = [*entry.spellings.nl, *entry.spellings.en]
    if substance:
        spellings += [spelling for _, spelling in substance.names()]
    claims = tuple(
        RegisteredClaim(f"{entry.id}.{record.effect}", entry.id, record, _needed_ug(record, substance))
        for record in entry.claims
    )
    return SubstanceClaims(entry.id, name, entry.part_of, tuple(spellings), claims, entry.not_authorised, substance)


def _needed_ug(record: ClaimRecord, substance: Substance | None) -> Decimal | None:
    """Amount per daily portion that decides alone; a claim of Article 14 has conditions that nobody has read."""
    condition = record.condition
    if condition is not None or record.article.startswith("14"):
        return None
    if substance is None or substance.nrv is None:
        return None
    return reference_share_ug(substance, SOURCE_SHARE)


def _magnesium(substance: Substance, effects: Iterable[Effect], claims: Claims) -> SubstanceClaims:
    """Magnesium in the shape of the register."""
    found = []
    for effect in effects:
        if effect.magnesium:
            claim = claims.authorised[effect.magnesium.claim]
            record = _record_of(claim, effect.id, effect.magnesium.nl_mark)
            found.append(RegisteredClaim(claim.id, MAGNESIUM, record, Decimal(claims.thresholds.source_of_ug)))
    refused = tuple(
        NotAuthorised(
            status="refused" if one.register_ids else "not_listed",
            nl=one.effect.nl,
            en=one.effect.en,
            opinion=_number(one.opinion) if one.opinion else None,
            ids=one.register_ids,
            mark="partly" if one.register_ids else "memory",
        )
        for one in claims.refused.values()
    )
    ordered = tuple(sorted(found, key=lambda claim: claim.id))
    return SubstanceClaims(MAGNESIUM, substance.name, None, (MAGNESIUM,), ordered, refused, substance)


def _record_of(claim: Authorised, effect: str, nl_mark: DutchMark) -> ClaimRecord:
    opinions = tuple(_number(opinion) for opinion in claim.opinion.split(" and "))
    return ClaimRecord(effect=effect, en=claim.en.text, nl=claim.nl.text, nl_mark=nl_mark, opinions=opinions)


def _number(opinion: str) -> str:
    return opinion.removeprefix("EFSA Journal ")


def _check_entry(file: str, entry: Entry, entries: Mapping[str, Entry], substances: Mapping[str, Substance]) -> None:
    if entry.id == MAGNESIUM:
        raise InconsistencyError(file, entry.id, "id", "the claims on magnesium are in authorised.yaml")
    if entry.id in substances and entry.name is not None:
        raise InconsistencyError(file, entry.id, "name", "substances.yaml has the name already")
    if entry.id not in substances and entry.name is None:
        raise InconsistencyError(file, entry.id, "id", "is no substance of substances.yaml and has no name")
    if entry.part_of is not None and entry.part_of not in substances:
        raise InconsistencyError(file, entry.id, "part_of", f"{entry.part_of!r} is no substance")
    _check_claims_of(file, entry, entries, substances)


def _check_claims_of(
    file: str, entry: Entry, entries: Mapping[str, Entry], substances: Mapping[str, Substance]
) -> None:
    effects = [record.effect for record in entry.claims]
    has_nrv = entry.id in substances and substances[entry.id].nrv is not None
    for number, record in enumerate(entry.claims, start=1):
        place = f"claims.{number}"
        if effects.count(record.effect) > 1:
            raise InconsistencyError(file, entry.id, f"{place}.effect", f"{record.effect!r} stands twice")
        for other in record.also:
            if other not in substances and other not in entries:
                raise InconsistencyError(file, entry.id, f"{place}.also", f"{other!r} is no substance")
        condition = record.condition
        if condition and len({condition.amount is None, condition.unit is None, condition.per is None}) > 1:
            raise InconsistencyError(file, entry.id, f"{place}.condition", "amount, unit and per belong together")
        if condition is None and not record.article.startswith("14") and not has_nrv:
            raise InconsistencyError(
                file, entry.id, f"{place}.condition", "missing, and the substance has no reference value"
            )
        if record.status != "authorised" and record.note is None:
            raise InconsistencyError(file, entry.id, f"{place}.note", f"must say why the claim is {record.status}")


def _check_effects(effects: Iterable[Effect], entries: Iterable[Entry], claims: Claims) -> None:
    """Refuse words for an effect that no claim has, and a claim on magnesium without its effect."""
    used = {record.effect for entry in entries for record in entry.claims}
    named: list[str] = []
    for effect in effects:
        if effect.magnesium:
            named.append(effect.magnesium.claim)
        elif effect.id not in used:
            raise InconsistencyError(EFFECTS, effect.id, "id", "no claim has this effect")
    for claim in claims.authorised:
        if named.count(claim) != 1:
            raise InconsistencyError(EFFECTS, None, "magnesium", f"{claim} must have exactly one effect")


def names_in(entry: SubstanceClaims) -> Iterator[str]:
    """Names by which a sentence may call the substance."""
    yield from (entry.name.in_language(language) for language in LANGUAGES)
    yield from entry.spellings
