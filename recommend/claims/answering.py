"""A question is judged with its answer: "Does it help against cramp? That has not been shown." claims nothing."""

from dataclasses import replace

from recommend.claims.grounds import Ground
from recommend.claims.judging import Judgement
from recommend.claims.reading import OFFERED, Reading

_NO = frozenset(["nee", "neen", "no"])
_ASKED = frozenset(  # first words
    ["heb", "hebt", "heeft", "ben", "bent", "gebruik", "gebruikt", "neem", "slik", "do", "does", "are", "have", "is"]
)


def in_view_of_answer(question: Reading, judgement: Judgement, answer: Reading | None) -> Judgement:
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


def _denies(answer: Reading) -> bool:
    if answer.tokens[0].text in _NO:
        return not any(segment.acts for segment in answer.segments)
    return all(segment.denied for segment in answer.segments if segment.last >= segment.first) and answer.doubts


def _announces_tiredness_claim(question: Reading, answer: Reading) -> bool:
    serious = any(topic.concept.kind in ("complaint", "condition", "weight") for topic in question.topics)
    return not serious and answer.has("tiredness") and answer.has("less")


def _asked_of_a_visitor(question: Reading, judgement: Judgement) -> Judgement:
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
