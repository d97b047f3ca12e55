"""Content check of one text: HTML or Markdown in, one finding per sentence out.

Steps: visible parts (`text.markup`), sentences and words (`tokens`), concepts (`lexicon`, `sentence`), judgement by
rules (`verdict`), correction by the classifier (`classifier`), finding with its reason.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from recommend.claims.classifier import apply_classifier, load_weights
from recommend.claims.findings import Finding
from recommend.claims.lexicon import load_lexicon
from recommend.claims.records import Claims, load_claims
from recommend.claims.sentence import ParsedSentence
from recommend.claims.text.markup import Part, visible_parts
from recommend.claims.tokens import sentence_spans, tokens_of
from recommend.claims.verdict import Judgement, judge, soften_answered_question
from recommend.loading import DATA
from recommend.text import Language


@dataclass(slots=True)
class _JudgedSentence:
    """One sentence with its judgement; `first` and `after` are code points of the words of its part."""

    part: Part
    first: int
    after: int
    sentence: ParsedSentence
    judgement: Judgement


def check_text(text: str, language: Language, directory: Path = DATA) -> tuple[Finding, ...]:
    """Findings for every sentence of a text (plain, HTML or Markdown), in order, harmless sentences included.

    `directory` has the layout of `recommend/data/`. An address (URL, file name) gives a finding only when it is not
    "ok". Raises RulesetError when the claims data cannot be loaded.
    """
    findings: list[Finding] = []
    for part in visible_parts(text):
        judged = list(_judge_part(part, language, directory))
        for number, current in enumerate(judged):
            answer = judged[number + 1].sentence if number + 1 < len(judged) else None
            current.judgement = soften_answered_question(current.sentence, current.judgement, answer)
        for number, current in enumerate(judged):
            neighbours = [other.judgement for other in judged[max(0, number - 1) : number + 2] if other is not current]
            finding = _finding(text, current, neighbours, load_claims(directory), language)
            if part.kind != "address" or finding.severity != "ok":
                findings.append(finding)
    return tuple(sorted(findings, key=lambda finding: (finding.start, finding.end)))


def _judge_part(part: Part, language: Language, directory: Path) -> Iterator[_JudgedSentence]:
    """Judgements by the rules and the classifier, in order of the text.

    A sentence that ends in a colon introduces a list: it is passed on to the items below it.
    """
    previous = list_intro = None
    for first, after in sentence_spans(part.text):
        text = part.text[first:after]
        sentence = _parse(text, list_intro, language, directory)
        yield _JudgedSentence(part, first, after, sentence, _judge(sentence, previous, directory))
        previous = sentence
        if text.endswith(":"):
            list_intro = sentence
        elif sentence.list_intro is None or text.endswith("."):
            list_intro = None


# The pages of a site and the products of a catalogue repeat sentences. A sentence is kept with what its judgement
# depends on: the list it stands in, and the sentence before it. These are kept objects themselves, alike by identity.
_SENTENCES_KEPT = 8192


@lru_cache(maxsize=_SENTENCES_KEPT)
def _parse(text: str, list_intro: ParsedSentence | None, language: Language, directory: Path) -> ParsedSentence:
    """Sentence with places in its own text."""
    tokens = tokens_of(text, list(range(len(text))), list(range(1, len(text) + 1)))
    return ParsedSentence(tokens, load_lexicon(language, directory), list_intro)


@lru_cache(maxsize=_SENTENCES_KEPT)
def _judge(sentence: ParsedSentence, previous: ParsedSentence | None, directory: Path) -> Judgement:
    return apply_classifier(sentence, judge(sentence, load_claims(directory), previous), load_weights(directory))


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
    part = judged.part
    start, end = part.starts[judged.first], part.ends[judged.after - 1]
    marks = judged.sentence.marks(mentions) if severity != "ok" else ()
    return Finding(
        text=text[start:end],
        start=start,
        end=end,
        verdict=verdict,
        claims=judgement.claims,
        severity=severity,
        why=why.replace("{words}", judged.sentence.words(mentions)).replace("{opinion}", opinion or ""),
        suggestion=suggested.wording(language) if suggested and severity != "ok" else None,
        marks=tuple((part.starts[judged.first + begin], part.ends[judged.first + stop - 1]) for begin, stop in marks),
    )
