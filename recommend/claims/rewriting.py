"""Rewritten sentence for a blocked one: its harmless parts remain, an authorised claim replaces the others.

A sentence is cut where a joint or a stop is followed by a verb, by a subject with its verb, or by another item of a row
without a verb. Each part is checked by itself, with the subject that it shares. No text is suggested that the check
would not pass.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from recommend.claims.compiled import check_data
from recommend.claims.records import Claims, Rewriting
from recommend.claims.register import RegisteredClaim
from recommend.claims.register_lexicon import RegisterLexicon
from recommend.claims.register_words import condition_note, inside_sentence, reading_note
from recommend.claims.rules.ground import Ground
from recommend.claims.sentence import ParsedSentence
from recommend.claims.sentence_words import OFFERED
from recommend.claims.verdict import Judgement
from recommend.substances import MAGNESIUM
from recommend.text import Language

PartKind = Literal["clause", "bare", "subordinate", "fragment"]

_ACTING = ("contribute", "benefit", "mild-benefit", "medical", "influence", "role")
_HARD_STOPS = frozenset(";:–—|")
_MAX_TOKENS = 120  # a longer sentence is a text without punctuation; bounds the time
_MAX_PARTS = 12
_MAX_SUBJECT = 8  # words
_CLAUSE_WITHIN = 8  # words between the beginning of a clause and its verb
_MAX_CLAIMS = 2
_LAST_ITEM = 3  # words in the last item of a row
_END_SIGNS = " \t\n\xa0.!?…,;:"
_CONTRIBUTES = {
    "nl": ("draagt bij tot", "dragen bij tot", "tot"),
    "en": ("contributes to", "contribute to", "to"),
}
"""The verb of most wordings: of one substance, of several, and the word before a further effect."""
_AND = {"nl": "en", "en": "and"}
_AT_READER = frozenset(["je", "jou", "jouw", "u", "uw", "tegen", "you", "your", "against"])
"""Words behind a verb that nobody listed: `and banish your fatigue`."""
_BUT = frozenset(["maar", "but"])


@dataclass(frozen=True, slots=True)
class Opinion:
    """Result of a check of a candidate: whether all of it passes, whether some of it blocks, and its claims."""

    passes: bool
    blocks: bool
    claims: tuple[str, ...]


Check = Callable[[str], Opinion]


@dataclass(frozen=True, slots=True)
class Rewritten:
    """Text to say instead, the authorised claims in it, and its condition; without a text why nothing may be said."""

    text: str | None
    claims: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True)
class _Part:
    """Part of a sentence as written; `joint` is the word before it, `subject` the one that it has or shares.

    `is_fact`: it has a verb, or is an item of a row, of which the check knows that it says something of the goods;
    `has_topic`: it names a complaint, an effect or an organ.
    """

    kind: PartKind
    text: str
    joint: str
    subject: str
    may_be_lower: bool
    is_fact: bool
    has_topic: bool

    @property
    def alone(self) -> str:
        """The part as a sentence of its own; empty where it has no subject to share."""
        if self.kind == "bare":
            return _capital(f"{self.subject} {self.text}") if self.subject else ""
        return _capital(self.text)


def rewrite(
    text: str, sentence: ParsedSentence, judgement: Judgement, claims: Claims, directory: Path, *, check: Check
) -> Rewritten:
    """Suggestion for a sentence that is blocked or needs a person; `text` is the sentence as written."""
    ids = tuple(_fitting_claims(sentence, judgement, claims, directory))
    parts = _parts(text, sentence, claims.rewriting[sentence.language])
    kept, made = _harmless(parts, check)
    new = tuple(claim for claim in ids if claim not in made)
    wordings = _wordings(new, sentence.language, claims, directory)
    used = tuple(claim for claim, _ in wordings)
    register = check_data(directory).register_lexicon.register if made else None
    repeated = tuple(claim for claim in sorted(made) if register and claim in register.claims)
    for candidate, keeps in _candidates(parts, kept, [wording for _, wording in wordings], sentence):
        opinion = check(candidate)
        if opinion.passes or (not opinion.blocks and not any(kept)):
            said = (*used, *(repeated if keeps else ()))
            return Rewritten(candidate, said, _note(said, sentence, judgement, claims, directory))
    return Rewritten(None, (), _reason(sentence, judgement, claims, directory))


def _fitting_claims(sentence: ParsedSentence, judgement: Judgement, claims: Claims, directory: Path) -> Iterator[str]:
    """Ids of the authorised claims that fit: those on other nutrients that the sentence names, then magnesium's."""
    about_magnesium = list(_claims_on_magnesium(sentence, judgement, claims))
    lexicon = _lexicon(sentence, judgement.ground, directory)
    others = list(_claims_on_others(sentence, judgement, about_magnesium, lexicon)) if lexicon else []
    named = lexicon is not None and bool(_others(sentence, lexicon))
    if not named or sentence.has("mineral-form") or any(token.text == MAGNESIUM for token in sentence.tokens):
        others += about_magnesium
    yield from list(dict.fromkeys(others))[:_MAX_CLAIMS]


