"""SKU and address of a product that a person leaves to the shop, and the fields that publishing needs."""

import pytest
from flask import Flask

from tests.conftest import AdminClient
from tests.shop.admin.products import COMPLETE, add, press, send_to, stored, typed_values
from tests.shop.visitor import main_text

COUNTS = ("units_per_pack", "units_per_day", "net_quantity")
NEEDED = ("name_nl", "summary_nl", "ingredients_nl", "directions_nl", "storage_nl", "brand", "price_cents", *COUNTS)


def test_the_form_marks_the_fields_that_publishing_needs(admin_client: AdminClient) -> None:
    page = admin_client("editor").get("/admin/products/new").text
    for name in NEEDED:
        label = page.partition(f'<label for="{name}">')[2].partition("</label>")[0]
        assert "nodig om te publiceren" in label, name
    for name in ("name_en", "sku", "supplier"):
        assert "nodig om te publiceren" not in page.partition(f'<label for="{name}">')[2].partition("</label>")[0], name
    assert "nodig om te publiceren" in page.partition('id="composition"')[2].partition("</legend>")[0]


def test_an_empty_sku_is_made_from_the_brand_and_the_name(admin_client: AdminClient, own_app: Flask) -> None:
    client = admin_client("editor")
    assert stored(own_app, add(client, sku="")).sku == "PROEFMERK-PROEFCAPSULES"
    second = stored(own_app, add(client, sku="", brand_address=""))
    assert (second.sku, second.slug) == ("PROEFMERK-PROEFCAPSULES-2", "proefcapsules-2")


def test_a_made_sku_is_shown_before_anything_is_saved(admin_client: AdminClient) -> None:
    checked = press(admin_client("editor"), "/admin/products/new", "check", **COMPLETE | {"sku": ""})
    assert checked.status_code == 200
    assert typed_values(checked)["sku"] == "PROEFMERK-PROEFCAPSULES"


def test_nothing_to_make_a_sku_from_is_said_at_its_field(admin_client: AdminClient) -> None:
    refused = press(admin_client("editor"), "/admin/products/new", "save", stock="3")
    assert refused.status_code == 422
    assert "is leeg: vul een SKU in, of een naam om er een van te maken" in main_text(refused)


@pytest.mark.parametrize(
    ("sku", "reason"),
    [
        ("A B%", "hier staat een spatie, “%” in"),
        ("-A", "moet met een letter of cijfer beginnen, niet met “-”"),
        ("A" * 65, "is langer dan 64 tekens"),
        ("Ä1", "hier staat “Ä” in"),
    ],
)
def test_a_sku_that_is_none_says_what_is_wrong(sku: str, reason: str, admin_client: AdminClient) -> None:
    refused = press(admin_client("editor"), "/admin/products/new", "save", **COMPLETE | {"sku": sku})
    assert refused.status_code == 422
    assert reason in main_text(refused)
    assert typed_values(refused)["sku"] == sku


def test_the_address_follows_the_name_until_the_product_is_public(admin_client: AdminClient, own_app: Flask) -> None:
    client = admin_client("publisher")
    product_id = add(client)
    address = f"/admin/products/{product_id}"
    press(client, address, "save", name_nl="Andere naam", name_en="Other name")
    assert stored(own_app, product_id).slug == "andere-naam"
    assert send_to(client, f"{address}/publish", version="2").status_code == 303
    send_to(client, f"{address}/status", version="3", status="draft")
    for name in ("Derde naam", "Vierde naam"):
        press(client, address, "save", name_nl=name)
        assert (stored(own_app, product_id).name_nl, stored(own_app, product_id).slug) == (name, "andere-naam")


def test_an_address_that_was_typed_stays_when_the_name_changes(admin_client: AdminClient, own_app: Flask) -> None:
    client = admin_client("editor")
    product_id = add(client, slug="eigen-adres")
    press(client, f"/admin/products/{product_id}", "save", name_nl="Andere naam")
    assert stored(own_app, product_id).slug == "eigen-adres"
    press(client, f"/admin/products/{product_id}", "save", slug="nog-een-adres", name_nl="Derde naam")
    assert stored(own_app, product_id).slug == "nog-een-adres"
