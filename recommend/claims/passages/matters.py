"""Matters in which a disease or a state is named and nothing is promised: work, medicines, charity, access, service.

Each function gives the passages of one matter, or none where goods, an effect or a change for the better stand outside
them.
"""

from recommend.claims.lexicon import Mention
from recommend.claims.passages.spans import (
    CONJUNCTIONS,
    FAR,
    MANY,
    NEAR,
    NEGATIONS,
    OF_TAKING,
    OURS,
    READER,
    SMALL,
    TURNS,
    Spans,
    all_words,
    clauses,
    end_of_clause,
    end_of_topics,
    has_outside,
    illnesses,
    names,
    places_outside,
    span_of,
    whole,
    words_at,
)
from recommend.claims.rules.slogans import explanations
from recommend.claims.sentence import ParsedSentence
from recommend.claims.sentence_words import EFFECTS, OFFERED, OTHER_GOODS

_ABSENT = frozenset(
    ["bij", "door", "wegens", "tijdens", "zoals", "of", "or", "and", "en", "due", "is", "are", "was"]
) | (
    frozenset(["ben", "bent", "zijn", "iemand", "die", "during", "as", "if", "fall", "fell", "off", "call", "report"])
    | frozenset(["am", "you", "je", "wie", "have", "has", "een", "een", "to", "wordt", "word", "to"])
)
"""Words before an illness that keeps somebody from work."""
_WITHOUT = frozenset(["geen", "nooit", "zonder", "minder", "no", "never", "without", "fewer", "less"])
_CHANGED = frozenset(["sinds", "dankzij", "eindelijk", "weer", "since", "thanks", "finally", "again", "back"])
_LASTING = frozenset(["langdurige", "kortdurende", "ernstige", "term", "prolonged", "serious", "sudden", "plotselinge"])
_TREATING = frozenset(["for", "against", "after", "tegen", "voor", "bij", "na"])
_ENDED = frozenset(
    ["history", "past", "over", "instead", "verleden", "voorbij", "plaats", "geschiedenis", "alone", "alleen"]
)
_CONDITIONS = frozenset(["ben", "bent", "word", "wordt", "wie", "als", "if", "when", "should"])
_ATTRIBUTES = frozenset(["zieke", "sick", "ill"])
_TIMES = frozenset(["day", "evening", "morning", "week", "dag", "avond", "ochtend", "until", "tot"])
_MINE = frozenset(["my", "mijn"])
_WORKING_FOR_THE_READER = ("benefit", "good-for", "medical", "against", "contribute", "stronger", "gone", "makes-you")
_PROMISING = (*_WORKING_FOR_THE_READER, "less")
_BAD_STATES = frozenset(["stress", "fatigue", "tiredness", "end-of-day"])
_GOOD_STATES = frozenset(["relaxation", "mood", "haven", "organs", "brain"])
_TROUBLES = frozenset(["complaint", "condition", "fatigue"])
_BESIDE = frozenset(
    ["with", "for", "by", "met", "voor", "bij", "door", "if", "als", "or", "of", "suits", "when", "and", "en"]
)
_UNTIL = frozenset(["until", "till", "tot", "dit", "deze", "hiermee", "this", "these"])
_EVERYONE = frozenset(["everyone", "everybody", "iedereen", "ieder", "more", "meer", "new", "nieuw", "nieuwe", "all"])
_OFFERING = (
    *(*OFFERED, *OTHER_GOODS, *EFFECTS, *OF_TAKING, "gone", "less", "stronger", "makes-you", "nice", "drug", "pills"),
    *("shedding", "slogan-opening", "skipping", "harm", "going-without", "trying", "figure", "lowers-risk"),
    *("study", "professional", "professionals", "institution", "takers", "endorsing", "praise", "state-figure"),
)


def illness_at_work(sentence: ParsedSentence) -> Spans:
    """Illness that keeps somebody from work, or that law and insurance speak of."""
    if not sentence.has("absence"):
        return []
    spans = [whole(sentence, one) for one in illnesses(sentence) if _keeps_from_work(sentence, one)]
    aside = [*spans, *(span_of(one) for one in sentence.mentions_of("absence"))]
    if has_outside(sentence, aside, *OFFERED, *OTHER_GOODS, *_PROMISING, *OF_TAKING):
        return []
    bought = [span_of(one) for one in sentence.mentions_of("trade")]  # `money back`
    texts = words_at(sentence, places_outside(sentence, [*aside, *bought]))
    is_sold_to = sentence.tokens[0].text in _CONDITIONS and sentence.has("trade") and bool(texts & OURS)
    return [] if is_sold_to or texts & (_WITHOUT | _CHANGED | TURNS) else spans


