"""Reports of claims: what a claim said that was rejected, fined or ruled out, and what a rule tells not to write.

`The regulator fined a shop for the sentence "cures migraine"`. A report that is disputed, or followed by more than its
decision and its reason, is none: `EFSA rejected it, but our customers know better`.
"""

from collections.abc import Iterator
from itertools import pairwise

from recommend.claims.passages.spans import (
    FAR,
    NEAR,
    NEGATIONS,
    OURS,
    READER,
    REASONS,
    TURNS,
    Spans,
    all_words,
    end_of_clause,
    end_of_topics,
    has_outside,
    illnesses,
    names,
    places_outside,
    quotations,
    quoted_places,
    span_of,
    whole,
    words_at,
)
from recommend.claims.segments import AND
from recommend.claims.sentence import ParsedSentence
from recommend.claims.sentence_words import OFFERED

_CLAUSE_OPENERS = frozenset(["dat", "that", "waarin", "waarop", "die", "whether"])
_TOPIC_OPENERS = frozenset(["on", "about", "over", "naar", "of", "op", "by", "rond", "for", "voor"]) | (
    frozenset(["concerned", "concerns", "noemde", "noemt", "mentioned", "mentions"])
)
_OFF = ("af",)
_REMOVING = ("halen", "verwijderen", "schrappen", "aanpassen", "weghalen", "rectificeren", "intrekken")
_SEPARABLE = {
    **dict.fromkeys(("wees", "wijst", "wezen", "keurde", "keurden", "keurt"), _OFF),
    **dict.fromkeys(("halen", "haalt", "haalden", "haalde"), ("weg",)),
    **dict.fromkeys(("moest", "moesten", "moet", "liet", "lieten"), _REMOVING),
}
"""Verbs that decide against a claim together with a word at the end."""
_WARNING = frozenset(["warned", "warning", "warns", "waarschuwde", "waarschuwing", "gewaarschuwd"])
_LISTING = frozenset(["bij", "among", "list", "lijst"])
_SPEECH = frozenset(["promised", "claiming", "beloofde", "beweerde"])
_QUOTES_AFTER = frozenset(
    ["dat", "that", "als", "as", "zoals", "from", "heet", "voor", "for", "nooit", "never", "write"]
)
_WRONG = frozenset(["fout", "wrong", "verboden", "forbidden"])
_ONLY = frozenset(["alleen", "enkel", "only", "just"])
_US = frozenset(["we", "wij", "us", "ik", "i", "says", "zegt", "say", "zeggen"])
_SECOND = 2


def reported(sentence: ParsedSentence) -> Spans:
    """Contents of claims that were rejected, fined, refused or ruled out, or that a rule tells not to write."""
    verdicts = _verdicts(sentence)
    if not verdicts and not _is_wrong_example(sentence):
        return _named_words(sentence)
    spans = [*_quoted(sentence, verdicts), *_contents(sentence, verdicts)]
    inside = {place for span in spans for place in span}
    deciding = [verdict for verdict in verdicts if verdict.start not in inside]
    spans += [
        whole(sentence, one)
        for one in illnesses(sentence)
        if deciding and any(abs(one.first - word.first) <= FAR for word in sentence.mentions_of("claim-words"))
    ]
    is_decided = bool(deciding) or _is_wrong_example(sentence)
    return spans if spans and is_decided and not _is_taken_back(sentence, spans, deciding) else []


def _named_words(sentence: ParsedSentence) -> Spans:
    """Quotations that are named as words, where they are nobody's here: `Sentences such as "eases joint pain" …`.

    An authority or a rule has to be there. Not those of customers or of the shop, and not what is approved or true.
    """
    texts = words_at(sentence, places_outside(sentence, quotations(sentence)))
    is_of_rules = sentence.has("authority", "law-text") and not texts & (READER | OURS | TURNS | _US)
    if not quotations(sentence) or not is_of_rules:
        return []
    if has_outside(sentence, quotations(sentence), *OFFERED, "takers", "verdict-disputed", "first-person", "gone"):
        return []
    found: Spans = []
    for span in quotations(sentence):
        before = range(span.start - NEAR, span.start)
        is_named = names(sentence, before.start, span.start, "named-words")
        is_claim = names(sentence, span.stop, span.stop + NEAR + 1, "named-words")
        is_next = bool(found) and span.start - found[-1].stop < NEAR
        if is_named or is_claim or is_next:
            found.append(span)
    return found


def _verdicts(sentence: ParsedSentence) -> Spans:
    """Places of decisions against a claim, none of them negated: not `never rejected`."""
    found = [span_of(one) for one in sentence.mentions_of("claim-verdict")]
    for verb, token in enumerate(sentence.tokens):
        ends = _SEPARABLE.get(token.text, ())
        if any(behind.text in ends for behind in sentence.tokens[verb + 1 :]):
            found.append(range(verb, verb + 1))  # `wees … af`
    return [
        span
        for span in found
        if NEGATIONS.isdisjoint(words_at(sentence, range(span.start - 2, span.start)))
        or not NEGATIONS.isdisjoint(words_at(sentence, span))
    ]


def _is_wrong_example(sentence: ParsedSentence) -> bool:
    """Whether the sentence is an example of what not to write: `Wrong: "cures migraine"`."""
    tokens = sentence.tokens
    is_example = len(tokens) > NEAR and tokens[0].text in _WRONG and tokens[1].text == ":"
    promising = sentence.mentions_of("benefit", "medical", "contribute", "against", "good-for")
    return is_example and _SECOND in quoted_places(sentence) and any(one.first > 1 for one in promising)


