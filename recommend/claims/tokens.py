"""Words as they are compared: without accents, capitals, invisible characters and look-alike letters."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import ftfy
from ftfy.badness import is_bad

_UNSEEN = "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0e\ufeff"
_LETTER = rf"[^\W_]|[\u0300-\u036f\u20d0-\u20ef{_UNSEEN}\u24b6-\u24e9\U0001f130-\U0001f169]"
_WORD = re.compile(
    rf"(?P<word>(?:{_LETTER})++(?:['’‘@€$](?:{_LETTER})++)*+)"
    r"|(?P<emoji>[\u2300-\u23ff\u2600-\u27bf\u2b50\U0001f300-\U0001f5ff\U0001f600-\U0001f64f\U0001f680-\U0001f6ff\U0001f900-\U0001faff])"
    r"|(?P<stop>[,;:?!()–—|…]|[.](?=\s))"
)
_CAMEL = re.compile(r"(?<=[a-z]{3})(?=[A-Z][a-z]{2})")
_DOUBLE = re.compile(r"(.)\1+")
_HEARD = (("ai", "e"), ("ae", "e"), ("ph", "f"), ("th", "t"), ("y", "i"), ("ck", "k"), ("c", "k"), ("ie", "i"))
_RUN = re.compile(r"(.)\1{2,}")
_LONGEST = 60  # a longer "word" is no word; cutting it bounds the time per word

# Letters of other alphabets that look Latin (after Unicode's confusables, UTS 39).
_LOOK_ALIKES = str.maketrans(
    "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧАВЕКМНОРСТХУЅІЈавгеёзікмнорстухѕјԁһӏԛԝьαβεικνορτυχωημɑɡıæœøł",
    "ABEZHIKMNOPTYXABEKMHOPCTXYSIJabreezikmhopctyxsjdhlqwbabeiknoptuxwnuagiaool",
)
_SAID_IN_DIGITS = str.maketrans("013457@€$", "oieastaes")


@dataclass(frozen=True, slots=True)
class Token:
    """A word, an emoji or a stop (`,` `;` …), with its place in the source."""

    text: str
    start: int
    end: int
    is_stop: bool = False


@lru_cache(maxsize=65536)
def comparable(word: str) -> str:
    """The word for comparing: NFKD without marks, lower case, look-alike letters as Latin."""
    if not word.isascii():
        word = "".join(
            c for c in unicodedata.normalize("NFKD", word) if unicodedata.category(c) not in ("Mn", "Cf", "Me")
        )
        word = word.translate(_LOOK_ALIKES)
    word = word.casefold()
    word = word.replace("’", "'").replace("‘", "'")
    word = word.removesuffix("'s").strip("'")[:_LONGEST]
    return _RUN.sub(r"\1", word) if not word.isdecimal() else word


@lru_cache(maxsize=65536)
def as_heard(word: str) -> str:
    """The word with what misspellings leave alone: `stresverlagend` and `stressverlagend` are heard alike."""
    for written, heard in _HEARD:
        word = word.replace(written, heard)
    return _DOUBLE.sub(r"\1", word)


def undisguised(word: str) -> str:
    """`m1gr4ine` as `migraine`."""
    return word.translate(_SAID_IN_DIGITS)


def tokens_of(text: str, starts: list[int], ends: list[int]) -> list[Token]:
    """The tokens of one unit; `starts` and `ends` place its characters in the source."""
    if not text.isascii() and is_bad(text):
        repaired = ftfy.fix_encoding(text)
        if repaired != text:  # places inside are lost: every word stands for the whole unit
            whole = len(repaired)
            return _scan(repaired, [starts[0]] * whole, [ends[-1]] * whole)
    return _scan(text, starts, ends)


def _scan(text: str, starts: list[int], ends: list[int]) -> list[Token]:
    tokens: list[Token] = []
    for match in _WORD.finditer(text):
        first, after = match.span()
        if match.lastgroup == "word":
            for begin, stop in _pieces(match[0], first, after):
                word = comparable(text[begin:stop])
                if word:
                    tokens.append(Token(word, starts[begin], ends[stop - 1]))
        else:
            tokens.append(Token(match[0], starts[first], ends[after - 1], match.lastgroup == "stop"))
    return _join_spelled(tokens)


def _pieces(word: str, first: int, after: int) -> list[tuple[int, int]]:
    """`SlaapWel` is read as two words; `mIgRaInE` stays one."""
    if len(word) > _LONGEST or word.islower() or word.isupper():
        return [(first, after)]
    cuts = [match.start() + first for match in _CAMEL.finditer(word)]
    return list(zip([first, *cuts], [*cuts, after], strict=True))


def _join_spelled(tokens: list[Token]) -> list[Token]:
    """`k r a m p` and `k.r.a.m.p` as one word."""
    joined: list[Token] = []
    row: list[Token] = []
    for token in [*tokens, Token("", 0, 0, True)]:
        if len(token.text) == 1 and token.text.isalpha():
            row.append(token)
            continue
        if len(row) > 3:  # noqa: PLR2004 - shorter rows are initials and units
            row = [Token("".join(one.text for one in row)[:_LONGEST], row[0].start, row[-1].end)]
        joined += row
        row = []
        joined.append(token)
    return joined[:-1]
