"""Segments of a sentence between stops and contrasts ("but"), and which of them are denied."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Self

from recommend.claims.lexicon import Lexicon, Mention
from recommend.claims.reversals import strengthens_by_denying
from recommend.claims.sentence_words import EFFECTS, OFFERED, PROMISES, SentenceWords
from recommend.claims.tokens import Token

_TREATED_WITHIN = 5  # words after a medicine that may name the complaint it treats
_NEGATION_DISTANCE = 3
_DOUBT_DISTANCE = 3
_NO = frozenset(["geen", "no"])
_EXCEPTING = frozenset(["behalve", "tenzij", "zonder", "ander", "andere", "anders", "totdat", "tot", "nu", "dan"]) | (
    frozenset(["except", "unless", "without", "other", "until", "now", "but", "halfway", "than", "only", "alleen"])
)
_GOODS_WITHIN = 2  # words behind "no" that name the goods: `no food supplement`
AND = ("en", "and", "of", "or", "noch", "nor")


@dataclass
class Segment:
    """Part of a sentence without a stop or a "but" inside; token indices from `first` up to and including `last`.

    `denied`: the sentence denies the effects in this segment. `effects` are the asserted ones.
    """

    first: int
    last: int
    after_contrast: bool
    denied: bool = False
    effects: list[Mention] = field(default_factory=list)

    @property
    def has_effect(self) -> bool:
        """Whether an effect is asserted in this segment."""
        return bool(self.effects)

    @cached_property
    def promises(self) -> frozenset[str]:
        """Ids of the promised effects in this segment."""
        return frozenset(effect.concept.id for effect in self.effects if effect.concept.id in PROMISES)


class SegmentedSentence(SentenceWords):
    """Sentence in segments; `is_closed`: the text ends in a full stop or a like sign, as a label seldom does."""

    def __init__(
        self, tokens: Sequence[Token], lexicon: Lexicon, list_intro: Self | None = None, *, is_closed: bool = False
    ) -> None:
        super().__init__(tokens, lexicon, list_intro)
        self.is_closed = is_closed
        self.segments = self._cut_segments()
        self._segment_at = self._segment_numbers()
        self._mark_denied()

    def segment(self, mention: Mention) -> Segment:
        """Segment in which a mention starts."""
        return self.segments[self._segment_at[mention.first]]

    def segment_start(self, place: int) -> int:
        """First token index of the segment of a token; of the last segment for an index past the end."""
        return self.segments[self._segment_at[min(place, len(self.tokens) - 1)]].first

    def promises(self, mention: Mention) -> frozenset[str]:
        """Ids of the effects promised in the segment of the mention."""
        return self.segment(mention).promises

    def is_treated_by_medicine(self, mention: Mention) -> bool:
        """Whether a medicine is for this complaint: `tablets against high blood pressure`, not `no medicine, but …`."""
        denied = {place for one in self.mentions_of("no-medicine") for place in range(one.first, one.last + 1)}
        medicines = self.mentions_between("medicine", mention.first - _TREATED_WITHIN, mention.first - 1)
        return any(medicine.first not in denied for medicine in medicines)

    @cached_property
    def expresses_doubt(self) -> bool:
        """Whether the sentence calls something unproven, undecided or not permitted to say."""
        if self.strengthens_by_denying:
            return False
        return self.has("denial", "undecided") or bool(self._doubted_mentions())

    @cached_property
    def strengthens_by_denying(self) -> bool:
        """Whether a negation makes the effect greater: `No pill works so fast`."""
        return strengthens_by_denying(self)

    def _assert_effects(self) -> None:
        """Give each segment its asserted effects; the effects of a medicine do not count."""
        treated = {
            place for mention in self.mentions_of("medicine") for place in range(mention.first, mention.last + 1)
        }
        for mention in self.mentions_of(*EFFECTS):
            after_medicine = mention.concept.id == "against" and {mention.first - 1, mention.first - 2} & treated
            is_denied = self._negated(mention) and not self.strengthens_by_denying
            if mention.first not in treated and not after_medicine and not is_denied:
                self.segment(mention).effects.append(mention)

    def _cut_segments(self) -> list[Segment]:
        """Segments of the sentence, cut at stops, contrasts, and "and" before an effect."""
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
        """Number of the segment of each token; a stop belongs to the segment that it ends."""
        at = [0] * (len(self.tokens) + 1)
        for number, segment in enumerate(self.segments):
            for place in range(segment.first, segment.last + 1):
                at[place] = number
        for place, token in enumerate(self.tokens):
            if token.is_stop and place:
                at[place] = at[place - 1]
        return at

    def _negated(self, effect: Mention) -> bool:
        """Whether a negation is near the effect in its segment, without a joint such as "if" between them."""
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
        return self._is_denied_of_goods(effect)

    def _is_denied_of_goods(self, effect: Mention) -> bool:
        """Whether no goods at all have the effect: `Geen voedingssupplement kan een ziekte genezen`, none excepted."""
        if not _EXCEPTING.isdisjoint(token.text for token in self.tokens):
            return False
        for negation in self.mentions_between("not", self.segment(effect).first, effect.first - 1):
            goods = range(negation.last + 1, negation.last + 1 + _GOODS_WITHIN)
            named = any(one.first in goods for one in self.mentions_of("product", "nutrient"))
            if (
                self.tokens[negation.first].text in _NO
                and named
                and not self.mentions_between("conditional", negation.last + 1, effect.first - 1)
                and not self.mentions_between("but", negation.last + 1, effect.first - 1)
            ):
                return True
        return False

    def _mark_denied(self) -> None:
        """Mark the segments in which an effect is denied."""
        self._assert_effects()
        if self.strengthens_by_denying:
            return
        weak = {id(self.segment(one)) for one in self.mentions_of("no-medicine") if not self._makes_way_for_goods(one)}
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

    def _makes_way_for_goods(self, no_medicine: Mention) -> bool:
        """Whether the goods and their effect follow without a stop: `Although it is no medicine our tablets cure …`."""
        segment = self.segment(no_medicine)
        goods = [one.first for one in self.mentions_of(*OFFERED) if no_medicine.last < one.first <= segment.last]
        return bool(goods) and any(effect.first > min(goods) for effect in segment.effects)

    def _doubted_mentions(self) -> list[Mention]:
        """Mentions of proof or speech next to a negation: `hardly any evidence`, `we never say`.

        Speech in the first person singular does not count: it may be a customer's.
        """
        is_first_person = any(token.text in ("ik", "i") for token in self.tokens)
        doubtable = self.mentions_of("proof", *([] if is_first_person else ["speech"]))
        return [
            one
            for one in doubtable
            if self._ends_in_doubt(one) or any(self._has_in_segment(one, concept) for concept in ("not", "scant"))
        ]

    def _ends_in_doubt(self, proof: Mention) -> bool:
        """Whether the sentence is proof, a clause and its denial: `Evidence that it helps … is insufficient`."""
        if proof.concept.id != "proof" or proof.first > 1:
            return False
        end = len(self.tokens)
        return any(self.mentions_between(concept, end - _DOUBT_DISTANCE, end) for concept in ("not", "scant"))

    def _has_in_segment(self, mention: Mention, concept: str) -> bool:
        """Whether a concept is at most `_DOUBT_DISTANCE` tokens from the mention, in the same segment."""
        words = self.mentions_between(concept, mention.first - _DOUBT_DISTANCE, mention.last + _DOUBT_DISTANCE)
        return any(self.segment(word) is self.segment(mention) for word in words)

    def _verb_lists(self) -> list[list[Segment]]:
        """Consecutive segments that form one list of verbs: `geneest, behandelt of voorkomt geen ziekte`."""
        starts = {mention.first for mention in self.mentions_of(*EFFECTS)}
        ends = {mention.last for mention in self.mentions_of(*EFFECTS)}
        chains: list[list[Segment]] = []
        for before, after in pairwise(self.segments):
            last = before.last - (1 if before.last >= 0 and self.tokens[before.last].is_stop else 0)
            first = after.first + (1 if after.last > after.first and self.tokens[after.first].text in AND else 0)
            if last in ends and first in starts:
                if chains and chains[-1][-1] is before:
                    chains[-1].append(after)
                else:
                    chains.append([before, after])
        return chains

    def _mark_denied_backwards(self, both: set[int]) -> None:
        """Mark the segments before a denial or doubt, back to a contrast."""
        reaching = False
        for segment in reversed(self.segments):
            reaching = reaching or id(segment) in both
            segment.denied = segment.denied or reaching
            if segment.after_contrast:
                reaching = False
