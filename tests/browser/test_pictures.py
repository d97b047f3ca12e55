"""Pictures are added and put in order without JavaScript, and seen on a phone and a desktop, light and dark."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from flask import Flask
from playwright.sync_api import Browser, FilePayload, Page, expect
from werkzeug.serving import make_server

from tests.browser.test_walk import fits
from tests.conftest import AdminClient
from tests.serving import serving
from tests.shop.admin.products import id_of, stored
from tests.shop.admin.test_pictures import image_file

pytestmark = pytest.mark.browser
COLOURS = {"teal": (1400, 1000), "red": (600, 1200), "blue": (1000, 1000)}


@pytest.fixture
def home(own_app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, own_app, threaded=True)
    with serving(server):
        yield f"http://127.0.0.1:{server.server_port}"


def tab(browser: Browser, width: int, scheme: Literal["light", "dark"] = "light") -> Page:
    return browser.new_context(
        java_script_enabled=False,
        locale="nl-NL",
        viewport={"width": width, "height": 800},
        color_scheme=scheme,
    ).new_page()


def look(page: Page, name: str) -> None:
    """A picture for whoever asks for one with SHOP_TEST_PICTURES, a folder."""
    if folder := os.environ.get("SHOP_TEST_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


@pytest.mark.parametrize("width", [360, 1280])
def test_pictures_are_added_and_moved_in_the_admin_and_seen_in_the_shop(
    width: int, home: str, own_app: Flask, admin_client: AdminClient, browser: Browser
) -> None:
    cookie = admin_client("publisher").get_cookie("admin_session", path="/admin")
    assert cookie
    product_id = id_of(own_app)
    page = tab(browser, width)
    page.context.add_cookies([{"name": "admin_session", "value": cookie.value, "url": f"{home}/admin"}])
    page.goto(f"{home}/admin/products/{product_id}/pictures")
    for place, (colour, size) in enumerate(COLOURS.items(), start=1):
        file: FilePayload = {
            "name": f"{colour}.png",
            "mimeType": "image/png",
            "buffer": image_file("PNG", size, colour),
        }
        page.locator("#picture").set_input_files([file])
        suffix = f"-{place}" if place > 1 else ""
        page.locator(f"#alt_nl{suffix}").fill(f"Potje, {colour}")
        page.locator(f"#alt_en{suffix}").fill(f"Jar, {colour}")
        page.get_by_role("button", name="De afbeelding toevoegen").click()
        expect(page.locator(".thumbnail")).to_have_count(place)
    page.get_by_role("button", name="Als eerste zetten").click()
    expect(page.locator(".thumbnail").first).to_have_attribute("alt", "Potje, blue")
    fits(page)
    look(page, f"admin-{width}")
    page.context.close()
    for scheme in ("light", "dark"):
        shown = tab(browser, width, "light" if scheme == "light" else "dark")
        shown.goto(f"{home}/nl/product/{stored(own_app, product_id).slug}")
        others = shown.locator(".gallery img")
        expect(others).to_have_count(2)
        for number in range(2):
            others.nth(number).scroll_into_view_if_needed()
            box = others.nth(number).bounding_box()
            assert box
            assert box["width"] >= 120
        fits(shown)
        look(shown, f"product-{width}-{scheme}")
        shown.locator(".gallery a").last.click()
        assert shown.url.endswith("-600.webp")
        shown.context.close()
