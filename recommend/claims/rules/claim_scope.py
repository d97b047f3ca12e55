"""Scope of an authorised claim: substances beside magnesium, effects beside the listed one, and for whom it is said.

An authorised claim may be said of magnesium, of the listed effect and of everyone. `Magnesium and valerian …`,
`… of the heart muscle`, `… after chemotherapy` and `… in children` claim something else in its words.
"""

from collections.abc import Iterator, Sequence, Set

from recommend.claims.lexicon import Mention
from recommend.claims.records import Authorised, Concept
from recommend.claims.rules.ground import Ground
from recommend.claims.sentence import ParsedSentence

NamedClaims = Sequence[tuple[Authorised, list[Mention]]]

_UNKNOWN = Concept("unknown", "grammar")
_LINKS = ("contribute", "role", "needed", "good-for", "mild-benefit")
_JOINS = frozenset(["en", "and", "&", "plus", "met", "with", "als", "evenals", "alsook", "alsmede", "noch", "nor"])
_BESIDE = frozenset(["zowel", "both", "samen", "together", "combined", "combinatie", "combination", "in", "as", "well"])
_ARTICLES = frozenset(["de", "het", "een", "the", "a", "an", "ook", "also", "onze", "our"])
_RELATIVE = frozenset(["dat", "die", "which", "that", "who"])
_MAX_NAME = 3  # words in the name of an unknown substance
_CLAUSE_SUBJECTS = frozenset(["je", "jij", "u", "ge", "gij", "jullie", "we", "men"])
_OF = {"nl": "van", "en": "of"}
_TO = frozenset(["tot", "aan", "to", "bij"])
_LIKE = frozenset(["net", "zoals", "evenals", "naast", "like", "besides", "alongside"])
_HENCE = frozenset(["dus", "zo", "daarmee", "daardoor", "zelfs", "so", "thus", "thereby", "hence", "therefore", "even"])
_CLAUSE = frozenset(["doordat", "daar", "daaraan", "daartoe", "mede", "because", "something", "things"])
_SO_THAT = frozenset(["zodat", "waardoor", "so"])
_READER = frozenset(["je", "jij", "jouw", "u", "uw", "ge", "gij", "you", "your", "you'll", "you're"])
_TURNS = frozenset([",", ";", "–", "—", "!", "en", "and", "wat", "dat", "dus", "zoals", "which", "as", "so"])
_NO_RESULT = (
    *("trade", "shop-world", "technical", "consult", "not-use", "caution", "excess", "dosage", "usage", "ban"),
    *("food", "amount", "source-of", "rich-in", "contains", "study", "law-and-reference", "fact", "absorption"),
    *(
        "nutrient",
        "mineral-form",
        "product",
        "container",
        "varied-diet",
        "usually-enough",
        "comparison",
        "denial",
        "proof",
        "speech",
    ),
)
_LOOSE = frozenset(["trade", "shop-world", "technical"])
"""Concepts whose words have other meanings too ("sorts", "notice"): they explain no clause on the reader."""
_CLAUSES = frozenset(["en", "and", "wat", "which", "dus", "so", "zo", "dat", "as", "waardoor", "zodat", "leaving"]) | (
    frozenset(["making", "letting", "giving", "keeping", "turning", "getting"])
)
_ANYBODY = frozenset(["volwassenen", "ouderen", "mannen", "vrouwen", "mensen", "iedereen", "sporters", "lichaam"]) | (
    frozenset(["adults", "men", "women", "people", "everyone", "athletes", "older", "body", "human", "menselijk"])
    | frozenset(["jong", "oud", "jongeren", "leeftijd", "sport", "young", "old", "age", "sports"])
)
"""Whom an authorised claim is about: everyone."""
_SHORTEST_TAIL = 2  # words that nothing explains
_FELT = ("merk", "voel", "notice", "feel", "felt")
_WHETHER = frozenset(
    [
        "of",
        "whether",
        "als",
        "if",
        "mits",
        "provided",
        "zolang",
        "unless",
        "tenzij",
        "wanneer",
        "when",
        "hoe",
        "how",
        "whatever",
        "whichever",
        "welke",
        "ongeacht",
        "waar",
        "where",
    ]
)
_RELATIVE = frozenset(["waar", "where"])  # `waar je gezin van profiteert`
_ACTS_ON = frozenset(["making", "letting", "giving", "helping", "keeping", "maakt", "laat", "geeft", "houdt"])
_AFTER = frozenset(["na", "after", "following"])
# After these comes what everyone does every day: they are no occasion.
_DAILY = (
    frozenset(["inname", "innemen", "gebruik", "maaltijd", "maaltijden", "ontbijt", "eten", "opname"])
    | frozenset(["sporten", "sport", "training", "inspanning", "je", "de", "het", "een", "elke", "iedere"])
    | frozenset(["meal", "meals", "breakfast", "eating", "intake", "taking", "use", "absorption", "exercise", "sports"])
    | frozenset(["exercising", "workout", "the", "a", "your", "each", "every", "all"])
)
_AND = {
    "nl": frozenset(["en", "of", "zoals", "alsmede", "evenals", "alsook", "plus"]),
    "en": frozenset(["and", "or", "plus"]),
}


