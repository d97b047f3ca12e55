"""Classifier: a linear model that reviews the judgement of the rules on one sentence.

The rules recognise listed words only; new wordings of a claim are endless. The model scores words, pairs of words and
pieces of words; `tests/bench/classifier.py` fits it to the labelled sentences. `apply_classifier` sets its limits: it
may add a block where a body, effect or product word stands, ask for a person, and lift a block only for a ground that
names no disease and no effect.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import chain
from pathlib import Path

import msgspec

from recommend.claims.findings import FORBIDDEN, VERDICTS, Severity, Verdict
from recommend.claims.lexicon import Mention
from recommend.claims.records import TOPICS, Concept
from recommend.claims.rules.ground import Ground
from recommend.claims.rules.topics import is_about_the_shop
from recommend.claims.sentence import EFFECTS, OFFERED, ParsedSentence
from recommend.claims.tokens import Token
from recommend.claims.verdict import Judgement
from recommend.loading import RulesetError, once_per_folder

SHORTEST_PIECE, LONGEST_PIECE = 2, 5
_MAX_TOKENS = 150  # a longer sentence is a list or a text without punctuation
_SCALE = 1000  # weights are stored in thousandths
_SIGNS = tuple(1 if verdict in FORBIDDEN else -1 for verdict in VERDICTS)


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
    """Likelihood of each verdict, in the order of VERDICTS."""

    likelihoods: tuple[float, ...]

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


@lru_cache(maxsize=8192)
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
    totals = [weight / _SCALE for weight in weights.intercepts]
    for known in _known_features(tokens, weights):
        if known:  # verdict by verdict, since this takes a third of the time of a check
            rarities, *columns = zip(*known.values(), strict=True)
            scaled = _scaled(rarities)
            totals = [_score(total, scaled, column) for total, column in zip(totals, columns, strict=True)]
    highest = max(totals)
    shares = [math.exp(total - highest) for total in totals]
    sum_of_shares = sum(shares)
    return Opinion(tuple(share / sum_of_shares for share in shares))


def _known_features(tokens: Sequence[Token], weights: Weights) -> Iterator[dict[str, tuple[int, ...]]]:
    """The features of a sentence that the model knows, each once with its row, one family after the other."""
    words = [token.text for token in tokens]
    for features, rows in (
        ((feature for _, feature in word_features(words)), weights.words),
        (chain.from_iterable(map(pieces_of, words)), weights.pieces),
    ):
        yield {feature: rows[feature] for feature in dict.fromkeys(features) if feature in rows}


def _scaled(rarities: Sequence[int]) -> list[float]:
    """The rarities of one family of features, scaled to length 1 so that sentence length does not count."""
    length = math.sqrt(sum(rarity**2 for rarity in rarities))
    return [rarity / length for rarity in rarities]


def _score(total: float, rarities: Sequence[float], column: Sequence[int]) -> float:
    """The score of one verdict with the weights of a family of features added."""
    for rarity, weight in zip(rarities, column, strict=True):
        total += rarity * weight / _SCALE
    return total


def weights_against(tokens: Sequence[Token], weights: Weights) -> list[float]:
    """How much each token counts towards a forbidden verdict; a feature counts at the last word that has it."""
    against = [0.0] * len(tokens)
    words = [token.text for token in tokens]
    places = (
        {feature: place for place, feature in word_features(words)},
        {piece: place for place, word in enumerate(words) for piece in pieces_of(word)},
    )
    for known, place_of in zip(_known_features(tokens, weights), places, strict=True):
        for (feature, row), rarity in zip(known.items(), _scaled([row[0] for row in known.values()]), strict=True):
            for weight, sign in zip(row[1:], _SIGNS, strict=True):
                against[place_of[feature]] += rarity * weight * sign
    return against


@once_per_folder
def load_weights(directory: Path) -> Weights:
    """Load `claims/opinion.json`. Raises RulesetError when it is missing or malformed."""
    file = directory / "claims" / "opinion.json"
    try:
        return msgspec.json.decode(file.read_bytes(), type=Weights)
    except (OSError, msgspec.ValidationError, msgspec.DecodeError) as fault:
        raise RulesetError(f"claims/opinion.json: {fault}") from fault


# Likelihoods, chosen by five-fold cross-validation on the labelled sentences. On 400 sentences outside the training
# data, a `_CLEAR_BELOW` of 0.01 blocked 2 more of the 185 permitted ones and no more of the forbidden ones.
_MIN_WORDS = 5  # shorter texts (names, labels) resemble anything
_BLOCK_FROM = 0.46
_BLOCK_ON_GOODS_FROM = 0.75  # only the goods or words of a shop as well are evidence
_BLOCK_TRADE_FROM = 0.85  # next to words of buying and shipping
_BLOCK_WARNED_FROM = 0.4
_BLOCK_EXPLAINED_FROM = 0.92  # the rules accept: warning, denial, EU wording, facts of food and body
_BLOCK_DOUBTED_FROM = 0.98  # "no study shows …"
_BLOCK_DENIAL_FROM = 0.9  # "not" may refer to another part of the sentence
_CLEAR_BELOW = 0.005
_WORSEN_FROM = 0.7
_AUTHORISED_FROM = 0.8
_LONGEST_NAME = 9
_MAX_NAMED = 2  # words in a reason
_CLEARABLE = frozenset(["general-benefit", "professional-recommends", "harm-by-not-taking"])
"""Reasons that name neither a disease nor an effect: the model may turn these blocks into a question for a person."""
_EVIDENCE = frozenset(
    {"nutrient", "mineral-form", "deficiency", "not-taking", "going-without", "drug", "food", "night"} | {"makes-you"}
)
"""Concepts, beside topics and functions, without one of which nothing is said of a body, an effect or a product."""
_WEAK_EVIDENCE = frozenset(
    {*EFFECTS, *OFFERED, "harm", "falls-short", "gone", "figure", "professional", "professionals"}
    | {"body-word", "dosage"}
)
"""The same, but words of a shop as well: they do not count beside its other words."""
_ALSO_OF_WARNINGS = frozenset(["drug", "harm", "pills", "gone"])
_ALSO_OF_SHOPS = frozenset(["food", "night"])
_FACTS = ("fact", "absorption", "varied-diet", "usually-enough")
_JUDGED_BY_RULES = frozenset(["condition", "side_effect"])
"""Kinds named for safety as well: the rules tell the one from the other by more than likeness."""
_PLAIN_FUNCTIONS = frozenset(["working", "normal", "less", "maintenance"])


def apply_classifier(sentence: ParsedSentence, judgement: Judgement, weights: Weights) -> Judgement:
    """Judgement corrected by the model; a strong contradiction becomes a question for a person (severity "warn")."""
    words = sum(token.text.isalpha() for token in sentence.tokens)
    is_free = sentence.list_intro is None or sentence.is_listed_use
    if words < _MIN_WORDS or not is_free:
        return judgement
    is_blocked = judgement.severity == "block"
    found = {} if is_blocked else _evidence(sentence)
    if not is_blocked and not found:
        return judgement  # whatever the model would say, which takes a third of the time of a check
    opinion = classify(sentence.tokens, weights)
    if opinion is None:
        return judgement
    if is_blocked:
        return _review_block(sentence, judgement, opinion)
    return _review_permission(sentence, judgement, opinion, found, weights)


def _review_permission(
    sentence: ParsedSentence, judgement: Judgement, opinion: Opinion, found: Mapping[int, Mention], weights: Weights
) -> Judgement:
    """Judgement that blocks nothing, worsened where the model is sure enough for the evidence that was found."""
    verdict, chance = opinion.likeliest(forbidden=False)
    is_doubtful = judgement.severity == "ok" and _reason_of(judgement) == "neutral"
    is_doubtful = is_doubtful and verdict == "authorised" and chance >= _AUTHORISED_FROM
    if opinion.forbidden < _BLOCK_WARNED_FROM and not is_doubtful:
        return judgement  # below the lowest threshold
    evidence = _strongest(found, weights_against(sentence.tokens, weights))
    if opinion.forbidden >= _block_threshold(sentence, judgement, evidence):
        return _with_ground(judgement, opinion.likeliest(forbidden=True)[0], "block", "resembles", evidence)
    if is_doubtful:
        return _with_ground(judgement, verdict, "warn", "authorised-doubtful", evidence)
    return judgement


def _evidence(sentence: ParsedSentence) -> dict[int, Mention]:
    """Mentions of body, effect and product by their first token; none in the name of a product or a row of names."""
    if sentence.is_of_other_goods or _is_product_name(sentence) or _is_row_of_names(sentence):
        return {}
    elsewhere = sentence.has("trade", "shop-world") or sentence.has_other_bearer
    counting = _EVIDENCE - _ALSO_OF_SHOPS if elsewhere else _EVIDENCE | _WEAK_EVIDENCE
    if sentence.warns_of_medicine:
        counting -= _ALSO_OF_WARNINGS
    return {
        mention.first: mention
        for mention in sentence.mentions
        if (_names_body(mention.concept) or mention.concept.id in counting)
        and mention.concept.kind not in _JUDGED_BY_RULES
        and not sentence.is_everyday(mention)
        and not sentence.is_said_of_others(mention)
    }


def _strongest(found: Mapping[int, Mention], against: Sequence[float]) -> tuple[Mention, ...]:
    """The mentions that count most against the sentence, in order of the text."""
    worst = sorted(found, key=lambda place: -against[place])[:_MAX_NAMED]
    return tuple(found[place] for place in sorted(worst))


def _is_row_of_names(sentence: ParsedSentence) -> bool:
    """Whether the text is an address, its words joined by signs, or names of magnesium salts between commas."""
    if all(token.glue for token in sentence.tokens[1:]):
        return True
    items = [sentence.tokens[segment.first] for segment in sentence.segments if segment.last >= segment.first]
    return len(items) > 1 and all(first.text.startswith("magnesium") for first in items)


def _is_product_name(sentence: ParsedSentence) -> bool:
    """Whether the text is the name of a product with its count: `… Magnesium Complex 90 caps`."""
    tokens = sentence.tokens
    has_count = any(token.text.isdecimal() for token in tokens) and sentence.has("dosage")
    return (
        has_count and len(tokens) <= _LONGEST_NAME and not any(token.is_stop or token.text == "." for token in tokens)
    )


def _names_body(concept: Concept) -> bool:
    """Whether the concept is a complaint, an effect or a part of the body."""
    return concept.kind in TOPICS or (concept.kind == "function" and concept.id not in _PLAIN_FUNCTIONS)


def _review_block(sentence: ParsedSentence, judgement: Judgement, opinion: Opinion) -> Judgement:
    """Blocked judgement, turned into a question where its ground allows, or raised to a more severe verdict."""
    mentions = judgement.ground.mentions if judgement.ground else ()
    is_clearable = judgement.reasons <= _CLEARABLE and not judgement.claims and not sentence.has("recommends", "praise")
    if opinion.forbidden < _CLEAR_BELOW and is_clearable:
        return _with_ground(judgement, "neutral", "warn", "unclear", mentions)
    verdict, chance = opinion.likeliest(forbidden=True)
    if chance >= _WORSEN_FROM and VERDICTS.index(verdict) < VERDICTS.index(judgement.verdict):
        return _with_ground(judgement, verdict, "block", "resembles", mentions)
    return judgement


def _reason_of(judgement: Judgement) -> str:
    return judgement.ground.reason if judgement.ground else "neutral"


def _block_threshold(sentence: ParsedSentence, judgement: Judgement, evidence: Sequence[Mention]) -> float:
    """Likelihood of a claim from which the model blocks, by what the rules found."""
    if judgement.severity == "warn" and judgement.verdict != "authorised":
        return _BLOCK_WARNED_FROM
    if _reason_of(judgement) == "denied":
        return _BLOCK_DOUBTED_FROM if sentence.expresses_doubt else _BLOCK_DENIAL_FROM
    states_fact = sentence.has(*_FACTS) and not any(segment.has_effect for segment in sentence.segments)
    # A lasting complaint is a sign to see a doctor with; whoever missed a day is reassured.
    is_plain = (sentence.has("persistent") and not sentence.has(*OFFERED)) or sentence.has("no-need")
    is_plain = is_plain or states_fact or sentence.is_warning or sentence.is_application
    if _reason_of(judgement) != "neutral" or is_plain:
        return _BLOCK_EXPLAINED_FROM
    if sentence.has("trade", "shop-world") and all(is_about_the_shop(sentence, topic) for topic in sentence.topics):
        return _BLOCK_TRADE_FROM
    is_weak = all(mention.concept.id in _WEAK_EVIDENCE or mention.concept.id in OFFERED for mention in evidence)
    return _BLOCK_ON_GOODS_FROM if is_weak else _BLOCK_FROM


def _with_ground(
    judgement: Judgement, verdict: Verdict, severity: Severity, reason: str, mentions: tuple[Mention, ...]
) -> Judgement:
    return replace(judgement, verdict=verdict, severity=severity, ground=Ground(verdict, severity, reason, mentions))
