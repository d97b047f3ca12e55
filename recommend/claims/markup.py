"""What a shopper sees of HTML or Markdown, each character with its place in the source.

Every expression here is possessive or bounded: the time is linear in the length, whatever the text.
"""

import html
import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

PartKind = Literal["body", "attribute", "address"]

_MARK = re.compile(
    r"(?P<comment><!--)"
    r"|(?P<tag></?[a-zA-Z](?:[^<>\"']|\"[^\"<]*+\"|'[^'<]*+')*+>)"
    r"|(?P<entity>&(?:\#[0-9]{1,7}|\#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});)"
    r"|\]\((?P<target>[^()\s<>]{1,2000}+)(?:[ ]\"(?P<title>[^\"\n]{0,300})\")?\)"
    r"|(?P<emphasis>[*`~])"
)
_NAME = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]*+)")
_ATTRIBUTE = re.compile(r"(?<![a-zA-Z-])([a-zA-Z-]++)\s*+=\s*+(?:\"([^\"<]*+)\"|'([^'<]*+)')")
_LAST_STEP = re.compile(r"[^/?#]++(?=/?(?:[?#].*)?\Z)", re.DOTALL)

_BLOCKS = frozenset(
    re.findall(
        r"\w+",
        "address article aside blockquote body br button caption dd details dialog div dl dt fieldset figcaption figure"
        " footer form h1 h2 h3 h4 h5 h6 head header hr html label legend li main nav ol option p pre script section"
        " select style summary table tbody td textarea tfoot th thead title tr ul",
    )
)
_UNSEEN = frozenset(["script", "style"])
_SPOKEN = frozenset(["alt", "title", "aria-label", "placeholder", "content", "label"])
_ADDRESSES = frozenset(["href", "src", "poster"])


@dataclass(slots=True)
class Part:
    """A stretch of visible text; character i stands at `starts[i]` to `ends[i]` of the source."""

    kind: PartKind
    text: str = ""
    starts: "array[int]" = field(default_factory=lambda: array("q"))
    ends: "array[int]" = field(default_factory=lambda: array("q"))
    _pieces: list[str] = field(default_factory=list)

    def add_run(self, text: str, start: int) -> None:
        self._pieces.append(text)
        self.starts.extend(range(start, start + len(text)))
        self.ends.extend(range(start + 1, start + len(text) + 1))

    def add_as(self, text: str, start: int, end: int) -> None:
        """Show `text` for what the source writes between `start` and `end`."""
        self._pieces.append(text)
        self.starts.extend([start] * len(text))
        self.ends.extend([end] * len(text))

    def finish(self) -> "Part":
        self.text = "".join(self._pieces)
        self._pieces.clear()
        return self


class _Reader:
    def __init__(self, source: str) -> None:
        self.source = source
        self.body = Part("body")
        self.asides: list[Part] = []
        self.unclosed: set[str] = set()  # endings that were looked for in vain: never look again

    def read(self) -> list[Part]:
        position = 0
        while match := _MARK.search(self.source, position):
            self.body.add_run(self.source[position : match.start()], position)
            position = self._take(match)
        self.body.add_run(self.source[position:], position)
        return [part.finish() for part in (self.body, *self.asides)]

    def _take(self, match: re.Match[str]) -> int:
        """Read one mark and return where the text goes on."""
        start, end = match.span()
        if match["comment"]:
            after = self._after("-->", end)
            if after is None:
                self.body.add_run(match[0], start)
            return after or end
        if match["tag"]:
            return self._take_tag(match[0], start, end)
        if match["entity"]:
            self.body.add_as(html.unescape(match[0]), start, end)
        elif match["target"]:
            self._aside("address", match["target"], match.start("target"))
            if match["title"]:
                self._aside("attribute", match["title"], match.start("title"))
        return end

    def _take_tag(self, tag: str, start: int, end: int) -> int:
        name_match = _NAME.match(tag)
        name = name_match[1].lower() if name_match else ""
        if name in _BLOCKS:
            self.body.add_as("\n", start, end)
        if tag.startswith("</"):
            return end
        for attribute in _ATTRIBUTE.finditer(tag):
            group = 2 if attribute[2] is not None else 3
            if attribute[1].lower() in _SPOKEN:
                self._aside("attribute", attribute[group], start + attribute.start(group))
            elif attribute[1].lower() in _ADDRESSES:
                self._aside("address", attribute[group], start + attribute.start(group))
        if name in _UNSEEN and "json" not in tag:
            return self._after(f"</{name}", end) or end
        return end

    def _after(self, ending: str, position: int) -> int | None:
        if ending in self.unclosed:
            return None
        found = self.source.find(ending, position)
        if found < 0:
            self.unclosed.add(ending)
            return None
        return found + (len(ending) if ending == "-->" else 0)

    def _aside(self, kind: PartKind, value: str, start: int) -> None:
        part = Part(kind)
        if kind == "address":
            last = _LAST_STEP.search(value, max(0, len(value) - 300))
            if last:
                part.add_run(last[0], start + last.start())
        else:
            for position, text, is_entity in _entities(value):
                if is_entity:
                    part.add_as(html.unescape(text), start + position, start + position + len(text))
                else:
                    part.add_run(text, start + position)
        self.asides.append(part)


def _entities(value: str) -> Iterator[tuple[int, str, bool]]:
    position = 0
    for match in re.finditer(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});", value):
        yield position, value[position : match.start()], False
        yield match.start(), match[0], True
        position = match.end()
    yield position, value[position:], False


def visible_parts(source: str) -> list[Part]:
    """The running text first, then each text that stands in an attribute or an address."""
    return _Reader(source).read()
