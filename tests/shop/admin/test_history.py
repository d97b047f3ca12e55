"""Edits in the history can be read, taken back and restored, and never rewritten."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

import catalog
import shop
from tests.conftest import AdminClient
from tests.shop.admin.products import id_of, press, send_to, stored
from tests.shop.visitor import main_text


def test_every_change_is_shown_with_who_and_from_what_to_what(admin_client: AdminClient, own_app: Flask) -> None:
    client, product_id = admin_client("publisher", email="piet@winkel.test"), id_of(own_app)
    press(client, f"/admin/products/{product_id}", "save", price_cents="7,77", reason="actie van de maand")
    page = main_text(client.get(f"/admin/products/{product_id}/history"))
    for said in ("piet@winkel.test", "actie van de maand", "Versie 2", "7,77"):
        assert said in page
    assert "actie van de maand" in main_text(client.get("/admin/history"))


def test_a_bulk_price_change_is_previewed_confirmed_with_its_count_and_undone(
    admin_client: AdminClient, own_app: Flask
) -> None:
    client = admin_client("publisher")
    ids = [id_of(own_app, number) for number in range(3)]
    before = [stored(own_app, product_id) for product_id in ids]
    chosen = {"id": [str(id_) for id_ in ids], "which": "ticked", "action": "price", "change": "-10"}
    preview = send_to(client, "/admin/products/bulk", **chosen)
    assert preview.status_code == 200
    assert "3 prijzen wijzigen" in main_text(preview)
    assert stored(own_app, ids[0]) == before[0]
    assert confirm(client, preview.text, chosen).status_code == 303
    assert [stored(own_app, id_).price_cents for id_ in ids] == [round(state.price_cents * 0.9) for state in before]
    batch = re.search(r"/admin/batches/(\d+)/undo", client.get("/admin/batches").text)
    assert batch
    assert "Prijzen -10 %" in main_text(client.get("/admin/batches"))
    assert send_to(client, f"/admin/batches/{batch[1]}/undo").status_code == 303
    assert [stored(own_app, id_) for id_ in ids] == before
    assert f"/admin/batches/{batch[1]}/undo" not in client.get("/admin/batches").text


def bulk_price(client: FlaskClient, ids: list[int]) -> str:
    """Lower the prices of these products in a batch; returns the address that undoes it."""
    chosen = {"id": [str(id_) for id_ in ids], "which": "ticked", "action": "price", "change": "-10"}
    assert confirm(client, send_to(client, "/admin/products/bulk", **chosen).text, chosen).status_code == 303
    batch = re.search(r"/admin/batches/(\d+)/undo", client.get("/admin/batches").text)
    assert batch
    return batch[0]


def test_undoing_a_batch_names_what_stands_in_the_way_and_undoes_the_rest_as_chosen(
    admin_client: AdminClient, own_app: Flask
) -> None:
    client, ids = admin_client("publisher"), [id_of(own_app, number) for number in range(3)]
    before = [stored(own_app, id_).price_cents for id_ in ids]
    undo = bulk_price(client, ids)
    press(client, f"/admin/products/{ids[0]}", "save", price_cents="1,11")
    press(client, f"/admin/products/{ids[1]}", "save", price_cents="2,22")
    page = send_to(client, undo)
    assert page.status_code == 409
    text = main_text(page)
    for words in ("Van 2 producten heeft iemand sindsdien", stored(own_app, ids[0]).name_nl, "1,11", "2,22"):
        assert words in text
    assert stored(own_app, ids[2]).name_nl not in text
    seen = dict(re.findall(r'name="(seen-\d+)" value="(\d+)"', page.text))
    assert seen == {f"seen-{id_}": "3" for id_ in ids[:2]}
    half = send_to(client, undo, **seen, **{f"decision-{ids[0]}": "keep"})
    assert half.status_code == 409
    assert "Niets teruggedraaid: kies bij elk product" in main_text(half)
    assert stored(own_app, ids[2]).price_cents != before[2]
    decided = {f"decision-{ids[0]}": "keep", f"decision-{ids[1]}": "back"}
    press(client, f"/admin/products/{ids[1]}", "save", price_cents="3,33")
    assert send_to(client, undo, **seen, **decided).status_code == 409  # one that nobody was shown
    assert stored(own_app, ids[1]).price_cents == 333
    done = send_to(client, undo, **seen | {f"seen-{ids[1]}": "4"}, **decided)
    assert done.status_code == 303
    assert [stored(own_app, id_).price_cents for id_ in ids] == [111, before[1], before[2]]


def test_the_history_is_searched_by_person_field_and_day(admin_client: AdminClient, own_app: Flask) -> None:
    piet, anna = (admin_client("publisher", email=f"{name}@winkel.test") for name in ("piet", "anna"))
    first, second = id_of(own_app), id_of(own_app, 1)
    press(piet, f"/admin/products/{first}", "save", price_cents="7,77", reason="prijs door piet")
    press(anna, f"/admin/products/{second}", "save", stock="5", reason="telling door anna")
    today = datetime.now(ZoneInfo("Europe/Amsterdam")).date()
    for query, found in (
        ("who=piet@winkel.test", (True, False)),
        ("field=stock", (False, True)),
        ("field=price_cents&who=anna@winkel.test", (False, False)),
        (f"from={today}&until={today}", (True, True)),
        (f"until={today - timedelta(days=1)}", (False, False)),
        ("field=nonsense&from=gisteren&who=", (True, True)),
    ):
        text = main_text(piet.get(f"/admin/history?{query}"))
        assert ("prijs door piet" in text, "telling door anna" in text) == found, query


def test_a_persons_day_is_undone_from_the_history(admin_client: AdminClient, own_app: Flask) -> None:
    piet, owner = admin_client("publisher", email="piet@winkel.test"), admin_client("owner")
    ids = [id_of(own_app), id_of(own_app, 1)]
    before = [stored(own_app, id_) for id_ in ids]
    for id_ in ids:
        press(piet, f"/admin/products/{id_}", "save", price_cents="7,77")
    today = datetime.now(ZoneInfo("Europe/Amsterdam")).date().isoformat()
    day = {"who": "piet@winkel.test", "from": today, "until": today}
    assert "Alles terugdraaien wat piet@winkel.test" in owner.get("/admin/history", query_string=day).text
    assert send_to(owner, "/admin/history/undo", **day).status_code == 303
    assert [stored(own_app, id_) for id_ in ids] == before
    assert f"piet@winkel.test {today}" in owner.get("/admin/batches").text
    for wrong in ({"who": "", "from": today, "until": today}, {"who": "piet@winkel.test", "from": today}):
        assert send_to(owner, "/admin/history/undo", **wrong).status_code == 422
    assert send_to(admin_client("editor"), "/admin/history/undo", **day).status_code == 403


def test_a_bulk_change_of_what_somebody_changed_meanwhile_is_shown_again(
    admin_client: AdminClient, own_app: Flask
) -> None:
    client, product_id = admin_client("publisher"), id_of(own_app)
    chosen = {"id": [str(product_id)], "which": "ticked", "action": "archive"}
    preview = send_to(client, "/admin/products/bulk", **chosen)
    press(client, f"/admin/products/{product_id}", "save", stock="5")
    assert confirm(client, preview.text, chosen).status_code == 409
    assert stored(own_app, product_id).status == "published"


def test_all_that_match_a_filter_are_archived_and_their_pages_are_gone(
    admin_client: AdminClient, own_app: Flask
) -> None:
    client = admin_client("publisher")
    slug = stored(own_app, id_of(own_app)).slug
    chosen = {"which": "all", "action": "archive", "status": "published"}
    preview = send_to(client, "/admin/products/bulk", **chosen)
    assert "producten archiveren" in main_text(preview)
    confirm(client, preview.text, chosen)
    assert client.get(f"/nl/product/{slug}").status_code == 410


def test_a_bulk_change_says_which_products_it_refuses_and_why(admin_client: AdminClient, own_app: Flask) -> None:
    client, product_id = admin_client("publisher"), id_of(own_app)
    send_to(client, f"/admin/products/{product_id}/status", status="draft", version="1")
    press(client, f"/admin/products/{product_id}", "save", summary_nl="Helpt tegen migraine.")
    chosen = {"id": [str(product_id)], "which": "ticked", "action": "publish"}
    assert "Helpt tegen migraine" in main_text(send_to(client, "/admin/products/bulk", **chosen))
    wrong = send_to(client, "/admin/products/bulk", **chosen | {"action": "price", "change": "-100"})
    assert wrong.status_code == 422
    assert f'name="ticked_elsewhere" value="{product_id}"' in wrong.text


def test_an_address_that_changed_leads_to_the_new_one(admin_client: AdminClient, own_app: Flask) -> None:
    client, product_id = admin_client("publisher"), id_of(own_app)
    old = stored(own_app, product_id).slug
    press(client, f"/admin/products/{product_id}", "save", slug="een-nieuw-adres")
    moved = client.get(f"/en/product/{old}")
    assert (moved.status_code, moved.location) == (301, "/en/product/een-nieuw-adres")


def test_no_code_changes_or_deletes_what_the_history_keeps() -> None:
    """`Change` is only ever inserted and selected; `edits/drafts.py` removes what was never public, rows included."""
    sources = [
        file.read_text(encoding="utf-8")
        for package in (catalog, shop)
        for file in Path(str(package.__file__)).parent.rglob("*.py")
        if "migrations" not in file.parts and file.parts[-2:] != ("edits", "drafts.py")
    ]
    for source in sources:
        assert not re.search(r"(update|delete)\((table_of\()?(Change|change)\b", source)
        assert not re.search(r"session\.delete\(|UPDATE change\b|DELETE FROM change\b", source)


def confirm(client: FlaskClient, preview: str, chosen: Mapping[str, Any]) -> TestResponse:
    shown = re.search(r'name="shown" value="([0-9a-f]+)"', preview)
    assert shown
    return send_to(client, "/admin/products/bulk", **chosen, shown=shown[1], confirm="yes")


def test_a_page_past_the_end_of_a_history_is_a_404(admin_client: AdminClient, own_app: Flask) -> None:
    client, address = admin_client("editor"), f"/admin/products/{id_of(own_app)}/history"
    assert client.get(f"{address}?page=1").status_code == 200
    assert client.get(f"{address}?page=2").status_code == 404
