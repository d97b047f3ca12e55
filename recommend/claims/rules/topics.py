"""The topics a unit names (a complaint, an effect, an organ), and when naming them makes a claim."""

from collections.abc import Callable, Iterator, Mapping

from recommend.claims.findings import Severity, Verdict
from recommend.claims.lexicon import Mention
from recommend.claims.records import Concept, ConceptKind
from recommend.claims.rules.ground import Ground
from recommend.claims.sentence import EFFECTS, OFFERED, PROMISES, ParsedSentence

_ACTING = (*EFFECTS, "influence", "role", "needed", "stronger")
_LABEL_WORDS = _NEAR = 2
_FUNCTION_WORDS = frozenset(
    ["en", "and", "in", "uit", "of", "or", "from", "van", "is", "are", "dat", "die", "that", "which", "als", "if"]
)
_YOURS = frozenset(("je", "jouw", "uw", "your"))
_BODY = frozenset(["lichaam", "lijf", "benen", "kuiten", "nek", "rug", "body", "bodies", "legs", "calves", "neck"])
_WORN_OUT = ("uitgeput", "exhaust", "drain")  # what soil may also be
_MAX_EFFECTS = 50  # effects of one segment to look at


def topic_grounds(sentence: ParsedSentence, claimed: set[int], has_claim: bool) -> Iterator[Ground]:
    for mention in sentence.topics:
        if mention.first in claimed:
            continue
        if sentence.segment(mention).denied and not _promises_absence(sentence, mention):
            continue
        ground = _JUDGES[mention.concept.kind](sentence, mention, has_claim)
        if ground:
            yield ground


def _promises_absence(sentence: ParsedSentence, mention: Mention) -> bool:
    """`Geeft geen maagklachten` denies no effect of the product: it promises comfort."""
    if sentence.has("denial", "not-intended"):
        return False
    if mention.concept.id == "stomach-comfort":
        return True
    if mention.concept.kind != "side_effect":
        return False
    return bool(sentence.mentions_between("not", mention.first - _NEAR - 1, mention.first)) and sentence.has(*OFFERED)


def _ground(verdict: Verdict, severity: Severity, reason: str, mention: Mention) -> Ground:
    concept = mention.concept
    return Ground(verdict, severity, reason, (mention,), tuple(concept.refused), concept.suggest)


def _blames_deficiency(sentence: ParsedSentence) -> bool:
    return sentence.has_in_context("deficiency", "not-taking") and sentence.has_in_context("causes", "harm")


def _judge_complaint(sentence: ParsedSentence, mention: Mention, _: bool) -> Ground | None:
    if _blames_deficiency(sentence) and sentence.has("deficiency", "not-taking") and not _is_excused(sentence, mention):
        return _ground("disease", "block", "deficiency", mention)
    if _is_excused(sentence, mention):
        return None
    is_studied = sentence.has("absorption", "study") and not sentence.has("benefit", "mild-benefit")
    if _is_bare_label(sentence) or (is_studied and not sentence.segment(mention).has_effect):
        return _ground("neutral", "warn", "unclear", mention)
    return _ground("disease", "block", "complaint", mention)


def _is_bare_label(sentence: ParsedSentence) -> bool:
    """A label of one or two words that promises nothing ("Somberheid"): it depends on what it stands above."""
    return (
        len(sentence.tokens) <= _LABEL_WORDS
        and not sentence.has(*EFFECTS, "gone", "less", *OFFERED, "suffering")
        and all(place in sentence.topic_places for place in range(len(sentence.tokens)))
        and all(sentence.is_whole_word(mention) for mention in sentence.topics)
    )


def _is_excused(sentence: ParsedSentence, mention: Mention) -> bool:
    """A warning may name it, as long as nothing is promised in the same breath."""
    if sentence.promises(mention) or _is_offered_for(sentence, mention):
        return False
    if sentence.is_warning or (sentence.has("side-effect-word") and not sentence.has("gone")):
        return True
    return not sentence.has("nutrient", "product") and (
        sentence.has_in_context("persistent") or sentence.is_treated_by_medicine(mention)
    )


