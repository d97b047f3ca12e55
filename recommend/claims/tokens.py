"""Text as sentences and words, the words normalised for comparison.

A sentence is the unit of the content check: a sentence, a line, a list item or a label. Normalised words have no
accents, capitals, invisible characters or look-alike letters.
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import lru_cache

from msgspec import Struct

_LINE_BREAKS = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"
_END = re.compile(rf"[{_LINE_BREAKS}]++|[.!?…。！？]++[\"'”’»)\]]*+(?=\s|\Z)|(?<=[a-zà-ÿ])[.!?](?=[A-ZÀ-Þ][a-zà-ÿ])")
_CONTENT = re.compile(r"[^\W_]|[\u2600-\u27bf\U0001f130-\U0001faff]")
_LEAD = re.compile(r"(?:[\s#>•·●▪◦‣*+|–—-]++|\d{1,3}[.)](?=\s))*+")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(\"'])(?:[a-z]|(?:[a-z]{1,2}\.){1,4}[a-z]{1,2}|bijv|bv|evt|ca|circa|incl|excl|resp|max|min|nr|no|nrs|vs|dr|drs"
    r"|prof|mr|mrs|ms|st|art|vit|enz|etc|approx|fig|jr|sr|tel|mg|gr|ml|kg|µg|mcg|afd|dhr|mevr|mw|ing|ir|caps|tabl|tbl|al|ed"
    r"|eds|vol|hfst|blz|pag|pp|par|str|postb|inh|aanb|verp|zgn|zg|nl|ong|gem|temp|ref|refs|dept|est|inc|ltd|co|jan|feb|mrt"
    r"|apr|jun|jul|aug|sep|sept|okt|oct|nov|dec|ma|di|wo|do|vr|za|zo|mon|tue|wed|thu|fri)\.$",
    re.IGNORECASE,
)
_ALWAYS_SHORT = re.compile(
    r"(?:^|[\s(])(?:dr|drs|prof|mr|mrs|ms|dhr|mevr|mw|ing|ir|bijv|bv|art|nr|nrs|vit|ca|evt|afd|blz|pag|pp|fig|vol|zgn|tel"
    r"|(?:m|t|d|i|o|p|w|z|b|a|e)\.(?:[a-z]{1,2}\.)*[a-z]{1,2})\.$",
    re.IGNORECASE,
)

_INVISIBLE = "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0e\ufeff"
_LETTER = rf"[^\W_]|[\u0300-\u036f\u20d0-\u20ef{_INVISIBLE}\u24b6-\u24e9\U0001f130-\U0001f169]"
_WORD = re.compile(
    rf"(?P<word>(?:{_LETTER})++(?:['’‘@€$](?:{_LETTER})++)*+)"
    r"|(?P<wink>;-?\))"
    r"|(?P<emoji>[\u2300-\u23ff\u2600-\u27bf\u2b50\U0001f300-\U0001f5ff\U0001f600-\U0001f64f\U0001f680-\U0001f6ff\U0001f900-\U0001faff])"
    r"|(?P<stop>[,;:?!()–—|…]|[.](?=\s)|(?<=[^\d\s]\s)-(?=\s))"  # a dash typed as a hyphen; not `200 - 300 mg`
)
_CAMEL = re.compile(r"(?<=[a-z]{2})(?=[A-Z][a-z]{2})")
_DOUBLE = re.compile(r"(.)\1+")
_PHONETIC_SPELLINGS = (
    ("ai", "e"),
    ("ae", "e"),
    ("ph", "f"),
    ("th", "t"),
    ("y", "i"),
    ("ck", "k"),
    ("c", "k"),
    ("ie", "i"),
)
_RUN = re.compile(r"(.)\1{2,}")
_QUOTATION = re.compile(r"\"[^\"]+\"|[“„”][^“”„]+[”“]|«[^«»]+»|‘[^‘’]+’(?!\w)|(?<![\w'])'[^']+'(?!\w)")
_QUOTE = re.compile(r"[\"“„«‘']")  # most sentences have none, and need not be searched for pairs
_GLUE = "*.·_~|-"
_WINK = "😉"
_MAX_WORD_LENGTH = 60  # bounds the time per word
_LONGEST_SENTENCE = 5000  # characters

# Letters of other alphabets that look Latin (from the Unicode confusables, UTS 39).
_LOOK_ALIKES = str.maketrans(
    "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧАВЕКМНОРСТХУЅІЈавгеёзікмнорстухѕјԁһӏԛԝьαβεικνορτυχωημɑɡıæœøł",
    "ABEZHIKMNOPTYXABEKMHOPCTXYSIJabreezikmhopctyxsjdhlqwbabeiknoptuxwnuagiaool",
)
_DIGITS_AS_LETTERS = str.maketrans("013457@€$", "oieastaes")


def sentence_spans(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each sentence, without list marks and surrounding space; a line break ends a sentence.

    A sentence of more than 5,000 characters is no sentence; it is divided at a space, to bound memory and time.
    """
    for first, stop in _whole_spans(text):
        for start, end in _divided(text, first, stop):
            yield from _trimmed(text, start, end)


