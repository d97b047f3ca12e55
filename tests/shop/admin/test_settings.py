"""The owner's settings: entered in the admin, in force at the next request of every worker, with a history."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from msgspec import structs
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from catalog.accounts.sessions import start_session
from catalog.edits.settings import SettingsChangedError, save_settings
from catalog.models import Role
from catalog.queries.settings import OwnerSettings, owner_settings, setting_changes, settings_version
from shop.app import create_app
from shop.seller import Seller
from shop.web.services import services_of
from tests.conftest import AdminClient, settings_in
from tests.factories import AccountFactory, AuthorFactory
from tests.queries import counted
from tests.shop.admin.conftest import Clock
from tests.shop.visitor import csrf_token, main_text
from tests.shop.web.test_page_contract import check_page
from tests.shop.web.workers import instance_of, worker

ADDRESS = "/admin/settings"
PRODUCT = "/nl/product/duinvallei-magnesiumcitraat-100-capsules"
SELLER = {
    "seller_name": "Magnesiumhuis & Zn",
    "seller_address": "Dorpsstraat 1, 1234 AB Ergens",
    "seller_email": "vraag@winkel.example",
    "seller_phone": "010 1234567",
    "seller_kvk": "1234 5678",
    "seller_vat": "nl 1234.56.789.b13",
    "public_url": "https://winkel.example/",
}


def typed(page: TestResponse) -> dict[str, str]:
    """The fields of the settings' form as a browser would send them."""
    values = dict(re.findall(r'<input[^>]* name="(\w+)"[^>]* value="([^"]*)"', page.text))
    values |= dict(re.findall(r'<textarea[^>]* name="(\w+)"[^>]*>\s*([^<]*)</textarea>', page.text))
    return values | {"csrf_token": csrf_token(page)}


def save(client: FlaskClient, **changes: Any) -> TestResponse:
    return client.post(ADDRESS, data=typed(client.get(ADDRESS)) | changes)


@pytest.fixture
def owner(admin_client: AdminClient, clock: Clock) -> FlaskClient:
    return admin_client("owner", email="eva@winkel.test")


def test_the_seller_is_filled_in_and_shoppers_see_it_at_once(owner: FlaskClient, own_app: Flask) -> None:
    visitor = own_app.test_client(use_cookies=False)
    assert main_text(visitor.get(PRODUCT)).count("Handelsregister (KvK)") == 0
    assert save(owner, **SELLER).status_code == 303
    for address in ("/nl/colofon", PRODUCT):
        page = visitor.get(address).text
        assert "nog niet ingevuld" not in page
        for text in ("Magnesiumhuis &amp; Zn", "Dorpsstraat 1", "12345678", "NL123456789B13", "010 1234567"):
            assert text in page, (address, text)
    assert "mailto:vraag@winkel.example" in visitor.get("/en/accessibility").text
    assert '<link rel="canonical" href="https://winkel.example/nl/colofon">' in visitor.get("/nl/colofon").text
    assert "Sitemap: https://winkel.example/sitemap.xml" in visitor.get("/robots.txt").text


def test_a_link_of_an_invitation_starts_with_the_public_address_whatever_the_host_says(owner: FlaskClient) -> None:
    data = {"csrf_token": csrf_token(owner.get("/admin/accounts")), "email": "els@winkel.test", "role": "editor"}
    assert "Er is geen openbaar adres ingesteld" in main_text(owner.post("/admin/accounts", data=data))
    save(owner, **SELLER)
    data = {"csrf_token": csrf_token(owner.get("/admin/accounts")), "email": "jan@winkel.test", "role": "editor"}
    page = owner.post("/admin/accounts", data=data)
    assert "https://winkel.example/admin/invitation/" in page.text
    assert "geen openbaar adres" not in page.text


