"""Pictures come in as files and leave as pixels alone; what is no picture is refused at the field."""

import io
import zlib
from struct import pack
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from tests.conftest import AdminClient
from tests.shop.admin.products import add, id_of, send_to, stored
from tests.shop.visitor import csrf_token, main_text


def image_file(kind: str = "PNG", size: tuple[int, int] = (800, 600), **options: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, kind, **options)
    return out.getvalue()


def bomb() -> bytes:
    """A small PNG that says it is 20,000 pixels square."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return pack(">I", len(data)) + kind + data + pack(">I", zlib.crc32(kind + data))

    header = pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(1_000_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def upload(client: FlaskClient, product_id: int, data: bytes, name: str, **fields: str) -> TestResponse:
    address = f"/admin/products/{product_id}/pictures"
    described = {"alt_nl": "Potje met capsules", "alt_en": "Jar of capsules", "version": "1"} | fields
    token = csrf_token(client.get(address))
    file = FileStorage(io.BytesIO(data), name)
    boundary, body = encode_multipart({"csrf_token": token, "picture": file, **described})
    return client.post(address, data=body, content_type=f"multipart/form-data; boundary={boundary}")


def test_a_picture_is_kept_in_several_widths_without_its_metadata(admin_client: AdminClient, own_app: Flask) -> None:
    client, product_id = admin_client("publisher"), id_of(own_app)
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    file = image_file("JPEG", (1600, 1200), exif=exif)
    assert b"taken at home" in file
    assert upload(client, product_id, file, "pot.jpg").status_code == 303
    state = stored(own_app, product_id)
    assert state.picture.endswith("-1280x960")
    page = client.get(f"/nl/product/{state.slug}").text
    assert 'alt="Potje met capsules"' in page
    sha = state.picture.partition("-")[0]
    for width in (320, 640, 1280):
        assert f"/media/{sha}-{width}.webp {width}w" in page
        answer = client.get(f"/media/{sha}-{width}.webp")
        assert "immutable" in answer.headers["Cache-Control"]
        assert b"taken at home" not in answer.data
        assert Image.open(io.BytesIO(answer.data)).width == width
    assert client.get("/media/nothing-320.webp").status_code == 404


WRONG = [
    (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "pot.svg", "geen JPEG"),
    (b"\0" * 100, "pot.png", "geen JPEG"),
    (image_file("PNG"), "pot.jpg", "is een PNG"),
    (image_file("JPEG")[:2000], "pot.jpg", "beschadigd"),
    (bomb(), "pot.png", "24 miljoen"),
    (image_file("PNG", (100, 100)), "pot.png", "minstens 200"),
    (image_file("PNG") + bytes(8 * 1024 * 1024), "pot.png", "groter dan 8 MB"),
]


def test_what_is_no_fit_picture_is_refused_at_the_field(admin_client: AdminClient, own_app: Flask) -> None:
    client, product_id = admin_client("publisher"), id_of(own_app)
    for data, name, said in WRONG:
        refused = upload(client, product_id, data, name)
        assert refused.status_code == 422, said
        assert said in main_text(refused)
        assert 'href="#picture"' in refused.text
        assert "Potje met capsules" in refused.text
    assert stored(own_app, product_id).picture == ""


def test_a_description_may_not_claim_what_a_text_may_not(admin_client: AdminClient, own_app: Flask) -> None:
    client = admin_client("publisher")
    product_id = add(client)
    assert upload(client, product_id, image_file(), "pot.png", alt_nl="Helpt tegen migraine").status_code == 303
    refused = send_to(client, f"/admin/products/{product_id}/publish", version="2")
    assert refused.status_code == 422
    assert "Helpt tegen migraine" in main_text(refused)
