"""Classifier: a linear model that reviews the judgement of the rules on one sentence.

The rules recognise listed words only; new wordings of a claim are endless. The model scores words, pairs of words and
pieces of words; `tests/bench/classifier.py` fits it to the labelled sentences. `apply_classifier` sets its limits: it
may add a block where a body, effect or product word stands, ask for a person, and lift a block only for a ground that
names no disease and no effect.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import msgspec

from recommend.claims.findings import FORBIDDEN, VERDICTS, Severity, Verdict
from recommend.claims.lexicon import Mention
from recommend.claims.records import TOPICS, Concept
from recommend.claims.rules.ground import Ground
from recommend.claims.rules.slogans import explanations
from recommend.claims.rules.topics import is_about_the_shop
from recommend.claims.sentence import ParsedSentence
from recommend.claims.sentence_words import EFFECTS, OFFERED, OTHER_GOODS
from recommend.claims.tokens import Token
from recommend.claims.verdict import Judgement
from recommend.loading import RulesetError, once_per_folder

SHORTEST_PIECE, LONGEST_PIECE = 2, 5
_MAX_TOKENS = 150  # a longer sentence is a list or a text without punctuation
_SCALE = 1000  # weights are stored in thousandths
_WORDS_KEPT = 8192
_SIGNS = tuple(1 if verdict in FORBIDDEN else -1 for verdict in VERDICTS)


class Weights(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Weights of the model, as `claims/opinion.json` stores them, in thousandths.

    Each feature has its rarity (inverse document frequency), then one weight per verdict in the order of VERDICTS.
    Concepts are those of the lexicon, so that a word new to the model counts as its neighbours in the data do.
    `fitted_to` is the SHA-256 of the labelled sentences.
    """

    fitted_to: str
    intercepts: tuple[int, ...]
    words: dict[str, tuple[int, ...]]
    pieces: dict[str, tuple[int, ...]]
    concepts: dict[str, tuple[int, ...]]


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


def pieces_of(word: str) -> frozenset[str]:
    """Substrings of 2 to 5 characters of the word with a space on either side."""
    framed = f" {word} "
    return frozenset(
        framed[start : start + size]
        for size in range(SHORTEST_PIECE, LONGEST_PIECE + 1)
        for start in range(len(framed) - size + 1)
    )


class Model:
    """Linear model with its weights; what the pieces of a word add up to is computed once."""

    def __init__(self, weights: Weights) -> None:
        self.weights = weights
        self._pieces_of_word = lru_cache(maxsize=_WORDS_KEPT)(self._sum_pieces)

    def classify(self, tokens: Sequence[Token], concepts: Iterable[str] = ()) -> Opinion | None:
        """Opinion on a sentence that names these concepts; None when it is empty or longer than 150 tokens."""
        if not tokens or len(tokens) > _MAX_TOKENS:
            return None
        words = [token.text for token in tokens]
        totals = [weight / _SCALE for weight in self.weights.intercepts]
        for features, rows in (
            ((feature for _, feature in word_features(words)), self.weights.words),
            (concepts, self.weights.concepts),
        ):
            known = [rows[feature] for feature in dict.fromkeys(features) if feature in rows]
            square, *sums = _weighted(known)
            _add(totals, square, [sums])
        pieces = [self._pieces_of_word(word) for word in dict.fromkeys(words)]
        _add(totals, sum(square for square, *_ in pieces), [sums for _, *sums in pieces])
        highest = max(totals)
        shares = [math.exp(total - highest) for total in totals]
        sum_of_shares = sum(shares)
        return Opinion(tuple(share / sum_of_shares for share in shares))

    def weights_against(self, tokens: Sequence[Token]) -> list[float]:
        """How much the words and pieces of each token count towards a forbidden verdict."""
        against = [0.0] * len(tokens)
        words = [token.text for token in tokens]
        place_of = {feature: place for place, feature in word_features(words)}
        known = {feature: self.weights.words[feature] for feature in place_of if feature in self.weights.words}
        length = math.sqrt(sum(row[0] ** 2 for row in known.values())) or 1.0
        for feature, row in known.items():
            against[place_of[feature]] += row[0] / length * _against(row[1:])
        pieces = {word: self._pieces_of_word(word) for word in dict.fromkeys(words)}
        length = math.sqrt(sum(square for square, *_ in pieces.values())) or 1.0
        for place, word in enumerate(words):
            against[place] += _against(pieces[word][1:]) / length
        return against

    def _sum_pieces(self, word: str) -> tuple[float, ...]:
        return _weighted([row for piece in pieces_of(word) if (row := self.weights.pieces.get(piece))])


