"""One product's form: what is refused at its field, what the check says, what is published."""

import re
from typing import Any

import pytest
from flask import Flask

from catalog.models import Status
from tests.conftest import AdminClient
from tests.shop.admin.imports import send_file
from tests.shop.admin.products import CLAIM, COMPLETE, add, id_of, press, send_to, stored, typed_values
from tests.shop.visitor import main_text


def publish(client: Any, product_id: int) -> Any:
    page = f"/admin/products/{product_id}/publish"
    return send_to(client, page, version="1")


def test_a_product_is_drafted_and_then_published(admin_client: AdminClient, own_app: Flask) -> None:
    client = admin_client("publisher")
    product_id = add(client)
    assert stored(own_app, product_id).status is Status.DRAFT
    assert client.get("/nl/product/proefcapsules").status_code == 404
    assert publish(client, product_id).status_code == 303
    assert client.get("/nl/product/proefcapsules").status_code == 200


def test_a_disease_claim_is_drafted_with_its_words_marked_and_refused_at_publishing(
    admin_client: AdminClient, own_app: Flask
) -> None:
    client = admin_client("publisher")
    product_id = add(client, summary_nl="Helpt tegen migraine")
    page = client.get(f"/admin/products/{product_id}")
    assert "<mark>" in page.text
    assert "migraine" in page.text
    refused = publish(client, product_id)
    assert refused.status_code == 422
    assert "Helpt tegen migraine" in main_text(refused)
    assert stored(own_app, product_id).status is Status.DRAFT


@pytest.mark.parametrize(("milligrams", "status"), [("100", Status.PUBLISHED), ("40", Status.DRAFT)])
def test_an_authorised_claim_is_published_at_100_mg_and_refused_at_40(
    milligrams: str, status: Status, admin_client: AdminClient, own_app: Flask
) -> None:
    client = admin_client("publisher")
    product_id = add(client, **{"summary_nl": CLAIM, "composition-0-elemental": milligrams})
    publish(client, product_id)
    assert stored(own_app, product_id).status is status


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"composition-0-elemental": "1000000000000"}, "composition"),
    ({"composition-0-elemental": "1.234"}, "composition"),
    ({"composition-0-what": "bisglycinate", "composition-0-compound": "100"}, "composition"),
    ({"composition-0-what": "kryptonite"}, "composition"),
    ({"price_cents": "-5"}, "price_cents"),
    ({"price_cents": "£ 5"}, "price_cents"),
    ({"stock": "veel"}, "stock"),
    ({"ean": "4006381333932"}, "ean"),
    ({"name_nl": "nul \0 byte"}, "name_nl"),
    ({"brand": "nul \0 byte"}, "brand"),
    ({"dosage_form": "zalf"}, "dosage_form"),
    ({"allergens": ["glass"]}, "allergens"),
    ({"brand": "Nieuwmerk", "brand_address": "nul \0 byte"}, "brand_address"),
]


def test_what_cannot_be_is_said_at_its_field_and_what_was_typed_is_kept(admin_client: AdminClient) -> None:
    client = admin_client("editor")
    for changes, field in WRONG:
        refused = press(client, "/admin/products/new", "save", **COMPLETE | {"stock": "777"} | changes)
        assert refused.status_code == 422, changes
        assert f'href="#{field}"' in refused.text, changes
        assert f'id="{field}"' in refused.text, changes
        assert 'value="Proefcapsules"' in refused.text or field == "name_nl"
        assert 'value="777"' in refused.text or field == "stock"


def test_script_in_a_name_is_refused_at_the_field_and_shown_as_typed_without_running(admin_client: AdminClient) -> None:
    typed = {"name_nl": "<script>alert(1)</script>", "slug": "script"}
    refused = press(admin_client("publisher"), "/admin/products/new", "save", **COMPLETE | typed)
    assert refused.status_code == 422
    assert "<script>alert" not in refused.text
    assert "&lt;script&gt;alert(1)" in refused.text
    assert 'id="name_nl-error"' in refused.text


