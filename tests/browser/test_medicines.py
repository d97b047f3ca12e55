"""A medicine is found by name with the keyboard, while typing and without JavaScript; typing sends nothing."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.test_walk import fill_wishes, fits

pytestmark = pytest.mark.browser


def open_safety_page(page: Page, address: str) -> None:
    page.goto(f"{address}/nl/keuzehulp")
    fill_wishes(page)
    expect(page).to_have_url(re.compile("/veiligheid$"))


def test_a_medicine_is_found_by_its_button_and_ticked(page: Page, address: str) -> None:
    open_safety_page(page, address)
    page.get_by_label("65 jaar of ouder").check()
    page.get_by_label("Zoek je medicijn op naam").fill("Lanoxi")
    page.get_by_role("button", name="Zoeken", exact=True).click()
    expect(page).to_have_url(re.compile("/veiligheid#medicine-search$"))
    expect(page.locator(".medicine-result")).to_contain_text("digoxine (Lanoxin)")
    expect(page.get_by_label("65 jaar of ouder")).to_be_checked()
    fits(page)
    page.get_by_role("button", name=re.compile("^Kruis aan")).first.click()
    expect(page.locator("#medicines").get_by_label("Hartmedicijn")).to_be_checked()
    expect(page.locator("#conditions").get_by_label("Een andere hartziekte")).to_be_checked()
    expect(page.get_by_label("65 jaar of ouder")).to_be_checked()


def test_enter_in_another_field_asks_for_the_advice(page: Page, address: str) -> None:
    open_safety_page(page, address)
    page.get_by_label(re.compile("^Hoeveel mg magnesium")).press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Zoek je medicijn op naam").fill("Thyrax")
    page.get_by_label("Zoek je medicijn op naam").press("Enter")
    expect(page.locator(".medicine-result")).to_contain_text("levothyroxine")


@pytest.mark.parametrize("page", [(360, True), (1280, True)], indirect=True)
def test_while_typing_names_are_listed_and_nothing_is_sent(page: Page, address: str) -> None:
    open_safety_page(page, address)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    field = page.get_by_label("Zoek je medicijn op naam")
    with page.expect_response(re.compile(r"medicijnen\.json$")):
        field.focus()
    page.locator("#conditions").get_by_label("Geen van deze").check()
    field.press_sequentially("mestin")
    result = page.locator(".medicine-result")
    expect(result).to_contain_text("Telt ook als: “Spierziekte")
    field.fill("burinex")
    expect(result).to_contain_text("Welke bedoel je?")
    expect(result.get_by_role("button", name="Burinex A")).to_be_visible()
    assert not Axe().run(page).response["violations"]
    fits(page)
    field.fill("zzzz")
    expect(result).to_contain_text("Geen naam begint zo")
    field.fill("mestinon")
    result.get_by_role("button", name=re.compile("^Kruis aan")).press("Enter")
    expect(page.locator("#medicines").get_by_label("Een ander medicijn")).to_be_checked()
    expect(page.locator("#medicines").get_by_label("Een ander medicijn")).to_be_focused()
    expect(page.locator("#conditions").get_by_label("Spierziekte")).to_be_checked()
    expect(page.locator("#conditions").get_by_label("Geen van deze")).not_to_be_checked()
    expect(field).to_have_value("")
    assert [url for url in sent if "/static/" not in url and not url.endswith("medicijnen.json")] == []


@pytest.mark.parametrize("page", [(360, True)], indirect=True)
def test_another_name_never_keeps_the_card_of_the_one_before(page: Page, address: str) -> None:
    open_safety_page(page, address)
    field, result = page.get_by_label("Zoek je medicijn op naam"), page.locator(".medicine-result")
    field.fill("ciprofloxacine")
    page.get_by_role("button", name="Zoeken", exact=True).click()
    expect(result).to_contain_text("Kijk goed")
    page.get_by_label("Zoek je medicijn op naam").fill("burinex")
    expect(result).to_contain_text("Welke bedoel je?")
    expect(result).not_to_contain_text("ciprofloxacine")
