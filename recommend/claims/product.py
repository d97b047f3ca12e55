"""Content check of one product: every text field in its language, against the magnesium in the daily portion."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Literal, Protocol, get_args

import msgspec
from msgspec import Struct

from recommend.chemistry import UG_PER_MG
from recommend.claims.check import check_text
from recommend.claims.findings import VERDICTS, Finding, Severity
from recommend.claims.lexicon import load_lexicon
from recommend.claims.records import load_claims
from recommend.claims.register import RICH_SHARE, SOURCE_SHARE, load_register, reference_share_ug
from recommend.claims.register_words import amount_words, condition_words
from recommend.claims.text.markup import visible_parts
from recommend.claims.tokens import tokens_of
from recommend.ingredients.normal_form import words_of
from recommend.loading import DATA
from recommend.substances import load_substances
from recommend.text import LANGUAGES, Language

INGREDIENTS = "ingredients"
"""Field whose text is a list: each item is checked separately."""

_SEVERITIES: tuple[Severity, ...] = ("block", "warn", "ok")
_ITEM_SEPARATOR = re.compile(r"[;()\[\]]|,(?!\d)")
_AMOUNT = re.compile(r"\d+(?:[.,]\d+)?\s*(?:[µμu]g|mcg|mg|g|ie|iu|%)(?!\w)", re.IGNORECASE)
_QUALIFIERS = frozenset({"extract", "poeder", "powder"})
_MARKED_UP = re.compile(r"[<>&#%\\@€$*_`\[\]]")
_NUMBER = re.compile(r"\b([0-9]+)\b")
_UNIFORM_DIGIT = "7"
_CACHED_UP_TO = 2_000  # characters; longer texts rarely recur, and memory stays bounded
_INVISIBLE = frozenset(["Cf", "Mn", "Cc"])


class BilingualText(Protocol):
    """A text in both languages, such as `recommend.text.Text`."""

    def in_language(self, language: Language, /) -> str: ...


class ProductFinding(Struct, frozen=True):
    """A finding with its field and language; offsets count code points of the text of that field."""

    field: str
    language: Language
    finding: Finding

    @property
    def blocks(self) -> bool:
        """Whether the product may not be published with this text."""
        return self.finding.blocks

    @property
    def identity(self) -> str:
        """Fingerprint of this sentence in this field: unchanged by edits elsewhere, new when its words change.

        The reason that a person gives for a warning is recorded under it. Capitals, spacing and invisible characters do
        not count.
        """
        sentence = "\0".join((self.field, self.language, _without_formatting(self.finding.text)))
        return hashlib.sha256(sentence.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def check_product(
    texts: Mapping[str, BilingualText | str],
    portion_ug: int | None,
    directory: Path = DATA,
    own_name: str = "",
    others_ug: Mapping[str, Decimal] | None = None,
) -> tuple[ProductFinding, ...]:
    """Findings for sentences of a product that may not be published or need a person, by field.

    `texts` has a text by field name. A bilingual text is checked in each language; a plain string (brand, file name) is
    the same on Dutch and English pages, so it is checked in both and the stricter finding counts. `portion_ug` is the
    elemental magnesium in the label's daily portion, in micrograms (ug); None when it is unknown, and then no amount is
    required. `others_ug` has the amounts of other substances in it by id, in ug; None when they are unknown. The words
    of `own_name`, a brand's name that is judged elsewhere, say nothing in a text; all words around them do. Raises
    RulesetError when the claims data cannot be loaded.
    """
    found: list[ProductFinding] = []
    portion, folder = Portion(portion_ug, others_ug), str(directory)  # a string is faster as a cache key than a path
    for field, text in texts.items():
        readings: list[Sequence[ProductFinding]] = []
        for language in LANGUAGES:
            written = text if isinstance(text, str) else text.in_language(language)
            if own_name and (masked := mask_own_name(written, own_name)) != written:
                readings.append(_quoting(written, _findings(field, masked, language, portion, folder)))
            elif written:
                readings.append(_findings(field, written, language, portion, folder))
        if any(readings):
            found += _strictest(readings) if isinstance(text, str) else chain.from_iterable(readings)
    return tuple(found)


def mask_own_name(text: str, name: str) -> str:
    """A text, as long as before, in which a brand's own name says nothing."""
    pattern = _own_name_pattern(name)
    return pattern.sub(_without_meaning, text) if pattern else text


