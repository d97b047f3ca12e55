"""Pictures come in as files and leave as pixels alone; what is no picture is refused at the field."""

import csv
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
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from catalog import pictures
from catalog.edits.fetched_pictures import queue_addresses, record_address, waiting_addresses
from catalog.product_problems import ProductProblem
from shop.web.services import services_of
from tests.conftest import AdminClient
from tests.factories import AuthorFactory
from tests.shop.admin.imports import send_file
from tests.shop.admin.products import add, id_of, send_to, stored
from tests.shop.visitor import csrf_token, main_text
from tests.shop.web.test_page_contract import check_page


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
    assert order(own_app, product_id)[1].endswith("-1280x890")
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


def press(client: FlaskClient, product_id: int, button: str, name: str, **fields: str) -> TestResponse:
    """Press a button of one picture, with its present descriptions unless others are typed."""
    page = client.get(f"/admin/products/{product_id}/pictures")
    version = re.findall(r'name="version" value="(\d+)"', page.text)[0]
    values = {"version": version, "alt_nl": "Potje met capsules", "alt_en": "Jar of capsules", "name": name} | fields
    return send_to(client, f"/admin/products/{product_id}/pictures", press=button, **values)


def _pictures_page(client: FlaskClient, product_id: int) -> str:
    return client.get(f"/admin/products/{product_id}/pictures").text


def add_colours(client: FlaskClient, product_id: int, *colours: str) -> list[str]:
    """Add a picture of each colour to a product; returns their names."""
    for colour in colours:
        version = re.findall(r'name="version" value="(\d+)"', _pictures_page(client, product_id))[0]
        file = image_file(size=(240, 240), colour=colour)
        given = {"version": version, "alt_nl": f"Pot {colour}", "alt_en": f"Jar {colour}"}
        assert upload(client, product_id, file, "pot.png", **given).status_code == 303, colour
    return [str(name) for name in re.findall(r'name="name" value="([^"]+)"', _pictures_page(client, product_id))]


def order(app: Flask, product_id: int) -> list[str]:
    return [picture.name for picture in stored(app, product_id).pictures]


def test_pictures_are_added_put_in_order_described_and_removed(admin_client: AdminClient, own_app: Flask) -> None:
    client, product_id = admin_client("publisher"), id_of(own_app)
    teal, red, blue = add_colours(client, product_id, "teal", "red", "blue")
    assert order(own_app, product_id) == [teal, red, blue]
    for button, name, after in (
        ("up", blue, [teal, blue, red]),
        ("down", teal, [blue, teal, red]),
        ("first", red, [red, blue, teal]),
        ("up", red, [red, blue, teal]),
        ("down", teal, [red, blue, teal]),
        ("remove", blue, [red, teal]),
    ):
        assert press(client, product_id, button, name).status_code == 303, button
        assert order(own_app, product_id) == after, (button, name)
    described = press(client, product_id, "describe", teal, alt_nl="Achterkant\r\nvan de pot", alt_en="Back")
    assert described.status_code == 303
    state = stored(own_app, product_id)
    assert (state.more_pictures[0].alt_nl, state.alt_nl) == ("Achterkant van de pot", "Potje met capsules")
    assert press(client, product_id, "remove", red).status_code == 303
    assert (stored(own_app, product_id).picture, stored(own_app, product_id).alt_nl) == (teal, "Achterkant van de pot")
    assert press(client, product_id, "turn", teal).status_code == 422


def test_a_button_that_moves_a_picture_keeps_the_description_that_was_typed_beside_it(
    admin_client: AdminClient, own_app: Flask
) -> None:
    client, product_id = admin_client("publisher"), id_of(own_app)
    _teal, red = add_colours(client, product_id, "teal", "red")
    press(client, product_id, "up", red, alt_nl="Net getypt")
    assert stored(own_app, product_id).alt_nl == "Net getypt"


