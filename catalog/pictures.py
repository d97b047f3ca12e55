"""Product pictures: decoded from an upload in a limited process, kept as WebP in several widths."""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

import msgspec
from msgspec import Struct

from catalog.limited_process import LimitedProcessError, run_limited
from catalog.product_problems import ProductProblem, RefusedError

MOST_BYTES = 8 * 1024 * 1024
MOST_PIXELS = 24_000_000
LEAST_SIDE = 200
MAX_ASPECT_RATIO = 4
"""The longest allowed side divided by the shortest."""
WIDTHS = (320, 640, 1280)
"""Pixels."""
SUFFIXES = {"JPEG": ("jpg", "jpeg", "jpe", "jfif", "mpo"), "PNG": ("png",), "WEBP": ("webp",)}
NAME = re.compile(r"([0-9a-f]{32})-([1-9][0-9]{0,3})x([1-9][0-9]{0,4})", re.ASCII)
MOST_AT_ONCE = 2
"""Pictures that one worker has decoded at the same time; others wait."""
PATIENCE = 20.0
"""Seconds that an upload waits for its turn."""
MOST_SECONDS = 60.0
"""Seconds on the clock for one picture, on a machine that is busy."""
_DECODER = "catalog.picture_decoding"
_turns = BoundedSemaphore(MOST_AT_ONCE)


class PictureUpload(Struct, frozen=True, array_like=True):
    """A file as it was sent; one that was fetched has no name of its own."""

    filename: str
    data: bytes


class DecodedPicture(Struct, frozen=True, array_like=True):
    """The size in pixels of the largest file, and the WebP files by width; or a problem's code and values."""

    width: int = 0
    height: int = 0
    files: dict[int, bytes] = {}
    refused: str = ""
    values: dict[str, str] = {}


class BusyError(Exception):
    """As many pictures as this worker decodes at once are still in work."""


class Picture(Struct, frozen=True):
    """The reference that a product stores: a hash of the picture, and its size in pixels at the largest width."""

    sha: str
    width: int
    height: int

    @property
    def name(self) -> str:
        return f"{self.sha}-{self.width}x{self.height}"

    @property
    def widths(self) -> tuple[int, ...]:
        """The stored widths in pixels, ascending."""
        return tuple(sorted({*(width for width in WIDTHS if width < self.width), self.width}))

    def file(self, width: int) -> str:
        return f"{self.sha}-{width}"


def picture_of(name: str) -> Picture | None:
    """Parse a picture name from a product; None for an empty or malformed name."""
    match = NAME.fullmatch(name)
    return Picture(match[1], int(match[2]), int(match[3])) if match else None


def read_picture(data: bytes, filename: str) -> tuple[Picture, dict[str, bytes]]:
    """Decode an upload; returns the picture and its files by name, one for each width.

    An empty filename says nothing of the format. Raises RefusedError for a bad file, and BusyError.
    """
    if not data:
        raise _refused("no-picture")
    if len(data) > MOST_BYTES:
        raise _refused("picture-too-heavy", most=str(MOST_BYTES // 1024 // 1024))
    with _turn():
        decoded = _decoded(PictureUpload(filename, data))
    if decoded.refused:
        raise _refused(decoded.refused, **decoded.values)
    sha = hashlib.sha256(decoded.files[decoded.width]).hexdigest()[:32]
    picture = Picture(sha, decoded.width, decoded.height)
    return picture, {picture.file(width): file for width, file in decoded.files.items()}


@contextmanager
def _turn() -> Iterator[None]:
    """One of the turns of this worker. Raises BusyError when none comes within PATIENCE."""
    if not _turns.acquire(timeout=PATIENCE):
        raise BusyError
    try:
        yield
    finally:
        _turns.release()


def _decoded(upload: PictureUpload) -> DecodedPicture:
    try:
        output = run_limited(_DECODER, msgspec.msgpack.encode(upload), MOST_SECONDS)
        return msgspec.msgpack.decode(output, type=DecodedPicture)
    except (LimitedProcessError, msgspec.MsgspecError):
        return DecodedPicture(refused="picture-not-decoded")


def _refused(code: str, **values: str) -> RefusedError:
    return RefusedError([ProductProblem("picture", code, values)])
