"""Claims that name no known topic: an effect in unknown words, a testimonial, an amount."""

from collections.abc import Iterator

from recommend.claims.lexicon import Mention
from recommend.claims.rules.ground import Ground
from recommend.claims.sentence import OFFERED, ParsedSentence

_NEAR = 2
_YOU = frozenset(["je", "jou", "jouw", "u", "uw", "ons", "you", "your", "us"])


def medicine_replaced(reading: ParsedSentence) -> Iterator[Ground]:
    """`Vervang je medicijnen door magnesium`, `a natural antidepressant`."""
    found = [
        mention
        for mention in reading.of("natural-medicine", *(["replaces-medicine"] if reading.has(*OFFERED) else []))
        if not reading.segment(mention).denied and not reading.near(mention, _NEAR + 1, "not", "not-use")
    ]
    if found and not reading.refers and not reading.has("not-use", "not-intended"):
        yield Ground("disease", "block", "medical", tuple(found))


def unnamed_effects(reading: ParsedSentence) -> Iterator[Ground]:
    """Magnesium is said to do something, but no known word says to what."""
    if reading.has("technical", "absorption", "other-nutrient", "medicine", "amount") or reading.warns:
        return
    if reading.tokens and reading.tokens[-1].text == ":":
        return  # the list below tells
    opens = [mention for mention in reading.of("good-for", "contribute", "benefit") if mention.first == 0]
    if not reading.has(*OFFERED) and not opens:
        return
    medical = [mention for mention in reading.of("medical") if not reading.segment(mention).denied]
    if medical:
        yield Ground("disease", "block", "medical", tuple(medical))
        return
    found = [mention for mention in reading.of("benefit", "good-for") if not reading.segment(mention).denied]
    found += [mention for mention in reading.of("contribute") if _acts_itself(reading, mention)]
    found += [mention for mention in reading.of("mild-benefit") if _does_to_you(reading, mention)]
    if found:
        yield Ground("unauthorised_health", "block", "some-effect", tuple(found))
        return
    helped = [mention for mention in reading.of("contribute") if not reading.segment(mention).denied]
    if helped and reading.has("nutrient", "mineral-form"):
        yield Ground("neutral", "warn", "unclear", tuple(helped))


def _acts_itself(reading: ParsedSentence, verb: Mention) -> bool:
    """`Magnesium helpt …`: the nutrient stands just before the verb."""
    segment = reading.segment(verb)
    first = max(segment.first, verb.first - _NEAR)
    actors = reading.between("nutrient", first, verb.first - 1) or reading.between(
        "mineral-form", first, verb.first - 1
    )
    return bool(actors) and not segment.denied


def _does_to_you(reading: ParsedSentence, verb: Mention) -> bool:
    """`Magnesium keeps you …`."""
    object_ = reading.tokens[verb.last : verb.last + 2]
    return _acts_itself(reading, verb) and any(token.text in _YOU for token in object_)


def testimonials(reading: ParsedSentence) -> Iterator[Ground]:
    """`Ik ben eindelijk …, sinds ik dit neem`: a change for the better, whatever it is."""
    if reading.warns or reading.has("technical", "amount") or not reading.has("first-person"):
        return
    turns = reading.of("turning-point")
    if turns:
        yield Ground("unauthorised_health", "block", "general-benefit", tuple(turns))


def content_grounds(reading: ParsedSentence) -> Iterator[Ground]:
    found = reading.of("source-of", "rich-in")
    if found and not any(reading.segment(mention).denied for mention in found):
        claims = tuple(dict.fromkeys(mention.concept.id for mention in found))
        yield Ground("nutrition_content", "ok", "nutrition-content", tuple(found), claims)
    others = [mention for mention in reading.of("other-content") if not reading.segment(mention).denied]
    if others:
        yield Ground("nutrition_content", "ok", "other-nutrition-content", tuple(others))