def _claims_on_magnesium(sentence: ParsedSentence, judgement: Judgement, claims: Claims) -> Iterator[str]:
    """Claims that the grounds offer or name, and those whose organ or function the sentence names."""
    yield from judgement.suggestions
    yield from (claim for claim in judgement.claims if claim in claims.authorised)
    if judgement.verdict == "unauthorised_health":
        for claim in claims.authorised.values():
            if sentence.mentions_of(*claim.parts[0]):
                yield claim.id


def _lexicon(sentence: ParsedSentence, ground: Ground | None, directory: Path) -> RegisterLexicon | None:
    """Lexicon of the register, read only where the sentence may concern another nutrient."""
    from_register = ground is not None and ground.reason.startswith("register-")
    concerns = from_register or sentence.has("other-nutrient", "other-ingredient")
    if concerns or any(mention.concept.kind == "substance" for mention in sentence.mentions):
        return check_data(directory).register_lexicon
    return None


def _others(sentence: ParsedSentence, lexicon: RegisterLexicon) -> list[str]:
    """Substances beside magnesium that the sentence names, in order."""
    if len(sentence.tokens) > _MAX_TOKENS:
        return []
    return list(dict.fromkeys(name.substance for name in lexicon.names(sentence.tokens, 0, len(sentence.tokens))))


def _claims_on_others(
    sentence: ParsedSentence, judgement: Judgement, about_magnesium: Sequence[str], lexicon: RegisterLexicon
) -> Iterator[str]:
    """Claims on the named nutrients: those that the grounds name, then those with an effect that the sentence names."""
    register = lexicon.register
    named = [register.claims[claim] for claim in judgement.claims if "." in claim and claim in register.claims]
    yield from (claim.id for claim in named if _is_plain(claim))
    effects = [
        effect
        for ids, _ in lexicon.predicate(sentence.tokens, 0, len(sentence.tokens), sentence.language).effects
        for effect in sorted(ids)
    ]
    effects += [effect for topic in sentence.topics for effect in _EFFECTS.get(topic.concept.id, ())]
    effects += [one.id for one in register.effects.values() if one.magnesium and one.magnesium.claim in about_magnesium]
    for substance in _others(sentence, lexicon):
        for claim in register.by_id[substance].claims:
            if claim.record.effect in effects and _is_plain(claim):
                yield claim.id


_EFFECTS = {"immunity": ("immune_system",)}
"""Effects of the register by the concept of the words that promise more."""


def _is_plain(claim: RegisteredClaim) -> bool:
    """Whether a claim may be made without the conditions of a regulation of its own."""
    return claim.is_usable and not claim.record.article.startswith("14")


def _wordings(ids: Iterable[str], language: Language, claims: Claims, directory: Path) -> list[tuple[str, str]]:
    """Wordings by claim, those without one in the language left out; two on magnesium are one sentence."""
    found: list[tuple[str, str]] = []
    for claim in ids:
        if claim in claims.authorised:
            found.append((claim, claims.authorised[claim].wording(language)))
        elif wording := check_data(directory).register_lexicon.register.claims[claim].wording(language):
            found.append((claim, wording))
    return found


def _joined(wordings: Sequence[str], language: Language) -> list[str]:
    """Wordings in as few sentences: `… draagt bij tot A en tot B`, `Zink en vitamine C dragen bij tot A`."""
    verb, plural, to = _CONTRIBUTES[language]
    tails: dict[str, list[str]] = {}
    others = []
    for wording in wordings:
        subject, found, tail = wording.partition(f" {verb} ")
        if found:
            tails.setdefault(subject, []).append(tail)
        else:
            others.append(wording)
    subjects: dict[tuple[str, ...], list[str]] = {}
    for subject, predicate in tails.items():
        subjects.setdefault(tuple(predicate), []).append(subject)
    joint = f" {_AND[language]} "
    joined = [
        joint.join([names[0], *map(inside_sentence, names[1:])])
        + f" {plural if len(names) > 1 else verb} "
        + f"{joint}{to} ".join(predicate)
        for predicate, names in subjects.items()
    ]
    return joined + others


