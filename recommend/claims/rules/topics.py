"""Topics (complaints, effects, organs): the conditions under which naming one makes a claim."""

from collections.abc import Callable, Iterator, Mapping

from recommend.claims.findings import Severity, Verdict
from recommend.claims.lexicon import Mention
from recommend.claims.records import Concept, ConceptKind
from recommend.claims.reversals import welcomes
from recommend.claims.rules.ground import Ground
from recommend.claims.rules.slogans import explanations
from recommend.claims.sentence import ParsedSentence
from recommend.claims.sentence_words import EFFECTS, OFFERED, OTHER_GOODS, PROMISES

_ACTING = (*EFFECTS, "influence", "role", "needed", "stronger")
_LABEL_WORDS = _NEAR = 2
_FUNCTION_WORDS = frozenset(
    ["en", "and", "in", "uit", "of", "or", "from", "van", "is", "are", "dat", "die", "that", "which", "als", "if"]
)
_OF_HEALTH = ("gezond", "health", "welzijn", "well", "lichaam", "body")  # a reference to health in general
_MADE = ("speciaal", "special", "samengesteld", "ontwikkeld", "ontworpen", "gemaakt", "made", "designed", "developed")
_PEOPLE = frozenset(["mensen", "wie", "klanten", "iedereen", "people", "anyone", "those", "customers", "everyone"])
_THE = frozenset(("de", "het", "the"))
_ARTICLES = _THE | frozenset(("een", "a", "an"))
_MINE = frozenset(("mijn", "my", "je", "jouw", "your"))
_YOURS = frozenset(("je", "jouw", "uw", "your"))
_BODY = frozenset(["lichaam", "lijf", "benen", "kuiten", "nek", "rug", "body", "bodies", "legs", "calves", "neck"])
_OF_BODIES = ("complaint", "condition", "weight")  # said of a laptop or novel as well, they are of a body
_WORN_OUT = ("uitgeput", "exhaust", "drain")  # also used of soil
_AVOIDING = frozenset(["avoid", "prevent", "vermijd", "vermijden", "mijd", "mijden", "voorkom"])
_AFTER_OBJECT = frozenset(["deze", "dit", "met", "op", "in", "door", "this", "these", "with", "in", "by", "later", "."])
_CHANGES = ("stronger", "gone", "makes-you", "dosage", "takers", "night", "suffering", "figure")
"""Concepts beside which an emoji illustrates a claim."""
_MAX_EFFECTS = 50  # per segment; bounds the time


def topic_grounds(sentence: ParsedSentence, claimed: set[int], has_claim: bool) -> Iterator[Ground]:
    """Grounds for the topics of a sentence; `claimed` are token indices of its authorised claims."""
    for mention in sentence.topics:
        if (
            _is_label(sentence)
            or mention.first in claimed
            or sentence.is_everyday(mention)
            or sentence.is_said_of_others(mention)
            or sentence.is_state_of_another(mention)
            or sentence.is_of_that_field(mention)
            or sentence.is_of_shop_matter(mention)
            or sentence.is_of_setting(mention)
            or _is_decoration(sentence, mention)
            or sentence.is_handled_by(mention)
            or sentence.is_defined(mention)
            or (sentence.is_of_other_goods and mention.concept.kind not in _OF_BODIES)
        ):
            continue
        if sentence.is_application and (mention.concept.kind == "process" or mention.concept.id == "skin-hair"):
            continue
        is_denied = sentence.segment(mention).denied and not sentence.hints_at_banned_claim
        if is_denied and not _promises_absence(sentence, mention):
            continue
        ground = _JUDGES[mention.concept.kind](sentence, mention, has_claim)
        if ground:
            yield ground


def _is_label(sentence: ParsedSentence) -> bool:
    """Whether the text is one plain noun or "fit" by itself, such as a button or an icon has: `Heart`, `Balans`."""
    return len(sentence.tokens) == 1 and sentence.has("label-word") and not sentence.list_intro


def _is_decoration(sentence: ParsedSentence, mention: Mention) -> bool:
    """Whether an emoji alone could be the topic, and the sentence is about something else: `Which jar is older? 👀`.

    Not beside the goods, another topic or an effect, and not behind a short line that nothing explains (`So me 😴`).
    """
    if not _is_sign(sentence, mention):
        return False
    if sentence.has("nutrient", "mineral-form", *OTHER_GOODS, *EFFECTS, *_CHANGES) or sentence.list_intro:
        return False
    if any(one.first != mention.first and not _is_sign(sentence, one) for one in sentence.topics):
        return False
    explained = explanations(sentence)
    return explained > 1 if sentence.has("product") else sentence.is_question or explained > 0