def test_the_vat_rate_stands_beside_prices_and_the_price_without_it_follows(owner: FlaskClient, own_app: Flask) -> None:
    visitor = own_app.test_client(use_cookies=False)
    assert "inclusief 9 % btw" in main_text(visitor.get(PRODUCT))
    save(owner, vat_percent="21")
    assert "inclusief 21 % btw" in main_text(visitor.get(PRODUCT))
    assert "21 % btw" in main_text(visitor.get("/nl/beste-magnesium-supplementen"))
    assert "zonder 21 % btw" in main_text(owner.get("/admin/products/1"))


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("seller_email", "nobody", "Dit is geen e-mailadres"),
        ("seller_kvk", "1234567", "acht cijfers"),
        ("seller_vat", "NL123456789B12", "geen geldig btw-nummer"),
        ("seller_vat", "123456789B13", "geen geldig btw-nummer"),
        ("public_url", "winkel.example", "een schema en een host"),
        ("public_url", "https://winkel.example/pad", "een schema en een host"),
        ("vat_percent", "negen", "een heel getal van 0 tot en met 50"),
        ("vat_percent", "51", "een heel getal van 0 tot en met 50"),
        ("vat_percent", "", "een heel getal"),
        ("seller_name", "a" * 201, "200"),
        ("seller_address", "<b>Straat</b>", "HTML"),
        ("storage_nl", "Geneest migraine.", "Dit mag niet worden gezegd: “Geneest migraine.”"),
        ("directions_en", "x" * 2001, "2000"),
    ],
)
def test_what_cannot_be_right_is_said_at_its_field_and_nothing_typed_is_lost(
    field: str, value: str, said: str, owner: FlaskClient, own_app: Flask
) -> None:
    answer = save(owner, **{"seller_phone": "010 7654321", field: value})
    assert answer.status_code == 422
    check_page(answer, "nl")
    shown = main_text(answer).replace("&#34;", '"')
    assert said in shown, shown[:1500]
    assert f'href="#{field}"' in answer.text
    assert "010 7654321" in answer.text
    with Session(services_of(own_app).databases.primary) as session:
        assert owner_settings(session) == OwnerSettings()


def test_every_change_is_kept_with_who_when_and_from_what_to_what(owner: FlaskClient, own_app: Flask) -> None:
    save(owner, seller_name="Eerste naam")
    save(owner, seller_name="Tweede naam", vat_percent="21")
    assert save(owner).status_code == 303
    with Session(services_of(own_app).databases.primary) as session:
        found = [(change.who, change.name, change.before, change.after) for change in setting_changes(session)]
    assert sorted(found) == [
        ("eva@winkel.test", "seller_name", "", "Eerste naam"),
        ("eva@winkel.test", "seller_name", "Eerste naam", "Tweede naam"),
        ("eva@winkel.test", "vat_percent", "9", "21"),
    ]
    shown = main_text(owner.get(ADDRESS))
    assert "Eerste naam" in shown
    assert "22 november 2026" in shown or "22 nov" in shown


def test_settings_that_somebody_changed_meanwhile_are_not_overwritten_unseen(owner: FlaskClient) -> None:
    stale = typed(owner.get(ADDRESS))
    save(owner, seller_name="Van een ander")
    answer = owner.post(ADDRESS, data=stale | {"seller_phone": "010 1234567"})
    assert answer.status_code == 409
    assert "iemand heeft intussen de instellingen gewijzigd" in main_text(answer)
    assert "010 1234567" in answer.text
    assert 'value="Van een ander"' in owner.get(ADDRESS).text
    assert owner.post(ADDRESS, data=typed(answer)).status_code == 303


@pytest.mark.parametrize("role", ["editor", "publisher"])
def test_only_owners_come_here_and_others_see_what_is_missing_without_a_link(
    role: str, admin_client: AdminClient
) -> None:
    client = admin_client(role)
    assert client.get(ADDRESS).status_code == 403
    dashboard = client.get("/admin/")
    assert "Het openbare adres van de site is niet ingevuld." in main_text(dashboard)
    assert ADDRESS not in dashboard.text


