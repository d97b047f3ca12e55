"""A suggestion is taken over, and an exception proposed and confirmed by two people, without JavaScript."""

import os
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from tests.conftest import AdminClient
from tests.serving import serving
from tests.shop.admin.products import add

pytestmark = pytest.mark.browser

Tabs = Callable[[str], Page]


@pytest.fixture(params=[360, 1280], ids=["phone", "desktop"])
def tab_of(
    request: pytest.FixtureRequest, own_app: Flask, admin_client: AdminClient, browser: Browser
) -> Iterator[Tabs]:
    """`tab_of("owner")` is a tab of a new account with that role, on the overview."""
    server = make_server("127.0.0.1", 0, own_app, threaded=True)
    with serving(server):
        home = f"http://127.0.0.1:{server.server_port}/admin"
        contexts = []

        def open_tab(role: str) -> Page:
            cookie = admin_client(role, email=f"{role}@winkel.test").get_cookie("admin_session", path="/admin")
            assert cookie
            context = browser.new_context(
                java_script_enabled=False, locale="nl-NL", viewport={"width": request.param, "height": 800}
            )
            context.add_cookies([{"name": "admin_session", "value": cookie.value, "url": home}])
            contexts.append(context)
            page = context.new_page()
            page.goto(f"{home}/")
            return page

        yield open_tab
        for context in contexts:
            context.close()


def expect_no_sideways_scrolling(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]  # type: ignore[index] # set above


def look(page: Page, name: str) -> None:
    """A picture for whoever asks for one with SHOP_TEST_PICTURES, a folder."""
    if folder := os.environ.get("SHOP_TEST_PICTURES"):
        page.screenshot(path=f"{folder}/{name}-{page.viewport_size['width']}.png", full_page=True)  # type: ignore[index] # set above


def test_a_suggestion_is_taken_over_and_nothing_else_typed_is_lost(tab_of: Tabs, admin_client: AdminClient) -> None:
    product_id = add(
        admin_client("owner"), summary_nl="Onze citraatcapsules helpen tegen vermoeidheid en zijn klein.", storage_nl=""
    )
    page = tab_of("publisher")
    page.goto(page.url + f"products/{product_id}")
    look(page, "form")
    page.locator("[name=storage_nl]").fill("Nog niet bewaard.")
    page.locator("button[name=take]").first.click()
    expect(page.locator("[name=summary_nl]")).to_have_value(
        "Magnesium draagt bij tot de vermindering van vermoeidheid en moeheid, en onze citraatcapsules zijn klein."
    )
    expect(page.locator("[name=storage_nl]")).to_have_value("Nog niet bewaard.")
    expect(page.locator(".found.block")).to_have_count(0)
    look(page, "taken")


def test_an_exception_is_proposed_by_one_person_and_confirmed_by_another(
    tab_of: Tabs, admin_client: AdminClient
) -> None:
    product_id = add(admin_client("publisher"), summary_nl="Onze capsules helpen je slapen.")
    owner = tab_of("owner")
    owner.goto(owner.url + f"products/{product_id}")
    look(owner, "blocked")
    owner.get_by_role("link", name="Uitzonderingen").click()
    owner.get_by_label("Waarom deze zin mag blijven staan").fill("goedgekeurd in een brief van 3 mei")
    look(owner, "propose")
    expect_no_sideways_scrolling(owner)
    owner.get_by_role("button", name="Uitzondering voorstellen").click()
    expect(owner.get_by_text("een andere uitgever of eigenaar moet het bevestigen")).to_be_visible()
    look(owner, "proposed")

    publisher = tab_of("publisher")
    look(publisher, "dashboard")
    publisher.get_by_role("link", name="uitzondering in afwachting van een tweede persoon").click()
    publisher.wait_for_url("**/admin/overrides*")  # and loaded: a press does not wait for its page
    look(publisher, "list")
    expect_no_sideways_scrolling(publisher)
    publisher.get_by_role("link", name="Proefcapsules").click()
    look(publisher, "confirm")
    publisher.get_by_role("button", name="Als tweede persoon bevestigen").click()
    expect(publisher.get_by_role("button", name="Meteen intrekken")).to_be_visible()
    look(publisher, "confirmed")
    expect_no_sideways_scrolling(publisher)
    publisher.goto(publisher.url.removesuffix("/overrides"))
    expect(publisher.get_by_text("Toegestaan als uitzondering")).to_be_visible()
    look(publisher, "form-with-exception")
