"""Opening of files to check: text, HTML, Markdown, CSV, .docx and PDF, and the files of a folder."""

import codecs
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from pathlib import Path, PurePath

from shop.copy_check.documents import Document, Passage, UnreadableError, refuse_too_long

STANDARD_INPUT = "-"
MAX_BYTES = 100_000_000
"""Size of a file: a larger one is refused before it is read."""

READABLE_SUFFIXES = frozenset([".txt", ".text", ".md", ".markdown", ".html", ".htm", ".csv", ".docx", ".pdf"])
"""Kinds of file that are read in a folder; a file that is named may have any suffix."""

_ZIP, _PDF = b"PK\x03\x04", b"%PDF-"
_PDF_WITHIN = 1024  # bytes that may stand before the mark of a PDF
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_BINARY_MARKS = {
    bytes.fromhex(mark): name
    for mark, name in {
        "1f8b": "a gzip file",
        "d0cf11e0": "an Office document that is old or has a password; save it as .docx without one",
        "425a68": "a bzip2 file",
        "89504e47": "a PNG picture",
        "ffd8ff": "a JPEG picture",
        "7b5c727466": "an RTF document; save it as .docx",
    }.items()
}
_MAX_UNREADABLE = 0.02  # share of characters; an old one-byte encoding has less
_UNREADABLE = re.compile(r"[\x00\ufffd\u2e80-\u9fff\uac00-\ud7ff]")
_DECLARED_CHARSET = re.compile(rb"<meta\b[^>]{0,300}?\bcharset\s{0,9}=\s{0,9}[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_HEAD = 4096  # bytes of an HTML file in which the charset is looked for


def files_in(folder: Path, refuse: Callable[[Path, str], None]) -> Iterator[tuple[Path, bool]]:
    """Files of a folder and its subfolders in order of their names, each with whether it is of a readable kind.

    Hidden files and folders are passed over; `refuse` is called for a folder that cannot be listed.
    """
    try:
        paths = sorted(folder.iterdir())
    except OSError as error:
        refuse(folder, error.strerror or str(error))
        return
    for path in paths:
        if path.name.startswith("."):
            continue
        if path.is_dir() and not path.is_symlink():  # a link may lead back to where it came from
            yield from files_in(path, refuse)
        else:
            yield path, path.suffix.lower() in READABLE_SUFFIXES and not _is_special(path)


def _is_special(path: Path) -> bool:
    """Whether a path is a pipe or a device, or a link to a folder; one that is gone or closed is an error later."""
    return path.exists() and not path.is_file()


def open_document(name: str, columns: Sequence[str] = ()) -> Document:
    """Open a file by its name; "-" is standard input. `columns` are those to read of a CSV.

    The first bytes tell the kind, and the suffix whether a text is a CSV or HTML. Raises UnreadableError, since
    "0 blocked" would otherwise be said of words that nobody read.
    """
    raw = _read_bytes(name)
    suffix = PurePath(name).suffix.lower()
    if raw.startswith(_ZIP):
        from shop.copy_check.docx import docx_passage

        return Document(iter([docx_passage(BytesIO(raw))]))
    if raw.startswith(_PDF) or (suffix == ".pdf" and _PDF in raw[:_PDF_WITHIN]):
        from shop.copy_check.pdf import pdf_passage

        passage, unread = pdf_passage(raw)
        return Document(iter([passage]), unread=unread)
    if suffix in (".docx", ".pdf"):
        raise UnreadableError(f"this is no {suffix} document; it may be damaged")
    for mark, kind in _BINARY_MARKS.items():
        if raw.startswith(mark):
            raise UnreadableError(f"this is {kind}, no readable text")
    if suffix == ".csv" or (columns and name == STANDARD_INPUT):
        from shop.copy_check.table import cells_of

        return Document(cells_of(BytesIO(raw), columns))
    text = _decode(raw)
    if len(_UNREADABLE.findall(text)) > _MAX_UNREADABLE * len(text):
        raise UnreadableError("this is no readable text (UTF-8 is expected)")
    first_line = None if name == STANDARD_INPUT else 1  # nobody can open a line of standard input
    return Document(iter([Passage(refuse_too_long(text), first_line=first_line, is_in_file=True)]))


def _read_bytes(name: str) -> bytes:
    try:
        if name == STANDARD_INPUT:
            raw = sys.stdin.buffer.read(MAX_BYTES + 1)
        else:
            with Path(name).open("rb") as file:
                raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UnreadableError(error.strerror or str(error)) from error
    except ValueError as error:  # a NUL in the name
        raise UnreadableError(str(error)) from error
    if len(raw) > MAX_BYTES:
        raise UnreadableError(f"larger than {MAX_BYTES // 1_000_000} MB; divide it into smaller files")
    return raw


def _decode(raw: bytes) -> str:
    """Text of UTF-8, of UTF-16 with its mark, or of the charset that HTML declares; else wrong bytes are U+FFFD."""
    if raw.startswith(_UTF16_MARKS):
        return raw.decode("utf-16", errors="replace")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        declared = _DECLARED_CHARSET.search(raw[:_HEAD])
        return raw.decode(_known(declared[1].decode()) if declared else "utf-8", errors="replace")


def _known(charset: str) -> str:
    """A charset that has text of one byte or more a character; UTF-8 for any other name."""
    try:
        is_text = codecs.lookup(charset)._is_text_encoding
    except LookupError:
        return "utf-8"
    return charset if is_text else "utf-8"
