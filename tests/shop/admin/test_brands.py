"""Brands on the admin's pages, without JavaScript: list, rename, correct, accept, merge, import."""

import csv
import io
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from catalog.edits.brands import add_brand
from catalog.edits.products import add_product
from catalog.models import Brand, Status
from recommend.loading import load_ruleset
from shop.web.services import services_of
from tests.conftest import AdminClient
from tests.factories import AuthorFactory, ProductStateFactory
from tests.shop.admin import imports
from tests.shop.admin.conftest import Clock
from tests.shop.admin.products import add, id_of, press, send_to, stored
from tests.shop.visitor import csrf_token, main_text
from tests.shop.web.test_page_contract import check_page

ADDRESS = "Nieuwe weg 9, 0000 AA Voorbeeldstad (verzonnen)"
NAMED = {"name_nl": "Body&Fit Magnesium", "name_en": "Body&Fit Magnesium", "brand": "Body&Fit"}


def page_of(app: Flask, name: str) -> str:
    """The address of a brand's page."""
    with Session(services_of(app).databases.primary) as session:
        return f"/admin/brands/{session.scalars(select(Brand.id).where(Brand.name == name)).one()}"


def brand(app: Flask, name: str) -> Brand | None:
    with Session(services_of(app).databases.primary) as session:
        return session.scalars(select(Brand).where(Brand.name == name)).one_or_none()


def typed(page: TestResponse) -> dict[str, str]:
    """The fields of the form that changes a brand."""
    form = re.search(r'aria-labelledby="change-heading">.*?</form>', page.text, re.S)
    assert form
    values = dict(re.findall(r'<input[^>]*name="(\w+)"[^>]*value="([^"]*)"', form[0]))
    return values | dict(re.findall(r'<textarea[^>]*name="(\w+)"[^>]*>\r?\n?(.*?)</textarea>', form[0], re.S))


def save(client: FlaskClient, address: str, /, **changes: str) -> TestResponse:
    page = client.get(address)
    return client.post(address, data={"csrf_token": csrf_token(page)} | typed(page) | changes)


def send(client: FlaskClient, address: str, action: str, **fields: str) -> TestResponse:
    """Press a button of a brand's page, with the version that the page shows."""
    page = client.get(address)
    version = re.search(r'name="version"[^>]*value="(\d+)"', page.text)
    data = {"csrf_token": csrf_token(page), "version": version[1] if version else "1"} | fields
    return client.post(f"{address}/{action}", data=data)


def test_a_brand_with_a_blocked_name_is_sold_after_one_acceptance(publisher: FlaskClient, own_app: Flask) -> None:
    product = add(publisher, **NAMED)
    publishing = f"/admin/products/{product}/publish"
    address = page_of(own_app, "Body&Fit")
    refused = publisher.get(publishing)
    assert "a publisher can accept it once under Brands" in main_text(refused)
    assert f'href="{address}"' in refused.text
    assert "name to be accepted" in main_text(publisher.get("/admin/"))
    assert send_to(publisher, publishing, version="1").status_code == 422
    assert send(publisher, address, "accept", why=" ").status_code == 422
    accepted = send(publisher, address, "accept", why="ingeschreven merk")
    assert (accepted.status_code, accepted.location) == (303, address)
    shown = main_text(publisher.get(address))
    assert "Accepted by publisher@winkel.test" in shown
    assert shown.count("ingeschreven merk") == 2  # above, and in the history
    assert "name to be accepted" not in main_text(publisher.get("/admin/"))
    assert "Nothing is lacking" in main_text(publisher.get(publishing))
    assert send_to(publisher, publishing, version="1").status_code == 303
    assert "Body&amp;Fit" in own_app.test_client().get(f"/nl/product/{stored(own_app, product).slug}").text


