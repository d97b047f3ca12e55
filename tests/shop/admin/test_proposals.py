"""Editors propose changes of public products; publishers decide, and everybody sees how it stands."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.conftest import AdminClient
from tests.shop.admin.products import add, id_of, press, send_to, stored, typed_values
from tests.shop.admin.test_pictures import image_file, upload
from tests.shop.visitor import main_text
from tests.shop.web.test_page_contract import check_page

LIST = "/admin/proposals"


@pytest.fixture
def editor(admin_client: AdminClient) -> FlaskClient:
    return admin_client("editor", email="eva@winkel.test")


@pytest.fixture
def publisher(admin_client: AdminClient) -> FlaskClient:
    return admin_client("publisher", email="piet@winkel.test")


@pytest.fixture
def product_id(own_app: Flask) -> int:
    return id_of(own_app)


def propose(editor: FlaskClient, product_id: int, **changes: str) -> str:
    """Propose changes; the address of the proposal."""
    answer = press(editor, f"/admin/products/{product_id}", "propose", **changes)
    assert answer.status_code == 303, main_text(answer)
    assert re.fullmatch(r"/admin/proposals/\d+", answer.location)
    return str(answer.location)


def approve(client: FlaskClient, address: str, **choices: str) -> TestResponse:
    seen = re.search(r'name="seen" value="(\d+)"', client.get(address).text)
    assert seen
    return send_to(client, f"{address}/approve", seen=seen[1], **choices)


def test_a_proposal_changes_nothing_until_a_publisher_approves_it(
    editor: FlaskClient, publisher: FlaskClient, own_app: Flask, product_id: int
) -> None:
    before = stored(own_app, product_id)
    address = propose(editor, product_id, stock="41", price_cents="7,77", reason="nieuwe levering")
    assert stored(own_app, product_id) == before
    assert "/admin/proposals" in publisher.get("/admin/").text
    for client in (editor, publisher):
        for page in (LIST, address):
            for language in ("en", "nl"):
                check_page(client.get(f"{page}?lang={language}"), language)
    shown = main_text(publisher.get(address))
    assert ("eva@winkel.test" in shown, "7,77" in shown, "nieuwe levering" in shown) == (True, True, True)
    assert approve(publisher, address).location == LIST
    now = stored(own_app, product_id)
    assert (now.stock, now.price_cents) == (41, 777)
    history = main_text(publisher.get(f"/admin/products/{product_id}/history"))
    assert "eva@winkel.test: nieuwe levering" in history
    assert "goedgekeurd" in main_text(editor.get(LIST))
    approve_again = send_to(publisher, f"{address}/approve", seen="2")
    assert approve_again.location == address


def test_only_publishers_decide_and_only_its_author_withdraws(
    editor: FlaskClient, admin_client: AdminClient, publisher: FlaskClient, own_app: Flask, product_id: int
) -> None:
    address = propose(editor, product_id, stock="41")
    other, packer = admin_client("editor", email="other@winkel.test"), admin_client("packer", email="p@winkel.test")
    for decision in ("approve", "refuse"):
        assert send_to(editor, f"{address}/{decision}", seen="1", reason="x").status_code == 403
    assert packer.get(LIST).status_code == 403
    send_to(other, f"{address}/withdraw")
    assert "wacht op" in main_text(editor.get(address))
    assert send_to(publisher, f"{address}/refuse", reason=" \x00 ").status_code == 422
    assert send_to(publisher, f"{address}/refuse", reason="Levering klopt niet").location == LIST
    assert "Levering klopt niet" in main_text(editor.get(address))
    second = propose(editor, product_id, stock="43")
    assert send_to(editor, f"{second}/withdraw").location == LIST
    assert "ingetrokken" in main_text(editor.get(second))
    assert stored(own_app, product_id).stock not in (41, 43)
    for unknown in ("0", "999", str(2**40)):
        assert editor.get(f"{LIST}/{unknown}").status_code == 404


def test_what_others_changed_since_stays_and_a_field_of_both_is_chosen(
    editor: FlaskClient, publisher: FlaskClient, own_app: Flask, product_id: int
) -> None:
    address = propose(editor, product_id, stock="41", price_cents="7,77", supplier="De Linde")
    press(publisher, f"/admin/products/{product_id}", "save", stock="52", reason="geteld", units_per_pack="90")
    shown = main_text(publisher.get(address))
    assert ("piet@winkel.test" in shown, "geteld" in shown) == (True, True)
    unchosen = approve(publisher, address)
    assert (unchosen.status_code, 'href="#choose-stock"' in unchosen.text) == (409, True)
    check_page(unchosen, "nl")
    stale = send_to(publisher, f"{address}/approve", seen="1", **{"choose-stock": "mine"})
    assert stale.status_code == 409
    assert approve(publisher, address, **{"choose-stock": "theirs"}).status_code == 303
    now = stored(own_app, product_id)
    assert (now.stock, now.price_cents, now.supplier, now.units_per_pack) == (52, 777, "De Linde", 90)


def test_a_proposal_that_saving_would_refuse_is_refused_at_once_or_when_it_is_approved(
    editor: FlaskClient, publisher: FlaskClient, own_app: Flask, product_id: int
) -> None:
    page = f"/admin/products/{product_id}"
    assert press(editor, page, "propose", summary_nl="Geneest kramp.").status_code == 422
    assert press(editor, page, "propose", name_nl="").status_code == 422
    assert press(editor, page, "propose").location == page  # nothing differs
    taken = stored(own_app, id_of(own_app, 1)).sku
    assert press(editor, page, "propose", sku=taken).status_code == 422
    address = propose(editor, product_id, sku="NIEUW-1")
    press(publisher, f"/admin/products/{id_of(own_app, 1)}", "save", sku="NIEUW-1")
    refused = approve(publisher, address)
    assert (refused.status_code, "NIEUW-1" in main_text(refused)) == (422, True)
    check_page(refused, "nl")
    assert stored(own_app, product_id).sku != "NIEUW-1"


def test_a_reason_for_a_doubtful_sentence_travels_with_the_proposal_and_becomes_the_publishers(
    editor: FlaskClient, publisher: FlaskClient, own_app: Flask, product_id: int
) -> None:
    page, doubtful = f"/admin/products/{product_id}", "Magnesium: goed voor een normale spierwerking."
    asked = press(editor, page, "propose", summary_nl=doubtful)
    assert asked.status_code == 422
    [name] = set(re.findall(r'name="(reason-[0-9a-f]{32})"', asked.text))
    address = propose(editor, product_id, summary_nl=doubtful, **{name: "besproken met de juriste"})
    assert "besproken met de juriste" in main_text(publisher.get(address))
    assert approve(publisher, address).status_code == 303
    assert stored(own_app, product_id).summary_nl == doubtful
    history = main_text(publisher.get(f"{page}/history"))
    assert re.search(r"besproken met de juriste [^·]* · piet@winkel\.test", history)


def test_one_proposal_of_a_person_waits_for_a_product_and_drafts_need_none(
    editor: FlaskClient, publisher: FlaskClient, own_app: Flask, product_id: int
) -> None:
    first = propose(editor, product_id, stock="41")
    page = editor.get(f"/admin/products/{product_id}")
    assert f'href="{first}"' in page.text
    assert typed_values(page)["stock"] != "41"
    propose(editor, product_id, stock="43")
    assert "ingetrokken" in main_text(editor.get(first))
    draft = add(editor)
    assert 'value="propose"' not in editor.get(f"/admin/products/{draft}").text
    assert 'value="propose"' not in publisher.get(f"/admin/products/{product_id}").text
    assert press(publisher, f"/admin/products/{product_id}", "propose", stock="44").status_code == 200
    assert stored(own_app, product_id).stock != 44


def test_pictures_of_a_public_product_are_proposed_one_after_the_other_beside_words(
    editor: FlaskClient, publisher: FlaskClient, own_app: Flask, product_id: int
) -> None:
    page = f"/admin/products/{product_id}/pictures"
    assert upload(editor, product_id, image_file(colour="teal"), "a.png").status_code == 303
    assert upload(editor, product_id, image_file(colour="red"), "b.png").status_code == 303
    shown = editor.get(page)
    check_page(shown, "nl")
    names = re.findall(r'name="name" value="([0-9a-f]{32}[^"]*)"', shown.text)
    assert len(names) == 2
    assert send_to(editor, page, press="up", name=names[1], alt_nl="Rood", alt_en="Red").status_code == 303
    assert stored(own_app, product_id).pictures == (), "shoppers see nothing of it yet"
    assert names[0] not in publisher.get(page).text
    address = propose(editor, product_id, summary_nl="Een pot met capsules.")
    proposal = publisher.get(address)
    check_page(proposal, "nl")
    assert f"/media/{names[1][:32]}-320.webp" in proposal.text
    assert approve(publisher, address).status_code == 303
    now = stored(own_app, product_id)
    assert [picture.name for picture in now.pictures] == [names[1], names[0]]
    assert (now.alt_nl, now.summary_nl) == ("Rood", "Een pot met capsules.")
    assert send_to(editor, page, press="remove", name=names[0]).status_code == 303
    assert len(stored(own_app, product_id).pictures) == 2
    assert upload(editor, product_id, image_file(colour="green"), "c.png").status_code == 303
    added = re.findall(r'name="name" value="([0-9a-f]{32}[^"]*)"', editor.get(page).text)
    assert len(added) == 2
    assert "c.png" not in main_text(publisher.get(page))