def _keeps_from_work(sentence: ParsedSentence, illness: Mention) -> bool:
    before = sentence.tokens[illness.first - 1].text if illness.first else ""
    behind = range(illness.last + 1, illness.last + 3)
    is_attribute = sentence.tokens[illness.first].text in _ATTRIBUTES and any(
        one.first in behind for one in sentence.mentions_of("absence", "other-bearer")
    )
    is_absence = any(one.first <= illness.first <= one.last for one in sentence.mentions_of("absence"))
    starts = illness.first == 0 and any(one.first in behind for one in sentence.mentions_of("absence"))
    is_condition = sentence.tokens[0].text in _CONDITIONS and words_at(sentence, [illness.last + 1]) == {","}
    if before in _LASTING:
        before = sentence.tokens[max(0, illness.first - 2)].text
    return is_attribute or is_absence or starts or is_condition or before in _ABSENT


def treated(sentence: ParsedSentence) -> Spans:
    """Diseases that a medicine beside magnesium is for: hours or a professional part them, or magnesium is no cause.

    `Take bisphosphonates for osteoporosis two hours before magnesium`.
    """
    is_apart = sentence.has("hours-apart") or sentence.refers_to_professional or _is_no_cause(sentence)
    if not is_apart or all_words(sentence) & _ENDED:
        return []
    if sentence.has("no-medicine", "shedding", "likeness", "gone", "benefit", "good-for", "stronger", "less"):
        return []
    found = []
    for medicine in sentence.mentions_of("medicine", "drug", "other-remedy"):
        is_as_such = names(sentence, medicine.last, medicine.last + 1, "medicine-as-such")
        if is_as_such and not words_at(sentence, [medicine.first - 1]) & READER:
            continue  # `magnesium is a medicine for …`
        for place in range(medicine.last + 1, medicine.last + 1 + NEAR + 1):
            if words_at(sentence, [place]) & _TREATING:
                end = end_of_topics(sentence, place + 1)
                found += [range(place, end)] if end > place + 1 else []
    return found


def _is_no_cause(sentence: ParsedSentence) -> bool:
    """Whether magnesium is named only as not involved: `… which is not down to magnesium`."""
    goods = sentence.mentions_of(*OFFERED)
    return bool(goods) and all(
        words_at(sentence, range(one.first - FAR, one.first)) & NEGATIONS
        and names(sentence, one.first - FAR, one.first, "not-involved")
        for one in goods
    )


def measured(sentence: ParsedSentence) -> Spans:
    """Where magnesium is, or is measured: `magnesium in the blood`."""
    lowered = [span_of(one) for one in sentence.mentions_of("measuring")] if sentence.has("medicine", "drug") else []
    if not sentence.has("measuring") or has_outside(
        sentence, lowered, *_WORKING_FOR_THE_READER, "needed", "influence", "mild-benefit", "product"
    ):
        return []
    found = []
    for topic in sentence.topics:
        start = topic.first - 1
        if words_at(sentence, [start]) & (SMALL | READER):
            start -= 1
        is_place = bool(words_at(sentence, [start]) & {"in", "uit", "from"})
        if is_place and sentence.mentions_between("nutrient", start - NEAR, start - 1):
            found.append(range(start, topic.last + 1))
    return [] if words_at(sentence, places_outside(sentence, found)) & READER else found


def tender_stomach(sentence: ParsedSentence) -> Spans:
    """A condition on the stomach beside the advice to take the goods with food, or less of them."""
    is_offer = sentence.has("gentle", "mineral-form") or ":" in all_words(sentence)
    if not sentence.has_all(("with-a-meal", "tender-stomach")) or is_offer:
        return []
    found = []
    for opener, token in enumerate(sentence.tokens):
        if token.text in {"if", "when", "als", "wanneer", "heb", "bij"} or (not opener and token.text in _CONDITIONS):
            span = range(opener, end_of_clause(sentence, opener))
            if names(sentence, span.start, span.stop, "tender-stomach"):
                found.append(span)
    meals = [span_of(one) for one in sentence.mentions_of("with-a-meal")]
    return [] if has_outside(sentence, [*found, *meals], *_WORKING_FOR_THE_READER) else found


