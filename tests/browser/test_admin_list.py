"""The list of products in a browser: the bulk bar, the telephone and the keyboard, mostly without JavaScript."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from tests.browser.test_public_pages import COLOURS, RULES, violations
from tests.conftest import AdminClient
from tests.serving import serving

pytestmark = pytest.mark.browser
OpenList = Callable[..., Page]


@pytest.fixture
def open_list(own_app: Flask, admin_client: AdminClient, browser: Browser) -> Iterator[OpenList]:
    """Open a page of the products' list as a publisher, at a width and with JavaScript or without."""
    cookie = admin_client("publisher").get_cookie("admin_session", path="/admin")
    assert cookie
    server = make_server("127.0.0.1", 0, own_app, threaded=True)
    with serving(server):
        home = f"http://127.0.0.1:{server.server_port}/admin"
        contexts = []

        def open_page(path: str = "/products", *, width: int = 1280, javascript: bool = False) -> Page:
            context = browser.new_context(
                java_script_enabled=javascript, locale="nl-NL", viewport={"width": width, "height": 800}
            )
            contexts.append(context)
            context.add_cookies([{"name": "admin_session", "value": cookie.value, "url": home}])
            page = context.new_page()
            page.goto(home + path)
            return page

        yield open_page
        for context in contexts:
            context.close()


def bottom_of(page: Page, selector: str) -> float:
    box = page.locator(selector).first.bounding_box()
    assert box
    return box["y"] + box["height"]


@pytest.mark.parametrize("path", ["/products", "/products/amounts"])
def test_the_first_product_is_reached_in_three_key_presses(path: str, open_list: OpenList) -> None:
    page = open_list(path)
    for key in ("Tab", "Tab", "Enter"):
        page.keyboard.press(key)
    first = "#first-product" if path == "/products" else "[name^=price_cents]"
    expect(page.locator(first).first).to_be_focused()


@pytest.mark.parametrize("width", [360, 1280])
def test_the_bulk_bar_is_in_sight_wherever_the_list_is_and_leaves_most_of_it_free(
    width: int, open_list: OpenList
) -> None:
    page = open_list(width=width)
    for _ in range(3):
        bar = page.locator("#bulk").bounding_box()
        assert bar
        assert bar["y"] + bar["height"] <= 801
        assert bar["height"] <= 200
        page.mouse.wheel(0, 900)
        page.wait_for_timeout(100)
    expect(page.locator("#bulk")).to_contain_text("99")


def test_only_the_values_of_the_chosen_action_are_shown(open_list: OpenList) -> None:
    page = open_list()
    expect(page.locator("#change")).to_be_hidden()
    page.select_option("#action", "price")
    expect(page.locator("#change")).to_be_visible()
    expect(page.locator("#to_brand")).to_be_hidden()
    page.select_option("#action", "brand")
    expect(page.locator("#to_brand")).to_be_visible()


def test_a_telephone_shows_price_stock_and_status_without_scrolling_sideways(open_list: OpenList) -> None:
    for path in ("/products", "/products/amounts"):
        page = open_list(path, width=360)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        for name in ("Prijs", "Voorraad", "Status"):
            box = page.locator(f"#products td[data-label={name}]").first.bounding_box()
            assert box
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= 360
        expect(page.locator("#q")).to_be_hidden()
        page.locator(".list-filter-fold summary").click()
        expect(page.locator("#q")).to_be_visible()
    expect(open_list(width=1280).locator("#q")).to_be_visible()


def test_the_whole_page_is_ticked_at_once_with_javascript_and_with_a_request_without(open_list: OpenList) -> None:
    for javascript in (True, False):
        page = open_list(javascript=javascript)
        boxes = page.locator("#products input[name=id]:checked")
        page.locator(".tick-page").click()
        expect(boxes).to_have_count(50)
        assert ("chosen=" in page.url) is not javascript
        expect(page.locator(".tick-page")).to_have_text("Niets op deze pagina")
        page.locator(".tick-page").click()
        expect(boxes).to_have_count(0)


def test_ten_different_prices_are_typed_and_saved_in_thirteen_actions(open_list: OpenList) -> None:
    page = open_list()
    page.get_by_role("link", name="Prijzen en voorraad").click()
    prices = page.locator("[name^=price_cents]")
    for number in range(10):
        prices.nth(number).fill(f"{30 + number},95")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Oude en nieuwe prijzen en voorraad")
    page.get_by_role("button", name="10 producten bewaren").click()
    expect(page.get_by_role("status").first).to_contain_text("10 producten gewijzigd")
    expect(prices.nth(9)).to_have_value("39,95")


@pytest.mark.parametrize("width", [360, 1280])
def test_axe_finds_nothing_in_the_list_and_its_modes_in_light_and_dark(width: int, open_list: OpenList) -> None:
    def nothing_is_found() -> None:
        page.emulate_media(color_scheme="light")
        assert violations(page, RULES) == []
        page.emulate_media(color_scheme="dark")  # a scheme changes colours and nothing else
        assert violations(page, COLOURS) == []

    for path in ("/products", "/products/amounts"):
        page = open_list(path, width=width, javascript=True)
        nothing_is_found()
        if path == "/products":
            page.select_option("#action", "price")
        else:
            page.locator("[name^=price_cents]").first.fill("veel")
        page.locator(".bulk button").click()
        expect(page.get_by_role("alert")).to_be_visible()
        nothing_is_found()
