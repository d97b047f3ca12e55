"""Passages that name a disease or effect for another reason than a claim, and the sentence that is left without them.

`The regulator fined a shop for the sentence "cures migraine"`, `Fifty cents go to brain research`, `If you fall ill,
a colleague takes over your shift`. A block is lifted where the rest of the sentence passes by itself, nothing takes the
passage back (`… but you know better`), and no goods are offered beside it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import msgspec

from recommend.claims.passages.matters import (
    access,
    assayed,
    explained,
    good_cause,
    illness_at_work,
    job_traits,
    kitchen_verb,
    measured,
    named_cause,
    tender_stomach,
    treated,
    vexed_or_calmed,
)
from recommend.claims.passages.reports import of_law, reported
from recommend.claims.passages.spans import NEAR, clauses, quoted_places
from recommend.claims.rules.ground import Ground
from recommend.claims.sentence import ParsedSentence
from recommend.claims.sentence_words import OFFERED
from recommend.claims.tokens import Token
from recommend.claims.verdict import Judgement

_NEVER_BESIDE = ("covert-hint", "replaces-medicine", "natural-medicine", "leaving-pills")
_LONGEST = 150  # words; a longer one is a list or a text without punctuation
_FINDERS = (
    *(reported, of_law, illness_at_work, treated, measured, tender_stomach),
    *(good_cause, named_cause, access, vexed_or_calmed, kitchen_verb, job_traits, assayed, explained),
)


def pass_without_passages(
    sentence: ParsedSentence, judgement: Judgement, judge_rest: Callable[[Sequence[Token]], Judgement]
) -> Judgement:
    """The judgement, or that of the rest of the sentence where only passages that claim nothing were in its way."""
    taken = set() if judgement.severity == "ok" else _taken(sentence)
    named = tuple(topic for topic in sentence.topics if topic.first in taken)
    if not named or any(judge_rest(clause).severity == "block" for clause in _clauses_beside(sentence, taken)):
        return judgement
    kept = [place for place in range(len(sentence.tokens)) if place not in taken]
    rest = judge_rest([sentence.tokens[place] for place in kept]) if kept else None
    if not rest or not rest.ground or _is_plain(rest, rest.ground):
        return Judgement("neutral", "ok", Ground("neutral", "ok", "not-claimed", named), ())
    if rest.severity == "block":
        return judgement
    moved = tuple(
        msgspec.structs.replace(one, first=kept[one.first], last=kept[one.last]) for one in rest.ground.mentions
    )
    return replace(rest, ground=replace(rest.ground, mentions=moved))


def _taken(sentence: ParsedSentence) -> set[int]:
    """Places of all passages; none in a list, in a question, beside a wink, or where one would hide an expert."""
    if sentence.list_intro or sentence.is_question or len(sentence.tokens) > _LONGEST:
        return set()
    taken = {place for find in _FINDERS for span in find(sentence) for place in span}
    is_undone = any(one.first not in taken for one in sentence.mentions_of(*_NEVER_BESIDE))
    return set() if is_undone or _hides_an_expert(sentence, taken) else taken


def _is_plain(rest: Judgement, ground: Ground) -> bool:
    """Whether the rest of a sentence claims nothing; for want of the passage it may read like a slogan."""
    if ground.reason == "reads-like-a-slogan" or (ground.reason == "resembles" and _names_nothing(ground)):
        return True
    return rest.severity == "ok" and rest.verdict == "neutral"


def _names_nothing(ground: Ground) -> bool:
    """Whether no topic, substance or product is among the words that a sentence resembles a claim by."""
    kinds = {one.concept.kind for one in ground.mentions}
    return kinds <= {"grammar"} and not any(one.concept.id in OFFERED for one in ground.mentions)


def _clauses_beside(sentence: ParsedSentence, taken: set[int]) -> Iterator[Sequence[Token]]:
    """Clauses with a topic and without a passage, which have to pass by themselves."""
    for first, after in clauses(sentence):
        places = set(range(first, after))
        if len(places) >= NEAR and not places & taken and places & sentence.topic_places:
            yield sentence.tokens[first:after]


def _hides_an_expert(sentence: ParsedSentence, taken: set[int]) -> bool:
    """Whether a passage has a professional in it and is no quotation: `with the support of a society of doctors`."""
    experts = {one.first for one in sentence.mentions_of("professional", "professionals")}
    return any(sentence.tokens[place].text != "research" for place in experts & taken - quoted_places(sentence))
