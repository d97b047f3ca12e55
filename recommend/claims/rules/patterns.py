"""Forbidden combinations of concepts near each other, and endorsements by professionals."""

from collections.abc import Iterator

from recommend.claims.lexicon import Mention
from recommend.claims.records import Claims, Pattern
from recommend.claims.rules.ground import Ground
from recommend.claims.sentence import ParsedSentence
from recommend.claims.sentence_words import OFFERED, OTHER_GOODS

_THIS = frozenset(["dit", "deze", "this", "these"])
_MINE = frozenset(["mijn", "my"])
_I = _MINE | frozenset(["ik", "i", "mij", "me"])
_PREPOSITIONS = frozenset(["aan", "bij", "for", "met", "to", "van", "voor", "with"])
_ENDORSING = (
    *("recommends", "praise", "endorses", "endorsing", "uses-it", "made-by", "composed-by", "doctor-praise"),
    *("according-to", "institution", "no-doctor-needed", "stronger", "gone", "benefit"),
)
_TITLES = frozenset(["dr", "drs", "prof", "ir", "mr", "ms"])
_TITLE = 2  # tokens of a title with its full stop
_LONGEST_NAME = 4  # words between a title and a colon
_SAYS = frozenset(
    [
        "zegt",
        "zei",
        "aldus",
        "vertelt",
        "volgens",
        "weet",
        "vindt",
        "verklaart",
        "says",
        "said",
        "explains",
        "knows",
        "according",
    ]
)
_NO_ENDORSEMENT = ("medicine", "your-professional", "deficiency", "study")


def pattern_grounds(sentence: ParsedSentence, claims: Claims) -> Iterator[Ground]:
    """Grounds for endorsements, and for each pattern whose concepts are near each other."""
    yield from _professional_grounds(sentence)
    for pattern in claims.patterns:
        if not sentence.has_all(pattern.all):
            continue
        if sentence.is_of_another_field and not sentence.has(*OFFERED):
            continue
        if sentence.has(*pattern.unless) or ("consult" in pattern.unless and sentence.refers_to_professional):
            continue
        found = _mentions_within(sentence, pattern)
        if found:
            yield Ground(pattern.verdict, pattern.severity, pattern.reason, found)


def _professional_grounds(sentence: ParsedSentence) -> Iterator[Ground]:
    """Ground for a professional named as an endorser of the product, not as a person to ask."""
    is_title = 0 < len(sentence.tokens) <= _TITLE and sentence.tokens[0].text in _TITLES  # `Dr.` in a form
    if is_title or sentence.has_in_context("consult", "not-use", "caution", "excess") or sentence.has(*_NO_ENDORSEMENT):
        return
    if sentence.is_of_another_field and not sentence.has("recommends", "endorses", "endorsing", "praise"):
        return  # `The regulation prohibits claims that refer to doctors`
    if sentence.has("ask") and sentence.has("shop-world", "trade") and not sentence.has(*OFFERED):
        return  # `Have you a question for our dietitian? Send an email`
    is_of_trade = sentence.has("trade", "shop-world") and not sentence.has(*OFFERED, *OTHER_GOODS, *_ENDORSING)
    is_of_trade = is_of_trade and _I.isdisjoint(token.text for token in sentence.tokens)
    found = [] if is_of_trade else sentence.mentions_of("professionals")
    if sentence.has(*OFFERED, *OTHER_GOODS, "first-person"):
        found += [one for one in sentence.mentions_of("professional") if _speaks(sentence, one)]
    if not sentence.refers_to_professional:
        about_us = sentence.has(*OFFERED) or any(token.text in _THIS for token in sentence.tokens)
        found += [one for one in sentence.mentions_of("professional") if about_us or _is_quoted(sentence, one)]
    found = [mention for mention in found if not _is_denied(sentence, mention)]
    if found:
        yield Ground("prohibited_other", "block", "professional-recommends", tuple(found))


def _is_quoted(sentence: ParsedSentence, professional: Mention) -> bool:
    """Whether the professional says or does something: `Mijn tandarts …`, not `voor mijn apotheker`."""
    before = [token.text for token in sentence.tokens[max(0, professional.first - 2) : professional.first]]
    says = professional.last + 1 < len(sentence.tokens)
    return says and bool(before) and before[-1] in _MINE and before[0] not in _PREPOSITIONS


def _speaks(sentence: ParsedSentence, professional: Mention) -> bool:
    """Whether the sentence has the words of a professional: `…, zegt sportarts Vos`, `Sportarts Vos: "Ik …"`."""
    behind = sentence.tokens[professional.last + 1 : professional.last + 1 + _LONGEST_NAME]
    if any(token.text == ":" for token in behind) and sentence.has("first-person"):
        return True
    before = sentence.tokens[max(0, professional.first - 2) : professional.first]
    return any(token.text in _SAYS for token in before) and any(token.is_stop for token in before)


def _is_denied(sentence: ParsedSentence, mention: Mention) -> bool:
    """Whether the segment of the mention has a negation."""
    segment = sentence.segment(mention)
    return segment.denied or bool(sentence.mentions_between("not", segment.first, segment.last))


def _mentions_within(sentence: ParsedSentence, pattern: Pattern) -> tuple[Mention, ...]:
    """First mentions of all concepts of a pattern within its distance, in one pass over each; () when none are."""
    rows = [
        [m for m in sentence.mentions_of(concept) if not (pattern.heeds_denial and sentence.segment(m).denied)]
        for concept in pattern.all
    ]
    places = [0] * len(rows)
    while all(place < len(row) for place, row in zip(places, rows, strict=True)):
        chosen = [row[place] for place, row in zip(places, rows, strict=True)]
        firsts = [mention.first for mention in chosen]
        if max(firsts) - min(firsts) <= pattern.within:
            return tuple(chosen)
        places[firsts.index(min(firsts))] += 1
    return ()