def scope_grounds(sentence: ParsedSentence, named: NamedClaims) -> Iterator[Ground]:
    """Grounds for a sentence that uses the words of authorised claims beyond their scope."""
    if not named:
        return
    yield from _joint_subject_grounds(sentence, named)
    yield from audience_grounds(sentence)
    beyond = _effects_beyond(sentence, named) or _tail(sentence, named)
    if beyond:
        yield Ground("unauthorised_health", "block", "not-listed", tuple(beyond))


def audience_grounds(sentence: ParsedSentence, claimed: Set[int] = frozenset()) -> Iterator[Ground]:
    """Grounds for a claim tied to patients, to a treatment or to children."""
    if sentence.is_warning:
        return
    patients = _said_of(sentence, "patient-context", claimed)
    if patients:
        yield Ground("disease", "block", "tied-to-disease", tuple(patients))
    ill = [
        topic
        for topic in sentence.topics
        if topic.concept.kind in ("condition", "complaint")
        and topic.concept.id != "expecting"
        and topic.first not in claimed
        and not sentence.segment(topic).denied
    ]
    if ill:
        yield Ground("disease", "block", "tied-to-disease", tuple(ill))
    children = _said_of(sentence, "children", claimed)
    if children:
        yield Ground("unauthorised_health", "block", "children", tuple(children))


def _said_of(sentence: ParsedSentence, concept: str, claimed: Set[int]) -> list[Mention]:
    """Mentions of a concept that are neither denied nor part of a claim's own wording."""
    found = sentence.mentions_of(concept)
    return [one for one in found if not sentence.segment(one).denied and one.first not in claimed]


def _joint_subject_grounds(sentence: ParsedSentence, named: NamedClaims) -> Iterator[Ground]:
    """Ground for substances joined to magnesium, or compared with it, that have no such claim of their own."""
    shared = set.intersection(*(set(claim.shared_with) for claim, _ in named))
    wrong = [partner for partner in _partners(sentence) if partner.concept.id not in shared]
    some = set.union(*(set(claim.shared_with) for claim, _ in named))
    wrong += [likened for likened in _likened(sentence) if likened.concept.id not in some]
    if wrong:
        yield Ground("unauthorised_health", "block", "joint-subject", tuple(wrong), tuple(c.id for c, _ in named))


def _likened(sentence: ParsedSentence) -> Iterator[Mention]:
    """Substances after `net als` or `like`: `Magnesium contributes, like turmeric, …`."""
    for place, token in enumerate(sentence.tokens[:-1]):
        before = sentence.tokens[place - 1].text if place else ""
        is_like = token.text == "like" or (token.text == "als" and before == "net")
        if is_like and any(mention.first == place + 1 for mention in sentence.mentions if _is_substance(mention)):
            yield from _substances_at(sentence, place + 1, len(sentence.tokens), 1)[0]


