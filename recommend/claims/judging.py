"""From a reading to a verdict: every ground found is collected, and the most severe wins."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from recommend.claims.authorising import authorised_grounds, claimed_places
from recommend.claims.findings import VERDICTS, Severity, Verdict
from recommend.claims.grounds import Ground
from recommend.claims.lexicon import Mention
from recommend.claims.patterns import pattern_grounds
from recommend.claims.reading import EFFECTS, PROMISES, Reading
from recommend.claims.records import Claims, Concept

_ACTING = (*EFFECTS, "influence", "role", "needed", "stronger")
_BARE = 2
_US = ("nutrient", "mineral-form", "product")


@dataclass(frozen=True, slots=True)
class Judgement:
    verdict: Verdict
    severity: Severity
    ground: Ground | None
    claims: tuple[str, ...]
    suggest: str | None
    is_general_only: bool


def judge(reading: Reading, claims: Claims, before: Reading | None = None) -> Judgement:
    """The verdict on a unit; `before` is the unit before it, for what "it" refers to."""
    grounds = [*authorised_grounds(reading, claims, before)]
    taken = claimed_places(reading, claims) if grounds else set()
    topics = list(_topic_grounds(reading, taken, bool(grounds)))
    grounds += topics
    grounds += pattern_grounds(reading, claims)
    if not any(ground.verdict in VERDICTS[:4] for ground in grounds):
        grounds += _unnamed_effect(reading)
    grounds += _content_grounds(reading)
    return _most_severe(grounds, reading)


def _most_severe(grounds: Sequence[Ground], reading: Reading) -> Judgement:
    if not grounds:
        ground = _why_neutral(reading)
        return Judgement("neutral", "ok", ground, (), None, False)
    order: list[Severity] = ["block", "warn", "ok"]
    ranked = sorted(grounds, key=lambda ground: (VERDICTS.index(ground.verdict), order.index(ground.severity)))
    first = ranked[0]
    same = [ground for ground in ranked if ground.reason == first.reason and ground.verdict == first.verdict]
    merged = Ground(
        first.verdict, first.severity, first.reason, tuple(mention for ground in same for mention in ground.mentions)
    )
    named = tuple(dict.fromkeys(claim for ground in ranked for claim in ground.claims))
    suggest = next((ground.suggest for ground in ranked if ground.suggest), None)
    general = all(ground.reason == "general-benefit" for ground in ranked if ground.severity == "block")
    return Judgement(first.verdict, first.severity, merged, named, suggest, general)


def _why_neutral(reading: Reading) -> Ground:
    topics = tuple(mention for mention in reading.topics if mention.concept.kind != "process")
    if any(segment.denied for segment in reading.segments) and topics:
        return Ground("neutral", "ok", "denied", topics)
    if reading.warns and topics:
        return Ground("neutral", "ok", "safety", topics)
    return Ground("neutral", "ok", "neutral")


def _topic_grounds(reading: Reading, taken: set[int], has_claim: bool) -> Iterator[Ground]:
    for mention in reading.topics:
        if mention.first in taken:
            continue
        if reading.segment(mention).denied:
            continue
        ground = _JUDGES[mention.concept.kind](reading, mention, has_claim)
        if ground:
            yield ground


def _ground(verdict: Verdict, severity: Severity, reason: str, mention: Mention) -> Ground:
    concept = mention.concept
    return Ground(verdict, severity, reason, (mention,), tuple(concept.refused), concept.suggest)


def _from_deficiency(reading: Reading) -> bool:
    return reading.links("deficiency", "not-taking") and reading.links("causes", "harm")


def _complaint(reading: Reading, mention: Mention, _: bool) -> Ground | None:
    if _from_deficiency(reading) and reading.has("deficiency", "not-taking") and not _excused(reading, mention):
        return _ground("disease", "block", "deficiency", mention)
    if _excused(reading, mention):
        return None
    if (
        reading.has("absorption", "study")
        and not reading.effects_in(reading.segment(mention))
        and not reading.has("benefit")
    ):
        return _ground("neutral", "warn", "unclear", mention)
    if _is_bare(reading):
        return _ground("neutral", "warn", "unclear", mention)
    return _ground("disease", "block", "complaint", mention)


def _is_bare(reading: Reading) -> bool:
    """A label of one or two words that promises nothing ("Somberheid"): it depends on what it stands above."""
    return (
        len(reading.tokens) <= _BARE
        and not reading.has(*EFFECTS, "gone", "less", *_US, "suffering")
        and all(token.text.isalpha() for token in reading.tokens)
        and all(reading.is_whole_word(mention) for mention in reading.topics)
    )


def _excused(reading: Reading, mention: Mention) -> bool:
    """A warning may name it, as long as nothing is promised in the same breath."""
    if reading.promises_in(reading.segment(mention)):
        return False
    if reading.warns:
        return True
    return not reading.has("nutrient", "product") and (
        reading.links("persistent") or reading.is_treated_by_medicine(mention)
    )


def _condition(reading: Reading, mention: Mention, _: bool) -> Ground | None:
    if reading.has("consult", "not-use", "excess"):
        return None
    if mention.concept.id == "expecting":
        promised = reading.has(*_US) and reading.promises_in(reading.segment(mention)) and not reading.warns
        return _ground("unauthorised_health", "block", "not-listed", mention) if promised else None
    if reading.has("deficiency") and reading.has("causes") and not reading.warns:
        return _ground("disease", "block", "deficiency", mention)
    promised = reading.has(*PROMISES, "gone") and not reading.warns and not reading.has("study")
    if promised or (reading.has("suffering") and not reading.warns) or _is_aimed_at(reading, mention):
        return _ground("disease", "block", "complaint", mention)
    return None


def _is_aimed_at(reading: Reading, mention: Mention) -> bool:
    """`Magnesium voor hartpatiënten`."""
    before = reading.tokens[max(0, mention.first - 2) : mention.first]
    if reading.warns or not reading.has(*_US):
        return False
    return any(token.text in ("voor", "for") for token in before)


def _side_effect(reading: Reading, mention: Mention, _: bool) -> Ground | None:
    if reading.warns:
        return None
    effects = {effect.concept.id for effect in reading.effects_in(reading.segment(mention))}
    if effects & {"against", "contribute", "benefit"}:
        return _ground("disease", "block", "complaint", mention)
    if reading.has("deficiency") and reading.has("causes"):
        return _ground("disease", "block", "deficiency", mention)
    before = reading.tokens[max(0, mention.first - 3) : mention.first]
    if not reading.has("study", "comparison") and any(
        token.text in ("zonder", "without", "geen", "no") for token in before
    ):
        return Ground("unauthorised_health", "block", "stomach-comfort", (mention,), ("stomach-comfort",))
    return None


def _fatigue(reading: Reading, mention: Mention, has_claim: bool) -> Ground | None:
    if has_claim and reading.has("less") and mention.concept.id == "fatigue" and not reading.has("gone"):
        return None
    if _from_deficiency(reading) and not _excused(reading, mention):
        return _ground("disease", "block", "deficiency", mention)
    if _excused(reading, mention):
        return None
    kinds = {effect.concept.id for effect in reading.effects_in(reading.segment(mention))}
    if "medical" in kinds or not (kinds or reading.has("gone") or (reading.has(*_US) and reading.has("stronger"))):
        return _ground("disease", "block", "complaint", mention)
    return _ground("unauthorised_health", "block", "made-stronger", mention)


def _health(reading: Reading, mention: Mention, _: bool) -> Ground | None:
    if _excused(reading, mention) and not reading.has("product"):
        return None
    if _excused(reading, mention) and reading.has("consult", "not-use", "medicine"):
        return None
    if mention.concept.id == "stomach-comfort":
        return _ground("unauthorised_health", "block", "stomach-comfort", mention)
    if _speaks_of_another_nutrient(reading):
        return _ground("neutral", "warn", "other-nutrient", mention)
    return _ground("unauthorised_health", "block", _refusal(mention.concept), mention)


def _speaks_of_another_nutrient(reading: Reading) -> bool:
    """A claim worded as the EU list words those of vitamins: it may be allowed, but this check does not know them."""
    return (
        reading.has("other-nutrient")
        and reading.has("normal")
        and reading.has("contribute", "role")
        and not reading.has(*_US, "stronger", "benefit", "mild-benefit", "medical", "good-for")
    )


def _refusal(concept: Concept) -> str:
    return "refused" if concept.refused else "not-listed"


def _process(reading: Reading, mention: Mention, has_claim: bool) -> Ground | None:
    if reading.warns or reading.has("absorption", "study"):
        return None
    if has_claim and _is_whole_body(reading, mention):
        return None
    acts = reading.links(*EFFECTS, "influence", "role")
    if not acts and reading.has("amount") and not reading.has("needed", "stronger"):
        return None
    ours = reading.links(*_US, "pronoun")
    if ours and (acts or reading.links("needed", "stronger")):
        return _ground("unauthorised_health", "block", "not-listed", mention)
    if not ours and reading.links(*PROMISES, "influence") and not reading.has("other-nutrient"):
        return _ground("unauthorised_health", "block", "not-listed", mention)
    if reading.has(*_US) and reading.has("aim") and not reading.has("amount", "technical"):
        return _ground("unauthorised_health", "block", "not-listed", mention)
    return None


def _is_whole_body(reading: Reading, mention: Mention) -> bool:
    return reading.tokens[mention.first].text in ("lichaam", "body", "lijf")


def _general(reading: Reading, mention: Mention, has_claim: bool) -> Ground | None:
    if reading.warns:
        return None
    if mention.concept.id == "health-as-such" and not reading.links(*_ACTING, *_US, "deficiency"):
        return None
    if has_claim:
        return _ground("authorised", "warn", "general-benefit-accompanied", mention)
    return _ground("unauthorised_health", "block", "general-benefit", mention)


def _weight(reading: Reading, mention: Mention, _: bool) -> Ground | None:
    if _excused(reading, mention):
        return None
    return _ground("prohibited_other", "block", "weight-loss", mention)


_JUDGES = {
    "complaint": _complaint,
    "condition": _condition,
    "side_effect": _side_effect,
    "fatigue": _fatigue,
    "health": _health,
    "process": _process,
    "general": _general,
    "weight": _weight,
}


def _unnamed_effect(reading: Reading) -> Iterator[Ground]:
    """Magnesium is said to do something, but no known word says to what."""
    if reading.has("technical", "absorption", "other-nutrient", "medicine") or reading.warns or not reading.has(*_US):
        return
    medical = [mention for mention in reading.of("medical") if not reading.segment(mention).denied]
    if medical:
        yield Ground("disease", "block", "medical", tuple(medical))
        return
    found = [mention for mention in reading.of("benefit") if not reading.segment(mention).denied]
    if found and reading.has("nutrient", "mineral-form", "product"):
        yield Ground("unauthorised_health", "block", "some-effect", tuple(found))
        return
    helped = [mention for mention in reading.of("contribute") if not reading.segment(mention).denied]
    if helped and reading.has("nutrient", "mineral-form"):
        yield Ground("neutral", "warn", "unclear", tuple(helped))


def _content_grounds(reading: Reading) -> Iterator[Ground]:
    found = reading.of("source-of", "rich-in")
    if found and not any(reading.segment(mention).denied for mention in found):
        yield Ground("nutrition_content", "ok", "nutrition-content", tuple(found))