def _weighted(rows: Iterable[Sequence[int]]) -> tuple[float, ...]:
    """Sum of the squared rarities, then for each verdict the sum of the weights, each times its rarity."""
    square, sums = 0, [0] * len(VERDICTS)
    for rarity, *row in rows:
        square += rarity * rarity
        for place, weight in enumerate(row):
            sums[place] += rarity * weight
    return (float(square), *map(float, sums))


def _add(totals: list[float], square: float, rows: Iterable[Sequence[float]]) -> None:
    """Add sums to the totals, scaled so that the length of a sentence does not count."""
    if square:
        scale = 1 / (math.sqrt(square) * _SCALE)
        for sums in rows:
            for place, value in enumerate(sums):
                totals[place] += value * scale


def _against(row: Sequence[float]) -> float:
    return sum(weight * sign for weight, sign in zip(row, _SIGNS, strict=True))


@once_per_folder
def load_model(directory: Path) -> Model:
    """Load `claims/opinion.json`. Raises RulesetError when it is missing or malformed."""
    file = directory / "claims" / "opinion.json"
    try:
        return Model(msgspec.json.decode(file.read_bytes(), type=Weights))
    except (OSError, msgspec.ValidationError, msgspec.DecodeError) as fault:
        raise RulesetError(f"claims/opinion.json: {fault}") from fault


# Likelihoods, chosen by five-fold cross-validation on the labelled sentences. On 400 sentences outside the training
# data, a `_CLEAR_BELOW` of 0.01 blocked 2 more of the 185 permitted ones and no more of the forbidden ones.
_MIN_WORDS = 5  # shorter texts (names, labels) resemble anything
_MIN_WORDS_OF_A_SLOGAN = 2
_ASK_READER_FROM = 0.25  # nothing but the reader is named, and no word explains the sentence
_ASK_SLOGAN_FROM = 0.2  # the same, and nobody is named
_ASK_HALF_EXPLAINED_FROM = 0.7  # one word explains it
_ASK_FIELD_FROM = 0.85  # one word of software, jobs, companies, law
_ASK_OPEN_FROM = 0.5  # without a full stop it may be a label or caption, with a question mark the shop's question
_BLOCK_FROM = 0.56
_BLOCK_BARE_FROM = 0.65  # neither a topic nor goods nor a substance is named
_BLOCK_BARE_READER_FROM = 0.77  # the same, and the reader is addressed, as shops and instructions do
_BLOCK_ON_GOODS_FROM = 0.69  # only the goods or words of a shop as well are evidence
_ASK_FROM = 0.46  # a person is asked, up to where it blocks
_ASK_UNEXPLAINED_FROM = 0.35  # the same, and no word of shop, law, food or use explains the sentence
_ASK_UNEXPLAINED_GOODS_FROM = 0.38  # the same, and nothing explains the sentence
_ASK_ON_GOODS_FROM = 0.62
_BLOCK_ON_EXPERTS_FROM = 0.75  # only a professional is: the rules know endorsements
_BLOCK_ON_LACK_FROM = 0.6  # only "without" is
_BLOCK_TRADE_FROM = 0.85  # next to words of buying and shipping
_BLOCK_WARNED_FROM = 0.3
_BLOCK_EXPLAINED_FROM = 0.92  # the rules accept: warning, denial, EU wording, facts of food and body
_BLOCK_DOUBTED_FROM = 0.98  # "no study shows …"
_BLOCK_DENIAL_FROM = 0.98  # "not" may refer to another part of the sentence
_CLEAR_BELOW = 0.005
_BLOCK_NEVER = 1.1
_WORSEN_FROM = 0.7
_AUTHORISED_FROM = 0.8
_LONGEST_NAME = 9
_MAX_NAMED = 2  # words in a reason
_CLEARABLE = frozenset(["general-benefit", "professional-recommends", "harm-by-not-taking"])
"""Reasons that name neither a disease nor an effect: the model may turn these blocks into a question for a person."""
_EVIDENCE = frozenset(
    {"other-nutrient", "other-ingredient", "nutrient", "mineral-form", "deficiency", "not-taking", "going-without"}
    | {"drug", "food", "night", "makes-you"}
)
"""Concepts, beside topics and functions, without one of which nothing is said of a body, an effect or a product."""
_WEAK_EVIDENCE = frozenset(
    {*EFFECTS, *OFFERED, "harm", "falls-short", "gone", "figure", "professional", "professionals"}
    | {"body-word", "dosage"}
)
"""The same, but words of a shop as well: they do not count beside its other words."""
_STRONG_EVIDENCE = (
    *("dosage", "takers", "drug", "not-taking", "deficiency", "makes-you", "going-without", "night", "suffering"),
    *("children", "patient-context", "covert-hint"),
)
"""Concepts of taking and of bodies: a sentence with one of them is not bare."""
_BY_EVIDENCE = frozenset([_BLOCK_FROM, _BLOCK_BARE_FROM, _BLOCK_BARE_READER_FROM, _BLOCK_ON_GOODS_FROM])
_READER = frozenset(
    ["je", "jij", "jou", "jouw", "jezelf", "u", "uw", "ik", "mij", "me", "mijn", "ons", "iedereen"]
) | frozenset(["you", "you're", "you'll", "you've", "your", "yourself", "i", "i'm", "me", "my", "us", "everyone"])
_BARE_LACK = frozenset(["zonder", "without"])
"""Of the words for what is gone those that say nothing by themselves: `without a fuss`."""
_ALSO_OF_WARNINGS = frozenset(["drug", "harm", "pills", "gone"])
_ALSO_OF_SHOPS = frozenset(["food", "night"])
_FACTS = ("fact", "absorption", "varied-diet", "usually-enough")
_JUDGED_BY_RULES = frozenset(["condition", "side_effect"])
"""Kinds named for safety as well: the rules tell the one from the other by more than likeness."""
_LINKS = (*EFFECTS, "role", "needed", "normal", "working", "maintenance")
_BEFORE = frozenset(["before", "first", "voordat", "eerst", "alvorens", "voor"])
_EXPERTS = frozenset(["professional", "professionals"])
_PAST = frozenset(["was", "were", "worked", "studied", "waren", "werkte", "werkten", "studeerde"])
_ENDORSED = ("recommends", "praise", "endorses", "endorsing", "uses-it", "made-by", "composed-by", "according-to")
_SUBSTANCES = ("nutrient", "mineral-form")
_COMPLAINTS = frozenset(["complaint", "condition", "side_effect", "fatigue"])
_PLAIN_FUNCTIONS = frozenset(["working", "normal", "less", "maintenance"])


