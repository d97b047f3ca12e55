"""Structure of an ingredient list: words, sentences, and items within brackets and after colons."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from recommend.ingredients.normal_form import WORD, NormalText, joined, normal_text

_PIECE = re.compile(rf"(?P<word>{WORD})|(?P<sign>[()\[\]{{}},;:.!?\n|•·/])")
_OPENING, _CLOSING = "([{", ")]}"
_BRACKET_OR_COMMA = re.compile(r"[()\[\]{},]")
_SHORTENED = ("st", "dr", "ca", "incl", "excl", "resp", "min", "max", "var", "spp", "bijv", "evt", "nr", "no", "vit")
_LETTERS = ("o", "a", "b", "v", "m", "g", "e", "i")
_ABBREVIATIONS = frozenset((*_SHORTENED, *_LETTERS, "subsp", "conc", "extr", "gem", "div", "nat"))
_DEEPEST = 12
"""Levels of brackets that are told apart."""
_NEXT_LETTER = re.compile(r"[^\w<]*(?:<[^>]*>)*[^\w]*([^\W\d_])")
_GOES_ON = (",", "(", "-", "&", "/", "")
"""Signs before a line end after which the sentence goes on."""


@dataclass
class Word:
    """A word in normal form: its place in the text, whether a sign cuts it off, and a hyphen left dangling after it."""

    text: str
    start: int
    end: int
    cut_before: bool
    sentence: int
    depth: int
    dangling: bool


@dataclass
class Item:
    """Words between commas at one level; `children` are the items in brackets behind it.

    `heading` is the item before the colon that this one follows, as the `rank`-th of a `row`. With `until_semicolon`
    the heading holds up to the next semicolon.
    """

    parent: "Item | None"
    first_of_list: bool
    words: list[int] = field(default_factory=list)
    children: list["Item"] = field(default_factory=list)
    heading: "Item | None" = None
    rank: int = 0
    until_semicolon: bool = False
    row: list["Item"] = field(default_factory=list)


@dataclass
class Structure:
    """A list taken apart: `items` in order of beginning, parents before children."""

    normal: NormalText
    words: list[Word]
    items: list[Item]
    item_of: list[Item]


@dataclass
class _Level:
    owner: Item | None
    item: Item | None = None
    last: Item | None = None
    heading: Item | None = None
    headed: list[Item] = field(default_factory=list)


def read_structure(text: str) -> Structure:
    """Structure of a text; brackets that never close and stray signs are taken as they come."""
    return _Reader(text).read()


class _Reader:
    def __init__(self, source: str) -> None:
        self.source = source
        self.normal = normal_text(source)
        self.words: list[Word] = []
        self.items: list[Item] = []
        self.item_of: list[Item] = []
        self.levels = [_Level(None)]
        self.sentence = 0
        self.cut = True
        self.too_deep = 0
        self.signs: dict[str, Callable[[int], None]] = {
            ",": self._end_item,
            "|": self._end_item,
            "•": self._end_item,
            "·": self._end_item,
            "/": self._slash,
            ";": self._end_part,
            ":": self._colon,
            ".": self._period,
            "!": self._end_sentence,
            "?": self._end_sentence,
            "\n": self._line_end,
        }

    def read(self) -> Structure:
        forgotten = _forgotten_close(self.normal.text)
        for match in _PIECE.finditer(self.normal.text):
            sign = match["sign"]
            if match.start() == forgotten:
                self.levels = [self.levels[0]]
            if sign is None:
                self._word(match)
            elif sign in _OPENING:
                self._open()
            elif sign in _CLOSING:
                self._close()
            else:
                self.signs[sign](match.start())
        return Structure(self.normal, self.words, self.items, self.item_of)

    def _word(self, match: "re.Match[str]") -> None:
        level = self.levels[-1]
        if level.item is None:
            level.item = level.last = self._new_item(level)
        text, after = self.normal.text, match.end()
        dangling = text[after : after + 1] == "-" and not text[after + 1 : after + 2].isalnum()
        level.item.words.append(len(self.words))
        self.words.append(
            Word(joined(match[0]), match.start(), after, self.cut, self.sentence, len(self.levels) - 1, dangling)
        )
        self.item_of.append(level.item)
        self.cut = False

    def _new_item(self, level: _Level) -> Item:
        item = Item(level.owner, first_of_list=not self.items)
        if level.heading is not None:
            item.heading, item.rank = level.heading, len(level.headed)
            item.row = level.headed
            level.headed.append(item)
        if level.owner is not None:
            level.owner.children.append(item)
        self.items.append(item)
        return item

    def _open(self) -> None:
        self.cut = True
        if len(self.levels) > _DEEPEST:
            self.too_deep += 1
            return
        level = self.levels[-1]
        self.levels.append(_Level(level.item or level.last))

    def _close(self) -> None:
        if self.too_deep:
            self.too_deep -= 1
        elif len(self.levels) > 1:
            self.levels.pop()
        self.cut = True

    def _end_item(self, _: int) -> None:
        self.levels[-1].item = None
        self.cut = True

    def _slash(self, _: int) -> None:
        self.cut = True

    def _end_part(self, place: int) -> None:
        level = self.levels[-1]
        for item in level.headed:
            item.until_semicolon = True
        level.heading = None
        self._end_item(place)

    def _colon(self, place: int) -> None:
        text = self.normal.text
        if text[place - 1 : place].isdigit() and text[place + 1 : place + 2].isdigit():
            return
        level = self.levels[-1]
        if level.item is not None:
            level.heading, level.headed = level.item, []
        self._end_item(place)

    def _period(self, place: int) -> None:
        text = self.normal.text
        after = text[place + 1 : place + 2]
        if after and not after.isspace() and after not in "\"')*":
            return
        last = self.words[-1] if self.words and self.words[-1].end == place else None
        if last and last.text in _ABBREVIATIONS and text[place + 1 :].strip():
            return
        self._end_sentence(place)

    def _end_sentence(self, place: int) -> None:
        text = self.normal.text
        if len(self.levels) > 1 and text.count(")", place) + text.count("]", place) < len(self.levels) - 1:
            self.levels = [self.levels[0]]
        self.levels[-1].heading = None
        self.sentence += 1
        self._end_item(place)

    def _line_end(self, place: int) -> None:
        """End the sentence at a blank line or before a capital; otherwise a line end is only a blank."""
        before = self.normal.text[:place].rstrip(" \t")[-1:]
        after = _NEXT_LETTER.match(self.source, self.normal.places[place + 1])
        if before == "\n" or (before not in _GOES_ON and after and after[1].isupper()):
            self._end_sentence(place)


def _forgotten_close(text: str) -> int | None:
    """Place of the first comma within a bracket that never closes; it is taken as closed there."""
    opened: list[int] = []
    first_comma: dict[int, int] = {}
    for match in _BRACKET_OR_COMMA.finditer(text):
        if match[0] in _OPENING:
            opened.append(match.start())
        elif match[0] == ",":
            if opened:
                first_comma.setdefault(opened[-1], match.start())
        elif opened:
            opened.pop()
    return first_comma.get(opened[-1]) if opened else None