def _is_sign(sentence: ParsedSentence, mention: Mention) -> bool:
    return not any(sign.isalnum() for sign in sentence.tokens[mention.first].text)


def _promises_absence(sentence: ParsedSentence, mention: Mention) -> bool:
    """Whether a negation is itself the promise: `Geeft geen maagklachten` promises comfort."""
    if sentence.has("denial", "not-intended"):
        return False
    if mention.concept.id == "stomach-comfort":
        return True
    if sentence.has("turning-point") and sentence.has(*OFFERED):  # `never stressed, thanks to our powder`
        return True
    if mention.concept.kind != "side_effect":
        return False
    return bool(sentence.mentions_between("not", mention.first - _NEAR - 1, mention.first)) and sentence.has(*OFFERED)


def _ground(verdict: Verdict, severity: Severity, reason: str, mention: Mention) -> Ground:
    concept = mention.concept
    return Ground(verdict, severity, reason, (mention,), tuple(concept.refused), concept.suggest)


def _blames_deficiency(sentence: ParsedSentence) -> bool:
    """Whether the sentence names the consequences of a deficiency."""
    return sentence.has_in_context("deficiency", "not-taking") and sentence.has_in_context("causes", "harm")


def _judge_complaint(sentence: ParsedSentence, mention: Mention, _: bool) -> Ground | None:
    """Ground for a disease or complaint, unless it is excused."""
    if _blames_deficiency(sentence) and sentence.has("deficiency", "not-taking") and not _is_excused(sentence, mention):
        return _ground("disease", "block", "deficiency", mention)
    if _is_excused(sentence, mention):
        return None
    is_studied = sentence.has("absorption", "study") and not sentence.has("benefit", "mild-benefit", "gone", "less")
    if (_is_bare_label(sentence) and not sentence.is_listed_use) or (
        is_studied and not sentence.segment(mention).has_effect
    ):
        return _ground("neutral", "warn", "unclear", mention)
    return _ground("disease", "block", "complaint", mention)


def _is_bare_label(sentence: ParsedSentence) -> bool:
    """Whether the sentence is a label of one or two words without a promise ("Somberheid")."""
    return (
        len(sentence.tokens) <= _LABEL_WORDS
        and not sentence.has(*EFFECTS, "gone", "less", *OFFERED, "suffering")
        and all(place in sentence.topic_places for place in range(len(sentence.tokens)))
        and all(sentence.is_whole_word(mention) for mention in sentence.topics)
    )


def _is_excused(sentence: ParsedSentence, mention: Mention) -> bool:
    """Whether a warning, a side effect or a medicine is the reason to name the topic, and nothing is promised."""
    if sentence.promises(mention) or _is_offered_for(sentence, mention) or _is_in_jest(sentence, mention):
        return False
    if sentence.is_warning or (sentence.has_in_context("side-effect-word") and not sentence.has("gone")):
        return True
    return not sentence.has("nutrient", "product") and (
        sentence.has_in_context("persistent") or sentence.is_treated_by_medicine(mention)
    )


def _is_in_jest(sentence: ParsedSentence, mention: Mention) -> bool:
    """Whether what is warned of is welcome, or the warning a joke.

    `Warning: your stress may be gone`, `Side effect: you finally sleep`, `Do not use if you love your headaches`.
    """
    if welcomes(sentence, mention):
        return True
    if sentence.refers_to_professional:
        return False
    if _is_avoided(sentence, mention):
        return True
    if not sentence.has_in_context("caution", "side-effect-word"):
        return False
    is_better = mention.concept.kind != "side_effect" and sentence.has_near(mention, _NEAR, "stronger", "less", "nice")
    is_gone = _is_gone(sentence, mention) and not sentence.has("not", "excess")
    return sentence.has("turning-point") or is_better or is_gone


def _is_avoided(sentence: ParsedSentence, mention: Mention) -> bool:
    """Whether the disease itself is to be avoided: `Avoid a burnout this winter`; not `Avoid migraine triggers`."""
    before = [token.text for token in sentence.tokens[: mention.first]]
    while before and before[-1] in _ARTICLES:
        before.pop()
    if not before or (before[-1] not in _AVOIDING and before[-2:] != ["clear", "of"]):
        return False
    behind = sentence.tokens[mention.last + 1 : mention.last + 2]
    is_object = not behind or behind[0].is_stop or behind[0].text in _AFTER_OBJECT
    return sentence.has(*OFFERED, "dosage") or (is_object and mention.concept.kind == "complaint")


