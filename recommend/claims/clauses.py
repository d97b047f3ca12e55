"""Clauses of a sentence: what excuses one, a denial or a warning, excuses no claim that another makes by itself.

`These tablets cure arthritis, and this is no medicine` denies nothing of its first clause.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import msgspec

from recommend.claims.lexicon import Lexicon
from recommend.claims.records import Claims
from recommend.claims.sentence import ParsedSentence
from recommend.claims.sentence_words import EFFECTS, OFFERED
from recommend.claims.verdict import Judgement, judge

_JOINTS = frozenset(["en", "and", "want", "because", "so", "zodat", "dus", "maar", "but", "–", "—"]) | (
    frozenset(["while", "terwijl", "although", "though", "hoewel"])
)
_APART = frozenset([";", "–", "—"])
"""Signs behind which nothing hangs on the clause before."""
_SUBORDINATE = frozenset(
    ["dat", "of", "als", "indien", "wanneer", "wie", "die", "wat", "waar", "zoals", "hoe", "omdat", "waarom", "welke"]
) | frozenset(["that", "whether", "if", "when", "who", "which", "what", "where", "how", "as", "like", "why", "or"])
"""First words of a clause that asserts nothing by itself."""
_CONTENT = frozenset(["dat", "that", "whether", "claim", "claims", "zin", "zinnen", "bewering", "beweringen"]) | (
    frozenset(["sentence", "sentences", "statement", "statements", "woorden", "words", "bewijs", "evidence", "proof"])
)
"""Words of a denial whose content may stand behind a comma or colon: `The claim was rejected: magnesium cures …`."""
_BACK = frozenset(
    ["dat", "that", "is", "was", "zijn", "are", "klopt", "niet", "not", "no", "nee", "het", "it", "wat"]
) | (frozenset(["which", "zo", "such", "nothing", "niets", "mag", "mogen", "may", "zegt", "zeggen", "say", "says"]))
"""First words of a clause that may speak of the clause before."""
_NAMED = frozenset(["complaint", "refused"])
"""Reasons that stand on a word for a disease or a refused effect, and need no other clause to be understood."""
_OF_PROOF = frozenset(["proof", "evidence", "proven", "shown", "bewijs", "bewezen", "aangetoond", "onderbouwd"])
_IN_CASE = frozenset(["bij", "als", "wie", "heb", "krijg", "merk", "word", "voel", "wanneer", "indien"]) | (
    frozenset(["if", "with", "when", "should", "for", "anyone"])
)
"""First words of a sentence on who should see a professional."""
_OF_PROFESSIONALS = ("medicine", "drug", "professional", "your-professional")
_SLOGANS = ("turning-point", "slogan-opening", "shedding")
_OPENINGS = frozenset(["zo", "nooit", "eindelijk", "weg", "hier", "never", "finally", "this", "here", "goodbye"])
_ABOUT_THEM = frozenset(["het", "dit", "jouw", "uw", "it", "this", "your"])
"""First words of a clause on the goods, or on what is the reader's."""
_SHORTEST = 3


@dataclass(frozen=True, slots=True)
class _Clause:
    """Token places from `first` up to `after`, and the joint before it, nothing for the first."""

    first: int
    after: int
    joint: str


def claim_beside_excuse(sentence: ParsedSentence, lexicon: Lexicon, claims: Claims, judgement: Judgement) -> Judgement:
    """The judgement, or that of a clause which promises an effect by itself whatever excuses the others."""
    if judgement.severity == "block" or judgement.verdict == "authorised" or not sentence.topics:
        return judgement
    clauses = list(_clauses(sentence))
    if len(clauses) == 1:
        return judgement
    for number, clause in enumerate(clauses):
        alone = ParsedSentence(sentence.tokens[clause.first : clause.after], lexicon)
        if not _asserts(alone) or _hangs_on_another(clauses, number, sentence):
            continue
        found = judge(alone, claims)
        if found.severity == "block" and found.ground and found.ground.reason in _NAMED:
            shifted = [
                msgspec.structs.replace(one, first=one.first + clause.first, last=one.last + clause.first)
                for one in found.ground.mentions
            ]
            return replace(found, ground=replace(found.ground, mentions=tuple(shifted)))
    return judgement


def _clauses(sentence: ParsedSentence) -> Iterator[_Clause]:
    first, joint = 0, ""
    for place, token in enumerate(sentence.tokens):
        if token.is_stop or token.text in _JOINTS:
            if place > first:
                yield _Clause(first, place, joint)
            first, joint = place + 1, token.text
    if first < len(sentence.tokens):
        yield _Clause(first, len(sentence.tokens), joint)


def _asserts(clause: ParsedSentence) -> bool:
    """Whether a clause promises by itself: with the goods, or as a slogan on what is gone."""
    words = [token.text for token in clause.tokens]
    if len(words) < _SHORTEST or words[0] in _SUBORDINATE or {"dat", "that", "whether"} & set(words):
        return False
    if clause.has("denial", "no-medicine", "not-intended", "undecided", *_OF_PROFESSIONALS):
        return False
    if clause.is_warning or clause.is_question:
        return False
    is_slogan = words[0] in _OPENINGS or clause.has("gone", *_SLOGANS)
    is_about_them = words[0] in _ABOUT_THEM and clause.has(*EFFECTS, "stronger", "makes-you")
    return is_slogan or is_about_them or (clause.has(*OFFERED) and clause.has(*EFFECTS))


def _hangs_on_another(clauses: list[_Clause], number: int, sentence: ParsedSentence) -> bool:
    """Whether a denial or warning before or behind a clause may be about what the clause says."""
    if _hangs_on_what_is_before(clauses[number], sentence):
        return True
    return number + 1 < len(clauses) and _is_taken_up(clauses[number + 1], sentence)


def _hangs_on_what_is_before(clause: _Clause, sentence: ParsedSentence) -> bool:
    if clause.joint not in _APART:
        before = {token.text for token in sentence.tokens[: clause.first]}
        if before & _CONTENT or (sentence.refers_to_professional and sentence.tokens[0].text in _IN_CASE):
            return True
    if clause.joint != ":" or _is_whole_denial(clause, sentence):
        return False
    warnings = sentence.mentions_of("caution", "not-use", "excess", "consult")
    return any(one.first < clause.first for one in warnings) or any(
        part.denied and part.first < clause.first for part in sentence.segments
    )


def _is_whole_denial(clause: _Clause, sentence: ParsedSentence) -> bool:
    """Whether what stands before a colon denies something of its own: `It cures no disease: these tablets …`."""
    denied = [topic for topic in sentence.topics if topic.first < clause.first and sentence.segment(topic).denied]
    says = any(one.first < clause.first for one in sentence.mentions_of("speech", "proof", "ban"))
    return bool(denied) and not says


def _is_taken_up(following: _Clause, sentence: ParsedSentence) -> bool:
    """Whether the next clause speaks of the one before it: `…, is not proven`, `…, praat dan met je huisarts`."""
    words = [token.text for token in sentence.tokens[following.first : following.after]]
    is_condition = "dan" in words or "then" in words
    is_no_medicine = any(following.first <= one.first < following.after for one in sentence.mentions_of("no-medicine"))
    is_about_it = following.joint not in _APART and words[0] in _BACK and not is_no_medicine
    return is_condition or is_about_it or not _OF_PROOF.isdisjoint(words)
