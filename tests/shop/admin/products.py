"""Helpers of the products' tests: filling in and sending the form."""

import re
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from catalog.edits.products import product_to_edit
from catalog.models import Product
from catalog.product_state import ProductState, state_of_product
from shop.web.services import services_of
from tests.shop.visitor import csrf_token

CLAIM = "Magnesium draagt bij tot een normale werking van de spieren."
COMPLETE: dict[str, Any] = {
    "sku": "PROEF-1",
    "name_nl": "Proefcapsules",
    "name_en": "Trial capsules",
    "summary_nl": "Capsules met magnesiumcitraat.",
    "summary_en": "Capsules with magnesium citrate.",
    "ingredients_nl": "magnesiumcitraat, plantaardige capsule",
    "ingredients_en": "magnesium citrate, plant-based capsule",
    "directions_nl": "Neem 1 capsule per dag met water.",
    "directions_en": "Take 1 capsule a day with water.",
    "storage_nl": "Koel en droog bewaren.",
    "storage_en": "Keep in a dry place.",
    "brand": "Proefmerk",
    "brand_address": "Voorbeeldweg 2, 0000 AA Voorbeeldstad (verzonnen)",
    "dosage_form": "capsule",
    "unit": "capsule",
    "units_per_pack": "60",
    "units_per_day": "1",
    "net_quantity": "45",
    "price_cents": "12,95",
    "stock": "10",
    "composition-0-what": "citrate",
    "composition-0-elemental": "100",
    "other_actives_stated": "y",
}


def typed_values(page: TestResponse) -> dict[str, Any]:
    """The fields of the product form on a page, as a browser would send them."""
    (form,) = html.fromstring(page.text).find_class("product-form")
    values: dict[str, Any] = {}
    for field in form.iter("input", "textarea", "select"):
        name = field.get("name")
        if field.tag == "input" and name and field.get("type") not in ("checkbox", "radio"):
            values[name] = field.get("value") or ""
        elif field.tag == "input" and name and field.get("checked") is not None:
            values.setdefault(name, []).append(field.get("value"))
        elif field.tag == "textarea" and name:
            values[name] = (field.text or "").replace("\r\n", "\n").removeprefix("\n")  # as HTML begins a text
        elif field.tag == "select" and name:
            options = list(field.iter("option"))
            chosen = next((one for one in options if one.get("selected") is not None), options[0])
            values[name] = chosen.get("value")
    return values


def press(client: FlaskClient, address: str, button: str, **changes: Any) -> TestResponse:
    """Open a form, change some fields, press a button; redirects are not followed."""
    values = typed_values(client.get(address)) | changes
    return client.post(address, data=values | {"press": button})


def send_to(client: FlaskClient, address: str, **fields: Any) -> TestResponse:
    """Send fields to an address that only takes forms."""
    return client.post(address, data={"csrf_token": csrf_token(client.get("/admin/products/new")), **fields})


def add(client: FlaskClient, **changes: Any) -> int:
    """Add a draft; returns its id."""
    answer = press(client, "/admin/products/new", "save", **COMPLETE | changes)
    assert answer.status_code == 303, answer.text[:3000]
    found = re.search(r"/admin/products/(\d+)$", answer.location)
    assert found
    return int(found[1])


def stored(app: Flask, product_id: int) -> ProductState:
    with Session(services_of(app).databases.primary) as session:
        return state_of_product(product_to_edit(session, product_id))


def id_of(app: Flask, number: int = 0) -> int:
    """The id of one of the sample's products."""
    with Session(services_of(app).databases.primary) as session:
        return session.scalars(select(Product.id).order_by(Product.id).offset(number).limit(1)).one()
