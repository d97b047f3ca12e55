"""Ground: one reason for a verdict; `verdict` chooses the most severe one."""

from dataclasses import dataclass

from recommend.claims.findings import Severity, Verdict
from recommend.claims.lexicon import Mention


@dataclass(frozen=True, slots=True)
class Ground:
    """One reason for a verdict: id of the reason, offending mentions, claims named, authorised claim to suggest."""

    verdict: Verdict
    severity: Severity
    reason: str
    mentions: tuple[Mention, ...] = ()
    claims: tuple[str, ...] = ()
    suggest: str | None = None
