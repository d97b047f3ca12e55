"""What the check says of one sentence."""

from typing import Literal, get_args

from msgspec import Struct

Verdict = Literal["disease", "prohibited_other", "unauthorised_health", "authorised", "nutrition_content", "neutral"]
Severity = Literal["block", "warn", "ok"]

VERDICTS: tuple[Verdict, ...] = get_args(Verdict)  # most severe first
FORBIDDEN: frozenset[Verdict] = frozenset(VERDICTS[:3])


class Finding(Struct, frozen=True):
    """One unit of the text: a sentence, or a text that a shopper meets apart from it (alt text, address).

    `start` and `end` are code points of the checked text, end exclusive, so that `text` is what stands between them;
    `marks` are the offending words, as (start, end) in the same text.
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

    @property
    def blocks(self) -> bool:
        return self.severity == "block"
