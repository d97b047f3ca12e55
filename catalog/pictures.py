"""Product pictures: decoded from an upload, stripped of metadata, encoded as WebP in several widths."""

import hashlib
import io
import re
from collections.abc import Sequence

from msgspec import Struct
from PIL import Image, ImageOps, UnidentifiedImageError

from catalog.product_problems import ProductProblem, RefusedError

MOST_BYTES = 8 * 1024 * 1024
MOST_PIXELS = 24_000_000
LEAST_SIDE = 200
MAX_ASPECT_RATIO = 4
"""The longest allowed side divided by the shortest."""
WIDTHS = (320, 640, 1280)
"""Pixels."""
QUALITY = 82
SUFFIXES = {"JPEG": ("jpg", "jpeg", "jpe", "jfif"), "PNG": ("png",), "WEBP": ("webp",)}
NAME = re.compile(r"([0-9a-f]{32})-([1-9][0-9]{0,3})x([1-9][0-9]{0,4})", re.ASCII)
_DECODING_ERRORS = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    OverflowError,
    MemoryError,
    Image.DecompressionBombError,
)

# `_require_size` checks the size before decoding; Pillow would only warn.
Image.MAX_IMAGE_PIXELS = None


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

    Raises RefusedError for a bad file.
    """
    image = _decoded(data, filename)
    largest = min(image.width, WIDTHS[-1])
    sizes = [width for width in WIDTHS if width < largest] + [largest]
    files = {width: _encoded(image, width) for width in sizes}
    sha = hashlib.sha256(files[largest]).hexdigest()[:32]
    picture = Picture(sha, largest, _height(image, largest))
    return picture, {picture.file(width): file for width, file in files.items()}


def _decoded(data: bytes, filename: str) -> Image.Image:
    if not data:
        raise _refused("no-picture")
    if len(data) > MOST_BYTES:
        raise _refused("picture-too-heavy", most=str(MOST_BYTES // 1024 // 1024))
    try:
        image: Image.Image = Image.open(io.BytesIO(data), formats=tuple(SUFFIXES))
    except (UnidentifiedImageError, *_DECODING_ERRORS) as error:
        raise _refused("not-a-picture") from error
    _require_size(image)
    suffix = filename.rpartition(".")[2].lower()
    if suffix not in _suffixes(image):
        raise _refused("picture-lies", declared=f".{suffix[:10]}", found=str(image.format))
    try:
        image.load()
        upright = ImageOps.exif_transpose(image)
        return upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    except _DECODING_ERRORS as error:
        raise _refused("broken-picture") from error


def _suffixes(image: Image.Image) -> Sequence[str]:
    return SUFFIXES.get(str(image.format), ())


def _require_size(image: Image.Image) -> None:
    shorter, longer = sorted(image.size)
    if image.width * image.height > MOST_PIXELS:
        raise _refused("picture-too-large", most=str(MOST_PIXELS // 1_000_000))
    if shorter < LEAST_SIDE or longer > MAX_ASPECT_RATIO * shorter:
        raise _refused("picture-shape", least=str(LEAST_SIDE), most=str(MAX_ASPECT_RATIO))


def _height(image: Image.Image, width: int) -> int:
    return max(1, round(image.height * width / image.width))


def _encoded(image: Image.Image, width: int) -> bytes:
    """WebP of one width, without metadata: only pixels are copied into a new image."""
    shown = image.resize((width, _height(image, width)), Image.Resampling.LANCZOS)
    bare = Image.new(shown.mode, shown.size)
    bare.paste(shown)
    out = io.BytesIO()
    bare.save(out, "WEBP", quality=QUALITY, method=4)
    return out.getvalue()


def _refused(code: str, **values: str) -> RefusedError:
    return RefusedError([ProductProblem("picture", code, values)])
