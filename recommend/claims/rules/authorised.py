"""Whether a unit words one of the authorised claims, and how faithfully."""

from collections.abc import Iterator

from recommend.claims.lexicon import Mention
from recommend.claims.records import Authorised, Claims
from recommend.claims.rules.ground import Ground
from recommend.claims.sentence import ParsedSentence

_LINKS = ("contribute", "role")
_MAGNESIUM = ("nutrient", "mineral-form")
_RELATIVE = ("dat", "die", "which", "that", "who")
_IN = ("in", "uit", "van", "from", "of", "inside")
_WITH = ("met", "with", "plus", "incl", "inclusief", "including")


def _parts(reading: ParsedSentence, claim: Authorised) -> list[Mention] | None:
    """The words that name the claim's effect; None when a part is missing or stands in a denied segment."""
    found: list[Mention] = []
    for group in claim.parts:
        mentions = [mention for mention in reading.of(*group) if not reading.segment(mention).denied]
        if not mentions:
            return None
        found += mentions
    return found


def claimed_places(reading: ParsedSentence, claims: Claims) -> set[int]:
    """The tokens that the authorised claims of this unit account for."""
    return {
        place
        for claim in claims.authorised.values()
        for mention in _parts(reading, claim) or ()
        for place in range(mention.first, mention.last + 1)
    }


def authorised_grounds(reading: ParsedSentence, claims: Claims, before: ParsedSentence | None) -> Iterator[Ground]:
    named = [(claim, parts) for claim in claims.authorised.values() if (parts := _parts(reading, claim))]
    if not named or (reading.warns and not reading.links(*_LINKS)):
        return
    if not _is_stated(reading, named):
        return
    for claim, parts in named:
        yield _judge(reading, claim, parts, before)


def _is_stated(reading: ParsedSentence, named: list[tuple[Authorised, list[Mention]]]) -> bool:
    """Nutrients and effects without any link between them ("spieren: normaal") are no wording of a claim."""
    if reading.links(*_LINKS, "needed", "benefit", "mild-benefit", "good-for", "stronger", "against", "medical"):
        return True
    return reading.has("normal") or any(not claim.says_normal for claim, _ in named)


def _judge(reading: ParsedSentence, claim: Authorised, parts: list[Mention], before: ParsedSentence | None) -> Ground:
    named = tuple(parts)
    overreach = _overreach(reading, claim, named)
    if overreach:
        return overreach
    subject = _attributed_to(reading, before)
    if subject == "product":
        mentions = tuple(reading.of("product")) or named
        return Ground("unauthorised_health", "block", "on-the-product", mentions, (claim.id,), claim.id)
    if subject == "other":
        return Ground("neutral", "warn", "other-nutrient", tuple(reading.of("other-nutrient", "other-ingredient")))
    doubts = tuple(_doubts(reading, claim, parts, subject))
    if doubts:
        return Ground("authorised", "warn", "authorised-doubtful", doubts, (claim.id,), claim.id)
    return Ground("authorised", "ok", "authorised", named, (claim.id,))


def _overreach(reading: ParsedSentence, claim: Authorised, named: tuple[Mention, ...]) -> Ground | None:
    """A claim turned round (what a deficiency does), made medical or made stronger."""
    if reading.has("deficiency") and reading.links("causes", "harm"):
        return Ground("disease", "block", "deficiency", named, (claim.id,), claim.id)
    stronger = tuple(_strengtheners(reading, claim, list(named)))
    if claim.id == "MG01" and any(mention.concept.id == "medical" for mention in stronger):
        return Ground("disease", "block", "complaint", named, (claim.id,), claim.id)
    if stronger:
        return Ground("unauthorised_health", "block", "made-stronger", stronger, (claim.id,), claim.id)
    return None


def _strengtheners(reading: ParsedSentence, claim: Authorised, parts: list[Mention]) -> list[Mention]:
    own = {
        place
        for mention in [*reading.of("maintenance", "less", "normal"), *parts]
        for place in range(mention.first, mention.last + 1)
    }
    near = {id(reading.segment(mention)) for mention in [*parts, *reading.of(*_LINKS)]}
    concepts = ["stronger", "benefit", "medical", "influence"]
    if claim.id == "MG01":
        concepts += ["against", "gone"]
    found = [
        mention
        for mention in reading.of(*concepts)
        if mention.first not in own and id(reading.segment(mention)) in near
    ]
    if (
        claim.says_normal
        and not reading.has("normal")
        and not reading.has("working", "energy-metabolism", "protein-synthesis")
    ):
        found += parts[:1]
    return found


def _doubts(reading: ParsedSentence, claim: Authorised, parts: list[Mention], subject: str) -> list[Mention]:
    doubts = [*reading.of("needed", "good-for", "mild-benefit")]
    own = {mention.first for mention in reading.of("maintenance", "less")}
    doubts = [mention for mention in doubts if mention.first not in own]
    if claim.says_normal and not reading.has("normal"):
        doubts += parts
    if ["working", "normal"] in map(list, claim.parts) and not reading.has("working"):
        doubts += parts  # "normal muscles" says less than that they work
    if subject == "nobody" or not reading.links(*_LINKS):
        doubts += parts
    return doubts


def _attributed_to(reading: ParsedSentence, before: ParsedSentence | None) -> str:
    """Who is said to act: `magnesium`, `product`, `other` (another substance), `nobody`."""
    verbs = [mention.first for mention in reading.of(*_LINKS, "needed", "good-for", "mild-benefit")]
    verb = min(verbs, default=len(reading.tokens))
    products = [mention.first for mention in reading.of("product")]
    own = [mention.first for mention in reading.of(*_MAGNESIUM)]
    if not own:
        if products:
            return "product"
        if reading.has("other-nutrient", "other-ingredient"):
            return "other"
        return _carried(reading, before, verb)
    start = reading.segment_start(verb)
    if any(start <= place < verb for place in own) and not any(start <= place < verb for place in products):
        return "magnesium"
    early = [place for place in products if place < verb]
    if not early or _is_nutrient_of(reading, own, early, verb):
        return "magnesium"
    return "product"


def _is_nutrient_of(reading: ParsedSentence, own: list[int], products: list[int], verb: int) -> bool:
    """`Magnesium in our capsules …` and `Our capsules contain magnesium, which …` speak of magnesium."""
    first = min(own)
    if first + 1 in products:  # `magnesium capsules`
        return False
    if first < min(products) and (first == 0 or reading.tokens[first - 1].text not in _WITH):
        return True
    last = max((place for place in own if place < verb), default=None)
    if last is None or last < max(products):
        return False
    between = [token.text for token in reading.tokens[last + 1 : verb]]
    return any(word in _RELATIVE for word in between) or (
        reading.tokens[last + 1].is_stop and "en" not in between and "and" not in between
    )


def _carried(reading: ParsedSentence, before: ParsedSentence | None, verb: int) -> str:
    """Nobody of ours is named: it is about what stood before, or some name ("NeuroMag") does it."""
    if reading.opener and reading.opener.has(*_MAGNESIUM) and not reading.opener.has("product"):
        return "magnesium"
    if before and before.has(*_MAGNESIUM) and not before.has("product") and reading.has("pronoun"):
        return "magnesium"
    small = {mention.first for mention in reading.between("small-word", 0, verb)}
    names = [place for place, token in enumerate(reading.tokens[:verb]) if not token.is_stop and place not in small]
    return "product" if names and verb < len(reading.tokens) else "nobody"
