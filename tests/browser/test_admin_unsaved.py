"""A product's form in a browser: leaving it unsaved asks first, and what was typed is stored each minute."""

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Dialog, Page, Route, expect
from werkzeug.serving import make_server

from tests.conftest import AdminClient
from tests.serving import serving
from tests.shop.admin.products import add

pytestmark = pytest.mark.browser


@pytest.fixture
def form_page(own_app: Flask, admin_client: AdminClient, browser: Browser) -> Iterator[Page]:
    """A tab of an editor on the form of a draft."""
    client = admin_client("editor")
    product_id = add(client)
    cookie = client.get_cookie("admin_session", path="/admin")
    assert cookie
    server = make_server("127.0.0.1", 0, own_app, threaded=True)
    with serving(server):
        home = f"http://127.0.0.1:{server.server_port}/admin"
        context = browser.new_context(locale="nl-NL", viewport={"width": 360, "height": 800})
        context.add_cookies([{"name": "admin_session", "value": cookie.value, "url": home}])
        page = context.new_page()
        page.clock.install()
        page.goto(f"{home}/products/{product_id}")
        yield page
        context.close()


def questions_answered(page: Page) -> list[str]:
    """The kinds of dialogs that the page asks from now on; each is answered with yes."""
    asked: list[str] = []

    def accept(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", accept)
    return asked


def test_what_was_typed_is_stored_after_a_minute_and_taken_back(form_page: Page) -> None:
    page = form_page
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.locator("[name=summary_nl]").fill("Half af.")
    page.clock.fast_forward(61_000)
    expect(page.locator("#unsaved-status")).to_contain_text("apart gezet")
    asked = questions_answered(page)
    page.reload()
    assert asked == ["beforeunload"]
    expect(page.locator("[name=summary_nl]")).to_have_value("Capsules met magnesiumcitraat.")
    page.get_by_role("link", name="Terughalen").click()
    expect(page.locator("[name=summary_nl]")).to_have_value("Half af.")
    page.get_by_role("button", name="Bewaren", exact=True).first.click()
    expect(page.locator(".message-success")).to_contain_text("Bewaard")
    assert asked == ["beforeunload"], "saving asks nothing"
    expect(page.locator(".waits")).to_have_count(0)
    assert faults == []


def test_what_was_typed_before_the_script_has_come_is_unsaved_too(form_page: Page) -> None:
    page = form_page
    held: list[Route] = []
    page.route("**/admin.js", lambda route: held.append(route))  # noqa: PLW0108 - Playwright marks the handler
    page.reload(wait_until="commit")
    page.locator("[name=summary_nl]").fill("Half af.")
    held[0].continue_()
    page.unroute("**/admin.js")
    page.wait_for_load_state()
    asked = questions_answered(page)
    page.reload()
    assert asked == ["beforeunload"]


def test_leaving_an_untouched_form_asks_nothing(form_page: Page) -> None:
    asked = questions_answered(form_page)
    form_page.locator("[name=summary_nl]").click()
    form_page.locator(".menu-fold > summary").click()
    form_page.get_by_role("link", name="Merken").click()
    expect(form_page.get_by_role("heading", level=1)).to_contain_text("Merken")
    assert asked == []
