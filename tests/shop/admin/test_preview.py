"""Previews of drafts, complete or not."""

import re
from typing import Any

import pytest

from tests.conftest import AdminClient
from tests.shop.admin.products import COMPLETE, add
from tests.shop.visitor import main_text
from tests.shop.web.test_page_contract import check_page

EMPTY = {name: "" for name in COMPLETE if name not in ("sku", "dosage_form", "unit")}
INCOMPLETE: list[dict[str, Any]] = [
    EMPTY,
    *({name: ""} for name in COMPLETE if name not in ("sku", "dosage_form", "unit", "composition-0-what")),
    {"composition-0-what": "", "composition-0-elemental": ""},
    {"dosage_form": "liquid", "unit": "ml", "units_per_day": "", "net_quantity": ""},
]


@pytest.mark.parametrize("language", ["nl", "en"])
def test_any_draft_has_a_preview_without_the_parts_that_it_lacks(language: Any, admin_client: AdminClient) -> None:
    client = admin_client("editor")
    for number, lacks in enumerate(INCOMPLETE):
        sku = f"PROEF-{number}"
        product_id = add(client, **lacks | {"sku": sku, "slug": sku.lower()})
        page = client.get(f"/admin/products/{product_id}/preview/{language}")
        check_page(page, language)
        text = main_text(page).replace("\N{NO-BREAK SPACE}", " ")
        assert not re.search(r"(?<![0-9,.])(€ 0[,.]00|0 mg|0 (capsules|ml|g)\b)", text), lacks


def test_a_preview_names_what_it_leaves_out(admin_client: AdminClient) -> None:
    client = admin_client("editor")
    product_id = add(client, price_cents="", storage_nl="", brand_address="", **{"composition-0-elemental": ""})
    text = main_text(client.get(f"/admin/products/{product_id}/preview/nl"))
    left_out = text.partition("weggelaten: ")[2].partition(".")[0]
    assert left_out == "Bewaren (Nederlands), Prijs in euro, met btw, Magnesium per dag, Adres van het merk"
    complete = add(client, sku="PROEF-2", slug="proef-2", brand="Ander merk")
    assert "Zo zouden bezoekers" in main_text(client.get(f"/admin/products/{complete}/preview/nl"))


def test_a_public_page_says_nothing_of_a_preview(admin_client: AdminClient) -> None:
    client = admin_client("editor")
    assert "Voorbeeld." not in main_text(client.get("/nl/beste-magnesium-supplementen"))
