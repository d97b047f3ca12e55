"""From a reading to a verdict: every ground found is collected, and the most severe wins."""

from collections.abc import Sequence
from dataclasses import dataclass

from recommend.claims.authorising import authorised_grounds, claimed_places
from recommend.claims.findings import VERDICTS, Severity, Verdict
from recommend.claims.fragments import promises_by_shape
from recommend.claims.grounds import Ground
from recommend.claims.patterns import pattern_grounds
from recommend.claims.reading import Reading
from recommend.claims.records import Claims
from recommend.claims.topics import topic_grounds
from recommend.claims.unnamed import content_grounds, medicine_replaced, testimonials, unnamed_effects


@dataclass(frozen=True, slots=True)
class Judgement:
    verdict: Verdict
    severity: Severity
    ground: Ground | None
    claims: tuple[str, ...]
    suggest: str | None
    is_general_only: bool


def judge(reading: Reading, claims: Claims, before: Reading | None = None) -> Judgement:
    """The verdict on a unit; `before` is the unit before it, for what "it" refers to."""
    grounds = [*authorised_grounds(reading, claims, before)]
    taken = claimed_places(reading, claims) if grounds else set()
    topics = list(topic_grounds(reading, taken, bool(grounds)))
    grounds += topics
    grounds += pattern_grounds(reading, claims)
    grounds += medicine_replaced(reading)
    if not any(ground.verdict in VERDICTS[:4] for ground in grounds):
        grounds += [*unnamed_effects(reading), *testimonials(reading)]
    grounds += content_grounds(reading)
    if not grounds:
        grounds += promises_by_shape(reading)
    return _most_severe(grounds, reading)


def _most_severe(grounds: Sequence[Ground], reading: Reading) -> Judgement:
    if not grounds:
        ground = _why_neutral(reading)
        return Judgement("neutral", "ok", ground, (), None, False)
    order: list[Severity] = ["block", "warn", "ok"]
    ranked = sorted(grounds, key=lambda ground: (VERDICTS.index(ground.verdict), order.index(ground.severity)))
    first = ranked[0]
    same = [ground for ground in ranked if ground.reason == first.reason and ground.verdict == first.verdict]
    merged = Ground(
        first.verdict, first.severity, first.reason, tuple(mention for ground in same for mention in ground.mentions)
    )
    named = tuple(dict.fromkeys(claim for ground in ranked for claim in ground.claims))
    suggest = next((ground.suggest for ground in ranked if ground.suggest), None)
    general = all(ground.reason == "general-benefit" for ground in ranked if ground.severity == "block")
    return Judgement(first.verdict, first.severity, merged, named, suggest, general)


def _why_neutral(reading: Reading) -> Ground:
    topics = tuple(mention for mention in reading.topics if mention.concept.kind != "process")
    if any(segment.denied for segment in reading.segments) and topics:
        return Ground("neutral", "ok", "denied", topics)
    if reading.warns and topics:
        return Ground("neutral", "ok", "safety", topics)
    return Ground("neutral", "ok", "neutral")
