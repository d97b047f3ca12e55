"""From a reading to a verdict: every ground found is collected, and the most severe wins."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from recommend.claims.findings import VERDICTS, Severity, Verdict
from recommend.claims.records import Claims
from recommend.claims.rules.authorised import authorised_grounds, claimed_places
from recommend.claims.rules.ground import Ground
from recommend.claims.rules.patterns import pattern_grounds
from recommend.claims.rules.slogans import promises_by_shape
from recommend.claims.rules.topics import topic_grounds
from recommend.claims.rules.unnamed_effects import content_grounds, medicine_replaced, testimonials, unnamed_effects
from recommend.claims.sentence import OFFERED, ParsedSentence


@dataclass(frozen=True, slots=True)
class Judgement:
    verdict: Verdict
    severity: Severity
    ground: Ground | None
    claims: tuple[str, ...]
    suggest: str | None
    is_general_only: bool


def judge(reading: ParsedSentence, claims: Claims, before: ParsedSentence | None = None) -> Judgement:
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


def _most_severe(grounds: Sequence[Ground], reading: ParsedSentence) -> Judgement:
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


def _why_neutral(reading: ParsedSentence) -> Ground:
    topics = tuple(mention for mention in reading.topics if mention.concept.kind != "process")
    if any(segment.denied for segment in reading.segments) and topics:
        return Ground("neutral", "ok", "denied", topics)
    if reading.warns and topics:
        return Ground("neutral", "ok", "safety", topics)
    return Ground("neutral", "ok", "neutral")


_NO = frozenset(["nee", "neen", "no"])
_ASKED = frozenset(  # first words
    ["heb", "hebt", "heeft", "ben", "bent", "gebruik", "gebruikt", "neem", "slik", "do", "does", "are", "have", "is"]
)


def soften_answered_question(
    question: ParsedSentence, judgement: Judgement, answer: ParsedSentence | None
) -> Judgement:
    """The judgement on a question once its answer is known; any other judgement as it is."""
    if judgement.severity != "block" or not question.asks:
        return judgement
    if answer is None or not answer.mentions:
        return _asked_of_a_visitor(question, judgement)
    if _denies(answer):
        return _neutral(judgement, "denied")
    if answer.refers and not answer.has(*OFFERED, "benefit", "good-for"):
        return _neutral(judgement, "safety")
    if _announces_tiredness_claim(question, answer):
        return _neutral(judgement, "neutral")
    return judgement


def _denies(answer: ParsedSentence) -> bool:
    if answer.tokens[0].text in _NO:
        return not any(segment.acts for segment in answer.segments)
    return all(segment.denied for segment in answer.segments if segment.last >= segment.first) and answer.doubts


def _announces_tiredness_claim(question: ParsedSentence, answer: ParsedSentence) -> bool:
    serious = any(topic.concept.kind in ("complaint", "condition", "weight") for topic in question.topics)
    return not serious and answer.has("tiredness") and answer.has("less")


def _asked_of_a_visitor(question: ParsedSentence, judgement: Judgement) -> Judgement:
    """`Do you have a sensitive stomach?` as a questionnaire asks it; a person sees where it stands."""
    ground = judgement.ground
    asked = question.tokens[0].text in _ASKED and not question.has(*OFFERED)
    if asked and ground and ground.reason == "stomach-comfort":
        unclear = replace(ground, reason="unclear")
        return replace(judgement, verdict="neutral", severity="warn", ground=unclear, suggest=None)
    return judgement


def _neutral(judgement: Judgement, reason: str) -> Judgement:
    mentions = judgement.ground.mentions if judgement.ground else ()
    return Judgement("neutral", "ok", Ground("neutral", "ok", reason, mentions), (), None, False)