def test_what_is_missing_asks_for_attention_until_it_is_filled_in(owner: FlaskClient) -> None:
    before = owner.get("/admin/").text
    assert f'href="{ADDRESS}#seller_name"' in before
    assert f'href="{ADDRESS}#public_url"' in before
    save(owner, **SELLER | {"seller_vat": ""})
    assert f'href="{ADDRESS}#seller_vat"' in owner.get("/admin/").text
    save(owner, **SELLER)
    after = owner.get("/admin/").text
    assert f"{ADDRESS}#" not in after


@pytest.fixture
def fixed_app(own_instance: Path) -> Iterator[Flask]:
    """The shop whose environment gives the seller's name and the public address."""
    environment = {"seller": Seller(name="Uit de omgeving"), "public_url": "https://omgeving.example"}
    app = create_app(structs.replace(settings_in(own_instance), **environment))
    yield app
    services_of(app).dispose()


def test_the_environment_wins_and_its_settings_are_shown_with_the_reason_and_cannot_be_typed(fixed_app: Flask) -> None:
    with Session(services_of(fixed_app).databases.primary) as session:
        account = AccountFactory.build(role=Role.OWNER)
        session.add(account)
        session.flush()
        token = start_session(session, account, services_of(fixed_app).clock())
        entered = OwnerSettings(seller_name="Uit het beheer", seller_address="Straat 1", public_url="https://a.example")
        save_settings(session, entered, 0, AuthorFactory.build())
        session.commit()
    client = fixed_app.test_client()
    with client.session_transaction("/admin/") as cookie:
        cookie["session_token"] = token
    page = client.get(f"{ADDRESS}?lang=nl")
    check_page(page, "nl")
    for text in ("SHOP_SELLER_NAME", "SHOP_PUBLIC_URL", "Uit de omgeving", "https://omgeving.example"):
        assert text in page.text
    assert 'name="seller_name"' not in page.text
    assert save(client, seller_name="Toch", seller_address="Straat 2").status_code == 303
    colophon = client.get("/nl/colofon").text
    assert "Uit de omgeving" in colophon
    assert "Straat 2" in colophon
    assert 'href="https://omgeving.example/nl/colofon"' in colophon


@pytest.fixture
def workers(sample_instance: Path, tmp_path: Path) -> Iterator[list[Flask]]:
    """Two processes on one catalogue."""
    instance = instance_of(sample_instance, tmp_path)
    apps = [worker(instance), worker(instance)]
    yield apps
    for app in apps:
        services_of(app).dispose()


def test_a_change_through_one_worker_shows_at_the_next_request_to_every_other(workers: list[Flask]) -> None:
    visitors = [app.test_client(use_cookies=False) for app in workers]
    for number in range(3):
        with Session(services_of(workers[0]).databases.writing) as session:
            settings = OwnerSettings(seller_name=f"Verkoper {number}", vat_percent=number)
            save_settings(session, settings, settings_version(session), AuthorFactory.build())
            session.commit()
        for visitor in visitors:
            for address in ("/nl/colofon", PRODUCT):
                assert f"Verkoper {number}" in visitor.get(address).text, address
            assert f"inclusief {number} % btw" in main_text(visitor.get(PRODUCT))


def test_settings_are_read_once_for_many_pages(workers: list[Flask]) -> None:
    visitor = workers[0].test_client()  # with a cookie, so that each page is rendered anew
    visitor.set_cookie("any", "cookie")
    visitor.get("/nl/colofon")
    with counted(services_of(workers[0]).databases.primary) as sent:
        visitor.get("/nl/colofon")
    assert not [statement for statement in sent if "setting" in statement]


def test_what_was_never_committed_is_seen_by_nobody(session: Session) -> None:
    version = settings_version(session)
    save_settings(session, OwnerSettings(seller_name="Nooit"), version, AuthorFactory.build())
    session.rollback()
    assert owner_settings(session) == OwnerSettings()
    assert save_settings(session, OwnerSettings(seller_name="Wel"), version, AuthorFactory.build()) == ("seller_name",)
    with pytest.raises(SettingsChangedError):
        save_settings(session, OwnerSettings(), version, AuthorFactory.build())