@lru_cache(maxsize=256)
def _own_name_pattern(name: str) -> re.Pattern[str] | None:
    """Pattern of a name as it is written, or in capitals throughout; None without a name.

    Other spellings are ordinary words: the brand "Fit" does not excuse "feel fit". So a name in small letters is found
    only in capitals or as the first word of a text.
    """
    words = name.split()
    if not words:
        return None
    spellings = [r"\s+".join(map(re.escape, spelling)) for spelling in (words, [word.upper() for word in words])]
    if name == name.lower():
        spellings[0] = rf"\A\s*{spellings[0]}"
    return re.compile(rf"(?<!\w)(?:{'|'.join(spellings)})(?!\w)")


def _quoting(text: str, findings: Sequence[ProductFinding]) -> list[ProductFinding]:
    """Findings for a masked text with the words of the text itself, which is as long."""
    replace = msgspec.structs.replace
    return [
        replace(one, finding=replace(one.finding, text=text[one.finding.start : one.finding.end])) for one in findings
    ]


def _without_meaning(name: re.Match[str]) -> str:
    """A word of the same length that names nothing."""
    return "X" + "x" * (len(name[0]) - 1)


def _findings(field: str, text: str, language: Language, portion: "Portion", folder: str) -> Sequence[ProductFinding]:
    """Findings for one field in one language, sentences without a claim left out."""
    reader = _cached_findings if len(text) <= _CACHED_UP_TO else _relevant_findings
    findings = reader(text, language, field == INGREDIENTS, folder)
    if not findings:
        return ()
    findings = check_portion(findings, portion, language, _path(folder))
    return [ProductFinding(field, language, finding) for finding in findings if finding.severity != "ok"]


@lru_cache(maxsize=8192)
def _cached_findings(text: str, language: Language, is_list: bool, folder: str) -> tuple[Finding, ...]:
    """Findings, cached by text: an import has the same brand, directions and storage advice in many rows.

    Texts that differ in meaningless numbers share one entry.
    """
    uniform = _with_uniform_numbers(text, language, folder)
    # A text without findings has none with other numbers either.
    if uniform != text and not _cached_findings(uniform, language, is_list, folder):
        return ()
    return _relevant_findings(text, language, is_list, folder)


@lru_cache(maxsize=8)
def _path(folder: str) -> Path:
    """Path of the folder; building it takes longer than the cache lookup."""
    return Path(folder)


def _relevant_findings(text: str, language: Language, is_list: bool, folder: str) -> tuple[Finding, ...]:
    """Findings for a text without those on sentences that claim nothing."""
    directory = _path(folder)
    findings: Sequence[Finding] = check_text(text, language, directory)
    if is_list:
        findings = [one for finding in findings for one in _item_findings(finding, text, language, directory)]
    return tuple(finding for finding in findings if finding.severity != "ok" or finding.verdict != "neutral")


def _with_uniform_numbers(text: str, language: Language, folder: str) -> str:
    """Text with all meaningless numbers made alike: "60 capsules" and "90 capsules" become the same.

    The length does not change. Text with markup is returned unchanged, since there digits can encode characters.
    """
    if _MARKED_UP.search(text):
        return text
    meaningful = _meaningful_numbers(language, folder)
    pieces = _NUMBER.split(text)  # every second piece is a number
    pieces[1::2] = [piece if piece in meaningful else _UNIFORM_DIGIT * len(piece) for piece in pieces[1::2]]
    return "".join(pieces)


@lru_cache(maxsize=8)
def _meaningful_numbers(language: Language, folder: str) -> frozenset[str]:
    return load_lexicon(language, _path(folder)).meaningful_numbers


