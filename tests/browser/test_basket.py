"""The basket in a real browser, with and without JavaScript: filled, read on a phone, usable for everybody."""

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.test_public_pages import COLOURS, RULES, violations
from tests.browser.test_walk import fits

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scripts", [True, False])
def test_a_phone_fills_the_basket_from_the_listing_and_reads_it_in_four_screens(
    scripts: bool, browser: Browser, address: str
) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740}, java_script_enabled=scripts)
    page = context.new_page()
    for place in (0, 1):
        page.goto(f"{address}/nl/beste-magnesium-supplementen")
        page.locator("button.to-basket").nth(place).click()
        page.wait_for_url("**/beste-magnesium-supplementen#p*")
        expect(page.locator(".basket-notice")).to_be_in_viewport()
        expect(page.locator("li.card:target button.to-basket")).to_be_in_viewport()
    page.locator(".basket-notice a").click()
    page.wait_for_url("**/winkelmand")
    assert page.locator(".basket-link .packs").inner_text() == "2"
    assert page.locator(".basket-line").count() == 2
    height = page.locator("main").bounding_box()
    assert height
    assert height["height"] <= 4 * 740
    if scripts:
        fits(page)
        assert violations(page, RULES) == []
        page.emulate_media(color_scheme="dark")
        assert violations(page, COLOURS) == []
        page.set_viewport_size({"width": 1280, "height": 800})
        assert violations(page, COLOURS) == []
        fits(page)
    context.close()


@pytest.mark.parametrize("width", [360, 1280])
def test_packs_are_counted_up_and_down_by_big_buttons_and_a_removal_is_undone(
    width: int, browser: Browser, address: str
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 740}, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/nl/beste-magnesium-supplementen?form=citrate")
    page.locator("button.to-basket").first.click()
    page.locator(".basket-notice a").click()
    packs = page.locator(".basket-line input")
    for name, left in (("more", "2"), ("more", "3"), ("less", "2")):
        button = page.locator(f"button[name={name}]")
        box = button.bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= 44
        button.click()
        expect(packs).to_have_value(left)
    packs.fill("4")
    with page.expect_navigation():  # the field has its new value before the page has it
        packs.press("Enter")
    expect(packs).to_have_value("4")
    page.locator("button[name=remove]").click()
    expect(page.locator(".basket-line")).to_have_count(0)
    page.get_by_role("button", name="Ongedaan maken").click()
    expect(packs).to_have_value("4")
    page.get_by_role("link", name="Verder winkelen").click()
    expect(page).to_have_url(re.compile("supplementen[?]form=citrate"))
    context.close()