def _judge_condition(sentence: ParsedSentence, mention: Mention, _: bool) -> Ground | None:
    if sentence.refers_to_professional or sentence.has("not-use", "excess"):
        return None
    if mention.concept.id == "expecting":
        promised = sentence.has(*OFFERED) and sentence.promises(mention) and not sentence.is_warning
        return _ground("unauthorised_health", "block", "not-listed", mention) if promised else None
    if sentence.has("deficiency") and sentence.has("causes") and not sentence.is_warning:
        return _ground("disease", "block", "deficiency", mention)
    if sentence.is_warning or sentence.has("study", "absorption", "harm"):
        return None
    is_promised = sentence.has(*OFFERED) and not sentence.has("not", "amount")
    if mention.first > 1 and sentence.tokens[mention.first - 1].text in ("bij", "voor", "for"):
        is_promised = True
    if is_promised or sentence.has(*PROMISES) or sentence.names_suffering or _is_gone(sentence, mention):
        return _ground("disease", "block", "complaint", mention)
    return None


def _is_gone(sentence: ParsedSentence, mention: Mention) -> bool:
    """`zonder hartkloppingen`, and not `zonder dat je het merkt` elsewhere in the sentence."""
    return sentence.has_near(mention, _NEAR, "gone")


def _is_offered_for(sentence: ParsedSentence, mention: Mention) -> bool:
    """`Ask your doctor for magnesium for migraine`."""
    before = mention.first - 1
    if before < 1 or sentence.tokens[before].text not in ("voor", "for") or sentence.has("not-use", "medicine"):
        return False
    return any(sentence.mentions_between(concept, before - 1, before - 1) for concept in OFFERED)


def _judge_side_effect(sentence: ParsedSentence, mention: Mention, _: bool) -> Ground | None:
    if sentence.is_warning:
        return None
    if sentence.promises(mention) & {"against", "contribute", "benefit"}:
        return _ground("disease", "block", "complaint", mention)
    if sentence.has("deficiency") and sentence.has("causes"):
        return _ground("disease", "block", "deficiency", mention)
    if sentence.has("study", "comparison") or sentence.mentions_between(
        "side-effect-word", mention.first, mention.last
    ):
        return None
    before = sentence.tokens[max(0, mention.first - 3) : mention.first]
    if any(token.text in ("zonder", "without", "geen", "no", "nooit", "never") for token in before):
        return Ground("unauthorised_health", "block", "stomach-comfort", (mention,), ("stomach-comfort",))
    return None


def _judge_fatigue(sentence: ParsedSentence, mention: Mention, has_claim: bool) -> Ground | None:
    if has_claim and sentence.has("less") and mention.concept.id == "fatigue" and not sentence.has("gone"):
        return None
    if sentence.tokens[mention.first].text.startswith(_WORN_OUT) and sentence.has("food"):
        return None
    if _blames_deficiency(sentence) and not _is_excused(sentence, mention):
        return _ground("disease", "block", "deficiency", mention)
    if _is_excused(sentence, mention):
        return None
    kinds = {effect.concept.id for effect in sentence.segment(mention).effects[:_MAX_EFFECTS]}
    if "medical" in kinds or not (
        kinds or sentence.has("gone") or (sentence.has(*OFFERED) and sentence.has("stronger"))
    ):
        return _ground("disease", "block", "complaint", mention)
    return _ground("unauthorised_health", "block", "made-stronger", mention)


def _judge_health(sentence: ParsedSentence, mention: Mention, _: bool) -> Ground | None:
    if _is_excused(sentence, mention) and (
        not sentence.has("product") or sentence.refers_to_professional or sentence.has("not-use", "medicine")
    ):
        return None
    if mention.concept.id == "stomach-comfort":
        return _ground("unauthorised_health", "block", "stomach-comfort", mention)
    if sentence.has("varied-diet") and not sentence.has(*OFFERED):
        return None  # the advice to eat, move and sleep
    if is_about_the_shop(sentence, mention):
        return None
    if _speaks_of_another_nutrient(sentence):
        return _ground("neutral", "warn", "other-nutrient", mention)
    return _ground("unauthorised_health", "block", _refusal(mention.concept), mention)


def _speaks_of_another_nutrient(sentence: ParsedSentence) -> bool:
    """A claim worded as the EU list words those of vitamins: it may be allowed, but this check does not know them."""
    return (
        sentence.has("other-nutrient")
        and sentence.has("normal")
        and sentence.has("contribute", "role")
        and not sentence.has(*OFFERED, "stronger", "benefit", "mild-benefit", "medical", "good-for")
    )