def _partners(sentence: ParsedSentence) -> list[Mention]:
    """Substances joined to magnesium as the subject: `Magnesium and valerian`, `together with maca`."""
    verb = min((mention.first for mention in sentence.mentions_of(*_LINKS)), default=0)
    own = [mention for mention in sentence.mentions_of("nutrient") if mention.first < verb or verb == 0]
    found = list(_combined(sentence))
    if not own:
        return found
    last = own[-1]
    if not _is_singular_clause(sentence, last.last + 1, verb):
        found += _walk(sentence, last.last + 1, verb, 1)
        found += _walk(sentence, own[0].first - 1, -1, -1)
    return found


def _is_singular_clause(sentence: ParsedSentence, first: int, verb: int) -> bool:
    """Whether the verb is that of a clause on magnesium alone: `zinc and magnesium, which contributes`."""
    between = [token.text for token in sentence.tokens[first:verb]]
    return bool(set(between) & _RELATIVE) and sentence.tokens[verb].text.endswith(("t", "s"))


def _combined(sentence: ParsedSentence) -> Iterator[Mention]:
    """Substances after `samen met`, `in combination with`, wherever they stand."""
    for place, token in enumerate(sentence.tokens[:-2]):
        if token.text in ("samen", "together", "combinatie", "combination", "combined"):
            following = sentence.tokens[place + 1].text
            if following in ("met", "with"):
                yield from _substances_at(sentence, place + 2, len(sentence.tokens), 1)[0]


def _walk(sentence: ParsedSentence, place: int, stop: int, step: int) -> list[Mention]:
    """Partners from a place on, as long as words join them; a comma joins only beside an "and"."""
    found: list[Mention] = []
    joined = has_and = False
    while place != stop and 0 <= place < len(sentence.tokens):
        token = sentence.tokens[place]
        if token.text in _JOINS or token.text == ",":
            joined = True
            has_and = has_and or token.text != ","
        elif token.text not in _ARTICLES and token.text not in _BESIDE:
            if not joined:
                break
            partners, place = _substances_at(sentence, place, stop, step)
            if not partners:
                break
            found += partners
            joined = False
            continue
        place += step
    return found if has_and else []


def _substances_at(sentence: ParsedSentence, place: int, stop: int, step: int) -> tuple[list[Mention], int]:
    """Substance at a place, known or not, and the place after it; nothing where the name is too long for one."""
    known = [one for one in sentence.mentions if one.first <= place <= one.last and _is_substance(one)]
    if known:
        longest = max(known, key=lambda mention: (mention.last - mention.first, mention.concept.kind == "substance"))
        return [longest], (longest.last + 1 if step > 0 else longest.first - 1)
    first = place
    while place != stop and 0 <= place < len(sentence.tokens):
        token = sentence.tokens[place]
        if token.is_stop or token.text in _JOINS or token.text in _ARTICLES or token.text in _BESIDE:
            break
        if _is_no_substance(sentence, place) and place != first:
            break
        if abs(place - first) >= _MAX_NAME or not token.text.isalpha() or _is_no_substance(sentence, place):
            return [], place
        place += step
    is_whole = place == stop or not 0 <= place < len(sentence.tokens) or _bounds_name(sentence, place, step)
    if place == first or not is_whole:
        return [], place
    return [Mention(_UNKNOWN, *sorted((first, place - step)))], place


def _is_substance(mention: Mention) -> bool:
    """Whether the mention is a substance other than magnesium."""
    return mention.concept.kind == "substance" or mention.concept.id in ("other-nutrient", "other-ingredient")


def _bounds_name(sentence: ParsedSentence, place: int, step: int) -> bool:
    """Whether a name may end before this word: at a stop, a joint or the verb, but not at the end of another clause."""
    token = sentence.tokens[place]
    if token.is_stop or token.text in _JOINS or token.text in _ARTICLES or token.text in _BESIDE:
        return True
    return step > 0 and any(mention.first == place for mention in sentence.mentions_of(*_LINKS))


