"""Words of a sentence and the concepts that they name."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Self

from recommend.claims.lexicon import Lexicon, Mention
from recommend.claims.records import TOPICS
from recommend.claims.tokens import Token
from recommend.text import LANGUAGES

PROMISES = ("medical", "benefit", "contribute", "good-for", "against")
"""Concepts of verbs and prepositions that promise an effect."""
EFFECTS = (*PROMISES, "mild-benefit")
"""Concepts that assert an effect, mild ones ("keeps", "supports") included."""
OFFERED = ("nutrient", "mineral-form", "product")
"""Concepts that name the goods: magnesium, one of its forms, or the product."""
OTHER_GOODS = ("other-nutrient", "other-ingredient")
"""Concepts that name what a supplement may contain beside magnesium."""
OWN_CLAIM = ("contribute", "benefit", "medical", "against", "good-for", "gone", "suffering")
"""Concepts by which an item of a list makes a claim by itself."""
REASONS_FOR_A_DOCTOR = frozenset(["complaint", "condition", "side_effect", "fatigue"])
"""Kinds of topics for which a doctor is seen."""
_TREATED_WITHIN = 3  # words from a medicine to "against" or "for"
_ENDINGS = ("", "e", "n", "s", "en", "heid", "ness")


class SentenceWords:
    """Tokens of one sentence with their mentions; `named` are the ids of the concepts mentioned.

    `list_intro` is the line that introduces the list of which this sentence is an item; None for any other sentence,
    and for an item that asserts an effect itself.
    """

    def __init__(self, tokens: Sequence[Token], lexicon: Lexicon, list_intro: Self | None = None) -> None:
        self.tokens = tokens
        self.mentions = lexicon.mentions(tokens)
        self.language = lexicon.language
        self._everyday_words = lexicon.everyday
        self._by_concept: dict[str, list[Mention]] = defaultdict(list)
        self._firsts: dict[str, list[int]] = {}
        for mention in self.mentions:
            self._by_concept[mention.concept.id].append(mention)
        self.named = frozenset(self._by_concept)
        self.list_intro = list_intro if list_intro and not self._claims_by_itself() else None

    def mentions_of(self, *concepts: str) -> list[Mention]:
        """Mentions of these concepts, concept by concept."""
        if self.named.isdisjoint(concepts):
            return []  # as nearly always
        return [mention for concept in concepts for mention in self._by_concept.get(concept, ())]

    def has(self, *concepts: str) -> bool:
        """Whether the sentence names one of these concepts."""
        return not self.named.isdisjoint(concepts)

    def has_all(self, concepts: Iterable[str]) -> bool:
        """Whether the sentence names all of these concepts."""
        return self.named.issuperset(concepts)

    def mentions_between(self, concept: str, low: int, high: int) -> list[Mention]:
        """Mentions of a concept whose first token index is from `low` to `high`, in order."""
        row = self._by_concept.get(concept, [])
        if concept not in self._firsts:
            self._firsts[concept] = [mention.first for mention in row]
        firsts = self._firsts[concept]
        return row[bisect_left(firsts, low) : bisect_right(firsts, high)]

    def has_near(self, mention: Mention, distance: int, *concepts: str) -> bool:
        """Whether one of the concepts starts at most `distance` tokens before the mention or after its end."""
        low, high = mention.first - distance, mention.last + distance
        return any(self.mentions_between(concept, low, high) for concept in concepts)

    def has_in_context(self, *concepts: str) -> bool:
        """Whether the sentence, or the line that introduces its list, names one of these concepts."""
        return self.has(*concepts) or bool(self.list_intro and self.list_intro.has(*concepts))

    def _claims_by_itself(self) -> bool:
        """Whether the words make a claim without the line above them; not `medicines for high blood pressure`."""
        treated = {
            place
            for one in self.mentions_of("medicine", "drug")
            for place in range(one.last, one.last + _TREATED_WITHIN)
        }
        return any(one.first not in treated for one in self.mentions_of(*OWN_CLAIM))

    @cached_property
    def topics(self) -> list[Mention]:
        """Mentions of topics (complaints, effects, organs), in order."""
        return [mention for mention in self.mentions if mention.concept.kind in TOPICS]

    @cached_property
    def topic_places(self) -> frozenset[int]:
        """Indices of the tokens that belong to a topic."""
        return frozenset(place for topic in self.topics for place in range(topic.first, topic.last + 1))

    @property
    def is_question(self) -> bool:
        """Whether the sentence ends in a question mark."""
        return bool(self.tokens) and self.tokens[-1].text == "?"

    def words(self, mentions: Iterable[Mention]) -> str:
        """Quoted words of the mentions, at most six, for the reason of a finding; nested mentions are left out."""
        spans = sorted({(mention.first, -mention.last) for mention in mentions})
        texts: list[str] = []
        reached = -1
        for first, minus_last in spans:
            if -minus_last > reached:  # a mention inside a longer one adds no words
                texts.append(" ".join(token.text for token in self.tokens[first : 1 - minus_last]))
                reached = -minus_last
        return ", ".join(f"“{text}”" for text in dict.fromkeys(texts[:6]))

    def marks(self, mentions: Iterable[Mention]) -> tuple[tuple[int, int], ...]:
        """Source positions (start, end) of the mentions, sorted."""
        places = {(self.tokens[mention.first].start, self.tokens[mention.last].end) for mention in mentions}
        return tuple(sorted(places))

    def is_whole_word(self, mention: Mention) -> bool:
        """Whether the mention is a whole word, not part of a compound such as `krampverlichting`."""
        word = self.tokens[mention.first].text
        phrases = [phrase.strip("=*") for language in LANGUAGES for phrase in mention.concept.phrases(language)]
        return any(word.startswith(phrase) and word[len(phrase) :] in _ENDINGS for phrase in phrases)

    @cached_property
    def names_suffering(self) -> bool:
        """Whether the sentence names suffering (`last van …`) outside a topic such as `moeite met ademen`."""
        return any(mention.first not in self.topic_places for mention in self.mentions_of("suffering"))
