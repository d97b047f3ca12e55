"""Forms that were typed and not saved: stored per person and product, and offered back."""

from flask import Flask

from tests.conftest import AdminClient
from tests.shop.admin.conftest import Clock
from tests.shop.admin.products import COMPLETE, add, press, send_to, stored, typed_values
from tests.shop.visitor import main_text

WAITS = "Je was hier bezig op"


def test_an_unsaved_form_is_offered_back_with_all_that_was_typed(
    admin_client: AdminClient, own_app: Flask, clock: Clock
) -> None:
    client = admin_client("editor")
    product_id = add(client)
    address = f"/admin/products/{product_id}"
    typed = typed_values(client.get(address)) | {"stock": "77", "price_cents": "geen prijs", "vegan": "true"}
    assert client.post(f"{address}/unsaved", data=typed).status_code == 204
    assert stored(own_app, product_id).stock == 10
    page = client.get(address)
    assert f"{WAITS} 22 november 2026" in main_text(page)
    assert typed_values(page)["stock"] == "10"
    taken_back = client.get(f"{address}?unsaved=")
    values = typed_values(taken_back)
    assert taken_back.status_code == 200
    assert (values["stock"], values["price_cents"], values["vegan"]) == ("77", "geen prijs", "true")
    saved = client.post(address, data=values | {"price_cents": "9,95", "press": "save"})
    assert saved.status_code == 303
    assert (stored(own_app, product_id).stock, stored(own_app, product_id).price_cents) == (77, 995)
    assert WAITS not in main_text(client.get(address)), "saving ends it"


def test_an_unsaved_new_product_is_offered_back_and_can_be_thrown_away(admin_client: AdminClient, clock: Clock) -> None:
    client = admin_client("editor")
    typed = typed_values(client.get("/admin/products/new")) | COMPLETE
    assert client.post("/admin/products/new/unsaved", data=typed).status_code == 204
    assert WAITS in main_text(client.get("/admin/products/new"))
    assert typed_values(client.get("/admin/products/new?unsaved="))["summary_nl"] == COMPLETE["summary_nl"]
    assert send_to(client, "/admin/products/new/unsaved/discard").status_code == 303
    assert WAITS not in main_text(client.get("/admin/products/new"))


def test_an_unsaved_form_is_seen_by_nobody_else(admin_client: AdminClient) -> None:
    client, other = admin_client("editor"), admin_client("editor", email="anna@winkel.test")
    product_id = add(client)
    address = f"/admin/products/{product_id}"
    client.post(f"{address}/unsaved", data=typed_values(client.get(address)) | {"stock": "77"})
    assert WAITS not in main_text(other.get(address))
    assert typed_values(other.get(f"{address}?unsaved="))["stock"] == "10"


def test_a_form_taken_back_meets_what_somebody_else_saved_meanwhile(admin_client: AdminClient, clock: Clock) -> None:
    client, other = admin_client("editor"), admin_client("editor", email="anna@winkel.test")
    product_id = add(client)
    address = f"/admin/products/{product_id}"
    client.post(f"{address}/unsaved", data=typed_values(client.get(address)) | {"stock": "77"})
    press(other, address, "save", stock="41")
    values = typed_values(client.get(f"{address}?unsaved="))
    conflict = client.post(address, data=values | {"press": "save"})
    assert conflict.status_code == 409
    assert "anna@winkel.test" in main_text(conflict)


def test_storing_a_form_refuses_too_much_and_serves_a_proposal_too(admin_client: AdminClient) -> None:
    client, publisher = admin_client("editor"), admin_client("publisher")
    product_id = add(client)
    address = f"/admin/products/{product_id}"
    many = {f"field-{number}": "x" for number in range(500)}
    assert send_to(client, f"{address}/unsaved", **many).status_code == 413
    assert send_to(client, f"{address}/unsaved", summary_nl="x" * 1_100_000).status_code == 413
    assert send_to(client, "/admin/products/999999/unsaved").status_code == 404
    send_to(publisher, f"{address}/publish", version="1")
    typed = typed_values(client.get(address)) | {"stock": "3"}
    assert send_to(client, f"{address}/unsaved", **typed).status_code == 204
    assert "unsaved=" in client.get(address).text
    back = typed_values(client.get(f"{address}?unsaved="))
    assert back["stock"] == "3"
    assert client.post(address, data=back | {"press": "propose"}).status_code == 303
    assert "unsaved=" not in client.get(address).text