def test_a_claim_beside_an_accepted_name_stays_blocked(publisher: FlaskClient, own_app: Flask) -> None:
    product = add(publisher, **NAMED | {"summary_nl": "Body&Fit helpt tegen migraine."})
    send(publisher, page_of(own_app, "Body&Fit"), "accept", why="ingeschreven merk")
    answer = send_to(publisher, f"/admin/products/{product}/publish", version="1")
    assert answer.status_code == 422
    shown = main_text(answer)
    assert ("1 thing to do" in shown, "Fit helpt tegen migraine" in shown) == (True, True)


def test_a_name_about_a_disease_is_accepted_after_a_warning(publisher: FlaskClient, own_app: Flask) -> None:
    add(publisher, brand="HealthAid", sku="HA-1")
    add(publisher, brand="Vitals", sku="VI-1", slug="vi-1")
    warning = "present a food supplement as a medicine"
    assert warning in main_text(publisher.get(page_of(own_app, "HealthAid")))
    assert warning not in main_text(publisher.get(page_of(own_app, "Vitals")))


def test_a_renamed_brand_is_found_under_its_new_name_everywhere(publisher: FlaskClient, own_app: Flask) -> None:
    visitor, product = own_app.test_client(), id_of(own_app)
    old = stored(own_app, product).brand
    address = page_of(own_app, old)
    assert old in visitor.get("/nl/beste-magnesium-supplementen").text
    assert save(publisher, address, name="Zeewijk", reason="nieuwe eigenaar").status_code == 303
    listing = visitor.get("/nl/beste-magnesium-supplementen?brand=Zeewijk").text
    assert "Zeewijk" in listing
    assert f">{old}<" not in visitor.get("/nl/beste-magnesium-supplementen").text
    assert "Zeewijk" in main_text(visitor.get("/nl/beste-magnesium-supplementen?q=zeewijk"))
    assert "nieuwe eigenaar" in main_text(publisher.get(f"/admin/products/{product}/history"))
    shown = publisher.get(address)
    assert typed(shown)["aliases"].strip() == old
    assert "Renamed" in main_text(shown)
    again = add(publisher, brand=old.upper(), brand_address="")
    assert stored(own_app, again).brand == "Zeewijk"


