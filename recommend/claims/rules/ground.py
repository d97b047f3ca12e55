"""One ground for a verdict, before the most severe is chosen."""

from dataclasses import dataclass

from recommend.claims.findings import Severity, Verdict
from recommend.claims.lexicon import Mention


@dataclass(frozen=True, slots=True)
class Ground:
    verdict: Verdict
    severity: Severity
    reason: str
    mentions: tuple[Mention, ...] = ()
    claims: tuple[str, ...] = ()
    suggest: str | None = None