def _divided(text: str, start: int, stop: int) -> Iterator[tuple[int, int]]:
    """Pieces of a span, none of them longer than a sentence can be."""
    while stop - start > _LONGEST_SENTENCE:
        space = text.rfind(" ", start + 1, start + _LONGEST_SENTENCE)
        end = space if space > 0 else start + _LONGEST_SENTENCE
        yield start, end
        start = end
    yield start, stop


def _whole_spans(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for match in _END.finditer(text):
        if match[0][0] not in _LINE_BREAKS and not _ends_sentence(text, start, match):
            continue
        stop = match.start() if match[0][0] in _LINE_BREAKS else match.end()
        yield start, stop
        start = match.end()
    yield start, len(text)


def _ends_sentence(text: str, start: int, match: re.Match[str]) -> bool:
    if match[0] not in (".", "...", "…"):
        return True
    following = text[match.end() : match.end() + 8].lstrip(" \t\xa0\"'“‘(*")[:1]
    before = text[max(start, match.end() - 12) : match.end()]
    if match[0] != ".":
        return not following.islower()
    if _ALWAYS_SHORT.search(before):
        return False
    if _ABBREVIATION.search(before):
        return following.isupper() and not re.search(r"\b(?:[a-zA-Z]|al)\.$", before)
    return not re.fullmatch(r"\s*\d{1,3}\.", text[start : match.end()][:8])


def _trimmed(text: str, start: int, stop: int) -> Iterator[tuple[int, int]]:
    lead = _LEAD.match(text, start, stop)
    begin = lead.end() if lead else start
    if begin >= stop or not _CONTENT.search(text, begin, stop):
        if not _CONTENT.search(text, start, stop):
            return
        begin = start
    while text[stop - 1].isspace():
        stop -= 1
    while text[begin].isspace():
        begin += 1
    yield begin, stop


class Token(Struct, frozen=True, gc=False):
    """A word, an emoji or a stop (`,` `;` …), with its start and end in the source.

    `glue` is the sign that joins it to the word before it: `*` in `kr*mp`, nothing where a space stands. `quotation` is
    the number of the quotation that a word is in; 0 for a word outside quotation marks.
    """

    text: str
    start: int
    end: int
    is_stop: bool = False
    glue: str = ""
    quotation: int = 0


@lru_cache(maxsize=65536)
def normalised(word: str) -> str:
    """Normal form of a word: NFKD without marks, lower case, look-alike letters as Latin."""
    if not word.isascii():
        word = "".join(
            c for c in unicodedata.normalize("NFKD", word) if unicodedata.category(c) not in ("Mn", "Cf", "Me")
        )
        word = word.translate(_LOOK_ALIKES)
    word = word.casefold()
    word = word.replace("’", "'").replace("‘", "'")
    word = word.removesuffix("'s").strip("'")[:_MAX_WORD_LENGTH]
    if word.isdecimal() or len(set(word)) == 1:  # "zzz" is not the letter z
        return word
    return _RUN.sub(r"\1", word)


@lru_cache(maxsize=65536)
def phonetic(word: str) -> str:
    """Word without the differences of common misspellings: `stresverlagend` and `stressverlagend` give the same."""
    for written, simplified in _PHONETIC_SPELLINGS:
        word = word.replace(written, simplified)
    return _DOUBLE.sub(r"\1", word)


def digits_as_letters(word: str) -> str:
    """Word with digits and signs as the letters they imitate: `m1gr4ine` becomes `migraine`."""
    return word.translate(_DIGITS_AS_LETTERS)


def tokens_of(text: str, starts: list[int], ends: list[int]) -> list[Token]:
    """Tokens of one sentence; `starts` and `ends` give the source position of each character.

    Mojibake is repaired first; every token of a repaired sentence then has the position of the whole sentence.
    """
    if not text.isascii():
        repaired = _repaired(text)
        if repaired != text:  # the repair loses the position of each character
            length = len(repaired)
            return _scan(repaired, [starts[0]] * length, [ends[-1]] * length)
    return _scan(text, starts, ends)


def _repaired(text: str) -> str:
    """Text without mojibake."""
    import ftfy.badness  # a command on plain ASCII does not wait for it

    return ftfy.fix_encoding(text) if ftfy.badness.is_bad(text) else text


def _scan(text: str, starts: list[int], ends: list[int]) -> list[Token]:
    tokens: list[Token] = []
    quotations = [match.span() for match in _QUOTATION.finditer(text)] if _QUOTE.search(text) else []
    for match in _WORD.finditer(text):
        first, after = match.span()
        if match.lastgroup == "word":
            for begin, stop in _pieces(match[0], first, after):
                word = normalised(text[begin:stop])
                if word:
                    glue = _glue_before(text, begin)
                    quotation = _quotation_at(quotations, begin) if quotations else 0
                    tokens.append(Token(word, starts[begin], ends[stop - 1], glue=glue, quotation=quotation))
        elif match.lastgroup == "wink":
            tokens.append(Token(_WINK, starts[first], ends[after - 1]))
        else:
            tokens.append(Token(match[0], starts[first], ends[after - 1], match.lastgroup == "stop"))
    return _join_spelled_out(tokens)


def _quotation_at(quotations: Sequence[tuple[int, int]], place: int) -> int:
    """Number of the quotation that a character is in, from 1; 0 outside."""
    number = bisect_left(quotations, (place, place))  # of quotations that begin before it
    return number if number and place < quotations[number - 1][1] else 0


def _glue_before(text: str, place: int) -> str:
    """Sign between a word and the one before it, when there is nothing else."""
    return text[place - 1] if place > 1 and text[place - 1] in _GLUE and text[place - 2].isalpha() else ""


def _pieces(word: str, first: int, after: int) -> list[tuple[int, int]]:
    """Spans of the words in a camel-case word: `SlaapWel` is two words, `mIgRaInE` one."""
    if len(word) > _MAX_WORD_LENGTH or word.islower() or word.isupper():
        return [(first, after)]
    cuts = [match.start() + first for match in _CAMEL.finditer(word)]
    return list(zip([first, *cuts], [*cuts, after], strict=True))


def _join_spelled_out(tokens: list[Token]) -> list[Token]:
    """Tokens with spelled-out words joined: `k r a m p` and `k.r.a.m.p` become one word."""
    joined: list[Token] = []
    row: list[Token] = []
    for token in [*tokens, Token("", 0, 0, True)]:
        if len(token.text) == 1 and token.text.isalpha():
            row.append(token)
            continue
        if len(row) > 3:  # noqa: PLR2004 - shorter rows are initials and units
            row = [Token("".join(one.text for one in row)[:_MAX_WORD_LENGTH], row[0].start, row[-1].end)]
        joined += row
        row = []
        joined.append(token)
    return joined[:-1]
