"""The judged_sentence function that checks a text, wherever the text comes from."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from recommend.claims.classifier import apply_classifier, load_weights
from recommend.claims.findings import Finding
from recommend.claims.lexicon import Lexicon, load_lexicon
from recommend.claims.records import Claims, load_claims
from recommend.claims.sentence import ParsedSentence
from recommend.claims.text.markup import Part, visible_parts
from recommend.claims.tokens import sentence_spans, tokens_of
from recommend.claims.verdict import Judgement, judge, soften_answered_question
from recommend.loading import DATA
from recommend.text import Language


@dataclass(slots=True)
class _JudgedSentence:
    start: int
    end: int
    sentence: ParsedSentence
    judgement: Judgement


def check_text(text: str, language: Language, directory: Path = DATA) -> tuple[Finding, ...]:
    """Check every sentence of a text, HTML or Markdown. One finding each, in order, harmless ones included."""
    claims, lexicon, weights = load_claims(directory), load_lexicon(language, directory), load_weights(directory)
    findings: list[Finding] = []
    for part in visible_parts(text):
        judged = list(_judge_part(part, claims, lexicon))
        for number, judged_sentence in enumerate(judged):
            first = apply_classifier(judged_sentence.sentence, judged_sentence.judgement, weights)
            answer = judged[number + 1].sentence if number + 1 < len(judged) else None
            judged_sentence.judgement = soften_answered_question(judged_sentence.sentence, first, answer)
        for place, judged_sentence in enumerate(judged):
            neighbours = [
                other.judgement for other in judged[max(0, place - 1) : place + 2] if other is not judged_sentence
            ]
            finding = _finding(text, judged_sentence, neighbours, claims, language)
            if part.kind != "address" or finding.severity != "ok":
                findings.append(finding)
    return tuple(sorted(findings, key=lambda finding: (finding.start, finding.end)))


def _judge_part(part: Part, claims: Claims, lexicon: Lexicon) -> Iterator[_JudgedSentence]:
    previous = list_intro = None
    for first, after in sentence_spans(part.text):
        text = part.text[first:after]
        tokens = tokens_of(text, list(part.starts[first:after]), list(part.ends[first:after]))
        sentence = ParsedSentence(tokens, lexicon, list_intro)
        yield _JudgedSentence(part.starts[first], part.ends[after - 1], sentence, judge(sentence, claims, previous))
        previous = sentence
        if text.endswith(":"):
            list_intro = sentence
        elif sentence.list_intro is None or text.endswith("."):
            list_intro = None


def _finding(
    text: str, judged_sentence: _JudgedSentence, neighbours: list[Judgement], claims: Claims, language: Language
) -> Finding:
    judgement, ground = judged_sentence.judgement, judged_sentence.judgement.ground
    verdict, severity = judgement.verdict, judgement.severity
    reason = ground.reason if ground else "neutral"
    accompanied = any(other.verdict == "authorised" for other in neighbours)
    if reason == "general-benefit" and judgement.is_general_only and accompanied:
        verdict, severity, reason = "neutral", "warn", "general-benefit-accompanied"
    mentions = ground.mentions if ground else ()
    opinion = next((claims.refused[name].opinion for name in judgement.claims if name in claims.refused), None)
    if reason == "refused" and opinion is None:
        reason = "not-listed"
    why = claims.reasons[reason].text.in_language(language)
    suggested = claims.authorised.get(judgement.suggest or "")
    return Finding(
        text=text[judged_sentence.start : judged_sentence.end],
        start=judged_sentence.start,
        end=judged_sentence.end,
        verdict=verdict,
        claims=judgement.claims,
        severity=severity,
        why=why.replace("{words}", judged_sentence.sentence.words(mentions)).replace("{opinion}", opinion or ""),
        suggestion=suggested.wording(language) if suggested and severity != "ok" else None,
        marks=judged_sentence.sentence.marks(mentions) if severity != "ok" else (),
    )
