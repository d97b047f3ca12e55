"""Content check of one text: HTML or Markdown in, one finding per sentence out.

Steps: visible parts (`text.markup`), sentences and words (`tokens`), concepts (`lexicon`, `sentence`), judgement by
rules (`verdict`), correction by the classifier (`classifier`), finding with its reason.
"""

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
    """One sentence with its judgement; `start` and `end` are code points of the checked text."""

    start: int
    end: int
    sentence: ParsedSentence
    judgement: Judgement


def check_text(text: str, language: Language, directory: Path = DATA) -> tuple[Finding, ...]:
    """Findings for every sentence of a text (plain, HTML or Markdown), in order, harmless sentences included.

    `directory` has the layout of `recommend/data/`. An address (URL, file name) gives a finding only when it is not
    "ok". Raises RulesetError when the claims data cannot be loaded.
    """
    claims, lexicon, weights = load_claims(directory), load_lexicon(language, directory), load_weights(directory)
    findings: list[Finding] = []
    for part in visible_parts(text):
        judged = list(_judge_part(part, claims, lexicon))
        for number, current in enumerate(judged):
            corrected = apply_classifier(current.sentence, current.judgement, weights)
            answer = judged[number + 1].sentence if number + 1 < len(judged) else None
            current.judgement = soften_answered_question(current.sentence, corrected, answer)
        for number, current in enumerate(judged):
            neighbours = [other.judgement for other in judged[max(0, number - 1) : number + 2] if other is not current]
            finding = _finding(text, current, neighbours, claims, language)
            if part.kind != "address" or finding.severity != "ok":
                findings.append(finding)
    return tuple(sorted(findings, key=lambda finding: (finding.start, finding.end)))


def _judge_part(part: Part, claims: Claims, lexicon: Lexicon) -> Iterator[_JudgedSentence]:
    """Judgements by the rules alone, in order of the text.

    A sentence that ends in a colon introduces a list: it is passed on to the items below it.
    """
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
    text: str, judged: _JudgedSentence, neighbours: list[Judgement], claims: Claims, language: Language
) -> Finding:
    """Finding for one sentence; an authorised claim next to a general benefit makes that benefit acceptable.

    Article 10(3) of Regulation (EC) No 1924/2006 permits a general reference when a specific claim accompanies it.
    """
    judgement, ground = judged.judgement, judged.judgement.ground
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
        text=text[judged.start : judged.end],
        start=judged.start,
        end=judged.end,
        verdict=verdict,
        claims=judgement.claims,
        severity=severity,
        why=why.replace("{words}", judged.sentence.words(mentions)).replace("{opinion}", opinion or ""),
        suggestion=suggested.wording(language) if suggested and severity != "ok" else None,
        marks=judged.sentence.marks(mentions) if severity != "ok" else (),
    )