def _item_findings(finding: Finding, text: str, language: Language, directory: Path) -> Sequence[Finding]:
    """Findings for single items of a list; words of separate items ("…, glycine, …, against caking") make no claim."""
    if finding.severity == "ok":
        return (finding,)
    separated = _ITEM_SEPARATOR.sub("\n", text)
    return [
        one
        for one in check_text(separated, language, directory)
        if finding.start <= one.start
        and one.end <= finding.end
        and one.severity != "ok"
        and not _is_declaration(one.text, directory)
    ]


def _is_declaration(item: str, directory: Path) -> bool:
    """Whether an item is the name of a substance, with or without an amount, which a list of ingredients must give."""
    words = (word for word in words_of(_AMOUNT.sub(" ", item)) if word not in _QUALIFIERS)
    return tuple(words) in _declared_names(directory)


@lru_cache(maxsize=4)
def _declared_names(directory: Path) -> frozenset[tuple[str, ...]]:
    """The names on labels of all active substances, without `_QUALIFIERS`."""
    return frozenset(
        tuple(word for word in words_of(name) if word not in _QUALIFIERS)
        for substance in load_substances(directory).by_id.values()
        for _, name in substance.names()
    )


def _strictest(readings: Sequence[Sequence[ProductFinding]]) -> list[ProductFinding]:
    """Strictest finding per sentence among several languages; the first one of equals."""
    best: dict[tuple[int, int], ProductFinding] = {}
    for one in (one for reading in readings for one in reading):
        place = (one.finding.start, one.finding.end)
        if place not in best or _strictness(one.finding) < _strictness(best[place].finding):
            best[place] = one
    return [best[place] for place in sorted(best)]


def _strictness(finding: Finding) -> tuple[int, int]:
    """Sort key of a finding: severity, then verdict."""
    return _SEVERITIES.index(finding.severity), VERDICTS.index(finding.verdict)


def _without_formatting(sentence: str) -> str:
    """Sentence in lower case, with single spaces and without invisible characters."""
    plain = unicodedata.normalize("NFKC", sentence)
    visible = "".join(c for c in plain if c.isspace() or unicodedata.category(c) not in _INVISIBLE)
    return " ".join(visible.casefold().split())


Statement = Literal["varied-diet", "daily-portion", "do-not-exceed"]
STATEMENTS: tuple[Statement, ...] = get_args(Statement)
"""Statements that a page with a health claim must have (Article 10(2) of Regulation (EC) No 1924/2006)."""


class MissingStatement(Struct, frozen=True):
    """A mandatory statement that a page with a health claim lacks, with the reason."""

    statement: Statement
    why: str


class Portion(Struct, frozen=True):
    """Amounts in a daily portion, in micrograms (ug): elemental magnesium, and other substances by id.

    None where a product is unknown, and then nothing is required.
    """

    magnesium_ug: int | None
    others_ug: Mapping[str, Decimal] | None = None


def check_portion(
    findings: Iterable[Finding], portion: Portion, language: Language, directory: Path = DATA
) -> tuple[Finding, ...]:
    """Findings with those blocked whose claims need more of a substance than the daily portion has."""
    return tuple(_with_portion(finding, portion, language, directory) for finding in findings)


def _with_portion(finding: Finding, portion: Portion, language: Language, directory: Path) -> Finding:
    if finding.blocks:
        return _with_possible_suggestion(finding, portion, language, directory)
    reasons = [reason for claim in finding.claims for reason in _objections(claim, portion, language, directory)]
    reasons += _objections_to_contents(finding, portion, language, directory)
    if not reasons:
        return finding
    severity, why = min(reasons, key=lambda reason: _SEVERITIES.index(reason[0]))
    return msgspec.structs.replace(
        finding, severity=severity, why=why, suggestion=None, note="", marks=((finding.start, finding.end),)
    )


def _with_possible_suggestion(finding: Finding, portion: Portion, language: Language, directory: Path) -> Finding:
    """Blocked finding without a suggestion whose claims the portion does not allow; its note then says why.

    A product without a composition yet keeps it, since its amount is still to come.
    """
    known = msgspec.structs.replace(portion, magnesium_ug=portion.magnesium_ug or None)
    for claim in finding.suggested_claims if finding.suggestion else ():
        for severity, why in _objections(claim, known, language, directory):
            if severity == "block":
                return msgspec.structs.replace(finding, suggestion=None, suggested_claims=(), note=why)
    return finding