def apply_classifier(sentence: ParsedSentence, judgement: Judgement, model: Model) -> Judgement:
    """Judgement corrected by the model; a strong contradiction becomes a question for a person (severity "warn")."""
    words = sum(token.text.isalpha() for token in sentence.tokens)
    is_free = sentence.list_intro is None or sentence.is_listed_use
    if words < _MIN_WORDS_OF_A_SLOGAN or not is_free:
        return judgement
    is_blocked = judgement.severity == "block"
    found = {} if is_blocked else _evidence(sentence)
    if not is_blocked and not found:
        return _review_slogan(sentence, judgement, model)
    if words < _MIN_WORDS and not is_blocked and not (sentence.is_closed and _names_more(found)):
        return judgement  # `Magnesium phosphate.`
    opinion = model.classify(sentence.tokens, sentence.named)
    if opinion is None:
        return judgement
    if is_blocked:
        return _review_block(sentence, judgement, opinion)
    return _review_permission(sentence, judgement, opinion, found, model)


def _review_permission(
    sentence: ParsedSentence, judgement: Judgement, opinion: Opinion, found: Mapping[int, Mention], model: Model
) -> Judgement:
    """Judgement that blocks nothing, worsened where the model is sure enough for the evidence that was found."""
    verdict, chance = opinion.likeliest(forbidden=False)
    is_doubtful = judgement.severity == "ok" and _reason_of(judgement) == "neutral"
    is_doubtful = is_doubtful and verdict == "authorised" and chance >= _AUTHORISED_FROM and sentence.has(*_LINKS)
    if opinion.forbidden < _BLOCK_WARNED_FROM and not is_doubtful:
        return judgement  # below the lowest threshold
    evidence = _strongest(found, model.weights_against(sentence.tokens))
    if opinion.forbidden >= _block_threshold(sentence, judgement, evidence):
        return _with_ground(judgement, opinion.likeliest(forbidden=True)[0], "block", "resembles", evidence)
    if is_doubtful:
        return _with_ground(judgement, verdict, "warn", "authorised-doubtful", evidence)
    if opinion.forbidden >= _ask_threshold(sentence, judgement, evidence):
        return _with_ground(judgement, verdict, "warn", "unclear", evidence)
    return judgement


