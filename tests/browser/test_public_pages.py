"""Every public page in a real browser: usable for everybody, light, and still while it loads."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page, Response, Route

from tests.shop.visitor import PUBLIC_PAGES

pytestmark = pytest.mark.browser

PRODUCTS = ["/nl/product/duinvallei-magnesiumcitraat-100-capsules", "/en/product/oeverzand-magnesiumcitraat-162-poeder"]
DUTCH = [*PUBLIC_PAGES["nl"], PRODUCTS[0]]
ENGLISH = [*PUBLIC_PAGES["en"], PRODUCTS[1]]
PHONE, DESK = {"width": 360, "height": 800}, {"width": 1280, "height": 800}
MOST_BYTES, MOST_REQUESTS = 60_000, 8
SHIFTS = "new PerformanceObserver(list => list.getEntries().forEach(e => window.shifts += e.value))"
WATCH = f"window.shifts = 0; {SHIFTS}.observe({{type: 'layout-shift', buffered: true}})"
RULES: dict[str, Any] = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
COLOURS: dict[str, Any] = RULES | {"runOnly": ["color-contrast", "link-in-text-block"]}


@pytest.fixture(scope="module")
def tab(browser: Browser) -> Iterator[Page]:
    """One tab for all pages, on each of which a visitor has ticked nothing yet."""
    context = browser.new_context(viewport={"width": 360, "height": 800}, reduced_motion="reduce")
    page = context.new_page()
    page.add_init_script(f"{WATCH}; sessionStorage.clear()")
    yield page
    context.close()


def violations(page: Page, options: dict[str, Any]) -> list[str]:
    """Faults that axe finds on a page, which has its half a megabyte of script after the first look."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate("options => axe.run(options).then(found => found.violations)", options)
    return [f"{one['id']}: {node['html'][:200]}" for one in found for node in one["nodes"]]


@pytest.mark.parametrize("path", DUTCH)
def test_axe_finds_nothing_on_a_page_in_light_and_dark_narrow_and_wide(path: str, tab: Page, address: str) -> None:
    tab.set_viewport_size(PHONE)  # type: ignore[arg-type] # Playwright's own shape
    tab.emulate_media(color_scheme="light")
    tab.goto(address + path)
    assert violations(tab, RULES) == []
    tab.emulate_media(color_scheme="dark")  # a scheme changes colours and nothing else
    assert violations(tab, COLOURS) == []
    tab.set_viewport_size(DESK)  # type: ignore[arg-type] # likewise
    assert violations(tab, COLOURS) == []
    tab.emulate_media(color_scheme="light")
    assert violations(tab, RULES) == []


@pytest.mark.parametrize("path", ENGLISH[:4] + ENGLISH[-1:])
def test_axe_finds_nothing_on_english_pages_either(path: str, tab: Page, address: str) -> None:
    tab.set_viewport_size(PHONE)  # type: ignore[arg-type] # likewise
    tab.emulate_media(color_scheme="light")
    tab.goto(address + path)
    assert violations(tab, RULES) == []


def come_late(route: Route) -> None:
    """A script comes after the page was painted, as over a slow network: it must not move what is read by then."""
    time.sleep(0.15)
    route.continue_()


@pytest.mark.parametrize(("width", "paths"), [(320, DUTCH), (1280, ENGLISH)])
def test_a_first_view_is_light_still_and_does_not_scroll_sideways(
    width: int, paths: list[str], browser: Browser, address: str
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 640})
    page = context.new_page()
    context.new_cdp_session(page).send("Network.setCacheDisabled", {"cacheDisabled": True})
    page.add_init_script(WATCH)
    page.route("**/*.js", come_late)
    answers: list[Response] = []
    faults: list[str] = []
    page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108 - Playwright marks the handler
    page.on("console", lambda message: faults.append(f"{page.url}: {message.text}"))
    for path in paths:
        answers.clear()
        page.goto(address + path, wait_until="load")
        sizes = [answer.request.sizes() for answer in answers]
        weight = sum(size["responseBodySize"] + size["responseHeadersSize"] for size in sizes)
        if not sizes or weight > MOST_BYTES or len(answers) > MOST_REQUESTS:
            faults.append(f"{path}: {weight} bytes in {len(answers)} requests")
        if shift := page.evaluate("window.shifts"):
            faults.append(f"{path}: layout shift {shift}")
        if page.evaluate("document.documentElement.scrollWidth") > width:
            faults.append(f"{path}: scrolls sideways")
    context.close()
    assert faults == []


def focused(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate(
        """() => { const it = document.activeElement, box = it.getBoundingClientRect();
        return {href: it.getAttribute('href') || '', outline: getComputedStyle(it).outlineStyle,
                seen: box.bottom > 0 && box.top < innerHeight, text: it.textContent.trim()} }"""
    )
    return found


def tab_to(page: Page, part: str, most: int = 120) -> dict[str, Any]:
    """Press Tab until a link to `part` has the focus, which shows at every stop."""
    for _ in range(most):
        page.keyboard.press("Tab")
        here = focused(page)
        assert here["seen"], here
        if part in here["href"]:
            assert here["outline"] == "solid"
            return here
    raise AssertionError(f"no link to {part} within {most} stops")


def test_from_listing_to_product_and_on_with_the_keyboard_alone(tab: Page, address: str) -> None:
    tab.set_viewport_size(DESK)  # type: ignore[arg-type] # likewise
    tab.goto(f"{address}/nl/beste-magnesium-supplementen")
    assert tab_to(tab, "#main", 1)["text"] == "Ga direct naar de inhoud"
    tab.keyboard.press("Enter")
    name = tab_to(tab, "/nl/product/")["text"]
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/nl/product/**")
    heading = tab.locator("h1").inner_text().replace("\N{SOFT HYPHEN}", "")
    assert heading.replace("\n", " ") == name.replace("\N{SOFT HYPHEN}", "")
    tab_to(tab, "/nl/vergelijk?p=")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/nl/vergelijk?p=**")
    assert tab.locator("input[name=p]:checked").count() == 1


def test_every_target_on_the_listing_is_large_enough_to_touch(tab: Page, address: str) -> None:
    tab.set_viewport_size(PHONE)  # type: ignore[arg-type] # likewise
    tab.goto(f"{address}/nl/beste-magnesium-supplementen")
    small = tab.evaluate(
        """() => [...document.querySelectorAll('button, select, summary, nav a, label:has(input), input[type=search]')]
        .filter(it => it.checkVisibility()).map(it => [it.textContent.trim().slice(0, 40), it.getBoundingClientRect()])
        .filter(([, box]) => box.width && (box.height < 24 || box.width < 24)).map(([text]) => text)"""
    )
    assert small == []
