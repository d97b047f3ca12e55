"""Documents as passages to check: texts of their own, with the places of their words."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence

from msgspec import Struct

MAX_TEXT = 12_000_000
"""Characters of a document: more would not fit in a small machine's memory."""


class UnreadableError(ValueError):
    """A document whose words cannot be read, or not all; the message says why and does not name the file."""


class Cell(Struct, frozen=True):
    """A cell of a table; `row` counts as a spreadsheet does, the heading being row 1."""

    row: int
    column: str


class Place(Struct, frozen=True):
    """The page, line or cell of a finding, as far as its document has them; all count from 1.

    `is_in_file` when the line is one of the file, as an editor shows it; that of a .docx is a paragraph.
    """

    page: int | None = None
    line: int | None = None
    cell: Cell | None = None
    is_in_file: bool = False


class Passage(Struct, frozen=True):
    """A text that is checked by itself: a whole document, or one cell.

    `page_starts` has the offset of each page; `first_line` is the line of the text's beginning, None without lines.
    `is_in_file` when the lines are those of the file.
    """

    text: str
    first_line: int | None = None
    is_in_file: bool = False
    page_starts: tuple[int, ...] = ()
    cell: Cell | None = None

    def places(self, offsets: Sequence[int]) -> Iterator[Place]:
        """Places of ascending offsets in the text."""
        reached, breaks = 0, 0
        for offset in offsets:
            breaks += _line_breaks(self.text, reached, offset)
            reached = offset
            yield Place(
                page=bisect_right(self.page_starts, offset) or None,
                line=None if self.first_line is None else self.first_line + breaks,
                cell=self.cell,
                is_in_file=self.is_in_file,
            )


def _line_breaks(text: str, first: int, after: int) -> int:
    """Number of line breaks in a part of the text; CR LF is one."""
    feeds = text.count("\n", first, after)
    return feeds + text.count("\r", first, after) - text.count("\r\n", first, after)


class Document(Struct, frozen=True):
    """A document that was opened.

    `unread` has one line for each part without readable words, such as a page that is a picture. The passages of a
    table are read while they are asked for, and may raise UnreadableError halfway.
    """

    passages: Iterator[Passage]
    unread: tuple[str, ...] = ()


def refuse_too_long(text: str) -> str:
    """The text. Raises UnreadableError when it is too long to check."""
    if len(text) > MAX_TEXT:
        raise UnreadableError(f"more than {MAX_TEXT // 1_000_000} million characters; divide it into smaller files")
    return text
