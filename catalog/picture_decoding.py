"""Decoding of an uploaded picture, in a process of its own: `python -m catalog.picture_decoding`.

It takes a `PictureUpload` as MessagePack on standard input and gives a `DecodedPicture`: WebP files in sRGB, upright,
without metadata. `catalog.pictures` starts it.
"""

import io
import struct

import msgspec
from PIL import Image, ImageCms, UnidentifiedImageError
from PIL.Image import Resampling, Transpose

from catalog.limited_process import Limits, answer
from catalog.pictures import (
    LEAST_SIDE,
    MAX_ASPECT_RATIO,
    MOST_PIXELS,
    SUFFIXES,
    WIDTHS,
    DecodedPicture,
    PictureUpload,
)

LIMITS = Limits(memory=768 << 20, cpu_seconds=30)
QUALITY = 82
_MOST_PROFILE_BYTES = 4 << 20  # CMYK profiles of printers have up to 2 MB
_FORMATS = ("JPEG", "PNG", "WEBP")
_MULTI_PICTURE = "MPO"  # a JPEG with more pictures behind the first, as telephones write them
_ORIENTATION = 0x0112
_TRANSPOSITIONS = {
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_90,
}
_FIRST_SIDEWAYS = 5
"""EXIF orientations from this one on swap width and height."""
_COLOUR_SPACES = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK"}
"""Modes of Pillow by the colour space of an ICC profile."""
_DECODING_ERRORS = (OSError, SyntaxError, ValueError, EOFError, OverflowError, struct.error)

# `_size_refusal` checks the size before decoding; Pillow would only warn.
Image.MAX_IMAGE_PIXELS = None


def decode_picture(upload: PictureUpload) -> DecodedPicture:
    """The files of a picture in each width up to its own, or the reason why there are none."""
    try:
        image: Image.Image = Image.open(io.BytesIO(upload.data), formats=_FORMATS)
    except (UnidentifiedImageError, *_DECODING_ERRORS):
        return DecodedPicture(refused="not-a-picture")
    if refusal := _size_refusal(image) or _name_refusal(image, upload.filename) or _ink_refusal(image):
        return refusal
    try:
        width, shown = _upright_srgb(image)
        widths = [each for each in WIDTHS if each < width] + [min(width, WIDTHS[-1])]
        files = {each: _encoded(shown, each) for each in dict.fromkeys(widths)}
        return DecodedPicture(widths[-1], _height(shown, widths[-1]), files)
    except MemoryError:
        return DecodedPicture(refused="picture-not-decoded")
    except _DECODING_ERRORS:
        return DecodedPicture(refused="broken-picture")


def _size_refusal(image: Image.Image) -> DecodedPicture | None:
    shorter, longer = sorted(image.size)
    if image.width * image.height > MOST_PIXELS:
        return DecodedPicture(refused="picture-too-large", values={"most": str(MOST_PIXELS // 1_000_000)})
    if shorter < LEAST_SIDE or longer > MAX_ASPECT_RATIO * shorter:
        values = {"least": str(LEAST_SIDE), "most": str(MAX_ASPECT_RATIO)}
        return DecodedPicture(refused="picture-shape", values=values)
    return None


def _name_refusal(image: Image.Image, filename: str) -> DecodedPicture | None:
    found = "JPEG" if image.format == _MULTI_PICTURE else str(image.format)
    suffix = filename.rpartition(".")[2].lower()
    if not filename or suffix in SUFFIXES[found]:
        return None
    return DecodedPicture(refused="picture-lies", values={"declared": f".{suffix[:10]}", "found": found})


def _ink_refusal(image: Image.Image) -> DecodedPicture | None:
    """The refusal of a JPEG in inks that does not say whether 0 is no ink or full ink: only Adobe's marker says it."""
    is_unclear = image.mode == "CMYK" and "adobe" not in image.info
    return DecodedPicture(refused="picture-inks") if is_unclear else None


def _upright_srgb(image: Image.Image) -> tuple[int, Image.Image]:
    """The upright width of the picture itself, and its pixels in RGB or RGBA: fewer where it is much wider than shown.

    A step that needs less memory afterwards comes first.
    """
    profile = image.info.get("icc_profile")
    full = image.size
    if image.format in ("JPEG", _MULTI_PICTURE):
        shown = _shown_part(full)
        image.draft(None, (max(1, round(full[0] * shown)), max(1, round(full[1] * shown))))
    image.load()
    orientation = image.getexif().get(_ORIENTATION)
    small = _reduced(_in_eight_bits(image), _shown_part(full) * full[0])
    upright = _in_srgb(small, profile)
    if orientation in _TRANSPOSITIONS:
        upright = upright.transpose(_TRANSPOSITIONS[orientation])
    sideways = orientation in _TRANSPOSITIONS and orientation >= _FIRST_SIDEWAYS
    return full[1] if sideways else full[0], upright


def _shown_part(size: tuple[int, int]) -> float:
    """The part of each side that the largest file needs, whichever side is the width once it is upright."""
    return min(1.0, WIDTHS[-1] / min(size))


def _reduced(image: Image.Image, width: float) -> Image.Image:
    """A picture with at least twice `width` pixels on a side made smaller by whole factors, before colours change."""
    factor = int(image.width / (2 * width))
    return image.reduce(factor) if factor > 1 else image


def _in_eight_bits(image: Image.Image) -> Image.Image:
    """A picture of mode L, LA, RGB, RGBA or CMYK; 16-bit greys are scaled, since Pillow would cut them off at 255."""
    if image.mode.startswith("I"):
        eight = image.convert("I").point([round(value / 257) for value in range(65_536)], "L")
        if (clear := image.info.get("transparency")) is not None:
            eight.info["transparency"] = clear // 257
        image = eight
    if image.mode in ("L", "LA", "RGB", "RGBA", "CMYK") and "transparency" not in image.info:
        return image
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """A picture in RGB or RGBA, converted from the colours of its profile; a profile that is none is left out."""
    alpha = image.getchannel("A") if image.mode in ("LA", "RGBA") else None
    colours = image.convert(image.mode.removesuffix("A")) if alpha else image
    try:
        shown = _converted(colours, profile) if profile and len(profile) <= _MOST_PROFILE_BYTES else None
    except (ImageCms.PyCMSError, *_DECODING_ERRORS):
        shown = None
    shown = shown or colours.convert("RGB")
    if alpha:
        shown.putalpha(alpha)
    return shown


def _converted(image: Image.Image, profile: bytes) -> Image.Image | None:
    """The colours of a picture in sRGB; None when the profile is one of other colours than it has."""
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    mode = _COLOUR_SPACES.get(source.profile.xcolor_space.strip())
    if mode == "RGB" and image.mode == "L":
        image = image.convert("RGB")
    if mode != image.mode:
        return None
    return ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")


def _height(image: Image.Image, width: int) -> int:
    return max(1, round(image.height * width / image.width))


def _encoded(image: Image.Image, width: int) -> bytes:
    """WebP of one width, without metadata: only pixels are copied into a new image."""
    shown = image.resize((width, _height(image, width)), Resampling.LANCZOS)
    bare = Image.new(shown.mode, shown.size)
    bare.paste(shown)
    out = io.BytesIO()
    bare.save(out, "WEBP", quality=QUALITY, method=4)
    return out.getvalue()


def _answered(data: bytes) -> bytes:
    return msgspec.msgpack.encode(decode_picture(msgspec.msgpack.decode(data, type=PictureUpload)))


if __name__ == "__main__":
    answer(_answered, LIMITS)
