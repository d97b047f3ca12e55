"""Pictures come in as files and leave as pixels alone; what is no picture is refused at the field."""

import gc
import io
import re
import threading
import zlib
from pathlib import Path
from struct import pack
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from catalog import pictures
from tests.conftest import AdminClient
from tests.shop.admin.products import add, id_of, send_to, stored
from tests.shop.visitor import csrf_token, main_text


def image_file(kind: str = "PNG", size: tuple[int, int] = (800, 600), colour: str = "teal", **options: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind, **options)
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


def peak_memory(*, reset: bool = False) -> int:
    """The most memory that this process had, in bytes, since the last reset."""
    if reset:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0]) * 1024


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="peak memory is read from Linux's /proc")
@pytest.mark.parametrize(("kind", "name"), [("PNG", "pot.png"), ("WEBP", "pot.webp")])
def test_a_large_picture_takes_no_memory_of_the_worker(
    admin_client: AdminClient, own_app: Flask, kind: str, name: str
) -> None:
    client, product_id = admin_client("publisher"), id_of(own_app)
    file = image_file(kind, (5750, 4000))
    assert upload(client, product_id, image_file(), "first.png").status_code == 303
    gc.collect()
    before = peak_memory(reset=True)
    assert upload(client, product_id, file, name, version="2").status_code == 303
    assert stored(own_app, product_id).picture.endswith("-1280x890")
    assert peak_memory() - before < 25_000_000


@pytest.mark.parametrize("fault", ["killed", "looping", "gone"])
def test_a_picture_that_cannot_be_decoded_within_limits_is_refused_in_words(
    admin_client: AdminClient, own_app: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, fault: str
) -> None:
    works = {"killed": "os.kill(os.getpid(), 9)", "looping": "time.sleep(60)", "gone": "print('no picture')"}
    (tmp_path / "broken_decoder.py").write_text(f"import os, time\n{works[fault]}\n", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(pictures, "_DECODER", "broken_decoder")
    monkeypatch.setattr(pictures, "MOST_SECONDS", 2)
    client, product_id = admin_client("publisher"), id_of(own_app)
    refused = upload(client, product_id, image_file(), "pot.png")
    assert refused.status_code == 422
    assert "kost te veel geheugen of tijd" in main_text(refused)
    assert "Potje met capsules" in refused.text


def test_a_third_picture_at_once_is_told_to_come_back(
    admin_client: AdminClient, own_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, product_id = admin_client("publisher"), id_of(own_app)
    monkeypatch.setattr(pictures, "PATIENCE", 0.01)
    turns = threading.BoundedSemaphore(pictures.MOST_AT_ONCE)
    monkeypatch.setattr(pictures, "_turns", turns)
    for _ in range(pictures.MOST_AT_ONCE):
        turns.acquire()
    busy = upload(client, product_id, image_file(), "pot.png")
    assert (busy.status_code, busy.headers["Retry-After"]) == (503, "5")
    assert "andere afbeeldingen" in main_text(busy)
    assert "Potje met capsules" in busy.text
    turns.release()
    for version in ("1", "2", "3"):  # a turn that was refused or used comes back
        assert upload(client, product_id, image_file("JPEG")[:2000], "pot.jpg", version=version).status_code == 422
    assert upload(client, product_id, image_file(), "pot.png").status_code == 303


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
