"""The topics a unit names (a complaint, an effect, an organ), and when naming them makes a claim."""

from collections.abc import Callable, Iterator, Mapping

from recommend.claims.findings import Severity, Verdict
from recommend.claims.lexicon import Mention
from recommend.claims.records import Concept, Kind
from recommend.claims.rules.ground import Ground
from recommend.claims.sentence import EFFECTS, OFFERED, PROMISES, ParsedSentence

_ACTING = (*EFFECTS, "influence", "role", "needed", "stronger")
_BARE = _NEAR = 2
_JOINTS = frozenset(
    ["en", "and", "in", "uit", "of", "or", "from", "van", "is", "are", "dat", "die", "that", "which", "als", "if"]
)
_YOURS = frozenset(("je", "jouw", "uw", "your"))
_BODY = frozenset(["lichaam", "lijf", "benen", "kuiten", "nek", "rug", "body", "bodies", "legs", "calves", "neck"])
_WORN_OUT = ("uitgeput", "exhaust", "drain")  # what soil may also be
_ENOUGH = 50  # effects of one segment to look at


def topic_grounds(reading: ParsedSentence, taken: set[int], has_claim: bool) -> Iterator[Ground]:
    for mention in reading.topics:
        if mention.first in taken:
            continue
        if reading.segment(mention).denied and not _absence_is_the_claim(reading, mention):
            continue
        ground = _JUDGES[mention.concept.kind](reading, mention, has_claim)
        if ground:
            yield ground


def _absence_is_the_claim(reading: ParsedSentence, mention: Mention) -> bool:
    """`Geeft geen maagklachten` denies no effect of the product: it promises comfort."""
    if reading.has("denial", "not-intended"):
        return False
    if mention.concept.id == "stomach-comfort":
        return True
    if mention.concept.kind != "side_effect":
        return False
    return bool(reading.between("not", mention.first - _NEAR - 1, mention.first)) and reading.has(*OFFERED)


def _ground(verdict: Verdict, severity: Severity, reason: str, mention: Mention) -> Ground:
    concept = mention.concept
    return Ground(verdict, severity, reason, (mention,), tuple(concept.refused), concept.suggest)


def _from_deficiency(reading: ParsedSentence) -> bool:
    return reading.links("deficiency", "not-taking") and reading.links("causes", "harm")


def _complaint(reading: ParsedSentence, mention: Mention, _: bool) -> Ground | None:
    if _from_deficiency(reading) and reading.has("deficiency", "not-taking") and not _excused(reading, mention):
        return _ground("disease", "block", "deficiency", mention)
    if _excused(reading, mention):
        return None
    is_studied = reading.has("absorption", "study") and not reading.has("benefit", "mild-benefit")
    if _is_bare(reading) or (is_studied and not reading.segment(mention).acts):
        return _ground("neutral", "warn", "unclear", mention)
    return _ground("disease", "block", "complaint", mention)


def _is_bare(reading: ParsedSentence) -> bool:
    """A label of one or two words that promises nothing ("Somberheid"): it depends on what it stands above."""
    return (
        len(reading.tokens) <= _BARE
        and not reading.has(*EFFECTS, "gone", "less", *OFFERED, "suffering")
        and all(place in reading.topic_places for place in range(len(reading.tokens)))
        and all(reading.is_whole_word(mention) for mention in reading.topics)
    )


def _excused(reading: ParsedSentence, mention: Mention) -> bool:
    """A warning may name it, as long as nothing is promised in the same breath."""
    if reading.promises(mention) or _is_offered_for(reading, mention):
        return False
    if reading.warns or (reading.has("side-effect-word") and not reading.has("gone")):
        return True
    return not reading.has("nutrient", "product") and (
        reading.links("persistent") or reading.is_treated_by_medicine(mention)
    )