_Objection = tuple[Severity, str]


def _objections_to_contents(
    finding: Finding, portion: Portion, language: Language, directory: Path
) -> Iterator[_Objection]:
    """Objection to a nutrition claim without a named substance, which is one on magnesium."""
    thresholds = load_claims(directory).thresholds
    if finding.verdict != "nutrition_content" or portion.magnesium_ug is None:
        return
    others_only = finding.claims and all("." in claim for claim in finding.claims)
    needed, reason = thresholds.source_of_ug, "portion-no-source"
    if "rich-in" in finding.claims:
        needed, reason = thresholds.rich_in_ug, "portion-not-rich"
    if not others_only and portion.magnesium_ug < needed:
        yield "block", _with_amounts(reason, needed, portion.magnesium_ug, language, directory)


def _objections(claim: str, portion: Portion, language: Language, directory: Path) -> Iterator[_Objection]:
    """Objection to one claim by its id: on magnesium, on another nutrient, or on the content of one."""
    claims = load_claims(directory)
    if claim in claims.authorised:
        needed = claims.thresholds.source_of_ug
        if portion.magnesium_ug is not None and portion.magnesium_ug < needed:
            yield "block", _with_amounts("portion-no-source", needed, portion.magnesium_ug, language, directory)
    elif "." in claim and portion.others_ug is not None:
        yield from _objections_to_other(claim, portion.others_ug, language, directory)


def _objections_to_other(
    claim: str, others_ug: Mapping[str, Decimal], language: Language, directory: Path
) -> Iterator[_Objection]:
    """Objection to a claim on another substance than magnesium."""
    register = load_register(directory)
    entry = register.by_id[claim.partition(".")[0]]
    reasons = load_claims(directory).reasons
    registered = register.claims.get(claim)
    name = entry.name.in_language(language)
    given = others_ug.get(entry.id, others_ug.get(entry.part_of or ""))
    if given is None:
        yield "block", reasons["portion-not-declared"].text.in_language(language).replace("{substance}", name)
    elif registered and registered.needed_ug is None:
        condition = condition_words(registered, entry, language)
        why = reasons["portion-own-condition"].text.in_language(language)
        yield "warn", why.replace("{substance}", name).replace("{condition}", condition)
    elif entry.substance is not None:
        share = RICH_SHARE if claim.endswith(".rich-in") else SOURCE_SHARE
        needed = reference_share_ug(entry.substance, share)
        if given < needed:
            unit = entry.substance.unit
            why = reasons["portion-too-little"].text.in_language(language).replace("{substance}", name)
            why = why.replace("{needed}", amount_words(needed, unit, language))
            yield "block", why.replace("{given}", amount_words(given, unit, language))


def _with_amounts(reason: str, needed: int, given: int, language: Language, directory: Path) -> str:
    """Reason with two amounts of magnesium."""
    why = load_claims(directory).reasons[reason].text.in_language(language)
    return why.replace("{needed}", _milligrams(needed, language)).replace("{given}", _milligrams(given, language))


def _milligrams(micrograms: int, language: Language) -> str:
    """Micrograms as milligrams in words, with a decimal comma in Dutch."""
    text = f"{Decimal(micrograms) / UG_PER_MG:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace(".", ",") if language == "nl" else text


def missing_statements(page: str, language: Language, directory: Path = DATA) -> tuple[MissingStatement, ...]:
    """Mandatory statements that a page (HTML) lacks: varied diet, daily portion, not to exceed the portion."""
    claims, lexicon = load_claims(directory), load_lexicon(language, directory)
    named = {
        mention.concept.id
        for part in visible_parts(page)
        if part.kind == "body"
        for mention in lexicon.mentions(tokens_of(part.text, list(part.starts), list(part.ends)))
    }
    return tuple(
        MissingStatement(statement, claims.reasons[statement].text.in_language(language))
        for statement in STATEMENTS
        if statement not in named
    )
