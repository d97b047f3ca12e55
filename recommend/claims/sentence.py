"""One unit as the check reads it: its words, the concepts they name, and the segments between stops and contrasts."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from recommend.claims.lexicon import Lexicon, Mention
from recommend.claims.records import TOPICS
from recommend.claims.tokens import Token
from recommend.text import LANGUAGES

PROMISES = ("medical", "benefit", "contribute", "good-for", "against")
EFFECTS = (*PROMISES, "mild-benefit")
OFFERED = ("nutrient", "mineral-form", "product")
_SAFETY = ("consult", "not-use", "caution", "excess")
_TREATED_WITHIN = 5  # so many words after a medicine may say what it is for
_NEGATION_DISTANCE = 3
_DOUBT_DISTANCE = 3
_AND = ("en", "and", "of", "or", "noch", "nor")
_REASONS_FOR_A_DOCTOR = frozenset(["complaint", "condition", "side_effect", "fatigue"])
_ENDINGS = ("", "e", "n", "s", "en", "heid", "ness")


@dataclass
class Segment:
    """A stretch without a stop or a "but" inside."""

    first: int
    last: int
    after_contrast: bool
    denied: bool = False
    effects: list[Mention] = field(default_factory=list)  # those asserted here

    @property
    def has_effect(self) -> bool:
        return bool(self.effects)

    @cached_property
    def promises(self) -> frozenset[str]:
        return frozenset(effect.concept.id for effect in self.effects if effect.concept.id in PROMISES)


class ParsedSentence:
    def __init__(self, tokens: Sequence[Token], lexicon: Lexicon, list_intro: "ParsedSentence | None" = None) -> None:
        self.tokens = tokens
        self.mentions = lexicon.mentions(tokens)
        self._by_concept: dict[str, list[Mention]] = defaultdict(list)
        self._firsts: dict[str, list[int]] = {}
        for mention in self.mentions:
            self._by_concept[mention.concept.id].append(mention)
        self._named = frozenset(self._by_concept)
        self.list_intro = list_intro if list_intro and not self.has("contribute", "benefit", "medical") else None
        self.segments = self._cut_segments()
        self._segment_at = self._segment_numbers()
        self._mark_denied()

    def mentions_of(self, *concepts: str) -> list[Mention]:
        return [mention for concept in concepts for mention in self._by_concept.get(concept, ())]

    def has(self, *concepts: str) -> bool:
        return not self._named.isdisjoint(concepts)

    def mentions_between(self, concept: str, low: int, high: int) -> list[Mention]:
        """The mentions of a concept that begin at token `low` to `high`; they stand in order of place."""
        row = self._by_concept.get(concept, [])
        if concept not in self._firsts:
            self._firsts[concept] = [mention.first for mention in row]
        firsts = self._firsts[concept]
        return row[bisect_left(firsts, low) : bisect_right(firsts, high)]

    def has_near(self, mention: Mention, distance: int, *concepts: str) -> bool:
        """Whether one of the concepts begins so many tokens before the mention, or after its end."""
        low, high = mention.first - distance, mention.last + distance
        return any(self.mentions_between(concept, low, high) for concept in concepts)

    def has_in_context(self, *concepts: str) -> bool:
        """Like `has`, but an item of a list has also what the line before the list says."""
        return self.has(*concepts) or bool(self.list_intro and self.list_intro.has(*concepts))

    @cached_property
    def topics(self) -> list[Mention]:
        return [mention for mention in self.mentions if mention.concept.kind in TOPICS]

    @cached_property
    def is_warning(self) -> bool:
        return self.has_in_context(*_SAFETY) or self.refers_to_professional

    @cached_property
    def refers_to_professional(self) -> bool:
        """Whether the unit sends someone to a doctor or pharmacist."""
        if self.has_in_context("consult"):
            return True
        if not self.has_in_context("professional", "your-professional"):
            return False
        if self.has_in_context("ask", "your-professional"):
            return self.has("your-professional") or not self.has("professionals")
        named = any(mention.concept.kind in _REASONS_FOR_A_DOCTOR for mention in self.topics)
        return named and not self.has(*OFFERED, "recommends", "praise", "professionals")

    @property
    def is_question(self) -> bool:
        return bool(self.tokens) and self.tokens[-1].text == "?"

    @cached_property
    def expresses_doubt(self) -> bool:
        """Whether it says that something is not proven, not decided or may not be doubtable."""
        return self.has("denial", "undecided") or bool(self._doubted_mentions())

    def segment(self, mention: Mention) -> Segment:
        return self.segments[self._segment_at[mention.first]]

    def words(self, mentions: Iterable[Mention]) -> str:
        spans = sorted({(mention.first, -mention.last) for mention in mentions})
        texts: list[str] = []
        reached = -1
        for first, minus_last in spans:
            if -minus_last > reached:  # a word inside a longer one is doubtable already
                texts.append(" ".join(token.text for token in self.tokens[first : 1 - minus_last]))
                reached = -minus_last
        return ", ".join(f"“{text}”" for text in dict.fromkeys(texts[:6]))

    def marks(self, mentions: Iterable[Mention]) -> tuple[tuple[int, int], ...]:
        places = {(self.tokens[mention.first].start, self.tokens[mention.last].end) for mention in mentions}
        return tuple(sorted(places))

    def segment_start(self, place: int) -> int:
        """Where the segment of a token begins; the last one's beginning for a place past the end."""
        return self.segments[self._segment_at[min(place, len(self.tokens) - 1)]].first

    def is_whole_word(self, mention: Mention) -> bool:
        """Whether the mention is no part of a longer compound, such as `krampverlichting`."""
        word = self.tokens[mention.first].text
        phrases = [phrase.strip("=*") for language in LANGUAGES for phrase in mention.concept.phrases(language)]
        return any(word.startswith(phrase) and word[len(phrase) :] in _ENDINGS for phrase in phrases)

    def promises(self, mention: Mention) -> frozenset[str]:
        """What is promised in the same breath."""
        return self.segment(mention).promises

    def is_treated_by_medicine(self, mention: Mention) -> bool:
        """`tablets against high blood pressure`: what someone's medicine is for."""
        return bool(self.mentions_between("medicine", mention.first - _TREATED_WITHIN, mention.first - 1))

    @cached_property
    def topic_places(self) -> frozenset[int]:
        return frozenset(place for topic in self.topics for place in range(topic.first, topic.last + 1))

    @cached_property
    def names_suffering(self) -> bool:
        """`Last van …`, but not the words inside `moeite met ademen`."""
        return any(mention.first not in self.topic_places for mention in self.mentions_of("suffering"))

    def _assert_effects(self) -> None:
        """Give each segment its effects, but not those of a medicine someone takes."""
        treated = {
            place for mention in self.mentions_of("medicine") for place in range(mention.first, mention.last + 1)
        }
        for mention in self.mentions_of(*EFFECTS):
            after_medicine = mention.concept.id == "against" and {mention.first - 1, mention.first - 2} & treated
            if mention.first not in treated and not after_medicine and not self._negated(mention):
                self.segment(mention).effects.append(mention)

    def _cut_segments(self) -> list[Segment]:
        protected = {
            place for one in self.mentions_of("denial", "undecided") for place in range(one.first, one.last + 1)
        }
        contrasts = {mention.first for mention in self.mentions_of("but")} - protected  # `is still being studied`
        actions = {mention.first for mention in self.mentions_of("contribute", "benefit", "medical")}
        segments = [Segment(0, -1, False)]
        for place, token in enumerate(self.tokens):
            joins = token.text in ("en", "and") and (place + 1 in actions or place + 2 in actions)
            if token.is_stop or joins:
                segments.append(Segment(place + 1, place, False))
            elif place in contrasts:
                segments.append(Segment(place, place, True))
            segments[-1].last = place
        return segments

    def _segment_numbers(self) -> list[int]:
        at = [0] * (len(self.tokens) + 1)
        for number, segment in enumerate(self.segments):
            for place in range(segment.first, segment.last + 1):
                at[place] = number
        for place, token in enumerate(self.tokens):  # a stop belongs to what it ends
            if token.is_stop and place:
                at[place] = at[place - 1]
        return at

    def _negated(self, effect: Mention) -> bool:
        """Whether a negation stands near, without a joint such as "if" between the two."""
        segment = self.segment(effect)
        for negation in self.mentions_between(
            "not", effect.first - _NEGATION_DISTANCE, effect.last + _NEGATION_DISTANCE
        ):
            low, high = sorted((negation.first, effect.first))
            joined = self.mentions_between("conditional", low + 1, high - 1) or self.mentions_between(
                "against", low + 1, high - 1
            )
            if self.segment(negation) is segment and not joined:
                return True
        return False

    def _mark_denied(self) -> None:
        """Mark the segments in which an effect is denied."""
        self._assert_effects()
        weak = {id(self.segment(mention)) for mention in self.mentions_of("no-medicine")}
        for mention in self.mentions_of(*EFFECTS, "role"):
            if self._negated(mention) and not self.segment(mention).has_effect:
                weak.add(id(self.segment(mention)))
        for chain in self._verb_lists():
            if any(id(segment) in weak for segment in chain):
                weak.update(map(id, chain))
        forward = {id(self.segment(mention)) for mention in self.mentions_of("not-intended")}
        both = {
            id(self.segment(mention))
            for mention in [*self.mentions_of("denial", "undecided"), *self._doubted_mentions()]
        }
        carried = reaching = False
        for segment in self.segments:
            if segment.after_contrast:
                carried = reaching = False
            reaching = reaching or id(segment) in forward or id(segment) in both
            carried = id(segment) in weak or (carried and not segment.has_effect)
            segment.denied = reaching or carried
        self._mark_denied_backwards(both)

    def _doubted_mentions(self) -> list[Mention]:
        """`Hardly any evidence`, `we never say`: proof or speech beside a negation; but one buyer may say anything."""
        is_first_person = any(token.text in ("ik", "i") for token in self.tokens)
        doubtable = self.mentions_of("proof", *([] if is_first_person else ["speech"]))
        return [one for one in doubtable if any(self._has_in_segment(one, concept) for concept in ("not", "scant"))]

    def _has_in_segment(self, mention: Mention, concept: str) -> bool:
        words = self.mentions_between(concept, mention.first - _DOUBT_DISTANCE, mention.last + _DOUBT_DISTANCE)
        return any(self.segment(word) is self.segment(mention) for word in words)

    def _verb_lists(self) -> list[list[Segment]]:
        """Segments joined into one list of verbs: `geneest, behandelt of voorkomt geen ziekte`."""
        starts = {mention.first for mention in self.mentions_of(*EFFECTS)}
        ends = {mention.last for mention in self.mentions_of(*EFFECTS)}
        chains: list[list[Segment]] = []
        for before, after in pairwise(self.segments):
            last = before.last - (1 if before.last >= 0 and self.tokens[before.last].is_stop else 0)
            first = after.first + (1 if after.last > after.first and self.tokens[after.first].text in _AND else 0)
            if last in ends and first in starts:
                if chains and chains[-1][-1] is before:
                    chains[-1].append(after)
                else:
                    chains.append([before, after])
        return chains

    def _mark_denied_backwards(self, both: set[int]) -> None:
        reaching = False
        for segment in reversed(self.segments):
            reaching = reaching or id(segment) in both
            segment.denied = segment.denied or reaching
            if segment.after_contrast:
                reaching = False
