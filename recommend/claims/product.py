"""Content check of one product: every text field in its language, against the magnesium in the daily portion."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Literal, Protocol, get_args

import msgspec
from msgspec import Struct

from recommend.chemistry import UG_PER_MG
from recommend.claims.check import check_text
from recommend.claims.findings import VERDICTS, Finding, Severity
from recommend.claims.lexicon import load_lexicon
from recommend.claims.records import load_claims
from recommend.claims.text.markup import visible_parts
from recommend.claims.tokens import tokens_of
from recommend.loading import DATA
from recommend.text import LANGUAGES, Language

INGREDIENTS = "ingredients"
"""Field whose text is a list: each item is checked separately."""

_SEVERITIES: tuple[Severity, ...] = ("block", "warn", "ok")
_ITEM_SEPARATOR = re.compile(r"[;()\[\]]|,(?!\d)")
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
    texts: Mapping[str, BilingualText | str], portion_ug: int | None, directory: Path = DATA
) -> tuple[ProductFinding, ...]:
    """Findings for sentences of a product that may not be published or need a person, by field.

    `texts` has a text by field name. A bilingual text is checked in each language; a plain string (brand, file name) is
    the same on Dutch and English pages, so it is checked in both and the stricter finding counts. `portion_ug` is the
    elemental magnesium in the label's daily portion, in micrograms (ug); None when it is unknown, and then no amount is
    required. Raises RulesetError when the claims data cannot be loaded.
    """
    found: list[ProductFinding] = []
    folder = str(directory)  # a string is faster as a cache key than a path
    for field, text in texts.items():
        if isinstance(text, str):
            found += _strictest([_findings(field, text, language, portion_ug, folder) for language in LANGUAGES])
            continue
        for language in LANGUAGES:
            found += _findings(field, text.in_language(language), language, portion_ug, folder)
    return tuple(found)


def _findings(
    field: str, text: str, language: Language, portion_ug: int | None, folder: str
) -> Sequence[ProductFinding]:
    """Findings for one field in one language, sentences without a claim left out."""
    reader = _cached_findings if len(text) <= _CACHED_UP_TO else _relevant_findings
    findings = reader(text, language, field == INGREDIENTS, folder) if text else ()
    if not findings:
        return ()
    if portion_ug is not None:
        findings = check_portion(findings, portion_ug, language, _path(folder))
    return [ProductFinding(field, language, finding) for finding in findings if finding.severity != "ok"]


@lru_cache(maxsize=8192)
def _cached_findings(text: str, language: Language, is_list: bool, folder: str) -> tuple[Finding, ...]:
    """Findings, cached by text: an import has the same brand, directions and storage advice in many rows.

    Texts that differ in meaningless numbers share one entry.
    """
    uniform = _with_uniform_numbers(text, language, _path(folder))
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


def _with_uniform_numbers(text: str, language: Language, directory: Path) -> str:
    """Text with all meaningless numbers made alike: "60 capsules" and "90 capsules" become the same.

    The length does not change. Text with markup is returned unchanged, since there digits can encode characters.
    """
    if _MARKED_UP.search(text):
        return text
    meaningful = load_lexicon(language, directory).meaningful_numbers
    pieces = _NUMBER.split(text)  # every second piece is a number
    pieces[1::2] = [piece if piece in meaningful else _UNIFORM_DIGIT * len(piece) for piece in pieces[1::2]]
    return "".join(pieces)


def _item_findings(finding: Finding, text: str, language: Language, directory: Path) -> Sequence[Finding]:
    """Findings for single items of a list; words of separate items ("…, glycine, …, against caking") make no claim."""
    if finding.severity == "ok":
        return (finding,)
    separated = _ITEM_SEPARATOR.sub("\n", text)
    return [
        one
        for one in check_text(separated, language, directory)
        if finding.start <= one.start and one.end <= finding.end and one.severity != "ok"
    ]


def _strictest(readings: Sequence[Sequence[ProductFinding]]) -> list[ProductFinding]:
    """Strictest finding per sentence among several languages; the first one of equals."""
    if not any(readings):
        return []
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


def check_portion(
    findings: Iterable[Finding], portion_ug: int, language: Language, directory: Path = DATA
) -> tuple[Finding, ...]:
    """Findings with those blocked that need more elemental magnesium than `portion_ug` (ug) per daily portion."""
    return tuple(_with_portion(finding, portion_ug, language, directory) for finding in findings)


def _with_portion(finding: Finding, portion_ug: int, language: Language, directory: Path) -> Finding:
    claims = load_claims(directory)
    needed, reason = claims.thresholds.source_of_ug, "portion-no-source"
    if "rich-in" in finding.claims:
        needed, reason = claims.thresholds.rich_in_ug, "portion-not-rich"
    is_claim = finding.verdict == "nutrition_content" or any(name in claims.authorised for name in finding.claims)
    if finding.blocks or not is_claim or portion_ug >= needed:
        return finding
    why = claims.reasons[reason].text.in_language(language)
    why = why.replace("{needed}", _milligrams(needed, language)).replace("{given}", _milligrams(portion_ug, language))
    return msgspec.structs.replace(
        finding, severity="block", why=why, suggestion=None, marks=((finding.start, finding.end),)
    )


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