def _condition(reading: ParsedSentence, mention: Mention, _: bool) -> Ground | None:
    if reading.refers or reading.has("not-use", "excess"):
        return None
    if mention.concept.id == "expecting":
        promised = reading.has(*OFFERED) and reading.promises(mention) and not reading.warns
        return _ground("unauthorised_health", "block", "not-listed", mention) if promised else None
    if reading.has("deficiency") and reading.has("causes") and not reading.warns:
        return _ground("disease", "block", "deficiency", mention)
    if reading.warns or reading.has("study", "absorption", "harm"):
        return None
    aimed = reading.has(*OFFERED) and not reading.has("not", "amount")
    if mention.first > 1 and reading.tokens[mention.first - 1].text in ("bij", "voor", "for"):
        aimed = True
    if aimed or reading.has(*PROMISES) or reading.suffers or _is_gone(reading, mention):
        return _ground("disease", "block", "complaint", mention)
    return None


def _is_gone(reading: ParsedSentence, mention: Mention) -> bool:
    """`zonder hartkloppingen`, and not `zonder dat je het merkt` elsewhere in the sentence."""
    return reading.near(mention, _NEAR, "gone")


def _is_offered_for(reading: ParsedSentence, mention: Mention) -> bool:
    """`Ask your doctor for magnesium for migraine`."""
    before = mention.first - 1
    if before < 1 or reading.tokens[before].text not in ("voor", "for") or reading.has("not-use", "medicine"):
        return False
    return any(reading.between(concept, before - 1, before - 1) for concept in OFFERED)


def _side_effect(reading: ParsedSentence, mention: Mention, _: bool) -> Ground | None:
    if reading.warns:
        return None
    if reading.promises(mention) & {"against", "contribute", "benefit"}:
        return _ground("disease", "block", "complaint", mention)
    if reading.has("deficiency") and reading.has("causes"):
        return _ground("disease", "block", "deficiency", mention)
    if reading.has("study", "comparison") or reading.between("side-effect-word", mention.first, mention.last):
        return None
    before = reading.tokens[max(0, mention.first - 3) : mention.first]
    if any(token.text in ("zonder", "without", "geen", "no", "nooit", "never") for token in before):
        return Ground("unauthorised_health", "block", "stomach-comfort", (mention,), ("stomach-comfort",))
    return None


def _fatigue(reading: ParsedSentence, mention: Mention, has_claim: bool) -> Ground | None:
    if has_claim and reading.has("less") and mention.concept.id == "fatigue" and not reading.has("gone"):
        return None
    if reading.tokens[mention.first].text.startswith(_WORN_OUT) and reading.has("food"):
        return None
    if _from_deficiency(reading) and not _excused(reading, mention):
        return _ground("disease", "block", "deficiency", mention)
    if _excused(reading, mention):
        return None
    kinds = {effect.concept.id for effect in reading.segment(mention).effects[:_ENOUGH]}
    if "medical" in kinds or not (kinds or reading.has("gone") or (reading.has(*OFFERED) and reading.has("stronger"))):
        return _ground("disease", "block", "complaint", mention)
    return _ground("unauthorised_health", "block", "made-stronger", mention)


def _health(reading: ParsedSentence, mention: Mention, _: bool) -> Ground | None:
    if _excused(reading, mention) and (
        not reading.has("product") or reading.refers or reading.has("not-use", "medicine")
    ):
        return None
    if mention.concept.id == "stomach-comfort":
        return _ground("unauthorised_health", "block", "stomach-comfort", mention)
    if reading.has("varied-diet") and not reading.has(*OFFERED):
        return None  # the advice to eat, move and sleep
    if is_about_the_shop(reading, mention):
        return None
    if _speaks_of_another_nutrient(reading):
        return _ground("neutral", "warn", "other-nutrient", mention)
    return _ground("unauthorised_health", "block", _refusal(mention.concept), mention)


def _speaks_of_another_nutrient(reading: ParsedSentence) -> bool:
    """A claim worded as the EU list words those of vitamins: it may be allowed, but this check does not know them."""
    return (
        reading.has("other-nutrient")
        and reading.has("normal")
        and reading.has("contribute", "role")
        and not reading.has(*OFFERED, "stronger", "benefit", "mild-benefit", "medical", "good-for")
    )


