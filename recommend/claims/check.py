"""Content check of one text: HTML or Markdown in, one finding per sentence out.

Steps: visible parts (`text.markup`), sentences and words (`tokens`), concepts (`lexicon`, `sentence`), judgement by
rules (`verdict`), correction by the classifier (`classifier`), finding with its reason,
and the rewritten sentence (`rewriting`).
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path

import msgspec

from recommend.claims.classifier import apply_classifier, load_model
from recommend.claims.clauses import claim_beside_excuse
from recommend.claims.compiled import check_data
from recommend.claims.findings import Finding
from recommend.claims.passages.rest import pass_without_passages
from recommend.claims.records import Claims
from recommend.claims.rewriting import Opinion, rewrite
from recommend.claims.rules.ground import Ground
from recommend.claims.rules.registered import MAY_CONCERN, is_settled
from recommend.claims.sentence import ParsedSentence
from recommend.claims.text.language import has_other_script, is_foreign, language_counts, may_be_foreign
from recommend.claims.text.markup import Part, visible_parts
from recommend.claims.tokens import Token, sentence_spans, tokens_of
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


_Suggest = Callable[[Finding, _JudgedSentence], Finding]


@dataclass(slots=True)
class _Draft:
    """A finding; with the words of each language and the finding to give instead where the text is in another one."""

    finding: Finding
    counts: Counter[str] | None = None
    if_foreign: Finding | None = None


class _Drafts:
    """Findings of one text, which wait for its last word: whether a sentence is foreign depends on the whole text.

    The sentences themselves are dropped, so that a long text takes little memory.
    """

    def __init__(self, text: str, language: Language, directory: Path, suggest: _Suggest | None) -> None:
        self._text, self._language, self._suggest = text, language, suggest
        self._claims = check_data(directory).claims
        self._total = Counter[str]()
        self._drafts: list[_Draft] = []

    def add(
        self, previous: _JudgedSentence | None, current: _JudgedSentence, following: _JudgedSentence | None
    ) -> None:
        """Add the finding for a sentence between its neighbours."""
        counts = language_counts(current.sentence.tokens, self._claims.languages)
        self._total.update(counts)
        neighbours = [other.judgement for other in (previous, following) if other]
        is_address = current.part.kind == "address"
        finding = self._finding(current, neighbours)
        is_plain = current.judgement.severity == "ok" and current.judgement.verdict == "neutral"
        if is_plain and not is_address and has_other_script(current.part.text[current.first : current.after]):
            unread = replace(current.judgement, severity="warn", ground=Ground("neutral", "warn", "other-language"))
            self._drafts.append(_Draft(self._finding(replace(current, judgement=unread), neighbours)))
        elif is_plain and not is_address and may_be_foreign(counts, self._language):
            foreign = replace(current.judgement, severity="warn", ground=Ground("neutral", "warn", "other-language"))
            foreign_finding = self._finding(replace(current, judgement=foreign), neighbours)
            self._drafts.append(_Draft(finding, counts, foreign_finding))
        elif not is_address or finding.severity != "ok":
            self._drafts.append(_Draft(finding))

    def _finding(self, judged: _JudgedSentence, neighbours: list[Judgement]) -> Finding:
        finding = _finding(self._text, judged, neighbours, self._claims, self._language)
        if self._suggest and finding.severity != "ok" and judged.part.kind != "address":
            return self._suggest(finding, judged)
        return finding

    def findings(self) -> Iterator[Finding]:
        """The findings, in view of the words of the whole text."""
        for draft in self._drafts:
            counts, if_foreign = draft.counts, draft.if_foreign
            if counts and if_foreign and is_foreign(counts, self._total, self._language):
                yield if_foreign
            else:
                yield draft.finding


def check_text(
    text: str, language: Language, directory: Path = DATA, *, is_private: bool = False
) -> tuple[Finding, ...]:
    """Findings for every sentence of a text (plain, HTML or Markdown), in order, harmless sentences included.

    `directory` has the layout of `recommend/data/`. An address (URL, file name) gives a finding only when it is not
    "ok". No sentence of a text that `is_private` is remembered. Raises RulesetError when the claims data cannot be
    loaded.
    """
    suggest = partial(_with_suggestion, language=language, directory=directory, is_private=is_private)
    return _findings_of(text, language, directory, suggest, is_private)


def _findings_of(
    text: str, language: Language, directory: Path, suggest: _Suggest | None, is_private: bool
) -> tuple[Finding, ...]:
    drafts = _Drafts(text, language, directory, suggest)
    for part in visible_parts(text):
        judged = _soften(_judge_part(part, language, directory, is_private))
        for previous, current, following in _with_neighbours(judged):
            drafts.add(previous, current, following)
    return tuple(sorted(drafts.findings(), key=lambda finding: (finding.start, finding.end)))


def _soften(sentences: Iterator[_JudgedSentence]) -> Iterator[_JudgedSentence]:
    """Sentences with the judgement of each question in the light of its answer."""
    for _, current, following in _with_neighbours(sentences):
        answer = following.sentence if following else None
        judgement = soften_answered_question(current.sentence, current.judgement, answer)
        yield replace(current, judgement=judgement)


def _with_neighbours(
    sentences: Iterator[_JudgedSentence],
) -> Iterator[tuple[_JudgedSentence | None, _JudgedSentence, _JudgedSentence | None]]:
    """Each sentence with the one before and the one after it."""
    previous = None
    current = next(sentences, None)
    while current:
        following = next(sentences, None)
        yield previous, current, following
        previous, current = current, following


def _judge_part(part: Part, language: Language, directory: Path, is_private: bool) -> Iterator[_JudgedSentence]:
    """Judgements by the rules and the classifier, in order of the text.

    A line that ends in a colon, or that is a heading of uses or warnings, introduces a list: it is passed on to the
    items below it.
    """
    previous = list_intro = None
    for first, after in sentence_spans(part.text):
        text = part.text[first:after]
        is_line = _is_line(part.text, first, after)
        is_kept = not is_private and len(text) <= _LONGEST_KEPT
        parse, judge_one = (_parse, _judge) if is_kept else (_parse.__wrapped__, _judge.__wrapped__)
        sentence = parse(text, list_intro if is_line or list_intro is None else None, language, directory)
        yield _JudgedSentence(part, first, after, sentence, judge_one(sentence, previous, directory))
        previous = sentence
        if text.endswith(":") or (is_line and sentence.is_heading):
            list_intro = sentence
        elif sentence.list_intro is None or text.endswith("."):
            list_intro = None


_LONGEST_MARK = 200  # characters before a list item; a text without line breaks is not searched to its beginning


def _is_line(text: str, first: int, after: int) -> bool:
    """Whether a sentence has its line for itself, but for a list mark before it."""
    following = text[after : after + 1]
    begin = max(0, first - _LONGEST_MARK)
    line = text[max(begin, text.rfind("\n", begin, first) + 1) : first]
    return following in ("", "\n", "\r", "|") and not any(sign.isalpha() for sign in line)


# The pages of a site and the products of a catalogue repeat sentences. A sentence is kept with what its judgement
# depends on: the list it stands in, and the sentence before it. These are kept objects themselves, alike by identity.
_SENTENCES_KEPT = 8192
_CLOSING = (".", "!", "?", "…")
_LONGEST_KEPT = 400  # characters; a longer one hardly comes twice


@lru_cache(maxsize=_SENTENCES_KEPT)
def _parse(text: str, list_intro: ParsedSentence | None, language: Language, directory: Path) -> ParsedSentence:
    """Sentence with places in its own text."""
    tokens = tokens_of(text, list(range(len(text))), list(range(1, len(text) + 1)))
    lexicon = check_data(directory).lexicons[language]
    if "#" in text:
        tokens = [
            msgspec.structs.replace(token, text=word)
            for token in tokens
            for word in (lexicon.words_in_hashtag(token.text) if _is_hashtag(text, token.start) else [token.text])
        ]
    return ParsedSentence(tokens, lexicon, list_intro, is_closed=text.endswith(_CLOSING))


def _is_hashtag(text: str, place: int) -> bool:
    """Whether a word of a text with hashtags is one; the sign before the first was taken for a list mark."""
    return place == 0 or text[place - 1] == "#"


@lru_cache(maxsize=_SENTENCES_KEPT)
def _judge(sentence: ParsedSentence, previous: ParsedSentence | None, directory: Path) -> Judgement:
    def judge_rest(tokens: Sequence[Token]) -> Judgement:
        lexicon = check_data(directory).lexicons[sentence.language]
        return _judge_whole(ParsedSentence(tokens, lexicon, is_closed=sentence.is_closed), previous, directory)

    return pass_without_passages(sentence, _judge_whole(sentence, previous, directory), judge_rest)


def _judge_whole(sentence: ParsedSentence, previous: ParsedSentence | None, directory: Path) -> Judgement:
    """Judgement of a sentence with all its words."""
    # The register is read only for a text that may concern it, since reading it takes as long as the check itself.
    data = check_data(directory)
    register = data.register_lexicon if sentence.has_in_context(*MAY_CONCERN) else None
    judgement = judge(sentence, data.claims, previous, register)
    judgement = claim_beside_excuse(sentence, data.lexicons[sentence.language], data.claims, judgement)
    return judgement if is_settled(judgement.ground) else apply_classifier(sentence, judgement, load_model(directory))


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
        suggestion=None,
        marks=tuple((part.starts[judged.first + begin], part.ends[judged.first + stop - 1]) for begin, stop in marks),
    )


def _with_suggestion(
    finding: Finding, judged: _JudgedSentence, *, language: Language, directory: Path, is_private: bool
) -> Finding:
    """Finding with the rewritten sentence, or with why nothing may be said."""
    text = judged.part.text[judged.first : judged.after]
    opinion = _opinion.__wrapped__ if is_private else _opinion
    check = partial(opinion, language=language, directory=directory, is_private=is_private)
    found = rewrite(text, judged.sentence, judged.judgement, check_data(directory).claims, directory, check=check)
    return msgspec.structs.replace(
        finding,
        suggestion=found.text,
        suggested_claims=found.claims,
        note=found.note if finding.blocks or found.text else "",
    )


@lru_cache(maxsize=_SENTENCES_KEPT)
def _opinion(candidate: str, language: Language, directory: Path, is_private: bool) -> Opinion:
    """Check of a text that may be suggested."""
    findings = _findings_of(candidate, language, directory, None, is_private)
    claims = tuple(claim for finding in findings for claim in finding.claims)
    return Opinion(
        all(finding.severity == "ok" for finding in findings), any(finding.blocks for finding in findings), claims
    )
