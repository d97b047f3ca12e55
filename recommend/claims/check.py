"""The one function that checks a text, wherever the text comes from."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from recommend.claims.classifier import apply_classifier, load_weights
from recommend.claims.findings import Finding
from recommend.claims.lexicon import Lexicon, load_lexicon
from recommend.claims.records import Claims, load_claims
from recommend.claims.sentence import ParsedSentence
from recommend.claims.text.markup import Part, visible_parts
from recommend.claims.tokens import tokens_of, unit_spans
from recommend.claims.verdict import Judgement, judge, soften_answered_question
from recommend.loading import DATA
from recommend.text import Language


@dataclass(slots=True)
class _Judged:
    start: int
    end: int
    reading: ParsedSentence
    judgement: Judgement


def check_text(text: str, language: Language, directory: Path = DATA) -> tuple[Finding, ...]:
    """Check every sentence of a text, HTML or Markdown. One finding each, in order, harmless ones included."""
    claims, lexicon, weights = load_claims(directory), load_lexicon(language, directory), load_weights(directory)
    findings: list[Finding] = []
    for part in visible_parts(text):
        judged = list(_judge_part(part, claims, lexicon))
        for number, one in enumerate(judged):
            first = apply_classifier(one.reading, one.judgement, weights)
            answer = judged[number + 1].reading if number + 1 < len(judged) else None
            one.judgement = soften_answered_question(one.reading, first, answer)
        for place, one in enumerate(judged):
            neighbours = [other.judgement for other in judged[max(0, place - 1) : place + 2] if other is not one]
            finding = _finding(text, one, neighbours, claims, language)
            if part.kind != "address" or finding.severity != "ok":
                findings.append(finding)
    return tuple(sorted(findings, key=lambda finding: (finding.start, finding.end)))


def _judge_part(part: Part, claims: Claims, lexicon: Lexicon) -> Iterator[_Judged]:
    before = opener = None
    for first, after in unit_spans(part.text):
        text = part.text[first:after]
        tokens = tokens_of(text, list(part.starts[first:after]), list(part.ends[first:after]))
        reading = ParsedSentence(tokens, lexicon, opener)
        yield _Judged(part.starts[first], part.ends[after - 1], reading, judge(reading, claims, before))
        before = reading
        if text.endswith(":"):
            opener = reading
        elif reading.opener is None or text.endswith("."):
            opener = None


def _finding(text: str, one: _Judged, neighbours: list[Judgement], claims: Claims, language: Language) -> Finding:
    judgement, ground = one.judgement, one.judgement.ground
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
        text=text[one.start : one.end],
        start=one.start,
        end=one.end,
        verdict=verdict,
        claims=judgement.claims,
        severity=severity,
        why=why.replace("{words}", one.reading.words(mentions)).replace("{opinion}", opinion or ""),
        suggestion=suggested.wording(language) if suggested and severity != "ok" else None,
        marks=one.reading.marks(mentions) if severity != "ok" else (),
    )
