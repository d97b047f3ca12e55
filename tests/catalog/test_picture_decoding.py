"""Pictures as cameras, telephones and print shops write them: upright, in sRGB, with the right greys."""

import io
import subprocess
import sys
import zlib
from itertools import chain, product
from struct import pack

import pytest
from PIL import Image, ImageCms

from catalog.picture_decoding import decode_picture
from catalog.pictures import DecodedPicture, PictureUpload

Colour = tuple[int, ...]


def decoded(image: Image.Image, kind: str = "PNG", **options: object) -> Image.Image:
    """The largest file of a picture that was saved as `kind`."""
    out = io.BytesIO()
    image.save(out, kind, **options)
    return shown(decode_picture(PictureUpload(f"pot.{kind.lower()}", out.getvalue())))


def shown(found: DecodedPicture) -> Image.Image:
    assert found.refused == ""
    return Image.open(io.BytesIO(found.files[found.width]))


def near(found: object, wanted: Colour, margin: int = 8) -> bool:
    assert isinstance(found, tuple)
    return len(found) == len(wanted) and all(abs(a - b) <= margin for a, b in zip(found, wanted, strict=True))


def grey_ramp() -> Image.Image:
    """Greys of 16 bits from black on the left to white on the right."""
    ramp = Image.new("I", (512, 256))
    ramp.putdata([round(x * 65_535 / 511) for _ in range(256) for x in range(512)])
    return ramp.convert("I;16")


