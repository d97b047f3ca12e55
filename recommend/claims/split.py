"""Cuts visible text into the units of the check: a sentence, and a line break also ends one."""

import re
from collections.abc import Iterator

_LINE_BREAKS = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"
_END = re.compile(rf"[{_LINE_BREAKS}]++|[.!?…。！？]++[\"'”’»)\]]*+(?=\s|\Z)|(?<=[a-zà-ÿ])[.!?](?=[A-ZÀ-Þ][a-zà-ÿ])")
_SUBSTANCE = re.compile(r"[^\W_]|[\u2600-\u27bf\U0001f130-\U0001faff]")
_LEAD = re.compile(r"(?:[\s#>•·●▪◦‣*+|–—-]++|\d{1,3}[.)](?=\s))*+")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(\"'])(?:[a-z]|[a-z]\.[a-z]|d\.w\.z|m\.b\.t|i\.v\.m|i\.c\.m|a\.u\.b|bijv|bv|evt|ca|circa|incl|excl|resp"
    r"|max|min|nr|no|vs|dr|drs|prof|mr|mrs|ms|st|art|vit|enz|etc|approx|fig|jr|tel|mg|gr|ml|kg|µg|mcg)\.$",
    re.IGNORECASE,
)
_ALWAYS_SHORT = re.compile(r"(?:^|[\s(])(?:dr|drs|prof|mr|mrs|bijv|bv|art|nr|vit|ca|evt)\.$", re.IGNORECASE)


def unit_spans(text: str) -> Iterator[tuple[int, int]]:
    """Where each unit begins and ends, without list marks and surrounding space."""
    start = 0
    for match in _END.finditer(text):
        if match[0][0] not in _LINE_BREAKS and not _ends_sentence(text, start, match):
            continue
        stop = match.start() if match[0][0] in _LINE_BREAKS else match.end()
        yield from _trimmed(text, start, stop)
        start = match.end()
    yield from _trimmed(text, start, len(text))


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
        return following.isupper() and not re.search(r"\b[a-zA-Z]\.$", before)
    return not re.fullmatch(r"\s*\d{1,3}\.", text[start : match.end()][:8])


def _trimmed(text: str, start: int, stop: int) -> Iterator[tuple[int, int]]:
    lead = _LEAD.match(text, start, stop)
    begin = lead.end() if lead else start
    if begin >= stop or not _SUBSTANCE.search(text, begin, stop):
        if not _SUBSTANCE.search(text, start, stop):
            return
        begin = start
    while text[stop - 1].isspace():
        stop -= 1
    while text[begin].isspace():
        begin += 1
    yield begin, stop
