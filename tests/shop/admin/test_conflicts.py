"""Two people, one product: nothing that either typed is lost."""

import re

from flask import Flask

from tests.conftest import AdminClient
from tests.shop.admin.products import id_of, press, stored, typed_values
from tests.shop.visitor import main_text


def test_two_people_who_change_different_fields_save_both_at_one_press(
    admin_client: AdminClient, own_app: Flask
) -> None:
    first, second, product_id = admin_client("publisher"), admin_client("owner"), id_of(own_app)
    address = f"/admin/products/{product_id}"
    opened = typed_values(first.get(address))
    assert press(second, address, "save", stock="41").status_code == 303
    conflict = first.post(address, data=opened | {"price_cents": "7,77", "press": "save"})
    assert conflict.status_code == 409
    assert stored(own_app, product_id).price_cents != 777
    assert "7,77" in main_text(conflict)
    merged = first.post(address, data=_fields(conflict.text) | {"press": "merge"})
    assert merged.status_code == 303
    assert (stored(own_app, product_id).price_cents, stored(own_app, product_id).stock) == (777, 41)


def test_a_field_that_both_changed_must_be_chosen(admin_client: AdminClient, own_app: Flask) -> None:
    first, second, product_id = admin_client("publisher"), admin_client("owner"), id_of(own_app)
    address = f"/admin/products/{product_id}"
    opened = typed_values(first.get(address))
    press(second, address, "save", stock="41", price_cents="6,66")
    conflict = first.post(address, data=opened | {"stock": "52", "press": "save"})
    assert conflict.status_code == 409
    fields = _fields(conflict.text)
    assert "kies die van jou of die van de ander" not in main_text(conflict)
    unchosen = first.post(address, data=fields | {"press": "merge"})
    assert unchosen.status_code == 409
    assert "kies die van jou of die van de ander" in main_text(unchosen)
    chosen = first.post(address, data=fields | {"press": "merge", "choose-stock": "mine"})
    assert chosen.status_code == 303
    assert (stored(own_app, product_id).price_cents, stored(own_app, product_id).stock) == (666, 52)


def test_a_merge_meets_a_third_change_and_shows_it(admin_client: AdminClient, own_app: Flask) -> None:
    first, second, product_id = admin_client("publisher"), admin_client("owner"), id_of(own_app)
    address = f"/admin/products/{product_id}"
    opened = typed_values(first.get(address))
    press(second, address, "save", stock="41")
    conflict = first.post(address, data=opened | {"price_cents": "7,77", "press": "save"})
    press(second, address, "save", stock="43")
    again = first.post(address, data=_fields(conflict.text) | {"press": "merge"})
    assert again.status_code == 409
    assert first.post(address, data=_fields(again.text) | {"press": "merge"}).status_code == 303
    assert (stored(own_app, product_id).price_cents, stored(own_app, product_id).stock) == (777, 43)


def _fields(html: str) -> dict[str, list[str]]:
    """The hidden fields of the conflict's page."""
    from tinyhtml5.parser import HTMLParser

    fields: dict[str, list[str]] = {}
    for element in HTMLParser().parse(html).iter():
        if element.tag.endswith("}input") and element.get("type") == "hidden":
            fields.setdefault(element.get("name"), []).append(element.get("value") or "")
    return {name: list(dict.fromkeys(values)) for name, values in fields.items()}


def test_a_conflict_says_who_saved_and_when(admin_client: AdminClient, own_app: Flask) -> None:
    first, second, product_id = (
        admin_client("publisher"),
        admin_client("owner", email="anna@winkel.test"),
        id_of(own_app),
    )
    address = f"/admin/products/{product_id}"
    opened = typed_values(first.get(address))
    press(second, address, "save", stock="41", reason="geteld")
    press(second, address, "save", stock="42")
    text = main_text(first.post(address, data=opened | {"price_cents": "7,77", "press": "save"}))
    assert re.search(r"Versie 2: bewaard door anna@winkel\.test op \d+ \w+ \d{4},? \d\d:\d\d · geteld", text), text[
        :900
    ]
    assert "Versie 3: bewaard door anna@winkel.test" in text
