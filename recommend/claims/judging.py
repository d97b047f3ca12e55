"""From a reading to a verdict: every ground found is collected, and the most severe wins."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from recommend.claims.authorising import authorised_grounds, claimed_places
from recommend.claims.findings import VERDICTS, Severity, Verdict
from recommend.claims.grounds import Ground
from recommend.claims.lexicon import Mention
from recommend.claims.patterns import pattern_grounds
from recommend.claims.reading import EFFECTS, OFFERED, PROMISES, Reading
from recommend.claims.records import Claims, Concept

_ACTING = (*EFFECTS, "influence", "role", "needed", "stronger")
_BARE = 2
_NEAR = 2
_ENOUGH = 50  # effects of one segment to look at, so that a line of a megabyte costs no more than its length


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
        grounds += [*_unnamed_effect(reading), *_testimonial(reading)]
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
        and not reading.segment(mention).acts
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
        and not reading.has(*EFFECTS, "gone", "less", *OFFERED, "suffering")
        and all(token.text.isalpha() for token in reading.tokens)
        and all(reading.is_whole_word(mention) for mention in reading.topics)
    )


def _excused(reading: Reading, mention: Mention) -> bool:
    """A warning may name it, as long as nothing is promised in the same breath."""
    if reading.promises(mention) or _is_offered_for(reading, mention):
        return False
    if reading.warns:
        return True
    return not reading.has("nutrient", "product") and (
        reading.links("persistent") or reading.is_treated_by_medicine(mention)
    )


def _condition(reading: Reading, mention: Mention, _: bool) -> Ground | None:
    if (reading.refers or reading.has("not-use", "excess")):
        return None
    if mention.concept.id == "expecting":
        promised = reading.has(*OFFERED) and reading.promises(mention) and not reading.warns
        return _ground("unauthorised_health", "block", "not-listed", mention) if promised else None
    if reading.has("deficiency") and reading.has("causes") and not reading.warns:
        return _ground("disease", "block", "deficiency", mention)
    if reading.warns or reading.has("study"):
        return None
    if reading.has(*PROMISES) or reading.suffers or _is_gone(reading, mention) or _is_aimed_at(reading, mention):
        return _ground("disease", "block", "complaint", mention)
    return None


def _is_gone(reading: Reading, mention: Mention) -> bool:
    """`zonder hartkloppingen`, and not `zonder dat je het merkt` elsewhere in the sentence."""
    return reading.near(mention, _NEAR, "gone")


def _is_aimed_at(reading: Reading, mention: Mention) -> bool:
    """`Magnesium voor hartpatiënten`, `magnesium bij hartklachten`."""
    before = mention.first - 1
    if before > 0 and reading.tokens[before].text in ("een", "a", "an", "de", "the"):
        before -= 1
    if before < 1 or not reading.has(*OFFERED):
        return False
    joint = reading.tokens[before].text
    offered = any(reading.between(concept, before - 1, before - 1) for concept in OFFERED)
    return joint in ("voor", "for") or (joint in ("bij", "with", "in") and offered)


def _is_offered_for(reading: Reading, mention: Mention) -> bool:
    """`Ask your doctor for magnesium for migraine`."""
    before = mention.first - 1
    if before < 1 or reading.tokens[before].text not in ("voor", "for") or reading.has("not-use"):
        return False
    return any(reading.between(concept, before - 1, before - 1) for concept in OFFERED)


def _side_effect(reading: Reading, mention: Mention, _: bool) -> Ground | None:
    if reading.warns:
        return None
    if reading.promises(mention) & {"against", "contribute", "benefit"}:
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
    kinds = {effect.concept.id for effect in reading.segment(mention).effects[:_ENOUGH]}
    if "medical" in kinds or not (kinds or reading.has("gone") or (reading.has(*OFFERED) and reading.has("stronger"))):
        return _ground("disease", "block", "complaint", mention)
    return _ground("unauthorised_health", "block", "made-stronger", mention)


def _health(reading: Reading, mention: Mention, _: bool) -> Ground | None:
    if _excused(reading, mention) and (
        not reading.has("product") or reading.refers or reading.has("not-use", "medicine")
    ):
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
        and not reading.has(*OFFERED, "stronger", "benefit", "mild-benefit", "medical", "good-for")
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
    ours = reading.links(*OFFERED, "pronoun")
    if ours and (acts or reading.links("needed", "stronger")):
        return _ground("unauthorised_health", "block", "not-listed", mention)
    if reading.has("suffering") and not reading.has("gut"):
        return _ground("disease", "block", "complaint", mention)
    if not ours and reading.links(*EFFECTS, "influence", "stronger") and not reading.has("other-nutrient", "technical"):
        return _ground("unauthorised_health", "block", "not-listed", mention)
    if reading.has(*OFFERED) and reading.has("aim") and not reading.has("amount", "technical"):
        return _ground("unauthorised_health", "block", "not-listed", mention)
    return None


def _is_whole_body(reading: Reading, mention: Mention) -> bool:
    return reading.tokens[mention.first].text in ("lichaam", "body", "lijf")


def _general(reading: Reading, mention: Mention, has_claim: bool) -> Ground | None:
    if reading.warns:
        return None
    if mention.concept.id == "health-as-such" and not reading.links(*_ACTING, *OFFERED, "deficiency"):
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
    if reading.has("technical", "absorption", "other-nutrient", "medicine", "amount") or reading.warns:
        return
    opens = [mention for mention in reading.of("good-for", "contribute") if mention.first == 0]
    if not reading.has(*OFFERED) and not opens:
        return
    medical = [mention for mention in reading.of("medical") if not reading.segment(mention).denied]
    if medical:
        yield Ground("disease", "block", "medical", tuple(medical))
        return
    found = [mention for mention in reading.of("benefit", "good-for") if not reading.segment(mention).denied]
    found += [mention for mention in reading.of("contribute") if _acts_itself(reading, mention)]
    if found:
        yield Ground("unauthorised_health", "block", "some-effect", tuple(found))
        return
    helped = [mention for mention in reading.of("contribute") if not reading.segment(mention).denied]
    if helped and reading.has("nutrient", "mineral-form"):
        yield Ground("neutral", "warn", "unclear", tuple(helped))


def _acts_itself(reading: Reading, verb: Mention) -> bool:
    """`Magnesium helpt …`: the nutrient stands just before the verb."""
    segment = reading.segment(verb)
    first = max(segment.first, verb.first - _NEAR)
    actors = reading.between("nutrient", first, verb.first - 1) or reading.between("mineral-form", first, verb.first - 1)
    return bool(actors) and not segment.denied


def _testimonial(reading: Reading) -> Iterator[Ground]:
    """`Ik ben eindelijk …, sinds ik dit neem`: a change for the better, whatever it is."""
    if reading.warns or reading.has("technical", "amount") or not reading.has("first-person"):
        return
    turns = reading.of("turning-point")
    if turns:
        yield Ground("unauthorised_health", "block", "general-benefit", tuple(turns))


def _content_grounds(reading: Reading) -> Iterator[Ground]:
    found = reading.of("source-of", "rich-in")
    if found and not any(reading.segment(mention).denied for mention in found):
        claims = tuple(dict.fromkeys(mention.concept.id for mention in found))
        yield Ground("nutrition_content", "ok", "nutrition-content", tuple(found), claims)
