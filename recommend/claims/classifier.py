"""Classifier: a linear model that reviews the judgement of the rules on one sentence.

The rules recognise listed words only; new wordings of a claim are endless. The model scores words, pairs of words and
pieces of words; `tests/bench/classifier.py` fits it to the labelled sentences. `apply_classifier` sets its limits: it
blocks a sentence that the rules accept and that resembles a claim, and turns a doubtful block into a question for a
person.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import msgspec

from recommend.claims.findings import FORBIDDEN, VERDICTS, Severity, Verdict
from recommend.claims.lexicon import Mention
from recommend.claims.records import Concept
from recommend.claims.rules.ground import Ground
from recommend.claims.sentence import ParsedSentence
from recommend.claims.tokens import Token
from recommend.claims.verdict import Judgement
from recommend.loading import DATA, RulesetError

SHORTEST_PIECE, LONGEST_PIECE = 2, 5
_MAX_TOKENS = 150  # a longer sentence is a list or a text without punctuation
_SCALE = 1000  # weights are stored in thousandths
_MAX_TOP_TOKENS = 2


class Weights(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Weights of the model, as `claims/opinion.json` stores them, in thousandths.

    Each feature has its rarity (inverse document frequency), then one weight per verdict in the order of VERDICTS.
    `fitted_to` is the SHA-256 of the labelled sentences.
    """

    fitted_to: str
    intercepts: tuple[int, ...]
    words: dict[str, tuple[int, ...]]
    pieces: dict[str, tuple[int, ...]]


class Opinion(msgspec.Struct, frozen=True):
    """Likelihood of each verdict, in the order of VERDICTS, and the indices of the tokens that count most against."""

    likelihoods: tuple[float, ...]
    top_tokens: tuple[int, ...]

    @property
    def forbidden(self) -> float:
        """Summed likelihood of the forbidden verdicts, from 0 to 1."""
        return sum(chance for verdict, chance in zip(VERDICTS, self.likelihoods, strict=True) if verdict in FORBIDDEN)

    def likeliest(self, forbidden: bool) -> tuple[Verdict, float]:
        """Likeliest verdict among the forbidden ones, or among the others, with its likelihood."""
        pairs = zip(VERDICTS, self.likelihoods, strict=True)
        return max((pair for pair in pairs if (pair[0] in FORBIDDEN) == forbidden), key=lambda pair: pair[1])