def _refusal(concept: Concept) -> str:
    return "refused" if concept.refused else "not-listed"


def _judge_process(sentence: ParsedSentence, mention: Mention, has_claim: bool) -> Ground | None:
    """An organ or process: plain anatomy, until something is said to act on it."""
    if (
        sentence.is_warning
        or sentence.has("absorption", "study")
        or (has_claim and sentence.tokens[mention.first].text in _BODY)
    ):
        return None
    if (sentence.has("suffering") and not sentence.has("gut")) or sentence.mentions_between(
        "against", mention.first - _NEAR, mention.first - 1
    ):
        return _ground("disease", "block", "complaint", mention)
    if _is_acted_on(sentence) or _is_meant_for(sentence, mention):
        return _ground("unauthorised_health", "block", "not-listed", mention)
    return None


def _is_meant_for(sentence: ParsedSentence, mention: Mention) -> bool:
    """`Magnesium voor spieren`, `magnesium settles your nerves`: beside our product, without a plain fact."""
    if not sentence.has(*OFFERED) or sentence.has("amount", "technical"):
        return False
    segment = sentence.segment(mention)
    if sentence.mentions_between("not", segment.first, mention.first):
        return False
    return sentence.has("aim") or _follows_unknown_verb(sentence, mention)


def _follows_unknown_verb(sentence: ParsedSentence, mention: Mention) -> bool:
    """Product, a word that is no joint, "your", organ: the word will be a verb."""
    start = mention.first - 3
    if start < 0 or sentence.tokens[start + 2].text not in _YOURS or sentence.tokens[start + 1].text in _FUNCTION_WORDS:
        return False
    return any(sentence.mentions_between(concept, start, start) for concept in OFFERED)


def _is_acted_on(sentence: ParsedSentence) -> bool:
    acts = sentence.has_in_context(*EFFECTS, "influence", "role")
    if not acts and sentence.has("amount") and not sentence.has("needed", "stronger", "gone"):
        return False
    if sentence.has_in_context(*OFFERED, "pronoun"):
        return acts or sentence.has_in_context("needed", "stronger")
    return sentence.has_in_context(*EFFECTS, "influence", "stronger", "gone") and not sentence.has(
        "other-nutrient", "technical"
    )


def _judge_general(sentence: ParsedSentence, mention: Mention, has_claim: bool) -> Ground | None:
    if sentence.is_warning:
        return None
    if mention.concept.id == "health-as-such" and not sentence.has_in_context(*_ACTING, *OFFERED, "deficiency"):
        return None
    if has_claim:
        return _ground("authorised", "warn", "general-benefit-accompanied", mention)
    return _ground("unauthorised_health", "block", "general-benefit", mention)


def _judge_weight(sentence: ParsedSentence, mention: Mention, _: bool) -> Ground | None:
    if _is_excused(sentence, mention):
        return None
    return _ground("prohibited_other", "block", "weight-loss", mention)


_JUDGES: Mapping[ConceptKind, Callable[[ParsedSentence, Mention, bool], Ground | None]] = {
    "complaint": _judge_complaint,
    "condition": _judge_condition,
    "side_effect": _judge_side_effect,
    "fatigue": _judge_fatigue,
    "health": _judge_health,
    "process": _judge_process,
    "general": _judge_general,
    "weight": _judge_weight,
}


_SHOP_TALK_TOPICS = frozenset(["relaxation", "stress", "mood", "haven", "end-of-day"])


def is_about_the_shop(sentence: ParsedSentence, mention: Mention) -> bool:
    """`No stress: you have 30 days to change your mind`, and not `Order now for more peace of mind`."""
    if mention.concept.id not in _SHOP_TALK_TOPICS:
        return False
    others = [token.text for place, token in enumerate(sentence.tokens) if place not in sentence.topic_places]
    if all(text.isdecimal() or not text.isalnum() for text in others) and any(text.isdecimal() for text in others):
        return True  # `Balance: € 0,00`
    if not sentence.has("trade") or sentence.has(
        *EFFECTS, "influence", "role", "needed", "stronger", "nutrient", "mineral-form", "gone", "night"
    ):
        return False
    before = [token.text for token in sentence.tokens[max(0, mention.first - 3) : mention.first]]
    return not {"voor", "for", "meer", "more", "weer", "again", "tegen", "against"} & set(before)
