"""Copies of products, and drafts that are deleted for good."""

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from catalog.consistency import derived_data_mismatches
from catalog.edits.edit import Author
from catalog.edits.products import accept_warning, product_to_edit
from catalog.models import Change, How, PictureAddress, Product, Status
from catalog.models.exchange import AddressState
from shop.web.services import services_of
from tests.conftest import AdminClient
from tests.shop.admin.products import add, id_of, press, send_to, stored
from tests.shop.visitor import main_text


def session_of(app: Flask) -> Session:
    return Session(services_of(app).databases.primary)


def changes_of_others(app: Flask, product_id: int) -> int:
    with session_of(app) as session:
        count = session.scalar(select(func.count()).select_from(Change).where(Change.product_id != product_id))
        return count or 0


def test_a_copy_is_a_draft_with_its_own_sku_and_address(admin_client: AdminClient, own_app: Flask) -> None:
    client, product_id = admin_client("editor"), id_of(own_app)
    original = stored(own_app, product_id)
    answer = send_to(client, f"/admin/products/{product_id}/copy")
    assert answer.status_code == 303
    copy = stored(own_app, int(answer.location.rpartition("/")[2]))
    assert (copy.sku, copy.slug) == (f"{original.sku}-2", f"{original.slug}-2")
    assert (copy.status, copy.ean, copy.stock, copy.reduced) == (Status.DRAFT, None, 0, False)
    assert (copy.name_nl, copy.composition, copy.pictures) == (
        original.name_nl,
        original.composition,
        original.pictures,
    )
    assert stored(own_app, product_id) == original
    again = send_to(client, f"/admin/products/{product_id}/copy")
    assert stored(own_app, int(again.location.rpartition("/")[2])).sku == f"{original.sku}-3"


def test_a_draft_that_was_never_public_is_deleted_after_a_question(admin_client: AdminClient, own_app: Flask) -> None:
    client = admin_client("editor")
    product_id = add(client)
    press(client, f"/admin/products/{product_id}", "save", slug="ander-adres", summary_nl="Helpt goed.")
    with session_of(own_app) as session:
        accept_warning(session, product_id, "0" * 32, "besproken", Author("eva@winkel.test", How.FORM))
        address = {"address": "https://a.example/1.jpg", "at": services_of(own_app).clock(), "who": "eva@winkel.test"}
        session.add(PictureAddress(product_id=product_id, state=AddressState.WAITING, **address))
        session.commit()
    others = changes_of_others(own_app, product_id)
    question = client.get(f"/admin/products/{product_id}/delete")
    assert "Dit kan niet ongedaan worden gemaakt" in main_text(question)
    assert client.get(f"/admin/products/{product_id}").status_code == 200
    answer = send_to(client, f"/admin/products/{product_id}/delete", version="2")
    assert answer.status_code == 303
    assert client.get(f"/admin/products/{product_id}").status_code == 404
    assert changes_of_others(own_app, product_id) == others
    for page in ("/admin/history", "/admin/products", "/admin/"):
        assert client.get(page).status_code == 200
    with session_of(own_app) as session:
        assert list(derived_data_mismatches(session, services_of(own_app).ruleset)) == []
        with pytest.raises(NoResultFound):
            product_to_edit(session, product_id)
    new_id = add(client)
    assert stored(own_app, new_id).sku == "PROEF-1", "SKU and address are free again"
    assert new_id > product_id, "a form of the deleted one that is still open changes no other product"


def test_a_product_that_shoppers_saw_is_not_deleted(admin_client: AdminClient, own_app: Flask) -> None:
    client = admin_client("publisher")
    product_id = add(client)
    send_to(client, f"/admin/products/{product_id}/publish", version="1")
    for version, status in ((2, "draft"), (3, "archived")):
        send_to(client, f"/admin/products/{product_id}/status", version=str(version), status=status)
        page = client.get(f"/admin/products/{product_id}")
        assert "/delete" not in page.text
        refused = send_to(client, f"/admin/products/{product_id}/delete", version=str(version + 1))
        assert refused.status_code == 409
        assert "is of was openbaar" in main_text(refused)
    assert stored(own_app, product_id).status is Status.ARCHIVED


def test_a_draft_that_somebody_changed_meanwhile_is_not_deleted(admin_client: AdminClient, own_app: Flask) -> None:
    client = admin_client("editor")
    product_id = add(client)
    press(client, f"/admin/products/{product_id}", "save", stock="3")
    refused = send_to(client, f"/admin/products/{product_id}/delete", version="1")
    assert refused.status_code == 409
    assert "iemand heeft dit product intussen gewijzigd" in main_text(refused)
    with session_of(own_app) as session:
        assert session.get(Product, product_id)
