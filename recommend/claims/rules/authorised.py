"""Authorised claims: recognises their wordings, and wordings that claim more than the official one."""

from collections.abc import Iterator

from recommend.claims.lexicon import Mention
from recommend.claims.records import Authorised, Claims
from recommend.claims.rules.claim_scope import scope_grounds
from recommend.claims.rules.ground import Ground
from recommend.claims.sentence import ParsedSentence

_LINKS = ("contribute", "role")
_MAGNESIUM = ("nutrient", "mineral-form")
_RELATIVE = ("dat", "die", "which", "that", "who")
_THAT = ("dat", "dit", "deze", "die", "that", "this")
_NUTRIENT = ("mineraal", "mineral", "voedingsstof", "stof", "nutrient", "element")
_IN = ("in", "uit", "van", "from", "of", "inside")
_OUR = ("onze", "our", "deze", "dit", "this")
_WITH = ("met", "with", "plus", "incl", "inclusief", "including")


def _effect_mentions(sentence: ParsedSentence, claim: Authorised) -> list[Mention] | None:
    """Mentions that name the effect of the claim; None when a part is missing or denied."""
    found: list[Mention] = []
    for group in claim.parts:
        mentions = [mention for mention in sentence.mentions_of(*group) if not sentence.segment(mention).denied]
        if not mentions:
            return None
        found += mentions
    return found


def claimed_places(sentence: ParsedSentence, claims: Claims) -> set[int]:
    """Indices of the tokens that belong to an authorised claim."""
    return {
        place
        for claim in claims.authorised.values()
        for mention in _effect_mentions(sentence, claim) or ()
        for place in range(mention.first, mention.last + 1)
    }


def authorised_grounds(sentence: ParsedSentence, claims: Claims, previous: ParsedSentence | None) -> Iterator[Ground]:
    """Grounds for each authorised claim that the sentence names, and for what it says beyond them."""
    named = [(claim, parts) for claim in claims.authorised.values() if (parts := _effect_mentions(sentence, claim))]
    if not named or (sentence.is_warning and not sentence.has_in_context(*_LINKS)):
        return
    if not _has_link(sentence, named):
        return
    claimed = [mention for _, parts in named for mention in parts]
    for claim, parts in named:
        yield _judge(sentence, claim, parts, claimed, previous)
    yield from scope_grounds(sentence, named)


def _has_link(sentence: ParsedSentence, named: list[tuple[Authorised, list[Mention]]]) -> bool:
    """Whether a verb or "normal" links nutrient and effect; without it ("spieren: normaal") there is no claim."""
    if sentence.has_in_context(
        *_LINKS, "needed", "benefit", "mild-benefit", "good-for", "stronger", "against", "medical"
    ):
        return True
    return sentence.has("normal") or any(not claim.says_normal for claim, _ in named)


def _judge(
    sentence: ParsedSentence,
    claim: Authorised,
    parts: list[Mention],
    claimed: list[Mention],
    previous: ParsedSentence | None,
) -> Ground:
    """Ground for one claim: overreach, wrong subject, doubtful wording or a faithful one.

    `claimed` are the mentions of all claims in the sentence: `the building of proteins` makes none beside it stronger.
    """
    named = tuple(parts)
    overreach = _overreach(sentence, claim, named, claimed)
    if overreach:
        return overreach
    subject = _actor(sentence, previous)
    if subject == "product":
        mentions = tuple(sentence.mentions_of("product", "mineral-form")) or named
        return Ground("unauthorised_health", "block", "on-the-product", mentions, (claim.id,), claim.id)
    if subject == "other":
        return Ground(
            "neutral", "warn", "other-nutrient", tuple(sentence.mentions_of("other-nutrient", "other-ingredient"))
        )
    doubts = tuple(_doubts(sentence, claim, parts, subject))
    if doubts:
        return Ground("authorised", "warn", "authorised-doubtful", doubts, (claim.id,), claim.id)
    return Ground("authorised", "ok", "authorised", named, (claim.id,))


def _overreach(
    sentence: ParsedSentence, claim: Authorised, named: tuple[Mention, ...], claimed: list[Mention]
) -> Ground | None:
    """Ground for a claim that is inverted (effects of a deficiency), made medical or made stronger; else None."""
    if sentence.has("deficiency") and sentence.has_in_context("causes", "harm"):
        return Ground("disease", "block", "deficiency", named, (claim.id,), claim.id)
    stronger = tuple(_strengtheners(sentence, claim, list(named), claimed))
    if claim.id == "MG01" and any(mention.concept.id == "medical" for mention in stronger):
        return Ground("disease", "block", "complaint", named, (claim.id,), claim.id)
    if stronger:
        return Ground("unauthorised_health", "block", "made-stronger", stronger, (claim.id,), claim.id)
    return None


