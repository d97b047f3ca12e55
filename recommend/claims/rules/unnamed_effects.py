"""Claims without a known topic: effects in unknown words, replaced medicines, testimonials, nutrition claims."""

from collections.abc import Iterator

from recommend.claims.lexicon import Mention
from recommend.claims.rules.ground import Ground
from recommend.claims.sentence import OFFERED, ParsedSentence

_NEAR = 2
_YOU = frozenset(["je", "jou", "jouw", "u", "uw", "ons", "you", "your", "us"])


def medicine_grounds(sentence: ParsedSentence) -> Iterator[Ground]:
    """Ground for replacing a medicine: `Vervang je medicijnen door magnesium`, `a natural antidepressant`."""
    found = [
        mention
        for mention in sentence.mentions_of(
            "natural-medicine", *(["replaces-medicine"] if sentence.has(*OFFERED) else [])
        )
        if not sentence.segment(mention).denied and not sentence.has_near(mention, _NEAR + 1, "not", "not-use")
    ]
    if found and not sentence.refers_to_professional and not sentence.has("not-use", "not-intended"):
        yield Ground("disease", "block", "medical", tuple(found))


def unnamed_effect_grounds(sentence: ParsedSentence) -> Iterator[Ground]:
    """Ground for an effect of magnesium whose object is no known word."""
    if sentence.has("technical", "absorption", "other-nutrient", "medicine", "amount") or sentence.is_warning:
        return
    if sentence.tokens and sentence.tokens[-1].text == ":":
        return  # the list below names the effects
    opens = [mention for mention in sentence.mentions_of("good-for", "contribute", "benefit") if mention.first == 0]
    if not sentence.has(*OFFERED) and not opens:
        return
    medical = [mention for mention in sentence.mentions_of("medical") if not sentence.segment(mention).denied]
    if medical:
        yield Ground("disease", "block", "medical", tuple(medical))
        return
    found = [mention for mention in sentence.mentions_of("benefit", "good-for") if not sentence.segment(mention).denied]
    found += [mention for mention in sentence.mentions_of("contribute") if _follows_magnesium(sentence, mention)]
    found += [mention for mention in sentence.mentions_of("mild-benefit") if _acts_on_reader(sentence, mention)]
    if found:
        yield Ground("unauthorised_health", "block", "some-effect", tuple(found))
        return
    helped = [mention for mention in sentence.mentions_of("contribute") if not sentence.segment(mention).denied]
    if helped and sentence.has("nutrient", "mineral-form"):
        yield Ground("neutral", "warn", "unclear", tuple(helped))


def _follows_magnesium(sentence: ParsedSentence, verb: Mention) -> bool:
    """Whether magnesium is the subject just before the verb: `Magnesium helpt …`."""
    segment = sentence.segment(verb)
    first = max(segment.first, verb.first - _NEAR)
    actors = sentence.mentions_between("nutrient", first, verb.first - 1) or sentence.mentions_between(
        "mineral-form", first, verb.first - 1
    )
    return bool(actors) and not segment.denied


def _acts_on_reader(sentence: ParsedSentence, verb: Mention) -> bool:
    """Whether magnesium acts on the reader: `Magnesium keeps you …`."""
    next_words = sentence.tokens[verb.last : verb.last + 2]
    return _follows_magnesium(sentence, verb) and any(token.text in _YOU for token in next_words)


def testimonial_grounds(sentence: ParsedSentence) -> Iterator[Ground]:
    """Ground for a testimonial of any improvement: `Ik ben eindelijk …, sinds ik dit neem`."""
    if sentence.is_warning or sentence.has("technical", "amount") or not sentence.has("first-person"):
        return
    turns = sentence.mentions_of("turning-point")
    if turns:
        yield Ground("unauthorised_health", "block", "general-benefit", tuple(turns))


def nutrition_content_grounds(sentence: ParsedSentence) -> Iterator[Ground]:
    """Grounds for nutrition claims: "source of", "rich in" and other contents."""
    found = sentence.mentions_of("source-of", "rich-in")
    if found and not any(sentence.segment(mention).denied for mention in found):
        claims = tuple(dict.fromkeys(mention.concept.id for mention in found))
        yield Ground("nutrition_content", "ok", "nutrition-content", tuple(found), claims)
    others = [mention for mention in sentence.mentions_of("other-content") if not sentence.segment(mention).denied]
    if others:
        yield Ground("nutrition_content", "ok", "other-nutrition-content", tuple(others))