def good_cause(sentence: ParsedSentence) -> Spans:
    """The name of a charity or a field of research that gets a gift."""
    if not sentence.has_all(("giving", "good-cause")) or sentence.has("nutrient", "mineral-form", "gone", "stronger"):
        return []
    found = []
    for giving in sentence.mentions_of("giving"):
        first = giving.last + 1
        while names(sentence, first, after := end_of_clause(sentence, first), "good-cause"):
            found.append(range(first, after))
            if not words_at(sentence, [after]) & CONJUNCTIONS:
                break
            first = after + 1  # `a club and a camp for children with …`
    behind = range(max((span.stop for span in found), default=0), len(sentence.tokens))
    is_offer = any(one.first in behind for one in sentence.mentions_of(*OFFERED, *EFFECTS, "makes-you"))
    return [] if is_offer else found


def named_cause(sentence: ParsedSentence) -> Spans:
    """The name of a charity or field of research, where it endorses nothing: `the Heart Foundation`."""
    if sentence.has("recommends", "praise", "endorses", "endorsing", "speech", "according-to", *OFFERED, "study"):
        return []
    return [
        range(topic.first, topic.last + 2)
        for topic in sentence.topics
        if names(sentence, topic.last, topic.last + 2, "foundation")
        and not words_at(sentence, range(topic.first - 2, topic.last + 1)) & READER  # `your foundation` is make-up
    ]


def access(sentence: ParsedSentence) -> Spans:
    """Those for whom a site, a shop or a lid is made easy to use."""
    texts = all_words(sentence)
    if not sentence.has("access") or texts & (TURNS | _CHANGED | {":"}):
        return []
    made_easy = [span_of(one) for one in sentence.mentions_of("access")]  # a cap is goods as well
    if has_outside(sentence, made_easy, *OFFERED, "dosage", "takers", "suffering", "makes-you", "stronger"):
        return []
    if sentence.has("contribute", "medical", "against"):
        return []
    if sentence.has("gone", "less") or (sentence.has("benefit") and not sentence.has("visitors")):
        return []
    return [
        whole(sentence, topic)
        for first, after in clauses(sentence)
        if names(sentence, first, after, "access")
        for topic in sentence.topics
        if first < topic.first < after
        and topic.concept.kind in ("complaint", "condition", "health")
        and words_at(sentence, range(topic.first - NEAR, topic.first)) & _BESIDE
    ]


def vexed_or_calmed(sentence: ParsedSentence) -> Spans:
    """A state of mind that staff or a mishap of the shop brought about: `After two lost parcels I was tense`."""
    matters = {one.first for one in sentence.mentions_of("service", "trade", "shop-world", "vexing")}
    if not sentence.has("service", "vexing") or len(matters) < MANY or sentence.has("sleep", "night", "stronger"):
        return []
    causes = ("vexing",), ("service", "vexing")
    spans = [
        whole(sentence, topic)
        for topic in sentence.topics
        for states, named in zip((_BAD_STATES, _GOOD_STATES), causes, strict=True)
        if topic.concept.id in states and sentence.has_near(topic, FAR, *named)
    ]
    others = [one for one in sentence.topics if one.concept.id not in _BAD_STATES | _GOOD_STATES]
    if any(one.first in span for one in others for span in spans) or _is_unburdened(sentence, spans):
        return []
    aside = [*spans, *(span_of(one) for one in sentence.mentions_of("vexing"))]
    taking = set(OF_TAKING) - ({"turning-point"} if sentence.has("vexing") else set())
    return [] if has_outside(sentence, aside, *OFFERED, *OTHER_GOODS, *taking, "gone", "makes-you") else spans


def _is_unburdened(sentence: ParsedSentence, spans: Spans) -> bool:
    """Whether a state is less than before, or gone: `since my parcel came I am no longer tense`."""
    before = {place for span in spans for place in range(span.start - 2, span.start)}
    is_less = bool(words_at(sentence, before) & _WITHOUT)
    return is_less or bool(all_words(sentence) & _CHANGED)


