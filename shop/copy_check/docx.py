"""Text of a .docx: body, headers, footers, notes and comments, a line for each paragraph.

Read as a stream, so that a ZIP bomb costs no memory. Words in tracked insertions, fields, text boxes, diagrams and the
alternative texts of pictures count; deleted ones do not.
"""

import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, BinaryIO
from xml.sax import SAXException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl

from defusedxml import DefusedXmlException
from defusedxml import sax as safe_sax

from shop.copy_check.documents import Passage, UnreadableError, refuse_too_long

_MAX_XML = 50_000_000  # bytes of all texts of a document, unpacked; a thousand pages have less
_CHUNK = 1 << 16
_TYPES = "[Content_Types].xml"
_PART_KINDS = tuple(
    f"{kind}+xml" for kind in ["main", "header", "footer", "footnotes", "endnotes", "comments", "diagramData", "chart"]
)
_NOT_SHOWN = frozenset(["del", "moveFrom", "Fallback", "instrText"])
_SIGNS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "ptab": "\t"}
_FAULTS = (
    zipfile.BadZipFile,
    zlib.error,
    SAXException,
    DefusedXmlException,
    NotImplementedError,  # a compression that Python does not know
    RuntimeError,  # a member with a password
    EOFError,
    LookupError,  # an encoding that does not exist
    ValueError,
    OSError,
)


def docx_passage(file: BinaryIO) -> Passage:
    """The text of a document. Raises UnreadableError for a broken one, a bomb, and one without words."""
    pieces: list[str] = []
    try:
        with zipfile.ZipFile(file) as archive:
            budget = _Budget()
            for name in _parts(archive, budget):
                with archive.open(name) as part:
                    safe_sax.parse(_Limited(part, budget), _Words(pieces))
    except UnreadableError:
        raise
    except _FAULTS as error:
        raise UnreadableError(f"this .docx is damaged, with no readable text: {_in_short(error)}") from error
    text = refuse_too_long("".join(pieces))
    if not text.strip():
        raise UnreadableError("this .docx has no text, only pictures or nothing")
    return Passage(text, first_line=1)


def _in_short(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__


def _parts(archive: zipfile.ZipFile, budget: "_Budget") -> Iterator[str]:
    """Names of the parts that have words, the body first. Raises UnreadableError for another kind of ZIP file."""
    kinds = _PartKinds()
    names = frozenset(archive.namelist())
    if _TYPES in names:
        with archive.open(_TYPES) as part:
            safe_sax.parse(_Limited(part, budget), kinds)
    found = {ending: [name for name, kind in kinds.by_name.items() if kind.endswith(ending)] for ending in _PART_KINDS}
    if not any(
        "wordprocessingml" in kinds.by_name[name] or "word" in kinds.by_name[name] for name in found["main+xml"]
    ):
        raise UnreadableError("this is a ZIP file, but no .docx document")
    for ending in _PART_KINDS:
        yield from (name for name in found[ending] if name in names)


class _Budget:
    """Bytes that may still be unpacked of a document."""

    def __init__(self) -> None:
        self.left = _MAX_XML


class _Limited:
    """A part that is unpacked as far as the budget goes, whatever size the archive says it has."""

    def __init__(self, part: IO[bytes], budget: _Budget) -> None:
        self._part, self._budget = part, budget

    def read(self, size: int = -1) -> bytes:
        chunk = self._part.read(_CHUNK if size < 0 else min(size, _CHUNK))
        self._budget.left -= len(chunk)
        if self._budget.left < 0:
            raise UnreadableError(f"its text unpacks to more than {_MAX_XML // 1_000_000} MB; that is no document")
        return chunk

    def close(self) -> None:
        self._part.close()


class _PartKinds(ContentHandler):
    """Content type of each part of the package."""

    def __init__(self) -> None:
        super().__init__()
        self.by_name: dict[str, str] = {}

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802 - a name of SAX
        if _local(name) == "Override":
            self.by_name[attrs.get("PartName", "").lstrip("/")] = attrs.get("ContentType", "")


class _Words(ContentHandler):
    """Words of one part, added to `pieces`."""

    def __init__(self, pieces: list[str]) -> None:
        super().__init__()
        self._pieces = pieces
        self._open_texts = 0
        self._not_shown = 0

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802 - a name of SAX
        local = _local(name)
        self._not_shown += local in _NOT_SHOWN
        if self._not_shown:
            return
        self._open_texts += local == "t"
        if local == "docPr":
            self._pieces += [f"\n{attrs[key]}\n" for key in ("title", "descr") if attrs.get(key)]
        elif local in _SIGNS and not _is_property(name, attrs):
            self._pieces.append(_SIGNS[local])

    def characters(self, content: str) -> None:
        if self._open_texts and not self._not_shown:
            self._pieces.append(content)

    def endElement(self, name: str) -> None:  # noqa: N802 - a name of SAX
        local = _local(name)
        if local in _NOT_SHOWN:
            self._not_shown -= 1
        elif not self._not_shown:
            self._open_texts -= local == "t"
            if local == "p":
                self._pieces.append("\n")


def _is_property(name: str, attrs: AttributesImpl) -> bool:
    """Whether `w:tab` is a tab stop in the settings of a paragraph, which has a position."""
    return _local(name) == "tab" and bool(attrs.get("w:pos"))


def _local(name: str) -> str:
    return name.rpartition(":")[2]
