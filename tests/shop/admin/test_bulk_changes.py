"""Bulk changes from the list: chosen, previewed, saved as one batch, worded in both languages and undone."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from catalog.models import PricePoint, Status
from shop.web.services import services_of
from tests.conftest import AdminClient
from tests.factories import BrandFactory
from tests.shop.admin.products import add, id_of, press, send_to, stored
from tests.shop.visitor import main_text
from tests.shop.web.test_page_contract import check_page

ADDRESS = "/admin/products/bulk"


def confirm(client: FlaskClient, fields: dict[str, Any]) -> TestResponse:
    """Preview a bulk change and press its button."""
    preview = send_to(client, ADDRESS, **fields)
    shown = re.search(r'name="shown" value="([0-9a-f]+)"', preview.text)
    assert shown, main_text(preview)
    return send_to(client, ADDRESS, **fields, shown=shown[1], confirm="yes")


def undo_last(client: FlaskClient) -> TestResponse:
    undo = re.search(r"/admin/batches/\d+/undo", client.get("/admin/batches").text)
    assert undo
    return send_to(client, undo[0])


PRICE = {"action": "price"}


@pytest.mark.parametrize(
    ("asked", "after", "dutch", "english"),
    [
        ({"change": "-10", "rounding": "95"}, 1195, "Prijzen -10 %, omhoog naar ,95", "Prices -10%, up to .95"),
        ({"change": "-1,5", "by": "euro"}, 1145, "Prijzen -€ 1,50", "Prices -€ 1.50"),
        ({"change": "+2", "by": "euro", "rounding": "99"}, 1499, "Prijzen +€ 2,00, omhoog naar ,99", "Prices +€ 2.00"),
        (
            {"change": "2,5", "rounding": "5"},
            1325,
            "Prijzen +2,5 %, op de dichtstbijzijnde 0,05",
            "Prices +2.5%, to the",
        ),
        ({"change": "− 1 €"}, 1195, "Prijzen -€ 1,00", "Prices -€ 1.00"),
        ({"change": "10%", "by": "euro"}, 1425, "Prijzen +10 %", "Prices +10%"),
    ],
)
def test_prices_change_by_percent_or_amount_with_a_rounding_and_a_batch_named_in_both_languages(
    *, asked: dict[str, str], after: int, dutch: str, english: str, admin_client: AdminClient, own_app: Flask
) -> None:
    client = admin_client("publisher")
    product_id = add(client, price_cents="12,95")
    fields = {"which": "ticked", "id": str(product_id), "action": "price", **asked}
    preview = send_to(client, ADDRESS, **fields)
    assert "12,95" in main_text(preview)
    assert f"{after // 100},{after % 100:02}" in main_text(preview)
    check_page(preview, "nl")
    assert confirm(client, fields).status_code == 303
    assert stored(own_app, product_id).price_cents == after
    plain = main_text(client.get("/admin/batches?lang=nl")).replace("\N{NO-BREAK SPACE}", " ")
    assert dutch in plain
    assert english in main_text(client.get("/admin/batches?lang=en"))
    client.get("/admin/?lang=nl")
    assert undo_last(client).status_code == 303
    assert stored(own_app, product_id).price_cents == 1295


def test_a_price_that_its_rounding_moves_the_other_way_is_marked_before_it_is_saved(
    admin_client: AdminClient,
) -> None:
    client = admin_client("publisher")
    product_id = add(client, price_cents="12,10")
    fields = {"which": "ticked", "id": str(product_id), "action": "price", "change": "-1", "rounding": "95"}
    preview = main_text(send_to(client, ADDRESS, **fields))
    assert "1 prijs gaat door het afronden de andere kant op" in preview


@pytest.mark.parametrize(
    ("asked", "field", "before", "after", "name"),
    [
        ({"action": "vegan", "to_vegan": "true"}, "vegan", None, True, "Veganistisch: ja"),
        ({"action": "vegan", "to_vegan": "unknown"}, "vegan", None, None, ""),
        ({"action": "vegan", "to_vegan": "false"}, "vegan", None, False, "Veganistisch: nee"),
        ({"action": "brand", "to_brand": "duinvallei"}, "brand", "Proefmerk", "Duinvallei", "Merk: Duinvallei"),
        ({"action": "reduced", "to_reduced": "true"}, "reduced", False, True, "Korting: aangekondigd"),
        ({"action": "archive"}, "status", Status.DRAFT, Status.ARCHIVED, "Archiveren"),
    ],
)
def test_a_field_of_several_products_is_changed_and_undone_as_one_batch(
    *,
    asked: dict[str, str],
    field: str,
    before: object,
    after: object,
    name: str,
    admin_client: AdminClient,
    own_app: Flask,
) -> None:
    client = admin_client("publisher")
    ids = [add(client, sku=f"REEKS-{number}", slug=f"reeks-{number}") for number in range(2)]
    fields = {"which": "ticked", "id": list(map(str, ids)), **asked}
    preview = send_to(client, ADDRESS, **fields)
    check_page(preview, "nl")
    if before == after:
        assert "Er zou niets veranderen" in main_text(preview)
        return
    assert confirm(client, fields).status_code == 303
    assert [getattr(stored(own_app, id_), field) for id_ in ids] == [after, after]
    assert name in main_text(client.get("/admin/batches"))
    assert undo_last(client).status_code == 303
    assert [getattr(stored(own_app, id_), field) for id_ in ids] == [before, before]


def test_public_products_become_drafts_again_in_bulk(admin_client: AdminClient, own_app: Flask) -> None:
    client, product_id = admin_client("publisher"), id_of(own_app)
    confirm(client, {"which": "ticked", "id": str(product_id), "action": "draft"})
    assert stored(own_app, product_id).status is Status.DRAFT
    undo_last(client)
    assert stored(own_app, product_id).status is Status.PUBLISHED


def test_a_reduction_is_announced_in_bulk_with_the_lowest_price_of_30_days_or_refused(
    admin_client: AdminClient, own_app: Flask
) -> None:
    client = admin_client("publisher")
    lowered, same = id_of(own_app), id_of(own_app, 1)
    with Session(services_of(own_app).databases.writing) as session:
        long_ago = datetime(2026, 1, 1, tzinfo=UTC)
        cheap, dear = stored(own_app, same).price_cents - 5, stored(own_app, lowered).price_cents + 123
        for id_, cents in ((lowered, dear), (same, cheap)):
            session.execute(update(PricePoint).where(PricePoint.product_id == id_).values(at=long_ago, cents=cents))
        session.commit()
    fields = {"which": "ticked", "id": [str(lowered), str(same)], "action": "reduced", "to_reduced": "true"}
    text = main_text(send_to(client, ADDRESS, **fields))
    assert f"{dear // 100},{dear % 100:02}" in text
    assert "is niet lager dan de laagste prijs van de 30 dagen ervoor" in text
    assert confirm(client, fields).status_code == 303
    assert [stored(own_app, id_).reduced for id_ in (lowered, same)] == [True, False]


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"action": "price", "change": ""}, "change"),
        ({"action": "price", "change": "0"}, "change"),
        ({"action": "price", "change": "-100"}, "change"),
        ({"action": "price", "change": "1.234"}, "change"),
        ({"action": "price", "change": "tien"}, "change"),
        ({"action": "price", "change": "9" * 500}, "change"),
        ({"action": "price", "change": "99999", "by": "euro"}, "change"),
        ({"action": "price", "change": "5", "rounding": "17"}, "rounding"),
        ({"action": "brand", "to_brand": ""}, "to_brand"),
        ({"action": "brand", "to_brand": "Bestaat niet \x00<b>"}, "to_brand"),
        ({"action": "brand", "to_brand": "x" * 5000}, "to_brand"),
        ({"action": "vegan", "to_vegan": "misschien"}, "to_vegan"),
        ({"action": "reduced"}, "to_reduced"),
        ({"action": "verwijderen"}, "action"),
        ({}, "action"),
        ({"action": "archive", "id": []}, "which"),
        ({"action": "archive", "id": ["2147483647"]}, "which"),
    ],
)
def test_a_bulk_change_that_cannot_be_is_told_at_its_field_and_ticks_stay(
    asked: dict[str, Any], field: str, admin_client: AdminClient, own_app: Flask
) -> None:
    client = admin_client("publisher")
    product_id = add(client)
    page = send_to(client, ADDRESS, **{"which": "ticked", "id": str(product_id), **asked})
    assert page.status_code == 422
    check_page(page, "nl")
    assert f'href="#{field}"' in page.text
    if "id" not in asked:
        assert re.search(rf'id="choose-{product_id}" checked', page.text)


def test_a_brand_without_an_address_is_refused_for_public_products(admin_client: AdminClient, own_app: Flask) -> None:
    client, product_id = admin_client("publisher"), id_of(own_app)
    with Session(services_of(own_app).databases.writing) as session:
        session.add(BrandFactory.build(name="Zonder Adres", address=""))
        session.commit()
    fields = {"which": "ticked", "id": str(product_id), "action": "brand", "to_brand": "Zonder Adres"}
    assert "ontbreekt" in main_text(send_to(client, ADDRESS, **fields))


def test_a_filter_on_brand_stays_beside_a_change_of_brand(admin_client: AdminClient, own_app: Flask) -> None:
    client = admin_client("publisher")
    add(client, sku="ANDER-1", slug="ander-1")
    fields = {"which": "all", "brand": "Proefmerk", "action": "brand", "to_brand": "Duinvallei"}
    assert "1 product wijzigen" in main_text(send_to(client, ADDRESS, **fields))


def test_all_of_a_page_are_ticked_by_a_link_without_losing_ticks_of_other_pages(
    admin_client: AdminClient, own_app: Flask
) -> None:
    client, elsewhere = admin_client("publisher"), id_of(own_app)
    page = client.get(f"/admin/products?chosen={elsewhere}")
    link = re.search(r'class="tick-page" href="([^"]+)"', page.text)
    assert link
    ticked = client.get(link[1].replace("&amp;", "&"))
    boxes = re.findall(r'name="id" value="\d+" id="choose-\d+"( checked)?', ticked.text)
    assert len(boxes) == 50
    assert all(boxes)
    assert f'name="ticked_elsewhere" value="{elsewhere}"' in ticked.text
    off = re.search(r'class="tick-page" href="([^"]+)" data-tick="none"', ticked.text)
    assert off
    assert not re.findall(r'id="choose-\d+" checked', client.get(off[1].replace("&amp;", "&")).text)


def test_an_error_keeps_the_page_of_the_list(admin_client: AdminClient) -> None:
    client = admin_client("publisher")
    wrong = send_to(client, ADDRESS, which="all", action="price", change="x", sort="sku", page="2")
    assert "Pagina 2 van" in main_text(wrong)
    assert 'value="x"' in wrong.text


def test_a_bulk_change_seen_before_somebody_else_saved_is_shown_again(
    admin_client: AdminClient, own_app: Flask
) -> None:
    client, product_id = admin_client("publisher"), id_of(own_app)
    fields = {"which": "ticked", "id": str(product_id), "action": "vegan", "to_vegan": "unknown"}
    preview = send_to(client, ADDRESS, **fields)
    shown = re.search(r'name="shown" value="([0-9a-f]+)"', preview.text)
    assert shown
    press(client, f"/admin/products/{product_id}", "save", stock="5")
    assert send_to(client, ADDRESS, **fields, shown=shown[1], confirm="yes").status_code == 409
