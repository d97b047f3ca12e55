"""Text of a PDF, from its text layer: lines joined to sentences again, with the offset of every page.

PDFium reads it, since it restores the spaces between words that a PDF does not have.
"""

import re
from collections.abc import Sequence

import msgspec

from catalog.limited_process import LimitedProcessError, run_limited
from shop.copy_check.documents import Passage, UnreadableError, refuse_too_long
from shop.copy_check.pdf_pages import PdfText

_MODULE = "shop.copy_check.pdf_pages"
_MAX_SECONDS = 600  # on the clock, for a machine that is busy
_HYPHENATED = "\ufffe"  # PDFium's mark of a hyphen at the end of a line
_HYPHEN = re.compile(rf"(?P<before>[^\W\d_]*){_HYPHENATED}(?=(?P<after>[^\W\d_]*))")
_SHORTEST_SYLLABLE = 2
_ENDED = re.compile(r"[.!?:;…][\"'”’»)\]]*\Z")
_LIST_MARK = re.compile(r"[•·●▪◦‣*–—-]\s|\d{1,3}[.)]\s")
_NEARLY_FULL = 0.85  # of the width of the widest line, in characters


def pdf_passage(raw: bytes) -> tuple[Passage, tuple[str, ...]]:
    """The text of a PDF, and a line for each page that is a picture without text.

    Raises UnreadableError for a damaged one, one with a password, and one without any text, such as a scan.
    """
    read = _read_pages(raw)
    if read.refused:
        raise UnreadableError(read.refused)
    refuse_too_long("".join(read.pages))
    if not any(page.strip() for page in read.pages):
        raise UnreadableError("this PDF has no text layer; a scan has to be read with OCR first")
    text, starts = _joined(read.pages)
    return Passage(text, page_starts=starts), tuple(read.unread)


def _read_pages(raw: bytes) -> PdfText:
    """Texts of the pages, from a process that has a limit of memory and time."""
    try:
        return msgspec.json.decode(run_limited(_MODULE, raw, _MAX_SECONDS), type=PdfText)
    except (LimitedProcessError, msgspec.MsgspecError) as error:
        raise UnreadableError("this PDF is damaged, or takes too much memory or time to unpack") from error


def _joined(pages: Sequence[str]) -> tuple[str, tuple[int, ...]]:
    """One text in which a line that goes on in the next one is joined with it, and the offset of every page."""
    pieces: list[str] = []
    starts: list[int] = []
    previous, width, length = "", 0, 0
    for page in pages:
        lines = [line.strip() for line in page.splitlines() if line.strip()]
        width = max([len(part) for line in lines for part in line.split(_HYPHENATED)], default=width)
        starts.append(length + bool(pieces))
        for line in lines:
            if pieces:
                pieces.append(" " if _goes_on(previous, line, width) else "\n")
            pieces.append(_HYPHEN.sub(_without_hyphen, line))
            length += sum(map(len, pieces[-2:]))
            previous = line
    return "".join(pieces), tuple(starts)


def _without_hyphen(hyphen: re.Match[str]) -> str:
    """A word in one piece again; a hyphen after a single letter or an abbreviation belongs to it: B-vitamine."""
    before = hyphen["before"]
    is_divided = len(before) >= _SHORTEST_SYLLABLE and not before.isupper() and hyphen["after"].islower()
    return before if is_divided else f"{before}-"


def _goes_on(line: str, following: str, width: int) -> bool:
    """Whether a sentence goes on in the next line: it begins with a small letter, or would not have fitted."""
    if _ENDED.search(line) or _LIST_MARK.match(following):
        return False
    if following[0].islower():
        return True
    return len(line.rpartition(_HYPHENATED)[2]) + 1 + len(following.split(maxsplit=1)[0]) > _NEARLY_FULL * width
