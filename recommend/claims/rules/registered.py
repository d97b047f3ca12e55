"""Claims on other nutrients: each substance of a sentence is held against the register by itself.

A sentence is read as substances, a verb frame and effects. All substances must have every effect that it names; one
that has not makes the sentence unauthorised and is named in the reason. Whole wordings of the register, such as those
without a verb frame, are recognised by their words.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from recommend.claims.findings import Severity, Verdict
from recommend.claims.lexicon import Mention
from recommend.claims.records import Concept
from recommend.claims.register import RegisteredClaim
from recommend.claims.register_lexicon import (
    Frame,
    Name,
    Predicate,
    RegisterLexicon,
    content_words,
    is_filler,
    words_in,
)
from recommend.claims.rules.claim_scope import words_behind
from recommend.claims.rules.ground import Ground
from recommend.claims.sentence import ParsedSentence
from recommend.claims.sentence_words import EFFECTS
from recommend.claims.tokens import Token
from recommend.substances import MAGNESIUM
from recommend.text import LANGUAGES

PREFIX = "register-"
"""Beginning of the reasons of this module."""
MAY_CONCERN = (
    *("contribute", "role", "needed", "benefit", "mild-benefit", "good-for", "other-nutrient", "other-ingredient"),
    *("source-of", "rich-in", "nutrient"),
)
"""Concepts without which no sentence concerns the register."""

_MAX_TOKENS = 400  # a longer sentence is a text without punctuation; bounds the time
_NAMED = Concept("registered", "grammar")
_BOUNDARIES = frozenset(":;?!()–—|")
_RELATIVE = frozenset(["dat", "die", "wat", "which", "that", "who"])
_JOINTS = frozenset(["en", "and", "of", "or", "met", "with", "plus", "inclusief", "including", ","])
_ARTICLES = words_in("de het een the a an je uw your")
_CATEGORIES = words_in(
    "mineraal mineralen vitamine vitamines vitaminen spoorelement spoorelementen stof stoffen "
    "voedingsstof voedingsstoffen combinatie duo trio extra mineral minerals vitamin vitamins trace "
    "element elements nutrient nutrients combination acid intake inname dagelijkse alleen only not "
    "niet maar but"
)
_STRONGER = ("stronger", "benefit", "medical", "influence", "against", "gone")
_MIND = words_in("sleep relaxation stress mood memory mental-noise end-of-day haven nervous-system psyche felt-effect")
_CONTAINS = frozenset(["bevat", "bevatten", "contains", "contain"])
_THESE = frozenset(["dit", "deze", "this", "these", "het", "it", "ze", "they"])
_CHILDREN = words_in(
    "kind kinderen kids baby baby's peuters kleuters pubers tieners child children infants toddlers teens teenagers"
)


@dataclass(frozen=True, slots=True)
class Reading:
    """Grounds on registered claims, and the indices of the tokens that they account for."""

    grounds: tuple[Ground, ...]
    places: frozenset[int]


def is_settled(ground: Ground | None) -> bool:
    """Whether a ground rests on the register itself, so that no likeness of words changes it."""
    return ground is not None and ground.reason.startswith(PREFIX) and ground.reason != f"{PREFIX}doubtful"


def read_registered(sentence: ParsedSentence, lexicon: RegisterLexicon) -> Reading | None:
    """Reading of a sentence that makes claims on substances beside magnesium; None for any other sentence."""
    if len(sentence.tokens) > _MAX_TOKENS:
        return None
    if whole := _whole_wording(sentence, lexicon):
        return whole
    return None if sentence.is_warning else _on_hold(sentence, lexicon) or _by_frames(sentence, lexicon)


def _whole_wording(sentence: ParsedSentence, lexicon: RegisterLexicon) -> Reading | None:
    """Reading of a sentence with exactly the words of a registered claim."""
    for language in LANGUAGES:
        words = tuple(word for _, word in content_words(sentence.tokens, language))
        claims = lexicon.wordings.get((language, words))
        if claims and not any(segment.denied for segment in sentence.segments):
            names = _names(sentence, 0, len(sentence.tokens), lexicon)
            own = [name for name in names if name.substance == claims[0].substance]
            marks = _marks_of(own[:1]) or _marks([0])
            return Reading((_ground_of(claims[0], marks),), frozenset(range(len(sentence.tokens))))
    return None


def _ground_of(claim: RegisteredClaim, marks: tuple[Mention, ...]) -> Ground:
    """Ground for one claim in its own words."""
    if not claim.is_usable:
        return Ground("unauthorised_health", "block", f"{PREFIX}{claim.record.status}", marks, (claim.id,))
    if claim.record.article.startswith("14"):
        return Ground("authorised", "warn", f"{PREFIX}conditions", marks, (claim.id,))
    return Ground("authorised", "ok", f"{PREFIX}authorised", marks, (claim.id,))


@dataclass(frozen=True, slots=True)
class _Clause:
    """A verb frame with its subjects and its predicate.

    `in_intro`: the frame is in the line above the list; `is_inverted`: the effect stands before the subjects.
    """

    frame: Frame
    subjects: tuple[Name, ...]
    unknown: tuple[int, ...]  # words joined to the subjects that name no known substance
    predicate: Predicate
    in_intro: bool = False
    is_inverted: bool = False


def _by_frames(sentence: ParsedSentence, lexicon: RegisterLexicon) -> Reading | None:
    """Reading of substances, verb frames and effects."""
    clauses = [clause for clause in _clauses(sentence, lexicon) if not _is_denied(sentence, clause)]
    if not any(clause.predicate.effects for clause in clauses):
        inverted = [clause for clause in _inverted(sentence, lexicon) if not _is_denied(sentence, clause)]
        clauses = inverted[:1] or clauses
    if not any(name.substance != MAGNESIUM for clause in clauses for name in clause.subjects):
        return None
    grounds: list[Ground] = []
    places: set[int] = set()
    for clause in clauses:
        found = list(_judge_clause(sentence, clause, lexicon))
        if not found:
            return None
        grounds += found
        if not clause.in_intro:
            places.update(range(clause.frame.first, clause.frame.last + 1))
        places.update(place for _, effect in clause.predicate.effects for place in effect)
    grounds += _stronger(sentence, clauses, places)
    grounds += _behind(sentence, clauses)
    return Reading(tuple(grounds), frozenset(places))


def _is_denied(sentence: ParsedSentence, clause: _Clause) -> bool:
    frame = clause.frame
    return not clause.in_intro and sentence.segment(Mention(_NAMED, frame.first, frame.last)).denied


def _clauses(sentence: ParsedSentence, lexicon: RegisterLexicon) -> Iterator[_Clause]:
    """Clauses with a known subject; a clause without one of its own has the subject of the clause before it."""
    tokens = sentence.tokens
    frames = list(lexicon.frames(tokens))
    if not frames and sentence.list_intro:
        yield from _item_clause(sentence, sentence.list_intro, lexicon)
    subjects: tuple[Name, ...] = ()
    unknown: tuple[int, ...] = ()
    start = 0
    for number, frame in enumerate(frames):
        own, strangers = _subjects(sentence, start, frame, lexicon)
        if own:
            subjects, unknown = own, strangers
        after = frames[number + 1].first if number + 1 < len(frames) else len(tokens)
        first = frame.last + 1
        predicate = lexicon.predicate(tokens, first, _end_of_predicate(tokens, first, after), frame.language)
        start = max((place + 1 for _, effect in predicate.effects for place in effect), default=first)
        if number + 1 < len(frames):  # words behind the last effect belong to the next clause
            predicate = lexicon.predicate(tokens, first, start, frame.language)
        if subjects:
            yield _Clause(frame, subjects, unknown, predicate)


def _inverted(sentence: ParsedSentence, lexicon: RegisterLexicon) -> Iterator[_Clause]:
    """Clauses with the effect before the verb, or with a noun for the verb; those with a listed effect first."""
    if not lexicon.names(sentence.tokens, 0, len(sentence.tokens)):
        return
    found = []
    for inversion in lexicon.inversions(sentence.tokens):
        names = _names(sentence, *inversion.substances, lexicon)
        if not names or _is_on_the_product(sentence, names, *inversion.substances):
            continue
        predicate = lexicon.predicate(sentence.tokens, *inversion.effect, inversion.frame.language)
        unknown = tuple(_strangers(sentence.tokens, names, *inversion.substances))
        found.append(_Clause(inversion.frame, tuple(names), unknown, predicate, is_inverted=True))
    yield from sorted(
        found, key=lambda clause: (not clause.predicate.effects, len(clause.predicate.leftover + clause.unknown))
    )


def _item_clause(sentence: ParsedSentence, intro: ParsedSentence, lexicon: RegisterLexicon) -> Iterator[_Clause]:
    """Clause of a list item whose verb ends the line above: `Vitamin D contributes to:`."""
    frames = list(lexicon.frames(intro.tokens))
    if frames and frames[-1].last >= len(intro.tokens) - 2:
        subjects, unknown = _subjects(intro, 0, frames[-1], lexicon)
        predicate = lexicon.predicate(sentence.tokens, 0, len(sentence.tokens), frames[-1].language)
        if subjects and not unknown:
            yield _Clause(frames[-1], subjects, (), predicate, in_intro=True)


def _end_of_predicate(tokens: Sequence[Token], first: int, after: int) -> int:
    for place in range(first, after):
        if tokens[place].text in ".;!?":
            return place
    return after


def _subjects(
    sentence: ParsedSentence, start: int, frame: Frame, lexicon: RegisterLexicon
) -> tuple[tuple[Name, ...], tuple[int, ...]]:
    """Substances that the verb speaks of, and unknown words joined to them; none where the product is the subject."""
    tokens = sentence.tokens
    first = max((place + 1 for place in range(start, frame.first) if tokens[place].text in _BOUNDARIES), default=start)
    names = _names(sentence, first, frame.first, lexicon)
    if not names:  # `Zinc (10 mg) contributes …`
        first = start
        names = _names(sentence, first, frame.first, lexicon)
    behind = names[0].last if names else frame.first  # `Did you know that zinc …`: no relative pronoun
    relative = [place for place in range(frame.first - 1, behind, -1) if tokens[place].text in _RELATIVE]
    if relative:
        names = _run_before(tokens, names, relative[0])
        first = names[0].first if names else first
    elif _is_on_the_product(sentence, names, first, frame.first):
        return (), ()
    unknown = tuple(_strangers(tokens, names, first, relative[0] if relative else frame.first)) if names else ()
    return tuple(names), unknown


def _is_on_the_product(sentence: ParsedSentence, names: Sequence[Name], first: int, after: int) -> bool:
    """Whether the product is the subject: `Our capsules with zinc …`, `Zinc tablets …`."""
    products = [mention.first for mention in sentence.mentions_between("product", first, after - 1)]
    return any(not names or place < names[0].first or place - 1 in {name.last for name in names} for place in products)


def _names(sentence: ParsedSentence, first: int, after: int, lexicon: RegisterLexicon) -> list[Name]:
    """All substances between two tokens, magnesium and its forms among them."""
    names = lexicon.names(sentence.tokens, first, after)
    taken = {place for name in names for place in range(name.first, name.last + 1)}
    forms = {
        place
        for mention in sentence.mentions_of("mineral-form")
        for place in range(mention.first, mention.last + 1)
        if first <= place < after
    }
    own = {place for place in range(first, after) if sentence.tokens[place].text.startswith("magnesium")} | forms
    names += [Name(MAGNESIUM, place, place) for place in sorted(own - taken)]
    return sorted(names, key=lambda name: name.first)


def _run_before(tokens: Sequence[Token], names: Sequence[Name], end: int) -> list[Name]:
    """Substances of the list that ends just before a relative pronoun: `with zinc and vitamin C, which …`."""
    run: list[Name] = []
    for name in reversed(names):
        between = tokens[name.last + 1 : run[0].first if run else end]
        if name.last >= end or not all(_joins(token) for token in between):
            if name.last >= end:
                continue
            break
        run.insert(0, name)
    return run


def _joins(token: Token) -> bool:
    return token.is_stop or token.text in _JOINTS or is_filler(token.text) or token.text in _CATEGORIES


def _strangers(tokens: Sequence[Token], names: Sequence[Name], first: int, after: int) -> Iterator[int]:
    """Words beside a joint with a substance that name none themselves: `Zinc and spirulina contribute …`."""
    taken = {place for name in names for place in range(name.first, name.last + 1)}
    joints = [place for place in range(first, after) if tokens[place].text in _JOINTS]
    for joint in joints:
        around = [place for place in (joint - 1, joint + 1) if first <= place < after]
        if not any(place in taken for place in around):
            continue
        for place in around:
            word = tokens[place].text
            if place not in taken and not tokens[place].is_stop and not (_joins(tokens[place]) or word.isdecimal()):
                yield place


def _judge_clause(sentence: ParsedSentence, clause: _Clause, lexicon: RegisterLexicon) -> Iterator[Ground]:
    """Grounds for one clause: each effect of each substance, then what departs from the wording."""
    effects = clause.predicate.effects
    if not effects:
        yield from _unlisted(clause, lexicon)
        return
    for ids, places in effects:
        yield _judge_effect(sentence, clause, ids, places, lexicon)
    beside = _in_brackets(sentence.tokens)
    departs = [*clause.unknown, *(place for place in clause.predicate.leftover if place not in beside)]
    more = _effects_beside(sentence.tokens, clause.predicate)
    if any(sentence.tokens[place].text in _CHILDREN for place in clause.predicate.leftover):
        yield Ground("unauthorised_health", "block", f"{PREFIX}children", _marks(departs))
    elif more:
        yield Ground("unauthorised_health", "block", f"{PREFIX}beside", _marks(more))
    elif departs:
        yield Ground("authorised", "warn", f"{PREFIX}doubtful", _marks(departs))


def _effects_beside(tokens: Sequence[Token], predicate: Predicate) -> list[int]:
    """Words that name an effect beside the listed ones.

    A word just before a listed effect acts on it or narrows it (`and relaxes your muscles`, `growth of normal hair`);
    a word behind a joint and an article is an effect of its own (`normal skin and the ageing process`).
    """
    starts = {places[0] for _, places in predicate.effects}
    known = starts | {place for _, places in predicate.effects for place in places}
    found = []
    for place in predicate.leftover:
        behind = place + 1
        while behind < len(tokens) and behind not in known and is_filler(tokens[behind].text):
            behind += 1
        before = [token.text for token in tokens[max(0, place - 2) : place]]
        joined = len(before) > 1 and before[0] in _JOINTS and before[1] in _ARTICLES and min(known) < place
        if behind in starts or joined:
            found.append(place)
    return found


def _in_brackets(tokens: Sequence[Token]) -> set[int]:
    """Tokens in brackets with a number, such as an amount: no part of the claim."""
    inside: set[int] = set()
    opened: int | None = None
    for place, token in enumerate(tokens):
        if token.text == "(":
            opened = place
        elif token.text == ")" and opened is not None:
            if any(one.text.isdecimal() for one in tokens[opened:place]):
                inside.update(range(opened, place + 1))
            opened = None
    return inside


def _judge_effect(
    sentence: ParsedSentence, clause: _Clause, ids: frozenset[str], places: tuple[int, ...], lexicon: RegisterLexicon
) -> Ground:
    """Ground for one effect of all subjects; any of the effects that share the words may be meant."""
    concepts = {topic.concept.id for topic in sentence.topics if topic.first in places}
    claims: list[RegisteredClaim] = []
    lacking: list[Name] = []
    asks: list[Name] = []
    for name in clause.subjects:
        claim = _claim_on(name.substance, ids, lexicon)
        if claim:
            claims.append(claim)
        elif concepts & lexicon.on_hold[name.substance]:
            asks.append(name)
        else:
            lacking.append(name)
    named = tuple(claim.id for claim in claims)
    if lacking:
        return Ground("unauthorised_health", "block", _reason_for(lacking, lexicon), _marks_of(lacking), named)
    unusable = [claim for claim in claims if not claim.is_usable]
    if unusable:
        return Ground(
            "unauthorised_health", "block", f"{PREFIX}{unusable[0].record.status}", _marks_of(clause.subjects), named
        )
    if asks:
        return Ground("neutral", "warn", f"{PREFIX}on-hold", _marks_of(asks), named)
    return _faithfulness(clause, claims, places, lexicon)


def _claim_on(substance: str, ids: frozenset[str], lexicon: RegisterLexicon) -> RegisteredClaim | None:
    for claim in lexicon.register.by_id[substance].claims:
        if claim.record.effect in ids and not claim.record.article.startswith("14"):
            return claim
    return None


def _reason_for(lacking: Sequence[Name], lexicon: RegisterLexicon) -> str:
    """Reason for substances without a claim: none for this effect, or none at all."""
    without = all(not lexicon.register.by_id[name.substance].usable for name in lacking)
    return f"{PREFIX}no-claim" if without else f"{PREFIX}not-for"


def _faithfulness(
    clause: _Clause, claims: Sequence[RegisteredClaim], places: tuple[int, ...], lexicon: RegisterLexicon
) -> Ground:
    """Ground for an authorised effect: faithful, doubtful, or stronger than the claim."""
    ids = tuple(claim.id for claim in claims)
    marks = _marks(places)
    language = clause.frame.language
    said = [claim.wording(language) or claim.record.en for claim in claims]
    own = [lexicon.shape(wording, language) for wording in said]
    predicate, kind = clause.predicate, clause.frame.kind
    severity: Severity = "ok"
    if any(shape.is_normal for shape in own) and not predicate.is_normal:
        if any(shape.has_carrier for shape in own) and not predicate.has_carrier:
            return Ground("unauthorised_health", "block", f"{PREFIX}stronger", marks, ids)
        severity = "warn"
    if all(shape.has_function for shape in own) and not predicate.has_carrier:
        severity = "warn"
    if kind == "raise" and not all(shape.kind == "raise" for shape in own):
        return Ground("unauthorised_health", "block", f"{PREFIX}stronger", _marks([clause.frame.first]), ids)
    if kind == "good" or (kind == "needed" and not any(shape.kind == "needed" for shape in own)):
        severity = "warn"
    verdict: Verdict = "authorised"
    reason = "authorised" if severity == "ok" else "doubtful"
    return Ground(
        verdict, severity, f"{PREFIX}{reason}", _marks_of(clause.subjects) if severity == "ok" else marks, ids
    )


def _unlisted(clause: _Clause, lexicon: RegisterLexicon) -> Iterator[Ground]:
    """Ground for a claim whose effect is none of the list: only where the verb is that of a claim."""
    beside = [name for name in clause.subjects if name.substance != MAGNESIUM]
    if not beside or not clause.predicate.leftover:
        return
    if clause.frame.kind == "contribute" and (clause.is_inverted or clause.frame.last - clause.frame.first >= 1):
        yield Ground("unauthorised_health", "block", _reason_for(beside, lexicon), _marks_of(beside))


def _stronger(sentence: ParsedSentence, clauses: Sequence[_Clause], places: set[int]) -> Iterator[Ground]:
    """Ground for words beside the claims that make them stronger than they are."""
    first = min(-1 if clause.in_intro or clause.is_inverted else clause.frame.first for clause in clauses)
    found = tuple(
        mention
        for mention in sentence.mentions_of(*_STRONGER)
        if mention.first not in places and mention.first > first and not sentence.segment(mention).denied
    )
    if found:
        yield Ground("unauthorised_health", "block", f"{PREFIX}stronger", found)


def _behind(sentence: ParsedSentence, clauses: Sequence[_Clause]) -> Iterator[Ground]:
    """Ground for a clause behind the last claim that promises more: `…, so you wake up cheerful`."""
    last = clauses[-1]
    ends = [place for _, places in last.predicate.effects for place in places]
    if not ends or last.is_inverted or max(ends) < last.frame.last:
        return
    found = words_behind(sentence, max(ends))
    if found:
        yield Ground("unauthorised_health", "block", f"{PREFIX}beside", tuple(found))


def _on_hold(sentence: ParsedSentence, lexicon: RegisterLexicon) -> Reading | None:
    """Reading of a sentence on botanicals alone, whose claims are on hold.

    Psychological and behavioural functions may not be advertised (CJEU C-386/23); functions of the body are a question
    for a person.
    """
    names = _names(sentence, 0, len(sentence.tokens), lexicon)
    held = [name for name in names if _has_on_hold(name, lexicon)]
    topics = [topic for topic in sentence.topics if not sentence.segment(topic).denied]
    if not held or len(held) < len(names) or not topics or not _promises(sentence, topics):
        return None
    mind = tuple(topic for topic in topics if topic.concept.id in _MIND)
    if mind:
        return Reading((Ground("unauthorised_health", "block", f"{PREFIX}on-hold-mind", mind),), _places(mind))
    allowed = frozenset.intersection(*(lexicon.on_hold[name.substance] for name in held))
    stronger = [one for one in sentence.mentions_of("stronger", "medical") if one.first not in _places(topics)]
    if stronger or not all(topic.concept.id in allowed for topic in topics):
        return None
    return Reading((Ground("neutral", "warn", f"{PREFIX}on-hold", _marks_of(held)),), _places(topics))


def _has_on_hold(name: Name, lexicon: RegisterLexicon) -> bool:
    return any(one.status == "on_hold" for one in lexicon.register.by_id[name.substance].not_authorised)


def _promises(sentence: ParsedSentence, topics: Sequence[Mention]) -> bool:
    """Whether a verb, or the word before a topic, promises it: `valerian for a good night`."""
    if sentence.has_in_context(*EFFECTS, "role", "needed", "aim"):
        return True
    before = {sentence.tokens[place].text for topic in topics for place in range(max(0, topic.first - 3), topic.first)}
    return not before.isdisjoint(("voor", "for", "bij"))


def _places(mentions: Iterable[Mention]) -> frozenset[int]:
    return frozenset(place for mention in mentions for place in range(mention.first, mention.last + 1))


def content_grounds(sentence: ParsedSentence, lexicon: RegisterLexicon) -> Iterator[Ground]:
    """Ground for a nutrition claim on a list of nutrients of which one is not magnesium: `Contains zinc and B6`."""
    for first, kind in _content_verbs(sentence) if len(sentence.tokens) <= _MAX_TOKENS else ():
        names = _list_from(sentence, first, lexicon)
        entries = [lexicon.register.by_id[name.substance] for name in names]
        if all(name.substance == MAGNESIUM for name in names) or not all(entry.is_nutrient for entry in entries):
            continue
        claims = dict.fromkeys(_content_id(name.substance, kind) for name in names)
        yield Ground("nutrition_content", "ok", f"{PREFIX}content", _marks_of(names), tuple(claims))


def _content_id(substance: str, kind: str) -> str:
    return kind if substance == MAGNESIUM else f"{substance}.{kind}"


def _content_verbs(sentence: ParsedSentence) -> Iterator[tuple[int, str]]:
    """Place after each verb or phrase of a nutrition claim, with its kind: "source-of" or "rich-in"."""
    for mention in sentence.mentions_of("source-of", "rich-in"):
        if not sentence.segment(mention).denied:
            yield mention.last + 1, mention.concept.id
    for place, token in enumerate(sentence.tokens):
        if token.text in _CONTAINS and _is_of_the_goods(sentence, place):
            yield place + 1, "source-of"


def _is_of_the_goods(sentence: ParsedSentence, place: int) -> bool:
    """Whether the verb at a token speaks of the product: nothing stands before it, or the product does."""
    return place == 0 or sentence.tokens[0].text in _THESE or bool(sentence.mentions_between("product", 0, place - 1))


def _list_from(sentence: ParsedSentence, first: int, lexicon: RegisterLexicon) -> list[Name]:
    """Substances of the list that begins at a token."""
    run: list[Name] = []
    for name in _names(sentence, first, len(sentence.tokens), lexicon):
        if not all(_joins(token) for token in sentence.tokens[run[-1].last + 1 if run else first : name.first]):
            break
        run.append(name)
    return run


def _marks(places: Iterable[int]) -> tuple[Mention, ...]:
    return tuple(Mention(_NAMED, place, place) for place in places)


def _marks_of(names: Iterable[Name]) -> tuple[Mention, ...]:
    return tuple(Mention(_NAMED, name.first, name.last) for name in names)
