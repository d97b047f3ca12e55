"""Conditions of use: what a claim asks of the numbers of a product and of the page around it."""

from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Literal, get_args

import msgspec
from msgspec import Struct

from recommend.claims.findings import Finding
from recommend.claims.loading import load_claims, load_lexicon
from recommend.claims.markup import visible_parts
from recommend.claims.words import tokens_of
from recommend.loading import DATA
from recommend.text import Language

Statement = Literal["varied-diet", "daily-portion", "do-not-exceed"]
STATEMENTS: tuple[Statement, ...] = get_args(Statement)

_MICROGRAMS_PER_MG = 1000


class MissingStatement(Struct, frozen=True):
    """Something that a page with a health claim must say and does not."""

    statement: Statement
    why: str


def check_portion(
    findings: Iterable[Finding], portion_ug: int, language: Language, directory: Path = DATA
) -> tuple[Finding, ...]:
    """The findings again, those blocked that need more elemental magnesium than `portion_ug` per daily portion."""
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
    text = f"{Decimal(micrograms) / _MICROGRAMS_PER_MG:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace(".", ",") if language == "nl" else text


def missing_statements(page: str, language: Language, directory: Path = DATA) -> tuple[MissingStatement, ...]:
    """What a page that makes a health claim must still say: varied diet, how much a day, not to take more."""
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