def test_a_product_has_ten_pictures_at_most_and_each_once(admin_client: AdminClient, own_app: Flask) -> None:
    client, product_id = admin_client("publisher"), id_of(own_app)
    colours = [f"#{place * 20:02x}8080" for place in range(10)]
    add_colours(client, product_id, *colours[:2])
    again = upload(client, product_id, image_file(size=(240, 240), colour=colours[0]), "pot.png", version="3")
    assert (again.status_code, "staat er al bij" in main_text(again)) == (422, True)
    add_colours(client, product_id, *colours[2:])
    page = client.get(f"/admin/products/{product_id}/pictures").text
    assert 'type="file"' not in page
    assert "hoogstens 10 afbeeldingen" in page
    eleventh = upload(client, product_id, image_file(size=(240, 240), colour="red"), "pot.png", version="11")
    assert (eleventh.status_code, "hoogstens 10" in main_text(eleventh)) == (422, True)
    assert len(order(own_app, product_id)) == 10


def test_a_picture_that_lacks_its_description_need_not_be_sent_again(admin_client: AdminClient, own_app: Flask) -> None:
    client, product_id = admin_client("publisher"), id_of(own_app)
    address = f"/admin/products/{product_id}/pictures"
    refused = upload(client, product_id, image_file(), "pot.png", alt_nl="")
    assert refused.status_code == 422
    assert 'href="#alt_nl"' in refused.text
    assert "Jar of capsules" in refused.text
    assert stored(own_app, product_id).pictures == ()
    [kept] = re.findall(r'name="uploaded" value="([^"]+)"', refused.text)
    given = {"press": "add", "uploaded": kept, "alt_nl": "Potje", "alt_en": "Jar", "version": "1"}
    assert send_to(client, address, **given).status_code == 303
    assert order(own_app, product_id) == [kept]
    assert client.get(f"/media/{kept.partition('-')[0]}-320.webp").status_code == 200
    invented = send_to(client, address, **given | {"uploaded": "f" * 32 + "-800x600", "version": "2"})
    assert (invented.status_code, "kies eerst een bestand" in main_text(invented)) == (422, True)


def test_a_picture_keeps_its_words_while_somebody_else_edits_the_product(
    admin_client: AdminClient, own_app: Flask
) -> None:
    client, product_id = admin_client("publisher"), id_of(own_app)
    [teal] = add_colours(client, product_id, "teal")
    send_to(client, f"/admin/products/{product_id}/status", status="draft", version="2")
    typed = {"alt_nl": "Mijn woorden", "version": "2"}
    assert press(client, product_id, "describe", teal, **typed).status_code == 303
    assert stored(own_app, product_id).alt_nl == "Mijn woorden"
    conflict = press(client, product_id, "describe", teal, alt_nl="Te laat", version="3")
    assert conflict.status_code == 409
    assert "intussen gewijzigd" in conflict.text
    assert "Te laat" in conflict.text
    assert stored(own_app, product_id).alt_nl == "Mijn woorden"
    press(client, product_id, "remove", teal)
    gone = press(client, product_id, "describe", teal, version="5")
    assert (gone.status_code, "is er niet meer" in main_text(gone)) == (422, True)


def test_a_problem_of_a_description_is_shown_at_its_own_picture(admin_client: AdminClient, own_app: Flask) -> None:
    client, product_id = admin_client("publisher"), id_of(own_app)
    _teal, red, _blue = add_colours(client, product_id, "teal", "red", "blue")
    for typed, said in (("", "nog niet ingevuld"), ("Helpt tegen migraine", "migraine"), ("x" * 251, "langer dan 250")):
        refused = press(client, product_id, "describe", red, alt_nl=typed)
        assert refused.status_code == 422
        assert 'href="#alt_nl-2">Beschrijving van afbeelding 2 (Nederlands)' in refused.text, said
        assert re.search(rf'<textarea[^>]*aria-invalid="true"[^>]*id="alt_nl-2"[^>]*>\s*{typed}', refused.text), said
        moved = press(client, product_id, "first", red, alt_nl=typed)
        assert 'href="#alt_nl-2">' in moved.text, said
    new = upload(client, product_id, image_file(), "pot.png", version="4", alt_nl="Helpt tegen migraine")
    assert 'href="#alt_nl-4">' in new.text
    assert new.text.count('class="found block"') == 1
    assert new.text.index('id="alt_nl-4"') < new.text.index('class="found block"')


