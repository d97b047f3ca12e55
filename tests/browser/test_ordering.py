"""Ordering in a real browser on a phone: from the finder's advice to the acknowledgement of a withdrawal."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_public_pages import COLOURS, RULES, violations
from tests.browser.test_walk import fits
from tests.shop.ordering.shopper import DETAILS

pytestmark = pytest.mark.browser


def looks_sound(page: Page, scripts: bool) -> None:
    """The page fits a phone, and axe finds nothing in light and dark."""
    if not scripts:
        return
    fits(page)
    assert violations(page, RULES) == []
    page.emulate_media(color_scheme="dark")
    assert violations(page, COLOURS) == []
    page.emulate_media(color_scheme="light")


@pytest.mark.parametrize("scripts", [True, False], ids=["with-javascript", "without"])
def test_a_phone_orders_pays_withdraws_and_reads_each_page_without_help(
    scripts: bool, browser: Browser, address: str
) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740}, java_script_enabled=scripts)
    page = context.new_page()
    page.goto(f"{address}/nl/product/duinvallei-magnesiumcitraat-100-capsules")
    page.locator("main button[name=add]").first.click()
    page.goto(f"{address}/nl/winkelmand")
    page.get_by_role("link", name="Naar bestellen").click()
    looks_sound(page, scripts)
    visible = page.locator("main :is(input, select):visible").count()
    groups = page.locator("main fieldset:visible").count()
    choices = page.locator("main input[type=radio]:visible").count()
    assert visible - choices + groups <= 12, "fields of a private Dutch buyer"
    page.locator("main button[value=summary]").click()
    expect(page.get_by_role("alert")).to_contain_text("Vul je e-mailadres in.")
    looks_sound(page, scripts)
    for name in ("email", "name", "postcode", "house_number", "street", "town"):
        page.fill(f"#{name}", DETAILS[name])
    page.check("input[name=delivery][value=home]")
    page.check("input[name=method][value=online]")
    page.locator("header button.language").click()
    expect(page.locator("#email")).to_have_value(DETAILS["email"])
    page.locator("#town").press("Enter")
    expect(page.get_by_role("button", name="Order with obligation to pay", exact=True)).to_be_visible()
    page.locator("header button.language").click()
    looks_sound(page, scripts)
    page.get_by_role("button", name="Bestelling met betalingsverplichting", exact=True).click()
    page.wait_for_url("**/proefbetaling/*")  # our own page leads on at once, by a refresh
    looks_sound(page, scripts)
    page.locator("button[value=paid]").click()
    expect(page.locator(".order-state")).to_contain_text("Bevestigd")
    looks_sound(page, scripts)
    page.get_by_role("link", name="Overeenkomst hier herroepen (ontbinden)").first.click()
    looks_sound(page, scripts)
    page.locator("button[value=check]").click()
    looks_sound(page, scripts)
    page.get_by_role("button", name="Herroeping bevestigen", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Je hebt herroepen")
    looks_sound(page, scripts)
    context.close()
