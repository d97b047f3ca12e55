"""Spans: places of words in a sentence, as ranges of token indices, and the clauses and rows of topics they end in."""

from collections.abc import Iterable, Iterator
from itertools import pairwise

from recommend.claims.lexicon import Mention
from recommend.claims.segments import AND
from recommend.claims.sentence import ParsedSentence

Spans = list[range]
"""Places of passages."""

TURNS = frozenset(["maar", "toch", "doch", "echter", "hoewel", "ofschoon", "terwijl", "dus", "al"]) | (
    frozenset(["but", "yet", "still", "however", "although", "though", "while", "so", "nevertheless"])
)
"""Words that take back what a report says, or draw a conclusion from it."""
NEGATIONS = frozenset(["niet", "geen", "nooit", "niets", "niemand", "not", "no", "never", "nothing", "nobody"])
CONJUNCTIONS = frozenset(["en", "and"])
SMALL = frozenset(["de", "het", "een", "the", "a", "an", "high", "hoge", "lage", "low", "human", "menselijke", "any"])
OURS = frozenset(["onze", "ons", "our", "ours"])
REASONS = frozenset(["want", "omdat", "because", "since", "aangezien"])
READER = frozenset(["je", "jij", "jou", "jouw", "u", "uw", "you", "your", "yours", "mijn", "my"])
_FALLING = frozenset(["fall", "falls", "fell", "feel", "feels", "call", "report", "off", "in", "thuis", "day", "days"])
FAR, NEAR = 6, 3  # words
MANY = 2
OF_TAKING = ("dosage", "takers", "suffering", "deficiency", "not-taking", "use-heading", "night", "turning-point")
"""Concepts of those who take the goods, when, and what for."""


def words_at(sentence: ParsedSentence, places: Iterable[int]) -> set[str]:
    """Words at these places; a place before or behind the sentence has none."""
    return {sentence.tokens[place].text for place in places if 0 <= place < len(sentence.tokens)}


def all_words(sentence: ParsedSentence) -> set[str]:
    """All words of a sentence, and its stops."""
    return {token.text for token in sentence.tokens}


def places_outside(sentence: ParsedSentence, spans: Iterable[range]) -> list[int]:
    """Places of the words outside all spans, in order."""
    inside = {place for span in spans for place in span}
    return [place for place in range(len(sentence.tokens)) if place not in inside]


def span_of(mention: Mention) -> range:
    """Places of a mention."""
    return range(mention.first, mention.last + 1)


def quotations(sentence: ParsedSentence) -> Spans:
    """Places of the words between quotation marks, one span for each quotation."""
    places: dict[int, list[int]] = {}
    for place, token in enumerate(sentence.tokens):
        if token.quotation:
            places.setdefault(token.quotation, []).append(place)
    return [range(inside[0], inside[-1] + 1) for inside in places.values()]


def quoted_places(sentence: ParsedSentence) -> set[int]:
    """Places of all words between quotation marks."""
    return {place for span in quotations(sentence) for place in span}


def whole(sentence: ParsedSentence, mention: Mention) -> range:
    """Places of a mention and of the topics that share a word with it: `sick days`."""
    sharing = [one for one in sentence.topics if one.first <= mention.last and one.last >= mention.first]
    return range(
        min((one.first for one in sharing), default=mention.first), max([mention.last, *(t.last for t in sharing)]) + 1
    )


def illnesses(sentence: ParsedSentence) -> list[Mention]:
    """Mentions of illness as such, none of them part of a named disease: not `Alzheimer's disease`, but `fall ill`."""
    named = [one for one in sentence.topics if one.concept.kind in ("complaint", "condition")]
    found = []
    for illness in sentence.mentions_of("illness-as-such"):
        beside = [one for one in named if one.first <= illness.last + 1 and one.last >= illness.first - 1]
        more = {place for one in beside for place in span_of(one)} - set(span_of(illness))
        if words_at(sentence, more) <= _FALLING:
            found.append(illness)
    return found


def has_outside(sentence: ParsedSentence, spans: Iterable[range], *concepts: str) -> bool:
    """Whether one of the concepts is named outside the spans."""
    inside = {place for span in spans for place in span}
    return any(one.first not in inside for one in sentence.mentions_of(*concepts))


def names(sentence: ParsedSentence, first: int, after: int, concept: str) -> bool:
    """Whether a mention of a concept starts from `first` up to `after`."""
    return bool(sentence.mentions_between(concept, first, after - 1))


def clauses(sentence: ParsedSentence) -> Iterator[tuple[int, int]]:
    """First place and end of each clause between stops, "and", turns and reasons."""
    joints = [
        place
        for place, token in enumerate(sentence.tokens)
        if token.is_stop or token.text in CONJUNCTIONS or token.text in TURNS or token.text in REASONS
    ]
    for before, after in pairwise([-1, *joints, len(sentence.tokens)]):
        yield before + 1, after


def end_of_clause(sentence: ParsedSentence, first: int, stops: Iterable[int] = ()) -> int:
    """Place of the next stop, "and" or turn from `first`, or of the first of `stops`; the end of the sentence else."""
    stopping = set(stops)
    for place in range(first, len(sentence.tokens)):
        token = sentence.tokens[place]
        if token.is_stop or token.text in CONJUNCTIONS or token.text in TURNS or place in stopping:
            return place
    return len(sentence.tokens)


def end_of_topics(sentence: ParsedSentence, first: int) -> int:
    """End of a row of topics, with their commas, joints and articles; `first` where there is no topic."""
    end = place = first
    while place < len(sentence.tokens):
        token = sentence.tokens[place]
        if place in sentence.topic_places:
            end = place + 1
        elif not (token.text == "," or token.text in AND or token.text in SMALL):
            break
        place += 1
    return end
