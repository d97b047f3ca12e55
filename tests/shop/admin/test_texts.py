"""Texts of pages, edited by a publisher: checked, previewed, with versions, fresh everywhere at once."""

import re
from html import unescape

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from shop.web.services import services_of
from tests.conftest import AdminClient
from tests.queries import counted
from tests.shop.admin.conftest import Clock
from tests.shop.visitor import csrf_token, main_text
from tests.shop.web.test_page_contract import check_page
from tests.shop.web.workers import worker

LEAD = "What you tell the finder stays with you."


def typed(page: TestResponse) -> dict[str, str]:
    values = dict(re.findall(r'<input[^>]* name="(\w+)"[^>]* value="([^"]*)"', page.text))
    areas = re.findall(r'<textarea[^>]* name="(\w+)"[^>]*>\s*([^<]*)</textarea>', page.text)
    return values | {name: unescape(text) for name, text in areas} | {"csrf_token": csrf_token(page)}


def field_of(page: TestResponse, english: str) -> str:
    """The name of the field of a text, without its language."""
    return next(name[:-3] for name, text in typed(page).items() if name.endswith("_en") and text == english)


def send(client: FlaskClient, page_id: str, changes: dict[str, str], press: str = "save") -> TestResponse:
    address = f"/admin/texts/{page_id}"
    return client.post(address, data=typed(client.get(address)) | changes | {"press": press})


def test_an_edited_text_is_previewed_saved_shown_at_once_and_brought_back(
    own_app: Flask, admin_client: AdminClient, clock: Clock
) -> None:
    publisher, visitor = admin_client("publisher"), own_app.test_client(use_cookies=False)
    page = publisher.get("/admin/texts/privacy")
    check_page(page, "nl")
    name = field_of(page, LEAD)
    words = {f"{name}_nl": "Wat je invult <blijft> bij jou & ons.", f"{name}_en": "What you fill in stays with you."}
    refused = send(publisher, "privacy", words)
    assert refused.status_code == 422
    assert typed(refused)[f"{name}_en"] == words[f"{name}_en"], "nothing typed is lost"
    words[f"{name}_nl"] = "Wat je invult blijft bij jou & niet bij ons."
    preview = send(publisher, "privacy", words, "nl")
    assert "bij jou &amp; niet bij ons" in preview.text
    assert "nog niet bewaard" in main_text(preview)
    assert 'content="noindex"' in preview.text
    assert LEAD in visitor.get("/en/privacy").text
    assert send(publisher, "privacy", words | {"own_nl": "Retour: 14 dagen.", "own_en": ""}).status_code == 422
    assert send(publisher, "privacy", words | {"own_nl": "Retour\nBinnen 14 dagen.", "own_en": "Returns"}).location
    with counted(services_of(own_app).databases.primary) as statements:
        text = visitor.get("/nl/privacy").text
    assert "bij jou &amp; niet bij ons" in text
    assert "<p>Binnen 14 dagen.</p>" in text
    assert len(statements) <= 4
    with counted(services_of(own_app).databases.primary) as statements:
        visitor.get("/en/privacy?again")
    assert len(statements) <= 1, "an edited text takes no query"
    page = publisher.get("/admin/texts/privacy")
    check_page(page, "nl")
    assert "niet bij ons.</q>" in page.text
    back = send(publisher, "privacy", {"own_en": "Return it"}, f"bring-back:{name}:0")
    assert typed(back)[f"{name}_en"] == LEAD
    assert typed(back)["own_en"] == "Return it", "the rest of the form stays as typed"
    assert LEAD not in visitor.get("/en/privacy").text
    publisher.post("/admin/texts/privacy", data=typed(back))
    assert LEAD in visitor.get("/en/privacy").text
    assert "laatst" in publisher.get("/admin/texts").text.lower()


def test_what_may_not_be_said_is_named_at_its_field_and_values_and_numbers_stay(
    own_app: Flask, admin_client: AdminClient, clock: Clock
) -> None:
    publisher = admin_client("publisher")
    page = publisher.get("/admin/texts/guide-role")
    heading = field_of(page, "What magnesium does")
    refused = send(publisher, "guide-role", {f"{heading}_nl": "Magnesium geneest hoofdpijn."})
    assert refused.status_code == 422
    assert "Magnesium geneest hoofdpijn." in refused.text
    assert f'id="{heading}_nl-error"' in refused.text
    assert send(publisher, "guide-role", {f"{heading}_nl": "Wat 999 mg doet"}).status_code == 422
    assert send(publisher, "guide-role", {f"{heading}_nl": "Wat magnesium is", f"{heading}_en": ""}).status_code == 422
    assert send(publisher, "guide-role", {f"{heading}_nl": "Wat magnesium is"}).status_code == 303
    visitor = own_app.test_client()
    guide = main_text(visitor.get("/nl/gids/magnesium-en-het-zenuwstelsel"))
    assert guide.count("Wat magnesium is") >= 2, "in the contents and as the heading"
    page = publisher.get("/admin/texts/home")
    limit = field_of(page, "The EU limit of {mg} mg")
    assert send(publisher, "home", {f"{limit}_nl": "De EU-grens"}).status_code == 422
    assert send(publisher, "home", {f"{limit}_nl": "De grens: {mg} mg & {x}"}).status_code == 422
    assert send(publisher, "home", {f"{limit}_nl": "De grens van de EU: {mg} mg"}).status_code == 303
    assert "De grens van de EU: 250 mg" in visitor.get("/nl/").text
    assert publisher.get("/admin/texts/nothing").status_code == 404


def test_two_people_at_one_page_and_workers_that_were_there_before(
    own_app: Flask, admin_client: AdminClient, clock: Clock
) -> None:
    jan, eva = admin_client("publisher", email="jan@winkel.test"), admin_client("owner", email="eva@winkel.test")
    other = worker(services_of(own_app).settings.instance)
    assert "Bereik" not in other.test_client().get("/nl/contact").text
    mine = jan.get("/admin/texts/contact")
    name = field_of(mine, "Contact")
    assert send(eva, "contact", {f"{name}_en": "Reach us", f"{name}_nl": "Bereik ons"}).status_code == 303
    late = jan.post("/admin/texts/contact", data=typed(mine) | {f"{name}_en": "Write"})
    assert late.status_code == 409
    assert "eva@winkel.test" in late.text
    assert typed(late)[f"{name}_en"] == "Write"
    assert "Bereik ons" in other.test_client().get("/nl/contact").text
    assert jan.post("/admin/texts/contact", data=typed(late)).status_code == 303
    assert "Write" in other.test_client().get("/en/contact").text
    services_of(other).dispose()