def test_links_of_what_is_lacking_lead_to_the_description_of_the_picture(
    admin_client: AdminClient, own_app: Flask
) -> None:
    client = admin_client("publisher")
    product_id = add(client)
    upload(client, product_id, image_file(), "pot.png", alt_nl="Pot", alt_en="Jar")
    upload(client, product_id, image_file(colour="red"), "pot.png", alt_nl="", alt_en="", version="2")
    for address, anchors in (("", ("alt_nl-2", "alt_en-2")), ("/publish", ("alt_nl-2",))):
        page = client.get(f"/admin/products/{product_id}{address}").text
        for anchor in anchors:
            assert f'href="/admin/products/{product_id}/pictures#{anchor}"' in page, address
    assert 'id="alt_en-2"' in client.get(f"/admin/products/{product_id}/pictures").text
    history = main_text(client.get(f"/admin/products/{product_id}/history"))
    assert "Verdere afbeeldingen" in history


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_page_of_pictures_keeps_the_contract_in_both_languages(
    admin_client: AdminClient, own_app: Flask, language: str
) -> None:
    client, product_id = admin_client("publisher"), id_of(own_app)
    add_colours(client, product_id, "teal", "red", "blue")
    address = f"/admin/products/{product_id}/pictures"
    page = client.get(f"{address}?lang={language}", follow_redirects=True)
    check_page(page, language)
    words = {"nl": ("Afbeelding 3 van 3", "Als eerste zetten"), "en": ("Picture 3 of 3", "Make it the first")}
    for each in words[language]:
        assert each in main_text(page)
    check_page(send_to(client, address, press="add", version="4"), language)
    check_page(upload(client, product_id, image_file(), "pot.png", version="4", alt_nl=""), language)


def test_a_product_page_shows_every_picture_in_order_and_search_engines_get_them_all(
    admin_client: AdminClient, own_app: Flask
) -> None:
    client, product_id = admin_client("publisher"), id_of(own_app)
    address = f"/nl/product/{stored(own_app, product_id).slug}"
    [teal] = add_colours(client, product_id, "teal")
    page = client.get(address).text
    assert (f"/media/{teal.partition('-')[0]}-240.webp" in page, "gallery" in page) == (True, False)
    names = add_colours(client, product_id, "red", "blue")
    page = client.get(address).text
    files = [f"/media/{name.partition('-')[0]}-240.webp" for name in names]
    shown = re.findall(r'<a href="([^"]+)"><img src="([^"]+)"[^>]*width="240" height="240" alt="([^"]+)"[^>]*>', page)
    alts = [f"Pot {colour}" for colour in ("teal", "red", "blue")]
    assert shown == [(file, file, alt) for file, alt in zip(files, alts, strict=True)]
    images = re.findall(r'<img src="/media[^>]*loading="(\w+)"', page)
    assert images == ["eager", "lazy", "lazy"]
    assert '"image": [' + ", ".join(f'"http://localhost{file}"' for file in files) + "]" in page
    check_page(client.get(address), "nl")
    english = client.get(address.replace("/nl/product", "/en/product"))
    check_page(english, "en")
    assert 'alt="Jar blue"' in english.text