def _parts(text: str, sentence: ParsedSentence, words: Rewriting) -> list[_Part]:
    """The sentence in parts; one part where it is too long or has too many."""
    tokens = sentence.tokens
    if not tokens or len(tokens) > _MAX_TOKENS:
        return []
    verbs = {place for place, token in enumerate(tokens) if token.text in words.verbs}
    verbs |= {mention.first for mention in sentence.mentions_of(*_ACTING)}
    whole: PartKind = "clause" if verbs else "fragment"
    cuts: list[tuple[int, PartKind, str, int]] = [(0, whole, "", 0)]
    for place, token in enumerate(tokens):
        is_stop, is_joint = token.is_stop and token.text in (*_HARD_STOPS, ","), token.text in words.joints
        is_inside = place + 1 < len(tokens) and bool(tokens[place + 1].glue)  # `get-up-and-go`
        if not (is_stop or is_joint) or is_inside or place < cuts[-1][0]:
            continue
        first, joint = place + 1, token.text if is_joint else ""
        if is_stop and first < len(tokens) and tokens[first].text in words.joints:
            first, joint = first + 1, tokens[first].text
        kind = _kind(sentence, first, verbs, words, after_joint=bool(joint)) if first < len(tokens) else None
        if kind is None and first < len(tokens) and (not verbs or token.text in _HARD_STOPS):
            kind = "fragment"
        if kind:
            cuts.append((first, kind, joint, place))
    if len(cuts) > _MAX_PARTS:
        return []
    return list(_cut(text, sentence, cuts, verbs, words))


def _kind(
    sentence: ParsedSentence, first: int, verbs: set[int], words: Rewriting, *, after_joint: bool
) -> PartKind | None:
    """Kind of the part that begins at a token; None where no part begins."""
    tokens = sentence.tokens
    following = tokens[first + 1].text if first + 1 < len(tokens) else ""
    if first in verbs or (after_joint and following in _AT_READER):
        return "bare"
    if tokens[first].text in words.subordinators and not after_joint:
        return "subordinate"
    if tokens[first].text in words.starters:
        for place in range(first + 1, min(first + _CLAUSE_WITHIN, len(tokens))):
            if place in verbs:
                return "clause"
            if tokens[place].is_stop:
                break
    return None


def _cut(
    text: str,
    sentence: ParsedSentence,
    cuts: Sequence[tuple[int, PartKind, str, int]],
    verbs: set[int],
    words: Rewriting,
) -> Iterator[_Part]:
    tokens = sentence.tokens
    subject, may_be_lower = "", True
    offered = {one.first for one in sentence.mentions_of(*OFFERED, "other-nutrient")}
    topics = {topic.first for topic in sentence.topics}
    plain = {place for place in verbs if tokens[place].text in words.verbs}
    for number, (first, kind, joint, _) in enumerate(cuts):
        stop = cuts[number + 1][3] if number + 1 < len(cuts) else len(tokens)
        begin = tokens[first].start if number else 0
        written = text[begin : tokens[stop].start if stop < len(tokens) else len(text)].strip(_END_SIGNS)
        if kind == "clause":
            verb = min((place for place in verbs if first < place < stop), default=first)
            subject_before, subject = subject, text[begin : tokens[verb].start].strip()
            may_be_lower = tokens[first].text in words.starters or first in offered
            is_goods = any(place in offered for place in range(first, verb))
            is_goods = is_goods or (bool(subject_before) and tokens[first].text in words.pronouns)
            if not is_goods or verb - first > _MAX_SUBJECT or tokens[first].text in words.subordinators:
                subject = ""
        within = range(first, stop)
        if kind == "fragment":
            is_fact = any(tokens[place].text in words.properties for place in within)
        else:
            is_fact = kind == "subordinate" or (bool(subject) and not plain.isdisjoint(within))
        if written:
            yield _Part(kind, written, joint, subject, may_be_lower, is_fact, not topics.isdisjoint(within))


def _harmless(parts: Sequence[_Part], check: Check) -> tuple[list[bool], set[str]]:
    """Which parts may remain, and the authorised claims in them."""
    kept: list[bool] = []
    made: set[str] = set()
    head = ""
    for part in parts:
        is_dependent = part.kind == "subordinate"
        alone = (f"{head}, {part.text}" if head else "") if is_dependent else part.alone
        opinion = check(alone) if alone else None
        stays = opinion is not None and opinion.passes and _is_worth(part, opinion)
        kept.append(stays)
        if opinion is not None and stays:
            made.update(opinion.claims)
        if not is_dependent:
            head = alone if kept[-1] else ""
    return (kept, made) if not all(kept) else ([False] * len(kept), set())


def _is_worth(part: _Part, opinion: Opinion) -> bool:
    """Whether a part that passes remains: a claim of its own, or a fact without a topic."""
    return bool(opinion.claims) if part.has_topic else part.is_fact or bool(opinion.claims)