def _judge_condition(sentence: ParsedSentence, mention: Mention, _: bool) -> Ground | None:
    """Ground for a reason not to take magnesium (pregnancy, kidney disease), when an effect on it is promised."""
    if sentence.refers_to_professional or sentence.has("not-use", "excess"):
        return None
    if mention.concept.id == "expecting":
        is_offered = sentence.has(*OFFERED) or any(effect.first == 0 for effect in sentence.segments[0].effects)
        promised = is_offered and sentence.promises(mention) and not sentence.is_warning
        return _ground("unauthorised_health", "block", "not-listed", mention) if promised else None
    if sentence.has("deficiency") and sentence.has("causes") and not sentence.is_warning:
        return _ground("disease", "block", "deficiency", mention)
    states_fact = sentence.has("study", "absorption", "harm") and not sentence.has("lowers-risk")
    if (sentence.is_warning or states_fact) and not sentence.promises(mention) and not _goods_promise(sentence):
        return None
    is_promised = sentence.is_listed_use or (sentence.has(*OFFERED) and not sentence.has("not", "amount"))
    before = [token.text for token in sentence.tokens[: mention.first]]
    if before and before[-1] in _MINE:
        before.pop()
    if len(before) > 1 and before[-1] in ("bij", "voor", "for"):
        is_promised = True
    if (
        is_promised
        or _is_made_for(sentence, mention)
        or _is_chosen_by(sentence, mention)
        or sentence.has(*PROMISES)
        or sentence.names_suffering
        or sentence.has("lowers-risk", "good-news")
        or _is_gone(sentence, mention)
        or (sentence.has("first-person") and sentence.tells_of_change)
    ):
        return _ground("disease", "block", "complaint", mention)
    return None


def _goods_promise(sentence: ParsedSentence) -> bool:
    """Whether the goods promise an effect in any part of the sentence: `If you have an allergy, our capsules help`."""
    goods = sentence.mentions_of("product", "nutrient") if not sentence.has("excess") else ()
    return any(sentence.segment(one).promises and not sentence.segment(one).denied for one in goods)


def _is_made_for(sentence: ParsedSentence, mention: Mention) -> bool:
    """Whether something is made for those who have the condition: `Specially made for people with …`."""
    before = [token.text for token in sentence.tokens[max(0, mention.first - 5) : mention.first]]
    while before and before[-1] in _ARTICLES:
        before.pop()
    if not before or before[-1] not in ("met", "with") or not {"voor", "for"} & set(before):
        return False
    return any(token.text.startswith(_MADE) for token in sentence.tokens[: mention.first])


def _is_chosen_by(sentence: ParsedSentence, mention: Mention) -> bool:
    """Whether those who have the condition are said to choose the goods: `Popular with people who have …`."""
    before = {token.text for token in sentence.tokens[: mention.first]}
    return (
        not _PEOPLE.isdisjoint(before) and sentence.has("recommends", "praise", "endorses") and not sentence.has("not")
    )


def _is_gone(sentence: ParsedSentence, mention: Mention) -> bool:
    """Whether a word for absence is near: `zonder hartkloppingen`, not `zonder dat je het merkt` further on."""
    return sentence.has_near(mention, _NEAR, "gone")


def _is_offered_for(sentence: ParsedSentence, mention: Mention) -> bool:
    """Whether the goods are offered for the topic: `Ask your doctor for magnesium for migraine`."""
    before = mention.first - 1
    if before < 1 or sentence.tokens[before].text not in ("voor", "for") or sentence.has("not-use", "medicine"):
        return False
    return any(sentence.mentions_between(concept, before - 1, before - 1) for concept in OFFERED)


def _judge_side_effect(sentence: ParsedSentence, mention: Mention, _: bool) -> Ground | None:
    """Ground for a side effect, when its absence or an effect against it is promised."""
    if sentence.is_warning:
        return None
    if sentence.promises(mention) & {"against", "contribute", "benefit"}:
        return _ground("disease", "block", "complaint", mention)
    if sentence.has("deficiency") and sentence.has("causes"):
        return _ground("disease", "block", "deficiency", mention)
    if _promises_comfort(sentence, mention):
        return Ground("unauthorised_health", "block", "stomach-comfort", (mention,), ("stomach-comfort",))
    return None


