"""Concepts that are prohibited together: all of a pattern's, near each other, in a segment that denies nothing."""

from collections.abc import Iterator

from recommend.claims.lexicon import Mention
from recommend.claims.records import Claims, Pattern
from recommend.claims.rules.ground import Ground
from recommend.claims.sentence import OFFERED, ParsedSentence

_THIS = frozenset(["dit", "deze", "this", "these"])
_MINE = frozenset(["mijn", "my"])
_TOWARDS = frozenset(["aan", "bij", "for", "met", "to", "van", "voor", "with"])
_NO_PRAISE = ("medicine", "your-professional", "deficiency", "study")


def pattern_grounds(reading: ParsedSentence, claims: Claims) -> Iterator[Ground]:
    yield from _professional_grounds(reading)
    for pattern in claims.patterns:
        if reading.has(*pattern.unless) or ("consult" in pattern.unless and reading.refers):
            continue
        found = _together(reading, pattern)
        if found:
            yield Ground(pattern.verdict, pattern.severity, pattern.reason, found)


def _professional_grounds(reading: ParsedSentence) -> Iterator[Ground]:
    """A doctor beside our product who is not someone to ask: an endorsement, in whatever words."""
    if reading.links("consult", "not-use", "caution", "excess") or reading.has(*_NO_PRAISE):
        return
    found = reading.of("professionals")
    if not reading.refers:
        about_us = reading.has(*OFFERED) or any(token.text in _THIS for token in reading.tokens)
        found += [one for one in reading.of("professional") if about_us or _is_quoted(reading, one)]
    found = [mention for mention in found if not _is_denied(reading, mention)]
    if found:
        yield Ground("prohibited_other", "block", "professional-recommends", tuple(found))


def _is_quoted(reading: ParsedSentence, professional: Mention) -> bool:
    """`Mijn tandarts …`, who then says or does something; not `voor mijn apotheker`."""
    before = [token.text for token in reading.tokens[max(0, professional.first - 2) : professional.first]]
    says = professional.last + 1 < len(reading.tokens)
    return says and bool(before) and before[-1] in _MINE and before[0] not in _TOWARDS


def _is_denied(reading: ParsedSentence, mention: Mention) -> bool:
    segment = reading.segment(mention)
    return segment.denied or bool(reading.between("not", segment.first, segment.last))


def _together(reading: ParsedSentence, pattern: Pattern) -> tuple[Mention, ...]:
    """The first mentions of all the pattern's concepts that stand near enough, found in one pass over each."""
    rows = [
        [m for m in reading.of(concept) if not (pattern.heeds_denial and reading.segment(m).denied)]
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