def _candidates(
    parts: Sequence[_Part], kept: Sequence[bool], wordings: Sequence[str], sentence: ParsedSentence
) -> Iterator[tuple[str, bool]]:
    """Texts to suggest, the nearest to the sentence first, and whether they keep parts of it."""
    claims = _joined(wordings, sentence.language)
    if any(kept):
        yield _render(parts, kept, claims, sentence.language, apart=False), True
        yield _render(parts, kept, claims, sentence.language, apart=True), True
    if claims:
        tail = _tail_after_intro(claims[0], sentence)
        if tail and len(claims) == 1:
            yield tail, False
        yield ". ".join(claims), False
        yield claims[0], False


def _tail_after_intro(wording: str, sentence: ParsedSentence) -> str:
    """The wording of an item below a line that ends in its verb (`Magnesium draagt bij tot:`); empty elsewhere."""
    if sentence.list_intro is None:
        return ""
    intro = [token.text for token in sentence.list_intro.tokens if not token.is_stop]
    words = wording.split()
    for size in range(len(words) - 1, 1, -1):
        if intro[-size:] == [word.casefold() for word in words[:size]]:
            return " ".join(words[size:])
    return ""


def _render(
    parts: Sequence[_Part], kept: Sequence[bool], claims: Sequence[str], language: Language, *, apart: bool
) -> str:
    """The kept parts in their order, with the claims in the place of the first one left out."""
    written = before = subject = ""
    waiting = list(claims)
    for part, stays in zip(parts, kept, strict=True):
        if not stays:
            if part.joint == _AND[language] and before in ("clause", "bare", "fragment"):
                written = _with_last_joint(written, language)
            for claim in waiting:
                written = _append(written, before, claim, "claim", _AND[language], may_be_lower=True, apart=apart)
                before = "claim"
            waiting = []
            continue
        joint = part.joint or _AND[language]
        if part.kind == "subordinate":
            written += f", {part.text}"
        elif part.kind == "bare" and before in ("clause", "bare") and part.subject == subject:
            written += f"{',' if joint in _BUT else ''} {joint} {part.text}"
        elif part.kind == "fragment" and before == "fragment":
            written += f" {joint} {part.text}" if part.joint else f", {part.text}"
        else:
            words = f"{part.subject} {part.text}" if part.kind == "bare" else part.text
            written = _append(written, before, words, part.kind, joint, may_be_lower=part.may_be_lower, apart=apart)
        before, subject = part.kind, part.subject
    return written


def _with_last_joint(written: str, language: Language) -> str:
    """A row that lost its last item, with "and" before the present last one: `is vegan and small`."""
    start, comma, item = written.rpartition(", ")
    words = item.split()
    if not comma or len(words) > _LAST_ITEM or _AND[language] in written.split():
        return written
    return f"{start} {_AND[language]} {item}"


def _append(written: str, before: str, words: str, kind: str, joint: str, *, may_be_lower: bool, apart: bool) -> str:
    """A clause joined to what is written; beside a row without a verb, or where asked, as a sentence of its own."""
    if not written:
        return _capital(words)
    if apart or "fragment" in (before, kind):
        return f"{written}. {_capital(words)}"
    return f"{written}, {joint} {inside_sentence(words) if may_be_lower else words}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _note(used: Sequence[str], sentence: ParsedSentence, judgement: Judgement, claims: Claims, directory: Path) -> str:
    """Condition of the claims in a suggestion; for one without a claim why none may be made."""
    if not used:
        return _reason(sentence, judgement, claims, directory)
    return _conditions(tuple(used), sentence.language, directory)


@lru_cache(maxsize=512)
def _conditions(ids: tuple[str, ...], language: Language, directory: Path) -> str:
    register = check_data(directory).register_lexicon.register
    found = [register.claims[claim] for claim in ids]
    notes = [condition_note(claim, register.by_id[claim.substance], language) for claim in found]
    return " ".join(note for note in dict.fromkeys([*notes, reading_note(found, language)]) if note)


def _reason(sentence: ParsedSentence, judgement: Judgement, claims: Claims, directory: Path) -> str:
    """One line on why nothing may be said; empty where a person may decide."""
    ground = judgement.ground
    if ground is None or judgement.severity != "block":
        return ""
    reason = ground.reason if ground.reason in claims.no_claim else "resembles"
    if judgement.verdict == "disease" and reason == "resembles":
        reason = "complaint"
    text = claims.no_claim[reason].text.in_language(sentence.language)
    words = sentence.words(ground.mentions)
    effects = [claims.refused[name].effect for name in judgement.claims if name in claims.refused]
    effects = [effect for effect in effects if effect != claims.refused["other-effects"].effect]
    lexicon = _lexicon(sentence, ground, directory)
    names = [lexicon.register.by_id[one].name for one in _others(sentence, lexicon)] if lexicon else []
    substances = ", ".join(name.in_language(sentence.language) for name in names) or MAGNESIUM
    effect = ", ".join(dict.fromkeys(effect.in_language(sentence.language) for effect in effects)) or words
    return text.replace("{words}", words).replace("{effect}", effect).replace("{substance}", substances)