def test_cards_and_the_list_of_the_admin_show_the_first_picture(admin_client: AdminClient, own_app: Flask) -> None:
    client, product_id = admin_client("publisher"), id_of(own_app)
    first, second = add_colours(client, product_id, "teal", "red")
    sku = stored(own_app, product_id).sku
    for address in (f"/admin/products?q={sku}", f"/nl/beste-magnesium-supplementen?q={sku}"):
        page = client.get(address).text
        assert f"/media/{first.partition('-')[0]}-240.webp" in page, address
        assert second.partition("-")[0] not in page, address


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_page_says_which_addresses_wait_and_why_one_was_not_fetched(
    admin_client: AdminClient, own_app: Flask, language: str
) -> None:
    client, product_id = admin_client("publisher"), id_of(own_app)
    with Session(services_of(own_app).databases.primary) as session:
        author = AuthorFactory.build()
        queue_addresses(session, {product_id: [f"https://a.example/{name}.jpg" for name in "abc"]}, author)
        first, second, _third = waiting_addresses(session)
        problem = ProductProblem("picture", "fetch-status", {"status": "404"})
        record_address(session, first.id, problem, author.at)
        record_address(session, second.id, None, author.at)
        session.commit()
    page = client.get(f"/admin/products/{product_id}/pictures?lang={language}", follow_redirects=True)
    check_page(page, language)
    told = {
        "nl": ("Niet opgehaald: de site antwoordde met foutcode 404", "Wacht tot hij van de site wordt opgehaald"),
        "en": ("Not fetched: the site answered with error code 404", "Waits to be fetched from the site"),
    }
    for words in (*told[language], "https://a.example/a.jpg", "https://a.example/c.jpg"):
        assert words in main_text(page)
    assert "https://a.example/b.jpg" not in page.text


def test_the_plan_of_an_import_shows_pictures_and_other_lists(admin_client: AdminClient, own_app: Flask) -> None:
    client = admin_client("publisher")
    product_id = add(client)
    names = add_colours(client, product_id, "teal", "red")
    file = client.get("/admin/export/csv").data
    header, line = file.decode().splitlines()[0], next(x for x in file.decode().splitlines() if names[1] in x)
    [row] = csv.DictReader(io.StringIO(f"{header}\n{line}\n"))
    changed = row | {"more_pictures": "", "other_actives": "zinc 5 mg"}
    out = io.StringIO()
    writer = csv.DictWriter(out, changed)
    writer.writeheader()
    writer.writerow(changed)
    plan = send_file(client, out.getvalue()).location
    page = client.get(plan)
    assert page.status_code == 200
    assert (names[1] in page.text, "zinc 5 mg" in main_text(page)) == (True, True)


def test_a_description_may_not_claim_what_a_text_may_not(admin_client: AdminClient, own_app: Flask) -> None:
    client = admin_client("publisher")
    product_id = add(client)
    assert upload(client, product_id, image_file(), "pot.png", alt_nl="Helpt tegen migraine").status_code == 303
    refused = send_to(client, f"/admin/products/{product_id}/publish", version="2")
    assert refused.status_code == 422
    assert "Helpt tegen migraine" in main_text(refused)


def test_the_files_of_a_deleted_draft_are_gone_unless_another_product_shows_them(
    admin_client: AdminClient, own_app: Flask
) -> None:
    client = admin_client("publisher")
    draft, other = (add(client, sku=f"FOTO-{number}", slug=f"foto-{number}") for number in range(2))
    upload(client, draft, image_file(colour="teal"), "a.png")
    upload(client, draft, image_file(colour="red"), "b.png", version="2")
    upload(client, other, image_file(colour="red"), "b.png")
    alone, shared = (f"/media/{picture.name.partition('-')[0]}-320.webp" for picture in stored(own_app, draft).pictures)
    send_to(
        client,
        f"/admin/products/{draft}/pictures",
        press="remove",
        name=stored(own_app, draft).pictures[0].name,
        version="3",
    )
    assert own_app.test_client().get(alone).status_code == 200
    assert send_to(client, f"/admin/products/{draft}/delete", version="4").status_code == 303
    assert [own_app.test_client().get(address).status_code for address in (alone, shared)] == [404, 200]