def word_features(words: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Words and pairs of neighbours, each with the index of its first word; `^` and `$` mark the ends."""
    for place, word in enumerate(words):
        yield place, word
    row = ["^", *words, "$"]
    for place in range(len(row) - 1):
        yield min(place, len(words) - 1), f"{row[place]} {row[place + 1]}"


@lru_cache(maxsize=65536)
def pieces_of(word: str) -> tuple[str, ...]:
    """Substrings of 2 to 5 characters of the word with a space on either side."""
    framed = f" {word} "
    return tuple(
        framed[start : start + size]
        for size in range(SHORTEST_PIECE, LONGEST_PIECE + 1)
        for start in range(len(framed) - size + 1)
    )


def classify(tokens: Sequence[Token], weights: Weights) -> Opinion | None:
    """Opinion of the model on a sentence; None when it is empty or longer than 150 tokens."""
    if not tokens or len(tokens) > _MAX_TOKENS:
        return None
    words = [token.text for token in tokens]
    totals = [weight / _SCALE for weight in weights.intercepts]
    against = [0.0] * len(words)
    pieces = ((place, piece) for place, word in enumerate(words) for piece in pieces_of(word))
    for features, rows in ((word_features(words), weights.words), (pieces, weights.pieces)):
        _add_features(totals, against, {feature: place for place, feature in features}, rows)
    highest = max(totals)
    shares = [math.exp(total - highest) for total in totals]
    sum_of_shares = sum(shares)
    worst = sorted(range(len(words)), key=lambda place: -against[place])[:_MAX_TOP_TOKENS]
    return Opinion(
        tuple(share / sum_of_shares for share in shares), tuple(place for place in worst if against[place] > 0)
    )


def _add_features(
    totals: list[float], against: list[float], features: dict[str, int], rows: dict[str, tuple[int, ...]]
) -> None:
    """Add one family of features to the totals, scaled to length 1 so that sentence length does not count."""
    known = [(place, rows[feature]) for feature, place in features.items() if feature in rows]
    length = math.sqrt(sum(row[0] ** 2 for _, row in known))
    for place, row in known:
        rarity = row[0] / length
        for number, weight in enumerate(row[1:]):
            totals[number] += rarity * weight / _SCALE
            against[place] += rarity * (weight if VERDICTS[number] in FORBIDDEN else -weight)


@lru_cache(maxsize=4)
def load_weights(directory: Path = DATA) -> Weights:
    """Load `claims/opinion.json`. Raises RulesetError when it is missing or malformed."""
    file = directory / "claims" / "opinion.json"
    try:
        return msgspec.json.decode(file.read_bytes(), type=Weights)
    except (OSError, msgspec.ValidationError, msgspec.DecodeError) as fault:
        raise RulesetError(f"claims/opinion.json: {fault}") from fault


_RESEMBLING = Concept("resembling", "grammar")
# Likelihoods, chosen by five-fold cross-validation on the labelled sentences. On 400 sentences outside the training
# data, a `_CLEAR_BELOW` of 0.01 blocked 2 more of the 185 permitted ones and no more of the forbidden ones.
_MIN_WORDS = 5  # shorter texts (names, labels) resemble anything
_BLOCK_FROM = 0.62
_SHORT_SENTENCE, _BLOCK_SHORT_FROM = 6, 0.75
_BLOCK_TRADE_FROM = 0.85  # next to words of buying and shipping
_BLOCK_WARNED_FROM = 0.4
_BLOCK_EXPLAINED_FROM = 0.92  # the rules accept: warning, denial, EU wording
_BLOCK_DENIAL_FROM = 0.82  # "not" may refer to another part of the sentence
_CLEAR_BELOW = 0.05
_WORSEN_FROM = 0.7
_AUTHORISED_FROM = 0.8


def apply_classifier(sentence: ParsedSentence, judgement: Judgement, weights: Weights) -> Judgement:
    """Judgement corrected by the model; a strong contradiction becomes a question for a person (severity "warn")."""
    words = sum(token.text.isalpha() for token in sentence.tokens)
    opinion = classify(sentence.tokens, weights) if words >= _MIN_WORDS and not sentence.list_intro else None
    if opinion is None:
        return judgement
    if judgement.severity == "block":
        return _review_block(judgement, opinion)
    if opinion.forbidden >= _block_threshold(sentence, judgement):
        verdict, _ = opinion.likeliest(forbidden=True)
        return _with_ground(judgement, verdict, "block", "resembles", _top_mentions(opinion))
    if judgement.severity == "ok" and _reason_of(judgement) == "neutral":
        verdict, chance = opinion.likeliest(forbidden=False)
        if verdict == "authorised" and chance >= _AUTHORISED_FROM:
            return _with_ground(judgement, verdict, "warn", "authorised-doubtful", (Mention(_RESEMBLING, 0, 0),))
    return judgement


def _review_block(judgement: Judgement, opinion: Opinion) -> Judgement:
    """Blocked judgement, relaxed when the model sees no claim, or raised to a more severe verdict."""
    mentions = judgement.ground.mentions if judgement.ground else ()
    if opinion.forbidden < _CLEAR_BELOW:
        verdict, _ = opinion.likeliest(forbidden=False)
        return _with_ground(judgement, verdict, "warn", "unclear", mentions)
    verdict, chance = opinion.likeliest(forbidden=True)
    if chance >= _WORSEN_FROM and VERDICTS.index(verdict) < VERDICTS.index(judgement.verdict):
        return _with_ground(judgement, verdict, "block", "resembles", mentions)
    return judgement


def _reason_of(judgement: Judgement) -> str:
    return judgement.ground.reason if judgement.ground else "neutral"


def _block_threshold(sentence: ParsedSentence, judgement: Judgement) -> float:
    """Likelihood of a claim from which the model blocks, by what the rules found."""
    if judgement.severity == "warn" and judgement.verdict != "authorised":
        return _BLOCK_WARNED_FROM
    if _reason_of(judgement) == "denied" and not sentence.expresses_doubt:
        return _BLOCK_DENIAL_FROM
    if _reason_of(judgement) != "neutral":
        return _BLOCK_EXPLAINED_FROM
    if sentence.has("trade") and not sentence.topics:
        return _BLOCK_TRADE_FROM
    return _BLOCK_FROM if len(sentence.tokens) > _SHORT_SENTENCE else _BLOCK_SHORT_FROM


def _with_ground(
    judgement: Judgement, verdict: Verdict, severity: Severity, reason: str, mentions: tuple[Mention, ...]
) -> Judgement:
    return replace(judgement, verdict=verdict, severity=severity, ground=Ground(verdict, severity, reason, mentions))


def _top_mentions(opinion: Opinion) -> tuple[Mention, ...]:
    return tuple(Mention(_RESEMBLING, place, place) for place in sorted(opinion.top_tokens))