def _refusal(concept: Concept) -> str:
    return "refused" if concept.refused else "not-listed"


def _process(reading: ParsedSentence, mention: Mention, has_claim: bool) -> Ground | None:
    """An organ or process: plain anatomy, until something is said to act on it."""
    if (
        reading.warns
        or reading.has("absorption", "study")
        or (has_claim and reading.tokens[mention.first].text in _BODY)
    ):
        return None
    if (reading.has("suffering") and not reading.has("gut")) or reading.between(
        "against", mention.first - _NEAR, mention.first - 1
    ):
        return _ground("disease", "block", "complaint", mention)
    if _is_acted_on(reading) or _is_meant_for(reading, mention):
        return _ground("unauthorised_health", "block", "not-listed", mention)
    return None


def _is_meant_for(reading: ParsedSentence, mention: Mention) -> bool:
    """`Magnesium voor spieren`, `magnesium settles your nerves`: beside our product, without a plain fact."""
    if not reading.has(*OFFERED) or reading.has("amount", "technical"):
        return False
    segment = reading.segment(mention)
    if reading.between("not", segment.first, mention.first):
        return False
    return reading.has("aim") or _has_some_verb_on(reading, mention)


def _has_some_verb_on(reading: ParsedSentence, mention: Mention) -> bool:
    """Product, a word that is no joint, "your", organ: the word will be a verb."""
    start = mention.first - 3
    if start < 0 or reading.tokens[start + 2].text not in _YOURS or reading.tokens[start + 1].text in _JOINTS:
        return False
    return any(reading.between(concept, start, start) for concept in OFFERED)


def _is_acted_on(reading: ParsedSentence) -> bool:
    acts = reading.links(*EFFECTS, "influence", "role")
    if not acts and reading.has("amount") and not reading.has("needed", "stronger", "gone"):
        return False
    if reading.links(*OFFERED, "pronoun"):
        return acts or reading.links("needed", "stronger")
    return reading.links(*EFFECTS, "influence", "stronger", "gone") and not reading.has("other-nutrient", "technical")


def _general(reading: ParsedSentence, mention: Mention, has_claim: bool) -> Ground | None:
    if reading.warns:
        return None
    if mention.concept.id == "health-as-such" and not reading.links(*_ACTING, *OFFERED, "deficiency"):
        return None
    if has_claim:
        return _ground("authorised", "warn", "general-benefit-accompanied", mention)
    return _ground("unauthorised_health", "block", "general-benefit", mention)


def _weight(reading: ParsedSentence, mention: Mention, _: bool) -> Ground | None:
    if _excused(reading, mention):
        return None
    return _ground("prohibited_other", "block", "weight-loss", mention)


_JUDGES: Mapping[Kind, Callable[[ParsedSentence, Mention, bool], Ground | None]] = {
    "complaint": _complaint,
    "condition": _condition,
    "side_effect": _side_effect,
    "fatigue": _fatigue,
    "health": _health,
    "process": _process,
    "general": _general,
    "weight": _weight,
}


_SOFT = frozenset(["relaxation", "stress", "mood", "haven", "end-of-day"])


def is_about_the_shop(reading: ParsedSentence, mention: Mention) -> bool:
    """`No stress: you have 30 days to change your mind`, and not `Order now for more peace of mind`."""
    if mention.concept.id not in _SOFT:
        return False
    others = [token.text for place, token in enumerate(reading.tokens) if place not in reading.topic_places]
    if all(text.isdecimal() or not text.isalnum() for text in others) and any(text.isdecimal() for text in others):
        return True  # `Balance: € 0,00`
    if not reading.has("trade") or reading.has(
        *EFFECTS, "influence", "role", "needed", "stronger", "nutrient", "mineral-form", "gone", "night"
    ):
        return False
    before = [token.text for token in reading.tokens[max(0, mention.first - 3) : mention.first]]
    return not {"voor", "for", "meer", "more", "weer", "again", "tegen", "against"} & set(before)