def _is_no_substance(sentence: ParsedSentence, place: int) -> bool:
    """Whether the word names the goods, a part of a claim, a verb or another thing that is no substance."""
    if sentence.tokens[place].text in _RELATIVE or sentence.mentions_between("claim-end", place, place):
        return True
    return any(
        mention.first <= place <= mention.last
        and (mention.concept.kind == "function" or mention.concept.id in (*_LINKS, "product", "mineral-form", "amount"))
        for mention in sentence.mentions
    )


def _effects_beyond(sentence: ParsedSentence, named: NamedClaims) -> list[Mention]:
    """Words that name an effect or an organ beside the listed ones: after the verb, or before a verb at the end.

    Each item of the list of effects must name a listed effect; and what a function is the function "of" must too.
    """
    span = _effect_span(sentence, named)
    known = _known_places(sentence, named)
    found: list[Mention] = []
    item: list[int] = []
    is_inverted = span.stop < len(sentence.tokens)
    is_of = False  # whether the last item ended in "of …", which the next one continues
    seen = False  # a circumstance before the first listed effect closes nothing: `of importance for …`
    for place in range(span.start, span.stop + 1 if span else 0):
        token = sentence.tokens[place] if place < span.stop else None
        text = token.text if token else ""
        seen = seen or (place in known and _is_part(sentence, place))
        closes = seen and place not in known and _closes(sentence, place)
        if token and not token.is_stop and text not in _AND[sentence.language] and not closes:
            item.append(place)
            continue
        gap, is_of = _gap(sentence, item, known, is_of, seen and is_inverted)
        if gap is not None:
            found.append(Mention(_UNKNOWN, gap, gap))
        item = []
        if token is None or (token.is_stop and text != ",") or closes:
            found += _occasion(sentence, place)
            break
    return found


def _effect_span(sentence: ParsedSentence, named: NamedClaims) -> range:
    """Places of the list of effects: after the verb, or from "tot" to a verb behind it (`tot … bijdraagt`)."""
    first = _first_part(named)
    verbs = sentence.mentions_of(*_LINKS)
    before = [verb.last for verb in verbs if verb.first < first]
    if before:
        return range(max(before) + 1, len(sentence.tokens))
    last = max(part.last for _, parts in named for part in parts)
    after = [verb.first for verb in verbs if verb.first > last]
    if not after:
        return range(0)
    start = next((place + 1 for place in range(first, -1, -1) if sentence.tokens[place].text in _TO), None)
    stop = next((place for place in range(last + 1, min(after)) if _ends_inverted(sentence, place)), min(after))
    return range(sentence.segment_start(first) if start is None else start, stop)


def _ends_inverted(sentence: ParsedSentence, place: int) -> bool:
    """Whether the subject or a clause stands here, behind effects that come first: `… supports magnesium`."""
    token = sentence.tokens[place]
    named = any(
        sentence.mentions_between(concept, place, place) for concept in ("nutrient", "mineral-form", "claim-end")
    )
    return named or token.text in _CLAUSE or (token.is_stop and token.text != ",")


def _is_of_the_reader(sentence: ParsedSentence, place: int) -> bool:
    """Whether a clause is about the reader and not about the shop: `… so you run faster`."""
    if sentence.has("shop-world", "trade"):
        return False
    return any(token.text in _READER for token in sentence.tokens[place : place + 2])


def _occasion(sentence: ParsedSentence, place: int) -> list[Mention]:
    """Word that ties the claim to an occasion or a result: `after a night out`, `so you …`; not `after a meal`."""
    if place + 1 < len(sentence.tokens) and sentence.tokens[place].is_stop:
        place += 1
    if place >= len(sentence.tokens):
        return []
    if sentence.tokens[place].text in _SO_THAT and _is_of_the_reader(sentence, place + 1):
        return [Mention(_UNKNOWN, place, place)]
    if sentence.tokens[place].text not in _AFTER:
        return []
    following = range(place + 1, min(place + 4, len(sentence.tokens)))
    tied = [one for one in following if sentence.tokens[one].text.isalpha() and sentence.tokens[one].text not in _DAILY]
    return [Mention(_UNKNOWN, tied[0], tied[0])] if tied else []


