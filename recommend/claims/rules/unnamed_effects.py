"""Claims without a known topic: effects in unknown words, replaced medicines, testimonials, nutrition claims."""

from collections.abc import Iterator
from itertools import pairwise

from recommend.claims.lexicon import Mention
from recommend.claims.rules.ground import Ground
from recommend.claims.sentence import ParsedSentence
from recommend.claims.sentence_words import EFFECTS, OFFERED

_NEAR = 2
_WITH = frozenset(["met", "with"])
_AND = frozenset(["en", "and", "plus"])
_YOU = frozenset(["je", "jou", "jouw", "u", "uw", "ge", "gij", "ons", "you", "your", "us"])


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
    begins = any(mention.first == 0 for mention in sentence.mentions_of("good-for", "contribute", "benefit"))
    # `A funnel speeds up the flow`, not `Boost the team: energy …`
    is_elsewhere = sentence.is_set_elsewhere and not (begins and sentence.topics)
    if sentence.is_warning or sentence.is_of_other_goods or sentence.is_of_another_field or is_elsewhere:
        return
    if sentence.has("technical", "absorption", "other-nutrient", "medicine", "amount"):
        named = [verb for verb in sentence.mentions_of("contribute", "role") if _follows_magnesium(sentence, verb)]
        if named and sentence.has("normal") and not sentence.has("amount"):
            yield Ground("unauthorised_health", "block", "some-effect", tuple(named))
        return
    if sentence.tokens and sentence.tokens[-1].text == ":":
        return  # the list below names the effects
    opens = [
        mention
        for mention in sentence.mentions_of("good-for", "contribute", "benefit")
        if mention.first == 0 and not sentence.is_everyday(mention)
    ]
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


_THEN = frozenset([",", "en", "dan", "of", "and", "or", "then"])
_THREATENED = frozenset(
    ["je", "jij", "jouw", "u", "uw", "ge", "zelf", "zichzelf", "jezelf", "you", "your", "yourself"]
) | (frozenset(["you'll", "you're", "lijf", "lichaam", "gezondheid", "body", "health"]))
_OF_TRADE = ("trade", "shop-world", "technical")
_NO_THREAT = (
    *(
        "courtesy",
        "shop-talk",
        "business-talk",
        "amount",
        "medicine",
        "study",
        "other-bearer",
        "no-slogan",
        "food",
        "dosage",
    ),
    *("absorption", "no-need"),
)
_LONGEST_NAME = 5
_NO_NAME = (*EFFECTS, "role", "not", "trade", "consult", "not-use", "aim", "normal", "electrolyte-balance")


def name_grounds(sentence: ParsedSentence) -> Iterator[Ground]:
    """Ground for a product name that claims: `ZenNight`, `Magnesium Kids`."""
    tokens = sentence.tokens
    if len(tokens) > _LONGEST_NAME or sentence.list_intro or sentence.has(*_NO_NAME):
        return
    words = [token for token in tokens if token.text.isalpha()]
    is_joined = any(one.end == two.start for one, two in pairwise(words))  # camel case
    if not is_joined and not sentence.has("nutrient", "mineral-form", "dosage"):
        return
    found = sentence.mentions_of("name-claim")
    if found:
        yield Ground("unauthorised_health", "block", "some-effect", tuple(found))


def threat_grounds(sentence: ParsedSentence) -> Iterator[Ground]:
    """Ground for a threat: not taking, "and" or "then", the reader: `Skip it for a year and you'll pay the price`."""
    if sentence.is_warning or sentence.is_question or sentence.has(*_NO_THREAT):
        return
    if sentence.is_of_other_goods or sentence.is_of_another_field or sentence.is_set_elsewhere:
        return
    if sentence.has(*_OF_TRADE) and not sentence.has("rues"):
        return  # `Skip a delivery and you pay nothing`, not `Skip it and you'll pay the price`
    for skipping in sentence.mentions_of("skipping"):
        behind = [token.text for token in sentence.tokens[skipping.last + 1 :]]
        turn = next((place for place, text in enumerate(behind) if text in _THEN), None)
        if turn is not None and any(text in _THREATENED for text in behind[turn + 1 :]):
            yield Ground("prohibited_other", "block", "harm-by-not-taking", (skipping,))
            return


def testimonial_grounds(sentence: ParsedSentence) -> Iterator[Ground]:
    """Ground for a testimonial of any improvement: `Ik ben eindelijk …, sinds ik dit neem`."""
    if sentence.is_warning or sentence.has("technical", "amount") or not sentence.has("first-person"):
        return
    if sentence.has("denial") and not sentence.hints_at_banned_claim:
        return  # `Na een maand nog geen verschil`
    turns = [turn for turn in sentence.mentions_of("turning-point") if not sentence.is_everyday(turn)]
    if turns:
        yield Ground("unauthorised_health", "block", "general-benefit", tuple(turns))


