"""Result of the content check: verdicts, severities and the finding for one sentence."""

from typing import Any, Literal, get_args

from msgspec import Struct

Verdict = Literal["disease", "prohibited_other", "unauthorised_health", "authorised", "nutrition_content", "neutral"]
Severity = Literal["block", "warn", "ok"]

VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
"""All verdicts, most severe first."""
FORBIDDEN: frozenset[Verdict] = frozenset(VERDICTS[:3])
"""Verdicts on sentences that may not be published."""

_KEYS = ("text", "start", "end", "verdict", "claims", "severity", "why", "suggestion")


class Finding(Struct, frozen=True):
    """Finding for one sentence, or for a text that a shopper reads separately (alt text, file name, address).

    `start` and `end` count code points of the checked text, end exclusive: `text` is the slice between them. `claims`
    are ids of authorised claims (MG01 to MG10, `zinc.immune_system`), of refused ones, or of nutrition claims; `why`
    gives the reason with its legal source; `suggestion` is the sentence with an authorised wording, or nothing, in the
    place of what offends; `suggested_claims` are the claims that it makes. `note` has its condition, or why nothing may
    be said. `marks` are (start, end) of the offending words.
    """

    text: str
    start: int
    end: int
    verdict: Verdict
    claims: tuple[str, ...]
    severity: Severity
    why: str
    suggestion: str | None
    marks: tuple[tuple[int, int], ...] = ()
    suggested_claims: tuple[str, ...] = ()
    note: str = ""

    @property
    def blocks(self) -> bool:
        """Whether the sentence may not be published."""
        return self.severity == "block"

    def as_data(self, file: str) -> dict[str, Any]:
        """The finding with its file, as every interface writes it."""
        return {"file": file} | {key: getattr(self, key) for key in _KEYS}
