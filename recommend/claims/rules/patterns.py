"""Concepts that are prohibited together: all of a pattern's, near each other, in a segment that denies nothing."""

from collections.abc import Iterator

from recommend.claims.lexicon import Mention
from recommend.claims.records import Claims, Pattern
from recommend.claims.rules.ground import Ground
from recommend.claims.sentence import OFFERED, ParsedSentence

_THIS = frozenset(["dit", "deze", "this", "these"])
_MINE = frozenset(["mijn", "my"])
_PREPOSITIONS = frozenset(["aan", "bij", "for", "met", "to", "van", "voor", "with"])
_NO_ENDORSEMENT = ("medicine", "your-professional", "deficiency", "study")


def pattern_grounds(sentence: ParsedSentence, claims: Claims) -> Iterator[Ground]:
    yield from _professional_grounds(sentence)
    for pattern in claims.patterns:
        if sentence.has(*pattern.unless) or ("consult" in pattern.unless and sentence.refers_to_professional):
            continue
        found = _mentions_within(sentence, pattern)
        if found:
            yield Ground(pattern.verdict, pattern.severity, pattern.reason, found)


def _professional_grounds(sentence: ParsedSentence) -> Iterator[Ground]:
    """A doctor beside our product who is not someone to ask: an endorsement, in whatever words."""
    if sentence.has_in_context("consult", "not-use", "caution", "excess") or sentence.has(*_NO_ENDORSEMENT):
        return
    found = sentence.mentions_of("professionals")
    if not sentence.refers_to_professional:
        about_us = sentence.has(*OFFERED) or any(token.text in _THIS for token in sentence.tokens)
        found += [one for one in sentence.mentions_of("professional") if about_us or _is_quoted(sentence, one)]
    found = [mention for mention in found if not _is_denied(sentence, mention)]
    if found:
        yield Ground("prohibited_other", "block", "professional-recommends", tuple(found))


def _is_quoted(sentence: ParsedSentence, professional: Mention) -> bool:
    """`Mijn tandarts …`, who then says or does something; not `voor mijn apotheker`."""
    before = [token.text for token in sentence.tokens[max(0, professional.first - 2) : professional.first]]
    says = professional.last + 1 < len(sentence.tokens)
    return says and bool(before) and before[-1] in _MINE and before[0] not in _PREPOSITIONS


def _is_denied(sentence: ParsedSentence, mention: Mention) -> bool:
    segment = sentence.segment(mention)
    return segment.denied or bool(sentence.mentions_between("not", segment.first, segment.last))


def _mentions_within(sentence: ParsedSentence, pattern: Pattern) -> tuple[Mention, ...]:
    """The first mentions of all the pattern's concepts that stand near enough, found in one pass over each."""
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
