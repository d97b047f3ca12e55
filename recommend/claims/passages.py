"""Passages that name a disease or effect for another reason than a claim, and the sentence that is left without them.

`The regulator fined a shop for the sentence "cures migraine"`, `Fifty cents go to brain research`, `If you fall ill,
a colleague takes over your shift`. A block is lifted where the rest of the sentence passes by itself, nothing takes the
passage back (`… but you know better`), and no goods are offered beside it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

import msgspec

from recommend.claims.lexicon import Mention
from recommend.claims.rules.ground import Ground
from recommend.claims.rules.slogans import explanations
from recommend.claims.sentence import EFFECTS, OFFERED, OTHER_GOODS, ParsedSentence
from recommend.claims.tokens import Token
from recommend.claims.verdict import Judgement

_TURNS = frozenset(["maar", "toch", "doch", "echter", "hoewel", "ofschoon", "terwijl", "dus", "al"]) | (
    frozenset(["but", "yet", "still", "however", "although", "though", "while", "so", "nevertheless"])
)
"""Words that take back what a report says, or draw a conclusion from it."""
_NEGATIONS = frozenset(["niet", "geen", "nooit", "niets", "niemand", "not", "no", "never", "nothing", "nobody"])
_AND = frozenset(["en", "and", "of", "or", "noch", "nor"])
_CONJUNCTIONS = frozenset(["en", "and"])
_SMALL = frozenset(["de", "het", "een", "the", "a", "an", "high", "hoge", "lage", "low", "human", "menselijke", "any"])
_CLAUSE_OPENERS = frozenset(["dat", "that", "waarin", "waarop", "die", "whether"])
_TOPIC_OPENERS = frozenset(["on", "about", "over", "naar", "of", "op", "by", "rond", "for", "voor"]) | (
    frozenset(["concerned", "concerns", "noemde", "noemt", "mentioned", "mentions"])
)
_OFF = ("af",)
_REMOVING = ("halen", "verwijderen", "schrappen", "aanpassen", "weghalen", "rectificeren", "intrekken")
_SEPARABLE = {
    **dict.fromkeys(("wees", "wijst", "wezen", "keurde", "keurden", "keurt"), _OFF),
    **dict.fromkeys(("moest", "moesten", "moet", "liet", "lieten"), _REMOVING),
}
"""Verbs that decide against a claim together with a word at the end."""
_WARNING = frozenset(["warned", "warning", "warns", "waarschuwde", "waarschuwing", "gewaarschuwd"])
_LISTING = frozenset(["bij", "among", "list", "lijst"])
_SPEECH = frozenset(["promised", "claiming", "beloofde", "beweerde"])
_QUOTES_AFTER = frozenset(
    ["dat", "that", "als", "as", "zoals", "from", "heet", "voor", "for", "nooit", "never", "write"]
)
_WRONG = frozenset(["fout", "wrong", "verboden", "forbidden"])
_LAW = frozenset(["artikel", "article", "verordening", "regulation", "richtlijn", "directive", "wet", "law"])
_OURS = frozenset(["onze", "ons", "our", "ours"])
_ONLY = frozenset(["alleen", "enkel", "only", "just"])
_REASONS = frozenset(["want", "omdat", "because", "since", "aangezien"])
_READER = frozenset(["je", "jij", "jou", "jouw", "u", "uw", "you", "your", "yours", "mijn", "my"])
_ABSENT = frozenset(
    ["bij", "door", "wegens", "tijdens", "zoals", "of", "or", "and", "en", "due", "is", "are", "was"]
) | (
    frozenset(["ben", "bent", "zijn", "iemand", "die", "during", "as", "if", "fall", "fell", "off", "call", "report"])
    | frozenset(["am", "you", "je", "wie", "have", "has", "een", "een", "to", "wordt", "word", "to"])
)
"""Words before an illness that keeps somebody from work."""
_WITHOUT = frozenset(["geen", "nooit", "zonder", "minder", "no", "never", "without", "fewer", "less"])
_CHANGED = frozenset(["sinds", "dankzij", "eindelijk", "weer", "since", "thanks", "finally", "again", "back"])
_MEDICINE_AS_SUCH = frozenset(["medicijn", "geneesmiddel", "middel", "medicine", "remedy", "drug", "cure"])
_PEOPLE = frozenset(
    [
        "people",
        "customers",
        "readers",
        "users",
        "user",
        "lezers",
        "gebruikers",
        "visitors",
        "anyone",
        "mensen",
        "klanten",
        "bezoekers",
        "iedereen",
    ]
)
_LASTING = frozenset(["langdurige", "kortdurende", "ernstige", "term", "prolonged", "serious", "sudden", "plotselinge"])
_TREATING = frozenset(["for", "against", "after", "tegen", "voor", "bij", "na"])
_ENDED = frozenset(["history", "past", "over", "instead", "verleden", "voorbij", "plaats", "geschiedenis"])
_CONDITIONS = frozenset(["ben", "bent", "word", "wordt", "wie", "als", "if", "when", "should"])
_ATTRIBUTES = frozenset(["zieke", "sick", "ill"])
_MINE = frozenset(["my", "mijn"])
_FAR, _NEAR = 6, 3  # words
_SECOND = _MANY = 2
_WORKING_FOR_THE_READER = ("benefit", "good-for", "medical", "against", "contribute", "stronger", "gone", "makes-you")
_PROMISING = (*_WORKING_FOR_THE_READER, "less")
_OF_TAKING = ("dosage", "takers", "suffering", "deficiency", "not-taking", "use-heading", "night", "turning-point")
_NEVER_BESIDE = ("covert-hint", "replaces-medicine", "natural-medicine", "leaving-pills")

Spans = list[range]
_TOLD = frozenset(["complaint", "condition", "side_effect", "fatigue", "health", "process", "general", "weight"])


def pass_without_passages(
    sentence: ParsedSentence, judgement: Judgement, judge_rest: Callable[[Sequence[Token]], Judgement]
) -> Judgement:
    """The judgement, or that of the rest of the sentence where only passages that claim nothing were in its way."""
    is_apart = sentence.list_intro or sentence.is_question
    if judgement.severity == "ok" or is_apart:
        return judgement
    taken = {place for find in _FINDERS for span in find(sentence) for place in span}
    if any(one.first not in taken for one in sentence.mentions_of(*_NEVER_BESIDE)):
        return judgement
    kept = [place for place in range(len(sentence.tokens)) if place not in taken]
    named = tuple(topic for topic in sentence.topics if topic.first in taken)
    if not named or _hides_an_expert(sentence, taken):
        return judgement
    rest = judge_rest([sentence.tokens[place] for place in kept]) if kept else None
    if any(judge_rest(clause).severity == "block" for clause in _clauses_beside(sentence, taken)):
        return judgement
    is_slogan = bool(rest and rest.ground and rest.ground.reason == "reads-like-a-slogan")  # for want of the passage
    is_likeness = bool(rest and rest.ground and rest.ground.reason == "resembles" and _names_nothing(rest.ground))
    if not rest or is_slogan or is_likeness or (rest.severity == "ok" and rest.verdict == "neutral"):
        return Judgement("neutral", "ok", Ground("neutral", "ok", "not-claimed", named), ())
    if rest.severity == "block" or not rest.ground:
        return judgement
    moved = tuple(
        msgspec.structs.replace(one, first=kept[one.first], last=kept[one.last]) for one in rest.ground.mentions
    )
    return replace(rest, ground=replace(rest.ground, mentions=moved))


def _names_nothing(ground: Ground) -> bool:
    """Whether no topic, substance or product is among the words that a sentence resembles a claim by."""
    kinds = {one.concept.kind for one in ground.mentions}
    return kinds <= {"grammar"} and not any(one.concept.id in OFFERED for one in ground.mentions)


def _clauses_beside(sentence: ParsedSentence, taken: set[int]) -> Iterator[Sequence[Token]]:
    """Clauses with a topic and without a passage, which have to pass by themselves."""
    for first, after in _clauses(sentence):
        places = set(range(first, after))
        if len(places) >= _NEAR and not places & taken and places & sentence.topic_places:
            yield sentence.tokens[first:after]


def _clauses(sentence: ParsedSentence) -> Iterator[tuple[int, int]]:
    """First place and end of each clause between stops, "and", turns and reasons."""
    joints = [
        place
        for place, token in enumerate(sentence.tokens)
        if token.is_stop or token.text in _CONJUNCTIONS or token.text in _TURNS or token.text in _REASONS
    ]
    for before, after in pairwise([-1, *joints, len(sentence.tokens)]):
        yield before + 1, after


def _hides_an_expert(sentence: ParsedSentence, taken: set[int]) -> bool:
    """Whether a passage has a professional in it and is no quotation: `with the support of a society of doctors`."""
    experts = {one.first for one in sentence.mentions_of("professional", "professionals")}
    return bool(experts & taken - sentence.quoted_places)


def _texts(sentence: ParsedSentence, places: Iterable[int]) -> set[str]:
    return {sentence.tokens[place].text for place in places if 0 <= place < len(sentence.tokens)}


def _outside(sentence: ParsedSentence, spans: Iterable[range]) -> list[int]:
    inside = {place for span in spans for place in span}
    return [place for place in range(len(sentence.tokens)) if place not in inside]


def _span_of(mention: Mention) -> range:
    return range(mention.first, mention.last + 1)


def _whole(sentence: ParsedSentence, mention: Mention) -> range:
    """Places of a mention and of the topics that share a word with it: `sick days`."""
    sharing = [one for one in sentence.topics if one.first <= mention.last and one.last >= mention.first]
    return range(
        min((one.first for one in sharing), default=mention.first), max([mention.last, *(t.last for t in sharing)]) + 1
    )


def _has_outside(sentence: ParsedSentence, spans: Iterable[range], *concepts: str) -> bool:
    """Whether one of the concepts is named outside the spans."""
    inside = {place for span in spans for place in span}
    return any(one.first not in inside for one in sentence.mentions_of(*concepts))


def _end_of_clause(sentence: ParsedSentence, first: int, stops: Iterable[int] = ()) -> int:
    """Place of the next stop, "and" or turn from `first`, or of the first of `stops`; the end of the sentence else."""
    stopping = set(stops)
    for place in range(first, len(sentence.tokens)):
        token = sentence.tokens[place]
        if token.is_stop or token.text in _CONJUNCTIONS or token.text in _TURNS or place in stopping:
            return place
    return len(sentence.tokens)


def _end_of_topics(sentence: ParsedSentence, first: int) -> int:
    """End of a row of topics, with their commas, joints and articles; `first` where there is no topic."""
    end = place = first
    while place < len(sentence.tokens):
        token = sentence.tokens[place]
        if place in sentence.topic_places:
            end = place + 1
        elif not (token.text == "," or token.text in _AND or token.text in _SMALL):
            break
        place += 1
    return end


def _reported(sentence: ParsedSentence) -> Spans:
    """What a claim said that was rejected, fined, refused or ruled out, and what a rule tells not to write."""
    verdicts = _verdicts(sentence)
    if not verdicts and not _is_wrong_example(sentence):
        return []
    spans = [*_quoted(sentence, verdicts), *_contents(sentence, verdicts)]
    inside = {place for span in spans for place in span}
    deciding = [verdict for verdict in verdicts if verdict.start not in inside]
    spans += [
        _whole(sentence, one)
        for one in sentence.mentions_of("illness-as-such")
        if deciding and any(abs(one.first - word.first) <= _FAR for word in sentence.mentions_of("claim-words"))
    ]
    is_decided = bool(deciding) or _is_wrong_example(sentence)
    return spans if spans and is_decided and not _is_taken_back(sentence, spans, deciding) else []


def _verdicts(sentence: ParsedSentence) -> Spans:
    """Places of decisions against a claim, none of them negated: not `never rejected`."""
    found = [_span_of(one) for one in sentence.mentions_of("claim-verdict")]
    for verb, token in enumerate(sentence.tokens):
        ends = _SEPARABLE.get(token.text, ())
        if any(behind.text in ends for behind in sentence.tokens[verb + 1 :]):
            found.append(range(verb, verb + 1))  # `wees … af`
    return [
        span
        for span in found
        if _NEGATIONS.isdisjoint(_texts(sentence, range(span.start - 2, span.start)))
        or not _NEGATIONS.isdisjoint(_texts(sentence, span))
    ]


def _is_wrong_example(sentence: ParsedSentence) -> bool:
    """Whether the sentence is an example of what not to write: `Wrong: "cures migraine"`."""
    tokens = sentence.tokens
    is_example = len(tokens) > _NEAR and tokens[0].text in _WRONG and tokens[1].text == ":"
    promising = sentence.mentions_of("benefit", "medical", "contribute", "against", "good-for")
    return is_example and _SECOND in sentence.quoted_places and any(one.first > 1 for one in promising)


def _quoted(sentence: ParsedSentence, verdicts: Spans) -> Spans:
    """Words between quotation marks behind a word for a claim, a decision, or `that`, `such as`."""
    introducing = {one.last for one in sentence.mentions_of("claim-words")}
    introducing |= {verdict.stop - 1 for verdict in verdicts if not _texts(sentence, verdict) & _WARNING}
    introducing |= {place for place, token in enumerate(sentence.tokens) if token.text in _QUOTES_AFTER}
    if _is_wrong_example(sentence):
        introducing.add(0)
    found: Spans = []
    for span in sentence.quotations:
        before = range(span.start - _NEAR, span.start)
        is_subject = span.start == 0 and any(0 <= verdict.start - span.stop <= _FAR for verdict in verdicts)
        behind = range(span.stop, span.stop + 1)
        if is_subject or any(one.first in behind for one in sentence.mentions_of("claim-words")):
            found.append(span)
        if not introducing.isdisjoint(before) or any(span.start - one.stop <= _NEAR for one in found):
            found.append(span)
    return found


def _contents(sentence: ParsedSentence, verdicts: Spans) -> Spans:
    """What stands behind a word for a claim: `that` with a clause, or `on`, `about` with a row of topics."""
    found: Spans = []
    quoted = sentence.quoted_places
    ends = [verdict.start for verdict in verdicts]
    words = [_span_of(one) for one in sentence.mentions_of("claim-words")]
    for word in [*words, *(verdicts if words else [])]:
        if word.start in quoted:
            continue
        if sentence.tokens[word.stop - 1].text in _SPEECH:
            found.append(range(word.stop, _end_of_clause(sentence, word.stop, ends)))
        for place in range(word.stop, min(word.stop + _NEAR, len(sentence.tokens))):
            text = sentence.tokens[place].text
            if sentence.tokens[place].is_stop:
                break
            is_question = text == "of" and sentence.tokens[place - 1].text == "vraag"
            if text in _CLAUSE_OPENERS or is_question:
                found.append(range(place, _end_of_clause(sentence, place + 1, ends)))
            if text in _TOPIC_OPENERS and (end := _end_of_topics(sentence, place + 1)) > place + 1:
                found.append(range(place, end))
    found += _listed_before(sentence, verdicts)
    return [span for span in found if span and (_NEGATIONS | _READER).isdisjoint(_texts(sentence, span))]


def _listed_before(sentence: ParsedSentence, verdicts: Spans) -> Spans:
    """Topics just before the news that a list has them not: `…; sleep is not among them`."""
    found = []
    for verdict in verdicts:
        if not _texts(sentence, verdict) & _LISTING:
            continue
        before = [topic for topic in sentence.topics if 0 < verdict.start - topic.last < _NEAR]
        found += [_whole(sentence, topic) for topic in before if sentence.has("claim-words")]
    return found


def _is_taken_back(sentence: ParsedSentence, spans: Spans, verdicts: Spans) -> bool:
    """Whether a report is disputed, turned, or followed by a clause that is neither its decision nor its reason."""
    outside = _outside(sentence, spans)
    texts = _texts(sentence, outside)
    if sentence.has("verdict-disputed") and any(
        one.first in outside for one in sentence.mentions_of("verdict-disputed")
    ):
        return True
    if texts & _TURNS:
        return True
    end = max(span.stop for span in spans)
    deciding = {verdict.start for verdict in verdicts}
    for first, after in _clauses_from(sentence, end):
        words = _texts(sentence, range(first, after))
        is_unproven = any(_names(sentence, first, after, one) for one in ("proof", "denial", "undecided"))
        is_reason = bool(words & _REASONS) and bool(words & _NEGATIONS) and is_unproven
        is_official = _names(sentence, first, after, "contribute") and _names(sentence, first, after, "normal")
        is_limit = sentence.tokens[first].text in _ONLY if first < len(sentence.tokens) else True
        is_limit = is_limit and not any(one.first in range(first, after) for one in sentence.topics)
        is_decision = bool(deciding & set(range(first, after)))
        if is_decision and any(_names(sentence, first, after, one) for one in OFFERED):
            return True
        if not (is_decision or is_reason or is_official or is_limit) and first < after:
            return True
    return False


def _names(sentence: ParsedSentence, first: int, after: int, concept: str) -> bool:
    return bool(sentence.mentions_between(concept, first, after - 1))


def _clauses_from(sentence: ParsedSentence, place: int) -> Iterator[tuple[int, int]]:
    """First place and end of each clause behind a stop that follows `place`."""
    stops = [at for at in range(place, len(sentence.tokens)) if sentence.tokens[at].is_stop]
    for stop, following in pairwise([*stops, len(sentence.tokens)]):
        yield stop + 1, following


def _of_law(sentence: ParsedSentence) -> Spans:
    """Illness as such, in what an article of law says of claims: `Article 14(1)(a) is about claims that a food …`."""
    texts = _texts(sentence, range(len(sentence.tokens)))
    has_number = any(text.isdecimal() for text in texts)
    if not texts & _LAW or not (has_number or sentence.has("claim-verdict")) or not sentence.has("claim-words"):
        return []
    if (
        sentence.has(*OFFERED, "dosage", "takers", "suffering", "deficiency", "gone")
        or texts & (_READER | _TURNS | _OURS)
        or ":" in texts
    ):
        return []
    return [_whole(sentence, one) for one in sentence.mentions_of("illness-as-such")]


def _offers(sentence: ParsedSentence, *allowed: str) -> bool:
    """Whether goods, those who take them, or a change for the better are named."""
    named = {*OFFERED, *OTHER_GOODS, *EFFECTS, *_OF_TAKING, "stronger", "gone", "makes-you", "less"} - set(allowed)
    return sentence.has(*named) or any(one.concept.kind == "substance" for one in sentence.mentions)


def _illness_at_work(sentence: ParsedSentence) -> Spans:
    """Illness that keeps somebody from work, or that law and insurance speak of."""
    if not sentence.has("absence"):
        return []
    spans = [
        _whole(sentence, one) for one in sentence.mentions_of("illness-as-such") if _keeps_from_work(sentence, one)
    ]
    aside = [*spans, *(_span_of(one) for one in sentence.mentions_of("absence"))]
    if _has_outside(sentence, aside, *OFFERED, *OTHER_GOODS, *_PROMISING, *_OF_TAKING):
        return []
    texts = _texts(sentence, _outside(sentence, spans))
    is_sold_to = sentence.tokens[0].text in _CONDITIONS and sentence.has("trade") and bool(texts & _OURS)
    return [] if is_sold_to or texts & (_WITHOUT | _CHANGED | _TURNS) else spans


def _keeps_from_work(sentence: ParsedSentence, illness: Mention) -> bool:
    before = sentence.tokens[illness.first - 1].text if illness.first else ""
    behind = range(illness.last + 1, illness.last + 3)
    is_attribute = sentence.tokens[illness.first].text in _ATTRIBUTES and any(
        one.first in behind for one in sentence.mentions_of("absence", "other-bearer")
    )
    is_absence = any(one.first <= illness.first <= one.last for one in sentence.mentions_of("absence"))
    starts = illness.first == 0 and any(one.first in behind for one in sentence.mentions_of("absence"))
    is_condition = sentence.tokens[0].text in _CONDITIONS and _texts(sentence, [illness.last + 1]) == {","}
    if before in _LASTING:
        before = sentence.tokens[max(0, illness.first - 2)].text
    return is_attribute or is_absence or starts or is_condition or before in _ABSENT


def _treated(sentence: ParsedSentence) -> Spans:
    """What a medicine beside magnesium is for, where hours or a professional keep them apart."""
    if not (sentence.has("hours-apart") or sentence.refers_to_professional):
        return []
    if _texts(sentence, range(len(sentence.tokens))) & _ENDED:
        return []
    if sentence.has("no-medicine", "shedding", "likeness", "gone", "benefit", "good-for", "stronger", "less"):
        return []
    found = []
    for medicine in sentence.mentions_of("medicine", "drug", "other-remedy"):
        if (
            _texts(sentence, [medicine.last]) & _MEDICINE_AS_SUCH
            and not _texts(sentence, [medicine.first - 1]) & _READER
        ):
            continue  # `magnesium is a medicine for …`
        for place in range(medicine.last + 1, medicine.last + 1 + _NEAR + 1):
            if _texts(sentence, [place]) & _TREATING:
                end = _end_of_topics(sentence, place + 1)
                found += [range(place, end)] if end > place + 1 else []
    return found


def _measured(sentence: ParsedSentence) -> Spans:
    """Where magnesium is, or is measured: `magnesium in the blood`."""
    lowered = [_span_of(one) for one in sentence.mentions_of("measuring")] if sentence.has("medicine", "drug") else []
    if not sentence.has("measuring") or _has_outside(
        sentence, lowered, *_WORKING_FOR_THE_READER, "needed", "influence", "mild-benefit", "product"
    ):
        return []
    found = []
    for topic in sentence.topics:
        start = topic.first - 1
        if _texts(sentence, [start]) & (_SMALL | _READER):
            start -= 1
        is_place = bool(_texts(sentence, [start]) & {"in", "uit", "from"})
        if is_place and sentence.mentions_between("nutrient", start - _NEAR, start - 1):
            found.append(range(start, topic.last + 1))
    return [] if _texts(sentence, _outside(sentence, found)) & _READER else found


def _tender_stomach(sentence: ParsedSentence) -> Spans:
    """A condition on the stomach beside the advice to take the goods with food, or less of them."""
    is_offer = sentence.has("gentle", "mineral-form") or ":" in _texts(sentence, range(len(sentence.tokens)))
    if not sentence.has_all(("with-a-meal", "tender-stomach")) or is_offer:
        return []
    found = []
    for opener, token in enumerate(sentence.tokens):
        if token.text in {"if", "when", "als", "wanneer", "heb", "bij"} or (not opener and token.text in _CONDITIONS):
            span = range(opener, _end_of_clause(sentence, opener))
            if _names(sentence, span.start, span.stop, "tender-stomach"):
                found.append(span)
    meals = [_span_of(one) for one in sentence.mentions_of("with-a-meal")]
    return [] if _has_outside(sentence, [*found, *meals], *_WORKING_FOR_THE_READER) else found


def _good_cause(sentence: ParsedSentence) -> Spans:
    """The name of a charity or a field of research that gets a gift."""
    if not sentence.has_all(("giving", "good-cause")) or sentence.has("nutrient", "mineral-form", "gone", "stronger"):
        return []
    found = []
    for giving in sentence.mentions_of("giving"):
        first = giving.last + 1
        while _names(sentence, first, after := _end_of_clause(sentence, first), "good-cause"):
            found.append(range(first, after))
            if not _texts(sentence, [after]) & _CONJUNCTIONS:
                break
            first = after + 1  # `a club and a camp for children with …`
    behind = range(max((span.stop for span in found), default=0), len(sentence.tokens))
    is_offer = any(one.first in behind for one in sentence.mentions_of(*OFFERED, *EFFECTS, "makes-you"))
    return [] if is_offer else found


def _named_cause(sentence: ParsedSentence) -> Spans:
    """The name of a charity or field of research, where it endorses nothing: `the Heart Foundation`."""
    if sentence.has("recommends", "praise", "endorses", "endorsing", "speech", "according-to", *OFFERED, "study"):
        return []
    return [
        range(topic.first, topic.last + 2)
        for topic in sentence.topics
        if _texts(sentence, [topic.last + 1]) & _FOUNDATIONS
        or sentence.tokens[topic.last].text.endswith(_FOUNDATION_ENDS)
    ]


_FOUNDATIONS = frozenset(["foundation", "society", "charity", "association", "fund"])
_FOUNDATION_ENDS = ("stichting", "fonds", "vereniging", "bestrijding")


def _access(sentence: ParsedSentence) -> Spans:
    """Those for whom a site, a shop or a lid is made easy to use."""
    texts = _texts(sentence, range(len(sentence.tokens)))
    if not sentence.has("access") or ":" in texts or texts & _TURNS:
        return []
    if sentence.has(
        *OFFERED, "dosage", "takers", "suffering", "contribute", "medical", "against", "makes-you", "stronger"
    ):
        return []
    if sentence.has("gone", "less") or (sentence.has("benefit") and not texts & _PEOPLE):
        return []
    return [
        _whole(sentence, topic)
        for first, after in _clauses(sentence)
        if _names(sentence, first, after, "access")
        for topic in sentence.topics
        if first < topic.first < after and topic.concept.kind in ("complaint", "condition", "health")
    ]


def _vexed_or_calmed(sentence: ParsedSentence) -> Spans:
    """A state of mind that staff or a mishap of the shop brought about: `After two lost parcels I was tense`."""
    matters = {one.first for one in sentence.mentions_of("service", "trade", "shop-world", "vexing")}
    if not sentence.has("service", "vexing") or len(matters) < _MANY or sentence.has("sleep", "night", "stronger"):
        return []
    causes = ("vexing",), ("service", "vexing")
    spans = [
        _whole(sentence, topic)
        for topic in sentence.topics
        for states, named in zip((_BAD_STATES, _GOOD_STATES), causes, strict=True)
        if topic.concept.id in states and sentence.has_near(topic, _FAR, *named)
    ]
    others = [one for one in sentence.topics if one.concept.id not in _BAD_STATES | _GOOD_STATES]
    if any(one.first in span for one in others for span in spans) or _is_unburdened(sentence, spans):
        return []
    aside = [*spans, *(_span_of(one) for one in sentence.mentions_of("vexing"))]
    taking = set(_OF_TAKING) - ({"turning-point"} if sentence.has("vexing") else set())
    return [] if _has_outside(sentence, aside, *OFFERED, *OTHER_GOODS, *taking, "gone", "makes-you") else spans


def _is_unburdened(sentence: ParsedSentence, spans: Spans) -> bool:
    """Whether a state is less than before, or gone: `since my parcel came I am no longer tense`."""
    before = {place for span in spans for place in range(span.start - 2, span.start)}
    is_less = bool(_texts(sentence, before) & _WITHOUT)
    return is_less or bool(_texts(sentence, range(len(sentence.tokens))) & _CHANGED)


_BAD_STATES = frozenset(["stress", "fatigue", "tiredness", "end-of-day"])
_GOOD_STATES = frozenset(["relaxation", "mood", "haven", "organs", "brain"])


def _kitchen_verb(sentence: ParsedSentence) -> Spans:
    """A verb of the kitchen that names the body elsewhere, with what is cooked behind it: `Skin the almonds`."""
    verbs = [_span_of(one) for one in sentence.mentions_of("kitchen-verb")]
    if _has_outside(sentence, verbs, "nutrient", "mineral-form", *_OF_TAKING, "gone", "makes-you"):
        return []
    return [
        _whole(sentence, one)
        for one in sentence.mentions_of("kitchen-verb")
        if sentence.topic_places.isdisjoint(range(one.last + 1, one.last + _NEAR))
        and any(_names(sentence, one.first - 2 * _FAR, one.last + _FAR, word) for word in ("setting-kitchen", "food"))
    ]


def _job_traits(sentence: ParsedSentence) -> Spans:
    """States of mind among what an employer asks for: `You are stress-resistant, tidy and good under pressure`."""
    states = [_whole(sentence, one) for one in sentence.mentions_of("job-state")]
    is_asked = any(sentence.topic_places.isdisjoint(_span_of(one)) for one in sentence.mentions_of("job-trait"))
    if (
        not states
        or not is_asked
        or sentence.has("time-of-day")
        or sentence.tells_of_change
        or ":" in _texts(sentence, range(len(sentence.tokens)))
    ):
        return []
    is_claim = _has_outside(sentence, states, *OFFERED, *OTHER_GOODS, *_OF_TAKING, *_WORKING_FOR_THE_READER)
    return [] if is_claim else states


_ASSAYED = frozenset(["germs", "bacteria", "moulds", "metals", "kiemen", "bacterien", "schimmels", "metalen"])


def _assayed(sentence: ParsedSentence) -> Spans:
    """What a laboratory looks for in the goods: `The lab counts germs and heavy metals`."""
    labs = sentence.mentions_of("laboratory")
    texts = _texts(sentence, range(len(sentence.tokens)))
    if not labs or texts & (_READER | _TURNS | {":", "!"}):
        return []
    if sentence.has(*EFFECTS, *_OF_TAKING, "gone", "less", "stronger", "makes-you", "praise", "endorses"):
        return []
    return [
        _whole(sentence, topic)
        for topic in sentence.topics
        if sentence.tokens[topic.last].text in _ASSAYED and topic.first > labs[0].last
    ]


def _explained(sentence: ParsedSentence) -> Spans:
    """Topics of a whole sentence that two words of shop, work or law explain, and that offers nothing to anybody.

    A named disease needs those who have it before it: `The planner is at home with a slipped disc`.
    """
    if not _offers_nothing(sentence):
        return []
    ill = [_whole(sentence, one) for one in sentence.mentions_of("illness-as-such")]
    needed = 1 if ill and sentence.has("absence", "other-bearer", "first-person") else _MANY
    if explanations(sentence) + len({one.first for one in sentence.mentions_of("absence")}) < needed:
        return []
    bearers = [one.first for one in sentence.mentions_of("other-bearer", "absence")]
    return ill + [
        _whole(sentence, topic)
        for topic in sentence.topics
        if topic.concept.kind in _TROUBLES and any(place < topic.first for place in bearers)
    ]


_TROUBLES = frozenset(["complaint", "condition", "fatigue"])


def _offers_nothing(sentence: ParsedSentence) -> bool:
    """Whether a whole sentence has no goods, no effect, no change for the better, no expert and no reader."""
    if not sentence.is_closed or len(sentence.tokens) < _FAR or sentence.has(*_OFFERING):
        return False
    if any(one.concept.kind == "substance" for one in sentence.mentions):
        return False
    texts = _texts(sentence, range(len(sentence.tokens)))
    return not texts & (_READER - _MINE | _TURNS | _WITHOUT | _CHANGED | _EVERYONE | {":", "!"})


_EVERYONE = frozenset(["everyone", "everybody", "iedereen", "ieder", "more", "meer", "new", "nieuw", "nieuwe", "all"])
_OFFERING = (
    *(*OFFERED, *OTHER_GOODS, *EFFECTS, *_OF_TAKING, "gone", "less", "stronger", "makes-you", "nice", "drug", "pills"),
    *("shedding", "slogan-opening", "skipping", "harm", "going-without", "trying", "figure", "lowers-risk"),
    *("study", "professional", "professionals", "institution", "takers", "endorsing", "praise", "state-figure"),
)


_FINDERS = (
    *(_reported, _of_law, _illness_at_work, _treated, _measured, _tender_stomach),
    *(_good_cause, _named_cause, _access, _vexed_or_calmed, _kitchen_verb, _job_traits, _assayed, _explained),
)