def _tail(sentence: ParsedSentence, named: NamedClaims) -> list[Mention]:
    """Word behind a claim that goes on to claim more: `…, as your doctor says`, `… and sorts out your cycle`.

    Not a circumstance (`whether you run or row`), advice, or a clause on shop, law, food, amounts or use.
    """
    last = max(part.last for _, parts in named for part in parts)
    verbs = [verb.first for verb in sentence.mentions_of(*_LINKS)]
    return words_behind(sentence, last) if verbs and min(verbs) < last else []


def words_behind(sentence: ParsedSentence, last: int) -> list[Mention]:
    """Word behind a claim that ends at a token, by which the sentence claims more."""
    turn = next((place for place in range(last + 1, len(sentence.tokens)) if _turns(sentence, place)), None)
    if turn is None:
        return _bare_tail(sentence, last)
    if any(token.text in _WHETHER for token in sentence.tokens[turn + 1 : turn + 3]):
        return []
    if sentence.mentions_between("ask", turn + 1, turn + 1) or sentence.has("consult"):
        return []  # `…; ask your doctor whether you need more`
    rest = range(turn + 1, len(sentence.tokens))
    experts = [one for one in sentence.mentions_of("professional", "professionals") if one.first in rest]
    return experts[:1] or _claims_on(sentence, rest)


def _bare_tail(sentence: ParsedSentence, last: int) -> list[Mention]:
    """Word of a tail without a joint that nothing explains: `… making you the life of the party`, `for a bad back`."""
    rest = range(last + 1, len(sentence.tokens))
    explained = [mention for mention in sentence.mentions_of(*_NO_RESULT) if mention.first in rest]
    acts = [place for place in rest[:-1] if sentence.tokens[place].text in _ACTS_ON]
    if any(sentence.tokens[place + 1].text in _READER for place in acts):
        return [Mention(_UNKNOWN, acts[0], acts[0])]
    if explained or not rest or sentence.tokens[rest.start].text in _WHETHER - _RELATIVE or sentence.is_warning:
        return []
    plain = {one.first for one in sentence.mentions_of("claim-end", "claim-filler", "small-word", "pronoun", *_LINKS)}
    texts = {place: sentence.tokens[place].text for place in rest}
    others = [
        place
        for place, text in texts.items()
        if text.isalpha() and place not in plain and text not in _ANYBODY and text not in _READER
    ]
    return [Mention(_UNKNOWN, others[0], others[0])] if len(others) >= _SHORTEST_TAIL else []


def _claims_on(sentence: ParsedSentence, rest: range) -> list[Mention]:
    """Word of a clause that is on the reader, or that nothing explains."""
    texts = {place: sentence.tokens[place].text for place in rest}
    explained = [mention for mention in sentence.mentions_of(*_NO_RESULT) if mention.first in rest]
    if any(mention.first in rest for mention in sentence.mentions_of("not", "falls-short")):
        explained = [mention for mention in explained if mention.concept.id != "food"]
    is_felt = any(text.startswith(_FELT) for text in texts.values())
    if not is_felt and any(mention.concept.id not in _LOOSE for mention in explained):
        return []
    readers = [place for place, text in texts.items() if text in _READER]
    shops = {mention.first for mention in explained}
    is_shops = any({place + 1, place + 2} & shops for place in readers) or _is_call(sentence, rest)
    if readers and (is_felt or not is_shops):
        return [Mention(_UNKNOWN, readers[0], readers[0])]
    if explained or not _CLAUSES & {sentence.tokens[rest.start - 1].text, texts.get(rest.start)}:
        return []
    plain = {one.first for one in sentence.mentions_of("claim-end", "claim-filler", "small-word", "pronoun")}
    others = [place for place, text in texts.items() if text.isalpha() and place not in plain and text not in _ANYBODY]
    return [Mention(_UNKNOWN, others[0], others[0])] if len(others) >= _SHORTEST_TAIL else []


