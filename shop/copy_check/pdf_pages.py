"""Texts of the pages of a PDF, read in a process of its own: `python -m shop.copy_check.pdf_pages`.

PDFium unpacks as much as a PDF says, and no caller can stop it; so the process has a limit of memory and of time, and
ends alone when the PDF is a bomb or breaks PDFium. It takes the PDF on standard input and gives `PdfText` as JSON.
"""

import msgspec
import pypdfium2
from msgspec import Struct

from catalog.limited_process import Limits, answer
from shop.copy_check.documents import MAX_TEXT

_LIMITS = Limits(memory=1 << 30, cpu_seconds=120)
_NO_PASSWORD = 4  # FPDF_ERR_PASSWORD
_PICTURE = 3  # FPDF_PAGEOBJ_IMAGE
_MOST_OBJECTS = 1000  # of a page without text, in which a picture is looked for


class PdfText(Struct, frozen=True):
    """Texts of the pages, as lines; `unread` says which pages could not be read, `refused` why there are none."""

    pages: list[str] = []
    unread: list[str] = []
    refused: str | None = None


def read_pages(raw: bytes) -> PdfText:
    """Texts of the pages of a PDF."""
    try:
        document = pypdfium2.PdfDocument(raw)
    except pypdfium2.PdfiumError as error:
        if error.err_code == _NO_PASSWORD:
            return PdfText(refused="this PDF has a password; save it without one")
        return PdfText(refused="this PDF is damaged, with no readable text")
    pages: list[str] = []
    unread: list[str] = []
    for number in range(1, len(document) + 1):
        try:
            text, is_picture = _page(document, number - 1)
        except pypdfium2.PdfiumError:
            text, is_picture = "", False
            unread.append(f"page {number} is damaged and was not read")
        if is_picture:
            unread.append(f"page {number} is a picture without text and was not read")
        pages.append(text)
        if sum(map(len, pages)) > MAX_TEXT:
            break  # refused by who asked
    return PdfText(pages, unread)


def _page(document: pypdfium2.PdfDocument, index: int) -> tuple[str, bool]:
    """Text of one page, and whether it has none and is a picture."""
    page = document[index]
    try:
        words = page.get_textpage()
        try:
            text: str = words.get_text_range(errors="replace")
        finally:
            words.close()
        return text, not text.strip() and _has_picture(page)
    finally:
        page.close()


def _has_picture(page: pypdfium2.PdfPage) -> bool:
    return any(one.type == _PICTURE for one, _ in zip(page.get_objects(), range(_MOST_OBJECTS), strict=False))


def _answered(raw: bytes) -> bytes:
    return msgspec.json.encode(read_pages(raw))


if __name__ == "__main__":
    answer(_answered, _LIMITS)