_OURS = frozenset(["our", "onze", "ons", "this", "these", "dit", "deze"])
_MORE = frozenset(["meer", "more", "extra"])
_GIVES = frozenset(["bevat", "bevatten", "levert", "leveren", "geeft", "geven", "heeft", "hebben", "zit", "zitten"]) | (
    frozenset(["contains", "contain", "provides", "provide", "supplies", "supply", "gives", "give", "has", "have"])
)
_OBJECT_WITHIN = 6  # words between the verb and what it gives
_NAME_BEFORE_WITH = 4  # words


def _lists_contents(sentence: ParsedSentence) -> bool:
    """Whether the text is "with" and the names of substances, nothing else: `Met magnesium en vitamine B6`."""
    tokens = sentence.tokens
    if len(tokens) < _NEAR or tokens[0].text not in _WITH:
        return False
    named = {
        place
        for mention in sentence.mentions
        if mention.concept.kind == "substance" or mention.concept.id in ("nutrient", "mineral-form", "other-nutrient")
        for place in range(mention.first, mention.last + 1)
    }
    return all(place in named or one.is_stop or one.text in _AND for place, one in enumerate(tokens) if place)


def _contents_of_our_goods(sentence: ParsedSentence) -> tuple[Mention, ...]:
    """Magnesium that a food or product of the shop is said to give, without an amount: `This loaf has more magnesium`.

    With `more` before it an amount may follow, which proves it.
    """
    if sentence.is_question or sentence.is_warning or sentence.has("not", "gone", "absorption", "excess", "scant"):
        return ()
    texts = [token.text for token in sentence.tokens]
    ours = next((place for place, text in enumerate(texts) if text in _OURS), None)
    verb = next(
        (place for place, text in enumerate(texts) if text in _GIVES and ours is not None and place > ours), None
    )
    if verb is None:
        return ()
    found = sentence.mentions_between("nutrient", verb + 1, verb + _OBJECT_WITHIN)[:1]
    is_more = bool(found) and texts[found[0].first - 1] in _MORE
    has_amount = any(text.isdecimal() for text in texts)
    return tuple(found) if found and (is_more or not has_amount) else ()


def _names_contents(sentence: ParsedSentence) -> tuple[Mention, ...]:
    """Substances of a line that is a product "with" two or more of them: `Capsules with magnesium and zinc`."""
    texts = [token.text for token in sentence.tokens]
    joint = next((place for place, text in enumerate(texts) if text in _WITH), 0)
    if not 0 < joint <= _NAME_BEFORE_WITH or any(text.isdecimal() for text in texts):
        return ()
    if not sentence.mentions_between("product", 0, joint - 1) or sentence.has(
        *EFFECTS, "not", "trade", "consult", "not-use"
    ):
        return ()
    found = [
        mention
        for mention in sentence.mentions
        if mention.first > joint
        and (mention.concept.kind == "substance" or mention.concept.id in ("nutrient", "other-nutrient"))
    ]
    return tuple(found) if len({mention.first for mention in found}) > 1 else ()


def nutrition_content_grounds(sentence: ParsedSentence) -> Iterator[Ground]:
    """Grounds for nutrition claims: "source of", "rich in" and other contents."""
    found = sentence.mentions_of("source-of", "rich-in")
    if found and not any(sentence.segment(mention).denied for mention in found):
        claims = tuple(dict.fromkeys(mention.concept.id for mention in found))
        yield Ground("nutrition_content", "ok", "nutrition-content", tuple(found), claims)
    contained = [mention for mention in sentence.mentions if mention.concept.kind == "substance"]
    if sentence.has("contains") and contained and not any(token.text.isdecimal() for token in sentence.tokens):
        denied = any(sentence.segment(mention).denied for mention in contained) or sentence.has("not", "gone")
        if not denied and not sentence.has("food", "absorption", "comparison", "excess"):
            yield Ground("nutrition_content", "ok", "other-nutrition-content", tuple(contained))
    if _lists_contents(sentence):
        yield Ground("nutrition_content", "ok", "other-nutrition-content", tuple(contained))
    given = _contents_of_our_goods(sentence) or _names_contents(sentence)
    if given:
        yield Ground("nutrition_content", "ok", "nutrition-content", given, ("source-of",))
    others = [mention for mention in sentence.mentions_of("other-content") if not sentence.segment(mention).denied]
    if others:
        yield Ground("nutrition_content", "ok", "other-nutrition-content", tuple(others))
