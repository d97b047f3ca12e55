"""A product is written, mended and published with the keyboard alone, on a telephone, without JavaScript."""

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from tests.conftest import AdminClient
from tests.serving import serving
from tests.shop.admin.products import CLAIM, COMPLETE

pytestmark = pytest.mark.browser


@pytest.fixture
def worker_page(own_app: Flask, admin_client: AdminClient, browser: Browser) -> Iterator[Page]:
    """A tab of a publisher who is signed in, on the list of products."""
    cookie = admin_client("publisher").get_cookie("admin_session", path="/admin")
    assert cookie
    server = make_server("127.0.0.1", 0, own_app, threaded=True)
    with serving(server):
        home = f"http://127.0.0.1:{server.server_port}/admin"
        context = browser.new_context(java_script_enabled=False, locale="nl-NL", viewport={"width": 360, "height": 800})
        context.add_cookies([{"name": "admin_session", "value": cookie.value, "url": home}])
        page = context.new_page()
        page.goto(f"{home}/products")
        yield page
        context.close()


def tab_to(page: Page, selector: str) -> None:
    """Go to what the selector names, as the keyboard does."""
    for _ in range(120):
        if page.locator(f"{selector}:focus").count():
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard never came to {selector}")


def fill_in(page: Page, **texts: str) -> None:
    """Type into fields in the order of the form, over what stands there."""
    for name, text in texts.items():
        tab_to(page, f"[name='{name}']")
        page.keyboard.press("ControlOrMeta+a")
        page.keyboard.type(text)


def test_a_product_is_written_mended_and_published(worker_page: Page) -> None:
    page = worker_page
    tab_to(page, "a[href$='/products/new']")
    page.keyboard.press("Enter")
    in_order = ("name", "summary", "ingredients", "directions", "storage")
    texts = {f"{name}_{language}": COMPLETE[f"{name}_{language}"] for name in in_order for language in ("nl", "en")}
    fill_in(page, **texts | {"summary_nl": "Helpt tegen migraine."})
    fill_in(page, **{"composition-0-what": "citraat", "composition-0-elemental": "100"})
    fill_in(page, **{name: COMPLETE[name] for name in ("units_per_pack", "units_per_day", "net_quantity")})
    fill_in(page, **{name: COMPLETE[name] for name in ("price_cents", "stock", "brand", "brand_address", "sku")})
    tab_to(page, "button[value=publish]")
    page.keyboard.press("Enter")

    expect(page.get_by_role("alert")).to_contain_text("Helpt tegen migraine.")
    tab_to(page, "[role=alert] a")
    page.keyboard.press("Enter")
    expect(page.locator("mark")).to_have_text("migraine")
    fill_in(page, summary_nl=CLAIM)
    tab_to(page, "button[value=publish]")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Proefcapsules openbaar maken")
    tab_to(page, "main form button")
    page.keyboard.press("Enter")
    expect(page.locator(".status")).to_have_text("openbaar")
    tab_to(page, "a[href^='/nl/product/']")
    page.keyboard.press("Enter")
    expect(page.get_by_text(CLAIM)).to_be_visible()