def _promises_comfort(sentence: ParsedSentence, mention: Mention) -> bool:
    """Whether goods are called gentle beside a side effect, or are said to be without it."""
    if sentence.has("study"):
        return False
    if sentence.has("gentle") and sentence.has(*OFFERED) and not sentence.has("amount"):
        return True
    named = sentence.mentions_between("side-effect-word", mention.first, mention.last)
    if named or sentence.has("comparison"):
        return False
    before = sentence.tokens[max(0, mention.first - 3) : mention.first]
    return any(token.text in ("zonder", "without", "geen", "no", "nooit", "never") for token in before)


def _judge_fatigue(sentence: ParsedSentence, mention: Mention, has_claim: bool) -> Ground | None:
    """Ground for tiredness outside the wording of authorised claim MG01."""
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
        kinds or sentence.has("gone", "less") or (sentence.has(*OFFERED) and sentence.has("stronger"))
    ):
        return _ground("disease", "block", "complaint", mention)
    return _ground("unauthorised_health", "block", "made-stronger", mention)


def _judge_health(sentence: ParsedSentence, mention: Mention, _: bool) -> Ground | None:
    """Ground for a health effect that is not on the EU list."""
    lasts = sentence.has("persistent") and not sentence.is_warning  # `energy that lasts` is no reason for a doctor
    if (
        not lasts
        and _is_excused(sentence, mention)
        and (not sentence.has("product") or sentence.refers_to_professional or sentence.has("not-use", "medicine"))
    ):
        return None
    if mention.concept.id == "stomach-comfort":
        return _ground("unauthorised_health", "block", "stomach-comfort", mention)
    if sentence.has("varied-diet") and not sentence.has(*OFFERED):
        return None  # advice to eat, move and sleep
    states_fact = mention.concept.id == "hormones" and sentence.has("fact") and not sentence.has("product", "stronger")
    if is_about_the_shop(sentence, mention) or (states_fact and not sentence.segment(mention).has_effect):
        return None
    if _speaks_of_another_nutrient(sentence):
        return _ground("neutral", "warn", "other-nutrient", mention)
    return _ground("unauthorised_health", "block", _refusal(mention.concept), mention)


def _speaks_of_another_nutrient(sentence: ParsedSentence) -> bool:
    """Whether the sentence words a claim on another nutrient: permitted perhaps, but unknown to this check."""
    return (
        sentence.has("other-nutrient")
        and sentence.has("normal")
        and sentence.has("contribute", "role")
        and not sentence.has(*OFFERED, "stronger", "benefit", "mild-benefit", "medical", "good-for")
    )


def _refusal(concept: Concept) -> str:
    return "refused" if concept.refused else "not-listed"


def _judge_process(sentence: ParsedSentence, mention: Mention, has_claim: bool) -> Ground | None:
    """Ground for an organ or process when something acts on it; plain anatomy is neutral."""
    if _blames_deficiency(sentence) and sentence.has("deficiency") and not sentence.is_warning:
        return _ground("disease", "block", "deficiency", mention)
    if (
        sentence.is_warning
        or sentence.has("absorption", "study")
        or (sentence.has("fact") and not any(segment.has_effect for segment in sentence.segments))
        or (has_claim and _is_body_or_picture(sentence, mention))
    ):
        return None
    if (sentence.has("suffering") and not sentence.has("gut")) or sentence.mentions_between(
        "against", mention.first - _NEAR, mention.first - 1
    ):
        return _ground("disease", "block", "complaint", mention)
    if sentence.is_listed_use or _is_acted_on(sentence) or _is_meant_for(sentence, mention):
        return _ground("unauthorised_health", "block", "not-listed", mention)
    return None


def _is_body_or_picture(sentence: ParsedSentence, mention: Mention) -> bool:
    """Whether the mention is the body as such or an emoji: beside an authorised claim they add nothing."""
    text = sentence.tokens[mention.first].text
    return text in _BODY or not any(sign.isalnum() for sign in text)


def _is_meant_for(sentence: ParsedSentence, mention: Mention) -> bool:
    """Whether the goods are aimed at the organ: `Magnesium voor spieren`, `magnesium settles your nerves`."""
    if sentence.has("amount", "technical"):
        return False
    if not sentence.has(*OFFERED):
        return _follows_unknown_verb(sentence, mention)
    segment = sentence.segment(mention)
    if sentence.mentions_between("not", segment.first, mention.first):
        return False
    return sentence.has("aim") or _follows_unknown_verb(sentence, mention)