def _strengtheners(
    sentence: ParsedSentence, claim: Authorised, parts: list[Mention], claimed: list[Mention]
) -> list[Mention]:
    """Mentions that make the claim stronger than its official wording, a missing "normal" included."""
    own = {
        place
        for mention in [*sentence.mentions_of("maintenance", "less", "normal"), *claimed]
        for place in range(mention.first, mention.last + 1)
    }
    near = {id(sentence.segment(mention)) for mention in [*parts, *sentence.mentions_of(*_LINKS)]}
    concepts = ["stronger", "benefit", "medical", "influence"]
    if claim.id == "MG01":
        concepts += ["against", "gone"]
    found = [
        mention
        for mention in sentence.mentions_of(*concepts)
        if mention.first not in own and id(sentence.segment(mention)) in near
    ]
    if (
        claim.says_normal
        and not sentence.has("normal")
        and not sentence.has("working", "energy-metabolism", "protein-synthesis")
    ):
        found += parts[:1]
    return found


def _doubts(sentence: ParsedSentence, claim: Authorised, parts: list[Mention], subject: str) -> list[Mention]:
    """Mentions that make the wording doubtful: a weaker verb, a missing "normal" or "function", no clear subject."""
    doubts = [*sentence.mentions_of("needed", "good-for", "mild-benefit")]
    own = {mention.first for mention in sentence.mentions_of("maintenance", "less")}
    doubts = [mention for mention in doubts if mention.first not in own]
    if claim.says_normal and not sentence.has("normal"):
        doubts += parts
    if ["working", "normal"] in map(list, claim.parts) and not sentence.has("working"):
        doubts += parts  # "normal muscles" is less than the official "normal function of muscles"
    if subject == "nobody" or not sentence.has_in_context(*_LINKS):
        doubts += parts
    return doubts


def _actor(sentence: ParsedSentence, previous: ParsedSentence | None) -> str:
    """Subject of the claim: "magnesium", "product", "other" (another substance) or "nobody"."""
    links = sentence.mentions_of(*_LINKS) or sentence.mentions_of("needed", "good-for", "mild-benefit")
    verbs = [mention.first for mention in links]
    verb = min(verbs, default=len(sentence.tokens))
    products = [mention.first for mention in sentence.mentions_of("product")]
    named = sentence.mentions_of(*_MAGNESIUM)
    own = [mention.first for mention in named]
    if (not own and products) or (own and all(_is_our_form(sentence, mention) for mention in named)):
        return "product"
    if not own:
        if sentence.has("other-nutrient", "other-ingredient"):
            return "other"
        return _actor_from_context(sentence, previous, verb)
    start = sentence.segment_start(verb)
    if any(start <= place < verb for place in own) and not any(start <= place < verb for place in products):
        return "magnesium"
    early = [place for place in products if place < verb]
    if not early or _refers_back(sentence, own, verb) or _magnesium_acts(sentence, own, early, verb):
        return "magnesium"
    return "product"


def _is_our_form(sentence: ParsedSentence, mention: Mention) -> bool:
    """Whether a compound is the shop's product, not the substance: `our bisglycinate`."""
    before = sentence.tokens[max(0, mention.first - 1) : mention.first]
    return mention.concept.id == "mineral-form" and any(token.text in _OUR for token in before)


def _refers_back(sentence: ParsedSentence, own: list[int], verb: int) -> bool:
    """Whether the subject is magnesium named again: `… magnesium, and that mineral contributes …`."""
    before = [token.text for token in sentence.tokens[max(0, verb - 2) : verb]]
    return len(before) > 1 and before[0] in _THAT and before[1] in _NUTRIENT and min(own) < verb - 2


def _magnesium_acts(sentence: ParsedSentence, own: list[int], products: list[int], verb: int) -> bool:
    """Whether magnesium is the subject: `Magnesium in our capsules …`, `Our capsules contain magnesium, which …`."""
    first = min(own)
    if first + 1 in products:  # `magnesium capsules`
        return False
    if first < min(products) and (first == 0 or sentence.tokens[first - 1].text not in _WITH):
        return True
    last = max((place for place in own if place < verb), default=None)
    if last is None or last < max(products):
        return False
    between = [token.text for token in sentence.tokens[last + 1 : verb]]
    is_parted = any(token.is_stop for token in sentence.tokens[last + 1 : last + 2])  # nothing follows the last word
    return any(word in _RELATIVE for word in between) or (is_parted and "en" not in between and "and" not in between)


def _actor_from_context(sentence: ParsedSentence, previous: ParsedSentence | None, verb: int) -> str:
    """Subject from the list introduction or the previous sentence; a brand name ("NeuroMag") counts as product."""
    if sentence.list_intro and sentence.list_intro.has(*_MAGNESIUM) and not sentence.list_intro.has("product"):
        return "magnesium"
    if previous and previous.has(*_MAGNESIUM) and not previous.has("product") and sentence.has("pronoun"):
        return "magnesium"
    small = {mention.first for mention in sentence.mentions_between("small-word", 0, verb)}
    names = [place for place, token in enumerate(sentence.tokens[:verb]) if not token.is_stop and place not in small]
    return "product" if names and verb < len(sentence.tokens) else "nobody"