def _is_call(sentence: ParsedSentence, rest: range) -> bool:
    """Whether the clause begins with a call to read or order: `…; lees meer in je account`."""
    return bool(sentence.mentions_between("trade", rest.start, rest.start))


def _turns(sentence: ParsedSentence, place: int) -> bool:
    return sentence.tokens[place].text in _TURNS


def _first_part(named: NamedClaims) -> int:
    return min(part.first for _, parts in named for part in parts)


def _closes(sentence: ParsedSentence, place: int) -> bool:
    """Whether a word ends the list of effects: a circumstance, or "of" with a clause (`of je nu fietst of wandelt`)."""
    if place >= len(sentence.tokens):
        return False
    if sentence.mentions_between("claim-end", place, place) or sentence.mentions_between("varied-diet", place, place):
        return True
    following = [token.text for token in sentence.tokens[place + 1 : place + 2]]
    return bool(following) and sentence.tokens[place].text == "of" and following[0] in _CLAUSE_SUBJECTS


def _known_places(sentence: ParsedSentence, named: NamedClaims) -> frozenset[int]:
    """Indices of the tokens that belong to the wording of the claims."""
    mentions = [part for _, parts in named for part in parts if part.concept.id != "working"]
    mentions += sentence.mentions_of("normal", "maintenance", "less", "nutrient", "mineral-form", *_LINKS)
    mentions += [m for m in sentence.mentions_of("working") if _is_simple(sentence, m)]
    mentions += [
        mention
        for mention in sentence.mentions
        if mention.concept.kind in ("function", "substance", "fatigue") and mention.concept.id != "working"
    ]
    return frozenset(place for mention in mentions for place in range(mention.first, mention.last + 1))


def _is_simple(sentence: ParsedSentence, mention: Mention) -> bool:
    """Whether the word is "function" itself, not the function of something (`leverfunctie`)."""
    return sentence.tokens[mention.first].text.startswith(("werk", "funct"))


def _gap(
    sentence: ParsedSentence, item: Sequence[int], known: frozenset[int], is_of: bool, is_claim: bool
) -> tuple[int | None, bool]:
    """Index of the word in an item that names something beyond, and whether the item ends in "of …".

    `is_claim`: the item is one of a list of effects by its place, whatever its words.
    """
    words = [place for place in item if sentence.tokens[place].text.isalpha()]
    while words and sentence.tokens[words[0]].text in _HENCE:
        words = words[1:]
    if not words or sentence.tokens[words[0]].text in _LIKE:
        return None, is_of
    texts = [sentence.tokens[place].text for place in words]
    ofs = [place for place in words if sentence.tokens[place].text == _OF[sentence.language]]
    plain = {one.first for one in sentence.mentions_of("claim-end", "claim-filler")} | known | set(ofs)
    others = [place for place in words if place not in plain and sentence.tokens[place].text not in _TO]
    parts = [place for place in words if place in known and _is_part(sentence, place)]
    after_of = [place for place in others if ofs and place > ofs[-1]]
    if after_of and (_is_function(sentence, ofs[-1] - 1) or is_of):
        return after_of[0], True
    if parts:
        beside = [place for place in others if place + 1 in parts]
        if sentence.language == "en":
            beside += [place for place in others if place - 1 in parts]  # `muscle growth`
        return (beside[0] if beside else None), bool(ofs)
    claims_more = (
        is_claim or texts[0] in _TO or any(place in known for place in words) or (is_of and len(words) <= _MAX_NAME)
    )
    return (others[0] if others and claims_more else None), is_of


def _is_part(sentence: ParsedSentence, place: int) -> bool:
    """Whether the word is a listed effect or organ, not a joint such as "normal" or "function"."""
    return any(
        mention.first <= place <= mention.last
        and mention.concept.kind in ("function", "fatigue")
        and mention.concept.id not in ("normal", "working", "maintenance", "less")
        for mention in sentence.mentions
    )


def _is_function(sentence: ParsedSentence, place: int) -> bool:
    return bool(place >= 0 and any(m.first <= place <= m.last for m in sentence.mentions_of("working", "maintenance")))