def test_an_address_is_corrected_and_shown_to_shoppers_at_once(publisher: FlaskClient, own_app: Flask) -> None:
    visitor, state = own_app.test_client(), stored(own_app, id_of(own_app))
    assert save(publisher, page_of(own_app, state.brand), address=ADDRESS).status_code == 303
    assert ADDRESS in main_text(visitor.get(f"/nl/product/{state.slug}"))
    answer = press(publisher, f"/admin/products/{id_of(own_app)}", "save", brand_address="Andere weg 1")
    assert "Correct it under Brands" in main_text(answer)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": ""}, "Fill this in."),
        ({"name": "DUINVALLEI\u00a0"}, "is already a spelling of Duinvallei"),
        ({"name": "Vitals"}, "accept it once under Brands"),
        ({"aliases": "Oud\nduinvallei"}, "is already a spelling of Duinvallei"),
        ({"address": "Geneest kanker"}, "May not be said"),
        ({"address": ""}, "Must not be empty"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_all_that_was_typed_stays(
    publisher: FlaskClient, own_app: Flask, changes: dict[str, str], said: str
) -> None:
    address = page_of(own_app, "Hazelveen")
    answer = save(publisher, address, **{"reason": "omdat <het>", "name": "Hazelhof"} | changes)
    assert (answer.status_code, said in main_text(answer)) == (422, True)
    check_page(answer, "en")
    kept = {
        key: text.replace("&#34;", '"').replace("&lt;", "<").replace("&gt;", ">") for key, text in typed(answer).items()
    }
    expected = {"reason": "omdat <het>", "name": "Hazelhof"} | changes
    assert {key: kept[key].strip() for key in expected} == {key: text.strip() for key, text in expected.items()}
    assert brand(own_app, "Hazelveen") is not None


def test_a_new_name_that_is_blocked_is_accepted_with_the_renaming(publisher: FlaskClient, own_app: Flask) -> None:
    address = page_of(own_app, "Hazelveen")
    assert 'name="accept"' not in publisher.get(address).text
    assert 'name="accept"' in save(publisher, address, name="Vitals").text
    assert save(publisher, address, name="Vitals", accept="y").status_code == 422  # without a reason
    assert save(publisher, address, name="Vitals", accept="y", reason="ingeschreven merk").status_code == 303
    assert "Accepted by" in main_text(publisher.get(address))


def test_a_form_that_started_from_an_older_version_is_a_conflict_that_loses_nothing(
    publisher: FlaskClient, own_app: Flask
) -> None:
    address = page_of(own_app, "Hazelveen")
    page = publisher.get(address)
    mine = {"csrf_token": csrf_token(page)} | typed(page) | {"name": "Hazelhof"}
    save(publisher, address, address=ADDRESS)
    answer = publisher.post(address, data=mine)
    assert answer.status_code == 409
    assert f"Somebody saved this meanwhile: “{ADDRESS}”." in main_text(answer)
    assert typed(answer)["name"] == "Hazelhof"
    again = publisher.post(address, data={"csrf_token": csrf_token(answer)} | typed(answer) | {"address": ADDRESS})
    assert again.status_code == 303
    found = brand(own_app, "Hazelhof")
    assert found
    assert (found.address, found.version) == (ADDRESS, 3)
    assert publisher.post(f"{address}/accept", data=mine | {"why": "zo"}).status_code == 409
    assert publisher.post(f"{address}/merge", data=mine | {"into": "Duinvallei"}).status_code == 409


def test_twins_are_merged_into_one_brand(publisher: FlaskClient, own_app: Flask) -> None:
    with Session(services_of(own_app).databases.primary) as session:
        session.add(Brand(name="Hazelveen\u00a0", address="", invented=False))
        session.flush()
        state = ProductStateFactory.build(brand="Hazelveen\u00a0", status=Status.DRAFT)
        product = add_product(session, state, AuthorFactory.build(), load_ruleset()).id
        session.commit()
    twin, into = page_of(own_app, "Hazelveen\u00a0"), page_of(own_app, "Hazelveen")
    page = publisher.get(f"{twin}/merge")
    assert "1 product gets the other brand" in main_text(page)
    check_page(page, "en")
    assert send(publisher, twin, "merge", into="Nergens").status_code == 422
    assert "is no brand that we know" in main_text(send(publisher, twin, "merge", into="Nergens"))
    merged = send(publisher, twin, "merge", into="Hazelveen", reason="dubbel")
    assert (merged.status_code, merged.location) == (303, into)
    assert publisher.get(twin).status_code == 404
    assert stored(own_app, product).brand == "Hazelveen"
    assert "dubbel" in main_text(publisher.get(f"/admin/products/{product}/history"))
    assert "Merged" in main_text(publisher.get(into))


def test_a_new_brand_is_added_once(publisher: FlaskClient, own_app: Flask) -> None:
    token = csrf_token(publisher.get("/admin/brands/new"))
    form = {
        "csrf_token": token,
        "name": " Sol\u200bgar ",
        "address": ADDRESS,
        "aliases": "Solgar NL",
        "reason": "nieuw",
    }
    made = publisher.post("/admin/brands/new", data=form)
    assert (made.status_code, made.location) == (303, page_of(own_app, "Solgar"))
    found = brand(own_app, "Solgar")
    assert found
    assert (found.address, found.aliases) == (ADDRESS, ("Solgar NL",))
    for name in ("SOLGAR", "solgar nl", "\u200b", "V" * 101):
        assert publisher.post("/admin/brands/new", data=form | {"name": name}).status_code == 422, name


def test_the_list_is_searched_and_narrowed(publisher: FlaskClient, own_app: Flask) -> None:
    add(publisher, brand="Vitals", brand_address="")
    assert "without address" in main_text(publisher.get("/admin/"))
    for query, found, not_found in [
        ("q=duin", "Duinvallei", "Hazelveen"),
        ("show=no_address", "Vitals", "Duinvallei"),
        ("show=blocked", "Vitals", "Duinvallei"),
        ("q=%00&show=nonsense&page=999", "Duinvallei", "Nothing matches"),
    ]:
        shown = main_text(publisher.get(f"/admin/brands?{query}"))
        assert (found in shown, not_found in shown) == (True, False), query
    assert "Nothing matches" in main_text(publisher.get("/admin/brands?q=nergens"))


def test_editors_read_brands_and_publishers_change_them(
    publisher: FlaskClient, admin_client: AdminClient, own_app: Flask
) -> None:
    editor, address = admin_client("editor"), page_of(own_app, "Hazelveen")
    add(publisher, brand="Vitals")
    assert 'href="/admin/brands"' in editor.get("/admin/").text
    assert "Voorbeeldstad" in main_text(editor.get(address))
    token = csrf_token(editor.get(address))
    for action in ("", "/accept", "/merge"):
        assert editor.post(f"{address}{action}", data={"csrf_token": token, "version": "1"}).status_code == 403
    for page in (address, page_of(own_app, "Vitals"), "/admin/brands"):
        assert 'method="post"' not in editor.get(page).text.split("<main")[1], page
    assert editor.get("/admin/brands/new").status_code == 403


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_page_of_brands_keeps_the_contract(publisher: FlaskClient, own_app: Flask, language: str) -> None:
    add(publisher, brand="Vitals")
    publisher.get(f"/admin/?lang={language}")
    one = page_of(own_app, "Vitals")
    for page in ("/admin/brands", "/admin/brands/new", one, f"{one}/merge", "/admin/brands?q=nergens"):
        check_page(publisher.get(page), language)
    assert publisher.get("/admin/brands/999999999999").status_code == 404
    assert publisher.get("/admin/brands/9999").status_code == 404


def test_an_import_names_another_address_and_corrects_it_only_when_told(
    publisher: FlaskClient, own_app: Flask, clock: Clock
) -> None:
    rows = list(csv.DictReader(io.StringIO(publisher.get("/admin/export/csv").text)))
    [first, *_] = [row for row in rows if row["brand"] == "Hazelveen"]
    file = io.StringIO()
    writer = csv.DictWriter(file, ("sku", "brand", "brand_address"))
    writer.writeheader()
    writer.writerow({"sku": first["sku"], "brand": " HAZELVEEN\u00a0", "brand_address": ADDRESS})
    plan = imports.send_file(publisher, file.getvalue()).location
    shown = publisher.get(plan)
    check_page(shown, "en")
    assert ("1 refused" in main_text(shown), "Correct it under Brands" in main_text(shown)) == (True, True)
    imports.press(publisher, plan, f"{plan}/plan", correct_addresses="yes")
    shown = publisher.get(plan)
    assert ("1 changed" in main_text(shown), "changes these addresses" in main_text(shown)) == (True, True)
    assert f"<ins>{ADDRESS}</ins>" in shown.text
    assert imports.press(publisher, plan, f"{plan}/apply").location == "/admin/import"
    found = brand(own_app, "Hazelveen")
    assert found
    assert found.address == ADDRESS
    assert "publisher@winkel.test" in main_text(publisher.get(page_of(own_app, "Hazelveen")))


def test_a_stale_plan_keeps_its_choice_about_addresses(publisher: FlaskClient, own_app: Flask, clock: Clock) -> None:
    sku = stored(own_app, id_of(own_app)).sku
    name = stored(own_app, id_of(own_app)).brand
    plan = imports.send_file(publisher, f'sku,brand,brand_address\n{sku},{name},"{ADDRESS}"\n').location
    imports.press(publisher, plan, f"{plan}/plan", correct_addresses="yes")
    with Session(services_of(own_app).databases.primary) as session:
        add_brand(session, "Solgar", ADDRESS)
        session.commit()
    assert imports.press(publisher, plan, f"{plan}/apply").location == plan
    assert "changes these addresses" in main_text(publisher.get(plan))