def _review_slogan(sentence: ParsedSentence, judgement: Judgement, model: Model) -> Judgement:
    """Judgement that blocks nothing, on a sentence without a word of body, effect or goods.

    A figure of speech promises without such a word (`Wake up like it's Saturday`). A person is asked where the model is
    sure enough, and where nothing explains the sentence: no word of shop, law, food, use, or another field, no number.
    It never blocks, since so few words prove nothing.
    """
    is_judged = judgement.severity != "ok" or _reason_of(judgement) != "neutral" or sentence.has(*_SUBSTANCES)
    if is_judged or any(topic.concept.kind in _COMPLAINTS for topic in sentence.topics):
        return judgement
    explained = explanations(sentence)
    if explained > 1 or (len(sentence.tokens) < _MIN_WORDS and not sentence.is_closed):
        return judgement  # `Skip this option`: a label has no full stop
    opinion = model.classify(sentence.tokens, sentence.named)
    speaks_of_reader = any(token.text in _READER for token in sentence.tokens)
    limit = _ASK_READER_FROM if speaks_of_reader else _ASK_SLOGAN_FROM
    limit = _ASK_HALF_EXPLAINED_FROM if explained else limit
    limit = _ASK_FIELD_FROM if sentence.is_of_another_field else limit
    is_plain = sentence.is_question or not sentence.is_closed or len(sentence.tokens) == _MIN_WORDS_OF_A_SLOGAN
    limit = max(limit, _ASK_OPEN_FROM) if is_plain else limit
    if opinion is None or opinion.forbidden < limit:
        return judgement
    return _with_ground(judgement, "neutral", "warn", "reads-like-a-slogan", ())


def _evidence(sentence: ParsedSentence) -> dict[int, Mention]:
    """Mentions of body, effect and product by their first token; none in the name of a product or a row of names."""
    if sentence.is_of_other_goods or sentence.is_of_another_field or sentence.is_about_handling:
        return {}
    if _is_product_name(sentence) or _is_row_of_names(sentence):
        return {}
    elsewhere = sentence.has("trade", "shop-world") or sentence.has_other_bearer
    counting = _EVIDENCE - _ALSO_OF_SHOPS if elsewhere else _EVIDENCE | _WEAK_EVIDENCE
    if sentence.warns_of_medicine:
        counting -= _ALSO_OF_WARNINGS
    if _tells_a_life(sentence):
        counting -= _EXPERTS
    # Of several mentions at one word the last counts: one of the body, whatever the order of the data.
    in_order = sorted(sentence.mentions, key=lambda one: (_names_body(one.concept), one.concept.id))
    return {
        mention.first: mention
        for mention in in_order
        if (_names_body(mention.concept) or mention.concept.kind == "substance" or mention.concept.id in counting)
        and mention.concept.kind not in _JUDGED_BY_RULES
        and not sentence.is_everyday(mention)
        and not sentence.is_said_of_others(mention)
        and not sentence.is_state_of_another(mention)
        and not sentence.is_of_shop_matter(mention)
        and not _is_of_setting(sentence, mention)
    }


def _tells_a_life(sentence: ParsedSentence) -> bool:
    """Whether a professional is in the life of somebody of the shop: `Our founder worked in a hospital pharmacy`."""
    texts = {token.text for token in sentence.tokens}
    if not sentence.has("other-bearer") or _PAST.isdisjoint(texts) or not _READER.isdisjoint(texts):
        return False
    return not sentence.has(*OFFERED, *OTHER_GOODS, *_STRONG_EVIDENCE, *_ENDORSED)


def _is_of_setting(sentence: ParsedSentence, mention: Mention) -> bool:
    """Whether a word belongs to the kitchen, machine or story that the sentence is set in."""
    if mention.concept.kind in TOPICS:
        return sentence.is_of_setting(mention)
    return sentence.is_set_elsewhere and not _names_body(mention.concept)


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


