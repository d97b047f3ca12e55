"""Visible text of HTML or Markdown, each character with its position in the source.

Texts in attributes, addresses and structured data (JSON-LD) count as visible. Every regular expression is possessive or
bounded, so the time is linear in the length of the source.
"""

import html
import json
import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import unquote

PartKind = Literal["body", "attribute", "address"]

_MARK = re.compile(
    r"(?P<comment><!--)"
    r"|(?P<declaration><[!?][a-zA-Z][^<>]{0,500}+>)"
    r"|(?P<tag></?[a-zA-Z](?:[^<>\"']|\"[^\"<]*+\"|'[^'<]*+')*+>)"
    r"|(?P<entity>&(?:\#[0-9]{1,7}|\#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});)"
    r"|\]\((?P<target>[^()\s<>]{1,2000}+)(?:[ ]\"(?P<title>[^\"\n]{0,300})\")?\)"
    r"|(?P<emphasis>[`~]|\*\*|(?<![^\W\d_])\*|\*(?![^\W\d_]))"
)
_NAME = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]*+)")
_ATTRIBUTE = re.compile(r"(?<![a-zA-Z-])([a-zA-Z-]++)\s*+=\s*+(?:\"([^\"<]*+)\"|'([^'<]*+)'|([^\s\"'=<>`]++))")
_LAST_SEGMENT = re.compile(r"[^/?#]++(?=/?(?:[?#].*)?\Z)", re.DOTALL)
_PATH = re.compile(r"(?:[a-z]{1,9}:)?(?://[^/?#]*+)?([^?#]++)", re.IGNORECASE | re.DOTALL)
_HEX = re.compile(r"(?:%[0-9a-fA-F]{2})++")
_URL = re.compile(r"https?://\S++\Z", re.IGNORECASE)
_BUTTON = re.compile(r"\btype\s*+=\s*+[\"']?(?:submit|button|reset)\b", re.IGNORECASE)

_BLOCK_TAGS = frozenset(
    re.findall(
        r"\w+",
        "address article aside blockquote body br button caption dd details dialog div dl dt fieldset figcaption figure"
        " footer form h1 h2 h3 h4 h5 h6 head header hr html label legend li main nav ol option p pre script section"
        " select style summary table tbody td textarea tfoot th thead title tr ul",
    )
)
_INVISIBLE_TAGS = frozenset(["script", "style"])
_TEXT_ATTRIBUTES = frozenset(
    re.findall(
        r"[\w-]+",
        "alt title aria-label aria-description aria-roledescription aria-valuetext aria-placeholder placeholder content"
        " label summary abbr",
    )
)
_ADDRESS_ATTRIBUTES = frozenset(["href", "download"])
_PICTURE_ATTRIBUTES = frozenset(["src", "srcset", "poster"])  # folder names are read as well
_LONGEST_ADDRESS = 2000


@dataclass(slots=True)
class Part:
    """Visible text from one place; character i has the source position `starts[i]` to `ends[i]`."""

    kind: PartKind
    text: str = ""
    starts: "array[int]" = field(default_factory=lambda: array("I"))
    ends: "array[int]" = field(default_factory=lambda: array("I"))
    _pieces: list[str] = field(default_factory=list)

    def add_run(self, text: str, start: int) -> None:
        """Add text that the source has literally at `start`."""
        self._pieces.append(text)
        self.starts.extend(range(start, start + len(text)))
        self.ends.extend(range(start + 1, start + len(text) + 1))

    def add_as(self, text: str, start: int, end: int) -> None:
        """Add `text` for the source between `start` and `end`, such as an entity or an escape."""
        self._pieces.append(text)
        self.starts.extend([start] * len(text))
        self.ends.extend([end] * len(text))

    def finish(self) -> "Part":
        """Join the added pieces into `text`."""
        self.text = "".join(self._pieces)
        self._pieces.clear()
        return self


