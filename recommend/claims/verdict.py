"""Judgement of a parsed sentence: all rules collect grounds, the most severe ground decides."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from recommend.claims.findings import VERDICTS, Severity, Verdict
from recommend.claims.lexicon import Mention
from recommend.claims.records import Claims
from recommend.claims.register_lexicon import RegisterLexicon
from recommend.claims.rules.authorised import authorised_grounds, claimed_places
from recommend.claims.rules.claim_scope import audience_grounds
from recommend.claims.rules.ground import Ground
from recommend.claims.rules.patterns import pattern_grounds
from recommend.claims.rules.registered import content_grounds, read_registered
from recommend.claims.rules.slogans import explanations, slogan_grounds
from recommend.claims.rules.topics import topic_grounds
from recommend.claims.rules.unnamed_effects import (
    medicine_grounds,
    name_grounds,
    nutrition_content_grounds,
    testimonial_grounds,
    threat_grounds,
    unnamed_effect_grounds,
)
from recommend.claims.sentence import ParsedSentence
from recommend.claims.sentence_words import OFFERED
from recommend.claims.settings import NEVER_FIGURES


@dataclass(frozen=True, slots=True)
class Judgement:
    """Verdict on a sentence with the ground that decided it.

    `claims` are the ids of all claims named; `suggestions` are the authorised claims to use instead; `reasons` are
    those of all blocking grounds.
    """

    verdict: Verdict
    severity: Severity
    ground: Ground | None
    claims: tuple[str, ...]
    suggestions: tuple[str, ...] = ()
    reasons: frozenset[str] = frozenset()

    @property
    def is_general_only(self) -> bool:
        """Whether only a general benefit blocks, which an authorised claim beside it would permit."""
        return self.reasons <= {"general-benefit"}


def judge(
    sentence: ParsedSentence,
    claims: Claims,
    previous: ParsedSentence | None = None,
    register: RegisterLexicon | None = None,
) -> Judgement:
    """Judgement of one sentence; `previous` is the sentence before it, to which "it" may refer.

    `register` has the claims on other nutrients; None for a sentence that cannot concern them.
    """
    registered = read_registered(sentence, register) if register else None
    if registered:
        claimed = set(registered.places)
        grounds = [*registered.grounds, *audience_grounds(sentence, claimed)]
    else:
        grounds = [*authorised_grounds(sentence, claims, previous)]
        claimed = claimed_places(sentence, claims) if grounds else set()
    topics = list(topic_grounds(sentence, claimed, bool(grounds)))
    grounds += topics
    grounds += pattern_grounds(sentence, claims)
    grounds += [*medicine_grounds(sentence), *name_grounds(sentence), *threat_grounds(sentence)]
    if not any(ground.verdict in VERDICTS[:4] for ground in grounds):
        grounds += [*unnamed_effect_grounds(sentence), *testimonial_grounds(sentence)]
    contents = [*content_grounds(sentence, register)] if register else []
    grounds += contents or nutrition_content_grounds(sentence)
    if not grounds:
        grounds += slogan_grounds(sentence)
    return _ask_where_explained(sentence, _most_severe(grounds, sentence))


def _most_severe(grounds: Sequence[Ground], sentence: ParsedSentence) -> Judgement:
    """Judgement on the most severe ground, with the mentions of all grounds that share its reason."""
    if not grounds:
        ground = _why_neutral(sentence)
        return Judgement("neutral", "ok", ground, ())
    order: list[Severity] = ["block", "warn", "ok"]
    ranked = sorted(grounds, key=lambda ground: (VERDICTS.index(ground.verdict), order.index(ground.severity)))
    first = ranked[0]
    same = [ground for ground in ranked if ground.reason == first.reason and ground.verdict == first.verdict]
    merged = Ground(
        first.verdict, first.severity, first.reason, tuple(mention for ground in same for mention in ground.mentions)
    )
    named = tuple(dict.fromkeys(claim for ground in ranked for claim in ground.claims))
    suggestions = tuple(dict.fromkeys(ground.suggest for ground in ranked if ground.suggest))
    reasons = frozenset(ground.reason for ground in ranked if ground.severity == "block")
    return Judgement(first.verdict, first.severity, merged, named, suggestions, reasons)


def _ask_where_explained(sentence: ParsedSentence, judgement: Judgement) -> Judgement:
    """Block of soft topics alone, as a question for a person where two words of shop, law, food or use explain them.

    The classifier may block it again. Diseases, effects of the goods, what becomes stronger, names and short lines
    are not asked about.
    """
    ground = judgement.ground
    if judgement.severity != "block" or not ground or not judgement.reasons <= _SOFT_REASONS:
        return judgement
    if not ground.mentions or any(mention.concept.kind not in _SOFT_KINDS for mention in ground.mentions):
        return judgement
    if any(_is_claimed(sentence, mention) for mention in ground.mentions):
        return judgement
    is_name = not sentence.is_closed and not sentence.is_question and sentence.has("nutrient", "mineral-form")
    is_bare = len(sentence.tokens) < _SHORTEST_EXPLAINED or explanations(sentence) < _EXPLAINED
    if is_name or is_bare or sentence.list_intro or sentence.tells_of_change:
        return judgement
    return Judgement("neutral", "warn", replace(ground, verdict="neutral", severity="warn", reason="unclear"), ())


def _is_claimed(sentence: ParsedSentence, topic: Mention) -> bool:
    """Whether a topic is the effect itself and no figure of speech, or is promised of the goods or to the reader.

    A phrase on digestion may be a figure: `back on stream`.
    """
    is_phrase = topic.last > topic.first and topic.concept.id == "digestion"
    if (topic.concept.id in NEVER_FIGURES and not is_phrase) or sentence.is_promised(topic):
        return True
    if topic.first == topic.last and sentence.has("product") and not sentence.is_whole_word(topic):
        return True  # `a stress-lowering supplement`
    return bool(sentence.promises(topic)) and sentence.has(*OFFERED)


def _why_neutral(sentence: ParsedSentence) -> Ground:
    """Ground for a sentence without a claim: a denial, a safety warning or nothing at all."""
    topics = tuple(mention for mention in sentence.topics if mention.concept.kind != "process")
    if any(segment.denied for segment in sentence.segments) and topics:
        return Ground("neutral", "ok", "denied", topics)
    if sentence.is_warning and topics:
        return Ground("neutral", "ok", "safety", topics)
    return Ground("neutral", "ok", "neutral")


_SOFT_REASONS = frozenset(["not-listed", "refused", "general-benefit"])
_SOFT_KINDS = frozenset(["health", "process", "general"])
_SHORTEST_EXPLAINED, _EXPLAINED = 7, 2  # words; how many of them explain
_NO = frozenset(["nee", "neen", "no"])
_QUESTION_WORDS = frozenset(
    ["heb", "hebt", "heeft", "ben", "bent", "gebruik", "gebruikt", "neem", "slik", "do", "does", "are", "have", "is"]
)


def soften_answered_question(
    question: ParsedSentence, judgement: Judgement, answer: ParsedSentence | None
) -> Judgement:
    """Judgement on a question in the light of its answer; any other judgement unchanged."""
    if judgement.severity != "block" or not question.is_question:
        return _answered_by_the_goods(question, judgement, answer)
    if answer is None or not answer.mentions:
        return _soften_questionnaire(question, judgement)
    if _denies(answer):
        return _neutral(judgement, "denied")
    sends_away = any(consult.first == 0 for consult in answer.mentions_of("consult", "ask"))
    if answer.refers_to_professional and not answer.has(*(() if sends_away else OFFERED), "benefit", "good-for"):
        return _neutral(judgement, "safety")
    if _announces_tiredness_claim(question, answer) or _announces_claim(question, answer):
        return _neutral(judgement, "neutral")
    return judgement


_NEED = frozenset(["hoeft", "hoef", "hoeven", "nodig", "need", "needed", "necessary"])
_LONGEST_COMPLAINT = 7  # words of a question that is no more than a complaint
_NO_COMPLAINT = ("allerg", "intoler", "overgevoel", "hypersens", "bijwerk", "side")
_LESS = frozenset(["minder", "lagere", "halve", "half", "less", "lower", "fewer", "zonder", "without", "vrij", "free"])


def _answered_by_the_goods(question: ParsedSentence, judgement: Judgement, answer: ParsedSentence | None) -> Judgement:
    """Block of a question that is a complaint alone, where the answer offers the goods: `Heartburn? Try our tablets.`

    Not where the answer sends to a doctor, or advises to take less. Also where it spares the doctor that was asked for.
    """
    if answer is not None and _spares_the_doctor(question, answer):
        return _block_complaint(judgement, tuple(question.topics))
    found = tuple(
        topic
        for topic in question.topics
        if topic.concept.kind in ("condition", "side_effect")
        and topic.concept.id != "expecting"
        and not question.tokens[topic.first].text.startswith(_NO_COMPLAINT)
    )
    is_short = question.is_question and len(question.tokens) <= _LONGEST_COMPLAINT
    if not found or not is_short or answer is None or answer.is_question or judgement.severity == "block":
        return judgement
    is_offer = answer.has("product", "dosage", "nutrient", "mineral-form") and any(
        trying.first == 0 for trying in answer.mentions_of("trying")
    )
    is_advice = answer.is_warning or answer.has("not", "side-effect-word", "food")
    if not is_offer or is_advice or any(token.text in _LESS for token in answer.tokens):
        return judgement
    return _block_complaint(judgement, found)


def _block_complaint(judgement: Judgement, found: tuple[Mention, ...]) -> Judgement:
    ground = Ground("disease", "block", "complaint", found)
    return replace(judgement, verdict="disease", severity="block", ground=ground, reasons=frozenset(["complaint"]))


def _spares_the_doctor(question: ParsedSentence, answer: ParsedSentence) -> bool:
    """Whether the goods make a visit needless: `To your doctor about migraine? With magnesium there is no need.`"""
    is_complaint = any(topic.concept.kind in ("complaint", "condition", "side_effect") for topic in question.topics)
    if not is_complaint or not question.is_question or not question.refers_to_professional:
        return False
    is_needless = answer.has("not") and any(token.text in _NEED for token in answer.tokens)
    return is_needless and answer.has(*OFFERED) and not answer.refers_to_professional


def _denies(answer: ParsedSentence) -> bool:
    """Whether the answer denies the question."""
    if answer.tokens[0].text in _NO and (len(answer.tokens) == 1 or answer.tokens[1].is_stop):  # not `No doubt.`
        return not any(segment.has_effect for segment in answer.segments)
    return (
        all(segment.denied for segment in answer.segments if segment.last >= segment.first) and answer.expresses_doubt
    )


def _announces_tiredness_claim(question: ParsedSentence, answer: ParsedSentence) -> bool:
    """Whether the answer words the authorised claim on tiredness (MG01) and the question names no disease."""
    serious = any(topic.concept.kind in ("complaint", "condition", "weight") for topic in question.topics)
    return not serious and answer.has("tiredness") and answer.has("less")


def _announces_claim(question: ParsedSentence, answer: ParsedSentence) -> bool:
    """Whether the question names no topic, and the answer words a listed effect: `What is magnesium good for? …`."""
    return not question.topics and answer.has("contribute", "role") and answer.has("normal")


def _soften_questionnaire(question: ParsedSentence, judgement: Judgement) -> Judgement:
    """Question to a visitor (`Do you have a sensitive stomach?`) as a warning: a person looks at its context."""
    ground = judgement.ground
    asked = question.tokens[0].text in _QUESTION_WORDS and not question.has(*OFFERED)
    is_intake = question.has("reasons-to-ask", "medicine", "kidneys")
    if asked and ground and (ground.reason == "stomach-comfort" or is_intake):
        unclear = replace(ground, reason="unclear")
        return replace(judgement, verdict="neutral", severity="warn", ground=unclear, suggestions=())
    return judgement


def _neutral(judgement: Judgement, reason: str) -> Judgement:
    """Neutral judgement with the mentions of the original ground."""
    mentions = judgement.ground.mentions if judgement.ground else ()
    return Judgement("neutral", "ok", Ground("neutral", "ok", reason, mentions), ())