def _names_more(found: Mapping[int, Mention]) -> bool:
    """Whether the evidence is more than names of substances."""
    return any(
        mention.concept.kind != "substance" and mention.concept.id not in _SUBSTANCES for mention in found.values()
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
    is_plain = is_plain or states_fact or sentence.is_warning or sentence.is_application or sentence.is_definition
    is_plain = is_plain or any(topic.concept.kind in _JUDGED_BY_RULES for topic in sentence.topics)
    if _reason_of(judgement) != "neutral" or is_plain:
        asks_first = _reason_of(judgement) == "safety" and _asks_before_use(sentence)
        is_caution = asks_first or _keeps_a_medicine(sentence)
        return _BLOCK_NEVER if is_caution else _BLOCK_EXPLAINED_FROM
    if sentence.has("trade", "shop-world") and all(is_about_the_shop(sentence, topic) for topic in sentence.topics):
        return _BLOCK_TRADE_FROM
    if all(one.concept.id == "gone" and sentence.tokens[one.first].text in _BARE_LACK for one in evidence):
        return _BLOCK_ON_LACK_FROM
    return _threshold_on(sentence, evidence)


def _keeps_a_medicine(sentence: ParsedSentence) -> bool:
    """Whether the reader is told at once not to change a medicine: `Never halve your medication`."""
    begins = any(not mention.first for mention in sentence.mentions_of("not-use"))
    return begins and sentence.has("medicine", "pills") and not sentence.has(*OFFERED)


def _asks_before_use(sentence: ParsedSentence) -> bool:
    """Whether a clause begins by sending the reader to a professional before use: `If you have asthma, ask …`.

    The more diseases such a caution names, the more it resembles a claim on them.
    """
    if not sentence.refers_to_professional or not any(token.text in _BEFORE for token in sentence.tokens):
        return False
    begins = {segment.first for segment in sentence.segments}
    return any(mention.first in begins for mention in sentence.mentions_of("ask", "consult"))


def _threshold_on(sentence: ParsedSentence, evidence: Sequence[Mention]) -> float:
    """Likelihood from which the model blocks where the rules found nothing, by the concepts that are evidence."""
    names = frozenset(mention.concept.id for mention in evidence)
    if names <= _EXPERTS:
        return _BLOCK_ON_EXPERTS_FROM
    if _is_bare(sentence):
        speaks_of_reader = any(token.text in _READER for token in sentence.tokens)
        return _BLOCK_BARE_READER_FROM if speaks_of_reader else _BLOCK_BARE_FROM
    if sentence.has("children") and sentence.has("dosage"):
        return _ASK_UNEXPLAINED_GOODS_FROM
    return _BLOCK_FROM if names - _WEAK_EVIDENCE - {*OFFERED} else _BLOCK_ON_GOODS_FROM


def _is_bare(sentence: ParsedSentence) -> bool:
    """Whether the sentence names no topic, no goods, no substance and nobody who takes something."""
    if sentence.has(*OFFERED, *OTHER_GOODS, *_STRONG_EVIDENCE):
        return False
    return not any(_names_body(mention.concept) or mention.concept.kind == "substance" for mention in sentence.mentions)


def _ask_threshold(sentence: ParsedSentence, judgement: Judgement, evidence: Sequence[Mention]) -> float:
    """Likelihood from which a person is asked, where only the kind of evidence keeps the model from blocking."""
    if _block_threshold(sentence, judgement, evidence) not in _BY_EVIDENCE:
        return _BLOCK_NEVER
    names = frozenset(mention.concept.id for mention in evidence)
    may_be_label = sentence.is_question or not sentence.is_closed or explanations(sentence) > 0
    if names - _WEAK_EVIDENCE - {*OFFERED}:
        return _ASK_FROM if may_be_label else _ASK_UNEXPLAINED_FROM
    return _ASK_ON_GOODS_FROM if may_be_label else _ASK_UNEXPLAINED_GOODS_FROM


def _with_ground(
    judgement: Judgement, verdict: Verdict, severity: Severity, reason: str, mentions: tuple[Mention, ...]
) -> Judgement:
    return replace(judgement, verdict=verdict, severity=severity, ground=Ground(verdict, severity, reason, mentions))