class _Reader:
    """Single pass over a source, which collects the running text and the attribute texts."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.body = Part("body")
        self.attributes: list[Part] = []
        self.link_end: int | None = None  # position after the last link
        self.unclosed: set[str] = set()  # endings that the source lacks, to search for each only once

    def read(self) -> list[Part]:
        position = 0
        while match := _MARK.search(self.source, position):
            self.body.add_run(self.source[position : match.start()], position)
            position = self._read_mark(match)
        self.body.add_run(self.source[position:], position)
        return [part.finish() for part in (self.body, *self.attributes)]

    def _read_mark(self, match: re.Match[str]) -> int:
        """Read one mark (comment, tag, entity, link) and return the position after it."""
        start, end = match.span()
        if match["comment"]:
            after = self._end_of("-->", end)
            if after is None:
                self.body.add_run(match[0], start)
            return after or end
        if match["declaration"]:
            self.body.add_as("\n", start, end)
            return end
        if match["tag"]:
            return self._read_tag(match[0], start, end)
        if match["entity"]:
            self.body.add_as(html.unescape(match[0]), start, end)
        elif match["target"]:
            self._add_address(match["target"], match.start("target"), whole_path=False)
            if match["title"]:
                self._add_attribute("attribute", match["title"], match.start("title"))
        return end

    def _read_tag(self, tag: str, start: int, end: int) -> int:
        name_match = _NAME.match(tag)
        name = name_match[1].lower() if name_match else ""
        if name in _BLOCK_TAGS or (name == "a" and self._follows_link(tag, start)):
            self.body.add_as("\n", start, end)
        if tag.startswith("</"):
            self.link_end = end if name == "a" else self.link_end
            return end
        self._read_attributes(tag, start)
        if name in _INVISIBLE_TAGS:
            return self._read_invisible(tag, name, end)
        return end

    def _follows_link(self, tag: str, start: int) -> bool:
        """Whether a link begins right after another one, as in a menu: its text is a unit of its own."""
        return not tag.startswith("</") and self.link_end is not None and not self.source[self.link_end : start].strip()

    def _read_attributes(self, tag: str, start: int) -> None:
        is_button = bool(_BUTTON.search(tag))
        for attribute in _ATTRIBUTE.finditer(tag):
            group = attribute.lastindex or 2
            name, place = attribute[1].lower(), start + attribute.start(group)
            if name in _TEXT_ATTRIBUTES or (name == "value" and is_button):
                self._add_attribute("attribute", attribute[group], place)
            elif name in _ADDRESS_ATTRIBUTES or name in _PICTURE_ATTRIBUTES:
                self._add_address(attribute[group], place, whole_path=name in _PICTURE_ATTRIBUTES)

    def _read_invisible(self, tag: str, name: str, end: int) -> int:
        """Skip a script or style; read the strings of valid JSON, and invalid JSON as plain text."""
        after = self._end_of(f"</{name}", end)
        if "json" not in tag.lower():
            return after or end
        data = self.source[end:after]
        if not is_json(data):
            self.body.add_run(data, end)
            return end + len(data)
        for runs in string_values(data, end):
            if len(runs) == 1 and _URL.match(runs[0][0]):
                self._add_address(runs[0][0], runs[0][1], whole_path=False)
                continue
            part = Part("attribute")
            for text, first, last in runs:
                if len(text) == last - first:
                    part.add_run(text, first)
                else:
                    part.add_as(text, first, last)
            self.attributes.append(part)
        return after or len(self.source)

    def _end_of(self, ending: str, position: int) -> int | None:
        """Position after a comment, or of the end tag of a script; None when there is no ending."""
        if ending in self.unclosed:
            return None
        found = re.compile(re.escape(ending), re.IGNORECASE | re.ASCII).search(self.source, position)
        if not found:
            self.unclosed.add(ending)
            return None
        return found.end() if ending == "-->" else found.start()

    def _add_attribute(self, kind: PartKind, value: str, start: int) -> None:
        part = Part(kind)
        for position, text, is_entity in _entities(value):
            if is_entity:
                part.add_as(html.unescape(text), start + position, start + position + len(text))
            else:
                part.add_run(text, start + position)
        self.attributes.append(part)

    def _add_address(self, value: str, start: int, *, whole_path: bool) -> None:
        """Add the last segment of an address, or the whole path of a picture."""
        if value.startswith("data:"):
            return
        if whole_path:
            found = _PATH.match(value[:_LONGEST_ADDRESS])
            group = 1
        else:
            found = _LAST_SEGMENT.search(value, max(0, len(value) - 300))
            group = 0
        if not found:
            return
        part, position = Part("address"), found.start(group)
        for sign in _HEX.finditer(value, position, found.end(group)):
            part.add_run(value[position : sign.start()], start + position)
            part.add_as(unquote(sign[0]), start + sign.start(), start + sign.end())
            position = sign.end()
        part.add_run(value[position : found.end(group)], start + position)
        self.attributes.append(part)


def _entities(value: str) -> Iterator[tuple[int, str, bool]]:
    """Parts of an attribute value with their position: text (False) and entities (True) in turn."""
    position = 0
    for match in re.finditer(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});", value):
        yield position, value[position : match.start()], False
        yield match.start(), match[0], True
        position = match.end()
    yield position, value[position:], False


def visible_parts(source: str) -> list[Part]:
    """Parts of the source: the running text first, then each text in an attribute or address."""
    return _Reader(source).read()


_STRING = re.compile(r"\"((?:[^\"\\]|\\.)*+)\"(\s*+:)?", re.DOTALL)
_ESCAPE = re.compile(
    r"\\(?:u(?P<high>[dD][89abAB][0-9a-fA-F]{2})\\u(?P<low>[dD][c-fC-F][0-9a-fA-F]{2})|u(?P<code>[0-9a-fA-F]{4})|(?P<sign>.))",
    re.DOTALL,
)
_SIGNS = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
_HIGH, _LOW, _PLANE = 0xD800, 0xDC00, 0x10000

Run = tuple[str, int, int]
"""Visible characters with the start and end of the source they come from."""


def is_json(text: str) -> bool:
    """Whether the text is valid JSON."""
    try:
        json.loads(text)
    except (ValueError, RecursionError):  # nested too deep
        return False
    return True


def string_values(text: str, offset: int) -> Iterator[list[Run]]:
    """Each string of JSON that is no key, as runs; `offset` is the position of the text in its source.

    Values of keys such as "@type" are names of the vocabulary, and no text.
    """
    key = ""
    for match in _STRING.finditer(text):
        if match[2] is not None:
            key = match[1]
        elif match[1] and not key.startswith("@"):
            yield list(_runs(match[1], offset + match.start(1)))


def _runs(written: str, offset: int) -> Iterator[Run]:
    """Runs of one JSON string, with its escapes decoded."""
    position = 0
    for escape in _ESCAPE.finditer(written):
        start, end = escape.span()
        if position < start:
            yield written[position:start], offset + position, offset + start
        yield _unescape(escape), offset + start, offset + end
        position = end
    if position < len(written):
        yield written[position:], offset + position, offset + len(written)


def _unescape(escape: re.Match[str]) -> str:
    """Character of one JSON escape; surrogate pairs are joined."""
    if escape["high"]:
        high, low = int(escape["high"], 16), int(escape["low"], 16)
        return chr(_PLANE + ((high - _HIGH) << 10) + (low - _LOW))
    if escape["code"]:
        return chr(int(escape["code"], 16))
    return _SIGNS.get(escape["sign"], escape["sign"])
