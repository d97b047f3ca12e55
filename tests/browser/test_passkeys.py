"""Passkeys in Chromium, with its own authenticator in software: added, and used to sign in."""

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from shop.web.services import services_of
from tests.factories import PASSWORD, AccountFactory
from tests.serving import serving

pytestmark = pytest.mark.browser


@pytest.fixture
def page(own_app: Flask, browser: Browser) -> Iterator[Page]:
    """A tab of a browser with a device that makes passkeys, on the sign-in page."""
    with Session(services_of(own_app).databases.primary) as session:
        session.add(AccountFactory.build(email="eva@winkel.test"))
        session.commit()
    server = make_server("127.0.0.1", 0, own_app, threaded=True)
    with serving(server):
        context = browser.new_context(locale="nl-NL", viewport={"width": 360, "height": 800})
        page = context.new_page()
        devices = context.new_cdp_session(page)
        devices.send("WebAuthn.enable")
        device = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
        devices.send(
            "WebAuthn.addVirtualAuthenticator",
            {"options": {**device, "isUserVerified": True, "automaticPresenceSimulation": True}},
        )
        page.goto(f"http://localhost:{server.server_port}/admin/sign-in")
        yield page
        context.close()


def sign_in(page: Page) -> None:
    page.locator("[name=email]").fill("eva@winkel.test")
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Inloggen").click()


def test_a_passkey_is_added_and_signs_in(page: Page) -> None:
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    sign_in(page)
    page.get_by_role("link", name="Mijn account").click()
    page.get_by_role("link", name="Passkey toevoegen").click()
    page.locator("[name=name]").fill("Telefoon")
    page.locator("[name=current_password]").fill(PASSWORD)
    page.get_by_role("button", name="Deze passkey toevoegen").click()
    expect(page.locator("code")).to_have_count(10)
    page.get_by_role("button", name="Uitloggen", exact=True).click()
    sign_in(page)
    page.get_by_role("button", name="Liever een passkey gebruiken").click()
    expect(page.get_by_role("link", name="Mijn account")).to_be_visible()
    page.get_by_role("link", name="Mijn account").click()
    page.get_by_role("link", name="Passkey toevoegen").click()
    page.locator("[name=current_password]").fill(PASSWORD)
    page.get_by_role("button", name="Liever een passkey gebruiken").click()
    expect(page.get_by_text("Je passkey wordt gecontroleerd")).to_be_visible()
    page.get_by_role("button", name="Deze passkey toevoegen").click()
    expect(page.get_by_text("of dit apparaat heeft er al een van je")).to_be_visible()  # one a device
    assert faults == []