def sixteen_bit_rgb(side: int, colour: Colour) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return pack(">I", len(data)) + kind + data + pack(">I", zlib.crc32(kind + data))

    line = b"\0" + pack(">HHH", *(value * 257 for value in colour)) * side
    header = pack(">IIBBBBB", side, side, 16, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(line * side)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def wide_profile() -> bytes:
    """A matrix profile whose green is far more saturated than that of sRGB, as cameras use."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    green, blue = (profile.index(tag, 128) for tag in (b"gXYZ", b"bXYZ"))
    places = [int.from_bytes(profile[at + 4 : at + 8], "big") for at in (green, blue)]
    columns = bytearray(profile)
    for place, xyz in zip(places, ((0.2053, 0.6257, 0.0609), (0.1492, 0.0632, 0.7446)), strict=True):
        for axis, value in enumerate(xyz):
            columns[place + 8 + 4 * axis : place + 12 + 4 * axis] = round(value * 65_536).to_bytes(4, "big")
    return bytes(columns)


def test_greys_of_sixteen_bits_keep_their_whole_range() -> None:
    found = decoded(grey_ramp())
    for x in (0, 128, 256, 384, 511):
        grey = round(x * 255 / 511)
        assert near(found.getpixel((x, 100)), (grey, grey, grey), 4), x


def test_colours_of_sixteen_bits_keep_their_whole_range() -> None:
    found = shown(decode_picture(PictureUpload("pot.png", sixteen_bit_rgb(300, (200, 100, 50)))))
    assert near(found.getpixel((150, 150)), (200, 100, 50))


def test_the_first_picture_of_a_telephones_file_is_a_jpeg() -> None:
    out = io.BytesIO()
    first, second = Image.new("RGB", (400, 300), "teal"), Image.new("RGB", (400, 300), "red")
    first.save(out, "MPO", save_all=True, append_images=[second])
    found = decode_picture(PictureUpload("IMG_0001.JPG", out.getvalue()))
    assert near(shown(found).getpixel((200, 150)), (0, 128, 128))
    refused = decode_picture(PictureUpload("pot.png", out.getvalue()))
    assert (refused.refused, refused.values["found"]) == ("picture-lies", "JPEG")


@pytest.mark.parametrize(("ink", "seen"), [((0, 255, 255, 0), (255, 0, 0)), ((255, 255, 0, 0), (0, 0, 255))])
def test_inks_of_a_print_shop_are_not_turned_round(ink: Colour, seen: Colour) -> None:
    found = decoded(Image.new("CMYK", (400, 300), ink), "JPEG", quality=95)
    assert near(found.getpixel((200, 150)), seen)


def test_inks_without_the_marker_that_says_which_way_round_are_refused() -> None:
    out = io.BytesIO()
    Image.new("CMYK", (400, 300), (0, 255, 255, 0)).save(out, "JPEG")
    marker = b"\xff\xee\x00\x0eAdobe"
    before, _, after = out.getvalue().partition(marker)
    refused = decode_picture(PictureUpload("pot.jpg", before + after[7:]))
    assert refused.refused == "picture-inks"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_colours_of_a_camera_become_those_of_a_screen(kind: str) -> None:
    options = {} if kind == "PNG" else {"quality": 95}
    image = Image.new("RGB", (400, 300), (99, 199, 61))
    found = decoded(image, kind, icc_profile=wide_profile(), **options)
    assert near(found.getpixel((200, 150)), (0, 201, 37), 14)
    assert "icc_profile" not in found.info
    assert near(decoded(image, kind, **options).getpixel((200, 150)), (99, 199, 61))


def test_colours_of_a_camera_are_converted_beside_what_is_transparent() -> None:
    image = Image.new("RGBA", (400, 300), (99, 199, 61, 255))
    image.paste((99, 199, 61, 0), (0, 0, 200, 300))
    found = decoded(image, icc_profile=wide_profile())
    assert near(found.getpixel((300, 150)), (0, 201, 37, 255), 14)
    assert found.convert("RGBA").getchannel("A").getpixel((50, 150)) == 0


def test_greys_with_a_profile_of_greys_are_converted() -> None:
    linear = profile_of(b"GRAY", b"XYZ ", {b"kTRC": b"curv" + bytes(8)})
    found = decoded(Image.new("L", (400, 300), 128), icc_profile=linear)
    assert near(found.getpixel((200, 150)), (188, 188, 188))


def test_inks_are_converted_by_the_profile_of_their_press() -> None:
    white, cyan, dark = (255, 128, 128), (140, 91, 78), (0, 128, 128)
    corners = [white if not any(inks) else cyan if inks == (1, 0, 0, 0) else dark for inks in product((0, 1), repeat=4)]
    identity = bytes(range(256))
    matrix = b"".join(pack(">i", 65_536 * (place % 4 == 0)) for place in range(9))
    table = b"mft1" + bytes(4) + bytes([4, 3, 2, 0]) + matrix + identity * 4
    table += bytes(chain.from_iterable(corners)) + identity * 3
    press = profile_of(b"CMYK", b"Lab ", {b"A2B0": table}, kind=b"prtr")
    image = Image.new("CMYK", (400, 300), (255, 0, 0, 0))
    assert near(decoded(image, "JPEG", quality=95).getpixel((200, 150)), (0, 255, 255))
    assert near(decoded(image, "JPEG", quality=95, icc_profile=press).getpixel((200, 150)), (0, 147, 218), 16)


def profile_of(space: bytes, connection: bytes, tags: dict[bytes, bytes], kind: bytes = b"mntr") -> bytes:
    """An ICC profile of version 2 with these tags and the white of daylight at 5,000 kelvin."""
    white = b"".join(pack(">i", round(value * 65_536)) for value in (0.9642, 1.0, 0.8249))
    tags = tags | {b"wtpt": b"XYZ " + bytes(4) + white}
    body, table = b"", pack(">I", len(tags))
    start = 128 + 4 + 12 * len(tags)
    for name, data in tags.items():
        table += name + pack(">II", start + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    head = pack(">I4sI4s4s4s", start + len(body), b"lcms", 0x02400000, kind, space, connection)
    head += bytes(12) + b"acsp" + bytes(28) + white
    return head.ljust(128, b"\0") + table + body


@pytest.mark.parametrize("profile", [b"", b"no profile", wide_profile()[:300]])
def test_a_damaged_profile_does_not_refuse_the_picture(profile: bytes) -> None:
    found = decoded(Image.new("RGB", (400, 300), "teal"), "JPEG", icc_profile=profile)
    assert near(found.getpixel((200, 150)), (0, 128, 128))


def test_a_profile_of_other_colours_than_the_picture_has_is_left_out() -> None:
    found = decoded(Image.new("CMYK", (400, 300), (0, 255, 255, 0)), "JPEG", icc_profile=wide_profile())
    assert near(found.getpixel((200, 150)), (255, 0, 0))


def turned(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_that_was_taken_sideways_is_upright(kind: str, orientation: int) -> None:
    upright = Image.new("RGB", (600, 300), "white")
    upright.paste((200, 0, 0), (0, 0, 100, 100))
    undone = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # the transposition that puts it so, in Pillow's numbers
    stored = upright.transpose(Image.Transpose(undone[orientation])) if orientation in undone else upright
    found = decoded(stored, kind, exif=turned(orientation))
    assert found.size == (600, 300)
    assert near(found.getpixel((50, 50)), (200, 0, 0), 30)
    assert near(found.getpixel((550, 250)), (255, 255, 255), 30)


def test_a_large_picture_taken_sideways_has_every_width() -> None:
    stored = Image.new("RGB", (4000, 1500), "teal")
    out = io.BytesIO()
    stored.save(out, "JPEG", exif=turned(6))
    found = decode_picture(PictureUpload("pot.jpg", out.getvalue()))
    assert (found.width, sorted(found.files)) == (1280, [320, 640, 1280])
    assert shown(found).size == (1280, found.height) == (1280, 3413)


@pytest.mark.parametrize("width", [200, 319, 320, 321, 700, 1280, 1281, 3000])
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_picture_is_never_made_larger(width: int, kind: str) -> None:
    out = io.BytesIO()
    Image.new("RGB", (width, max(300, width // 3))).save(out, kind)
    found = decode_picture(PictureUpload(f"pot.{kind.lower()}", out.getvalue()))
    assert found.width == min(width, 1280)
    assert sorted(found.files) == sorted({*(each for each in (320, 640, 1280) if each < width), min(width, 1280)})
    for each, file in found.files.items():
        assert Image.open(io.BytesIO(file)).width == each


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA"])
def test_every_kind_of_pixels_is_read(mode: str) -> None:
    found = decoded(Image.new("RGB", (400, 300), "white").convert(mode))
    assert near(found.convert("RGB").getpixel((200, 150)), (255, 255, 255))


def test_a_colour_that_a_file_calls_transparent_is() -> None:
    image = Image.new("RGB", (400, 300), (10, 20, 30))
    image.paste((200, 0, 0), (0, 0, 200, 300))
    found = decoded(image, transparency=(10, 20, 30)).convert("RGBA")
    assert found.getchannel("A").getpixel((300, 150)) == 0
    assert found.getchannel("A").getpixel((50, 150)) == 255


def test_a_picture_that_needs_more_memory_than_its_process_has_is_not_called_damaged() -> None:
    code = (
        "import resource, sys\n"
        "from catalog.picture_decoding import decode_picture\n"
        "from catalog.pictures import PictureUpload\n"
        "resource.setrlimit(resource.RLIMIT_AS, (180 << 20, 180 << 20))\n"
        "print(decode_picture(PictureUpload('pot.png', sys.stdin.buffer.read())).refused)\n"
    )
    out = io.BytesIO()
    Image.new("RGB", (5750, 4000)).save(out, "PNG")
    done = subprocess.run([sys.executable, "-c", code], input=out.getvalue(), capture_output=True, check=True)
    assert done.stdout == b"picture-not-decoded\n"