def _quoted(sentence: ParsedSentence, verdicts: Spans) -> Spans:
    """Words between quotation marks behind a word for a claim, a decision, or `that`, `such as`."""
    introducing = {one.last for one in sentence.mentions_of("claim-words")}
    introducing |= {verdict.stop - 1 for verdict in verdicts if not words_at(sentence, verdict) & _WARNING}
    introducing |= {place for place, token in enumerate(sentence.tokens) if token.text in _QUOTES_AFTER}
    if _is_wrong_example(sentence):
        introducing.add(0)
    found: Spans = []
    for span in quotations(sentence):
        before = range(span.start - NEAR, span.start)
        is_subject = span.start == 0 and any(0 <= verdict.start - span.stop <= FAR for verdict in verdicts)
        behind = range(span.stop, span.stop + 1)
        is_named = any(one.first in behind for one in sentence.mentions_of("claim-words"))
        is_introduced = not introducing.isdisjoint(before)
        if is_subject or is_named or is_introduced or any(_is_joined(sentence, one, span) for one in found):
            found.append(span)
    return found


def _is_joined(sentence: ParsedSentence, before: range, span: range) -> bool:
    """Whether nothing but a comma or "and" stands between two quotations: the second has the same speaker."""
    return words_at(sentence, range(before.stop, span.start)) <= {",", *AND}


def _contents(sentence: ParsedSentence, verdicts: Spans) -> Spans:
    """Contents behind a word for a claim: `that` with a clause, or `on`, `about` with a row of topics."""
    found: Spans = []
    quoted = quoted_places(sentence)
    ends = [verdict.start for verdict in verdicts]
    words = [span_of(one) for one in sentence.mentions_of("claim-words")]
    for word in [*words, *(verdicts if words else [])]:
        if word.start in quoted:
            continue
        if sentence.tokens[word.stop - 1].text in _SPEECH:
            found.append(range(word.stop, end_of_clause(sentence, word.stop, ends)))
        for place in range(word.stop, min(word.stop + NEAR, len(sentence.tokens))):
            text = sentence.tokens[place].text
            if sentence.tokens[place].is_stop:
                break
            is_question = text == "of" and sentence.tokens[place - 1].text == "vraag"
            if text in _CLAUSE_OPENERS or is_question:
                found.append(range(place, end_of_clause(sentence, place + 1, ends)))
            if text in _TOPIC_OPENERS and (end := end_of_topics(sentence, place + 1)) > place + 1:
                found.append(range(place, end))
    found += _listed_before(sentence, verdicts)
    return [span for span in found if span and (NEGATIONS | READER).isdisjoint(words_at(sentence, span))]


def _listed_before(sentence: ParsedSentence, verdicts: Spans) -> Spans:
    """Topics just before the news that a list has them not: `…; sleep is not among them`."""
    found = []
    for verdict in verdicts:
        if not words_at(sentence, verdict) & _LISTING:
            continue
        before = [topic for topic in sentence.topics if 0 < verdict.start - topic.last < NEAR]
        found += [whole(sentence, topic) for topic in before if sentence.has("claim-words")]
    return found


def _is_taken_back(sentence: ParsedSentence, spans: Spans, verdicts: Spans) -> bool:
    """Whether a report is disputed, turned, or followed by a clause that is neither its decision nor its reason."""
    outside = places_outside(sentence, spans)
    texts = words_at(sentence, outside)
    if sentence.has("verdict-disputed") and any(
        one.first in outside for one in sentence.mentions_of("verdict-disputed")
    ):
        return True
    behind = words_at(sentence, range(max(span.stop for span in spans), len(sentence.tokens)))
    if texts & TURNS or behind & OURS or (texts & READER and not sentence.has("reviewing")):
        return True  # `Drop the word "tired" from your diary`
    end = max(span.stop for span in spans)
    deciding = {verdict.start for verdict in verdicts}
    for first, after in _clauses_from(sentence, end):
        words = words_at(sentence, range(first, after))
        is_unproven = any(names(sentence, first, after, one) for one in ("proof", "denial", "undecided"))
        is_reason = bool(words & REASONS) and bool(words & NEGATIONS) and is_unproven
        is_official = names(sentence, first, after, "contribute") and names(sentence, first, after, "normal")
        is_limit = sentence.tokens[first].text in _ONLY if first < len(sentence.tokens) else True
        is_limit = is_limit and not any(one.first in range(first, after) for one in sentence.topics)
        is_decision = bool(deciding & set(range(first, after)))
        if is_decision and any(names(sentence, first, after, one) for one in OFFERED):
            return True
        if not (is_decision or is_reason or is_official or is_limit) and first < after:
            return True
    return False


def _clauses_from(sentence: ParsedSentence, place: int) -> Iterator[tuple[int, int]]:
    """First place and end of each clause behind a stop that follows `place`."""
    stops = [at for at in range(place, len(sentence.tokens)) if sentence.tokens[at].is_stop]
    for stop, following in pairwise([*stops, len(sentence.tokens)]):
        yield stop + 1, following


def of_law(sentence: ParsedSentence) -> Spans:
    """Illness as such, in what an article of law says of claims: `Article 14(1)(a) is about claims that a food …`."""
    texts = all_words(sentence)
    is_rule = any(text.isdecimal() for text in texts) or sentence.has("claim-verdict")
    if not is_rule or not sentence.has_all(("law-text", "claim-words")) or texts & (READER | TURNS | OURS | {":"}):
        return []
    if sentence.has(*OFFERED, "dosage", "takers", "suffering", "deficiency", "gone"):
        return []
    return [whole(sentence, one) for one in illnesses(sentence)]