def _follows_unknown_verb(sentence: ParsedSentence, mention: Mention) -> bool:
    """Whether the words are: product or substance, a word that is probably a verb, "your" or "the", organ."""
    start = mention.first - 3
    if start < 0 or sentence.tokens[start + 1].text in _FUNCTION_WORDS:
        return False
    if sentence.tokens[start + 2].text in _YOURS:
        return any(sentence.mentions_between(concept, start, start) for concept in OFFERED)
    return sentence.tokens[start + 2].text in _THE and _names_substance(sentence, start)


def _names_substance(sentence: ParsedSentence, place: int) -> bool:
    """Whether a word is the name of a substance other than magnesium: `taurine`."""
    return any(
        mention.first <= place <= mention.last
        and (mention.concept.kind == "substance" or mention.concept.id in ("other-ingredient", "other-nutrient"))
        for mention in sentence.mentions
    )


def _is_acted_on(sentence: ParsedSentence) -> bool:
    """Whether an effect, an influence or a strengthening is asserted in the sentence."""
    acts = sentence.has_in_context(*EFFECTS, "influence", "role")
    if not acts and sentence.has("amount") and not sentence.has("needed", "stronger", "gone"):
        return False
    if sentence.has_in_context(*OFFERED, "pronoun"):
        return acts or sentence.has_in_context("needed", "stronger")
    return sentence.has_in_context(*EFFECTS, "influence", "stronger", "gone") and not sentence.has(
        "other-nutrient", "technical"
    )


def _judge_general(sentence: ParsedSentence, mention: Mention, has_claim: bool) -> Ground | None:
    """Ground for a general benefit; an authorised claim in the same sentence makes it a warning."""
    if sentence.is_warning or (mention.concept.id == "works-well" and sentence.has("trade", "shop-world")):
        return None
    if mention.concept.id == "health-as-such" and not sentence.has_in_context(*_ACTING, *OFFERED, "deficiency"):
        return None
    is_tiredness = sentence.has_near(mention, _NEAR, "tiredness", "fatigue")  # `feel less tired`
    if has_claim and (is_tiredness or sentence.tokens[mention.first].text.startswith(_OF_HEALTH)):
        return _ground("authorised", "warn", "general-benefit-accompanied", mention)
    return _ground("unauthorised_health", "block", "general-benefit", mention)


def _judge_weight(sentence: ParsedSentence, mention: Mention, _: bool) -> Ground | None:
    """Ground for a promise on weight."""
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


_PROMISE_BEFORE = frozenset(
    ["voor", "meer", "weer", "tegen", "weg", "vaarwel", "dag", "adieu", "welkom", "hallo"]
) | frozenset(["for", "more", "again", "against", "away", "goodbye", "bye", "farewell", "welcome", "hello"])
_NO_SHOP_TALK = (
    *(*EFFECTS, "organs", "influence", "role", "needed", "stronger", "nutrient", "mineral-form", "gone", "night"),
    "makes-you",
)
_SHOP_TALK_TOPICS = frozenset(["relaxation", "stress", "mood", "haven", "end-of-day"])


def is_about_the_shop(sentence: ParsedSentence, mention: Mention) -> bool:
    """Whether a soft topic is about buying: `No stress: you have 30 days to change your mind`.

    Not: `Order now for more peace of mind`.
    """
    if mention.concept.id not in _SHOP_TALK_TOPICS:
        return False
    others = [token.text for place, token in enumerate(sentence.tokens) if place not in sentence.topic_places]
    if all(text.isdecimal() or not text.isalnum() for text in others) and any(text.isdecimal() for text in others):
        return True  # `Balance: € 0,00`
    if _is_without(sentence, mention):
        return True
    if not sentence.has("trade", "shop-world") or sentence.has(*_NO_SHOP_TALK) or _is_said_of_goods(sentence, mention):
        return False
    before = [token.text for token in sentence.tokens[max(0, mention.first - 3) : mention.first]]
    return not _PROMISE_BEFORE & set(before)


def _is_said_of_goods(sentence: ParsedSentence, mention: Mention) -> bool:
    """Whether a word with the topic in it is said of goods behind it: `a stress-lowering supplement`."""
    named = sentence.mentions_between("product", mention.last + 1, mention.last + _NEAR)
    return bool(named) and not sentence.is_whole_word(mention)


def _is_without(sentence: ParsedSentence, mention: Mention) -> bool:
    """Whether buying or returning is said to be without the topic: `Return things without stress`."""
    if sentence.tokens[mention.first - 1].text not in ("zonder", "without") or sentence.has(*OFFERED, *EFFECTS):
        return False
    return bool(sentence.mentions_between("trade", mention.first - _NEAR - 2, mention.first - _NEAR))
