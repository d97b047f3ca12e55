"""What the second opinion changes: a unit that the rules let pass blocks, or asks a person, when it resembles a claim."""

from dataclasses import replace

from recommend.claims.grounds import Ground
from recommend.claims.judging import Judgement
from recommend.claims.lexicon import Mention
from recommend.claims.opinion import Opinion, Weights, second_opinion
from recommend.claims.reading import Reading
from recommend.claims.records import Concept

_RESEMBLING = Concept("resembling", "grammar")
_BLOCKS = 0.6
_BLOCKS_A_WARNING = 0.5
_BLOCKS_AGAINST_RULES = 0.9  # where the rules know why it may be said: a warning, a denial, an authorised wording
_PERMITS = 0.8


def in_second_opinion(reading: Reading, judgement: Judgement, weights: Weights) -> Judgement:
    """The judgement with the second opinion heard; a block stays a block."""
    if judgement.severity == "block":
        return judgement
    opinion = second_opinion(reading.tokens, weights)
    if opinion is None:
        return judgement
    reason = judgement.ground.reason if judgement.ground else "neutral"
    needed = _BLOCKS if reason == "neutral" else _BLOCKS_AGAINST_RULES
    if judgement.severity == "warn":
        needed = _BLOCKS_A_WARNING
    if opinion.forbidden >= needed:
        verdict, _ = opinion.likeliest(forbidden=True)
        pointed = _pointed_at(opinion)
        return replace(judgement, verdict=verdict, severity="block", ground=Ground(verdict, "block", "resembles", pointed))
    if reason == "neutral" and judgement.severity == "ok":
        verdict, chance = opinion.likeliest(forbidden=False)
        if verdict == "authorised" and chance >= _PERMITS:
            pointed = tuple(Mention(_RESEMBLING, place, place) for place in range(len(reading.tokens)))[:1]
            return replace(judgement, verdict=verdict, severity="warn", ground=Ground(verdict, "warn", "unclear", pointed))
    return judgement


def _pointed_at(opinion: Opinion) -> tuple[Mention, ...]:
    return tuple(Mention(_RESEMBLING, place, place) for place in sorted(opinion.pointed_at))