def test_the_suggestion_is_taken_over_into_the_text_and_nothing_is_saved(
    admin_client: AdminClient, own_app: Flask
) -> None:
    client = admin_client("editor")
    product_id = add(client, summary_nl="Magnesium verbetert de werking van de spieren.")
    page = client.get(f"/admin/products/{product_id}")
    identity = re.search(r'name="take" value="([0-9a-f]+)"', page.text)
    assert identity
    taken = press(client, f"/admin/products/{product_id}", "check", take=identity[1])
    assert taken.status_code == 200
    assert "draagt bij tot" in taken.text
    assert stored(own_app, product_id).summary_nl == "Magnesium verbetert de werking van de spieren."


def test_a_warning_is_accepted_with_a_reason_that_is_kept(admin_client: AdminClient, own_app: Flask) -> None:
    client = admin_client("publisher")
    product_id = add(client, summary_nl="Magnesium: goed voor een normale spierwerking.")
    assert publish(client, product_id).status_code == 422
    page = client.get(f"/admin/products/{product_id}")
    names = re.findall(r'name="(reason-[0-9a-f]+)"', page.text)
    assert names
    saved = press(client, f"/admin/products/{product_id}", "save", **dict.fromkeys(names, "besproken met de juriste"))
    assert saved.status_code == 303
    assert "besproken met de juriste" in client.get(f"/admin/products/{product_id}").text
    answer = send_to(client, f"/admin/products/{product_id}/publish", version="2")
    assert answer.status_code == 303
    assert stored(own_app, product_id).status is Status.PUBLISHED


def test_what_the_label_leaves_out_is_computed_and_the_sum_is_shown(admin_client: AdminClient) -> None:
    checked = press(
        admin_client("editor"),
        "/admin/products/new",
        "check",
        **{"composition-0-what": "oxide", "composition-0-compound": "100", "price_cents": "10,90"},
    )
    assert "100 mg verbinding × 60,30 % = 60,3 mg magnesium" in main_text(checked).replace("\N{NO-BREAK SPACE}", " ")
    assert "10,00 zonder 9 % btw" in main_text(checked).replace("\N{NO-BREAK SPACE}", " ")


def test_an_editor_drafts_but_changes_nothing_that_shoppers_see(admin_client: AdminClient, own_app: Flask) -> None:
    editor, publisher = admin_client("editor"), admin_client("publisher")
    product_id = add(editor)
    assert publish(editor, product_id).status_code == 403
    publish(publisher, product_id)
    assert press(editor, f"/admin/products/{product_id}", "save", stock="3").status_code == 403
    assert stored(own_app, product_id).stock == 10


def test_an_empty_form_for_a_new_product_holds_no_mistakes_yet(admin_client: AdminClient) -> None:
    page = admin_client("editor").get("/admin/products/new")
    assert "Not saved" not in main_text(page)
    assert "has-error" not in page.text


def test_an_address_of_a_brand_that_claims_something_is_refused_at_its_field(admin_client: AdminClient) -> None:
    client = admin_client("publisher")
    page = press(client, "/admin/products/new", "save", **COMPLETE | {"brand_address": "Geneest kanker"})
    assert page.status_code == 422
    assert typed_values(page)["brand_address"] == "Geneest kanker"
    assert "mag zo niet worden gezegd: “Geneest kanker”" in main_text(page)


@pytest.mark.parametrize(
    ("typed", "stored_as", "shown"), [("98,5", 98.5, "98,5"), ("27,44 g", 27.44, "27,44"), ("60,00", 60, "60")]
)
def test_a_content_has_the_decimals_of_its_label_everywhere(
    *, typed: str, stored_as: float, shown: str, admin_client: AdminClient, own_app: Flask
) -> None:
    client, product_id = admin_client("publisher"), id_of(own_app)
    address = f"/admin/products/{product_id}"
    assert press(client, address, "save", net_quantity=typed).status_code == 303
    product = stored(own_app, product_id)
    assert product.net_quantity == stored_as
    assert f'value="{shown}"' in client.get(address).text
    page = own_app.test_client().get(f"/nl/product/{product.slug}")
    assert f"{shown}&nbsp;g" in page.text
    export = client.get("/admin/export/csv").get_data()
    assert shown.replace(",", ".").encode() in export
    again = send_file(client, export, "export.csv").location
    assert "0 gewijzigd" in main_text(client.get(again))
    assert press(client, address, "save", net_quantity="1,234").status_code == 422
    assert press(client, address, "save", net_quantity="45").status_code == 303
    restored = client.get(f"{address}/history")
    assert shown in main_text(restored)