def kitchen_verb(sentence: ParsedSentence) -> Spans:
    """A verb of the kitchen that names the body elsewhere, and parts of what is cooked: `Skin the almonds`."""
    verbs = [span_of(one) for one in sentence.mentions_of("kitchen-verb")]
    if has_outside(sentence, verbs, "nutrient", "mineral-form", *OF_TAKING, "gone", "makes-you"):
        return []
    found = [
        whole(sentence, one)
        for one in sentence.mentions_of("kitchen-verb")
        if sentence.topic_places.isdisjoint(range(one.last + 1, one.last + NEAR))
        and _names_food(sentence, one.first - 2 * FAR, one.last + FAR)
    ]
    if ":" in all_words(sentence):
        return found
    return found + [
        whole(sentence, topic)
        for topic in sentence.topics
        if topic.concept.id in _PARTS
        and words_at(sentence, range(topic.last + 1, topic.last + NEAR)) & {"of", "van", "uit"}
        and _names_food(sentence, topic.last + 2, topic.last + 2 + NEAR)
        and not words_at(sentence, range(topic.first - 2, topic.first)) & READER
    ]


_PARTS = frozenset(["heart", "skin-hair", "organs", "joints"])


def _names_food(sentence: ParsedSentence, first: int, after: int) -> bool:
    return names(sentence, first, after, "setting-kitchen") or names(sentence, first, after, "food")


def job_traits(sentence: ParsedSentence) -> Spans:
    """States of mind among what an employer asks for: `You are stress-resistant, tidy and good under pressure`."""
    states = [whole(sentence, one) for one in sentence.mentions_of("job-state", "job-trait")]
    is_asked = any(sentence.topic_places.isdisjoint(span_of(one)) for one in sentence.mentions_of("job-trait"))
    if (
        not (is_asked and sentence.has("job-state"))
        or sentence.tells_of_change
        or all_words(sentence) & (_TIMES | {":"})
    ):
        return []
    is_claim = has_outside(sentence, states, *OFFERED, *OTHER_GOODS, *OF_TAKING, *_WORKING_FOR_THE_READER)
    return [] if is_claim or sentence.has("time-of-day") else states


def assayed(sentence: ParsedSentence) -> Spans:
    """Germs and metals that a laboratory looks for in the goods: `The lab counts germs and heavy metals`."""
    labs = sentence.mentions_of("laboratory")
    texts = all_words(sentence)
    if not labs or texts & (READER | TURNS | {":", "!"}):
        return []
    if sentence.has(
        *EFFECTS, *(set(OF_TAKING) - {"dosage"}), "gone", "less", "stronger", "makes-you", "praise", "endorses"
    ):
        return []
    return [
        whole(sentence, topic)
        for topic in sentence.topics
        if names(sentence, topic.first, topic.last + 1, "assayed") and topic.first > labs[0].last
    ]


def explained(sentence: ParsedSentence) -> Spans:
    """Topics of a whole sentence that two words of shop, work or law explain, and that offers nothing to anybody.

    A named disease needs those who have it before it: `The planner is at home with a slipped disc`.
    """
    if not _offers_nothing(sentence):
        return []
    ill = [whole(sentence, one) for one in illnesses(sentence)]
    needed = 1 if ill and sentence.has("absence", "other-bearer", "first-person") else MANY
    if explanations(sentence) + len({one.first for one in sentence.mentions_of("absence")}) < needed:
        return []
    bearers = [one.first for one in sentence.mentions_of("other-bearer", "absence")]
    return ill + [
        whole(sentence, topic)
        for topic in sentence.topics
        if topic.concept.kind in _TROUBLES and any(place < topic.first for place in bearers)
    ]


def _offers_nothing(sentence: ParsedSentence) -> bool:
    """Whether a whole sentence has no goods, no effect, no change for the better, no expert and no reader."""
    if not sentence.is_closed or len(sentence.tokens) < FAR or sentence.has(*_OFFERING):
        return False
    if any(one.concept.kind == "substance" for one in sentence.mentions):
        return False
    texts = all_words(sentence)
    return not texts & (READER - _MINE | TURNS | _WITHOUT | _CHANGED | _EVERYONE | _UNTIL | {":", "!"})
