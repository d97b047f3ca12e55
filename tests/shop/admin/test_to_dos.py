"""The to-do list above a product's form: the same list as the publish page gives, from the first save on."""

import re
from typing import Any

import pytest
from flask import Flask

from tests.conftest import AdminClient
from tests.shop.admin.products import CLAIM, COMPLETE, add, press
from tests.shop.visitor import main_text

DRAFTS: list[dict[str, Any]] = [
    {"brand_address": ""},
    {"brand": "", "brand_address": ""},
    {"reduced": "y"},
    {"summary_nl": "Helpt tegen migraine.", "units_per_day": "0"},
    {"composition-0-elemental": "", "composition-0-what": "", "summary_nl": CLAIM},
    {"units_per_day": "3"},
    {"ingredients_nl": "magnesiumcitraat, melk"},
    {"name_nl": "", "price_cents": "", "net_quantity": ""},
]


def listed(html: str, after: str) -> list[str]:
    """The texts of the first list behind a piece of the page."""
    part = html.partition(after)[2].partition("<ul>")[2].partition("</ul>")[0]
    items = re.findall(r"<li>(.*?)</li>", part, re.DOTALL)
    return sorted(" ".join(re.sub(r"<[^>]+>", "", item).split()) for item in items)


@pytest.mark.parametrize("changes", DRAFTS)
def test_the_form_lists_what_the_publish_page_would(changes: dict[str, Any], admin_client: AdminClient) -> None:
    client = admin_client("publisher")
    product_id = add(client, **changes)
    on_form = listed(client.get(f"/admin/products/{product_id}").text, '<details class="lacking"')
    publishing = client.get(f"/admin/products/{product_id}/publish")
    answer = listed(publishing.text, 'id="lacking-heading"')
    assert on_form
    if changes != {"units_per_day": "3"}:  # the publish page asks that reason in its form
        assert on_form == answer


def test_a_false_reduction_is_named_before_publishing(admin_client: AdminClient) -> None:
    client = admin_client("publisher")
    product_id = add(client, reduced="y")
    page = client.get(f"/admin/products/{product_id}/publish")
    assert "is nog geen 30 dagen te koop" in main_text(page)


def test_findings_and_to_dos_are_shown_beside_a_value_that_is_refused(admin_client: AdminClient) -> None:
    client = admin_client("editor")
    changes = {"sku": "A B", "summary_nl": "Helpt tegen migraine.", "brand_address": ""}
    for wrong in (changes, changes | {"composition-0-compound": "100", "composition-0-elemental": "100"}):
        page = press(client, "/admin/products/new", "check", **COMPLETE | wrong)
        assert "van Proefmerk ontbreekt het adres" in main_text(page)
        assert "<mark>migraine</mark>" in page.text
    typed = press(client, "/admin/products/new", "check", **COMPLETE | {"sku": "A B"})
    assert "ontbreekt het adres" not in main_text(typed)


@pytest.mark.parametrize(
    "unknown",
    [
        {"composition-0-elemental": "", "composition-0-what": ""},
        {"composition-0-elemental": ""},
        {"units_per_day": ""},
        {"composition-0-elemental": "10", "composition-1-what": "oxide", "composition-1-elemental": ""},
    ],
)
def test_an_unknown_amount_is_never_said_to_be_zero(
    unknown: dict[str, str], admin_client: AdminClient, own_app: Flask
) -> None:
    client = admin_client("publisher")
    product_id = add(client, summary_nl=CLAIM, summary_en="Rich in magnesium.", **unknown)
    for page in ("", "/publish", "/claims"):
        text = main_text(client.get(f"/admin/products/{product_id}{page}")).replace("\N{NO-BREAK SPACE}", " ")
        assert "hier is het" not in text, page
        assert not re.search(r"(?<![0-9,])0 mg", text), page
        assert "mag zo niet worden gezegd" not in text, page
    blocked = client.get("/admin/products?trouble=blocked&q=PROEF-1")
    assert "PROEF-1" not in main_text(blocked)
